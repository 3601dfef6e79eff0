"""``onrecord demo``: the same bot, with a few articles, in a local page that looks like Discord. Needs no token."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import discord

from bot.client import OnRecord
from bot.config import Config
from bot.trial import QUESTIONS, add_sample
from index.archive import Archive
from index.encoder import Encoder
from index.errors import SourceError
from index.sources import read

MISSING = "The demo needs one more package: run `pip install 'onrecord[demo]'`, then `onrecord demo` again."
NAME = "onrecord"
"""What the bot is called there."""
TO_TRY = """\
Type / in its message box for every command; “Viewing as” changes who you are. For example:
  /ask question: How much will the harbour bridge cost?       two figures on record, and who says each
  @onrecord Will the bridge have a cycle lane?                silence, with the reason
  /check text: The new harbour bridge will cost 25 million crowns
  /onrecord topic subject: the harbour bridge                 who is on record about it
  /timeline speaker: Ingrid Dahl                              what changed from one day to another
  /receipt                                                    the proof of the newest answer
What a message's own menu does in Discord, the page does not offer: /check and /receipt do the same.
Ctrl+C ends it.
"""
"""What the page itself does not say."""
SETTLE_SECONDS = 120.0
"""How long the simulated Discord waits for the bot: a slow machine may need a while for an article."""


@dataclass(frozen=True)
class Stage:
    """The simulated Discord of the demo, with the sample article on record."""

    env: Any
    bot: OnRecord
    guild: Any
    channel: Any
    moderator: Any
    """May manage messages, and with them the articles."""
    member: Any


def run_demo(config: Config, *, port: int) -> int:
    """Serve the page on ``port`` of this machine until it is ended; 0, or 1 with one sentence when it cannot start."""
    try:
        import simcord
        from simcord import preview  # noqa: F401  # has requirements of its own
    except ImportError:
        return _failed(MISSING)
    try:
        asyncio.run(_serve(config, port))
    except simcord.SetupError as error:
        return _failed(
            MISSING if "install" in str(error) else f"The page cannot be served: {error}; choose another --port."
        )
    except KeyboardInterrupt:
        pass
    return 0


async def _serve(config: Config, port: int) -> None:
    closing: list[asyncio.Task[None]] = []
    async with (
        staged(config) as stage,
        stage.env.preview(
            stage.channel, viewers=[stage.moderator, stage.member], layout="channel", port=port
        ) as preview,
    ):
        # The simulated Discord begins on a day of its own, and articles would be as old as they were then.
        for person in (stage.moderator, stage.member):
            writing_mentions(person, stage.bot)
        stage.env.backend.advance_clock((datetime.now(UTC) - stage.env.now()).total_seconds())
        await stage.bot.worker.call(stage.guild.id, lambda archive: add_more(archive, config), changes=True)
        await stage.moderator.slash(stage.channel, "ask", question=QUESTIONS[0])
        await preview.refresh()
        sys.stdout.write(f"Open this page: {preview.url}\n{TO_TRY}")
        sys.stdout.flush()
        if sys.platform != "win32":
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTERM, lambda: closing.append(loop.create_task(preview.close())))
        await preview.wait_closed()


@asynccontextmanager
async def staged(config: Config, *, encoder: Encoder | None = None) -> AsyncIterator[Stage]:
    """The bot in a simulated Discord with one server, and the sample article in an archive that is gone afterwards."""
    import simcord

    with tempfile.TemporaryDirectory(prefix="onrecord-") as folder:
        bot = OnRecord(config, Path(folder), encoder=encoder, shard_count=1)
        async with simcord.run(bot, check_errors=False, settle_timeout=SETTLE_SECONDS) as env:
            env.backend.bot_user.name = NAME
            guild = env.create_guild("The newsroom")
            channel = guild.create_text_channel("ask-the-record")
            role = guild.create_role("Moderators", permissions=discord.Permissions(manage_messages=True))
            moderator = guild.add_member(env.create_user("mona", global_name="Mona, moderator"), roles=[role])
            member = guild.add_member(env.create_user("alice", global_name="Alice, member"))
            await bot.worker.call(guild.id, lambda archive: add_sample(archive, config), changes=True)
            yield Stage(env, bot, guild, channel, moderator, member)


def writing_mentions(person: Any, bot: OnRecord) -> None:
    """From here on, the bot's name after an @ is sent as a mention, which the message box of the page does not do."""
    send = person.send

    async def sent(channel: Any, content: str = "", **rest: Any) -> Any:
        me = bot.user
        return await send(channel, content if me is None else content.replace(f"@{NAME}", me.mention), **rest)

    person.send = sent


def add_more(archive: Archive, config: Config) -> None:
    """Add invented articles about one matter: several voices and outlets, figures that change, a story told twice."""
    for file in sorted(files("bot").joinpath("sample", "demo").iterdir(), key=lambda each: each.name):
        with as_file(file) as article:
            for draft in read(str(article), settings=config.sources):
                if isinstance(draft, SourceError):
                    raise draft
                archive.add(draft)


def _failed(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1
