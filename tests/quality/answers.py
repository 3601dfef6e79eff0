"""How well answers are found, and silence is kept, on real news: RealTime QA's questions over its articles.

For every question whose evidence article is known ("gold"):
  article hit@1, hit@5   is the evidence article among the first articles of the ranking
  answer in quote @1, @3 do the first quotations hold the answer's words
  AUROC                  does the confidence tell a question from the same one asked with its evidence left out
  answered               share of questions over the threshold, with their evidence and without it; with the evidence
                         left out, some are answered all the same, by another article that holds the answer's words
Each is printed with and without the day the question was asked, with a 95 % interval over questions (1,000
bootstrap samples), and beside it what a plain mix of cosine and BM25 reaches on the very same questions and articles.
The set may only be measured with: nothing that ships is fitted on it.

    python tests/quality/answers.py            a sample that a plain machine embeds in a few minutes, with floors
    python tests/quality/answers.py --all DIR  all 164 questions over all 3,642 articles; the archive is kept in DIR
    python tests/quality/answers.py --all DIR --articles 1113   over as many articles as the anchors were measured on
"""

import argparse
import gzip
import json
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from index.archive import Archive  # noqa: E402
from index.settings import AnswerSettings  # noqa: E402
from index.types import Draft, Filters, Hit  # noqa: E402

DATA = ROOT.parent / "shared" / "data" / "realtimeqa_news"

SAMPLE, DISTRACTORS = 30, 20
"""Questions of the sample, and the articles of other questions beside theirs."""

# Anchors: one MiniLM vector a sentence mixed with BM25, measured on comparable questions over 1,113 articles.
PLAIN = (1.0, 0.3, 0.6)
"""The plain mix: weights of the standardised cosine, the passage's BM25 and its article's, as the anchors had them."""

ANCHORS = {
    "article hit@1": ".44-.53",
    "article hit@5": ".80-.84",
    "answer in quote @1": ".40-.47",
    "answer in quote @3": ".56-.64",
    "AUROC": ".73",
}

# About two questions of the sample below what was first measured.
FLOORS: dict[str, float] = {
    "article hit@1": 0.76,
    "article hit@5": 0.93,
    "answer in quote @1": 0.46,
    "answer in quote @3": 0.63,
    "AUROC": 0.89,
    "article hit@1, dated": 0.86,
    "article hit@5, dated": 0.93,
    "answer in quote @1, dated": 0.50,
    "answer in quote @3, dated": 0.60,
    "AUROC, dated": 0.93,
}


