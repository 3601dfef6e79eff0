"""A page's headline: the heading that its head's titles agree with, without the name of the site. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise
from urllib.parse import urlsplit

from lxml.html import HtmlElement  # type: ignore[import-untyped, unused-ignore]

from .elements import bare, resolved, visible

_DIVIDER = re.compile(r"\s+(?:[|·•»«:]|--?|[–—]|::)\s+|\s*[|»]\s*")
# What templates put into the head where nobody wrote a title.
_NO_TITLE = re.compile(
    r"(?:home(?: ?page)?|start(?:seite)?|index|news|blog|article|artikel|beitrag|untitled(?: document)?|no title|"
    r"welcome|willkommen|accueil|inicio|document|page|seite)\W*",
    re.I,
)
_LONGEST = 250  # characters
_SHORTEST_SLUG = 8  # letters
_UNSPACED = re.compile(r"[\u3040-\u9fff]")
# Chinese and Japanese titles join the site's name without spaces.
_JOINED_SITE = re.compile(r"(?<=[\u3000-\u9fff！？])[-_|—]+[\u3040-\u9fff]{2,8}$")


def site_names(outlets: Iterable[str | None], url: str | None) -> tuple[str, ...]:
    """What the site of ``url`` may be called in its titles: its ``outlets``, its host and parts of that."""
    host = re.sub(r"^www\.", "", urlsplit(url).hostname or "") if url else ""
    return tuple(name for name in (*outlets, host, host.rpartition(".")[0], host.split(".")[0]) if name)


def headline(
    tree: HtmlElement, heads: Iterable[str | None], sites: tuple[str, ...], url: str | None = None
) -> tuple[str | None, HtmlElement | None]:
    """The headline as the page shows it and its heading, else the head's title without the site, and no heading.

    ``heads`` are titles stated in the head beside ``<title>``; ``sites`` is what the site may be called. A part of
    the title that ``url`` repeats is the headline, whatever else is a heading.
    """
    element = next((resolved(visible(title)) for title in tree.iter("title")), None)
    whole = [resolved(text) for text in (*heads, element) if text and text.strip()]
    stated = [text for title in whole if (text := without_site(title, sites)) and not _NO_TITLE.fullmatch(text)]
    headings = [
        (heading, shown)
        for heading in tree.iter("h1", "h2", "h3")
        if 2 < len(shown := _trimmed(resolved(visible(heading)))) <= _LONGEST
        and not any(bare(shown) == bare(name) for name in sites)
    ]
    # One word is a section; Chinese and Japanese titles have no spaces.
    runs = {bare(run) for title in whole for run in _runs(title) if " " in run or len(_UNSPACED.findall(run)) >= 6}
    path = _plain(urlsplit(url).path) if url else ""
    for heading, shown in headings:
        if bare(shown) in runs and len(_plain(shown)) >= _SHORTEST_SLUG and _plain(shown) in path:
            return shown, heading
    for heading, shown in headings:
        for text in stated:
            if heading.tag != "h3" and _agree(shown, text):
                # A kicker or a day that stands in the same element, before the headline, is not of it.
                return (text if _holds_more(shown, text) else shown), heading
    found = [(heading, shown) for heading, shown in headings if bare(shown) in runs and not _is_site(shown, sites)]
    if found:
        heading, shown = max(found, key=lambda one: len(bare(one[1])))
        return shown, heading
    first = next(((shown, heading) for heading, shown in headings if heading.tag == "h1"), None)
    title = next((text for text in stated if not any(bare(text) == bare(name) for name in sites)), None)
    if title is None and first is not None:
        return first
    return title, first[1] if first is not None else None


def _plain(text: str) -> str:
    """``text`` in the letters that addresses are written in."""
    for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.casefold().replace(letter, plain)
    return "".join(re.findall(r"[a-z0-9]", unicodedata.normalize("NFD", text)))


def _holds_more(shown: str, text: str) -> bool:
    """Whether a heading has a kicker, a day or a site before or behind the headline ``text``."""
    behind = shown[len(text) :] if shown.startswith(text) else ""
    return bare(shown).endswith(bare(text)) or _DIVIDER.match(behind) is not None


def _trimmed(shown: str) -> str:
    return re.sub(r"^[\[\]<>»›|/\s]+", "", shown)


def _agree(shown: str, stated: str) -> bool:
    one, other = set(re.findall(r"\w+", shown.casefold())), set(re.findall(r"\w+", stated.casefold()))
    return len(one & other) >= 0.6 * max(len(one), len(other), 1)


def _runs(title: str) -> Iterator[str]:
    """Every run of whole parts of ``title`` between dividers, itself among them."""
    dividers = list(_DIVIDER.finditer(title))[:8]
    starts = [0, *(divider.end() for divider in dividers)]
    ends = [*(divider.start() for divider in dividers), len(title)]
    for at, start in enumerate(starts):
        yield from (title[start:end] for end in ends[at:])


def without_site(title: str, sites: tuple[str, ...]) -> str:
    """``title`` without the name of its site before or behind a divider, and without what follows that name."""
    for name in sites:
        # The whole name first: it may have dividers of its own.
        at = title.rfind(name)
        before = title[:at].rstrip() if at > 0 and title.endswith(name) else ""
        if before and (divider := re.search(r"\s*(?:[|·•»«:–—-]|::)$", before)):
            title = before[: divider.start()]
    title = _JOINED_SITE.sub("", title)
    while True:
        dividers = list(_DIVIDER.finditer(title))
        if not dividers:
            return title
        first, last = dividers[0], dividers[-1]
        if _is_site(title[last.end() :], sites):
            title = title[: last.start()]
        elif _is_site(title[: first.start()], sites):
            title = title[first.end() :]
        else:
            break
    for one, other in pairwise(dividers):
        if any(bare(title[one.end() : other.start()]) == bare(name) for name in sites):
            return title[: one.start()]
    return title


def _is_site(part: str, sites: tuple[str, ...]) -> bool:
    return any(_site_like(part, name) for name in sites)


def _site_like(part: str, name: str) -> bool:
    one, other = bare(part), bare(name)
    return bool(one) and (
        one == other or (min(len(one), len(other)) >= 5 and (one in other or other in one) and len(part.split()) <= 6)
    )
