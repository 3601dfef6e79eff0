"""The cross-reader: what it tells apart; that it reads alike whatever runs beside it, and trusts no other file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.archive import Archive
from index.crossreader import CrossReader, Judged, Window
from index.crossreader.pieces import Cutter, by_length, padded
from index.crossreader.weights import WEIGHTS, likeliest
from index.encoder import Encoder, default_folder
from index.errors import ModelUnavailable
from index.lexicon import Lexicon
from index.question import parse
from index.reader import READ_CLOSELY, read, window_of
from index.types import Article, Draft, Span

READER = CrossReader()
CUTTER = Cutter(default_folder() / "tokenizer.json")


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=80), st.lists(st.builds(Window, *[st.text(max_size=60)] * 4), max_size=5))
@example("", [Window("")])
@example("\ud800?", [Window("\ud800", "x" * 500, "北" * 300, "🙂")])
def test_any_question_can_be_read_against_any_passage(question: str, windows: list[Window]) -> None:
    """One finite figure for each window, and answering words that are words of its passage."""
    judged = READER.judge(question, windows)
    assert len(judged) == len(windows)
    for one, window in zip(judged, windows, strict=True):
        assert np.isfinite(one.logit)
        assert 0 <= one.sure <= 1
        if one.words is not None:
            assert 0 <= one.words.start < one.words.end <= len(window.passage)
            assert any(map(str.isalnum, one.words.of(window.passage)))


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), max_size=30))
def test_the_likeliest_words_are_the_best_of_all_pairs_of_ends(scores: list[tuple[float, float]]) -> None:
    """No begin and end in this order, near enough to each other, is likelier."""
    first, last, sure = likeliest(np.array(scores, np.float32).reshape(-1, 2))
    if not scores:
        assert (first, last, sure) == (0, -1, 0.0)
        return
    chances = np.exp(np.array(scores))
    chances /= chances.sum(axis=0)
    pairs = [chances[a, 0] * chances[b, 1] for a in range(len(scores)) for b in range(a, min(a + 20, len(scores)))]
    assert sure == pytest.approx(max(pairs), rel=1e-3)
    assert sure == pytest.approx(chances[first, 0] * chances[last, 1], rel=1e-3)
    assert 0 <= first <= last < first + 20


def test_the_words_that_answer_are_found() -> None:
    """What is asked for is marked, not what is asked about."""
    sentence = "The bridge over the Tarn was opened by Ann Cole, the mayor, on a rainy Monday."
    (judged,) = READER.judge("Who opened the bridge over the Tarn?", [Window(sentence)])
    assert judged.words is not None
    assert "Ann Cole" in judged.words.of(sentence)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200), st.builds(Window, *[st.text(max_size=400)] * 4))
def test_the_passage_is_where_it_is_said_to_be(question: str, window: Window) -> None:
    """However long its surroundings are, the passage's own pieces are read, and everything has a kind and a case."""
    row = CUTTER.row(question, window)
    pieces = CUTTER.pieces(window.passage)
    assert row.ids[row.passage.start : row.passage.stop] == pieces.ids[: len(row.passage)]
    assert len(row.passage) == min(64, len(pieces.ids))
    assert len(row.ids) == len(row.kinds) == len(row.cases) <= 256


@given(st.lists(st.integers(0, 60), min_size=1, max_size=30), st.integers(1, 9))
def test_every_row_is_read_once(lengths: list[int], most: int) -> None:
    """Rows of like length go together, none is left out, and padding hides nothing."""
    rows = [CUTTER.row("who", Window("a " * length)) for length in lengths]
    together = list(by_length(rows, most))
    assert sorted(place for places in together for place in places) == list(range(len(rows)))
    for places in together:
        _, mask = padded([rows[place] for place in places])
        assert mask.sum(axis=1).tolist() == [len(rows[place].ids) for place in places]
        assert len(places) <= most


