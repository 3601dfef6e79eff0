"""Every way to ask in a channel: in long messages, forum posts, threads; and what is never answered."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord_town import FERRY, LIBRARY, Simulated, Town, asking, bot_messages, quote, texts

from bot import ask

pytestmark = pytest.mark.asyncio

COST = "How much would the ferry repair cost?"


async def post(town: Town, forum: Any, title: str, words: str) -> Any:
    """A member's forum post, as Discord tells about one: the thread first, then its message, both with one id."""
    backend = town.env.backend
    thread = backend.create_thread(forum.id, title, town.member.id, broadcast=False)
    message = backend.prepare_message(thread.id, town.member.id, words)
    message.id = thread.id
    backend.announce_thread_create(thread)
    backend.commit_message(message)
    await town.env.settle()
    (handle,) = forum.threads
    return handle


async def test_the_question_of_a_long_message(simulated: Simulated) -> None:
    """Between greetings and news, the sentence that asks is answered, and named as what was asked."""
    async with simulated(FERRY, LIBRARY) as town:
        long = (
            "Good morning everybody! I was down at the harbour yesterday and it was closed. What a mess that was. "
            f"Does anybody here know? {town.bot.user.mention} {COST} My sister wants to travel in April. See you!"
        )
        with asking() as asked:
            await town.member.send(town.channel, long)
        assert [question for question, _ in asked] == [COST]
        (card,) = bot_messages(town)
        assert f"-# Asked: {COST}\n" in texts(card)
        assert "4.2 million" in quote(card)


async def test_what_leads_to_the_question_is_what_it_leans_on(simulated: Simulated) -> None:
    """A question with "she" in it is about whom the sentence before it names; it says so, and it can be taken out."""
    async with simulated(FERRY) as town:
        me = town.bot.user.mention
        await town.member.send(town.channel, f"{me} I read about Ingrid Dahl. What did she say about the repair?")
        (card,) = bot_messages(town)
        assert "-# Asked: What did she say about the repair?\n-# about: Ingrid Dahl" in texts(card)
        with asking() as asked:
            await town.member.click(card, label="Ask without that")
        assert asked == [("What did she say about the repair?", ())]


@pytest.mark.parametrize(
    ("title", "words", "question"),
    [
        ("The ferry", f"{{me}} {COST}", COST),
        (COST, "{me}", COST),
        (COST, "{me} thanks", COST),
        ("Hello", "{me}", None),
    ],
)
async def test_a_forum_post_asks(simulated: Simulated, title: str, words: str, question: str | None) -> None:
    """A post that mentions the bot is answered in its thread; where only its title asks, the title is the question."""
    async with simulated(FERRY) as town:
        forum = town.guild.create_forum_channel("help")
        with asking() as asked:
            thread = await post(town, forum, title, words.format(me=town.bot.user.mention))
        assert asked == ([(question, ())] if question else [])
        assert len(bot_messages(town, thread)) == bool(question)
        if question:
            with asking() as asked:
                await town.moderator.send(thread, f"{town.bot.user.mention} and who said so?")
            assert asked == [("and who said so?", (COST,))]


async def test_a_thread_on_a_card_is_its_conversation(simulated: Simulated) -> None:
    """In a thread that was started from an answer, the answer's question was asked before."""
    async with simulated(FERRY) as town:
        await town.member.send(town.channel, f"{town.bot.user.mention} {COST}")
        (card,) = bot_messages(town)
        await (await town.bot.get_channel(town.channel.id).fetch_message(card.id)).create_thread(name="cost")
        (thread,) = town.channel.threads
        with asking() as asked:
            await town.moderator.send(thread, f"{town.bot.user.mention} and who said so?")
        assert asked == [("and who said so?", (COST,))]


