"""Who is who among the speakers of an archive, and whom a person means by a name. Pure.

An article's ledger gives one name to each speaker within that article. Across articles the same person stands under
"Jen Psaki", "Psaki" and "PSAKI". Two spellings are taken for one where nothing else fits; where two people have a
surname, the bare surname stays by itself: to split a person costs a line, to join two costs the truth.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.attribution.lexicon import NAME_PARTICLES, ORGANISATION_WORDS, ROLE_MODIFIERS, TITLES
from index.store import names_match

_WORD = re.compile(r"[^\W_]+")
_ADDRESS = frozenset("the mr mrs ms miss dr sir madam".split())
_OFFICES = frozenset(word.rstrip(".") for word in TITLES | ROLE_MODIFIERS) - frozenset(
    "king queen prince princess pope father mother brother sister".split()
)
"""Words before a surname that are no part of the name: "President Duda". A king's or a pope's name has no surname."""
_NO_SURNAME = frozenset("jr sr ii iii iv".split())
OFFERED = 5
"""Names that are offered where it is not clear who is meant."""
ALIKE = 0.75
"""Least share of letters in common (Ratcliff/Obershelp) of a name that is offered for one that is not on record:
"Psacki" and "Psaki" have .91, "Karine" and "Kamala" .5."""


@dataclass(frozen=True, slots=True)
class Known:
    """One speaker of an archive."""

    name: str
    """The fullest spelling; of equally full ones the most used."""
    names: frozenset[str]
    """Every spelling, ``name`` among them, as the attributions have them."""
    role: str | None
    """A role that an article gives under the fullest spelling that has one."""
    quotations: int


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nobody, or more than one, is meant by a name."""

    asked: str
    suggestions: tuple[str, ...]
    """Names on record that may be meant, the most quoted first."""
    ambiguous: bool
    """Whether all the suggestions fit the name; else none does, and they are only spelled alike."""


def known(rows: Iterable[tuple[str, str | None, int]]) -> tuple[Known, ...]:
    """The speakers behind ``(name, role, quotations)`` rows with one row for each spelling; the most quoted first."""
    spellings: dict[tuple[str, ...], list[tuple[str, str | None, int]]] = defaultdict(list)
    for row in rows:
        spellings[_words(row[0])].append(row)
    fuller = _fuller(spellings)
    groups: dict[tuple[str, ...], list[tuple[str, str | None, int]]] = defaultdict(list)
    for words, same in spellings.items():
        groups[fuller.get(words, words)] += same
    found = [_one(group) for group in groups.values()]
    return tuple(sorted(found, key=lambda one: (-one.quotations, one.name)))


def _one(rows: Sequence[tuple[str, str | None, int]]) -> Known:
    # "MR. KIRBY" is how a transcript labels a turn; where another spelling is as full, that one is the name.
    best = sorted(rows, key=lambda row: (-len(_words(row[0])), row[0].isupper(), -row[2], row[0]))
    role = next((row[1] for row in best if row[1]), None)
    return Known(best[0][0], frozenset(row[0] for row in rows), role, sum(row[2] for row in rows))


def _fuller(spellings: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Short form of a name → the one fullest form of it, where there is exactly one."""
    by_last: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for words in spellings:
        if words:
            by_last[words[-1]].append(words)
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for same_last in by_last.values():
        people = [words for words in same_last if _may_be_person(words)]
        for words in people:
            longer = [other for other in people if len(other) > len(words) and set(words) < set(other)]
            fullest = [one for one in longer if not any(set(one) < set(other) for other in longer)]
            if len(fullest) == 1:
                found[words] = fullest[0]
    return found


def _may_be_person(words: tuple[str, ...]) -> bool:
    """Whether a shorter form of this name can be the same: a surname is, "Ministry" for a ministry need not be."""
    no_person = any(word in ORGANISATION_WORDS or word in ("of", "and", "for") for word in words)
    return not no_person and not _NO_SURNAME.issuperset(words)


def _words(name: str) -> tuple[str, ...]:
    """The words of a name as they are compared: without case, accents, forms of address and offices before it."""
    apart = unicodedata.normalize("NFD", name.casefold())
    plain = "".join(character for character in apart if not unicodedata.combining(character))
    words = tuple(_WORD.findall(plain))
    telling = tuple(word for word in words if word not in _ADDRESS) or words
    offices = next((place for place, word in enumerate(telling) if word not in _OFFICES), 0)
    return telling[offices:]


def meant(asked: str, speakers: Sequence[Known]) -> Known | Unclear:
    """The one speaker of ``speakers``, the most quoted first, who is meant by ``asked``; else whom it may mean.

    A spelling of the name decides; then a part of the name or the role, where that fits only one; then a fuller name
    than the articles have.
    """
    words = _words(asked)
    if not words:
        return Unclear(asked, tuple(one.name for one in speakers[:OFFERED]), ambiguous=False)
    exact = [one for one in speakers if any(_words(name) == words for name in one.names)]
    if len(exact) == 1:
        return exact[0]
    for fits in (
        [one for one in speakers if any(names_match(asked, name, None) for name in one.names)],
        [one for one in speakers if names_match(asked, one.name, one.role)],
        [one for one in speakers if _is_shorter(one, words)],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            return Unclear(asked, tuple(one.name for one in fits[:OFFERED]), ambiguous=True)
    return Unclear(asked, _alike(words, speakers), ambiguous=False)


def _is_shorter(one: Known, words: tuple[str, ...]) -> bool:
    """Whether the articles have only a part of the name asked for: "Kirby" where "John Kirby" is meant."""
    own = _words(one.name)
    return own[-1:] == words[-1:] and set(own) < set(words) and not set(own) <= NAME_PARTICLES


def _alike(words: tuple[str, ...], speakers: Sequence[Known]) -> tuple[str, ...]:
    """Names that are spelled like the one asked for, as a whole or in their last word; the nearest first."""

    def nearness(one: Known) -> float:
        own = _words(one.name)
        pairs = ((" ".join(own), " ".join(words)), (own[-1] if own else "", words[-1]))
        return max(difflib.SequenceMatcher(None, *pair).ratio() for pair in pairs)

    scored = [(nearness(one), one.name) for one in speakers]
    near = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: -pair[0])
    return tuple(name for _, name in near[:OFFERED])


def same_name(one: Known, speakers: Sequence[Known]) -> tuple[str, ...]:
    """Others whose names hold every word of this one's: a bare surname may be theirs."""
    own = set(_words(one.name))
    return tuple(other.name for other in speakers if other is not one and own < set(_words(other.name)))[:OFFERED]
