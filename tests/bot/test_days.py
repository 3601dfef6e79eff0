"""Days as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.days import age, day_of, written
from bot.localised import LANGUAGES, speaking

TODAY = date(2024, 3, 1)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2023-10-13", "2023-10-13", "2023-10-13"),
        ("13 October 2023", "2023-10-13", "2023-10-13"),
        ("Oct. 13, 2023", "2023-10-13", "2023-10-13"),
        ("1st sept 2023", "2023-09-01", "2023-09-01"),
        ("February 2024", "2024-02-01", "2024-02-29"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        (" 2023 ", "2023-01-01", "2023-12-31"),
        ("yesterday", "2024-02-29", "2024-02-29"),
        ("today", "2024-03-01", "2024-03-01"),
    ],
)
def test_understands(text: str, first: str, last: str) -> None:
    """A day is that day; a month or a year is its first day, or its last where the end is asked for."""
    assert (day_of(text, today=TODAY), day_of(text, today=TODAY, last=True)) == (first, last)


@pytest.mark.parametrize(
    "text", ["5/6/2023", "31 February 2023", "2023-13-01", "soon", "Smarch 2023", "0000", "12345", "", "oct"]
)
def test_never_guesses(text: str) -> None:
    """What is no day, or could be two, is not understood."""
    assert day_of(text, today=TODAY) is None


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from(["%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "%d %b %Y"]))
def test_round_trip(day: date, form: str) -> None:
    """Every day is understood in every form that is offered."""
    assert day_of(day.strftime(form), today=TODAY) == day.isoformat()


@given(st.text(max_size=30))
def test_any_text_is_a_day_or_none(text: str) -> None:
    """Whatever is typed, the outcome is an ISO day or nothing."""
    found = day_of(text, today=TODAY)
    assert found is None or date.fromisoformat(found).isoformat() == found


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2024-03-01", "today"),
        ("2024-02-29", "yesterday"),
        ("2024-02-27", "3 days ago"),
        ("2024-02-16", "2 weeks ago"),
        ("2024-01-02", "8 weeks ago"),
        ("2024-01-01", "2 months ago"),
        ("2023-03-02", "11 months ago"),
        ("2023-03-01", "1 year ago"),
        ("2020-10-13", "3 years ago"),
        ("2024-03-02", None),
        ("not a day", None),
    ],
)
def test_age_by_example(day: str, words: str | None) -> None:
    """In the largest unit that has passed twice, except for a year."""
    assert age(day, TODAY) == words


@given(st.dates(max_value=TODAY))
def test_age_is_never_more_than_has_passed(day: date) -> None:
    """An article is at least as old as it is said to be."""
    words = age(day.isoformat(), TODAY)
    assert words is not None
    assert len(f" ({words})") <= 20
    if words not in ("today", "yesterday"):
        count, unit, _ = words.split()
        shortest = {"day": 1, "week": 7, "month": 28, "year": 365}[unit.removesuffix("s")]
        assert int(count.replace(",", "")) * shortest <= (TODAY - day).days


@pytest.mark.parametrize("locale", LANGUAGES)
@given(st.dates(min_value=date(1000, 1, 1)))
def test_what_is_written_is_read(locale: str, day: date) -> None:
    """A day as the bot writes it in any language can be given back to it, whatever the language then."""
    with speaking(locale):
        shown = written(day.isoformat())
        assert day_of(shown, today=date(2024, 1, 1)) == day.isoformat()
    assert day_of(shown, today=date(2024, 1, 1)) == day.isoformat()
