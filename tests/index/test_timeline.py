"""What one speaker said, day by day: in order, copies once, and what differs pointed at."""

from __future__ import annotations

import numpy as np
import pytest
from archives import few, texts
from hypothesis import given
from hypothesis import strategies as st

from index.archive import Archive
from index.settings import AnswerSettings, IndexSettings
from index.speakers import Unclear
from index.timeline import COPIES_WITHIN, OVERLAP, SAME_THING, Difference, Timeline, compared, timeline_of
from index.types import Article, Attribution, Draft, Filters, Hit, Kind, Passage, Span, Speaker

COST = "The repair of the old harbour bridge will cost {} million crowns, said Ada Marsh."


def draft(text: str, date: str | None, outlet: str = "Dale Herald", id: str | None = None) -> Draft:  # noqa: A002
    return Draft(text, title=text[:30], outlet=outlet, date=date, id=id)


def of(archive: Archive, speaker: str = "Ada Marsh", topic: str | None = None, **filters: str) -> Timeline:
    found = archive.timeline(speaker, topic, Filters(**filters))
    assert isinstance(found, Timeline)
    return found


def quotes(timeline: Timeline) -> list[str]:
    return [entry.hit.quote for entry in timeline.entries]


def hit(text: str, date: str | None, name: str = "Ada Marsh", id: str | None = None) -> Hit:  # noqa: A002
    article = Article(id or f"{text[:20]} {date}", text, date=date, outlet="Dale Herald")
    whole = Span(0, len(text))
    return Hit(Passage(article.id, whole, Attribution((whole,), kind=Kind.DIRECT, speaker=Speaker(name))), article, 0.0)


def test_by_day_and_the_undated_last(archive: Archive) -> None:
    """The earliest article first, whatever order they came in; what has no date comes after all that has."""
    later, undated, first = (COST.format(n) for n in (9, 8, 7))
    list(archive.add_all([draft(later, "2024-05-01"), draft(undated, None), draft(first, "2023-01-01")]))
    timeline = of(archive)
    assert quotes(timeline) == [first, later, undated]
    assert (timeline.dated, timeline.quoted, timeline.speaker) == (2, 3, "Ada Marsh")


def test_other_figures_are_pointed_at_both_ways(archive: Archive) -> None:
    """Two quotations on the same thing with other numbers point at each other; one of the same day does not."""
    list(archive.add_all([draft(COST.format(n), day) for n, day in ((7, "2024-01-01"), (9, "2024-03-01"))]))
    first, second = of(archive).entries
    assert [(rival.index, rival.difference) for rival in first.compare] == [(1, Difference.FIGURES)]
    assert [(rival.index, rival.difference) for rival in second.compare] == [(0, Difference.FIGURES)]


def test_copies_within_days_are_one_and_later_ones_were_said_again(archive: Archive) -> None:
    """One story in two outlets is one entry that names both; the same words months later are another."""
    words = COST.format(7)
    list(
        archive.add_all(
            [
                draft(words, "2024-01-01", "Dale Herald", "one"),
                draft(words, "2024-01-03", "Port Times", "two"),
                draft(words, "2024-06-01", "Hill Post", "three"),
            ]
        )
    )
    first, again = of(archive).entries
    assert first.hit.article.id == "one"
    assert [copy.article.id for copy in first.hit.also] == ["two"]
    assert again.hit.article.id == "three"
    assert first.compare == again.compare == ()
    assert COPIES_WITHIN < 100


def test_days_outlet_and_topic(archive: Archive) -> None:
    """Days and outlet are exact; a topic keeps what passes the threshold for it; scraps are left out."""
    archive.settings = IndexSettings(answer=AnswerSettings(threshold=0.2))
    list(
        archive.add_all(
            [
                draft(COST.format(7), "2024-01-01"),
                draft("“The library opens at night,” said Ada Marsh.", "2024-02-01", "Port Times"),
                draft("“The windmill turns again,” said Marsh. “Thanks,” Marsh said.", "2024-03-01"),
            ]
        )
    )
    assert len(of(archive).entries) == 3
    assert len(of(archive, since="2024-02-01").entries) == 2
    assert len(of(archive, until="2024-01-31").entries) == 1
    assert len(of(archive, outlet="port times").entries) == 1
    assert quotes(of(archive, topic="library")) == ["“The library opens at night,” said Ada Marsh."]
    assert of(archive, topic="saffron").entries == ()
    assert of(archive, topic="saffron").quoted == 4


