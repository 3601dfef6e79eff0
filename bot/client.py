"""The Discord client: what it listens to, what it owns, how it starts and stops."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot import (
    adding,
    calibrating,
    failures,
    feedback,
    feeds,
    freshness,
    gaps,
    in_force,
    leaving,
    localised,
    logbook,
    privacy,
    reindexing,
    server_settings,
    shelf,
    subscriptions,
)
from bot.articles import Articles
from bot.ask import Ask, ContextButton, MoreButton
from bot.card_buttons import ComplaintSelect, FollowUpButton, Forms, ShareButton, WithoutButton, WrongButton
from bot.checking import Checking, ShareVerdictButton
from bot.config import Config
from bot.conversations import Conversations
from bot.corrections import Corrections
from bot.edits import Edits, Posts
from bot.golden import GoldenQuestions, MakeGolden
from bot.limits import Limits
from bot.moderators import UndoButton
from bot.onrecord import Members
from bot.outlets import Outlets
from bot.places import Keys
from bot.polling import Reader
from bot.receipts import ExportSelect, LivePageButton, Receipts, TurnReceiptButton
from bot.timelines import CompareButton, TimelineButton, Timelines
from bot.topics import TopicButton
from bot.translator import Translator
from bot.worker import Worker
from index.encoder import Encoder
from index.errors import ArchiveError
from index.review import Review

log = logging.getLogger(__name__)

HOW_TO_START = (
    "DISCORD_TOKEN is not set: make a bot at https://discord.com/developers/applications, copy its token from the page "
    "“Bot”, and start again with the environment variable DISCORD_TOKEN set to it (`onrecord demo` needs no token)."
)
REFUSED = (
    "Discord does not accept the token in DISCORD_TOKEN: copy it anew from the page “Bot” of your application at "
    "https://discord.com/developers/applications (“Reset Token” makes a new one)."
)
NO_DISCORD = "Discord cannot be reached from here: check the network connection, then start again."

LAST_ANSWERS_SECONDS = 5.0
"""How long stopping waits for answers that are being made: those who run services kill after ten seconds or more."""

_TOKEN = re.compile(r"[\w.=-]+\Z", re.ASCII)
"""Anything else in a header would make the HTTP library quote the token in its complaint."""
_SYNCED = "discord-commands.sha256"


class Tree(app_commands.CommandTree[Any]):
    """The commands; what they raise ends in `failures`."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Speak the language of whoever uses a command; refuse it where the server wants no answers."""
        localised.speak(interaction.locale)
        await in_force.admit(interaction)
        return True

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """One sentence for the person, the story for the operator."""
        if interaction.type is discord.InteractionType.autocomplete:
            log.warning("No suggestions could be made", exc_info=error)
            return
        await failures.tell(interaction, error)


