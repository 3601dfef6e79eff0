"""The learned reader of who said what: a layout and what the rules found in it, to links with what speaks for each.

It is the encoder's own six layers, tuned (`network`), with thresholds that were set on articles kept back in training
(`train`). It sees what the rules found, finds what they miss, and says how sure it is of both. Nothing here knows what
a speaker is called.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.attribution import network as net
from index.attribution.layout import Layout
from index.attribution.links import Link, Tagged
from index.attribution.network import Network
from index.attribution.pieces import Pieces, pieces
from index.attribution.windows import Window, batch, cut
from index.types import Span

Floats = NDArray[np.float32]
Tags = NDArray[np.int64]
Words = tuple[int, int]
"""First word and past the last one."""

SUSPECTED = 0.15
"""Probability from which on a word is read as the begin of a cue; what comes of it is judged later."""
_TOGETHER = 8
"""Windows read at once: more are no faster on one thread."""


class Tagger:
    """The network with its tokeniser. One may be used from several threads: nothing is changed by reading."""

    def __init__(self, network: Network, tokenize: Tokenizer) -> None:
        self.network = network.eval()
        self.tokenize = tokenize

    def tagged(self, layout: Layout, links: Sequence[Link], skip: Sequence[Span] = ()) -> tuple[Tagged, ...]:
        """What the network finds in a text, in the order of the cues; contents may overlap.

        Windows that have nothing but sentences with ordered, disjoint spans to ``skip`` are not read.
        """
        cut_up = pieces(layout, links, self.tokenize)
        if not len(cut_up.words):
            return ()
        skipped = _skipped(layout, skip, cut_up)
        windows = [window for window in cut(cut_up) if not skipped[window.own[0] : window.own[1]].all()]
        found: list[Tagged] = []
        with torch.inference_mode(), threads(1):  # short texts are no faster on more
            for at in range(0, len(windows), _TOGETHER):
                found += self._read(layout, cut_up, windows[at : at + _TOGETHER])
        return tuple(found)

    def _read(self, layout: Layout, cut_up: Pieces, windows: Sequence[Window]) -> Iterator[Tagged]:
        read = batch([(cut_up, window) for window in windows])
        words = self.network.read(read)
        chances = torch.softmax(self.network.cue(words).float(), -1).numpy()
        cues = [
            (row, first, end, float(chances[row, first, 1]))
            for row, window in enumerate(windows)
            for first, end in _cues(chances[row, : window.end - window.first])
            if window.own[0] <= first + window.first < window.own[1]
        ]
        if not cues:
            return
        scores, places, there = self.network.around_cues(words, read.word_mask, torch.tensor([cue[:3] for cue in cues]))
        scores, transitions = net.settled(scores, there), net.chain_transitions(self.network)
        rows = best_rows(scores.numpy(), transitions.numpy())
        certain = net.row_score(scores, transitions, torch.from_numpy(rows)) - net.log_partition(scores, transitions)
        alone = torch.log_softmax(scores, -1).gather(2, torch.from_numpy(rows)[..., None]).squeeze(2).numpy()
        starts, ends = cut_up.word_spans()
        for n, (row, first, end, chance) in enumerate(cues):
            index = places[n].numpy() + windows[row].first
            spans = {
                role: tuple(
                    span
                    for a, b in _runs(rows[n], begin)
                    if (span := _repaired(layout, Span(int(starts[index[a]]), int(ends[index[b - 1]])))) is not None
                )
                for role, begin in (("source", net.B_SOURCE), ("content", net.B_CONTENT))
            }
            if not spans["content"]:
                continue
            said, said_by = rows[n] >= net.B_CONTENT, (rows[n] == net.B_SOURCE) | (rows[n] == net.I_SOURCE)
            at = windows[row].first
            yield Tagged(
                spans["source"],
                (Span(int(starts[at + first]), int(ends[at + end - 1])),),
                spans["content"],
                float(np.log(chance + 1e-6) - np.log(1 - chance + 1e-6)),
                float(certain[n]),
                float(alone[n][said].mean()),
                float(alone[n][said_by].mean()) if said_by.any() else 0.0,
            )


def _skipped(layout: Layout, skip: Sequence[Span], cut_up: Pieces) -> NDArray[np.bool_]:
    """For each word, whether it stands in a unit that shares a character with what is to be skipped."""
    starts, _ = cut_up.word_spans()
    skipped = np.zeros(len(starts), bool)
    if skip:
        for unit in layout.units:
            at = bisect_right(skip, unit.span.start, key=lambda span: span.end)
            if at < len(skip) and skip[at].overlaps(unit.span):
                first, end = np.searchsorted(starts, (unit.span.start, unit.span.end))
                skipped[first:end] = True
    return skipped


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Reads on so many threads: the result then does not depend on how many the caller has."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _cues(chances: Floats) -> Iterator[Words]:
    """The words that report, by the chances of outside, begin and inside of each word of a window."""
    at = 0
    while at < len(chances):
        if chances[at, 1] < SUSPECTED:
            at += 1
            continue
        end = at + 1
        while end < len(chances) and chances[end, 2] > max(chances[end, 0], chances[end, 1]):
            end += 1
        yield at, end
        at = end


def best_rows(scores: Floats, transitions: Floats) -> Tags:
    """The likeliest row of tags of each cue, ``(N, R)``, by dynamic programming."""
    count, length, tags = scores.shape
    best = scores[:, 0]
    came: NDArray[np.int64] = np.zeros((length, count, tags), np.int64)
    for at in range(1, length):
        ways = best[:, :, None] + transitions
        came[at] = ways.argmax(1)
        best = np.take_along_axis(ways, came[at][:, None], 1)[:, 0] + scores[:, at]
    rows = np.zeros((count, length), np.int64)
    rows[:, -1] = best.argmax(1)
    for at in range(length - 1, 0, -1):
        rows[:, at - 1] = came[at][np.arange(count), rows[:, at]]
    return rows


def _runs(tags: Tags, begin: int) -> Iterator[Words]:
    """Where the spans of one role begin and end."""
    start: int | None = None
    for at, tag in enumerate(tags.tolist()):
        if start is not None and tag != begin + 1:
            yield start, at
            start = None
        if tag == begin:
            start = at
    if start is not None:
        yield start, len(tags)


_LOOSE = " \t\n,;:—–-"
_MOST = 0.7


def _repaired(layout: Layout, span: Span) -> Span | None:
    """A span snapped to the quotations it mostly covers, without loose marks at its edges; ``None`` without a word."""
    start, end = span.start, span.end
    for quotation in layout.overlapping(span):
        a, b = quotation.span.start, quotation.span.end
        shared = min(end, b) - max(start, a)
        if a < start < b or a < end < b:
            if shared >= _MOST * (b - a):
                start, end = min(start, a), max(end, b)
            elif shared <= 2:
                start, end = (b, end) if a < start else (start, a)
    while start < end and layout.text[start] in _LOOSE:
        start += 1
    while start < end and layout.text[end - 1] in _LOOSE:
        end -= 1
    if start >= end or not any(char.isalnum() for char in layout.text[start:end]):
        return None
    return Span(start, end)
