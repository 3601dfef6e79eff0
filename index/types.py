"""The spine: every value that passes between the rooms of onrecord. Imports nothing of ours.

A *span* is the only way words are pointed at. Nothing here holds a copy of quoted words: a quotation is always read
from its article, so it cannot differ from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open ``[start, end)`` in code points of one article's text; never empty.

    Raises ``ValueError`` for a negative start or an end that is not after it.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if self.start < 0 or self.end <= self.start:
            raise ValueError(f"a span needs 0 <= start < end, not [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The characters this span covers in ``text``."""
        return text[self.start : self.end]

    def contains(self, other: Span) -> bool:
        """Whether every character of ``other`` lies in this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """Whether the two spans share a character."""
        return self.start < other.end and other.start < self.end

    def trimmed(self, text: str) -> Span | None:
        """This span without the white space at its edges, or ``None`` where it covers nothing else."""
        words = self.of(text)
        stripped = words.strip()
        if not stripped:
            return None
        start = self.start + len(words) - len(words.lstrip())
        return Span(start, start + len(stripped))


def hull(spans: Iterable[Span]) -> Span:
    """The smallest span that contains all ``spans``; ``ValueError`` when there is none."""
    spans = tuple(spans)
    return Span(min(s.start for s in spans), max(s.end for s in spans))


@dataclass(frozen=True, slots=True)
class Draft:
    """An article on its way in: cleaned text and what its source says about itself. ``None`` means "not stated"."""

    text: str
    title: str | None = None
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    """ISO day, ``YYYY-MM-DD``."""
    url: str | None = None
    id: str | None = None
    """An id the source itself gives (a JSONL row's ``id``); else the archive derives one."""
    origin: str | None = None
    """Where it was read (a file's absolute path); tells a changed article from a new one where there is no url."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What an outlet allows to be done with its words."""

    words: int | None = None
    """Most words of one article that one card may quote; ``None``: any number."""
    licence: str | None = None
    """What is to be named with its words ("CC BY 4.0")."""


@dataclass(frozen=True, slots=True)
class Article:
    """One cleaned text. The text is final: cleaned before it came here, never after."""

    id: str
    text: str
    title: str | None = None
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    """ISO day, ``YYYY-MM-DD``."""
    url: str | None = None
    sha256: str = field(default="", compare=False)
    """Hex SHA-256 of the text in UTF-8; computed when not given."""
    terms: Terms = field(default=Terms(), compare=False)
    """What its outlet allows, as the archive knows it when the article is read from there."""

    def __post_init__(self) -> None:
        if not self.sha256:
            object.__setattr__(self, "sha256", sha256_of(self.text))

    def words(self, span: Span) -> str:
        """The characters of ``span``. Raises ``ValueError`` when the span reaches past the text."""
        if span.end > len(self.text):
            raise ValueError(f"[{span.start}, {span.end}) reaches past the {len(self.text)} characters of {self.id}")
        return span.of(self.text)


def sha256_of(text: str) -> str:
    """Hex SHA-256 of ``text`` in UTF-8 (lone surrogates kept, so that any string has one)."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Kind(StrEnum):
    """How words came into an article."""

    DIRECT = "direct"
    """The speaker's own words, between quotation marks."""
    INDIRECT = "indirect"
    """What the speaker said, in the outlet's words."""
    MIXED = "mixed"
    """The outlet's words around some of the speaker's own."""
    NARRATION = "narration"
    """The outlet's own voice; nobody is cited."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is said to have said it, as far as the article proves."""

    name: str
    """Full name where the article gives one, else the article's own description ("a senior White House official")."""
    role: str | None = None
    """What the article says the speaker is ("National Security Council spokesperson")."""
    named: bool = True
    """False when ``name`` is a description of somebody whom the article does not name."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """A sourced claim: who is said to have said what, and by which words. Every part is a span of the article."""

    content: tuple[Span, ...]
    """What was said; several spans where the reporter split it ("…," he said, "…")."""
    source: tuple[Span, ...] = ()
    """The words that point at the speaker ("Kirby", "he"); empty where the text gives none."""
    cue: tuple[Span, ...] = ()
    """The words that report ("said", "according to")."""
    kind: Kind = Kind.INDIRECT
    speaker: Speaker | None = None
    """``None``: the text does not prove who it was."""
    confidence: float = 1.0
    """Probability in [0, 1] that source and content belong together as given."""

    def __post_init__(self) -> None:
        if not self.content:
            raise ValueError("an attribution needs at least one content span")

    @property
    def hull(self) -> Span:
        """The smallest span holding source, cue and content."""
        return hull(self.content + self.source + self.cue)


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is embedded, ranked and quoted: whole sentences of one article, with at most one speaker."""

    article_id: str
    span: Span
    said_by: Attribution | None = None
    """``None``: the outlet's own voice."""
    id: int = 0
    """Row id in the store, never reused; 0 before it is stored."""
    corrected: bool = False
    """Whether moderators said who said it, in place of what was read from the article."""

    @property
    def kind(self) -> Kind:
        """How these words came into the article."""
        return Kind.NARRATION if self.said_by is None else self.said_by.kind


@dataclass(frozen=True, slots=True)
class Receipt:
    """What proves a quotation later: the article, the hash of its stored text, and where in it the words stand."""

    article_id: str
    sha256: str
    span: Span


@dataclass(frozen=True, slots=True)
class Copy:
    """Where another article carries the words of a hit: the same words, or all but a few that change nothing."""

    article: Article
    span: Span

    @property
    def receipt(self) -> Receipt:
        """The proof that they stand there."""
        return Receipt(self.article.id, self.article.sha256, self.span)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage with its score, and the article it is read from."""

    passage: Passage
    article: Article
    score: float
    """Estimated probability in [0, 1] that the passage answers the question."""
    also: tuple[Copy, ...] = ()
    """Copies in other articles, the earliest first, at most one for each: the same source, not another one."""
    answering: Span | None = None
    """The words of the article, within the passage, that answer; ``None`` where that is not sure."""

    @property
    def outlets(self) -> tuple[str, ...]:
        """The other outlets that carry these words, each once, the earliest first."""
        named = (copy.article.outlet for copy in self.also)
        return tuple(dict.fromkeys(name for name in named if name and name != self.article.outlet))

    @property
    def quote(self) -> str:
        """The quotation, read from the article."""
        return self.article.words(self.passage.span)

    @property
    def receipt(self) -> Receipt:
        """The proof of this quotation."""
        return Receipt(self.article.id, self.article.sha256, self.passage.span)

    @property
    def speaker(self) -> Speaker | None:
        """Who said it, where the article proves it."""
        return None if self.passage.said_by is None else self.passage.said_by.speaker

    @property
    def cue(self) -> str | None:
        """The reporting words ("said"), as the article has them; parts joined by a space."""
        said_by = self.passage.said_by
        if said_by is None or not said_by.cue:
            return None
        return " ".join(self.article.words(span) for span in said_by.cue)


class Reason(StrEnum):
    """Why there is no answer. The values are part of the machine-readable interface."""

    NO_ARTICLES = "no_articles"
    """The archive is empty, or the filters leave nothing of it."""
    NOT_COVERED = "not_covered"
    """Nothing on record is about this."""
    NOT_STATED = "not_stated"
    """The subject is on record, but not what was asked about it."""
    NOT_SAID_BY = "not_said_by"
    """The speaker asked for is not on record with this."""
    OUTSIDE_DATES = "outside_dates"
    """It is on record, but not in the days asked for."""
    OTHER_OUTLETS = "other_outlets"
    """It is on record, but not from the outlet asked for."""
    UNCLEAR_QUESTION = "unclear_question"
    """The question names nothing that could be looked up."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is on record: quotations, best first, at least one."""

    question: str
    standalone: str
    """The question as it was looked up, with what earlier turns added to it."""
    hits: tuple[Hit, ...]
    confidence: float
    """Probability in [0, 1] that the first quotation answers the question."""
    conflicts: tuple[tuple[int, int], ...] = ()
    """Pairs of indexes of ``hits`` that make the same statement with other figures; the smaller index first."""
    carried: tuple[str, ...] = ()
    """What of earlier questions it was taken to be about, in their words; empty where it stood alone."""

    def __post_init__(self) -> None:
        if not self.hits:
            raise ValueError("an answer needs a quotation; without one it is an Abstention")
        if not all(0 <= i < j < len(self.hits) for i, j in self.conflicts):
            raise ValueError(f"conflicts are pairs of indexes of {len(self.hits)} hits, not {self.conflicts}")

    def conflicting(self, index: int) -> tuple[int, ...]:
        """The indexes of the hits that give other figures than hit number ``index``, in order."""
        return tuple(sorted(sum(pair) - index for pair in self.conflicts if index in pair))

    @property
    def sources(self) -> int:
        """How many independent sources the hits come from: whoever carries the same words counts as one with them."""
        return sources_of(self.hits)


def sources_of(hits: Iterable[Hit]) -> int:
    """How many independent sources hits come from: whoever carries the same words counts as one with them."""
    groups: list[set[str]] = []
    for hit in hits:
        articles = (hit.article, *(copy.article for copy in hit.also))
        group = {article.outlet.casefold() if article.outlet else f"\n{article.id}" for article in articles}
        for other in [other for other in groups if other & group]:
            groups.remove(other)
            group |= other
        groups.append(group)
    return len(groups)


@dataclass(frozen=True, slots=True)
class Details:
    """What is on record beside what was asked, as far as the reason for an abstention makes one look."""

    speaker: str | None = None
    """The speaker asked for: as the record writes the name where only one speaker can be meant, else as asked."""
    quoted: int = 0
    """Quotations of that speaker on record, whatever they are about."""
    subject: str | None = None
    """Words of the question that stand nowhere near that speaker's quotations; where no speaker is asked for, that
    stand in no article."""
    since: str | None = None
    """ISO day of the oldest article that answers, where the days or the outlet asked for are in the way."""
    until: str | None = None
    """ISO day of the newest."""
    outlets: tuple[str, ...] = ()
    """Outlets whose articles answer, likewise; the best answer's first."""
    suggestions: tuple[str, ...] = ()
    """Questions that the archive does answer, best first."""


@dataclass(frozen=True, slots=True)
class Abstention:
    """Not on record, and why; with the nearest passages, which are not an answer."""

    question: str
    standalone: str
    reason: Reason
    confidence: float
    """Probability in [0, 1] that the nearest passage would have answered; below the threshold."""
    nearest: tuple[Hit, ...] = ()
    details: Details = Details()
    carried: tuple[str, ...] = ()
    """As in `Answer`."""


Reply = Answer | Abstention


@dataclass(frozen=True, slots=True)
class Filters:
    """What a quotation must meet to be considered. Days are ISO and inclusive."""

    speaker: str | None = None
    outlet: str | None = None
    since: str | None = None
    until: str | None = None
    exclude: frozenset[str] = frozenset()
    """Article ids that are treated as not in the archive."""


class Status(StrEnum):
    """What adding an article did."""

    ADDED = "added"
    UNCHANGED = "unchanged"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class Added:
    """The outcome of adding one article."""

    article: Article
    status: Status
    passages: int
    attributions: int


def joined(text: str, spans: Sequence[Span]) -> str:
    """The words of several spans, joined by a space: for display and embedding, never as a quotation."""
    return " ".join(span.of(text) for span in spans)