class OnRecord(commands.AutoShardedBot):
    """The bot of any number of servers, each with the archive of its own."""

    def __init__(
        self, config: Config, data: Path, *, encoder: Encoder | None = None, shard_count: int | None = None
    ) -> None:
        # Whether voice would work is nothing an operator of this bot needs to read at each start.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=discord.Intents(guilds=True, guild_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            shard_count=shard_count,
        )
        self.config = config
        self.data = data
        self.worker = Worker(data, config.index, encoder=encoder)
        self.server_settings = in_force.SettingsOfServers(data, config.index.server)
        self.reader = Reader(config.sources)
        self.keys = Keys()
        self.limits = Limits(config.bot.questions_per_minute, config.bot.channel_questions_per_minute)
        self.reindexing: dict[int, reindexing.Job] = {}
        self.reviews: dict[int, Review] = {}
        self._answering = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.posts = Posts(self.worker, data)
        self.conversations = Conversations(config.bot.turns, config.bot.conversation_minutes)

    async def setup_hook(self) -> None:
        """Bring the features in, and tell Discord the commands when they have changed."""
        self.add_dynamic_items(ContextButton, MoreButton)
        self.add_dynamic_items(FollowUpButton, WrongButton, ComplaintSelect, WithoutButton, ShareButton)
        self.add_dynamic_items(ShareVerdictButton, TurnReceiptButton, LivePageButton, ExportSelect)
        self.add_dynamic_items(*reindexing.BUTTONS)
        self.add_dynamic_items(TopicButton, TimelineButton, CompareButton, *subscriptions.BUTTONS)
        self.add_dynamic_items(*server_settings.ITEMS, privacy.PrivacyButton)
        self.add_dynamic_items(*feeds.BUTTONS, *freshness.BUTTONS)
        self.add_dynamic_items(*adding.BUTTONS, *shelf.BUTTONS, *logbook.BUTTONS)
        self.add_dynamic_items(UndoButton, *feedback.BUTTONS, *gaps.BUTTONS, *calibrating.BUTTONS)
        for cog in self.features():
            await self.add_cog(cog)
        await self.tree.set_translator(Translator())
        await self._sync()

    def features(self) -> tuple[commands.Cog, ...]:
        """What the bot does, one cog a feature."""
        asking = Ask(self), Forms(self), Edits(self), Checking(self), Receipts(self)
        curating = Articles(self), adding.Adding(self), shelf.Shelf(), GoldenQuestions(self), MakeGolden(self)
        keeping = feeds.Feeds(self), freshness.Checks(self), Outlets(self), server_settings.ServerSettingsCog(self)
        learning = feedback.FeedbackForms(), gaps.Gaps(self), calibrating.Calibrating(), Corrections(self)
        others = Timelines(self), subscriptions.Subscriptions(self), privacy.Privacy(self), leaving.Leaving(self)
        return *asking, *curating, *keeping, *learning, Members(self), *others

    async def on_message(self, message: discord.Message, /) -> None:
        """Messages are read by `Ask` alone; there are no prefix commands."""

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While a member waits for an answer: `close` lets it be sent first."""
        self._answering += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._answering -= 1
            if not self._answering:
                self._idle.set()

    async def close(self) -> None:
        """Send the answers that are being made, leave Discord, then close the archives."""
        try:
            async with asyncio.timeout(LAST_ANSWERS_SECONDS):
                await self._idle.wait()
        except TimeoutError:
            log.warning("Stopped while %d answers were still being made", self._answering)
        await super().close()
        self.reader.close()
        await self.worker.close()

    async def _sync(self) -> None:
        translator = Translator()
        payload = [await command.get_translated_payload(self.tree, translator) for command in self.tree.get_commands()]
        written = json.dumps([self.application_id, payload], sort_keys=True)
        digest = hashlib.sha256(written.encode()).hexdigest()
        kept = self.data / _SYNCED
        # Discord limits how often commands are registered, and lets them disappear for a moment each time.
        if kept.is_file() and kept.read_text(encoding="ascii", errors="replace").strip() == digest:
            return
        await self.tree.sync()
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(digest, encoding="ascii")


def run_bot(config: Config, data: Path) -> int:
    """Run the bot until it is told to stop (SIGTERM, SIGINT): 0; or 1, with one sentence, when it could not start.

    The token is read from ``DISCORD_TOKEN`` and never written anywhere.
    """
    token = os.environ.get("DISCORD_TOKEN", "").strip()
    if not token:
        return _failed(HOW_TO_START)
    if not _TOKEN.match(token):
        return _failed(REFUSED)
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("bot", "discord"):
        logging.getLogger(name).setLevel(logging.INFO)
    try:
        asyncio.run(_serve(OnRecord(config, data), token))
    except discord.LoginFailure:
        return _failed(REFUSED)
    except (aiohttp.ClientConnectionError, TimeoutError):
        return _failed(NO_DISCORD)
    except KeyboardInterrupt:
        pass
    return 0


async def _serve(bot: OnRecord, token: str) -> None:
    loop = asyncio.get_running_loop()
    stopping: list[asyncio.Task[None]] = []
    if sys.platform != "win32":
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signal_, lambda: stopping.append(loop.create_task(bot.close())))
    async with bot:
        warming = loop.create_task(_warm(bot))
        await bot.start(token)
        for task in (warming, *stopping):
            await task


async def _warm(bot: OnRecord) -> None:
    """Load the model while Discord is being connected to, so that the first question does not wait for it."""
    try:
        await bot.worker.warm()
    except ArchiveError as error:
        log.error("%s", error)


def _failed(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1
