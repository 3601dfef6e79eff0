"""What a question says about speaker, outlet and days: only what its words leave no doubt about."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.asked import NOTHING, Asked, may_say, narrowed, near, read
from index.question import parse
from index.types import Filters

SPEAKERS = ("John Kirby", "Karine Jean-Pierre", "Ada Marsh", "Ida Marsh", "The White House")
OUTLETS = (
    "The Guardian",
    "Reuters",
    "BBC News",
    "The White House",
    "Port Times",
    "CNN.com",
    "Sun",
    "Sun.co.uk",
    "usatoday.com",
    "theweek.co.uk",
)
ASKED_ON, NEWEST = "2023-11-22", "2023-11-20"  # a Wednesday; the Monday before


def understood(text: str, asked_on: str | None = ASKED_ON, newest: str | None = NEWEST) -> Asked:
    return read(parse(text), SPEAKERS, OUTLETS, asked_on=asked_on, newest=newest)


def filters_of(text: str, given: Filters = Filters()) -> Filters:
    return narrowed(parse(text), understood(text), given)[1]


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("What did Kirby say in October?", "2023-10-01", "2023-10-31"),
        ("What did Kirby say in December?", "2022-12-01", "2022-12-31"),
        ("What did Kirby say in November about grain?", "2023-11-01", "2023-11-30"),
        ("In October, what did Kirby say about grain?", "2023-10-01", "2023-10-31"),
        ("What did Kirby say publicly in Feb. 2024?", "2024-02-01", "2024-02-29"),
        ("What did Kirby say on October 12?", "2023-10-12", "2023-10-13"),
        ("What did Kirby say on the 12th of October 2022?", "2022-10-12", "2022-10-13"),
        ("What did Kirby say on 2022-10-12 about it?", "2022-10-12", "2022-10-13"),
        ("Who said in 2022 that it was over?", "2022-01-01", "2022-12-31"),
        ("What has Kirby said about grain since March 2023?", "2023-03-01", None),
        ("What has the Guardian reported about grain since March?", "2023-03-01", None),
        ("What did Kirby say about grain until May 2023?", None, "2023-05-31"),
        ("What did Kirby say before May 2023?", None, "2023-04-30"),
        ("What did Kirby say after May 2023?", "2023-06-01", None),
        ("What did Kirby say between March and May 2023?", "2023-03-01", "2023-05-31"),
        ("What did Kirby say about grain from March 2022 to May 2023?", "2022-03-01", "2023-05-31"),
        ("What did Kirby say between November and February 2023?", "2022-11-01", "2023-02-28"),
        ("What did Kirby say last week?", "2023-11-13", "2023-11-19"),
        ("What did Kirby say last week about grain?", "2023-11-13", "2023-11-19"),
        ("Last month, what did Kirby say about grain?", "2023-10-01", "2023-10-31"),
        ("What did Kirby say last year?", "2022-01-01", "2022-12-31"),
        ("What did Kirby say in the past two weeks?", "2023-11-08", "2023-11-22"),
        ("What did Kirby say in the last 10 days?", "2023-11-12", "2023-11-22"),
        ("What did Kirby say this week?", "2023-11-15", "2023-11-22"),
        ("What did Kirby say this month?", "2023-11-01", "2023-11-22"),
        ("What did Kirby say yesterday?", "2023-11-21", "2023-11-22"),
        ("What did Kirby say last October?", "2023-10-01", "2023-10-31"),
    ],
)
def test_days_of_saying_become_a_filter(text: str, since: str | None, until: str | None) -> None:
    """A month without a year is its last one up to the archive's newest day; "last week" counts from the day asked."""
    assert (filters_of(text).since, filters_of(text).until) == (since, until)


@pytest.mark.parametrize(
    "text",
    [
        "What did Kirby say about the attack in October?",
        "What did Kirby say about the fall of Kabul in 2021?",
        "What happened in October?",
        "Who won the match last week?",
        "How many people died in the 2011 flood?",
        "How many ships were sent before May 2023?",
        "Which laws may say in march columns?",
        "What did Kirby say about May?",
        "What did Kirby say on the 31st of February 2023?",
        "What did Kirby say between May 2023 and March 2023?",
    ],
)
def test_days_of_what_happened_filter_nothing(text: str) -> None:
    """Later articles tell of it too; and a day that no calendar has is no day."""
    assert filters_of(text) == Filters()


def test_days_that_happened_are_still_known() -> None:
    """An article of these days, or of the month after, is not stale."""
    days = understood("What happened to the mill in October 2021?")
    assert (days.days, days.of_saying) == (("2021-10-01", "2021-10-31"), False)
    around = ("2021-09-30", "2021-10-01", "2021-12-01", "2021-12-02")
    assert [near("2021-10-01", "2021-10-31", day) for day in around] == [False, True, True, False]


