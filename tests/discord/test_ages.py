"""Every card that gives the day of an article says beside it how old that is."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from discord_town import FERRY, Simulated, bot_messages, buttons, texts

pytestmark = pytest.mark.asyncio

QUOTE = "We found cracks in the hull on Sunday night"


async def test_the_age_stands_beside_the_day(simulated: Simulated) -> None:
    """On an answer, a receipt, a check, one of parts, alone and shared, a topic, a timeline and its comparison."""
    async with simulated(FERRY) as town:
        member, channel = town.member, town.channel
        today = (await member.send(channel, "hello")).created_at.date()  # the simulated Discord has a clock of its own
        recent = replace(
            FERRY, date=(today - timedelta(days=5)).isoformat(), title="Again", url="https://harbour.example/2",
            text=FERRY.text.replace("4.2 million", "5.1 million"),
        )  # fmt: skip
        town.add(recent)
        await member.slash(channel, "ask", question="What cracks were found in the hull?")
        card = bot_messages(town)[-1]
        shown = [card, (await member.context_menu(channel, "Receipt", card)).response]
        shown.append((await member.slash(channel, "check", text=QUOTE)).response)
        stitched = f"{QUOTE} … Buses will carry passengers to the northern bridge"
        shown.append((await member.slash(channel, "check", text=stitched)).response)
        assert "Stitched" in texts(shown[-1])
        await member.click(shown[-1], label="Share")
        shown.append(bot_messages(town)[-1])
        await member.slash(channel, "onrecord topic", subject="the hull")
        shown.append(bot_messages(town)[-1])
        await member.slash(channel, "timeline", speaker="Ingrid Dahl")
        shown.append(bot_messages(town)[-1])
        compare = buttons(shown[-1])["⇄ Compare"]["custom_id"]
        shown.append((await member.click(shown[-1], custom_id=compare)).response)
    for message in shown:
        days = re.findall(r"“ ?[^”\n]*” · (\d+ \w+ \d{4})( \([^)\n]* ago\))?", texts(message))
        assert days, texts(message)
        assert all(age for _, age in days), texts(message)
    assert any("(5 days ago)" in texts(message) for message in shown)
