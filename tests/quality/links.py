"""Where "Read at source" lands: links to quotations of real pages, opened in a browser.

Pages are read as a moderator would add them, then served from this machine, scripts off and nothing else loaded, with a
blank screen above so that whatever is quoted has to be scrolled to. A link lands when the browser has scrolled and the
words that it marks begin as the quotation does.
  lands      share of the quotations that a reader finds in the window, marked
  to page    the others: the page opens at its beginning
  wrong      other words are marked: must not happen
  stuck      the browser did not finish with the page in time, and was started anew

    python tests/quality/links.py          60 quotations, with floors; under a minute
    python tests/quality/links.py --all    300 quotations

Skipped where there is no Chromium.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
from aiohttp import web
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from browser import Page, browser, command

from index.attribution import attributions
from index.errors import SourceError
from index.links import text_fragment_link
from index.passages import derived
from index.sentences import sentence_spans
from index.sources import Given
from index.sources.html import read_html
from index.types import Article, Span

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "html_scrapinghub" / "dev.jsonl.gz"

FLOORS = {"lands": 0.96}
"""Of sixty; of all 300, .993 landed when this was set."""
LOAD_SECONDS, PAGE_SECONDS = 8.0, 40.0
"""For a page to load, after which it is looked at as far as it came; for all that is done with it."""
WIDTH, HEIGHT = 1000, 900
MARK = (255, 0, 254)
"""A colour that no page has; the words that the browser marks get it."""
STYLE = f"""<style>
::target-text {{ background: rgb{MARK} !important; color: black !important; }}
html::before {{ content: ""; height: 3000px; display: block; }}
</style>"""


def quotations(wanted: int) -> list[tuple[str, Article, Span]]:
    """Pages, as they are served, with an article read from each and passages of it; the same ones every time."""
    chance = random.Random(0)  # noqa: S311  # a fixed choice of passages, not a secret
    pages = []
    with gzip.open(DATA, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            try:
                draft = read_html(row["id"], row["html"].encode(), Given(), url=row["url"], charset="utf-8")
            except SourceError:
                continue
            pages.append((row["html"], Article(row["id"], draft.text, draft.title)))
    chance.shuffle(pages)
    found: list[tuple[str, Article, Span]] = []
    for page, article in pages[:wanted]:
        cut = derived(article, sentence_spans(article.text), attributions(article.text)).passages
        cut = tuple(passage for passage in cut if plain(passage.span.of(article.text)))
        each = -(-wanted // min(wanted, len(pages)))
        found += [(page, article, passage.span) for passage in chance.sample(cut, min(each, len(cut)))]
    return found[:wanted]


def served(html: str) -> str:
    """The page with a blank screen above, and no rule of its own about what may be loaded or shown."""
    html = re.sub(r"(?is)<meta[^>]+http-equiv[^>]*>", "", html)
    kind = re.match(r"(?is)\s*(?:<!doctype[^>]*>)?", html)
    assert kind is not None
    return kind.group() + STYLE + html[kind.end() :]


def marked(picture: bytes) -> tuple[int, int] | None:
    """Where the first marked words begin on a picture of the window, a little inside; ``None`` where none are."""
    pixels = np.asarray(Image.open(BytesIO(picture)).convert("RGB"))
    rows, columns = np.nonzero((pixels == MARK).all(axis=2))
    if not len(rows):
        return None
    # The mark's first line: its left end may lie further right than that of the lines below.
    first = columns[rows <= rows[0] + 4]
    return int(first.min()) + 3, int(rows[0]) + 4


def plain(text: str) -> str:
    return "".join(re.findall(r"\w+", text.casefold()))


# What stands at a point of the window: of every element there, under whatever lies above it, the text if it is short,
# and of a page that is one long element what begins there.
TEXTS_AT = """((x, y) => {
    const texts = document.elementsFromPoint(x, y).map(e => e.textContent).filter(t => t.length < 5000);
    const at = document.caretRangeFromPoint(x, y);
    if (at) {
        at.setStart(at.startContainer, 0);
        at.setEndAfter(document.body.lastChild);
        texts.push(at.cloneContents().textContent.slice(0, 5000));
    }
    return texts.join("\\u0000");
})(%d, %d)"""


# The text of everything that the window shows.
SHOWN = """[...document.querySelectorAll("p,li,td,h1,h2,h3,h4,div,span,blockquote")].filter(e => {
    const at = e.getBoundingClientRect();
    return e.textContent.length < 5000 && at.height > 0 && at.bottom > 0 && at.top < innerHeight;
}).map(e => e.textContent).join("\\u0000")"""


async def landed(page: Page, link: str, quotation: str) -> str:
    """``lands``, ``to page`` or ``wrong``."""
    await page.call("Page.navigate", url="about:blank")
    await page.call("Page.navigate", url=link)
    try:
        await page.until("document.readyState === 'complete' && location.href !== 'about:blank'", LOAD_SECONDS)
    except TimeoutError:
        await page.call("Page.stopLoading")
    for _ in range(10):  # the browser scrolls a moment after the page is there
        where = marked(await page.picture())
        if where is not None:
            break
        await asyncio.sleep(0.05)
    else:
        # Where the page lies under a veil, the mark has another colour: then what is in the window tells.
        shown = plain(await page.value(SHOWN)) if await page.value("scrollY") else ""
        return "lands" if plain(quotation)[:40] in shown else "to page"
    return "lands" if plain(quotation)[:40] in plain(await page.value(TEXTS_AT % where)) else "wrong"


async def _opened(left: Iterator[tuple[str, Article, Span]], host: str, ends: dict[str, list[str]]) -> bool:
    """Opens one link after the other in one browser; true where it was left at a page that never ended."""
    async with browser(WIDTH, HEIGHT) as page:
        await page.call("Emulation.setScriptExecutionDisabled", value=True)
        for _, article, span in left:
            link = text_fragment_link(replace(article, url=f"{host}/{article.id}"), span)
            assert link is not None
            try:
                async with asyncio.timeout(PAGE_SECONDS):
                    end = await landed(page, link, span.of(article.text))
            except (TimeoutError, ConnectionError):
                end = "stuck"
            ends[end].append(link)
            if end != "lands":
                print(f"  {end}: {link} {span.of(article.text)[:90]!r}", file=sys.stderr)
            if end == "stuck":
                return True
    return False


async def figures(quoted: list[tuple[str, Article, Span]]) -> dict[str, list[str]]:
    """How each link ended: ids of the pages, by outcome."""
    bodies = {article.id: served(html) for html, article, _ in quoted}

    async def serve(request: web.Request) -> web.Response:
        body = bodies.get(request.match_info["page"])
        if body is None:  # a style or a picture of a page
            raise web.HTTPNotFound
        return web.Response(text=body, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{page}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host = f"http://127.0.0.1:{runner.addresses[0][1]}"
    ends: dict[str, list[str]] = {"lands": [], "to page": [], "wrong": [], "stuck": []}
    left = iter(quoted)
    try:
        while await _opened(left, host, ends):
            pass
    finally:
        await runner.cleanup()
    return ends


def main(arguments: list[str]) -> int:
    if not DATA.is_file():
        print("links: skipped, the pages are not beside the checkout.")
        return 0
    if command() is None:
        print("links: skipped, there is no Chromium here.")
        return 0
    everything = arguments == ["--all"]
    quoted = quotations(300 if everything else 60)
    ends = asyncio.run(figures(quoted))
    share = len(ends["lands"]) / len(quoted)
    print(f"{len(quoted)} quotations on {len({article.id for _, article, _ in quoted})} pages")
    under = share < FLOORS["lands"] or bool(ends["wrong"])
    print(f"  lands    {share:.3f}  floor {FLOORS['lands']}{'   UNDER ITS FLOOR' if under else ''}")
    print(f"  to page  {len(ends['to page'])}")
    print(f"  wrong    {len(ends['wrong'])}  none allowed")
    print(f"  stuck    {len(ends['stuck'])}")
    return int(under)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
