"""Who is on record about a subject: of each speaker the best quotation, and only where it is really about it. Pure.

The evidence is that of answering: passages are retrieved and read for the question what is said about the subject, and
what does not pass the archive's threshold is not shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from index.question import Question, Words
from index.reader import Reading
from index.search import Candidate
from index.types import Abstention, Hit, sources_of

RETRIEVED = 300
"""Entries taken from each of meaning and words: one speaker's many quotations must not keep the others out."""
READ = 32
"""Quotations that are read, closely all of them: twice what an answer reads, and twice its time."""
LOOKED_AT = 4 * READ
"""Quotations that are looked at for the subject's own words, to find those that are read."""
OF_ONE = 6
"""Quotations that are read of one speaker at most: enough for the copies of the best one to be found."""


def question_about(subject: str) -> str:
    """What is asked, and read, for a subject."""
    return f"What is said about {' '.join(subject.split()).rstrip('?!. ')}?"


@dataclass(frozen=True, slots=True)
class Voice:
    """One speaker who is on record about the subject."""

    name: str
    """As the archive knows the speaker, in the fullest spelling."""
    hit: Hit
    """The best quotation, with its copies."""
    further: int = 0
    """Quotations of the same speaker that are about the subject too, of those that were read."""


@dataclass(frozen=True, slots=True)
class Topic:
    """Who is on record about a subject, or why nobody is."""

    subject: str
    voices: tuple[Voice, ...] = ()
    """Best first, those who are named before others; each speaker once."""
    silence: Abstention | None = None
    """Where nobody is on record: why, and what could be asked instead."""
    reported: tuple[Hit, ...] = field(default=())
    """Where nobody is on record: what outlets report about it in their own words, best first."""

    @property
    def sources(self) -> int:
        """How many independent sources the quotations come from: whoever carries the same words counts as one."""
        return sources_of([voice.hit for voice in self.voices])

    @property
    def by_outlet(self) -> tuple[tuple[str | None, tuple[Voice, ...]], ...]:
        """The voices under the outlet that each is quoted from, the outlet of the best one first."""
        groups: dict[str | None, list[Voice]] = defaultdict(list)
        for voice in self.voices:
            groups[voice.hit.article.outlet].append(voice)
        return tuple((outlet, tuple(voices)) for outlet, voices in groups.items())


def to_read(question: Question, candidates: Sequence[Candidate], names: Mapping[str, str]) -> list[Candidate]:
    """Quotations of somebody that name the subject: in turn one of each speaker, so that many are heard.

    ``candidates`` are best first. Who is named comes before who is only described. ``names`` gives the name under which
    the archive knows a spelling.
    """
    of_speaker: dict[object, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if (key := speaker_key(candidate, names)) is not None:
            of_speaker[key].append(candidate)
    in_turn = [(turn, candidate) for own in of_speaker.values() for turn, candidate in enumerate(own[:OF_ONE])]
    in_turn.sort(key=lambda one: (one[0], _is_described(one[1]), -one[1].score))
    # What would not be shown need not be read: a subject that nobody names costs next to nothing.
    about = (candidate for _, candidate in in_turn[:LOOKED_AT] if is_about(question, candidate))
    return list(islice(about, READ))


def speaker_key(of: Candidate | Hit, names: Mapping[str, str]) -> object:
    """What tells speakers apart: the name; for somebody who is only described, the description and the outlet.

    ``None`` where nobody is cited, the text does not prove who it was, or a transcript has a letter ("Q") for a name.
    """
    said_by = of.passage.said_by
    if said_by is None or said_by.speaker is None or len(said_by.speaker.name) < 2:
        return None
    speaker = said_by.speaker
    if speaker.named:
        return names.get(speaker.name, speaker.name)
    return speaker.name.casefold().removeprefix("the "), of.article.outlet


def voices(
    question: Question, readings: Sequence[Reading], names: Mapping[str, str], threshold: float
) -> tuple[Voice, ...]:
    """The best quotation of each speaker that is about the subject, best first; those who are named before others."""
    own: dict[object, list[Hit]] = defaultdict(list)
    for reading in readings:
        key = speaker_key(reading.hit, names)
        if key is not None and reading.hit.score >= threshold and is_about(question, reading.hit):
            own[key].append(replace(reading.hit, answering=None))  # a subject is no question that words answer
    found = []
    for hits in own.values():
        speaker = hits[0].speaker
        if speaker is not None:
            found.append(Voice(names.get(speaker.name, speaker.name), hits[0], len(hits) - 1))
    return tuple(sorted(found, key=lambda voice: (_is_described(voice.hit), -voice.hit.score)))


def _is_described(of: Candidate | Hit) -> bool:
    """Whether the article has no name for the speaker ("officials")."""
    said_by = of.passage.said_by
    return said_by is not None and said_by.speaker is not None and not said_by.speaker.named


def is_about(question: Question, of: Candidate | Hit) -> bool:
    """Whether the quotation names the subject itself, or the sentences around it do."""
    article, span = of.article, of.passage.span
    near = Words(f"{article.title or ''} {article.text[max(0, span.start - 300) : span.end + 200]}")
    names = [term for term in question.terms if term.name]
    return all(near.hold(term) for term in names) and any(map(near.hold, question.terms))
