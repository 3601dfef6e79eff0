"""The feeds of an archive: which are followed, when each is asked next, and which of their entries were taken.

Asking is three steps, so that whoever waits for the network holds no archive meanwhile: `look` (network), then each new
entry becomes a draft (network), then the archive takes it (`Archive.take_entry`) and what was learnt is kept (`asked`).
A process that is killed in between asks again: an entry is only called taken after its article is in or waits, and
what makes a server say "nothing new" is only kept after every entry was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.audit import UNDO_DAYS, Action, Log
from index.audit import Entry as LogEntry
from index.errors import ArchiveError, NoSuchFeed, NotUndoable, SourceError
from index.types import Draft

if TYPE_CHECKING:
    from index.sources.entry import Entry
    from index.sources.polite import Polite

AT_ONCE = 20
"""New entries of one feed that are taken between two looks: a feed's pages are read one by one, with pauses."""
TRIES = 3
"""Looks after which an entry whose page cannot be reached is given up."""
SOON = timedelta(minutes=5)
"""Until the next look at a feed that has more entries than were taken, or some to try again."""
LONGEST = timedelta(days=1)
"""The longest time between two looks at a feed that fails, or that asks for it."""
AT_MOST = 200
"""Feeds of one archive."""
WAITING_SOURCE = "feed"
"""What drafts that a feed brought are kept under while they wait."""
WAITING_KEPT = timedelta(days=30)
"""How long they wait."""


class Mode(StrEnum):
    """What becomes of a new article. The values are stored, and part of the machine-readable interface."""

    REVIEW = "review"
    """It waits until a moderator adds it."""
    STRAIGHT = "straight"
    """It goes on record at once."""


class Taken(StrEnum):
    """What became of one entry. The values are part of the machine-readable interface."""

    ADDED = "added"
    UPDATED = "updated"
    WAITING = "waiting"
    """For a moderator."""
    UNCHANGED = "unchanged"
    """The archive has this very article."""
    LEFT = "left"
    """A moderator removed or skipped it before, so it does not come back."""
    FAILED = "failed"
    LATER = "later"
    """It could not be read now, and is tried again at the next look."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed that is followed, and how it went so far. Times are ISO, in UTC."""

    id: int
    url: str
    mode: Mode
    outlet: str | None = None
    """The outlet of its articles, whatever they say themselves."""
    title: str | None = None
    """What it calls itself."""
    etag: str | None = None
    modified: str | None = None
    asked: str | None = None
    """When it was asked last."""
    next: str = ""
    """When it is asked next."""
    failures: int = 0
    """Looks that failed since the last that did not."""
    problem: str | None = None
    """What is wrong with it, in one sentence."""
    stopped: bool = False
    """It is asked no more, for its server said that it is gone."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look at a feed found."""

    feed: Feed
    """As it is to be kept when everything in it was taken."""
    entries: tuple[Entry, ...] = ()


def create_tables(db: sqlite3.Connection) -> None:
    """The migration that makes room for them."""
    db.executescript(
        """
        CREATE TABLE feeds (
            id INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT NOT NULL UNIQUE, mode TEXT NOT NULL, outlet TEXT, title TEXT,
            etag TEXT, modified TEXT, asked TEXT, next TEXT NOT NULL, failures INTEGER NOT NULL, problem TEXT,
            stopped INTEGER NOT NULL);
        CREATE TABLE feed_entries (
            feed INTEGER NOT NULL, key TEXT NOT NULL, mark TEXT NOT NULL, tries INTEGER NOT NULL, taken TEXT NOT NULL,
            problem TEXT, at TEXT NOT NULL, PRIMARY KEY (feed, key)) WITHOUT ROWID;
        """
    )


_FIELDS = "id, url, mode, outlet, title, etag, modified, asked, next, failures, problem, stopped"
_SELECT = f"SELECT {_FIELDS} FROM feeds"  # noqa: S608  # our own names