async def test_a_thread_goes_on_after_a_restart(simulated: Simulated) -> None:
    """The bot's latest card in the thread says what was asked there; where it may not look back, nothing was."""
    async with simulated(FERRY) as town:
        channel = town.bot.get_channel(town.channel.id)
        await channel.create_thread(name="ferry", type=discord.ChannelType.public_thread)
        (thread,) = town.channel.threads
        me = town.bot.user.mention
        await town.member.send(thread, f"{me} {COST}")
        await town.member.send(thread, "I see.")
        for allowed in (True, False):
            await town.restart()
            if not allowed:
                town.env.inject_error("GET", "/channels/*/messages", status=403, code=50013)
            with asking() as asked:
                await town.moderator.slash(thread, "ask", question="who said so?", private=True)
            assert asked == [("who said so?", (COST,) if allowed else ())]


async def test_it_never_speaks_where_it_was_not_addressed(simulated: Simulated) -> None:
    """Questions to others, answers to others, everyone's alarm, other bots, pins: nothing of it is answered."""
    async with simulated(FERRY) as town:
        me = town.bot.user.mention
        first = await town.member.send(town.channel, COST)
        await town.moderator.send(town.channel, f"{COST} I wonder too.", reply_to=first)
        await town.moderator.send(town.channel, f"@everyone {COST}")
        await town.member.send(town.channel, f"{town.moderator.mention} {COST}")
        robot = town.guild.add_member(town.env.create_user("robot", bot=True))
        await robot.send(town.channel, f"{me} {COST}")
        asked = await town.member.send(town.channel, f"{me} {COST}")
        assert len(bot_messages(town)) == 1
        await town.moderator.set_pinned(asked, True)
        assert len(bot_messages(town)) == 1
        assert {r.path for r in town.env.http_requests if "/reactions/" in r.path} == set()


async def test_a_channel_has_a_limit_too(simulated: Simulated) -> None:
    """What all members ask in one channel is limited together; that is said once there, and privately to a command."""
    async with simulated(FERRY, channel_questions_per_minute=2) as town:
        me = town.bot.user.mention
        for member in (town.member, town.moderator, town.member, town.moderator):
            await member.send(town.channel, f"{me} {COST}")
        cards = [m for m in bot_messages(town) if not m.content]
        said = [m.content for m in bot_messages(town) if m.content]
        assert len(cards) == 2
        assert len(said) == 1
        assert said[0].startswith("That is a lot of questions in one minute in this channel; please ask again in ")
        refused = (await town.member.slash(town.channel, "ask", question=COST)).response
        assert refused.ephemeral
        assert "in this channel" in refused.content
        # What only one person sees disturbs nobody, and another channel has a limit of its own.
        private = (await town.member.slash(town.channel, "ask", question=COST, private=True)).response
        assert f"-# Asked: {COST}" in texts(private)
        other = town.guild.create_text_channel("elsewhere")
        await town.member.send(other, f"{me} {COST}")
        assert len(bot_messages(town, other)) == 1


async def test_greetings_are_limited_as_well(simulated: Simulated) -> None:
    """Whoever greets without end is not waved back at without end."""
    async with simulated(questions_per_minute=2) as town:
        for _ in range(5):
            await town.member.send(town.channel, f"{town.bot.user.mention} hi")
        waved = [r for m in town.channel.history() for r in m.reactions]
        assert [str(r.emoji) for r in waved] == [ask.SEEN] * 2


async def test_a_thread_it_was_not_told_about(simulated: Simulated) -> None:
    """A message from a channel that Discord did not name before is from a thread, which is a conversation."""
    async with simulated(FERRY) as town:
        channel = town.bot.get_channel(town.channel.id)
        await channel.create_thread(name="ferry", type=discord.ChannelType.public_thread)
        (thread,) = town.channel.threads
        town.bot.get_guild(town.guild.id)._threads.clear()
        with asking() as asked:
            for words in (COST, "and when?"):
                await town.member.send(thread, f"{town.bot.user.mention} {words}")
        assert asked == [(COST, ()), ("and when?", (COST,))]
