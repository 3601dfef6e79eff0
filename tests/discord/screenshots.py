"""Takes pictures of the cards from the demo's page.

    python tests/discord/screenshots.py                 those that README shows, where it shows them
    python tests/discord/screenshots.py FOLDER [WIDTH]  one of each kind of card, on a page of so many pixels

Needs the extra ``demo`` and a Chromium (its command as CHROMIUM, else the first of the usual names). What is shown is
what the bot really sends about the bundled sample; only the address of the article is made up, for the sample has none.
"""

# ruff: noqa: ASYNC240  # one picture at a time: nothing else waits for it
from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browser import browser
from discord_gate import walk

from bot.config import Config
from bot.demo import Stage, staged
from bot.render import WORDS_ID
from bot.trial import SAMPLE_ID
from index.archive import Archive
from index.audit import Action
from index.types import Draft

WIDTH, HEIGHT, SCALE = 1000, 1100, 2
SIDE, HEAD, FOOT = 262, 64, 24
"""What belongs to the page and not to the conversation: the list at the left, the bars above and below."""
MARGIN = 12
READY = """
    document.body && document.fonts.status === "loaded" &&
    ([...document.querySelectorAll("button, a")].some(b => /In context|Read at source|Stop/.test(b.textContent)) ||
     /What is wrong with this quotation|№|⚠/.test(document.body.innerText)) &&
    ![...document.querySelectorAll("button")].some(b => /In context|More \\(/.test(b.textContent) && b.disabled) &&
    !/Updating|Loading/.test(document.body.innerText)
"""
"""Whether the page has drawn a card whose buttons may be pressed."""


def main(arguments: list[str]) -> int:
    """Write the pictures, each named as the function that makes it; 0 when all are there."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parent / "screenshots"
    width = int(arguments[1]) if len(arguments) > 1 else WIDTH
    folder.mkdir(parents=True, exist_ok=True)
    for act in PICTURES if arguments else IN_README:
        asyncio.run(take(folder / f"{act.__name__}.png", act, width))
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


async def private(stage: Stage) -> None:
    await stage.member.slash(stage.channel, "ask", question="Did the US condemn North Korea?", private=True)


async def further(stage: Stage) -> None:
    asked = await stage.member.slash(stage.channel, "ask", question="What did John Kirby say about North Korea?")
    more = next(c["label"] for c in walk(asked.response.components) if c.get("label", "").startswith("More"))
    await stage.member.click(asked.response, label=more)


async def wrong(stage: Stage) -> None:
    asked = await stage.member.slash(stage.channel, "ask", question="Did the US condemn North Korea?")
    await stage.member.click(asked.response, label="Wrong")


HARBOUR = [
    Draft(
        text=f"“{words}” said {name}, {role}.", title=title, outlet=outlet, date=date, url=f"https://{number}.example/harbour"
    )
    for number, (words, name, role, title, outlet, date) in enumerate(
        (
            ("The new harbour bridge will cost 40 million crowns and open in May,", "Ingrid Dahl", "the city engineer",
             "Bridge to open in May", "Harbour Times", "2024-01-09"),
            ("The new harbour bridge will cost 52 million crowns and open in August,", "Ingrid Dahl",
             "the city engineer", "Bridge is late and dearer", "Harbour Times", "2024-04-18"),
            ("The harbour bridge cuts our fishermen off from the quay,", "Tom Okafor", "a spokesman of the union",
             "Fishermen fear the bridge", "Valley Post", "2024-04-20"),
            ("Nobody asked the people who live beside the harbour bridge,", "Mona Lund", "a resident",
             "The people beside the bridge", "Valley Post", "2024-05-02"),
        )
    )
]  # fmt: skip
"""Articles that nobody published, for cards that need several."""


async def harbour(stage: Stage) -> None:
    await stage.bot.worker.call(stage.guild.id, lambda archive: list(archive.add_all(HARBOUR)), changes=True)


async def topic(stage: Stage) -> None:
    await harbour(stage)
    await stage.member.slash(stage.channel, "onrecord topic", subject="the harbour bridge")


async def timeline(stage: Stage) -> None:
    await harbour(stage)
    await stage.member.slash(stage.channel, "timeline", speaker="Ingrid Dahl")


async def compare(stage: Stage) -> None:
    await timeline(stage)
    card = stage.channel.history()[-1]
    buttons = [button for box in card.components for row in box.children for button in getattr(row, "children", ())]
    await stage.member.click(card, custom_id=next(b.custom_id for b in buttons if b.label == "⇄ Compare"))


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


async def _corrected(stage: Stage, change: Callable[[Archive], object]) -> None:
    """Cards that quote the harbour's articles, and what becomes of them by a change."""
    await harbour(stage)
    await stage.member.slash(stage.channel, "ask", question="How much will the harbour bridge cost?")
    await _work_off(stage, change)
    _without_notice(stage)


