"""Whether a page still has the words: a real web site on this machine, fetched as any page is, but for the guard."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from websites import Site, website

from index.livepage import Live, Seen, look
from index.sources import SourceSettings
from index.sources.url import fetch
from index.types import Article, Span

QUOTE = "“We found cracks in the hull on Sunday night,” said Ingrid Dahl."
TEXT = f"The ferry stops for six weeks.\n{QUOTE}\nBuses will carry passengers to the bridge."
PAGE = (
    "<!DOCTYPE html><html><head><title>Island ferry stops</title></head><body><nav>Home</nav><article>"
    "<h1>Island ferry stops</h1><p>The ferry between Skarn and the mainland will stop running for six weeks.</p>"
    "<p>{}</p><p>Buses will carry passengers to the bridge twice an hour until the repair is done.</p></article>"
    "</body></html>"
)


@pytest.fixture
def site() -> Iterator[Site]:
    with website() as site:
        yield site


def looked(address: str, limits: SourceSettings = SourceSettings()) -> Live:
    start = TEXT.index(QUOTE)
    article = Article("ferry", TEXT, url=address)
    return look(article, Span(start, start + len(QUOTE)), fetch=partial(fetch, settings=limits, allow_private=True))


def test_the_sentence_is_still_there(site: Site) -> None:
    """One request, and the words are found to the character."""
    site.pages["/ferry"] = PAGE.format(QUOTE)
    assert looked(f"{site.root}/ferry") == Live(
        Seen.THERE, "The page at the article's address has these words today.", None
    )
    assert site.asked == ["/ferry"]


def test_the_sentence_was_changed(site: Site) -> None:
    """One word less, and the page does not have it; another style of quotation marks is told apart from that."""
    site.pages["/ferry"] = PAGE.format(QUOTE.replace(" on Sunday night", ""))
    assert looked(f"{site.root}/ferry").seen is Seen.NOT_THERE
    site.pages["/ferry"] = PAGE.format(QUOTE.replace("“", "&quot;").replace("”", "&quot;"))
    assert looked(f"{site.root}/ferry").seen is Seen.RESTYLED


@pytest.mark.parametrize("path", ["/nowhere", "/withdrawn"])
def test_the_page_is_gone(site: Site, path: str) -> None:
    """A server that says that it has no such page is told apart from one that does not answer."""
    site.gone.add("/withdrawn")
    assert looked(site.root + path) == Live(Seen.GONE, "There is no page at the article's address any more.")


def test_the_page_has_moved(site: Site) -> None:
    """A redirect is followed, and it is said where it leads; a slash at the end is no other place."""
    site.pages |= {"/archive/ferry": PAGE.format(QUOTE), "/ferry/": PAGE.format(QUOTE), "/": PAGE.format("Hello.")}
    site.moved |= {"/2024/ferry": "/archive/ferry", "/ferry": "/ferry/", "/old": "/"}
    found = looked(f"{site.root}/2024/ferry")
    assert (found.seen, found.moved) == (Seen.THERE, f"{site.root}/archive/ferry")
    assert found.sentence.endswith(f"It leads to {site.root}/archive/ferry now.")
    assert looked(f"{site.root}/ferry").moved is None
    home = looked(f"{site.root}/old")
    assert (home.seen, home.moved) == (Seen.NOT_THERE, f"{site.root}/")


def test_a_move_to_nowhere_is_gone(site: Site) -> None:
    """What counts is where the address ends."""
    site.moved["/ferry"] = "/nowhere"
    assert looked(f"{site.root}/ferry").seen is Seen.GONE


def test_a_server_that_fails_says_nothing_about_the_words(site: Site) -> None:
    """Out of order is not gone."""
    site.failing.add("/ferry")
    found = looked(f"{site.root}/ferry")
    assert found.seen is Seen.UNREACHABLE
    assert "says nothing about the words" in found.sentence
    assert "HTTP 503" in found.sentence


def test_no_server_says_nothing_about_the_words() -> None:
    """Nobody listens at the address any more."""
    with website() as site:
        address = f"{site.root}/ferry"
    found = looked(address)
    assert found.seen is Seen.UNREACHABLE
    assert "cannot be reached" in found.sentence


def test_a_page_that_is_too_large_says_nothing_about_the_words(site: Site) -> None:
    """The limit of articles that are added holds here too."""
    site.pages["/ferry"] = PAGE.format(QUOTE) + " " * 5000
    assert looked(f"{site.root}/ferry", SourceSettings(max_bytes=2000)).seen is Seen.UNREACHABLE


def test_the_guard_is_not_lifted_by_looking(site: Site) -> None:
    """Without a ``fetch`` that a test gives, this machine is not asked."""
    site.pages["/ferry"] = PAGE.format(QUOTE)
    found = look(Article("ferry", TEXT, url=f"{site.root}/ferry"), Span(0, 3))
    assert found.seen is Seen.UNREACHABLE
    assert site.asked == []
