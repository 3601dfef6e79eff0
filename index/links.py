"""A link that lands on the very words: the article's url with a text fragment (``#:~:text=``).

Every candidate is tried on the article's own text as a browser would search the page, and taken only when it finds
exactly the words it is for.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from index.sentences import paragraph_spans
from index.types import Article, Span

LONGEST_WHOLE = 40
"""Characters of a quotation that is written out first; a longer one is rather given by its first and last words, as
what is written out must stand in one block of the page, with nothing between that cleaning took away."""
_ENDS = (4, 6, 9, 14)
"""Words at each end of a long quotation, fewest first."""
_FEWEST_ENDS = (3, 2)
"""The same where those do not fit: a letter that is not Latin takes six to nine characters of a link."""
_AROUND = (3, 5, 8)
"""Words before or after a repeated quotation, fewest first."""
_MOST_REPEATS = 64
"""Of a long quotation's first words; beyond it the end is not looked for, as each repeat searches all the rest."""


@dataclass(frozen=True, slots=True)
class _Directive:
    """``text=[prefix-,]start[,end][,-suffix]``, each part a span of the article within one line."""

    start: Span
    end: Span | None = None
    prefix: Span | None = None
    suffix: Span | None = None

    def written(self, text: str) -> str:
        parts = [_encoded(self.start.of(text))]
        if self.prefix:
            parts.insert(0, _encoded(self.prefix.of(text)) + "-")
        if self.end:
            parts.append(_encoded(self.end.of(text)))
        if self.suffix:
            parts.append("-" + _encoded(self.suffix.of(text)))
        return ",".join(parts)

    def lands(self, text: str) -> bool:
        """Whether a search as browsers do it (whole words, any case, first match) finds exactly these words."""
        if self.end and text.lower().count(self.start.of(text).lower()) > _MOST_REPEATS:
            return False
        pattern = rf"(?P<words>{_pattern(self.start.of(text))}(?!\w)"
        if self.end:
            pattern += rf".*?(?<!\w){_pattern(self.end.of(text))}(?!\w)"
        pattern += ")"
        pattern = rf"(?<!\w){_pattern(self.prefix.of(text))}\s*{pattern}" if self.prefix else rf"(?<!\w){pattern}"
        if self.suffix:
            pattern += rf"\s*{_pattern(self.suffix.of(text))}(?!\w)"
        found = re.search(pattern, text, re.IGNORECASE | re.DOTALL)
        wanted = (self.start.start, (self.end or self.start).end)
        return found is not None and found.span("words") == wanted


def text_fragment_link(article: Article, span: Span, *, limit: int = 512) -> str | None:
    """Build the address of ``span`` in ``article``, of at most ``limit`` characters.

    The plain url where no fragment of that length singles the words out (the url itself may be longer). ``None``
    without a url, or with one that is not http(s) or has white space or control characters in it.
    Raises ``ValueError`` when the span reaches past the text.
    """
    article.words(span)
    if article.url is None or not _linkable(article.url):
        return None
    url = article.url.partition(":~:")[0].removesuffix("#")
    base = url + (":~:text=" if "#" in url else "#:~:text=")
    text = _as_shown(article.text)
    for directive in _directives(text, span):
        link = base + directive.written(text)
        if len(link) <= limit and directive.lands(text):
            return link
    return url


_TABLE_ROW = re.compile(r"^\|.*\|[^\S\n]*$", re.MULTILINE)


def _as_shown(text: str) -> str:
    """The text with a line for each cell of a table, as long as before: on the page a cell is a block of its own."""
    return _TABLE_ROW.sub(lambda row: row.group().replace("|", "\n"), text)


def _linkable(url: str) -> bool:
    if not url.isprintable() or any(c.isspace() for c in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.netloc)


