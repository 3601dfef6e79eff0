"""The data of a server goes 30 days after it removed the bot; an outage, other archives and other servers are safe."""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from discord_town import FERRY, LIBRARY, Simulated, Town, texts
from filelock import FileLock

from bot import servers
from bot.leaving import KEPT_DAYS, Leaving
from index.archive import Archive
from index.subscriptions import Place
from index.types import Abstention, Reason

pytestmark = pytest.mark.asyncio

BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """A time that is set by hand."""

    def __init__(self) -> None:
        self.time = BEGIN

    def __call__(self) -> datetime:
        return self.time


def leaving(town: Town, clock: Clock) -> Leaving:
    cog: Any = town.bot.get_cog("Leaving")
    cog.now = clock
    return cog


async def used(town: Town, guild: Any = None) -> Path:
    """The folder of a server whose archive the bot has opened."""
    server = (guild or town.guild).id
    await town.bot.worker.call(server, lambda archive: archive.status())
    return town.bot.data / str(server)


async def remove_bot(town: Town, guild: Any) -> None:
    town.env.backend.remove_guild(guild.id)
    await town.env.settle()


async def test_removed_after_thirty_days_and_not_before(simulated: Simulated) -> None:
    """Every file of the server goes, 30 days after it removed the bot; those of the others stay, whatever they are."""
    clock = Clock()
    async with simulated(FERRY) as town:
        other = town.env.create_guild("Elsewhere")
        town.add(LIBRARY, guild=other)
        cog = leaving(town, clock)
        gone, stays = await used(town, other), await used(town)
        with Archive.open(town.bot.data, encoder=town.bot.worker._encoder) as default:
            default.add(FERRY)
        (town.bot.data / "readme.txt").write_text("the operator's own")
        await remove_bot(town, other)
        assert servers.left_at(town.bot.data, other.id) == BEGIN
        assert servers.left_at(town.bot.data, town.guild.id) is None
        clock.time = BEGIN + timedelta(days=KEPT_DAYS) - timedelta(seconds=1)
        await cog.round()
        assert gone.is_dir()
        clock.time = BEGIN + timedelta(days=KEPT_DAYS)
        before = {path for path in town.bot.data.rglob("*") if gone not in (path, *path.parents)}
        await cog.round()
        assert not gone.exists()
        assert set(town.bot.data.rglob("*")) >= before - set(stays.glob("archive.db-*"))
        assert not list(town.bot.data.glob(".*removed"))
        asked = await town.member.slash(town.channel, "ask", question="How much would the ferry repair cost?")
        assert "crowns" in texts(asked.response)


async def test_an_outage_is_no_removal(simulated: Simulated) -> None:
    """A server that Discord cannot reach stays in the list and is never marked, however long that lasts."""
    clock = Clock()
    async with simulated(FERRY) as town:
        folder, cog = await used(town), leaving(town, clock)
        town.env.backend.emit("GUILD_DELETE", {"id": str(town.guild.id), "unavailable": True})
        await town.env.settle()
        assert town.bot.get_guild(town.guild.id).unavailable
        for days in (1, 40, 400):
            clock.time = BEGIN + timedelta(days=days)
            await cog.round()
            assert servers.left_at(town.bot.data, town.guild.id) is None
        assert (folder / "archive.db").is_file()


async def test_coming_back_takes_the_mark_away(simulated: Simulated) -> None:
    """Invited again within the time, a server has everything it had."""
    clock = Clock()
    async with simulated(FERRY) as town:
        await used(town)
        cog = leaving(town, clock)
        await cog.on_guild_remove(town.bot.get_guild(town.guild.id))
        assert servers.left_at(town.bot.data, town.guild.id) == BEGIN
        await cog.on_guild_join(town.bot.get_guild(town.guild.id))
        assert servers.left_at(town.bot.data, town.guild.id) is None
        clock.time = BEGIN + timedelta(days=99)
        await cog.round()
        assert len(await town.bot.worker.call(town.guild.id, lambda archive: archive.articles())) == 1


async def test_removed_or_invited_while_the_bot_was_away(simulated: Simulated) -> None:
    """At a start the list of servers is compared with the folders: some are marked now, of others the mark is taken."""
    clock = Clock()
    async with simulated(FERRY) as town:
        folder, cog = await used(town), leaving(town, clock)
        away = town.bot.data / str(town.guild.id + 1)
        with Archive.open(town.bot.data, away.name, encoder=town.bot.worker._encoder) as archive:
            archive.add(LIBRARY)
        servers.note_used(away)
        servers.mark(town.bot.data, town.guild.id, BEGIN - timedelta(days=99))
        await cog.compare()
        assert servers.left_at(town.bot.data, int(away.name)) == BEGIN
        assert servers.left_at(town.bot.data, town.guild.id) is None
        clock.time = BEGIN + timedelta(days=10)
        await cog.compare()
        assert servers.left_at(town.bot.data, int(away.name)) == BEGIN
        clock.time = BEGIN + timedelta(days=KEPT_DAYS)
        await cog.round()
        assert not away.exists()
        assert folder.is_dir()


async def test_the_start_compares(simulated: Simulated) -> None:
    """Once every shard is ready, without anybody asking for it."""
    async with simulated(FERRY) as town:
        await used(town)
        away = town.bot.data / str(town.guild.id + 1)
        away.mkdir()
        servers.note_used(away)
        await town.restart()
        await town.env.settle()
        assert servers.left_at(town.bot.data, int(away.name)) is not None
        assert servers.left_at(town.bot.data, town.guild.id) is None