def test_who_is_not_clear(archive: Archive) -> None:
    """An unknown or ambiguous name is a value of its own, with whom it may mean; so is an empty archive."""
    assert archive.timeline("Ada Marsh") == Unclear("Ada Marsh", (), ambiguous=False)
    two = "“The bridge opens in May,” said Ada Marsh. “It does not open,” said Otto Marsh."
    archive.add(draft(two, "2024-01-01"))
    found = archive.timeline("Marsh")
    assert isinstance(found, Unclear)
    assert found.ambiguous
    assert set(found.suggestions) == {"Ada Marsh", "Otto Marsh"}
    unknown = archive.timeline("Ada Marsch")
    assert isinstance(unknown, Unclear)
    assert unknown.suggestions[0] == "Ada Marsh"


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        (
            "The bridge over the river costs 40 million crowns.",
            "The bridge over the river costs 52 million.",
            "figures",
        ),
        (
            "We will close the old mill beside the river next spring.",
            "We will not close the old mill beside the river next spring.",
            "negation",
        ),
        (
            "We will close the old mill beside the river next spring.",
            "We shall surely shut the old mill beside the river next spring.",
            "wording",
        ),
        (
            "The bridge over the river costs 40 million crowns.",
            "The bridge over the river costs 40 million crowns.",
            None,
        ),
        ("The library opens at night from 9 on.", "The bridge over the river costs 52 million crowns.", None),
        (
            "See https://a.example/12 for the slides of today.",
            "See https://a.example/13 for the slides of today.",
            None,
        ),
        ("Thank you, Doctors. Let us take questions.", "Thank you, Doctor. And now questions, please.", None),
    ],
)
def test_what_differs(one: str, other: str, difference: str | None) -> None:
    """Numbers before a denial before the wording; the same words, other things and small talk do not count."""
    found = compared(hit(one, "2024-01-01"), hit(other, "2024-02-01"), 0.9, 0.85)
    assert found == (None if difference is None else Difference(difference))


def test_the_rule_needs_days_and_nearness() -> None:
    """Of one day, of no day, or too far apart in meaning, nothing is compared."""
    one, other = COST.format(7), COST.format(9)
    assert compared(hit(one, "2024-01-01"), hit(other, "2024-01-01"), 1.0, 0.85) is None
    assert compared(hit(one, "2024-01-01"), hit(other, None), 1.0, 0.85) is None
    assert compared(hit(one, "2024-01-01"), hit(other, "2024-01-02"), SAME_THING - 0.01, 0.85) is None
    assert compared(hit(one, "2024-01-01"), hit(other, "2024-01-02"), SAME_THING, 0.85) is Difference.FIGURES
    assert 0 < OVERLAP <= 1


@few
@given(st.lists(st.tuples(texts, st.none() | st.dates().map(lambda day: day.isoformat())), min_size=1, max_size=5))
def test_whatever_is_on_record(archive: Archive, articles: list[tuple[str, str | None]]) -> None:
    """For every speaker: in order, undated last, all proved and their own, compared with other days alone."""
    for body, date in articles:
        if any(character.isalnum() for character in body):
            archive.add(draft(body, date))
    for one in archive.known_speakers():
        timeline = archive.timeline(one.name)
        assert isinstance(timeline, Timeline)
        days = [entry.hit.article.date or "9999" for entry in timeline.entries]
        assert days == sorted(days)
        for place, entry in enumerate(timeline.entries):
            archive.prove(entry.hit.receipt)
            assert entry.hit.speaker is not None
            assert entry.hit.speaker.name in one.names
            for rival in entry.compare:
                assert rival.index != place
                assert timeline.entries[rival.index].hit.article.date != entry.hit.article.date


@given(st.lists(st.tuples(st.sampled_from((COST.format(7), COST.format(9), "The mill in Ordway will close.")),
                          st.sampled_from((None, "2024-01-01", "2024-01-02", "2024-06-01"))), max_size=8))  # fmt: skip
def test_no_quotation_is_lost(said: list[tuple[str, str | None]]) -> None:
    """Each quotation is an entry or the copy of one, whatever is near to what."""
    hits = [hit(text, date, id=str(number)) for number, (text, date) in enumerate(said)]
    near = np.ones((len(hits), len(hits)), np.float32)
    entries = timeline_of(hits, near, 0.85)
    shown = [entry.hit.article.id for entry in entries]
    shown += [copy.article.id for entry in entries for copy in entry.hit.also]
    assert sorted(shown) == sorted(one.article.id for one in hits)
