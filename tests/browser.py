"""A Chromium without a window, driven over its DevTools protocol: for pictures, and to see where links land."""

# ruff: noqa: ASYNC110, ASYNC240  # one page at a time: nothing else waits for it
from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

CALL_SECONDS = 20.0
"""For one DevTools call. A page whose program never ends, or whose process has crashed, answers none."""
END_SECONDS = 5.0
"""For a browser to end by itself; then it is killed."""


def command() -> str | None:
    """The browser to start: the one named in CHROMIUM, else the first of the usual names that is there."""
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    return next((found for name in names if name and (found := shutil.which(name))), None)


class Page:
    """The one page of a browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._calls = 0

    async def call(self, method: str, **arguments: Any) -> Any:
        """What the browser returns for a DevTools method; its events, and answers that came too late, are passed over.

        Raises ``TimeoutError`` when it does not answer within `CALL_SECONDS`, ``ConnectionError`` when it is gone, and
        ``ValueError`` with what it says of a call that it refuses.
        """
        self._calls += 1
        async with asyncio.timeout(CALL_SECONDS):
            await self._socket.send_json({"id": self._calls, "method": method, "params": arguments})
            answer: Any = {}
            while answer.get("id") != self._calls:
                message = await self._socket.receive()
                if message.type is not aiohttp.WSMsgType.TEXT:
                    raise ConnectionError("The browser is gone.")
                answer = message.json()
        if "error" in answer:
            raise ValueError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    async def value(self, expression: str) -> Any:
        """The value of a JavaScript expression on the page; ``None`` where it has none."""
        return (await self.call("Runtime.evaluate", expression=expression, returnByValue=True))["result"].get("value")

    async def until(self, expression: str, seconds: float = 60) -> None:
        """Waits until an expression is true. Raises ``TimeoutError`` when it does not become so."""
        async with asyncio.timeout(seconds):
            while not await self.value(expression):
                await asyncio.sleep(0.1)

    async def style(self, sheet: str) -> None:
        """Lays a style sheet over those of the page, which may forbid any that stands in it."""
        await self.value(
            f"{{ const over = new CSSStyleSheet(); over.replaceSync({json.dumps(sheet)});"
            " document.adoptedStyleSheets.push(over); }"
        )

    async def picture(self) -> bytes:
        """What the window shows, as a PNG file."""
        return base64.b64decode((await self.call("Page.captureScreenshot", format="png"))["data"])


@asynccontextmanager
async def browser(width: int, height: int, scale: int = 1) -> AsyncIterator[Page]:
    """Starts a browser with an empty page of so many CSS pixels; ends it with the block.

    Exits with a sentence where there is no browser.
    """
    found = command()
    if found is None:
        raise SystemExit("There is no Chromium here: install one, or name its command in CHROMIUM.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            found, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            f"--user-data-dir={profile}", f"--force-device-scale-factor={scale}", f"--window-size={width},{height}",
            # No page may load anything from elsewhere, or wait for it.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost", "--remote-debugging-port=0",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            port = await _port(Path(profile) / "DevToolsActivePort")
            async with aiohttp.ClientSession() as http:
                async with http.get(f"http://127.0.0.1:{port}/json") as tabs:
                    (tab,) = (t for t in await tabs.json(content_type=None) if t["type"] == "page")
                async with http.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                    page = Page(socket)
                    # A window has a least width, a page has not.
                    size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
                    await page.call("Emulation.setDeviceMetricsOverride", **size)
                    yield page
        finally:
            await _end(process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(END_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


async def _port(file: Path) -> str:
    for _ in range(200):
        if file.is_file() and (lines := file.read_text(encoding="ascii").split()):
            return lines[0]
        await asyncio.sleep(0.1)
    raise SystemExit("The browser did not start.")
