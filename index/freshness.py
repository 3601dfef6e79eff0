"""Whether the pages of stored articles are still there and still say the same: what each look found, and what is stale.

Looks are spread over the time between two of them, by the articles' ids, so that an archive of thousands is read a few
pages an hour. What is compared is every sentence of the stored text, as `livepage` compares a quotation.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index import livepage
from index.errors import FetchFailed, SourceError
from index.sentences import sentence_spans
from index.types import Article, Span

if TYPE_CHECKING:
    from index.sources.polite import Polite
    from index.sources.url import Got

STILL_THERE = 0.5
"""Share of an article's sentences that its page must have, so that the others count as changed. Below it the page shows
another thing (a wall, an empty frame that a browser fills), and nothing is known about the article."""
TRIES = 3
"""Looks in a row that reach no server, a day apart, after which a link is dead."""
RETRIED = timedelta(days=1)
_WORDS = 4
"""Words from which on a sentence is looked for: shorter ones ("He agreed.") say nothing by being there or not."""


class State(StrEnum):
    """What a look found. The values are stored, and part of the machine-readable interface."""

    OK = "ok"
    """The page is there and has every sentence."""
    MOVED = "moved"
    """So has the page at another address, to which the stored one leads for good."""
    CHANGED = "changed"
    """The page has most sentences, and some no more."""
    DEAD = "dead"
    """There is no page any more."""
    UNSEEN = "unseen"
    """A program cannot see the article now, so nothing is known."""


class Why(StrEnum):
    """Why an article is listed as stale, the worst first. The values are part of the machine-readable interface."""

    DEAD = "dead"
    CHANGED = "changed"
    MOVED = "moved"
    OLD = "old"
    """It is older than is configured."""
    UNCHECKED = "unchecked"
    """Its page was not looked at yet, or could not be seen."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the last look at an article's page found."""

    article_id: str
    state: State
    at: str
    """When, ISO and in UTC."""
    detail: str = ""
    """One sentence about it; empty where there is nothing to say."""
    moved_to: str | None = None
    missing: tuple[Span, ...] = ()
    """The sentences of the stored text that the page does not have, where it is changed."""
    failures: int = 0
    """Looks in a row that reached no server."""


@dataclass(frozen=True, slots=True)
class Stale:
    """An article that somebody should look at."""

    article: Article
    why: tuple[Why, ...]
    checked: Checked | None = None


def create_tables(db: sqlite3.Connection) -> None:
    """The migration that makes room for it."""
    db.executescript(
        """
        CREATE TABLE freshness (
            article TEXT PRIMARY KEY, subject TEXT NOT NULL, next TEXT NOT NULL, state TEXT, at TEXT, detail TEXT,
            moved_to TEXT, missing TEXT, failures INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
        """
    )


_UNKNOWN = ""
"""The subject of a look that was recorded before the article's looks were planned: taken for one at what is stored."""
_SELECT = "SELECT article, state, at, detail, moved_to, missing, failures FROM freshness"


