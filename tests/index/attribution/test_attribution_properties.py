"""What holds for any text: no crash, every span inside, content never empty, nothing said twice by one verb."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.attribution import attributions
from index.attribution.layout import layout
from index.types import Span

WORDS = st.sampled_from(
    "Ann Cole Mr. Reed he she they it said says told added according to that and but who which the a senior official "
    "spokesman Reuters on Friday in statement did not declined “ ” \" ' ‘ ’ , . : ; — ( ) ? ! \n \n\n MR. Q: "
    "U.S. Sept. 7 believes plans is was The Ministry of Defense called it wrote asked saying adding as reported".split(
        " "
    )
)
NEWSLIKE = st.lists(WORDS, max_size=80).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=300), NEWSLIKE))
@example("")
@example("said")
@example('"')
@example("who said who said who said")
@example("“Yes,” said “No,” said he")
@example("according to")
@example('“\x1b \x1b"')
@example("\ud800 said that \udfff")
def test_any_text_gives_spans_inside_it(text: str) -> None:
    """Every span is in the text and holds a letter or digit where it is content; the order is that of the text."""
    found = attributions(text)
    for attribution in found:
        for span in (*attribution.content, *attribution.source, *attribution.cue):
            assert 0 <= span.start < span.end <= len(text)
        for span in attribution.content:
            assert any(char.isalnum() for char in span.of(text))
        assert 0 <= attribution.confidence <= 1
        assert list(attribution.content) == sorted(attribution.content)
    assert list(found) == sorted(found, key=lambda attribution: attribution.hull)


@settings(max_examples=200, deadline=None)
@given(NEWSLIKE)
def test_no_character_is_said_by_two(text: str) -> None:
    """Contents of different attributions never overlap, so that a passage has one speaker at most."""
    spans = sorted(span for attribution in attributions(text) for span in attribution.content)
    for left, right in pairwise(spans):
        assert not left.overlaps(right)


@settings(max_examples=200, deadline=None)
@given(NEWSLIKE)
def test_the_source_is_outside_the_content(text: str) -> None:
    """The words that point at the speaker are never part of what the speaker said."""
    for attribution in attributions(text):
        assert not any(s.overlaps(c) for s in attribution.source for c in attribution.content)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=200), NEWSLIKE))
def test_units_keep_every_word_and_every_quotation_whole(text: str) -> None:
    """Units are ordered, disjoint, and no quotation is cut by the edge of one."""
    laid_out = layout(text)
    for left, right in pairwise(laid_out.units):
        assert left.span.end <= right.span.start
    for quotation in laid_out.quotations:
        assert any(unit.span.contains(quotation.span) for unit in laid_out.units)
    covered = {n for unit in laid_out.units for n in range(unit.span.start, unit.span.end)}
    assert all(n in covered for n, char in enumerate(text) if char.isalnum())


@pytest.mark.parametrize(
    "part",
    ["said ", '"a" ', "“", "Kirby said, ", "who said ", "according to ", "Ann Cole ", "A. ", "(", "a, ", "'s ", "x"],
)
def test_repeated_nonsense_stays_within_linear_work(part: str) -> None:
    """Long runs of what the rules look for end, without deep recursion or a search that starts over at each word."""
    assert all(span.end <= 20_000 for a in attributions((part * 20_000)[:20_000]) for span in a.content)


def test_spans_are_what_types_says() -> None:
    """Contents are `Span` values of the given text, not copies of words."""
    text = "Ann Cole said it was so."
    (found,) = attributions(text)
    assert found.content == (Span(14, 23),)
