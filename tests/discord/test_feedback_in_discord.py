"""Moderators decide about what members reported as wrong: it holds at once, says so on the card, and can be undone."""

from __future__ import annotations

from typing import Any

import pytest
from discord_town import FERRY, LIBRARY, Simulated, Town, bot_messages, buttons, texts

from bot import feedback
from bot.feedback import NAME, NAME_MISSING, NOTHING, ROLE, SETTLED, WHO
from bot.permissions import REFUSED
from index.feedback import Complaint
from index.overrides import Fix
from index.types import Receipt

pytestmark = pytest.mark.asyncio

COST = "How much would the ferry repair cost?"
CROWNS = "4.2 million crowns"


async def report(town: Town, member: Any, words: str | None = None) -> Any:
    """A member reports the first quotation of an answer; the card comes back."""
    card = (await member.slash(town.channel, "ask", question=COST)).response
    assert CROWNS in texts(card)
    asked = (await member.click(card, label="Wrong")).response
    chosen = Complaint.OTHER if words else Complaint.WRONG_SPEAKER
    shown = await member.select(asked, [chosen.value])
    if words:
        await member.submit_modal(shown, {"words": words})
    return card


async def listed(town: Town) -> Any:
    return (await town.moderator.slash(town.channel, "articles feedback")).response


async def answer(town: Town) -> str:
    return texts((await town.member.slash(town.channel, "ask", question=COST)).response)


async def test_a_report_with_all_that_was_said(simulated: Simulated) -> None:
    """The card has the quotation with its source, how many complain of what, the question, and their own words."""
    async with simulated(FERRY, LIBRARY) as town:
        assert texts(await listed(town)) == NOTHING
        await report(town, town.member)
        await report(town, town.moderator, "It was *the operator*")
        shown = await listed(town)
        assert shown.ephemeral
        said = texts(shown)
        assert f"> Dahl said that the repair would cost {CROWNS}." in said
        assert "**2 reports**" in said
        assert "Wrong speaker" in said
        assert f"Shown for: {COST}" in said
        assert "“It was \\*the operator\\*”" in said
        assert "Harbour Times" in said
        assert {"Fix speaker", "Hide this passage", "Not wrong"} <= set(buttons(shown))


async def test_hidden_at_once_and_undone(simulated: Simulated) -> None:
    """A hidden passage is in no answer, behind no button of an earlier card; undone, it is there as it was."""
    async with simulated(FERRY) as town:
        card = await report(town, town.member)
        shown = await listed(town)
        await town.restart()
        await town.moderator.click(shown, label="Hide this passage")
        assert "Hidden." in texts(shown)
        assert CROWNS not in await answer(town)
        pressed = (await town.member.click(card, label="In context")).response
        assert CROWNS not in texts(pressed)
        assert "hidden this passage" in texts(pressed)
        assert texts(await listed(town)) == NOTHING
        await town.moderator.click(shown, label="Undo")
        assert CROWNS in await answer(town)
        assert CROWNS in texts(await listed(town))


async def test_context_beside_leaves_it_out(simulated: Simulated) -> None:
    """What stands around another quotation stops where something hidden begins."""
    async with simulated(FERRY) as town:
        asked = await town.member.slash(town.channel, "ask", question="Who will carry passengers to the bridge?")
        before = texts((await town.member.click(asked.response, label="In context")).response)
        assert CROWNS in before
        await report(town, town.moderator)
        await town.moderator.click(await listed(town), label="Hide this passage")
        after = texts((await town.member.click(asked.response, label="In context")).response)
        assert "Buses will carry" in after
        assert CROWNS not in after


async def test_fix_the_speaker(simulated: Simulated) -> None:
    """A form asks who said it; from then on cards name that speaker and say who corrected it."""
    async with simulated(FERRY) as town:
        await report(town, town.member)
        opened = await town.moderator.click(await listed(town), label="Fix speaker")
        await town.restart()
        await town.moderator.submit_modal(opened, {WHO: ["speaker"], NAME: "Tom *Okafor*", ROLE: "mayor"})
        said = await answer(town)
        assert f"> Dahl said that the repair would cost {CROWNS}." in said.replace("**", "")
        assert "Tom \\*Okafor\\*" in said
        assert "speaker corrected by this server's moderators" in said
        names = await town.member.autocomplete(town.channel, "ask", "speaker", "Tom")
        assert [choice["name"] for choice in names] == ["Tom *Okafor*"]
        entry = await town.bot.worker.call(town.guild.id, lambda archive: archive.log.entries()[0])
        assert entry.by == str(town.moderator.id)


