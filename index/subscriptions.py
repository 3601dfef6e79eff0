"""Who asked to be told when a question is answered: kept in the archive's own file, and no longer than needed.

An abstention offers to tell; what is stored for that is the question alone. Only when somebody takes the offer is a
person stored with it, by the id Discord knows them by, for otherwise they could not be told. It is deleted when they
are told, when they no longer want to be, and after `KEPT_DAYS`; and it goes with the archive.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from index.types import Abstention, Filters

AT_MOST = 20
"""Questions that one member may wait for in one archive."""
KEPT_DAYS = 180
"""Days after which nobody is told any more."""
OFFERED_DAYS = 30
"""Days for which a question is kept that nobody asked to be told about."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question that had no answer, as it is to be asked again."""

    key: str
    """Ten characters that stand for what is asked and what it is narrowed to."""
    question: str
    standalone: str
    """With what earlier turns added to it."""
    carried: tuple[str, ...] = ()
    filters: Filters = Filters()
    asked_on: str | None = None
    """ISO day on which it was asked first: "this week" goes on meaning that week."""

    @classmethod
    def of(cls, abstention: Abstention, filters: Filters, asked_on: str | None) -> Wanted:
        """The question of an abstention. What tells questions apart is what is looked up, whatever its case."""
        narrowed = [filters.speaker, filters.outlet, filters.since, filters.until]
        asked = [" ".join(abstention.standalone.casefold().split()), *narrowed]
        digest = hashlib.sha256(json.dumps(asked).encode()).digest()
        key = base64.urlsafe_b64encode(digest[:9]).decode()[:10]
        return cls(key, abstention.question, abstention.standalone, abstention.carried, filters, asked_on)


class State(StrEnum):
    """How far a subscription is."""

    WAITING = "waiting"
    TELLING = "telling"
    """The message may have been sent: a process that ends here leaves it to be looked for."""
    TOLD = "told"
    """Of a question asked in private: told that there is an answer, which has not been opened yet."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody asked to be told."""

    channel: int
    message: int
    """The card that said that there is no answer."""
    private: bool
    """Whether only the member saw it."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One member who waits for the answer to one question."""

    id: int
    member: int
    wanted: Wanted
    place: Place
    state: State
    at: str
    """When it was asked for, ISO and in UTC."""


class Outcome(StrEnum):
    """What came of asking to be told."""

    ADDED = "added"
    ALREADY = "already"
    TOO_MANY = "too_many"
    GONE = "gone"
    """The offer is too old: the question is not known any more."""


def create_tables(db: sqlite3.Connection) -> None:
    """The migration that makes room for it."""
    db.executescript(
        """
        CREATE TABLE wanted (
            key TEXT PRIMARY KEY, question TEXT NOT NULL, standalone TEXT NOT NULL, carried TEXT NOT NULL, speaker TEXT,
            outlet TEXT, since TEXT, until TEXT, asked_on TEXT, mark TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE subscriptions (
            id INTEGER PRIMARY KEY AUTOINCREMENT, wanted TEXT NOT NULL REFERENCES wanted, member INTEGER NOT NULL,
            channel INTEGER NOT NULL, message INTEGER NOT NULL, private INTEGER NOT NULL, state TEXT NOT NULL,
            mark TEXT NOT NULL, at TEXT NOT NULL);
        CREATE UNIQUE INDEX subscriptions_once ON subscriptions (member, wanted);
        CREATE INDEX subscriptions_wanted ON subscriptions (wanted);
        """
    )


_WANTED = "w.key, w.question, w.standalone, w.carried, w.speaker, w.outlet, w.since, w.until, w.asked_on"
_SELECT = (
    f"SELECT s.id, s.member, s.channel, s.message, s.private, s.state, s.at, {_WANTED} "  # noqa: S608  # our own names
    "FROM subscriptions s JOIN wanted w ON w.key = s.wanted"
)


