"""Why there is no answer, as precisely as the record proves it, and what could be asked instead.

The reader has decided that nothing answers. Here it is seen whether that hangs on the days, the outlet or the speaker
asked for; what is said about the record is looked up in it, and a question is offered only after it was answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, takewhile
from typing import Protocol

from index.question import STOPWORDS, Question, Term, Want, Words, parse, satisfies, stem, stems
from index.reader import RARE, Reading
from index.settings import AnswerSettings
from index.store import names_match
from index.types import Abstention, Article, Details, Filters, Hit, Reason

OFFERED = 3
"""Most questions that are offered."""
LOOKED_AT = 300
"""Most passages whose subjects are looked for: some milliseconds."""
TRIED = 6
"""Most questions that are tried where nothing else was read; each takes as long as being asked."""
TRIED_ALONGSIDE = 2
"""Most questions that are tried where one was read already: the person waits for that one."""


class Record(Protocol):
    """What is looked up in an archive: the served generation, without the articles that `Filters.exclude` names."""

    def read(self, question: Question, filters: Filters) -> Sequence[Reading]:
        """The passages that may answer, best first."""

    def quotations(self, speaker: str, filters: Filters) -> Sequence[Hit]:
        """Everything that whoever is asked for as ``speaker`` is quoted with; no other filter counts."""

    def newest(self, filters: Filters) -> Sequence[Hit]:
        """The passages of the newest articles that meet the filters, newest article first, in text order."""

    def mentions(self, word: str, filters: Filters) -> bool:
        """Whether an article holds the word, in some form; no filter but the exclusions counts."""


def explained(
    abstention: Abstention,
    question: Question,
    readings: Sequence[Reading],
    record: Record,
    filters: Filters = Filters(),
    settings: AnswerSettings = AnswerSettings(),
    *,
    suggest: bool = True,
) -> Abstention:
    """The abstention of `reader.decide`, its reason made precise and its details filled in.

    ``readings`` are those it was decided by. Without ``suggest``, questions are only offered where it is not clear what
    is asked.
    """
    answered = _Answered(record, filters, settings)
    near = abstention.nearest
    if is_unclear(question):
        hits = record.quotations(filters.speaker, filters) if filters.speaker else record.newest(filters)
        if hits or not filters.speaker:
            details = Details(suggestions=answered.of(_in_turn(hits), TRIED))
            return replace(abstention, reason=Reason.UNCLEAR_QUESTION, details=details)
    if elsewhere := _elsewhere(question, record, filters, settings):
        return replace(abstention, reason=elsewhere[0], details=elsewhere[1])
    if speaker := filters.speaker or _speaker_named(question):
        quoted = record.quotations(speaker, filters)
        # Of somebody who is on record with nothing, the question tells still what it is about.
        beside = quoted or near if abstention.reason is Reason.NOT_STATED else quoted
        offered = answered.of(_questions(beside), TRIED_ALONGSIDE) if suggest else ()
        details = replace(_on_record(speaker, question, filters, quoted), suggestions=offered)
        return replace(abstention, reason=Reason.NOT_SAID_BY, details=details)
    if abstention.reason is Reason.NO_ARTICLES:
        return abstention
    details = Details(subject=_unmentioned(question, readings, record, filters))
    if suggest and abstention.reason is Reason.NOT_STATED:
        details = replace(details, suggestions=answered.of(_questions(near), TRIED_ALONGSIDE))
    return replace(abstention, details=details)


# --- a question that names nothing

_VAGUE = frozenset(
    map(
        stem,
        """anything answer article articles back carry continue detail details different elaborate else example examples
        expand explain fact facts far few first give go going good help hello hey hi idea info information interesting
        learn list little look mean means new news next nice ok okay opinion part please question questions quote quotes
        read record repeat rest show something somebody someone source sources specific start story stuff subject
        summarise summarize summary sure talk thanks thank think topic topics true understand want work wow write
        yeah""".split(),
    )
)
"""Words that ask for more without saying of what."""
_SOMEBODY = re.compile(r"\b(?:he|him|she|hers?|they|them|their|theirs|his)\b", re.IGNORECASE)


def is_unclear(question: Question) -> bool:
    """Whether it names nothing to look up: no telling word at all, or one about somebody who is only a pronoun."""
    terms = [term for term in question.terms if term.stem not in _VAGUE]
    if not terms:
        return True
    return len(terms) == 1 and not terms[0].name and bool(_SOMEBODY.search(question.text))


# --- days and outlets


def _elsewhere(
    question: Question, record: Record, filters: Filters, settings: AnswerSettings
) -> tuple[Reason, Details] | None:
    """Whether it is the days or the outlet asked for that are in the way; read once more without them."""
    if not (filters.since or filters.until or filters.outlet):
        return None
    found = record.read(question, replace(filters, since=None, until=None, outlet=None))
    answers = [reading.hit.article for reading in found if reading.hit.score >= settings.threshold]
    from_outlet = [article for article in answers if _is_of(article, filters.outlet)]
    in_days = [article for article in answers if _is_within(article, filters)]
    if from_outlet:
        return Reason.OUTSIDE_DATES, _where(from_outlet)
    if in_days:
        return Reason.OTHER_OUTLETS, _where(in_days)
    return (Reason.OUTSIDE_DATES, _where(answers)) if answers else None


def _is_of(article: Article, outlet: str | None) -> bool:
    return not outlet or (article.outlet or "").casefold() == outlet.casefold()


def _is_within(article: Article, filters: Filters) -> bool:
    if not (filters.since or filters.until):
        return True
    date = article.date
    return date is not None and (filters.since or date) <= date <= (filters.until or date)


def meets(article: Article, filters: Filters) -> bool:
    """Whether an article meets every filter but the speaker, who is a passage's."""
    return article.id not in filters.exclude and _is_of(article, filters.outlet) and _is_within(article, filters)


