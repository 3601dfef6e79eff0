"""The learned tagger points at words of the text, reads alike whatever runs beside it, and trusts no other weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from index.attribution.judge import Judged, judged
from index.attribution.layout import layout
from index.attribution.rules import links
from index.attribution.tagger import best_rows
from index.attribution.weights import WEIGHTS, load
from index.errors import ModelUnavailable

TAGGER, CALIBRATION = load()
SCRAPS = [*"“”\"'‘’.,:;?! \n", "said", " Ann Cole ", " that ", "it", "🙂", "İ", "ﬁ"]


def read(text: str) -> tuple[Judged, ...]:
    laid_out = layout(text)
    linked = links(laid_out)
    return judged(laid_out, linked, TAGGER.tagged(laid_out, linked), CALIBRATION)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(SCRAPS)).map("".join))
def test_any_text_gives_claims_inside_it(text: str) -> None:
    """Whatever is read, each span lies in the text and no two claims hold the same words."""
    taken: set[int] = set()
    for claim in read(text):
        assert 0 < claim.probability < 1
        for span in (*claim.source, *claim.cue, *claim.content):
            assert span.end <= len(text)
        said = {place for span in claim.content for place in range(span.start, span.end)}
        assert not said & taken
        taken |= said


def test_a_belief_is_found_where_the_rules_see_no_claim() -> None:
    """What it adds: sourced claims that no rule has a pattern for."""
    text = "Most voters believe that the economy is getting worse, a fear that has grown since May."
    (claim,) = read(text)
    assert claim.rule is None
    assert [span.of(text) for span in claim.source] == ["Most voters"]


def test_where_both_find_the_same_the_claim_is_surer() -> None:
    """Two witnesses: agreement is kept, and makes the claim more probable."""
    (claim,) = read("“We will stay on the island until the winter,” Ann Cole, the mayor, said on Friday.")
    assert claim.agreed
    assert claim.probability > 0.85


def test_the_number_of_threads_changes_nothing() -> None:
    """The same text gives the same claims, and the caller's threads are given back."""
    before = torch.get_num_threads()
    text = "Ann Cole said that it was over. Tom Reed believes it is not."
    torch.set_num_threads(2)
    first = read(text)
    assert torch.get_num_threads() == 2
    torch.set_num_threads(1)
    assert read(text) == first
    torch.set_num_threads(before)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    """A file that was changed, or is not there, is named in one sentence and never used."""
    changed = tmp_path / "tagger.safetensors"
    content = bytearray(WEIGHTS.read_bytes())
    content[-1] ^= 1
    changed.write_bytes(content)
    with pytest.raises(ModelUnavailable, match="SHA-256"):
        load(changed)
    with pytest.raises(ModelUnavailable, match="is missing"):
        load(tmp_path / "none.safetensors")


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32 - 1))
def test_the_best_row_is_the_best_of_all_rows(seed: int) -> None:
    """Dynamic programming finds what trying every row finds."""
    generator = np.random.default_rng(seed)
    scores = generator.normal(size=(1, 4, 3)).astype(np.float32)
    steps = generator.normal(size=(3, 3)).astype(np.float32)
    every = np.stack(np.meshgrid(*[range(3)] * 4, indexing="ij"), -1).reshape(-1, 4)
    worth = scores[0, range(4), every].sum(1) + steps[every[:, :-1], every[:, 1:]].sum(1)
    (row,) = best_rows(scores, steps)
    assert tuple(row) == tuple(every[worth.argmax()])
