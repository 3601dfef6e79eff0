"""``/articles gaps``: what members asked and nothing answers, what to do about it, and a weekly message about it.

When articles come in, open questions are asked again, a few at a time, and those that are answered now are closed.
Nobody is told by this: whoever asked to be told is told by `bot.subscriptions`, and only by that.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot import adding, in_force, localised, render, verbatim, voices
from bot.ask import LastingButton, Pressed
from bot.curating import CuratorButton, button, refused
from bot.moderators import done
from bot.permissions import server_of
from bot.rounds import Rounds
from bot.topics import page_note, turning
from index.archive import Archive
from index.audit import Action
from index.errors import ArchiveError
from index.gaps import DIGEST_DAYS, Digest, Gap, State
from index.sources import Given
from index.types import Article

if TYPE_CHECKING:
    from bot.client import OnRecord

log = logging.getLogger(__name__)

EVERY = 30.0
"""Seconds between two looks at whether articles came in: two numbers of the file system for each server."""
AT_ONCE = 5
"""Questions that are asked again in one server between two looks: members who ask meanwhile must not wait."""
EMBEDDED = 16
"""Questions that are embedded in one turn: about as long as a member's question takes."""
PAGE = 5
"""Gaps on one page: with their buttons they take 30 of the 40 components of a message."""
_ROOM = 740
"""Units of text that one of them may take."""
_OTHERS, _NEAREST = 2, 3
"""Other wordings, and nearest articles, that are shown of one."""

NOTHING = "Nothing that at least {members} asked is without an answer."
NO_DISMISSED = "Nothing is dismissed."
GONE = "This question is answered or forgotten meanwhile."

LIST_ID = re.compile(r"or:ul:(?P<page>[0-9]{1,3}):(?P<of>[od])")
SHOW_ID = "or:us"
ADD_ID = "or:ua"
DISMISS_ID = re.compile(r"or:ud:(?P<key>[A-Za-z0-9_-]{10})")
RESTORE_ID = re.compile(r"or:ur:(?P<key>[A-Za-z0-9_-]{10})")


def members_needed(bot: OnRecord, server: int) -> int:
    """How many different members must have asked before a question is shown in a server."""
    return bot.server_settings.known(server).gap_members


def kept_days(bot: OnRecord, server: int) -> int:
    """How many days a question is kept in a server."""
    return bot.server_settings.known(server).retention_days


# --- the card


@dataclass(frozen=True, slots=True)
class Page:
    """What a page of the list shows."""

    gaps: tuple[Gap, ...]
    nearest: tuple[tuple[Article, ...], ...]
    """The nearest articles of each, as many tuples as ``gaps``."""
    count: int
    """How many gaps there are in all."""
    page: int
    members: int
    dismissed: bool = False


def card(shown: Page) -> ui.LayoutView:
    """Gaps, each with who asked, what comes nearest, and what can be done."""
    letter, other = ("d", "o") if shown.dismissed else ("o", "d")
    switch = button("Open ones" if shown.dismissed else "Dismissed", f"or:ul:0:{other}")
    if not shown.gaps:
        words = NO_DISMISSED if shown.dismissed else NOTHING.format(members=members(shown.members))
        return render.view(ui.TextDisplay(words), ui.ActionRow(switch))
    pages = -(-shown.count // PAGE)
    what = "dismissed" if shown.dismissed else f"that nothing answers, asked by at least {members(shown.members)}"
    head = f"**{render.counted(shown.count, 'question')}** {what}{page_note(shown.page, pages)}"
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay(head)]
    for gap, nearest in zip(shown.gaps, shown.nearest, strict=True):
        items += [ui.Separator(), ui.TextDisplay(_described(gap, nearest))]
        act = button("Show again", f"or:ur:{gap.key}") if shown.dismissed else button("Dismiss", f"or:ud:{gap.key}")
        items.append(ui.ActionRow(button("Add an article", f"{ADD_ID}:{gap.key}"), act))
    turn = turning(shown.page, pages, lambda to: f"or:ul:{to}:{letter}")
    return render.sheet(items, [*turn, switch])