@pytest.mark.parametrize(("who", "says"), [("outlet", "**Harbour Times** reports"), ("unstated", "Speaker not stated")])
async def test_no_speaker(simulated: Simulated, who: str, says: str) -> None:
    """The words can be made the outlet's own, or those of nobody who is stated."""
    async with simulated(FERRY) as town:
        await report(town, town.member)
        opened = await town.moderator.click(await listed(town), label="Fix speaker")
        await town.moderator.submit_modal(opened, {WHO: [who]})
        said = await answer(town)
        assert says in said
        assert "corrected by this server's moderators" in said


async def test_a_speaker_needs_a_name(simulated: Simulated) -> None:
    """Without a name nothing is changed, and the moderator is told why."""
    async with simulated(FERRY) as town:
        await report(town, town.member)
        opened = await town.moderator.click(await listed(town), label="Fix speaker")
        told = await town.moderator.submit_modal(opened, {WHO: ["speaker"]})
        assert NAME_MISSING in "".join(texts(m) for m in (told.response, *told.followups) if m is not None)
        assert "**Ingrid Dahl**" in await answer(town)


async def test_not_wrong(simulated: Simulated) -> None:
    """The report is settled and the quotation stays as it was; undone, it is open again."""
    async with simulated(FERRY) as town:
        await report(town, town.member)
        shown = await listed(town)
        await town.moderator.click(shown, label="Not wrong")
        assert SETTLED in texts(shown)
        assert texts(await listed(town)) == NOTHING
        assert "corrected" not in await answer(town)
        await town.moderator.click(shown, label="Undo")
        assert CROWNS in texts(await listed(town))


async def test_decisions_are_listed_and_taken_back(simulated: Simulated) -> None:
    """What was decided is listed without the words of it, whether it fits or not; taken back, and that undone."""
    async with simulated(FERRY) as town:
        await report(town, town.member)
        shown = await listed(town)
        await town.moderator.click(shown, label="Hide this passage")
        shown = await listed(town)
        await town.moderator.click(shown, label="Decisions")
        assert "**1 decision**" in texts(shown)
        assert "**Hidden**" in texts(shown)
        assert CROWNS not in texts(shown)
        await town.restart()
        await town.moderator.click(shown, label="Take back")
        assert CROWNS in await answer(town)
        await town.moderator.click(shown, label="Undo")
        assert CROWNS not in await answer(town)
        (added,) = town.add(FERRY)
        await town.bot.worker.call(town.guild.id, lambda archive: archive.remove(added.article.id))
        again = await listed(town)
        await town.moderator.click(again, label="Decisions")
        assert "does not fit any more" in texts(again)


async def test_more_goes_on_beside_what_is_hidden(simulated: Simulated) -> None:
    """Of an earlier card's further quotations those are shown that are not hidden."""
    async with simulated(FERRY) as town:
        card = (await town.member.slash(town.channel, "ask", question="What happened to the ferry?")).response
        more = next(label for label in buttons(card) if label.startswith("More"))
        first = (await town.member.click(card, label=more)).response
        assert "Another quotation, 1 of" in texts(first)

        def hide(archive: Any) -> None:
            article = archive.articles()[0]
            first = next(p for p in archive.passages(article.id) if article.words(p.span) in texts(card))
            archive.override(Receipt(article.id, article.sha256, first.span), Fix.HIDDEN)

        await town.bot.worker.call(town.guild.id, hide)
        again = (await town.member.click(card, label=more)).response
        assert "Another quotation, 1 of" in texts(again)


async def test_pages(simulated: Simulated) -> None:
    """Several reported quotations are shown one a page."""
    async with simulated(FERRY) as town:

        def complain(archive: Any) -> None:
            article = archive.articles()[0]
            for passage in archive.passages(article.id)[:3]:
                receipt = Receipt(article.id, article.sha256, passage.span)
                archive.give_feedback("What?", receipt, 0.5, right=False, complaint=Complaint.OUTDATED, by="1")

        await town.bot.worker.call(town.guild.id, complain)
        shown = await listed(town)
        assert "Page 1 of 3" in texts(shown)
        await town.moderator.click(shown, label="Next")
        assert "Page 2 of 3" in texts(shown)
        assert {"Previous", "Next"} <= set(buttons(shown))


async def test_members_decide_nothing(simulated: Simulated) -> None:
    """Whoever may not change the articles is refused by every button and form, wherever it stands."""
    async with simulated(FERRY) as town:
        await report(town, town.member)
        channel: Any = town.bot.get_channel(town.channel.id)
        await channel.send(view=await feedback.shown(town.bot, town.guild.id))
        card = bot_messages(town)[-1]
        for label in ("Hide this passage", "Not wrong", "Fix speaker"):
            pressed = await town.member.click(card, label=label)
            assert texts(pressed.response) == REFUSED
        assert await town.bot.worker.call(town.guild.id, lambda archive: archive.log.entries()[0].action) == "added"
        await town.moderator.click(card, label="Hide this passage")
        assert texts((await town.member.click(card, label="Undo")).response) == REFUSED
        assert CROWNS not in await answer(town)
