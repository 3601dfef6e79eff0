"""A page -> the draft of its article: its main text (trafilatura), with what it says about itself. No network."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import trafilatura
from lxml.html import HtmlElement  # type: ignore[import-untyped, unused-ignore]
from trafilatura.settings import Document
from trafilatura.utils import load_html

from index.errors import NotAnArticle, Unreadable
from index.types import Draft

from .drafting import drafted
from .elements import bare, stands_aside, visible
from .given import Given
from .metadata import is_prose
from .page import page_says
from .paragraphs import mark_paragraphs
from .text import is_binary, marked_encoding, web_codec


def read_html(source: str, data: bytes, given: Given, *, url: str | None = None, charset: str | None = None) -> Draft:
    """The article of the page in ``data``, fetched from ``url`` with the HTTP header's ``charset``, if it was fetched.

    Raises ``Unreadable`` for what is no page, ``NotAnArticle`` for a page without an article.
    """
    url = url if url and _is_address(url) else None
    tree = _parsed(source, decoded_html(source, data, charset))
    page, desk = page_says(tree, url)
    draft = drafted(source, main_text(source, tree, url), page, given)
    return draft if draft.authors else replace(draft, authors=desk)


def read_fragment(source: str, fragment: str, given: Given, *, url: str | None = None) -> Draft:
    """The article of HTML that is its body alone, as feeds carry it: the text that its page at ``url`` gives, too.

    ``given`` is what the feed says about it. Raises ``Unreadable`` for what is no HTML, ``NotAnArticle`` for a
    fragment without an article.
    """
    page = f"<!DOCTYPE html><html><body><article>{fragment}</article></body></html>"
    return read_html(source, page.encode("utf-8", "ignore"), given, url=url, charset="utf-8")


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
    return visible(_parsed(source, decoded_html(source, data, charset)))


def _parsed(source: str, text: str) -> HtmlElement:
    tree = load_html(text)
    if tree is None:
        raise Unreadable(source, f"{source} cannot be read as HTML; save the page again as a whole, or add its text.")
    return tree


def main_text(source: str, tree: HtmlElement, url: str | None = None) -> str:
    """The article's paragraphs, one a line; ``tree`` is used up. Raises ``NotAnArticle`` where there are none."""
    mark_paragraphs(tree)
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
    return "\n".join(line for line in _with_other_parts(lines, blocks) if bare(line) not in pointers)


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
        text = " ".join(visible(element, "").split())
        if not text:
            continue
        links = sum(len(bare(visible(link, ""))) for link in element.iter("a"))
        parents = [parent for parent, _ in zip(element.iterancestors(), range(3), strict=False)]
        place = (str(element.tag), *(f"{parent.tag}.{parent.get('class') or ''}" for parent in parents))
        letters = bare(text)
        linked = links >= 0.95 * len(letters) and len(text.split()) >= 3 and not re.search(r"[.!?…。]['\"”’)]*$", text)
        blocks.append(_Block(text, letters, place, linked, element.tag == "p" and stands_aside(element)))
    return blocks


_SHORTEST_PART = 80  # characters: a paragraph of prose, not a label


def _with_other_parts(lines: list[str], blocks: list[_Block]) -> list[str]:
    """``lines`` with the paragraphs of a body that the page cuts in several containers, of which one was taken.

    Only paragraphs of prose that stand in containers of the very same tags and classes come in, in the page's order,
    and only between or after those already there.
    """
    places = {letters: at for at, line in enumerate(lines) if (letters := bare(line))}
    paragraphs = [block for block in blocks if block.place[0] == "p"]
    taken = [block for block in paragraphs if block.bare in places and len(block.text) >= _SHORTEST_PART]
    homes = Counter(block.place for block in taken)
    usual = {place for place, count in homes.items() if count >= 3 and any(part[-1] != "." for part in place[1:])}
    known = "".join(map(bare, lines))
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


def _is_address(url: str) -> bool:
    try:
        return bool(urlsplit(url).hostname)
    except ValueError:
        return False
