"""``/articles reindex``: built beside what is served, shown as a review, then promoted or discarded, and rolled back.

One at a time in a server. Looking at the sources goes on away from the archives' thread; building lets whatever waits
be served in between. What was done when it is stopped, or when the process ends, is kept and gone on with next time.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot import failures, render, reviews, verbatim
from bot.ask import Pressed
from bot.curating import DANGER, CuratorButton, button
from bot.permissions import server_of
from index.archive import Archive
from index.errors import ArchiveError, GoldenFailed, NoSuchGeneration
from index.review import Change, Looked, Review, Scope, look_again
from index.types import Article

if TYPE_CHECKING:
    from bot.client import OnRecord

log = logging.getLogger(__name__)

PROGRESS_SECONDS = 2.0
"""Between two edits of a progress message: Discord allows about five edits in five seconds."""
TOKEN_SECONDS = 14 * 60
"""For which an interaction can be answered: Discord allows 15 minutes."""
CHANGES = 5
"""Articles on one page of a review. With the three below and the cuts of `_line`, at most 3,900 characters."""
SPEAKERS = 2
"""Passages with another speaker that are shown of one article."""
FAILING = 4
"""Golden questions that are named."""
UNREACHED = 3
"""Articles whose source could not be looked at that are named."""

RUNNING = "This server's articles are being re-indexed already; stop that first, or wait for it."
STOPPED = "Stopped. What was done is kept: `/articles reindex` goes on with it, and Discard drops it."
NO_LONGER = "This is not the newest re-index any more, so nothing was done."

_STOP, _PAGE, _PROMOTE, _DISCARD, _BACK = "or:rs", "or:rv", "or:rp", "or:rd", "or:rb"
_GREEN, _AMBER = discord.Colour.green(), discord.Colour.gold()


class Stopped(Exception):  # somebody wished it: no error
    """A moderator pressed *Stop*."""


@dataclass
class Job:
    """A re-index that is going on in one server."""

    stopped: bool = False
    done: int = 0
    total: int = 0
    what: str = "Beginning"
    began: float = field(default_factory=time.monotonic)

    def step(self, done: int, total: int) -> None:
        """Note how far it is; raises `Stopped` when somebody wished it to stop."""
        if self.stopped:
            raise Stopped
        self.done, self.total = done, total

    def start(self, what: str) -> None:
        """Begin the next part of the work."""
        self.what, self.done, self.total, self.began = what, 0, 0, time.monotonic()

    @property
    def sentence(self) -> str:
        """How far it is, and how long it may take."""
        if not self.total:
            return f"{self.what} …"
        passed = time.monotonic() - self.began
        left = passed / self.done * (self.total - self.done) if self.done else None
        estimate = "" if left is None or passed < 2 else f", about {_lasting(left)} to go"
        return f"{self.what}: {self.done:,} of {self.total:,} articles{estimate} …"


def _lasting(seconds: float) -> str:
    return f"{max(1, round(seconds)):,} s" if seconds < 90 else f"{round(seconds / 60):,} min"


class Told:
    """The message that says how far it is: the answer to the command, and one in the channel once that has run out."""

    def __init__(self, interaction: discord.Interaction[OnRecord]) -> None:
        self._interaction = interaction
        self._message: discord.Message | None = None
        self._began = time.monotonic()

    async def show(self, view: ui.LayoutView) -> None:
        """Show ``view`` in place of what was shown."""
        if self._message is not None:
            await self._message.edit(view=view)
            return
        if time.monotonic() - self._began < TOKEN_SECONDS:
            await self._interaction.edit_original_response(view=view)
            return
        channel = self._interaction.channel
        if isinstance(channel, discord.abc.Messageable):
            self._message = await channel.send(view=view)

    async def try_to_show(self, view: ui.LayoutView) -> None:
        """Show it, unless Discord does not let it be shown: the work goes on all the same."""
        try:
            await self.show(view)
        except discord.HTTPException as error:
            log.info("A progress message was not edited: %s", error)


async def begin(
    interaction: discord.Interaction[OnRecord], article: str | None, outlet: str | None, *, sources: bool, anew: bool
) -> None:
    """Re-index the articles of the server and show the review; the interaction is not acknowledged yet."""
    bot, server = interaction.client, server_of(interaction)
    if server in bot.reindexing:
        await failures.say(interaction, f"{RUNNING}\n-# {bot.reindexing[server].sentence}")
        return
    bot.reviews.pop(server, None)
    job = bot.reindexing[server] = Job()
    try:
        await interaction.response.defer(ephemeral=True, thinking=True)
        told = Told(interaction)
        await told.show(_going(job))
        telling = asyncio.create_task(_tell(job, told))
        try:
            scope = Scope(frozenset([article]) if article else None, outlet, anew)
            view = await _done(bot, server, scope, sources, job)
        finally:
            telling.cancel()
        await told.show(view)
    finally:
        bot.reindexing.pop(server, None)


async def _tell(job: Job, told: Told) -> None:
    last = ""
    while True:
        await asyncio.sleep(PROGRESS_SECONDS)
        if job.sentence != last and not job.stopped:
            last = job.sentence
            await told.try_to_show(_going(job))


async def _done(bot: OnRecord, server: int, scope: Scope, sources: bool, job: Job) -> ui.LayoutView:
    """Do all of it; what is shown at the end."""
    worker = bot.worker
    try:
        if sources:
            job.start("Looking at the sources")
            await _look(bot, server, scope, job)
        job.start("Indexing")

        def building(archive: Archive) -> None:
            def progress(done: int, total: int) -> None:
                job.step(done, total)
                worker.serve_waiting()

            archive.reindex(progress=progress, scope=scope)

        await worker.call(server, building, changes=True)
        job.start("Asking the golden questions")
        review = await worker.call(server, lambda archive: archive.review(worker.serve_waiting), changes=True)
    except Stopped:
        return render.view(ui.TextDisplay(STOPPED), ui.ActionRow(button("Discard", f"{_DISCARD}:0", DANGER)))
    except ArchiveError as error:
        return render.note(failures.sentence(error))
    bot.reviews[server] = review
    return shown(review, 0)


async def _look(bot: OnRecord, server: int, scope: Scope, job: Job) -> None:
    """Look at the sources one after the other: no site is asked twice at once."""
    worker, settings = bot.worker, bot.config.sources
    articles = await worker.call(server, lambda archive: archive.to_look_at(scope), changes=True)
    for done, article in enumerate(articles):
        job.step(done, len(articles))
        # No file of this machine is looked at for a channel: only addresses.
        looked = await worker.aside(partial(look_again, article, settings))
        await worker.call(server, partial(_note, article=article, looked=looked), changes=True)


def _note(archive: Archive, *, article: Article, looked: Looked) -> None:
    archive.looked(article, looked)


# --- cards


def _going(job: Job) -> ui.LayoutView:
    return render.view(ui.TextDisplay(job.sentence), ui.ActionRow(button("Stop", _STOP, DANGER)))


def shown(review: Review, page: int) -> ui.LayoutView:
    """A review, ``page`` of it, with what can be done about it."""
    pages = max(1, -(-len(review.changes) // CHANGES))
    page = min(page, pages - 1)
    texts = [
        f"**Generation {review.generation}, ready beside the one in use**",
        verbatim.escape(reviews.summary(review)),
    ]
    if told := reviews.golden_sentence(review):
        texts.append(("⚠️ " if review.failing else "") + told)
    if page == 0:
        texts += [f"- {_line(reviews.result_line(result))}" for result in review.failing[:FAILING]]
    texts += [_told(change) for change in review.changes[page * CHANGES : (page + 1) * CHANGES]]
    if page == 0:
        texts += [f"-# {_line(f'{render.title_of(a)}: {why}')}" for a, why in review.unreachable[:UNREACHED]]
    if pages > 1:
        texts.append(f"-# Page {page + 1} of {pages}")
    turn = [
        button(label, f"{_PAGE}:{review.generation}:{to}")
        for label, to in (("Previous", page - 1), ("Next", page + 1))
        if 0 <= to < pages
    ]
    force = bool(review.failing)
    style = DANGER if force else discord.ButtonStyle.secondary
    label = "Promote all the same" if force else "Promote"
    promote = button(label, f"{_PROMOTE}:{review.generation}:{force:d}", style)
    discard = button("Discard", f"{_DISCARD}:{review.generation}")
    box: ui.Container[ui.LayoutView] = ui.Container(
        *map(ui.TextDisplay, texts), accent_colour=_AMBER if force else _GREEN
    )
    return render.view(box, ui.ActionRow(*turn, promote, discard))


def _told(change: Change) -> str:
    lines = [
        f"**{verbatim.label(render.title_of(change.article), 100)}**",
        verbatim.escape(reviews.change_head(change)),
        *(f"-# {_line(line)}" for line in reviews.speaker_lines(change, SPEAKERS)),
    ]
    return "\n".join(lines)


def _line(words: str) -> str:
    return verbatim.label(words, 130)


# --- buttons


class StopButton(CuratorButton, template=re.compile(_STOP)):
    """*Stop*: ends the re-index of this server at the next article."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Wish it to stop."""
        job = interaction.client.reindexing.get(server_of(interaction))
        if job is None:
            await pressed.say("Nothing is being re-indexed on this server any more.")
        else:
            job.stopped = True


