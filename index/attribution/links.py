"""What the rules find before anybody knows who is meant: words said, by the words that point at whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from index.types import Span


class Pattern(StrEnum):
    """The shape by which a link was found; each has its measured precision in `resolve`."""

    QUOTE_THEN_SOURCE = "“…,” Kirby said"
    QUOTE_INVERTED = "“…,” said Kirby"
    SOURCE_THEN_QUOTE = "Kirby said, “…”"
    CLAUSE_THEN_SOURCE = "…, Kirby said"
    CLAUSE_INVERTED = "…, said Kirby"
    SOURCE_THEN_THAT = "Kirby said that …"
    SOURCE_THEN_CLAUSE = "Kirby said …"
    SOURCE_THEN_OBJECT = "Kirby denied …"
    SOURCE_THEN_INFINITIVE = "Kirby vowed to …"
    DESCRIBED = "Kirby called it “…”"
    PARTICIPLE = "…, adding that …"
    ACCORDING_FRONT = "According to Kirby, …"
    ACCORDING_BACK = "…, according to Kirby"
    LABEL = "Kirby: “…”"
    AFTER_REPORT = "Kirby said it would end. “…”"
    INTRODUCED = "Kirby said: ¶ “…”"
    SIGNED = "“…” — Kirby"
    LEARNED = "found by the tagger alone"
    BARE = "“…”"


@dataclass(frozen=True, slots=True)
class Link:
    """A claim whose source is still only words."""

    content: tuple[Span, ...]
    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    pattern: Pattern
    unit: int
    """Index of the unit in the layout."""
    antecedent: Span | None = None
    """What a relative "who" stands for."""
    continued: bool = False
    """A quotation of its own sentence follows and was joined without a reporting verb."""
    named: bool = True
    """Whether the source may be given a name."""
    probability: float | None = None
    """Estimated probability that content and source are right; ``None``: the pattern's own share."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """A link as the tagger sees it, with what speaks for it."""

    source: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]
    cue_log: float
    """Log odds that these words report."""
    row_log: float
    """Logarithm of the probability of exactly these tags around the cue; 0 is certain."""
    content_log: float
    """Mean logarithm of the probability of the tags of its content's words, each by itself."""
    source_log: float
    """The same of its source; 0 where it has none."""
