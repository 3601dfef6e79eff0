"""Feeds are asked politely, and what is new in them is taken once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from feed_server import Answer, Clock, Server, article_page, polite, rss, whole

from bot.polling import THREADS, Polled, Reader, few_at_once, poll
from index.archive import Archive
from index.audit import Action
from index.encoder import Encoder
from index.errors import ArchiveError, NoSuchFeed, NotUndoable
from index.feeds import AT_MOST, AT_ONCE, TRIES, Feed, Mode, Taken
from index.sources import SourceSettings

HOUR = timedelta(hours=1)


class Desk:
    """An archive, a server with a feed, and a clock."""

    def __init__(self, archive: Archive, web: Server) -> None:
        self.archive, self.web, self.clock = archive, web, Clock()
        self.reader = Reader(SourceSettings(), polite(self.clock))

    @property
    def url(self) -> str:
        return f"{self.web.root}/feed"

    def follow(self, mode: Mode = Mode.STRAIGHT, outlet: str | None = "Courier") -> Feed:
        return self.archive.feeds.add(self.url, mode, outlet, by="7", now=self.clock.now())[0]

    def write(self, numbers: Any, *, etag: str | None = None, pages: bool = True) -> None:
        """Make the server's feed and the pages of its articles."""
        self.web.pages["/feed"] = rss(self.web.root, numbers)
        self.web.pages["/feed"].etag = etag
        if pages:
            for number in numbers:
                self.web.pages[f"/a/{number}"] = Answer(article_page(number))

    def poll(self, feed: Feed | None = None, meanwhile: Callable[[], None] | None = None) -> Polled | None:
        async def call(work: Callable[[Archive], Any]) -> Any:
            if meanwhile:
                meanwhile()
            return work(self.archive)

        self.web.asked.clear()
        feed = feed or self.archive.feeds.list()[0]
        return asyncio.run(poll(feed, self.reader, HOUR, call))

    def taken(self, **kwargs: Any) -> list[Taken]:
        polled = self.poll(**kwargs)
        assert polled is not None
        return [outcome.taken for outcome in polled.outcomes]

    @property
    def feed(self) -> Feed:
        return self.archive.feeds.list()[0]

    @property
    def titles(self) -> list[str | None]:
        return [article.title for article in self.archive.articles()]

    @property
    def waiting(self) -> list[str | None]:
        return [waiting.draft.title for waiting in self.archive.pending.list(source="feed")]


@pytest.fixture
def desk(archive: Archive, web: Server) -> Iterator[Desk]:
    made = Desk(archive, web)
    yield made
    made.reader.close()


def test_straight_in(desk: Desk) -> None:
    """New articles go on record, the oldest first, under the outlet the moderator named; the log says by what."""
    desk.write(range(3))
    desk.follow()
    assert desk.taken() == [Taken.ADDED] * 3
    assert desk.titles == ["Crane 0", "Crane 1", "Crane 2"]
    assert {article.outlet for article in desk.archive.articles()} == {"Courier"}
    assert {entry.by for entry in desk.archive.log.entries() if entry.action is Action.ADDED} == {f"feed {desk.url}"}
    assert desk.feed.title == "Larkmouth & Sons"
    assert desk.taken() == []
    assert desk.web.paths == ["/feed"]


def test_into_the_queue(desk: Desk) -> None:
    """With review nothing goes on record; each article waits once, however often the feed is asked."""
    desk.write(range(2))
    desk.follow(Mode.REVIEW)
    assert desk.taken() == [Taken.WAITING] * 2
    desk.archive.feeds._db.execute("DELETE FROM feed_entries")  # as after a kill between the two steps
    assert desk.taken() == [Taken.WAITING] * 2
    assert desk.waiting == ["Crane 0", "Crane 1"]
    assert desk.titles == []


def test_articles_that_are_in_the_feed_are_not_fetched(desk: Desk) -> None:
    """Where entries bring their articles along, the feed is the only thing that is asked for."""
    desk.write({1: whole(1), 2: whole(2)}, pages=False)
    desk.follow()
    assert desk.taken() == [Taken.ADDED] * 2
    assert desk.web.paths == ["/robots.txt", "/feed"]


