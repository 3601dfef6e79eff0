"""Files and folders -> bytes -> the reader that knows their kind."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from index.errors import NotAnArticle, SourceError, TooLarge, Unreadable
from index.types import Draft

from . import markdown
from .drafting import drafted
from .given import Given, SourceSettings, megabytes
from .html import read_html
from .jsonl import read_jsonl
from .pdf import read_pdf
from .text import decoded, is_binary, marked_encoding, unwrapped, web_codec

_KINDS = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".jsonl.gz": "jsonl",
    ".ndjson.gz": "jsonl",
}


def kind_by_name(name: str) -> str | None:
    """The kind that a file's ``name`` says it is, or ``None``."""
    lowered = name.lower()
    return next((kind for suffix, kind in _KINDS.items() if lowered.endswith(suffix)), None)


def read_path(path: Path, given: Given, settings: SourceSettings) -> Iterator[Draft | SourceError]:
    """Every article in the file or folder ``path``; what cannot become one is given as an error in its place."""
    try:
        if path.is_dir():
            yield from _read_folder(path, given, settings)
        else:
            yield from _read_file(path, given, settings)
    except (OSError, ValueError) as error:
        # ValueError: a NUL in the path.
        reason = (error.strerror if isinstance(error, OSError) else None) or "the name is not one that a file can have"
        yield Unreadable(str(path), f"{path} cannot be opened ({reason}); check the name and the rights to read it.")


def _read_folder(folder: Path, given: Given, settings: SourceSettings) -> Iterator[Draft | SourceError]:
    root = folder.resolve()
    empty = True
    for path in _files(folder):
        empty = False
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            yield Unreadable(
                str(path),
                f"{path} is a link that leads out of the folder; add the file that it leads to by its own name.",
            )
        else:
            yield from read_path(path, given, settings)
    if empty:
        yield NotAnArticle(str(folder), f"{folder} has no files in it; put articles there, or name another folder.")


def _files(folder: Path) -> Iterator[Path]:
    """Files below ``folder`` in order of their paths; what is hidden is left out, links to folders are not followed."""

    def unreadable(error: OSError) -> None:
        raise error

    for at, folders, names in os.walk(folder, followlinks=False, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(at, name)


def _read_file(path: Path, given: Given, settings: SourceSettings) -> Iterator[Draft | SourceError]:
    name = str(path)
    if not path.exists():
        yield Unreadable(name, f"There is no file or folder {name}; check the name.")
        return
    if not path.is_file():
        yield Unreadable(name, f"{name} is not a file or folder but a device or pipe; give a file.")
        return
    origin = str(path.resolve())
    with path.open("rb") as stream:
        if kind_by_name(path.name) == "jsonl":
            yield from read_jsonl(name, stream, given, settings)
            return
        data = stream.read(settings.max_bytes + 1)
        size = os.fstat(stream.fileno()).st_size
    if len(data) > settings.max_bytes:
        yield too_large(name, max(size, len(data)), settings)
        return
    for outcome in read_data(name, data, given, settings, kind=kind_by_name(path.name)):
        yield replace(outcome, origin=origin) if isinstance(outcome, Draft) else outcome


def read_data(
    name: str,
    data: bytes,
    given: Given,
    settings: SourceSettings,
    *,
    kind: str | None = None,
    url: str | None = None,
    charset: str | None = None,
) -> Iterator[Draft | SourceError]:
    """The articles in ``data``. Its first bytes overrule a ``kind`` that they cannot be; without one they decide."""
    if not data.strip():
        yield NotAnArticle(name, f"{name} is empty; give a file or page with an article in it.")
        return
    kind = _kind_by_content(data, kind)
    if kind == "jsonl":
        yield from read_jsonl(name, io.BytesIO(data), given, settings)
        return
    if len(data) > settings.max_bytes:
        yield too_large(name, len(data), settings)
        return
    try:
        if kind == "pdf":
            yield read_pdf(name, data, given, settings)
        elif kind == "html":
            yield read_html(name, data, given, url=url, charset=charset)
        else:
            text = _text(name, data, charset)
            page = Given(url=url)
            if kind == "markdown" or (kind is None and _is_markdown(text)):
                page = Given(title=markdown.heading(text), url=url)
                text = markdown.plain(text)
            else:
                text = unwrapped(text.replace("\r\n", "\n").replace("\r", "\n"))
            yield drafted(name, text, page, given)
    except SourceError as error:
        yield error


def too_large(name: str, size: int, settings: SourceSettings) -> TooLarge:
    """That ``name`` has ``size`` bytes, which is over the limit."""
    limit = megabytes(settings.max_bytes)
    return TooLarge(name, f"{name} has {megabytes(size)}, over the limit of {limit}; give the article alone.")


def _text(name: str, data: bytes, charset: str | None) -> str:
    codec = web_codec(charset)
    if codec and marked_encoding(data) is None and not is_binary(data):
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            return decoded(name, data)
    return decoded(name, data)


_PAGE = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*(?:<\?xml[^>]*>\s*)?(?:<!doctype html|<html|<head|<body|<article\b|<div\b|<p>)", re.I | re.S
)


def _kind_by_content(data: bytes, kind: str | None) -> str | None:
    if data[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    if kind is None and data[:2] == b"\x1f\x8b":
        return "jsonl"
    if kind is None:
        marked = marked_encoding(data)
        start = data[marked[1] if marked else 0 :][:4096]
        if _PAGE.match(start) or (marked and _PAGE.match(start.replace(b"\0", b""))):
            return "html"
        if re.match(rb"\s*\{\s*\"\w+\"\s*:", start):
            return "jsonl"
    return kind


def _is_markdown(text: str) -> bool:
    """Whether text of no stated kind opens as Markdown does, or has its links: then its marks are no words."""
    return re.match(r"\s*#{1,6} \S", text) is not None or re.search(r"\]\(https?://", text) is not None
