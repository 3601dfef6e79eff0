"""Addresses -> pages. The only place that touches the network, and it reaches public addresses only.

A moderator, or a page's redirect, could name an address of the machine's own network (SSRF). So the address is checked
where it counts: on each socket, just before it connects, whatever a name resolved to and after every redirect.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import aiohttp

from index.errors import FetchFailed, PageGone, TooLarge

from .given import SourceSettings, megabytes


@dataclass(frozen=True, slots=True)
class Page:
    """What an address gave."""

    url: str
    """The address after redirects."""
    body: bytes
    media_type: str
    """``text/html``, ``application/pdf`` …; empty when the server did not say."""
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class Got:
    """What a server answered to one request, whatever that was."""

    url: str
    status: int
    body: bytes = b""
    """Empty unless ``status`` is 200."""
    media_type: str = ""
    charset: str | None = None
    location: str | None = None
    """The whole address that a redirect leads to."""
    etag: str | None = None
    last_modified: str | None = None
    retry_after: str | None = None
    """As the server wrote it: seconds, or a date."""


Fetch = Callable[[str], Page]
"""Gets one address; raises ``FetchFailed`` or ``TooLarge``. Tests and other transports put their own in its place."""

_ACCEPTED = frozenset(
    {
        "",
        "text/html",
        "application/xhtml+xml",
        "text/plain",
        "text/markdown",
        "application/pdf",
        "application/octet-stream",
    }
)
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; onrecord; reads single news articles on a person's request)",
    "Accept": "text/html,application/xhtml+xml,application/pdf,text/plain;q=0.9,text/markdown;q=0.9",
    "Accept-Language": "en;q=0.9,*;q=0.5",
    "Accept-Encoding": "gzip, deflate",
}
_FEED_READER = {
    **_HEADERS,
    "User-Agent": "onrecord (reads feeds and the articles they name; obeys robots.txt)",
    "Accept": "application/atom+xml,application/rss+xml,application/xml;q=0.9,text/html,*/*;q=0.5",
}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CHUNK = 65_536
_LONGEST_URL = 4_000


class _PrivateAddress(OSError):
    """The socket would have connected to an address that is not public."""


def is_public(address: str) -> bool:
    """Whether ``address`` (IPv4 or IPv6, with or without zone) belongs to the open Internet, also the one it wraps."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not (
        ip.is_multicast or ip.is_reserved or ip.is_loopback or ip.is_link_local or ip.is_private or ip.is_unspecified
    )


_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


def fetch(url: str, settings: SourceSettings = SourceSettings(), *, allow_private: bool = False) -> Page:  # noqa: B008 - frozen
    """The page at ``url``, following redirects by hand so that each hop is checked.

    Blocks; call it from a thread without an event loop. ``allow_private`` lifts the guard, for tests on loopback.
    Raises ``FetchFailed`` when there is no page or the address is not allowed, ``TooLarge`` over ``max_bytes``.
    """
    return asyncio.run(
        _guarded(url, settings, allow_private, _HEADERS, lambda session: _follow(session, url, settings))
    )


def get(
    url: str,
    settings: SourceSettings = SourceSettings(),  # noqa: B008 - frozen
    headers: Mapping[str, str] = MappingProxyType({}),
    *,
    allow_private: bool = False,
) -> Got:
    """One request of a program that nobody waits for: no redirect is followed, and every status is an answer.

    Blocks, like `fetch`, and is guarded like it. Raises ``FetchFailed`` when there is no answer or the address is not
    allowed, ``TooLarge`` over ``max_bytes``.
    """

    async def asked(session: aiohttp.ClientSession) -> Got:
        _check_address(url, url)
        async with session.get(url, allow_redirects=False, headers=headers) as response:
            return await _got(url, response, settings)

    return asyncio.run(_guarded(url, settings, allow_private, _FEED_READER, asked))


T = TypeVar("T")


