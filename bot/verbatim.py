r"""Escaping by which Discord *displays* exactly the characters of a text. Pure; held to it by a property test.

Discord shows a backslash before any sign that is neither a letter, a digit nor white space as that sign alone, before
it looks for anything else there. So one backslash before every sign that could begin something is enough:

    \ * _ ~ | `      emphasis, spoilers, code
    < > @ # : &      mentions, channels, timestamps, emoji, commands, autolinks, quotes, headings
    [ ]              links
    - + = 1. 1)      lists and small print, where a line begins

What no escaping can keep: Discord shows a tab as four spaces, every kind of line break as one, leaves out form feeds,
and cuts white space off the end of a message.
"""

from __future__ import annotations

import re
import unicodedata

from index.types import Span

_ANYWHERE = re.compile(r"[\\*_~|`<>@#:&\[\]]")
# A line is what any client might take for one: JavaScript's ^ also matches after U+2028 and U+2029.
_LINE_START = re.compile(r"((?:^|[\n\r\v\f\x85\u2028\u2029])[^\S\n\r\v\f\x85\u2028\u2029]*)(?:([-+=])|([0-9]+)([.)]))")
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def escape(text: str) -> str:
    """``text`` with a backslash before every sign that Discord could take for markup."""
    return _LINE_START.sub(_escaped_start, _ANYWHERE.sub(r"\\\g<0>", text))


def _escaped_start(found: re.Match[str]) -> str:
    before, sign, number, dot = found.groups()
    return f"{before}\\{sign}" if sign else f"{before}{number}\\{dot}"


def quoted(text: str, bold: Span | None = None) -> str:
    """``text`` escaped, as one block quote: its displayed words are ``text`` again, those of ``bold`` in bold.

    Nothing is bold where the words of ``bold`` begin or end with white space or take more than a line.
    """
    words = bold.of(text) if bold is not None else ""
    if bold is None or not words or words != words.strip() or len(words.splitlines()) > 1:
        escaped = escape(text)
    else:
        # What is escaped of a text's beginning is how the whole begins once it is escaped.
        whole, start, end = escape(text), len(escape(text[: bold.start])), len(escape(text[: bold.end]))
        # A client that reads the words in bold as a text of their own has a line begin there.
        strong = _LINE_START.sub(_escaped_start, whole[start:end])
        escaped = f"{whole[:start]}**{strong}**{whole[end:]}"
    return "> " + _LINE_BREAK.sub(r"\g<0>> ", escaped)


def struck(text: str) -> str:
    """``text`` as `quoted` gives it, struck through line by line: its displayed words are ``text`` again.

    White space at the ends of a line is not struck. Nor are tildes at its end, where the client would see the end of
    the stroke in the last of them.
    """
    parts = re.split(f"({_LINE_BREAK.pattern})", text)
    lines = [f"{part}> " if number % 2 else _struck_line(part) for number, part in enumerate(parts)]
    return "> " + "".join(lines)


def _struck_line(line: str) -> str:
    words = line.strip().rstrip("~").rstrip()
    if not words:
        return escape(line)
    start = len(line) - len(line.lstrip())
    return f"{line[:start]}~~{escape(words)}~~{escape(line[start + len(words) :])}"


def unquoted(block: str) -> str:
    """The words that `quoted` or `struck` made ``block`` of."""
    return _MARKED.sub(lambda found: found[1] or "", _QUOTE.sub(r"\1", block))


_QUOTE = re.compile(rf"(\A|{_LINE_BREAK.pattern})> ")
_MARKED = re.compile(r"\\([^0-9A-Za-z\s])|\*\*|~~")


def displayable(text: str) -> bool:
    """Whether Discord can carry these characters at all: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not _LONE_SURROGATE.search(text)


def label(text: str, limit: int) -> str:
    """A title, name or question as one safe line of at most ``limit`` characters before escaping.

    A label is not a quotation: white space is made even, characters that nobody sees or that turn the direction of
    what follows are left out, and what is too long is cut after a word and ends with ``…``.
    """
    return escape(plain_label(text, limit))


def plain_label(text: str, limit: int) -> str:
    """`label` for places where Discord reads no markup (choices, buttons): not escaped."""
    line = " ".join("".join(" " if c.isspace() else c for c in text if c.isspace() or _seen(c)).split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    # A word is only kept whole where that costs less than half of the line.
    at_word = cut.rfind(" ")
    return (cut[:at_word] if at_word > limit // 2 else cut).rstrip() + "…"


def size(text: str) -> int:
    """Length as Discord's strictest counter has it: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _seen(character: str) -> bool:
    # Cf holds the marks, overrides and isolates of direction; the two joiners belong to words and emoji.
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp") or character in "\u200c\u200d"
