"""Who said what: text in, sourced claims with their speakers out. Pure rules, no model.

    text -> layout (tokens, quotations, sentences) -> links (source, cue, content) -> ledger (people) -> attributions

A learned tagger would take the place of `rules.links`; everything behind it stays.
"""

from __future__ import annotations

from index.attribution.layout import layout
from index.attribution.ledger import ledger
from index.attribution.resolve import resolve
from index.attribution.rules import links
from index.attribution.transcript import turn_attributions, turns
from index.types import Attribution

__all__ = ["attributions"]


def attributions(text: str) -> tuple[Attribution, ...]:
    """The sourced claims of an article, in text order; ``()`` when nobody is cited. Any text is accepted."""
    laid_out = layout(text)
    said_in_turns = turns(text)
    linked = links(laid_out, skip=[turn.words for turn in said_in_turns])
    people = ledger(laid_out, [span for link in linked for span in (link.antecedent, *link.source) if span is not None])
    found = (*resolve(laid_out, linked, people), *turn_attributions(text, said_in_turns, people))
    # Quotation marks around nothing but signs or control characters quote nobody.
    said = [a for a in found if all(any(char.isalnum() for char in span.of(text)) for span in a.content)]
    return tuple(sorted(said, key=lambda attribution: (attribution.hull, attribution.content)))
