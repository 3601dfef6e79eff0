"""``/articles log``: who changed what and when, with **Undo** where it can be undone; and all of it as a file."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot import curating, render, topics, verbatim
from bot.ask import Pressed
from bot.curating import CuratorButton, button
from bot.permissions import server_of
from index.archive import Archive
from index.audit import Action, Entry
from index.errors import NotUndoable

if TYPE_CHECKING:
    from bot.client import OnRecord

PAGE = 10
"""Entries on one page: each takes three of the 40 components of a message."""
FILE_LIMIT = 8 * 1024 * 1024
"""Bytes of the exported file, below Discord's limit for an attachment; the oldest entries are left out."""
EMPTY = "Nothing has been changed on this server yet."
EXPORTED = "The log, one JSON object a line, the newest change first."
CUT = "Only the newest {kept:,} of {all:,} changes fit into a file."

_LOG, _UNDO, _EXPORT = "or:gl", "or:gu", "or:gx"
LOG_ID = re.compile(rf"{_LOG}:(?P<page>[0-9]{{1,6}})")
UNDO_ID = re.compile(rf"{_UNDO}:(?P<page>[0-9]{{1,6}}):(?P<entry>[0-9]{{1,12}})")
EXPORT_ID = re.compile(_EXPORT)

UNDOABLE = frozenset({Action.ADDED, Action.UPDATED, Action.EDITED, Action.REMOVED, Action.THRESHOLD})
_NEEDS_BEFORE = frozenset({Action.UPDATED, Action.EDITED, Action.REMOVED})
_SAID = {
    Action.ADDED: "Added", Action.UPDATED: "Updated", Action.EDITED: "Details edited", Action.REMOVED: "Removed",
    Action.PROMOTED: "Index promoted", Action.ROLLED_BACK: "Index rolled back", Action.DISCARDED: "Index discarded",
    Action.THRESHOLD: "Threshold set", Action.GOLDEN: "Golden question", Action.OVERRIDE: "Override",
    Action.FEED: "Feed", Action.GAP: "Gap", Action.SETTINGS: "Settings", Action.IMPORTED: "Imported",
    Action.UNDONE: "Undid",
}  # fmt: skip
_MEMBER = re.compile(r"[0-9]{15,20}")
_GREEN = discord.Colour(0x1F8B4C)


def may_undo(entry: Entry) -> bool:
    """Whether undoing is offered; whether it can still be done is only known when it is tried."""
    kept = entry.before is not None or entry.action not in _NEEDS_BEFORE
    return entry.action in UNDOABLE and entry.undone_by is None and kept


def card(entries: Sequence[Entry], page: int, number: int, above: Sequence[str] = ()) -> ui.LayoutView:
    """A page, counting from 0, of a log of ``number`` entries; ``above`` are escaped lines of what just happened."""
    pages = max(1, -(-number // PAGE))
    head = [*above, f"**{render.counted(number, 'change')}** on this server{topics.page_note(page, pages)}"]
    items: list[Any] = [ui.TextDisplay("\n".join(head))]
    for entry in entries:
        if may_undo(entry):
            items.append(ui.Section(_line(entry), accessory=button("Undo", f"{_UNDO}:{page}:{entry.id}")))
        else:
            items.append(ui.TextDisplay(_line(entry)))
    turn = topics.turning(page, pages, lambda to: f"{_LOG}:{to}")
    box: ui.Container[ui.LayoutView] = ui.Container(*items, accent_colour=_GREEN)
    return render.view(box, ui.ActionRow(*turn, button("Export", _EXPORT)))


def _line(entry: Entry) -> str:
    at = int(datetime.fromisoformat(entry.at).timestamp())
    undone = f" · undone by no. {entry.undone_by}" if entry.undone_by else ""
    of = f" no. {verbatim.label(entry.subject or '', 12)}" if entry.action is Action.UNDONE else ""
    words = verbatim.label(entry.words, 80)
    return f"**{_SAID[entry.action]}{of}:** {words}\n-# No. {entry.id} · {who(entry)} · <t:{at}:f>{undone}"


def who(entry: Entry) -> str:
    """Who made a change, escaped: a member by what Discord shows of them, which pings nobody here."""
    if entry.by is None:
        return "onrecord"
    return f"<@{entry.by}>" if _MEMBER.fullmatch(entry.by) else verbatim.label(entry.by, 40)


async def shown(bot: OnRecord, server: int, page: int = 0, above: Sequence[str] = ()) -> ui.LayoutView:
    """A page of the log as it is now; the last one where there are not so many."""

    def look(archive: Archive) -> tuple[Sequence[Entry], int, int]:
        number = archive.log.count()
        there = min(page, max(0, -(-number // PAGE) - 1))
        return archive.log.entries(start=there * PAGE, limit=PAGE), there, number

    entries, there, number = await bot.worker.call(server, look)
    return card(entries, there, number, above) if number else render.note(EMPTY)


def exported(entries: Sequence[Entry]) -> tuple[bytes, int]:
    """The entries as JSON lines, without the texts of articles, as many as `FILE_LIMIT` has room for; and how many."""
    lines: list[bytes] = []
    room = FILE_LIMIT
    for entry in entries:
        line = (json.dumps(entry_json(entry), ensure_ascii=False) + "\n").encode()
        if len(line) > room:
            break
        room -= len(line)
        lines.append(line)
    return b"".join(lines), len(lines)


def entry_json(entry: Entry) -> dict[str, Any]:
    """A change as an object; what stood there before without the text of the article, which its hash stands for."""
    before, after = (
        {name: part for name, part in value.items() if name != "text"} if value is not None else None
        for value in (entry.before, entry.after)
    )
    return {
        "id": entry.id, "at": entry.at, "by": entry.by, "action": entry.action.value, "subject": entry.subject,
        "words": entry.words, "before": before, "after": after, "undone_by": entry.undone_by,
    }  # fmt: skip


class LogButton(CuratorButton, template=LOG_ID):
    """Turns a page of the log."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Show that page."""
        await pressed.show(await shown(interaction.client, server_of(interaction), int(self.says["page"])))


class UndoButton(CuratorButton, template=UNDO_ID):
    """*Undo* of one entry."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Put back what stood there before, or say why that cannot be done; then show the page again."""
        bot, server, by, number = (
            interaction.client,
            server_of(interaction),
            curating.by(interaction),
            self.says["entry"],
        )

        def undoing(archive: Archive) -> str:
            entry = archive.log.entry(int(number))
            if entry is None:
                return f"There is no change no. {number} here."
            try:
                archive.undo(entry, by=by)
            except NotUndoable as error:
                return f"**Not undone.** {verbatim.escape(str(error))}"
            return f"**Undone:** no. {entry.id}, “{verbatim.label(entry.words, 90)}”"

        said = await bot.worker.call(server, undoing, changes=True)
        await pressed.show(await shown(bot, server, int(self.says["page"]), [said, ""]))


class ExportButton(CuratorButton, template=EXPORT_ID):
    """*Export*: the whole log as a file."""

    turn = False

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Attach it, for the person alone."""

        def export(archive: Archive) -> tuple[bytes, int, int]:
            return *exported(archive.log.entries()), archive.log.count()

        data, kept, number = await interaction.client.worker.call(server_of(interaction), export)
        words = EXPORTED if kept == number else CUT.format(kept=kept, all=number)
        file = discord.File(io.BytesIO(data), "onrecord-log.jsonl")
        await interaction.followup.send(words, file=file, ephemeral=True)


BUTTONS = (LogButton, UndoButton, ExportButton)
