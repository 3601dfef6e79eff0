"""JSON lines in: each row is read on its own, so that a broken one spoils no other."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

from index.errors import ArchiveError

RowId = str | int | None


class BrokenRow(ArchiveError):
    """A row that cannot be used; ``id`` is the row's own, where it could be read."""

    def __init__(self, sentence: str, id: RowId = None) -> None:  # noqa: A002  # the key's name in the interface
        self.id = id
        super().__init__(sentence)


class NoBatch(ArchiveError):
    """The file of rows cannot be read."""


@dataclass(frozen=True, slots=True)
class Row:
    """One JSON object of a batch, with the place it came from."""

    place: str
    """``line 3 of questions.jsonl``: how a person finds it."""
    values: dict[str, Any]

    @property
    def id(self) -> RowId:
        """The row's own id; ``None`` when it has none."""
        found = self.values.get("id")
        return found if isinstance(found, str | int) else None

    def text(self, key: str) -> str:
        """The string under ``key``. Raises ``BrokenRow`` when there is none."""
        value = self.values.get(key)
        if not isinstance(value, str):
            raise self.broken(f"needs a string {key!r}")
        return value

    def optional(self, key: str) -> str | None:
        """The string under ``key``, or ``None`` where it is missing or null. Raises ``BrokenRow`` for another type."""
        return None if self.values.get(key) is None else self.text(key)

    def texts(self, key: str) -> tuple[str, ...]:
        """The strings of the list under ``key``, empty where it is missing. Raises ``BrokenRow`` for anything else."""
        value = self.values.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.broken(f"needs a list of strings in {key!r}")
        return tuple(value)

    def truth(self, key: str) -> bool:
        """The ``true`` or ``false`` under ``key``. Raises ``BrokenRow`` when there is neither."""
        value = self.values.get(key)
        if not isinstance(value, bool):
            raise self.broken(f"needs true or false in {key!r}")
        return value

    def offset(self, key: str) -> int:
        """The whole number from 0 on under ``key``. Raises ``BrokenRow`` when there is none."""
        value = self.values.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.broken(f"needs a whole number from 0 on in {key!r}")
        return value

    def day(self, key: str) -> str | None:
        """The ISO day under ``key``, or ``None``. Raises ``BrokenRow`` for anything that is not a day."""
        value = self.optional(key)
        try:
            return None if value is None else iso_day(value)
        except ValueError as error:
            raise self.broken(f"needs a day like 2023-10-13 in {key!r}") from error

    def broken(self, need: str) -> BrokenRow:
        """The failure of this row, which ``need`` completes to a sentence."""
        return BrokenRow(f"{self.place[:1].upper()}{self.place[1:]} {need}.", self.id)


def iso_day(text: str) -> str:
    """The day of an ISO date or time as ``YYYY-MM-DD``. Raises ``ValueError`` for anything else."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return datetime.fromisoformat(text).date().isoformat()


def rows(file: str) -> Iterator[Row | BrokenRow]:
    """The rows of ``file`` in order, blank lines left out; ``-`` is standard input, ``.gz`` is unpacked.

    Raises ``NoBatch`` when the file cannot be read.
    """
    try:
        if file == "-":
            yield from _rows(sys.stdin.buffer, "standard input")
        elif file.endswith(".gz"):
            with gzip.open(file, "rb") as packed:
                yield from _rows(packed, file)
        else:
            with open(file, "rb") as plain:
                yield from _rows(plain, file)
    except (OSError, EOFError) as error:
        raise NoBatch(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}.") from error


def _rows(lines: BinaryIO | gzip.GzipFile, name: str) -> Iterator[Row | BrokenRow]:
    for number, line in enumerate(lines, 1):
        place = f"line {number} of {name}"
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):  # not UTF-8, not JSON, or nested without end
            yield BrokenRow(f"L{place[1:]} is not JSON.")
            continue
        yield Row(place, values) if isinstance(values, dict) else BrokenRow(f"L{place[1:]} is not a JSON object.")
