"""Sixty questions of our own about the article that the project started from: half of them it answers, beside floors.

  right passage first   is the first passage of the ranking one that holds the answer
  right decision        answered where the article answers, and only there
A third are near misses: people, places and things of the article, asked for what it does not say. The article is read
from ``../shared/seed``; ``seed/questions.jsonl`` has the questions, and of answering passages a few words that no
other passage has. They were written before anything was measured on them and nothing is fitted to them.

    python tests/quality/seed.py
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from answers import beside_floors

from index.archive import Archive
from index.sources import Given, read
from index.types import Answer, Draft

SEED = Path(__file__).resolve().parents[3] / "shared" / "seed"
# About one question below what was first measured. The goals, .95 and .93, are not reached: near misses are answered.
FLOORS: dict[str, float] = {"right passage first": 0.86, "right decision": 0.66, "right decision, elsewhere": 1.0}

QUESTIONS = Path(__file__).parent / "seed" / "questions.jsonl"


def main() -> int:
    if not SEED.is_dir():
        print("seed: skipped, the article that the questions are about is not beside the checkout.")
        return 0
    (file,) = SEED.glob("*.txt")
    (draft,) = read(str(file), Given(outlet="Newsweek"))
    assert isinstance(draft, Draft), draft
    first: list[bool] = []
    decided: dict[str, list[bool]] = {"answer": [], "near_miss": [], "elsewhere": []}
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder), "seed") as archive:
        archive.add(draft)
        for line in QUESTIONS.read_text("utf-8").splitlines():
            row = json.loads(line)
            answered = isinstance(archive.ask(row["question"], suggest=False), Answer)
            decided[row["kind"]].append(answered == (row["kind"] == "answer"))
            if row["kind"] == "answer":
                hits = archive.rank(row["question"], limit=1)
                first.append(any(phrase in hit.quote for hit in hits for phrase in row["phrases"]))
            if not decided[row["kind"]][-1] or (row["kind"] == "answer" and not first[-1]):
                print(f"  {row['kind']:10} {'answered' if answered else 'silent':8}  {row['question']}")
    figures = {
        "right passage first": float(np.mean(first)),
        "right decision": float(np.mean([one for right in decided.values() for one in right])),
        **{f"right decision, {kind}": float(np.mean(right)) for kind, right in decided.items()},
    }
    return beside_floors(figures, FLOORS)


if __name__ == "__main__":
    sys.exit(main())
