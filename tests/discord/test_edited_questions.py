"""An answer follows its question for a day: edited, deleted, after a restart too; and who may delete an answer."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from discord_town import FERRY, LIBRARY, Simulated, Town, asking, bot_messages, quote, texts

from bot import render
from bot.edits import Posts
from bot.localised import text
from index.archive import Archive
from index.posts import Post, digest

pytestmark = pytest.mark.asyncio

COST = "How much would the ferry repair cost?"
HOURS = "Until when will the library stay open?"
MENU = "Delete this answer"


async def asked_in_channel(town: Town, question: str = COST, **how: Any) -> tuple[Any, Any]:
    """The question of a member, and the bot's answer."""
    message = await town.member.send(town.channel, f"{town.bot.user.mention} {question}", **how)
    return message, bot_messages(town)[-1]


@pytest.mark.parametrize("restarted", [False, True])
async def test_an_edited_question_is_answered_anew_in_place(simulated: Simulated, restarted: bool) -> None:
    """The card changes with its question; no further message is sent."""
    async with simulated(FERRY, LIBRARY) as town:
        question, answer = await asked_in_channel(town)
        if restarted:
            await town.restart()
        await town.member.edit(question, f"{town.bot.user.mention} {HOURS}")
        (changed,) = bot_messages(town)
        assert changed.id == answer.id
        assert "midnight" in quote(changed)
        assert f"-# Asked: {HOURS}" in texts(changed)


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("how", ["delete", "thanks", "no mention", "bulk"])
async def test_a_question_taken_back_takes_its_answer_along(simulated: Simulated, restarted: bool, how: str) -> None:
    """Deleted, alone or with others, or edited until it asks nothing: the answer goes, and nothing else."""
    async with simulated(FERRY, LIBRARY) as town:
        _, other = await asked_in_channel(town, HOURS)
        question, _ = await asked_in_channel(town)
        if restarted:
            await town.restart()
        if how == "delete":
            await town.member.delete(question)
        elif how == "bulk":
            town.env.backend.bulk_delete_messages(town.channel.id, [question.id])
            await town.env.settle()
        else:
            mention = "" if how == "no mention" else town.bot.user.mention
            await town.member.edit(question, f"{mention} thanks, got it" if how == "thanks" else "never mind")
        assert [m.id for m in bot_messages(town)] == [other.id]
        with Archive.open(town.bot.data, str(town.guild.id), encoder=town.bot.worker._encoder) as archive:
            assert [post.answer for post in archive.posts()] == [other.id]


async def test_an_edit_that_asks_the_same_changes_nothing(simulated: Simulated) -> None:
    """Another greeting, white space, a link preview, or a payload without words: the archive is not asked again."""
    async with simulated(FERRY) as town:
        question, answer = await asked_in_channel(town)
        requests = len(town.env.http_requests)
        with asking() as asked:
            await town.member.edit(question, f"{town.bot.user.mention}   {COST}  ")
            stored = town.env.backend.messages[town.channel.id][question.id]
            town.env.backend.edit_message(town.channel.id, question.id, {"embeds": [{"title": "a preview"}]})
            await town.env.settle()
            bare = discord.RawMessageUpdateEvent(
                {"id": str(question.id), "channel_id": str(town.channel.id), "guild_id": str(town.guild.id)},  # type: ignore[typeddict-item]
                answer,
            )
            town.bot.dispatch("raw_message_edit", bare)
            await town.env.settle()
            assert stored.embeds
        assert asked == []
        assert len(town.env.http_requests) == requests


async def test_messages_of_others_are_nothing_to_it(simulated: Simulated) -> None:
    """What never was a question is edited and deleted without a word; a server that never asked gets no archive."""
    async with simulated() as town:
        other = town.env.create_guild("Elsewhere")
        elsewhere = other.create_text_channel("weather")
        member = other.add_member(town.member.user)
        message = await member.send(elsewhere, "the weather is fine")
        await member.edit(message, f"{town.bot.user.mention} {COST}")
        await member.delete(message)
        assert bot_messages(town, elsewhere) == []
        assert not (town.bot.data / str(other.id)).exists()


