"""What members asked and the articles do not answer: questions of one meaning together, and how many people asked.

Of who asked there is a pseudonym (`index.feedback.pseudonym`), of a question that was asked in private not even that:
only its text, and how often. All of it is forgotten after a time that is set, and at once where somebody wants what is
kept of them deleted.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from index.subscriptions import Wanted
from index.types import Filters, Reason

ALIKE = 0.75
"""Least cosine of a question and the mean of those it is put with. Of 7,888 pairs of human questions that ask for the
same words of a sentence (QAMR, Wikinews part) .22 reach it, of 62,464 that ask for other words of that sentence .04, of
unrelated ones .0003. At .65: .34, .09, .0008; at .85: .12, .01, 0. Two gaps that are one are a smaller nuisance than a
question that is hidden behind, and dismissed with, another."""
MOST = 2000
"""Questions, the latest, that are put together: all pairs of more would take seconds."""


class State(StrEnum):
    """How far a question is. The values are stored, and part of the machine-readable interface."""

    OPEN = "open"
    DISMISSED = "dismissed"
    CLOSED = "closed"
    """An article that came in later answers it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question that was not answered, with everybody who asked it in these words."""

    wanted: Wanted
    reason: Reason
    """Why there was no answer when it was asked last."""
    state: State
    members: frozenset[str]
    """Pseudonyms of those who asked it where others could see it."""
    private: int
    """How often it was asked in private."""
    times: int
    """How often it was asked in all."""
    first: str
    """When it was asked first, ISO and in UTC."""
    last: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions of one meaning that nothing on record answers."""

    questions: tuple[Asked, ...]
    """Those that most members asked first; at least one."""

    @property
    def key(self) -> str:
        """Stands for the gap: the key of its first question."""
        return self.questions[0].wanted.key

    @property
    def members(self) -> int:
        """How many different members asked. All who asked in private count as one: nothing tells them apart."""
        named = frozenset().union(*(one.members for one in self.questions))
        return len(named) + any(one.private for one in self.questions)

    @property
    def times(self) -> int:
        """How often it was asked."""
        return sum(one.times for one in self.questions)

    @property
    def first(self) -> str:
        """When it was asked first."""
        return min(one.first for one in self.questions)

    @property
    def last(self) -> str:
        """When it was asked last."""
        return max(one.last for one in self.questions)

    @property
    def dismissed(self) -> bool:
        """Whether moderators do not want to see it: whoever asks the same in other words changes nothing of that."""
        return any(one.state is State.DISMISSED for one in self.questions)


def clustered(vectors: NDArray[np.float32], alike: float = ALIKE) -> tuple[tuple[int, ...], ...]:
    """Rows of ``vectors``, unit vectors of shape ``(n, d)``, put together by meaning: each row in exactly one group.

    One after the other, each joins the group whose mean direction is nearest, if their cosine is at least ``alike``,
    else it begins one: what is together stays together when more questions come.
    """
    groups: list[list[int]] = []
    sums = np.empty((len(vectors), vectors.shape[1] if len(vectors) else 0), np.float32)
    lengths = np.empty(len(vectors), np.float32)
    for row, vector in enumerate(vectors):
        cosines = sums[: len(groups)] @ vector / lengths[: len(groups)]
        nearest = int(np.argmax(cosines)) if len(groups) else 0
        if groups and cosines[nearest] >= alike:
            groups[nearest].append(row)
            sums[nearest] += vector
        else:
            nearest = len(groups)
            groups.append([row])
            sums[nearest] = vector
        lengths[nearest] = max(float(np.linalg.norm(sums[nearest])), 1e-9)
    return tuple(map(tuple, groups))


def gaps_of(asked: Sequence[Asked], vectors: NDArray[np.float32], alike: float = ALIKE) -> tuple[Gap, ...]:
    """The gaps that questions make, in the order in which they were first asked; ``vectors`` has a row for each.

    What most members asked comes first. Questions that were narrowed otherwise, or name other numbers, are different
    gaps: the same words about another year want another article.
    """
    apart: dict[tuple[object, ...], list[int]] = {}
    for row, one in enumerate(asked):
        apart.setdefault(_kind(one.wanted), []).append(row)
    gaps = [
        Gap(tuple(sorted((asked[rows[i]] for i in group), key=lambda one: (-len(one.members), -one.times, one.first))))
        for rows in apart.values()
        for group in clustered(vectors[rows], alike)
    ]
    return tuple(sorted(gaps, key=lambda gap: (-gap.members, -gap.times, gap.first)))


