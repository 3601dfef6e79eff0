"""A page -> its main text (trafilatura) and what it says about itself (JSON-LD, meta tags, by-line). No network."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import trafilatura
from lxml.html import HtmlElement  # type: ignore[import-untyped, unused-ignore]
from trafilatura.metadata import extract_metadata
from trafilatura.settings import Document
from trafilatura.utils import load_html

from index.errors import NotAnArticle, Unreadable
from index.types import Draft

from .dates import iso_day
from .drafting import drafted
from .given import Given
from .metadata import is_prose, same_words
from .people import people, unique
from .text import is_binary, marked_encoding, web_codec


def read_html(source: str, data: bytes, given: Given, *, url: str | None = None, charset: str | None = None) -> Draft:
    """The article of the page in ``data``, fetched from ``url`` with the HTTP header's ``charset``, if it was fetched.

    Raises ``Unreadable`` for what is no page, ``NotAnArticle`` for a page without an article.
    """
    url = url if url and _is_address(url) else None
    tree = _parsed(source, decoded_html(source, data, charset))
    page = page_says(tree, url)
    return drafted(source, main_text(source, tree, url), page, given)


_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w.:-]+)", re.I
)


def decoded_html(source: str, data: bytes, charset: str | None = None) -> str:
    """The page in ``data`` as text: byte order mark, else ``charset`` of the header, else what the page declares.

    A page that declares nothing, or declares wrongly, is UTF-8 where it is valid UTF-8, else windows-1252.
    Raises ``Unreadable`` when none of them fits.
    """
    marked = marked_encoding(data)
    if marked is None and is_binary(data):
        raise Unreadable(source, f"{source} is not a page but a binary file; give the address or file of an article.")
    declared = _META_CHARSET.search(data[:4096])
    inside = (declared[1] or declared[2]).decode("ascii") if declared else None
    # A page that says UTF-16 in its own ASCII letters is not; one that is valid UTF-8 beyond ASCII is not Latin.
    stated = [
        codec
        for codec in (web_codec(charset), web_codec(inside))
        if codec and not codec.startswith(("utf-16", "utf-32"))
    ]
    if not data.isascii():
        stated.sort(key=lambda codec: codec.startswith(("windows-125", "cp125", "iso8859")))
        stated.insert(sum(not codec.startswith(("windows-125", "cp125", "iso8859")) for codec in stated), "utf-8")
    for codec in (marked[0] if marked else None, *stated, "utf-8", "windows-1252"):
        if codec is None:
            continue
        try:
            return data[marked[1] if marked else 0 :].decode(codec)
        except UnicodeDecodeError:
            continue
    raise Unreadable(
        source, f"{source} is in no character encoding that it declares; save it as UTF-8 and add it again."
    )


def all_text(source: str, data: bytes, charset: str | None = None) -> str:
    """Every word a page shows or could show, menus and small print too. Raises ``Unreadable`` for what is no page."""
    return _text(_parsed(source, decoded_html(source, data, charset)))


def _parsed(source: str, text: str) -> HtmlElement:
    tree = load_html(text)
    if tree is None:
        raise Unreadable(source, f"{source} cannot be read as HTML; save the page again as a whole, or add its text.")
    return tree


def main_text(source: str, tree: HtmlElement, url: str | None = None) -> str:
    """The article's paragraphs, one a line; ``tree`` is used up. Raises ``NotAnArticle`` where there are none."""
    blocks = _blocks(tree)
    document = trafilatura.bare_extraction(tree, url=url, include_comments=False)
    text = document.text if isinstance(document, Document) else None
    if not text or not text.strip():
        raise NotAnArticle(
            source,
            f"{source} holds no article: no running text was found on the page; add the article's own page.",
        )
    lines = [line for line in text.split("\n") if line.strip()]
    pointers = {block.bare for block in blocks if block.linked} - {block.bare for block in blocks if not block.linked}
    return "\n".join(line for line in _with_other_parts(lines, blocks) if _bare(line) not in pointers)


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, list item or heading of the page."""

    text: str
    bare: str
    """Its letters and digits, to find it again in extracted text."""
    place: tuple[str, ...]
    """Tags and classes of what it stands in: the same for all paragraphs of one body, and seldom for others."""
    linked: bool
    """Nothing but a link to another page, and no sentence."""
    aside: bool


def _blocks(tree: HtmlElement) -> list[_Block]:
    blocks = []
    for element in tree.iter("p", "li", "h2", "h3", "h4", "h5", "h6"):
        text = " ".join(_text(element, "").split())
        if not text:
            continue
        links = sum(len(_bare(_text(link, ""))) for link in element.iter("a"))
        parents = [parent for parent, _ in zip(element.iterancestors(), range(3), strict=False)]
        place = (str(element.tag), *(f"{parent.tag}.{parent.get('class') or ''}" for parent in parents))
        bare = _bare(text)
        linked = links >= 0.95 * len(bare) and len(text.split()) >= 3 and not re.search(r"[.!?…。]['\"”’)]*$", text)
        blocks.append(_Block(text, bare, place, linked, element.tag == "p" and _aside(element)))
    return blocks


_SHORTEST_PART = 80  # characters: a paragraph of prose, not a label


def _with_other_parts(lines: list[str], blocks: list[_Block]) -> list[str]:
    """``lines`` with the paragraphs of a body that the page cuts in several containers, of which one was taken.

    Only paragraphs of prose that stand in containers of the very same tags and classes come in, in the page's order,
    and only between or after those already there.
    """
    places = {bare: at for at, line in enumerate(lines) if (bare := _bare(line))}
    paragraphs = [block for block in blocks if block.place[0] == "p"]
    taken = [block for block in paragraphs if block.bare in places and len(block.text) >= _SHORTEST_PART]
    homes = Counter(block.place for block in taken)
    usual = {place for place, count in homes.items() if count >= 3 and any(part[-1] != "." for part in place[1:])}
    known = "".join(map(_bare, lines))
    missing: dict[int, list[str]] = {}
    at: int | None = None
    for block in paragraphs:
        if block.bare in places:
            at = places[block.bare]
        elif (
            at is not None
            and block.place in usual
            and not (block.aside or block.linked)
            and len(block.text) >= _SHORTEST_PART
            and is_prose(block.text)
            and block.bare not in known
        ):
            missing.setdefault(at, []).append(block.text)
            known += block.bare
    return [out for at, line in enumerate(lines) for out in (line, *missing.get(at, ()))]


def page_says(tree: HtmlElement, url: str | None = None) -> Given:
    """What the page states about its article: JSON-LD first, then meta tags, then marked elements."""
    linked = _linked_data(tree)
    tags = _meta_tags(tree)
    outlet = _outlet(linked.outlet or tags.outlet, url)
    authors = _authors(tree, linked, tags, outlet)
    day = linked.date or tags.date or _marked_day(tree)
    title = _title(tree, (linked.title, tags.title), outlet, url)
    address = tags.url
    if not (outlet and authors and day and title):
        # Slow, and less sure of what it finds than the page's own statements are.
        library = extract_metadata(tree, default_url=url, extensive=False)
        outlet = outlet or _outlet(library.sitename, url)
        authors = authors or (people(library.author, outlet) if library.author else ())
        day = day or (iso_day(library.date) if library.date else None)
        title = title or _title(tree, (library.title,), outlet, url)
        address = address or library.url
    return Given(title, outlet, authors, day, _address(address, url))


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
    said = Given()
    for node in (*articles[:1], *pages[:1]):
        outlet = next(iter(_names(node.get("publisher"), by_id)), None)
        headline = node.get("headline")
        published = node.get("datePublished") or node.get("dateCreated")
        said = said.or_else(
            Given(
                title=_words(headline) if isinstance(headline, str) else None,
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
            yield _words(item)
        elif isinstance(item, dict):
            node = by_id.get(item["@id"], item) if "name" not in item and isinstance(item.get("@id"), str) else item
            if persons and _types(node) & {"organization", "newsmediaorganization", "corporation"}:
                continue
            name = node.get("name")
            yield from (_words(part) for part in (name if isinstance(name, list) else [name]) if isinstance(part, str))


def _words(text: str) -> str:
    """Text of an attribute or JSON value: entities and tags that were left in it resolved, spaces collapsed."""
    return " ".join(re.sub(r"<[^>]*>", " ", unescape(unescape(text))).split())


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
        content = _words(meta.get("content") or "")
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


_NEAR_COMMENT = re.compile(r"comment|sidebar|related|footer|widget|teaser|recommend|popular", re.I)
_BYLINE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:by-?line|author|writer|autor|contributor|reporter)s?(?:$|[\s_-]|name|link)", re.I
)
_LONGEST_BYLINE = 120


def _aside(element: HtmlElement) -> bool:
    return any(
        ancestor.tag in ("aside", "footer")
        or _NEAR_COMMENT.search(f"{ancestor.get('class') or ''} {ancestor.get('id') or ''}")
        for ancestor in (element, *element.iterancestors())
        if ancestor.tag not in ("html", "body")
    )


_OPEN_BYLINE = re.compile(
    r"(?:(?:posted|published|updated|written|gespeichert|veröffentlicht)\b.{0,40}? )?"
    r"(?:(?:an? |ein )?(?:article|artikel|text|story|report|beitrag|bericht) )?(?:by|von|par|por|auteur ?:|"
    r"autor(?:in)? ?:|author ?:) (?P<names>\S.+)",
    re.I,
)


def _marked_authors(tree: HtmlElement, outlet: str | None) -> tuple[str, ...]:
    """The first by-line that the page marks as one: by ``itemprop``, ``rel``, a class, or by beginning with "By"."""
    found: dict[int, tuple[str, ...]] = {}
    for element in tree.iter(*_BYLINE_TAGS):
        if "author" in (element.get("itemprop") or "").lower().split():
            rank = 0
        elif "author" in (element.get("rel") or "").lower().split():
            rank = 1
        elif _BYLINE_CLASS.search(element.get("class") or ""):
            rank = 2
        else:
            rank = 3
            beginning = (element.text or "").strip()[:40].lower()
            if not beginning.startswith(
                ("by ", "by\n", "von ", "text ", "ein ", "par ", "por ", "aut", "posted ", "published ")
            ):
                continue
        if rank in found or _aside(element):
            continue
        inner = element
        if rank == 0:
            inner = next((child for child in element.iter() if child.get("itemprop") == "name"), element)
        text = _words(_text(inner))
        if not 0 < len(text) <= _LONGEST_BYLINE:
            continue
        opened = _OPEN_BYLINE.match(text)
        if opened is None and rank == 3:
            continue
        names = people(opened["names"] if opened else text, outlet, single=rank < 3)
        if names:
            found[rank] = names
    return found[min(found)] if found else ()


_BYLINE_TAGS = (
    "a", "span", "div", "p", "address", "li", "cite", "strong", "em", "b", "i", "h3", "h4", "h5", "footer", "small",
)  # fmt: skip


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _text(element: HtmlElement, between: str = " ") -> str:
    """The words in ``element`` as a reader sees them; ``between`` stands where an element begins or ends."""
    if next(element.iter("script", "style", "noscript", "template", "br"), None) is None:
        return between.join(element.itertext())
    pieces: list[str] = []
    waiting: list[HtmlElement | str] = [element]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            pieces.append(node)
        elif node.tag not in ("script", "style", "noscript", "template"):
            pieces.append(" " if node.tag == "br" else node.text or "")
            for child in reversed(node):
                waiting.append(child.tail or "")
                waiting.append(child)
    return between.join(pieces)


def _authors(tree: HtmlElement, linked: Given, tags: Given, outlet: str | None) -> tuple[str, ...]:
    for names in (linked.authors, tags.authors):
        kept = tuple(name for name in names if not (outlet and same_words(name, outlet)))
        if kept:
            return kept
    return _marked_authors(tree, outlet)


_DAY_CLASS = re.compile(
    r"(?:^|[\s_-])(?:date|datum|time|timestamp|published|publish(?:ed)?-?(?:date|on)?|posted(?:-on)?|pubdate|"
    r"entry-?date|"
    r"post-?date|dateline|post-?meta|entry-?meta|article-?meta|byline|meta|info|postmetadata|fecha|data)(?:$|[\s_-])",
    re.I,
)
_LONGEST_DAY = 120


def _marked_day(tree: HtmlElement) -> str | None:
    """The day that an element says is the one of publication, else the one day that the page's dates agree on."""
    stated: list[str] = []
    timed: list[str] = []
    shown: list[str] = []
    for element in tree.iter(
        "time", "span", "p", "div", "abbr", "li", "small", "em", "h2", "h3", "h4", "h5", "h6", "a", "dd"
    ):
        classes = f"{element.get('class') or ''} {element.get('id') or ''}"
        marked = "datepublished" in (element.get("itemprop") or "").lower() or element.get("pubdate") is not None
        if not (marked or element.tag == "time" or _DAY_CLASS.search(classes)):
            continue
        stamp = element.get("datetime") or element.get("content") or element.get("title") or ""
        text = _words(_text(element))
        day = iso_day(stamp) or (iso_day(text) if len(text) <= _LONGEST_DAY else None)
        if day is None or _aside(element):
            continue
        if marked or (element.tag == "time" and re.search(r"publish|posted|entry-date", classes, re.I)):
            stated.append(day)
        elif element.tag == "time":
            timed.append(day)
        else:
            shown.append(day)
    if stated:
        return stated[0]
    for days in (timed, shown):
        if len(set(days)) == 1:
            return days[0]
    return None


