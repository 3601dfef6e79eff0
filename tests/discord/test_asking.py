"""Members ask in simulated Discord, and get quotations or an honest no."""

from __future__ import annotations

import pytest
from discord_town import FERRY, LIBRARY, Simulated, texts

pytestmark = pytest.mark.asyncio


async def test_ask_quotes_word_for_word(simulated: Simulated) -> None:
    """/ask answers with a sentence of the article, who said it and how, where it stands, and what proves it."""
    async with simulated(FERRY, LIBRARY) as town:
        result = await town.member.slash(town.channel, "ask", question="How much would the ferry repair cost?")
        assert result.deferred
        assert not result.ephemeral
        print(texts(result.response), result.response.components)
