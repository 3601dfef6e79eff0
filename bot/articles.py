"""Moderators keep the articles of their server: ``/articles add | list | remove | reindex | status``.

Discord shows these commands to those who may manage messages; who presses them is checked again here.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot import days, failures, feedback, gaps, render, verbatim
from bot.ask import LastingButton, suggestions
from bot.permissions import REFUSED, Refused, may_curate, server_of
from bot.places import key_of
from index.archive import Archive
from index.errors import NoSuchArticle, SourceError
from index.sources import Given, read, read_bytes
from index.types import Added, Article, Draft, Status

if TYPE_CHECKING:
    from bot.client import OnRecord

log = logging.getLogger(__name__)

FILE_LIMIT = 10 * 1024 * 1024
"""Bytes of an attached file; Discord's own limit for most servers."""
PROGRESS_SECONDS = 2.0
"""Between two edits of a progress message: Discord allows about five edits in five seconds."""

_DONE = {Status.ADDED: "Added", Status.UPDATED: "Updated", Status.UNCHANGED: "Already here, unchanged"}
_NOT = "**Not added.** "


@app_commands.guild_only()
@app_commands.default_permissions(manage_messages=True)
class Articles(commands.GroupCog, name="articles", description="Keep the articles of this server"):
    """What moderators do with the articles of their own server."""

    def __init__(self, bot: OnRecord) -> None:
        self.bot = bot
        super().__init__()

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Refuse whoever may not change the articles, whatever Discord's own settings let through."""
        if not may_curate(interaction, self.bot.config.bot.curator_role):
            raise Refused
        return True

    @app_commands.command(description="Add an article from its address, from a file, or pasted")
    @app_commands.describe(
        url="Address of the article",
        file="A .txt, .md, .html, .pdf or .jsonl file",
        title="Its title, if the source does not say",
        outlet="Its outlet, if the source does not say",
        author="Its author, if the source does not say",
        date="Its day, like 2023-10-13, if the source does not say",
    )
    async def add(
        self,
        interaction: discord.Interaction[OnRecord],
        url: app_commands.Range[str, 1, 2000] | None = None,
        file: discord.Attachment | None = None,
        title: app_commands.Range[str, 1, 300] | None = None,
        outlet: app_commands.Range[str, 1, 100] | None = None,
        author: app_commands.Range[str, 1, 100] | None = None,
        date: app_commands.Range[str, 1, 30] | None = None,
    ) -> None:
        """Add what is at an address, in a file, or in the window that opens without either."""
        given = _given(title, outlet, author, date, None if file is None else url)
        if isinstance(given, str):
            await failures.say(interaction, given)
        elif file is not None:
            await self._add_file(interaction, file, given)
        elif url is not None:
            await self._add_url(interaction, url.strip(), given)
        else:
            await interaction.response.send_modal(Paste(self, given))

    async def _add_file(
        self, interaction: discord.Interaction[OnRecord], file: discord.Attachment, given: Given
    ) -> None:
        if file.size > FILE_LIMIT:
            await failures.say(
                interaction, f"The file has {file.size / 2**20:.0f} MB; files of up to {FILE_LIMIT >> 20} MB are read."
            )
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        data = await file.read()
        # Only the name: whatever a member called the file, it is no path here.
        name = Path(file.filename.replace("\\", "/")).name or "file"
        await self.add_drafts(interaction, lambda: list(read_bytes(data, name, given)))

    async def _add_url(self, interaction: discord.Interaction[OnRecord], url: str, given: Given) -> None:
        # `read` also takes paths of this machine, which are nobody's business in a channel.
        if not _is_address(url):
            await failures.say(interaction, "The address of an article begins with http:// or https://.")
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        settings = self.bot.config.sources
        await self.add_drafts(interaction, lambda: list(read(url, given, settings=settings)))

    async def add_drafts(
        self, interaction: discord.Interaction[OnRecord], drafts: Callable[[], Sequence[Draft | SourceError]]
    ) -> None:
        """Read drafts away from the archives' thread, add each in a turn of its own, and say what became of them."""
        server = server_of(interaction)
        try:
            found = await self.bot.worker.aside(drafts)
        except SourceError as error:
            found = [error]
        lines = [await self._added(server, draft) for draft in found]
        await interaction.followup.send(
            view=render.report(lines or [f"{_NOT}There is no article in it."]), ephemeral=True
        )

    async def _added(self, server: int, draft: Draft | SourceError) -> str:
        """What became of one draft, in a few lines."""
        if isinstance(draft, SourceError):
            return _NOT + failures.sentence(draft)
        try:
            return _described(await self.bot.worker.call(server, _adding(draft), changes=True))
        except SourceError as error:
            return _NOT + failures.sentence(error)

    @app_commands.command(name="list", description="List the articles of this server")
    async def list_(self, interaction: discord.Interaction[OnRecord]) -> None:
        """Show the first page of the articles."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(view=await _page(interaction, 0), ephemeral=True)

    @app_commands.command(description="Remove an article and everything quoted from it")
    @app_commands.describe(article="Begin to type its title")
    async def remove(
        self, interaction: discord.Interaction[OnRecord], article: app_commands.Range[str, 1, 100]
    ) -> None:
        """Remove one article."""
        server = server_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)

        def removing(archive: Archive) -> Article:
            return archive.remove(_chosen(archive, article))

        try:
            removed = await self.bot.worker.call(server, removing, changes=True)
        except NoSuchArticle:
            words = "No article here is called that; choose one from the list that opens while you type."
            await interaction.followup.send(words, ephemeral=True)
            return
        words = f"Removed “{verbatim.escape(render.title_of(removed))}”. Nothing is quoted from it any more."
        await interaction.followup.send(view=render.note(words), ephemeral=True)

    @remove.autocomplete("article")
    async def _titles(self, interaction: discord.Interaction[OnRecord], current: str) -> list[app_commands.Choice[str]]:
        # Suggestions pass by the check of the commands.
        if not may_curate(interaction, self.bot.config.bot.curator_role):
            return []
        found: list[app_commands.Choice[str]] = []

        def matching(archive: Archive) -> Sequence[str]:
            wanted = current.casefold()
            for article in archive.articles():
                title = render.title_of(article)
                name = verbatim.plain_label(f"{title} · {article.date}" if article.date else title, 100)
                if wanted in name.casefold() or wanted in article.id.casefold():
                    found.append(app_commands.Choice(name=name, value=key_of(article.id, article.sha256)))
                if len(found) == 25:
                    break
            return ()

        await suggestions(self.bot, server_of(interaction), matching)
        return found[:25]

    @app_commands.command(description="Build the index of this server anew")
    async def reindex(self, interaction: discord.Interaction[OnRecord]) -> None:
        """Build the next generation of the index and serve it; report on the way."""
        server = server_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        report = _Report(interaction)
        await report.say("Indexing the articles of this server anew …")
        worker = self.bot.worker

        def working(archive: Archive) -> str:
            def progress(done: int, total: int) -> None:
                report.progress(done, total)
                worker.serve_waiting()

            archive.reindex(progress=progress)
            archive.promote()
            status = archive.status()
            return f"{render.counted(status.articles, 'article')}, {render.counted(status.passages, 'passage')}"

        done = await worker.call(server, working, changes=True)
        await report.end(f"Done: {done} are indexed anew and in use.")

    @app_commands.command(description="What this server has on record")
    async def status(self, interaction: discord.Interaction[OnRecord]) -> None:
        """Say how much is on record, and with which model."""
        server = server_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        status = await self.bot.worker.call(server, lambda archive: archive.status())
        lines = [
            f"**{render.counted(status.articles, 'article')}** on record on this server",
            f"{render.counted(status.passages, 'passage')}, {render.counted(status.attributions, 'sourced claim')}",
            f"Index generation {status.generation}, model {verbatim.label(status.model, 80)}, "
            f"{status.bytes / 2**20:,.1f} MB on disk",
        ]
        await interaction.followup.send(view=render.note("\n".join(lines)), ephemeral=True)

    @app_commands.command(description="What members reported as wrong, and what to do about it")
    async def feedback(self, interaction: discord.Interaction[OnRecord]) -> None:
        """Show the first report."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        view = await feedback.shown(self.bot, server_of(interaction))
        await interaction.followup.send(view=view, ephemeral=True)

    @app_commands.command(name="gaps", description="What members asked and nothing on record answers")
    async def gaps_(self, interaction: discord.Interaction[OnRecord]) -> None:
        """Show the first page of the gaps."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(view=await gaps.listed(self.bot, server_of(interaction)), ephemeral=True)

    @app_commands.command(description="Post once a week what nothing on record answers; without a channel: no more")
    @app_commands.describe(channel="Where it is posted")
    async def digest(
        self, interaction: discord.Interaction[OnRecord], channel: discord.TextChannel | None = None
    ) -> None:
        """Turn the weekly message on or off."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(view=await gaps.set_digest(interaction, channel), ephemeral=True)