def _where(articles: Sequence[Article]) -> Details:
    dates = sorted(article.date for article in articles if article.date)
    outlets = tuple(dict.fromkeys(article.outlet for article in articles if article.outlet))
    return Details(since=dates[0] if dates else None, until=dates[-1] if dates else None, outlets=outlets)


# --- a speaker


def _speaker_named(question: Question) -> str | None:
    """The person whose words are asked for, as the question writes the name."""
    if not question.speaker:
        return None
    return " ".join(term.word for term in question.terms if term.stem in question.speaker) or None


def _on_record(speaker: str, question: Question, filters: Filters, quoted: Sequence[Hit]) -> Details:
    names = sorted({hit.speaker.name for hit in quoted if hit.speaker}, key=lambda name: (-len(name), name))
    # "Kirby" and "John Kirby" are taken for one; of two people of one surname neither is meant rather than the other.
    one = bool(names) and all(names_match(name, names[0], None) for name in names)
    subject = _never_about(question, filters, quoted) if quoted else None
    return Details(names[0] if one else speaker, len(quoted), subject)


_ABOUT = re.compile(r"\b(?:about|on|regarding|concerning|of|over|against)\b", re.IGNORECASE)


def _never_about(question: Question, filters: Filters, quoted: Sequence[Hit]) -> str | None:
    """What the question is about that stands nowhere near a quotation, as the question writes it.

    Only names, and what follows "about": of other words it is not plain that they are the subject, but where they are
    all there is ("China?", of a speaker chosen beside it).
    """
    about = _ABOUT.search(question.text)
    nothing_else = len(question.terms) == len(question.text.split())
    start = about.end() if about else 0 if nothing_else else len(question.text)
    subject = [
        term
        for term in question.terms
        if term.stem not in question.speaker and (term.name or question.text.find(term.word) >= start)
    ]
    if filters.speaker:
        subject = [term for term in subject if term.stem not in stems(filters.speaker)]
    if not subject:
        return None
    near = [Words(_around(hit)) for hit in quoted]
    lacking = {term for term in subject if not any(words.hold(term) for words in near)}
    return _as_written(question.text, [term.word for run in _runs(question) if lacking & set(run) for term in run])


