"""``onrecord feeds``: what each of its actions does, and how the result is written down."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.changes import whoever
from bot.polling import Polled, Reader, accepted, poll
from bot.replies import added_json, fields_json
from index.archive import Archive
from index.errors import ArchiveError
from index.feeds import WAITING_SOURCE, Feed, Mode, Taken, feed_of
from index.pending import Waiting

if TYPE_CHECKING:
    from bot.config import Config
    from bot.output import Printer
    from index.types import Draft

Show = Callable[[dict[str, Any], Callable[["Printer"], None]], None]
"""Shows one result: its JSON, or what writes it for a person."""

ADDING = frozenset({"poll", "accept"})
"""The actions that may put articles on record."""
TAKEN = {
    Taken.ADDED: "added",
    Taken.UPDATED: "newer text",
    Taken.WAITING: "waits for review",
    Taken.UNCHANGED: "already here",
    Taken.LEFT: "left out: it was removed or skipped before",
    Taken.FAILED: "not read",
    Taken.LATER: "not read, to be tried again",
}
"""What became of an entry, in plain words."""


def run(args: argparse.Namespace, archive: Archive, config: Config, show: Show) -> int:
    """Do what was asked; 1 where something of it failed."""
    match args.action:
        case "add":
            mode = Mode.STRAIGHT if args.straight else Mode.REVIEW
            feed, changed = archive.feeds.add(args.url, mode, args.outlet, by=whoever())
            head = "Following" if changed else "Already following"
            show({**feed_json(feed), "changed": changed}, lambda to: _write_feed(to, feed, f"{head} "))
        case "remove":
            feed = archive.feeds.remove(archive.feeds.named(args.feed).id, by=whoever())
            show(feed_json(feed), lambda to: to.line(f"No longer following {feed.url}; its articles stay."))
        case "list":
            _list(archive.feeds.list(), show)
        case "poll":
            return _poll(args.feeds, archive, config, show)
        case "queue":
            _queue(archive, show)
        case _:
            return _decide(args.keys, archive, show, accept=args.action == "accept")
    return 0


def feed_json(feed: Feed) -> dict[str, Any]:
    """A feed under the names of its fields, without what only its server understands."""
    return {name: value for name, value in fields_json(feed).items() if name not in ("etag", "modified")}


def _list(feeds: tuple[Feed, ...], show: Show) -> None:
    def written(to: Printer) -> None:
        for feed in feeds:
            _write_feed(to, feed)
        if not feeds:
            to.line("No feed is followed; `onrecord feeds add URL` follows one.")

    show({"feeds": [feed_json(feed) for feed in feeds]}, written)


def _write_feed(to: Printer, feed: Feed, head: str = "") -> None:
    to.line(head, (f"{feed.id}", "bold"), f"  {feed.title or feed.url}")
    if feed.title:
        to.line((feed.url, "dim"), indent=3, whole=True)
    mode = "straight on record" if feed.mode is Mode.STRAIGHT else "into the queue"
    outlet = f" · as {feed.outlet}" if feed.outlet else ""
    when = "asked no more" if feed.stopped else f"asked {feed.asked or 'never'} · next {feed.next}"
    to.line((f"{mode}{outlet} · {when}", "dim"), indent=3)
    if feed.problem:
        to.line((feed.problem, "red"), indent=3)


def _poll(named: list[str], archive: Archive, config: Config, show: Show) -> int:
    reader = Reader(config.sources)
    every = timedelta(minutes=config.upkeep.feed_minutes)
    feeds = [archive.feeds.named(name) for name in named]
    if not named:
        feeds = list(archive.feeds.due(reader.polite.now(), limit=1000))

    async def here(work: Callable[[Archive], Any]) -> Any:
        return work(archive)

    failed = 0
    try:
        for feed in feeds:
            polled = asyncio.run(poll(feed, reader, every, here))
            if polled is not None:
                failed += polled.feed.problem is not None
                show(_polled_json(polled), _writer(polled))
    finally:
        reader.close()
    return 1 if failed else 0


def _polled_json(polled: Polled) -> dict[str, Any]:
    entries = [
        {"title": o.entry.title, "url": o.entry.url, "taken": o.taken.value, "problem": o.problem}
        for o in polled.outcomes
    ]
    return {**feed_json(polled.feed), "entries": entries}


def _writer(polled: Polled) -> Callable[[Printer], None]:
    def written(to: Printer) -> None:
        _write_feed(to, polled.feed)
        for outcome in polled.outcomes:
            title = outcome.entry.title or outcome.entry.url or "without a title"
            to.line(f"- {title}: ", (TAKEN[outcome.taken], "bold"), indent=3)
            if outcome.problem:
                to.line((outcome.problem, "dim"), indent=5)

    return written


def _queue(archive: Archive, show: Show) -> None:
    waiting = archive.pending.list(source=WAITING_SOURCE)

    def written(to: Printer) -> None:
        for one in waiting:
            draft = one.draft
            to.line((one.key, "bold"), f"  {draft.title or draft.text[:80]}", whole=True)
            stated = " · ".join(part for part in (draft.outlet, draft.date, draft.url) if part)
            to.line((f"{stated} · {len(draft.text.split()):,} words", "dim"), indent=13)
        if not waiting:
            to.line("No article waits for a review.")

    show({"waiting": [waiting_json(one) for one in waiting]}, written)


def waiting_json(waiting: Waiting) -> dict[str, Any]:
    """An article that waits, without its text."""
    return {
        "key": waiting.key,
        "feed": feed_of(waiting.batch),
        "at": waiting.at,
        "until": waiting.until,
        **_draft_json(waiting.draft),
    }


def _draft_json(draft: Draft) -> dict[str, Any]:
    return {
        "title": draft.title,
        "outlet": draft.outlet,
        "authors": list(draft.authors),
        "date": draft.date,
        "url": draft.url,
        "words": len(draft.text.split()),
    }


def _decide(keys: list[str], archive: Archive, show: Show, *, accept: bool) -> int:
    by = whoever()
    for key in list(_meant(keys, archive)):
        if accept:
            if (added := accepted(archive, key, by)) is not None:
                show(added_json(added), lambda to, added=added: to.added(added))  # type: ignore[misc]
        elif archive.pending.drop(key):
            show({"key": key, "status": "skipped"}, lambda to, key=key: to.line(f"Skipped {key}."))  # type: ignore[misc]
    return 0


def _meant(keys: list[str], archive: Archive) -> Iterator[str]:
    """The keys of what waits, ``all`` standing for all. Raises ``ArchiveError`` before any is used."""
    waiting = [one.key for one in archive.pending.list(source=WAITING_SOURCE)]
    for key in keys:
        if key != "all" and key not in waiting:
            raise ArchiveError(f"No article waits under {key!r}; `onrecord feeds queue` shows those that do.")
    return iter(waiting if "all" in keys else dict.fromkeys(keys))
