"""Questions as people type them in a chat, near-misses among them: every fifth of 468 of our own, beside floors.

``newsroom/`` has twelve articles about invented people and places, and what is asked of each; what the fields mean is
said in ``tests/test_newsroom.py``. Each question is asked of its own article alone, as it was written to be, and those
that it answers of the other eleven too.
  right passage @1, @3   is a first passage one that holds the answer
  right decision         answered where the article answers, and only there
  AUROC, near miss       does the confidence tell what the article answers from what it comes near and does not
  AUROC, left out        and from the same, asked of the other articles
  right reason           of the abstentions, by how near the subject is: "not stated" of its own article, "not covered"
                         of the others; those about a speaker, or unclear, say something else

    python tests/quality/newsroom.py          every fifth question, with floors; under a minute on one core
    python tests/quality/newsroom.py --all    every question
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from answers import auroc, beside_floors

from index.archive import Archive
from index.settings import AnswerSettings, IndexSettings
from index.types import Abstention, Answer, Article, Draft, Filters, Hit, Reason, Reply

NEWSROOM = Path(__file__).parent / "newsroom"

# About two questions below what was first measured.
FLOORS: dict[str, float] = {
    "right passage @1": 0.59,
    "right passage @3": 0.76,
    "right decision": 0.48,
    "AUROC, near miss": 0.40,
    "AUROC, left out": 0.77,
    "right reason": 0.86,
}


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (NEWSROOM / name).read_text("utf-8").splitlines()]


def draft(row: dict[str, Any]) -> Draft:
    return Draft(row["text"], row["title"], row["outlet"], tuple(row["authors"]), row["date"], row["url"], row["id"])


def holds(hit: Hit, question: dict[str, Any]) -> bool:
    quotes = question.get("quotes") or [question["quote"]]
    return hit.article.id == question["article"] and any(quote in hit.quote for quote in quotes)


def first_three(reply: Reply) -> tuple[Hit, ...]:
    return (reply.hits if isinstance(reply, Answer) else reply.nearest)[:3]


def judged(reply: Reply, wanted: Reason) -> list[bool]:
    """Whether the reason is the wanted one; nothing where the reply is no abstention, or not for how near it is."""
    near = (Reason.NOT_STATED, Reason.NOT_COVERED)
    return [reply.reason is wanted] if isinstance(reply, Abstention) and reply.reason in near else []


def figures(archive: Archive, articles: tuple[Article, ...], questions: list[dict[str, Any]]) -> dict[str, float]:
    everything = frozenset(article.id for article in articles)
    first: list[bool] = []
    three: list[bool] = []
    decided: list[bool] = []
    reasons: list[bool] = []
    with_answer: list[float] = []
    near_miss: list[float] = []
    left_out: list[float] = []
    for question in questions:
        own = frozenset([question["article"]])
        alone, others = Filters(exclude=everything - own), Filters(exclude=own)
        asked, turns = question["question"], question.get("turns", ())
        reply = archive.ask(asked, turns, filters=alone, suggest=False)
        decided.append(isinstance(reply, Answer) == question["answerable"])
        if not question["answerable"]:
            off_topic = question["why"] == "off_topic"
            if not off_topic:
                near_miss.append(reply.confidence)
            reasons += judged(reply, Reason.NOT_COVERED if off_topic else Reason.NOT_STATED)
            continue
        hits = first_three(reply)
        first.append(any(holds(hit, question) for hit in hits[:1]))
        three.append(any(holds(hit, question) for hit in hits))
        with_answer.append(reply.confidence)
        bare = archive.ask(asked, turns, filters=others, suggest=False)
        left_out.append(bare.confidence)
        reasons += judged(bare, Reason.NOT_COVERED)
    return {
        "right passage @1": float(np.mean(first)),
        "right passage @3": float(np.mean(three)),
        "right decision": float(np.mean(decided)),
        "AUROC, near miss": auroc(np.array(with_answer), np.array(near_miss)),
        "AUROC, left out": auroc(np.array(with_answer), np.array(left_out)),
        "right reason": float(np.mean(reasons)),
    }


def main(arguments: list[str]) -> int:
    everything = arguments == ["--all"]
    questions = rows("questions.jsonl")[:: 1 if everything else 5]
    # The first three passages are looked at, however far the second and third are from the first.
    settings = IndexSettings(answer=AnswerSettings(further=0.0, quotations=3))
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder), "newsroom", settings) as archive:
        articles = tuple(added.article for added in archive.add_all(map(draft, rows("articles.jsonl"))))
        found = figures(archive, articles, questions)
    answerable = sum(question["answerable"] for question in questions)
    print(f"{len(articles)} articles, {answerable} questions with an answer, {len(questions) - answerable} without")
    return beside_floors(found, {} if everything else FLOORS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
