"""Whether the page at an article's address still has the words of a quotation. Asks the network, when it is asked to.

The page is fetched by `sources`, under the same guard and limits as an article that is added.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.errors import PageGone, SourceError
from index.sources import SourceSettings, read
from index.types import Article, Draft, Span

if TYPE_CHECKING:
    from index.sources.url import Fetch, Got, Page


class Seen(StrEnum):
    """What was found at the address. The values are part of the machine-readable interface."""

    THERE = "there"
    """The words, to the character."""
    RESTYLED = "restyled"
    """The words, with other white space, quotation marks or dashes."""
    NOT_THERE = "not_there"
    """A page without these words: changed, behind a wall, or made by a program that only a browser runs."""
    GONE = "gone"
    """The server was reached and has no page there."""
    UNREACHABLE = "unreachable"
    """No page could be had, so nothing is known."""
    NO_ADDRESS = "no_address"
    """The article states no address."""


@dataclass(frozen=True, slots=True)
class Live:
    """What was found, and one sentence about it."""

    seen: Seen
    sentence: str
    moved: str | None = None
    """Where the article's address leads to now, when that is another one."""
    reason: str = ""
    """Why no page could be had, as one sentence; empty where one was looked at."""


_STYLES = str.maketrans(
    {**dict.fromkeys("“”„‟«»″", '"'), **dict.fromkeys("‘’‚‛‹›`´ʼ", "'"), **dict.fromkeys("–—―‒−‐‑", "-")}
)
_ON_PAGE = {
    Seen.THERE: "The page at the article's address has these words today.",
    Seen.RESTYLED: "The page at the article's address has these words today, with other spacing, quotation marks or "
    "dashes.",
    Seen.NOT_THERE: "The page at the article's address does not show these words to a program today: it may have "
    "changed, or need a browser or an account.",
    Seen.GONE: "There is no page at the article's address any more.",
}


def look(
    article: Article, span: Span, settings: SourceSettings = SourceSettings(), *, fetch: Fetch | None = None
) -> Live:
    """Fetch the article's page and look for the words. Blocks; ``fetch`` replaces the network.

    That there is no page is an outcome like others; nothing is raised for it.
    """
    if not article.url or not re.match(r"https?://", article.url, re.IGNORECASE):
        return Live(Seen.NO_ADDRESS, "The article states no web address, so no page can be looked at.")
    pages: list[Page] = []

    def kept(url: str) -> Page:
        pages.append((fetch or _over_the_network(settings))(url))
        return pages[-1]

    texts: list[str] = []
    failure: SourceError | None = None
    for outcome in read(article.url, settings=settings, fetch=kept):
        if isinstance(outcome, Draft):
            texts.append(outcome.text)
        else:
            failure = outcome
    if isinstance(failure, PageGone):
        return Live(Seen.GONE, _ON_PAGE[Seen.GONE])
    if not pages and failure is not None:
        said = f"The page could not be looked at, which says nothing about the words: {failure}"
        return Live(Seen.UNREACHABLE, said, reason=str(failure))
    seen = found_in(article.words(span), (*texts, *(_whole(page) for page in pages)))
    moved = next((page.url for page in pages if _place(page.url) != _place(article.url)), None)
    return Live(seen, _ON_PAGE[seen] + (f" It leads to {moved} now." if moved else ""), moved)


def _place(url: str) -> tuple[str, str, str]:
    """What of an address tells a page from others: not http or https, ``www.``, a last slash or a fragment."""
    parts = urlsplit(url)
    return parts.netloc.lower().removeprefix("www."), parts.path.rstrip("/"), parts.query


def texts_of(page: Page | Got) -> tuple[str, ...]:
    """The texts of a page that was fetched: its article, where it has one, and everything it shows."""
    from index.sources.url import Page

    seen = Page(page.url, page.body, page.media_type, page.charset)
    drafts = read(page.url, fetch=lambda _: seen)
    return (*(draft.text for draft in drafts if isinstance(draft, Draft)), _whole(seen))


def missing(article: Article, spans: Sequence[Span], texts: Sequence[str]) -> tuple[Span, ...]:
    """Those of ``spans`` whose words none of ``texts`` has, in whatever spacing, quotation marks and dashes."""
    pages = [_plain(text) for text in texts]
    return tuple(span for span in spans if not any(_plain(article.words(span)) in page for page in pages))


def found_in(quote: str, texts: tuple[str, ...]) -> Seen:
    """Whether one of ``texts`` has ``quote``: to the character, or but for spacing, quotation marks and dashes."""
    if any(quote in text for text in texts):
        return Seen.THERE
    wanted = _plain(quote)
    return Seen.RESTYLED if wanted and any(wanted in _plain(text) for text in texts) else Seen.NOT_THERE


def _over_the_network(settings: SourceSettings) -> Fetch:
    from index.sources.url import fetch

    return partial(fetch, settings=settings)


def _whole(page: Page) -> str:
    """All text of an HTML page, for what cleaning takes for furniture may hold the words; else nothing."""
    from index.sources.html import all_text

    if page.media_type not in ("", "text/html", "application/xhtml+xml"):
        return ""
    try:
        return all_text(page.url, page.body, page.charset)
    except SourceError:
        return ""


def _plain(text: str) -> str:
    """``text`` in one style of marks, without white space: cleaning may join or part what a page lays out."""
    return "".join(text.translate(_STYLES).split())