class ReviewPageButton(CuratorButton, template=re.compile(rf"{_PAGE}:(?P<generation>[0-9]+):(?P<page>[0-9]{{1,5}})")):
    """Turns a page of a review."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Show that page of the review."""
        bot, generation, server = interaction.client, int(self.says["generation"]), server_of(interaction)
        review = bot.reviews.get(server)
        if review is None or review.generation != generation:

            def reviewed(archive: Archive) -> Review | None:
                if archive.status().candidate != generation:
                    return None
                return archive.review(bot.worker.serve_waiting)

            review = await bot.worker.call(server, reviewed, changes=True)
            if review is not None:
                bot.reviews[server] = review
        await (pressed.say(NO_LONGER) if review is None else pressed.show(shown(review, int(self.says["page"]))))


class PromoteButton(CuratorButton, template=re.compile(rf"{_PROMOTE}:(?P<generation>[0-9]+):(?P<force>[01])")):
    """*Promote*: serve what was reviewed."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Promote that generation, if it is still the one that waits."""
        bot, by = interaction.client, str(interaction.user.id)
        generation, force = int(self.says["generation"]), self.says["force"] == "1"

        def promoting(archive: Archive) -> str | None:
            if archive.status().candidate != generation:
                return None
            done = archive.promote(force=force, by=by, between=bot.worker.serve_waiting)
            return (
                f"**In use: generation {done.generation}**, with {render.counted(done.articles, 'article')}. "
                f"{render.counted(done.passages_added, 'passage')} added, {done.passages_removed:,} removed, "
                f"{done.speakers_changed:,} with another speaker."
            )

        try:
            told = await bot.worker.call(server_of(interaction), promoting, changes=True)
        except GoldenFailed as error:
            await pressed.say(failures.sentence(error).replace("(--force)", "with the button of a new review"))
            return
        if told is None:
            await pressed.say(NO_LONGER)
            return
        back = button("Roll back", f"{_BACK}:{generation}")
        await pressed.show(render.view(ui.TextDisplay(told), ui.ActionRow(back)))