def rows(name: str) -> list[dict[str, Any]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def day(text: str | None) -> str | None:
    return text.replace("/", "-") if text else None


def draft(row: dict[str, Any]) -> Draft:
    authors = tuple(row["authors"] or ())
    return Draft(row["text"], row["title"], row["publisher"], authors, day(row["date"]), row["url"], id=row["id"])


def words(text: str) -> str:
    return " " + " ".join(re.findall(r"[^\W_]+", text.casefold())) + " "


def holds(hit: Hit, answers: list[str]) -> bool:
    return any(words(answer) in words(hit.quote) for answer in answers)


Ranking = list[tuple[Hit, float]]
"""Hits with their scores, best first."""
Rank = Callable[[Archive, str, str | None, Filters], Ranking]


def ours(archive: Archive, question: str, asked_on: str | None, filters: Filters) -> Ranking:
    return [(hit, hit.score) for hit in archive.rank(question, asked_on=asked_on, filters=filters, limit=40)]


def plain(archive: Archive, question: str, asked_on: str | None, filters: Filters) -> Ranking:
    """The plain mix over the same candidates; it knows nothing of days."""
    found = archive.candidates(question, filters=filters)
    if not found:
        return []
    parts = np.array([(c.meaning, c.words, c.article_words) for c in found])
    mixed = ((parts - parts.mean(axis=0)) / (parts.std(axis=0) + 1e-9)) @ np.array(PLAIN)
    # Standardised scores say which is best, not how good it is: the raw cosine of the best is its confidence.
    order = np.argsort(-mixed, kind="stable")
    return [(Hit(found[i].passage, found[i].article, 0.0), found[order[0]].meaning) for i in order[:40]]


def figures(
    archive: Archive, questions: list[dict[str, Any]], rank: Rank, *, dated: bool
) -> dict[str, NDArray[np.float64]]:
    """Per question: the figures, and the confidence with and without its evidence."""
    found: dict[str, list[float]] = {name: [] for name in (*list(ANCHORS)[:4], "with", "without", "elsewhere")}
    for question in questions:
        asked_on = day(question["date"]) if dated else None
        gold = set(question["gold_docs"])
        ranked = rank(archive, question["question"], asked_on, Filters())
        articles = list(dict.fromkeys(hit.article.id for hit, _ in ranked))
        found["article hit@1"].append(bool(gold & set(articles[:1])))
        found["article hit@5"].append(bool(gold & set(articles[:5])))
        found["answer in quote @1"].append(any(holds(hit, question["answers"]) for hit, _ in ranked[:1]))
        found["answer in quote @3"].append(any(holds(hit, question["answers"]) for hit, _ in ranked[:3]))
        left_out = Filters(exclude=frozenset(gold.union(question["distant_docs"])))
        bare = rank(archive, question["question"], asked_on, left_out)
        found["with"].append(ranked[0][1] if ranked else 0.0)
        found["without"].append(bare[0][1] if bare else 0.0)
        found["elsewhere"].append(any(holds(hit, question["answers"]) for hit, _ in bare[:1]))
    return {name: np.array(values, dtype=float) for name, values in found.items()}


def auroc(yes: NDArray[np.float64], no: NDArray[np.float64]) -> float:
    """Share of pairs in which the answerable one is more confident; ties count half."""
    return float(np.mean((yes[:, None] > no[None, :]) + 0.5 * (yes[:, None] == no[None, :])))


def share(values: NDArray[np.float64], chosen: NDArray[np.int64]) -> float:
    return float(values[chosen].mean())


def separation(yes: NDArray[np.float64], no: NDArray[np.float64], chosen: NDArray[np.int64]) -> float:
    return auroc(yes[chosen], no[chosen])


def interval(measure: Callable[[NDArray[np.int64]], float], count: int) -> tuple[float, float]:
    generator = np.random.default_rng(0)
    values = [measure(generator.integers(0, count, count)) for _ in range(1000)]
    return float(np.quantile(values, 0.025)), float(np.quantile(values, 0.975))


def beside_floors(found: dict[str, float], floors: dict[str, float]) -> int:
    """Prints each figure beside its floor, where it has one; 1 when one is under it, else 0."""
    dropped = False
    for name, value in found.items():
        floor = floors.get(name)
        under = floor is not None and value < floor
        dropped |= under
        print(
            f"  {name:26} {value:.3f}  floor {'-' if floor is None else floor}{'   UNDER ITS FLOOR' if under else ''}"
        )
    return int(dropped)


def report(archive: Archive, questions: list[dict[str, Any]], *, judged: bool) -> bool:
    good = True
    beside = figures(archive, questions, plain, dated=False)
    for dated in (False, True):
        print(f"\n{'with' if dated else 'without'} the day asked, {len(questions)} questions")
        found = figures(archive, questions, ours, dated=dated)
        everyone = np.arange(len(questions))
        for name in ANCHORS:
            measure, mix = (
                (partial(separation, one["with"], one["without"]) if name == "AUROC" else partial(share, one[name]))
                for one in (found, beside)
            )
            value = measure(everyone)
            low, high = interval(measure, len(questions))
            floor = FLOORS.get(f"{name}{', dated' if dated else ''}") if judged else None
            dropped = floor is not None and value < floor
            good = good and not dropped
            print(
                f"  {name:18s} {value:.3f}  [{low:.2f}, {high:.2f}]  floor {'-' if floor is None else floor}  "
                f"plain mix here {mix(everyone):.3f}, elsewhere {ANCHORS[name]}{'   DROPPED' if dropped else ''}"
            )
        over = {name: found[name] >= AnswerSettings().threshold for name in ("with", "without")}
        right = float((over["without"] & (found["elsewhere"] > 0)).mean())
        print(
            f"  answered           {over['with'].mean():.3f} with the evidence, "
            f"{over['without'].mean():.3f} without it, "
            f"{right:.3f} without it and with the answer's words all the same"
        )
    return good


def sample(articles: list[dict[str, Any]], questions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The articles that a search engine brought back for the sampled questions, and some of the others."""
    wanted = {i for q in questions for key in ("gold_docs", "distant_docs", "retrieved_docs") for i in q[key][:3]}
    others = [row for row in articles if row["id"] not in wanted]
    random.Random(0).shuffle(others)  # noqa: S311  # a fixed choice of articles, not a secret
    yield from (row for row in articles if row["id"] in wanted)
    yield from others[:DISTRACTORS]


def fewer(articles: list[dict[str, Any]], questions: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """``count`` of the articles, all that hold evidence among them."""
    wanted = {i for question in questions for i in question["gold_docs"]}
    others = [row for row in articles if row["id"] not in wanted]
    random.Random(0).shuffle(others)  # noqa: S311  # a fixed choice of articles, not a secret
    return [row for row in articles if row["id"] in wanted] + others[: max(0, count - len(wanted))]


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--all", type=Path, metavar="DIR", help="every question; archives are kept in this folder")
    options.add_argument("--articles", type=int, help="with --all: over this many articles instead of every one")
    chosen = options.parse_args(arguments)
    if not DATA.is_dir():
        print("answers: skipped, the RealTime QA set is not beside the checkout.")
        return 0
    articles = rows("articles.dev.jsonl.gz")
    questions = [row for row in rows("questions.dev.jsonl.gz") if row["kind"] == "gold"]
    if chosen.all is not None:
        name = "realtimeqa" if chosen.articles is None else f"realtimeqa-{chosen.articles}"
        if chosen.articles is not None:
            articles = fewer(articles, questions, chosen.articles)
        with Archive.open(chosen.all, name) as archive:
            if not archive.articles():
                for done, _ in enumerate(archive.add_all(draft(row) for row in articles), 1):
                    if done % 200 == 0:
                        print(f"  {done} of {len(articles)} articles", file=sys.stderr)
            print(f"{len(articles)} articles")
            report(archive, questions, judged=False)
        return 0
    random.Random(0).shuffle(questions)  # noqa: S311  # a fixed choice of questions, not a secret
    questions = questions[:SAMPLE]
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder), "realtimeqa") as archive:
        count = sum(1 for _ in archive.add_all(draft(row) for row in sample(articles, questions)))
        print(f"{count} articles")
        return 0 if report(archive, questions, judged=True) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
