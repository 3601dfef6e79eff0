"""robots.txt by RFC 9309, and reading as servers ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from feed_server import Answer, Clock, Server, polite
from hypothesis import given
from hypothesis import strategies as st

from index.errors import FetchFailed
from index.sources.polite import LONGEST_PAUSE, LONGEST_WAIT, PAUSE, RobotsRefused, retry_after
from index.sources.robots import robots_of

ROOT = "https://example.org"


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("User-agent: other\nUser-agent: OnRecord\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: onrecord\nDisallow: /x", "/a", True),
        ("User-agent: onrecord/2.0\nDisallow: /x", "/x/y", False),
        ("User-agent: onrecorder\nDisallow: /x", "/x/y", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a/b.pdf?x=1", True),
        ("User-agent: *\nDisallow: /*?print=", "/a?print=1", False),
        ("User-agent: *\nDisallow: /a*b*c", "/a1b2d", True),
        ("User-agent: *\nDisallow: /%7Eann/", "/~ann/b", False),
        ("User-agent: *\nDisallow: /ä", "/" + quote("ä") + "/1", False),
        ("user-AGENT :*  # all\n disallow : /a # this", "/a", False),
        ("User-agent: *\nDisallow: /a\nUser-agent: *\nDisallow: /b", "/b", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("\ufeffUser-agent: *\r\nDisallow: /a\r\n", "/a", False),
        ("Disallow: /", "/a", True),
    ],
)
def test_what_robots_txt_allows(text: str, path: str, allowed: bool) -> None:
    """Groups by the product's name, the longest rule first, ``*`` and ``$`` as wildcards."""
    assert robots_of(text).allows(ROOT + path) is allowed


@given(st.text(max_size=300), st.text(max_size=40))
def test_no_file_is_too_odd(text: str, path: str) -> None:
    """Whatever a server sends as robots.txt, it is read, and an address is allowed or not."""
    assert robots_of(text).allows(f"{ROOT}/{quote(path)}") in (True, False)


def test_many_stars_take_no_time() -> None:
    """A pattern made to be slow is matched in one pass for each of its pieces."""
    robots = robots_of("User-agent: *\nDisallow: /" + "a*" * 5000 + "b$")
    assert robots.allows(f"{ROOT}/" + "a" * 20_000)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", 120),
        ("Mon, 02 Mar 2026 09:00:00 GMT", 3600),
        ("Mon, 02 Mar 2026 07:00:00 GMT", 0),
        ("999999999999999999999", LONGEST_WAIT.total_seconds()),
        ("soon", None),
        ("²", None),
    ],
)
def test_retry_after(written: str, seconds: float | None) -> None:
    """Seconds or a date; never longer than a week, never into the past."""
    asked = retry_after(written, datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
    assert (None if asked is None else asked.total_seconds()) == seconds


def test_a_closed_page_is_not_asked_for(web: Server) -> None:
    """What robots.txt closes is never requested; robots.txt itself once a day."""
    web.pages = {"/robots.txt": Answer("User-agent: *\nDisallow: /closed"), "/open": Answer("x")}
    clock = Clock()
    reader = polite(clock)
    with pytest.raises(RobotsRefused, match=r"robots\.txt"):
        reader.follow(f"{web.root}/closed")
    assert reader.follow(f"{web.root}/open").got.status == 200
    assert web.paths == ["/robots.txt", "/open"]
    clock.time += timedelta(hours=25)
    reader.follow(f"{web.root}/open")
    assert web.paths == ["/robots.txt", "/open", "/robots.txt", "/open"]
    assert all("onrecord" in headers["User-Agent"] for _, headers in web.asked)


@pytest.mark.parametrize(("status", "open_"), [(404, True), (403, True), (500, False), (429, False)])
def test_without_a_robots_txt(web: Server, status: int, open_: bool) -> None:
    """None there: everything may be read. The server in trouble: nothing, until a quarter of an hour later."""
    web.pages = {"/robots.txt": Answer(status=status), "/a": Answer("x")}
    clock = Clock()
    reader = polite(clock)
    if open_:
        assert reader.follow(f"{web.root}/a").got.status == 200
        return
    for _ in range(2):
        with pytest.raises(FetchFailed, match=r"robots\.txt could not be given"):
            reader.follow(f"{web.root}/a")
    assert web.paths == ["/robots.txt"]
    clock.time += timedelta(minutes=16)
    web.pages["/robots.txt"] = Answer(status=404)
    assert reader.follow(f"{web.root}/a").got.status == 200


def test_a_pause_between_two_requests(web: Server) -> None:
    """One server is asked at a pace: ours, or the slower one that it asks for, up to a limit."""
    web.pages = {"/robots.txt": Answer("User-agent: *\nCrawl-delay: 10"), "/a": Answer("x"), "/b": Answer("x")}
    clock = Clock()
    reader = polite(clock)
    reader.follow(f"{web.root}/a")
    reader.follow(f"{web.root}/b")
    assert clock.waited == [10, 10]
    web.pages["/robots.txt"] = Answer("User-agent: *\nCrawl-delay: 9999")
    clock.time += timedelta(days=2)
    reader.follow(f"{web.root}/a")
    assert clock.waited[2:] == [LONGEST_PAUSE]
    web.pages["/robots.txt"] = Answer(status=404)
    clock.time += timedelta(days=2)
    reader.follow(f"{web.root}/a")
    assert clock.waited[3:] == [PAUSE]


def test_redirects(web: Server) -> None:
    """Each hop is under robots.txt; only what is permanent from the first hop on is told as moved."""
    web.pages = {
        "/robots.txt": Answer("User-agent: *\nDisallow: /closed"),
        "/old": Answer(status=301, headers={"Location": "/new"}),
        "/new": Answer(status=302, headers={"Location": "/today#top"}),
        "/today": Answer("x"),
        "/for-now": Answer(status=302, headers={"Location": "/moved"}),
        "/moved": Answer(status=308, headers={"Location": "/today"}),
        "/into": Answer(status=301, headers={"Location": "/closed"}),
        "/round": Answer(status=301, headers={"Location": "/round"}),
    }
    reader = polite(Clock())
    followed = reader.follow(f"{web.root}/old")
    assert (followed.got.url, followed.moved_to) == (f"{web.root}/today", f"{web.root}/new")
    assert reader.follow(f"{web.root}/for-now").moved_to is None
    with pytest.raises(RobotsRefused):
        reader.follow(f"{web.root}/into")
    with pytest.raises(FetchFailed, match="redirects more than 5 times"):
        reader.follow(f"{web.root}/round")


def test_a_server_that_asks_for_time_is_left_alone(web: Server) -> None:
    """After a Retry-After nothing at that server is asked for until the time is over."""
    web.pages = {"/a": Answer(status=503, headers={"Retry-After": "600"}), "/b": Answer("x")}
    clock = Clock()
    reader = polite(clock)
    assert reader.follow(f"{web.root}/a").wait == timedelta(minutes=10)
    asked = len(web.asked)
    with pytest.raises(FetchFailed, match="left alone until 2026-03-02 08:1"):
        reader.follow(f"{web.root}/b")
    assert len(web.asked) == asked
    clock.time += timedelta(minutes=10)
    assert reader.follow(f"{web.root}/b").got.status == 200


def test_loopback_is_closed_to_a_reader_that_is_not_a_test_s(web: Server) -> None:
    """The guard against private addresses holds here as for articles."""
    from index.sources.polite import Polite

    with pytest.raises(FetchFailed, match="not public"):
        Polite().follow(f"{web.root}/a")
    assert web.asked == []
