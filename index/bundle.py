"""A whole archive as one file: a zip of JSON lines and a manifest with a version, and size and SHA-256 of each file.

What goes along is a list of parts (`PARTS`). A feature that keeps something worth taking along writes two functions,
one that gives its rows and one that puts such rows in, and adds a line with them to `PARTS`; nothing else knows of it.
Articles are not in that list, for they are indexed on their way in; vectors of their texts come along where wished.

Not in it are persons: neither who subscribed nor who judged what; and no path of the machine it was made on. The log
names who made a change, so it is only there where it is asked for; it is to be read, and is not imported.

A file that comes in may be anybody's. It is never unpacked to the disk, no name in it is used as a path, and no more
is read of it than `Limits` allow, whatever it says about its own size.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import struct
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.audit import Action, Entry
from index.errors import ArchiveError, BundleError
from index.feedback import Calibrated, Complaint, Feedback
from index.golden import Golden
from index.overrides import Fix, Override, value_of
from index.server_settings import SNOWFLAKE, ServerSettings
from index.settings import ServerDefaults
from index.store import Generation, Store
from index.types import Article, Draft, Filters, Receipt, Span

Json = dict[str, Any]

FORMAT = "onrecord archive"
VERSION = 1
"""Raised when an older onrecord could not read a newer file any more. Another part alone does not raise it."""

MANIFEST = "manifest.json"
ARTICLES = "articles.jsonl"
VECTORS = "vectors.bin"
KEY = 16
"""Bytes of a vector's key, which stands before each vector."""
_NAME = re.compile(r"[a-z][a-z_]{0,40}\.(?:jsonl|bin)")
_CHUNK = 1 << 20
_BREAKS = (zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError, struct.error)
"""What the zip library raises for one that is broken: a stream that breaks off, a compression that we never write, a
password, a place before the beginning. (Found by changing and cutting single bytes.)"""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read, in bytes when unpacked."""

    total: int = 2 << 30
    """Some 40,000 articles: one of news takes 50 kB, nearly all of it vectors (measured over 200)."""
    line: int = 20_000_000
    """Twice the largest article that is read from anywhere, for JSON escapes."""
    manifest: int = 1 << 20
    files: int = 100


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of the rows of one part."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    """Those that mean nothing in this archive, such as a channel of another server."""

    @property
    def changed(self) -> bool:
        """Whether anything is another than before."""
        return bool(self.added or self.updated)


@dataclass(frozen=True, slots=True)
class Into:
    """What rows are put into."""

    own: bool
    """Whether the file was made of an archive of this very name: else ids of channels and roles mean nothing here."""
    by: str | None
    """Who imports, for the log."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that goes along with the articles."""

    name: str
    """Lower-case letters and underscores: the file is called so, with ``.jsonl``."""
    dump: Callable[[Store], Iterable[Json]]
    """The rows, read inside the snapshot of an export."""
    load: Callable[[Store, Sequence[Json], Into], Merged] | None
    """Puts rows in, inside the transaction of an import; may raise ``KeyError``, ``TypeError`` or ``ValueError`` for
    rows that cannot be. ``None``: only to be read."""
    only_if_asked: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What an export holds."""

    file: str
    bytes: int
    rows: Mapping[str, int]
    """How many articles there are, and rows of each part."""
    vectors: int


@dataclass(frozen=True, slots=True)
class Bundle:
    """A file that was read and found whole."""

    file: str
    archive: str
    """The name of the archive it was made of."""
    drafts: tuple[Draft, ...]
    parts: Mapping[str, Sequence[Json]]
    skipped: tuple[str, ...]
    """Names of files in it that are not imported."""
    model: str | None = None
    """What made the vectors."""
    vectors: Mapping[bytes, NDArray[np.float16]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    parts: Mapping[str, Merged]
    """By the name of the part; ``articles`` first."""
    skipped: tuple[str, ...]
    vectors: int
    """How many vectors were taken from the file."""
    embedded: int
    """How many texts had to be embedded anew."""


# --- out


def write(
    store: Store, file: Path, *, name: str, made_by: str, served: Generation | None, vectors: bool, log: bool
) -> Written:
    """Write everything of the archive ``name`` into ``file``, in place of what is there, once it is whole.

    To be called inside a snapshot. Raises ``OSError``.
    """
    descriptor, temporary = tempfile.mkstemp(dir=file.absolute().parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
                writer = _Writer(archive)
                writer.lines(ARTICLES, (_article_row(article) for article in store.articles()))
                for part in PARTS:
                    if log or not part.only_if_asked:
                        writer.lines(f"{part.name}.jsonl", part.dump(store))
                if vectors and served is not None:
                    writer.vectors(store.vectors_by_key(served))
                manifest = {
                    "format": FORMAT, "version": VERSION, "made_by": made_by,
                    "made_at": datetime.now(UTC).isoformat(timespec="seconds"), "archive": name,
                    "model": served.model if served else None, "files": writer.files,
                }  # fmt: skip
                archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    rows = {filed.removesuffix(".jsonl"): known["rows"] for filed, known in writer.files.items() if filed != VECTORS}
    return Written(str(file), file.stat().st_size, rows, writer.files.get(VECTORS, {"rows": 0})["rows"])


class _Writer:
    """Writes files into a zip and keeps what the manifest says of them."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.files: dict[str, Json] = {}

    def lines(self, name: str, rows: Iterable[Json]) -> None:
        self._write(name, ((json.dumps(row, ensure_ascii=False) + "\n").encode() for row in rows))

    def vectors(self, rows: Iterable[tuple[bytes, bytes]]) -> None:
        self._write(VECTORS, (key + vector for key, vector in rows), zipfile.ZIP_STORED)

    def _write(self, name: str, rows: Iterable[bytes], compression: int = zipfile.ZIP_DEFLATED) -> None:
        digest, size, count = hashlib.sha256(), 0, 0
        info = zipfile.ZipInfo(name)  # with the same day for all: when it was made stands in the manifest
        info.compress_type = compression
        with self._archive.open(info, "w", force_zip64=True) as stream:
            for row in rows:
                stream.write(row)
                digest.update(row)
                size, count = size + len(row), count + 1
        self.files[name] = {"sha256": digest.hexdigest(), "bytes": size, "rows": count}


