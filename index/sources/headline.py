"""A page's headline: the heading that its head's titles agree with, without the name of the site. Pure."""

from __future__ import annotations

import re
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


def site_names(outlets: Iterable[str | None], url: str | None) -> tuple[str, ...]:
    """What the site of ``url`` may be called in its titles: its ``outlets``, its host and parts of that."""
    host = re.sub(r"^www\.", "", urlsplit(url).hostname or "") if url else ""
    return tuple(name for name in (*outlets, host, host.rpartition(".")[0], host.split(".")[0]) if name)


def headline(
    tree: HtmlElement, heads: Iterable[str | None], sites: tuple[str, ...]
) -> tuple[str | None, HtmlElement | None]:
    """The headline as the page shows it and its heading, else the head's title without the site, and no heading.

    ``heads`` are titles stated in the head beside ``<title>``; ``sites`` is what the site may be called.
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
    for heading, shown in headings:
        for text in stated:
            if heading.tag != "h3" and _agree(shown, text):
                # A kicker or a day that stands in the same element, before the headline, is not of it.
                return (text if bare(shown).endswith(bare(text)) else shown), heading
    runs = {bare(run) for title in whole for run in _runs(title) if len(run.split()) > 1}
    found = [(heading, shown) for heading, shown in headings if bare(shown) in runs and not _is_site(shown, sites)]
    if found:
        heading, shown = max(found, key=lambda one: len(bare(one[1])))
        return shown, heading
    first = next(((shown, heading) for heading, shown in headings if heading.tag == "h1"), None)
    title = next((text for text in stated if not any(bare(text) == bare(name) for name in sites)), None)
    if title is None and first is not None:
        return first
    return title, first[1] if first is not None else None


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
