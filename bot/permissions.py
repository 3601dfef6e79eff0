"""Who may change the articles of a server. Discord hides the commands from others; here it is checked again."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.localised import ENGLISH, catalogue

REFUSED = catalogue(ENGLISH)["failure.refused"]
"""What somebody who may not change the articles is told, in English; `failures` says it in their language."""


class Refused(app_commands.CheckFailure):
    """Somebody tried to do what they may not, or not there; ``sentence`` tells them, else the text under ``key``."""

    def __init__(self, sentence: str = "", *, configuring: bool = False) -> None:
        self.sentence = sentence
        self.key = "failure.not_configuring" if configuring else "failure.refused"
        super().__init__(sentence or catalogue(ENGLISH)[self.key])


def may_configure(interaction: discord.Interaction[Any]) -> bool:
    """Whether the person may change the settings of the server: *Manage Server*, as Discord sent it."""
    if interaction.guild_id is None:
        return False
    return interaction.permissions.manage_guild or interaction.permissions.administrator


def may_curate(interaction: discord.Interaction[Any], curator_role: str = "") -> bool:
    """Whether the person may change the articles: *Manage Messages* in this channel, or the server's curator role.

    That is the role the server chose itself, else one of the name ``curator_role``. Read from what Discord sent with
    the interaction; never true outside a server.
    """
    if interaction.guild_id is None:
        return False
    permissions = interaction.permissions
    if permissions.manage_messages or permissions.administrator:
        return True
    if not isinstance(interaction.user, discord.Member):
        return False
    own = interaction.client.server_settings.known(interaction.guild_id).curator_role
    if own is not None:
        return own != interaction.guild_id and interaction.user.get_role(own) is not None
    return bool(curator_role) and any(
        role.name == curator_role and not role.is_default() for role in interaction.user.roles
    )


def server_of(interaction: discord.Interaction[Any]) -> int:
    """The id of the server an interaction comes from; raises discord.py's ``NoPrivateMessage`` where there is none."""
    if interaction.guild_id is None:
        raise app_commands.NoPrivateMessage
    return interaction.guild_id