def _described(gap: Gap, nearest: Sequence[Article]) -> str:
    first = gap.questions[0].wanted
    asked = f"{members(gap.members)}, {times(gap.times)}, last on {render.day(gap.last[:10])}"
    lines = [f"**{verbatim.label(first.standalone, 200)}**", f"-# {asked}"]
    more = []
    speaker = f"said by “{first.filters.speaker}”" if first.filters.speaker else ""
    if narrowed := " · ".join(part for part in (speaker, voices.narrowed(first.filters)) if part):
        more.append(f"-# only: {verbatim.label(narrowed, 150)}")
    if others := [f"“{verbatim.label(one.wanted.standalone, 100)}”" for one in gap.questions[1 : _OTHERS + 1]]:
        counted = len(gap.questions) - 1 - len(others)
        more.append("-# Also asked: " + ", ".join(others) + (f" and {counted} more" if counted else ""))
    if named := [f"“{verbatim.label(render.title_of(article), 80)}”" for article in nearest]:
        more.append("-# Nearest, without an answer: " + ", ".join(named))
    for line in more:
        if verbatim.size("\n".join([*lines, line])) <= _ROOM:
            lines.append(line)
    return "\n".join(lines)


def members(number: int) -> str:
    """``1 member``, ``2 members``."""
    return render.counted(number, "member")


def times(number: int) -> str:
    """How often something was asked."""
    return "once" if number == 1 else f"{number:,} times"


