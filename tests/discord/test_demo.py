"""The demo: everything its first lines tell to try is there to be tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from discord_town import buttons, texts

from bot import demo
from bot.config import Config
from bot.demo import Stage, staged
from index.archive import Archive
from index.types import Answer, Filters

pytestmark = pytest.mark.asyncio
BRIDGE = "the harbour bridge"


@asynccontextmanager
async def filled(encoder: Any) -> AsyncIterator[Stage]:
    async with staged(Config(), encoder=encoder) as stage:
        await stage.bot.worker.call(stage.guild.id, lambda archive: demo.add_more(archive, Config()), changes=True)
        yield stage


async def test_its_articles_show_what_there_is_to_see(words_encoder: Any) -> None:
    """Figures that changed, one story in two outlets, four named speakers, somebody not named."""
    async with filled(words_encoder) as stage:

        def see(archive: Archive) -> None:
            reply = archive.ask("How much will the harbour bridge cost?", threshold=0.0)
            assert isinstance(reply, Answer)
            assert reply.conflicts
            assert any(hit.also for hit in reply.hits)
            speakers = {one.name for one in archive.known_speakers()}
            assert {"Ingrid Dahl", "Tom Okafor", "Jonas Vik", "Mona Ek"} <= speakers
            assert len(archive.topic(BRIDGE, Filters()).voices) >= 3

        await stage.bot.worker.call(stage.guild.id, see)


async def test_what_it_tells_to_try_works(words_encoder: Any) -> None:
    """The commands that its first lines name, with the very words that stand there."""
    async with filled(words_encoder) as stage:
        tried = dict(
            line.strip().split(": ", 1) for line in demo.TO_TRY.splitlines() if line.startswith("  /") and ": " in line
        )
        assert set(tried) == {"/ask question", "/check text", "/onrecord topic subject", "/timeline speaker"}
        for command, words in tried.items():
            name, option = command.removeprefix("/").rsplit(" ", 1)
            said = words.split("   ")[0]
            response = (await stage.member.slash(stage.channel, name, **{option: said})).response
            shown = texts(response)
            expected = {
                "ask": "Asked: ",
                "check": "### Altered",
                "onrecord topic": "Ingrid Dahl",
                "timeline": "Timeline of",
            }
            assert expected[name] in shown
        assert "⇄ Compare" in buttons(response)
        receipt = (await stage.member.slash(stage.channel, "receipt")).response
        assert "### Proved again" in texts(receipt)


async def test_its_message_box_mentions_the_bot(words_encoder: Any) -> None:
    """A typed “@onrecord” asks, as it does in Discord."""
    async with filled(words_encoder) as stage:
        demo.writing_mentions(stage.member, stage.bot)
        await stage.member.send(stage.channel, "@onrecord Will the bridge have a cycle lane?")
        answer = stage.channel.history()[-1]
        assert answer.author.id == stage.bot.user.id
        assert "Asked: Will the bridge have a cycle lane?" in texts(answer)


async def test_a_receipt_without_a_message_is_of_the_newest_card(words_encoder: Any) -> None:
    """Of the newest that quotes something; where there is none, that is said."""
    async with filled(words_encoder) as stage:
        none = (await stage.member.slash(stage.channel, "receipt")).response
        assert "None of the newest messages here is a card of mine" in none.content
        await stage.member.slash(stage.channel, "onrecord topic", subject=BRIDGE)
        await stage.member.send(stage.channel, "interesting")
        assert "Proved again" in texts((await stage.member.slash(stage.channel, "receipt")).response)
