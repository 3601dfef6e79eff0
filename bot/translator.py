"""Names and descriptions of the commands in the languages there is a catalogue of."""

from __future__ import annotations

import re
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation as Location

from bot.localised import ENGLISH, catalogue, language_of

_KINDS = {
    Location.command_name: "name",
    Location.command_description: "description",
    Location.group_name: "name",
    Location.group_description: "description",
    Location.parameter_name: "name",
    Location.parameter_description: "description",
}


class Translator(app_commands.Translator):
    """Looks names and descriptions up under the path of what they name; English is what the code says."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """The text in the language of ``locale``; ``None`` where Discord is to show the English one."""
        language = language_of(locale)
        return None if language == ENGLISH else catalogue(language).get(key_of(string, context))


def key_of(string: app_commands.locale_str, context: app_commands.TranslationContextTypes) -> str:
    """The key of a name or description: ``commands.ask.options.question.name``."""
    if context.location is Location.choice_name or context.location is Location.other:
        return f"commands.choices.{_slug(string.message)}"
    kind = _KINDS[context.location]
    data = context.data
    if isinstance(data, app_commands.Parameter):
        return f"commands.{_path(data.command)}.options.{data.name}.{kind}"
    return f"commands.{_path(data)}.{kind}"


def _path(command: app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu) -> str:
    """Where a command stands: ``articles.add``; a context menu by its words: ``is-this-on-record``."""
    if isinstance(command, app_commands.ContextMenu):
        return f"menus.{_slug(command.name)}"
    return command.qualified_name.replace(" ", ".")


def _slug(words: str) -> str:
    return re.sub(r"\W+", "-", words.casefold()).strip("-")
