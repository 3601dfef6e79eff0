"""Corrections reach what was said: struck through where it was quoted, told once a channel, and put back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import discord
import pytest
from discord_display import quotation
from discord_town import FERRY, LIBRARY, Simulated, Town, bot_messages, buttons, speaking_german, texts

from bot import corrections as correcting
from bot import render
from bot.corrections import Corrections
from index.archive import Archive
from index.cards import Kind, Posted, State
from index.types import Draft

pytestmark = pytest.mark.asyncio

COST = "How much would the ferry repair cost?"
HOURS = "Until when will the library stay open?"
TODAY = render.day(datetime.now(UTC).date().isoformat())
QUOTED = "Dahl said that the repair would cost 4.2 million crowns."
DEARER = Draft(
    text=FERRY.text.replace("4.2 million", "5.1 million"), title=FERRY.title, outlet=FERRY.outlet,
    authors=FERRY.authors, date=FERRY.date, url=FERRY.url,
)  # fmt: skip


def corrector(town: Town) -> Corrections:
    found = town.bot.get_cog("Corrections")
    assert isinstance(found, Corrections)
    return found


def opened(town: Town) -> Archive:
    """The archive, as another process has it."""
    return Archive.open(town.bot.data, str(town.guild.id), encoder=town.bot.worker._encoder)


def remove(town: Town, title: str | None = FERRY.title) -> None:
    with opened(town) as archive:
        (article,) = (a for a in archive.articles() if a.title == title)
        archive.remove(article.id, by="mona")


def undo(town: Town) -> None:
    with opened(town) as archive:
        archive.undo(archive.log.entries(limit=1)[0], by="mona")


def kept(town: Town) -> tuple[Posted, ...]:
    with opened(town) as archive:
        return archive.cards.all()


async def work(town: Town) -> int:
    """Work off all there is; returns how many steps it took."""
    steps = 1
    while await corrector(town).round():
        steps += 1
    return steps


async def asked(town: Town, question: str = COST, channel: Any = None) -> Any:
    return (await town.member.slash(channel or town.channel, "ask", question=question)).response


def shown(town: Town, card: Any, channel: Any = None) -> Any:
    return next(m for m in (channel or town.channel).history() if m.id == card.id)


def parts(message: Any) -> list[dict[str, Any]]:
    return [top.to_dict() for top in message.components]


def notices(town: Town, channel: Any = None) -> list[Any]:
    return [m for m in bot_messages(town, channel) if "№" in texts(m)]


async def test_a_corrected_article_corrects_its_card(simulated: Simulated) -> None:
    """The old words are struck through; below stands what the article reads now, with who, where, when and links."""
    async with simulated(FERRY, LIBRARY) as town:
        card = await asked(town)
        other = await asked(town, HOURS)
        before = parts(shown(town, other))
        town.add(DEARER)
        await work(town)
        said = texts(shown(town, card))
        struck = next(line for line in said.split("\n") if line.startswith("> ~~"))
        assert QUOTED in struck
        assert f"⚠️ **Corrected on {TODAY}.** The article now reads:" in said
        assert "> Dahl said that the repair would cost 5.1 million crowns." in said
        assert "-# **Ingrid Dahl**" in said
        assert f"Asked: {COST}" in said
        # The only buttons into the article lead to the text of now.
        pressed = await town.member.click(shown(town, card), label="In context")
        assert "5.1 million crowns" in texts(pressed.response)
        assert "Wrong" not in buttons(shown(town, card))
        assert "Follow up" in buttons(shown(town, card))
        assert parts(shown(town, other)) == before
        (notice,) = notices(town)
        assert notice.reference.message_id == card.id
        assert "“Island ferry stops for repairs”: corrected, the words were changed" in texts(notice)


async def test_withdrawn_and_put_back(simulated: Simulated) -> None:
    """A removed article is withdrawn from its cards; undone, every card stands exactly as it was sent."""
    async with simulated(FERRY, LIBRARY) as town:
        card = await asked(town)
        sent = parts(shown(town, card))
        remove(town)
        await work(town)
        said = texts(shown(town, card))
        assert f"⚠️ **Withdrawn on {TODAY}.** This article is no longer on record." in said
        assert not {"In context", "Read at source", "Wrong"} & set(buttons(shown(town, card)))
        assert kept(town)[0].before is not None
        undo(town)
        await work(town)
        assert parts(shown(town, card)) == sent
        assert kept(town)[0].before is None
        assert ["withdrawn" in texts(m) for m in notices(town)] == [True, False]
        assert "on record again as quoted" in texts(notices(town)[-1])
        pressed = await town.member.click(shown(town, card), label="In context")
        assert "4.2 million" in texts(pressed.response)


async def test_one_notice_for_each_channel(simulated: Simulated) -> None:
    """Many cards of one change: one edit in each channel a step, and one notice there, to the newest of them."""
    async with simulated(FERRY) as town:
        second = town.guild.create_text_channel("elsewhere")
        cards = [await asked(town) for _ in range(3)]
        there = await asked(town, channel=second)
        remove(town)
        assert await work(town) == 4
        (here,), (elsewhere,) = notices(town), notices(town, second)
        assert here.reference.message_id == cards[-1].id
        assert "3 answers of mine here were corrected" in texts(here)
        assert elsewhere.reference.message_id == there.id
        assert "An answer of mine here was corrected" in texts(elsewhere)
        await work(town)
        assert len(notices(town)) == 1
        sent = [r.json for r in town.env.http_requests if r.method == "POST" and r.path.endswith("/messages")]
        assert all(one["allowed_mentions"]["parse"] == [] for one in sent if one.get("allowed_mentions"))


async def test_quickly_undone_nothing_is_said(simulated: Simulated) -> None:
    """What is put back before anything was edited leaves the cards alone."""
    async with simulated(FERRY) as town:
        await asked(town)
        edits = len(town.env.http_requests)
        remove(town)
        undo(town)
        await work(town)
        assert not [r for r in town.env.http_requests[edits:] if r.method in ("PATCH", "POST")]
        assert kept(town)[0].state is State.DONE


async def test_words_that_stand_are_left_alone(simulated: Simulated) -> None:
    """Another paragraph, another title, white space: the characters that were quoted stand, and so does the card."""
    async with simulated(FERRY) as town:
        card = await asked(town)
        before = parts(shown(town, card))
        more = "A first paragraph that is new.\n" + FERRY.text.replace("would cost 4.2", "would  cost\n4.2")
        town.add(Draft(text=more, title="Another title", url=FERRY.url))
        await work(town)
        assert parts(shown(town, card)) == before
        assert notices(town) == []


async def test_another_speaker(simulated: Simulated) -> None:
    """The words stand, the name does not: it is struck through, and who it is now stands below."""
    spoken = "“The bridge will open in May after two years of work,” said {name}, the city engineer."
    article = Draft(text=spoken.format(name="Ingrid Dahl"), title="Bridge", outlet="Post", date="2024-01-01", id="b")
    async with simulated(article) as town:
        card = await asked(town, "When will the bridge open?")
        sent = parts(shown(town, card))
        before = texts(shown(town, card))
        assert "**Ingrid Dahl**" in before
        # As an override or a new tagger would: the served attribution names somebody else.
        with opened(town) as archive, archive._store.transaction():
            archive._store._db.execute("UPDATE attributions SET name = 'Mona Lund'")
            archive.log.note(correcting_action(), "speaker fixed", by="mona", subject="b")
        await work(town)
        said = texts(shown(town, card))
        assert "~~**Ingrid Dahl**" in said
        assert f"⚠️ **Speaker corrected on {TODAY}:** **Mona Lund**" in said
        assert "> ~~" not in said
        assert "the speaker was corrected" in texts(notices(town)[-1])
        with opened(town) as archive, archive._store.transaction():
            archive._store._db.execute("UPDATE attributions SET name = 'Ingrid Dahl'")
            archive.log.note(correcting_action(), "speaker fixed", by="mona", subject="b")
        await work(town)
        assert parts(shown(town, card)) == sent


def correcting_action() -> Any:
    from index.audit import Action

    return Action.OVERRIDE


async def test_every_public_card_is_remembered(simulated: Simulated) -> None:
    """Answers, shared ones, follow-ups, mentions, topics, timelines, shared checks; none that one person sees alone."""
    async with simulated(FERRY, LIBRARY) as town:
        await asked(town)
        await town.member.slash(town.channel, "onrecord topic", subject="the ferry repair")
        await town.member.slash(town.channel, "timeline", speaker="Ingrid Dahl")
        await town.member.send(town.channel, f"{town.bot.user.mention} {COST}")
        private = await town.member.slash(town.channel, "ask", question=COST, private=True)
        assert [card.kind for card in kept(town)] == [Kind.ANSWER, Kind.TOPIC, Kind.TIMELINE, Kind.ANSWER]
        await town.member.click(private.response, label="Share")
        checked = await town.member.slash(town.channel, "check", text=QUOTED)
        await town.member.click(checked.response, label="Share")
        assert [card.kind for card in kept(town)][4:] == [Kind.SHARED, Kind.CHECK]
        remove(town)
        await work(town)
        for card in kept(town):
            said = texts(shown(town, discord.Object(card.message)))
            assert said.count("⚠️ **Withdrawn on") == len(card.quotations) > 0
        assert len(notices(town)) == 1
        claim = texts(shown(town, discord.Object(kept(town)[-1].message)))
        assert claim.index(f"> {QUOTED}") < claim.index("> ~~")
        undo(town)
        await work(town)
        assert not any("⚠️ **W" in texts(m) or "~~" in texts(m) for m in bot_messages(town) if "№" not in texts(m))


async def test_told_subscriptions_are_remembered(simulated: Simulated) -> None:
    """The card that tells that there is an answer follows its article like any other."""
    async with simulated() as town:
        card = await asked(town)
        await town.member.click(card, label="Tell me when it is")
        town.add(FERRY)
        await town.bot.get_cog("Subscriptions").round()  # type: ignore[attr-defined]
        assert [card.kind for card in kept(town)] == [Kind.TOLD]
        remove(town)
        await work(town)
        assert "Withdrawn on" in texts(shown(town, discord.Object(kept(town)[0].message)))


async def test_opt_out(simulated: Simulated) -> None:
    """Where the server wants no corrections, nothing is edited and nothing told; turned on again, it is caught up."""
    async with simulated(FERRY) as town:
        card = await asked(town)
        before = parts(shown(town, card))
        with opened(town) as archive:
            archive.server_settings.set(by=None, corrections=False)
        remove(town)
        await work(town)
        assert parts(shown(town, card)) == before
        assert notices(town) == []
        with opened(town) as archive:
            archive.server_settings.set(by=None, corrections=True)
        await work(town)
        assert "Withdrawn on" in texts(shown(town, card))


async def test_deleted_cards_are_forgotten(simulated: Simulated) -> None:
    """What is kept goes with the message, with its channel, and when it cannot be seen; the others are corrected."""
    async with simulated(FERRY) as town:
        first, second = await asked(town), await asked(town)
        town.env.backend.delete_message(town.channel.id, first.id)
        await town.env.settle()
        assert [card.message for card in kept(town)] == [second.id]
        with opened(town) as archive:  # one whose deletion nobody told about
            archive.cards.put(Posted(1, town.channel.id, "2099", Kind.ANSWER, "en", kept(town)[0].quotations))
            archive.cards.put(Posted(2, 77, "2099", Kind.ANSWER, "en", kept(town)[0].quotations))
        remove(town)
        await work(town)
        assert [card.message for card in kept(town)] == [second.id]
        assert len(notices(town)) == 1


async def test_no_question_is_kept(simulated: Simulated) -> None:
    """Neither a question nor a subject nor who asked stands in the tables, before a correction and after."""
    async with simulated(FERRY) as town:
        await asked(town)
        await town.member.slash(town.channel, "onrecord topic", subject="what the ferry repair costs us")
        remove(town)
        await work(town)
        with opened(town) as archive:
            tables = ("cards", "card_quotations", "card_notices", "card_changes")
            rows = [row for table in tables for row in archive._store._db.execute(f"SELECT * FROM {table}")]  # noqa: S608
        written = repr(rows)
        assert len(rows) >= 4
        for private in (COST, "costs us", str(town.member.id), "Asked"):
            assert private not in written


class Killed(BaseException):
    """What no handler of the program takes, as the end of its process is."""


@pytest.mark.parametrize("moment", ["before the edit", "after the edit", "before the notice", "after the notice"])
@pytest.mark.parametrize("then", ["goes on", "is undone", "is changed again"])
async def test_killed_at_any_step(simulated: Simulated, moment: str, then: str) -> None:
    """The next process goes on; whatever happened meanwhile, each card ends right, and no notice is sent twice."""
    async with simulated(FERRY, LIBRARY) as town:
        card = await asked(town)
        sent = parts(shown(town, card))
        town.add(DEARER)

        async def killed(*args: Any, **kwargs: Any) -> None:
            raise Killed

        where, name = {
            "before the edit": (discord.Message, "edit"),
            "after the edit": (Corrections, "_finished"),
            "before the notice": (Corrections, "_send"),
            "after the notice": (Corrections, "_told"),
        }[moment]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(where, name, killed)
            with pytest.raises(Killed):
                await work(town)
        if then == "is undone":
            undo(town)
        elif then == "is changed again":
            remove(town)
        await town.restart()
        await work(town)
        said = texts(shown(town, card))
        if then == "is undone":
            assert parts(shown(town, card)) == sent
        elif then == "is changed again":
            assert "Withdrawn on" in said
            assert "5.1 million" not in said
        else:
            assert "5.1 million" in said
        numbers = [line for m in notices(town) for line in texts(m).split("\n") if "№" in line]
        assert len(numbers) == len(set(numbers))
        # What nobody was told of yet is not told of as undone; what is changed once more is told of once.
        told = 1 + (moment == "after the notice" and then != "goes on")
        if then == "is undone" and moment.endswith("edit"):
            told = 0
        assert len(numbers) == told
        assert all(card.state is State.DONE for card in kept(town))
        if then == "is changed again":
            for _ in range(2):  # the removal, then the change before it
                with opened(town) as archive:
                    newest = next(e for e in archive.log.entries() if e.undone_by is None and e.before)
                    archive.undo(newest, by=None)
            await work(town)
            assert parts(shown(town, card)) == sent


async def test_changes_of_this_process_are_seen_at_once(simulated: Simulated) -> None:
    """A moderator's removal here wakes the work by itself: nobody calls for a look."""
    async with simulated(FERRY) as town:
        card = await asked(town)
        edited = asyncio.Event()
        original = Corrections._told

        async def noted(self: Corrections, *args: Any) -> None:
            await original(self, *args)
            edited.set()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Corrections, "_told", noted)
            patch.setattr(correcting, "PACE", 0)
            (article,) = await town.bot.worker.call(town.guild.id, lambda archive: archive.articles())
            await town.bot.worker.call(town.guild.id, lambda archive: archive.remove(article.id), changes=True)
            async with asyncio.timeout(20):
                await edited.wait()
        assert "Withdrawn on" in texts(shown(town, card))
        assert len(notices(town)) == 1