def _around(hit: Hit) -> str:
    """A quotation with about three sentences on either side, the headline, and who says it."""
    text, span = hit.article.text, hit.passage.span
    role = hit.speaker.role if hit.speaker else None
    return f"{hit.article.title or ''} {role or ''} {text[max(0, span.start - 400) : span.end + 400]}"


def _runs(question: Question) -> list[list[Term]]:
    """The question's terms in order, those of one name together."""
    runs: list[list[Term]] = []
    for term in question.terms:
        before = runs[-1][-1] if runs else None
        if before and before.name and term.name and f"{before.word} {term.word}" in question.text:
            runs[-1].append(term)
        else:
            runs.append([term])
    return runs


def _as_written(text: str, words: Sequence[str]) -> str | None:
    """The stretch of ``text`` that begins with the first and ends with the last of ``words``; ``None`` without any."""
    places = [found.span() for word in words if (found := re.search(rf"\b{re.escape(word)}\b", text))]
    return text[min(start for start, _ in places) : max(end for _, end in places)] if places else None


# --- a subject


_MEASURED = re.compile(r"\bhow (\w+)", re.IGNORECASE)


def _unmentioned(question: Question, readings: Sequence[Reading], record: Record, filters: Filters) -> str | None:
    """The first name of the question of which a part stands in no article.

    Of a question typed without capitals, the first rare word; what is measured ("how tall") is none.
    """
    nearest = {reading.hit.article.id: reading.hit.article for reading in readings[:5]}
    words = [Words(f"{article.title or ''} {article.text}") for article in nearest.values()]
    measured = _MEASURED.search(question.text)
    capitals = any(term.name for term in question.terms)

    def lacks(term: Term) -> bool:
        telling = term.name if capitals else term.weight >= RARE and not (measured and measured[1] == term.word)
        # The readings' own articles first: they know other ways to write a name, which the index of words does not.
        held = not telling or term.word[0].isdigit() or any(one.hold(term) for one in words)
        return not held and not record.mentions(term.word, filters)

    run = next((run for run in _runs(question) if any(map(lacks, run))), ())
    return _as_written(question.text, [term.word for term in run])


# --- questions that are answered


class _Answered:
    """Tries questions, and keeps those that the archive answers."""

    def __init__(self, record: Record, filters: Filters, settings: AnswerSettings) -> None:
        self._record = record
        self._filters = filters
        self._settings = settings

    def of(self, offered: Iterable[tuple[str, Hit]], tried: int) -> tuple[str, ...]:
        """The questions among the first ``tried`` that the passage's own speaker, or article, answers."""
        found = (text for text, hit in islice(offered, tried) if self._answers(text, hit))
        return tuple(islice(found, OFFERED))

    def _answers(self, text: str, hit: Hit) -> bool:
        readings = self._record.read(parse(text), self._filters)
        if not readings or readings[0].hit.score < self._settings.threshold:
            return False
        best = readings[0].hit
        if hit.speaker is None:
            return best.article.id == hit.article.id
        return best.speaker is not None and best.speaker.name == hit.speaker.name


def _in_turn(hits: Iterable[Hit]) -> Iterator[tuple[str, Hit]]:
    """A question about each article in turn; a speaker who has been asked about comes after those who have not."""
    offered = list(_questions(hits))
    keys: tuple[Callable[[Hit], object], ...] = (
        lambda hit: hit.article.id,
        lambda hit: hit.speaker,
        lambda hit: hit.passage,
    )
    for key in keys:
        first: dict[object, tuple[str, Hit]] = {}
        for one in offered:
            first.setdefault(key(one[1]), one)
        yield from first.values()
        taken = {text for text, _ in first.values()}
        offered = [one for one in offered if one[0] not in taken]


_NAME = re.compile(r"[^\W\d_][\w .'’-]{1,59}")


