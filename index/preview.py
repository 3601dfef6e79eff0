"""What a person should know before an article counts: what it would be, who says what in it, and what is odd about it.

Pure: what is stored is handed in. A caution keeps nobody from adding; it is one sentence that says what to look at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.copies import shared_runs
from index.sentences import sentence_spans
from index.speakers import Known, known
from index.types import Article, Attribution, Hit, Passage, Status

COPY = 0.4
"""Share of the shorter article's five-word runs that stand in the other too, from which on it is named as a near copy.
Of all pairs of 924 news articles of one year, the eight that are versions of one story share 0.51 or more, all others,
which quote the same speeches, 0.23 or less."""
ENGLISH = 0.12
"""Least share of English function words in English. Of 924 English news articles one is below it (a table); of 23,159
texts of some 200 words in 97 other languages, 23 are above it, all of them half English."""
SHORTEST = 50
"""Words below which it is rather the note that there is an article than the article."""
STUB = 200
"""Words below which an end without a full stop, or a word about subscribing, means that the rest is withheld: longer
texts end like that by the carelessness of whoever wrote them."""
MENU = 0.5
"""Share of words in lines that are no sentence, from which on a text is mostly menus, tables or captions."""
LONG_LINE = 12
"""Words from which on a line without a full stop is taken for prose all the same."""
EXAMPLES = 3
"""Quotations that are shown."""
READABLE = 300
"""Characters up to which an example is preferred."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_STOP = re.compile(r"[.!?…:;。！？][\"'”’»)\]]*\s*\Z")
_DOTS = re.compile(r"(?:\.\.\.|…)[\])\s]*\Z")
_FUNCTION_WORDS = frozenset(
    """the of and to that is was for with as by at from it he she they we you his her their our its this these those
    which who when where what how not but are were be been being have has had will would could should said about after
    before more than there if into out up an or""".split()
)
_WITHHELD = re.compile(
    r"\b(?:(?:subscribe|sign in|sign up|log ?in|register|join) (?:now |today )?(?:to|and) (?:continue|keep|read|unlock|"
    r"access|get)|to (?:continue|keep) reading|already an? (?:subscriber|member)|(?:subscribers?|members?)[- ]only|"
    r"(?:only|exclusive\w*|reserved|available) (?:to|for) (?:our |paying )?(?:subscribers|members)|"
    r"(?:free|remaining) articles? (?:left|this month|remaining)|limit of free articles|"
    r"unlock (?:this|the full) (?:article|story)|read the (?:full|rest of the|whole) (?:article|story)|"
    r"start your (?:free )?trial|(?:this|the) (?:article|content|story) is (?:for|behind)\b.{0,30}"
    r"(?:subscri|member|wall))",
    re.IGNORECASE,
)


class Worry(StrEnum):
    """What may be wrong with an article. The values are part of the machine-readable interface."""

    PAYWALL = "paywall"
    NO_DATE = "no_date"
    FUTURE = "future"
    COPY = "copy"
    NAVIGATION = "navigation"
    SHORT = "short"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Caution:
    """One thing to look at."""

    worry: Worry
    words: str
    """A whole sentence, with the other article's title in it where there is one; not escaped."""
    other: Article | None = None
    """The article that this one is a near copy of."""


