"""What is in the menu of every message: discord.py finds commands in a cog, but not these."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import discord
from discord import app_commands
from discord.ext import commands

if TYPE_CHECKING:
    from bot.client import OnRecord


class WithMenu(commands.Cog):
    """A feature with one entry in the menu of a message, which is there as long as the feature is."""

    menu_name: ClassVar[str]

    def __init__(self, bot: OnRecord) -> None:
        self.bot = bot
        self.menu = app_commands.guild_only()(app_commands.ContextMenu(name=self.menu_name, callback=self.of_message))

    async def of_message(self, interaction: discord.Interaction[OnRecord], message: discord.Message) -> None:
        """Called with the message whose menu was used."""
        raise NotImplementedError

    async def cog_load(self) -> None:
        """Add the entry."""
        self.bot.tree.add_command(self.menu)

    async def cog_unload(self) -> None:
        """Take it back."""
        self.bot.tree.remove_command(self.menu.name, type=self.menu.type)
