"""Receipts in simulated Discord: a card's quotations proved again, exported, and looked for on their page."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from discord_gate import utf16, walk
from discord_town import FERRY, LIBRARY, Simulated, Town, buttons, texts
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from websites import website

from bot import receipts
from bot.localised import text
from bot.places import Place
from bot.receipts import places_on, receipt_card
from index import livepage
from index.errors import ReceiptBroken
from index.receipts import Form, proof
from index.sources import SourceSettings, url
from index.types import Article, Attribution, Passage, Span, Speaker

CRACKS = "What cracks were found in the hull?"
QUOTE = "“We found cracks in the hull on Sunday night,” said Ingrid Dahl, the operator's safety director."


async def asked(town: Town, question: str = CRACKS) -> Any:
    await town.member.slash(town.channel, "ask", question=question)
    return [m for m in town.channel.history() if m.author.id == town.bot.user.id][-1]


async def receipt_of(town: Town, card: Any) -> Any:
    result = await town.member.context_menu(town.channel, receipts.MENU, card)
    assert result.response.ephemeral
    return result.response


@pytest.mark.asyncio
async def test_a_card_is_proved_again(simulated: Simulated) -> None:
    """Words, hash, characters, and what in the article names the speaker; for the person who asked alone."""
    async with simulated(FERRY, LIBRARY) as town:
        shown = await receipt_of(town, await asked(town))
        said = texts(shown)
        article = (await town.bot.worker.call(town.guild.id, lambda a: a.articles()))[0]
        start = FERRY.text.index(QUOTE)
        assert "### Proved again" in said
        assert f"> {QUOTE}" in said
        assert article.sha256 in said
        assert f"Characters {start}–{start + len(QUOTE)}" in said
        assert "“Ingrid Dahl" in said
        assert "with “said”" in said
        assert "names Ingrid Dahl; probability " in said
        assert {"Read at source", "In context", "Look at the live page"} <= set(buttons(shown))
        assert any(c["type"] == 3 for c in walk(shown.components))


@pytest.mark.asyncio
async def test_a_link_or_an_id_names_the_card(simulated: Simulated) -> None:
    """/receipt takes the link of a message, from another channel too, or the id of one in this channel."""
    async with simulated(FERRY) as town:
        card = await asked(town)
        other = town.guild.create_text_channel("elsewhere")
        link = f"https://discord.com/channels/{town.guild.id}/{town.channel.id}/{card.id}"
        for channel, named in ((town.channel, str(card.id)), (town.channel, f"<{link}>"), (other, link)):
            result = await town.member.slash(channel, "receipt", message=named)
            assert result.response.ephemeral
            assert "Proved again" in texts(result.response)


@pytest.mark.asyncio
async def test_what_is_no_card_gets_one_sentence(simulated: Simulated) -> None:
    """Other people's messages, messages that are not there, other servers and cards without a quotation."""
    async with simulated(check_errors=False) as town:
        message = await town.member.send(town.channel, "hello")
        assert (await receipt_of(town, message)).content == text("receipt.not_mine")
        assert (await receipt_of(town, await asked(town))).content == text("receipt.no_quotation")
        away = f"https://discord.com/channels/{town.guild.id + 1}/1/{message.id}"
        gone = str(message.id + 4096)
        for named, sentence in (
            ("what", text("receipt.not_a_link")),
            (away, text("receipt.elsewhere")),
            (gone, text("receipt.not_found")),
        ):
            result = await town.member.slash(town.channel, "receipt", message=named)
            assert result.response.content == sentence


@pytest.mark.asyncio
async def test_a_channel_that_a_member_may_not_read_is_not_read_for_them(simulated: Simulated) -> None:
    """A link into it is refused, whatever the bot itself may read."""
    async with simulated(FERRY, check_errors=False) as town:
        card = await asked(town)
        here = town.guild.create_text_channel("here")
        link = f"https://discord.com/channels/{town.guild.id}/{town.channel.id}/{card.id}"
        with pytest.MonkeyPatch.context() as patch:
            import discord

            patch.setattr(discord.TextChannel, "permissions_for", lambda self, who: discord.Permissions.none())
            result = await town.member.slash(here, "receipt", message=link)
        assert result.response.content == text("receipt.elsewhere")


@pytest.mark.asyncio
async def test_the_other_quotations_are_turned_to(simulated: Simulated) -> None:
    """What is behind “More” is proved too, a receipt a page, after a restart as before."""
    async with simulated(FERRY, LIBRARY) as town:
        card = await asked(town, "What did Dahl say about the hull and the repair?")
        assert len(places_on(card)) > 1
        shown = await receipt_of(town, card)
        first = texts(shown)
        assert f"-# Quotation 1 of {len(places_on(card))}" in first
        await town.restart()
        await town.member.click(shown, label="Next")
        assert f"-# Quotation 2 of {len(places_on(card))}" in texts(shown)
        assert "### Proved again" in texts(shown)
        assert texts(shown) != first
        assert "Previous" in buttons(shown)


@pytest.mark.asyncio
async def test_what_is_gone_is_said_to_be_gone(simulated: Simulated) -> None:
    """After the article is changed or removed, a card of it proves nothing, and neither does its receipt."""
    async with simulated(FERRY) as town:
        card = await asked(town)
        shown = await receipt_of(town, card)
        await town.bot.worker.call(town.guild.id, lambda a: a.remove(a.articles()[0].id), changes=True)
        assert text("receipt.gone") in texts(await receipt_of(town, card))
        result = await town.member.select(shown, [Form.TEXT.value])
        assert text("receipt.gone") in texts(result.followups[-1] if result.followups else result.response)


