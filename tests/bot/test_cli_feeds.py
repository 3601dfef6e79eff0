"""``onrecord feeds``: following, asking and deciding on the command line."""

from __future__ import annotations

from functools import partial

import pytest
from calls import Onrecord
from feed_server import Answer, Server, article_page, rss

from index.sources import polite
from index.sources import url as network


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network door opens to this machine, and nobody pauses."""
    monkeypatch.setattr(network, "get", partial(network.get, allow_private=True))
    monkeypatch.setattr(polite, "PAUSE", 0.0)


def serve(web: Server, count: int = 2) -> str:
    web.pages = {f"/a/{n}": Answer(article_page(n)) for n in range(count)}
    web.pages["/feed"] = rss(web.root, range(count))
    return f"{web.root}/feed"


def test_from_a_feed_to_the_record(onrecord: Onrecord, web: Server) -> None:
    """Followed, asked, looked through: one article is accepted, the other skipped, and neither waits any more."""
    url = serve(web)
    added = onrecord("feeds", "add", url, "--outlet", "Courier", "--json").json
    assert (added["url"], added["mode"], added["changed"]) == (url, "review", True)
    (polled,) = onrecord("feeds", "poll", "--json").rows
    assert [(e["title"], e["taken"]) for e in polled["entries"]] == [("Crane 0", "waiting"), ("Crane 1", "waiting")]
    assert polled["problem"] is None
    waiting = onrecord("feeds", "queue", "--json").json["waiting"]
    assert [(w["title"], w["outlet"], w["feed"]) for w in waiting] == [
        ("Crane 0", "Courier", 1),
        ("Crane 1", "Courier", 1),
    ]
    assert onrecord("list", "--json").json["articles"] == []
    accepted = onrecord("--json", "feeds", "accept", "--", waiting[0]["key"]).json
    assert (accepted["status"], accepted["title"]) == ("added", "Crane 0")
    assert onrecord("--json", "feeds", "skip", "all").json == {"key": waiting[1]["key"], "status": "skipped"}
    assert onrecord("feeds", "queue", "--json").json == {"waiting": []}
    assert onrecord("feeds", "poll", "1", "--json").json["entries"] == []


def test_straight_in(onrecord: Onrecord, web: Server) -> None:
    """With --straight nobody is asked; a person reads what happened."""
    onrecord("feeds", "add", serve(web), "--straight")
    polled = onrecord("feeds", "poll")
    assert polled.code == 0
    assert "- Crane 1: added" in polled.out
    assert len(onrecord("list", "--json").json["articles"]) == 2
    shown = onrecord("feeds", "list")
    assert "Larkmouth & Sons" in shown.out
    assert "straight on record" in shown.out


def test_only_what_is_due_is_asked(onrecord: Onrecord, web: Server) -> None:
    """Asking again at once asks nobody; a feed that is named is asked whatever its time."""
    url = serve(web)
    onrecord("feeds", "add", url)
    onrecord("feeds", "poll")
    web.asked.clear()
    assert onrecord("feeds", "poll", "--json").out == ""
    assert web.asked == []
    onrecord("feeds", "poll", url)
    assert "/feed" in web.paths


def test_a_feed_that_fails(onrecord: Onrecord, web: Server) -> None:
    """A failed look is exit code 1, with its reason in the feed."""
    onrecord("feeds", "add", f"{web.root}/none")
    polled = onrecord("feeds", "poll", "--json")
    assert polled.code == 1
    assert polled.json["problem"] == "Its server answered HTTP 404 instead of a feed."
    assert "HTTP 404" in onrecord("feeds", "list").out


def test_removing(onrecord: Onrecord, web: Server) -> None:
    """A feed goes by number or address; one that is not there is one sentence and 1."""
    url = serve(web)
    onrecord("feeds", "add", url)
    assert onrecord("feeds", "remove", url, "--json").json["url"] == url
    assert onrecord("feeds", "list", "--json").json == {"feeds": []}
    gone = onrecord("feeds", "remove", "1")
    assert (gone.code, gone.out) == (1, "")
    assert "No feed '1' is followed here" in gone.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("feeds",), 2),
        (("feeds", "add"), 2),
        (("feeds", "add", "file:///etc/passwd"), 1),
        (("feeds", "accept", "nothing"), 1),
        (("feeds", "poll", "7"), 1),
    ],
)
def test_wrong_use(onrecord: Onrecord, words: tuple[str, ...], code: int) -> None:
    """What is not understood is one sentence on standard error."""
    result = onrecord(*words)
    assert (result.code, result.out) == (code, "")
    assert result.err.count("\n") == 1


def test_with_nothing_there(onrecord: Onrecord) -> None:
    """Empty lists say how to begin."""
    assert "onrecord feeds add URL" in onrecord("feeds", "list").out
    assert "No article waits" in onrecord("feeds", "queue").out
