"""What a card that was posted quotes is remembered, so that it can be corrected when an article is.

Only what the whole channel sees: a message for one person alone cannot be edited once its interaction is over. Read
from the card itself as it was sent, so that what is remembered is what was shown.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot import localised, render, verbatim
from index.cards import Kind, Posted, Quoted, digest, even
from index.errors import ArchiveError
from index.types import Hit, Receipt, Span
from index.types import Kind as Voice

if TYPE_CHECKING:
    from bot.client import OnRecord

log = logging.getLogger(__name__)

TEXT, ROW, BUTTON = 10, 1, 2
"""Discord's numbers of three kinds of components."""
Component = dict[str, Any]
_CLAIM = "-# The claim"
"""How the line begins under which a card of `bot.checking` shows what is claimed, which is no quotation."""


async def note(
    bot: OnRecord, server: int, sent: discord.Message, view: ui.LayoutView, kind: Kind = Kind.ANSWER
) -> None:
    """Remember what ``sent`` quotes, in place of what it quoted before it was edited."""
    if sent.flags.ephemeral or not bot.config.bot.card_days:
        return
    card = posted(sent.id, sent.channel.id, kind, view)
    try:
        if card.quotations:
            await bot.worker.call(server, lambda archive: archive.remember_card(card))
        else:
            await bot.worker.call(server, lambda archive: archive.cards.forget([card.message]))
    except ArchiveError as error:
        log.warning("The card %s will not follow its articles: %s", sent.id, error)


def posted(message: int, channel: int, kind: Kind, view: ui.LayoutView) -> Posted:
    """The card in ``message``, as it is remembered."""
    hits = view.quotes if isinstance(view, render.Card) else ()
    components: list[Component] = view.to_components()  # type: ignore[no-untyped-call]  # discord.py does not say
    contents = ["", *texts(components)]
    shown = [
        (place, block)
        for place, (before, block) in enumerate(pairwise(contents))
        if block.startswith("> ") and not before.startswith(_CLAIM)
    ]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Posted(message, channel, now, kind, localised.language(), tuple(_quotations(hits, shown)))


def _quotations(hits: Sequence[Hit], shown: Sequence[tuple[int, str]]) -> Iterator[Quoted]:
    """The hits whose words are shown, in order; one that is too long for a message shows none."""
    left = list(shown)
    for hit in hits:
        for number, (place, block) in enumerate(left):
            words = verbatim.unquoted(block)
            if (at := hit.quote.find(words)) >= 0 and words:
                yield _quoted(hit, place, words, at)
                del left[: number + 1]
                break


def _quoted(hit: Hit, place: int, words: str, at: int) -> Quoted:
    start = hit.passage.span.start + at
    return Quoted(
        Receipt(hit.article.id, hit.article.sha256, Span(start, start + len(words))),
        place,
        digest(words),
        len(even(words)),
        render.who(hit),
        None if hit.speaker is None else hit.speaker.name,
        cited=hit.passage.kind is not Voice.NARRATION,
        title=render.title_of(hit.article),
    )


def walk(components: Sequence[Component]) -> Iterator[Component]:
    """Every component of a message, however deep, in the order they are shown."""
    for component in components:
        yield component
        yield from walk(component.get("components") or ())
        if isinstance(accessory := component.get("accessory"), Mapping):
            yield accessory  # type: ignore[misc]  # a dict like the others


def texts(components: Sequence[Component]) -> Iterator[str]:
    """The texts of a message, in the order they are shown."""
    return (component["content"] for component in walk(components) if component["type"] == TEXT)
