"""Takes pictures of the cards from the demo's page.

    python tests/discord/screenshots.py                 those that README shows, where it shows them, dark and light
    python tests/discord/screenshots.py FOLDER [WIDTH]  one of each kind of card, on a page of so many pixels; with
                                                        `light` after these, in the light theme

Needs the extra ``demo`` and a Chromium (its command as CHROMIUM, else the first of the usual names). What is shown is
what the bot really sends about the bundled sample; only the address of the article is made up, for the sample has none.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browser import browser
from discord_gate import walk

from bot.config import Config
from bot.demo import Stage, add_more, staged
from bot.render import WORDS_ID
from bot.trial import SAMPLE_ID
from index.archive import Archive
from index.types import Draft

WIDTH, HEIGHT, SCALE = 1000, 1100, 2
SIDE, HEAD, FOOT = 262, 78, 24
"""What belongs to the page and not to the conversation: the list at the left, the bars above and below."""
MARGIN = 12
LIGHT = (Path(__file__).parent / "light.css").read_text(encoding="utf-8")
READY = """
    document.body && document.fonts.status === "loaded" &&
    ([...document.querySelectorAll("button, a")].some(b => /In context|Read at source|Stop/.test(b.textContent)) ||
     /What is wrong with this quotation/.test(document.body.innerText)) &&
    ![...document.querySelectorAll("button")].some(b => /In context|More \\(/.test(b.textContent) && b.disabled) &&
    !/Updating|Loading/.test(document.body.innerText)
"""
"""Whether the page has drawn a card whose buttons may be pressed."""


def main(arguments: list[str]) -> int:
    """Write the pictures, each named as the function that makes it; 0 when all are there."""
    light = arguments[-1:] == ["light"]
    arguments = arguments[: len(arguments) - light]
    folder = Path(arguments[0]) if arguments else Path(__file__).parent / "screenshots"
    width = int(arguments[1]) if len(arguments) > 1 else WIDTH
    folder.mkdir(parents=True, exist_ok=True)
    for act in PICTURES if arguments else IN_README:
        themes = {"": None, "-light": LIGHT} if not arguments else {"-light": LIGHT} if light else {"": None}
        files = {folder / f"{act.__name__}{theme}.png": style for theme, style in themes.items()}
        asyncio.run(take(files, act, width))
    return 0


async def answer(stage: Stage) -> None:
    await stage.member.slash(stage.channel, "ask", question="How many containers did North Korea ship to Russia?")


async def abstention(stage: Stage) -> None:
    await stage.member.slash(stage.channel, "ask", question="Did China send weapons to Russia?")


async def context(stage: Stage) -> None:
    asked = await stage.member.slash(stage.channel, "ask", question="Did the US condemn North Korea?")
    await stage.member.click(asked.response, label="In context")


async def carried(stage: Stage) -> None:
    asked = await stage.member.slash(stage.channel, "ask", question="What did John Kirby say about North Korea?")
    form = await stage.member.click(asked.response, label="Follow up")
    await stage.member.submit_modal(form, {WORDS_ID: "When did he say that?"})


async def narrowed(stage: Stage) -> None:
    await harbour(stage)
    question = "What did Ingrid Dahl say about the bridge?"
    asked = await stage.member.slash(stage.channel, "ask", question=question, speaker="Ingrid Dahl", since="2024-03-01")
    form = await stage.member.click(asked.response, label="Follow up")
    await stage.member.submit_modal(form, {WORDS_ID: "When will it open?"})


async def private(stage: Stage) -> None:
    await stage.member.slash(stage.channel, "ask", question="Did the US condemn North Korea?", private=True)


async def further(stage: Stage) -> None:
    asked = await stage.member.slash(stage.channel, "ask", question="What did John Kirby say about North Korea?")
    more = next(c["label"] for c in walk(asked.response.components) if c.get("label", "").startswith("More"))
    await stage.member.click(asked.response, label=more)


async def wrong(stage: Stage) -> None:
    asked = await stage.member.slash(stage.channel, "ask", question="Did the US condemn North Korea?")
    await stage.member.click(asked.response, label="Wrong")


async def harbour(stage: Stage) -> None:
    """The demo's further articles, for cards that need several."""
    await stage.bot.worker.call(stage.guild.id, lambda archive: add_more(archive, Config()), changes=True)


async def topic(stage: Stage) -> None:
    await harbour(stage)
    await stage.member.slash(stage.channel, "onrecord topic", subject="the harbour bridge")


async def timeline(stage: Stage) -> None:
    await harbour(stage)
    await stage.member.slash(stage.channel, "timeline", speaker="Ingrid Dahl", topic="the cost of the bridge")


async def compare(stage: Stage) -> None:
    await timeline(stage)
    card = stage.channel.history()[-1]
    buttons = (c for c in walk([top.to_dict() for top in card.components]) if c.get("label") == "⇄ Compare")
    await stage.member.click(card, custom_id=next(buttons)["custom_id"])


async def told(stage: Stage) -> None:
    asked = await stage.member.slash(stage.channel, "ask", question="How much will the harbour bridge cost?")
    await stage.member.click(asked.response, label="Tell me when it is")
    await harbour(stage)
    cog: Any = stage.bot.get_cog("Subscriptions")
    await cog.round()


async def subscriptions(stage: Stage) -> None:
    for question in ("How much will the harbour bridge cost?", "When does the harbour bridge open?"):
        asked = await stage.member.slash(stage.channel, "ask", question=question)
        await stage.member.click(asked.response, label="Tell me when it is")
    await stage.member.slash(stage.channel, "onrecord subscriptions")


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


PICTURES = (
    answer, abstention, context, carried, narrowed, private, further, wrong, check, check_stitched, check_shared,
    receipt, topic, timeline, compare, told, subscriptions,
)  # fmt: skip
IN_README = (answer, abstention, context, check, timeline)


async def take(files: dict[Path, str | None], act: Callable[[Stage], Awaitable[None]], width: int) -> None:
    """The last message of the conversation that ``act`` makes, in each style; of a narrow page, the whole of it."""
    async with staged(Config()) as stage:
        await stage.bot.worker.call(stage.guild.id, _with_address, changes=True)
        await act(stage)
        async with stage.env.preview(stage.channel, viewers=[stage.member], layout="message") as preview:
            for file, style in files.items():
                shown = Image.open(BytesIO(await _photograph(preview.url, width, style))).convert("RGB")
                (_cropped(shown) if width >= WIDTH else shown).quantize(128).save(file, optimize=True)
                print(file)


def _with_address(archive: Archive) -> None:
    sample = archive.article(SAMPLE_ID)
    archive.add(
        Draft(
            text=sample.text, title=sample.title, outlet=sample.outlet, authors=sample.authors, date=sample.date,
            url="https://onrecord.example/sample", id=SAMPLE_ID,
        )
    )  # fmt: skip


async def _photograph(url: str, width: int, style: str | None) -> bytes:
    """Open ``url`` in a browser without a window, wait until its buttons may be pressed; what it shows, as PNG."""
    async with browser(width, HEIGHT if width >= WIDTH else 2 * HEIGHT, SCALE) as page:
        await page.call("Page.navigate", url=url)
        await page.until(READY)
        if style is not None:
            await page.style(style)
        return await page.picture()


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
    raise SystemExit(main(sys.argv[1:]))
