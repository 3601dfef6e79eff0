"""``/onrecord-settings``: what the moderators of a server decide, on one card whose lists outlive the process."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot import failures, render
from bot.ask import LastingButton, LastingSelect
from bot.localised import counted, text
from bot.permissions import Refused, may_configure, server_of
from index.archive import Archive
from index.server_settings import ServerSettings

if TYPE_CHECKING:
    from bot.client import OnRecord

NAME = "onrecord-settings"
MOST_CHANNELS = 25
"""Discord's own limit for one list."""
RETENTION = (7, 30, 90, 180, 365)
MEMBERS = (1, 2, 3, 5, 10)

SELECT_ID = re.compile(r"or:ss:(?P<name>channels|curator_role|digest_channel|gap_members|retention_days)")
SWITCH_ID = re.compile(r"or:sw:(?P<name>corrections):(?P<to>[01])")

_WITH_QUESTIONS = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.forum,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
]
_WITH_POSTS = [discord.ChannelType.text, discord.ChannelType.news]


@dataclass(frozen=True, slots=True)
class Threshold:
    """When an archive abstains, and since when it is its own."""

    value: float
    at: str | None


def card(
    settings: ServerSettings, threshold: Threshold, guild: discord.Guild | None, config_role: str
) -> ui.LayoutView:
    """All settings of a server, each with what changes it."""
    channels = [channel for channel in settings.channels if guild is None or guild.get_channel(channel)]
    gone = len(settings.channels) - len(channels)
    items: list[ui.Item[ui.LayoutView]] = [
        ui.TextDisplay(f"### {text('settings.head')}"),
        _said("channels", where(settings.channels) + (f"\n{counted('settings.gone', gone)}" if gone else "")),
        _row(
            ui.ChannelSelect(
                custom_id="or:ss:channels",
                channel_types=_WITH_QUESTIONS,
                placeholder=text("settings.channels.none"),
                min_values=0,
                max_values=MOST_CHANNELS,
                default_values=[discord.SelectDefaultValue.from_channel(discord.Object(c)) for c in channels],
            )
        ),
        ui.Separator(),
        _said("curator_role", _who(settings.curator_role, config_role)),
        _row(
            ui.RoleSelect(
                custom_id="or:ss:curator_role",
                placeholder=text("settings.curator_role.none"),
                min_values=0,
                max_values=1,
                default_values=[discord.Object(role) for role in _there(settings.curator_role, guild, "get_role")],
            )
        ),
        ui.Separator(),
        _said("threshold", _threshold(threshold)),
        ui.Separator(),
        ui.Section(
            _words("corrections", text(f"settings.corrections.{_on(settings.corrections)}")),
            accessory=ui.Button(
                label=text(f"settings.turn_{_on(not settings.corrections)}"),
                custom_id=f"or:sw:corrections:{int(not settings.corrections)}",
                style=discord.ButtonStyle.secondary,
            ),
        ),
        ui.Separator(),
        _said("retention_days", counted("settings.retention_days.now", settings.retention_days)),
        _row(_numbers("retention_days", RETENTION, settings.retention_days)),
        ui.Separator(),
        _said("gap_members", counted("settings.gap_members.now", settings.gap_members)),
        _row(_numbers("gap_members", MEMBERS, settings.gap_members)),
        ui.Separator(),
        _said("digest_channel", _digest(settings.digest_channel)),
        _row(
            ui.ChannelSelect(
                custom_id="or:ss:digest_channel",
                channel_types=_WITH_POSTS,
                placeholder=text("settings.digest_channel.none"),
                min_values=0,
                max_values=1,
                default_values=[
                    discord.SelectDefaultValue.from_channel(discord.Object(channel))
                    for channel in _there(settings.digest_channel, guild, "get_channel")
                ],
            )
        ),
    ]
    return render.sheet(items)


def where(channels: Sequence[int]) -> str:
    """Where questions are answered, in a sentence."""
    if not channels:
        return text("settings.channels.all")
    return text("settings.channels.only", channels=", ".join(f"<#{channel}>" for channel in channels))


