"""Receipts small enough for a button's id, and the way back from one to the stored article."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from index.archive import Archive
from index.errors import NoSuchArticle
from index.types import Article, Receipt, Span

PATTERN = r"[A-Za-z0-9_-]{8}\.[0-9a-z]+\.[0-9a-z]+"
"""What ``str(Place)`` looks like."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand, and in which text of which article."""

    key: str
    """Hash of the article's id *and* text: after either changes, the place is not found rather than misread."""
    span: Span

    @classmethod
    def of(cls, receipt: Receipt) -> Place:
        """The place of a receipt."""
        return cls(key_of(receipt.article_id, receipt.sha256), receipt.span)

    @classmethod
    def parse(cls, written: str) -> Place:
        """Read what ``str`` wrote; ``ValueError`` for anything else."""
        key, start, length = written.split(".")
        first = int(start, 36)
        return cls(key, Span(first, first + int(length, 36)))

    def __str__(self) -> str:
        return f"{self.key}.{base36(self.span.start)}.{base36(len(self.span))}"


def key_of(article_id: str, sha256: str) -> str:
    """Eight characters that stand for one text of one article."""
    digest = hashlib.sha256(f"{sha256}\n{article_id}".encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest[:6]).decode()


class Keys:
    """Finds articles by key, each server's only in that server's archive; used on the thread that owns the archives."""

    def __init__(self) -> None:
        self._known: dict[int, dict[str, str]] = {}

    def find(self, server: int, archive: Archive, key: str) -> Article | None:
        """The article whose key is ``key``, as it is stored now; ``None`` when its text was changed or removed."""
        known = self._known.setdefault(server, {})
        if (article := self._stored(archive, known.get(key), key)) is not None:
            return article
        known.clear()
        known.update((key_of(article.id, article.sha256), article.id) for article in archive.articles())
        return self._stored(archive, known.get(key), key)

    def _stored(self, archive: Archive, article_id: str | None, key: str) -> Article | None:
        if article_id is None:
            return None
        try:
            article = archive.article(article_id)
        except NoSuchArticle:
            return None
        return article if key_of(article.id, article.sha256) == key else None


def base36(number: int) -> str:
    """A number from 0 on in the digits 0-9a-z, as ``int(…, 36)`` reads it."""
    return "".join(reversed(list(_digits(number)))) or "0"


def _digits(number: int) -> Iterator[str]:
    while number:
        number, digit = divmod(number, 36)
        yield "0123456789abcdefghijklmnopqrstuvwxyz"[digit]
