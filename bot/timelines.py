"""``/timeline``: what one speaker said, day by day, as pages of a card; what differs can be seen side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot import ask, failures, posted, render, verbatim, voices
from bot.ask import LastingButton, prove
from bot.localised import text
from bot.permissions import server_of
from bot.places import PATTERN as PLACE
from bot.places import Place
from bot.topics import key_of, packed, page_note, turning, unpacked
from index.archive import Archive
from index.cards import Kind
from index.speakers import Unclear
from index.timeline import Entry, Timeline
from index.types import Filters, Hit, Receipt

if TYPE_CHECKING:
    from bot.client import OnRecord

PAGE = 5
"""Quotations on one page: with their days and buttons they take all 40 components of a message."""
LONGEST_TOPIC = 60
_DAY = 60
"""Units of text that the heading with the day may take."""

TIMELINE_ID = re.compile(
    r"or:tl:(?P<page>[0-9]{1,3}):(?P<since>[0-9a-z]{0,5}):(?P<until>[0-9a-z]{0,5}):(?P<speaker>[A-Za-z0-9_-]{6}):"
    r"(?P<topic>.{0,80})",
    re.DOTALL,
)
COMPARE_ID = re.compile(rf"or:tc:(?P<places>{PLACE}(?:~{PLACE})+)")


def timeline_id(timeline: Timeline, filters: Filters, page: int) -> str:
    """The id of the button that shows this page; the speaker is in it by a key."""
    days = f"{packed(filters.since)}:{packed(filters.until)}"
    return f"or:tl:{page}:{days}:{key_of(timeline.speaker)}:{timeline.topic or ''}"


class Timelines(commands.Cog):
    """The command, wherever it is used."""

    def __init__(self, bot: OnRecord) -> None:
        self.bot = bot

    @app_commands.command(name="timeline", description="What one speaker said, day by day, and what differs")
    @app_commands.guild_only()
    @app_commands.describe(
        speaker="Whose words",
        topic="Only what is about this",
        since="Only articles from this day on, like 2023-10-13",
        until="Only articles up to this day, like 2023-10-13",
    )
    async def timeline(
        self,
        interaction: discord.Interaction[OnRecord],
        speaker: app_commands.Range[str, 1, 100],
        topic: app_commands.Range[str, 1, LONGEST_TOPIC] | None = None,
        since: app_commands.Range[str, 1, 30] | None = None,
        until: app_commands.Range[str, 1, 30] | None = None,
    ) -> None:
        """Show the quotations of a speaker in order."""
        server = server_of(interaction)
        asked = ask.filters_of(None, None, since, until, interaction.created_at.date())
        if (filters := await ask.admitted(self.bot, interaction, asked)) is None:
            return
        await interaction.response.defer(thinking=True)
        interaction.extras[failures.PUBLIC] = True
        about = topic.strip() or None if topic else None
        with self.bot.answering():
            found = await self.bot.worker.call(server, lambda archive: archive.timeline(speaker, about, filters))
            if isinstance(found, Unclear):
                await failures.say(interaction, verbatim.escape(voices.unclear(found)))
                return
            await prove(self.bot, server, shown_hits(found, 0))
            view = card(found, 0, filters, today=interaction.created_at.date())
            sent = await interaction.followup.send(view=view, wait=True)
        await posted.note(self.bot, server, sent, view, Kind.TIMELINE)

    @timeline.autocomplete("speaker")
    async def _speakers(
        self, interaction: discord.Interaction[OnRecord], current: str
    ) -> list[app_commands.Choice[str]]:
        return await ask.suggested(interaction, lambda archive: _beginning(archive, current))


def _beginning(archive: Archive, current: str) -> Sequence[str]:
    """Speakers, each once, of whose name in some spelling a word begins as typed; the most quoted first."""
    start = current.casefold().strip()
    return [
        one.name
        for one in archive.known_speakers()
        if any(f" {start}" in f" {name}".casefold() for name in one.names)
    ]  # fmt: skip


# --- the card


def page_of(timeline: Timeline, page: int) -> tuple[Entry, ...]:
    """The entries on a page, counting from 0; the last page where there are not so many."""
    first = min(page, _pages(timeline) - 1) * PAGE
    return timeline.entries[first : first + PAGE]


def shown_hits(timeline: Timeline, page: int) -> tuple[Hit, ...]:
    """The hits whose words `card` would show: these are proved before it is sent."""
    return tuple(entry.hit for entry in page_of(timeline, page))


def card(
    timeline: Timeline, page: int = 0, filters: Filters = Filters(), *, today: date | None = None
) -> ui.LayoutView:
    """One page of a timeline; or that there is nothing on it. By ``today`` it says how old each article is."""
    pages = _pages(timeline)
    page = min(page, pages - 1)
    head = [f"**{verbatim.escape(voices.head(timeline))}**{page_note(page, pages)}"]
    head += [f"-# {verbatim.escape(line)}" for line in (voices.narrowed(filters), voices.namesakes(timeline)) if line]
    if not timeline.entries:
        return render.silent([ui.TextDisplay("\n".join(head)), ui.TextDisplay(verbatim.escape(voices.empty(timeline)))])
    room = (render.TEXT_LIMIT - verbatim.size("\n".join(head)) - PAGE * _DAY) // PAGE
    items: list[ui.Item[ui.LayoutView]] = []
    quota = render.Quota()
    for entry in page_of(timeline, page):
        day = entry.hit.article.date
        items.append(ui.TextDisplay(f"### {render.day(day) if day else text('timeline.no_date')}"))
        more = [f"⇄ {verbatim.escape(voices.compare(timeline, rival))}" for rival in entry.compare[:1]]
        items += render.entry(entry.hit, room, quota, more, _compare(timeline, entry), today=today)
    # Over the card, for in it the first day would stand glued to what it is a timeline of; a line between them would
    # be the 41st component.
    turn = turning(page, pages, lambda to: timeline_id(timeline, filters, to))
    return render.quoting(render.sheet(items, turn, above="\n".join(head)), shown_hits(timeline, page))


def _compare(timeline: Timeline, entry: Entry) -> list[ui.Button[ui.LayoutView]]:
    """The button that shows an entry beside those that differ from it, as many as its id holds."""
    hits = [entry.hit, *(timeline.entries[rival.index].hit for rival in entry.compare)]
    if len(hits) == 1:
        return []
    written = "or:tc:" + str(Place.of(hits[0].receipt))
    for hit in hits[1:]:
        longer = f"{written}~{Place.of(hit.receipt)}"
        written = longer if len(longer) <= render.ID_LIMIT else written
    # The arrows are no emoji to Discord, which would refuse the button; as a part of the label it takes them.
    label = f"⇄ {text('button.compare')}"
    return [ui.Button(label=label, custom_id=written, style=discord.ButtonStyle.secondary)]


def _pages(timeline: Timeline) -> int:
    return max(1, -(-len(timeline.entries) // PAGE))


def side_by_side(hits: Sequence[Hit], today: date | None = None) -> ui.LayoutView:
    """Quotations on the same thing under their days, the earliest first; by ``today``, how old each is."""
    in_order = sorted(hits, key=lambda hit: hit.article.date or "9999")
    head = f"**{text('timeline.compared')}**"
    room = (render.TEXT_LIMIT - len(head) - len(hits) * _DAY) // len(hits)
    items: list[ui.Item[ui.LayoutView]] = []
    quota = render.Quota()
    for hit in in_order:
        day = hit.article.date
        items.append(ui.TextDisplay(f"### {render.day(day) if day else text('timeline.no_date')}"))
        items += render.entry(hit, room, quota, today=today)
    return render.sheet(items, above=head)


# --- the buttons


class TimelineButton(LastingButton, template=TIMELINE_ID):
    """Turns a page of a timeline."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show that page, of what is on record now."""
        await interaction.response.defer()
        says = self.says
        try:
            bot, server = interaction.client, server_of(interaction)
            filters = Filters(since=unpacked(says["since"]), until=unpacked(says["until"]))

            def find(archive: Archive) -> Timeline | Unclear | None:
                known = archive.known_speakers()
                name = next((n for one in known for n in (one.name, *one.names) if key_of(n) == says["speaker"]), None)
                return None if name is None else archive.timeline(name, says["topic"] or None, filters)

            found = await bot.worker.call(server, find)
            if not isinstance(found, Timeline):
                await failures.say(interaction, text("timeline.gone"))
                return
            page = int(says["page"])
            await prove(bot, server, shown_hits(found, page))
            view = card(found, page, filters, today=interaction.created_at.date())
        except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
            await failures.tell(interaction, error)
            return
        sent = await interaction.edit_original_response(view=view)
        await posted.note(bot, server, sent, view, Kind.TIMELINE)


class CompareButton(LastingButton, template=COMPARE_ID):
    """Shows what a speaker said about the same thing on other days, to the person who pressed alone."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the quotations side by side, each proved anew."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            bot, server = interaction.client, server_of(interaction)
            places = [Place.parse(place) for place in self.says["places"].split("~")]
            hits = await bot.worker.call(server, lambda archive: _hits(bot, server, archive, places))
            if len(hits) < 2:
                await failures.say(interaction, text("ask.gone"))
                return
            await prove(bot, server, hits)
            await interaction.followup.send(view=side_by_side(hits, interaction.created_at.date()), ephemeral=True)
        except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
            await failures.tell(interaction, error)


def _hits(bot: OnRecord, server: int, archive: Archive, places: Sequence[Place]) -> list[Hit]:
    """The passages that still stand where the places point."""
    hits = []
    for place in places:
        article = bot.keys.find(server, archive, place.key)
        if article is None:
            continue
        passage = archive.passage_at(Receipt(article.id, article.sha256, place.span))
        if passage is not None:
            hits.append(Hit(passage, article, 0.0))
    return hits
