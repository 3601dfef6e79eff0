"""How well answers are found, and silence is kept, on real news: RealTime QA's questions over its articles.

For every question whose evidence article is known ("gold"):
  article hit@1, hit@5   is the evidence article among the first articles of the ranking
  answer in quote @1, @3 do the first quotations hold the answer's words
  AUROC                  does the confidence tell a question from the same one asked with its evidence left out
  answered               share of questions over the threshold, with their evidence and without it
Each is printed with and without the day the question was asked, with a 95 % interval over questions (1,000
bootstrap samples). The set may only be measured with: nothing that ships is fitted on it.

    python tests/quality/answers.py            a sample that a plain machine embeds in a few minutes, with floors
    python tests/quality/answers.py --all DIR  all 164 questions over all 3,642 articles; the archive is kept in DIR
"""

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
ANCHORS = {
    "article hit@1": "plain mix .44-.53",
    "article hit@5": "plain mix .80-.84",
    "answer in quote @1": "plain mix .40-.47",
    "answer in quote @3": "plain mix .56-.64",
    "AUROC": "plain mix .73",
}

# About two questions of the sample below what was first measured.
FLOORS: dict[str, float] = {
    "article hit@1": 0.73,
    "article hit@5": 0.93,
    "answer in quote @1": 0.36,
    "answer in quote @3": 0.60,
    "AUROC": 0.86,
    "article hit@1, dated": 0.80,
    "article hit@5, dated": 0.93,
    "answer in quote @1, dated": 0.43,
    "answer in quote @3, dated": 0.56,
    "AUROC, dated": 0.90,
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


def figures(archive: Archive, questions: list[dict[str, Any]], *, dated: bool) -> dict[str, NDArray[np.float64]]:
    """Per question: the figures, and the confidence with and without its evidence."""
    found: dict[str, list[float]] = {name: [] for name in (*list(ANCHORS)[:4], "with", "without")}
    for question in questions:
        asked_on = day(question["date"]) if dated else None
        ranked = archive.rank(question["question"], asked_on=asked_on, limit=40)
        articles = list(dict.fromkeys(hit.article.id for hit in ranked))
        gold = set(question["gold_docs"])
        found["article hit@1"].append(bool(gold & set(articles[:1])))
        found["article hit@5"].append(bool(gold & set(articles[:5])))
        found["answer in quote @1"].append(any(holds(hit, question["answers"]) for hit in ranked[:1]))
        found["answer in quote @3"].append(any(holds(hit, question["answers"]) for hit in ranked[:3]))
        left_out = Filters(exclude=frozenset(question["gold_docs"]) | frozenset(question["distant_docs"]))
        bare = archive.rank(question["question"], asked_on=asked_on, filters=left_out, limit=1)
        found["with"].append(ranked[0].score if ranked else 0.0)
        found["without"].append(bare[0].score if bare else 0.0)
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


def report(archive: Archive, questions: list[dict[str, Any]], *, judged: bool) -> bool:
    good = True
    for dated in (False, True):
        print(f"\n{'with' if dated else 'without'} the day asked, {len(questions)} questions")
        found = figures(archive, questions, dated=dated)
        measures: dict[str, Callable[[NDArray[np.int64]], float]] = {
            name: partial(share, found[name]) for name in list(ANCHORS)[:4]
        }
        measures["AUROC"] = partial(separation, found["with"], found["without"])
        for name, measure in measures.items():
            value = measure(np.arange(len(questions)))
            low, high = interval(measure, len(questions))
            key = f"{name}{', dated' if dated else ''}"
            floor = FLOORS.get(key) if judged else None
            dropped = floor is not None and value < floor
            good = good and not dropped
            print(
                f"  {name:20s} {value:.3f}  [{low:.2f}, {high:.2f}]  floor {'-' if floor is None else floor}  "
                f"{ANCHORS[name]}{'   DROPPED' if dropped else ''}"
            )
        threshold = AnswerSettings().threshold
        answered = {name: float((found[name] >= threshold).mean()) for name in ("with", "without")}
        print(f"  answered             {answered['with']:.3f} with the evidence, {answered['without']:.3f} without it")
    return good


def sample(articles: list[dict[str, Any]], questions: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The articles that a search engine brought back for the sampled questions, and some of the others."""
    wanted = {i for q in questions for key in ("gold_docs", "distant_docs", "retrieved_docs") for i in q[key][:3]}
    others = [row for row in articles if row["id"] not in wanted]
    random.Random(0).shuffle(others)  # noqa: S311  # a fixed choice of articles, not a secret
    yield from (row for row in articles if row["id"] in wanted)
    yield from others[:DISTRACTORS]


def main(arguments: list[str]) -> int:
    if not DATA.is_dir():
        print("answers: skipped, the RealTime QA set is not beside the checkout.")
        return 0
    articles = rows("articles.dev.jsonl.gz")
    questions = [row for row in rows("questions.dev.jsonl.gz") if row["kind"] == "gold"]
    if arguments[:1] == ["--all"]:
        folder = Path(arguments[1])
        with Archive.open(folder, "realtimeqa") as archive:
            if not archive.articles():
                for done, _ in enumerate(archive.add_all(draft(row) for row in articles), 1):
                    if done % 200 == 0:
                        print(f"  {done} of {len(articles)} articles", file=sys.stderr)
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
