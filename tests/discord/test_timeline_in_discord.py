"""Members see what one speaker said, day by day, in simulated Discord."""

from __future__ import annotations

import re
from typing import Any

import pytest
from discord_display import quotation
from discord_gate import walk
from discord_town import FERRY, LIBRARY, Simulated, Town, speaking_german, texts
from hypothesis import given
from hypothesis import strategies as st

from bot import render, timelines, verbatim
from bot.localised import text
from bot.timelines import TIMELINE_ID, timeline_id
from index.archive import Archive
from index.timeline import Timeline
from index.types import Draft, Filters

pytestmark = pytest.mark.asyncio


def report(
    number: int, *, date: str | None, crowns: int, name: str = "Ingrid Dahl", outlet: str = "Harbour Times"
) -> Draft:
    """An article in which a speaker gives the sum that a repair costs."""
    return Draft(
        text=f"The repair of the old ferry hull would cost {crowns} million crowns, said {name}, the safety director.",
        title=f"Report {number}",
        outlet=outlet,
        date=date,
        url=f"https://harbour.example/{number}",
    )


SEVEN = [report(n, date=f"2024-0{n + 1}-05", crowns=n + 3) for n in range(7)]


def days_of(message: Any) -> list[str]:
    return re.findall(r"^### (.+)$", texts(message), re.MULTILINE)


def quotes(message: Any) -> list[str]:
    return [quotation(block) for block in re.findall(r"(?:^> .*\n?)+", texts(message), re.MULTILINE)]


async def timeline(town: Town, speaker: str, **options: Any) -> Any:
    return (await town.member.slash(town.channel, "timeline", speaker=speaker, **options)).response


async def test_in_the_order_of_the_days(simulated: Simulated) -> None:
    """Quotations stand under their days, the earliest first, word for word; those without a day come last."""
    undated = Draft(
        text="“Nobody was ever in danger on board,” said Ingrid Dahl.", title="Undated", outlet="Valley Post"
    )
    async with simulated(SEVEN[2], undated, SEVEN[0], SEVEN[1], LIBRARY) as town:
        card = await timeline(town, "Ingrid Dahl")
        assert days_of(card) == ["5 January 2024", "5 February 2024", "5 March 2024", "No date"]
        assert quotes(card) == [SEVEN[0].text, SEVEN[1].text, SEVEN[2].text, undated.text]
        assert "Timeline of Ingrid Dahl · 4 quotations · 5 January 2024 to 5 March 2024" in texts(card)
        assert texts(card).count("**Ingrid Dahl**, ") == 3
        assert "Okafor" not in texts(card)


async def test_pages_outlive_the_process(simulated: Simulated) -> None:
    """Five a page, at most 40 components; a process that never saw the card turns it."""
    eleven = [report(n, date=f"2024-{n + 1:02}-05", crowns=n + 3) for n in range(11)]
    async with simulated(*eleven) as town:
        card = await timeline(town, "Dahl")
        assert "Page 1 of 3" in texts(card)
        first = seen = quotes(card)
        for page in (2, 3):
            await town.restart()
            await town.member.click(card, label="Next")
            card = town.channel.history()[-1]
            assert f"Page {page} of 3" in texts(card)
            assert len(list(walk([top.to_dict() for top in card.components]))) == (40 if page == 2 else 11)
            seen = seen + quotes(card)
        assert seen == [draft.text for draft in eleven]
        await town.member.click(card, label="Previous")
        await town.member.click(town.channel.history()[-1], label="Previous")
        assert quotes(town.channel.history()[-1]) == first


async def test_other_figures_are_flagged_and_shown_side_by_side(simulated: Simulated) -> None:
    """A quotation on the same thing with other figures is named, and shown to whoever asks, after a restart too."""
    async with simulated(SEVEN[0], SEVEN[4]) as town:
        card = await timeline(town, "Dahl")
        assert r"⇄ Compare with 5 May 2024\: other figures." in texts(card)
        assert r"⇄ Compare with 5 January 2024\: other figures." in texts(card)
        (_, compare) = [c["custom_id"] for c in walk(card.components) if c.get("label") == "⇄ Compare"]
        await town.restart()
        compared = (await town.member.click(card, custom_id=compare)).response
        assert compared.ephemeral
        assert quotes(compared) == [SEVEN[0].text, SEVEN[4].text]
        assert days_of(compared) == ["5 January 2024", "5 May 2024"]
        town.add(Draft(text="Correction. " + SEVEN[4].text, url=SEVEN[4].url))
        gone = (await town.member.click(card, custom_id=compare)).response
        assert "please ask again" in gone.content


async def test_copies_are_one(simulated: Simulated) -> None:
    """The same words in another outlet within days are shown once, with the outlet named."""
    copy = report(9, date="2024-01-06", crowns=3, outlet="Valley Post")
    async with simulated(SEVEN[0], copy) as town:
        card = await timeline(town, "Dahl")
        assert quotes(card) == [SEVEN[0].text]
        assert "Also in 1 outlet: Valley Post" in texts(card)


