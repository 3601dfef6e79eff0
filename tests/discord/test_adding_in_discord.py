"""What is added is a preview first, and on record only after a moderator pressed Add."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from discord_town import FERRY, LIBRARY, Simulated, Town, buttons, texts

from bot import adding
from bot.permissions import REFUSED
from index.errors import FetchFailed
from index.types import Draft

pytestmark = pytest.mark.asyncio

PAGES = {"https://harbour.example/ferry": FERRY, "https://valley.example/library": LIBRARY}


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The network of these tests: two pages, and every other address fails; which ones were read."""
    asked: list[str] = []

    def read(url: str, given: Any, **_: Any) -> Any:
        asked.append(url)
        if url in PAGES:
            yield PAGES[url]
        else:
            yield FetchFailed(url, f"{url} gave no page.")

    monkeypatch.setattr(adding, "read", read)
    return asked


async def stored(town: Town) -> list[str | None]:
    articles = await town.bot.worker.call(town.guild.id, lambda archive: archive.articles())
    return [article.title for article in articles]


async def waiting(town: Town) -> int:
    return await town.bot.worker.call(town.guild.id, lambda archive: archive.pending.count())


def rows(*drafts: Draft) -> tuple[str, bytes]:
    lines = [
        json.dumps({"id": d.title, "title": d.title, "outlet": d.outlet, "date": d.date, "url": d.url, "text": d.text})
        for d in drafts
    ]
    return "rows.jsonl", "\n".join(lines).encode()


async def test_a_preview_says_who_is_quoted_and_counts_nothing(simulated: Simulated, pages: list[str]) -> None:
    """Title, outlet, day, author, speakers with their quotations, examples word for word; not yet on record."""
    async with simulated() as town:
        card = (await town.moderator.slash(town.channel, "articles add", url="https://harbour.example/ferry")).response
        assert card.ephemeral
        shown = texts(card)
        assert "Preview, not on record yet" in shown
        assert "**Island ferry stops for repairs**" in shown
        assert "Harbour Times · 5 March 2024" in shown
        assert "By Mona Lund" in shown
        assert "- Ingrid Dahl, operator's safety director: 2 quotations" in shown
        assert "> “We found cracks in the hull on Sunday night,” said Ingrid Dahl" in shown
        assert list(buttons(card)) == ["Add", "Edit details", "Cancel", "Open the page"]
        assert await stored(town) == []
        silence = await town.member.slash(town.channel, "ask", question="How much would the ferry repair cost?")
        assert "crowns" not in texts(silence.response)
        assert await town.member.autocomplete(town.channel, "ask", "speaker", "ing") == []


async def test_the_buttons_outlive_the_process(simulated: Simulated, pages: list[str]) -> None:
    """A bot that never saw the preview edits it, adds it, and names who did."""
    async with simulated() as town:
        card = (await town.moderator.slash(town.channel, "articles add", url="https://harbour.example/ferry")).response
        await town.restart()
        form = await town.moderator.click(card, label="Edit details")
        await town.restart()
        edited = {"title": "Ferry stops", "outlet": "Harbour Times", "authors": "A B, C D", "date": "6 March 2024"}
        await town.moderator.submit_modal(form, edited)
        assert "**Ferry stops**" in texts(card)
        assert "6 March 2024" in texts(card)
        assert "By A B, C D" in texts(card)
        assert "Open the page" not in buttons(card), "the address was emptied"
        await town.restart()
        await town.moderator.click(card, label="Add")
        assert "**Added:** Ferry stops" in texts(card)
        assert await stored(town) == ["Ferry stops"]
        (entry,) = await town.bot.worker.call(town.guild.id, lambda archive: archive.log.entries())
        assert entry.by == str(town.moderator.id)
        assert await waiting(town) == 0