def _who(role: int | None, config_role: str) -> str:
    if role is not None:
        return text("settings.curator_role.own", role=f"<@&{role}>")
    return text("settings.curator_role.config" if config_role else "settings.curator_role.nobody", role=config_role)


def _threshold(threshold: Threshold) -> str:
    day = "" if threshold.at is None else render.day(threshold.at[:10])
    key = "settings.threshold.configured" if threshold.at is None else "settings.threshold.own"
    return text(key, percent=round(threshold.value * 100), day=day)


def _digest(channel: int | None) -> str:
    return text("settings.digest_channel.off" if channel is None else "settings.digest_channel.on", channel=channel)


def _on(on: bool) -> str:
    return "on" if on else "off"


def _there(number: int | None, guild: discord.Guild | None, get: str) -> list[int]:
    """What Discord takes as chosen already: what there still is."""
    return [number] if number is not None and (guild is None or getattr(guild, get)(number)) else []


def _words(name: str, now: str) -> str:
    return f"**{text(f'settings.{name}.head')}**\n{now}"


def _said(name: str, now: str) -> ui.TextDisplay[ui.LayoutView]:
    return ui.TextDisplay(_words(name, now))


def _row(item: ui.Item[ui.LayoutView]) -> ui.ActionRow[ui.LayoutView]:
    return ui.ActionRow(item)


def _numbers(name: str, offered: Sequence[int], now: int) -> ui.Select[ui.LayoutView]:
    return ui.Select(
        custom_id=f"or:ss:{name}",
        options=[
            discord.SelectOption(
                label=counted(f"settings.{name}.option", number), value=str(number), default=number == now
            )
            for number in sorted({*offered, now})
        ],
    )


class ServerSettingsCog(commands.Cog):
    """The command that shows the card."""

    def __init__(self, bot: OnRecord) -> None:
        self.bot = bot

    @app_commands.command(name=NAME, description="Where I answer, who keeps the articles, and what is kept how long")
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    async def settings(self, interaction: discord.Interaction[OnRecord]) -> None:
        """Show the settings, to whoever may change them alone."""
        if not may_configure(interaction):
            raise Refused(configuring=True)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(view=await _shown(interaction), ephemeral=True)


async def _shown(interaction: discord.Interaction[Any], **changes: Any) -> ui.LayoutView:
    """The card, after ``changes``."""
    bot, server, by = interaction.client, server_of(interaction), str(interaction.user.id)

    def work(archive: Archive) -> tuple[ServerSettings, Threshold]:
        settings = archive.server_settings.set(by=by, **changes)
        own = archive.calibrated()
        return settings, Threshold(archive.threshold, own.at if own else None)

    settings, threshold = await bot.worker.call(server, work)
    bot.server_settings.forget(server)
    await bot.server_settings.of(server)
    return card(settings, threshold, interaction.guild, bot.config.bot.curator_role)


async def _change(interaction: discord.Interaction[Any], **changes: Any) -> None:
    """Make a change that was chosen on the card, and show the card as it is then."""
    try:
        if not may_configure(interaction):
            raise Refused(configuring=True)
        await interaction.response.defer()
        await interaction.edit_original_response(view=await _shown(interaction, **changes))
    except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
        await failures.tell(interaction, error)


class SettingSelect(LastingSelect, template=SELECT_ID):
    """One of the lists on the card: of channels, of roles, or of numbers."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Set what was chosen; nothing chosen goes back to where there was no choice."""
        name = self.says["name"]
        data: Any = interaction.data or {}
        chosen = tuple(int(value) for value in data.get("values", ()))
        if name == "curator_role" and chosen == (interaction.guild_id,):
            await failures.say(interaction, text("settings.curator_role.everyone"))
            return
        await _change(interaction, **{name: chosen if name == "channels" else next(iter(chosen), None)})


class SettingSwitch(LastingButton, template=SWITCH_ID):
    """Turns a setting on or off."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Set it to what the button said, however often it is pressed."""
        await _change(interaction, **{self.says["name"]: self.says["to"] == "1"})


ITEMS = (SettingSelect, SettingSwitch)
