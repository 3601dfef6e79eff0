"""What is kept of a server is removed when the bot has not been there for a while; and each day what is due to go.

Discord tells of a removal, and of an outage in another way: a server that cannot be reached stays in the bot's list. A
removal while the bot was not running is seen at the next start, by comparing the list with the folders.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import discord
from discord.ext import commands, tasks

from bot import servers
from index.errors import ArchiveError

if TYPE_CHECKING:
    from bot.client import OnRecord

log = logging.getLogger(__name__)

KEPT_DAYS = 30
"""Days after the removal of the bot for which everything is kept, in case it was a mistake."""
EVERY_HOURS = 24


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Leaving(commands.Cog):
    """Marks the servers that removed the bot, and removes their data when the mark is old enough."""

    def __init__(self, bot: OnRecord, now: Callable[[], datetime] = utc_now) -> None:
        self.bot = bot
        self.now = now

    async def cog_unload(self) -> None:
        """Look no more."""
        self._daily.cancel()

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed from a server, or the server is gone; discord.py tells of no outage in this way."""
        await self._mark(guild.id, self.now())

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """The bot came, perhaps back."""
        await self._mark(guild.id, None)

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Every shard knows its servers now; after the first time, it is looked each day."""
        if self._daily.is_running():
            await self.compare()
        else:
            self._daily.start()

    @tasks.loop(hours=EVERY_HOURS)
    async def _daily(self) -> None:
        try:
            await self.round()
        except Exception as error:  # the next day may do better, and nobody waits for this one
            log.error("What is due to go could not be removed", exc_info=error)

    async def round(self) -> None:
        """What is done each day: compare, forget what was kept long enough, remove what was left long enough ago."""
        await self.compare()
        for server in await asyncio.to_thread(lambda: list(servers.servers(self.bot.data))):
            try:
                if not await self._removed(server):
                    await self.bot.worker.call(server, lambda archive: archive.forget_old(), changes=True)
            except (ArchiveError, OSError) as error:
                log.warning("What is due to go stays another day in server %s: %s", server, error)
        await asyncio.to_thread(servers.finish_removing, self.bot.data)

    async def compare(self) -> None:
        """Mark the servers that have a folder here and do not have the bot, and take back the marks of the others."""
        there = {guild.id for guild in self.bot.guilds}  # with those that cannot be reached just now
        for server in await asyncio.to_thread(lambda: list(servers.servers(self.bot.data))):
            left = await asyncio.to_thread(servers.left_at, self.bot.data, server)
            if server in there and left is not None:
                await self._mark(server, None)
            elif server not in there and left is None and self._is_ours(server):
                await self._mark(server, self.now())

    def _is_ours(self, server: int) -> bool:
        """Whether a shard of this process would know of the server; another process may have the other shards."""
        count = self.bot.shard_count or 1
        return (server >> 22) % count in self.bot.shards

    async def _mark(self, server: int, left: datetime | None) -> None:
        await asyncio.to_thread(servers.mark, self.bot.data, server, left)
        if left is not None and server in await asyncio.to_thread(lambda: list(servers.servers(self.bot.data))):
            log.info("Server %s does not have the bot any more; its data goes in %d days", server, KEPT_DAYS)

    async def _removed(self, server: int) -> bool:
        """Remove the data of a server that was left long enough ago; whether it was."""
        left = await asyncio.to_thread(servers.left_at, self.bot.data, server)
        if left is None or self.now() - left < timedelta(days=KEPT_DAYS) or await self._is_there(server):
            return False
        if not await self.bot.worker.drop(server, lambda: servers.remove(self.bot.data, server)):
            log.warning("Server %s goes another day: a process is changing its archive", server)
            return True
        self.bot.server_settings.forget(server)
        log.info("The data of server %s was removed, %d days after it removed the bot", server, KEPT_DAYS)
        return True

    async def _is_there(self, server: int) -> bool:
        """Whether Discord itself says that the bot is in the server, or cannot be asked: what is removed is gone."""
        try:
            await self.bot.fetch_guild(server, with_counts=False)
        except (discord.NotFound, discord.Forbidden):
            return False
        except discord.HTTPException as error:
            log.warning("Whether server %s has the bot could not be asked: %s", server, error)
            return True
        await self._mark(server, None)
        return True
