"""What a card that was sent says about itself: all that its buttons need after a restart stands on it. Pure.

A card is only read where Discord says that this bot wrote it; nobody else can put components with these ids there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot import render
from bot.localised import LANGUAGES, catalogue
from bot.places import Place
from index.types import Filters

_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")


def _line(key: str) -> re.Pattern[str]:
    """A line of small print that begins with a text, in whatever language the card was written."""
    begins = "|".join(re.escape(catalogue(language)[key]) for language in LANGUAGES)
    return re.compile(rf"-# (?:{begins}) (.+)\Z")


_ASKED, _ABOUT, _ONLY = map(_line, ("card.asked", "card.about", "card.only"))


@dataclass(frozen=True, slots=True)
class Card:
    """A card as it stands in a channel."""

    asked: str
    """The question, as far as the card shows it."""
    carried: tuple[str, ...] = ()
    """What of earlier questions it was taken to be about."""
    filters: Filters = Filters()
    """What it was narrowed to."""
    inherited: bool = False
    """Whether an earlier question was narrowed to it, and not this one."""
    said: tuple[str, ...] = ()
    """Its other texts above the quotation, as they were sent."""
    places: tuple[Place, ...] = ()
    """Where its quotations stand: the one that is shown first; then those of *More*."""
    score: float = 0.0
    """Probability in [0, 1], to a thousandth, that the one shown first answers; 0 where the card does not say."""
    asker: int | None = None
    """The id of the member who asked; ``None`` where the card does not say."""

    @property
    def turns(self) -> tuple[str, ...]:
        """The questions of its conversation, as earlier turns of the next one: what was carried, then what was asked.

        Of follow-ups to follow-ups in CAsT (259 of them), this comes to a token F1 of .733 with people's own rewrites;
        the whole conversation, while it is remembered, to .735, the bare words of the last question to .691.
        """
        return (*((" ".join(self.carried),) if self.carried else ()), self.asked)


def read(message: discord.Message | None) -> Card | None:
    """The card in ``message``; ``None`` where it is none."""
    return None if message is None else _read(message.components)


def _read(components: Iterable[Any]) -> Card | None:
    texts: list[str] = []
    ids: list[str] = []
    for component in _walk(components):
        if isinstance(component, discord.TextDisplay):
            texts.append(component.content)
        elif isinstance(component, discord.Button) and component.custom_id:
            ids.append(component.custom_id)
    asked = _first(_ASKED, texts)
    if asked is None:
        return None
    about, only = _first(_ABOUT, texts), _first(_ONLY, texts)
    return Card(
        asked,
        tuple(about.split(render.BETWEEN)) if about else (),
        render.filters_of(only) if only else Filters(),
        any(found["filters"] for found in _matches(render.WITHOUT_ID, ids)),
        tuple(_said(texts)),
        _places(ids),
        next((int(found["score"]) / 1000 for found in _matches(render.WRONG_ID, ids) if found["score"]), 0.0),
        next((int(found["asker"], 36) for found in _matches(render.FOLLOW_UP_ID, ids) if found["asker"]), None),
    )


def _walk(components: Iterable[Any]) -> Iterator[Any]:
    for component in components:
        yield component
        yield from _walk(getattr(component, "children", ()))
        if (accessory := getattr(component, "accessory", None)) is not None:
            yield accessory


def _first(pattern: re.Pattern[str], texts: Sequence[str]) -> str | None:
    found = next(_matches(pattern, texts), None)
    return None if found is None else _ESCAPED.sub(r"\1", found[1])


def _matches(pattern: re.Pattern[str], texts: Iterable[str]) -> Iterator[re.Match[str]]:
    return (found for text in texts if (found := pattern.fullmatch(text)))


def _said(texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        if text.startswith(("> ", *render.TOO_LONG)):
            return
        if not any(pattern.fullmatch(text) for pattern in (_ASKED, _ABOUT, _ONLY)):
            yield text


def _places(ids: Sequence[str]) -> tuple[Place, ...]:
    if found := next(_matches(render.MORE_ID, ids), None):
        return tuple(map(Place.parse, found["places"].split("~")))
    return tuple(Place.parse(found["place"]) for found in _matches(render.CONTEXT_ID, ids))[:1]
