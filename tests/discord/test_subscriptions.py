"""Members are told when a question is answered: once, where they asked, without a ping, and with nothing left over."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from discord_town import FERRY, LIBRARY, Simulated, Town, buttons, speaking_german, texts

from bot import subscriptions
from bot.subscriptions import Subscriptions
from index.archive import Archive
from index.subscriptions import AT_MOST, KEPT_DAYS, Outcome, Place, State
from index.types import Abstention, Draft, Filters

pytestmark = pytest.mark.asyncio

COST = "How much would the ferry repair cost?"
BELL = "Tell me when it is"


def messages(town: Town, channel: Any = None) -> list[Any]:
    return [m for m in (channel or town.channel).history() if m.author.id == town.bot.user.id]


def teller(town: Town) -> Subscriptions:
    found = town.bot.get_cog("Subscriptions")
    assert isinstance(found, Subscriptions)
    return found


def rows(town: Town) -> list[Any]:
    """Everything that is stored of who waits for what."""
    db = sqlite3.connect(town.bot.data / str(town.guild.id) / "archive.db")
    try:
        return db.execute("SELECT member, state FROM subscriptions").fetchall()
    finally:
        db.close()


def questions(town: Town) -> int:
    db = sqlite3.connect(town.bot.data / str(town.guild.id) / "archive.db")
    try:
        return int(db.execute("SELECT count(*) FROM wanted").fetchone()[0])
    finally:
        db.close()


async def waiting(town: Town, member: Any = None, question: str = COST, **options: Any) -> Any:
    """A card without an answer, and a member who asked to be told."""
    asked = await (member or town.member).slash(town.channel, "ask", question=question, **options)
    pressed = await (member or town.member).click(asked.response, label=BELL)
    return asked.response, pressed.response


async def test_told_once_where_it_was_asked(simulated: Simulated) -> None:
    """An article that another process adds is answered with in a reply to the card: once, named, nobody pinged."""
    async with simulated() as town:
        card, said = await waiting(town)
        assert said.ephemeral
        assert "You will be told here" in texts(said)
        await teller(town).round()
        assert len(messages(town)) == 1
        town.add(FERRY)
        for _ in range(3):
            await teller(town).round()
        told = messages(town)[-1]
        assert len(messages(town)) == 2
        assert f"For <@{town.member.id}>, who asked to be told: this is on record now." in texts(told)
        assert "> Dahl said that the repair would cost 4.2 million crowns." in texts(told)
        assert f"Asked: {COST}" in texts(told)
        assert told.reference.message_id == card.id
        sent = [r.json for r in town.env.http_requests if r.method == "POST" and r.path.endswith("/messages")][-1]
        assert sent["allowed_mentions"]["parse"] == []
        assert sent["message_reference"]["fail_if_not_exists"] is False
        assert (rows(town), questions(town)) == ([], 0)
        assert "In context" in buttons(told)


async def test_what_does_not_answer_tells_nobody(simulated: Simulated) -> None:
    """Articles that do not pass the threshold change nothing; each is asked about once."""
    async with simulated(LIBRARY, threshold=1.0) as town:
        await waiting(town)
        town.add(FERRY)
        asked: list[str] = []
        original = Archive.ask

        def noted(self: Archive, question: str, *args: Any, **kwargs: Any) -> Any:
            asked.append(question)
            return original(self, question, *args, **kwargs)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Archive, "ask", noted)
            for _ in range(3):
                await teller(town).round()
        assert asked == [COST]
        assert len(messages(town)) == 1
        assert rows(town) == [(town.member.id, "waiting")]


async def test_pressing_again_and_stopping(simulated: Simulated) -> None:
    """One subscription for each member and question; whoever stops it is not told, and nothing is kept."""
    async with simulated() as town:
        card, _ = await waiting(town)
        again = (await town.member.click(card, label=BELL)).response
        assert "You are told already" in texts(again)
        assert rows(town) == [(town.member.id, "waiting")]
        await town.member.click(again, label="Stop")
        assert (rows(town), questions(town)) == ([], 0)
        town.add(FERRY)
        await teller(town).round()
        assert len(messages(town)) == 1


async def test_after_a_restart(simulated: Simulated) -> None:
    """The button works in a process that never saw the card, and another one tells."""
    async with simulated() as town:
        asked = await town.member.slash(town.channel, "ask", question=COST)
        await town.restart()
        await town.member.click(asked.response, label=BELL)
        await town.restart()
        town.add(FERRY)
        await teller(town).round()
        assert "4.2 million" in texts(messages(town)[-1])


class Killed(BaseException):
    """What no handler of the program takes, as the end of its process is."""


@pytest.mark.parametrize("sent", [False, True])
async def test_killed_between_sending_and_noting_it(simulated: Simulated, sent: bool) -> None:
    """A process that ends while it tells leaves the member told once: the channel itself is asked whether it was."""
    async with simulated() as town:
        await waiting(town)
        town.add(FERRY)

        async def killed(self: Any, *args: Any) -> None:
            raise Killed

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Subscriptions, "_end" if sent else "_send", _killed_after_first(killed, sent))
            with pytest.raises(Killed):
                await teller(town).round()
        assert rows(town) == [(town.member.id, "telling")]
        assert len(messages(town)) == 1 + sent
        await town.restart()
        await teller(town).round()
        assert len(messages(town)) == 2
        assert rows(town) == []


def _killed_after_first(killed: Any, sent: bool) -> Any:
    """`_end` is called first for those who were told already, which are none here."""
    calls: list[None] = []

    async def step(self: Any, *args: Any) -> None:
        calls.append(None)
        if not sent or len(calls) == 2:
            await killed(self, *args)

    return step


async def test_two_who_wait_on_one_card_get_one_message(simulated: Simulated) -> None:
    """A channel gets one answer however many wait for it, and each of them is named."""
    async with simulated() as town:
        card, _ = await waiting(town)
        await town.moderator.click(card, label=BELL)
        town.add(FERRY)
        await teller(town).round()
        assert len(messages(town)) == 2
        shown = texts(messages(town)[-1])
        assert f"<@{town.member.id}>" in shown
        assert f"<@{town.moderator.id}>" in shown


async def test_a_private_question_stays_private(simulated: Simulated) -> None:
    """In the channel stands only that there is an answer; who asked it sees it alone, and then nothing is kept."""
    async with simulated() as town:
        await waiting(town, private=True)
        town.add(FERRY)
        await teller(town).round()
        await teller(town).round()
        (note,) = messages(town)
        assert "ferry" not in texts(note).lower()
        assert f"<@{town.member.id}>" in texts(note)
        other = await town.moderator.click(note, label="Show me")
        assert "for whoever asked" in other.response.content
        opened = await town.member.click(note, label="Show me")
        assert opened.response.ephemeral
        assert "4.2 million" in texts(opened.response)
        assert (rows(town), questions(town)) == ([], 0)


async def test_what_it_was_narrowed_to_holds(simulated: Simulated) -> None:
    """Outlet and days that were asked for are asked for again; an article outside of them tells nobody."""
    async with simulated() as town:
        await waiting(town, outlet="Valley Post", since="2024-04")
        town.add(FERRY)
        await teller(town).round()
        assert len(messages(town)) == 1
        town.add(Draft(text=FERRY.text + " Again.", title="Ferry", outlet="Valley Post", date="2024-06-01"))
        await teller(town).round()
        assert "Valley Post" in texts(messages(town)[-1])
        assert len(messages(town)) == 2


async def test_few_at_a_time(simulated: Simulated) -> None:
    """However many wait, a look tells a few; the next ones tell the others, each once."""
    async with simulated() as town:
        for number in range(subscriptions.AT_ONCE + 2):
            await waiting(town, until=f"2024-06-0{number + 1}")
        before = len(messages(town))
        town.add(FERRY)
        await teller(town).round()
        assert len(messages(town)) == before + subscriptions.AT_ONCE
        await teller(town).round()
        await teller(town).round()
        assert len(messages(town)) == before + subscriptions.AT_ONCE + 2


async def test_the_list(simulated: Simulated) -> None:
    """A member sees what they wait for, alone, and can stop each; at most twenty."""
    async with simulated(questions_per_minute=0) as town:
        empty = await town.member.slash(town.channel, "onrecord subscriptions")
        assert "You wait for nothing here" in texts(empty.response)
        for number in range(AT_MOST):
            await waiting(town, question=f"What did *witness* {number} say?")
        _, refused = await waiting(town, question="And what did nobody say about ferries?")
        assert "You wait for 20 questions already" in texts(refused)
        found = await town.member.slash(town.channel, "onrecord subscriptions")
        assert found.response.ephemeral
        assert "these 20 questions are answered** · Page 1 of 3" in texts(found.response)
        assert r"What did \*witness\* 0 say?" in texts(found.response)
        await town.member.click(found.response, label="Next")
        await town.restart()
        stop = [c["custom_id"] for c in _all(found.response) if c.get("label") == "Stop"]
        await town.member.click(found.response, custom_id=stop[0])
        assert len(rows(town)) == AT_MOST - 1
        assert "these 19 questions" in texts(found.response)


def _all(message: Any) -> list[dict[str, Any]]:
    from discord_gate import walk

    return list(walk(message.components))


async def test_nobody_stops_what_somebody_else_waits_for(simulated: Simulated) -> None:
    """A button of one member's list does nothing in the hands of another."""
    async with simulated() as town:
        _, said = await waiting(town)
        await town.moderator.slash(town.channel, "ask", question="What did the mayor say?")
        card = messages(town)[-1]
        town.env.backend.messages[town.channel.id][card.id].components = said.components
        await town.moderator.click(card, label="Stop")
        assert rows(town) == [(town.member.id, "waiting")]


