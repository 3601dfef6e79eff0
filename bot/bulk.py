"""``onrecord add``: any number of sources, each draft added, looked at for what is odd, and counted.

What a source holds is read as it is added, so a folder of a million files takes no more memory than one of ten.
"""

from __future__ import annotations

import gzip
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from index.archive import Archive
from index.errors import SourceError
from index.preview import Caution
from index.sources import Given, SourceSettings, read, read_bytes
from index.types import Added, Draft

TOGETHER = 32
"""Articles that are added at once: more are no faster, and what came before a failure should be in."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one draft."""

    added: Added | SourceError
    cautions: tuple[Caution, ...] = ()


@dataclass(slots=True)
class Report:
    """What became of all of them."""

    counts: Counter[str] = field(default_factory=Counter)
    """By status: ``added``, ``updated``, ``unchanged``, ``failed``."""
    odd: int = 0
    """Articles with a caution."""

    def count(self, outcome: Outcome) -> None:
        """One more."""
        self.counts["failed" if isinstance(outcome.added, SourceError) else outcome.added.status.value] += 1
        self.odd += bool(outcome.cautions)

    @property
    def words(self) -> str:
        """``3 added, 1 updated, 0 unchanged, 2 failed, 1 with warnings``."""
        parts = [f"{self.counts[name]:,} {name}" for name in ("added", "updated", "unchanged", "failed")]
        return ", ".join([*parts, f"{self.odd:,} with warnings"])


def outcomes(
    archive: Archive, sources: Sequence[str], given: Given, settings: SourceSettings, *, by: str | None
) -> Iterator[Outcome]:
    """What became of each draft of the sources, in order; many are embedded together, which is faster."""
    today = datetime.now(UTC).date().isoformat()
    drafts = _drafts(sources, given, settings)
    while batch := list(islice(drafts, TOGETHER)):
        added = iter(_together(archive, [draft for draft in batch if not isinstance(draft, SourceError)], by))
        for draft in batch:
            outcome = draft if isinstance(draft, SourceError) else next(added)
            if isinstance(outcome, SourceError):
                yield Outcome(outcome)
            else:
                yield Outcome(outcome, archive.cautions(outcome.article, today=today))


def _drafts(sources: Sequence[str], given: Given, settings: SourceSettings) -> Iterator[Draft | SourceError]:
    for source in sources:
        if source == "-":
            yield from read_bytes(sys.stdin.buffer.read(), "-", given)
        else:
            yield from read(source, given, settings=settings)


def _together(archive: Archive, drafts: list[Draft], by: str | None) -> list[Added | SourceError]:
    try:
        return list(archive.add_all(drafts, by=by))
    except SourceError:
        # A batch goes in whole or not at all, and one bad article must not keep the others out.
        return [_alone(archive, draft, by) for draft in drafts]


def _alone(archive: Archive, draft: Draft, by: str | None) -> Added | SourceError:
    try:
        return archive.add(draft, by=by)
    except SourceError as error:
        return error


def total(sources: Sequence[str]) -> int | None:
    """How many articles the sources seem to hold, for a progress bar; ``None`` where that is not known beforehand.

    A file of JSON lines counts its lines, a folder its files; nothing is read that adding would not read.
    """
    counts = [_count(Path(source)) for source in sources if source != "-" and "://" not in source]
    if len(counts) < len(sources) or None in counts:
        return None
    return sum(count for count in counts if count is not None)


def _files(folder: Path) -> Iterator[Path]:
    for at, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(at, name) for name in names if not name.startswith("."))


def _count(path: Path) -> int | None:
    name = path.name.lower()
    try:
        if path.is_dir():
            counts = list(map(_count, _files(path)))
            return None if None in counts else sum(count for count in counts if count is not None)
        if not path.is_file():
            return 1
        if name.endswith((".jsonl", ".ndjson")):
            with path.open("rb") as rows:
                return sum(1 for row in rows if row.strip())
        if name.endswith((".jsonl.gz", ".ndjson.gz")):
            with gzip.open(path, "rb") as rows:
                return sum(1 for row in rows if row.strip())
    except (OSError, EOFError, ValueError):
        return None  # what is wrong with it is said when it is read
    return 1