def page_of(archive: Archive, page: int, needed: int, *, dismissed: bool = False) -> Page:
    """One page of an archive's gaps; the last one where there are not so many."""
    found = archive.gaps(1 if dismissed else needed, dismissed=dismissed)
    page = max(0, min(page, -(-len(found) // PAGE) - 1))
    shown = found[page * PAGE : (page + 1) * PAGE]
    nearest = tuple(archive.nearest_articles(gap.questions[0].wanted, _NEAREST) for gap in shown)
    return Page(shown, nearest, len(found), page, needed, dismissed)


async def listed(bot: OnRecord, server: int, page: int = 0, *, dismissed: bool = False) -> ui.LayoutView:
    """A page of the gaps of a server."""
    needed = members_needed(bot, server)
    await prepare(bot, server)
    return card(await bot.worker.call(server, lambda archive: page_of(archive, page, needed, dismissed=dismissed)))


async def prepare(bot: OnRecord, server: int) -> None:
    """Have the questions of a server embedded, a few at a time, so that members who ask meanwhile do not wait."""
    while await bot.worker.call(server, lambda archive: archive.prepare_gaps(EMBEDDED)):
        pass


# --- its buttons


class ListButton(CuratorButton, template=LIST_ID):
    """Turns a page of the list."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Show that page, of what is open now."""
        page, dismissed = int(self.says["page"]), self.says["of"] == "d"
        await pressed.show(await listed(interaction.client, server_of(interaction), page, dismissed=dismissed))


class ShowButton(CuratorButton, template=re.compile(SHOW_ID)):
    """Shows the list to whoever presses it on the weekly message."""

    turn = False

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Show the first page to the person alone."""
        await pressed.show(await listed(interaction.client, server_of(interaction)))


class AddButton(LastingButton, template=re.compile(rf"{ADD_ID}:[A-Za-z0-9_-]{{10}}")):
    """*Add an article*: the form in which one is pasted."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Open the form; what is added closes the gap by itself, if it answers."""
        if not await refused(interaction):
            await interaction.response.send_modal(adding.paste_form(Given()))


class DismissButton(CuratorButton, template=DISMISS_ID):
    """*Dismiss*: the gap is not shown any more, whoever asks it again."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Dismiss all questions of the gap."""
        await pressed.show(await moved(interaction, self.says["key"], State.DISMISSED))


class RestoreButton(CuratorButton, template=RESTORE_ID):
    """*Show again*: takes a dismissal back."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Open all questions of the gap."""
        await pressed.show(await moved(interaction, self.says["key"], State.OPEN))


async def moved(interaction: discord.Interaction[Any], key: str, state: State) -> ui.LayoutView:
    """Dismiss or open the gap that holds a question of this server; the card that says so."""
    by = str(interaction.user.id)

    def move(archive: Archive) -> tuple[int, str] | None:
        gap = archive.gap(key)
        if gap is None:
            return None
        return archive.move_gap(gap, state, by=by), gap.questions[0].wanted.standalone

    await prepare(interaction.client, server_of(interaction))
    made = await interaction.client.worker.call(server_of(interaction), move, changes=True)
    if made is None:
        return render.note(GONE)
    entry, question = made
    did = "Dismissed" if state is State.DISMISSED else "Shown again"
    return done(f"**{did}:** {verbatim.label(question, 200)}", entry, button("Other gaps", "or:ul:0:o"))


BUTTONS = (ListButton, ShowButton, AddButton, DismissButton, RestoreButton)


# --- the weekly message


async def set_digest(interaction: discord.Interaction[OnRecord], channel: discord.TextChannel | None) -> ui.LayoutView:
    """Turn the weekly message on or off; what the moderator is told."""
    bot, by, number = interaction.client, str(interaction.user.id), None if channel is None else channel.id
    await bot.worker.call(
        server_of(interaction), lambda archive: archive.server_settings.set(by=by, digest_channel=number), changes=True
    )
    if number is None:
        return render.note("No weekly message is sent any more.")
    return render.note(
        f"Once a week, what nothing on record answers is posted in <#{number}>, if there is something to say. "
        "`/articles digest` without a channel ends it."
    )


def digest(found: Page, closed: int) -> ui.LayoutView:
    """The weekly message: the gaps of most members, and how many questions were answered since the last one."""
    head = f"**{render.counted(found.count, 'question')}** that nothing on record answers yet"
    lines = [
        f"- {verbatim.label(gap.questions[0].wanted.standalone, 200)} ({members(gap.members)})" for gap in found.gaps
    ]
    small = [f"-# Asked by at least {members(found.members)}."]
    if closed:
        small.append(f"-# {render.counted(closed, 'question')} answered by new articles this week.")
    # Small print right under a list would be taken for a part of its last line.
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay("\n".join(words)) for words in ([head, *lines], small)]
    return render.sheet(items, [button("Show them", SHOW_ID)])


class Gaps(Rounds):
    """Looks now and then whether articles came in, closes what they answer, and sends the weekly message."""

    every = EVERY

    def __init__(self, bot: OnRecord) -> None:
        self.bot = bot
        self._seen: dict[int, tuple[object, ...]] = {}
        self._digests: dict[int, Digest] = {}

    async def round(self, now: datetime | None = None) -> None:
        """One look at every server."""
        today = now or datetime.now(UTC)
        for guild in list(self.bot.guilds):
            localised.speak(guild.preferred_locale)
            stamp = in_force.stamp(self.bot.data / str(guild.id))
            # Once a day even where nothing changed, so that what is old is forgotten.
            seen = (*stamp, today.date())
            try:
                if stamp and self._seen.get(guild.id) != seen and await self._close(guild.id):
                    self._seen[guild.id] = seen
                if _is_due(self._digests.get(guild.id), today):
                    await self._send(guild, today)
            except (ArchiveError, discord.HTTPException) as error:
                log.warning("The gaps of server %s could not be looked at: %s", guild.id, error)

    async def _close(self, server: int) -> bool:
        """Ask a few open questions again; whether that was all of them."""
        days = kept_days(self.bot, server)

        def close(archive: Archive) -> tuple[int, Digest]:
            return archive.close_gaps(AT_ONCE, days), archive.digest()

        left, self._digests[server] = await self.bot.worker.call(server, close)
        return not left

    async def _send(self, guild: discord.Guild, today: datetime) -> None:
        needed = members_needed(self.bot, guild.id)
        week = (today - timedelta(days=DIGEST_DAYS)).isoformat(timespec="seconds")

        def take(archive: Archive) -> tuple[Digest | None, Page, int]:
            page = page_of(archive, 0, needed)
            closed = [e for e in archive.log.entries() if e.action is Action.GAP and e.by is None and e.at > week]
            # What is taken counts as sent: a process that ends here leaves out a week, and never sends two.
            return (archive.take_digest(today) if page.count else None), page, len(closed)

        await prepare(self.bot, guild.id)
        kept, page, closed = await self.bot.worker.call(guild.id, take)
        self._digests[guild.id] = await self.bot.worker.call(guild.id, lambda archive: archive.digest())
        if kept is None or kept.channel is None:
            return
        try:
            channel: Any = self.bot.get_channel(kept.channel) or await self.bot.fetch_channel(kept.channel)
            if channel.guild.id == guild.id:
                await channel.send(view=digest(page, closed))
        except (discord.NotFound, discord.Forbidden) as error:
            log.warning("The weekly message could not be sent to channel %s: %s", kept.channel, error)
        except discord.HTTPException:
            await self.bot.worker.call(guild.id, lambda archive: archive.gap_table.give_back_digest(kept))
            raise


def _is_due(kept: Digest | None, now: datetime) -> bool:
    if kept is None or kept.channel is None:
        return False
    return kept.last is None or now - datetime.fromisoformat(kept.last) >= timedelta(days=DIGEST_DAYS)