async def test_what_another_process_serves_is_not_marked(simulated: Simulated) -> None:
    """Where shards are spread over processes, each knows the servers of its own shards alone."""
    async with simulated() as town:
        cog = leaving(town, Clock())
        away = town.bot.data / str(town.guild.id + 1)
        away.mkdir(parents=True)
        servers.note_used(away)
        town.bot.shard_count = 2
        try:
            ours = (int(away.name) >> 22) % 2 in town.bot.shards
            await cog.compare()
            assert (servers.left_at(town.bot.data, int(away.name)) is not None) is ours
            town.bot.shard_count = 1
            await cog.compare()
            assert servers.left_at(town.bot.data, int(away.name)) is not None
        finally:
            town.bot.shard_count = 1


async def test_discord_itself_is_asked_before_anything_is_removed(simulated: Simulated) -> None:
    """If Discord knows the bot in the server, the mark was wrong; if Discord cannot be asked, another day."""
    clock = Clock()
    async with simulated(FERRY) as town:
        folder, cog = await used(town), leaving(town, clock)
        servers.mark(town.bot.data, town.guild.id, BEGIN - timedelta(days=99))
        assert not await cog._removed(town.guild.id)
        assert servers.left_at(town.bot.data, town.guild.id) is None
        servers.mark(town.bot.data, town.guild.id, BEGIN - timedelta(days=99))
        town.env.inject_error("GET", f"/guilds/{town.guild.id}", status=500)
        assert not await cog._removed(town.guild.id)
        assert servers.left_at(town.bot.data, town.guild.id) is not None
        assert folder.is_dir()


async def test_archives_of_the_command_line_are_never_touched(simulated: Simulated, tmp_path: Path) -> None:
    """Whatever its name, an archive that the bot never used gets no mark, even if somebody gives it one by mistake."""
    clock = Clock()
    async with simulated() as town:
        cog = leaving(town, clock)
        outside = tmp_path / "outside"
        names = ("default", "2024", "123456789012345678", "news", "77x")
        for name in names:
            with Archive.open(town.bot.data, name, encoder=town.bot.worker._encoder) as archive:
                archive.add(FERRY)
        outside.mkdir()
        servers.note_used(outside)
        os.symlink(outside, town.bot.data / "99")
        for name in ("default", "news", "77x", "99"):
            servers._write(town.bot.data / name, BEGIN - timedelta(days=400))
        clock.time = BEGIN + timedelta(days=400)
        await cog.round()
        assert all((town.bot.data / name / "archive.db").is_file() for name in names)
        assert (outside / servers.MARK).is_file()
        for server in (2024, 99, 5):
            with pytest.raises(ValueError, match="has no folder here"):
                servers.remove(town.bot.data, server)


async def test_not_while_another_process_is_at_it(simulated: Simulated, caplog: Any) -> None:
    """An archive that is being changed goes another day."""
    clock = Clock()
    async with simulated(FERRY) as town:
        other = town.env.create_guild("Elsewhere")
        town.add(LIBRARY, guild=other)
        folder, cog = await used(town, other), leaving(town, clock)
        await remove_bot(town, other)
        clock.time = BEGIN + timedelta(days=KEPT_DAYS)
        with FileLock(folder / "lock"):
            await cog.round()
            assert (folder / "archive.db").is_file()
        assert "goes another day" in caplog.text
        await cog.round()
        assert not folder.exists()


async def test_killed_while_removing(simulated: Simulated) -> None:
    """A folder that was renamed and not yet removed goes the next day; nobody opens it meanwhile."""
    async with simulated(FERRY) as town:
        cog = leaving(town, Clock())
        half = town.bot.data / ".123456789012345678.removed"
        half.mkdir()
        (half / "archive.db").write_bytes(b"x")
        assert 123456789012345678 not in list(servers.servers(town.bot.data))
        await cog.round()
        assert not half.exists()


async def test_a_mark_that_cannot_be_read_removes_nothing(simulated: Simulated, caplog: Any) -> None:
    """A broken file counts as a server that is there, and the operator is told."""
    clock = Clock()
    async with simulated(FERRY) as town:
        folder, cog = await used(town), leaving(town, clock)
        for broken in ("", "[]", '{"left": 5}', '{"left": "yesterday"}'):
            (folder / servers.MARK).write_text(broken)
            clock.time = BEGIN + timedelta(days=400)
            await cog.round()
            assert (folder / "archive.db").is_file()
        assert "counts as not left" in caplog.text


async def test_each_day_what_was_kept_long_enough_is_forgotten(simulated: Simulated, caplog: Any) -> None:
    """The daily round forgets in every server, and one that cannot be opened keeps none of the others waiting."""
    caplog.set_level(logging.WARNING)
    async with simulated(FERRY) as town:
        broken = town.bot.data / "5"
        broken.mkdir()
        (broken / "archive.db").write_bytes(b"no database" * 500)
        servers.note_used(broken)
        silence = Abstention("Who?", "Who?", Reason.NOT_COVERED, 0.1)

        def waits(archive: Archive) -> None:
            archive.server_settings.set(by="1", retention_days=1)
            archive.subscriptions.add(archive.offer_to_tell(silence, "m"), 7, Place(5, 6, private=False))
            archive.offer_to_tell(Abstention("What?", "What?", Reason.NOT_COVERED, 0.1), "m")
            archive._store._db.execute("UPDATE wanted SET at = '2020-01-01T00:00:00+00:00'")

        await town.bot.worker.call(town.guild.id, waits)
        await leaving(town, Clock()).round()
        kept = await town.bot.worker.call(
            town.guild.id, lambda archive: archive._store._db.execute("SELECT question FROM wanted").fetchall()
        )
        assert kept == [("Who?",)]
        assert "stays another day in server 5" in caplog.text
