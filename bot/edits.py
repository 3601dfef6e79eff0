"""An answer follows its question for a day: edited, it is answered anew; deleted, the answer goes too.

Discord tells about every edit and deletion without the privileged intent, but gives the words only of messages that
mention the bot, which is all that is needed: a question that no longer does was taken back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import discord
from discord.ext import commands

from bot import cards, failures, posted
from bot.ask import answered, asked_by, before_message, reply_to, thread_of
from bot.conversations import Earlier, Said, what_is
from bot.in_force import answers_in
from bot.localised import text
from bot.menus import WithMenu
from bot.permissions import may_curate
from bot.worker import Worker
from index.errors import ArchiveError
from index.posts import Post, digest

log = logging.getLogger(__name__)


class Posts:
    """Which answer belongs to which question, by server: kept by its archive, and in memory once it is needed."""

    def __init__(self, worker: Worker, data: Path) -> None:
        self._worker = worker
        self._data = data
        self._known: dict[int, dict[int, Post]] = {}
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, question: int) -> AsyncIterator[None]:
        """One after the other: what is done about one question."""
        lock = self._turns.get(question) or asyncio.Lock()
        self._turns[question] = lock
        async with lock:
            yield

    async def of(self, server: int, question: int) -> Post | None:
        """The answer to a question of the last day."""
        post = (await self._of(server)).get(question)
        return None if post is None or post.over(datetime.now(UTC)) else post

    async def note(self, server: int, question: int, answer: int, channel: int, asked: str) -> None:
        """Keep that message ``answer`` answers message ``question``; without it the answer merely stays as it is."""
        now = datetime.now(UTC)
        post = Post(question, answer, channel, digest(asked), now.isoformat(timespec="seconds"))
        known = await self._of(server)
        for old in [old for old in known.values() if old.over(now)]:
            del known[old.question]
        known[question] = post
        try:
            await self._worker.call(server, lambda archive: archive.note_post(post))
        except ArchiveError as error:
            log.warning("An answer will not follow its question after a restart: %s", error)

    async def forget(self, server: int, question: int) -> None:
        """Forget the answer to a question."""
        (await self._of(server)).pop(question, None)
        try:
            await self._worker.call(server, lambda archive: archive.forget_post(question))
        except ArchiveError as error:
            log.warning("What is kept of an answer stays until its day is over: %s", error)

    async def _of(self, server: int) -> dict[int, Post]:
        if server in self._known:
            return self._known[server]
        # An archive is not made for a server that never asked, only because a message is edited there.
        posts: tuple[Post, ...] = ()
        if (self._data / str(server)).is_dir():
            try:
                posts = await self._worker.call(server, lambda archive: archive.posts())
            except ArchiveError as error:
                log.warning("Which answers belong to which questions cannot be read: %s", error)
        return self._known.setdefault(server, {post.question: post for post in posts})


class Edits(WithMenu):
    """Follows the messages that were answered, and deletes an answer for those who may."""

    menu_name = "Delete this answer"

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """A question that was answered asks something else now, or nothing."""
        server = payload.guild_id
        # A link preview that is added to a message comes without its words, or with the same ones.
        if server is None or "content" not in payload.data:
            return
        async with self.bot.posts.turn(payload.message_id):
            if (post := await self.bot.posts.of(server, payload.message_id)) is not None:
                await self._guarded(self._edited(server, post, payload.message))

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A question was deleted."""
        await self._gone(payload.guild_id, payload.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Many messages were deleted at once."""
        for message in payload.message_ids:
            await self._gone(payload.guild_id, message)

    async def _gone(self, server: int | None, question: int) -> None:
        if server is None:
            return
        async with self.bot.posts.turn(question):
            if (post := await self.bot.posts.of(server, question)) is not None:
                await self._guarded(self._taken_back(server, post))

    async def _guarded(self, work: Any) -> None:
        try:
            await work
        except discord.HTTPException as error:
            log.warning("An answer could not follow its question: %s", error)
        except Exception as error:  # noqa: BLE001  # the one place where surprises of an edit end; logged there
            failures.sentence(error)

    async def _edited(self, server: int, post: Post, message: discord.Message) -> None:
        bot, me = self.bot, self.bot.user
        if me is None:
            return
        asked = asked_by(message, me.id)
        if not any(user.id == me.id for user in message.mentions) or what_is(asked.question) is not Said.QUESTION:
            await self._taken_back(server, post)
            return
        if digest(asked.turn) == post.asked or not await answers_in(bot, server, message.channel):
            return
        if refusal := bot.limits.count(server, message.author.id, post.channel):
            if refusal.first:
                await reply_to(message, content=refusal.sentence)
            return
        turns = bot.conversations.before(server, post.answer)
        remembered = bool(turns) and digest(turns[-1]) == post.asked
        earlier = await before_message(bot, server, message, me.id)
        before = turns[:-1] if remembered else earlier.questions
        with bot.answering():
            found = await answered(
                bot, server, asked.question, Earlier((*before, *asked.leading), earlier.filters), message.created_at,
                asker=message.author.id,
            )  # fmt: skip
            try:
                sent = await self._answer(server, post).edit(view=found.view)
            except discord.NotFound:
                await bot.posts.forget(server, post.question)
                return
        await posted.note(bot, server, sent, found.view)
        if remembered and (thread := thread_of(message.channel)) is not None:
            bot.conversations.replace(server, thread, turns[-1], asked.turn)
        bot.conversations.remember(server, post.answer, before, asked.turn, found.filters)
        await bot.posts.note(server, post.question, post.answer, post.channel, asked.turn)

    async def _taken_back(self, server: int, post: Post) -> None:
        await self.bot.posts.forget(server, post.question)
        turns = self.bot.conversations.before(server, post.answer)
        if turns and digest(turns[-1]) == post.asked:
            self.bot.conversations.replace(server, post.channel, turns[-1], None)
        try:
            await self._answer(server, post).delete()
        except discord.NotFound:
            log.debug("The answer %s was gone already", post.answer)

    def _answer(self, server: int, post: Post) -> discord.PartialMessage:
        return self.bot.get_partial_messageable(post.channel, guild_id=server).get_partial_message(post.answer)

    async def of_message(self, interaction: discord.Interaction[Any], message: discord.Message) -> None:
        """Delete one of the bot's answers."""
        refused = self._refused(interaction, message)
        if refused:
            await failures.say(interaction, refused)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            await message.delete()
        except discord.NotFound:
            log.debug("The answer %s was gone already", message.id)
        await failures.say(interaction, text("delete.done"))

    def _refused(self, interaction: discord.Interaction[Any], message: discord.Message) -> str | None:
        """Why this person may not delete that message, or ``None``."""
        card = cards.read(message)
        if self.bot.user is None or message.author.id != self.bot.user.id or card is None:
            return text("delete.not_mine")
        if message.flags.ephemeral:
            return text("delete.only_you")
        by_command = message.interaction_metadata
        askers = {card.asker, by_command.user.id if by_command is not None else None}
        if interaction.user.id in askers or may_curate(interaction, self.bot.config.bot.curator_role):
            return None
        return text("delete.not_yours")
