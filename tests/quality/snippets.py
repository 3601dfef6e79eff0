"""Sentences, snippets and conversations that others have judged, asked of the whole product; beside floors and goals.

  trecqa     of the candidate sentences for a question, those that answer stand first: MAP and MRR
  rgb        refused when only irrelevant news snippets are there; the true and the doctored version both shown
  mtrag_un   answer, refuse or ask back, as people judged the last question of a conversation; the fourth way, "partly",
             is never said
Every candidate is an article of one archive and a question is asked with all but its own left out, so that words weigh
as in a real archive. Intervals are 95 % over questions (1,000 bootstrap samples). The sets are only measured on.

    python tests/quality/snippets.py          a sample of the first two, with floors; a minute
    python tests/quality/snippets.py --all    everything; half an hour
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from answers import interval

from index.archive import Archive
from index.crossreader.train import clean
from index.types import Abstention, Answer, Draft, Filters, Reason

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
SAMPLE = 40

# The first about two questions below what was first measured on the sample.
FLOORS: dict[str, float] = {"trecqa MAP": 0.75, "trecqa MRR": 0.85, "rgb refuses": 0.05, "rgb both versions": 0.80}
GOALS = {
    "trecqa MAP": 0.91,
    "trecqa MRR": 0.95,
    "rgb refuses": 0.85,
    "rgb both versions": 0.80,
    "mtrag_un four ways": 0.65,
}


def rows(name: str) -> list[dict[str, Any]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def key(text: str) -> str:
    return "s" + hashlib.sha256(text.encode()).hexdigest()[:16]


class Pool:
    """An archive of snippets, each an article of its own."""

    def __init__(self, archive: Archive, texts: Iterable[str]) -> None:
        self.archive = archive
        for _ in archive.add_all(Draft(text, text[:60], id=key(text)) for text in sorted(set(texts))):
            pass
        self._ids = {article.id for article in archive.articles()}

    def only(self, texts: Iterable[str]) -> Filters:
        return Filters(exclude=frozenset(self._ids - set(map(key, texts))))


def trecqa(archive: Archive, questions: list[tuple[str, dict[str, bool]]]) -> dict[str, list[float]]:
    """Average precision and reciprocal rank of each question."""
    pool = Pool(archive, (text for _, candidates in questions for text in candidates))
    found: dict[str, list[float]] = {"trecqa MAP": [], "trecqa MRR": []}
    for question, candidates in questions:
        right = {key(text): answers for text, answers in candidates.items()}
        hits = archive.rank(question, filters=pool.only(candidates), limit=len(candidates))
        order = list(dict.fromkeys([*(hit.article.id for hit in hits), *right]))
        labels = np.array([right[one] for one in order], dtype=float)
        places = np.arange(1, len(order) + 1)
        precision = labels.cumsum() / places
        found["trecqa MAP"].append(float(precision[labels > 0].mean()))
        found["trecqa MRR"].append(float(1 / places[labels > 0][0]))
    return found


def trecqa_questions() -> list[tuple[str, dict[str, bool]]]:
    """Those with right and wrong candidates, as the anchors have them ("clean")."""
    every = [
        (clean(row["question"]), {clean(c["text"]): bool(c["label"]) for c in row["candidates"]})
        for row in rows("trecqa_news/dev.jsonl.gz")
    ]
    return [(question, found) for question, found in every if len(set(found.values())) == 2]


def rgb(archive: Archive, questions: list[dict[str, Any]]) -> dict[str, list[float]]:
    """Of each question, 1 or 0: refused with irrelevant snippets only; both versions shown with all."""
    sides = ("positive", "positive_wrong", "negative")
    pool = Pool(archive, (text for row in questions for side in sides for text in row[side]))
    found: dict[str, list[float]] = {"rgb refuses": [], "rgb both versions": []}
    for row in questions:
        alone = archive.ask(row["query"], filters=pool.only(row["negative"]), suggest=False)
        found["rgb refuses"].append(float(isinstance(alone, Abstention)))
        reply = archive.ask(row["query"], filters=pool.only(t for side in sides for t in row[side]), suggest=False)
        hits = reply.hits if isinstance(reply, Answer) else ()
        shown = {article for hit in hits for article in (hit.article.id, *(copy.article.id for copy in hit.also))}
        both = all(shown & set(map(key, row[side])) for side in sides[:2])
        found["rgb both versions"].append(float(both))
    return found


def mtrag(archive: Archive) -> dict[str, list[float]]:
    """Of each conversation, 1 where its last question is answered, refused or asked back as people did."""
    for passage in rows("mtrag/un_passages.dev.jsonl.gz"):
        title, _, text = passage["text"].partition("\n")
        archive.add(Draft(text if len(text) > 40 else passage["text"], title[:200], id=passage["id"]))
    right = []
    for row in rows("mtrag/un_tasks.dev.jsonl.gz"):
        turns = [turn["text"][:500] for turn in row["dialogue"] if turn["speaker"] == "user"]
        reply = archive.ask(turns[-1], turns[-10:-1], suggest=False)
        said = "ANSWERABLE"
        if isinstance(reply, Abstention):
            said = "UNDERSPECIFIED" if reply.reason is Reason.UNCLEAR_QUESTION else "UNANSWERABLE"
        right.append(float(said == row["answerability"]))
    return {"mtrag_un four ways": right}


def main(arguments: list[str]) -> int:
    if not DATA.is_dir():
        print("snippets: skipped, the sets are not beside the checkout.")
        return 0
    everything = arguments == ["--all"]
    chance = random.Random(0)  # noqa: S311  # a fixed choice of questions, not a secret
    sentences, snippets = trecqa_questions(), rows("rgb_en_fact/dev.jsonl.gz")
    if not everything:
        sentences, snippets = chance.sample(sentences, SAMPLE), chance.sample(snippets, SAMPLE // 2)
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        with Archive.open(Path(folder), "trecqa") as archive:
            found |= trecqa(archive, sentences)
        with Archive.open(Path(folder), "rgb") as archive:
            found |= rgb(archive, snippets)
        if everything:
            with Archive.open(Path(folder), "mtrag") as archive:
                found |= mtrag(archive)
    dropped = False
    for name, values in found.items():
        array = np.array(values)
        low, high = interval(lambda chosen, array=array: float(array[chosen].mean()), len(array))
        floor = None if everything else FLOORS.get(name)
        under = floor is not None and array.mean() < floor
        dropped |= under
        print(
            f"  {name:20} {array.mean():.3f}  [{low:.2f}, {high:.2f}]  {len(array)} questions  "
            f"floor {'-' if floor is None else floor}  goal {GOALS[name]}{'   UNDER ITS FLOOR' if under else ''}"
        )
    return int(dropped)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
