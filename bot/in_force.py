"""The settings of every server as they are in force, and with them where questions are answered at all.

They are needed before anything is answered, so they are read beside the archive's own thread, which may be at long
work, and again whenever the archive's file has changed, by whomever.
"""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import discord

from bot.localised import text
from bot.permissions import Refused
from index.errors import ArchiveError
from index.server_settings import ServerSettings, read
from index.settings import ServerDefaults

if TYPE_CHECKING:
    from bot.client import OnRecord

log = logging.getLogger(__name__)

ANSWERING = frozenset({"ask", "check", "timeline", "onrecord topic", "Is this on record?"})
"""Commands that are for the channels where questions are answered; others are a matter of whoever uses them."""
NAMED = 5
"""Most channels that are named to somebody who asks elsewhere."""

Stamp = tuple[int, ...]


def stamp(folder: Path) -> Stamp:
    """When the archive in ``folder`` was changed, as far as its files tell; empty where there is none."""
    try:
        files = [folder / "archive.db", *folder.glob("archive.db-wal")]
        return tuple(number for file in files for number in (file.stat().st_mtime_ns, file.stat().st_size))
    except FileNotFoundError:
        return ()


class SettingsOfServers:
    """The settings of every server, as its archive's file has them."""

    def __init__(self, data: Path, defaults: ServerDefaults) -> None:
        self._data = data
        self._defaults = defaults
        self._known: dict[int, tuple[Stamp, ServerSettings]] = {}

    def known(self, server: int) -> ServerSettings:
        """The settings as they were looked at last: by `of`, at the beginning of whatever is being done."""
        known = self._known.get(server)
        return ServerSettings.from_config(self._defaults) if known is None else known[1]

    async def of(self, server: int) -> ServerSettings:
        """The settings as they are now; those of before where the file cannot be read."""
        folder = self._data / str(server)
        now = stamp(folder)
        if self._known.get(server, (None,))[0] != now:
            try:
                found = await asyncio.to_thread(read, folder / "archive.db", self._defaults)
            except ArchiveError as error:
                log.warning("The settings of server %s are used as they were: %s", server, error)
            else:
                self._known[server] = now, found
        return self.known(server)

    def forget(self, server: int) -> None:
        """Read the settings anew the next time, whatever the file's times say."""
        self._known.pop(server, None)


async def answers_in(bot: OnRecord, server: int, channel: Any) -> bool:
    """Whether questions are answered in ``channel``: it, or the channel that a thread belongs to, is allowed."""
    allowed = (await bot.server_settings.of(server)).channels
    if not allowed or channel is None or channel.id in allowed:
        return True
    if isinstance(channel, discord.PartialMessageable):  # a thread that Discord has not told about yet
        try:
            channel = await bot.fetch_channel(channel.id)
        except discord.HTTPException as error:
            log.info("Which channel %s belongs to cannot be seen: %s", channel.id, error)
            return False
    return getattr(channel, "parent_id", None) in allowed


async def elsewhere(interaction: discord.Interaction[Any]) -> str | None:
    """Where questions are answered, in a sentence, if it is not where ``interaction`` comes from."""
    if interaction.guild_id is None or await answers_in(interaction.client, interaction.guild_id, interaction.channel):
        return None
    allowed = interaction.client.server_settings.known(interaction.guild_id).channels
    named = ", ".join(f"<#{channel}>" for channel in allowed[:NAMED])
    return text("settings.elsewhere" if len(allowed) <= NAMED else "settings.elsewhere_more", channels=named)


async def admit(interaction: discord.Interaction[Any]) -> None:
    """Have the settings at hand for a command; raises ``Refused`` for one that is not for this channel."""
    if interaction.guild_id is None:
        return
    await interaction.client.server_settings.of(interaction.guild_id)
    command = interaction.command
    if interaction.type is discord.InteractionType.autocomplete or command is None:
        return
    if command.qualified_name in ANSWERING and (sentence := await elsewhere(interaction)):
        raise Refused(sentence)
