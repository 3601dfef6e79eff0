"""Takes the README's pictures from the demo's page: ``python tests/discord/screenshots.py [FOLDER]``.

Needs the extra ``demo`` and a Chromium (its command as CHROMIUM, else the first of the usual names). What is shown is
what the bot really sends about the bundled sample; only the address of the article is made up, for the sample has none.
"""

# ruff: noqa: ASYNC110, ASYNC240  # one picture at a time: nothing else waits for it
from __future__ import annotations

import asyncio
import base64
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
from PIL import Image, ImageChops

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.config import Config
from bot.demo import Stage, staged
from bot.trial import SAMPLE_ID
from index.archive import Archive
from index.types import Draft

WIDTH, HEIGHT, SCALE = 1000, 1100, 2
SIDE, HEAD, FOOT = 262, 64, 24
"""What belongs to the page and not to the conversation: the list at the left, the bars above and below."""
MARGIN = 12
READY = """
    document.fonts.status === "loaded" &&
    [...document.querySelectorAll("button, a")].some(b => /In context|Read at source/.test(b.textContent)) &&
    ![...document.querySelectorAll("button")].some(b => /In context|More \\(/.test(b.textContent) && b.disabled) &&
    !/Updating|Loading/.test(document.body.innerText)
"""
"""Whether the page has drawn a card whose buttons may be pressed."""


def main(folder: Path) -> int:
    """Write a picture of each kind of card; 0 when all are there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, act in (
        ("answer", answer), ("abstention", abstention), ("context", context), ("check", check),
        ("check-stitched", check_stitched), ("check-shared", check_shared), ("receipt", receipt),
    ):  # fmt: skip
        asyncio.run(take(folder / f"{name}.png", act))
    return 0


async def answer(stage: Stage) -> None:
    await stage.member.slash(stage.channel, "ask", question="How many containers did North Korea ship to Russia?")


async def abstention(stage: Stage) -> None:
    await stage.member.slash(stage.channel, "ask", question="Did China send weapons to Russia?")


async def context(stage: Stage) -> None:
    asked = await stage.member.slash(stage.channel, "ask", question="Did the US condemn North Korea?")
    await stage.member.click(asked.response, label="In context")


ALTERED = 'Kirby said: "We condemn the DPRK for providing Iran with this military equipment"'


async def check(stage: Stage) -> None:
    await stage.member.slash(stage.channel, "check", text=ALTERED)


async def check_stitched(stage: Stage) -> None:
    sample = await stage.bot.worker.call(stage.guild.id, lambda archive: archive.article(SAMPLE_ID))
    first, *_, last = (line for line in sample.text.split("\n") if len(line.split()) > 12)
    parts = (" ".join(line.split()[:9]) for line in (last, first))
    await stage.member.slash(stage.channel, "check", text=" … ".join(parts))


async def check_shared(stage: Stage) -> None:
    checked = await stage.member.slash(stage.channel, "check", text="Nobody in this town has seen a whale this year.")
    await stage.member.click(checked.response, label="Share")


async def receipt(stage: Stage) -> None:
    await answer(stage)
    card = [m for m in stage.channel.history() if m.author.id == stage.bot.user.id][-1]
    await stage.member.context_menu(stage.channel, "Receipt", card)


async def take(file: Path, act: Callable[[Stage], Awaitable[None]]) -> None:
    """One picture: the last message of the conversation that ``act`` makes."""
    async with staged(Config()) as stage:
        await stage.bot.worker.call(stage.guild.id, _with_address, changes=True)
        await act(stage)
        async with stage.env.preview(stage.channel, viewers=[stage.member], layout="message") as preview:
            with tempfile.TemporaryDirectory() as folder:
                raw = Path(folder) / "page.png"
                await _photograph(preview.url, raw)
                _cropped(Image.open(raw).convert("RGB")).quantize(128).save(file, optimize=True)
    print(file)


def _with_address(archive: Archive) -> None:
    sample = archive.article(SAMPLE_ID)
    archive.add(
        Draft(
            text=sample.text, title=sample.title, outlet=sample.outlet, authors=sample.authors, date=sample.date,
            url="https://onrecord.example/sample", id=SAMPLE_ID,
        )
    )  # fmt: skip


async def _photograph(url: str, file: Path) -> None:
    """Open ``url`` in a browser without a window, wait until its buttons may be pressed, and keep what it shows."""
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    browser = next((found for name in names if name and (found := shutil.which(name))), None)
    if browser is None:
        raise SystemExit("There is no Chromium here: install one, or name its command in CHROMIUM.")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            f"--user-data-dir={profile}", f"--force-device-scale-factor={SCALE}", f"--window-size={WIDTH},{HEIGHT}",
            "--remote-debugging-port=0", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            port = await _port(Path(profile) / "DevToolsActivePort")
            async with aiohttp.ClientSession() as http:
                async with http.get(f"http://127.0.0.1:{port}/json") as tabs:
                    (tab,) = (t for t in await tabs.json(content_type=None) if t["type"] == "page")
                async with http.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as page:
                    await _call(page, "Page.navigate", url=url)
                    while not (await _call(page, "Runtime.evaluate", expression=READY))["result"]["value"]:
                        await asyncio.sleep(0.2)
                    picture = await _call(page, "Page.captureScreenshot", format="png")
            file.write_bytes(base64.b64decode(picture["data"]))
        finally:
            process.terminate()
            await process.wait()


async def _port(file: Path) -> str:
    for _ in range(100):
        if file.is_file() and (lines := file.read_text(encoding="ascii").split()):
            return lines[0]
        await asyncio.sleep(0.2)
    raise SystemExit("The browser did not start.")


async def _call(page: aiohttp.ClientWebSocketResponse, method: str, **arguments: Any) -> Any:
    await page.send_json({"id": 1, "method": method, "params": arguments})
    while (answer := await page.receive_json(timeout=60)).get("id") != 1:
        pass
    return answer["result"]


def _cropped(page: Image.Image) -> Image.Image:
    """The conversation alone: what differs from the page's background, and a small margin."""
    inner = page.crop((SIDE * SCALE, HEAD * SCALE, page.width, page.height - FOOT * SCALE))
    plain = Image.new("RGB", inner.size, inner.getpixel((inner.width - 4, inner.height - 4)))
    box = ImageChops.difference(inner, plain).getbbox()
    if box is None:
        raise SystemExit("The page shows no conversation.")
    edge = MARGIN * SCALE
    left, top = max(0, box[0] - edge), max(0, box[1] - edge)
    return inner.crop((left, top, min(inner.width, box[2] + edge), min(inner.height, box[3] + edge)))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "screenshots"))
