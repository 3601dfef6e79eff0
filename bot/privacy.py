"""``/privacy``: what is stored, in plain words; what of it is about whoever asks; and deleting that."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot import failures, leaving, render
from bot.ask import LastingButton
from bot.localised import counted, grouped, text
from bot.permissions import server_of
from index.server_settings import ServerSettings
from index.subscriptions import KEPT_DAYS

if TYPE_CHECKING:
    from bot.client import OnRecord

PRIVACY_ID = re.compile(r"or:pv:(?P<what>show|ask|delete|keep)")
FILE = "stored-about-me.json"
_STORED = ("answered", "unanswered", "subscriptions", "feedback", "log", "posted", "cards", "leaving")
"""What is told on the card, each in a paragraph."""


def card(settings: ServerSettings, card_days: int) -> ui.LayoutView:
    """What a server's archive keeps, for how long, and the buttons; posted cards are known for ``card_days``."""
    said = {
        "days": settings.retention_days, "subscribed": KEPT_DAYS, "left": leaving.KEPT_DAYS, "posted": card_days,
    }  # fmt: skip
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay(f"### {text('privacy.head')}")]
    for name in _STORED:
        items += [ui.TextDisplay(text(f"privacy.stored.{name}", **said)), ui.Separator(visible=False)]
    items.append(
        ui.ActionRow(
            _button("privacy.show", "show"), _button("privacy.delete", "ask", style=discord.ButtonStyle.danger)
        )
    )
    return render.sheet(items)


def confirmation(found: dict[str, list[dict[str, Any]]]) -> ui.LayoutView:
    """What would be deleted, and whether it is to be."""
    if not any(found.values()):
        return render.note(text("privacy.nothing"))
    lines = [
        text("privacy.sure"),
        *(f"- {line}" for line in _counts({name: len(rows) for name, rows in found.items()})),
    ]
    row = ui.ActionRow[ui.LayoutView](
        _button("privacy.yes", "delete", style=discord.ButtonStyle.danger), _button("privacy.no", "keep")
    )
    return render.sheet([ui.TextDisplay("\n".join(lines)), row])


def _counts(counts: dict[str, int]) -> list[str]:
    return [f"{text(f'privacy.kinds.{name}')}: {grouped(number)}" for name, number in counts.items() if number]


def _button(
    label: str, what: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary
) -> ui.Button[ui.LayoutView]:
    return ui.Button(label=text(label), custom_id=f"or:pv:{what}", style=style)


class Privacy(commands.Cog):
    """The command that shows the card."""

    def __init__(self, bot: OnRecord) -> None:
        self.bot = bot

    @app_commands.command(name="privacy", description="What is stored here, what of it is about you, and deleting it")
    @app_commands.guild_only()
    async def privacy(self, interaction: discord.Interaction[OnRecord]) -> None:
        """Say what is stored, to whoever asks alone."""
        settings = await self.bot.server_settings.of(server_of(interaction))
        view = card(settings, self.bot.config.bot.card_days)
        await interaction.response.send_message(view=view, ephemeral=True)


class PrivacyButton(LastingButton, template=PRIVACY_ID):
    """Shows or deletes what is stored about whoever presses it, and about nobody else."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """What a member is shown is only ever shown to that member."""
        try:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self._do(interaction)
        except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
            await failures.tell(interaction, error)

    async def _do(self, interaction: discord.Interaction[Any]) -> None:
        worker, server, member = interaction.client.worker, server_of(interaction), interaction.user.id
        if self.says["what"] == "keep":
            await interaction.followup.send(view=render.note(text("privacy.kept")), ephemeral=True)
        elif self.says["what"] == "delete":
            gone = await worker.call(server, lambda archive: archive.forget_member(member), changes=True)
            said = counted("privacy.deleted", sum(gone.values()))
            await interaction.followup.send(view=render.note("\n".join((said, *_counts(gone)))), ephemeral=True)
        else:
            found = await worker.call(server, lambda archive: archive.kept_of(member))
            if self.says["what"] == "ask":
                await interaction.followup.send(view=confirmation(found), ephemeral=True)
                return
            written = json.dumps({"server": server, "member": member, **found}, ensure_ascii=False, indent=1)
            file = discord.File(io.BytesIO(written.encode("utf-8", "replace")), FILE)
            total = sum(map(len, found.values()))
            said = counted("privacy.shown", total) if total else text("privacy.nothing")
            await interaction.followup.send(said, file=file, ephemeral=True)