@pytest.mark.asyncio
@pytest.mark.parametrize("form", list(Form))
async def test_a_quotation_is_exported_as_a_file(simulated: Simulated, form: Form) -> None:
    """One file, for the person who chose alone, with the quotation in it to the character; after a restart too."""
    async with simulated(FERRY) as town:
        shown = await receipt_of(town, await asked(town))
        await town.restart()
        result = await town.member.select(shown, [form.value])
        assert result.response.ephemeral
        (file,) = result.response.attachments
        assert file.filename.endswith(f".{form.ending}")
        data = (await file.read()).decode()
        if form is Form.TEXT:
            assert data.startswith(QUOTE + "\n")
        elif form is Form.CSL_JSON:
            assert json.loads(data)[0]["custom"]["quotation"] == QUOTE
        elif form is Form.SELECTOR:
            assert json.loads(data)["target"]["selector"]["exact"] == QUOTE
        else:
            assert "We found cracks in the hull on Sunday night" in data


@pytest.mark.asyncio
async def test_the_live_page_is_looked_at_when_asked(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is fetched before the button is pressed; then its outcome is said, within the deadline's limits."""
    looked: list[SourceSettings] = []

    def look(article: Article, span: Span, limits: SourceSettings) -> livepage.Live:
        looked.append(limits)
        return livepage.Live(livepage.Seen.UNREACHABLE, "", reason="The *page* is away: https://a.example.")

    monkeypatch.setattr(livepage, "look", look)
    async with simulated(FERRY) as town:
        shown = await receipt_of(town, await asked(town))
        assert looked == []
        result = await town.member.click(shown, label="Look at the live page")
        assert result.response.ephemeral
        assert texts(result.response).endswith(r"about the words\: The \*page\* is away\: https\://a.example.")
        assert [limits.timeout_seconds for limits in looked] == [receipts.LIVE_SECONDS]


@pytest.mark.asyncio
async def test_a_real_page_is_fetched_and_read(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """The button asks the article's own server: the words are there, then changed, then the page is gone."""
    # The one thing that is lifted is the guard that keeps this very machine from being asked.
    monkeypatch.setattr(url, "is_public", lambda address: True)
    with website() as site:
        async with simulated(replace(FERRY, url=f"{site.root}/ferry")) as town:
            shown = await receipt_of(town, await asked(town))
            for body, sentence in (
                (FERRY.text, "has these words today"),
                (FERRY.text.replace("in the hull", ""), "does not show these words"),
                (None, "There is no page at the article's address any more"),
            ):
                site.pages = {"/ferry": f"<html><body><article><p>{body}</p></article></body></html>"} if body else {}
                result = await town.member.click(shown, label="Look at the live page")
                assert sentence in texts(result.response)
        assert site.asked == ["/ferry"] * 3


@pytest.mark.asyncio
async def test_a_page_that_cannot_be_reached_is_no_failure(simulated: Simulated) -> None:
    """An address of the machine's own network is refused by the guard, which says nothing about the words."""
    async with simulated(replace(FERRY, url="http://127.0.0.1:9/ferry")) as town:
        shown = await receipt_of(town, await asked(town))
        result = await town.member.click(shown, label="Look at the live page")
        assert "says nothing about the words" in texts(result.response)


@pytest.mark.asyncio
async def test_receipts_stay_in_their_server(simulated: Simulated) -> None:
    """A place of one server's article is not found in another server."""
    async with simulated(FERRY) as town:
        (place, *_) = places_on(await asked(town))
        assert await receipts.proved(town.bot, town.guild.id, place) is not None
        assert await receipts.proved(town.bot, town.env.create_guild("Elsewhere").id, place) is None


@pytest.mark.asyncio
async def test_a_broken_store_is_not_vouched_for(simulated: Simulated) -> None:
    """Text that no longer has its hash proves nothing: the operator's log says why, the person gets one sentence."""
    async with simulated(FERRY, check_errors=False) as town:
        card = await asked(town)

        def broken(self: Any, receipt: Any) -> Any:
            raise ReceiptBroken("The hash differs.")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("index.archive.Archive.prove", broken)
            result = await town.member.context_menu(town.channel, receipts.MENU, card)
        assert "Proved again" not in texts(result.response)
        assert "could not be proved" in str([m.content for m in result.followups] + [result.response.content])


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=6000), st.data())
def test_any_receipt_keeps_discords_limits(text: str, data: st.DataObject) -> None:
    """However long the words, the names or the id are, and however many places there are."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    article = Article("x*" * 300, text, "T" * 900, "O_" * 400, ("A",), "2024-01-01", "https://a.example/" + "y" * 600)
    said = Attribution(
        (Span(start, end),), (Span(start, end),), speaker=Speaker("N*" * 300, "R~" * 300), confidence=0.5
    )
    passages = (Passage(article.id, Span(start, end), said),)
    places = receipts.fitting([Place("abcdefgh", Span(i * 10**6, i * 10**6 + 9**5)) for i in range(1, 12)])
    sent = receipt_card(proof(article, Span(start, end), passages), places, 1).to_components()
    components = list(walk(sent))
    assert sum(utf16(c["content"]) for c in components if c["type"] == 10) <= 4000
    assert len(components) <= 40
    assert all(len(c.get("custom_id") or "") <= 100 and len(c.get("url") or "") <= 512 for c in components)