async def test_edited_while_it_is_answered(simulated: Simulated) -> None:
    """An edit, or a deletion, that comes before the answer is done after it."""
    async with simulated(FERRY, LIBRARY) as town:
        original = Archive.ask
        channel = town.channel.id

        def meanwhile(self: Archive, question: str, *args: Any, **kwargs: Any) -> Any:
            if question == COST:
                stored = next(iter(town.env.backend.messages[channel].values()))
                words = {"content": f"{town.bot.user.mention} {HOURS}"}
                loop.call_soon_threadsafe(lambda: town.env.backend.edit_message(channel, stored.id, words))
            return original(self, question, *args, **kwargs)

        loop = asyncio.get_running_loop()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Archive, "ask", meanwhile)
            await asked_in_channel(town)
            await town.env.settle()
        (answer,) = bot_messages(town)
        assert "midnight" in quote(answer)


async def test_an_edited_follow_up_keeps_its_conversation(simulated: Simulated) -> None:
    """What was asked before it counts for the edited question too, and what comes after goes on from the edited one."""
    async with simulated(FERRY) as town:
        _, first = await asked_in_channel(town)
        follow_up, answer = await asked_in_channel(town, "and when?", reply_to=first)
        with asking() as asked:
            await town.member.edit(follow_up, f"{town.bot.user.mention} and who said so?")
            await asked_in_channel(town, "and where?", reply_to=answer)
        assert asked == [("and who said so?", (COST,)), ("and where?", (COST, "and who said so?"))]


async def test_an_edit_in_a_thread_changes_what_was_asked_there(simulated: Simulated) -> None:
    """The conversation of a thread has the edited question in the place of the old one, and none that was deleted."""
    async with simulated(FERRY) as town:
        channel = town.bot.get_channel(town.channel.id)
        await channel.create_thread(name="ferry", type=discord.ChannelType.public_thread)
        (thread,) = town.channel.threads
        me = town.bot.user.mention
        first = await town.member.send(thread, f"{me} {COST}")
        second = await town.member.send(thread, f"{me} and when?")
        with asking() as asked:
            await town.member.edit(first, f"{me} What was found in the hull?")
            await town.member.delete(second)
            await town.member.send(thread, f"{me} who said so?")
        assert asked == [("What was found in the hull?", ()), ("who said so?", ("What was found in the hull?",))]


async def test_an_edit_in_a_thread_after_a_restart(simulated: Simulated) -> None:
    """What was asked in the thread before it is still known, and not what was asked after it."""
    async with simulated(FERRY) as town:
        channel = town.bot.get_channel(town.channel.id)
        await channel.create_thread(name="ferry", type=discord.ChannelType.public_thread)
        (thread,) = town.channel.threads
        me = town.bot.user.mention
        await town.member.send(thread, f"{me} {COST}")
        second = await town.member.send(thread, f"{me} What was found in the hull?")
        await town.moderator.send(thread, f"{me} Who is Ingrid Dahl?")
        await town.restart()
        with asking() as asked:
            await town.member.edit(second, f"{me} What was found on Sunday night?")
        assert asked == [("What was found on Sunday night?", (COST,))]


async def test_an_answer_that_is_gone_is_not_sent_again(simulated: Simulated) -> None:
    """A moderator who removed an answer does not see it return when the question is edited."""
    async with simulated(FERRY, LIBRARY) as town:
        question, answer = await asked_in_channel(town)
        await town.moderator.delete(answer)
        await town.member.edit(question, f"{town.bot.user.mention} {HOURS}")
        assert bot_messages(town) == []