async def _work_off(stage: Stage, change: Callable[[Archive], object]) -> None:
    await stage.bot.worker.call(stage.guild.id, change)  # not as a change: it is seen by the round below
    cog: Any = stage.bot.get_cog("Corrections")
    while await cog.round():
        pass


def _without_notice(stage: Stage) -> None:
    """Only the last message is in the picture."""
    stage.env.backend.delete_message(stage.channel.id, stage.channel.history()[-1].id)


def _dearer(archive: Archive) -> None:
    list(archive.add_all(replace(one, text=one.text.replace("million crowns", "million euros")) for one in HARBOUR[:2]))


def _withdraw(archive: Archive) -> None:
    for article in archive.articles():
        if article.outlet == "Harbour Times":
            archive.remove(article.id)


def _another(archive: Archive) -> None:
    with archive._store.transaction():
        archive._store._db.execute("UPDATE attributions SET name = 'Karl Lund' WHERE name = 'Ingrid Dahl'")
        archive.log.note(Action.OVERRIDE, "speaker", by=None)


async def corrected(stage: Stage) -> None:
    await _corrected(stage, _dearer)


async def withdrawn(stage: Stage) -> None:
    await _corrected(stage, _withdraw)


async def another_speaker(stage: Stage) -> None:
    await _corrected(stage, _another)


async def timeline_corrected(stage: Stage) -> None:
    await timeline(stage)
    await _work_off(stage, _dearer)
    _without_notice(stage)


async def correction_notice(stage: Stage) -> None:
    await harbour(stage)
    for question in ("How much will the harbour bridge cost?", "Whom does the harbour bridge cut off?"):
        await stage.member.slash(stage.channel, "ask", question=question)
    await _work_off(stage, _withdraw)


PICTURES = (
    answer, abstention, context, carried, private, further, wrong, check, check_stitched, check_shared, receipt, topic,
    timeline, compare, told, subscriptions, corrected, withdrawn, another_speaker, timeline_corrected,
    correction_notice,
)  # fmt: skip
IN_README = (answer, abstention, context, check, timeline)


async def take(file: Path, act: Callable[[Stage], Awaitable[None]], width: int) -> None:
    """One picture: the last message of the conversation that ``act`` makes; of a narrow page, the whole of it."""
    async with staged(Config()) as stage:
        await stage.bot.worker.call(stage.guild.id, _with_address, changes=True)
        await act(stage)
        async with stage.env.preview(stage.channel, viewers=[stage.member], layout="message") as preview:
            with tempfile.TemporaryDirectory() as folder:
                raw = Path(folder) / "page.png"
                await _photograph(preview.url, raw, width)
                shown = Image.open(raw).convert("RGB")
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


async def _photograph(url: str, file: Path, width: int) -> None:
    """Open ``url`` in a browser without a window, wait until its buttons may be pressed, and keep what it shows."""
    async with browser(width, HEIGHT if width >= WIDTH else 2 * HEIGHT, SCALE) as page:
        await page.call("Page.navigate", url=url)
        await page.until(READY)
        file.write_bytes(await page.picture())


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
