"""Members are told when a question is answered: the buttons, the list of what one waits for, and the telling itself.

Whoever is told is told once. Before a message is sent it is written down that it is being sent, and after it that it
was. A process that is killed in between leaves the first note: then the channel is looked at for the message, and only
where it is not found it is sent (again). A message too many is a small nuisance, and a promise that is silently broken
is not; besides, Discord itself drops a second message with the same nonce within some minutes.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot import failures, in_force, localised, posted, render, verbatim
from bot.ask import LastingButton, prove
from bot.localised import counted, text
from bot.permissions import server_of
from bot.rounds import Rounds
from bot.tell_me import TELL_ID
from bot.topics import page_note, turning
from index.archive import Archive
from index.cards import Kind
from index.errors import ArchiveError
from index.subscriptions import AT_MOST, KEPT_DAYS, Outcome, Place, State, Subscription
from index.types import Abstention, Reply

if TYPE_CHECKING:
    from bot.client import OnRecord

log = logging.getLogger(__name__)

EVERY = 30.0
"""Seconds between two looks at whether articles came in: two numbers of the file system for each server."""
AT_ONCE = 5
"""Members who are told in one server between two looks: an import must not fill a channel or keep others waiting."""
LOOKED_BACK = 100
"""Newest messages of a channel among which one is looked for that may have been sent."""
PAGE = 8
"""Questions on one page of the list."""

REMOVE_ID = re.compile(r"or:br:(?P<page>[0-9]{1,2}|-):(?P<id>[0-9]{1,12})")
LIST_ID = re.compile(r"or:bl:(?P<page>[0-9]{1,2})")
OPEN_ID = re.compile(r"or:bo:(?P<id>[0-9]{1,12})")


class TellButton(LastingButton, template=TELL_ID):
    """*Tell me when it is*: once for each member and question."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Remember who wants to be told, and where."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            bot, server, message = interaction.client, server_of(interaction), interaction.message
            if message is None or interaction.channel_id is None:
                return
            member, key = interaction.user.id, self.says["key"]
            place = Place(interaction.channel_id, message.id, message.flags.ephemeral)

            def add(archive: Archive) -> tuple[Outcome, Subscription | None]:
                outcome = archive.subscriptions.add(key, member, place)
                return outcome, archive.subscriptions.find(key, member)

            outcome, found = await bot.worker.call(server, add)
            await interaction.followup.send(view=_outcome(outcome, found), ephemeral=True)
        except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
            await failures.tell(interaction, error)


def _outcome(outcome: Outcome, found: Subscription | None) -> ui.LayoutView:
    said = text(f"tell.{outcome.value}", most=AT_MOST, days=KEPT_DAYS)
    view = render.note(said)
    if found is not None:
        view.add_item(ui.ActionRow(_button("tell.stop", f"or:br:-:{found.id}")))
    return view


class RemoveButton(LastingButton, template=REMOVE_ID):
    """Stops a subscription of whoever presses it; on the list, the list is shown as it is then."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Forget the subscription."""
        await interaction.response.defer()
        try:
            bot, server, member = interaction.client, server_of(interaction), interaction.user.id
            number = int(self.says["id"])

            def remove(archive: Archive) -> tuple[Subscription, ...]:
                one = archive.subscriptions.get(number)
                if one is not None and one.member == member:  # nobody stops what somebody else waits for
                    archive.subscriptions.remove([one])
                return archive.subscriptions.of(member)

            left = await bot.worker.call(server, remove)
            page = self.says["page"]
            view = render.note(text("tell.stopped")) if page == "-" else listed(left, int(page))
            await interaction.edit_original_response(view=view)
        except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
            await failures.tell(interaction, error)


class ListButton(LastingButton, template=LIST_ID):
    """Turns a page of what somebody waits for."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show that page, of whoever presses it."""
        await interaction.response.defer()
        try:
            found = await waited_for(interaction)
            await interaction.edit_original_response(view=listed(found, int(self.says["page"])))
        except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
            await failures.tell(interaction, error)


