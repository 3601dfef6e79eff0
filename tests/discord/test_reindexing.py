"""A re-index in Discord: reviewed by a moderator, promoted, discarded, rolled back; members are served meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from discord_town import FERRY, LIBRARY, Simulated, Town, bot_messages, buttons, said, texts

from bot.golden import MENU, NO_ANSWER, NONE, NOT_ANSWERED
from bot.permissions import REFUSED
from bot.reindexing import NO_LONGER, RUNNING, STOPPED
from index.archive import Archive
from index.review import Found, Looked
from index.types import Draft

QUESTION = "How much would the ferry repair cost?"


async def of(town: Town, work: Callable[[Archive], Any]) -> Any:
    return await town.bot.worker.call(town.guild.id, work, changes=True)


async def generation(town: Town) -> int:
    return int(await of(town, lambda archive: archive.status().generation))


def look(found: dict[str, Looked]) -> Callable[[Archive], None]:
    """Stand in for the sources: what a look at each article's gave, by its title."""

    def looking(archive: Archive) -> None:
        for article in archive.to_look_at():
            archive.looked(article, found.get(article.title or "", Looked(Found.SAME)))

    return looking


CORRECTED = Looked(Found.CHANGED, Draft(FERRY.text + " The company corrected this on Friday."), "more words")
GONE = Looked(Found.GONE, detail="The page is gone (HTTP 404).")


@pytest.mark.asyncio
async def test_nothing_is_served_before_it_is_promoted_and_it_can_be_rolled_back(simulated: Simulated) -> None:
    """The review names each article that would change; the buttons do what they say, after a restart too."""
    async with simulated(FERRY, LIBRARY) as town:
        await of(town, look({FERRY.title or "": CORRECTED, LIBRARY.title or "": GONE}))
        before = await generation(town)
        result = await town.moderator.slash(town.channel, "articles reindex")
        shown = texts(result.response)
        assert "1 changed at their source, 1 gone at their source" in shown
        assert f"**{FERRY.title}**" in shown
        assert "it would no longer be on record" in shown
        assert set(buttons(result.response)) == {"Promote", "Discard"}
        assert await generation(town) == before
        await town.restart()
        promoted = await town.moderator.click(result.response, label="Promote")
        assert "In use: generation" in texts(promoted.response)
        assert await of(town, lambda archive: [a.title for a in archive.articles()]) == [FERRY.title]
        back = await town.moderator.click(promoted.response, label="Roll back")
        assert "Rolled back" in texts(back.response)
        assert await generation(town) == before
        assert len(await of(town, lambda archive: archive.articles())) == 2


@pytest.mark.asyncio
async def test_discard(simulated: Simulated) -> None:
    """What was built is dropped, and its old buttons do nothing any more."""
    async with simulated(FERRY, LIBRARY) as town:
        first = await town.moderator.slash(town.channel, "articles reindex")
        second = await town.moderator.slash(town.channel, "articles reindex", anew=True)
        stale = await town.moderator.click(first.response, label="Promote")
        assert [m.content for m in stale.followups] == [NO_LONGER]
        done = await town.moderator.click(second.response, label="Discard")
        assert "Discarded" in texts(done.response)
        assert await of(town, lambda archive: archive.status().candidate) is None


@pytest.mark.asyncio
async def test_whoever_may_no_longer_curate_may_not_press_its_buttons(simulated: Simulated) -> None:
    """Checked at each press, not when the message was sent."""
    async with simulated(FERRY, check_errors=False, curator_role="Curators") as town:
        town.let_through("articles")
        curator = town.guild.add_member(town.env.create_user("carl"), roles=[town.guild.create_role("Curators")])
        result = await curator.slash(town.channel, "articles reindex")
        town.bot.config = replace(town.bot.config, bot=replace(town.bot.config.bot, curator_role=""))
        for label in ("Promote", "Discard"):
            refused = await curator.click(result.response, label=label)
            assert REFUSED in said(refused)
        assert await of(town, lambda archive: archive.status().candidate) is not None


@pytest.mark.asyncio
async def test_questions_are_answered_by_one_generation_while_it_is_built(simulated: Simulated) -> None:
    """Asked between any two articles: never an error, and always the words that are served at that moment."""
    many = [replace(FERRY, text=f"{FERRY.text} This is story {n}.", title=f"Story {n}", url=None) for n in range(12)]
    async with simulated(FERRY, *many) as town:
        served = await of(town, lambda archive: {a.id: a.text for a in archive.articles()})
        seen: list[bool] = []

        async def ask() -> None:
            reply = await town.bot.worker.call(town.guild.id, lambda archive: archive.ask(QUESTION))
            seen.append(all(hit.article.text == served[hit.article.id] for hit in reply.hits))

        asking = [asyncio.ensure_future(ask()) for _ in range(20)]
        await town.moderator.slash(town.channel, "articles reindex", anew=True)
        await asyncio.gather(*asking)
        assert seen == [True] * 20


