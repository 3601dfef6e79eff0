"""What the buttons of moderators have in common: who presses is checked again, and what was done can be undone."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import discord
from discord import ui

from bot import failures, render
from bot.ask import LastingButton, Pressed
from bot.permissions import REFUSED, may_curate, server_of
from index.archive import Archive
from index.errors import NotUndoable

UNDO_ID = re.compile(r"or:ju:(?P<entry>[0-9]{1,12})")
UNDONE = "Undone; everything is as it was before."
NO_ENTRY = "There is no such change in the log of this server."

GREY, GREEN, RED = discord.ButtonStyle.secondary, discord.ButtonStyle.success, discord.ButtonStyle.danger


class ModeratorButton(LastingButton, template=r"(?!)"):
    """A button that only those may press who may change the articles."""

    turn: ClassVar[bool] = True
    """Whether it changes the message it stands on; else it answers with one for the person alone."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Refuse, or acknowledge at once and do it."""
        if await refused(interaction):
            return
        async with Pressed(interaction, turn=self.turn) as pressed:
            await self.press(interaction, pressed)

    async def press(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """What it does."""
        raise NotImplementedError


class UndoButton(ModeratorButton, template=UNDO_ID):
    """*Undo*: puts back what stood there before the change of that number in the log of this server."""

    async def press(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
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


async def refused(interaction: discord.Interaction[Any]) -> bool:
    """Whether the person may not change the articles; then they were told so."""
    if may_curate(interaction, interaction.client.config.bot.curator_role):
        return False
    await failures.say(interaction, REFUSED)
    return True


def button(label: str, custom_id: str, style: discord.ButtonStyle = GREY) -> ui.Button[ui.LayoutView]:
    """A button that is answered by its id."""
    return ui.Button(label=label, custom_id=custom_id, style=style)


def undo_row(entry: int, *others: ui.Button[ui.LayoutView]) -> ui.ActionRow[ui.LayoutView]:
    """*Undo* for an entry of the log, and other buttons beside it."""
    return ui.ActionRow(button("Undo", f"or:ju:{entry}"), *others)


def done(sentence: str, entry: int, *others: ui.Button[ui.LayoutView]) -> ui.LayoutView:
    """That something was done, with the button that undoes it; escaped already."""
    return render.view(ui.TextDisplay(sentence), undo_row(entry, *others))