class DiscardButton(CuratorButton, template=re.compile(rf"{_DISCARD}:(?P<generation>[0-9]+)")):
    """*Discard*: drop what was built. Generation 0 stands for one that is not complete."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Discard that generation, if it is still the one that waits."""
        generation, by = int(self.says["generation"]), str(interaction.user.id)

        def discarding(archive: Archive) -> bool:
            if archive.status().candidate != (generation or None):
                return False
            archive.discard(by=by)
            return True

        await _switched(interaction, pressed, discarding, "Discarded. What is in use has not changed.")


class BackButton(CuratorButton, template=re.compile(rf"{_BACK}:(?P<generation>[0-9]+)")):
    """*Roll back*: serve again what was served before."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Roll back, if that generation is still the one in use."""
        generation, by = int(self.says["generation"]), str(interaction.user.id)

        def back(archive: Archive) -> bool:
            if archive.status().generation != generation:
                return False
            archive.rollback(by=by)
            return True

        await _switched(interaction, pressed, back, "Rolled back: what was in use before is in use again.")


async def _switched(
    interaction: discord.Interaction[Any], pressed: Pressed, work: Callable[[Archive], bool], told: str
) -> None:
    server = server_of(interaction)
    if server in interaction.client.reindexing:
        await pressed.say(RUNNING)
        return
    try:
        done = await interaction.client.worker.call(server, work, changes=True)
    except NoSuchGeneration:
        done = False
    await (pressed.show(render.note(told)) if done else pressed.say(NO_LONGER))


BUTTONS = (StopButton, ReviewPageButton, PromoteButton, DiscardButton, BackButton)
