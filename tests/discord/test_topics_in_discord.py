"""Members ask who is on record about a subject, in simulated Discord."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from discord_display import quotation
from discord_gate import walk
from discord_town import FERRY, LIBRARY, Simulated, buttons, speaking_german, texts
from hypothesis import given
from hypothesis import strategies as st

from bot import render, topics, verbatim
from bot.topics import TOPIC_ID, packed, topic_id, unpacked
from index.types import Draft, Filters

NAMES = "Abel Bara Cole Dorn Ekwe Finn Gray Hale Ilves Jones Kern Lamb".split()


def said(number: int, outlet: str) -> Draft:
    """An article in which one speaker of its own says something about the ferry."""
    name = f"{NAMES[number % 12]}a {NAMES[number]}son"
    return Draft(
        text=f"“The ferry needs {number + 2} new engines this year,” said {name}, the owner of shipyard {number}.",
        title=f"Shipyard {number} on the ferry",
        outlet=outlet,
        date=f"2024-0{number % 9 + 1}-11",
        url=f"https://yard.example/{number}",
    )


MANY = [said(number, ("Harbour Times", "Valley Post")[number % 2]) for number in range(12)]


def quotes(message: Any) -> list[str]:
    return [quotation(block) for block in re.findall(r"(?:^> .*\n?)+", texts(message), re.MULTILINE)]


pytestmark = pytest.mark.asyncio


async def test_each_speaker_once_under_the_outlet(simulated: Simulated) -> None:
    """Each speaker has one quotation, word for word, with role, outlet, title, day and the link."""
    async with simulated(FERRY, LIBRARY) as town:
        card = (await town.member.slash(town.channel, "onrecord topic", subject="ferry")).response
        shown = texts(card)
        assert "On record about: ferry" in shown
        assert shown.count("**Ingrid Dahl**") == 1
        assert "### Harbour Times" in shown
        assert "Harbour Times · “Island ferry stops for repairs” · 5 March 2024" in shown
        assert all(words in FERRY.text + LIBRARY.text for words in quotes(card))
        assert buttons(card)["Read at source"]["url"].startswith("https://harbour.example/ferry#:~:text=")


async def test_pages_outlive_the_process(simulated: Simulated) -> None:
    """Five quotations a page; the buttons turn pages for a process that never saw the card, and each is shown once."""
    async with simulated(*MANY) as town:
        card = (await town.member.slash(town.channel, "onrecord topic", subject="ferry engines")).response
        assert "**12 speakers are on record, from 2 independent sources.** · Page 1 of 3" in texts(card)
        seen = quotes(card)
        assert len(seen) == 5
        for page in (2, 3):
            await town.restart()
            await town.member.click(card, label="Next")
            card = town.channel.history()[-1]
            assert f"Page {page} of 3" in texts(card)
            seen += quotes(card)
        assert len(set(seen)) == len(seen) == 12
        assert "Next" not in buttons(card)


async def test_narrowed_to_an_outlet_and_days(simulated: Simulated) -> None:
    """Outlet and days hold on every page, and the card says so."""
    async with simulated(*MANY) as town:
        options = {"subject": "ferry engines", "outlet": "valley post", "since": "2024-01", "until": "2024-08"}
        card = (await town.member.slash(town.channel, "onrecord topic", **options)).response
        assert "only valley post · since 1 January 2024 · until 31 August 2024" in texts(card)
        assert len(quotes(card)) == 5
        assert "### Harbour Times" not in texts(card)
        await town.member.click(card, label="Next")
        turned = town.channel.history()[-1]
        assert "### Harbour Times" not in texts(turned)
        assert len(quotes(turned)) == 1


async def test_an_outlet_that_is_gone(simulated: Simulated) -> None:
    """A page of an outlet that this server has no article of any more is not turned to everything instead."""
    async with simulated(*MANY) as town:
        card = (
            await town.member.slash(town.channel, "onrecord topic", subject="ferry engines", outlet="Valley Post")
        ).response
        for draft in town.add(*[replace(d, outlet="Hill Post") for d in MANY if d.outlet == "Valley Post"]):
            assert draft.status.value == "updated"
        result = await town.member.click(card, label="Next")
        (said,) = result.followups
        assert "the articles were changed since" in said.content
        assert said.ephemeral


async def test_nobody_is_on_record(simulated: Simulated) -> None:
    """Silence says that nobody is on record and why; what is nearest is marked as no answer."""
    async with simulated(FERRY, threshold=1.0) as town:
        shown = texts((await town.member.slash(town.channel, "onrecord topic", subject="volcano")).response)
        assert "**Nobody is on record about “volcano” here." in shown
        assert shown.index("The nearest passage, which is not an answer") < shown.index("\n> ")


async def test_nobody_is_cited_but_it_is_reported(simulated: Simulated) -> None:
    """Where only the outlet tells of it, in its own words, that is said and shown."""
    draft = Draft(text="Buses will carry passengers to the bridge.", title="Buses", outlet="Harbour Times")
    async with simulated(draft) as town:
        shown = texts((await town.member.slash(town.channel, "onrecord topic", subject="buses")).response)
        assert "No speaker is cited on it" in shown
        assert "**Harbour Times** reports, in its own words" in shown


async def test_an_empty_server(simulated: Simulated) -> None:
    """Without articles there is one plain sentence."""
    async with simulated() as town:
        shown = texts((await town.member.slash(town.channel, "onrecord topic", subject="*ferry*")).response)
        assert r"Nobody is on record about “\*ferry\*” here. There are no articles to look in." in shown


async def test_another_server_is_not_asked(simulated: Simulated) -> None:
    """A page button finds nothing of another server, whatever its id says."""
    async with simulated(*MANY) as town:
        other = town.env.create_guild("Elsewhere")
        channel = other.create_text_channel("talk")
        member = other.add_member(town.env.create_user("eve"))
        shown = texts((await member.slash(channel, "onrecord topic", subject="ferry engines")).response)
        assert "> " not in shown


async def test_in_german(simulated: Simulated) -> None:
    """A member whose Discord is German reads German; the quotation stays as it is."""
    async with simulated(FERRY) as town:
        with speaking_german():
            card = (await town.member.slash(town.channel, "onrecord topic", subject="ferry")).response
        assert "Belegt zu: ferry" in texts(card)


@given(
    st.text(min_size=1, max_size=topics.LONGEST_SUBJECT).filter(
        lambda text: verbatim.size(text) <= topics.LONGEST_SUBJECT
    ),
    st.none() | st.text(max_size=100),
    st.none() | st.dates().map(lambda day: day.isoformat()),
    st.integers(0, 999),
)
async def test_ids_hold_what_they_are_given(subject: str, outlet: str | None, day: str | None, page: int) -> None:
    """Any subject, outlet and days fit into a button's id, and come out of it as they went in."""
    written = topic_id(subject, Filters(outlet=outlet, since=day, until=day), page)
    assert verbatim.size(written) <= render.ID_LIMIT
    says = TOPIC_ID.fullmatch(written)
    assert says is not None
    assert (says["subject"], int(says["page"])) == (subject, page)
    assert unpacked(says["since"]) == unpacked(says["until"]) == day
    assert topics.named(["x", outlet or "", "y"], says["outlet"]) == (outlet or None)
    assert unpacked(packed(day)) == day


async def test_no_card_is_too_large(simulated: Simulated) -> None:
    """Five long quotations of five outlets fit on one card."""
    long = [
        Draft(
            text=f"“{'The ferry is very late again today, ' * 60}” said {NAMES[n]}a {NAMES[n]}son, a sailor.",
            title="T" * 300,
            outlet=f"{n}" * 100,
            date="2024-01-01",
            url=f"https://yard.example/{n}",
        )
        for n in range(12)
    ]
    async with simulated(*long) as town:
        card = (await town.member.slash(town.channel, "onrecord topic", subject="ferry")).response
        components = list(walk(card.components))
        assert len(components) <= 40
        assert texts(card).count("too long for a message. See In context.") == 5
