"""Which cards were posted where, and what each of them quotes, so that a correction reaches what was said already.

Kept are ids of messages and channels, and of each quotation its receipt, its speaker as the card names them, and a hash
of its characters. No question is kept, nor who asked. Of a card that was corrected, the parts that were taken out are
kept until it is put back or forgotten.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from index.types import Receipt, Span


class Kind(StrEnum):
    """What a card is. The values are stored, and part of the machine-readable interface."""

    ANSWER = "answer"
    SHARED = "shared"
    TOPIC = "topic"
    TIMELINE = "timeline"
    CHECK = "check"
    TOLD = "told"


class State(StrEnum):
    """How far a card is."""

    DONE = "done"
    """It shows what is on record."""
    DUE = "due"
    EDITING = "editing"
    """It may have been edited: a process that ends here leaves it to be edited (again), to the same end."""


class Standing(StrEnum):
    """What became of a quotation."""

    STANDS = "stands"
    ALTERED = "altered"
    """Its characters stand no more in its article."""
    WITHDRAWN = "withdrawn"
    """Its article is no longer on record."""
    SPEAKER = "speaker"
    """Its characters stand, but as somebody else's."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of a quotation, and by which text or speaker that is known."""

    standing: Standing = Standing.STANDS
    by: str = ""
    """Of an altered one, the SHA-256 of the text that has it no more; of a speaker, the name now (empty: none)."""
    moved: bool = False
    """Whether the text is another than the one that was quoted, so that buttons into that one lead nowhere."""

    def __str__(self) -> str:
        return f"{self.standing}:{self.moved:d}:{self.by}"

    @classmethod
    def parse(cls, written: str) -> Finding:
        """Read what ``str`` wrote."""
        standing, moved, by = written.split(":", 2)
        return cls(Standing(standing), by, moved == "1")


STANDS = Finding()


@dataclass(frozen=True, slots=True)
class Quoted:
    """One quotation of a card."""

    receipt: Receipt
    """The words that are shown, which may be a part of a passage."""
    place: int
    """Which of the card's texts shows it, counting from 0 over all of them."""
    digest: str
    """Hash of its characters, as `digest` has it."""
    length: int
    """How many characters it has, white space made even."""
    who: str
    """Who said it, as the card says."""
    speaker: str | None = None
    """The name of the speaker; ``None`` where the card names none."""
    cited: bool = False
    """Whether it is somebody's words, and not the outlet's own."""
    title: str = ""
    """What the article is called in a list."""
    found: Finding = STANDS
    """What became of it."""
    shown: Finding = STANDS
    """What of that the card shows."""
    reads: str = ""
    """Hash of the words that the card gives as those of the article now."""
    since: str = ""
    """ISO day since which the card shows that."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A card in a channel."""

    message: int
    channel: int
    at: str
    """When it was sent, ISO and in UTC."""
    kind: Kind
    language: str
    """In which its own words are."""
    quotations: tuple[Quoted, ...]
    state: State = State.DONE
    change: int | None = None
    """The number of the change that it is corrected for."""
    before: Any = None
    """The parts of it as it was sent that a correction took out; ``None`` where it stands as it was sent."""
    told: bool = False
    """Whether a correction has been made that the channel has to be told about."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What one channel is to be told about one change."""

    change: int
    channel: int
    sending: bool
    """Whether it may have been sent already."""