def _kind(wanted: Wanted) -> tuple[object, ...]:
    narrowed = (wanted.filters.speaker, wanted.filters.outlet, wanted.filters.since, wanted.filters.until)
    numbers = frozenset(re.findall(r"\d+(?:[.,]\d+)*", wanted.standalone))
    return *(part and part.casefold() for part in narrowed), numbers


@dataclass(frozen=True, slots=True)
class Digest:
    """Where a weekly message about gaps is sent, and when one was sent last."""

    channel: int | None
    last: str | None


DIGEST_DAYS = 7


def create_tables(db: sqlite3.Connection) -> None:
    """The migration that makes room for it."""
    db.executescript(
        """
        CREATE TABLE gap_questions (
            key TEXT PRIMARY KEY, question TEXT NOT NULL, standalone TEXT NOT NULL, carried TEXT NOT NULL, speaker TEXT,
            outlet TEXT, since TEXT, until TEXT, asked_on TEXT, reason TEXT NOT NULL, state TEXT NOT NULL,
            mark TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE gap_asked (
            id INTEGER PRIMARY KEY AUTOINCREMENT, question TEXT NOT NULL REFERENCES gap_questions ON DELETE CASCADE,
            member TEXT, at TEXT NOT NULL);
        CREATE INDEX gap_asked_question ON gap_asked (question);
        CREATE INDEX gap_asked_member ON gap_asked (member);
        CREATE TABLE gap_digest (id INTEGER PRIMARY KEY CHECK (id = 1), last TEXT);
        """
    )


_QUESTION = "key, question, standalone, carried, speaker, outlet, since, until, asked_on"