def _article_row(article: Article) -> Json:
    return {
        "id": article.id, "url": article.url, "title": article.title, "outlet": article.outlet,
        "authors": list(article.authors), "date": article.date, "text": article.text,
    }  # fmt: skip


# --- in


def read(file: Path, limits: Limits = Limits()) -> Bundle:
    """Read the whole of ``file`` and hold it to its manifest; nothing is changed by that.

    Raises ``BundleError`` for what is no export, is damaged, too large, or of a newer onrecord; ``OSError`` for a file
    that cannot be opened.
    """
    with file.open("rb") as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                return _Reader(str(file), archive, limits).bundle()
        except zipfile.BadZipFile as error:
            raise BundleError(f"{file} is not an export of onrecord, or it is damaged ({error}).") from error
        except _BREAKS as error:
            raise BundleError(f"{file} is damaged; export it again.") from error


class _Reader:
    def __init__(self, file: str, archive: zipfile.ZipFile, limits: Limits) -> None:
        self._file = file
        self._archive = archive
        self._limits = limits
        self._left = limits.total

    def bundle(self) -> Bundle:
        names = [info.filename for info in self._archive.infolist()]
        if MANIFEST not in names:
            raise BundleError(f"{self._file} is not an export of onrecord: it has no {MANIFEST}.")
        if len(set(names)) != len(names) or len(names) > self._limits.files:
            raise self._damaged("it holds a file twice, or too many")
        manifest = self._manifest()
        files = manifest["files"]
        if ARTICLES not in files or not set(files) <= set(names):
            raise self._damaged("it lacks a file that its manifest names")
        known = {f"{part.name}.jsonl": part for part in PARTS if part.load is not None}
        read: dict[str, list[Json]] = {}
        vectors: dict[bytes, NDArray[np.float16]] = {}
        for name, stated in files.items():
            if name == VECTORS:
                vectors = self._vectors(stated)
            elif name == ARTICLES or name in known:
                read[name] = list(self._lines(name, stated))
        drafts = tuple(self._draft(number, row) for number, row in enumerate(read.pop(ARTICLES), 1))
        if len({draft.id for draft in drafts}) != len(drafts):
            raise self._damaged(f"{ARTICLES} has an article twice")
        skipped = sorted(name for name in set(names) - {MANIFEST, ARTICLES, VECTORS} if name not in read)
        parts = {known[name].name: rows for name, rows in read.items()}
        return Bundle(self._file, manifest["archive"], drafts, parts, tuple(skipped), manifest["model"], vectors)

    def _damaged(self, why: str) -> BundleError:
        return BundleError(f"{self._file} is damaged ({why}); export it again.")

    def _manifest(self) -> Json:
        data = b"".join(self._chunks(MANIFEST, self._limits.manifest))
        manifest = self._parsed(MANIFEST, data)
        if manifest.get("format") != FORMAT or type(manifest.get("version")) is not int:
            raise BundleError(f"{self._file} is not an export of onrecord.")
        if manifest["version"] > VERSION:
            raise BundleError(f"{self._file} was written by a newer onrecord; upgrade this one, then import it.")
        files = manifest.get("files")
        sound = (
            isinstance(files, dict)
            and all(_NAME.fullmatch(name) and _stated(about) for name, about in files.items())
            and isinstance(manifest.get("archive"), str)
            and isinstance(manifest.get("model"), str | None)
        )
        if manifest["version"] < 1 or not sound:
            raise self._damaged(f"{MANIFEST} does not say what it should")
        return manifest

    def _chunks(self, name: str, most: int) -> Iterator[bytes]:
        """What a file holds when unpacked, up to ``most`` bytes. What it says about its own size does not count."""
        with self._archive.open(name) as stream:
            while chunk := stream.read(min(_CHUNK, most + 1)):
                most -= len(chunk)
                self._left -= len(chunk)
                if most < 0:
                    raise self._damaged(f"{name} is larger than it may be")
                if self._left < 0:
                    raise BundleError(
                        f"{self._file} is larger than the {self._limits.total >> 20:,} MiB that are read of one file."
                    )
                yield chunk

    def _whole(self, name: str, stated: Json) -> Iterator[bytes]:
        """The same, held to the size and the hash that the manifest gives."""
        digest, size = hashlib.sha256(), 0
        for chunk in self._chunks(name, stated["bytes"]):
            digest.update(chunk)
            size += len(chunk)
            yield chunk
        if (digest.hexdigest(), size) != (stated["sha256"], stated["bytes"]):
            raise self._damaged(f"{name} is not what {MANIFEST} says")

    def _lines(self, name: str, stated: Json) -> Iterator[Json]:
        rest, count = b"", 0
        for chunk in self._whole(name, stated):
            *lines, rest = (rest + chunk).split(b"\n")
            if len(rest) > self._limits.line:
                raise self._damaged(f"a line of {name} is larger than it may be")
            for line in lines:
                count += 1
                yield self._parsed(f"line {count} of {name}", line)
        if rest or count != stated["rows"]:
            raise self._damaged(f"{name} has not the lines it should have")

    def _parsed(self, where: str, data: bytes) -> Json:
        try:
            value = json.loads(data.decode("utf-8"), parse_constant=_no_number)
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # half a character cannot be stored
        except (ValueError, RecursionError) as error:
            raise self._damaged(f"{where} is not JSON in UTF-8") from error
        if not isinstance(value, dict):
            raise self._damaged(f"{where} is not an object")
        return value

    def _draft(self, number: int, row: Json) -> Draft:
        try:
            return _draft(row)
        except (KeyError, TypeError, ValueError) as error:
            raise self._damaged(f"line {number} of {ARTICLES} is not an article") from error

    def _vectors(self, stated: Json) -> dict[bytes, NDArray[np.float16]]:
        rows = stated["rows"]
        if not rows and not stated["bytes"]:
            return {}
        if not rows or stated["bytes"] % rows or (stated["bytes"] // rows - KEY) % 2 or stated["bytes"] // rows <= KEY:
            raise self._damaged(f"{VECTORS} has not the size it should have")
        width, found, rest = stated["bytes"] // rows, {}, b""
        for chunk in self._whole(VECTORS, stated):
            data = rest + chunk
            whole = len(data) - len(data) % width
            for start in range(0, whole, width):
                vector = np.frombuffer(data, np.float16, (width - KEY) // 2, start + KEY)
                found[data[start : start + KEY]] = vector.copy()
            rest = data[whole:]
        return found


def _stated(about: Any) -> bool:
    """Whether the manifest says of a file what it should."""
    return (
        isinstance(about, dict)
        and isinstance(about.get("sha256"), str)
        and all(type(about.get(name)) is int and about[name] >= 0 for name in ("bytes", "rows"))
    )


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _draft(row: Json) -> Draft:
    stated = {name: row[name] for name in ("id", "url", "title", "outlet", "date", "text")}
    authors = row["authors"]
    if not isinstance(authors, list) or not all(isinstance(name, str) for name in authors):
        raise TypeError("authors are names")
    if not all(isinstance(value, str | None) for value in stated.values()) or not stated["id"] or not stated["text"]:
        raise TypeError("an article has an id and a text")
    if stated["date"] is not None and date.fromisoformat(stated["date"]).isoformat() != stated["date"]:
        raise ValueError("a day is written like 2023-10-13")
    return Draft(**stated, authors=tuple(authors))


def load(store: Store, bundle: Bundle, into: Into) -> dict[str, Merged]:
    """Put everything but the articles in; to be called inside the transaction of an import. Raises ``BundleError``."""
    merged: dict[str, Merged] = {}
    for part in PARTS:
        if part.load is not None and part.name in bundle.parts:
            try:
                merged[part.name] = part.load(store, bundle.parts[part.name], into)
            except (KeyError, TypeError, ValueError, ArchiveError) as error:
                raise BundleError(f"{bundle.file} holds {part.name} that cannot be; nothing was imported.") from error
    return merged


def agreeing(given: Mapping[bytes, NDArray[np.float16]], made: Mapping[bytes, NDArray[np.float32]]) -> bool:
    """Whether the vectors in a file are by the model at hand: some that were ``made`` of their texts are the same.

    A cosine of .999: a vector comes back from 16 bits with one of .99999 and more, whereas another model's has no
    reason to be anywhere near 1.
    """
    for key, vector in made.items():
        other = given[key].astype(np.float32)
        if other.shape != vector.shape or not np.isfinite(other).all():
            return False
        if float(other @ vector) < 0.999 * float(np.linalg.norm(other) * np.linalg.norm(vector)):
            return False
    return True


# --- what goes along


def _dump_settings(store: Store) -> Iterator[Json]:
    for key, value in store.server_settings(ServerDefaults()).stored().items():
        yield {"key": key, "value": value}


def _load_settings(store: Store, rows: Sequence[Json], into: Into) -> Merged:
    known = {each.name: each for each in fields(ServerSettings)}
    table = store.server_settings(ServerDefaults())
    before, found = table.stored(), dict[str, Any]()
    for row in rows:
        setting = known.get(row["key"])
        if setting is not None and (into.own or setting.metadata.get("within") != SNOWFLAKE):
            value: Any = row["value"]
            given: dict[str, Any] = {setting.name: tuple(value) if isinstance(value, list) else value}
            ServerSettings(**given)  # raises for what cannot be
            found[setting.name] = value
    changed = {name: value for name, value in found.items() if before.get(name) != value}
    table.put(changed)
    if changed:
        after = {name: before.get(name) for name in changed}
        store.log.note(Action.SETTINGS, ", ".join(changed), by=into.by, before=after, after=changed)
    new = sum(name not in before for name in changed)
    return Merged(new, len(changed) - new, len(found) - len(changed), len(rows) - len(found))


def _dump_calibration(store: Store) -> Iterator[Json]:
    if (own := store.calibrated()) is not None:
        yield asdict(own)


def _load_calibration(store: Store, rows: Sequence[Json], into: Into) -> Merged:
    if not rows:
        return Merged()
    (row,) = rows
    own = Calibrated(float(row["threshold"]), float(row["risk"]), int(row["labels"]), str(row["at"]), str(row["scale"]))
    if not 0 <= own.threshold <= 1:
        raise ValueError("a threshold is in [0, 1]")
    before = store.calibrated()
    if before == own:
        return Merged(unchanged=1)
    store.put_calibrated(own)
    store.log.note(
        Action.THRESHOLD, f"threshold {own.threshold:.2f}", by=into.by,
        before=asdict(before) if before else None, after=asdict(own),
    )  # fmt: skip
    return Merged(updated=1) if before else Merged(added=1)


def _dump_feedback(store: Store) -> Iterator[Json]:
    for one in store.feedback():
        yield _feedback_row(one)


def _feedback_row(one: Feedback) -> Json:
    """A judgement without whoever made it."""
    receipt = one.receipt
    return {
        "question": one.question, "standalone": one.standalone, "article_id": receipt.article_id,
        "sha256": receipt.sha256, "start": receipt.span.start, "end": receipt.span.end, "score": one.score,
        "right": one.right, "complaint": one.complaint and one.complaint.value, "at": one.at, "scale": one.scale,
        "words": one.words,
    }  # fmt: skip


def _load_feedback(store: Store, rows: Sequence[Json], into: Into) -> Merged:
    # Judgements have no name; those that are here already are told by all they say, as often as they are said.
    here = Counter(_told(_feedback_row(one)) for one in store.feedback())
    added = 0
    for count, row in enumerate(rows):
        given = _feedback_of(row, count)
        told = _told(_feedback_row(given))
        if here[told] > 0:
            here[told] -= 1
        else:
            store.put_feedback(given)
            added += 1
    return Merged(added, unchanged=len(rows) - added)


def _told(row: Json) -> str:
    return json.dumps(row, sort_keys=True)


def _feedback_of(row: Json, count: int) -> Feedback:
    texts = [row[name] for name in ("question", "standalone", "article_id", "sha256", "at", "scale")]
    if not all(isinstance(text, str) for text in texts) or not isinstance(row["words"], str | None):
        raise TypeError("what was asked is text")
    if type(row["right"]) is not bool:
        raise TypeError("it is right or it is not")
    receipt = Receipt(row["article_id"], row["sha256"], Span(int(row["start"]), int(row["end"])))
    # Some name each must have, or of two people's judgements of one pair only the last would stay.
    nobody = hashlib.sha256(f"{count} {_told(row)}".encode()).hexdigest()[:16]
    return Feedback(
        row["question"], row["standalone"], receipt, float(row["score"]), row["right"],
        row["complaint"] and Complaint(row["complaint"]), row["at"], nobody, row["scale"], row["words"],
    )  # fmt: skip


def _dump_golden(store: Store) -> Iterator[Json]:
    for one in store.golden.all():
        receipt, filters = one.receipt, one.filters
        yield {
            "question": one.question, "article_id": receipt.article_id, "sha256": receipt.sha256,
            "start": receipt.span.start, "end": receipt.span.end, "quote": one.quote, "speaker": filters.speaker,
            "outlet": filters.outlet, "since": filters.since, "until": filters.until,
            "exclude": sorted(filters.exclude), "asked_on": one.asked_on, "at": one.at,
        }  # fmt: skip


def _load_golden(store: Store, rows: Sequence[Json], into: Into) -> Merged:
    here = {(one.question, one.receipt.article_id, one.quote) for one in store.golden.all()}
    added = 0
    for row in rows:
        given = Golden(
            str(row["question"]),
            Receipt(str(row["article_id"]), str(row["sha256"]), Span(int(row["start"]), int(row["end"]))),
            str(row["quote"]),
            Filters(row["speaker"], row["outlet"], row["since"], row["until"], frozenset(map(str, row["exclude"]))),
            row["asked_on"], at=str(row["at"]),
        )  # fmt: skip
        if (given.question, given.receipt.article_id, given.quote) not in here:
            store.golden.add(given)
            subject = given.receipt.article_id
            store.log.note(Action.GOLDEN, f"added: {given.question}", by=into.by, subject=subject)
            added += 1
    return Merged(added, unchanged=len(rows) - added)


def _dump_overrides(store: Store) -> Iterator[Json]:
    for one in store.overrides.all():
        yield {
            "article_id": one.article_id, "sha256": one.sha256, "start": one.span.start, "end": one.span.end,
            "words": one.words, "fix": one.fix.value, "name": one.name, "role": one.role, "at": one.at,
        }  # fmt: skip


def _load_overrides(store: Store, rows: Sequence[Json], into: Into) -> Merged:
    here = {one.key: one for one in store.overrides.all()}
    added = updated = 0
    for row in rows:
        given = Override(
            str(row["article_id"]), str(row["sha256"]), Span(int(row["start"]), int(row["end"])), str(row["words"]),
            Fix(row["fix"]), row["name"], row["role"],
        )  # fmt: skip
        before = here.get(given.key)
        if before is not None and (before.fix, before.name, before.role) == (given.fix, given.name, given.role):
            continue
        replaced = store.overrides.put(given, str(row["at"]))
        added, updated = added + (replaced is None), updated + (replaced is not None)
        words = f"imported: {given.fix.value}" + (f" {given.name}" if given.name else "")
        store.log.note(
            Action.OVERRIDE, words, by=into.by, subject=given.article_id,
            before=value_of(replaced) if replaced else None, after=value_of(given),
        )  # fmt: skip
    return Merged(added, updated, len(rows) - added - updated)


def _dump_log(store: Store) -> Iterator[Json]:
    for entry in reversed(store.log.entries()):
        yield _entry_row(entry)


def _entry_row(entry: Entry) -> Json:
    """An entry without the texts that would be needed to undo it."""
    return {
        "id": entry.id, "at": entry.at, "by": entry.by, "action": entry.action.value, "subject": entry.subject,
        "words": entry.words, "after": entry.after and dict(entry.after), "undone_by": entry.undone_by,
    }  # fmt: skip


PARTS: tuple[Part, ...] = (
    Part("settings", _dump_settings, _load_settings),
    Part("calibration", _dump_calibration, _load_calibration),
    Part("golden", _dump_golden, _load_golden),
    Part("overrides", _dump_overrides, _load_overrides),
    Part("feedback", _dump_feedback, _load_feedback),
    Part("log", _dump_log, None, only_if_asked=True),
)
"""All that goes along with the articles, in the order in which it is put in (after them). A feature adds its line."""