def test_nothing_new_costs_one_small_request(desk: Desk) -> None:
    """The mark of the last answer goes along; "not modified" is enough, and the interval is kept."""
    desk.write(range(2), etag='"one"')
    desk.follow()
    desk.poll()
    polled = desk.poll()
    assert polled is not None
    assert polled.outcomes == ()
    assert desk.web.asked[0][1]["If-None-Match"] == '"one"'
    assert polled.feed.next == (desk.clock.now() + HOUR).isoformat(timespec="seconds")
    assert desk.archive.feeds.due(desk.clock.now()) == ()
    assert desk.archive.feeds.due(desk.clock.now() + HOUR) == (polled.feed,)


def test_a_feed_s_own_pace_is_kept(desk: Desk) -> None:
    """A feed that asks for more time gets it, also after answers that say only that nothing is new."""
    desk.write({1: whole(1)}, etag='"one"', pages=False)
    desk.web.pages["/feed"].body = desk.web.pages["/feed"].body.replace("<channel>", "<channel><ttl>180</ttl>")
    desk.follow()
    for _ in range(3):
        desk.poll()
        assert _time(desk.feed.next) - desk.clock.now() == 3 * HOUR


def test_last_modified_is_sent_back(desk: Desk) -> None:
    """A server that knows only dates gets its date back."""
    desk.write({1: whole(1)}, pages=False)
    desk.web.pages["/feed"].headers = {"Last-Modified": "Sun, 01 Mar 2026 00:00:00 GMT"}
    desk.follow()
    desk.poll()
    desk.poll()
    assert desk.web.asked[0][1]["If-Modified-Since"] == "Sun, 01 Mar 2026 00:00:00 GMT"


def test_a_feed_that_fails_is_asked_less_and_less(desk: Desk) -> None:
    """Twice as long after each failure, up to a day; one success and it is as before."""
    desk.web.pages["/feed"] = Answer(status=500)
    desk.follow()
    waits = []
    for _ in range(7):
        desk.poll()
        began = desk.clock.now()
        waits.append(round((_time(desk.feed.next) - began) / HOUR))
        desk.clock.time = _time(desk.feed.next)
    assert waits == [2, 4, 8, 16, 24, 24, 24]
    assert desk.feed.problem == "Its server answered HTTP 500 instead of a feed."
    desk.write(range(1))
    desk.poll()
    assert (desk.feed.failures, desk.feed.problem) == (0, None)


