"""``/articles``: moderators add, list, show, edit and remove the articles of their server, and see who changed what.

Discord shows these commands to those who may manage messages; who presses them is checked again here.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import discord
from discord import app_commands, ui

from bot import (
    adding,
    details,
    failures,
    feedback,
    freshness,
    gaps,
    logbook,
    reindexing,
    render,
    shelf,
    transfer,
    verbatim,
)
from bot.ask import suggested, suggestions
from bot.curating import NO_SUCH, CuratorGroup, show_form
from bot.permissions import may_curate, server_of
from index.archive import Archive
from index.sources import Given

if TYPE_CHECKING:
    from bot.client import OnRecord

log = logging.getLogger(__name__)

FILE_LIMIT = 10 * 1024 * 1024
"""Bytes of an attached file; Discord's own limit for most servers."""


@app_commands.guild_only()
@app_commands.default_permissions(manage_messages=True)
class Articles(CuratorGroup, name="articles", description="Keep the articles of this server"):
    """What moderators do with the articles of their own server."""

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
        author: app_commands.Range[str, 1, adding.LONGEST_AUTHOR] | None = None,
        date: app_commands.Range[str, 1, 30] | None = None,
    ) -> None:
        """Add what is at an address, in a file, or in the window that opens without either."""
        fields = {"title": title, "outlet": outlet, "authors": author, "date": date, "url": url if file else None}
        given = details.stated({name: value.strip() for name, value in fields.items() if value})
        if isinstance(given, str):
            await failures.say(interaction, given)
        elif file is not None:
            await self._add_file(interaction, file, given)
        elif url is not None:
            await adding.from_address(interaction, url.strip(), given)
        else:
            await interaction.response.send_modal(adding.paste_form(given))

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
        await adding.from_bytes(interaction, data, name, given, "command")

    @app_commands.command(name="list", description="List the articles of this server")
    @app_commands.describe(
        title="Only those with these words in the title",
        outlet="Only those from this outlet",
        speaker="Only those that quote this person",
        since="Only those from this day on, like 2023-10-13",
        until="Only those up to this day, like 2023-10-13",
    )
    async def list_(
        self,
        interaction: discord.Interaction[OnRecord],
        title: app_commands.Range[str, 1, shelf.LONGEST_WORDS] | None = None,
        outlet: app_commands.Range[str, 1, 100] | None = None,
        speaker: app_commands.Range[str, 1, 100] | None = None,
        since: app_commands.Range[str, 1, 30] | None = None,
        until: app_commands.Range[str, 1, 30] | None = None,
    ) -> None:
        """Show the first page of the articles."""
        wanted = shelf.wanted_of(interaction, title, outlet, speaker, since, until)
        if isinstance(wanted, str):
            await failures.say(interaction, wanted)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        view = await shelf.listed(self.bot, server_of(interaction), wanted)
        await interaction.followup.send(view=view, ephemeral=True)

    @app_commands.command(description="Build the index of this server anew, and decide what becomes of it")
    @app_commands.describe(
        article="Only this article; begin to type its title",
        outlet="Only the articles of this outlet",
        sources="Look at the articles' sources once more: what changed there, and what is gone",
        anew="Read the articles anew even where nothing has changed",
    )
    async def reindex(
        self,
        interaction: discord.Interaction[OnRecord],
        article: app_commands.Range[str, 1, 100] | None = None,
        outlet: app_commands.Range[str, 1, 100] | None = None,
        sources: bool = False,
        anew: bool = False,
    ) -> None:
        """Build the next generation of the index beside the one in use; show what would change."""
        chosen = None
        if article is not None:
            shown = await shelf.of_written(self.bot, server_of(interaction), article)
            if shown is None:
                await failures.say(interaction, NO_SUCH)
                return
            chosen = shown.article.id
        await reindexing.begin(interaction, chosen, outlet, sources=sources, anew=anew)

    @list_.autocomplete("outlet")
    @reindex.autocomplete("outlet")
    async def _outlets(
        self, interaction: discord.Interaction[OnRecord], current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggested(interaction, lambda archive: archive.outlets(current, 25))

    @list_.autocomplete("speaker")
    async def _speakers(
        self, interaction: discord.Interaction[OnRecord], current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggested(interaction, lambda archive: archive.speakers(current, 25))

    @app_commands.command(description="Show an article and what is quoted from it")
    @app_commands.describe(article="Begin to type its title")
    async def show(self, interaction: discord.Interaction[OnRecord], article: app_commands.Range[str, 1, 100]) -> None:
        """Show one article."""
        server = server_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        shown = await shelf.of_written(self.bot, server, article)
        view = render.note(NO_SUCH) if shown is None else await shelf.show(self.bot, server, shown)
        await interaction.followup.send(view=view, ephemeral=True)

    @app_commands.command(description="Change what is said of an article: its title, outlet, authors, day, address")
    @app_commands.describe(article="Begin to type its title")
    async def edit(self, interaction: discord.Interaction[OnRecord], article: app_commands.Range[str, 1, 100]) -> None:
        """Open the form with what is said of it."""

        async def form() -> ui.Modal | str:
            shown = await shelf.of_written(self.bot, server_of(interaction), article)
            return NO_SUCH if shown is None else shelf.edit_form(shown.article)

        await show_form(interaction, form())

    @app_commands.command(description="Remove an article and everything quoted from it")
    @app_commands.describe(article="Begin to type its title")
    async def remove(
        self, interaction: discord.Interaction[OnRecord], article: app_commands.Range[str, 1, 100]
    ) -> None:
        """Ask whether one article is to be removed."""
        server = server_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        shown = await shelf.of_written(self.bot, server, article)
        view = render.note(NO_SUCH) if shown is None else shelf.sure_card(shown)
        await interaction.followup.send(view=view, ephemeral=True)

    @app_commands.command(description="Who changed what, and when; what can be undone")
    async def log(self, interaction: discord.Interaction[OnRecord]) -> None:
        """Show the newest changes."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        view = await logbook.shown(self.bot, server_of(interaction))
        await interaction.followup.send(view=view, ephemeral=True)

    @show.autocomplete("article")
    @reindex.autocomplete("article")
    @edit.autocomplete("article")
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
                    found.append(app_commands.Choice(name=name, value=shelf.key_for(article)))
                if len(found) == 25:
                    break
            return ()

        await suggestions(self.bot, server_of(interaction), matching)
        return found[:25]

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

    @app_commands.command(description="Everything on record here as one file, for a backup or a move")
    async def export(self, interaction: discord.Interaction[OnRecord]) -> None:
        """Send the archive of this server as a file."""
        await transfer.attached(interaction, server_of(interaction))

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

    @app_commands.command(description="Articles whose page is dead, moved or says something else now, and old ones")
    async def stale(self, interaction: discord.Interaction[OnRecord]) -> None:
        """Show the first page of what somebody should look at."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(view=await freshness.page_of(interaction, 0), ephemeral=True)
