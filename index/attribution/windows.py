"""Long texts -> windows the network reads, each cue in the window that shows most around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from index.attribution.network import Windows
from index.attribution.pieces import Pieces

LONGEST = 254
"""Pieces of a window, beside the two that open and close it."""
MARGIN = 48
"""Pieces at the edge of a window in which no cue is read, since the next window shows more around them."""
_OPEN, _CLOSE = 101, 102


@dataclass(frozen=True, slots=True)
class Window:
    """A run of words of one text."""

    first: int
    """Index of the first word."""
    end: int
    own: tuple[int, int]
    """The words whose cues are read here; those of all windows tile the text."""


def cut(pieces: Pieces, *, longest: int = LONGEST, margin: int = MARGIN, start: int = 0) -> Iterator[Window]:
    """The windows of a text, in order; ``start`` (in pieces) shifts where the first one ends, for training."""
    words, total = pieces.words, len(pieces.ids)
    first, own = 0, 0
    reach = start or longest
    while first < len(words):
        begin = int(words[first])
        # A word of more pieces than a window holds is cut like any other text.
        end = max(first + 1, int(np.searchsorted(words, min(begin + reach, total), side="right")) - 1)
        if begin + reach >= total:
            yield Window(first, len(words), (own, len(words)))
            return
        upto = max(own + 1, min(end, int(np.searchsorted(words, int(words[end]) - margin))))
        yield Window(first, end, (own, upto))
        following = max(first + 1, min(upto, int(np.searchsorted(words, int(words[upto]) - margin))))
        first, own, reach = following, upto, longest


def batch(chosen: Sequence[tuple[Pieces, Window]]) -> Windows:
    """Windows of any texts as the network takes them."""
    ids, features, places = [], [], []
    for pieces, window in chosen:
        start = int(pieces.words[window.first])
        end = int(pieces.words[window.end]) if window.end < len(pieces.words) else len(pieces.ids)
        end = min(end, start + LONGEST)
        ids.append(np.concatenate([[_OPEN], pieces.ids[start:end], [_CLOSE]]))
        features.append(np.pad(pieces.features[start:end], ((1, 1), (0, 0))))
        places.append(np.minimum(pieces.words[window.first : window.end] - start + 1, LONGEST))
    length, count = max(map(len, ids)), max(map(len, places))
    batch_ids = np.zeros((len(ids), length), np.int64)
    batch_features = np.zeros((len(ids), length, 4), np.int64)
    batch_words = np.zeros((len(ids), count), np.int64)
    mask, word_mask = np.zeros((len(ids), length), bool), np.zeros((len(ids), count), bool)
    for row, (one, marks, firsts) in enumerate(zip(ids, features, places, strict=True)):
        batch_ids[row, : len(one)], mask[row, : len(one)] = one, True
        batch_features[row, : len(one)] = marks
        batch_words[row, : len(firsts)], word_mask[row, : len(firsts)] = firsts, True
    return Windows(*map(torch.from_numpy, (batch_ids, batch_features, mask, batch_words, word_mask)))
