"""``onrecord stale``: articles whose page is dead, moved or changed, those nobody looked at, and old ones."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.polling import Reader, check_links
from bot.replies import article_json
from index.archive import Archive
from index.freshness import Stale, Why

if TYPE_CHECKING:
    from bot.config import Config
    from bot.output import Printer, Progress

WHY = {
    Why.DEAD: "its page is gone",
    Why.CHANGED: "its page says something else now",
    Why.MOVED: "its page has moved",
    Why.OLD: "old",
    Why.UNCHECKED: "its page could not be seen",
}
"""Why an article is listed, in plain words."""
NOT_YET = "its page was not looked at yet"


def run(
    args: argparse.Namespace,
    archive: Archive,
    config: Config,
    show: Callable[[dict[str, Any], Callable[[Printer], None]], None],
    progress: Progress,
) -> None:
    """Look at pages where that was asked for, then list what is stale."""
    reader = Reader(config.sources)
    try:
        if args.check or args.all:
            asyncio.run(_check(archive, config, reader, progress, everything=args.all))
        stale = archive.stale(reader.polite.now().date(), config.upkeep.stale_days)
    finally:
        reader.close()

    def written(to: Printer) -> None:
        for one in stale:
            _write(to, one)
        if not stale:
            to.line("No article is stale.")

    show({"stale": [stale_json(one) for one in stale]}, written)


async def _check(archive: Archive, config: Config, reader: Reader, progress: Progress, *, everything: bool) -> None:
    async def here(work: Callable[[Archive], Any]) -> Any:
        done = work(archive)
        progress.step()
        return done

    every = timedelta(days=config.upkeep.link_days)
    await check_links(reader, every, here, limit=archive.status().articles, everything=everything)


def stale_json(stale: Stale) -> dict[str, Any]:
    """An article that somebody should look at, and what the last look at its page found."""
    checked = stale.checked
    return {
        **article_json(stale.article),
        "why": [why.value for why in stale.why],
        "state": checked.state.value if checked else None,
        "checked": checked.at if checked else None,
        "detail": checked.detail if checked else None,
        "moved_to": checked.moved_to if checked else None,
        "missing": [[span.start, span.end] for span in checked.missing] if checked else [],
    }


def reasons(stale: Stale) -> str:
    """Why an article is listed, in plain words."""
    words = {**WHY, Why.UNCHECKED: NOT_YET} if stale.checked is None else WHY
    return ", ".join(words[why] for why in stale.why)


def _write(to: Printer, stale: Stale) -> None:
    to.line((stale.article.id, "cyan"), "  ", (reasons(stale), "bold"))
    if stale.checked and stale.checked.detail:
        to.line((stale.checked.detail, "dim"), indent=2)
    if stale.article.url:
        to.line((stale.article.url, "dim"), indent=2, whole=True)
