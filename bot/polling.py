"""Asking feeds and looking at pages, for the bot and the command line: what waits for the network holds no archive."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from index.archive import Archive
from index.errors import NoSuchFeed, SourceError
from index.feeds import AT_ONCE, Feed, Taken, look, read_entry
from index.freshness import Checked, looked_at
from index.sources import SourceSettings
from index.sources.entry import Entry
from index.sources.polite import Polite
from index.types import Added, Article

T = TypeVar("T")

THREADS = 3
"""Servers that are read at the same time; each thread mostly waits for its turn at one."""


class Reader:
    """Reads pages that nobody waits for, politely, on threads of its own: a person's page never waits behind them."""

    def __init__(self, settings: SourceSettings, polite: Polite | None = None) -> None:
        self.polite = polite or Polite(settings)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="polite")

    async def __call__(self, work: Callable[[], T]) -> T:
        """Run what asks the network."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def close(self) -> None:
        """Begin nothing new."""
        self._threads.shutdown(wait=False, cancel_futures=True)


async def few_at_once(work: Callable[[int], Awaitable[None]], servers: Iterable[int]) -> None:
    """Do ``work`` for each server, as many at a time as there are threads to read with.

    One server with many feeds keeps no other waiting, and a thousand servers keep no question waiting.
    """
    free = asyncio.Semaphore(THREADS)

    async def one(server: int) -> None:
        async with free:
            await work(server)

    await asyncio.gather(*map(one, servers))


class Call(Protocol):
    """Runs work with one archive, on the thread that owns it."""

    def __call__(self, work: Callable[[Archive], Any], /) -> Awaitable[Any]:
        """What ``work`` returns, or raises."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one entry."""

    entry: Entry
    taken: Taken
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Polled:
    """What one look at a feed did."""

    feed: Feed
    """As it is now."""
    outcomes: tuple[Outcome, ...] = ()


async def poll(feed: Feed, reader: Reader, every: timedelta, call: Call) -> Polled | None:
    """Ask a feed, and take what is new in it; ``None`` when the feed was removed meanwhile."""
    looked = await reader(lambda: look(feed, reader.polite, every))
    fresh = await call(lambda archive: archive.feeds.fresh(feed.id, looked.entries))
    outcomes: list[Outcome] = []
    try:
        for entry in fresh[:AT_ONCE]:
            outcomes.append(await _taken(feed, entry, reader, call))
    except NoSuchFeed:
        return None
    later = len(fresh) > AT_ONCE or any(outcome.taken is Taken.LATER for outcome in outcomes)
    kept = await call(lambda archive: archive.feeds.asked(looked, all_taken=not later))
    return None if kept is None else Polled(kept, tuple(outcomes))


async def _taken(feed: Feed, entry: Entry, reader: Reader, call: Call) -> Outcome:
    read = await reader(lambda: read_entry(feed, entry, reader.polite))
    taken = await call(lambda archive: archive.take_entry(feed, entry, read))
    return Outcome(entry, taken, str(read) if isinstance(read, SourceError) else None)


async def check_links(
    reader: Reader, every: timedelta, call: Call, *, limit: int, everything: bool = False
) -> tuple[tuple[Article, Checked], ...]:
    """Look at the pages of at most ``limit`` articles whose time has come, or of all of them; what was found."""

    def due(archive: Archive) -> tuple[tuple[Article, Checked | None], ...]:
        return archive.links_due(now, every, limit, everything=everything)

    now = reader.polite.now()
    found = []
    for article, before in await call(due):
        checked = await reader(partial(looked_at, article, reader.polite, before))
        if await call(partial(_noted, article, checked, every)):
            found.append((article, checked))
    return tuple(found)


def _noted(article: Article, checked: Checked, every: timedelta, archive: Archive) -> bool:
    return archive.note_check(article, checked, every)


def accepted(archive: Archive, key: str, by: str | None) -> Added | None:
    """Put a draft that waits on record; ``None`` where it waits no more. Raises what adding raises."""
    waiting = archive.pending.get(key)
    if waiting is None:
        return None
    added = archive.add(waiting.draft, by=by)  # first: what is added twice is added once, what is dropped is gone
    archive.pending.drop(key)
    return added
