"""What members reported as wrong, gathered for those who decide about it: each passage once, with all that was said.

A report is settled by saying that it is not wrong, or by an override (`index.overrides`) of the passage. Somebody who
reports it again afterwards brings it back.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from index.feedback import Complaint, Feedback
from index.types import Receipt, Span


@dataclass(frozen=True, slots=True)
class Report:
    """What is said to be wrong with one passage."""

    receipt: Receipt
    people: int
    """How many judgements say so: one for each member and question."""
    complaints: tuple[tuple[Complaint, int], ...]
    """What is said to be wrong and how often, the most frequent first."""
    questions: tuple[str, ...]
    """To which it was shown, each once, the latest first."""
    words: tuple[str, ...]
    """What members wrote about it, the latest first."""
    at: str
    """When it was last reported: an ISO date and time, in UTC."""
    last: int
    """Number of the latest judgement: to settle this report is to settle all up to it."""


def create_tables(db: sqlite3.Connection) -> None:
    """The migration that makes room for it."""
    db.executescript(
        """
        CREATE TABLE settled (
            article TEXT NOT NULL, sha256 TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
            last INTEGER NOT NULL, PRIMARY KEY (article, sha256, start, "end")) WITHOUT ROWID;
        """
    )


_SAME = 's.article = f.article AND s.sha256 = f.sha256 AND s.start = f.start AND s."end" = f."end"'


class Reports:
    """The reports of one archive. ``settle`` is called inside the transaction of the change itself."""

    def __init__(self, db: sqlite3.Connection, transaction: Callable[[], AbstractContextManager[None]]) -> None:
        self._db = db
        self._transaction = transaction

    def open(self) -> tuple[Report, ...]:
        """The reports that nobody has settled, of texts that stand as they did; those of most members first."""
        rows = self._db.execute(
            'SELECT f.id, f.article, f.sha256, f.start, f."end", f.complaint, f.question, f.words, f.at '  # noqa: S608
            "FROM feedback f JOIN live a ON a.id = f.article AND a.sha256 = f.sha256 "
            f"LEFT JOIN settled s ON {_SAME} "
            'WHERE NOT f."right" AND f.complaint IS NOT NULL AND f.id > coalesce(s.last, 0) '
            "AND NOT EXISTS (SELECT 1 FROM overrides o WHERE o.article = f.article AND o.sha256 = f.sha256 "
            'AND o.start = f.start AND o."end" = f."end" AND o.at >= f.at) ORDER BY f.id DESC'
        )
        told: dict[Receipt, list[tuple[int, str, str, str | None, str]]] = {}
        for number, article, sha256, start, end, *rest in rows:
            told.setdefault(Receipt(article, sha256, Span(start, end)), []).append((number, *rest))
        reports = [_report(receipt, each) for receipt, each in told.items()]
        return tuple(sorted(reports, key=lambda report: (-report.people, -report.last)))

    def settled(self, receipt: Receipt) -> int:
        """Up to which judgement the passage is said not to be wrong; 0 for none."""
        row = self._db.execute(
            'SELECT last FROM settled WHERE article = ? AND sha256 = ? AND start = ? AND "end" = ?', _key(receipt)
        ).fetchone()
        return 0 if row is None else int(row[0])

    def settle(self, receipt: Receipt, last: int) -> None:
        """Say that nothing is wrong with it as far as it was judged; 0 takes that back."""
        self._db.execute(
            'DELETE FROM settled WHERE article = ? AND sha256 = ? AND start = ? AND "end" = ?', _key(receipt)
        )
        if last:
            self._db.execute(
                'INSERT INTO settled (article, sha256, start, "end", last) VALUES (?, ?, ?, ?, ?)',
                (*_key(receipt), last),
            )

    def refuted(self) -> frozenset[tuple[Receipt, str, str | None]]:
        """The complaints that moderators found not to be right: receipt, question as looked up, and pseudonym."""
        rows = self._db.execute(
            'SELECT f.article, f.sha256, f.start, f."end", f.standalone, f.by FROM feedback f '  # noqa: S608
            f"JOIN settled s ON {_SAME} AND f.id <= s.last "
            'WHERE NOT f."right" AND f.complaint IS NOT NULL'
        )
        return frozenset(
            (Receipt(article, sha256, Span(start, end)), standalone, by)
            for article, sha256, start, end, standalone, by in rows
        )


def refutes(refuted: frozenset[tuple[Receipt, str, str | None]], one: Feedback) -> bool:
    """Whether a judgement is one of those complaints."""
    return not one.right and (one.receipt, one.standalone, one.by) in refuted


def _key(receipt: Receipt) -> tuple[str, str, int, int]:
    return receipt.article_id, receipt.sha256, receipt.span.start, receipt.span.end


def _report(receipt: Receipt, told: list[tuple[int, str, str, str | None, str]]) -> Report:
    complaints = Counter(Complaint(complaint) for _, complaint, *_ in told)
    return Report(
        receipt, len(told), tuple(complaints.most_common()),
        tuple(dict.fromkeys(question for *_, question, _, _ in told)),
        tuple(words for *_, words, _ in told if words), told[0][-1], told[0][0],
    )  # fmt: skip
