"""One article that a feed names, as a value: what `feeds.py` reads and the archive takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One article that a feed names."""

    key: str
    """16 hexadecimal digits that stand for the entry, whatever becomes of its text."""
    mark: str
    """16 more that change when what the feed says of it changes."""
    url: str | None
    title: str | None = None
    authors: tuple[str, ...] = ()
    day: str | None = None
    """ISO day, as it is written: in the zone of whoever wrote it."""
    content: str | None = None
    """The whole article as HTML, where the feed brings it along."""
