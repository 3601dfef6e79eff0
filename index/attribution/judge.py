"""Two readers, one verdict: what the rules found and what the tagger found, with the probability that each is right.

The probability is a logistic regression over how sure the tagger is and whether the rules, which know nothing of it,
read the same. Its weights come from articles kept back in training (`train`), so it is a share of right ones there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.attribution.layout import Layout
from index.attribution.links import Link, Tagged
from index.attribution.resolve import CONFIDENCE, kind_of
from index.types import Kind, Span

Floats = NDArray[np.float64]

SAME = 0.5
"""Share of their joint characters that two contents must have in common to be one claim."""
TAGGER_FEATURES, RULE_FEATURES = 13, 2


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the two regressions, the constant first."""

    tagger: Floats
    """``(TAGGER_FEATURES,)``"""
    rules: Floats
    """``(RULE_FEATURES,)``"""


@dataclass(frozen=True, slots=True)
class Judged:
    """A claim that one reader or both found."""

    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]
    probability: float
    """Estimated share of such claims whose content and source are as annotated."""
    rule: Link | None
    """What the rules make of it; ``None`` where only the tagger found it."""
    tagged: Tagged | None
    agreed: bool
    """Both found the same content and the same source."""


def judged(
    layout: Layout, links: Sequence[Link], tagged: Sequence[Tagged], calibration: Calibration
) -> tuple[Judged, ...]:
    """Every claim once, likeliest reading first where two overlap; in text order."""
    partners = partners_of(links, tagged)
    found = []
    for one, partner in zip(tagged, partners, strict=True):
        chance = _chance(calibration.tagger, tagger_features(layout, one, partner))
        agreed = partner is not None and same_source(layout.text, one.source, partner.source)
        found.append(Judged(one.source, one.cue, one.content, chance, partner, one, agreed))
    met = {id(partner) for partner in partners if partner is not None}
    for link in links:
        if id(link) not in met:
            chance = _chance(calibration.rules, rule_features(link))
            found.append(Judged(link.source, link.cue, link.content, chance, link, None, agreed=False))
    return _apart(found)


def partners_of(links: Sequence[Link], tagged: Sequence[Tagged]) -> list[Link | None]:
    """For each claim of the tagger the rules' reading of the same words, if there is one."""
    places = [(_characters(link.content), link) for link in links]
    found: list[Link | None] = []
    for one in tagged:
        own = _characters(one.content)
        shares = [(_jaccard(own, theirs), n) for n, (theirs, _) in enumerate(places)]
        share, n = max(shares, default=(0.0, 0))
        found.append(places[n][1] if share >= SAME else None)
    return found


def tagger_features(layout: Layout, one: Tagged, partner: Link | None) -> Floats:
    """What speaks for a claim of the tagger, ``(TAGGER_FEATURES,)``."""
    kind = kind_of(layout, one.content)
    agreed = partner is not None and same_source(layout.text, one.source, partner.source)
    words = sum(len(span.of(layout.text).split()) for span in one.content)
    return np.array(
        [
            1.0,
            one.cue_log / 4,
            max(one.row_log, -12.0) / 4,
            max(one.content_log, -3.0),
            max(one.source_log, -3.0),
            float(bool(one.source)),
            float(partner is not None),
            float(agreed),
            float(agreed and bool(one.source)),
            CONFIDENCE[partner.pattern] if agreed and partner is not None else 0.0,
            float(kind is Kind.DIRECT),
            float(kind is Kind.MIXED),
            float(np.log(words)),
        ]
    )


def rule_features(link: Link) -> Floats:
    """What speaks for a claim that only the rules found, ``(RULE_FEATURES,)``."""
    share = CONFIDENCE[link.pattern]
    return np.array([1.0, float(np.log(share / (1 - share)))])


def _chance(weights: Floats, features: Floats) -> float:
    return float(1 / (1 + np.exp(-(weights @ features))))


def _apart(found: list[Judged]) -> tuple[Judged, ...]:
    """Without the less likely of two claims that share words; what is said is said by one."""
    kept: list[Judged] = []
    taken: set[int] = set()
    for one in sorted(found, key=lambda each: -each.probability):
        places = _characters(one.content)
        if not places & taken:
            kept.append(one)
            taken |= places
    return tuple(sorted(kept, key=lambda each: (each.content[0], each.cue)))


def _characters(spans: Sequence[Span]) -> set[int]:
    return {place for span in spans for place in range(span.start, span.end)}


def _jaccard(one: set[int], other: set[int]) -> float:
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


def same_content(one: Sequence[Span], other: Sequence[Span]) -> bool:
    """Whether two contents have at least half of their joint characters in common."""
    return _jaccard(_characters(one), _characters(other)) >= SAME


def same_source(text: str, one: Sequence[Span], other: Sequence[Span]) -> bool:
    """Whether two sources are the same words or end in the same word; two that are empty are the same."""
    if not one or not other:
        return not one and not other
    if _jaccard(_characters(one), _characters(other)) >= SAME:
        return True
    return one[-1].of(text).split()[-1:] == other[-1].of(text).split()[-1:] and one[-1].overlaps(other[-1])


def fitted(features: Floats, right: Floats, *, pull: float = 1.0) -> Floats:
    """Weights of a logistic regression, drawn towards 0 by ``pull`` (but for the constant); by Newton's method."""
    weights = np.zeros(features.shape[1])
    ridge = np.full(features.shape[1], pull)
    ridge[0] = 1e-6
    for _ in range(30):
        chances = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
        slope = features.T @ (chances - right) + ridge * weights
        bend = (features * (chances * (1 - chances))[:, None]).T @ features + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-6:
            break
    return weights
