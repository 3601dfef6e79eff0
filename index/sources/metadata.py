"""Title, outlet, authors, date and address told in a text -> those, and the text without the lines that told them.

Only lines that tell nothing else are taken out; a sentence of the article is read, never removed. What is not told is
``None``: nothing here is guessed from a single hint that could mean something else.
"""

from __future__ import annotations

import re
from collections import Counter

from .clean import ABOUT_THE_WRITER, ROLE, biography, is_furniture, regular
from .dates import day_line, find_day, iso_day, only_time
from .given import Given
from .people import byline, people, person, unique

_HEAD = 14  # lines at the top among which title, by-line and date are looked for
_LONGEST_TITLE = 25  # words

_AGENCIES = {
    "reuters": "Reuters",
    "ap": "Associated Press",
    "associated press": "Associated Press",
    "afp": "AFP",
    "upi": "UPI",
    "dpa": "dpa",
    "bloomberg": "Bloomberg",
    "xinhua": "Xinhua",
    "cnn": "CNN",
    "bbc": "BBC",
    "bbc news": "BBC News",
    "npr": "NPR",
}


def told(text: str, known: Given) -> tuple[Given, str]:
    """What ``text`` tells about itself beyond what is ``known``, and its text without the lines that told it.

    Both the head (header fields, title, by-line, date) and the foot (biography, desk line) are read. The text given
    back has regular characters. ``known`` decides which first line is the title again and whose biography is
    the author's.
    """
    lines = regular(text).split("\n")
    fields, lines = _front_matter(lines)
    if fields is None:
        fields, lines = _header_fields(lines)
    known = known.or_else(fields)
    head, lines = _head(lines, known)
    known = known.or_else(head)
    foot, lines = _foot(lines, known)
    known = known.or_else(foot)
    return known.or_else(Given(outlet=_own_name(lines))).or_else(_dateline(lines)), "\n".join(lines)


_KEYS = {
    "title": "title",
    "headline": "title",
    "author": "authors",
    "authors": "authors",
    "by": "authors",
    "byline": "authors",
    "writer": "authors",
    "date": "date",
    "published": "date",
    "publication date": "date",
    "date published": "date",
    "pubdate": "date",
    "published_at": "date",
    "url": "url",
    "link": "url",
    "canonical": "url",
    "canonical_url": "url",
    "outlet": "outlet",
    "publisher": "outlet",
    "publication": "outlet",
    "newspaper": "outlet",
    "site": "outlet",
    "source": "outlet",
}
_FIELD = re.compile(r"(?P<key>[A-Za-z][A-Za-z_ ]{0,20}):(?: (?P<value>.*))?$")


def _front_matter(lines: list[str]) -> tuple[Given | None, list[str]]:
    """YAML front matter at the very top: simple ``key: value`` lines and lists, which is all that articles use."""
    if not lines or lines[0] != "---" or "---" not in lines[1:60]:
        return None, lines
    end = lines.index("---", 1)
    values: dict[str, list[str]] = {}
    key = None
    for line in lines[1:end]:
        if field := _FIELD.match(line):
            key = _KEYS.get(field["key"].lower())
            value = (field["value"] or "").strip()
            if key and value:
                values.setdefault(key, []).extend(_scalars(value))
        elif key and line.startswith("- "):
            values.setdefault(key, []).extend(_scalars(line[2:]))
    return _given(values), lines[end + 1 :]


def _scalars(value: str) -> list[str]:
    parts = value[1:-1].split(",") if value.startswith("[") and value.endswith("]") else [value]
    return [part for part in (part.strip().strip("\"'").strip() for part in parts) if part]


def _header_fields(lines: list[str]) -> tuple[Given, list[str]]:
    """``Title: …`` lines at the very top, up to the first line of another kind."""
    values: dict[str, list[str]] = {}
    at = 0
    while at < len(lines):
        field = _FIELD.match(lines[at])
        key = _KEYS.get(field["key"].lower()) if field else None
        if field is None or key is None:
            if lines[at] or not values:
                break
        elif field["value"]:
            values.setdefault(key, []).append(field["value"].strip())
        at += 1
    return (_given(values), lines[at:]) if values else (Given(), lines)


_TOGETHER = re.compile(r"(?:The|Das|Die|Der|Les?|La) (?:[\w'’.-]+ ){0,3}[\w'’.-]+")


def _writers(value: str, outlet: str | None) -> tuple[str, ...]:
    """The people of a stated author; "The onrecord project" is one too, where somebody wrote it down as that."""
    found = people(value, outlet, single=True)
    return found or ((value,) if _TOGETHER.fullmatch(value) and value.casefold() != (outlet or "").casefold() else ())


def _given(values: dict[str, list[str]]) -> Given:
    def first(key: str) -> str | None:
        return values[key][0] if values.get(key) else None

    outlet = first("outlet")
    url = first("url")
    if outlet and re.match(r"https?://", outlet):
        url, outlet = url or outlet, None
    authors = unique(name for value in values.get("authors", ()) for name in _writers(value, outlet))
    date = first("date")
    return Given(
        title=first("title"),
        outlet=outlet,
        authors=authors,
        date=iso_day(date) if date else None,
        url=url if url and re.match(r"https?://\S+$", url) else None,
    )


