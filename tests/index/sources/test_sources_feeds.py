"""A feed document becomes entries, and an entry an article."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from feed_server import HTML, WORDS, article_page, rss, whole
from hypothesis import given
from hypothesis import strategies as st

from index.errors import FetchFailed, SourceError, Unreadable
from index.sources import Given
from index.sources.dates import iso_day
from index.sources.feeds import draft_of, is_whole, may_come_later, read_feed
from index.sources.url import Page

ROOT = "https://example.org"


def no_network(url: str) -> Page:
    raise AssertionError(f"{url} was asked for")


def test_an_rss_feed() -> None:
    """Oldest first; the day as it is written there; addresses without what only counts readers."""
    document = read_feed(f"{ROOT}/feed", rss(ROOT, range(3), extra="<ttl>90</ttl>").body.encode())
    assert (document.title, document.minutes) == ("Larkmouth & Sons", 90)
    assert [(e.title, e.url, e.day, e.content) for e in document.entries] == [
        ("Crane 0", f"{ROOT}/a/0", "2026-02-01", None),
        ("Crane 1", f"{ROOT}/a/1", "2026-02-02", None),
        ("Crane 2", f"{ROOT}/a/2", "2026-02-03", None),
    ]


def test_an_atom_feed() -> None:
    """The same of Atom, with authors, relative addresses, and the article as XHTML."""
    text = (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Post</title>'
        "<entry><id>urn:1</id><title>A &lt;b&gt;bold&lt;/b&gt; plan</title><link href='/plan'/>"
        "<updated>2026-03-02T01:00:00+02:00</updated><published>2026-03-01T23:30:00-05:00</published>"
        "<author><name>Ada Ruiz</name></author><author><name>news@example.org</name></author>"
        f"<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>{whole(7)}</div></content></entry></feed>"
    )
    (entry,) = read_feed(f"{ROOT}/feed", text.encode()).entries
    assert (entry.title, entry.url, entry.authors, entry.day) == (
        "A bold plan", f"{ROOT}/plan", ("Ada Ruiz",), "2026-03-01",
    )  # fmt: skip
    draft = draft_of(entry, Given(outlet="Post"), fetch=no_network)
    assert draft.text.startswith(WORDS.format(number=7))
    assert (draft.title, draft.outlet, draft.authors, draft.date, draft.url) == (
        "A bold plan", "Post", ("Ada Ruiz",), "2026-03-01", f"{ROOT}/plan",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("html", "is_it"),
    [
        (whole(1), True),
        (f"<p>{WORDS}</p>", False),
        (whole(1, "And so on […]"), False),
        (whole(1, "And so on…"), False),
        (whole(1, "<a href='/a'>Continue reading The crane →</a>"), False),
        (whole(1, "Read more at our page"), False),
        (whole(1, "The post <a>Crane</a> appeared first on <a>Larkmouth Courier</a>."), True),
        ("", False),
    ],
)
def test_a_teaser_is_no_article(html: str, is_it: bool) -> None:
    """What is short, or ends by pointing at the rest, is fetched from its page."""
    assert is_whole(html) is is_it


def test_the_footer_of_feeds_is_no_word_of_the_article() -> None:
    """What a publishing program adds in feeds alone is not in the text."""
    feed = rss(ROOT, {1: whole(1, "The post <a href='/'>Crane</a> appeared first on <a href='/'>Courier</a>.")})
    (entry,) = read_feed(f"{ROOT}/feed", feed.body.encode()).entries
    assert "appeared first" not in draft_of(entry, fetch=no_network).text


def test_an_entry_without_its_text_is_fetched() -> None:
    """The page tells about itself; where it is silent, the feed does; the moderator's outlet wins."""
    (entry,) = read_feed(f"{ROOT}/feed", rss(ROOT, range(1, 2)).body.encode()).entries
    page = article_page(1, date="")
    draft = draft_of(entry, Given(outlet="Courier"), fetch=lambda url: Page(url, page.encode(), HTML.partition(";")[0]))
    assert WORDS.format(number=1) in draft.text
    assert (draft.title, draft.outlet, draft.date, draft.url) == ("Crane 1", "Courier", "2026-02-02", f"{ROOT}/a/1")


def test_entries_are_told_apart_by_their_own_id() -> None:
    """The mark changes with what is said, the key does not; of two with one key the newest counts."""
    first, again = (
        read_feed(f"{ROOT}/feed", rss(ROOT, {1: whole(1, more)}).body.encode()).entries[0]
        for more in ("", "Corrected.")
    )
    assert first.key == again.key
    assert first.mark != again.mark
    twice = rss(ROOT, {1: whole(1)}).body.replace(
        "</channel>", "<item><guid>n1</guid><title>Old</title></item></channel>"
    )
    assert [e.title for e in read_feed(f"{ROOT}/feed", twice.encode()).entries] == ["Crane 1"]


@pytest.mark.parametrize("data", [b"", b"<html><body>Hello</body></html>", b"/etc/passwd", b"\x00\xff" * 9, b"{}"])
def test_what_is_no_feed_is_said_not_to_be_one(data: bytes) -> None:
    """One sentence; nothing is opened by a name that stands in the data."""
    with pytest.raises(Unreadable, match="is not a feed"):
        read_feed(f"{ROOT}/feed", data)


def test_a_page_that_names_its_feed() -> None:
    """Whoever gives the address of a page is told that of its feed."""
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body>x</body></html>'
    with pytest.raises(Unreadable, match=r"is not a feed, but names one: https://example\.org/feed\.xml\."):
        read_feed(f"{ROOT}/news", page.encode())


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_feed_is_too_odd(title: str, content: str) -> None:
    """Whatever stands in an entry, the feed is read or refused in one sentence."""
    feed = rss(ROOT, {1: content}).body.replace("<title>Crane 1</title>", f"<title>&#xD800;{title}</title>")
    try:
        entries = read_feed(f"{ROOT}/feed", feed.encode("utf-8", "replace")).entries
    except SourceError:
        return
    for entry in entries:
        "".join(part or "" for part in (entry.title, entry.url, *entry.authors)).encode()


def test_which_failures_may_pass() -> None:
    """A server in trouble or out of reach is asked again; a page that is not there, or is none, is not."""
    later = [FetchFailed("u", "s"), FetchFailed("u", "s", 503), FetchFailed("u", "s", 429)]
    never = [FetchFailed("u", "s", 404), FetchFailed("u", "s", 403), Unreadable("u", "s")]
    assert [may_come_later(error) for error in (*later, *never)] == [True] * 3 + [False] * 3


def test_a_real_feed(shared: Path) -> None:
    """Nine real entries that carry their articles: each has nearly all words of the published text."""
    folder = shared / "data" / "globalvoices_html"
    with gzip.open(folder / "dev.jsonl.gz", "rt", encoding="utf-8") as stream:
        rows = {row["title"]: row for row in map(json.loads, stream)}
    entries = read_feed(f"{ROOT}/feed", (folder / "feed.dev.rss").read_bytes()).entries
    assert len(entries) == 9
    for entry in entries:
        draft = draft_of(entry, fetch=no_network)
        row = rows[entry.title or ""]
        wanted = set(row["article_body"].split())
        assert len(wanted & set(draft.text.split())) >= 0.9 * len(wanted), entry.title
        assert draft.date == iso_day(row["date"])