async def _guarded(
    url: str,
    settings: SourceSettings,
    allow_private: bool,
    headers: Mapping[str, str],
    work: Callable[[aiohttp.ClientSession], Awaitable[T]],
) -> T:
    def guarded_socket(info: Any) -> socket.socket:
        family, kind, protocol, _, sockaddr = info
        if not allow_private and not is_public(str(sockaddr[0])):
            raise _PrivateAddress(f"{sockaddr[0]} is not public")
        return socket.socket(family=family, type=kind, proto=protocol)

    connector = aiohttp.TCPConnector(socket_factory=guarded_socket, use_dns_cache=False, limit=1, force_close=True)
    limit = aiohttp.ClientTimeout(total=settings.timeout_seconds)
    try:
        # One limit around all hops: a chain of slow redirects must not multiply it.
        async with (
            asyncio.timeout(settings.timeout_seconds),
            aiohttp.ClientSession(
                connector=connector,
                timeout=limit,
                headers=headers,
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
            ) as session,
        ):
            return await work(session)
    except TimeoutError as error:
        raise FetchFailed(
            url, f"{url} did not answer in full within {settings.timeout_seconds:g} seconds; try again later."
        ) from error
    except _PrivateAddress as error:
        raise FetchFailed(url, _not_public(url)) from error
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, _PrivateAddress):
            raise FetchFailed(url, _not_public(url)) from error
        if isinstance(error, aiohttp.ClientConnectorDNSError):
            raise FetchFailed(url, f"{url} cannot be reached: there is no such host; check the address.") from error
        raise FetchFailed(
            url, f"{url} cannot be reached: the connection was refused or failed; check the address or try again later."
        ) from error
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise FetchFailed(
            url, f"{url} did not give a readable answer; check the address, or save the page and add the file."
        ) from error


def _not_public(url: str) -> str:
    return f"{url} leads to an address that is not public, and those are never read; save the page and add the file."


async def _follow(session: aiohttp.ClientSession, url: str, settings: SourceSettings) -> Page:
    at = url
    for _ in range(settings.max_redirects + 1):
        _check_address(url, at)
        async with session.get(at, allow_redirects=False) as response:
            target = response.headers.get("Location")
            if response.status in _REDIRECTS and target:
                at = urljoin(at, target).partition("#")[0]
                continue
            return await _page(url, at, response, settings)
    raise FetchFailed(
        url, f"{url} redirects more than {settings.max_redirects} times; give the address that it ends at."
    )


def _check_address(url: str, at: str) -> None:
    try:
        parts = urlsplit(at)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise FetchFailed(url, f"{url} is not a web address; give one that begins with https://.") from error
    if parts.scheme not in ("http", "https") or not host or len(at) > _LONGEST_URL:
        leads = "is not" if at == url else "redirects to what is not"
        raise FetchFailed(url, f"{url} {leads} a web address; give one that begins with https://.")
    if parts.username is not None or parts.password is not None:
        raise FetchFailed(url, f"The address at {host} carries a name or password; give it without them.")


async def _page(url: str, at: str, response: aiohttp.ClientResponse, settings: SourceSettings) -> Page:
    media_type = _media_type(response)
    check_page(url, response.status, media_type)
    return Page(at, await _body(url, response, settings), media_type, response.charset)


async def _got(url: str, response: aiohttp.ClientResponse, settings: SourceSettings) -> Got:
    target = response.headers.get("Location")
    return Got(
        url,
        response.status,
        await _body(url, response, settings) if response.status == 200 else b"",
        _media_type(response),
        response.charset,
        urljoin(url, target).partition("#")[0] if target and response.status in _REDIRECTS else None,
        response.headers.get("ETag"),
        response.headers.get("Last-Modified"),
        response.headers.get("Retry-After"),
    )


def _media_type(response: aiohttp.ClientResponse) -> str:
    return response.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def check_page(url: str, status: int, media_type: str) -> None:
    """Raise ``FetchFailed``, which has the status, unless what an address gave can be an article."""
    if status in (401, 402, 403, 429, 451):
        raise FetchFailed(
            url,
            f"{url} does not let programs read it (HTTP {status}); save the page in a browser and add the file.",
            status,
        )
    if status != 200:
        failed = PageGone if status in (404, 410) else FetchFailed
        raise failed(url, f"{url} gave no page (HTTP {status}); check the address or try again later.", status)
    if media_type not in _ACCEPTED:
        raise FetchFailed(
            url, f"{url} is {media_type}, not a page, text or PDF; give the address of the article itself.", status
        )


async def _body(url: str, response: aiohttp.ClientResponse, settings: SourceSettings) -> bytes:
    too_large = TooLarge(
        url, f"{url} is over the limit of {megabytes(settings.max_bytes)}; give the address of the article's own page."
    )
    if (response.content_length or 0) > settings.max_bytes:
        raise too_large
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > settings.max_bytes:
            raise too_large
    return bytes(body)