async def test_narrowed_to_a_topic_and_days(simulated: Simulated) -> None:
    """Days hold on every page; a topic leaves only what is about it; what leaves nothing is said."""
    other = Draft(text="“The library opens tonight at last,” said Ingrid Dahl.", title="Night", date="2024-03-09")
    async with simulated(*SEVEN, other) as town:
        card = await timeline(town, "Dahl", topic="library", since="2024-02")
        assert quotes(card) == [other.text]
        assert "about “library”" in texts(card)
        card = await timeline(town, "Dahl", topic="ferry", since="2024-02", until="July 2024")
        assert "since 1 February 2024 · until 31 July 2024" in texts(card)
        first = days_of(card)
        await town.member.click(card, label="Next")
        assert (first + days_of(town.channel.history()[-1])) == [
            f"5 {month} 2024" for month in "February March April May June July".split()
        ]
        empty = await timeline(town, "Dahl", since="2030")
        assert "Ingrid Dahl is quoted 8 times here, but not with this." in texts(empty)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("Ingrit Dahll", "Nobody called “Ingrit Dahll” is quoted here; did you mean Ingrid Dahl?"),
        ("**Zed**", r"Nobody called “\*\*Zed\*\*” is quoted here."),
        ("Dahl", "“Dahl” may be Ingrid Dahl · Otto Dahl; please choose one of them."),
    ],
)
async def test_unknown_or_ambiguous(simulated: Simulated, asked: str, said: str) -> None:
    """Whoever is not clear gets one private sentence, with names that are on record."""
    others = [report(8, date="2024-01-01", crowns=9, name="Otto Dahl")] if asked == "Dahl" else []
    async with simulated(*SEVEN, *others) as town:
        result = await town.member.slash(town.channel, "timeline", speaker=asked)
        (told,) = result.followups
        assert told.content == said
        assert told.ephemeral


async def test_speakers_are_suggested_once(simulated: Simulated) -> None:
    """Each speaker of this server is suggested under one name, whatever spellings there are."""
    short = Draft(text="“We repair it now, at once,” said Dahl.", title="Short", outlet="Valley Post")
    async with simulated(FERRY, LIBRARY, short) as town:
        choices = await town.member.autocomplete(town.channel, "timeline", "speaker", "dah")
        assert [choice["value"] for choice in choices] == ["Ingrid Dahl"]
        card = await timeline(town, "Ingrid Dahl")
        assert any("at once" in words for words in quotes(card))


async def test_a_speaker_who_is_gone(simulated: Simulated) -> None:
    """A page of somebody whose articles were removed is not turned; the person is told why."""
    async with simulated(*SEVEN) as town:
        card = await timeline(town, "Dahl")
        with Archive.open(town.bot.data, str(town.guild.id), encoder=town.bot.worker._encoder) as archive:
            for article in archive.articles():
                archive.remove(article.id)
        result = await town.member.click(card, label="Next")
        (told,) = result.followups
        assert "quoted here any more" in told.content


async def test_another_server_is_not_asked(simulated: Simulated) -> None:
    """A page button pressed in another server finds nobody there."""
    async with simulated(*SEVEN) as town:
        card = await timeline(town, "Dahl")
        other = town.env.create_guild("Elsewhere")
        channel = other.create_text_channel("talk")
        eve = other.add_member(town.env.create_user("eve"))
        asked = await eve.slash(channel, "ask", question="What did Dahl say?")
        town.env.backend.messages[channel.id][asked.response.id].components = card.components
        pressed = [c["custom_id"] for c in walk(card.components) if c.get("label") in ("Next", "⇄ Compare")]
        assert len(pressed) == 6
        for custom_id in pressed:
            result = await eve.click(asked.response, custom_id=custom_id)
            told = (*result.followups, result.response)[0]
            assert told.content in (text("ask.gone"), "Nobody of that name is quoted here any more; please ask again.")


async def test_in_german(simulated: Simulated) -> None:
    """Days and words around are German, the quotation is what it is."""
    async with simulated(*SEVEN) as town:
        with speaking_german():
            card = await timeline(town, "Dahl")
        assert "Zeitleiste von Ingrid Dahl · 7 Äußerungen" in texts(card)
        assert days_of(card)[2] == r"5\. März 2024"
        assert quotes(card)[0] == SEVEN[0].text


@given(
    st.text(max_size=200),
    st.none() | st.text(min_size=1, max_size=timelines.LONGEST_TOPIC).filter(lambda t: verbatim.size(t) <= 60),
    st.none() | st.dates().map(lambda day: day.isoformat()),
    st.integers(0, 999),
)
async def test_ids_hold_what_they_are_given(speaker: str, topic: str | None, day: str | None, page: int) -> None:
    """Any speaker, topic and days fit into a button's id, and come out of it as they went in."""
    written = timeline_id(Timeline(speaker, (), topic), Filters(since=day, until=day), page)
    assert verbatim.size(written) <= render.ID_LIMIT
    says = TIMELINE_ID.fullmatch(written)
    assert says is not None
    assert (says["topic"] or None, int(says["page"])) == (topic, page)
    assert says["speaker"] == timelines.key_of(speaker)
