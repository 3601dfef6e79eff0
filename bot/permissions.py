"""Who may change the articles of a server. Discord hides the commands from others; here it is checked again."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.localised import ENGLISH, catalogue

REFUSED = catalogue(ENGLISH)["failure.refused"]
"""What somebody who may not change the articles is told, in English; `failures` says it in their language."""


class Refused(app_commands.CheckFailure):
    """Somebody who may not change the articles tried to."""

    def __init__(self) -> None:
        super().__init__(REFUSED)


def may_curate(interaction: discord.Interaction[Any], curator_role: str = "") -> bool:
    """Whether the person may change the articles: *Manage Messages* in this channel, or the role of that name.

    Read from what Discord sent with the interaction; never true outside a server.
    """
    if interaction.guild_id is None:
        return False
    permissions = interaction.permissions
    if permissions.manage_messages or permissions.administrator:
        return True
    if not curator_role or not isinstance(interaction.user, discord.Member):
        return False
    return any(role.name == curator_role and not role.is_default() for role in interaction.user.roles)


def server_of(interaction: discord.Interaction[Any]) -> int:
    """The id of the server an interaction comes from; raises discord.py's ``NoPrivateMessage`` where there is none."""
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    return interaction.guild_id