def digest(words: str) -> str:
    """16 hexadecimal digits that stand for the characters of ``words``; white space is made even."""
    return hashlib.sha256(even(words).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def even(words: str) -> str:
    """``words`` with one space for each run of white space, and none at the ends."""
    return " ".join(words.split())


def create_tables(db: sqlite3.Connection) -> None:
    """The migration that makes room for it."""
    db.executescript(
        """
        CREATE TABLE cards (
            message INTEGER PRIMARY KEY, channel INTEGER NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL,
            language TEXT NOT NULL, state TEXT NOT NULL, change INTEGER, before TEXT, told INTEGER NOT NULL);
        CREATE INDEX cards_at ON cards (at);
        CREATE INDEX cards_change ON cards (change);
        CREATE TABLE card_quotations (
            message INTEGER NOT NULL REFERENCES cards ON DELETE CASCADE, number INTEGER NOT NULL, article TEXT NOT NULL,
            sha256 TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, place INTEGER NOT NULL,
            digest TEXT NOT NULL, length INTEGER NOT NULL, who TEXT NOT NULL, speaker TEXT, cited INTEGER NOT NULL,
            title TEXT NOT NULL, found TEXT NOT NULL, shown TEXT NOT NULL, reads TEXT NOT NULL, since TEXT NOT NULL,
            PRIMARY KEY (message, number)) WITHOUT ROWID;
        CREATE INDEX card_quotations_article ON card_quotations (article);
        CREATE TABLE card_changes (id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL);
        CREATE TABLE card_notices (
            change INTEGER NOT NULL, channel INTEGER NOT NULL, sending INTEGER NOT NULL,
            PRIMARY KEY (change, channel)) WITHOUT ROWID;
        CREATE TABLE card_mark (id INTEGER PRIMARY KEY CHECK (id = 1), mark TEXT NOT NULL);
        """
    )


class Cards:
    """The posted cards of one archive. Each change is a transaction of its own."""

    def __init__(self, db: sqlite3.Connection, transaction: Callable[[], AbstractContextManager[None]]) -> None:
        self._db = db
        self._transaction = transaction

    # --- what is posted

    def put(self, card: Posted) -> None:
        """Remember a card, in place of what the same message showed before."""
        with self._transaction():
            self._forget([card.message])
            self._db.execute(
                "INSERT INTO cards (message, channel, at, kind, language, state, told) VALUES (?, ?, ?, ?, ?, ?, 0)",
                (card.message, card.channel, card.at, card.kind.value, card.language, State.DONE.value),
            )
            self._db.executemany(
                "INSERT INTO card_quotations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(card.message, number, *_values(quoted)) for number, quoted in enumerate(card.quotations)],
            )

    def forget(self, messages: Sequence[int]) -> None:
        """Forget cards; nothing is written where none of them is known."""
        known = [message for message in messages if self._has(message)]
        if known:
            with self._transaction():
                self._forget(known)

    def forget_old(self, days: int, now: datetime | None = None) -> int:
        """Forget what was posted more than so many days ago; returns how many cards went."""
        limit = ((now or datetime.now(UTC)) - timedelta(days=days)).isoformat(timespec="seconds")
        if self._db.execute("SELECT 1 FROM cards WHERE at < ? LIMIT 1", (limit,)).fetchone() is None:
            return 0
        with self._transaction():
            return self._db.execute("DELETE FROM cards WHERE at < ?", (limit,)).rowcount

    def _has(self, message: int) -> bool:
        return self._db.execute("SELECT 1 FROM cards WHERE message = ?", (message,)).fetchone() is not None

    def _forget(self, messages: Iterable[int]) -> None:
        self._db.executemany("DELETE FROM cards WHERE message = ?", [(message,) for message in messages])

    def get(self, message: int) -> Posted | None:
        """One card, if it is known."""
        return next(self._read("c.message = ?", message), None)

    def all(self) -> tuple[Posted, ...]:
        """Every card, oldest first."""
        return tuple(self._read("1"))

    def articles(self) -> tuple[str, ...]:
        """Ids of the articles that some card quotes."""
        return tuple(
            row[0] for row in self._db.execute("SELECT DISTINCT article FROM card_quotations ORDER BY article")
        )

    def quoting(self, article: str) -> tuple[Posted, ...]:
        """The cards that quote an article, oldest first."""
        return tuple(self._read("c.message IN (SELECT message FROM card_quotations WHERE article = ?)", article))

    # --- what became of it

    @property
    def mark(self) -> str:
        """Names what was served when the cards were last compared with it; empty before the first time."""
        row = self._db.execute("SELECT mark FROM card_mark").fetchone()
        return "" if row is None else str(row[0])

    def compared(self, found: Sequence[tuple[int, int, Finding]], mark: str, now: datetime | None = None) -> int:
        """Keep what became of quotations, each as ``(message, its number on the card, what was found)``.

        Cards that show otherwise are due, all of them for one change; returns how many became so. A card that was due
        and shows what is found after all is done.
        """
        with self._transaction():
            self._db.executemany(
                "UPDATE card_quotations SET found = ? WHERE message = ? AND number = ?",
                [(str(finding), message, number) for message, number, finding in found],
            )
            touched = {message for message, _, _ in found}
            due = [message for message in touched if self._differs(message)]
            self._db.executemany(
                # One that a killed process may have edited is edited again, whatever it is to show.
                "UPDATE cards SET state = ? WHERE message = ? AND state = ?",
                [(State.DONE.value, message, State.DUE.value) for message in touched.difference(due)],
            )
            if due:
                change = self._new_change(now)
                self._db.executemany(
                    "UPDATE cards SET state = ?, change = ? WHERE message = ?",
                    [(State.DUE.value, change, message) for message in due],
                )
            self._db.execute("INSERT OR REPLACE INTO card_mark (id, mark) VALUES (1, ?)", (mark,))
        return len(due)

    def _differs(self, message: int) -> bool:
        row = self._db.execute(
            "SELECT 1 FROM card_quotations WHERE message = ? AND found <> shown LIMIT 1", (message,)
        ).fetchone()
        return row is not None

    def _new_change(self, now: datetime | None) -> int:
        at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        return int(self._db.execute("INSERT INTO card_changes (at) VALUES (?)", (at,)).lastrowid or 0)

    # --- the work

    def due(self) -> tuple[Posted, ...]:
        """Cards to be edited, those first that may have been; oldest first."""
        return tuple(self._read(f"c.state <> '{State.DONE}' ORDER BY c.state = '{State.DUE}', c.message"))

    def begin(self, message: int, before: Any) -> None:
        """A card is about to be edited; ``before`` are the parts that this takes out."""
        with self._transaction():
            self._db.execute(
                "UPDATE cards SET state = ?, before = ? WHERE message = ?",
                (State.EDITING.value, None if before is None else json.dumps(before, ensure_ascii=False), message),
            )

    def finish(self, card: Posted, shows: Sequence[Quoted], *, told: bool) -> None:
        """A card shows what ``shows`` says; ``told``: its channel has to be told about it.

        It stays due where something else was found meanwhile.
        """
        with self._transaction():
            for number, quoted in enumerate(shows):
                self._db.execute(
                    "UPDATE card_quotations SET shown = ?, reads = ?, since = ? WHERE message = ? AND number = ?",
                    (str(quoted.shown), quoted.reads, quoted.since, card.message, number),
                )
            as_sent = all(quoted.shown.standing is Standing.STANDS for quoted in shows)
            state = State.DUE if self._differs(card.message) else State.DONE
            self._db.execute(
                f"UPDATE cards SET state = ?, told = max(told, ?){', before = NULL' if as_sent else ''} "  # noqa: S608
                "WHERE message = ?",
                (state.value, told, card.message),
            )
            # One that was corrected before, of which nobody was told yet, is told of with this change.
            self._db.execute(
                "INSERT OR IGNORE INTO card_notices SELECT change, channel, 0 FROM cards "
                "WHERE message = ? AND told AND change IS NOT NULL",
                (card.message,),
            )

    def notices(self) -> tuple[Notice, ...]:
        """What channels are to be told, where no card waits for the same change."""
        rows = self._db.execute(
            "SELECT n.change, n.channel, n.sending FROM card_notices n WHERE NOT EXISTS (SELECT 1 FROM cards c "
            "WHERE c.channel = n.channel AND c.change = n.change AND c.state <> ?) ORDER BY n.change, n.channel",
            (State.DONE.value,),
        )
        return tuple(Notice(change, channel, bool(sending)) for change, channel, sending in rows)

    def changed(self, notice: Notice) -> tuple[Posted, ...]:
        """The cards that a notice is about, oldest first; none where all have been corrected again since."""
        return tuple(self._read("c.told AND c.channel = ? AND c.change = ?", notice.channel, notice.change))

    def sending(self, notice: Notice) -> None:
        """A notice is about to be sent."""
        with self._transaction():
            self._db.execute(
                "UPDATE card_notices SET sending = 1 WHERE change = ? AND channel = ?", (notice.change, notice.channel)
            )

    def sent(self, notice: Notice) -> None:
        """A notice was sent, or is not to be: its story is over."""
        with self._transaction():
            self._db.execute(
                "DELETE FROM card_notices WHERE change = ? AND channel = ?", (notice.change, notice.channel)
            )
            self._db.execute(
                "UPDATE cards SET told = 0 WHERE change = ? AND channel = ?", (notice.change, notice.channel)
            )

    def _read(self, condition: str, *values: object) -> Iterator[Posted]:
        """The cards that meet a condition of ours."""
        order = "" if "ORDER BY" in condition else " ORDER BY c.message"
        rows = self._db.execute(
            "SELECT c.message, c.channel, c.at, c.kind, c.language, c.state, c.change, c.before, c.told "  # noqa: S608
            f"FROM cards c WHERE {condition}{order}",
            values,
        ).fetchall()
        for message, channel, at, kind, language, state, change, before, told in rows:
            yield Posted(
                message, channel, at, Kind(kind), language, self._quotations(message), State(state), change,
                None if before is None else json.loads(before), bool(told),
            )  # fmt: skip

    def _quotations(self, message: int) -> tuple[Quoted, ...]:
        rows = self._db.execute(
            'SELECT article, sha256, start, "end", place, digest, length, who, speaker, cited, title, found, shown, '
            "reads, since FROM card_quotations WHERE message = ? ORDER BY number",
            (message,),
        )
        return tuple(map(_quoted, rows))


def _values(quoted: Quoted) -> tuple[object, ...]:
    receipt = quoted.receipt
    return (
        receipt.article_id, receipt.sha256, receipt.span.start, receipt.span.end, quoted.place, quoted.digest,
        quoted.length, quoted.who, quoted.speaker, quoted.cited, quoted.title, str(quoted.found), str(quoted.shown),
        quoted.reads, quoted.since,
    )  # fmt: skip


def _quoted(row: tuple[Any, ...]) -> Quoted:
    article, sha256, start, end, place, hashed, length, who, speaker, cited, title, found, shown, reads, since = row
    return Quoted(
        Receipt(article, sha256, Span(start, end)), place, hashed, length, who, speaker, bool(cited), title,
        Finding.parse(found), Finding.parse(shown), reads, since,
    )  # fmt: skip
