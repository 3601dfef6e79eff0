"""The buttons of a card: the conversation goes on, complaints are kept, what was carried over goes, answers are shared.

Each is also pressed after a restart: all a button knows stands on the card.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from discord_town import FERRY, LIBRARY, Simulated, Town, asking, bot_messages, buttons, quote, texts

from bot import cards, render
from bot.localised import text
from index.archive import Archive
from index.feedback import Complaint, Feedback
from index.types import Draft, Span

pytestmark = pytest.mark.asyncio

COST = "How much would the ferry repair cost?"
WHO = "and who said so?"


def archive_of(town: Town) -> Archive:
    return Archive.open(town.bot.data, str(town.guild.id), encoder=town.bot.worker._encoder)


def feedback(town: Town) -> tuple[Feedback, ...]:
    with archive_of(town) as archive:
        return archive.feedback()


async def follow_up(town: Town, card: Any, question: str, member: Any = None) -> Any:
    member = member or town.member
    form = await member.click(card, label="Follow up")
    assert form.modal["title"] == "Follow up"
    return await member.submit_modal(form, {render.WORDS_ID: question})


async def complain(town: Town, card: Any, value: str, member: Any = None) -> Any:
    member = member or town.member
    asked = await member.click(card, label="Wrong")
    assert asked.response.ephemeral
    return await member.select(asked.response, [value]), asked.response


@pytest.mark.parametrize("restarted", [False, True])
async def test_follow_up_goes_on_from_its_card(simulated: Simulated, restarted: bool) -> None:
    """The question of the form is asked after the card's, and its answer is a reply to the card that pings nobody."""
    async with simulated(FERRY) as town:
        card = (await town.member.slash(town.channel, "ask", question=COST)).response
        if restarted:
            await town.restart()
        with asking() as asked:
            await follow_up(town, card, WHO, town.moderator)
            answer = bot_messages(town)[-1]
            assert answer.reference.message_id == card.id
            assert answer.mentions == []
            await follow_up(town, answer, "and when?")
        assert asked[0] == (WHO, (COST,))
        assert asked[1] == ("and when?", (COST, WHO))


async def test_follow_up_after_a_restart_knows_what_was_carried(simulated: Simulated) -> None:
    """A follow-up's card names what it was about, so the next question needs no memory to be about it too."""
    async with simulated(FERRY) as town:
        card = (await town.member.slash(town.channel, "ask", question="What did Ingrid Dahl say?")).response
        await follow_up(town, card, "How much did she say it would cost?")
        second = bot_messages(town)[-1]
        assert "-# about: Ingrid Dahl" in texts(second)
        await town.restart()
        with asking() as asked:
            await follow_up(town, second, "and when did she say that?")
            await town.member.send(town.channel, f"{town.bot.user.mention} and where?", reply_to=second)
        turns = ("Ingrid Dahl", "How much did she say it would cost?")
        assert asked == [("and when did she say that?", turns), ("and where?", turns)]
        assert "-# about: Ingrid Dahl" in texts(bot_messages(town)[-2])


async def test_follow_up_of_a_private_card_stays_private(simulated: Simulated) -> None:
    """Nobody else sees the answer to a follow-up of an answer that only one person sees."""
    async with simulated(FERRY) as town:
        card = (await town.member.slash(town.channel, "ask", question=COST, private=True)).response
        result = await follow_up(town, card, WHO)
        assert result.response.ephemeral
        assert "Share" in buttons(result.response)
        assert town.channel.history(viewer=town.moderator) == []


async def test_follow_up_where_the_bot_may_not_write(simulated: Simulated) -> None:
    """Where only the answer to an interaction is allowed, that is how the answer comes."""
    async with simulated(FERRY) as town:
        card = (await town.member.slash(town.channel, "ask", question=COST)).response
        town.env.inject_error("POST", f"/channels/{town.channel.id}/messages", status=403, code=50013)
        await follow_up(town, card, WHO)
        assert f"-# Asked: {WHO}" in texts(bot_messages(town)[-1])


