"""Moderators see what members could not find: by meaning, by how many asked, and until an article answers it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from discord_town import FERRY, LIBRARY, Simulated, Town, bot_messages, buttons, texts

from bot import gaps
from bot.gaps import Gaps
from bot.permissions import REFUSED
from bot.subscriptions import Subscriptions
from index.settings import ServerDefaults

pytestmark = pytest.mark.asyncio

COST = "How much would the ferry repair cost?"
COST_TOO = "How much would the repair of the ferry cost?"
WHALE = "Did anybody see a whale near Skarn?"


async def ask(town: Town, member: Any, question: str, **options: Any) -> Any:
    return (await member.slash(town.channel, "ask", question=question, **options)).response


async def listed(town: Town) -> Any:
    return (await town.moderator.slash(town.channel, "articles gaps")).response


def closer(town: Town) -> Gaps:
    found = town.bot.get_cog("Gaps")
    assert isinstance(found, Gaps)
    return found


async def test_shown_from_two_members_on(simulated: Simulated) -> None:
    """One member's question is nobody's gap yet; of two members it is, with wordings, times and nearest articles."""
    async with simulated(LIBRARY, threshold=1.0) as town:
        await ask(town, town.member, COST)
        await ask(town, town.member, COST)
        assert "Nothing that at least 2 members asked is without an answer." in texts(await listed(town))
        await ask(town, town.moderator, COST_TOO)
        shown = await listed(town)
        assert shown.ephemeral
        said = texts(shown)
        assert "**1 question** that nothing answers" in said
        assert f"**{COST}**" in said
        assert f"Also asked: “{COST_TOO}”" in said
        assert "2 members, 3 times" in said
        assert "Nearest, without an answer: “Library opens at night”" in said
        assert {"Add an article", "Dismiss", "Dismissed"} <= set(buttons(shown))


async def test_the_configured_number(simulated: Simulated) -> None:
    """From how many members on is configured."""
    async with simulated(server=ServerDefaults(gap_members=1)) as town:
        await ask(town, town.member, WHALE)
        assert WHALE in texts(await listed(town))


async def test_private_questions_name_nobody(simulated: Simulated) -> None:
    """A private question is counted with its text; not even a pseudonym is kept of who asked."""
    async with simulated(server=ServerDefaults(gap_members=1)) as town:
        await ask(town, town.member, WHALE, private=True)
        (gap,) = await town.bot.worker.call(town.guild.id, lambda archive: archive.gaps())
        assert (gap.questions[0].members, gap.questions[0].private) == (frozenset(), 1)
        assert "1 member, once" in texts(await listed(town))


async def test_dismissed_and_undone_after_a_restart(simulated: Simulated) -> None:
    """A dismissed gap is gone and can be brought back, by a process that never sent the card."""
    async with simulated(server=ServerDefaults(gap_members=1)) as town:
        await ask(town, town.member, WHALE)
        shown = await listed(town)
        await town.restart()
        await town.moderator.click(shown, label="Dismiss")
        assert "Dismissed:" in texts(shown)
        assert WHALE not in texts(await listed(town))
        await town.moderator.click(shown, label="Undo")
        again = await listed(town)
        assert WHALE in texts(again)
        await town.moderator.click(again, label="Dismiss")
        dismissed = await listed(town)
        await town.moderator.click(dismissed, label="Dismissed")
        assert WHALE in texts(dismissed)
        await town.moderator.click(dismissed, label="Show again")
        assert WHALE in texts(await listed(town))


async def test_add_an_article_closes_it(simulated: Simulated) -> None:
    """The button opens the form; what is added answers, and the gap is closed at the next look, with no message."""
    async with simulated(server=ServerDefaults(gap_members=1)) as town:
        await ask(town, town.member, COST)
        opened = await town.moderator.click(await listed(town), label="Add an article")
        text = next(c["component"]["custom_id"] for c in opened.modal["components"] if c["label"] == "Text")
        shown = await town.moderator.submit_modal(opened, {text: FERRY.text})
        await town.moderator.click(shown.response, label="Add")
        before = len(bot_messages(town))
        for _ in range(3):
            await closer(town).round()
        assert COST not in texts(await listed(town))
        assert len(bot_messages(town)) == before


async def test_a_subscriber_is_told_once(simulated: Simulated) -> None:
    """Who asked to be told of what is also a gap gets one message, whichever looks first."""
    async with simulated(server=ServerDefaults(gap_members=1)) as town:
        card = await ask(town, town.member, COST)
        await town.member.click(card, label="Tell me when it is")
        town.add(FERRY)
        teller = town.bot.get_cog("Subscriptions")
        assert isinstance(teller, Subscriptions)
        before = len(bot_messages(town))
        for _ in range(2):
            await closer(town).round()
            await teller.round()
        assert len(bot_messages(town)) == before + 1
        assert COST not in texts(await listed(town))


async def test_many_are_asked_again_a_few_at_a_time(simulated: Simulated) -> None:
    """An import does not keep members waiting: each look asks a few, and all are asked in the end."""
    async with simulated(threshold=1.0, server=ServerDefaults(gap_members=1)) as town:
        for number in range(gaps.AT_ONCE + 2):
            await ask(town, town.member, f"Did anybody see whale number {number}?")
        await closer(town).round()
        town.add(FERRY)

        async def due() -> int:
            return await town.bot.worker.call(town.guild.id, lambda a: len(a.gap_table.due(a.mark, 99)))

        counts = []
        for _ in range(3):
            await closer(town).round()
            counts.append(await due())
        assert counts[0] == 2
        assert counts[-1] == 0


async def test_weekly_message(simulated: Simulated) -> None:
    """On demand, gaps are posted once a week, by whichever process; its button shows them to moderators alone."""
    async with simulated(server=ServerDefaults(gap_members=1)) as town:
        now = datetime.now(UTC)
        await ask(town, town.member, WHALE)
        before = len(bot_messages(town))
        await closer(town).round(now)
        assert len(bot_messages(town)) == before
        told = await town.moderator.slash(town.channel, "articles digest", channel=town.channel)
        assert "Once a week" in texts(told.response)
        await closer(town).round(now)
        await closer(town).round(now)
        await town.restart()
        await closer(town).round(now + timedelta(days=6))
        assert len(bot_messages(town)) == before + 1
        message = bot_messages(town)[-1]
        assert f"- {WHALE} (1 member)" in texts(message)
        assert texts((await town.member.click(message, label="Show them")).response) == REFUSED
        shown = (await town.moderator.click(message, label="Show them")).response
        assert shown.ephemeral
        assert "Dismiss" in buttons(shown)
        await closer(town).round(now + timedelta(days=8))
        assert len(bot_messages(town)) == before + 2
        await town.moderator.slash(town.channel, "articles digest")
        await closer(town).round(now + timedelta(days=30))
        assert len(bot_messages(town)) == before + 2


async def test_forgotten_where_nothing_happens(simulated: Simulated) -> None:
    """A question goes after its time even in a server whose archive nobody changes."""
    async with simulated(server=ServerDefaults(gap_members=1, retention_days=1)) as town:
        await ask(town, town.member, WHALE)
        await closer(town).round()
        await town.bot.worker.call(
            town.guild.id,
            lambda archive: archive._store._db.execute("UPDATE gap_asked SET at = '2020-01-01T00:00:00+00:00'"),
        )
        await closer(town).round(datetime.now(UTC) + timedelta(days=1))
        assert await town.bot.worker.call(town.guild.id, lambda archive: archive.gaps()) == ()


async def test_members_are_refused(simulated: Simulated) -> None:
    """Nobody but moderators turns pages, dismisses or adds, wherever the card stands."""
    async with simulated(server=ServerDefaults(gap_members=1)) as town:
        await ask(town, town.member, WHALE)
        channel: Any = town.bot.get_channel(town.channel.id)
        await channel.send(view=await gaps.listed(town.bot, town.guild.id))
        card = bot_messages(town)[-1]
        for label in ("Add an article", "Dismiss", "Dismissed"):
            assert texts((await town.member.click(card, label=label)).response) == REFUSED
        assert WHALE in texts(await listed(town))