async def test_cancel(simulated: Simulated, pages: list[str]) -> None:
    """Nothing is added, and a second press of an old button says that the preview is over."""
    async with simulated() as town:
        for label, said in (("Cancel", adding.CANCELLED), ("Add", "**Added:**")):
            command = {"url": "https://harbour.example/ferry"}
            card = (await town.moderator.slash(town.channel, "articles add", **command)).response
            pressed = buttons(card)[label]["custom_id"]
            await town.moderator.click(card, label=label)
            assert said in texts(card)
            assert await town.bot.worker.call(
                town.guild.id, lambda archive, key=pressed[-11:]: archive.pending.get(key)
            ) is None  # fmt: skip
        assert await stored(town) == ["Island ferry stops for repairs"]


async def test_a_day_that_is_none_is_told_and_changes_nothing(simulated: Simulated, pages: list[str]) -> None:
    """What is wrong in the form is one sentence; the preview stays."""
    async with simulated() as town:
        card = (await town.moderator.slash(town.channel, "articles add", url="https://harbour.example/ferry")).response
        before = texts(card)
        form = await town.moderator.click(card, label="Edit details")
        result = await town.moderator.submit_modal(form, {"title": "X", "date": "5/6/2024"})
        assert "is not a day I understand" in result.followups[0].content
        assert texts(card) == before
        form = await town.moderator.click(card, label="Edit details")
        result = await town.moderator.submit_modal(form, {"title": "X", "url": "/etc/passwd"})
        assert "begins with http" in result.followups[0].content


async def test_what_is_odd_is_said(simulated: Simulated) -> None:
    """A near copy is named, a missing day is said, another language too; none of it keeps anybody from adding."""
    async with simulated(FERRY) as town:
        copy = ("a.txt", f"From our reporter.\n{FERRY.text}".encode())
        card = (await town.moderator.slash(town.channel, "articles add", file=copy, outlet="Coast Daily")).response
        assert "⚠️ A near copy of “Island ferry stops for repairs” (Harbour Times, 2024-03-05)" in texts(card)
        assert "⚠️ No day is stated" in texts(card)
        german = (
            "Die Fähre zwischen Skarn und dem Festland wird sechs Wochen lang nicht fahren, teilte der Betreiber am "
            "Dienstag mit. Busse bringen die Fahrgäste zweimal in der Stunde zur nördlichen Brücke."
        )
        card = (await town.moderator.slash(town.channel, "articles add", file=("b.txt", german.encode()))).response
        assert "⚠️ It does not seem to be in English" in texts(card)
        await town.moderator.click(card, label="Add")
        assert len(await stored(town)) == 2


async def test_an_update_says_what_changes(simulated: Simulated, pages: list[str]) -> None:
    """Another text under the same address updates the article; the same text adds nothing."""
    async with simulated(replace(FERRY, title="Ferry stops", text=FERRY.text + " It rained.")) as town:
        options = {"url": "https://harbour.example/ferry"}
        card = (await town.moderator.slash(town.channel, "articles add", **options)).response
        assert "**Updates** “Ferry stops”" in texts(card)
        assert "- title: Ferry stops → Island ferry stops for repairs" in texts(card)
        assert "- text: 1 sentence gone · 0 sentences new" in texts(card)
        await town.moderator.click(card, label="Update")
        assert "**Updated:**" in texts(card)
        assert await stored(town) == ["Island ferry stops for repairs"]
        again = (await town.moderator.slash(town.channel, "articles add", **options)).response
        assert "Already here, unchanged" in texts(again)
        assert "Add" not in buttons(again)


