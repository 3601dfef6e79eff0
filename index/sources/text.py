"""Bytes -> text, by a byte order mark or UTF-8; hard-wrapped lines -> paragraphs. Pure."""

from __future__ import annotations

import codecs
import re

from index.errors import Unreadable

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def marked_encoding(data: bytes) -> tuple[str, int] | None:
    """The encoding that a byte order mark at the start of ``data`` names, and the mark's length."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    return None


# Python knows more: some decode no text ("hex"), and some let letters pass for others ("utf-7").
_WEB_CODEC = re.compile(
    r"utf-(?:8|16|32)|cp\d|windows|iso8859|iso2022_jp|koi8|big5|gb|euc_|shift_jis|johab|hz|tis|mac-|ascii|ptcp"
)


def web_codec(name: str | None) -> str | None:
    """The codec for an encoding that a server or page names, or ``None`` for what no page may be written in."""
    if name is None:
        return None
    try:
        found = codecs.lookup(name.strip().strip("\"'"))
    except (LookupError, ValueError):
        return None
    # The labels of the web are wider than Python's codecs of that name.
    if not _WEB_CODEC.match(found.name):
        return None
    return {"iso8859-1": "windows-1252", "ascii": "windows-1252", "gb2312": "gb18030", "gbk": "gb18030"}.get(
        found.name, found.name
    )


def decoded(source: str, data: bytes) -> str:
    """The text in ``data``: UTF-8, or what its byte order mark says. Never guessed: a wrong guess changes words.

    Raises ``Unreadable`` for anything else.
    """
    encoding, skipped = marked_encoding(data) or ("utf-8", 0)
    if skipped == 0 and is_binary(data):
        raise Unreadable(
            source, f"{source} is not text but a binary file; give a .txt, .md, .html, .pdf or .jsonl file."
        )
    try:
        text = data[skipped:].decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(
            source,
            f"{source} is not valid {encoding.upper()} (byte {skipped + error.start}); save it as UTF-8 text "
            f"and add it again.",
        ) from error
    if "\0" in text:
        raise Unreadable(
            source, f"{source} is not text but a binary file; give a .txt, .md, .html, .pdf or .jsonl file."
        )
    return text


def is_binary(data: bytes) -> bool:
    """Whether the start of ``data`` has bytes that no text has."""
    start = data[:4096]
    controls = sum(byte < 9 or 14 <= byte < 27 or 28 <= byte < 32 for byte in start)
    return b"\0" in start or controls > len(start) // 50


_BLOCKS = re.compile(r"\n[^\S\n]*\n+")
_NEW_LINE_STARTS = re.compile(r"[-*•–—>|#]\s|\d+[.)]\s|\S+:\s*$")
_STOP = re.compile(r"[.!?…:;]['\"”’“‘»)\]]*$")


def unwrapped(text: str) -> str:
    """``text`` with the lines of a paragraph joined where it was wrapped at a fixed width (e-mail, terminals, PDF).

    Text whose lines are whole paragraphs is given back as it is: lines are only joined when nearly all lines that
    have another after them in their block are of similar length and most of them stop in the middle of a sentence.
    """
    blocks = [[line.strip() for line in block.split("\n") if line.strip()] for block in _BLOCKS.split(text)]
    inner = [line for block in blocks for line in block[:-1] if len(line) > 40]
    if len(inner) < 3:
        return text
    widest = sorted(len(line) for line in inner)[-max(1, len(inner) // 10)]
    open_ended = sum(not _STOP.search(line) for line in inner)
    even = sum(len(line) >= widest * 0.75 for line in inner)
    if widest > 130 or open_ended < 0.6 * len(inner) or even < 0.6 * len(inner):
        return text
    return "\n\n".join("\n".join(_joined(block, widest)) for block in blocks if block)


def _joined(block: list[str], width: int) -> list[str]:
    lines = [block[0]]
    last = block[0]
    for line in block[1:]:
        ends_early = len(last) < width * 0.6 or (len(last) < width * 0.85 and _STOP.search(last))
        if ends_early or _NEW_LINE_STARTS.match(line):
            lines.append(line)
        elif re.search(r"[^\W\d_]-$", last) and line[0].islower():
            # A hyphen at the edge is the typesetter's unless the word is written with one anyway, which only a
            # dictionary would tell; PDF and print set far more of the first kind.
            lines[-1] = lines[-1][:-1] + line
        else:
            lines[-1] += " " + line
        last = line
    return lines
