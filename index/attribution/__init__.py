"""Who said what: text in, sourced claims with their speakers out.

text -> layout (tokens, quotations, sentences) -> links (source, cue, content), by rules and by a learned tagger
     -> each claim once, with its probability -> ledger (people) -> attributions
"""

from __future__ import annotations

from index.attribution.readers import Claim, claims
from index.types import Attribution

__all__ = ["Claim", "attributions", "claims"]


def attributions(text: str, *, learned: bool = True) -> tuple[Attribution, ...]:
    """What the text says that somebody said or wrote, in text order; ``()`` when nobody is cited.

    Any text is accepted. See `claims` for ``learned``, for what it raises, and for beliefs and plans, which are not
    here: they are the outlet's description of somebody, not their words.
    """
    return tuple(claim.attribution for claim in claims(text, learned=learned) if claim.shown)