class Freshness:
    """What was found about the pages of one archive. Each change is a transaction of its own."""

    def __init__(self, db: sqlite3.Connection, transaction: Callable[[], AbstractContextManager[None]]) -> None:
        self._db = db
        self._transaction = transaction

    def record(
        self,
        article_id: str,
        state: State,
        at: datetime,
        detail: str = "",
        *,
        moved_to: str | None = None,
        missing: Sequence[Span] = (),
        failures: int = 0,
        next: datetime | None = None,  # noqa: A002  # the column's name
    ) -> None:
        """Keep what a look at an article's page found, and when it is looked at ``next`` (where that changes)."""
        spans = json.dumps([[span.start, span.end] for span in missing])
        values = (state.value, _iso(at), detail, moved_to, spans, failures, next and _iso(next))
        with self._transaction():
            self._db.execute(
                "INSERT INTO freshness (article, subject, next, state, at, detail, moved_to, missing, failures) "
                "VALUES (?8, '', coalesce(?7, ?2), ?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (article) DO UPDATE SET "
                "state = ?1, at = ?2, detail = ?3, moved_to = ?4, missing = ?5, failures = ?6, "
                "next = coalesce(?7, next)",
                (*values, article_id),
            )

    def of(self, article_id: str) -> Checked | None:
        """What the last look found; ``None`` where there was none yet. It may have been at an earlier text."""
        row = self._db.execute(f"{_SELECT} WHERE article = ? AND state IS NOT NULL", (article_id,)).fetchone()
        return None if row is None else _checked(row)

    def stale(self) -> tuple[Checked, ...]:
        """The looks that found something: dead, changed or moved."""
        rows = self._db.execute(f"{_SELECT} WHERE state IN ('dead', 'changed', 'moved') ORDER BY at, article")
        return tuple(map(_checked, rows))

    def of_all(self, articles: Iterable[Article]) -> dict[str, Checked]:
        """The last look at each of ``articles`` as it is now, by its id; those without one are left out."""
        looks = {row[0]: row for row in self._db.execute(f"{_SELECT} WHERE state IS NOT NULL")}
        subjects = dict(self._db.execute("SELECT article, subject FROM freshness"))
        now = (article.id for article in articles if subjects.get(article.id) in (_subject(article), _UNKNOWN))
        return {article_id: _checked(looks[article_id]) for article_id in now if article_id in looks}

    def schedule(self, articles: Iterable[Article], now: datetime, every: timedelta) -> None:
        """Make room for looks at those of ``articles`` that have none yet, spread over ``every``; forget all others.

        An article with another text or address than was looked at is a new one.
        """
        wanted = {article.id: _subject(article) for article in articles if has_address(article)}
        known = dict(self._db.execute("SELECT article, subject FROM freshness"))
        gone = [(article_id,) for article_id in known.keys() - wanted.keys()]
        new = [
            (article_id, subject, _iso(now + every * _phase(article_id)))
            for article_id, subject in wanted.items()
            if known.get(article_id) not in (subject, _UNKNOWN)
        ]
        named = [(subject, article_id) for article_id, subject in wanted.items() if known.get(article_id) == _UNKNOWN]
        if not (gone or new or named):
            return  # nothing is written where nothing has changed
        with self._transaction():
            self._db.executemany("UPDATE freshness SET subject = ? WHERE article = ?", named)
            self._db.executemany("DELETE FROM freshness WHERE article = ?", gone)
            self._db.executemany("INSERT OR REPLACE INTO freshness (article, subject, next) VALUES (?, ?, ?)", new)

    def due(self, now: datetime, limit: int) -> tuple[str, ...]:
        """Ids of at most ``limit`` articles whose pages are to be looked at now, the one that waits longest first."""
        rows = self._db.execute(
            "SELECT article FROM freshness WHERE next <= ? ORDER BY next, article LIMIT ?", (_iso(now), limit)
        )
        return tuple(row[0] for row in rows)

    def next(self) -> str | None:
        """When the next look is due, ISO and in UTC; ``None`` where none is planned."""
        (found,) = self._db.execute("SELECT min(next) FROM freshness").fetchone()
        return None if found is None else str(found)


def has_address(article: Article) -> bool:
    """Whether the article states a web address."""
    return bool(article.url and re.match(r"https?://", article.url, re.IGNORECASE))


def _subject(article: Article) -> str:
    return hashlib.sha256(f"{article.url}\n{article.sha256}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _phase(article_id: str) -> float:
    """Where in the time between two looks an article's look lies, in [0, 1)."""
    digest = hashlib.sha256(article_id.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4]) / 2**32


def looked_at(article: Article, polite: Polite, before: Checked | None = None) -> Checked:
    """Look at the article's page. Blocks; that there is none is an outcome like others, and nothing is raised.

    The article must have a web address. ``before`` is what the last look found.
    """
    url = article.url or ""
    try:
        followed = polite.follow(url)
    except FetchFailed as error:
        at = _iso(polite.now())
        if error.status is not None:  # its own or its robots.txt's word, or its wish to be left alone
            return Checked(article.id, State.UNSEEN, at, str(error))
        return _out_of_reach(article, before, at, str(error))
    except SourceError as error:
        return Checked(article.id, State.UNSEEN, _iso(polite.now()), str(error))
    got, at = followed.got, _iso(polite.now())
    if got.status in (404, 410):
        return Checked(article.id, State.DEAD, at, f"Its server says that there is no such page (HTTP {got.status}).")
    if got.status >= 500:
        return _out_of_reach(article, before, at, f"Its server is in trouble (HTTP {got.status}).")
    if got.status != 200:
        return Checked(article.id, State.UNSEEN, at, f"Its server does not show it to programs (HTTP {got.status}).")
    return _compared(article, got, followed.moved_to, at)


