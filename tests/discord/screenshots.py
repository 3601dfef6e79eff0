"""Takes pictures of the cards from the demo's page.

    python tests/discord/screenshots.py                 those that README shows, where it shows them, dark and light
    python tests/discord/screenshots.py FOLDER [WIDTH]  one of each kind of card, on a page of so many pixels; with
                                                        `light` after these, in the light theme

Needs the extra ``demo`` and a Chromium (its command as CHROMIUM, else the first of the usual names). What is shown is
what the bot really sends about the bundled sample; only the address of the article is made up, for the sample has none.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import discord
from PIL import Image, ImageChops

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browser import browser
from discord_gate import walk
from feed_server import Answer, Clock, Server, article_page, polite, rss

from bot import calibrating, feedback, gaps
from bot.calibrate import report
from bot.config import Config
from bot.demo import Stage, add_more, staged
from bot.moderators import button, done
from bot.render import WORDS_ID
from bot.trial import SAMPLE_ID
from index.archive import Archive
from index.audit import Action
from index.calibration import Label
from index.feeds import Looked as FeedLooked
from index.feeds import Mode
from index.freshness import State
from index.overrides import Fix
from index.review import Found, Looked
from index.sources import read
from index.types import Draft, Terms

HARBOUR = tuple(
    draft
    for file in ("bridge-planned.md", "bridge-late.md", "bridge-agency.md")
    for draft in read(str(files("bot").joinpath("sample", "demo", file)))
    if isinstance(draft, Draft)
)
"""Three of the invented articles of the demo: planned, late and dearer, and another day."""

WIDTH, HEIGHT, SCALE = 1000, 1100, 2
SIDE, HEAD, FOOT = 262, 78, 24
"""What belongs to the page and not to the conversation: the list at the left, the bars above and below."""
MARGIN = 12
LIGHT = (Path(__file__).parent / "light.css").read_text(encoding="utf-8")
READY = """
    document.body && document.fonts.status === "loaded" &&
    ([...document.querySelectorAll("button, a")].some(
         b => /In context|Read at source|Stop|Turn off|Delete|Keep|Use the new address|Cancel|Show|Undo|Discard/.test(
            b.textContent) || /Other reports|Dismiss|Label more|Take back/.test(b.textContent)) ||
     /What is wrong with this quotation|Questions are answered in|everything on record/.test(document.body.innerText) ||
     /followed on this server|№|⚠/.test(document.body.innerText)) &&
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


def may(stage: Stage, **permissions: bool) -> None:
    """The member of the pictures, who alone sees what is shown to them, may do more."""
    role = stage.guild.create_role("Owners", permissions=discord.Permissions(**permissions))
    stage.env.backend.add_member_role(stage.guild.id, stage.member.id, role.id)


async def settings(stage: Stage) -> None:
    may(stage, manage_guild=True)
    curators = stage.guild.create_role("Curators")
    shown = await stage.member.slash(stage.channel, "onrecord-settings")
    await stage.member.select(shown.response, [stage.channel], custom_id="or:ss:channels")
    await stage.member.select(shown.response, [curators], custom_id="or:ss:curator_role")


async def elsewhere(stage: Stage) -> None:
    desk = stage.guild.create_text_channel("desk")
    work: Any = lambda archive: archive.server_settings.set(by="1", channels=(desk.id,))  # noqa: E731
    await stage.bot.worker.call(stage.guild.id, work)
    await answer(stage)


async def export(stage: Stage) -> None:
    may(stage, manage_messages=True)
    await stage.member.slash(stage.channel, "articles export")


async def privacy(stage: Stage) -> None:
    await stage.member.slash(stage.channel, "privacy")


async def privacy_shown(stage: Stage) -> None:
    await subscriptions(stage)
    shown = await stage.member.slash(stage.channel, "privacy")
    await stage.member.click(shown.response, label="What is stored about me")
    await stage.member.click(shown.response, label="Delete mine")


@asynccontextmanager
async def crane_feed(stage: Stage) -> AsyncIterator[Server]:
    web = Server()
    web.pages = {f"/a/{n}": Answer(article_page(n)) for n in range(7)}
    web.pages["/feed"] = rss(web.root, range(7))
    stage.bot.reader.polite = polite(Clock())
    try:
        yield web
    finally:
        web.close()


async def feed_queue(stage: Stage) -> None:
    async with crane_feed(stage) as web:
        await stage.moderator.slash(stage.channel, "feeds add", url=f"{web.root}/feed", outlet="Larkmouth Courier")
    await stage.moderator.slash(stage.channel, "feeds queue")


async def feed_list(stage: Stage) -> None:
    async with crane_feed(stage) as web:
        await stage.moderator.slash(stage.channel, "feeds add", url=f"{web.root}/feed", outlet="Larkmouth Courier")
    await stage.bot.worker.call(stage.guild.id, _with_feeds)
    await stage.moderator.slash(stage.channel, "feeds list")


