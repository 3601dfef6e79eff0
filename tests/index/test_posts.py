"""Which message answers which is known for a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from index.archive import Archive
from index.posts import KEPT, Post, digest


def post(question: int, ago: timedelta) -> Post:
    at = (datetime.now(UTC) - ago).isoformat(timespec="seconds")
    return Post(question, question + 1, 5, digest("Which bridge?"), at)


def test_posts_are_kept_for_a_day(archive: Archive) -> None:
    """The newest of a question counts; what is older than a day is not given, and is removed with the next one."""
    old, first, second = post(1, KEPT + timedelta(minutes=1)), post(3, timedelta(hours=1)), post(3, timedelta())
    for one in (first, second, old):
        archive.note_post(one)
    assert archive.posts() == (second,)
    assert len(archive._store.posts()) == 2
    archive.note_post(second)
    assert archive._store.posts() == (second,)
    archive.forget_post(7)
    assert archive.posts() == (second,)
    archive.forget_post(3)
    assert archive.posts() == ()


@given(st.text(), st.text())
@settings(deadline=None)
def test_a_digest_tells_questions_apart(one: str, other: str) -> None:
    """Only white space does not count."""
    assert (digest(one) == digest(other)) == (one.split() == other.split())
    assert digest(f" {one} ") == digest(one)
