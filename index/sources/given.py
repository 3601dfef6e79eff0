"""What comes with a source from outside: what the person says about it, and the limits that hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Given:
    """What is said about an article: by the person who adds it, by its page, by its text. The person wins."""

    title: str | None = None
    outlet: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    """A day; written as ISO, ``2022/06/12`` or ``June 12, 2022``."""
    url: str | None = None

    def or_else(self, other: Given) -> Given:
        """What is said here, and where nothing is said, what ``other`` says."""
        return Given(
            title=self.title or other.title,
            outlet=self.outlet or other.outlet,
            authors=self.authors or other.authors,
            date=self.date or other.date,
            url=self.url or other.url,
        )


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """The limits a source must keep."""

    max_bytes: int = 10_000_000
    """Largest file, page, standard input or single JSONL row that is read."""
    max_pages: int = 300
    """Largest number of pages of a PDF: an article is shorter, and a book would block everybody for minutes."""
    max_redirects: int = 5
    timeout_seconds: float = 20.0
    """For one address, from the first look-up to the last byte, redirects included."""


def megabytes(count: int) -> str:
    """``count`` bytes as a person reads it: ``10 MB``, ``1.5 MB``, ``0.2 MB``."""
    return f"{count / 1_000_000:.1f}".removesuffix(".0") + " MB"