async def test_a_channel_that_is_gone(simulated: Simulated) -> None:
    """Where the place is gone nobody can be told, and nothing is kept."""
    async with simulated() as town:
        room = town.guild.create_text_channel("short-lived")
        asked = await town.member.slash(room, "ask", question=COST)
        await town.member.click(asked.response, label=BELL)
        channel = town.bot.get_channel(room.id)
        assert isinstance(channel, discord.TextChannel)
        await channel.delete()
        town.add(FERRY)
        await teller(town).round()
        assert rows(town) == []


async def test_a_card_that_was_deleted(simulated: Simulated) -> None:
    """The answer comes all the same, as a message that replies to nothing."""
    async with simulated() as town:
        card, _ = await waiting(town)
        channel = town.bot.get_channel(town.channel.id)
        assert isinstance(channel, discord.TextChannel)
        await (await channel.fetch_message(card.id)).delete()
        town.add(FERRY)
        await teller(town).round()
        assert "4.2 million" in texts(messages(town)[-1])


async def test_archives_that_did_not_change_are_left_alone(simulated: Simulated) -> None:
    """A look at servers without news opens no archive; one server's news asks nothing of another."""
    async with simulated(FERRY) as town:
        other = town.env.create_guild("Elsewhere")
        await teller(town).round()
        await teller(town).round()
        calls: list[int] = []
        original = town.bot.worker.call

        async def noted(server: int, *args: Any, **kwargs: Any) -> Any:
            calls.append(server)
            return await original(server, *args, **kwargs)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(town.bot.worker, "call", noted)
            await teller(town).round()
            assert calls == []
            town.add(LIBRARY)
            await teller(town).round()
        assert set(calls) == {town.guild.id}
        assert not (town.bot.data / str(other.id)).exists()


