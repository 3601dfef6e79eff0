"""No conversation ever sees another: in one channel, in threads beside it, on other servers, in any order of events."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import discord
import pytest
from discord_town import FERRY, LIBRARY, Simulated, Town, asking, bot_messages, simulation
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot import render

SPEAKERS = ("alice", "mona")
PLACES = ("channel", "thread one", "thread two", "elsewhere")

# One step: who does it, where, how, and which of the cards there it is about (counted from the latest).
steps = st.lists(
    st.tuples(
        st.sampled_from(SPEAKERS),
        st.sampled_from(PLACES),
        st.sampled_from(["mention", "mention", "reply", "reply", "form", "command", "private", "restart"]),
        st.integers(0, 3),
    ),
    min_size=4,
    max_size=12,
)


class Told:
    """What each place may know: the questions of its threads, and of the chain of each card, as they should be."""

    def __init__(self) -> None:
        self.cards: dict[str, list[tuple[int, tuple[str, ...]]]] = {place: [] for place in PLACES}
        self.threads: dict[str, tuple[str, ...]] = dict.fromkeys(PLACES, ())


async def play(town: Town, played: Sequence[tuple[str, str, str, int]]) -> None:
    channel = town.bot.get_channel(town.channel.id)
    assert isinstance(channel, discord.TextChannel)
    for name in ("thread one", "thread two"):
        await channel.create_thread(name=name, type=discord.ChannelType.public_thread)
    other = town.env.create_guild("Elsewhere")
    rooms: dict[str, Any] = {thread.name: thread for thread in town.channel.threads}
    rooms |= {"channel": town.channel, "elsewhere": other.create_text_channel("questions")}
    town.add(LIBRARY, guild=other)
    here = {"alice": town.member, "mona": town.moderator}
    there = {name: other.add_member(member.user) for name, member in here.items()}
    told = Told()
    restarted = False
    for number, (name, place, how, which) in enumerate(played):
        member, room = (there if place == "elsewhere" else here)[name], rooms[place]
        question = f"what is question {number} about, {name} in {place}?"
        known = told.cards[place]
        card, chain = known[-1 - which % len(known)] if known else (None, ())
        is_thread = place.startswith("thread")
        if how == "restart":
            await town.restart()
            restarted = True
            # A card names the last question itself, which stands alone here; what came before it is forgotten.
            told.threads = {p: turns[-1:] for p, turns in told.threads.items()}
            told.cards = {p: [(c, turns[-1:]) for c, turns in cards] for p, cards in told.cards.items()}
            continue
        if card is None and how in ("reply", "form"):
            how = "mention"
        expected = chain if how in ("reply", "form") else told.threads[place]
        message = next((m for m in room.history() if m.id == card), None)
        with asking() as asked:
            if how == "mention":
                await member.send(room, f"{town.bot.user.mention} {question}")
            elif how == "reply":
                await member.send(room, f"{town.bot.user.mention} {question}", reply_to=message)
            elif how == "form":
                form = await member.click(message, label="Follow up")
                await member.submit_modal(form, {render.WORDS_ID: question})
            else:
                await member.slash(room, "ask", question=question, private=how == "private")
        assert asked == [(question, expected)], (played[: number + 1], restarted)
        if how == "private":
            continue  # nobody else is to learn of it
        turns = (*expected, question)[-6:]
        told.cards[place].append((bot_messages(town, room)[-1].id, turns))
        if is_thread:
            told.threads[place] = turns


@given(steps)
# Each attempt to make a failing play shorter takes a second.
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
def test_conversations_never_mix(words_encoder: Any, played: list[tuple[str, str, str, int]]) -> None:
    """Whoever asks, wherever and however: the earlier questions of that very conversation are known, and no others."""

    async def run() -> None:
        with TemporaryDirectory() as folder:
            async with simulation(Path(folder), words_encoder)(
                FERRY, questions_per_minute=0, channel_questions_per_minute=0
            ) as town:
                await play(town, played)

    asyncio.run(run())


@pytest.mark.asyncio
async def test_a_private_question_is_not_told_in_its_thread(simulated: Simulated) -> None:
    """What one member asked privately in a thread is no earlier question of the others there."""
    async with simulated(FERRY) as town:
        channel = town.bot.get_channel(town.channel.id)
        await channel.create_thread(name="ferry", type=discord.ChannelType.public_thread)
        (thread,) = town.channel.threads
        await town.member.slash(thread, "ask", question="What did Ingrid Dahl say?", private=True)
        with asking() as asked:
            await town.moderator.send(thread, f"{town.bot.user.mention} and when did she say so?")
        assert asked == [("and when did she say so?", ())]