async def test_in_the_language_of_the_card(simulated: Simulated) -> None:
    """A card that was German is corrected in German."""
    async with simulated(FERRY) as town:
        with speaking_german():
            card = await asked(town)
        remove(town)
        await work(town)
        assert "**Zurückgezogen am" in texts(shown(town, card))


async def test_an_edited_question_is_remembered_anew(simulated: Simulated) -> None:
    """What the new answer quotes counts, and no longer what the old one did."""
    async with simulated(FERRY, LIBRARY) as town:
        question = await town.member.send(town.channel, f"{town.bot.user.mention} {COST}")
        (card,) = kept(town)
        assert card.quotations[0].title == FERRY.title
        await town.member.edit(question, f"{town.bot.user.mention} {HOURS}")
        (card,) = kept(town)
        assert card.quotations[0].title == LIBRARY.title
        remove(town)
        await work(town)
        assert "⚠️" not in texts(bot_messages(town)[-1])


async def test_the_struck_quotation_shows_its_characters(simulated: Simulated) -> None:
    """What a reader sees inside the stroke is, to the character, what was quoted."""
    async with simulated(FERRY) as town:
        card = await asked(town)
        remove(town)
        await work(town)
        block = next(line for line in texts(shown(town, card)).split("\n") if line.startswith("> "))
        assert quotation(block) == f"⟦strike {QUOTED}⟧"
