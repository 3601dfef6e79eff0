"""The bot's texts in every language, and the names of its commands."""

from __future__ import annotations

import ast
import asyncio
import re
from pathlib import Path
from string import Formatter
from typing import Any

import discord
import pytest
from discord import app_commands

from bot import days, localised
from bot.client import OnRecord
from bot.config import Config
from bot.localised import ENGLISH, LANGUAGES, catalogue, counted, language, language_of, listed, speaking, text
from bot.translator import Translator, key_of
from index.receipts import GROUNDS

OTHERS = tuple(language for language in LANGUAGES if language != ENGLISH)
BOT = Path(localised.__file__).parent


def texts_of(language: str) -> dict[str, str]:
    return {key: value for key, value in catalogue(language).items() if not key.startswith("commands.")}


def braces(value: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(value) if name is not None}


@pytest.mark.parametrize("other", OTHERS)
def test_every_language_says_everything(other: str) -> None:
    """Each language has the keys of English, neither fewer nor more, each with the same things put in."""
    assert texts_of(other).keys() == texts_of(ENGLISH).keys()
    different = {key for key, value in texts_of(ENGLISH).items() if braces(value) != braces(texts_of(other)[key])}
    assert different == set()


def test_every_catalogue_is_listed() -> None:
    """A file of texts that is there is used."""
    assert {file.stem for file in (BOT / "locales").iterdir()} == set(LANGUAGES)


def test_every_text_the_code_asks_for_exists_and_is_asked_for() -> None:
    """No key is misspelt in the code, and no text is left over that nothing shows."""
    code = "\n".join(file.read_text(encoding="utf-8") for file in BOT.glob("*.py"))
    asked = set(re.findall(r"""\btext\(\s*["']([a-z_]+\.[a-z_.]+)["'][,)]""", code))
    plural = {
        f"{key}.{form}"
        for key in re.findall(r"""\bcounted\(\s*["']([a-z_]+\.[a-z_.]+)["'],""", code)
        for form in ("one", "other")
    }
    begun = ("ground.", *re.findall(r"""\b(?:text|counted)\(f["']([a-z_.]+\.)\{""", code))
    known = texts_of(ENGLISH).keys()
    assert (asked | plural) - known == set()
    quoted = set(re.findall(r'"([a-z_]+\.[a-z_.]+)"', code))
    assert {key for key in known if key not in asked | plural | quoted and not key.startswith(begun)} == set()


MEMBERS = (
    "ask", "card_buttons", "cards", "checking", "days", "edits", "failures", "limits", "onrecord", "permissions",
    "reasons", "receipts", "render", "subscriptions", "tell_me", "timelines", "topics", "voices",
)  # fmt: skip
"""Modules that write what members read."""


def sentences_in(tree: ast.AST) -> set[str]:
    """What in code reads like English and may be shown: not what is raised, logged, matched, or describes a command."""
    left_out: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()) | ast.Raise():
                left_out |= set(ast.walk(node))
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                beside = [*node.decorator_list, *(node.keywords if isinstance(node, ast.ClassDef) else ())]
                left_out |= {inner for each in beside for inner in ast.walk(each)}
                if node.name == "article_page":  # the moderators' list
                    left_out |= set(ast.walk(node))
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log" | "re"))):
                left_out |= set(ast.walk(node))
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in left_out)
    words = (node.value for node in constants if isinstance(node.value, str))
    return {each for each in words if re.search(r"[A-Za-z]{2,} [a-z]{2,}|^[A-Z][a-z]+", each)}


def test_nothing_that_members_read_is_written_in_the_code() -> None:
    """Every sentence and every label comes from the catalogues; the menus are named in the code, as commands are."""
    found = {each for name in MEMBERS for each in sentences_in(ast.parse((BOT / f"{name}.py").read_text("utf-8")))}
    menus = {"Is this on record?", "Delete this answer", "Receipt"}
    assert found - menus == {" ".join(days._MONTHS)}


