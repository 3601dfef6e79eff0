"""What a page says about its article: JSON-LD, then meta tags, then what it shows its readers. No network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement  # type: ignore[import-untyped, unused-ignore]
from trafilatura.metadata import extract_metadata

from .dates import iso_day
from .elements import View, bare, resolved, view, visible
from .given import Given
from .headline import headline, site_names
from .metadata import same_words
from .people import is_full_name, people, unique
from .shown import days_near, shown_authors, shown_day, shown_desk


def page_says(tree: HtmlElement, url: str | None = None) -> tuple[Given, tuple[str, ...]]:
    """What the page at ``url`` states about its article, with what it shows where it states nothing.

    The second value is the by-line of a page that names no person there but a desk, an agency or itself: for where
    the text names none either.
    """
    linked = _linked_data(tree)
    tags = _meta_tags(tree)
    outlet = _outlet(linked.outlet or tags.outlet, url)
    sites = site_names((linked.outlet, tags.outlet), url)
    title, heading = headline(tree, (linked.title, tags.title), sites, url)
    if title is None and outlet:
        # Some pages give their title as the site's name.
        outlet, sites = None, site_names((), url)
        title, heading = headline(tree, (linked.title, tags.title), sites, url)
    seen = view(tree, heading)
    authors = _authors(seen, linked, tags, outlet)
    day = _day(seen, linked.date or tags.date, url or tags.url)
    if not outlet:
        # Slow, and its guesses at authors, days and titles are worse than nothing where the rules here find nothing.
        guess = extract_metadata(tree, default_url=url, extensive=False).sitename
        guess = _outlet(re.split(r" [|–—-] ", guess)[0] if guess else None, url)
        outlet = guess if guess and _is_name(guess, title) else None
    return Given(title, outlet, authors, day, _address(tags.url, url)), () if authors else shown_desk(seen)


def _authors(seen: View, linked: Given, tags: Given, outlet: str | None) -> tuple[str, ...]:
    """Persons by full name before pen names, initials and logins; the page's statements before what it shows."""
    stated = [
        tuple(name for name in said.authors if not (outlet and same_words(name, outlet))) for said in (linked, tags)
    ]
    groups = [names for names in (*stated, *shown_authors(seen, outlet)) if names]
    full = next((names for names in groups if all(map(is_full_name, names))), None)
    return full or next(iter(groups), ())


_URL_DAY = re.compile(
    r"/(?P<year>19\d\d|20\d\d)(?P<sep>[/_-]?)(?P<month>[01]\d|[1-9]|[a-z]{3})(?P=sep)(?P<day>[0-3]\d|[1-9])"
    r"(?=[/_.-]|$)",
    re.I,
)


def day_in_address(url: str) -> str | None:
    """The day that the path of ``url`` is filed under ("/2018/07/19/", "/2018-07-19-council", "/2018/jul/19/").

    A day among the words of a slug is none: it may be one of the story.
    """
    for match in _URL_DAY.finditer(urlsplit(url).path):
        month = match["month"]
        if not month.isdigit() or match["sep"] or len(month + match["day"]) == 4:
            day = iso_day(
                f"{match['year']}-{month}-{match['day']}"
                if month.isdigit()
                else f"{match['day']} {month} {match['year']}"
            )
            if day:
                return day
    return None


def _day(seen: View, stated: str | None, url: str | None) -> str | None:
    """The day of publication where it was published: head tags are often in UTC, and then a day ahead or behind.

    So the day of the address wins, and a day shown near the headline wins over one that is the day before or after.
    """
    if filed := day_in_address(url) if url else None:
        return filed
    if stated is None:
        return shown_day(seen)
    published, updated = days_near(seen)
    beside = {day for day in published if abs((date.fromisoformat(day) - date.fromisoformat(stated)).days) <= 1}
    return beside.pop() if len(beside) == 1 and not updated else stated


_ARTICLE_TYPES = frozenset(
    "article newsarticle reportagenewsarticle analysisnewsarticle opinionnewsarticle backgroundnewsarticle "
    "reviewnewsarticle askpublicnewsarticle "
    "blogposting liveblogposting socialmediaposting scholarlyarticle techarticle report satiricalarticle "
    "advertisercontentarticle".split()
)
_PAGE_TYPES = frozenset("webpage itempage".split())
_MOST_NODES = 20_000


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in decoded JSON, outer before inner, without recursion: pages nest as deep as they like."""
    waiting = [value]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting.extend(reversed(list(node.values())))
        elif isinstance(node, list):
            waiting.extend(reversed(node))


def _types(node: dict[str, Any]) -> set[str]:
    named = node.get("@type", ())
    named = named if isinstance(named, list) else [named]
    return {name.rsplit("/", 1)[-1].lower() for name in named if isinstance(name, str)}


def _linked_data(tree: HtmlElement) -> Given:
    nodes: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            nodes.extend(_nodes(_json(script.text)))
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    articles = [
        node for node in nodes if _types(node) & _ARTICLE_TYPES and ("headline" in node or "datePublished" in node)
    ]
    pages = [node for node in nodes if _types(node) & _PAGE_TYPES and "datePublished" in node]
    # A page may carry the data of others that it points to; its own has the headline that stands in its title.
    title = bare(" ".join(visible(element) for element in tree.iter("title", "h1")))
    articles.sort(
        key=lambda node: not (isinstance(name := node.get("headline"), str) and bare(resolved(name)) in title)
    )
    said = Given()
    for node in (*articles[:1], *pages[:1]):
        outlet = next(iter(_names(node.get("publisher"), by_id)), None)
        headline = node.get("headline")
        published = node.get("datePublished") or node.get("dateCreated")
        said = said.or_else(
            Given(
                title=resolved(headline) if isinstance(headline, str) else None,
                outlet=outlet,
                authors=unique(
                    name
                    for text in _names(node.get("author") or node.get("creator"), by_id, persons=True)
                    for name in people(text, outlet, single=True)
                ),
                date=iso_day(published) if isinstance(published, str) else None,
            )
        )
    return said


def _json(text: str) -> Any:
    """Decoded JSON-LD, mended where pages often break it; ``None`` where it stays broken: a page may carry any text."""
    text = (
        re.sub(
            r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*<!\[CDATA\[\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|/\*\]\]>\*/|\]\]>)\s*;?\s*$",
            "",
            text,
        )
        .strip()
        .rstrip(";")
    )
    for candidate in (text, re.sub(r",(\s*[}\]])", r"\1", text)):
        try:
            return json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _names(value: Any, by_id: dict[str, dict[str, Any]], *, persons: bool = False) -> Iterator[str]:
    """The names in an author or publisher: a text, an object, a reference to one, or a list of these."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, str):
            yield resolved(item)
        elif isinstance(item, dict):
            node = by_id.get(item["@id"], item) if "name" not in item and isinstance(item.get("@id"), str) else item
            if persons and _types(node) & {"organization", "newsmediaorganization", "corporation"}:
                continue
            name = node.get("name")
            yield from (
                resolved(part) for part in (name if isinstance(name, list) else [name]) if isinstance(part, str)
            )


