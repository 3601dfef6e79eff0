"""Cards that were posted follow their articles: what was corrected or withdrawn is struck through where it was quoted.

Whatever changes what is served, here or in another process, is noticed by the log and the mark of the archive; then all
that cards quote is compared with it (`Archive.compare_cards`). Cards that show otherwise are edited one after the
other, at most one in each channel at a time; when those of a channel are done, one notice there says so.

Each step is written down before it is taken. A card whose editing was cut short is edited again, to the same end. A
notice whose sending was cut short is looked for in the channel, and only where it is not found it is sent (again).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands, tasks

from bot import in_force, localised, render, verbatim
from bot.ask import prove
from bot.corrected import (
    SIGN,
    AsItIs,
    Correction,
    corrected,
    is_corrected,
    keys_in,
    restored,
    skeleton,
    tree_of,
    words_at,
)
from bot.localised import counted, text
from bot.places import key_of
from bot.posted import Component, texts
from index.archive import Archive
from index.cards import Finding, Notice, Posted, Quoted, Standing, digest
from index.errors import ArchiveError, ReceiptBroken
from index.types import Hit

if TYPE_CHECKING:
    from bot.client import OnRecord

log = logging.getLogger(__name__)

EVERY = 30.0
"""Seconds between two looks at whether another process changed something; changes by this one are seen at once."""
PACE = 1.0
"""Seconds between two edits in one channel. Discord allows five in five seconds; answers are to find room too."""
LOOKED_BACK = 100
"""Newest messages of a channel among which a notice is looked for that may have been sent."""
NAMED = 8
"""Articles that a notice names; further ones are counted."""
LINKED = 3
"""Cards of each that it links to."""


class Corrections(commands.Cog):
    """Compares, edits and tells, server by server."""

    def __init__(self, bot: OnRecord) -> None:
        self.bot = bot
        self._seen: dict[int, tuple[int, ...]] = {}
        self._put_off: set[int] = set()
        """Cards that could not be edited, until the next look."""
        self._unfinished: set[int] = set()
        """Servers with something that did not work, likewise."""
        self._woken = False
        self._at_work = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def cog_load(self) -> None:
        """Begin to look, and be told of each change that this process makes."""
        loop = asyncio.get_running_loop()
        self.bot.worker.changed = lambda: loop.call_soon_threadsafe(self._wake)
        self._look.start()

    async def cog_unload(self) -> None:
        """Look no more."""
        self.bot.worker.changed = None
        self._look.cancel()
        if self._task is not None:
            self._task.cancel()

    @tasks.loop(seconds=EVERY)
    async def _look(self) -> None:
        self._put_off.clear()
        self._unfinished.clear()
        self._wake()

    def _wake(self) -> None:
        self._woken = True
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        while self._woken:
            self._woken = False
            if await self._tried():
                self._woken = True
                await asyncio.sleep(PACE)

    async def _tried(self) -> bool:
        try:
            return await self.round()
        except Exception as error:  # the next look may do better, and nobody waits for this one
            log.error("Cards could not be corrected", exc_info=error)
            return False

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """What is kept of a card goes with it."""
        await self._deleted(payload.guild_id, [payload.message_id])

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Likewise of many."""
        await self._deleted(payload.guild_id, sorted(payload.message_ids))

    async def _deleted(self, server: int | None, messages: Sequence[int]) -> None:
        # An archive is not made for a server that never asked, only because a message is deleted there.
        if server is not None and (self.bot.data / str(server)).is_dir():
            try:
                await self.bot.worker.call(server, lambda archive: archive.cards.forget(messages))
            except ArchiveError as error:
                log.warning("What is kept of deleted cards stays until they are to be corrected: %s", error)

    # --- the work

    async def round(self) -> bool:
        """One step in every server: at most one edit in each channel. Whether there is more to do."""
        more = False
        async with self._at_work:
            for guild in list(self.bot.guilds):
                stamp = in_force.stamp(self.bot.data / str(guild.id))
                if not stamp or self._seen.get(guild.id) == stamp:
                    continue  # an archive whose files did not change is not even opened
                try:
                    if await self._serve(guild.id):
                        more = True
                        continue
                except ArchiveError as error:
                    log.warning("Nothing could be corrected in server %s: %s", guild.id, error)
                    self._unfinished.add(guild.id)
                if guild.id not in self._unfinished:
                    # The stamp from before: what was changed meanwhile, by us or by others, is looked at once more.
                    self._seen[guild.id] = stamp
        return more

    async def _serve(self, server: int) -> bool:
        bot, days = self.bot, self.bot.config.bot.card_days

        def compare(archive: Archive) -> list[Posted] | None:
            archive.cards.forget_old(days)
            if not archive.server_settings.get().corrections:
                return None
            archive.compare_cards(bot.worker.serve_waiting)
            return [card for card in archive.cards.due() if card.message not in self._put_off]

        due = await bot.worker.call(server, compare)
        if due is None:
            return False
        first: dict[int, Posted] = {}
        for card in due:
            first.setdefault(card.channel, card)
        for card in first.values():
            try:
                await self._correct(server, card)
            except (ArchiveError, discord.HTTPException) as error:
                self._put_off.add(card.message)
                self._unfinished.add(server)
                log.warning("The card %s could not be corrected now: %s", card.message, error)
        for notice in await bot.worker.call(server, lambda archive: archive.cards.notices()):
            try:
                await self._tell(server, notice)
            except discord.HTTPException as error:
                self._unfinished.add(server)
                log.warning("Channel %s could not be told of corrections now: %s", notice.channel, error)
        return len(due) > len(first) or any(card.message not in self._put_off for card in first.values())

    # --- one card

    async def _correct(self, server: int, card: Posted) -> None:
        try:
            message = await self._message(server, card).fetch()
        except (discord.NotFound, discord.Forbidden):
            await self._forget(server, card)
            return
        localised.speak(card.language)
        shown = tree_of(message)
        sent = _as_sent(card, shown)
        if sent is None:
            log.warning("The card %s is not as it was sent any more, and stays as it is", card.message)
            await self._forget(server, card)
            return
        corrections = [await self._correction(server, quoted, sent) for quoted in card.quotations]
        shows = [_shows(each) for each in corrections]
        as_sent = all(each.standing is Standing.STANDS for each in corrections)
        to_be = sent if as_sent else corrected(sent, corrections, await self._gone(server, sent))
        # A channel is not told that another part of an article was changed once more.
        told = [_seen(one) for one in shows] != [_seen(one) for one in card.quotations]
        # What either form of the card lacks: whichever of them a killed process leaves, it can be put back.
        kept = card.before if as_sent else skeleton(sent, to_be, shown)
        await self.bot.worker.call(server, lambda archive: archive.cards.begin(card.message, kept))
        if to_be != shown:
            try:
                await message.edit(view=AsItIs(to_be))
            except (discord.NotFound, discord.Forbidden):
                await self._forget(server, card)
                return
        await self._finished(server, card, shows, told=told)

    async def _finished(self, server: int, card: Posted, shows: Sequence[Quoted], *, told: bool) -> None:
        await self.bot.worker.call(server, lambda archive: archive.cards.finish(card, shows, told=told))

    async def _correction(self, server: int, quoted: Quoted, sent: Sequence[Component]) -> Correction:
        """What is to be shown of a quotation: what was found, and what the article has now, proved."""
        today = datetime.now(UTC).date().isoformat()
        found = quoted.found
        if found.standing in (Standing.STANDS, Standing.WITHDRAWN):
            day = quoted.since if quoted.since and quoted.shown.standing is found.standing else today
            return Correction(replace(quoted, reads=""), found.standing, found.moved, None, day)
        words = words_at(sent, quoted.place)

        def look(archive: Archive) -> Hit | None:
            return archive.quoted_now(quoted, words)

        now = await self.bot.worker.call(server, look)
        if now is not None and not verbatim.displayable(now.quote):
            now = None
        if now is not None:
            try:
                await prove(self.bot, server, [now])
            except ReceiptBroken as error:  # changed again just now: it is due again, too
                log.info("What an article reads now is not shown: %s", error)
                now = None
        reads = "" if now is None else digest(f"{render.who(now)}\n{now.quote}")
        same = quoted.shown.standing is found.standing and quoted.reads == reads
        day = quoted.since if same and quoted.since else today
        return Correction(replace(quoted, reads=reads), found.standing, found.moved, now, day)

    async def _gone(self, server: int, sent: Sequence[Component]) -> frozenset[str]:
        """The keys of texts that buttons of a card lead into, and that are not there any more."""
        keys = keys_in(sent)

        def look(archive: Archive) -> frozenset[str]:
            return keys.difference(key_of(article.id, article.sha256) for article in archive.articles())

        return await self.bot.worker.call(server, look)

    def _message(self, server: int, card: Posted) -> discord.PartialMessage:
        return self.bot.get_partial_messageable(card.channel, guild_id=server).get_partial_message(card.message)

    async def _forget(self, server: int, card: Posted) -> None:
        await self.bot.worker.call(server, lambda archive: archive.cards.forget([card.message]))

    # --- one notice for each channel and change

    async def _tell(self, server: int, notice: Notice) -> None:
        cards = await self.bot.worker.call(server, lambda archive: archive.cards.changed(notice))
        try:
            channel: Any = self.bot.get_channel(notice.channel) or await self.bot.fetch_channel(notice.channel)
            if cards and not (notice.sending and await self._told_already(channel, notice)):
                await self.bot.worker.call(server, lambda archive: archive.cards.sending(notice))
                await self._send(channel, server, notice, cards)
        except (discord.NotFound, discord.Forbidden) as error:
            log.info("Channel %s is gone or closed, and is told nothing: %s", notice.channel, error)
        await self._told(server, notice)

    async def _told(self, server: int, notice: Notice) -> None:
        await self.bot.worker.call(server, lambda archive: archive.cards.sent(notice))

    async def _send(self, channel: Any, server: int, notice: Notice, cards: Sequence[Posted]) -> None:
        guild = self.bot.get_guild(server)
        localised.speak(cards[-1].language if guild is None else guild.preferred_locale)
        reference = discord.MessageReference(
            message_id=cards[-1].message, channel_id=notice.channel, guild_id=server, fail_if_not_exists=False
        )
        nonce = hashlib.sha256(f"{server} {notice.change} {notice.channel} correction".encode()).hexdigest()[:24]
        view = told_of(cards, server, notice.change)
        await channel.send(view=view, reference=reference, mention_author=False, nonce=nonce)

    async def _told_already(self, channel: Any, notice: Notice) -> bool:
        """Whether a killed process sent the notice: then it stands in the channel."""
        me = self.bot.user
        own = [m async for m in channel.history(limit=LOOKED_BACK) if me is not None and m.author.id == me.id]
        shown = [content for message in own for content in texts(tree_of(message))]
        return any(line.startswith(f"{_numbered(notice.change)} ") for content in shown for line in content.split("\n"))