def _directives(text: str, span: Span) -> Iterator[_Directive]:
    """Ways to point at ``span``: the shortest first, then with the words around it."""
    lines = paragraph_spans(text)
    pieces = [piece for line in lines if (piece := _whole_words(text, line, span))]
    if not pieces or not _encodable(span.of(text)):
        return
    bare = list(_without_context(text, pieces))
    yield from bare
    first, last = (next(line for line in lines if line.contains(piece)) for piece in (pieces[0], pieces[-1]))
    anywhere = Span(0, len(text))
    # First the words on the same line: between two lines the page may have what cleaning took away.
    for before, after in ((first, last), (anywhere, anywhere)):
        for directive in bare:
            stop = (directive.end or directive.start).end
            for count in _AROUND:
                prefix = _words_before(text, before, directive.start.start, count)
                suffix = _words_after(text, after, stop, count)
                for left, right in ((prefix, None), (None, suffix), (prefix, suffix)):
                    if (left or right) and all(_encodable(part.of(text)) for part in (left, right) if part):
                        yield _Directive(directive.start, directive.end, left, right)


def _without_context(text: str, pieces: list[Span]) -> Iterator[_Directive]:
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1 and len(first) <= LONGEST_WHOLE:
        yield _Directive(first)
    for count in (*_ENDS, *_FEWEST_ENDS):
        start = _first_words(text, first, count)
        end = _last_words(text, last, count)
        if start.end < end.start:
            yield _Directive(start, end)
    if len(pieces) == 1 and len(first) > LONGEST_WHOLE:
        yield _Directive(first)


def _whole_words(text: str, line: Span, span: Span) -> Span | None:
    """What of ``span`` lies on ``line``, from its first whole word to its last, without marks at the edges."""
    start, end = max(line.start, span.start), min(line.end, span.end)
    while start < end and start > line.start and not _edge(text, start):
        start += 1
    while end > start and end < line.end and not _edge(text, end):
        end -= 1
    while start < end and not _in_word(text[start]):
        start += 1
    while end > start and not _in_word(text[end - 1]):
        end -= 1
    return Span(start, end) if start < end else None


def _edge(text: str, at: int) -> bool:
    """Whether no word goes on across ``at``."""
    return not (_in_word(text[at - 1]) and _in_word(text[at]))


def _in_word(char: str) -> bool:
    return char == "_" or unicodedata.category(char)[0] in "LNM"


def _first_words(text: str, piece: Span, count: int) -> Span:
    words = list(re.finditer(r"\S+", piece.of(text)))[:count]
    return _stripped(text, Span(piece.start, piece.start + words[-1].end()))


def _last_words(text: str, piece: Span, count: int) -> Span:
    words = list(re.finditer(r"\S+", piece.of(text)))[-count:]
    return _stripped(text, Span(piece.start + words[0].start(), piece.end))


def _stripped(text: str, span: Span) -> Span:
    """``span`` without marks at its edges; itself where it holds nothing else."""
    start, end = span.start, span.end
    while start < end and not _in_word(text[start]):
        start += 1
    while end > start and not _in_word(text[end - 1]):
        end -= 1
    return Span(start, end) if start < end else span


def _words_before(text: str, within: Span, at: int, count: int) -> Span | None:
    """The last ``count`` words before ``at``, on their own line, with the marks between."""
    area = text[max(within.start, at - 400) : at].rstrip()
    end = max(within.start, at - 400) + len(area)
    area = area.splitlines()[-1] if area else ""
    words = list(re.finditer(r"\S+", area))
    if not words:
        return None
    chosen = words[-count:]
    return Span(end - len(area) + chosen[0].start(), end)


def _words_after(text: str, within: Span, at: int, count: int) -> Span | None:
    """The first ``count`` words after ``at``, on their own line, with the marks between."""
    area = text[at : min(within.end, at + 400)]
    start = at + len(area) - len(area.lstrip())
    area = (area.lstrip().splitlines() or [""])[0].rstrip()
    words = list(re.finditer(r"\S+", area))
    if not words:
        return None
    return Span(start, start + words[:count][-1].end())


def _pattern(words: str) -> str:
    return r"\s+".join(re.escape(word) for word in words.split())


def _encodable(words: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in words)


def _encoded(words: str) -> str:
    """Percent-encode all but ASCII letters and digits: ``-``, ``,`` and ``&`` mean something in a directive."""
    spaced = " ".join(words.split())
    encoded = quote(spaced, safe="")
    for kept in "-._~":
        encoded = encoded.replace(kept, f"%{ord(kept):02X}")
    return encoded
