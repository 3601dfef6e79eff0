"""``onrecord gaps``: what nothing on record answers, as JSON and as lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from index.gaps import Gap
from index.types import Article


def gap_json(gap: Gap, nearest: Sequence[Article]) -> dict[str, Any]:
    """A gap: every wording, how many asked and when, and the articles that come nearest. It names nobody."""
    filters = gap.questions[0].wanted.filters
    return {
        "key": gap.key,
        "question": gap.questions[0].wanted.standalone,
        "others": [one.wanted.standalone for one in gap.questions[1:]],
        "state": "dismissed" if gap.dismissed else "open",
        "members": gap.members,
        "times": gap.times,
        "private": sum(one.private for one in gap.questions),
        "first": gap.first,
        "last": gap.last,
        "reason": gap.questions[0].reason.value,
        "speaker": filters.speaker,
        "outlet": filters.outlet,
        "since": filters.since,
        "until": filters.until,
        "nearest": [{"article_id": article.id, "title": article.title} for article in nearest],
    }


def lines(gap: Gap, nearest: Sequence[Article]) -> tuple[str, ...]:
    """The same for a person to read."""
    one = gap.questions[0].wanted
    asked = f"   {gap.key}: {gap.members} members, asked {gap.times} times, last on {gap.last[:10]}"
    others = [f"   also: {other.wanted.standalone}" for other in gap.questions[1:]]
    near = [f"   nearest: {article.title or article.id}" for article in nearest]
    return one.standalone, asked, *others, *near
