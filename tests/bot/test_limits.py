"""How often one member may ask."""

from __future__ import annotations

import pytest

from bot import limits
from bot.limits import Limits


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_minute_has_so_many_questions() -> None:
    """The question over the limit is refused with the seconds to wait, and may be asked when they are over."""
    clock = Clock()
    limit = Limits(2, clock=clock)
    assert [limit.count(1, 7) for _ in range(2)] == [None, None]
    clock.now = 20
    refused = limit.count(1, 7)
    assert refused is not None
    assert refused.seconds == 40
    assert "in 40 s" in refused.sentence
    clock.now = 60
    assert limit.count(1, 7) is None


def test_only_the_first_refusal_of_a_minute_is_news() -> None:
    """Who goes on asking is not told each time."""
    clock = Clock()
    limit = Limits(1, clock=clock)
    limit.count(1, 7)
    refused = [limit.count(1, 7) for _ in range(3)]
    assert [r and r.first for r in refused] == [True, False, False]


def test_members_and_servers_are_counted_apart() -> None:
    """One member's questions, or those on another server, are nobody else's."""
    limit = Limits(1, clock=Clock())
    assert [limit.count(server, member) for server, member in ((1, 7), (1, 8), (2, 7))] == [None] * 3


def test_no_limit() -> None:
    """Zero means that nobody is held back."""
    limit = Limits(0, clock=Clock())
    assert all(limit.count(1, 7) is None for _ in range(100))


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Members who were quiet longest are forgotten."""
    monkeypatch.setattr(limits, "REMEMBERED", 3)
    limit = Limits(1, clock=Clock())
    for member in range(9):
        limit.count(1, member)
    assert len(limit._known) == 3


def test_a_channel_is_counted_over_all_members() -> None:
    """In one channel so many questions may be asked by all together; elsewhere, and privately, it goes on."""
    clock = Clock()
    limit = Limits(10, 2, clock=clock)
    assert [limit.count(1, member, 5) for member in (7, 8)] == [None, None]
    clock.now = 20
    refused = limit.count(1, 9, 5)
    assert refused is not None
    assert refused.sentence == "That is a lot of questions in one minute in this channel; please ask again in 40 s."
    assert [limit.count(1, 7, 5).first for _ in range(2)] == [False, False]  # type: ignore[union-attr]
    assert [limit.count(1, 9, 6), limit.count(1, 9), limit.count(2, 9, 5)] == [None, None, None]


def test_a_refused_question_counts_for_nobody() -> None:
    """Whoever is refused by the channel keeps all questions of their own, and the other way round."""
    clock = Clock()
    limit = Limits(1, 1, clock=clock)
    assert limit.count(1, 7, 5) is None
    assert limit.count(1, 8, 5) is not None
    assert limit.count(1, 7, 6) is not None
    assert [limit.count(1, 8, 6), limit.count(1, 9, 7)] == [None, None]
