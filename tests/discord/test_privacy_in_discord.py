"""``/privacy``: what is stored is said, shown to whom it is about, and deleted when they want it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from discord_town import FERRY, Simulated, Town, buttons, said, speaking_german, texts

from index.archive import Archive

pytestmark = pytest.mark.asyncio

UNKNOWN = "Who painted the lighthouse of Skarn?"


async def waiting(town: Town, member: Any) -> None:
    """A member asks to be told, and says that a quotation is wrong."""
    asked = await member.slash(town.channel, "ask", question=UNKNOWN)
    await member.click(asked.response, label="Tell me when it is")


async def wrong(town: Town, member: Any) -> None:
    asked = await member.slash(town.channel, "ask", question="How much would the ferry repair cost?")
    form = await member.click(asked.response, label="Wrong")
    await member.select(form.response, ["outdated"])


async def kept(town: Town, member: Any) -> dict[str, int]:
    found = await town.bot.worker.call(town.guild.id, lambda archive: archive.kept_of(member.id))
    return {name: len(rows) for name, rows in found.items()}


async def test_what_is_stored_is_said(simulated: Simulated) -> None:
    """In plain words, with this server's own time, to whoever asks alone; in their language."""
    async with simulated(FERRY) as town:
        await town.bot.worker.call(
            town.guild.id, lambda archive: archive.server_settings.set(by="1", retention_days=11)
        )
        card = (await town.member.slash(town.channel, "privacy")).response
        assert card.ephemeral
        for words in ("for at most 11 days", "180 days", "after 30 days", "For 24 hours", "fingerprint"):
            assert words in texts(card)
        assert list(buttons(card)) == ["What is stored about me", "Delete mine"]
        with speaking_german():
            card = (await town.member.slash(town.channel, "privacy")).response
        assert "höchstens 11 Tage lang" in texts(card)


async def test_shown_and_deleted(simulated: Simulated) -> None:
    """A member sees all that is kept of them, as JSON, and deletes it after one more press; another's stays."""
    async with simulated(FERRY, threshold=0.5) as town:
        for member in (town.member, town.moderator):
            await waiting(town, member)
        card = (await town.member.slash(town.channel, "privacy")).response
        await town.restart()
        shown = await town.member.click(card, label="What is stored about me")
        (file,) = shown.response.attachments
        assert shown.response.ephemeral
        written = json.loads(await file.read())
        assert (written["server"], written["member"]) == (town.guild.id, town.member.id)
        assert [row["question"] for row in written["subscriptions"]] == [UNKNOWN]
        assert written["feedback"] == []
        sure = await town.member.click(card, label="Delete mine")
        assert "Questions you asked to be told about: 1" in said(sure)
        assert await kept(town, town.member) == {"subscriptions": 1, "gaps": 1, "feedback": 0}
        assert "Nothing was deleted." in said(await town.member.click(sure.response, label="Keep it"))
        done = await town.member.click(sure.response, label="Yes, delete it")
        assert "nothing about you is stored on this server any more" in said(done)
        assert await kept(town, town.member) == {"subscriptions": 0, "gaps": 0, "feedback": 0}
        assert await kept(town, town.moderator) == {"subscriptions": 1, "gaps": 1, "feedback": 0}
        assert "Nothing is stored about you" in said(await town.member.click(card, label="Delete mine"))


async def test_judgements_are_theirs_too(simulated: Simulated) -> None:
    """What somebody said of a quotation is shown without their id beside it, and deleted."""
    async with simulated(FERRY) as town:
        await wrong(town, town.member)
        card = (await town.member.slash(town.channel, "privacy")).response
        shown = await town.member.click(card, label="What is stored about me")
        (row,) = json.loads(await shown.response.attachments[0].read())["feedback"]
        assert row["complaint"] == "outdated"
        assert str(town.member.id) not in json.dumps(row)
        sure = await town.member.click(card, label="Delete mine")
        await town.member.click(sure.response, label="Yes, delete it")
        assert await kept(town, town.member) == {"subscriptions": 0, "gaps": 0, "feedback": 0}


async def test_only_in_the_server_where_it_is_asked(simulated: Simulated) -> None:
    """What another server keeps of the same member is neither shown nor deleted."""
    async with simulated(FERRY, threshold=0.5) as town:
        await waiting(town, town.member)
        other = town.env.create_guild("Elsewhere")
        channel, same = other.create_text_channel("talk"), other.add_member(town.member.user)
        card = (await same.slash(channel, "privacy")).response
        assert "Nothing is stored about you" in said(await same.click(card, label="What is stored about me"))
        assert "Nothing is stored about you" in said(await same.click(card, label="Delete mine"))
        assert await kept(town, town.member) == {"subscriptions": 1, "gaps": 1, "feedback": 0}


async def test_a_failure_is_said(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is left believing that something was deleted."""
    async with simulated(FERRY, check_errors=False) as town:
        card = (await town.member.slash(town.channel, "privacy")).response

        def broken(self: Archive, member: int) -> Any:
            raise RuntimeError("no")

        monkeypatch.setattr(Archive, "kept_of", broken)
        assert "Something went wrong here" in said(await town.member.click(card, label="Delete mine"))
