"""``/articles stale``: articles whose page is dead, moved or changed; and the loop that looks at the pages.

A button carries the key of an article, which is only looked up in the archive of the server it is pressed in.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot import failures, render, verbatim
from bot.ask import LastingButton
from bot.feeds import for_moderators, where
from bot.localised import text
from bot.permissions import server_of
from bot.places import key_of
from bot.polling import check_links, few_at_once
from bot.rounds import Rounds, due
from bot.stale_command import reasons
from bot.topics import page_note, turning
from index.archive import Archive
from index.errors import ArchiveError
from index.freshness import Stale

if TYPE_CHECKING:
    from bot.client import OnRecord

log = logging.getLogger(__name__)

EVERY = 1800.0
"""Seconds between two looks at which pages are to be looked at: planning reads every article, a tenth of a second for
a thousand."""
AT_ONCE = 60
"""Pages of one server that are looked at in between: 20,000 a week, which is more than an archive has articles."""
UNKNOWN = timedelta(hours=6)
"""Until a server is looked at again that has no page to look at: its articles are read for that."""
PAGE = 5
"""Articles on one page of the list: with their buttons they take at most 35 of the 40 components of a message."""
_DETAIL = 300
"""Characters of what was found that are shown."""

STALE_ID = re.compile(r"or:sp:(?P<page>[0-9]{1,4})")
MOVE_ID = re.compile(r"or:sm:(?P<page>[0-9]{1,4}):(?P<key>[A-Za-z0-9_-]{8})")


class Checks(Rounds):
    """Looks at the pages of stored articles, a few at a time."""

    every = EVERY

    def __init__(self, bot: OnRecord) -> None:
        self.bot = bot
        self._next: dict[int, datetime] = {}

    async def round(self) -> None:
        """One look at every server: pages whose time has come are looked at."""
        now = self.bot.reader.polite.now()
        await few_at_once(self._try_to_check, due(self.bot, self._next, now))

    async def _try_to_check(self, server: int) -> None:
        try:
            await self._check(server, self.bot.reader.polite.now())
        except ArchiveError as error:
            log.warning("The pages of server %s could not be looked at: %s", server, error)

    async def _check(self, server: int, now: datetime) -> None:
        async def call(work: Callable[[Archive], Any]) -> Any:
            return await self.bot.worker.call(server, work)

        every = timedelta(days=self.bot.config.upkeep.link_days)
        await check_links(self.bot.reader, every, call, limit=AT_ONCE)
        due = await self.bot.worker.call(server, lambda archive: archive.freshness.next())
        later = now + UNKNOWN
        self._next[server] = min(later, datetime.fromisoformat(due)) if due else later


async def page_of(interaction: discord.Interaction[Any], page: int) -> ui.LayoutView:
    """A page of the stale articles of the server, as they are now."""
    bot: OnRecord = interaction.client
    today, days = bot.reader.polite.now().date(), bot.config.upkeep.stale_days
    found = await bot.worker.call(server_of(interaction), lambda archive: archive.stale(today, days))
    return stale_page(found, page)


def stale_page(stale: Sequence[Stale], page: int) -> ui.LayoutView:
    """A page of articles that somebody should look at, the worst first, each with what was found."""
    if not stale:
        return render.note("No article is stale: the pages that could be looked at still say what is on record.")
    pages = -(-len(stale) // PAGE)
    page = min(page, pages - 1)
    head = f"**{render.counted(len(stale), 'article')}** to look at{page_note(page, pages)}"
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay(head)]
    for one in stale[page * PAGE : (page + 1) * PAGE]:
        items += [ui.Separator(), *_stale(one, page)]
    return render.sheet(items, turning(page, pages, lambda to: f"or:sp:{to}"))


def _stale(one: Stale, page: int) -> list[ui.Item[ui.LayoutView]]:
    article, checked = one.article, one.checked
    why = reasons(one)
    lines = [
        f"**{verbatim.escape(render.title_of(article))}**",
        f"⚠ {why[:1].upper()}{why[1:]}",
        f"-# {where(article)}",
    ]
    if checked and checked.detail:
        when = f"<t:{int(datetime.fromisoformat(checked.at).timestamp())}:R>"
        lines.append(f"-# {verbatim.escape(verbatim.plain_label(checked.detail, _DETAIL))} (looked at {when})")
    buttons: list[ui.Button[ui.LayoutView]] = []
    for label, url in (("Page", article.url), ("New address", checked.moved_to if checked else None)):
        if url and len(url) <= render.LINK_LIMIT and url.startswith(("http://", "https://")):
            buttons.append(ui.Button(label=label, url=url))
    if checked and checked.moved_to:
        key = key_of(article.id, article.sha256)
        buttons.append(ui.Button(label="Use the new address", custom_id=f"or:sm:{page}:{key}"))
    row: list[ui.Item[ui.LayoutView]] = [ui.ActionRow(*buttons)] if buttons else []
    return [ui.TextDisplay("\n".join(lines)), *row]


class StaleButton(LastingButton, template=STALE_ID):
    """Turns a page of the stale articles."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show that page."""
        await for_moderators(interaction, lambda: page_of(interaction, int(self.says["page"])))


class MoveButton(LastingButton, template=MOVE_ID):
    """*Use the new address*: the article's address becomes the one that its page has moved to."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Change the address, which can be undone, and show what is still stale."""
        await for_moderators(interaction, lambda: self._move(interaction))

    async def _move(self, interaction: discord.Interaction[Any]) -> ui.LayoutView:
        bot, server, by = interaction.client, server_of(interaction), str(interaction.user.id)

        def moving(archive: Archive) -> bool:
            article = bot.keys.find(server, archive, self.says["key"])
            checked = archive.freshness.of_all([article]).get(article.id) if article else None
            if article is None or checked is None or checked.moved_to is None:
                return False
            archive.edit(replace(article, url=checked.moved_to), by=by)
            return True

        if not await bot.worker.call(server, moving, changes=True):
            await failures.say(interaction, text("ask.gone"))
        return await page_of(interaction, int(self.says["page"]))


BUTTONS = (StaleButton, MoveButton)
