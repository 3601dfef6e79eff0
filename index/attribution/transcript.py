"""Transcripts: "MR. KIRBY: …", "Q: …" at the start of a line, each turn one person's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.attribution import lexicon as lex
from index.attribution.ledger import Ledger, is_relative
from index.types import Attribution, Kind, Span, Speaker

_LABEL = re.compile(
    r"^[ \t]*(?P<label>[QA]|[A-Z][A-Z.’'\-]*(?:[ ,]+[A-Z.’'\-]+){0,6})(?:[ \t]*:[ \t]*|(?<=\bQ)[ \t]{1,4})(?=\S)",
    re.MULTILINE,
)
_SPEAKING_WORDS = frozenset(
    "moderator audience reporter interviewer host announcer narrator question answer participant participants operator "
    "voice speaker official aide member child interpreter translator clerk witness chorus crowd".split()
)
_SURELY = 6
"""Turns after which any one or two words in capitals before a colon are a speaker too ("LEAVITT:")."""
TURN_CONFIDENCE = 0.97
"""A label says who speaks; what can go wrong is a heading taken for one."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One label and the words up to the next."""

    label: Span
    words: Span


def turns(text: str) -> tuple[Turn, ...]:
    """The turns of a transcript in order; ``()`` when the text is none."""
    every = list(_LABEL.finditer(text))
    labels = [match for match in every if _speaks(match.group("label"))]
    if len(labels) >= _SURELY:
        labels = [match for match in every if _speaks(match.group("label")) or len(match.group("label").split()) <= 2]
    kinds = {match.group("label") for match in labels}
    bare = sum(match.group("label") in ("Q", "A") for match in labels)
    people = [match for match in labels if match.group("label") not in ("Q", "A")]
    if not (len(labels) >= 2 and (len(kinds) >= 2 or len(labels) >= 3) and (people or bare >= 4)):
        return ()
    if not people and {"Q", "A"} - kinds:
        return ()
    found = []
    for at, match in enumerate(labels):
        end = labels[at + 1].start() if at + 1 < len(labels) else len(text)
        if match.end() >= end:
            continue
        words = Span(match.end(), end).trimmed(text)
        if words is not None:
            found.append(Turn(Span(match.start("label"), match.end("label")), words))
    return tuple(found)


def _speaks(label: str) -> bool:
    """Whether capitals before a colon name a speaker, not a heading."""
    if label in ("Q", "A"):
        return True
    parts = [part.lower().strip(",") for part in label.split()]
    return len(parts) <= 6 and any(
        part in lex.HONORIFICS or part in lex.TITLES or part in _SPEAKING_WORDS for part in parts
    )


def turn_attributions(text: str, found: tuple[Turn, ...], ledger: Ledger) -> tuple[Attribution, ...]:
    """Each turn as its speaker's direct speech."""
    return tuple(
        Attribution(
            (turn.words,), (turn.label,), (), Kind.DIRECT, _speaker(turn.label.of(text), ledger), TURN_CONFIDENCE
        )
        for turn in found
    )


def _speaker(label: str, ledger: Ledger) -> Speaker:
    parts = label.replace(",", " ").split()
    if label in ("Q", "A"):
        return Speaker(label, named=False)
    surname = parts[-1].lower()
    titles = [part.lower() for part in parts[:-1]]
    unnamed = surname in _SPEAKING_WORDS or surname in lex.TITLES or parts[0].lower() == "the"
    if unnamed:
        return Speaker(_titled(label), named=False)
    gender = next((lex.HONORIFICS[title] for title in titles if title in lex.HONORIFICS), None)
    fits = [
        person
        for person in ledger.people
        if person.full
        and person.surname.lower() == surname
        and (gender is None or person.gender in (gender, None))
        # "PRESIDENT COLE:" who speaks of "my son Tim Cole" is not his son.
        and not is_relative(person)
    ]
    if len(fits) == 1:
        roles = fits[0].roles
        return Speaker(fits[0].name, roles[0] if roles else None)
    return Speaker(_titled(label))


def _titled(label: str) -> str:
    """Turns "MS. JEAN-PIERRE" into "Ms. Jean-Pierre"."""
    return " ".join(
        "-".join("’".join("'".join(_capital(c) for c in b.split("'")) for b in a.split("’")) for a in word.split("-"))
        for word in label.split()
    )


def _capital(word: str) -> str:
    if word.startswith("MC") and len(word) > 3:
        return "Mc" + word[2:].capitalize()
    return word.capitalize()
