"""Text -> what the rules read: tokens, quotations, and units (sentences, with a quotation of several kept whole).

Every quotation outside another one is a single token of its unit, so that a rule sees ``“…,” Kirby said`` as
quotation, word, word, whatever was said.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from index.attribution.lexicon import ABBREVIATIONS
from index.sentences import paragraph_spans, sentence_spans
from index.types import Span


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words between quotation marks, marks included in ``span``; one paragraph at most."""

    span: Span
    inner: Span | None
    """Without the marks; ``None`` when there is nothing between them."""
    closed: bool
    """False where the paragraph ends before the quotation does: it goes on in the next one."""
    words: int
    single: bool = False
    """Between single marks."""


class TokenKind(Enum):
    """What a token is."""

    WORD = auto()
    MARK = auto()
    QUOTATION = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a punctuation mark or a whole quotation."""

    start: int
    end: int
    text: str
    lower: str
    kind: TokenKind
    quotation: Quotation | None = None

    @property
    def is_word(self) -> bool:
        """Whether this is a word or a number."""
        return self.kind is TokenKind.WORD

    @property
    def is_quotation(self) -> bool:
        """Whether this is a whole quotation."""
        return self.kind is TokenKind.QUOTATION

    @property
    def is_capital(self) -> bool:
        """Whether this is a word that opens with a capital letter."""
        return self.kind is TokenKind.WORD and self.text[0].isupper()


@dataclass(frozen=True, slots=True)
class Unit:
    """What one reporting clause can reach: a sentence, or a quotation of several with the words around it."""

    span: Span
    tokens: tuple[Token, ...]
    paragraph: int

    @property
    def is_quotation(self) -> bool:
        """Whether there is nothing here but quotations of more than a few words."""
        quotations = [token for token in self.tokens if token.is_quotation]
        others = [token for token in self.tokens if token.is_word]
        return bool(quotations) and not others and any(_stands_alone(token) for token in quotations)


def _stands_alone(token: Token) -> bool:
    quotation = token.quotation
    return quotation is not None and (
        quotation.words >= 2 or (quotation.inner is not None and token.text.rstrip("”\"'’»")[-1:] in tuple(".?!…"))
    )


@dataclass(frozen=True, slots=True)
class Layout:
    """A text with its units and the quotations in it."""

    text: str
    units: tuple[Unit, ...]
    quotations: tuple[Quotation, ...]

    def overlapping(self, span: Span) -> tuple[Quotation, ...]:
        """The quotations that share a character with ``span``."""
        first = bisect_left(self.quotations, span.start + 1, key=lambda quotation: quotation.span.end)
        last = bisect_left(self.quotations, span.end, key=lambda quotation: quotation.span.start)
        return self.quotations[first:last]

    def quoted(self, span: Span) -> bool:
        """Whether the middle of ``span`` lies in a quotation."""
        middle = (span.start + span.end) // 2
        at = bisect_left(self.quotations, middle, key=lambda quotation: quotation.span.end - 1)
        return at < len(self.quotations) and self.quotations[at].span.start <= middle


_WORD = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[’'\-&/.][^\W_]+|,(?<=\d,)\d+)*")
_DOUBLE = re.compile(r"[“”\"„«»‟]|'{2,3}|``|’’|‘‘")
_SINGLE_OPEN = re.compile(r"(?<![^\W_])[‘'](?=[^\W_])")
_SINGLE_CLOSE = re.compile(r"(?<=[^\s(\[])[’'](?![^\W_])")
_ELISIONS = re.compile(r"[‘'](?:\d0?s|em|til|tis|twas|cause|bout|round|n|ve|s|re|ll|d)\b", re.IGNORECASE)
_LONGEST = 400
"""Tokens of one unit at most; a quotation is one token."""
_DATELINE = re.compile(
    r"(?P<place>[A-Z][\w.’'-]{2,20}(?: [A-Z][\w.’'-]{1,20}){0,3})(?:, [\w. ]{1,30}){0,2}"
    r"(?P<agency> \([A-Z][\w ]{1,20}\))? ?(?:[—–]|--|(?<= )-(?= ))\s*(?=\S)"
)
_PLURALS = 3
"""How many plurals in a row may be passed over while looking for the end of a quotation between single marks."""
_OPENERS = "“„«‘"
_CLOSERS = "”»"


def layout(text: str) -> Layout:
    """The tokens, quotations and units of ``text``; linear in its length."""
    quotations: list[Quotation] = []
    units: list[Unit] = []
    sentences = sentence_spans(text)
    ends = [span.end for span in sentences]
    for number, paragraph in enumerate(paragraph_spans(text)):
        inside = _quotations(text, paragraph)
        quotations.extend(inside)
        first = bisect_left(ends, paragraph.start + 1)
        last = bisect_left(ends, paragraph.end)
        cuts = [end for end in ends[first:last] if not _is_inside(end, inside)]
        start = paragraph.start
        at = 0
        for end in [*cuts, paragraph.end]:
            if end <= start:
                continue
            upto = at
            while upto < len(inside) and inside[upto].span.start < end:
                upto += 1
            trimmed = Span(start, end).trimmed(text)
            if trimmed is not None:
                if start == paragraph.start:
                    trimmed = _behind_dateline(text, trimmed)
                units.extend(_units(text, trimmed, inside[at:upto], number))
            start, at = end, upto
    return Layout(text, tuple(units), tuple(quotations))


def _behind_dateline(text: str, span: Span) -> Span:
    """A sentence without the "PARIS, Aug 31 (Reuters) - " in front of it."""
    found = _DATELINE.match(text, span.start, span.end)
    if found is None or found.end() >= span.end or not (found["place"].isupper() or found["agency"]):
        return span
    return Span(found.end(), span.end)


def _units(text: str, span: Span, quotations: list[Quotation], paragraph: int) -> Iterator[Unit]:
    """The unit of a sentence; several where no sentence is that long, so that no rule meets thousands of words."""
    tokens = _tokens(text, span, quotations)
    for start in range(0, len(tokens), _LONGEST):
        part = tokens[start : start + _LONGEST]
        yield Unit(Span(part[0].start, part[-1].end), part, paragraph)


def _is_inside(position: int, quotations: list[Quotation]) -> bool:
    """Whether a cut at ``position`` would fall inside one of the quotations."""
    at = bisect_left(quotations, position, key=lambda quotation: quotation.span.end)
    return at < len(quotations) and quotations[at].span.start < position < quotations[at].span.end


def _quotations(text: str, paragraph: Span) -> list[Quotation]:
    """The outermost quotations of one paragraph; a mark that is never closed opens one that goes on after it."""
    found: list[Quotation] = []
    opened: re.Match[str] | None = None
    for mark in _DOUBLE.finditer(text, paragraph.start, paragraph.end):
        if opened is None:
            if _may_open(text, mark, paragraph):
                opened = mark
        elif mark.group() not in _OPENERS and mark.group() not in ("``", "‘‘"):
            found.append(_quotation(text, opened.start(), mark.end(), len(opened.group()), len(mark.group())))
            opened = None
    if opened is not None:
        end = Span(opened.start(), paragraph.end).trimmed(text)
        # An open mark in the middle of a sentence with little behind it is a slip of the pen, not a long quotation.
        if end is not None and len(end.of(text).split()) >= 4:
            found.append(_quotation(text, end.start, end.end, len(opened.group()), 0))
    return sorted([*found, *_single_quotations(text, paragraph, found)], key=lambda quotation: quotation.span)


def _may_open(text: str, mark: re.Match[str], paragraph: Span) -> bool:
    before = text[mark.start() - 1] if mark.start() > paragraph.start else " "
    after = text[mark.end()] if mark.end() < paragraph.end else " "
    if mark.group() in ("’’",):
        return False
    if mark.group() in _OPENERS or mark.group() in ("``", "‘‘"):
        return True
    if mark.group() in _CLOSERS:
        return not before.isalnum() and not after.isspace() and before not in ".,!?"
    return not after.isspace() and (not before.isalnum() or after.isupper())


def _single_quotations(text: str, paragraph: Span, doubles: list[Quotation]) -> list[Quotation]:
    """Quotations between single marks that are not inside double ones."""
    closers = [m.start() for m in _SINGLE_CLOSE.finditer(text, paragraph.start, paragraph.end)]
    if not closers:
        return []
    found: list[Quotation] = []
    reached = paragraph.start
    for mark in _SINGLE_OPEN.finditer(text, paragraph.start, paragraph.end):
        if mark.start() < reached or _ELISIONS.match(text, mark.start()) or _is_inside(mark.start() + 1, doubles):
            continue
        at = bisect_left(closers, mark.end() + 1)
        # A plural's apostrophe looks like a closing mark; one after punctuation cannot be that.
        for _ in range(_PLURALS):
            if at + 1 >= len(closers) or text[closers[at] - 1] != "s" or closers[at + 1] - closers[at] > 200:
                break
            between = text[closers[at] + 1 : closers[at + 1]]
            if "‘" in between or " '" in between:
                break
            at += 1
        if at == len(closers):
            break
        end = closers[at] + 1
        if any(
            double.span.start < end and mark.start() < double.span.end for double in _near(doubles, mark.start(), end)
        ):
            continue
        found.append(_quotation(text, mark.start(), end, 1, 1, single=True))
        reached = end
    return found


def _near(quotations: list[Quotation], start: int, end: int) -> list[Quotation]:
    at = bisect_left(quotations, start, key=lambda quotation: quotation.span.end)
    return quotations[at : at + 1] if at < len(quotations) and quotations[at].span.start < end else []


def _quotation(text: str, start: int, end: int, left: int, right: int, *, single: bool = False) -> Quotation:
    inner = Span(start + left, end - right).trimmed(text) if start + left < end - right else None
    count = 0 if inner is None else len(inner.of(text).split())
    return Quotation(Span(start, end), inner, right > 0, count, single)


def _tokens(text: str, span: Span, quotations: list[Quotation]) -> tuple[Token, ...]:
    tokens: list[Token] = []
    at = span.start
    for quotation in quotations:
        start, end = quotation.span.start, min(quotation.span.end, span.end)
        tokens.extend(words(text, at, start))
        quoted = text[start:end]
        tokens.append(Token(start, end, quoted, quoted.lower(), TokenKind.QUOTATION, quotation))
        at = end
    tokens.extend(words(text, at, span.end))
    return tuple(tokens)


def words(text: str, start: int, end: int) -> list[Token]:
    """Words and marks of a stretch without quotations. An abbreviation keeps its full stop."""
    tokens: list[Token] = []
    at = start
    while at < end:
        word = _WORD.match(text, at, end)
        if word is None:
            if not text[at].isspace():
                stop = at + 2 if text.startswith("--", at) and at + 2 <= end else at + 1
                tokens.append(Token(at, stop, text[at:stop], text[at:stop], TokenKind.MARK))
                at = stop
            else:
                at += 1
            continue
        stop = word.end()
        spelled = text[at:stop]
        if (
            stop < end
            and text[stop] == "."
            and (spelled.lower() in ABBREVIATIONS or (len(spelled) == 1 and spelled.isupper()))
        ):
            stop += 1
            spelled = text[at:stop]
        tokens.append(Token(at, stop, spelled, spelled.lower(), TokenKind.WORD))
        at = stop
    return tokens
