"""``/onrecord topic``: who is on record about a subject, as pages of a card, and the button that turns them.

What a page button needs is in its id: the subject itself, the days, and a key of the outlet that is only looked up in
the archive of the server it is pressed in.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot import failures, localised, posted, reasons, render, verbatim, voices
from bot.ask import LastingButton, prove
from bot.localised import text
from bot.permissions import server_of
from index.cards import Kind
from index.topics import Topic, Voice
from index.types import Filters, Hit

if TYPE_CHECKING:
    from bot.client import OnRecord

PAGE = 5
"""Quotations on one page: with their headings and buttons they take 37 of the 40 components of a message."""
LONGEST_SUBJECT = 60
"""Characters of a subject, so that it fits into the id of a button beside the page, the days and the outlet."""
REPORTED = 2
"""Most reports in an outlet's own words that are shown where no speaker is on record."""
_HEADING = 90
"""Units of text that an outlet's heading may take."""

TOPIC_ID = re.compile(
    r"or:tp:(?P<page>[0-9]{1,3}):(?P<since>[0-9a-z]{0,5}):(?P<until>[0-9a-z]{0,5}):(?P<outlet>[A-Za-z0-9_-]{0,6}):"
    r"(?P<subject>.{1,80})",
    re.DOTALL,
)


def topic_id(subject: str, filters: Filters, page: int) -> str:
    """The id of the button that shows this page."""
    outlet = key_of(filters.outlet) if filters.outlet else ""
    return f"or:tp:{page}:{packed(filters.since)}:{packed(filters.until)}:{outlet}:{subject}"


def key_of(name: str) -> str:
    """Six characters that stand for a name, whatever its case."""
    digest = hashlib.sha256(name.casefold().encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest[:6]).decode()[:6]


_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def packed(day: str | None) -> str:
    """An ISO day in at most five characters; nothing for none."""
    if day is None:
        return ""
    number, written = date.fromisoformat(day).toordinal(), ""
    while number:
        number, digit = divmod(number, 36)
        written = _DIGITS[digit] + written
    return written


def unpacked(written: str) -> str | None:
    """What `packed` wrote."""
    return date.fromordinal(int(written, 36)).isoformat() if written else None


# --- the card


def page_of(topic: Topic, page: int) -> tuple[Voice, ...]:
    """The voices on a page, counting from 0, outlet by outlet; the last page where there are not so many."""
    in_order = [voice for _, own in topic.by_outlet for voice in own]
    first = min(page, _pages(topic) - 1) * PAGE
    return tuple(in_order[first : first + PAGE])


def shown_hits(topic: Topic, page: int) -> tuple[Hit, ...]:
    """The hits whose words `card` would show: these are proved before it is sent."""
    if topic.silence is None:
        return tuple(voice.hit for voice in page_of(topic, page))
    return topic.reported[:REPORTED] or topic.silence.nearest[:1]


def card(topic: Topic, page: int = 0, filters: Filters = Filters(), *, today: date | None = None) -> ui.LayoutView:
    """Who is on record about a subject, one page; or that nobody is, and what is covered.

    By ``today`` it says how old each article is.
    """
    about = f"-# {text('topic.head')}: {verbatim.label(topic.subject, 100)}"
    if narrowed := voices.narrowed(filters):
        about += f" · {verbatim.label(narrowed, 200)}"
    if topic.silence is not None:
        return _silent(topic, about, filters, today)
    pages = _pages(topic)
    page = min(page, pages - 1)
    head = [about, f"**{verbatim.escape(voices.how_many(topic))}**{page_note(page, pages)}"]
    room = (render.TEXT_LIMIT - sum(map(verbatim.size, head)) - PAGE * _HEADING) // PAGE
    items: list[ui.Item[ui.LayoutView]] = []
    outlet: str | None = ""
    quota = render.Quota()
    for voice in page_of(topic, page):
        if voice.hit.article.outlet != outlet:
            outlet = voice.hit.article.outlet
            items.append(ui.TextDisplay(f"### {verbatim.label(outlet, 60) if outlet else text('topic.no_outlet')}"))
        more = (f"-# {localised.counted('topic.further', voice.further)}",) if voice.further else ()
        items += render.entry(voice.hit, room, quota, more, today=today)
    turn = turning(page, pages, lambda to: topic_id(topic.subject, filters, to))
    return render.sheet(items, turn, above="\n".join(head))


def _silent(topic: Topic, about: str, filters: Filters, today: date | None) -> ui.LayoutView:
    lines = [about, f"**{verbatim.escape(voices.nobody(topic, filters))}**"]
    if topic.silence and (offered := topic.silence.details.suggestions):
        lines.append("\n".join((f"**{reasons.instead()}**", *(f"- {verbatim.label(one, 200)}" for one in offered))))
    hits = shown_hits(topic, 0)
    if hits and not topic.reported:
        lines.append(f"**{text('topic.nearest')}**")
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay(line) for line in lines]
    room = (render.TEXT_LIMIT - sum(map(verbatim.size, lines))) // REPORTED
    quota = render.Quota()
    for hit in hits:
        items += render.entry(hit, room, quota, today=today)
    return render.silent(items)


def _pages(topic: Topic) -> int:
    return max(1, -(-len(topic.voices) // PAGE))


def page_note(page: int, pages: int) -> str:
    """`` · Page 1 of 3``; nothing where there is one."""
    return f" · {text('page.of', page=page + 1, pages=pages)}" if pages > 1 else ""


def turning(page: int, pages: int, id_of: Any) -> list[ui.Button[ui.LayoutView]]:
    """The buttons that turn a page; none where an id would not fit."""
    found = [
        ui.Button[ui.LayoutView](label=text(label), custom_id=id_of(to), style=discord.ButtonStyle.secondary)
        for label, to in (("button.previous", page - 1), ("button.next", page + 1))
        if 0 <= to < pages
    ]
    return [button for button in found if verbatim.size(button.custom_id or "") <= render.ID_LIMIT]


# --- asking


async def shown(
    bot: OnRecord, server: int, subject: str, filters: Filters, page: int = 0, *, today: date
) -> ui.LayoutView:
    """The card for a subject, every quotation on it proved."""
    found = await bot.worker.call(server, lambda archive: archive.topic(subject, filters))
    hits = shown_hits(found, page)
    await prove(bot, server, hits)
    return render.quoting(card(found, page, filters, today=today), hits)


class TopicButton(LastingButton, template=TOPIC_ID):
    """Turns a page of who is on record."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show that page, of what is on record now."""
        await interaction.response.defer()
        try:
            bot, server = interaction.client, server_of(interaction)
            outlet = await bot.worker.call(
                server, lambda archive: named(archive.outlets("", 10_000), self.says["outlet"])
            )
            if self.says["outlet"] and outlet is None:
                await failures.say(interaction, text("topic.gone"))
                return
            filters = Filters(outlet=outlet, since=unpacked(self.says["since"]), until=unpacked(self.says["until"]))
            page, today = int(self.says["page"]), interaction.created_at.date()
            view = await shown(bot, server, self.says["subject"], filters, page, today=today)
        except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
            await failures.tell(interaction, error)
            return
        sent = await interaction.edit_original_response(view=view)
        await posted.note(bot, server, sent, view, Kind.TOPIC)


def named(names: Iterable[str], key: str) -> str | None:
    """The first of ``names`` that the key stands for; ``None`` where none does."""
    return next((name for name in names if key_of(name) == key), None) if key else None