def _questions(hits: Iterable[Hit]) -> Iterator[tuple[str, Hit]]:
    """What could be asked so that a passage answers, for those with a subject; each question once.

    What somebody named says comes before what an article reports, which is about something else then.
    """
    looked_at = [(hit, subjects_of(hit)) for hit in islice(hits, LOOKED_AT)]
    said: dict[str, Hit] = {}
    taken: set[str] = set()
    for hit, subjects in looked_at:
        speaker = hit.speaker
        if speaker is not None and speaker.named and _NAME.fullmatch(speaker.name):
            asked = {f"What did {speaker.name} say about {subject}?": subject for subject in subjects}
            if question := next((question for question in asked if question not in said), None):
                said[question] = hit
                taken.add(asked[question])
    reported: dict[str, Hit] = {}
    for hit, subjects in looked_at:
        if hit.passage.said_by is None and (subject := next((one for one in subjects if one not in taken), None)):
            reported[f"What is said about {subject}?"] = hit
            taken.add(subject)
    yield from said.items()
    yield from reported.items()


_PROPER = re.compile(
    r"(?<![\w'’.-])(?:the )?(?P<name>[A-Z][\w-]*[a-z](?: [A-Z][\w-]*[a-z]){0,2})(?![\w-])"
    r"(?=['’]s |\W*$|[.,;:!?)”\"]| (?P<next>[\w-]+))"
)
_COMMON = re.compile(r"(?<![\w'’-])the (?P<nouns>[a-z][a-z-]+(?: [a-z][a-z-]+){0,3})(?P<ends>\W*$|[.,;:!?)”\"])?")
_TITLES = frozenset("Mr Mrs Ms Dr Gen Sen Rep Gov Lt Col Sgt Prof St Sir".split())


def subjects_of(hit: Hit) -> tuple[str, ...]:
    """What a passage is about, in its own words, as they can follow "about": names, then nouns of the title.

    A name stands inside a sentence and is followed by none of its words ("Russia", not the "Russian" of "Russian
    ships"); one of the title comes before others. Days and the speaker are no subjects.
    """
    title = set(stems(hit.article.title or ""))
    known = set(stems(f"{hit.speaker.name} {hit.speaker.role or ''}")) if hit.speaker else set()
    said_by = hit.passage.said_by
    spans = said_by.content if said_by else (hit.passage.span,)
    parts = [span.of(hit.article.text) for span in spans if hit.passage.span.overlaps(span)]
    names = [name for part in parts for name in _names(part) if not known & set(stems(name))]
    in_title = [name for name in names if set(stems(name)) <= title | {"the"}]
    nouns = [noun for part in parts for noun in _nouns(part, title) if not known & set(stems(noun))]
    return tuple(dict.fromkeys([*in_title, *names, *nouns]))


def _nouns(part: str, title: set[str]) -> Iterator[str]:
    """The nouns after "the", up to three words, that end with one of the title."""
    for match in _COMMON.finditer(part):
        words = match["nouns"].split(" ")
        noun = list(takewhile(lambda word: word not in STOPWORDS, words))
        whole = len(noun) < len(words) or match["ends"] is not None
        if whole and 1 <= len(noun) <= 3 and stem(noun[-1]) in title:
            yield f"the {' '.join(noun)}"


def _names(part: str) -> Iterator[str]:
    """The names inside its sentences, with "the" where it stands before them."""
    for match in _PROPER.finditer(part):
        whole = match["next"] is None or match["next"].casefold() in STOPWORDS
        if whole and not any(word.casefold() in STOPWORDS for word in match["name"].split()) and _names_one(match):
            yield match.group()


def _names_one(match: re.Match[str]) -> bool:
    name, before = match["name"], match.string[: match.start()].rstrip(" \"“'‘(\n")
    # A word that begins a sentence may be any word.
    inside = bool(before) and before[-1] not in ".?!:\n"
    is_day = satisfies(Want.TIME, name, ()) > 0
    return inside and not is_day and name.split()[0] not in _TITLES
