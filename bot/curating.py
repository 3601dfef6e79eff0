"""Buttons and forms of moderators: who uses one is checked again, before anything is looked up.

All that one needs is in its id, so it outlives the process that sent it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, ClassVar

import discord
from discord import ui
from discord.ext import commands

from bot import details, failures, localised, reasons, render, verbatim
from bot.ask import AUTOCOMPLETE_SECONDS, LastingButton, Pressed
from bot.permissions import REFUSED, Refused, may_curate
from index.types import Article

if TYPE_CHECKING:
    from bot.client import OnRecord

BUSY = "The archive of this server is at work just now; press it again in a moment."
NO_SUCH = "No article here is called that; choose one from the list that opens while you type."


class CuratorGroup(commands.GroupCog):
    """A group of commands for those who may change the articles, whatever Discord's own settings let through."""

    def __init__(self, bot: OnRecord) -> None:
        self.bot = bot
        super().__init__()

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Refuse everybody else."""
        if not may_curate(interaction, self.bot.config.bot.curator_role):
            raise Refused
        return True


async def refused(interaction: discord.Interaction[Any]) -> bool:
    """Whether the person may not change the articles; then they were told so."""
    if may_curate(interaction, interaction.client.config.bot.curator_role):
        return False
    await failures.say(interaction, REFUSED)
    return True


def by(interaction: discord.Interaction[Any]) -> str:
    """Who uses it, for the log."""
    return str(interaction.user.id)


def called(article: Article) -> str:
    """An article's title between quotation marks, escaped."""
    return f"“{verbatim.escape(render.title_of(article))}”"


def source(article: Article) -> str:
    """Outlet and day of an article, below its title, and what it does not state; escaped."""
    known = {
        "outlet": verbatim.label(article.outlet or "", 80),
        "date": render.day(article.date) if article.date else "",
    }
    missing = [name for name, part in {"title": article.title, **known}.items() if not part]
    parts = [part for part in known.values() if part]
    return render.BETWEEN.join([*parts, f"{reasons.listed(missing)} not stated"] if missing else parts)


class CuratorButton(LastingButton, template=r"(?!)"):
    """A button for those who may change the articles."""

    turn: ClassVar[bool] = True
    """Whether it changes the message it stands on; else it answers with a message for the person alone."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Refuse, or acknowledge and act."""
        if await refused(interaction):
            return
        async with Pressed(interaction, turn=self.turn) as pressed:
            await self.act(interaction, pressed)

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """What it does."""
        raise NotImplementedError


class FormButton(LastingButton, template=r"(?!)"):
    """A button of theirs that opens a form."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Refuse, or show the form."""
        if not await refused(interaction):
            await show_form(interaction, self.form(interaction))

    async def form(self, interaction: discord.Interaction[Any]) -> ui.Modal | str:
        """The form, or the sentence that says why there is none."""
        raise NotImplementedError


async def show_form(interaction: discord.Interaction[Any], form: Awaitable[ui.Modal | str]) -> None:
    """Show a form for which an archive has to be looked at first; it cannot be announced, and Discord waits for 3 s."""
    try:
        async with asyncio.timeout(AUTOCOMPLETE_SECONDS):
            made = await form
    except TimeoutError:
        made = BUSY
    except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
        await failures.tell(interaction, error)
        return
    if isinstance(made, str):
        await failures.say(interaction, made)
    else:
        await interaction.response.send_modal(made)


def form_of(
    interaction: discord.Interaction[Any], pattern: re.Pattern[str]
) -> tuple[re.Match[str], dict[str, str]] | None:
    """What the id of a form says, and what was typed into it; ``None`` where it is no form of that ``pattern``."""
    if interaction.type is not discord.InteractionType.modal_submit or interaction.data is None:
        return None
    says = pattern.fullmatch(str(interaction.data.get("custom_id", "")))
    if says is None:
        return None
    localised.speak(interaction.locale)
    return says, details.typed(interaction.data)


def button(label: str, custom_id: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary) -> Any:
    """A button that is answered by its id."""
    made: ui.Button[ui.LayoutView] = ui.Button(label=label, custom_id=custom_id, style=style)
    return made


DANGER, SUCCESS = discord.ButtonStyle.danger, discord.ButtonStyle.success