class Paste(ui.Modal, title="Add an article"):
    """The window in which an article is pasted."""

    def __init__(self, cog: Articles, given: Given) -> None:
        super().__init__(timeout=1800)
        self._cog = cog
        self._given = given
        self._title: ui.TextInput[Any] = ui.TextInput(max_length=300, required=False, default=given.title)
        self._outlet: ui.TextInput[Any] = ui.TextInput(max_length=100, required=False, default=given.outlet)
        self._date: ui.TextInput[Any] = ui.TextInput(
            max_length=30, required=False, default=given.date, placeholder="2023-10-13"
        )
        self._url: ui.TextInput[Any] = ui.TextInput(max_length=2000, required=False, default=given.url)
        self._text: ui.TextInput[Any] = ui.TextInput(style=discord.TextStyle.paragraph, max_length=4000, min_length=1)
        self.add_item(ui.Label(text="Text", component=self._text, description="Longer ones: /articles add with a file"))
        self.add_item(ui.Label(text="Title", component=self._title))
        self.add_item(ui.Label(text="Outlet", component=self._outlet))
        self.add_item(ui.Label(text="Day", component=self._date))
        self.add_item(ui.Label(text="Address", component=self._url, description="For the link to the source"))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Add what was pasted."""
        await self._cog.interaction_check(interaction)
        title, outlet, day, url = (
            field.value.strip() or None for field in (self._title, self._outlet, self._date, self._url)
        )
        given = _given(title, outlet, ", ".join(self._given.authors), day, url)
        if isinstance(given, str):
            await failures.say(interaction, given)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        data = self._text.value.encode("utf-8", "surrogatepass")
        await self._cog.add_drafts(interaction, lambda: list(read_bytes(data, "pasted.txt", given)))

    async def on_error(  # type: ignore[override]  # a modal has no item that could have failed
        self, interaction: discord.Interaction[Any], error: Exception, /
    ) -> None:
        """One sentence for the person, the story for the operator."""
        await failures.tell(interaction, error)


class ListButton(LastingButton, template=render.LIST_ID):
    """Turns a page of the list of articles."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show that page, to whoever may still see it."""
        if not may_curate(interaction, interaction.client.config.bot.curator_role):
            await failures.say(interaction, REFUSED)
            return
        await interaction.response.defer()
        try:
            view = await _page(interaction, int(self.says["page"]))
        except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
            await failures.tell(interaction, error)
            return
        await interaction.edit_original_response(view=view)