@pytest.mark.parametrize("restarted", [False, True])
async def test_wrong_is_kept_once_for_each_member(simulated: Simulated, restarted: bool) -> None:
    """What is wrong is kept under a pseudonym, with a word of thanks; who says something else later replaces it."""
    async with simulated(FERRY) as town:
        card = (await town.member.slash(town.channel, "ask", question=COST)).response
        _, thanked = await complain(town, card, "outdated")
        assert texts(thanked) == text("wrong.thanks")
        if restarted:
            await town.restart()
        await complain(town, card, "wrong_speaker")
        await complain(town, card, "not_an_answer", town.moderator)
        mine, others = feedback(town)
        members = (town.member.id, town.moderator.id)
        names = [await town.bot.worker.call(town.guild.id, lambda a, m=m: a.pseudonym(str(m))) for m in members]
        assert [mine.by, others.by] == names
        assert (mine.complaint, others.complaint) == (Complaint.WRONG_SPEAKER, Complaint.NOT_AN_ANSWER)
        assert mine.question == mine.standalone == COST
        assert mine.receipt.span.of(FERRY.text) == quote(card)
        assert not mine.right
        database = town.bot.data / str(town.guild.id)
        assert not any(str(town.member.id).encode() in file.read_bytes() for file in database.iterdir())


@pytest.mark.parametrize("restarted", [False, True])
async def test_wrong_in_ones_own_words(simulated: Simulated, restarted: bool) -> None:
    """Whatever is not in the list is written into a form, and kept as it was written, even past a restart."""
    async with simulated(FERRY) as town:
        card = (await town.member.slash(town.channel, "ask", question=COST)).response
        form, asked = await complain(town, card, "other")
        if restarted:
            await town.restart()
        await town.member.submit_modal(form, {render.WORDS_ID: "The *crowns* are krónur."})
        assert texts(asked) == text("wrong.thanks")
        (kept,) = feedback(town)
        assert (kept.complaint, kept.words) == (Complaint.OTHER, "The *crowns* are krónur.")


async def test_wrong_keeps_what_a_follow_up_was_asked_as(simulated: Simulated) -> None:
    """A judgement of a follow-up's quotation is of the whole question, which is what it is calibrated by."""
    async with simulated(FERRY) as town:
        first = (await town.member.slash(town.channel, "ask", question="What did Ingrid Dahl say?")).response
        await follow_up(town, first, "How much did she say it would cost?")
        await complain(town, bot_messages(town)[-1], "outdated")
        (kept,) = feedback(town)
        assert kept.question == "How much did she say it would cost?"
        assert kept.standalone == "How much did Ingrid Dahl say it would cost?"


async def test_wrong_after_indexing_anew(simulated: Simulated) -> None:
    """The text is still the one that was judged, so the judgement counts; once it is gone, that is said."""
    async with simulated(FERRY) as town:
        card = (await town.member.slash(town.channel, "ask", question=COST)).response
        asked = (await town.member.click(card, label="Wrong")).response
        with archive_of(town) as archive:
            archive.reindex()
            archive.promote()
        await complain(town, card, "outdated")
        assert len(feedback(town)) == 1
        with archive_of(town) as archive:
            archive.remove(archive.articles()[0].id)
        await town.member.select(asked, ["outdated"])
        assert texts(asked) == text("ask.gone")


@pytest.mark.parametrize("restarted", [False, True])
async def test_wrong_on_a_further_page_is_about_that_page(simulated: Simulated, restarted: bool) -> None:
    """Each page of *More* has its own, for the quotation it shows; how sure that one was is found out anew."""
    async with simulated(FERRY, LIBRARY) as town:
        asked = "What did Dahl say about the hull and the repair?"
        card = (await town.member.slash(town.channel, "ask", question=asked)).response
        more = next(label for label in buttons(card) if label.startswith("More ("))
        page = (await town.member.click(card, label=more)).response
        if restarted:
            await town.restart()
        _, thanked = await complain(town, page, "out_of_context")
        assert texts(thanked) == text("wrong.thanks")
        (kept,) = feedback(town)
        assert kept.receipt.span.of(FERRY.text) == quote(page) != quote(card)
        with archive_of(town) as archive:
            scores = {hit.receipt: hit.score for hit in archive.rank(asked)}
        assert kept.question == asked
        assert kept.score == pytest.approx(scores[kept.receipt])


async def carried_card(town: Town) -> Any:
    """The public card of a follow-up, with what was carried over."""
    first = (await town.member.slash(town.channel, "ask", question="What did Ingrid Dahl say?")).response
    await follow_up(town, first, "How much did she say it would cost?")
    card = bot_messages(town)[-1]
    assert "-# about: Ingrid Dahl" in texts(card)
    return card