def test_what_names_a_speaker_is_said_alike_on_a_terminal_and_on_a_card() -> None:
    """`index` has its sentences in English, which the English catalogue repeats."""
    own = {key.removeprefix("ground."): words for key, words in texts_of(ENGLISH).items() if key.startswith("ground.")}
    assert own == GROUNDS


def test_numbers_and_lists_follow_the_language() -> None:
    """One and several have forms of their own; thousands are set apart as the language does it."""
    assert counted("timeline.quotations", 1) == "1 quotation"
    assert counted("timeline.quotations", 1200) == "1,200 quotations"
    assert listed(["a", "b", "c"]) == "a, b and c"
    with speaking(discord.Locale.german):
        assert counted("timeline.quotations", 1200) == "1.200 Äußerungen"
        assert listed(["a", "b"]) == "a und b"
    assert listed([]) == ""


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        (discord.Locale.german, "de"),
        (discord.Locale.american_english, "en"),
        (discord.Locale.british_english, "en"),
        (discord.Locale.french, "en"),
        (None, "en"),
        ("de-AT", "de"),
    ],
)
def test_a_language_without_a_catalogue_is_english(locale: object, expected: str) -> None:
    """Whatever Discord says the locale is, there is a text."""
    assert language_of(locale) == expected
    with speaking(locale):
        assert language() == expected
    assert language() == ENGLISH


def test_tasks_do_not_share_a_language() -> None:
    """Two people served at once each read their own language."""

    async def served(locale: str, ready: asyncio.Barrier) -> str:
        localised.speak(locale)
        await ready.wait()
        return text("button.next")

    async def scene() -> list[str]:
        ready = asyncio.Barrier(3)
        return await asyncio.gather(*(served(locale, ready) for locale in ("de", "en-US", "de")))

    assert asyncio.run(scene()) == ["Weiter", "Next", "Weiter"]
    assert text("button.next") == "Next"


class _Asked(Translator):
    """Notes the key of every name and description there is."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[str, str] = {}

    async def translate(self, string: Any, locale: Any, context: Any) -> str | None:
        self.keys[key_of(string, context)] = string.message
        return await super().translate(string, locale, context)


@pytest.mark.parametrize("other", OTHERS)
def test_every_command_has_its_name_and_description(other: str, tmp_path: Path, words_encoder: Any) -> None:
    """Each command, group and option is named and described in each language, within Discord's rules, once."""

    async def scene() -> tuple[dict[str, str], list[dict[str, Any]]]:
        bot = OnRecord(Config(), tmp_path, encoder=words_encoder, shard_count=1)
        for cog in bot.features():
            await bot.add_cog(cog)
        asked = _Asked()
        payload = [await command.get_translated_payload(bot.tree, asked) for command in bot.tree.get_commands()]
        await bot.worker.close()
        return asked.keys, payload

    keys, payload = asyncio.run(scene())
    own = {key for key in catalogue(other) if key.startswith("commands.")}
    assert own == {key for key in keys if not key.startswith("commands.menus.") or key.endswith(".name")}
    for key in own:
        value = catalogue(other)[key]
        if key.endswith(".name") and ".menus." not in key:
            assert re.fullmatch(r"[-_\w]{1,32}", value), key
            assert value == value.lower(), key
        assert 1 <= len(value) <= 100, key
    for level in _levels(payload):
        names = [entry["name_localizations"][other] for entry in level if "name_localizations" in entry]
        assert len(set(names)) == len(names)


def _levels(entries: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [entries, *(level for entry in entries if entry.get("options") for level in _levels(entry["options"]))]


def test_english_is_what_the_code_says() -> None:
    """Discord is given no English beside the names in the code."""

    async def scene() -> str | None:
        command = app_commands.locale_str("ask")
        context: Any = None
        return await Translator().translate(command, discord.Locale.british_english, context)

    assert asyncio.run(scene()) is None
