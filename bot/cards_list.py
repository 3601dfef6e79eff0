"""Cards that quote what is no longer so, as the command line lists them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from index.archive import Archive
from index.cards import Posted, Quoted, Standing, State

_WHAT = {
    Standing.STANDS: "stands again",
    Standing.ALTERED: "altered",
    Standing.WITHDRAWN: "withdrawn",
    Standing.SPEAKER: "another speaker",
}


def affected(archive: Archive) -> tuple[Posted, ...]:
    """The posted cards that show a correction or are to show one, oldest first; compared with what is served now."""
    archive.compare_cards()
    return tuple(card for card in archive.cards.all() if card.state is not State.DONE or _quotations(card))


def _quotations(card: Posted) -> Sequence[Quoted]:
    """Those of its quotations that do not stand, or are not shown as they stand."""
    return [
        quoted
        for quoted in card.quotations
        if {quoted.found.standing, quoted.shown.standing} != {Standing.STANDS} or quoted.found != quoted.shown
    ]


def card_json(card: Posted) -> dict[str, Any]:
    """A card as an object of the machine-readable interface."""
    return {
        "message": card.message,
        "channel": card.channel,
        "kind": card.kind.value,
        "at": card.at,
        "state": card.state.value,
        "quotations": [
            {
                "article_id": quoted.receipt.article_id,
                "title": quoted.title,
                "sha256": quoted.receipt.sha256,
                "start": quoted.receipt.span.start,
                "end": quoted.receipt.span.end,
                "speaker": quoted.speaker,
                "found": quoted.found.standing.value,
                "shown": quoted.shown.standing.value,
                "since": quoted.since or None,
            }
            for quoted in _quotations(card)
        ],
    }


def card_lines(card: Posted) -> Iterator[str]:
    """A card for a person: where it is and how far, then what became of each quotation."""
    yield f"{card.state.value:8} {card.kind.value} of {card.at[:10]}, message {card.message} in channel {card.channel}"
    for quoted in _quotations(card):
        receipt = quoted.receipt
        at = f"{receipt.article_id} {receipt.span.start}–{receipt.span.end}"
        yield f"  {_WHAT[quoted.found.standing]}: “{quoted.title}” ({at})"
