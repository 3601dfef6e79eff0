"""Drafts that wait for a person's decision: shown as a preview, and not on record until somebody adds them.

They are kept in the archive's own file, so that the buttons of a preview outlive the process that sent it, and so that
nothing of one server waits in another. Nothing here is embedded, looked up or quoted.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from index.types import Draft

KEPT = timedelta(days=1)
"""How long a draft waits unless something else is said: a preview that nobody decided on within a day is over."""
KEY = r"[0-9A-Za-z_-]{11}"
"""The pattern of a key, for the id of a button."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One draft that waits."""

    key: str
    """Eleven characters, not to be guessed."""
    draft: Draft
    by: str | None
    """Who brought it, as Discord or the system knows them; ``None`` for onrecord itself."""
    source: str
    """What brought it: a word such as ``command`` or ``message``, or the address of a feed."""
    batch: str | None
    """What it came together with: drafts of one batch are decided on one after the other."""
    at: str
    """When it came, ISO and in UTC."""
    until: str
    """When it is forgotten, ISO and in UTC."""


def create_tables(db: sqlite3.Connection) -> None:
    """The migration that makes room for it."""
    db.executescript(
        """
        CREATE TABLE pending (
            id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, draft TEXT NOT NULL, by TEXT,
            source TEXT NOT NULL, batch TEXT, at TEXT NOT NULL, until TEXT NOT NULL);
        CREATE INDEX pending_source ON pending (source);
        CREATE INDEX pending_batch ON pending (batch);
        CREATE INDEX pending_until ON pending (until);
        """
    )


_SELECT = "SELECT key, draft, by, source, batch, at, until FROM pending"


class Pending:
    """The drafts of one archive that wait. Each change is a transaction of its own."""

    def __init__(self, db: sqlite3.Connection, transaction: Callable[[], AbstractContextManager[None]]) -> None:
        self._db = db
        self._transaction = transaction

    def put(
        self,
        draft: Draft,
        *,
        by: str | None,
        source: str,
        batch: str | None = None,
        kept: timedelta = KEPT,
        now: datetime | None = None,
    ) -> str:
        """Let a draft wait for as long as ``kept``; returns its key. What has waited too long goes.

        A draft with half a character (a lone surrogate) must not be put: ``UnicodeEncodeError``.
        """
        key, at = secrets.token_urlsafe(8), now or datetime.now(UTC)
        values = key, _written(draft), by, source, batch, _iso(at), _iso(at + kept)
        with self._transaction():
            self._db.execute("DELETE FROM pending WHERE until <= ?", (_iso(at),))
            self._db.execute(
                "INSERT INTO pending (key, draft, by, source, batch, at, until) VALUES (?, ?, ?, ?, ?, ?, ?)", values
            )
        return key

    def get(self, key: str, *, now: datetime | None = None) -> Waiting | None:
        """The draft of that key; ``None`` where it was decided on, or has waited too long."""
        row = self._db.execute(f"{_SELECT} WHERE key = ? AND until > ?", (key, _iso(now))).fetchone()
        return None if row is None else _waiting(row)

    def change(self, key: str, draft: Draft) -> bool:
        """Let another draft wait in its place, under the same key and no longer; whether it was there."""
        with self._transaction():
            done = self._db.execute("UPDATE pending SET draft = ? WHERE key = ?", (_written(draft), key))
        return done.rowcount > 0

    def drop(self, key: str) -> bool:
        """It waits no longer; whether it was there: of two who decide at once, one is told so."""
        with self._transaction():
            return self._db.execute("DELETE FROM pending WHERE key = ?", (key,)).rowcount > 0

    def list(
        self,
        *,
        source: str | None = None,
        batch: str | None = None,
        limit: int | None = None,
        start: int = 0,
        now: datetime | None = None,
    ) -> tuple[Waiting, ...]:
        """Those that wait, the oldest first: of a source, of a batch, or all; at most ``limit`` from ``start`` on."""
        rows = self._db.execute(
            f"{_SELECT} WHERE (?1 IS NULL OR source = ?1) AND (?2 IS NULL OR batch = ?2) AND until > ?3 "
            "ORDER BY id LIMIT ?4 OFFSET ?5",
            (source, batch, _iso(now), -1 if limit is None else limit, start),
        )
        return tuple(map(_waiting, rows))

    def keys(self, batch: str, *, now: datetime | None = None) -> tuple[str, ...]:
        """The keys of a batch, the oldest first, without reading its drafts."""
        rows = self._db.execute("SELECT key FROM pending WHERE batch = ? AND until > ? ORDER BY id", (batch, _iso(now)))
        return tuple(row[0] for row in rows)

    def count(self, *, source: str | None = None, batch: str | None = None, now: datetime | None = None) -> int:
        """How many wait: of a source, of a batch, or in all."""
        (number,) = self._db.execute(
            "SELECT count(*) FROM pending WHERE (?1 IS NULL OR source = ?1) AND (?2 IS NULL OR batch = ?2) "
            "AND until > ?3",
            (source, batch, _iso(now)),
        ).fetchone()
        return int(number)

    def forget_old(self, *, now: datetime | None = None) -> int:
        """What has waited too long goes; returns how many did."""
        with self._transaction():
            return self._db.execute("DELETE FROM pending WHERE until <= ?", (_iso(now),)).rowcount


def _written(draft: Draft) -> str:
    written = json.dumps(asdict(draft), ensure_ascii=False)
    written.encode()
    return written


def _waiting(row: tuple[Any, ...]) -> Waiting:
    key, draft, by, source, batch, at, until = row
    value = json.loads(draft)
    return Waiting(key, Draft(**{**value, "authors": tuple(value["authors"])}), by, source, batch, at, until)


def _iso(now: datetime | None) -> str:
    return (now or datetime.now(UTC)).isoformat(timespec="seconds")
