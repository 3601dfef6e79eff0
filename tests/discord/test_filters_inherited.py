"""A follow-up is narrowed to what the question before it was, unless it says otherwise; the card shows it."""

from __future__ import annotations

from typing import Any

import pytest
from discord_town import FERRY, LIBRARY, Simulated, Town, asking, bot_messages, buttons, speaking_german, texts

from bot import cards, render
from index.archive import Archive
from index.types import Filters

pytestmark = pytest.mark.asyncio

FIRST = "How much would the ferry repair cost?"
DAHL = Filters(speaker="Ingrid Dahl")


async def narrowed(town: Town, channel: Any = None, **options: Any) -> Any:
    options = options or {"speaker": "Ingrid Dahl"}
    return (await town.member.slash(channel or town.channel, "ask", question=FIRST, **options)).response


async def follow_up(town: Town, card: Any, question: str, how: str) -> Any:
    if how == "reply":
        await town.member.send(town.channel, f"{town.bot.user.mention} {question}", reply_to=card)
    else:
        form = await town.member.click(card, label="Follow up")
        await town.member.submit_modal(form, {render.WORDS_ID: question})
    return bot_messages(town)[-1]


def filters_on(message: Any) -> tuple[Filters, bool]:
    card = cards._read(message.components)
    assert card is not None
    return card.filters, card.inherited


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("how", ["reply", "form"])
async def test_a_follow_up_keeps_the_filters(simulated: Simulated, how: str, restarted: bool) -> None:
    """By a reply and by the form, from memory and from the card alone, and on to the follow-up of the follow-up."""
    async with simulated(FERRY, LIBRARY) as town:
        card = await narrowed(town, speaker="Ingrid Dahl", since="2024-03-01")
        if restarted:
            await town.restart()
        filters = Filters(speaker="Ingrid Dahl", since="2024-03-01")
        second = await follow_up(town, bot_messages(town)[-1] if how == "reply" else card, "and when?", how)
        assert "-# only: said by “Ingrid Dahl” · since 1 March 2024" in texts(second)
        assert filters_on(second) == (filters, True)
        if restarted:
            await town.restart()
        third = await follow_up(town, second, "and why?", how)
        assert filters_on(third) == (filters, True)


async def test_a_follow_up_may_say_otherwise(simulated: Simulated) -> None:
    """It asks for somebody else's words, so it is narrowed no longer, and neither is what follows."""
    async with simulated(FERRY, LIBRARY) as town:
        await narrowed(town)
        second = await follow_up(town, bot_messages(town)[-1], "What did Tom Okafor say?", "reply")
        assert filters_on(second) == (Filters(), False)
        assert "only:" not in texts(second)
        third = await follow_up(town, second, "and why?", "reply")
        assert filters_on(third) == (Filters(), False)


@pytest.mark.parametrize("restarted", [False, True])
async def test_inherited_filters_can_be_taken_out(simulated: Simulated, restarted: bool) -> None:
    """“Ask without that” beside them asks the same question openly, with what it carried; /ask's own have no button."""
    async with simulated(FERRY, LIBRARY) as town:
        first = await narrowed(town)
        assert "Ask without that" not in buttons(first)
        await follow_up(town, first, "and when would it cost that?", "form")
        second = bot_messages(town)[-1]
        if restarted:
            await town.restart()
        with asking() as asked:
            await town.member.click(second, custom_id="or:on")
        assert [question for question, _ in asked] == ["and when would it cost that?"]
        assert asked[0][1] != ()
        shown = bot_messages(town)[-1]
        assert shown.id == second.id
        assert filters_on(shown) == (Filters(), False)
        third = await follow_up(town, shown, "and why?", "form")
        assert filters_on(third) == (Filters(), False)


