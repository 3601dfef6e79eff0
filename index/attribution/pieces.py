"""Text -> what the tagger's network reads: word pieces, and for each piece what an uncased model cannot see."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.attribution.layout import Layout
from index.attribution.links import Link
from index.types import Span

Integers = NDArray[np.int64]

CASES, QUOTES, RULES, STARTS = 6, 3, 7, 3
"""How many values each feature has; see `Pieces`."""
_SOURCE, _CUE, _CONTENT = 1, 3, 5


@dataclass(frozen=True, slots=True)
class Pieces:
    """The word pieces of one text; every array but ``words`` has one entry for each piece."""

    ids: Integers
    starts: Integers
    """Code points, as in the text."""
    ends: Integers
    features: Integers
    """Shape ``(pieces, 4)``: letter case, quotation state, what the rules say, what begins here."""
    words: Integers
    """Indices of the pieces that begin a word or a mark; tags are given to these only."""

    def word_spans(self) -> tuple[Integers, Integers]:
        """Start and end of each word, in code points."""
        return self.starts[self.words], self.ends[_last(self.words, len(self.ids))]


def tokenizer(file: Path) -> Tokenizer:
    """The encoder's own tokeniser, without the cutting and padding that its file asks for."""
    loaded = Tokenizer.from_file(str(file))
    loaded.no_padding()
    loaded.no_truncation()
    return loaded


def pieces(layout: Layout, links: Sequence[Link], tokenize: Tokenizer) -> Pieces:
    """The pieces of ``layout``'s text with their features; ``links`` are what the rules found in it."""
    # A lone surrogate is one code point either way, so offsets stay those of the text.
    text = layout.text.encode("utf-8", "replace").decode("utf-8")
    encoding = tokenize.encode(text, add_special_tokens=False)
    offsets = np.array(encoding.offsets, np.int64).reshape(-1, 2)
    ids = np.array(encoding.ids, np.int64)
    # A piece without characters (of a sign that the tokeniser takes apart) could not be pointed at.
    kept = offsets[:, 1] > offsets[:, 0]
    begins = np.array([not token.startswith("##") for token in encoding.tokens], bool)[kept]
    offsets, ids = offsets[kept], ids[kept]
    if len(begins):
        begins[0] = True
    starts, ends = offsets[:, 0].copy(), offsets[:, 1].copy()
    words = np.flatnonzero(begins)
    features = np.zeros((len(ids), 4), np.int64)
    numbers = np.cumsum(begins) - 1
    last = _last(words, len(ids))
    cases = np.array([_case(text[starts[a] : ends[b]]) for a, b in zip(words, last, strict=True)], np.int64)
    if len(ids):
        features[:, 0] = cases[numbers]
    for quotation in layout.quotations:
        _mark(features[:, 1], starts, quotation.span, 2 if quotation.single else 1)
    for link in links:
        for role, spans in ((_CONTENT, link.content), (_SOURCE, link.source), (_CUE, link.cue)):
            for span in spans:
                first, end = _within(starts, span)
                features[first : first + 1, 2] = role
                features[first + 1 : end, 2] = role + 1
    _mark_starts(features[:, 3], starts, ((unit.span, unit.paragraph) for unit in layout.units))
    return Pieces(ids, starts, ends, features, words)


def _last(words: Integers, count: int) -> Integers:
    """The last of ``count`` pieces that each word has; ``words`` are the first ones."""
    return np.append(words, count)[1:] - 1


def _case(word: str) -> int:
    """0 lower case, 1 capitalised, 2 all capitals, 3 figures, 4 a mark, 5 capitals inside."""
    if word.isupper():
        return 2 if len(word) > 1 else 1
    if any(char.isdigit() for char in word):
        return 3
    if not any(char.isalpha() for char in word):
        return 4
    if word[0].isupper():
        return 1
    return 0 if word.islower() else 5


def _within(starts: Integers, span: Span) -> tuple[int, int]:
    return int(np.searchsorted(starts, span.start)), int(np.searchsorted(starts, span.end))


def _mark(column: Integers, starts: Integers, span: Span, value: int) -> None:
    first, end = _within(starts, span)
    column[first:end] = value


def _mark_starts(column: Integers, starts: Integers, units: Iterable[tuple[Span, int]]) -> None:
    """Marks the first piece of every sentence with 1, of every paragraph with 2."""
    before = -1
    for span, paragraph in units:
        first = int(np.searchsorted(starts, span.start))
        if first < len(column):
            column[first] = 1 if paragraph == before else 2
        before = paragraph


def word_range(word_starts: Sequence[int], word_ends: Sequence[int], span: Span) -> tuple[int, int]:
    """First and past-the-last index of the words that share a character with ``span``."""
    return bisect_right(word_ends, span.start), bisect_right(word_starts, span.end - 1)
