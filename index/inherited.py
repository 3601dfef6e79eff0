"""What a follow-up keeps of the filters of the question before it: all that it does not itself ask otherwise. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.asked import Asked
from index.question import stems
from index.types import Filters

_ANYBODY = re.compile(
    r"\b(?:any(?:one|body)(?: else)?|every(?:one|body)(?: else)?|some(?:one|body) else|who else|others|"
    r"(?:an)?other (?:people|persons?|speakers?|officials?|leaders?))\b",
    re.IGNORECASE,
)
_ANYWHERE = re.compile(
    r"\b(?:elsewhere|anywhere|(?:an)?other (?:outlets?|articles?|papers?|newspapers?|sources?|media)|"
    r"(?:any|all|every) (?:outlets?|articles?|papers?|newspapers?|sources?|media))\b",
    re.IGNORECASE,
)
_ANY_TIME = re.compile(
    r"\b(?:ever|any ?time|before (?:that|then)|after (?:that|wards?)|since then|until then|earlier|later|"
    r"(?:on )?(?:an)?other (?:days?|weeks?|months?|years?))\b",
    re.IGNORECASE,
)


def inherited(filters: Filters, question: str, said_by: Sequence[str], named: Asked, whole: Asked) -> Filters:
    """``filters`` of an earlier question without those that the follow-up takes the place of.

    ``named`` is what the words of ``question`` say themselves; ``whole`` what they say with all that they lean on,
    which tells whether days are those on which it was said; ``said_by`` are the stems of the name whose words are asked
    for, empty for none. Another speaker, outlet or days take the place of those before; "anyone else", "other outlets"
    and "ever" open them.
    """
    if whole.outlet and set(said_by) <= set(whole.named):
        said_by = ()  # an outlet's own words
    if _ANYBODY.search(question) or (said_by and filters.speaker and not _same(said_by, stems(filters.speaker))):
        filters = replace(filters, speaker=None)
    if _ANYWHERE.search(question) or named.outlet or whole.outlet:
        filters = replace(filters, outlet=None)
    if _ANY_TIME.search(question) or (any(named.days) and whole.of_saying):
        filters = replace(filters, since=None, until=None)
    return filters


def _same(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two names, as stems, may be of one person: one has all words of the other."""
    return set(one) <= set(other) or set(other) <= set(one)
