"""The spine's own promises: a span is never empty, a quotation is read from its article, an answer has a quotation."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import (
    Answer,
    Article,
    Attribution,
    Hit,
    Kind,
    Passage,
    Receipt,
    Span,
    Speaker,
    hull,
    joined,
    sha256_of,
)

numbers = st.integers(min_value=-3, max_value=60)


@st.composite
def spans(draw: st.DrawFn, most: int = 60) -> Span:
    start = draw(st.integers(min_value=0, max_value=most - 1))
    return Span(start, draw(st.integers(min_value=start + 1, max_value=most)))


@given(numbers, numbers)
def test_a_span_is_never_empty_nor_negative(start: int, end: int) -> None:
    """Span(start, end) exists exactly where 0 <= start < end."""
    if 0 <= start < end:
        assert len(Span(start, end)) == end - start
    else:
        with pytest.raises(ValueError, match="span needs"):
            Span(start, end)


@given(spans(), spans())
def test_spans_compare_by_the_characters_they_share(one: Span, other: Span) -> None:
    """What contains and overlaps say is what the sets of positions say."""
    first, second = set(range(one.start, one.end)), set(range(other.start, other.end))
    assert one.overlaps(other) == bool(first & second)
    assert one.contains(other) == (second <= first)


@given(st.text(min_size=1, max_size=60), st.data())
def test_trimming_takes_only_white_space_at_the_edges(text: str, data: st.DataObject) -> None:
    """A trimmed span covers the stripped words, inside the span; None where there are none."""
    span = data.draw(spans(len(text)))
    trimmed = span.trimmed(text)
    if trimmed is None:
        assert not span.of(text).strip()
    else:
        assert span.contains(trimmed)
        assert trimmed.of(text) == span.of(text).strip()


@given(st.lists(spans(), min_size=1))
def test_the_hull_holds_all_spans_and_no_more(several: list[Span]) -> None:
    """The hull contains each span and touches the first start and the last end."""
    whole = hull(several)
    assert all(whole.contains(span) for span in several)
    assert whole.start in {span.start for span in several}
    assert whole.end in {span.end for span in several}


def test_the_hull_of_nothing_is_refused() -> None:
    """There is no empty span to return."""
    with pytest.raises(ValueError, match="empty"):
        hull(())


def test_values_do_not_change() -> None:
    """An article cannot be altered after it was made."""
    article = Article("a", "The text.")
    with pytest.raises(dataclasses.FrozenInstanceError):
        article.text = "Another text."  # type: ignore[misc]


@given(st.text())
def test_an_article_carries_the_hash_of_its_text(text: str) -> None:
    """The hash is SHA-256 of the UTF-8 text; articles compare by their words, not by a hash that was given."""
    article = Article("a", text)
    assert article.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert article == Article("a", text, sha256="given")


def test_any_string_has_a_hash() -> None:
    """Half a character, which has no UTF-8, is told apart too."""
    assert sha256_of("\ud800") != sha256_of("\ud801")


def test_words_past_the_end_are_refused() -> None:
    """A slice would be cut short in silence; a quotation is whole or it is an error."""
    article = Article("a", "Short.")
    assert article.words(Span(0, 6)) == "Short."
    with pytest.raises(ValueError, match="reaches past the 6 characters"):
        article.words(Span(0, 7))


def test_a_hit_reads_everything_from_its_article() -> None:
    """Quote, cue and receipt are the article's own characters and hash."""
    article = Article("a", "“Yes,” she has said. “No.”")
    said_by = Attribution(
        (Span(0, 6), Span(21, 26)), (Span(7, 10),), (Span(11, 14), Span(15, 19)), Kind.DIRECT, Speaker("Ada")
    )
    hit = Hit(Passage("a", Span(0, 26), said_by), article, 0.5)
    assert hit.quote == "“Yes,” she has said. “No.”"
    assert hit.cue == "has said"
    assert hit.receipt == Receipt("a", article.sha256, Span(0, 26))
    assert hit.speaker == Speaker("Ada")
    assert hit.passage.kind is Kind.DIRECT
    assert said_by.hull == Span(0, 26)
    assert joined(article.text, said_by.content) == "“Yes,” “No.”"


def test_narration_has_no_speaker_and_no_cue() -> None:
    """The outlet's own voice is the kind of a passage that nobody is said to have said."""
    hit = Hit(Passage("a", Span(0, 5)), Article("a", "Rain."), 0.5)
    assert (hit.speaker, hit.cue, hit.passage.kind) == (None, None, Kind.NARRATION)


def test_nothing_is_attributed_without_content_nor_answered_without_a_quotation() -> None:
    """Both would be claims about no words."""
    with pytest.raises(ValueError, match="content span"):
        Attribution(())
    with pytest.raises(ValueError, match="Abstention"):
        Answer("q", "q", (), 0.9)
