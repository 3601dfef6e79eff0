"""Golden questions: questions with a quotation that has to answer them, whatever is re-indexed.

A moderator makes one of a good answer. What is kept is the receipt with the quoted characters, so that it can be told
whether a later text of the article still has them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from index.types import Answer, Filters, Hit, Receipt, Reply, Span


@dataclass(frozen=True, slots=True)
class Golden:
    """One question and the quotation that has to be among its answers."""

    question: str
    """As it is looked up: it stands alone."""
    receipt: Receipt
    quote: str
    """The characters of the receipt, as they were when it was made golden."""
    filters: Filters = Filters()
    asked_on: str | None = None
    id: int = 0
    at: str = ""


class Passed(StrEnum):
    """What came of asking a golden question. The values are part of the machine-readable interface."""

    PASSED = "passed"
    ELSEWHERE = "another_quotation"
    """There is an answer, and the quotation is not in it."""
    ABSTAINED = "abstained"
    GONE = "article_gone"
    """The article is not on record any more."""
    CHANGED = "quotation_changed"
    """The article no longer has these characters."""


@dataclass(frozen=True, slots=True)
class Result:
    """A golden question that was asked."""

    golden: Golden
    passed: Passed


def create_tables(db: sqlite3.Connection) -> None:
    """The migration that makes room for it."""
    db.executescript(
        """
        CREATE TABLE golden (
            id INTEGER PRIMARY KEY AUTOINCREMENT, question TEXT NOT NULL, article TEXT NOT NULL, sha256 TEXT NOT NULL,
            start INTEGER NOT NULL, "end" INTEGER NOT NULL, quote TEXT NOT NULL, speaker TEXT, outlet TEXT, since TEXT,
            until TEXT, exclude TEXT NOT NULL, asked_on TEXT, at TEXT NOT NULL);
        CREATE UNIQUE INDEX golden_once ON golden (question, article, quote);
        """
    )


class GoldenQuestions:
    """The golden questions of one archive. ``add`` and ``remove`` are called inside a transaction."""

    def __init__(self, db: sqlite3.Connection, transaction: Callable[[], AbstractContextManager[None]]) -> None:
        self._db = db
        self.transaction = transaction

    def add(self, golden: Golden) -> Golden:
        """Keep a golden question; the one that is there already where it is the same. Returns it as it is kept."""
        receipt, filters = golden.receipt, golden.filters
        self._db.execute(
            'INSERT OR IGNORE INTO golden (question, article, sha256, start, "end", quote, speaker, outlet, since, '
            "until, exclude, asked_on, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                golden.question, receipt.article_id, receipt.sha256, receipt.span.start, receipt.span.end,
                golden.quote, filters.speaker, filters.outlet, filters.since, filters.until,
                json.dumps(sorted(filters.exclude)), golden.asked_on,
                golden.at or datetime.now(UTC).isoformat(timespec="seconds"),
            ),
        )  # fmt: skip
        row = self._db.execute(
            f"{_SELECT} WHERE question = ? AND article = ? AND quote = ?",
            (golden.question, receipt.article_id, golden.quote),
        ).fetchone()
        return _golden(row)

    def remove(self, number: int) -> bool:
        """Whether there was one of that number; it is none any more."""
        return self._db.execute("DELETE FROM golden WHERE id = ?", (number,)).rowcount > 0

    def all(self) -> tuple[Golden, ...]:
        """All of them, oldest first."""
        return tuple(_golden(row) for row in self._db.execute(f"{_SELECT} ORDER BY id"))


_SELECT = (
    'SELECT id, question, article, sha256, start, "end", quote, speaker, outlet, since, until, exclude, asked_on, at '
    "FROM golden"
)
_Row = tuple[
    int, str, str, str, int, int, str, str | None, str | None, str | None, str | None, str, str | None, str
]  # fmt: skip


def _golden(row: _Row) -> Golden:
    number, question, article, sha256, start, end, quote, speaker, outlet, since, until, exclude, asked_on, at = row
    return Golden(
        question, Receipt(article, sha256, Span(start, end)), quote,
        Filters(speaker, outlet, since, until, frozenset(json.loads(exclude))), asked_on, number, at,
    )  # fmt: skip


def judged(golden: Golden, reply: Reply, text: str | None) -> Result:
    """Whether ``reply`` has what the golden question asks for; ``text`` is the article's as it is served, if it is.

    Passages may be cut elsewhere: it passes where a quotation of that article shares the characters, or a copy of it in
    another outlet does.
    """
    if isinstance(reply, Answer) and any(_has(hit, golden) for hit in reply.hits):
        return Result(golden, Passed.PASSED)
    if text is None:
        return Result(golden, Passed.GONE)
    if golden.quote not in text:
        return Result(golden, Passed.CHANGED)
    return Result(golden, Passed.ELSEWHERE if isinstance(reply, Answer) else Passed.ABSTAINED)


def _has(hit: Hit, golden: Golden) -> bool:
    places = [(hit.article, hit.passage.span), *((copy.article, copy.span) for copy in hit.also)]
    for article, span in places:
        if article.id != golden.receipt.article_id:
            continue
        if article.sha256 == golden.receipt.sha256:
            return span.overlaps(golden.receipt.span)
        shown = span.of(article.text)
        return shown in golden.quote or golden.quote in shown
    return False