class Subscriptions:
    """The subscriptions of one archive. Each change is a transaction of its own.

    ``mark`` names what is served: questions are asked again when it is another than when they were last asked.
    """

    def __init__(self, db: sqlite3.Connection, transaction: Callable[[], AbstractContextManager[None]]) -> None:
        self._db = db
        self._transaction = transaction

    def offer(self, wanted: Wanted, mark: str, now: datetime | None = None) -> None:
        """Keep a question that somebody may want to be told about."""
        filters = wanted.filters
        values = (
            wanted.key, wanted.question, wanted.standalone, json.dumps(wanted.carried), filters.speaker, filters.outlet,
            filters.since, filters.until, wanted.asked_on, mark, _iso(now),
        )  # fmt: skip
        with self._transaction():
            self._db.execute(
                "INSERT INTO wanted VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET at = excluded.at, mark = excluded.mark",
                values,
            )

    def add(self, key: str, member: int, place: Place, now: datetime | None = None) -> Outcome:
        """Tell ``member`` when the question of ``key`` is answered; at most once, and `AT_MOST` questions."""
        with self._transaction():
            mark = self._db.execute("SELECT mark FROM wanted WHERE key = ?", (key,)).fetchone()
            if mark is None:
                return Outcome.GONE
            if self.find(key, member) is not None:
                return Outcome.ALREADY
            count = self._db.execute("SELECT count(*) FROM subscriptions WHERE member = ?", (member,)).fetchone()
            if count[0] >= AT_MOST:
                return Outcome.TOO_MANY
            self._db.execute(
                "INSERT INTO subscriptions (wanted, member, channel, message, private, state, mark, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (key, member, place.channel, place.message, place.private, State.WAITING.value, mark[0], _iso(now)),
            )
        return Outcome.ADDED

    def find(self, key: str, member: int) -> Subscription | None:
        """The member's subscription of that question, if there is one."""
        row = self._db.execute(f"{_SELECT} WHERE s.wanted = ? AND s.member = ?", (key, member)).fetchone()
        return None if row is None else _subscription(row)

    def get(self, subscription: int) -> Subscription | None:
        """The subscription of that id, if there is one still."""
        row = self._db.execute(f"{_SELECT} WHERE s.id = ?", (subscription,)).fetchone()
        return None if row is None else _subscription(row)

    def of(self, member: int) -> tuple[Subscription, ...]:
        """What a member waits for, the oldest first."""
        rows = self._db.execute(f"{_SELECT} WHERE s.member = ? ORDER BY s.id", (member,))
        return tuple(map(_subscription, rows))

    def due(self, mark: str, limit: int) -> tuple[Subscription, ...]:
        """At most ``limit`` that are to be asked again, those first whose message may not have been sent."""
        rows = self._db.execute(
            f"{_SELECT} WHERE s.state = ? OR (s.state = ? AND s.mark <> ?) "
            "ORDER BY s.state = 'waiting', s.wanted, s.id LIMIT ?",
            (State.TELLING.value, State.WAITING.value, mark, limit),
        )
        return tuple(map(_subscription, rows))

    def asked(self, subscriptions: Sequence[Subscription], mark: str) -> None:
        """They were asked while ``mark`` was served, and wait on."""
        self._set(subscriptions, "state = ?, mark = ?", State.WAITING.value, mark)

    def move(self, subscriptions: Sequence[Subscription], state: State) -> None:
        """Say how far they are now."""
        self._set(subscriptions, "state = ?", state.value)

    def _set(self, subscriptions: Sequence[Subscription], change: str, *values: str) -> None:
        with self._transaction():
            self._db.executemany(
                f"UPDATE subscriptions SET {change} WHERE id = ?",  # noqa: S608  # one of the two above
                [(*values, one.id) for one in subscriptions],
            )

    def remove(self, subscriptions: Sequence[Subscription]) -> None:
        """Forget them, and the questions that nobody waits for any more."""
        with self._transaction():
            self._db.executemany("DELETE FROM subscriptions WHERE id = ?", [(one.id,) for one in subscriptions])
            self._db.executemany(
                "DELETE FROM wanted WHERE key = ? AND key NOT IN (SELECT wanted FROM subscriptions)",
                [(one.wanted.key,) for one in subscriptions],
            )

    def forget_member(self, member: int) -> int:
        """Forget what a member waits for, and the questions that nobody waits for then; call inside a transaction."""
        keys = self._db.execute("SELECT wanted FROM subscriptions WHERE member = ?", (member,)).fetchall()
        gone = self._db.execute("DELETE FROM subscriptions WHERE member = ?", (member,)).rowcount
        self._db.executemany("DELETE FROM wanted WHERE key = ? AND key NOT IN (SELECT wanted FROM subscriptions)", keys)
        return gone

    def forget_old(self, now: datetime | None = None, *, offered_days: int = OFFERED_DAYS) -> int:
        """Forget what was kept long enough; returns how many rows went. ``offered_days`` counts where it is less."""
        today = now or datetime.now(UTC)
        days = KEPT_DAYS, min(offered_days, OFFERED_DAYS)
        first, offered = (_iso(today - timedelta(days=number)) for number in days)
        old = "SELECT 1 FROM subscriptions WHERE at < ? UNION SELECT 1 FROM wanted WHERE at < ?"
        if self._db.execute(old, (first, offered)).fetchone() is None:
            return 0  # nothing is written where nothing is old
        with self._transaction():
            gone = self._db.execute("DELETE FROM subscriptions WHERE at < ?", (first,)).rowcount
            gone += self._db.execute(
                "DELETE FROM wanted WHERE at < ? AND key NOT IN (SELECT wanted FROM subscriptions)", (offered,)
            ).rowcount
        return gone


def _iso(now: datetime | None) -> str:
    return (now or datetime.now(UTC)).isoformat(timespec="seconds")


def _subscription(row: Sequence[str | int | None]) -> Subscription:
    number, member, channel, message, private, state, at, key, question, standalone, carried = row[:11]
    speaker, outlet, since, until, asked_on = (None if value is None else str(value) for value in row[11:])
    filters = Filters(speaker, outlet, since, until)
    wanted = Wanted(str(key), str(question), str(standalone), tuple(json.loads(str(carried))), filters, asked_on)
    place = Place(int(channel or 0), int(message or 0), bool(private))
    return Subscription(int(number or 0), int(member or 0), wanted, place, State(str(state)), str(at))
