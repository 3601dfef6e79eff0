"""Where articles come from: text, Markdown, HTML, PDF and JSONL files, folders, standard input and addresses.

    source -> bytes (files.py, url.py) -> text + what its page says (html, pdf, markdown) -> draft (drafting.py)

``drafting`` reads what the text tells about itself (metadata.py) and cleans it (clean.py): once, and then it is final.

The readers are imported when something is read: their libraries take a second, and ``onrecord list`` reads nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import SourceError
from index.types import Draft

from .given import Given, SourceSettings

if TYPE_CHECKING:
    from .url import Fetch

__all__ = ["Given", "SourceSettings", "read", "read_bytes"]

_NOTHING_GIVEN = Given()
_DEFAULTS = SourceSettings()
_MEDIA_KINDS = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
    "text/markdown": "markdown",
    "application/pdf": "pdf",
}


def read(
    source: str,
    given: Given = _NOTHING_GIVEN,
    *,
    settings: SourceSettings = _DEFAULTS,
    fetch: Fetch | None = None,
) -> Iterator[Draft | SourceError]:
    """Every article of ``source``: a file, a folder (with all below it), or an ``http(s)`` address.

    What cannot become an article is given as a ``SourceError`` in its place, so that the others still go in; nothing
    is raised. ``given`` holds for each article and wins. ``fetch`` replaces the network.
    """
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", source):
        from .url import fetch as over_the_network

        yield from _read_url(source, given, settings, fetch or partial(over_the_network, settings=settings))
    else:
        from .files import read_path

        yield from read_path(Path(source), given, settings)


def _read_url(url: str, given: Given, settings: SourceSettings, get: Fetch) -> Iterator[Draft | SourceError]:
    from .files import kind_by_name, read_data

    try:
        page = get(url)
    except SourceError as error:
        yield error
        return
    kind = _MEDIA_KINDS.get(page.media_type) or kind_by_name(page.url.partition("?")[0])
    yield from read_data(url, page.body, given, settings, kind=kind, url=page.url, charset=page.charset)


def read_bytes(
    data: bytes, name: str, given: Given = _NOTHING_GIVEN, *, settings: SourceSettings = _DEFAULTS
) -> Iterator[Draft | SourceError]:
    """Every article in ``data``: standard input or an attachment.

    ``name`` ("notes.md", "standard input") names it in errors, and tells its kind where it has a known ending; else
    the content decides. What cannot become an article is given as a ``SourceError``; nothing is raised.
    """
    from .files import kind_by_name, read_data

    yield from read_data(name, data, given, settings, kind=kind_by_name(name))
