"""Addresses -> pages, when no person waits for them: as each server asks to be treated.

What robots.txt closes is not asked for; a server gets one request at a time, with a pause between two; one that says
when to come back is left alone until then. Redirects are followed by hand, each of them under the same rules.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from urllib.parse import urlsplit

from index.errors import FetchFailed, SourceError

from . import url as network
from .given import SourceSettings
from .robots import EVERYTHING, Robots, robots_of
from .url import Got, Page

PAUSE = 2.0
"""Seconds between two requests to one server that does not ask for another pause."""
LONGEST_PAUSE = 30.0
"""A longer one that robots.txt asks for is cut to this: a thread waits for it, and it reads few pages an hour."""
ROBOTS_KEPT = timedelta(hours=24)
"""How long a robots.txt holds, as RFC 9309 recommends."""
ROBOTS_RETRIED = timedelta(minutes=15)
"""How long a server is left alone that could not give its robots.txt."""
LONGEST_WAIT = timedelta(days=7)
"""The longest time that a server's Retry-After is believed."""

Get = Callable[[str, Mapping[str, str]], Got]
"""One request with its headers, not following redirects; raises ``FetchFailed`` or ``TooLarge``."""
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_UNAVAILABLE = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Followed:
    """What stands at the end of an address's redirects."""

    got: Got
    moved_to: str | None = None
    """Where the address has moved for good: as far as its redirects, from the first on, say that they are permanent."""
    wait: timedelta | None = None
    """How long the server asks to be left alone."""


class RobotsRefused(FetchFailed):
    """The server asks programs not to read this address."""


@dataclass(slots=True)
class _Host:
    turn: threading.Lock = field(default_factory=threading.Lock)
    last: datetime | None = None
    not_before: datetime | None = None
    robots: Robots | None = None
    """``None`` while the server cannot give it: then nothing is read."""
    robots_until: datetime | None = None
    trouble: str = ""
    """Why it cannot."""


class Polite:
    """Reads addresses for programs. May be used by several threads; each waits for its turn at a server.

    ``get``, ``now`` and ``wait`` (seconds) replace the network and the clock.
    """

    def __init__(
        self,
        settings: SourceSettings = SourceSettings(),  # noqa: B008 - frozen
        *,
        get: Get | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.settings = settings
        self._get: Get = get or (lambda url, headers: network.get(url, settings, headers))
        self.now = now
        self._wait = wait
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    def follow(self, url: str, headers: Mapping[str, str] = _NO_HEADERS) -> Followed:
        """What ``url`` leads to, whatever its status. Raises ``FetchFailed``, ``RobotsRefused`` or ``TooLarge``."""
        at, moved, permanent = url, None, True
        for _ in range(self.settings.max_redirects + 1):
            host = self._host(at)
            with host.turn:
                self._admitted(url, at, host)
                got = self._request(at, headers, host)
            if got.location is None:
                wait = self._asked_to_wait(got)
                if wait is not None:
                    host.not_before = self.now() + wait
                return Followed(got, moved, wait)
            permanent = permanent and got.status in (301, 308)
            at = got.location
            moved = at if permanent else moved
        raise FetchFailed(
            url, f"{url} redirects more than {self.settings.max_redirects} times; give the address that it ends at."
        )

    def fetch(self, url: str) -> Page:
        """The page at ``url``, as `url.fetch` gives it, and with its failures."""
        got = self.follow(url).got
        network.check_page(url, got.status, got.media_type)
        return Page(got.url, got.body, got.media_type, got.charset)

    def _host(self, url: str) -> _Host:
        parts = urlsplit(url)
        with self._lock:
            return self._hosts.setdefault(f"{parts.scheme}://{parts.netloc}".casefold(), _Host())

    def _admitted(self, url: str, at: str, host: _Host) -> None:
        """Raise ``FetchFailed`` unless the server may be asked for ``at`` now; called in its turn."""
        now = self.now()
        if host.not_before is not None and now < host.not_before:
            again = host.not_before.isoformat(" ", "minutes").removesuffix("+00:00")
            raise FetchFailed(url, f"The server of {at} asked to be left alone until {again} UTC.", 429)
        if host.robots_until is None or now >= host.robots_until:
            host.robots = self._robots(at, host)
            host.robots_until = now + (ROBOTS_RETRIED if host.robots is None else ROBOTS_KEPT)
        if host.robots is None:
            raise FetchFailed(url, f"{host.trouble} Without robots.txt the server is not read now.")
        if not host.robots.allows(at):
            raise RobotsRefused(
                url,
                f"{at} is closed to programs by the server's robots.txt; save the page in a browser and add the file.",
                403,
            )

    def _robots(self, at: str, host: _Host) -> Robots | None:
        parts = urlsplit(at)
        where: str | None = f"{parts.scheme}://{parts.netloc}/robots.txt"
        for _ in range(self.settings.max_redirects + 1):
            try:
                got = self._request(where or at, _NO_HEADERS, host)
            except SourceError as error:
                host.trouble = str(error)
                return None
            if got.status == 200:
                return robots_of(got.body.decode("utf-8", "replace"))
            if got.location is None:
                # RFC 9309: without the file everything is open; a server in trouble is to be left alone.
                host.trouble = f"{where} could not be given (HTTP {got.status})."
                return None if got.status >= 500 or got.status == 429 else EVERYTHING
            where = got.location
        return EVERYTHING

    def _request(self, url: str, headers: Mapping[str, str], host: _Host) -> Got:
        if host.last is not None:
            delay = host.robots.delay if host.robots else None
            pause = min(LONGEST_PAUSE, PAUSE if delay is None else max(PAUSE, delay))
            left = pause - (self.now() - host.last).total_seconds()
            if left > 0:
                self._wait(left)
        try:
            return self._get(url, headers)
        finally:
            host.last = self.now()

    def _asked_to_wait(self, got: Got) -> timedelta | None:
        if got.status not in _UNAVAILABLE or got.retry_after is None:
            return None
        return retry_after(got.retry_after, self.now())


def retry_after(written: str, now: datetime) -> timedelta | None:
    """How long a Retry-After asks to wait, at most `LONGEST_WAIT`; ``None`` for what is neither seconds nor a date."""
    if written.isascii() and written.strip().isdigit():
        return min(LONGEST_WAIT, timedelta(seconds=min(int(written), 10**9)))
    try:
        when = parsedate_to_datetime(written)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)  # "-0000": a time in UTC
    return min(LONGEST_WAIT, max(timedelta(0), when - now))