async def waited_for(interaction: discord.Interaction[Any]) -> tuple[Subscription, ...]:
    """What whoever uses a command or a button waits for in this server."""
    member = interaction.user.id
    found: tuple[Subscription, ...] = await interaction.client.worker.call(
        server_of(interaction), lambda archive: archive.subscriptions.of(member)
    )
    return found


def listed(found: Sequence[Subscription], page: int = 0) -> ui.LayoutView:
    """A page of the questions somebody waits for, each with a button that stops it."""
    if not found:
        return render.note(text("tell.list_empty"))
    pages = -(-len(found) // PAGE)
    page = min(page, pages - 1)
    items: list[ui.Item[ui.LayoutView]] = [
        ui.TextDisplay(f"**{counted('tell.list', len(found))}**{page_note(page, pages)}")
    ]
    for one in found[page * PAGE : (page + 1) * PAGE]:
        since = text("tell.since", day=render.day(one.at[:10]))
        words = f"{verbatim.label(one.wanted.question, 200)}\n-# {since}"
        items.append(ui.Section(words, accessory=_button("tell.stop", f"or:br:{page}:{one.id}")))
    return render.sheet(items, turning(page, pages, lambda to: f"or:bl:{to}"))


class OpenButton(LastingButton, template=OPEN_ID):
    """Shows the answer to a question that was asked in private, to the one who asked it alone."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Ask it again and show what is on record now; the subscription ends with that."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            bot, server, number = interaction.client, server_of(interaction), int(self.says["id"])
            one = await bot.worker.call(server, lambda archive: archive.subscriptions.get(number))
            if one is None or one.member != interaction.user.id:
                await failures.say(interaction, text("tell.not_yours"))
                return
            reply = await bot.worker.call(server, lambda archive: archive.ask_again(one.wanted))
            await prove(bot, server, render.shown_hits(reply))
            view = render.card(
                reply, one.wanted.filters, today=interaction.created_at.date(), asker=one.member, private=True
            )
            await interaction.followup.send(view=view, ephemeral=True)
            if not isinstance(reply, Abstention):
                await bot.worker.call(server, lambda archive: archive.subscriptions.remove([one]))
        except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
            await failures.tell(interaction, error)


BUTTONS = (TellButton, RemoveButton, ListButton, OpenButton)


def _button(label: str, custom_id: str) -> ui.Button[ui.LayoutView]:
    return ui.Button(label=text(label), custom_id=custom_id, style=discord.ButtonStyle.secondary)


# --- telling


class Subscriptions(Rounds):
    """Looks now and then whether articles came in, from wherever, and asks again what is waited for."""

    every = EVERY

    def __init__(self, bot: OnRecord) -> None:
        self.bot = bot
        self._seen: dict[int, tuple[int, ...]] = {}

    async def round(self) -> None:
        """One look at every server; whoever is to be told is told, a few in each."""
        for guild in list(self.bot.guilds):
            stamp = in_force.stamp(self.bot.data / str(guild.id))
            if not stamp or self._seen.get(guild.id) == stamp:
                continue  # an archive whose files did not change is not even opened
            if await self._serve(guild):
                # The stamp from before: what was changed meanwhile, by us or by others, is looked at once more.
                self._seen[guild.id] = stamp

    async def _serve(self, guild: discord.Guild) -> bool:
        """Tell those who are due in one server; whether that was all of them."""
        localised.speak(guild.preferred_locale)
        try:
            due = await self.bot.worker.call(guild.id, lambda archive: archive.due(AT_ONCE))
        except ArchiveError as error:
            log.warning("Nobody could be told in server %s: %s", guild.id, error)
            return False
        done = len(due) < AT_ONCE
        # Those who wait for one answer on one card are told by one message.
        for _, group in groupby(due, key=lambda one: (one.wanted.key, one.place)):
            try:
                await self._tell(guild, list(group))
            except (ArchiveError, discord.HTTPException) as error:
                log.warning("Somebody could not be told in server %s: %s", guild.id, error)
                done = False
        return done

    async def _tell(self, guild: discord.Guild, waiting: list[Subscription]) -> None:
        channel = await self._channel(waiting[0].place.channel)
        if channel is None:
            await self._forget(guild, waiting)
            return
        told = await self._told_already(channel, [one for one in waiting if one.state is State.TELLING])
        await self._end(guild, told)
        waiting = [one for one in waiting if one not in told]
        if not waiting:
            return
        wanted = waiting[0].wanted
        reply: Reply = await self.bot.worker.call(guild.id, lambda archive: archive.ask_again(wanted, waiting))
        if isinstance(reply, Abstention):
            return
        await prove(self.bot, guild.id, render.shown_hits(reply))
        await self.bot.worker.call(guild.id, lambda archive: archive.subscriptions.move(waiting, State.TELLING))
        try:
            await self._send(channel, guild, waiting, reply)
        except (discord.Forbidden, discord.NotFound) as error:
            # Not allowed to speak there now: asked about again when the next article comes in.
            log.warning("Could not tell in channel %s: %s", channel.id, error)
            await self.bot.worker.call(guild.id, lambda archive: archive.subscriptions.asked(waiting, archive.mark))
            return
        await self._end(guild, waiting)

    async def _channel(self, channel_id: int) -> Any:
        """The channel or thread, or ``None`` where it is gone or cannot be seen any more."""
        try:
            return self.bot.get_channel(channel_id) or await self.bot.fetch_channel(channel_id)
        except (discord.NotFound, discord.Forbidden):
            return None

    async def _send(self, channel: Any, guild: discord.Guild, waiting: Sequence[Subscription], reply: Reply) -> None:
        names = localised.listed([f"<@{one.member}>" for one in waiting])
        place = waiting[0].place
        digest = hashlib.sha256(f"{guild.id} {[one.id for one in waiting]}".encode()).hexdigest()
        if place.private:
            # The question was nobody else's business: that there is an answer is said, and no more.
            view = render.note(text("tell.private", names=names))
            for one in waiting:
                view.add_item(ui.ActionRow(_button("tell.open", f"or:bo:{one.id}")))
            await channel.send(view=view, nonce=digest[:24])
            return
        view = render.card(
            reply,
            waiting[0].wanted.filters,
            today=discord.utils.utcnow().date(),
            above=[text("tell.public", names=names)],
        )
        reference = discord.MessageReference(
            message_id=place.message, channel_id=place.channel, guild_id=guild.id, fail_if_not_exists=False
        )
        sent = await channel.send(view=view, reference=reference, mention_author=False, nonce=digest[:24])
        await posted.note(self.bot, guild.id, sent, view, Kind.TOLD)

    async def _told_already(self, channel: Any, perhaps: Sequence[Subscription]) -> list[Subscription]:
        """Those of whom a killed process did tell: its message stands in the channel."""
        if not perhaps:
            return []
        try:
            sent = [message async for message in channel.history(limit=LOOKED_BACK) if self._is_mine(message)]
        except discord.Forbidden:
            return []  # nobody may look: a message too many is better than none
        return [one for one in perhaps if any(_tells(message, one) for message in sent)]

    def _is_mine(self, message: discord.Message) -> bool:
        return self.bot.user is not None and message.author.id == self.bot.user.id

    async def _end(self, guild: discord.Guild, told: Sequence[Subscription]) -> None:
        """They were told: nothing of it is kept, but of a private question until its answer is opened."""
        private = [one for one in told if one.place.private]
        await self._forget(guild, [one for one in told if not one.place.private])
        if private:
            await self.bot.worker.call(guild.id, lambda archive: archive.subscriptions.move(private, State.TOLD))

    async def _forget(self, guild: discord.Guild, ended: Sequence[Subscription]) -> None:
        if ended:
            await self.bot.worker.call(guild.id, lambda archive: archive.subscriptions.remove(ended))


def _tells(message: discord.Message, one: Subscription) -> bool:
    """Whether a message of the bot's tells this member of this answer."""
    if one.place.private:
        ids = [
            c.custom_id for row in message.components for c in getattr(row, "children", ()) if hasattr(c, "custom_id")
        ]
        return f"or:bo:{one.id}" in ids
    reference = message.reference
    shown = [c.content for box in message.components for c in getattr(box, "children", ()) if hasattr(c, "content")]
    replies = reference is not None and reference.message_id == one.place.message
    return replies and any(f"<@{one.member}>" in words for words in shown)