def _out_of_reach(article: Article, before: Checked | None, at: str, problem: str) -> Checked:
    failures = 1 + (before.failures if before else 0)
    state = State.DEAD if failures >= TRIES else State.UNSEEN
    return Checked(article.id, state, at, problem, failures=failures)


def _compared(article: Article, got: Got, moved_to: str | None, at: str) -> Checked:
    sentences = _sentences(article)
    missing = livepage.missing(article, sentences, livepage.texts_of(got))
    if len(missing) > len(sentences) * (1 - STILL_THERE):
        if _is_front(got.url) and not _is_front(article.url or ""):
            return Checked(
                article.id, State.DEAD, at, f"It leads to the front page {got.url} and no more to the article."
            )
        detail = "Its page does not show the article to a program: it may need a browser or an account, or be another."
        return Checked(article.id, State.UNSEEN, at, detail)
    if missing:
        first = " ".join(article.words(missing[0]).split())
        count = f"{len(missing):,} of {len(sentences):,} sentences {'is' if len(missing) == 1 else 'are'}"
        detail = f"{count} not on its page any more, the first: “{first}”"
        return Checked(article.id, State.CHANGED, at, detail, moved_to, missing)
    if moved_to is not None:
        return Checked(article.id, State.MOVED, at, f"It has moved to {moved_to}.", moved_to)
    return Checked(article.id, State.OK, at)


def _sentences(article: Article) -> tuple[Span, ...]:
    trimmed = (span.trimmed(article.text) for span in sentence_spans(article.text))
    every = tuple(span for span in trimmed if span is not None)
    # A script without spaces between words has no short sentences to leave out.
    long = tuple(span for span in every if len(article.words(span).split()) >= _WORDS or len(span) >= 25)
    return long or every


def _is_front(url: str) -> bool:
    return urlsplit(url).path in ("", "/")


def stale_articles(
    articles: Iterable[Article], checks: Mapping[str, Checked], today: date, days: int
) -> tuple[Stale, ...]:
    """Those of ``articles`` that somebody should look at, the worst first; ``days`` makes one old (0: never)."""
    oldest = (today - timedelta(days=days)).isoformat() if days else ""
    found = []
    for article in articles:
        checked = checks.get(article.id)
        why = list(_said_by(article, checked))
        if article.date and article.date < oldest:
            why.append(Why.OLD)
        if why:
            found.append(Stale(article, tuple(sorted(why, key=_RANK.__getitem__)), checked))
    return tuple(sorted(found, key=lambda stale: (_RANK[stale.why[0]], stale.article.date or "", stale.article.id)))


_RANK = {why: number for number, why in enumerate(Why)}


def _said_by(article: Article, checked: Checked | None) -> Sequence[Why]:
    if not has_address(article):
        return ()
    if checked is None or checked.state is State.UNSEEN:
        return (Why.UNCHECKED,)
    moved = (Why.MOVED,) if checked.moved_to else ()
    return {State.DEAD: (Why.DEAD,), State.CHANGED: (Why.CHANGED, *moved)}.get(checked.state, moved)


def next_look(checked: Checked, every: timedelta) -> datetime:
    """When a page is looked at again: a server that was out of reach sooner, and a few times only."""
    at = datetime.fromisoformat(checked.at)
    return at + (min(RETRIED, every) if 0 < checked.failures < TRIES else every)


def _checked(row: Sequence[str | int | None]) -> Checked:
    article_id, state, at, detail, moved_to, missing, failures = row
    spans = tuple(Span(start, end) for start, end in json.loads(str(missing or "[]")))
    return Checked(
        str(article_id), State(str(state)), str(at), str(detail or ""), None if moved_to is None else str(moved_to),
        spans, int(failures or 0),
    )  # fmt: skip


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