def _time(iso: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(iso)


def test_retry_after_is_kept(desk: Desk) -> None:
    """A server that says how long to wait is left alone so long."""
    desk.web.pages["/feed"] = Answer(status=429, headers={"Retry-After": "172800"})
    desk.follow()
    desk.poll()
    assert _time(desk.feed.next) - desk.clock.now() == timedelta(days=2)


def test_a_feed_that_is_gone_is_asked_no_more(desk: Desk) -> None:
    """410 ends it; adding it again begins anew."""
    desk.web.pages["/feed"] = Answer(status=410)
    desk.follow()
    desk.poll()
    assert desk.feed.stopped
    assert desk.archive.feeds.due(desk.clock.now() + timedelta(days=900)) == ()
    desk.follow()
    assert not desk.feed.stopped


def test_a_feed_that_moved_is_followed_and_remembered(desk: Desk) -> None:
    """A permanent redirect changes the stored address; one for now does not."""
    desk.write(range(1))
    desk.web.pages["/new"] = desk.web.pages["/feed"]
    desk.web.pages["/feed"] = Answer(status=302, headers={"Location": "/new"})
    desk.follow()
    desk.poll()
    assert desk.feed.url == desk.url
    desk.web.pages["/feed"] = Answer(status=301, headers={"Location": "/new"})
    desk.poll()
    assert desk.feed.url == f"{desk.web.root}/new"
    assert desk.titles == ["Crane 0"]


def test_two_feeds_that_become_one(desk: Desk) -> None:
    """A feed that moved to where another one is followed is stopped, and says so."""
    desk.write(range(1))
    desk.web.pages["/old"] = Answer(status=301, headers={"Location": "/feed"})
    desk.follow()
    old, _ = desk.archive.feeds.add(f"{desk.web.root}/old", now=desk.clock.now())
    polled = desk.poll(old)
    assert polled is not None
    assert polled.feed.stopped
    assert polled.feed.url == f"{desk.web.root}/old"
    assert "followed already" in (polled.feed.problem or "")


def test_what_robots_txt_closes_is_not_read(desk: Desk) -> None:
    """A closed feed is a failure with its reason; a closed article is left out, and not asked for again."""
    desk.write(range(2))
    desk.web.pages["/robots.txt"] = Answer("User-agent: *\nDisallow: /a/1")
    desk.follow()
    assert desk.taken() == [Taken.ADDED, Taken.FAILED]
    assert "/a/1" not in desk.web.paths
    assert desk.taken() == []
    desk.clock.time += timedelta(days=2)
    desk.web.pages["/robots.txt"] = Answer("User-agent: *\nDisallow: /")
    desk.poll()
    assert "robots.txt" in (desk.feed.problem or "")
    assert desk.web.paths == ["/robots.txt"]


def test_many_entries_are_taken_a_few_at_a_time(desk: Desk) -> None:
    """The rest comes at the next looks, soon, though the server would say that nothing is new."""
    desk.write({n: whole(n) for n in range(AT_ONCE + 5)}, etag='"one"', pages=False)
    desk.follow()
    assert len(desk.taken()) == AT_ONCE
    assert _time(desk.feed.next) - desk.clock.now() < HOUR
    assert len(desk.taken()) == 5
    assert desk.taken() == []
    assert desk.web.asked[0][1]["If-None-Match"] == '"one"'
    assert len(desk.titles) == AT_ONCE + 5


def test_a_page_out_of_reach_is_tried_again(desk: Desk) -> None:
    """A server in trouble does not lose its article; one that never gives it is given up."""
    desk.write(range(2))
    desk.web.pages["/a/0"] = Answer(status=500)
    desk.follow()
    assert desk.taken() == [Taken.LATER, Taken.ADDED]
    desk.web.pages["/a/0"] = Answer(article_page(0))
    assert desk.taken() == [Taken.ADDED]
    desk.write(range(3))
    desk.web.pages["/a/2"] = Answer(status=500)
    assert [desk.taken()[-1] for _ in range(TRIES)] == [Taken.LATER] * (TRIES - 1) + [Taken.FAILED]
    assert desk.taken() == []


def test_a_corrected_article_is_taken_again(desk: Desk) -> None:
    """When a feed changes what it says of an entry, the article gets its newer text."""
    desk.write({1: whole(1)}, pages=False)
    desk.follow()
    desk.poll()
    desk.write({1: whole(1, "An earlier version named another crane.")}, pages=False)
    assert desk.taken() == [Taken.UPDATED]
    (article,) = desk.archive.articles()
    assert "An earlier version" in article.text


def test_what_a_moderator_removed_does_not_come_back(desk: Desk) -> None:
    """Neither by the same entry nor by a changed one."""
    desk.write({1: whole(1)}, pages=False)
    desk.follow()
    desk.poll()
    (article,) = desk.archive.articles()
    desk.archive.remove(article.id)
    assert desk.taken() == []
    desk.write({1: whole(1, "An earlier version named another crane.")}, pages=False)
    assert desk.taken() == [Taken.LEFT]
    assert desk.titles == []


def test_what_a_moderator_skipped_does_not_come_back(desk: Desk) -> None:
    """A draft that was dropped from the queue stays out, also when the entry changes."""
    desk.write({1: whole(1)}, pages=False)
    desk.follow(Mode.REVIEW)
    desk.poll()
    (waiting,) = desk.archive.pending.list()
    desk.archive.pending.drop(waiting.key)
    desk.write({1: whole(1, "An earlier version named another crane.")}, pages=False)
    assert desk.taken() == [Taken.LEFT]
    assert desk.waiting == []


def test_a_newer_text_takes_the_place_of_what_waits(desk: Desk) -> None:
    """The queue holds the newest text of an article, once."""
    desk.write({1: whole(1)}, pages=False)
    desk.follow(Mode.REVIEW)
    desk.poll()
    desk.write({1: whole(1, "An earlier version named another crane.")}, pages=False)
    assert desk.taken() == [Taken.WAITING]
    (waiting,) = desk.archive.pending.list()
    assert "An earlier version" in waiting.draft.text


def test_an_article_that_is_on_record_already(desk: Desk) -> None:
    """What was added by hand before is the same article."""
    desk.write({1: whole(1)}, pages=False)
    feed = desk.follow()
    desk.poll()
    desk.archive.feeds.remove(feed.id)
    desk.follow(Mode.REVIEW)
    assert desk.taken() == [Taken.UNCHANGED]
    assert desk.waiting == []


def test_a_feed_that_is_removed_while_it_is_asked(desk: Desk) -> None:
    """Nothing more of it is taken, and it does not come back."""
    desk.write(range(3))
    feed = desk.follow()
    removed: list[Feed] = []

    def meanwhile() -> None:
        if len(desk.archive.articles()) == 1 and not removed:
            removed.append(desk.archive.feeds.remove(feed.id))

    assert desk.poll(feed, meanwhile) is None
    assert desk.titles == ["Crane 0"]
    assert desk.archive.feeds.list() == ()


def test_a_kill_between_two_steps_loses_and_doubles_nothing(desk: Desk) -> None:
    """Wherever asking stops, the next look goes on: each article once."""
    desk.write(range(4), etag='"one"')
    feed = desk.follow()
    for stop in range(8):
        steps = iter(range(stop))

        def meanwhile(steps: Iterator[int] = steps) -> None:
            if next(steps, None) is None:
                raise KeyboardInterrupt

        try:
            desk.poll(desk.archive.feeds.get(feed.id), meanwhile)
        except KeyboardInterrupt:
            continue
    assert desk.titles == ["Crane 0", "Crane 1", "Crane 2", "Crane 3"]


def test_the_log_and_undo(desk: Desk) -> None:
    """Adding, changing and removing a feed is logged with who did it, and can be undone, the newest first."""
    desk.write({1: whole(1)}, pages=False)
    feed = desk.follow()
    desk.follow()  # changes nothing, so nothing is logged
    desk.poll()
    desk.archive.remove(desk.archive.articles()[0].id)
    desk.follow(Mode.REVIEW)
    desk.archive.feeds.remove(feed.id, by="8")
    removed, changed, added = (entry for entry in desk.archive.log.entries() if entry.action is Action.FEED)
    assert [entry.by for entry in (removed, changed, added)] == ["8", "7", "7"]
    with pytest.raises(NotUndoable):
        desk.archive.undo(changed)
    desk.archive.undo(removed)
    assert (desk.feed.id, desk.feed.mode, desk.feed.outlet) == (feed.id, Mode.REVIEW, "Courier")
    desk.clock.time += HOUR * 24 * 400
    assert desk.taken() == []  # what was taken before is known again
    desk.archive.undo(changed)
    assert desk.feed.mode is Mode.STRAIGHT
    desk.archive.undo(added)
    assert desk.archive.feeds.list() == ()


@pytest.mark.parametrize(
    "url", ["ftp://example.org/f", "feed", "", "http://", "https://a:b@example.org/f", "file:///x"]
)
def test_what_is_no_address(archive: Archive, url: str) -> None:
    """Only web addresses without a password are followed."""
    with pytest.raises(ArchiveError):
        archive.feeds.add(url)
    assert archive.feeds.list() == ()


def test_limits_and_names(archive: Archive) -> None:
    """So many feeds and no more; one is found by its number or its address."""
    for number in range(AT_MOST):
        archive.feeds.add(f"https://example.org/{number}#top")
    with pytest.raises(ArchiveError, match="followed already"):
        archive.feeds.add("https://example.org/one-more")
    assert archive.feeds.named("3") == archive.feeds.named("https://example.org/2")
    for nobody in ("0", "https://example.org/x", "²"):
        with pytest.raises(NoSuchFeed):
            archive.feeds.named(nobody)


def test_feeds_outlive_the_process(tmp_path: Path, words_encoder: Encoder) -> None:
    """What is followed is in the archive's file, and in no other archive's."""
    with Archive.open(tmp_path, "one", encoder=words_encoder) as archive:
        archive.feeds.add("https://example.org/f", Mode.STRAIGHT, "Courier")
    with (
        Archive.open(tmp_path, "one", encoder=words_encoder) as archive,
        Archive.open(tmp_path, "two", encoder=words_encoder) as other,
    ):
        (feed,) = archive.feeds.list()
        assert (feed.url, feed.mode, feed.outlet) == ("https://example.org/f", Mode.STRAIGHT, "Courier")
        assert other.feeds.list() == ()


def test_few_servers_at_once() -> None:
    """Of many servers a few are served at a time, and all of them in the end."""
    at_once, most, done = 0, 0, []

    async def work(server: int) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        done.append(server)

    asyncio.run(few_at_once(work, range(20)))
    assert most == THREADS
    assert sorted(done) == list(range(20))
