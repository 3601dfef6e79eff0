"""``/outlets``: moderators say what an outlet allows to be done with its words; every card keeps to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot import ask, failures, render, verbatim
from bot.curating import CuratorGroup
from bot.outlet_command import changed, described
from bot.permissions import may_curate, server_of
from index.archive import Archive
from index.errors import ArchiveError
from index.outlets import LONGEST_LICENCE, MOST_WORDS, Outlet
from index.types import Terms

if TYPE_CHECKING:
    from bot.client import OnRecord


@app_commands.guild_only()
@app_commands.default_permissions(manage_messages=True)
class Outlets(CuratorGroup, name="outlets", description="What outlets allow to be done with their words"):
    """The commands of the group."""

    @app_commands.command(name="set", description="Say how much of an outlet a card may quote, and its licence")
    @app_commands.describe(
        outlet="The outlet",
        words="Most words of one article that one card may quote",
        licence="What is to be named with its words, like CC BY 4.0",
    )
    async def set_(
        self,
        interaction: discord.Interaction[OnRecord],
        outlet: app_commands.Range[str, 1, 100],
        words: app_commands.Range[int, 0, MOST_WORDS] | None = None,
        licence: app_commands.Range[str, 1, LONGEST_LICENCE] | None = None,
    ) -> None:
        """Change what is given; what is not stays as it was."""
        await self._change(interaction, outlet, words, licence)

    @app_commands.command(description="Take back what was said of an outlet: all may be quoted, no licence is named")
    @app_commands.describe(outlet="The outlet")
    async def clear(self, interaction: discord.Interaction[OnRecord], outlet: app_commands.Range[str, 1, 100]) -> None:
        """Forget the cap and the licence."""
        await self._change(interaction, outlet, "any", "")

    async def _change(
        self, interaction: discord.Interaction[OnRecord], outlet: str, words: int | str | None, licence: str | None
    ) -> None:
        server, by = server_of(interaction), str(interaction.user.id)
        await interaction.response.defer(ephemeral=True, thinking=True)

        def change(archive: Archive) -> Terms:
            terms = changed(archive.terms.get(outlet), words, licence)
            archive.terms.set(outlet, terms, by=by)
            return terms

        try:
            terms = await self.bot.worker.call(server, change, changes=True)
        except ArchiveError as error:
            await failures.tell(interaction, error)
            return
        line = verbatim.escape(described(Outlet(verbatim.plain_label(outlet, 100), terms)))
        await interaction.followup.send(view=render.note(line), ephemeral=True)

    @app_commands.command(name="list", description="List the outlets of which something is said")
    async def list_(self, interaction: discord.Interaction[OnRecord]) -> None:
        """Show what every outlet allows."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await self.bot.worker.call(server_of(interaction), lambda archive: archive.terms.list())
        lines = [verbatim.label(described(outlet), 350) for outlet in found]
        nothing = "Nothing is said of any outlet: all words may be quoted, and no licence is named."
        await interaction.followup.send(view=render.report(lines or [nothing]), ephemeral=True)

    @set_.autocomplete("outlet")
    @clear.autocomplete("outlet")
    async def _outlets(
        self, interaction: discord.Interaction[OnRecord], current: str
    ) -> list[app_commands.Choice[str]]:
        # Suggestions pass by the check of the commands.
        if not may_curate(interaction, self.bot.config.bot.curator_role):
            return []
        return await ask.suggested(interaction, lambda archive: archive.outlets(current, 25))