@pytest.mark.parametrize("restarted", [False, True])
async def test_ask_without_that(simulated: Simulated, restarted: bool) -> None:
    """Whoever asked changes the answer where it stands: the bare question, and no word of what was carried over."""
    async with simulated(FERRY) as town:
        card = await carried_card(town)
        if restarted:
            await town.restart()
        with asking() as asked:
            await town.member.click(card, label="Ask without that")
        assert asked == [("How much did she say it would cost?", ())]
        (changed,) = (m for m in bot_messages(town) if m.id == card.id)
        assert "-# Asked: How much did she say it would cost?" in texts(changed)
        assert "about:" not in texts(changed)
        assert "Ask without that" not in buttons(changed)
        with asking() as asked:
            await follow_up(town, changed, "and when?")
        assert asked == [("and when?", ("How much did she say it would cost?",))]


async def test_a_long_question_is_asked_in_full(simulated: Simulated) -> None:
    """A card names so much of a question; without what was carried over, all of it is asked while it is remembered."""
    long = f"How much did she say {'and say again ' * 30}it would cost?"
    assert len(long) > 400
    async with simulated(FERRY) as town:
        first = (await town.member.slash(town.channel, "ask", question="What did Ingrid Dahl say?")).response
        await follow_up(town, first, long)
        card = bot_messages(town)[-1]
        with asking() as asked:
            await town.member.click(card, label="Ask without that")
        assert asked == [(long, ())]


async def test_a_form_without_words_asks_nothing(simulated: Simulated) -> None:
    """Blanks are no question; the person is told how to ask."""
    async with simulated(FERRY) as town:
        card = (await town.member.slash(town.channel, "ask", question=COST)).response
        with asking() as asked:
            result = await follow_up(town, card, "   ")
        assert asked == []
        assert [(m.content, m.ephemeral) for m in result.followups] == [(text("ask.hint"), True)]


async def test_others_do_not_change_an_answer(simulated: Simulated) -> None:
    """Somebody else who presses it sees the other answer alone; the channel's stays."""
    async with simulated(FERRY) as town:
        card = await carried_card(town)
        pressed = await town.moderator.click(card, label="Ask without that")
        assert pressed.response.ephemeral
        assert "about:" not in texts(pressed.response)
        assert "-# about: Ingrid Dahl" in texts(bot_messages(town)[-1])


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("threshold", [0.01, 1.0])
async def test_share_sends_the_very_same_answer(simulated: Simulated, restarted: bool, threshold: float) -> None:
    """The channel gets the card that one person saw, bold words and all, and it can be shared only once."""
    rival = replace(FERRY, text=FERRY.text.replace("4.2", "5.1"), outlet="Valley Post", url=None, title="Ferry")
    async with simulated(FERRY, rival, LIBRARY, threshold=threshold) as town:
        card = (await town.member.slash(town.channel, "ask", question=COST, private=True)).response
        before = card.components
        if restarted:
            await town.restart()
        await town.member.click(card, label="Share")
        (shared,) = bot_messages(town)
        assert [top.to_dict()["components"] for top in shared.components] == [before[0]["components"]]
        assert before[1]["components"][0]["label"] == "Share"
        assert "Share" not in buttons(card)
        # It is a card like any other: the member who shared it is its asker.
        found = cards.read(shared)
        assert found is not None
        assert found.asker == town.member.id


async def test_share_keeps_the_words_that_answer_bold(simulated: Simulated) -> None:
    """Which words answer is known to the button, so they are bold in the channel too."""
    async with simulated(FERRY) as town:
        original = Archive.ask

        def sure(self: Archive, *args: Any, **kwargs: Any) -> Any:
            reply = original(self, *args, **kwargs)
            start = FERRY.text.index("4.2 million")
            first = replace(reply.hits[0], answering=Span(start, start + len("4.2 million")))
            return replace(reply, hits=(first, *reply.hits[1:]))

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Archive, "ask", sure)
            card = (await town.member.slash(town.channel, "ask", question=COST, private=True)).response
        await town.member.click(card, label="Share")
        assert "cost **4\\.2 million** crowns." in texts(card)
        assert texts(bot_messages(town)[-1]) == texts(card)


async def test_share_of_a_filtered_answer_says_so(simulated: Simulated) -> None:
    """What a question was narrowed to stands on the card, and on the shared one."""
    async with simulated(FERRY) as town:
        options = {"speaker": "Ingrid Dahl", "outlet": "Harbour Times", "since": "2024-03", "until": "2024-12-31"}
        card = (await town.member.slash(town.channel, "ask", question=COST, private=True, **options)).response
        line = "-# only: said by “Ingrid Dahl” · in “Harbour Times” · since 1 March 2024 · until 31 December 2024"
        assert line in texts(card)
        await town.member.click(card, label="Share")
        assert line in texts(bot_messages(town)[-1])