async def test_without_what_was_carried_the_filters_stay(simulated: Simulated) -> None:
    """The other “Ask without that” leaves them, and they can still be taken out after it."""
    async with simulated(FERRY, LIBRARY) as town:
        await narrowed(town)
        second = await follow_up(town, bot_messages(town)[-1], "When did she say that?", "reply")
        ids = [b["custom_id"] for b in buttons(second).values() if "custom_id" in b]
        assert "or:on" in ids
        if "-# about:" in texts(second):
            await town.member.click(second, custom_id="or:o")
            assert filters_on(bot_messages(town)[-1]) == (DAHL, True)


async def test_a_thread_keeps_them_for_mentions_and_not_for_the_command(simulated: Simulated) -> None:
    """Whoever mentions the bot goes on; /ask has options of its own, and what it leaves out is open."""
    async with simulated(FERRY, LIBRARY) as town:
        await town.bot.get_channel(town.channel.id).create_thread(name="ferry", type=_public())
        (thread,) = town.channel.threads
        await narrowed(town, thread)
        await town.member.send(thread, f"{town.bot.user.mention} and when?")
        assert filters_on(bot_messages(town, thread)[-1]) == (DAHL, True)
        await town.member.slash(thread, "ask", question="What about the hull?")
        assert filters_on(bot_messages(town, thread)[-1]) == (Filters(), False)
        await town.member.send(thread, f"{town.bot.user.mention} and why?")
        assert filters_on(bot_messages(town, thread)[-1]) == (Filters(), False)


def _public() -> Any:
    import discord

    return discord.ChannelType.public_thread


async def test_a_private_answer_that_is_shared_keeps_them(simulated: Simulated) -> None:
    """What is shared can be followed up within the same filters."""
    async with simulated(FERRY, LIBRARY) as town:
        private = await narrowed(town, speaker="Ingrid Dahl", private=True)
        await town.member.click(private, label="Share")
        third = await follow_up(town, bot_messages(town)[-1], "and why?", "form")
        assert filters_on(third) == (DAHL, True)


async def test_a_german_card_is_followed_up_in_english(simulated: Simulated) -> None:
    """What a card says about itself is read in whatever language it was written."""
    async with simulated(FERRY, LIBRARY) as town:
        with speaking_german():
            card = await narrowed(town, speaker="Ingrid Dahl", until="2024-12-31")
        assert "-# nur: gesagt von „Ingrid Dahl“ · bis zum 31. Dezember 2024" in texts(card)
        await town.restart()
        with asking() as asked:
            second = await follow_up(town, bot_messages(town)[-1], "and when?", "reply")
        assert asked[0] == ("and when?", (FIRST,))
        assert filters_on(second) == (Filters(speaker="Ingrid Dahl", until="2024-12-31"), True)
        assert "-# only: said by “Ingrid Dahl” · until 31 December 2024" in texts(second)


async def test_the_archive_is_asked_within_them(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are not only shown: nothing else is looked at."""
    seen: list[Filters] = []
    original = Archive.ask

    def noted(self: Archive, question: str, turns: Any = (), **kwargs: Any) -> Any:
        seen.append(kwargs["filters"])
        return original(self, question, turns, **kwargs)

    monkeypatch.setattr(Archive, "ask", noted)
    async with simulated(FERRY, LIBRARY) as town:
        await narrowed(town)
        await follow_up(town, bot_messages(town)[-1], "and when?", "reply")
    assert seen == [DAHL, DAHL]


async def test_an_edited_follow_up_keeps_them(simulated: Simulated) -> None:
    """Its answer is made anew within the same filters, or without the one that it asks otherwise now."""
    async with simulated(FERRY, LIBRARY) as town:
        await narrowed(town)
        card = bot_messages(town)[-1]
        question = await town.member.send(town.channel, f"{town.bot.user.mention} and when?", reply_to=card)
        await town.member.edit(question, f"{town.bot.user.mention} and why?")
        assert "Asked: and why?" in texts(bot_messages(town)[-1])
        assert filters_on(bot_messages(town)[-1]) == (DAHL, True)
        await town.member.edit(question, f"{town.bot.user.mention} Did anyone else say so?")
        assert filters_on(bot_messages(town)[-1]) == (Filters(), False)
