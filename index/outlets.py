"""What each outlet allows: how many words of one of its articles may be quoted at once, and the licence to be named.

Kept by the outlet's name, whatever its case, and read with each article (`Article.terms`): whatever shows or hands on
words knows what is allowed for them.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from index.audit import Action, Entry, Log
from index.errors import ArchiveError, NotUndoable
from index.types import Terms

MOST_WORDS = 10_000
LONGEST_LICENCE = 200
"""Characters of a licence note: it stands on every card of the outlet."""
SUBJECT = "outlet:"
"""How the subject of a log entry about an outlet begins."""
# Chinese, Japanese, Thai and their like are written without spaces; a word of theirs has about two characters.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff]")


def words_in(text: str) -> int:
    """How many words ``text`` has: what stands between spaces, and of scripts without spaces two characters a word."""
    spaced = len(_UNSPACED.sub(" ", text).split())
    return spaced + -(-len(_UNSPACED.findall(text)) // 2)


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet and what it allows."""

    name: str
    terms: Terms


def create_tables(db: sqlite3.Connection) -> None:
    """The migration that makes room for it."""
    db.executescript(
        """
        CREATE TABLE outlets (key TEXT PRIMARY KEY, name TEXT NOT NULL, words INTEGER, licence TEXT) WITHOUT ROWID;
        """
    )


def key_of(name: str | None) -> str | None:
    """What stands for an outlet's name, whatever its case; SQLite's own ``lower`` knows ASCII alone."""
    return None if name is None else " ".join(name.casefold().split())


class Outlets:
    """What the outlets of one archive allow. Each change is a transaction of its own, with its entry in the log."""

    def __init__(
        self, db: sqlite3.Connection, transaction: Callable[[], AbstractContextManager[None]], log: Log
    ) -> None:
        self._db = db
        self._transaction = transaction
        self._log = log

    def list(self) -> tuple[Outlet, ...]:
        """The outlets of which something is said, by name."""
        rows = self._db.execute("SELECT name, words, licence FROM outlets ORDER BY key")
        return tuple(Outlet(name, Terms(words, licence)) for name, words, licence in rows)

    def get(self, name: str) -> Terms:
        """What an outlet allows: everything, where nothing is said of it."""
        row = self._db.execute("SELECT words, licence FROM outlets WHERE key = ?", (key_of(name),)).fetchone()
        return Terms() if row is None else Terms(*row)

    def set(self, name: str, terms: Terms, *, by: str | None = None) -> Terms:
        """Say what an outlet allows; ``Terms()`` takes back what was said. Returns what it was.

        Raises ``ArchiveError`` for a name or note that cannot be kept.
        """
        name, licence = " ".join(name.split()), " ".join((terms.licence or "").split()) or None
        if not name or len(name) > 200:
            raise ArchiveError("An outlet has a name of at most 200 characters.")
        if licence and len(licence) > LONGEST_LICENCE:
            raise ArchiveError(f"A licence note has at most {LONGEST_LICENCE} characters.")
        if terms.words is not None and not 0 <= terms.words <= MOST_WORDS:
            raise ArchiveError(f"A word cap is a number from 0 to {MOST_WORDS:,}.")
        after = Terms(terms.words, licence)
        with self._transaction():
            before = self.get(name)
            if before != after:
                self._put(name, after)
                self._log.note(
                    Action.SETTINGS, name, by=by, subject=f"{SUBJECT}{key_of(name)}",
                    before=_value(name, before), after=_value(name, after),
                )  # fmt: skip
        return before

    def undo(self, entry: Entry) -> None:
        """Put back what was said before; call inside a transaction. Raises ``NotUndoable``."""
        if entry.before is None:
            raise NotUndoable("What was said of this outlet before is forgotten.")
        name = entry.before["name"]
        if entry.after is None or self.get(name) != _terms(entry.after):
            raise NotUndoable("Something else was said of this outlet since; undo the newer change first.")
        self._put(name, _terms(entry.before))

    def _put(self, name: str, terms: Terms) -> None:
        if terms == Terms():
            self._db.execute("DELETE FROM outlets WHERE key = ?", (key_of(name),))
        else:
            self._db.execute(
                "INSERT OR REPLACE INTO outlets VALUES (?, ?, ?, ?)", (key_of(name), name, terms.words, terms.licence)
            )


def _value(name: str, terms: Terms) -> dict[str, Any]:
    return {"name": name, "words": terms.words, "licence": terms.licence}


def _terms(value: Any) -> Terms:
    return Terms(value["words"], value["licence"])
