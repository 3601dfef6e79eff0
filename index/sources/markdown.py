"""Markdown -> plain text with the same words: marks of emphasis, links, images and quotation go, paragraphs stay."""

from __future__ import annotations

import re

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ACTIVE = re.compile(r"<(script|style|iframe|noscript)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,500}>")
_ADDRESS_TAG = re.compile(r"<((?:https?://|mailto:)[^\s<>]+)>")
_IMAGE = re.compile(r"!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])?")
_LINK = re.compile(r"\[([^\[\]\n]+)\](?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\[[^\]\n]*\])")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]+\]:\s+\S.*$", re.MULTILINE)
_FOOTNOTE = re.compile(r"\[\^[^\]\n]+\]")
_EMPHASIS = (
    re.compile(r"(?<![\w*\\])(\*{1,3})(?=[^\s*])(.+?)(?<=[^\s*\\])\1(?![\w*])", re.DOTALL),
    re.compile(r"(?<![\w\\_])(_{1,3})(?=[^\s_])(.+?)(?<=[^\s_\\])\1(?![\w_])", re.DOTALL),
    re.compile(r"(?<!\\)(~~)(?=\S)(.+?)(?<=\S)\1", re.DOTALL),
)
_CODE = re.compile(r"(`+)(.+?)\1", re.DOTALL)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ITEM = re.compile(r"(?:[-*+]|\d{1,3}[.)])\s+")
_HEADING = re.compile(r"#{1,6}(?:\s+|$)")


def plain(markdown: str) -> str:
    """The words of ``markdown``: one paragraph, heading or list item a line, an empty line between two.

    A first-level heading at the top stays the first line, as titles do in plain text. Front matter stays.
    """
    markdown = markdown.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    front = _FRONT_MATTER.match(markdown)
    head, body = (front.group(), markdown[front.end() :]) if front else ("", markdown)
    body = _ACTIVE.sub("", _COMMENT.sub("", body))
    blocks = [_inline(block) for block in _blocks(_DEFINITION.sub("", body).split("\n"))]
    return head + "\n\n".join(block for block in blocks if block)


def _blocks(lines: list[str]) -> list[str]:
    blocks: list[str] = []
    open_block = False
    for line in lines:
        # Quotation marks of Markdown ("> ") go; a line of words after one continues its paragraph.
        words = re.sub(r"^(?:\s{0,3}>\s?)+", "", line).strip()
        if not words or re.fullmatch(r"(?:[-*_=]\s*){2,}|(?:```|~~~).*", words):
            open_block = False
        elif _HEADING.match(words):
            blocks.append(re.sub(r"\s+#+$", "", _HEADING.sub("", words)))
            open_block = False
        elif _ITEM.match(words) or not open_block:
            blocks.append(re.sub(r"^[-*+]\s+", "", words))
            open_block = True
        else:
            blocks[-1] += " " + words
    return blocks


def _inline(text: str) -> str:
    text = _IMAGE.sub("", text)
    text = _LINK.sub(r"\1", _LINK.sub(r"\1", text))
    text = _TAG.sub("", _ADDRESS_TAG.sub(r"\1", _FOOTNOTE.sub("", text)))
    text = _CODE.sub(r"\2", text)
    for mark in _EMPHASIS:
        text = mark.sub(r"\2", mark.sub(r"\2", text))
    return _ESCAPE.sub(r"\1", text).strip()


def heading(markdown: str) -> str | None:
    """The words of the first first-level heading, ``# …`` or underlined with ``=``: the title of the text."""
    body = _FRONT_MATTER.sub("", markdown.replace("\r\n", "\n"))
    found = re.search(r"^ {0,3}#[ \t]+(?P<hash>.+?)(?:[ \t]+#+)?[ \t]*$|^(?P<line>\S.*)\n=+[ \t]*$", body, re.MULTILINE)
    return None if found is None else (_inline(found["hash"] or found["line"]) or None)