class Feeds:
    """The feeds of one archive. Each change is a transaction of its own, with its entry in the log."""

    def __init__(
        self, db: sqlite3.Connection, transaction: Callable[[], AbstractContextManager[None]], log: Log
    ) -> None:
        self._db = db
        self._transaction = transaction
        self._log = log

    def add(
        self,
        url: str,
        mode: Mode = Mode.REVIEW,
        outlet: str | None = None,
        *,
        by: str | None = None,
        now: datetime | None = None,
    ) -> tuple[Feed, bool]:
        """Follow the feed at ``url``, or say anew what becomes of its articles; and whether anything changed by it.

        A feed that was stopped is asked again. Raises ``ArchiveError`` for what is no web address, and over `AT_MOST`.
        """
        url = checked_address(url)
        with self._transaction():
            old = self._find("url", url)
            if old is None and self._db.execute("SELECT count(*) FROM feeds").fetchone()[0] >= AT_MOST:
                raise ArchiveError(f"{AT_MOST} feeds are followed already; remove one that is not needed any more.")
            if old is not None and not old.stopped and (old.mode, old.outlet) == (mode, outlet or old.outlet):
                return old, False
            new = Feed(0, url, mode, outlet, next=_iso(now))
            if old is not None:
                new = replace(
                    old, mode=mode, outlet=outlet or old.outlet, stopped=False, failures=0, problem=None, next=_iso(now)
                )
            new = self._put(new)
            self._note(new, by, before=old, after=new)
        return new, True

    def remove(self, feed_id: int, *, by: str | None = None) -> Feed:
        """Follow a feed no more; the articles that came from it stay. Raises ``NoSuchFeed``."""
        with self._transaction():
            feed = self.get(feed_id)
            self._db.execute("DELETE FROM feeds WHERE id = ?", (feed_id,))
            # Those of this one stay as long as its removal can be undone: what was skipped stays skipped.
            self._db.execute(
                "DELETE FROM feed_entries WHERE at < ? AND feed NOT IN (SELECT id FROM feeds)",
                (_iso(datetime.now(UTC) - timedelta(days=UNDO_DAYS)),),
            )
            self._note(feed, by, before=feed, after=None)
        return feed

    def get(self, feed_id: int) -> Feed:
        """One feed. Raises ``NoSuchFeed``."""
        if (feed := self._find("id", feed_id)) is None:
            raise NoSuchFeed(str(feed_id))
        return feed

    def named(self, written: str) -> Feed:
        """The feed of that number or address. Raises ``NoSuchFeed``."""
        by_number = self._find("id", int(written)) if written.isascii() and written.isdigit() else None
        if (feed := by_number or self._find("url", written.strip())) is None:
            raise NoSuchFeed(written)
        return feed

    def list(self) -> tuple[Feed, ...]:
        """All feeds, in the order they were added."""
        return tuple(map(_feed, self._db.execute(f"{_SELECT} ORDER BY id")))

    def due(self, now: datetime, limit: int = 1) -> tuple[Feed, ...]:
        """At most ``limit`` feeds that are to be asked now, the one that has waited longest first."""
        rows = self._db.execute(
            f"{_SELECT} WHERE stopped = 0 AND next <= ? ORDER BY next, id LIMIT ?", (_iso(now), limit)
        )
        return tuple(map(_feed, rows))

    def fresh(self, feed_id: int, entries: Iterable[Entry]) -> tuple[Entry, ...]:
        """Those of ``entries`` that are new, have changed, or are to be tried again."""
        rows = self._db.execute("SELECT key, mark, taken FROM feed_entries WHERE feed = ?", (feed_id,))
        done = {key: mark for key, mark, taken in rows if taken != Taken.LATER}
        return tuple(entry for entry in entries if done.get(entry.key, "") != entry.mark)

    def taken_before(self, feed_id: int, key: str) -> Taken | None:
        """What became of the entry when it was last taken; ``None`` for one that is new."""
        row = self._db.execute("SELECT taken FROM feed_entries WHERE feed = ? AND key = ?", (feed_id, key)).fetchone()
        return None if row is None or row[0] == Taken.LATER else Taken(row[0])

    def note(
        self, feed_id: int, entry: Entry, taken: Taken, problem: str | None = None, now: datetime | None = None
    ) -> Taken:
        """Keep what became of an entry; one that is tried too often has failed. Nothing where the feed is gone."""
        with self._transaction():
            row = self._db.execute(
                "SELECT tries FROM feed_entries WHERE feed = ? AND key = ? AND taken = 'later'", (feed_id, entry.key)
            ).fetchone()
            tries = 1 + (row[0] if row else 0)
            if taken is Taken.LATER and tries >= TRIES:
                taken = Taken.FAILED
            self._db.execute(
                "INSERT OR REPLACE INTO feed_entries (feed, key, mark, tries, taken, problem, at) "
                "SELECT id, ?, ?, ?, ?, ?, ? FROM feeds WHERE id = ?",
                (entry.key, entry.mark, tries, taken.value, problem, _iso(now), feed_id),
            )
        return taken

    def asked(self, looked: Looked, *, all_taken: bool) -> Feed | None:
        """Keep what a look found; returns the feed as it is now, or ``None`` when it was removed meanwhile.

        Unless ``all_taken``, it is looked at again soon, and as if for the first time.
        """
        found = looked.feed
        if not all_taken:
            soon = min(found.next, _iso(datetime.fromisoformat(found.asked or _iso(None)) + SOON))
            found = replace(found, etag=None, modified=None, next=soon)
        with self._transaction():
            now = self._find("id", found.id)
            if now is None:
                return None
            if found.url != now.url and self._find("url", found.url) is not None:
                found = replace(
                    found, url=now.url, stopped=True,
                    problem=f"It has moved to {found.url}, which is followed already.",
                )  # fmt: skip
            # What a moderator said meanwhile stands.
            return self._put(replace(found, mode=now.mode, outlet=now.outlet))

    def undo(self, entry: LogEntry) -> None:
        """Put back what a change of a feed replaced; call inside a transaction. Raises ``NotUndoable``."""
        stated = entry.after or entry.before or {}
        now = self._find("url", stated["url"])
        if (None if now is None else _stated(now)) != (entry.after or None):
            raise NotUndoable("This feed has been changed again since; undo the newer change first.")
        if entry.before is None:
            self._db.execute("DELETE FROM feeds WHERE url = ?", (stated["url"],))
            return
        mode, outlet = Mode(entry.before["mode"]), entry.before["outlet"]
        self._put(replace(now or Feed(stated["id"], stated["url"], mode, next=_iso(None)), mode=mode, outlet=outlet))

    def _note(self, feed: Feed, by: str | None, *, before: Feed | None, after: Feed | None) -> None:
        self._log.note(
            Action.FEED, feed.title or feed.url, by=by, subject=f"feed:{feed.url}",
            before=_stated(before) if before else None, after=_stated(after) if after else None,
        )  # fmt: skip

    def _find(self, column: str, value: object) -> Feed | None:
        row = self._db.execute(f"{_SELECT} WHERE {column} = ?", (value,)).fetchone()
        return None if row is None else _feed(row)

    def _put(self, feed: Feed) -> Feed:
        values = (
            feed.id or None, feed.url, feed.mode.value, feed.outlet, feed.title, feed.etag, feed.modified, feed.asked,
            feed.next, feed.failures, feed.problem, int(feed.stopped),
        )  # fmt: skip
        done = self._db.execute(
            f"INSERT INTO feeds ({_FIELDS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "  # noqa: S608
            + ", ".join(f"{name} = excluded.{name}" for name in _FIELDS.split(", ")[1:]),
            values,
        )
        return feed if feed.id else replace(feed, id=int(done.lastrowid or 0))


