"""JSONL rows -> drafts, line by line, so that one broken row or a file of any length stops nothing else."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from typing import IO, Any, cast

from index.errors import NotAnArticle, SourceError, TooLarge, Unreadable
from index.types import Draft

from .dates import iso_day
from .drafting import dated
from .given import Given, SourceSettings, megabytes

_GZIP = b"\x1f\x8b"


def read_jsonl(source: str, stream: IO[bytes], given: Given, settings: SourceSettings) -> Iterator[Draft | SourceError]:
    """A draft, or what is wrong, for every row of ``stream`` (plain or gzip): the row's text is taken as final.

    ``max_bytes`` holds for each row, not for the file.
    """
    try:
        given = dated(source, given)
    except SourceError as error:
        yield error
        return
    beginning = stream.read(2)
    rest = cast(IO[bytes], io.BufferedReader(_Prefixed(beginning, stream)))
    lines = cast(IO[bytes], gzip.GzipFile(fileobj=rest)) if beginning == _GZIP else rest
    number = 0
    rows = 0
    while True:
        number += 1
        try:
            line = lines.readline(settings.max_bytes + 1)
            if len(line) > settings.max_bytes:
                rows += 1
                yield TooLarge(
                    source,
                    f"Line {number} of {source} is over the limit of {megabytes(settings.max_bytes)} for one "
                    f"article; split it.",
                )
                while line and not line.endswith(b"\n"):
                    line = lines.readline(settings.max_bytes)
                continue
        except (EOFError, OSError, zlib.error):
            yield Unreadable(
                source, f"{source} is damaged after line {number - 1}; compress it again and add it again."
            )
            return
        if not line:
            break
        if line.strip():
            rows += 1
            try:
                yield _row(f"line {number} of {source}", line.removeprefix(b"\xef\xbb\xbf"), given)
            except SourceError as error:
                yield error
    if rows == 0:
        yield NotAnArticle(source, f'{source} has no rows; each line must be a JSON object with a "text".')


class _Prefixed(io.RawIOBase):
    """``stream`` with the bytes that were read from it to see what it is."""

    def __init__(self, beginning: bytes, stream: IO[bytes]) -> None:
        self._beginning = beginning
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._beginning[: len(buffer)] or self._stream.read(len(buffer))
        self._beginning = self._beginning[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def _row(where: str, line: bytes, given: Given) -> Draft:
    try:
        row = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(where, f"{_capital(where)} is not JSON in UTF-8; write one object a line.") from error
    if not isinstance(row, dict):
        raise Unreadable(where, f'{_capital(where)} is not a JSON object; write one object with a "text" a line.')
    text = row.get("text")
    if not isinstance(text, str) or not any(map(str.isalnum, text)):
        raise NotAnArticle(where, f'{_capital(where)} has no "text" with words in it; give the article\'s text there.')
    own_id = row.get("id")
    authors = row.get("authors") if row.get("authors") is not None else row.get("author")
    names = [authors] if isinstance(authors, str) else authors if isinstance(authors, list) else []
    stated = Given(
        title=_string(row.get("title")),
        outlet=_string(row.get("outlet")) or _string(row.get("publisher")),
        authors=tuple(name.strip() for name in names if isinstance(name, str) and name.strip()),
        date=iso_day(row["date"]) if isinstance(row.get("date"), str) else None,
        url=_string(row.get("url")),
    )
    said = given.or_else(stated)
    draft = Draft(
        text,
        said.title,
        said.outlet,
        said.authors,
        said.date,
        said.url,
        str(own_id)
        if isinstance(own_id, (str, int)) and not isinstance(own_id, bool) and str(own_id).strip()
        else None,
    )
    try:
        "\0".join(
            (text, draft.id or "", draft.title or "", draft.outlet or "", draft.url or "", *draft.authors)
        ).encode("utf-8")
    except UnicodeEncodeError as error:
        raise Unreadable(
            where, f"{_capital(where)} holds half a character (a lone surrogate); write the row again as UTF-8."
        ) from error
    return draft


def _capital(where: str) -> str:
    return where[0].upper() + where[1:]


def _string(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
