"""What moderators decided about single passages: who really said it, or that it is not to be shown.

An override stands by the article's id and the hash of the quoted characters, not by a row of the index: it survives
indexing anew, an article that goes and comes back, and a changed text as long as the same characters stand in it once.
Where they do not, it is kept and said not to fit any more. It holds no word of the article, so nothing of an article
that was removed stays with it. It is applied whenever passages are read, so it counts from the moment it is made, and
it never touches the quotation itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from index.errors import NoSuchArticle
from index.types import Article, Attribution, Kind, Passage, Receipt, Span, Speaker, hull, sha256_of

_MASK, _MASK_CAPITAL = "\u02ad", "\ua7b0"
"""Stand for each hidden letter and digit where a text is only compared with: letters that no language writes, so that
what stands before and after a hidden passage never comes to stand together, and its sentences end where they did."""


class Fix(StrEnum):
    """What was decided. The values are stored, and part of the machine-readable interface."""

    HIDDEN = "hidden"
    """Nothing shows it."""
    SPEAKER = "speaker"
    """Somebody else said it than was found."""
    OUTLET = "outlet"
    """The outlet's own words: nobody is cited."""
    UNSTATED = "unstated"
    """The article does not say who said it."""


@dataclass(frozen=True, slots=True)
class Override:
    """One decision about the characters of one passage."""

    article_id: str
    sha256: str
    """Of the article's text in which ``span`` stands."""
    span: Span
    words: str
    """Hex SHA-256 of the quoted characters."""
    fix: Fix
    name: str | None = None
    """The speaker's name, where ``fix`` is a speaker."""
    role: str | None = None
    id: int = 0
    """Number in the archive; 0 before it is stored."""
    at: str = ""
    """When it was made: an ISO date and time, in UTC."""

    def __post_init__(self) -> None:
        if (self.fix is Fix.SPEAKER) != bool(self.name):
            raise ValueError("a corrected speaker has a name, and nothing else has one")

    @property
    def key(self) -> tuple[str, str, int]:
        """What tells overrides apart: the article, the characters, and where they stood."""
        return self.article_id, self.words, self.span.start


@dataclass(frozen=True, slots=True)
class Placed:
    """An override and where its characters stand now."""

    override: Override
    article: Article | None
    """``None``: the article is not on record now."""
    span: Span | None
    """``None``: the characters are not there any more, or stand there several times."""


def override_of(article: Article, span: Span, fix: Fix, name: str | None = None, role: str | None = None) -> Override:
    """The decision about ``span`` of ``article``. Raises ``ValueError`` when it reaches past the text."""
    return Override(article.id, article.sha256, span, sha256_of(article.words(span)), fix, name, role)


def value_of(override: Override) -> dict[str, Any]:
    """An override as an entry of the log keeps it; `override_from` reads it."""
    return {
        "article": override.article_id, "sha256": override.sha256, "start": override.span.start,
        "end": override.span.end, "words": override.words, "fix": override.fix.value, "name": override.name,
        "role": override.role,
    }  # fmt: skip


def override_from(value: Mapping[str, Any]) -> Override:
    """What `value_of` wrote."""
    return Override(
        value["article"], value["sha256"], Span(value["start"], value["end"]), value["words"], Fix(value["fix"]),
        value["name"], value["role"],
    )  # fmt: skip


def stands(override: Override, article: Article) -> Span | None:
    """Where the characters of an override stand in ``article`` as it is now; ``None`` where not exactly once.

    In the very text they were taken from they stand where they stood, however often they are repeated.
    """
    if article.sha256 == override.sha256:
        return override.span
    length, found = len(override.span), None
    for start in range(len(article.text) - length + 1):
        # About 1 µs each: 10 ms for a text of 10,000 characters, once for each change of the archive.
        if sha256_of(article.text[start : start + length]) == override.words:
            if found is not None:
                return None
            found = Span(start, start + length)
    return found


def corrected(said: Attribution | None, span: Span, override: Override) -> Attribution | None:
    """Who says ``span`` by an override of a speaker, in place of ``said``; ``None``: the outlet itself.

    What the article names the speaker with goes, for it led astray; how the words came into the article stays.
    """
    if override.fix is Fix.OUTLET:
        return None
    # Nobody was cited: then the words are at most the outlet's for what somebody said.
    kind, content = (Kind.INDIRECT, (span,)) if said is None else (said.kind, said.content)
    speaker = Speaker(override.name, override.role) if override.name else None
    return Attribution(content, kind=kind, speaker=speaker)


def create_tables(db: sqlite3.Connection) -> None:
    """The migration that makes room for it."""
    db.executescript(
        """
        CREATE TABLE overrides (
            id INTEGER PRIMARY KEY AUTOINCREMENT, article TEXT NOT NULL, sha256 TEXT NOT NULL, start INTEGER NOT NULL,
            "end" INTEGER NOT NULL, words TEXT NOT NULL, fix TEXT NOT NULL, name TEXT, role TEXT, at TEXT NOT NULL);
        CREATE UNIQUE INDEX overrides_once ON overrides (article, words, start);
        """
    )


_Places = dict[str, tuple[tuple[Span, Override], ...]]


