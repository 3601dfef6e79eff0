"""Whether the pages of stored articles still say the same, looked at politely and spread over the week."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from archives import draft, few
from feed_server import WORDS, Answer, Clock, Server, article_page, polite
from hypothesis import given
from hypothesis import strategies as st

from index.archive import Archive
from index.freshness import TRIES, Checked, State, Why, looked_at, next_look
from index.types import Article, Draft, Span

WEEK = timedelta(days=7)
TEXT = WORDS.format(number=1)


def stored(web: Server, path: str = "/a/1", text: str = TEXT) -> Article:
    return Article("crane", text, "Crane 1", url=web.root + path)


def look(web: Server, article: Article | None = None, before: Checked | None = None) -> Checked:
    return looked_at(article or stored(web), polite(Clock()), before)


def test_a_page_that_still_says_it(web: Server) -> None:
    """Every sentence is there, to the character or in other marks and spacing: there is nothing to tell."""
    web.pages["/a/1"] = Answer(article_page(1))
    assert look(web) == Checked("crane", State.OK, "2026-03-02T08:00:02+00:00")
    web.pages["/a/1"] = Answer(article_page(1).replace("“", '"').replace("”", '"'))
    assert look(web).state is State.OK


def test_a_changed_sentence(web: Server) -> None:
    """What the page says no more is pointed at in the stored text."""
    web.pages["/a/1"] = Answer(article_page(1).replace("in 1962", "in 1926"))
    checked = look(web)
    assert checked.state is State.CHANGED
    assert [TEXT[span.start : span.end] for span in checked.missing] == [
        "The old crane was built in 1962 and lifted its last container on Tuesday."
    ]
    assert checked.detail.startswith("1 of 4 sentences")


def test_an_addition_is_no_change_of_what_is_quoted(web: Server) -> None:
    """A page that says more than is stored still has every stored sentence."""
    web.pages["/a/1"] = Answer(article_page(1, "It was repaired twice."))
    assert look(web).state is State.OK


def test_a_page_that_moved(web: Server) -> None:
    """Moved for good: to where. For now: nothing. With a changed sentence: both."""
    web.pages["/a/1"] = Answer(status=301, headers={"Location": "/b/1"})
    web.pages["/b/1"] = Answer(article_page(1))
    assert look(web).state is State.MOVED
    assert look(web).moved_to == f"{web.root}/b/1"
    web.pages["/b/1"] = Answer(article_page(1).replace("in 1962", "in 1926"))
    assert (look(web).state, look(web).moved_to) == (State.CHANGED, f"{web.root}/b/1")
    web.pages["/a/1"] = Answer(status=302, headers={"Location": "/c/1"})
    web.pages["/c/1"] = Answer(article_page(1))
    assert (look(web).state, look(web).moved_to) == (State.OK, None)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer(status=404), State.DEAD),
        (Answer(status=410), State.DEAD),
        (Answer(status=403), State.UNSEEN),
        (Answer(status=401), State.UNSEEN),
        (Answer(status=500), State.UNSEEN),
        (Answer("<html><body><p>Please switch JavaScript on.</p></body></html>"), State.UNSEEN),
        (Answer(status=301, headers={"Location": "/"}), State.DEAD),
    ],
)
def test_what_a_page_may_be_instead(web: Server, answer: Answer, state: State) -> None:
    """Gone, or led to the front page: dead. Closed or empty for a program: nothing is known, and that is said."""
    web.pages = {
        "/a/1": answer,
        "/": Answer("<html><body><h1>Larkmouth Courier</h1><p>News of today.</p></body></html>"),
    }
    checked = look(web)
    assert checked.state is state
    assert checked.detail.endswith((".", ").", "/ and no more to the article."))


def test_a_closed_page_is_not_asked_for(web: Server) -> None:
    """What robots.txt closes is not looked at, and not called dead."""
    web.pages = {"/robots.txt": Answer("User-agent: *\nDisallow: /a"), "/a/1": Answer(article_page(1))}
    assert look(web).state is State.UNSEEN
    assert web.paths == ["/robots.txt"]


def test_a_server_out_of_reach_is_dead_after_some_days() -> None:
    """One failure says nothing: asked again the next day; after several in a row the link is dead."""
    article = Article("crane", TEXT, url="http://127.0.0.1:9/a")
    checked: Checked | None = None
    states = []
    for _ in range(TRIES):
        checked = looked_at(article, polite(Clock()), checked)
        states.append(checked.state)
        at = datetime.fromisoformat(checked.at)
        assert next_look(checked, WEEK) - at == (WEEK if checked.state is State.DEAD else timedelta(days=1))
    assert states == [State.UNSEEN] * (TRIES - 1) + [State.DEAD]


def add(archive: Archive, count: int, root: str = "https://example.org") -> None:
    list(archive.add_all(replace(draft(n), url=f"{root}/a/{n}") for n in range(count)))


def test_looks_are_spread_over_the_week(archive: Archive) -> None:
    """Of seventy articles about ten are due each day; each once a week, at its own time; without address, never."""
    add(archive, 70)
    archive.add(Draft(TEXT, "Pasted"))
    start = datetime(2026, 3, 2, tzinfo=UTC)
    seen: dict[str, list[datetime]] = {}
    for hour in range(24 * 14):
        now = start + timedelta(hours=hour)
        for article, _ in archive.links_due(now, WEEK, 100):
            seen.setdefault(article.id, []).append(now)
            archive.note_check(article, Checked(article.id, State.OK, now.isoformat()), WEEK)
    assert len(seen) == 70
    for times in seen.values():
        assert len(times) in (2, 3) if times[0] == start else len(times) == 2
        assert times[1] - times[0] == WEEK
    days = [sum(times[0] < start + timedelta(days=d + 1) for times in seen.values()) for d in range(7)]
    assert all(after > before for before, after in pairwise(days))


def test_what_changed_since_is_not_what_was_looked_at(archive: Archive) -> None:
    """A look at an earlier text or address counts for nothing, and one that comes too late is not kept."""
    add(archive, 1)
    now = datetime(2026, 3, 2, tzinfo=UTC)
    archive.links_due(now, WEEK, 1)
    (article,) = archive.articles()
    dead = Checked(article.id, State.DEAD, now.isoformat(), "Gone.")
    assert archive.note_check(article, dead, WEEK)
    assert [stale.why for stale in archive.stale(now.date())] == [(Why.DEAD,)]
    assert archive.freshness.stale() == (replace(dead, at="2026-03-02T00:00:00+00:00"),)
    archive.edit(replace(article, url="https://example.org/new"))
    assert [stale.why for stale in archive.stale(now.date())] == [(Why.UNCHECKED,)]
    assert not archive.note_check(article, dead, WEEK)
    archive.links_due(now, WEEK, 1)
    assert archive.freshness.stale() == ()
    archive.remove(article.id)
    archive.links_due(now, WEEK, 1)
    assert archive.freshness.of(article.id) is None
    assert archive.stale(now.date()) == ()


def test_a_look_that_others_record(archive: Archive) -> None:
    """What a re-index finds is recorded the same way, and stays when looks are planned."""
    add(archive, 1)
    (article,) = archive.articles()
    now = datetime(2026, 3, 2, tzinfo=UTC)
    archive.freshness.record(article.id, State.CHANGED, now, "Another text.", missing=[Span(0, 9)])
    archive.links_due(now + timedelta(hours=1), WEEK, 1)
    assert archive.freshness.of(article.id) == Checked(
        article.id, State.CHANGED, "2026-03-02T00:00:00+00:00", "Another text.", None, (Span(0, 9),)
    )
    assert [stale.why for stale in archive.stale(now.date())] == [(Why.CHANGED,)]


def test_the_worst_first(archive: Archive) -> None:
    """Dead, changed, moved, old, not looked at; an article may be several; what is fine is not listed."""
    add(archive, 6)
    now = datetime(2024, 5, 1, tzinfo=UTC)
    for number, state in enumerate((State.OK, State.MOVED, State.CHANGED, State.DEAD, State.UNSEEN)):
        moved = "https://example.org/b" if state is State.MOVED else None
        archive.freshness.record(f"article-{number}", state, now, "", moved_to=moved)
    assert [(stale.article.id, *stale.why) for stale in archive.stale(now.date(), days=60)] == [
        ("article-3", Why.DEAD),
        ("article-2", Why.CHANGED),
        ("article-1", Why.MOVED, Why.OLD),
        ("article-0", Why.OLD),
        ("article-4", Why.UNCHECKED),
        ("article-5", Why.UNCHECKED),
    ]
    assert [stale.article.id for stale in archive.stale(now.date()) if Why.OLD in stale.why] == []


@few
@given(st.text(min_size=1, max_size=300))
def test_a_page_of_the_stored_text_is_never_changed(text: str) -> None:
    """Whatever an article holds, a page with exactly its words has every sentence of it."""
    from index import livepage
    from index.sentences import sentence_spans

    article = Article("x", text)
    spans = [span for span in (s.trimmed(text) for s in sentence_spans(text)) if span]
    assert livepage.missing(article, spans, [text]) == ()
