"""What was done can be undone: the button for it, and the message it stands on."""

from __future__ import annotations

import re
from typing import Any

import discord
from discord import ui

from bot import render
from bot.ask import Pressed
from bot.curating import CuratorButton, button
from bot.permissions import server_of
from index.archive import Archive
from index.errors import NotUndoable

UNDO_ID = re.compile(r"or:ju:(?P<entry>[0-9]{1,12})")
UNDONE = "Undone; everything is as it was before."
NO_ENTRY = "There is no such change in the log of this server."


class UndoButton(CuratorButton, template=UNDO_ID):
    """*Undo*: puts back what stood there before the change of that number in the log of this server."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Undo it, unless it was undone or changed again since."""
        number, by = int(self.says["entry"]), str(interaction.user.id)

        def undo(archive: Archive) -> str:
            entry = archive.log.entry(number)
            if entry is None:
                return NO_ENTRY
            try:
                archive.undo(entry, by=by)
            except NotUndoable as error:
                return str(error)
            return UNDONE

        done = await interaction.client.worker.call(server_of(interaction), undo, changes=True)
        await pressed.show(render.note(done))


def undo_row(entry: int, *others: ui.Button[ui.LayoutView]) -> ui.ActionRow[ui.LayoutView]:
    """*Undo* for an entry of the log, and other buttons beside it."""
    return ui.ActionRow(button("Undo", f"or:ju:{entry}"), *others)


def done(sentence: str, entry: int, *others: ui.Button[ui.LayoutView]) -> ui.LayoutView:
    """That something was done, with the button that undoes it; escaped already."""
    return render.view(ui.TextDisplay(sentence), undo_row(entry, *others))
