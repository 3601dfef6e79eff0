"""Elements of a page -> the words and lines that a reader sees. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from lxml.html import HtmlElement  # type: ignore[import-untyped, unused-ignore]

from .dates import slashes_begin_with_month, without_slashes

_HIDDEN = frozenset({"script", "style", "noscript", "template", "svg", "select", "textarea", "iframe", "head"})
BLOCKS = frozenset(
    "address article aside blockquote body br button center dd details div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr li main menu nav ol p pre section summary table tbody td tfoot th thead "
    "tr ul".split()
)
"""Elements that begin and end a line."""
_ELSEWHERE = re.compile(r"comment|sidebar|related|(?<!elementor-)widget|teaser|recommend|popular", re.I)
_OWN_FOOTER = re.compile(r"(?:post|entry|article|story)[_-]?footer")
_OTHERS = re.compile(r"comment|related|teaser|recommend|popular", re.I)


# What only screen readers say: "Post author", "Skip to content".
_SPOKEN = re.compile(
    r"(?:^|[\s_-])(?:screen-reader-text|sr-only|visually-?hidden|assistive-text|a11y)(?:$|[\s_-])", re.I
)


def bare(text: str) -> str:
    """The letters and digits of ``text``, without case."""
    return re.sub(r"[\W_]+", "", text.casefold())


def resolved(text: str) -> str:
    """Text of an attribute or JSON value: entities and tags that were left in it resolved, spaces collapsed."""
    return " ".join(re.sub(r"<[^>]*>", " ", unescape(unescape(text))).split())


def visible(element: HtmlElement, between: str = " ") -> str:
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


def without_spoken(element: HtmlElement) -> str:
    """The words in ``element`` without those that only screen readers say, spaces collapsed."""
    text = visible(element)
    for inner in element.iterdescendants():
        if isinstance(inner.tag, str) and _SPOKEN.search(inner.get("class") or ""):
            text = text.replace(visible(inner), " ", 1)
    return " ".join(text.split())


def is_aside(element: HtmlElement, *, footers: bool = True) -> bool:
    """Whether ``element`` itself says that it holds no part of the article: comments, margins, teasers, footers."""
    if element.tag in ("html", "body"):
        return False
    names = _names(element)
    if footers and (element.tag == "footer" or "footer" in _OWN_FOOTER.sub("", names.lower())):
        return True
    return element.tag == "aside" or _ELSEWHERE.search(names) is not None


def stands_aside(element: HtmlElement) -> bool:
    """Whether ``element``, or one that it stands in, says that it holds no part of the article."""
    return any(is_aside(holder) for holder in (element, *element.iterancestors()))


def is_of_others(element: HtmlElement) -> bool:
    """Whether ``element`` stands in a comment or in a pointer to another article."""
    return any(
        _OTHERS.search(_names(holder)) or "comment" in (holder.get("itemtype") or "").lower()
        for holder in (element, *element.iterancestors())
        if holder.tag not in ("html", "body")
    )


def _names(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


@dataclass(frozen=True, slots=True)
class View:
    """A page as a reader sees it: its lines in order, and where its elements stand among them."""

    lines: tuple[str, ...]
    """Text between two breaks, spaces collapsed; none is empty."""
    beside: frozenset[int]
    """Numbers of the lines in asides, those that hold the headline apart."""
    begins: dict[HtmlElement, int]
    """The number of the line that an element begins in or before."""
    asides: frozenset[HtmlElement]
    """The elements in asides."""
    headline: int | None
    """The number of the headline's line; ``None`` where no heading of the page is known as the headline."""
    month_first: bool | None = None
    """How the page orders day and month in slashed days; in ``lines`` they are resolved where this is known."""

    def near(self, element: HtmlElement) -> bool:
        """Whether ``element`` begins where by-lines and days of publication stand: around the headline."""
        at = self.begins.get(element)
        return at is not None and self.headline is not None and is_near(at, self.headline)


_BEFORE, _AFTER = 4, 16


def is_near(line: int, headline: int) -> bool:
    """Whether line number ``line`` stands where by-lines and days stand: a little before or after the headline."""
    return headline - _BEFORE <= line <= headline + _AFTER


def view(tree: HtmlElement, heading: HtmlElement | None) -> View:
    """The lines of the page ``tree``; ``heading`` is its headline's element. Without recursion: pages nest deep."""
    holders = set(heading.iterancestors()) | {heading} if heading is not None else set()
    # The article's own footer, where the page says which element is the article, is no footer of the site.
    home = next((holder for holder in holders if holder.tag in ("article", "main")), None)
    lines: list[str] = []
    pieces: list[str] = []
    beside: set[int] = set()
    begins: dict[HtmlElement, int] = {}
    asides: set[HtmlElement] = set()
    line_aside = False

    def flush() -> None:
        text = " ".join("".join(pieces).split())
        pieces.clear()
        if text:
            if line_aside:
                beside.add(len(lines))
            lines.append(text)

    waiting: list[tuple[HtmlElement | None, str, bool, bool]] = [(tree, "", False, False)]
    while waiting:
        node, text, aside, inside = waiting.pop()
        if node is None:
            # Text behind an element, or (where it is a break) the end of a block.
            if text == "\n":
                flush()
            else:
                if not pieces:
                    line_aside = aside
                pieces.append(text)
            continue
        if not isinstance(node.tag, str) or node.tag in _HIDDEN or _SPOKEN.search(node.get("class") or ""):
            continue
        if node.tag in BLOCKS:
            flush()
        inside = inside or node is home
        aside = aside or (node not in holders and is_aside(node, footers=not inside))
        begins[node] = len(lines)
        if aside:
            asides.add(node)
        if not pieces:
            line_aside = aside
        if node.text:
            pieces.append(node.text)
        if node.tag in BLOCKS:
            waiting.append((None, "\n", aside, inside))
        for child in reversed(node):
            if child.tail:
                waiting.append((None, child.tail.replace("\n", " "), aside, inside))
            waiting.append((child, "", aside, inside))
    flush()
    at = begins.get(heading) if heading is not None else None
    order = slashes_begin_with_month(lines, tree.get("lang") or tree.get("xml:lang") or "")
    if order is not None:
        lines = [without_slashes(line, month_first=order) for line in lines]
    return View(tuple(lines), frozenset(beside), begins, frozenset(asides), at, order)
