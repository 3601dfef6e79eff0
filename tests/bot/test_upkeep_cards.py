"""Whatever feeds, articles and servers say, the moderators' cards about them are ones that Discord accepts."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "discord"))
from discord_display import displayed
from discord_gate import gate, limits, walk
from discord_town import DESCRIPTION

from bot.feeds import ADD_ID, ALL_ID, FEEDS_ID, QUEUE_ID, SKIP_ID, feed_list, queue_page
from bot.freshness import MOVE_ID, STALE_ID, stale_page
from index.feeds import Feed, Mode
from index.freshness import Checked, Stale, State, Why
from index.pending import Waiting
from index.types import Article, Draft

NOW = datetime(2026, 3, 2, tzinfo=UTC)
FAST = tuple(phase for phase in Phase if phase is not Phase.shrink)
words = st.text(max_size=30) | st.sampled_from(
    ["**" * 900, "👍" * 700, "@everyone [x](http://evil.example)", "\u202e", "`" * 900]
)
maybe = st.none() | words
address = st.sampled_from([None, "https://a.example/1", "https://a.example/" + "long/" * 300])
drafts = st.builds(Draft, words.filter(bool), maybe, maybe, st.just(()), st.sampled_from([None, "2024-03-05"]), address)
waiting = st.builds(
    lambda draft, n: Waiting(f"{n:011}", draft, None, "feed", f"feed:1:{n}", NOW.isoformat(), NOW.isoformat()),
    drafts,
    st.integers(0, 10**11 - 1),
)
feeds = st.builds(
    lambda n, url, mode, outlet, title, problem, stopped: Feed(
        n, url, mode, outlet, title, asked=NOW.isoformat() if stopped else None, failures=3, problem=problem,
        stopped=stopped,
    ),
    st.integers(1, 9), words, st.sampled_from(Mode), maybe, maybe, maybe, st.booleans(),
)  # fmt: skip
checks = st.none() | st.builds(
    lambda state, detail, moved: Checked("x", state, NOW.isoformat(), detail, moved),
    st.sampled_from(State),
    words,
    address,
)
stale = st.builds(
    lambda n, draft, why, checked: Stale(
        Article(f"a{n}", draft.text, draft.title, draft.outlet, (), draft.date, draft.url), tuple(why), checked
    ),
    st.integers(), drafts, st.lists(st.sampled_from(Why), min_size=1, max_size=3, unique=True), checks,
)  # fmt: skip


def accepted(view: Any, *patterns: Any) -> None:
    components = view.to_components()
    assert limits({"components": components, "flags": 1 << 15}) == []
    ids = [c["custom_id"] for c in walk(components) if "custom_id" in c]
    assert [i for i in ids if not any(pattern.fullmatch(i) for pattern in patterns)] == []
    if DESCRIPTION.is_file():
        assert gate(DESCRIPTION).component_complaints(components) == []
    for text in (c["content"] for c in walk(components) if c["type"] == 10):
        assert "⟦mention" not in displayed(text)
        assert "⟦link" not in displayed(text)


@given(st.lists(waiting, max_size=12, unique_by=lambda one: one.key), st.integers(0, 4))
@settings(max_examples=60, deadline=None, phases=FAST)
def test_the_queue(some: list[Waiting], page: int) -> None:
    """Every page of the queue."""
    accepted(queue_page(some, page, NOW), ADD_ID, SKIP_ID, QUEUE_ID, ALL_ID)


@given(st.lists(feeds, max_size=20), st.integers(0, 4))
@settings(max_examples=60, deadline=None, phases=FAST)
def test_the_feeds(some: list[Feed], page: int) -> None:
    """Every page of the feeds."""
    accepted(feed_list(some, page), FEEDS_ID)


@given(st.lists(stale, max_size=12, unique_by=lambda one: one.article.id), st.integers(0, 4))
@settings(max_examples=60, deadline=None, phases=FAST)
def test_the_stale_articles(some: list[Stale], page: int) -> None:
    """Every page of the stale articles."""
    accepted(stale_page(some, page), STALE_ID, MOVE_ID)
