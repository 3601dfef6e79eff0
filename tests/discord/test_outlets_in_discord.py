"""Moderators say what an outlet allows, and every card keeps to it."""

from __future__ import annotations

import pytest
from discord_town import FERRY, LIBRARY, Simulated, bot_messages, buttons, texts

from bot.permissions import REFUSED
from index.audit import Action

pytestmark = pytest.mark.asyncio

QUESTION = "How much would the ferry repair cost?"


async def test_a_cap_and_a_licence(simulated: Simulated) -> None:
    """From the next card on: the licence below the source, and no more words than allowed; taken back, all are."""
    async with simulated(FERRY, LIBRARY) as town:
        (choice,) = await town.moderator.autocomplete(town.channel, "outlets set", "outlet", "harb")
        done = await town.moderator.slash(
            town.channel, "outlets set", outlet=choice["value"], words=4, licence="CC BY-ND 4.0"
        )
        assert texts(done.response) == "Harbour Times\\: 4 words of an article a card · licence\\: CC BY-ND 4.0"
        card = (await town.member.slash(town.channel, "ask", question=QUESTION)).response
        assert "4.2 million crowns" not in texts(card)
        assert "Harbour Times allows a card 4 words of an article. Read it at its source." in texts(card)
        assert "-# Licence: CC BY-ND 4.0" in texts(card).replace("\\", "")
        assert "Read at source" in buttons(card)
        context = await town.member.click(card, label="In context")
        assert "4.2 million crowns" not in texts(context.response)
        await town.moderator.slash(town.channel, "outlets set", outlet="harbour times", words=40)
        assert "4.2 million crowns" in texts((await town.member.slash(town.channel, "ask", question=QUESTION)).response)
        listed = texts((await town.moderator.slash(town.channel, "outlets list")).response)
        assert "40 words of an article a card · licence\\: CC BY-ND 4.0" in listed
        await town.moderator.slash(town.channel, "outlets clear", outlet="Harbour Times")
        assert "Nothing is said" in texts((await town.moderator.slash(town.channel, "outlets list")).response)
        log = await town.bot.worker.call(town.guild.id, lambda archive: archive.log.entries())
        assert {(entry.action, entry.by) for entry in log[:3]} == {(Action.SETTINGS, str(town.moderator.id))}


async def test_no_other_card_shows_more(simulated: Simulated) -> None:
    """A check of a claim, a receipt and its export keep to the cap as an answer does."""
    async with simulated(FERRY) as town:
        claim = "“We found cracks in the hull on Monday night,” said Ingrid Dahl."
        assert "**Sunday**" in texts((await town.member.slash(town.channel, "check", text=claim)).response)
        await town.member.slash(town.channel, "ask", question=QUESTION)
        await town.moderator.slash(town.channel, "outlets set", outlet="Harbour Times", words=4, licence="CC BY 4.0")
        checked = texts((await town.member.slash(town.channel, "check", text=claim)).response)
        assert "Sunday" not in checked
        assert "which are not shown" in checked
        card = bot_messages(town)[0]
        receipt = await town.member.context_menu(town.channel, "Receipt", card)
        assert "4.2 million crowns" not in texts(receipt.response)
        assert "Licence: CC BY 4.0" in texts(receipt.response)
        exported = await town.member.select(receipt.response, ["text"])
        assert "allows 4 words of an article to be quoted" in texts(exported.response)


async def test_another_server_is_not_meant(simulated: Simulated) -> None:
    """What is said of an outlet holds in the server where it was said."""
    async with simulated(FERRY) as town:
        await town.moderator.slash(town.channel, "outlets set", outlet="Harbour Times", words=4)
        other = town.env.create_guild("Elsewhere")
        channel = other.create_text_channel("questions")
        visitor = other.add_member(town.env.create_user("nils"))
        town.add(FERRY, guild=other)
        assert "4.2 million crowns" in texts((await visitor.slash(channel, "ask", question=QUESTION)).response)


async def test_members_may_not(simulated: Simulated) -> None:
    """None of the commands is for anybody else, and no outlet is suggested to them."""
    async with simulated(FERRY, check_errors=False) as town:
        town.let_through("outlets")
        for name, options in (
            ("set", {"outlet": "Harbour Times", "words": 1}),
            ("clear", {"outlet": "x"}),
            ("list", {}),
        ):
            refused = await town.member.slash(town.channel, f"outlets {name}", **options)
            assert texts(refused.response) == REFUSED
        assert await town.member.autocomplete(town.channel, "outlets set", "outlet", "h") == []
        assert await town.bot.worker.call(town.guild.id, lambda archive: archive.terms.list()) == ()
