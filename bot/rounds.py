"""Features that look at every server now and then, on their own: the loop they share."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from discord.ext import commands, tasks

if TYPE_CHECKING:
    from bot.client import OnRecord

log = logging.getLogger(__name__)


class Rounds(commands.Cog):
    """Makes a round each ``every`` seconds for as long as the feature is there; one that fails does not end them."""

    every: ClassVar[float]
    bot: OnRecord
    _rounds: tasks.Loop[Any]

    async def cog_load(self) -> None:
        """Begin to look."""
        self._rounds = tasks.loop(seconds=self.every)(self._try)
        self._rounds.start()

    async def cog_unload(self) -> None:
        """Look no more."""
        self._rounds.cancel()

    async def _try(self) -> None:
        try:
            await self.round()
        except Exception as error:  # the next look may do better, and nobody waits for this one
            log.error("A round of %s failed", self.qualified_name, exc_info=error)

    async def round(self) -> None:
        """One look at every server."""
        raise NotImplementedError


def due(bot: OnRecord, times: dict[int, datetime], now: datetime) -> list[int]:
    """The servers whose time has come, by when each is to be looked at next; one without an archive is never opened."""
    return [guild.id for guild in bot.guilds if (bot.data / str(guild.id)).is_dir() and now >= times.get(guild.id, now)]