async def test_edits_are_limited_like_questions(simulated: Simulated) -> None:
    """Editing is no way around the limit: the answer stays, and the member is told once."""
    async with simulated(FERRY, LIBRARY, questions_per_minute=1) as town:
        question, _ = await asked_in_channel(town)
        for words in (HOURS, "Who is the mayor?"):
            await town.member.edit(question, f"{town.bot.user.mention} {words}")
        answer, *said = bot_messages(town)
        assert f"-# Asked: {COST}" in texts(answer)
        assert ["please ask again in" in m.content for m in said] == [True]


async def test_after_a_day_it_is_forgotten(simulated: Simulated) -> None:
    """What was answered more than a day ago is not known any more, and is removed with the next answer."""
    async with simulated(FERRY) as town:
        old = (datetime.now(UTC) - timedelta(hours=24, seconds=1)).isoformat(timespec="seconds")
        post = Post(7, 8, town.channel.id, digest(COST), old)
        fresh = Post(9, 10, town.channel.id, digest(COST), datetime.now(UTC).isoformat(timespec="seconds"))
        for one in (fresh, post):
            await town.bot.worker.call(town.guild.id, lambda archive, one=one: archive.note_post(one))  # type: ignore[misc]
        posts = Posts(town.bot.worker, town.bot.data)
        assert await posts.of(town.guild.id, 7) is None
        assert await posts.of(town.guild.id, 9) == fresh
        question, _ = await asked_in_channel(town)
        kept = await town.bot.worker.call(town.guild.id, lambda archive: archive._store.posts())
        assert [one.question for one in kept] == [9, question.id]


async def test_no_word_of_a_question_is_kept(simulated: Simulated) -> None:
    """What is kept of a question are ids, a time and a hash."""
    async with simulated(FERRY) as town:
        await asked_in_channel(town, "What did Ingrid Dahl say about zeppelins?")
        folder = town.bot.data / str(town.guild.id)
        assert not any(b"zeppelin" in file.read_bytes() for file in folder.iterdir())
        assert not any(str(town.member.id).encode() in file.read_bytes() for file in folder.iterdir())


# --- deleting an answer


async def delete(town: Town, who: Any, message: Any) -> str:
    result = await who.context_menu(town.channel, MENU, message)
    said = [m for m in (result.response, *result.followups) if m is not None]
    assert all(m.ephemeral for m in said)
    return str(said[0].content)


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("way", ["command", "mention", "follow up"])
@pytest.mark.parametrize("who", ["member", "moderator"])
async def test_asker_and_moderators_delete_an_answer(simulated: Simulated, restarted: bool, way: str, who: str) -> None:
    """However it was asked, and whatever process runs: whoever asked may, moderators may, others may not."""
    async with simulated(FERRY) as town:
        if way == "mention":
            _, answer = await asked_in_channel(town)
        else:
            answer = (await town.member.slash(town.channel, "ask", question=COST)).response.message
        if way == "follow up":
            # The moderator asks after the member's card: only that question's answer is the moderator's.
            form = await town.member.click(answer, label="Follow up")
            await town.member.submit_modal(form, {render.WORDS_ID: "and when?"})
            answer = bot_messages(town)[-1]
        if restarted:
            await town.restart()
        stranger = town.guild.add_member(town.env.create_user("zoe"))
        assert await delete(town, stranger, answer) == text("delete.not_yours")
        assert answer.id in [m.id for m in bot_messages(town)]
        assert await delete(town, getattr(town, who), answer) == text("delete.done")
        assert answer.id not in [m.id for m in bot_messages(town)]


async def test_only_answers_are_deleted(simulated: Simulated) -> None:
    """Neither what others wrote, nor what the bot says to the moderators, nor what only one person sees."""
    async with simulated(FERRY) as town:
        message = await town.member.send(town.channel, "hello")
        assert await delete(town, town.moderator, message) == text("delete.not_mine")
        await town.member.send(town.channel, f"{town.bot.user.mention} help")
        assert await delete(town, town.moderator, bot_messages(town)[-1]) == text("delete.not_mine")
        private = (await town.member.slash(town.channel, "ask", question=COST, private=True)).response
        assert await delete(town, town.member, private) == text("delete.only_you")