@pytest.mark.parametrize("change", ["removed", "changed"])
async def test_share_of_what_is_gone(simulated: Simulated, change: str) -> None:
    """Nothing is shared that cannot be proved; the person is told in one sentence."""
    async with simulated(FERRY) as town:
        card = (await town.member.slash(town.channel, "ask", question=COST, private=True)).response
        with archive_of(town) as archive:
            archive.remove(archive.articles()[0].id)
        if change == "changed":
            town.add(replace(FERRY, text="Correction. " + FERRY.text))
        pressed = await town.member.click(card, label="Share")
        assert [m.content for m in pressed.followups] == [text("ask.gone")]
        assert bot_messages(town) == []


async def test_share_proves_each_quotation(simulated: Simulated) -> None:
    """A stored text that was tampered with is never shared."""
    async with simulated(FERRY) as town:
        town.env.check_errors = False
        card = (await town.member.slash(town.channel, "ask", question=COST, private=True)).response
        await town.bot.worker.call(
            town.guild.id,
            lambda archive: archive._store._db.execute("UPDATE articles SET text = replace(text, '4.2', '9.9')"),
        )
        pressed = await town.member.click(card, label="Share")
        assert ["could not be proved" in m.content for m in pressed.followups] == [True]
        assert bot_messages(town) == []


async def test_more_shows_copies_and_other_figures(simulated: Simulated) -> None:
    """A further quotation names its copies in other outlets, and stands beside those that give other figures."""
    copy = replace(FERRY, outlet="Valley Post", url="https://valley.example/ferry")
    rival = Draft(
        title="Hull", outlet="Coast Daily", date="2024-03-06",
        text="Dahl said that the repair would cost 5.1 million crowns.",
    )  # fmt: skip
    async with simulated(FERRY, copy, rival) as town:
        result = await town.member.slash(town.channel, "ask", question=COST)
        shown = texts(result.response)
        assert "**Other figures on record" in shown
        (label,) = (name for name in buttons(result.response) if name.startswith("More"))
        page = (await town.member.click(result.response, label=label)).response
        pages = [texts(page)]
        while "Next" in buttons(page):
            await town.member.click(page, label="Next")
            pages.append(texts(page))
        costs = [text for text in pages if "million crowns" in text]
        assert costs
        for text in costs:
            assert "4.2 million" in text
            assert "5.1 million" in text
            assert "**Other figures on record**" in text
            assert f"-# Asked: {COST}" in text
        # What the copy says once more is told on whichever page shows it.
        assert "Also in 1 outlet: " in "".join(pages)


async def test_limited_buttons_say_so_privately(simulated: Simulated) -> None:
    """Following up and asking without that are questions like any other."""
    async with simulated(FERRY, questions_per_minute=2) as town:
        card = await carried_card(town)
        for pressed in (
            await follow_up(town, card, "and when?"),
            await town.member.click(card, label="Ask without that"),
        ):
            (said,) = pressed.followups
            assert said.ephemeral
            assert "please ask again in" in said.content


async def test_no_button_reaches_another_server(simulated: Simulated) -> None:
    """A card of one server, put into another, neither shares nor judges anything there."""
    async with simulated(FERRY) as town:
        card = (await town.member.slash(town.channel, "ask", question=COST, private=True)).response
        other = town.env.create_guild("Elsewhere")
        elsewhere = other.create_text_channel("questions")
        spy = other.add_member(town.member.user)
        town.add(LIBRARY, guild=other)
        asked = (await spy.slash(elsewhere, "ask", question=COST, private=True)).response
        town.env.backend.messages[elsewhere.id][asked.id].components = card.components
        shared = await spy.click(asked, label="Share")
        assert [m.content for m in shared.followups] == [text("ask.gone")]
        assert (await spy.click(asked, label="Wrong")).response.content == text("ask.gone")
        assert bot_messages(town, elsewhere) == []


async def test_a_message_that_is_no_card(simulated: Simulated) -> None:
    """A button on a message that no longer says what was asked answers in one sentence."""
    async with simulated(FERRY) as town:
        card = (await town.member.slash(town.channel, "ask", question=COST, private=True)).response
        stored = town.env.backend.messages[town.channel.id][card.id]
        stored.components = [
            {"type": 10, "id": 1, "content": "nothing"},
            {"type": 1, "id": 2, "components": [buttons(card)["Wrong"], buttons(card)["Share"]]},
        ]  # fmt: skip
        assert (await town.member.click(card, label="Wrong")).response.content == text("card.no_question")
        (said,) = (await town.member.click(card, label="Share")).followups
        assert said.content == text("card.no_question")