async def test_the_links_of_a_message(simulated: Simulated, pages: list[str]) -> None:
    """Each is read once; the card shows one after the other, and what gave no page is said."""
    async with simulated() as town:
        message = await town.member.send(
            town.channel,
            "Look: https://harbour.example/ferry, (https://gone.example/x) <https://valley.example/library> "
            "https://harbour.example/ferry",
        )
        card = (await town.moderator.context_menu(town.channel, adding.MENU, message)).response
        assert sorted(pages) == sorted({*PAGES, "https://gone.example/x"})
        assert "**Not added.** https\\://gone.example/x gave no page." in texts(card)
        assert "1 of 2" in texts(card)
        await town.moderator.click(card, label="Next")
        assert "**Library opens at night**" in texts(card)
        await town.moderator.click(card, label="Add")
        assert "**Added:** Library opens at night" in texts(card)
        assert "**Island ferry stops for repairs**" in texts(card), "the other one is left to decide on"
        await town.moderator.click(card, label="Cancel")
        assert texts(card) == adding.CANCELLED
        assert await stored(town) == ["Library opens at night"]
        empty = await town.member.send(town.channel, "no link here")
        result = await town.moderator.context_menu(town.channel, adding.MENU, empty)
        assert result.response.content == adding.NO_LINK


async def test_members_may_not(simulated: Simulated, pages: list[str]) -> None:
    """Neither the menu nor any button or form of a preview works for who may not change the articles."""
    async with simulated(check_errors=False) as town:
        message = await town.member.send(town.channel, "https://harbour.example/ferry")
        town.let_through(adding.MENU, 3)
        refused = await town.member.context_menu(town.channel, adding.MENU, message)
        assert refused.response.content == REFUSED
        assert pages == []
        card = (await town.moderator.slash(town.channel, "articles add", file=rows(FERRY, LIBRARY))).response
        form = await town.moderator.click(card, label="Edit details")
        town.demote()
        for label in ("Add", "Edit details", "Leave out", "Next", "Add all 2", "Cancel all"):
            result = await town.moderator.click(card, label=label)
            assert result.response.content == REFUSED, label
        result = await town.moderator.submit_modal(form, {"title": "X"})
        assert result.response.content == REFUSED
        assert await stored(town) == []
        assert await waiting(town) == 2


async def test_a_whole_file_at_once(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row is added some at a time; the report counts them, and only what waits still is added."""
    monkeypatch.setattr(adding, "TOGETHER", 2)
    drafts = [replace(LIBRARY, title=f"Row {n}", url=f"https://row.example/{n}") for n in range(5)]
    async with simulated() as town:
        card = (await town.moderator.slash(town.channel, "articles add", file=rows(*drafts))).response
        assert "1 of 5" in texts(card)
        await town.moderator.click(card, label="Leave out")
        await town.restart()
        await town.moderator.click(card, label="Add all 4")
        assert "**4 articles done**" in texts(card)
        assert await stored(town) == ["Row 1", "Row 2", "Row 3", "Row 4"]
        assert await waiting(town) == 0


async def test_leaving_all_out(simulated: Simulated) -> None:
    """Nothing waits any more, nothing was added."""
    async with simulated() as town:
        card = (await town.moderator.slash(town.channel, "articles add", file=rows(FERRY, LIBRARY))).response
        await town.moderator.click(card, label="Cancel all")
        assert texts(card) == "2 articles left out."
        assert (await stored(town), await waiting(town)) == ([], 0)


async def test_a_form_that_is_sent_after_a_restart(simulated: Simulated) -> None:
    """What was pasted into a window that an earlier process opened is not lost; its author is remembered."""
    async with simulated() as town:
        form = await town.moderator.slash(town.channel, "articles add", author="Jo Berg, Li Wei")
        await town.restart()
        result = await town.moderator.submit_modal(form, {"text": LIBRARY.text, "title": "Library"})
        assert "**Library**" in texts(result.response)
        assert "By Jo Berg, Li Wei" in texts(result.response)


async def test_a_preview_belongs_to_its_server(simulated: Simulated) -> None:
    """Pressed elsewhere, as with a forged message, its button finds nothing."""
    async with simulated() as town:
        card = (await town.moderator.slash(town.channel, "articles add", file=rows(FERRY))).response
        key = buttons(card)["Add"]["custom_id"][-11:]
        other = await town.bot.worker.call(town.guild.id + 1, lambda archive: archive.pending.get(key))
        assert other is None
