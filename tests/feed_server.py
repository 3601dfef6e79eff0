"""A web server on loopback whose pages a test writes, and a clock that a test sets: for what reads the web politely."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape

from aiohttp import web

from index.sources import SourceSettings
from index.sources import url as network
from index.sources.polite import Polite

HTML = "text/html; charset=utf-8"


@dataclass
class Answer:
    """What the server says at one path; with ``etag``, "304 Not Modified" to whoever has that already."""

    body: str = ""
    status: int = 200
    type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None


class Server:
    """Serves `pages` in its own thread; `asked` are the paths in the order they were asked for, with their headers."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self._ready.wait()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._runner.cleanup())
        self._loop.close()

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_get("/{what:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.root = f"http://{host}:{port}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path_qs
        self.asked.append((path, dict(request.headers)))
        found = self.pages.get(path, Answer("", 404))
        headers = {"Content-Type": found.type, **found.headers}
        if found.etag:
            headers["ETag"] = found.etag
            if request.headers.get("If-None-Match") == found.etag:
                return web.Response(status=304, headers=headers)
        return web.Response(body=found.body.encode(), status=found.status, headers=headers)

    @property
    def paths(self) -> list[str]:
        """What was asked for, without the headers."""
        return [path for path, _ in self.asked]

    def reset(self) -> None:
        """As if it had just started."""
        self.pages.clear()
        self.asked.clear()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


class Clock:
    """The time, which passes only when somebody waits or the test says so."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
        self.waited: list[float] = []

    def now(self) -> datetime:
        return self.time

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.time += timedelta(seconds=seconds)


def polite(clock: Clock) -> Polite:
    """Reads loopback too, by the test's clock."""
    settings = SourceSettings()
    return Polite(
        settings,
        get=lambda url, headers: network.get(url, settings, headers, allow_private=True),
        now=clock.now,
        wait=clock.wait,
    )


WORDS = (
    "The harbour of Larkmouth will close for {number} weeks while its crane is replaced, the port authority said. "
    "“Nobody will lose a day of pay over this,” said Ines Okafor, head of the port authority. "
    "The old crane was built in 1962 and lifted its last container on Tuesday. "
    "The new crane costs {number} million euros, according to Okafor."
)


def article_page(number: int, more: str = "", *, date: str = "2026-03-01") -> str:
    """A page with one article."""
    words = "".join(f"<p>{sentence}</p>" for sentence in (WORDS.format(number=number), more) if sentence)
    return (
        f"<!DOCTYPE html><html><head><title>Crane {number}</title>"
        f'<meta property="article:published_time" content="{date}T09:00:00Z"></head>'
        f"<body><article><h1>Crane {number}</h1>{words}</article></body></html>"
    )


def rss(root: str, numbers: Mapping[int, str] | range, *, extra: str = "") -> Answer:
    """A feed of articles at ``/a/N``, the newest first; of a mapping, each with its text in full."""
    items = []
    for number in sorted(numbers, reverse=True):
        whole = f"<content:encoded>{escape(numbers[number])}</content:encoded>" if isinstance(numbers, Mapping) else ""
        items.append(
            f"<item><title>Crane {number}</title><link>{root}/a/{number}?utm_source=rss</link><guid>n{number}</guid>"
            f"<pubDate>Sun, {number % 28 + 1:02} Feb 2026 23:30:00 -0500</pubDate>"
            f"<description>The harbour will close.</description>{whole}</item>"
        )
    head = f"<title>Larkmouth &amp; Sons</title>{extra}"
    body = (
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel>{head}{''.join(items)}</channel></rss>"
    )
    return Answer(body, type="application/rss+xml")


def whole(number: int, more: str = "") -> str:
    """An entry's own HTML that is the whole article."""
    filler = " ".join(f"Ship number {n} waits outside the harbour for its turn at the quay." for n in range(12))
    return f"<p>{WORDS.format(number=number)}</p><p>{filler}</p><p>{more}</p>"
