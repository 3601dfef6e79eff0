"""Moderators follow feeds in Discord, and decide on what they bring; nobody else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from discord_gate import walk
from discord_town import FERRY, Simulated, Town, texts
from feed_server import Answer, Clock, Server, article_page, polite, rss

from bot.feeds import queue_page
from bot.permissions import REFUSED
from index.audit import Action
from index.feeds import Mode

pytestmark = pytest.mark.asyncio


def serve(town: Town, web: Server, count: int = 2) -> Clock:
    """A feed of so many articles at ``/feed``, which the bot reads by the clock that is returned."""
    web.pages = {f"/a/{n}": Answer(article_page(n)) for n in range(count)}
    web.pages["/feed"] = rss(web.root, range(count))
    clock = Clock()
    town.bot.reader.polite = polite(clock)
    return clock


async def titles(town: Town, guild: Any = None) -> list[str | None]:
    found = await town.bot.worker.call((guild or town.guild).id, lambda archive: archive.articles())
    return [article.title for article in found]


async def follow(town: Town, web: Server, count: int = 2, **options: Any) -> Any:
    serve(town, web, count)
    return await town.moderator.slash(town.channel, "feeds add", url=f"{web.root}/feed", **options)


async def test_follow_review_add_skip(simulated: Simulated, web: Server) -> None:
    """A feed is followed, its articles wait, one is added and can be quoted, the other is skipped for good."""
    async with simulated() as town:
        done = await follow(town, web, outlet="Courier")
        assert done.response.ephemeral
        assert "Following:** Larkmouth \\& Sons" in texts(done.response)
        assert "2 waits for review" in texts(done.response)
        assert await titles(town) == []
        queue = (await town.moderator.slash(town.channel, "feeds queue")).response
        assert queue.ephemeral
        assert "**2 articles** wait for a review" in texts(queue)
        assert "**Crane 0**\n-# Courier · 1 March 2026" in texts(queue)
        await town.moderator.click(queue, custom_id=_first(queue, "Add"))
        assert await titles(town) == ["Crane 0"]
        assert "**1 article** waits" in texts(queue)
        await town.moderator.click(queue, custom_id=_first(queue, "Skip"))
        assert "No article waits" in texts(queue)
        assert await titles(town) == ["Crane 0"]
        answer = await town.member.slash(town.channel, "ask", question="Who will lose a day of pay?")
        assert "Nobody will lose a day of pay over this" in texts(answer.response)
        log = await town.bot.worker.call(town.guild.id, lambda archive: archive.log.entries())
        assert [(entry.action, entry.by) for entry in log] == [
            (Action.ADDED, str(town.moderator.id)), (Action.FEED, str(town.moderator.id)),
        ]  # fmt: skip


def _first(message: Any, label: str) -> str:
    return next(c["custom_id"] for c in walk(message.components) if c.get("label") == label)


async def test_straight_and_again(simulated: Simulated, web: Server) -> None:
    """A feed may go straight on record; asked again when its time has come, what is new is added."""
    async with simulated() as town:
        done = await follow(town, web, 1, articles="straight")
        assert "1 added" in texts(done.response)
        clock = serve(town, web, 2)
        cog: Any = town.bot.get_cog("feeds")
        await cog.round()
        assert await titles(town) == ["Crane 0"]
        assert web.asked[-1][0] != "/a/1"
        clock.time += timedelta(days=900)
        await cog.round()
        assert await titles(town) == ["Crane 0", "Crane 1"]


async def test_what_is_no_feed_is_not_followed(simulated: Simulated, web: Server) -> None:
    """A page instead of a feed, a closed address, one of the own network: one sentence, and nothing is followed."""
    async with simulated() as town:
        serve(town, web)
        for url, why in (
            (f"{web.root}/a/0", "is not a feed"),
            (f"{web.root}/none", "HTTP 404"),
            ("file:///x", "begins with"),
        ):
            result = await town.moderator.slash(town.channel, "feeds add", url=url)
            said = texts(result.response) + " ".join(texts(m) for m in result.followups)
            assert why in said
        from index.sources.polite import Polite

        town.bot.reader.polite = Polite()
        result = await town.moderator.slash(town.channel, "feeds add", url=f"{web.root}/feed")
        assert "not public" in texts(result.response)
        assert await town.bot.worker.call(town.guild.id, lambda archive: archive.feeds.list()) == ()


async def test_listing_and_removing(simulated: Simulated, web: Server) -> None:
    """The list names each feed with how it went; one is removed by its name, and its articles stay."""
    async with simulated() as town:
        await follow(town, web, articles="straight", outlet="Courier")
        listed = texts((await town.moderator.slash(town.channel, "feeds list")).response)
        assert "**1 feed** followed" in listed
        assert "straight on record · as Courier · last asked <t:" in listed
        (choice,) = await town.moderator.autocomplete(town.channel, "feeds remove", "feed", "larkm")
        result = await town.moderator.slash(town.channel, "feeds remove", feed=choice["value"])
        assert "is no longer followed" in texts(result.response)
        assert len(await titles(town)) == 2
        again = await town.moderator.slash(town.channel, "feeds remove", feed=choice["value"])
        assert "No such feed" in texts(again.response)
        assert "No feed is followed" in texts((await town.moderator.slash(town.channel, "feeds list")).response)


async def test_pages_and_add_all(simulated: Simulated, web: Server) -> None:
    """Five articles a page; *Add all* adds what waited when the page was shown, and nothing that came since."""
    async with simulated() as town:
        await follow(town, web, 12)
        queue = (await town.moderator.slash(town.channel, "feeds queue")).response
        assert "Page 1 of 3" in texts(queue)
        await town.moderator.click(queue, label="Next")
        await town.moderator.click(queue, label="Next")
        assert "Crane 11" in texts(queue)
        late = datetime.now(UTC) + timedelta(hours=1)
        await town.bot.worker.call(
            town.guild.id,
            lambda archive: archive.pending.put(FERRY, by=None, source="feed", batch="feed:1:x", now=late),
        )
        await town.moderator.click(queue, label="Add all 12")
        assert len(await titles(town)) == 12
        assert "**1 article** waits" in texts(queue)


async def test_two_decide_at_once(simulated: Simulated, web: Server) -> None:
    """Whoever comes second is told so; the article is on record once."""
    async with simulated() as town:
        await follow(town, web)
        first, second = [(await town.moderator.slash(town.channel, "feeds queue")).response for _ in range(2)]
        key = _first(first, "Add")
        await town.moderator.click(first, custom_id=key)
        pressed = await town.moderator.click(second, custom_id=key)
        assert "does not wait any more" in " ".join(texts(m) for m in pressed.followups)
        assert await titles(town) == ["Crane 0"]


async def test_buttons_outlive_the_process(simulated: Simulated, web: Server) -> None:
    """After a restart the queue is as it was, and its old buttons work."""
    async with simulated() as town:
        await follow(town, web)
        queue = (await town.moderator.slash(town.channel, "feeds queue")).response
        await town.restart()
        await town.moderator.click(queue, custom_id=_first(queue, "Add"))
        assert await titles(town) == ["Crane 0"]


async def test_members_may_not(simulated: Simulated, web: Server) -> None:
    """Neither the commands nor the buttons of a moderator work for anybody else, and nothing is suggested to them."""
    async with simulated(check_errors=False) as town:
        town.let_through("feeds")
        await follow(town, web)
        for command in ("add url:https://a.example/f", "list", "remove feed:1", "queue"):
            name, _, option = command.partition(" ")
            options = dict([option.split(":", 1)]) if option else {}
            result = await town.member.slash(town.channel, f"feeds {name}", **options)
            assert texts(result.response) == REFUSED
            assert result.response.ephemeral
        waiting = await town.bot.worker.call(town.guild.id, lambda archive: archive.pending.list())
        channel: Any = town.bot.get_channel(town.channel.id)
        shown = await channel.send(view=queue_page(waiting, 0, discord.utils.utcnow()))  # where members see it too
        add = next(c["custom_id"] for top in shown.components for c in walk([top.to_dict()]) if c.get("label") == "Add")
        pressed = await town.member.click(shown, custom_id=add)
        assert texts(pressed.response) == REFUSED
        assert await titles(town) == []


async def test_no_button_reaches_another_server(simulated: Simulated, web: Server) -> None:
    """A key of one server's queue finds nothing in another's; its feeds bring nothing there."""
    async with simulated() as town:
        await follow(town, web)
        other = town.env.create_guild("Elsewhere")
        channel = other.create_text_channel("questions")
        role = other.create_role("Moderators", permissions=discord.Permissions(manage_messages=True))
        stranger = other.add_member(town.env.create_user("nils"), roles=[role])
        there = (await stranger.slash(channel, "feeds queue")).response
        assert "No article waits" in texts(there)
        (waiting, *_) = await town.bot.worker.call(town.guild.id, lambda archive: archive.pending.list())

        def look(archive: Any) -> Any:
            return archive.pending.get(waiting.key), archive.feeds.list()

        assert await town.bot.worker.call(other.id, look) == (None, ())


async def test_what_a_feed_says_is_never_markup(simulated: Simulated, web: Server) -> None:
    """Titles of feeds and articles are shown, not obeyed."""
    async with simulated() as town:
        serve(town, web, 1)
        body = web.pages["/feed"].body
        evil = "**x** @everyone [a](http://evil.example)"
        web.pages["/feed"].body = body.replace("Larkmouth &amp; Sons", evil)
        web.pages["/a/0"] = Answer(article_page(0).replace("Crane 0", evil))
        await town.moderator.slash(town.channel, "feeds add", url=f"{web.root}/feed")
        shown = [
            texts((await town.moderator.slash(town.channel, command)).response)
            for command in ("feeds list", "feeds queue")
        ]
        for text in shown:
            assert "\\*\\*x\\*\\* \\@everyone \\[a\\](http\\://evil" in text


async def test_a_feed_of_a_server_that_is_asked_by_nobody(simulated: Simulated, web: Server) -> None:
    """The round asks every server whose feeds' time has come, and makes no archive where there was none."""
    async with simulated() as town:
        clock = serve(town, web)
        empty = town.env.create_guild("Empty")
        await town.bot.worker.call(
            town.guild.id,
            lambda archive: archive.feeds.add(f"{web.root}/feed", Mode.STRAIGHT, now=clock.now() - timedelta(hours=1)),
        )
        cog: Any = town.bot.get_cog("feeds")
        await cog.round()
        assert await titles(town) == ["Crane 0", "Crane 1"]
        assert not (town.bot.data / str(empty.id)).exists()