async def test_an_unclear_question_offers_nothing(simulated: Simulated) -> None:
    """A question that names nothing cannot be waited for."""
    async with simulated(FERRY) as town:
        asked = await town.member.slash(town.channel, "ask", question="Tell me more?")
        assert BELL not in buttons(asked.response)


async def test_an_old_card(simulated: Simulated) -> None:
    """A question that nobody took up in time is forgotten, and its button says so."""
    async with simulated() as town:
        asked = await town.member.slash(town.channel, "ask", question=COST)
        later = datetime.now(UTC) + timedelta(days=KEPT_DAYS)
        gone = await town.bot.worker.call(town.guild.id, lambda archive: archive.subscriptions.forget_old(later))
        assert gone == 1
        pressed = await town.member.click(asked.response, label=BELL)
        assert "too old" in texts(pressed.response)


async def test_in_the_server_s_language(simulated: Simulated) -> None:
    """Who presses reads their own language, the channel the server's."""
    async with simulated() as town:
        asked = await town.member.slash(town.channel, "ask", question=COST)
        with speaking_german():
            pressed = await town.member.click(asked.response, label=BELL)
        assert "wird es dir hier gemeldet" in texts(pressed.response)
        guild = town.bot.get_guild(town.guild.id)
        assert guild is not None
        guild.preferred_locale = discord.Locale.german
        town.add(FERRY)
        await teller(town).round()
        assert f"Für <@{town.member.id}>, wie gewünscht" in texts(messages(town)[-1])


async def test_stored_subscriptions(archive: Archive) -> None:
    """Kept with place and question until removed or too old; asked again only when another text is served."""
    reply = archive.ask(COST)
    assert isinstance(reply, Abstention)
    filters = Filters(speaker="Dahl", since="2024-01-01")
    key = archive.offer_to_tell(reply, archive.mark, filters, "2024-03-05")
    assert archive.offer_to_tell(reply, archive.mark) != key
    place = Place(11, 2**63 - 1, private=True)
    store = archive.subscriptions
    assert store.add("unknown", 7, place) is Outcome.GONE
    assert store.add(key, 7, place) is Outcome.ADDED
    assert store.add(key, 7, Place(12, 23, private=False)) is Outcome.ALREADY
    (one,) = store.of(7)
    assert (one.member, one.place, one.state) == (7, place, State.WAITING)
    assert (one.wanted.question, one.wanted.filters, one.wanted.asked_on) == (COST, filters, "2024-03-05")
    assert store.due(archive.mark, 9) == ()
    archive.add(FERRY)
    assert store.due(archive.mark, 9) == (one,)
    archive.add(FERRY)
    store.asked([one], archive.mark)
    assert store.due(archive.mark, 9) == ()
    archive.reindex()
    archive.promote()
    assert [again.id for again in store.due(archive.mark, 9)] == [one.id]
    assert store.forget_old(datetime.now(UTC) + timedelta(days=KEPT_DAYS - 1)) == 1  # the offer that nobody took
    assert store.forget_old(datetime.now(UTC) + timedelta(days=KEPT_DAYS + 1)) == 2
    assert store.of(7) == ()