def test_without_the_day_asked_only_the_calendar_counts() -> None:
    """Then "last week" says nothing; "in October" is the archive's last one, and nothing where it has no day."""
    assert understood("What did Kirby say last week?", None).days == (None, None)
    assert understood("What did Kirby say in October?", None).days == ("2023-10-01", "2023-10-31")
    assert understood("What did Kirby say in October?", None, None).days == (None, None)
    assert understood("What did Kirby say in 2021?", None, None).days == ("2021-01-01", "2021-12-31")
    assert understood("What did Kirby say last week?", "not a day").days == (None, None)


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("According to Reuters, who won the race?", "Reuters"),
        ("who won the race according to the guardian?", "The Guardian"),
        ("What has the Guardian reported about the strike?", "The Guardian"),
        ("What did the BBC write about the strike?", "BBC News"),
        ("What did CNN say about the strike?", "CNN.com"),
        ("According to USA Today, who won?", "usatoday.com"),
        ("According to the Week, who won?", "theweek.co.uk"),
        ("What was reported by Reuters about the strike?", "Reuters"),
        ("What does the article in the Port Times tell of the strike?", "Port Times"),
        ("What does Reuters's report tell?", None),
        ("What happened at Reuters?", None),
        ("Who buys the Guardian?", None),
        ("What happened in the sun?", None),
        ("According to the Sun, who won?", None),
        ("According to the White House, how many died?", None),
        ("What did the White House say?", None),
        ("According to the Daily Herald, who won?", None),
        ("According to Kirby, who won?", None),
        ("Did the Guardian move its offices?", None),
    ],
)
def test_an_outlet_is_a_filter_only_as_the_source(text: str, outlet: str | None) -> None:
    """One of the archive's, named as who reports; not where two have the name, or a speaker has it too."""
    assert filters_of(text).outlet == outlet


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("What did Kirby say about grain?", "John Kirby"),
        ("What did John Kirby say in October?", "John Kirby"),
        ("What did Marsh say?", "Marsh"),
        ("What did Putin say?", None),
        ("What did Reuters say about Kirby?", None),
        ("Who is Kirby?", None),
    ],
)
def test_a_speaker_is_one_of_the_archives(text: str, speaker: str | None) -> None:
    """Under the full name where only one has it, else as asked; never one who is not quoted, and never a filter."""
    assert understood(text).speaker == speaker
    assert filters_of(text).speaker is None


def test_words_that_became_a_filter_are_not_looked_for() -> None:
    """An article that Reuters published in October holds neither word; where no other would be left, they stay."""

    def terms(text: str) -> list[str]:
        return [term.word for term in narrowed(parse(text), understood(text), Filters())[0].terms]

    assert terms("According to Reuters, who won the race?") == ["race"]
    assert terms("What did Kirby say in October about grain?") == ["Kirby", "grain"]
    assert terms("What did Kirby say about the attack in October?") == ["Kirby", "attack", "October"]
    assert terms("What has Reuters reported?") == [term.word for term in parse("What has Reuters reported?").terms]
    assert narrowed(parse("What did CNN say of it?"), understood("What did CNN say of it?"), Filters())[0].speaker == ()


@given(
    st.sampled_from(("Dale Herald", "Reuters")),
    st.dates(date(2000, 1, 1), date(2030, 1, 1)).map(date.isoformat),
    st.sampled_from(("since", "until")),
)
def test_what_was_passed_always_wins(outlet: str, day: str, end: str) -> None:
    """A passed outlet, or a passed day at either end, takes the place of what the question says."""
    text = "What did the Guardian report in October about grain?"
    given = Filters(outlet=outlet, since=day) if end == "since" else Filters(outlet=outlet, until=day)
    assert filters_of(text, given) == given
    assert filters_of(text, Filters(speaker="Kirby", exclude=frozenset("x"))) == Filters(
        "Kirby", "The Guardian", "2023-10-01", "2023-10-31", frozenset("x")
    )


_PIECES = st.sampled_from(
    """what did has kirby said say in on since until between and from to last week month year october may 2023 31st
    february 12 2022-02-30 the past three years ago according reuters reported by guardian ? , . ’s""".split()
)


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=12).map(" ".join)), st.dates().map(date.isoformat))
def test_any_text_is_read(text: str, day: str) -> None:
    """Days are ISO days in order; what cannot say anything is found to say nothing."""
    asked = understood(text, day, day)
    for found in asked.days:
        assert found is None or date.fromisoformat(found).isoformat() == found
    if asked.since and asked.until:
        assert asked.since <= asked.until
    assert asked.outlet is None or asked.outlet in OUTLETS
    if not may_say(text):
        assert (asked.outlet, asked.days) == (NOTHING.outlet, NOTHING.days)