class _Report:
    """A progress message that is edited, and goes on in the channel when Discord no longer lets it be edited."""

    def __init__(self, interaction: discord.Interaction[OnRecord]) -> None:
        self._interaction = interaction
        self._loop = asyncio.get_running_loop()
        self._last = time.monotonic()
        self._edits: set[asyncio.Task[None]] = set()

    async def say(self, words: str) -> None:
        await self._interaction.edit_original_response(content=words)

    def progress(self, done: int, total: int) -> None:
        """Called on the archives' thread."""
        now = time.monotonic()
        if now - self._last >= PROGRESS_SECONDS and 0 < done < total:
            self._last = now
            self._loop.call_soon_threadsafe(self._edit, f"Indexing: {done:,} of {total:,} passages …")

    def _edit(self, words: str) -> None:
        task = self._loop.create_task(self._try_to_say(words))
        self._edits.add(task)
        task.add_done_callback(self._edits.discard)

    async def _try_to_say(self, words: str) -> None:
        try:
            await self.say(words)
        except discord.HTTPException as error:
            log.info("A progress message was not edited: %s", error)

    async def end(self, words: str) -> None:
        for task in list(self._edits):
            await task
        try:
            await self.say(words)
        except discord.HTTPException:
            # The token of an interaction lives for 15 minutes; indexing may take longer.
            channel = self._interaction.channel
            if isinstance(channel, discord.abc.Messageable):
                await channel.send(words)


def _adding(draft: Draft) -> Callable[[Archive], Added]:
    # What a member calls a file is no identity: two articles may come in an article.txt each.
    return lambda archive: archive.add(replace(draft, origin=None))


def _described(added: Added) -> str:
    article = added.article
    counts = f"{render.counted(added.passages, 'passage')}, {render.counted(added.attributions, 'sourced claim')}"
    lines = [
        f"**{_DONE[added.status]}:** {verbatim.escape(render.title_of(article))}",
        render.source_line(article),
        counts,
    ]
    if not (article.title and article.outlet and article.date):
        lines.append("-# Add it again with what is not stated, to have it on its cards.")
    return "\n".join(lines)


def _given(
    title: str | None,
    outlet: str | None,
    author: str | None,
    day: str | None,
    url: str | None,
) -> Given | str:
    """What a moderator says about an article, or the sentence that says what is wrong with it."""
    iso = days.day_of(day, today=datetime.now(UTC).date()) if day else None
    if day and not iso:
        return f"“{verbatim.label(day, 30)}” is not a day I understand; {days.HOW}."
    if url and not _is_address(url):
        return "The address of an article begins with http:// or https://."
    authors = tuple(name.strip() for name in author.split(",") if name.strip()) if author else ()
    return Given(title=title, outlet=outlet, authors=authors, date=iso, url=url)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _chosen(archive: Archive, written: str) -> str:
    """The id of the article that was chosen from the suggestions, or whose id or title was typed instead."""
    articles = archive.articles()
    title = written.casefold()
    for found in (
        [a.id for a in articles if key_of(a.id, a.sha256) == written],
        [a.id for a in articles if a.id == written],
        [a.id for a in articles if a.title is not None and a.title.casefold() == title],
    ):
        if len(found) == 1:
            return found[0]
    raise NoSuchArticle(written)


async def _page(interaction: discord.Interaction[OnRecord], page: int) -> ui.LayoutView:
    server = server_of(interaction)
    articles = await interaction.client.worker.call(server, lambda archive: archive.articles())
    newest_first = sorted(articles, key=lambda article: article.date or "", reverse=True)
    return render.article_page(newest_first, page)