def is_prose(line: str) -> bool:
    """Whether ``line`` reads as running text: a whole sentence, or so long that it is no label."""
    words = line.count(" ") + 1
    return (words >= 6 and re.search(r"[.!?…]['\"”’“‘»)]*$", line) is not None) or words > _LONGEST_TITLE


def same_words(one: str, other: str) -> bool:
    """Whether two lines have the same letters and digits, whatever stands between them."""
    return _bare(one) == _bare(other) != ""


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _head(lines: list[str], known: Given) -> tuple[Given, list[str]]:
    title: str | None = None
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None
    kept: list[str] = []
    taken = 0
    at = 0
    for at, line in enumerate(lines):
        following = next((after for after in lines[at + 1 :] if after), "")
        names: tuple[str, ...] | None
        if not line or is_furniture(line):
            continue
        taken += 1
        if taken > _HEAD or (is_prose(line) and not (known.title and same_words(line, known.title))):
            break
        undated, day = _undated(line)
        if found := day_line(line):
            published, updated = (published, updated or found[0]) if found[1] else (published or found[0], updated)
        elif (names := byline(undated, known.outlet)) is not None:
            authors = authors or names
            published = published or day
        elif authors and _is_role(line):
            continue
        elif signed := _signed(line, known.outlet):
            authors = authors or signed[0]
            outlet = outlet or signed[1]
        elif (name := line.strip(" —–-|").lower()) in _AGENCIES:
            outlet = outlet or _AGENCIES[name]
        elif (title or known.title) and not authors and day_line(following) and person(line, known.outlet):
            authors = people(line, known.outlet)
        elif known.title and same_words(line, known.title):
            title = title or known.title
        elif (authors or published) and (
            (known.outlet and same_words(line, known.outlet)) or line.lower() in _AGENCIES
        ):
            outlet = outlet or _AGENCIES.get(line.lower(), line)
        elif not (title or kept or known.title) and _is_title(line, lines[at + 1 :]):
            title = line
        else:
            kept.append(line)
    else:
        at = len(lines)
    return Given(title, outlet, authors, published or updated), [*kept, *lines[at:]]


def _signed(line: str, outlet: str | None) -> tuple[tuple[str, ...], str | None] | None:
    """The author and outlet of a by-line without "By": "JANE DOE, Associated Press", "Jane Doe | Reuters"."""
    name, _, rest = (part.strip() for part in re.sub(r"[|/·•]", ",", line, count=1).partition(","))
    employer = _AGENCIES.get(rest.lower().removeprefix("the ")) or (
        outlet if outlet and same_words(rest, outlet) else None
    )
    writer = person(name, outlet) if employer else None
    return ((writer,), employer) if writer else None


def _undated(line: str) -> tuple[str, str | None]:
    """A by-line without the day that may stand behind the names."""
    found = find_day(line) if len(line) <= 160 else None
    if found is None:
        return line, None
    before = line[: found[1][0]]
    before = re.sub(
        r"[\s|,;:·•–—(-]*\b(?:published|updated|posted|on|at)?:?\s*(?:(?:mon|tues?|wednes|thurs?|fri|satur|"
        r"sun)(?:day)?,?)?\s*$",
        "",
        before,
        flags=re.I,
    )
    before = before.rstrip(" |,;:·•–—(-")
    after = line[found[1][1] :].strip(" |,;:·•–—)-")
    return (after if only_time(before) else before) or line, found[0]


def _is_role(line: str) -> bool:
    return line.count(" ") < 8 and line[-1] not in ".!?" and re.search(rf"\b(?:{ROLE}|staff)\b", line, re.I) is not None


def _is_title(line: str, after: list[str]) -> bool:
    words = line.count(" ") + 1
    if not 2 <= words <= _LONGEST_TITLE or len(line) > 200 or (not line[0].isalnum() and line[0] not in "\"“‘'«¿¡$€£"):
        return False
    if line[-1] in ".:;,…" or re.search(r"[.!?,]['\"”’»]$", line) or re.match(r"[-*•] |\d+[.)] ", line):
        return False
    return any(is_prose(later) for later in after)


_BIOGRAPHY_START = re.compile(
    r"(?P<name>[^,.]{4,50}?)(?:, [^.]{3,60},)? (?:is|was|covers|writes|reports|has|works|joined)\b"
)
_DESK_LINE = re.compile(
    r"\(?[Rr]eporting by:? (?P<names>[^;.)]+?)(?: in [A-Z][\w ]+)?(?:[;,.]? ?(?:[Aa]dditional|[Ww]riting|"
    r"[Ee]diting)\b.*)?[.)]*$"
)
_FOOT = 12