@pytest.mark.parametrize(
    ("question", "answers", "comes_near"),
    [
        (
            "Which two countries were invited to join the alliance?",
            "The alliance formally invited Norland and Estria to join on Wednesday.",
            "In May, the two countries opened a bridge between them.",
        ),
        (
            "how many ferries sailed without a radio",
            "Nine of the twelve ferries had sailed without a working radio.",
            "The ferries were painted green, like the harbour's radio mast.",
        ),
        (
            "When will the bridge open again?",
            "The bridge will open again in March, the council said.",
            "The council said it had paid for the bridge.",
        ),
    ],
)
def test_what_answers_is_before_what_shares_words(question: str, answers: str, comes_near: str) -> None:
    """A passage that answers is worth more than one on the same things, and more than a foreign one."""
    judged = READER.judge(
        question, [Window(answers), Window(comes_near), Window("She teaches the violin on Tuesdays.")]
    )
    right, near, foreign = (one.logit for one in judged)
    assert right > max(near, foreign)


def test_the_number_of_threads_and_the_company_change_nothing() -> None:
    """A window is judged alike alone and among others, and the caller's threads are given back."""
    windows = [Window("The mill closes in May. " * n, title="Mill") for n in range(1, 8)]
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    together = [one.logit for one in READER.judge("When does the mill close?", windows)]
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)
    alone = [READER.judge("When does the mill close?", [window])[0].logit for window in windows]
    assert together == pytest.approx(alone, abs=0.15)  # bfloat16 rounds otherwise in other shapes


def test_other_weights_are_refused(tmp_path: Path) -> None:
    """A file that was changed, is broken, or is not there, is named in one sentence and never used."""
    changed = tmp_path / "crossreader.safetensors"
    content = bytearray(WEIGHTS.read_bytes())
    content[-1] ^= 1
    changed.write_bytes(content)
    with pytest.raises(ModelUnavailable, match="SHA-256"):
        CrossReader(changed)
    with pytest.raises(ModelUnavailable, match="is missing"):
        CrossReader(tmp_path / "none.safetensors")
    changed.write_bytes(content[:1000])
    with pytest.raises(ModelUnavailable, match="reinstall"):
        CrossReader(changed, sha256="")


@given(st.text(max_size=300), st.data())
def test_a_window_stays_in_its_paragraph(text: str, data: st.DataObject) -> None:
    """What stands around a passage is of the article, and of the same line."""
    if not text:
        return
    start = data.draw(st.integers(0, len(text) - 1))
    span = Span(start, data.draw(st.integers(start + 1, len(text))))
    window = window_of(Article("a", text, None, None, (), None, None, ""), span)
    assert window.passage == span.of(text)
    assert window.before in text[:start]
    assert window.after in text[span.end :]
    assert "\n" not in window.before + window.after
    assert (len(window.before) <= 160, len(window.after) <= 100) == (True, True)


class Backwards(CrossReader):
    """Likes best what is shortest."""

    def __init__(self) -> None:
        self.read: list[int] = []

    def judge(self, question: str, windows: Sequence[Window]) -> tuple[Judged, ...]:
        self.read.append(len(windows))
        return tuple(Judged(-float(len(window.passage)), Span(4, 8), 0.9) for window in windows)


def test_only_the_best_are_read_closely(archive: Archive, words_encoder: Encoder) -> None:
    """The cross-reader sees the best by the other evidence; what it does not see is behind the least it saw."""
    text = "".join(f"The mill ground {'very ' * n}fine flour in year {n}. " for n in range(30))
    list(archive.add_all([Draft(text, id="mill")]))
    question, closely = parse("what did the mill ground"), Backwards()
    readings = read(
        question, archive.candidates(question.text), Lexicon(words_encoder), collapse=2.0, crossreader=closely
    )
    assert closely.read == [READ_CLOSELY]
    figures = [reading.evidence.reading for reading in readings]
    seen = sorted(figures, reverse=True)[:READ_CLOSELY]
    assert set(figures) - set(seen) == {min(seen) - 1}
    assert [reading.hit.score for reading in readings] == sorted((r.hit.score for r in readings), reverse=True)
    assert {r.hit.answering and r.hit.article.words(r.hit.answering) for r in readings} == {"mill", None}
    assert sum(r.hit.answering is not None for r in readings) == READ_CLOSELY
    assert read(question, (), Lexicon(words_encoder), crossreader=closely) == ()
