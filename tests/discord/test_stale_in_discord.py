"""Moderators see which articles' pages are gone, moved or changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import Any

import discord
import pytest
from discord_gate import walk
from discord_town import FERRY, LIBRARY, Simulated, Town, texts
from feed_server import WORDS, Answer, Clock, Server, article_page, polite

from bot.freshness import stale_page
from bot.permissions import REFUSED
from index.audit import Action
from index.types import Draft

pytestmark = pytest.mark.asyncio


async def looked(town: Town, web: Server, count: int = 3) -> None:
    """Articles whose pages have moved, changed and gone, after a week of the bot's looking at them."""
    town.add(*(Draft(WORDS.format(number=n), f"Crane {n}", url=f"{web.root}/a/{n}") for n in range(count)))
    web.pages = {
        "/a/0": Answer(status=301, headers={"Location": "/new"}),
        "/new": Answer(article_page(0)),
        "/a/1": Answer(article_page(1).replace("in 1962", "in 1926")),
    }
    clock = Clock()
    town.bot.reader.polite = polite(clock)
    cog: Any = town.bot.get_cog("Checks")
    for _ in range(8):
        await cog.round()
        clock.time += timedelta(days=1)


async def test_a_week_of_looking(simulated: Simulated, web: Server) -> None:
    """Each page is looked at once; the dead one is first on the list, with what was found at each."""
    async with simulated(LIBRARY) as town:
        await looked(town, web)
        assert sorted(path for path in web.paths if path.startswith("/a/")) == ["/a/0", "/a/1", "/a/2"]
        shown = (await town.moderator.slash(town.channel, "articles stale")).response
        assert shown.ephemeral
        text = texts(shown)
        assert "**4 articles** to look at" in text
        assert text.index("Its page is gone") < text.index("says something else") < text.index("has moved")
        assert "1 of 4 sentences is not on its page any more, the first\\: “The old crane was built in 1962" in text


async def test_the_new_address(simulated: Simulated, web: Server) -> None:
    """One button changes the address of an article that moved; the log has it, and it is no longer listed as moved."""
    async with simulated() as town:
        await looked(town, web)
        shown = (await town.moderator.slash(town.channel, "articles stale")).response
        await town.moderator.click(shown, label="Use the new address")
        assert "has moved" not in texts(shown)

        def find(archive: Any) -> Any:
            return archive.articles()[0].url, archive.log.entries()[0]

        url, entry = await town.bot.worker.call(town.guild.id, find)
        assert url == f"{web.root}/new"
        assert (entry.action, entry.by) == (Action.EDITED, str(town.moderator.id))


async def test_pages_after_a_restart(simulated: Simulated, web: Server) -> None:
    """Five articles a page; the pages turn after a restart too."""
    async with simulated(*(replace(FERRY, url=f"https://harbour.example/{n}") for n in range(7))) as town:
        shown = (await town.moderator.slash(town.channel, "articles stale")).response
        assert "Page 1 of 2" in texts(shown)
        assert "Its page was not looked at yet" in texts(shown)
        await town.restart()
        await town.moderator.click(shown, label="Next")
        assert "Page 2 of 2" in texts(shown)


async def test_nothing_stale(simulated: Simulated, web: Server) -> None:
    """That all is well is said."""
    async with simulated(Draft(WORDS, "Pasted")) as town:
        shown = await town.moderator.slash(town.channel, "articles stale")
        assert texts(shown.response).startswith("No article is stale")


async def test_members_may_not(simulated: Simulated, web: Server) -> None:
    """Neither the command nor its buttons work for anybody else."""
    async with simulated(check_errors=False) as town:
        await looked(town, web)
        town.let_through("articles")
        refused = await town.member.slash(town.channel, "articles stale")
        assert texts(refused.response) == REFUSED
        today = town.bot.reader.polite.now().astimezone(UTC).date()
        found = await town.bot.worker.call(town.guild.id, lambda archive: archive.stale(today))
        channel: Any = town.bot.get_channel(town.channel.id)
        sent: discord.Message = await channel.send(view=stale_page(found, 0))
        move = next(
            c["custom_id"]
            for top in sent.components
            for c in walk([top.to_dict()])
            if c.get("label") == "Use the new address"
        )
        pressed = await town.member.click(sent, custom_id=move)
        assert texts(pressed.response) == REFUSED
        assert await town.bot.worker.call(town.guild.id, lambda a: a.articles()[0].url) == f"{web.root}/a/0"