_META_AUTHORS = (
    "author", "article:author", "article:author_name", "parsely-author", "sailthru.author", "byl", "dc.creator",
    "dcterms.creator", "dc.contributor", "citation_author", "article.author", "authors", "vr:author",
    "og:article:author", "cxenseparse:author",
)  # fmt: skip
_META_DATES = (
    "article:published_time", "og:article:published_time", "datepublished", "article.published", "parsely-pub-date",
    "sailthru.date", "pubdate", "publishdate", "publish-date", "publish_date", "publication_date", "og:pubdate",
    "og:published_time", "dc.date.issued", "dcterms.issued", "dc.date", "dcterms.date", "dc.date.created",
    "dcterms.created", "citation_date", "citation_publication_date", "cxenseparse:recs:publishtime", "date",
    "article_date_original", "created",
)  # fmt: skip


def _meta_tags(tree: HtmlElement) -> Given:
    values: dict[str, list[str]] = {}
    for meta in tree.iter("meta"):
        key = meta.get("property") or meta.get("name") or meta.get("itemprop")
        content = resolved(meta.get("content") or "")
        if key and content:
            values.setdefault(key.strip().lower(), []).append(content)

    def first(*keys: str) -> str | None:
        return next((values[key][0] for key in keys if key in values), None)

    outlet = first("og:site_name", "article:publisher_name", "application-name", "dc.publisher", "dcterms.publisher")
    written = next(
        (
            values[f"twitter:data{n}"][0]
            for n in (1, 2)
            if first(f"twitter:label{n}") in ("Written by", "By", "Author", "Verfasst von")
            and f"twitter:data{n}" in values
        ),
        None,
    )
    candidates = (*(values[key] for key in _META_AUTHORS if key in values), [written] if written else [])
    authors: tuple[str, ...] = ()
    for group in candidates:
        authors = authors or unique(name for text in group for name in people(text, outlet, single=True))
    day = next((day for key in _META_DATES for value in values.get(key, ()) if (day := iso_day(value))), None)
    canonical = next(
        (
            link.get("href")
            for link in tree.iter("link")
            if "canonical" in (link.get("rel") or "").lower().split() and link.get("href")
        ),
        None,
    )
    return Given(
        first("og:title", "twitter:title", "dc.title", "headline"), outlet, authors, day, canonical or first("og:url")
    )


def _is_name(guess: str, title: str | None) -> bool:
    """Whether a ``guess`` at the outlet may be its name: short, without numbers, and not the title."""
    return len(guess.split()) <= 5 and not re.search(r"\d|[a-z]\.[a-z]", guess) and bare(guess) != bare(title or "")


def _outlet(outlet: str | None, url: str | None) -> str | None:
    """The outlet's name; an address or handle in its place is none, since the page does not tell the name."""
    if not outlet:
        return None
    outlet = resolved(outlet).lstrip("@")
    if not 2 <= len(outlet) <= 80 or re.match(r"https?:|www\.|copyright\b|(?:blogger|wordpress|drupal)$", outlet, re.I):
        return None
    host = re.sub(r"^www\.", "", urlsplit(url).hostname or "") if url else ""
    return None if host and outlet.lower() == host.lower() else outlet


def _address(canonical: str | None, url: str | None) -> str | None:
    """The page's own address where it is a whole one on the host that it came from, else where it came from."""
    try:
        own = urlsplit(urljoin(url or "", (canonical or "").strip()))
        came_from = urlsplit(url) if url else None
        if (
            own.scheme in ("http", "https")
            and own.hostname
            and (came_from is None or _site(own.hostname) == _site(came_from.hostname or ""))
        ):
            return own.geturl() if (own.path.strip("/") or came_from is None or not came_from.path.strip("/")) else url
    except ValueError:
        return url
    return url


def _site(host: str) -> str:
    return re.sub(r"^(?:www|m|amp|mobile|edition|us|uk|en)\.", "", host.lower())