@dataclass(frozen=True, slots=True)
class Change:
    """What an update makes of one field; ``None`` for nothing stated."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """An article as it would be on record."""

    article: Article
    status: Status
    """Whether it would be new, change a stored one, or is there already."""
    before: Article | None
    """The stored article of the same id."""
    passages: tuple[Passage, ...]
    attributions: tuple[Attribution, ...]
    cautions: tuple[Caution, ...]

    @property
    def speakers(self) -> tuple[Known, ...]:
        """Everybody who is quoted by name, with the number of their quotations, the most quoted first."""
        named = (a.speaker for a in self.attributions if a.speaker is not None and a.speaker.named)
        return known((name, role, n) for (name, role), n in Counter((s.name, s.role) for s in named).items())

    @property
    def examples(self) -> tuple[Hit, ...]:
        """At most `EXAMPLES` quotations, of as many speakers as there are, short ones first; score 0."""
        quoted = [p for p in self.passages if p.said_by and p.said_by.speaker]
        quoted.sort(key=lambda p: (len(p.span) > READABLE, p.said_by is None or p.said_by.confidence < 0.5))
        first: dict[str, Passage] = {}
        for passage in quoted:
            speaker = passage.said_by and passage.said_by.speaker
            first.setdefault(speaker.name if speaker else "", passage)
        chosen = [*first.values(), *(p for p in quoted if p not in first.values())][:EXAMPLES]
        return tuple(Hit(p, self.article, 0.0) for p in sorted(chosen, key=lambda p: p.span.start))

    @property
    def changes(self) -> tuple[Change, ...]:
        """What an update changes, the text as counts of sentences; nothing for a new article."""
        return () if self.before is None else changes(self.before, self.article)


def changes(before: Article, after: Article) -> tuple[Change, ...]:
    """What is said otherwise of an article, field by field; of its text, how many sentences come and go."""
    fields = (
        ("title", before.title, after.title),
        ("outlet", before.outlet, after.outlet),
        ("authors", ", ".join(before.authors) or None, ", ".join(after.authors) or None),
        ("date", before.date, after.date),
        ("url", before.url, after.url),
    )
    found = [Change(field, old, new) for field, old, new in fields if old != new]
    if before.text != after.text:
        old, new = Counter(_sentences(before.text)), Counter(_sentences(after.text))
        found.append(Change("text", _counted((old - new).total(), "gone"), _counted((new - old).total(), "new")))
    return tuple(found)


def _sentences(text: str) -> list[str]:
    return [words for span in sentence_spans(text) if (words := span.of(text).strip())]


def _counted(number: int, what: str) -> str:
    return f"{number} sentence{'' if number == 1 else 's'} {what}"


def cautions(article: Article, others: Sequence[Article] = (), *, today: str | None = None) -> tuple[Caution, ...]:
    """What to look at in an article. ``others`` are stored ones that may be near copies; ``today`` is an ISO day."""
    words = _WORD.findall(article.text)
    lines = [line.strip() for line in article.text.split("\n") if line.strip()]
    foreign = _share(words) < ENGLISH
    found: list[Caution] = []
    if _is_menu(lines):
        said = "Most of it stands in lines that are no sentences, as menus, tables and lists of links do."
        found.append(Caution(Worry.NAVIGATION, said))
    elif foreign:
        found.append(
            Caution(
                Worry.LANGUAGE,
                "It does not seem to be in English: who says what is found by rules and a tagger of English.",
            )
        )
    else:
        found += _of_text(article.text, lines, len(words))
    if article.date is None:
        found.append(Caution(Worry.NO_DATE, "No day is stated: questions about a time will pass it by."))
    elif today is not None and article.date > today:
        found.append(Caution(Worry.FUTURE, f"Its day, {article.date}, is yet to come."))
    if not foreign or len(words) >= SHORTEST:
        found += _near_copy(article, others)
    return tuple(found)


def _of_text(text: str, lines: Sequence[str], words: int) -> list[Caution]:
    if words < STUB and (_WITHHELD.search(text) or _breaks_off(lines)):
        said = f"It has {words} words and breaks off or asks to subscribe: the rest may be behind a paywall."
        return [Caution(Worry.PAYWALL, said)]
    if any(_WITHHELD.search(line) for line in lines[-3:] if len(line.split()) < 3 * LONG_LINE):
        return [Caution(Worry.PAYWALL, "It ends with a line about subscribing: the rest may be behind a paywall.")]
    if words < SHORTEST:
        return [Caution(Worry.SHORT, f"It has only {words} words: the page may hold more than was read.")]
    return []


def _is_menu(lines: Sequence[str]) -> bool:
    counted = [(len(line.split()), _STOP.search(line) is not None) for line in lines]
    return sum(n for n, stop in counted if not stop and n < LONG_LINE) > MENU * sum(n for n, _ in counted)


def _breaks_off(lines: Sequence[str]) -> bool:
    """Whether the last line that is prose ends in the middle; "Read more" below it is a label."""
    last = next((line for line in reversed(lines) if _DOTS.search(line) or len(line.split()) >= LONG_LINE), "")
    return bool(last) and (_DOTS.search(last) is not None or not _STOP.search(last))


def _share(words: Sequence[str]) -> float:
    return sum(word.casefold() in _FUNCTION_WORDS for word in words) / len(words) if words else 0.0


def _near_copy(article: Article, others: Sequence[Article]) -> list[Caution]:
    shares = [(shared_runs(article.text, other.text), other) for other in others if other.id != article.id]
    share, other = max(shares, key=lambda found: found[0], default=(0.0, None))
    if other is None or share < COPY:
        return []
    source = ", ".join(part for part in (other.outlet, other.date) if part)
    name = f"“{other.title}”" if other.title else other.id
    named = f"{name} ({source})" if source else name
    said = f"A near copy of {named}: {share:.0%} of the shorter one stands in the other, word for word."
    return [Caution(Worry.COPY, said, other)]


def telling_runs(text: str, limit: int = 16) -> list[str]:
    """Six-word runs from all over a text, by which near copies of it are looked up in an index of words."""
    words = _WORD.findall(text)
    step = max(1, len(words) // limit)
    return [" ".join(words[start : start + 6]) for start in range(0, max(1, len(words) - 5), step)][:limit]