@pytest.mark.asyncio
async def test_stop_keeps_what_was_done(simulated: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one runs at a time; it stops at the next article; the next one goes on; Discard drops what was begun."""
    async with simulated(FERRY, LIBRARY) as town:
        build = Archive.reindex

        def stopping(self: Archive, **kwargs: Any) -> Any:
            town.bot.reindexing[town.guild.id].stopped = True
            return build(self, **kwargs)

        monkeypatch.setattr(Archive, "reindex", stopping)
        stopped = await town.moderator.slash(town.channel, "articles reindex", anew=True)
        assert texts(stopped.response) == STOPPED
        monkeypatch.undo()
        assert await of(town, lambda archive: archive.status().candidate) is None
        dropped = await town.moderator.click(stopped.response, label="Discard")
        assert "Discarded" in texts(dropped.response)


@pytest.mark.asyncio
async def test_one_at_a_time(simulated: Simulated) -> None:
    """A second one says that the first goes on, and how far it is."""
    from bot.reindexing import Job

    async with simulated(FERRY) as town:
        town.bot.reindexing[town.guild.id] = Job(total=8, done=3, what="Indexing")
        refused = await town.moderator.slash(town.channel, "articles reindex")
        assert refused.response.content.startswith(RUNNING)
        assert "3 of 8 articles" in refused.response.content


@pytest.mark.asyncio
async def test_a_failing_golden_question_is_named_and_blocks(simulated: Simulated) -> None:
    """The menu of an answer makes it; the review names it; only "all the same" promotes."""
    async with simulated(FERRY, LIBRARY) as town:
        await town.member.slash(town.channel, "ask", question=QUESTION)
        (answer,) = bot_messages(town)
        made = await town.moderator.context_menu(town.channel, MENU, answer)
        assert "Golden question 1" in texts(made.response)
        (golden,) = await of(town, lambda archive: archive.golden())
        assert golden.quote in FERRY.text
        ran = await town.moderator.slash(town.channel, "golden run")
        assert "✅" in texts(ran.response)
        without = Draft(FERRY.text.replace(golden.quote, "It rained on the quay."))
        await of(town, look({FERRY.title or "": Looked(Found.CHANGED, without, "")}))
        result = await town.moderator.slash(town.channel, "articles reindex")
        assert "1 of 1 golden question not answered as before" in texts(result.response)
        assert "its article would not have these words any more" in texts(result.response)
        await town.moderator.click(result.response, label="Promote all the same")
        assert await of(town, lambda archive: archive.article(golden.receipt.article_id).text) == without.text


@pytest.mark.asyncio
async def test_golden_questions_are_added_listed_and_removed(simulated: Simulated) -> None:
    """By a question that is answered; not by one that is not, nor by a message that is no answer, nor by a member."""
    async with simulated(FERRY, LIBRARY, check_errors=False) as town:
        assert texts((await town.moderator.slash(town.channel, "golden list")).response) == NONE
        kept = await town.moderator.slash(town.channel, "golden add", question=QUESTION)
        assert "Golden question 1" in texts(kept.response)
        assert QUESTION in texts((await town.moderator.slash(town.channel, "golden list")).response)
        gone = await town.moderator.slash(town.channel, "golden remove", number=1)
        assert f"Dropped: {QUESTION}" in texts(gone.response)
        again = await town.moderator.slash(town.channel, "golden remove", number=1)
        assert "no golden question 1" in texts(again.response)
        written = await town.member.send(town.channel, "Just some words.")
        refused = await town.moderator.context_menu(town.channel, MENU, written)
        assert refused.response.content == NO_ANSWER
        member = await town.member.context_menu(town.channel, MENU, written)
        assert member.response.content == REFUSED


@pytest.mark.asyncio
async def test_a_question_without_an_answer_cannot_be_golden(simulated: Simulated) -> None:
    """There is no quotation to keep it by."""
    async with simulated(FERRY, threshold=1.0) as town:
        none = await town.moderator.slash(town.channel, "golden add", question=QUESTION)
        assert texts(none.response) == NOT_ANSWERED