def _foot(lines: list[str], known: Given) -> tuple[Given, list[str]]:
    filled = [at for at, line in enumerate(lines) if line]
    authors: tuple[str, ...] = ()
    outlet: str | None = None
    drop: set[int] = set()
    for place in filled[-_FOOT:]:
        line = lines[place]
        if ABOUT_THE_WRITER.fullmatch(line):
            about = [at for at in filled if at > place]
            about = about[: len(biography([lines[at] for at in about]))]
            drop.update((place, *about))
            authors = authors or _named_in([lines[at] for at in about])
            outlet = outlet or _employer([lines[at] for at in about], known.outlet, lines)
        elif desk := _DESK_LINE.match(line):
            authors = authors or people(desk["names"], known.outlet)
    writers = known.authors or authors
    for place in reversed(filled[-3:]):
        line = lines[place]
        if place in drop or is_furniture(line):
            continue
        start = _BIOGRAPHY_START.match(line)
        if not (
            start and re.search(rf"\b{ROLE}\b", line, re.I) and any(same_words(start["name"], name) for name in writers)
        ):
            break
        outlet = outlet or _employer([line], known.outlet, lines)
        drop.add(place)
    return Given(outlet=outlet, authors=authors), [line for at, line in enumerate(lines) if at not in drop]


def _named_in(about: list[str]) -> tuple[str, ...]:
    for line in about[:2]:
        start = _BIOGRAPHY_START.match(line)
        name = person(start["name"] if start else line)
        if name:
            return (name,)
    return ()


def _employer(about: list[str], known: str | None, lines: list[str]) -> str | None:
    """The outlet a biography names: after "at" or "for", or before the role where the text itself proves the name."""
    if known:
        return known
    for line in about:
        after = re.search(
            rf"\b{ROLE} (?:at|for|with) (?P<name>(?:the |The )?[A-Z][\w&.'’-]*(?: [A-Z][\w&.'’-]*){{0,3}})", line
        )
        if after:
            return after["name"].rstrip(".,")
        before = re.search(
            rf"\bis an? (?P<run>[A-Z][\w&.'’-]*(?: [A-Z][\w&.'’-]*){{0,5}}) (?:[a-z-]+ ){{0,3}}{ROLE}\b", line
        )
        own = _own_name(lines)
        if before and own and before["run"].startswith(own):
            return own
    return None


_NAME = r"(?P<name>(?:The )?[A-Z][\w&’'-]*(?: [A-Z][\w&’'-]*){0,3})"
_OWN_ACTS = (
    re.compile(rf"(?:^|[.!?”\"] ){_NAME} (?:has |have )?(?:also )?(?:requested|sought|asked for) (?:a )?comments?\b"),
    re.compile(
        rf"(?:^|[.!?”\"] ){_NAME} (?:has |have )?(?:also )?(?:contacted|reached out to|approached|emailed|"
        rf"e-mailed|asked)\b[^.]{{0,200}}\bfor (?:a )?(?:further |additional )?"
        r"(?:comment|response|statement|clarification)"
    ),
    re.compile(
        rf"\brespond(?:ed)? (?:immediately )?to (?:an? |several |multiple )?{_NAME}(?:['’]s?)? (?:requests?|"
        rf"inquir\w+|questions)\b"
    ),
)
_NOT_OUTLETS = frozenset("he she they we it you the this that both officials police".split())


def _own_name(lines: list[str]) -> str | None:
    """The outlet, where the text says what it did itself ("X requested comment from …"), always under one name."""
    names: Counter[str] = Counter()
    for line in lines:
        for act in _OWN_ACTS:
            for match in act.finditer(line):
                if match["name"].lower() not in _NOT_OUTLETS:
                    names[match["name"]] += 1
    if len(names) != 1:
        return None
    name = next(iter(names))
    # A person or company that "contacted the police for comment" would be spoken of elsewhere too; an outlet is not,
    # other than as the one who was told.
    text = "\n".join(lines)
    others = len(re.findall(rf"\b{re.escape(name)}\b", text)) - len(
        re.findall(
            rf"\b(?:told|tells|to|with|by|an?) {re.escape(name)}\b|\b{re.escape(name)} (?:has |have )?(?:also "
            rf")?(?:requested|sought|asked|contacted|reached|approached|e-?mailed)",
            text,
        )
    )
    return name if others < names[name] else None


_DATELINE = re.compile(
    r"[A-Z][\w .,'’/-]{2,70}?\((?P<agency>[A-Za-z ]{2,20})\)\s*(?:--?|[–—])\s"
    r"|(?P<place>[A-Z][A-Z .'’-]{2,30}(?:, [A-Z][\w. ]{1,20})?), (?P<day>[A-Z][\w.]{2,9} \d{1,2}, \d{4}) "
    r"?(?:--?|[–—])\s"
)


def _dateline(lines: list[str]) -> Given:
    """The agency, and the day where it has a year, of "CITY, Oct 13 (Reuters) - …" before the first sentence."""
    for line in [line for line in lines if line][:3]:
        if match := _DATELINE.match(line):
            day = find_day(match.group())
            return Given(outlet=_AGENCIES.get((match["agency"] or "").lower()), date=day[0] if day else None)
    return Given()