def _as_sent(card: Posted, shown: Sequence[Component]) -> Sequence[Component] | None:
    """The card as it was sent, of the message as it stands; ``None`` where it shows other words."""
    sent: Sequence[Component] | None = shown
    if is_corrected(shown):
        sent = None if card.before is None else restored(card.before, shown)
    if sent is None or any(digest(words_at(sent, each.place)) != each.digest for each in card.quotations):
        return None
    return sent


def _shows(one: Correction) -> Quoted:
    """The quotation as it is shown after its correction."""
    stands = one.standing is Standing.STANDS
    return replace(one.quoted, shown=one.quoted.found, since="" if stands else one.day)


def _seen(quoted: Quoted) -> tuple[Standing, str]:
    """What a reader sees of a quotation's standing."""
    return quoted.shown.standing, quoted.reads


def _numbered(change: int) -> str:
    return f"-# № {change}"


def told_of(cards: Sequence[Posted], server: int, change: int) -> discord.ui.LayoutView:
    """The notice of a change: which articles, what became of them, and the cards that quoted them."""
    by_article: dict[tuple[str, Standing], list[Posted]] = {}
    titles: dict[str, str] = {}
    for card in cards:
        for quoted in card.quotations:
            if quoted.shown != Finding() or all(each.shown.standing is Standing.STANDS for each in card.quotations):
                article = quoted.receipt.article_id
                titles[article] = quoted.title
                quoting = by_article.setdefault((article, quoted.shown.standing), [])
                if card not in quoting:
                    quoting.append(card)
    lines = [f"{SIGN}{counted('corrections.notice', len(cards))}**"]
    for (article, standing), quoting in list(by_article.items())[:NAMED]:
        links = " · ".join(
            f"[{text('corrections.link', number=number)}]"
            f"(https://discord.com/channels/{server}/{card.channel}/{card.message})"
            for number, card in enumerate(quoting[-LINKED:], 1)
        )
        more = text("corrections.further", number=len(quoting) - LINKED) if len(quoting) > LINKED else ""
        did = f"{text(f'corrections.did.{standing}')} ({links}{more})"
        lines.append(f"- “{verbatim.label(titles[article], 90)}”: {did}")
    if len(by_article) > NAMED:
        lines.append(counted("corrections.more", len(by_article) - NAMED))
    lines.append(f"{_numbered(change)} · {render.day(datetime.now(UTC).date().isoformat())}")
    return render.note("\n".join(lines))