def _with_feeds(archive: Archive) -> None:
    archive.feeds.add("https://valley.example/feed.xml", Mode.STRAIGHT)
    gone, _ = archive.feeds.add("https://harbour.example/a/very/long/address/of/a/feed/that/goes/on/and/on/rss.xml")
    archive.feeds.asked(
        FeedLooked(
            replace(gone, stopped=True, problem="Its server says that it is gone for good, so it is asked no more.")
        ),
        all_taken=True,
    )


async def stale(stage: Stage) -> None:
    await harbour(stage)
    await stage.bot.worker.call(stage.guild.id, _with_looks)
    await stage.moderator.slash(stage.channel, "articles stale")


def _with_looks(archive: Archive) -> None:
    now = datetime.now(UTC) - timedelta(hours=5)
    detail = "1 of 4 sentences is not on its page any more, the first: “The new harbour bridge will open in May.”"
    moved = "https://1.example/archive/2024/04/harbour"
    found = (
        (State.CHANGED, detail, None),
        (State.MOVED, f"It has moved to {moved}.", moved),
        (State.DEAD, "Its server says that there is no such page (HTTP 404).", None),
    )
    ours = [article for article in archive.articles() if article.id != SAMPLE_ID]
    for article, (state, words, to) in zip(ours, found, strict=False):
        archive.freshness.record(article.id, state, now, words, moved_to=to)


async def licence(stage: Stage) -> None:
    await harbour(stage)
    await stage.bot.worker.call(
        stage.guild.id, lambda archive: archive.terms.set("Harbour Times", Terms(40, "CC BY-NC 4.0, © Harbour Times"))
    )
    await stage.member.slash(stage.channel, "ask", question="How much will the new harbour bridge cost?")


async def word_cap(stage: Stage) -> None:
    await harbour(stage)
    await stage.bot.worker.call(
        stage.guild.id, lambda archive: archive.terms.set("Harbour Times", Terms(8, "CC BY-NC 4.0, © Harbour Times"))
    )
    await stage.member.slash(stage.channel, "ask", question="How much will the new harbour bridge cost?")


STUB = "The ferry between Skarn and the mainland will stop running for six weeks, the operator said. Buses will carry…"


async def preview(stage: Stage) -> None:
    text = "\n".join(draft.text for draft in HARBOUR[:3])
    await stage.moderator.slash(
        stage.channel, "articles add", file=("bridge.txt", text.encode()), title="The harbour bridge",
        outlet="Coast Daily", author="Mona Lund", date="2024-05-03",
    )  # fmt: skip


async def preview_odd(stage: Stage) -> None:
    await harbour(stage)
    rows = [
        {"id": "a", "title": "Bridge is late and dearer", "outlet": "Coast Daily", "url": "https://coast.example/b",
         "text": "From our reporter. " + HARBOUR[1].text},
        {"id": "b", "title": "Ferry stops", "outlet": "Harbour Times", "date": "2024-03-05", "text": STUB},
    ]  # fmt: skip
    data = "\n".join(map(json.dumps, rows)).encode()
    await stage.moderator.slash(stage.channel, "articles add", file=("rows.jsonl", data))


async def shelf_list(stage: Stage) -> None:
    await harbour(stage)
    await stage.moderator.slash(stage.channel, "articles list", title="bridge", since="2024")


async def shelf_article(stage: Stage) -> None:
    await stage.moderator.slash(stage.channel, "articles show", article=SAMPLE_ID)


async def shelf_remove(stage: Stage) -> None:
    await stage.moderator.slash(stage.channel, "articles remove", article=SAMPLE_ID)


async def log(stage: Stage) -> None:
    await harbour(stage)
    sure = await stage.moderator.slash(stage.channel, "articles remove", article=HARBOUR[0].title)
    await stage.moderator.click(sure.response, label="Remove")
    await stage.moderator.click(sure.response, label="Undo")
    await stage.moderator.slash(stage.channel, "articles log")


async def wrongly(stage: Stage) -> None:
    """A member reports a quotation."""
    asked = await stage.member.slash(stage.channel, "ask", question="Did the US condemn North Korea?")
    listed = await stage.member.click(asked.response, label="Wrong")
    await stage.member.select(listed.response, ["other"])
    form = await stage.member.select(listed.response, ["other"])
    await stage.member.submit_modal(form, {WORDS_ID: "That was said by the press secretary, I think."})


async def unanswered(stage: Stage) -> None:
    """Members ask what nothing answers."""
    for question in (
        "How much will the harbour bridge cost?", "How much is the harbour bridge going to cost?",
        "Did China send weapons to Russia?", "When does the new harbour bridge open?",
    ):  # fmt: skip
        await stage.member.slash(stage.channel, "ask", question=question)