class Gaps:
    """The unanswered questions of one archive. Each change but ``set_state`` is a transaction of its own."""

    def __init__(self, db: sqlite3.Connection, transaction: Callable[[], AbstractContextManager[None]]) -> None:
        self._db = db
        self._transaction = transaction

    def note(self, wanted: Wanted, reason: Reason, mark: str, member: str | None, now: datetime | None = None) -> None:
        """Keep that a question was asked and not answered; ``member`` is a pseudonym, ``None`` for a private one.

        ``mark`` names what was served. What was answered meanwhile, and is not any more, is open again.
        """
        filters = wanted.filters
        values = (
            wanted.key, wanted.question, wanted.standalone, json.dumps(wanted.carried), filters.speaker, filters.outlet,
            filters.since, filters.until, wanted.asked_on, reason.value, State.OPEN.value, mark,
        )  # fmt: skip
        with self._transaction():
            self._db.execute(
                f"INSERT INTO gap_questions ({_QUESTION}, reason, state, mark) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "  # noqa: S608, E501  # our own names
                "ON CONFLICT (key) DO UPDATE SET reason = excluded.reason, mark = excluded.mark, "
                "state = CASE state WHEN 'closed' THEN 'open' ELSE state END",
                values,
            )
            self._db.execute(
                "INSERT INTO gap_asked (question, member, at) VALUES (?, ?, ?)", (wanted.key, member, _iso(now))
            )

    def asked(self, *states: State) -> tuple[Asked, ...]:
        """The latest `MOST` questions in these states, in the order in which they were first asked."""
        wanted = ", ".join(f"'{state.value}'" for state in states)
        rows = self._db.execute(
            f"SELECT {_QUESTION}, reason, state, first, last, times, private, members FROM gap_questions q JOIN "  # noqa: S608  # our own names
            "(SELECT question AS of, min(at) AS first, max(at) AS last, count(*) AS times, "
            "sum(member IS NULL) AS private, json_group_array(DISTINCT member) AS members FROM gap_asked "
            f"GROUP BY question) ON of = key WHERE state IN ({wanted}) ORDER BY last DESC, key LIMIT ?",
            (MOST,),
        )
        return tuple(sorted((_asked(row) for row in rows), key=lambda one: (one.first, one.wanted.key)))

    def due(self, mark: str, limit: int) -> tuple[Wanted, ...]:
        """At most ``limit`` open questions that have not been asked since ``mark`` is served."""
        rows = self._db.execute(
            f"SELECT {_QUESTION} FROM gap_questions WHERE state <> 'closed' AND mark <> ? ORDER BY key LIMIT ?",  # noqa: S608
            (mark, limit),
        )
        return tuple(_wanted(row) for row in rows)

    def still_open(self, key: str, mark: str) -> None:
        """It was asked while ``mark`` was served, and not answered."""
        with self._transaction():
            self._db.execute("UPDATE gap_questions SET mark = ? WHERE key = ?", (mark, key))

    def states(self, keys: Iterable[str]) -> dict[str, State]:
        """Key → state, of those of the questions that are kept."""
        rows = self._db.execute(
            "SELECT key, state FROM gap_questions WHERE key IN (SELECT value FROM json_each(?))",
            (json.dumps(list(keys)),),
        )
        return {key: State(state) for key, state in rows}

    def set_state(self, keys: Iterable[str], state: State) -> None:
        """Say how far questions are; call inside the transaction of the change."""
        self._db.executemany("UPDATE gap_questions SET state = ? WHERE key = ?", [(state.value, key) for key in keys])

    def forget_member(self, pseudonym: str) -> int:
        """Forget everything that is kept under a pseudonym, and the questions that nobody else asked; how often.

        To be called inside a transaction.
        """
        gone = self._db.execute("DELETE FROM gap_asked WHERE member = ?", (pseudonym,)).rowcount
        self._forget_unasked()
        return gone

    def of_member(self, pseudonym: str) -> tuple[tuple[str, str], ...]:
        """What is kept under a pseudonym: each question, and when it was asked."""
        rows = self._db.execute(
            "SELECT q.question, a.at FROM gap_asked a JOIN gap_questions q ON q.key = a.question WHERE a.member = ? "
            "ORDER BY a.at",
            (pseudonym,),
        )
        return tuple((question, at) for question, at in rows)

    def forget_old(self, days: int, now: datetime | None = None) -> int:
        """Forget what was asked more than ``days`` ago; how often."""
        before = _iso((now or datetime.now(UTC)) - timedelta(days=days))
        if self._db.execute("SELECT 1 FROM gap_asked WHERE at < ? LIMIT 1", (before,)).fetchone() is None:
            return 0  # nothing is written where nothing is old
        with self._transaction():
            gone = self._db.execute("DELETE FROM gap_asked WHERE at < ?", (before,)).rowcount
            self._forget_unasked()
        return gone

    def _forget_unasked(self) -> None:
        self._db.execute("DELETE FROM gap_questions WHERE key NOT IN (SELECT question FROM gap_asked)")

    # --- the weekly message -------------------------------------------------------------------------------------

    def digest(self, channel: int | None) -> Digest:
        """Where the weekly message goes, which is a setting of the server, and when the last one was sent."""
        row = self._db.execute("SELECT last FROM gap_digest").fetchone()
        return Digest(channel, None if row is None else row[0])

    def take_digest(self, channel: int | None, now: datetime | None = None) -> Digest | None:
        """What was kept of it, if one is to be sent now: from then on it counts as sent, so that no week gets two."""
        today = now or datetime.now(UTC)
        with self._transaction():
            kept = self.digest(channel)
            week = _iso(today - timedelta(days=DIGEST_DAYS))
            if kept.channel is None or (kept.last is not None and kept.last > week):
                return None
            self._db.execute("INSERT OR REPLACE INTO gap_digest (id, last) VALUES (1, ?)", (_iso(today),))
        return kept

    def give_back_digest(self, kept: Digest) -> None:
        """It could not be sent: as if it had not been tried."""
        with self._transaction():
            self._db.execute("UPDATE gap_digest SET last = ?", (kept.last,))


def _iso(now: datetime | None) -> str:
    return (now or datetime.now(UTC)).isoformat(timespec="seconds")


def _wanted(row: Sequence[str | None]) -> Wanted:
    key, question, standalone, carried, speaker, outlet, since, until, asked_on = row
    filters = Filters(speaker, outlet, since, until)
    return Wanted(str(key), str(question), str(standalone), tuple(json.loads(str(carried))), filters, asked_on)


def _asked(row: Sequence[str | None]) -> Asked:
    reason, state, first, last, times, private, members = row[9:]
    named = frozenset(member for member in json.loads(str(members)) if member is not None)
    return Asked(
        _wanted(row[:9]), Reason(str(reason)), State(str(state)), named, int(private or 0), int(times or 0),
        str(first), str(last),
    )  # fmt: skip
