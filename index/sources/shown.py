"""What a page shows its readers about its article: by-lines and days, marked by the page or written as such. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lxml.html import HtmlElement  # type: ignore[import-untyped, unused-ignore]

from .dates import day_line, find_day, iso_day, only_time, without_slashes
from .elements import View, is_near, is_of_others, resolved, visible, without_spoken
from .people import is_full_name, is_only_people, people, person, unique

_BYLINE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:by-?line|author|writer|autor|contributor|reporter)s?(?:$|[\s_-]|name|link)", re.I
)
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:in|en)?s?|redaktion|redakteure?|writers?|profil(?:e|es)?|staff|byline|contributors?|"
    r"journalists?|columnists?|reporters?|correspondents?|auteurs?|autores?)/[^/]",
    re.I,
)
_BYLINE_TAGS = (
    "a", "span", "div", "p", "address", "li", "td", "cite", "strong", "em", "b", "i", "h3", "h4", "h5", "footer",
    "small", "dd",
)  # fmt: skip
_LONGEST_BYLINE = 120  # characters

_PIECE = (
    r"(?:guest |gast-?|blog-? ?)?(?:article|story|text|words|report|reportage|analysis|column|essay|interview|feature|"
    r"artikel|beitrag|bericht|kommentar|analyse|kolumne|recherche|protokoll|texte|texto|testo|текст)"
)
_PICTURES = r"(?: ?(?:&|\+|/|,|and|und|et|y) ?(?:photos?|pictures|images?|video|fotos?|bilder|illustration(?:en)?))?"
_OPENING = re.compile(
    r"(?:"
    # "Posted on 3 May by", "Geschrieben von": who put it there.
    r"(?P<verb>posted|published|written|reported|submitted|contributed|geschrieben|gespeichert|veröffentlicht|verfasst|"
    r"erstellt|eingestellt|gepostet|publicado|escrito|publié|écrit|pubblicato|scritto)\b.{0,40}?"
    r"\b(?:by|von|vom|par|por|da|di)\b:?"
    rf"|(?:(?:an?|eine?|der|die) )?{_PIECE}{_PICTURES} (?:by|von|par|por|di)\b:?"
    r"|(?:by|von|par|por)\b:?"
    # Not "Interview:" or "Report:", behind which the person stands of whom the article tells.
    r"|(?P<label>texte?|texto|testo|текст|words|author|autor(?:in(?:nen)?|en)?|auteur|autore|verfasser(?:in)?|byline|redakteur(?:in)?)s?"
    rf"{_PICTURES} ?:"
    r") (?P<names>\S.*)",
    re.I,
)
# Where the names end and something else begins in the same line.
_AFTER_NAMES = re.compile(
    r"\s+(?:[|·•–—]|-|//|\()\s*|\s*[|·•]|,?\s+(?:illustrations?|illustration(?:en)?|photos?|photography|pictures|"
    r"fotos?|fotografie|bild(?:er)?|grafik(?:en)?|kamera|video|übersetz\w+|translat\w+|tags?|kategorien?|categor\w+|"
    r"updated|published|posted|aktualisiert|veröffentlicht|last|stand|comments?|kommentare?|reading|lesezeit|datum|date)\b:?",
    re.I,
)


def opened(line: str) -> tuple[str, bool] | None:
    """The names of a ``line`` that begins as by-lines do, and whether it says so in words that mean nothing else.

    "By", "Von" alone begin other lines too; "Geschrieben von", "Autor:" do not.
    """
    match = _OPENING.match(line)
    if match is None:
        return None
    names = match["names"]
    if day := find_day(names):
        names = re.sub(
            r"[\s,]*(?:\b(?:am|on|at|um|den|le|el|il|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|"
            r"frei|sams|sonn)tag|mittwoch)\b[\s,]*)*$",
            "",
            names[: day[1][0]],
            flags=re.I,
        )
    names = re.split(r"\s+(?:um|at|@|à|a las)?\s*\d\d?[:.]\d\d\b", names, maxsplit=1)[0]
    names = _AFTER_NAMES.split(names, maxsplit=1)[0].strip(" ,;:")
    return names, bool(match["verb"] or match["label"])


def shown_authors(seen: View, outlet: str | None) -> Iterator[tuple[str, ...]]:
    """The by-lines of a page, the surest first: marked by ``itemprop``, ``rel`` or class, linked, written, signed.

    Marks around the headline go before those elsewhere, which may be of other articles.
    """
    near, far = _marked(seen, outlet)
    written = _written(seen, outlet)
    for marked in (near, far):
        for kind in ("property", "relation"):
            if kind in marked:
                yield marked[kind]
        if len(written) > 1 and set(written) & set(marked.get("class", ())):
            # The line has all writers where the first element of that class has one of them.
            yield written
        for kind in ("class", "link"):
            if kind in marked:
                yield marked[kind]
    if written:
        yield written
    yield from _beside_a_day(seen, outlet)


def _marked(seen: View, outlet: str | None) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """The first by-line of each kind that the page marks as one: of those near the headline, and of the others."""
    found: dict[tuple[bool, str], tuple[str, ...]] = {}
    groups: dict[tuple[bool, str], set[HtmlElement]] = {}
    for element in seen.begins:
        kind = _mark(element)
        near = seen.near(element)
        if kind is None or (kind == "link" and not near):
            continue
        if is_of_others(element) if kind == "property" else element in seen.asides:
            continue
        holders = set(islice(element.iterancestors(), 2))
        # Two writers are two elements of one by-line, which are near to each other.
        if (near, kind) in found and (kind == "class" or not holders & groups[near, kind]):
            continue
        names = _names_in(element, kind, outlet)
        if names:
            found[near, kind] = unique((*found.get((near, kind), ()), *names))
            groups.setdefault((near, kind), holders)
    around, elsewhere = ({kind: names for (at, kind), names in found.items() if at is near} for near in (True, False))
    return around, elsewhere


def _mark(element: HtmlElement) -> str | None:
    """How the page marks ``element`` as one that names the author; ``None`` where it does not."""
    if element.tag not in _BYLINE_TAGS:
        return None
    if "author" in (element.get("itemprop") or "").lower().split():
        return "property"
    if "author" in (element.get("rel") or "").lower().split():
        return "relation"
    if _BYLINE_CLASS.search(element.get("class") or ""):
        return "class"
    return "link" if element.tag == "a" and _AUTHOR_PAGE.search(element.get("href") or "") else None


def _names_in(element: HtmlElement, kind: str, outlet: str | None) -> tuple[str, ...]:
    if kind == "property":
        inner = next((child for child in element.iter() if child.get("itemprop") == "name"), element)
        if inner.get("content") and not inner.text:
            return people(resolved(inner.get("content")), outlet, single=True)
        element = inner
    elif kind == "class":
        links = [
            link
            for link in element.iter("a")
            if "author" in (link.get("rel") or "").lower() or _AUTHOR_PAGE.search(link.get("href") or "")
        ]
        texts = [resolved(visible(link)) for link in links]
        names = unique(
            name for text in texts if len(text) <= _LONGEST_BYLINE for name in people(text, outlet, single=True)
        )
        if names:
            return names
    text = without_spoken(element)
    if not 0 < len(text) <= _LONGEST_BYLINE:
        return ()
    found = opened(text)
    return people(found[0] if found else text, outlet, single=kind != "link")


def _written(seen: View, outlet: str | None) -> tuple[str, ...]:
    """The first line that says who wrote the article: near the headline, or under the text with a label."""
    signed: tuple[str, ...] = ()
    for at, line in enumerate(seen.lines):
        if len(line) > _LONGEST_BYLINE or at in seen.beside:
            continue
        near = seen.headline is not None and is_near(at, seen.headline)
        found = opened(line)
        if found is None or not (near or (found[1] and (seen.headline is None or at > seen.headline))):
            continue
        if is_only_people(found[0], outlet):
            names = people(found[0], outlet)
        else:
            # A pen name, where nothing but a verb that means writing leads to it: "Posted by gizzmo at 10:15".
            names = people(found[0], outlet, single=True) if found[1] and found[0].count(" ") <= 1 else ()
        if names and near:
            return names
        signed = signed or (names if all(map(is_full_name, names)) else ())
    return signed


def _beside_a_day(seen: View, outlet: str | None) -> Iterator[tuple[str, ...]]:
    """The person whose name stands beside the day near the headline, and of whom the page tells more below."""
    if seen.headline is None:
        return
    for at, line in enumerate(seen.lines):
        day = find_day(line) if is_near(at, seen.headline) and len(line) <= _LONGEST_BYLINE else None
        if day is None or at in seen.beside:
            continue
        rest = f"{line[: day[1][0]]} {line[day[1][1] :]}".strip(" ,;:|·•–—-/")
        name = person(rest, outlet)
        if name and any(
            re.match(rf"{re.escape(name)} (?:ist|war|is|was|est|es)\b", later) for later in seen.lines[at:]
        ):
            yield (name,)


_LOGIN = re.compile(
    r"admin|wordpress|webmaster|superuser|^(?:root|user|author|autor|test|anonymous|unknown|human)$", re.I
)


def shown_desk(seen: View) -> tuple[str, ...]:
    """The by-line of a page that names no person but a desk, the outlet or a pen name, as it stands there."""
    for element in seen.begins:
        kind = _mark(element)
        if kind is None or element in seen.asides or (kind == "link" and not seen.near(element)):
            continue
        text = without_spoken(element)
        found = opened(text)
        name = (found[0] if found else text).strip(" ,;:|")
        words = name.split()
        if _LOGIN.search(name) or (len(words) > 2 and any(word[0].islower() and len(word) > 3 for word in words)):
            continue
        if 2 <= len(name) <= 40 and len(words) <= 5 and not re.search(r"[\d@#?!:/|]|https?:", name):
            return (name,)
    return ()


_DAY_CLASS = re.compile(
    r"(?:^|[\s_-])(?:date|datum|time|timestamp|published|publish(?:ed)?-?(?:date|on)?|posted(?:-on)?|pubdate|"
    r"entry-?date|"
    r"post-?date|dateline|post-?meta|entry-?meta|article-?meta|byline|meta|info|postmetadata|fecha|data)(?:$|[\s_-])",
    re.I,
)
_LONGEST_DAY = 120  # characters
_DAY_TAGS = frozenset("time span p div abbr li small em h2 h3 h4 h5 h6 a dd td".split())


# Under the text, in many templates: "This entry was posted on Monday, June 3rd, 2013 at 8:40 pm and is filed …".
# Not "was originally published", which tells of another place, and not "was last updated".
_THIS_WAS_POSTED = re.compile(
    r"(?:this )?(?:entry|post|article|story|item) (?:(?:was|has been) )?(?:posted|published|written|filed)\b"
    r"|dieser (?:eintrag|beitrag|artikel|text) (?:wurde|ist) (?:am|von)\b(?!.*\b(?:aktualisiert|geändert|bearbeitet)\b)"
    r"|.{3,120} wurde am (?=.{8,30} um \d\d?[:.]\d\d(?: uhr)? (?:gepostet|veröffentlicht|geschrieben|erstellt)\b)",
    re.I,
)


def shown_day(seen: View) -> str | None:
    """The day of publication that a page shows: said to be it, else near the headline, else the only one there is.

    A day of an update counts where no other stands near the headline.
    """
    stated: list[str] = []
    timed: list[str] = []
    classed: list[str] = []
    for element in seen.begins:
        if element.tag not in _DAY_TAGS:
            continue
        classes = f"{element.get('class') or ''} {element.get('id') or ''}"
        marked = "datepublished" in (element.get("itemprop") or "").lower() or element.get("pubdate") is not None
        if not (marked or element.tag == "time" or _DAY_CLASS.search(classes)):
            continue
        stamp = element.get("datetime") or element.get("content") or element.get("title") or ""
        text = resolved(visible(element))
        if seen.month_first is not None:
            text = without_slashes(text, month_first=seen.month_first)
        day = iso_day(stamp) or (iso_day(text) if len(text) <= _LONGEST_DAY else None)
        if day is None or element in seen.asides:
            continue
        if marked or (element.tag == "time" and re.search(r"publish|posted|entry-date", classes, re.I)):
            stated.append(day)
        elif element.tag == "time":
            timed.append(day)
        else:
            classed.append(day)
    if stated:
        return stated[0]
    for line in seen.lines:
        posted = _THIS_WAS_POSTED.match(line) if len(line) <= 400 else None
        if posted and (told := find_day(line[posted.end() :])):
            return told[0]
    for days in (timed, classed):
        if len(set(days)) == 1:
            return days[0]
    published, updated = days_near(seen)
    if published or updated:
        return (published or updated)[0]
    for at, line in enumerate(seen.lines):
        names = opened(line) if len(line) <= _LONGEST_DAY and at not in seen.beside else None
        if names and names[1] and (told := find_day(line)):
            return told[0]
    found = (day_line(line) for at, line in enumerate(seen.lines) if at not in seen.beside)
    alone = {only[0] for only in found if only is not None}
    return alone.pop() if len(alone) == 1 else None


def days_near(seen: View) -> tuple[list[str], list[str]]:
    """The days of publication and of update that are written around the headline, as lines of their own or set off."""
    published: list[str] = []
    updated: list[str] = []
    if seen.headline is None:
        return published, updated
    for at, line in enumerate(seen.lines):
        if at in seen.beside or at == seen.headline or not is_near(at, seen.headline):
            continue
        if (alone := day_line(line)) is not None:
            (updated if alone[1] else published).append(alone[0])
        elif (day := _set_off(line)) is not None:
            published.append(day)
    return published, updated


def _set_off(line: str) -> str | None:
    """The day that begins or ends a ``line`` and is no part of its sentence: "6.2.2023 - The council met …"."""
    found = find_day(line[:200])
    if found is None:
        return None
    day, (start, end) = found
    before, after = line[:start], line[end:]
    if only_time(before) and re.match(r"(?:,? \d\d?[:.]\d\d(?: Uhr)?)?\s*(?:[|·•–—:]|- )", after):
        return day
    if len(line) > _LONGEST_DAY:
        return None
    names = opened(before.strip())
    if names and people(names[0], single=True) and len(after) <= 40:
        return day
    place = re.fullmatch(r"[^\W\d_][\w.' -]{2,30}(?:,(?: den| le)? | \| | · | • | [–—-] )", before)
    return day if place and only_time(after) else None