async def posted(stage: Stage, view: Any) -> None:
    """A card that only moderators see, where the picture is taken."""
    channel: Any = stage.bot.get_channel(stage.channel.id)
    await channel.send(view=view)


async def reported(stage: Stage) -> None:
    await wrongly(stage)
    await posted(stage, await feedback.shown(stage.bot, stage.guild.id))


async def corrected(stage: Stage) -> None:
    def correct(archive: Archive) -> None:
        hit = archive.rank("Did the US condemn North Korea?")[0]
        archive.override(hit.receipt, Fix.SPEAKER, "Karine Jean-Pierre", "White House press secretary")

    await stage.bot.worker.call(stage.guild.id, correct, changes=True)
    await stage.member.slash(stage.channel, "ask", question="Did the US condemn North Korea?")


async def hidden(stage: Stage) -> None:
    view = done(feedback.FIXED[Fix.HIDDEN], 1, button("Other reports", "or:jl:0"))
    await posted(stage, view)


async def decisions(stage: Stage) -> None:
    def decide(archive: Archive) -> Any:
        first, second, third, *_ = archive.rank("Did the US condemn North Korea?")
        archive.override(first.receipt, Fix.SPEAKER, "Karine Jean-Pierre", "White House press secretary")
        archive.override(second.receipt, Fix.HIDDEN)
        archive.override(third.receipt, Fix.OUTLET)
        return archive.overrides()

    placed = await stage.bot.worker.call(stage.guild.id, decide, changes=True)
    await posted(stage, feedback.decisions(placed[::-1]))


async def open_gaps(stage: Stage) -> None:
    await unanswered(stage)
    page = await stage.bot.worker.call(stage.guild.id, lambda archive: gaps.page_of(archive, 0, 1))
    await posted(stage, gaps.card(page))


async def weekly(stage: Stage) -> None:
    await unanswered(stage)
    page = await stage.bot.worker.call(stage.guild.id, lambda archive: gaps.page_of(archive, 0, 1))
    await posted(stage, gaps.digest(page, 3))


async def labelling(stage: Stage) -> None:
    await unanswered(stage)
    pair = await stage.bot.worker.call(stage.guild.id, lambda archive: calibrating.next_pair(archive, "1"))
    if pair is not None:
        await posted(stage, calibrating.pair_card(pair, 10))


async def calibrated(stage: Stage) -> None:
    # Labels that nobody gave, the more often wrong the less sure the reader was.
    labels = [Label(0.99 - number / 100, number % 9 > number // 20) for number in range(90)]
    found = report(labels, 0.3, 0.5, own=True)
    await posted(stage, calibrating.result_card(found, 30, more=True))


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


async def words_corrected(stage: Stage) -> None:
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


async def review(stage: Stage) -> None:
    await harbour(stage)
    await stage.bot.worker.call(stage.guild.id, _with_changes, changes=True)
    await stage.moderator.slash(stage.channel, "articles reindex")


def _with_changes(archive: Archive) -> None:
    late, first, gone = (
        next(article for article in archive.articles() if words in (article.title or ""))
        for words in ("late and dearer", "open in May", "August")
    )
    hit = archive.rank("How much will the harbour bridge cost?")[0]
    archive.make_golden("How much will the harbour bridge cost?", hit.receipt)
    speaker = Draft(first.text.replace("Ingrid Dahl", "Karl Lund"))
    archive.looked(
        late, Looked(Found.CHANGED, Draft(late.text.replace("million", "billion")), "as many words as before")
    )
    archive.looked(first, Looked(Found.CHANGED, speaker, "as many words as before"))
    archive.looked(gone, Looked(Found.GONE, detail="The page is gone (HTTP 404)."))


OF_MODERATORS = (
    review,
    preview,
    preview_odd,
    shelf_list,
    shelf_article,
    shelf_remove,
    log,
    feed_queue,
    feed_list,
    stale,
)
PICTURES = (
    answer, abstention, context, carried, narrowed, private, further, wrong, check, check_stitched, check_shared,
    receipt, topic, timeline, compare, told, subscriptions, settings, elsewhere, export, privacy, privacy_shown,
    licence, word_cap, reported, corrected, hidden, decisions, open_gaps, weekly, labelling, calibrated,
    words_corrected, withdrawn, another_speaker, timeline_corrected, correction_notice,
    *OF_MODERATORS,
)  # fmt: skip
IN_README = (answer, abstention, context, check, timeline)


async def take(files: dict[Path, str | None], act: Callable[[Stage], Awaitable[None]], width: int) -> None:
    """The last message of the conversation that ``act`` makes, in each style; of a narrow page, the whole of it."""
    async with staged(Config()) as stage:
        await stage.bot.worker.call(stage.guild.id, _with_address, changes=True)
        await act(stage)
        viewer = stage.moderator if act in OF_MODERATORS else stage.member
        async with stage.env.preview(stage.channel, viewers=[viewer], layout="message") as preview:
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
