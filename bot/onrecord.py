"""``/onrecord``: what members may ask for beside a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot import ask, failures, posted, subscriptions, topics
from bot.permissions import server_of
from index.cards import Kind

if TYPE_CHECKING:
    from bot.client import OnRecord


@app_commands.guild_only()
class Members(commands.GroupCog, name="onrecord", description="Who is on record, and what you asked to be told"):
    """The commands of the group."""

    def __init__(self, bot: OnRecord) -> None:
        self.bot = bot
        super().__init__()

    @app_commands.command(description="Who is on record about a subject: the best quotation of each speaker")
    @app_commands.describe(
        subject="What it is about",
        outlet="Only from this outlet",
        since="Only articles from this day on, like 2023-10-13",
        until="Only articles up to this day, like 2023-10-13",
    )
    async def topic(
        self,
        interaction: discord.Interaction[OnRecord],
        subject: app_commands.Range[str, 1, topics.LONGEST_SUBJECT],
        outlet: app_commands.Range[str, 1, 100] | None = None,
        since: app_commands.Range[str, 1, 30] | None = None,
        until: app_commands.Range[str, 1, 30] | None = None,
    ) -> None:
        """Show one best quotation of each speaker."""
        server = server_of(interaction)
        asked = ask.filters_of(None, outlet, since, until, interaction.created_at.date())
        if (filters := await ask.admitted(self.bot, interaction, asked)) is None:
            return
        await interaction.response.defer(thinking=True)
        interaction.extras[failures.PUBLIC] = True
        with self.bot.answering():
            today = interaction.created_at.date()
            view = await topics.shown(self.bot, server, " ".join(subject.split()), filters, today=today)
            sent = await interaction.followup.send(view=view, wait=True)
        await posted.note(self.bot, server, sent, view, Kind.TOPIC)

    @topic.autocomplete("outlet")
    async def _outlets(
        self, interaction: discord.Interaction[OnRecord], current: str
    ) -> list[app_commands.Choice[str]]:
        return await ask.suggested(interaction, lambda archive: archive.outlets(current, 25))

    @app_commands.command(description="The questions you asked to be told about, and how to stop it")
    async def subscriptions(self, interaction: discord.Interaction[OnRecord]) -> None:
        """List what a member waits for, to that member alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await subscriptions.waited_for(interaction)
        await interaction.followup.send(view=subscriptions.listed(found), ephemeral=True)