class Overrides:
    """The overrides of one archive. ``put`` and ``remove`` are called inside the transaction of the change itself."""

    def __init__(
        self,
        db: sqlite3.Connection,
        transaction: Callable[[], AbstractContextManager[None]],
        article: Callable[[str], Article],
    ) -> None:
        self._db = db
        self._transaction = transaction
        self._article = article
        self._kept: tuple[tuple[int, int], _Places] | None = None
        self._found: dict[tuple[int, str], Span | None] = {}

    # --- keeping ------------------------------------------------------------------------------------------------

    def put(self, override: Override, at: str) -> Override | None:
        """Keep a decision, in place of an earlier one about the same characters, which is returned."""
        before = self.same(override)
        if before is not None:
            self.remove(before)
        self._db.execute(
            'INSERT INTO overrides (article, sha256, start, "end", words, fix, name, role, at) '
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                override.article_id, override.sha256, override.span.start, override.span.end, override.words,
                override.fix.value, override.name, override.role, at,
            ),
        )  # fmt: skip
        return before

    def remove(self, override: Override) -> None:
        """Take a decision back."""
        self._db.execute("DELETE FROM overrides WHERE id = ?", (override.id,))

    def same(self, override: Override) -> Override | None:
        """The decision that is kept about the same characters: where they stood, or where they stand now."""
        for one in self.all():
            if one.key == override.key:
                return one
            if (one.article_id, one.words) == (override.article_id, override.words):
                placed = self._placed(one)
                if placed.span == override.span and placed.article and placed.article.sha256 == override.sha256:
                    return one
        return None

    def all(self) -> tuple[Override, ...]:
        """Every decision, oldest first."""
        rows = self._db.execute(
            'SELECT id, article, sha256, start, "end", words, fix, name, role, at FROM overrides ORDER BY id'
        )
        return tuple(
            Override(article, sha256, Span(start, end), words, Fix(fix), name, role, number, at)
            for number, article, sha256, start, end, words, fix, name, role, at in rows
        )

    def get(self, number: int) -> Override | None:
        """The decision of that number, if there is one."""
        return next((one for one in self.all() if one.id == number), None)

    def placed(self) -> tuple[Placed, ...]:
        """Every decision with where it stands now, oldest first."""
        return tuple(map(self._placed, self.all()))

    def _placed(self, override: Override) -> Placed:
        try:
            article = self._article(override.article_id)
        except NoSuchArticle:
            return Placed(override, None, None)
        key = override.id, article.sha256
        if key not in self._found:
            self._found[key] = stands(override, article)
        return Placed(override, article, self._found[key])

    # --- applying -----------------------------------------------------------------------------------------------

    def _places(self) -> _Places:
        """Article id → where decisions stand in it, the latest first; read anew after any change of the archive."""
        now = self.version
        if self._kept is None or self._kept[0] != now:
            places: _Places = {}
            for one in self.placed():
                if one.span is not None:
                    article = one.override.article_id
                    places[article] = ((one.span, one.override), *places.get(article, ()))
            self._kept = now, places
        return self._kept[1]

    @property
    def version(self) -> tuple[int, int]:
        """Another one after any change of the archive, by this process or another."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0]), self._db.total_changes

    @property
    def articles(self) -> tuple[str, ...]:
        """Ids of the articles in which decisions stand."""
        return tuple(self._places())

    def hidden(self, article_id: str) -> tuple[Span, ...]:
        """The spans of an article that nothing may show, in text order."""
        there = self._places().get(article_id, ())
        return tuple(sorted((span for span, one in there if one.fix is Fix.HIDDEN), key=lambda span: span.start))

    def hides(self, receipt: Receipt) -> bool:
        """Whether some of these words may not be shown."""
        return any(span.overlaps(receipt.span) for span in self.hidden(receipt.article_id))

    def masked(self, article: Article) -> Article:
        """The article for comparing with: as long as it is, without its hidden letters and digits."""
        text = article.text
        for span in self.hidden(article.id):
            text = text[: span.start] + "".join(map(_masked, span.of(text))) + text[span.end :]
        return article if text == article.text else replace(article, text=text)

    def applied(self, passage: Passage) -> Passage | None:
        """The passage as it may be shown: with its speaker corrected, or ``None`` where it is hidden.

        A passage that is cut otherwise than the one that was corrected holds other words too: who said all of it is
        then not known, unless both agree.
        """
        there = [(span, one) for span, one in self._about(passage.article_id, passage.span)]
        if any(one.fix is Fix.HIDDEN for _, one in there):
            return None
        for span, one in there:
            said = corrected(passage.said_by, passage.span, one)
            if span.contains(passage.span):
                return replace(passage, said_by=said, corrected=True)
            if _who(said) != _who(passage.said_by):
                unknown = Override(one.article_id, one.sha256, one.span, one.words, Fix.UNSTATED)
                said = corrected(passage.said_by, passage.span, unknown)
                return replace(passage, said_by=said, corrected=True)
        return passage

    def claimed(self, article_id: str, attribution: Attribution) -> Attribution | None:
        """The claim as it may be shown, likewise; ``None`` where it is hidden or the words are the outlet's own."""
        content = hull(attribution.content)
        for span, one in self._about(article_id, content):
            if one.fix is Fix.HIDDEN:
                return None
            if span.contains(content):
                return corrected(attribution, content, one)
        return attribution

    def _about(self, article_id: str, span: Span) -> Iterator[tuple[Span, Override]]:
        for place, one in self._places().get(article_id, ()):
            if place.overlaps(span):
                yield place, one


def _masked(character: str) -> str:
    if not character.isalnum():
        return character
    return _MASK_CAPITAL if character.isupper() else _MASK


def _who(said: Attribution | None) -> tuple[bool, str | None]:
    return said is None, said.speaker.name if said and said.speaker else None
