"""One feed document (RSS or Atom) -> its entries -> drafts. What asks the network is passed in."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import feedparser
from lxml.etree import ParserError  # type: ignore[import-untyped, unused-ignore]
from lxml.html import HtmlElement, fromstring, tostring  # type: ignore[import-untyped, unused-ignore]

from index.errors import FetchFailed, SourceError, Unreadable
from index.types import Draft

from . import read
from .dates import iso_day
from .entry import Entry
from .given import Given, SourceSettings
from .html import read_fragment

if TYPE_CHECKING:
    from .url import Fetch

_NOTHING_GIVEN = Given()
_DEFAULTS = SourceSettings()

FULL_WORDS = 120
"""Words from which on what an entry brings along counts as the whole article: teasers have up to about 60."""
ENTRIES = 500
"""Entries of one document that are looked at, its first ones: the newest, by custom."""


_BROKEN = (ValueError, ArithmeticError, LookupError, TypeError, AttributeError, RecursionError, AssertionError)
"""What feedparser raises on damaged feeds: on a reference to half a character, or to one that does not exist."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a feed says at one moment."""

    title: str | None
    entries: tuple[Entry, ...]
    """The oldest first, as far as their order tells: what came first is added first."""
    minutes: int | None = None
    """How long it asks not to be asked again (RSS's ``ttl``)."""


def read_feed(source: str, data: bytes, *, charset: str | None = None) -> Document:
    """The entries of the feed in ``data``. Raises ``Unreadable`` for what is no feed."""
    headers = {"content-location": source}
    if charset:
        headers["content-type"] = f"application/xml; charset={charset}"
    # As a stream: feedparser would take bytes for the name of a file first.
    try:
        parsed: Any = feedparser.parse(io.BytesIO(data), response_headers=headers)
    except _BROKEN as error:
        raise Unreadable(source, f"The feed {source} is damaged and cannot be read; tell its outlet.") from error
    if not parsed.get("version"):
        named = _named_by(source, data)
        hint = (
            f", but names one: {named}" if named else "; give the address of an RSS or Atom feed, often /feed or /rss"
        )
        raise Unreadable(source, f"{source} is not a feed{hint}.")
    entries = tuple(_entry(item) for item in parsed.entries[:ENTRIES])
    ttl = str(parsed.feed.get("ttl", ""))
    return Document(
        _plain(parsed.feed.get("title")),
        tuple({entry.key: entry for entry in reversed(entries)}.values()),
        int(ttl) if re.fullmatch(r"[0-9]{1,5}", ttl) else None,
    )


def _named_by(source: str, data: bytes) -> str | None:
    """The feed that a page names, where it is one."""
    try:
        tree = fromstring(data)
    except (ValueError, ParserError):
        return None
    for link in tree.iter("link"):
        if "alternate" in (link.get("rel") or "").lower() and re.search(r"(?:rss|atom)\+xml", link.get("type") or ""):
            return _address(urljoin(source, link.get("href") or ""))
    return None


def _entry(item: Any) -> Entry:
    url = _address(item.get("feedburner_origlink") or item.get("link"))
    title = _plain(item.get("title"))
    content = next(
        (c.value for c in item.get("content", ()) if "html" in c.get("type", "") and is_whole(c.value)), None
    )
    written = item.get("published") or item.get("created") or _updated(item)
    names = [author.get("name") for author in item.get("authors", ())]
    changed = content or f"{_updated(item)}\n{title}"
    return Entry(
        _digest(item.get("id") or url or f"{title}\n{written}"),
        _digest(changed),
        url,
        title,
        tuple(name for name in map(_plain, names) if name and "@" not in name),
        _day(item, written),
        content,
    )


def _updated(item: Any) -> str:
    return str(item["updated"]) if "updated" in item else ""


def _day(item: Any, written: str) -> str | None:
    if day := iso_day(written):
        return day
    parsed = item.get("published_parsed") or ("updated_parsed" in item and item["updated_parsed"])
    return date(*parsed[:3]).isoformat() if parsed else None


_MARKUP = re.compile(r"<[^>]*>")
_CUT_OFF = re.compile(
    r"(?:…|\.\.\.|\[(?:…|\.\.\.|&hellip;|&#8230;)\])\W*$"
    r"|(?:read (?:more|on|the (?:full|rest))|continue reading|keep reading|full (?:story|article)|weiterlesen|"
    r"mehr lesen|lire la suite|leer más)\b[^.]{0,80}$",
    re.IGNORECASE,
)
_FOOTER = re.compile(r"\s*The post\b.{1,300}\b(?:appeared first on|first appeared on)\b.{1,200}", re.DOTALL)
"""What the most used publishing program puts under each entry of its feeds, and under none of its pages."""


def is_whole(html: str) -> bool:
    """Whether an entry's content is the article and not the beginning of it."""
    text = _plain(_without_footer(html)) or ""
    return len(text.split()) >= FULL_WORDS and _CUT_OFF.search(text) is None


def _without_footer(html: str) -> str:
    tree = _tree(html)
    for paragraph in tree.iter("p"):
        if _FOOTER.fullmatch(paragraph.text_content()):
            paragraph.drop_tree()
            break
    return str(tostring(tree, encoding="unicode"))


def draft_of(
    entry: Entry,
    given: Given = _NOTHING_GIVEN,
    *,
    settings: SourceSettings = _DEFAULTS,
    fetch: Fetch,
) -> Draft:
    """The article of an entry: what the feed brought along, else its page. ``given`` wins over both.

    Raises ``SourceError`` as `read` gives it, a ``FetchFailed`` with the server's status among them.
    """
    said = Given(title=entry.title, authors=entry.authors, date=entry.day, url=entry.url)
    name = entry.url or entry.title or "an entry without an address"
    if entry.content is not None:
        return read_fragment(name, _without_footer(entry.content), given.or_else(said), url=entry.url)
    if entry.url is None:
        raise Unreadable(name, f"The feed gives neither the text nor the address of “{name}”; add it by hand.")
    (outcome,) = read(entry.url, given, settings=settings, fetch=fetch)
    if isinstance(outcome, SourceError):
        raise outcome
    # The page knows itself better than the feed; where it is silent, the feed speaks.
    return replace(
        outcome,
        title=outcome.title or said.title,
        authors=outcome.authors or said.authors,
        date=outcome.date or said.date,
        url=outcome.url or said.url,
    )


def may_come_later(error: SourceError) -> bool:
    """Whether an entry that failed like this may become an article at another time."""
    return isinstance(error, FetchFailed) and (error.status is None or error.status >= 500 or error.status == 429)


def _address(link: str | None) -> str | None:
    """``link`` without what only tells its server where a reader came from; ``None`` where it is no web address."""
    try:
        parts = urlsplit((link or "").strip())
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not pair[0].lower().startswith("utm_")]
    counted = len(parse_qsl(parts.query, keep_blank_values=True))
    query = parts.query if len(kept) == counted else urlencode(kept)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _plain(html: str | None) -> str | None:
    """The words of a little HTML on one line; ``None`` where there are none."""
    if not html:
        return None
    text = _tree(html).text_content() if _MARKUP.search(html) or "&" in html else html
    return " ".join(text.split()) or None


def _tree(html: str) -> HtmlElement:
    # A reference to half a character ("&#xD800;") has become one, which the parser does not take.
    return fromstring("<div>" + html.encode("utf-8", "replace").decode() + "</div>")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
