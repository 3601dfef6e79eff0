"""Addresses: which ones are never connected to, what a fetched page becomes, and how each failure reads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from index.errors import FetchFailed, TooLarge
from index.sources import Given, SourceSettings, read
from index.sources.url import Page, fetch, is_public
from index.types import Draft

HTML = (
    "<!DOCTYPE html><html><head><title>Council adopts the plan</title></head><body><article>"
    "<h1>Council adopts the plan</h1>"
    "<p>The council met on Friday to vote on the plan, which has been long in the making.</p>"
    "<p>“It was adopted by a wide margin,” said two members at a café nearby.</p></article></body></html>"
)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "0.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%eth0", "fc00::1",
        "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
        "2002:a00:1::", "not an address", "",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public(address: str) -> None:
    """Loopback, private, link-local, shared, reserved and multicast addresses are refused, wrapped ones too."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_public_addresses(address: str) -> None:
    """Addresses of the open Internet are allowed."""
    assert is_public(address)


@given(
    st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="fc00::/7") | st.ip_addresses(network="127.0.0.0/8")
)
def test_no_address_of_a_private_network_is_public(address: object) -> None:
    """The whole of a private network is refused."""
    assert not is_public(str(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://localhost:9/",
        "http://[::1]:9/",
        "http://[::ffff:127.0.0.1]:9/",
        "http://2130706433:9/",
        "http://0x7f.1:9/",
        "http://0:9/",
    ],
)
def test_the_guard_holds_for_every_way_to_write_loopback(url: str) -> None:
    """However the address is written, nothing connects to this machine."""
    with pytest.raises(FetchFailed, match=r"not public|no such host|readable answer"):
        fetch(url)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/a",
        "file:///etc/passwd",
        "http://",
        "http://[::1",
        "http://user:pw@example.org/",
        "https://example.org:99999/",
    ],
)
def test_what_is_no_web_address_is_not_looked_up(url: str) -> None:
    """Other schemes, broken addresses and such with a password are refused before any connection."""
    with pytest.raises(FetchFailed) as caught:
        fetch(url)
    assert "pw" not in str(caught.value)


class Server:
    """A web server on loopback in its own thread."""

    def __init__(self) -> None:
        self.asked: list[str] = []
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
        self._stopping.set()
        self._loop.run_until_complete(self._runner.cleanup())
        self._loop.close()

    async def _start(self) -> None:
        self._stopping = asyncio.Event()
        app = web.Application()
        app.router.add_get("/{what:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.root = f"http://{host}:{port}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        what = request.match_info["what"]
        self.asked.append(what)
        if what == "latin":
            return web.Response(
                body=HTML.replace("“", '"').replace("”", '"').encode("latin-1"),
                headers={"Content-Type": "text/html; charset=iso-8859-1"},
            )
        if what == "moved":
            raise web.HTTPFound("/page")
        if what == "round":
            raise web.HTTPFound("/round")
        if what == "away":
            raise web.HTTPFound("file:///etc/passwd")
        if what == "big":
            response = web.StreamResponse(headers={"Content-Type": "text/html"})
            response.enable_chunked_encoding()
            await response.prepare(request)
            for _ in range(100):
                await response.write(b"x" * 10_000)
            return response
        if what == "bomb":
            response = web.Response(body=b"x" * 5_000_000, content_type="text/html")
            response.enable_compression()
            return response
        if what == "picture":
            return web.Response(body=b"\x89PNG", content_type="image/png")
        if what == "closed":
            return web.Response(status=403)
        if what == "gone":
            return web.Response(status=404)
        if what == "slow":
            await self._stopping.wait()
        return web.Response(text=HTML, content_type="text/html")

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def test_a_page_is_fetched_after_redirects(server: Server) -> None:
    """With the guard lifted for the test, a redirect is followed and the final address told."""
    page = fetch(f"{server.root}/moved", allow_private=True)
    assert (page.url, page.media_type) == (f"{server.root}/page", "text/html")
    assert page.body.decode(page.charset or "") == HTML


def test_the_header_s_charset_counts(server: Server) -> None:
    """A page in the encoding that only the HTTP header names is read right."""
    (out,) = read(f"{server.root}/latin", fetch=lambda url: fetch(url, allow_private=True))
    assert isinstance(out, Draft)
    assert "café" in out.text
    assert (out.title, out.url) == ("Council adopts the plan", f"{server.root}/latin")


def test_the_guard_is_on_unless_lifted(server: Server) -> None:
    """The very same address is refused without the parameter, and the server never hears of it."""
    server.asked.clear()
    with pytest.raises(FetchFailed, match="not public"):
        fetch(f"{server.root}/page")
    assert server.asked == []


@pytest.mark.parametrize(
    ("what", "kind", "says"),
    [
        ("round", FetchFailed, "redirects more than 5 times"),
        ("away", FetchFailed, "redirects to what is not a web address"),
        ("big", TooLarge, "0.2 MB"),
        ("bomb", TooLarge, "0.2 MB"),
        ("picture", FetchFailed, "image/png"),
        ("closed", FetchFailed, "HTTP 403"),
        ("gone", FetchFailed, "HTTP 404"),
        ("slow", FetchFailed, "within 0.5 seconds"),
    ],
)
def test_each_failure_has_its_sentence(server: Server, what: str, kind: type[Exception], says: str) -> None:
    """Redirects, size, type, status and time each have a limit and a sentence."""
    settings = SourceSettings(max_bytes=200_000, timeout_seconds=0.5 if what == "slow" else 20)
    with pytest.raises(kind, match=says) as caught:
        fetch(f"{server.root}/{what}", settings, allow_private=True)
    assert str(caught.value).endswith(".")


def test_a_fetch_can_be_replaced_at_the_door() -> None:
    """With another ``Fetch`` no network is needed, and flags win over the page."""
    page = Page("https://example.org/plan", HTML.encode(), "text/html")
    (out,) = read("https://example.org/x", Given(outlet="Courier"), fetch=lambda url: page)
    assert isinstance(out, Draft)
    assert (out.title, out.outlet, out.url, out.origin) == (
        "Council adopts the plan",
        "Courier",
        "https://example.org/plan",
        None,
    )


def test_text_behind_an_address_keeps_its_address() -> None:
    """Plain text has no page to tell its address, so the address fetched is its url."""
    page = Page("https://example.org/a.txt", b"The council met on Friday to vote on the plan.", "text/plain")
    (out,) = read("https://example.org/a.txt", fetch=lambda url: page)
    assert isinstance(out, Draft)
    assert out.url == "https://example.org/a.txt"


def test_a_failed_fetch_is_a_value() -> None:
    """In a batch, an address that fails stops nothing."""

    def fails(url: str) -> Page:
        raise FetchFailed(url, "No.")

    assert [type(out) for out in read("https://example.org/x", fetch=fails)] == [FetchFailed]