def checked_address(url: str) -> str:
    """``url`` without its fragment. Raises ``ArchiveError`` for what is no web address."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 2000:
        raise ArchiveError("The address of a feed begins with http:// or https://.")
    if parts.username is not None or parts.password is not None:
        raise ArchiveError("The address carries a name or password; give it without them.")
    return url.strip().partition("#")[0]


def look(feed: Feed, polite: Polite, every: timedelta) -> Looked:
    """Ask for a feed, and read what it says. Blocks. What fails is kept in the feed; nothing is raised.

    ``every`` is the time between two looks where the feed asks for no longer one.
    """
    from index.sources.feeds import read_feed

    asked = {"If-None-Match": feed.etag, "If-Modified-Since": feed.modified}
    try:
        followed = polite.follow(feed.url, {name: value for name, value in asked.items() if value})
        got, now = followed.got, polite.now()
        if got.status == 410:
            sentence = "Its server says that it is gone for good, so it is asked no more."
            return Looked(replace(_failed(feed, now, every, sentence), stopped=True))
        if got.status not in (200, 304):
            sentence = f"Its server answered HTTP {got.status} instead of a feed."
            return Looked(_failed(feed, now, every, sentence, followed.wait))
        url = followed.moved_to or feed.url
        ok = replace(
            feed, url=url, asked=_iso(now), next=_iso(now + every), failures=0, problem=None,
            etag=got.etag, modified=got.last_modified,
        )  # fmt: skip
        if got.status == 304:
            # What it said of its own pace stands in no "304": it was kept to last time.
            pace = min(LONGEST, _between(feed.asked, feed.next))
            return Looked(
                replace(
                    ok, etag=got.etag or feed.etag, modified=got.last_modified or feed.modified,
                    next=_iso(now + max(every, pace)),
                )
            )  # fmt: skip
        document = read_feed(got.url, got.body, charset=got.charset)
    except SourceError as error:
        return Looked(_failed(feed, polite.now(), every, str(error)))
    wait = max(every, min(LONGEST, timedelta(minutes=document.minutes or 0)))
    return Looked(replace(ok, title=document.title or feed.title, next=_iso(now + wait)), document.entries)


def _between(asked: str | None, then: str) -> timedelta:
    return timedelta(0) if asked is None else datetime.fromisoformat(then) - datetime.fromisoformat(asked)


def _failed(feed: Feed, now: datetime, every: timedelta, problem: str, wait: timedelta | None = None) -> Feed:
    """The feed after a look that failed: asked again after twice the time each time, or when its server says so."""
    back_off = min(LONGEST, every * 2 ** min(feed.failures + 1, 16))
    later = now + max(back_off, wait or timedelta(0))
    return replace(feed, asked=_iso(now), next=_iso(later), failures=feed.failures + 1, problem=problem)


def read_entry(feed: Feed, entry: Entry, polite: Polite) -> Draft | SourceError:
    """The article of an entry, or why there is none. Blocks, for its page may have to be fetched."""
    from index.sources.feeds import draft_of
    from index.sources.given import Given

    try:
        return draft_of(entry, Given(outlet=feed.outlet), settings=polite.settings, fetch=polite.fetch)
    except SourceError as error:
        return error


def outcome_of(error: SourceError) -> Taken:
    """What a failure makes of an entry."""
    from index.sources.feeds import may_come_later

    return Taken.LATER if may_come_later(error) else Taken.FAILED


def waiting_as(feed: Feed, entry: Entry) -> str:
    """Names the draft of an entry among those that wait, so that it waits there once."""
    return f"feed:{feed.id}:{entry.key}"


def feed_of(batch: str | None) -> int | None:
    """The number of the feed that brought a draft, from what `waiting_as` made."""
    parts = (batch or "").split(":")
    return int(parts[1]) if len(parts) == 3 and parts[0] == "feed" and parts[1].isdigit() else None


def _stated(feed: Feed) -> dict[str, Any]:
    """What a moderator says of a feed, as the log keeps it."""
    return {"id": feed.id, "url": feed.url, "mode": feed.mode.value, "outlet": feed.outlet}


def _feed(row: Sequence[Any]) -> Feed:
    values = dict(zip(_FIELDS.split(", "), row, strict=True))
    return Feed(**{**values, "mode": Mode(values["mode"]), "stopped": bool(values["stopped"])})


def _iso(now: datetime | None) -> str:
    return (now or datetime.now(UTC)).isoformat(timespec="seconds")
