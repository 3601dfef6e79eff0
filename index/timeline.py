"""What one speaker is quoted with, in the order of the days, and which of it says the same in another way. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from index import copies
from index.question import STOPWORDS, stems
from index.types import Filters, Hit, Span, joined

LOOKED_AT = 1500
"""Most quotations of one speaker that are compared, the newest: every pair of them is."""
SCRAP = 4
"""Words from which a quotation is more than a scrap ("Thank you.")."""
COPIES_NEAR = 0.8
"""Cosine from which two quotations may be copies: what `copies.is_copy` takes for one has more."""
COPIES_WITHIN = 7
"""Days within which the same words are one story in several outlets; later, they were said once more."""


class Difference(StrEnum):
    """How two quotations on the same thing differ."""

    FIGURES = "figures"
    """They give other numbers."""
    NEGATION = "negation"
    """One denies and the other does not."""
    WORDING = "wording"
    """They are put in other words."""


@dataclass(frozen=True, slots=True)
class Rival:
    """Another quotation on the same thing, from another day."""

    index: int
    """Its place among the entries of the timeline."""
    difference: Difference


@dataclass(frozen=True, slots=True)
class Entry:
    """One quotation on a timeline."""

    hit: Hit
    compare: tuple[Rival, ...] = ()
    """What it is worth comparing with, the most alike first."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A speaker's quotations, the earliest article first; those of articles without a date last."""

    speaker: str
    entries: tuple[Entry, ...]
    topic: str | None = None
    role: str | None = None
    quoted: int = 0
    """Quotations of the speaker on record, whatever they are about and whenever they were said."""
    namesakes: tuple[str, ...] = ()
    """Others on record to whom the name may refer."""

    @property
    def dated(self) -> int:
        """How many of the entries have a day; they come first."""
        return sum(entry.hit.article.date is not None for entry in self.entries)


def timeline_of(hits: Sequence[Hit], cosines: NDArray[np.floating], share: float) -> tuple[Entry, ...]:
    """The entries that ``hits`` of one speaker make.

    ``cosines``, shape ``(n, n)``, tell how near two of them are in meaning; ``share`` is that of `copies.is_copy`.
    """
    kept = _collapsed(hits, cosines, share)
    kept.sort(key=lambda one: (one[1].article.date or "9999", one[1].article.id, one[1].passage.span.start))
    order = [index for index, _ in kept]
    near = cosines[np.ix_(order, order)] if order else np.empty((0, 0), np.float32)
    shown = [hit for _, hit in kept]
    return tuple(Entry(hit, _rivals(place, shown, near, share)) for place, hit in enumerate(shown))


def worth_showing(hit: Hit, filters: Filters) -> bool:
    """Whether a quotation is of the days asked for, and more than a scrap."""
    day = hit.article.date
    if filters.since or filters.until:
        within = day is not None and (filters.since or day) <= day <= (filters.until or day)
    else:
        within = True
    return within and len(hit.quote.split()) >= SCRAP


def _collapsed(hits: Sequence[Hit], cosines: NDArray[np.floating], share: float) -> list[tuple[int, Hit]]:
    """``hits`` without copies: the index of each that is kept, and the hit with its copies in ``also``."""
    kept: list[tuple[int, Hit]] = []
    for group in _connected(hits, cosines):
        if len(group) == 1:
            kept.append((group[0], hits[group[0]]))
            continue
        # The earliest is kept: all are the same speaker's words, and none was asked for.
        same = copies.collapsed([replace(hits[i], score=0.0) for i in group], share)
        kept += [(group[place], hit) for place, hit in same]
    return kept


def _connected(hits: Sequence[Hit], cosines: NDArray[np.floating]) -> list[list[int]]:
    """Indexes in groups: those that may be copies of one another are together."""
    group_of = list(range(len(hits)))

    def first(i: int) -> int:
        while group_of[i] != i:
            group_of[i] = group_of[group_of[i]]
            i = group_of[i]
        return i

    for i, j in np.argwhere(np.triu(cosines >= COPIES_NEAR, 1)).tolist():
        apart = days_between(hits[i], hits[j])
        if apart is None or apart <= COPIES_WITHIN:
            group_of[first(j)] = first(i)
    groups: dict[int, list[int]] = {}
    for i in range(len(hits)):
        groups.setdefault(first(i), []).append(i)
    return list(groups.values())


def days_between(one: Hit, other: Hit) -> int | None:
    """Days between two articles; ``None`` where one has no date."""
    if one.article.date is None or other.article.date is None:
        return None
    return abs((date.fromisoformat(one.article.date) - date.fromisoformat(other.article.date)).days)


# --- what is worth comparing

SAME_THING = 0.75
"""Cosine from which two quotations may be on the same thing."""
OVERLAP = 0.5
"""Share of the telling words of the shorter one that stand in the other too.

Both were found by reading pairs of quotations from different days among 1,525 of 49 speakers (205 White House
documents). Of 26 pairs at a cosine of .75 to .9 that share half of their words, 24 were on the same thing; of 20 that
share less, 6. Under .75 it is about half of those that share as many. With both, 50 pairs are flagged, 43 of them
rightly: 31 of 33 with other figures, 12 of 15 in other words, none of the 2 with a "not" more (small talk)."""
SHARED = 3
"""Telling words that both must have, however short they are."""
TELLING = 6
"""Telling words of each where no figures differ: "Thank you, Doctors. Let's open it up for questions" has fewer."""
RIVALS = 3
"""Most quotations that one is compared with."""


def _rivals(place: int, hits: Sequence[Hit], near: NDArray[np.floating], share: float) -> tuple[Rival, ...]:
    found = []
    for other in np.flatnonzero(near[place] >= SAME_THING).tolist():
        if other != place and (difference := compared(hits[place], hits[other], float(near[place, other]), share)):
            found.append((float(near[place, other]), Rival(other, difference)))
    found.sort(key=lambda one: (-one[0], one[1].index))
    return tuple(rival for _, rival in found[:RIVALS])


def compared(one: Hit, other: Hit, cosine: float, share: float) -> Difference | None:
    """How two quotations of one speaker on the same thing differ; ``None`` where they are not, or do not."""
    if not days_between(one, other) or cosine < SAME_THING:
        return None
    mine, theirs = _said(one), _said(other)
    if copies.same_words(mine, theirs, share):
        return None
    content, other_content = _content(mine), _content(theirs)
    shared, fewest = len(content & other_content), min(len(content), len(other_content))
    if shared < SHARED or shared < OVERLAP * fewest:
        return None
    figures, other_figures = copies.figures(mine), copies.figures(theirs)
    if figures and other_figures and figures != other_figures:
        return Difference.FIGURES
    if fewest < TELLING:
        return None
    return Difference.NEGATION if copies.negations(mine) != copies.negations(theirs) else Difference.WORDING


_ADDRESS = re.compile(r"https?://\S+")


def _said(hit: Hit) -> str:
    """What was said, of what is quoted: without who said it, and without addresses, whose digits are no figures."""
    said_by, whole = hit.passage.said_by, hit.passage.span
    spans = () if said_by is None else tuple(span for span in said_by.content if span.overlaps(whole))
    parts = [Span(max(span.start, whole.start), min(span.end, whole.end)) for span in spans] or [whole]
    return _ADDRESS.sub(" ", joined(hit.article.text, parts))


def _content(words: str) -> set[str]:
    """The stems that tell what it is about: no function words, no figures."""
    return {stem for stem in stems(words) if stem not in STOPWORDS and not stem[0].isdigit()}
