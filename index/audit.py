"""Who changed what, and when: each change of an archive as one entry, with what is needed to undo it.

An entry is written in the transaction of its change: there is no change without an entry and none the other way round.
What stood there before is kept for `UNDO_DAYS`, an article's text with it; afterwards the entry stays and can no longer
be undone.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from index.types import Article

UNDO_DAYS = 30
"""Days for which what stood there before is kept."""


class Action(StrEnum):
    """What was done. The values are stored, and part of the machine-readable interface."""

    ADDED = "added"
    UPDATED = "updated"
    """The article has another text than before."""
    EDITED = "edited"
    """Title, outlet, authors, day or address were changed by hand; the text is the same."""
    REMOVED = "removed"
    PROMOTED = "promoted"
    ROLLED_BACK = "rolled_back"
    DISCARDED = "discarded"
    THRESHOLD = "threshold"
    GOLDEN = "golden"
    """A golden question was added or removed."""
    OVERRIDE = "override"
    """A speaker was fixed, a passage hidden, or one of the two taken back."""
    FEED = "feed"
    """A feed was added, changed or removed."""
    GAP = "gap"
    """A gap was dismissed or closed."""
    SETTINGS = "settings"
    IMPORTED = "imported"
    UNDONE = "undone"
    """An earlier entry was undone; ``subject`` is its number."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One change."""

    id: int
    at: str
    """When it was made: an ISO date and time, in UTC."""
    by: str | None
    """Who made it, as Discord or the system knows them; ``None`` for onrecord itself."""
    action: Action
    subject: str | None
    """What was changed: an article's id, a feed's address, the number of an undone entry; ``None`` for the archive."""
    words: str
    """What was changed, for a person to read: an article's title, the words of a setting."""
    before: Mapping[str, Any] | None = None
    """What stood there before, where it is still kept and there was something."""
    after: Mapping[str, Any] | None = None
    undone_by: int | None = None
    """The entry that undid this one."""


def create_tables(db: sqlite3.Connection) -> None:
    """The migration that makes room for it."""
    db.executescript(
        """
        CREATE TABLE log (
            id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, by TEXT, action TEXT NOT NULL, subject TEXT,
            words TEXT NOT NULL, before TEXT, after TEXT, undone_by INTEGER REFERENCES log);
        CREATE INDEX log_subject ON log (subject);
        """
    )


class Log:
    """The log of one archive. ``note`` and ``mark_undone`` are called inside the transaction of the change itself."""

    def __init__(self, db: sqlite3.Connection, transaction: Callable[[], AbstractContextManager[None]]) -> None:
        self._db = db
        self._transaction = transaction

    def note(
        self,
        action: Action,
        words: str,
        *,
        by: str | None,
        subject: str | None = None,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> int:
        """Write an entry; returns its number."""
        done = self._db.execute(
            "INSERT INTO log (at, by, action, subject, words, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                datetime.now(UTC).isoformat(timespec="seconds"), by, action.value, subject, words,
                _json(before), _json(after),
            ),
        )  # fmt: skip
        return int(done.lastrowid or 0)

    def mark_undone(self, entry: int, by_entry: int) -> None:
        """Say which entry undid another."""
        self._db.execute("UPDATE log SET undone_by = ? WHERE id = ?", (by_entry, entry))

    def entry(self, number: int) -> Entry | None:
        """One entry; ``None`` where there is none of that number."""
        row = self._db.execute(f"{_SELECT} WHERE id = ?", (number,)).fetchone()
        return None if row is None else _entry(row)

    @property
    def last(self) -> int:
        """The number of the newest entry; 0 where there is none."""
        return int(self._db.execute("SELECT coalesce(max(id), 0) FROM log").fetchone()[0])

    def entries(
        self,
        *,
        subject: str | None = None,
        older_than: int | None = None,
        limit: int | None = None,
        start: int = 0,
    ) -> tuple[Entry, ...]:
        """The newest entries first, from ``start`` on: of one subject, before another entry, where these are given."""
        rows = self._db.execute(
            f"{_SELECT} WHERE (?1 IS NULL OR subject = ?1) AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3 "
            "OFFSET ?4",
            (subject, older_than, -1 if limit is None else limit, start),
        )
        return tuple(_entry(row) for row in rows)

    def count(self) -> int:
        """How many entries there are."""
        return int(self._db.execute("SELECT count(*) FROM log").fetchone()[0])

    def forget_old(self) -> None:
        """What stood there before is forgotten after `UNDO_DAYS`; that there was a change is not."""
        limit = (datetime.now(UTC) - timedelta(days=UNDO_DAYS)).isoformat(timespec="seconds")
        with self._transaction():
            self._db.execute("UPDATE log SET before = NULL WHERE at < ? AND before IS NOT NULL", (limit,))


_SELECT = "SELECT id, at, by, action, subject, words, before, after, undone_by FROM log"


def _entry(row: tuple[Any, ...]) -> Entry:
    number, at, by, action, subject, words, before, after, undone_by = row
    return Entry(number, at, by, Action(action), subject, words, _value(before), _value(after), undone_by)


def _json(value: Mapping[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


def _value(text: str | None) -> dict[str, Any] | None:
    return None if text is None else dict(json.loads(text))


def article_value(article: Article, *, origin: str | None = None, text: bool = True) -> dict[str, Any]:
    """An article as an entry keeps it: with its text where undoing needs it."""
    value = {
        "id": article.id, "title": article.title, "outlet": article.outlet, "authors": list(article.authors),
        "date": article.date, "url": article.url, "sha256": article.sha256,
    }  # fmt: skip
    return {**value, "origin": origin, "text": article.text} if text else value


def article_of(value: Mapping[str, Any]) -> tuple[Article, str | None]:
    """The article of an entry, and its origin; raises ``KeyError`` where it was kept without its text."""
    article = Article(
        value["id"], value["text"], value["title"], value["outlet"], tuple(value["authors"]), value["date"],
        value["url"],
    )  # fmt: skip
    return article, value["origin"]
