"""The bot's own texts in the language of whoever reads them.

A text is looked up by its key in ``locales/<language>.toml``. TOML, and not gettext's pairs of .po and .mo: who
translates edits one file that Python reads as it is, nothing is compiled, and a change of a text is a line in a diff. A
key rather than the English sentence finds a text, so that mending the English does not lose the German.

The language belongs to the task that answers one interaction or one message (`speak`); everywhere else, on the command
line too, it is English.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Any

ENGLISH = "en"
LANGUAGES = (ENGLISH, "de")
"""Languages there is a catalogue of; English is complete by definition, a test holds the others to it."""

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every text of one language under its dotted key; that of the commands' names and descriptions too."""
    written = files("bot").joinpath("locales", f"{language}.toml").read_text(encoding="utf-8")
    return dict(_flat(tomllib.loads(written), ""))


def _flat(table: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, str):
            yield above + name, value
        else:
            yield from _flat(value, f"{above}{name}.")


def language_of(locale: object) -> str:
    """The language for what Discord calls a locale (``de``, ``en-GB``); English where there is no catalogue of it."""
    language = str(locale).partition("-")[0]
    return language if language in LANGUAGES else ENGLISH


def language() -> str:
    """The language of the task at hand."""
    return _language.get()


def speak(locale: object) -> None:
    """From here on, in this task alone, texts are in the language of ``locale``."""
    _language.set(language_of(locale))


@contextmanager
def speaking(locale: object) -> Iterator[None]:
    """Texts are in the language of ``locale`` inside."""
    token = _language.set(language_of(locale))
    try:
        yield
    finally:
        _language.reset(token)


def text(key: str, **values: object) -> str:
    """The text of ``key`` with ``values`` in the places of their names; they are not escaped here."""
    return catalogue(_language.get())[key].format(**values)


def counted(key: str, number: int, **values: object) -> str:
    """The text of ``key.one`` or ``key.other`` for a number of things, with the number as ``{number}``."""
    form = "one" if number == 1 else "other"
    return text(f"{key}.{form}", number=grouped(number), **values)


def grouped(number: int) -> str:
    """A whole number with its thousands apart, as the language writes it."""
    return f"{number:,}".replace(",", text("number.thousands"))


def listed(words: list[str] | tuple[str, ...]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return text("list.and").join(part for part in (", ".join(words[:-1]), words[-1] if words else "") if part)