_DIVIDER = re.compile(r"\s+(?:[|·•»«:]|--?|[–—]|::)\s+|\s*[|»]\s*")


def _title(tree: HtmlElement, heads: tuple[str | None, ...], outlet: str | None, url: str | None) -> str | None:
    """The headline as the page shows it: the ``h1`` that agrees with the head, else the head's without the site."""
    element = next((_words(_text(title)) for title in tree.iter("title")), None)
    stated = [_without_site(_words(text), outlet, url) for text in (*heads, element) if text and text.strip()]
    for heading in tree.iter("h1", "h2"):
        shown = _words(_text(heading))
        if 2 < len(shown) <= 250 and not (outlet and same_words(shown, outlet)):
            for text in stated:
                if _agree(shown, text):
                    # A kicker or a day that stands in the same element, before the headline, is not of it.
                    return text if _bare(shown).endswith(_bare(text)) else shown
    return next((text for text in stated if text and not (outlet and same_words(text, outlet))), None)


def _agree(shown: str, stated: str) -> bool:
    one, other = set(re.findall(r"\w+", shown.casefold())), set(re.findall(r"\w+", stated.casefold()))
    return len(one & other) >= 0.6 * max(len(one), len(other), 1)


def _without_site(title: str, outlet: str | None, url: str | None) -> str:
    host = re.sub(r"^www\.", "", urlsplit(url).hostname or "") if url else ""
    names = [name for name in (outlet, host, host.rpartition(".")[0], host.split(".")[0]) if name]
    while True:
        dividers = list(_DIVIDER.finditer(title))
        if not dividers:
            return title
        first, last = dividers[0], dividers[-1]
        if any(_site_like(title[last.end() :], name) for name in names):
            title = title[: last.start()]
        elif any(_site_like(title[: first.start()], name) for name in names):
            title = title[first.end() :]
        else:
            return title


def _site_like(part: str, name: str) -> bool:
    one, other = _bare(part), _bare(name)
    return bool(one) and (
        one == other or (min(len(one), len(other)) >= 5 and (one in other or other in one) and len(part.split()) <= 6)
    )


def _outlet(outlet: str | None, url: str | None) -> str | None:
    """The outlet's name; an address or handle in its place is none, since the page does not tell the name."""
    if not outlet:
        return None
    outlet = _words(outlet).lstrip("@")
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


def _is_address(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False


def _site(host: str) -> str:
    return re.sub(r"^(?:www|m|amp|mobile|edition|us|uk|en)\.", "", host.lower())
