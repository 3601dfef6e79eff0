"""Whose words, which outlet and which days a question asks for, as far as its own words say so. Pure.

A filter that is wrong loses the answer, so one is only read where the words leave no doubt: an outlet that the archive
has, named as the source ("according to Reuters"); days on which something was *said* ("What did Kirby say in
October?"). Days of what happened ("the attack in October") filter nothing: later articles tell of it too.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from index.question import Question, stem, stems
from index.types import Filters

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_NTH = r"\d{1,2}(?:st|nd|rd|th)?\b(?![.,]?\d)"
_YEAR = r"(?:19|20)\d\d\b"
_POINT = rf"(?:the )?(?:\d{{4}}-\d\d-\d\d\b|(?:{_NTH} (?:of )?)?{_MONTH}(?: {_NTH})?(?:,? (?:of )?{_YEAR})?|{_YEAR})"
"""A day, a month or a year, as questions write them."""
_PARTS = re.compile(
    rf"(?:the )?(?:(?P<iso>\d{{4}}-\d\d-\d\d)|(?:(?P<day>{_NTH}) (?:of )?)?(?P<month>{_MONTH})(?: (?P<nth>{_NTH}))?"
    rf"(?:,? (?:of )?(?P<year>{_YEAR}))?|(?P<alone>{_YEAR}))",
    re.IGNORECASE,
)
_PHRASE = re.compile(
    rf"\b(?:between (?P<first>{_POINT}) and (?P<last>{_POINT})|from (?P<from>{_POINT}) (?:to|until|till|through) "
    rf"(?P<to>{_POINT})|(?P<how>since|from|after|until|till|up to|before|in|on|during|throughout) (?P<point>{_POINT})|"
    r"(?:in |over |during |within )?(?:the )?(?:last|past) (?:(?P<count>\d{1,3}|few|couple of|two|three|four|five|six|"
    r"seven|ten|twelve) )?(?P<unit>day|week|month|year)s?\b|"
    rf"(?:in |during )?(?P<near>this|last) (?P<named>{_MONTH})|(?P<this>this (?:week|month|year))\b|"
    r"(?P<one>today|yesterday)\b)",
    re.IGNORECASE,
)
_COUNTS = {"few": 3, "couple of": 2, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_COUNTS |= {"seven": 7, "ten": 10, "twelve": 12}

_SAY = (
    r"(?:says?|said|saying|tell|told|claim(?:ed)?|comment(?:ed)?|mention(?:ed)?|report(?:s|ed|ing)?|write|wrote|"
    r"written|publish(?:ed)?|print(?:ed)?)"
)
_SAYING = re.compile(
    rf"\b(?:did|does|do|has|have|had)\b[^?.!]{{1,60}}?\b{_SAY}\b|\bwho (?:else )?(?:has |have )?{_SAY}\b", re.IGNORECASE
)
"""A question for words, rather than for what happened."""
_JUST_SAID = re.compile(rf"\b{_SAY}(?: (?:back|publicly|earlier|again|so far|anything))?,? $", re.IGNORECASE)
_REST = re.compile(r"[\s?!.\"”’)]*\Z")

_AFTER = re.compile(
    r"\b(?:according to|(?:reported|published|written|printed) (?:by|in)|(?:article|story|report|read|appeared|piece) "
    r"(?:in|from|by)) ",
    re.IGNORECASE,
)
"""What stands before an outlet that is named as the source."""
_BEFORE = re.compile(r"\b(?:did|does|has|have|had) ", re.IGNORECASE)
_THEN_REPORTS = re.compile(rf" (?:ever |also |already |so far )?(?:{_SAY})\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’&.-][^\W_]+)*")
_GENERIC = frozenset("news com org net co uk online".split())
"""Last words of an outlet's name that questions leave out: "BBC News", "CNN.com"."""
_LONGEST = 6
"""Words of an outlet's name, at most."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question says about where its answer is to come from; ``None`` and empty: nothing."""

    speaker: str | None = None
    """A known speaker whose words are asked for, under the full name where only one has it. Evidence, no filter."""
    outlet: str | None = None
    """The outlet that is named as the source, as the archive writes it."""
    since: str | None = None
    until: str | None = None
    """ISO days, inclusive, that the question names."""
    of_saying: bool = False
    """Whether these are the days on which it was said; else they may be those on which it happened."""
    named: tuple[str, ...] = ()
    """Stems of the words that name the outlet, with the verb of reporting beside it."""
    dated: tuple[str, ...] = ()
    """Stems of the words that name the days."""

    @property
    def days(self) -> tuple[str | None, str | None]:
        """The first and the last day that the question names."""
        return self.since, self.until


NOTHING = Asked()


def may_say(text: str) -> bool:
    """Whether ``text`` may ask for somebody's words, an outlet's or some days': else `read` finds nothing."""
    return any(pattern.search(text) for pattern in (_SAYING, _AFTER, _PHRASE))


def read(
    question: Question,
    speakers: Sequence[str],
    outlets: Sequence[str],
    *,
    asked_on: str | None = None,
    newest: str | None = None,
) -> Asked:
    """What ``question`` says about speaker, outlet and days.

    ``speakers`` and ``outlets`` are those of the archive: no other is read from a question. "Last week" counts from
    the ISO day ``asked_on``, and says nothing without one; "in October" is the last October that began before
    ``newest``, the archive's newest day (else before ``asked_on``).
    """
    text = question.text
    outlet, words = _outlet(text, outlets, speakers)
    span, since, until = _days(text, asked_on, newest or asked_on)
    place = slice(*span)
    return Asked(
        speaker=None if outlet and set(question.speaker) <= set(words) else _speaker(question, speakers),
        outlet=outlet,
        since=since,
        until=until,
        of_saying=bool(since or until) and _of_saying(text, place.start, place.stop),
        named=words,
        dated=tuple(stems(text[place])),
    )


def narrowed(question: Question, asked: Asked, filters: Filters) -> tuple[Question, Filters]:
    """The question and the filters with what the question itself says put in; what was passed always wins.

    Words that became a filter are no longer looked for in the articles: one that Reuters published in October need
    hold neither word. Where none other would be left, they stay.
    """
    gone: set[str] = set()
    if asked.outlet and not filters.outlet:
        filters = replace(filters, outlet=asked.outlet)
        gone.update(asked.named)
        if set(question.speaker) <= set(asked.named):
            question = replace(question, speaker=())
    if asked.of_saying and not (filters.since or filters.until):
        filters = replace(filters, since=asked.since, until=asked.until)
        gone.update(asked.dated)
    kept = tuple(term for term in question.terms if term.stem not in gone)
    return replace(question, terms=kept) if kept else question, filters


# --- who


def _speaker(question: Question, speakers: Sequence[str]) -> str | None:
    wanted = set(question.speaker)
    if not wanted:
        return None
    words = [word for word in _WORD.findall(question.text) if stem(word) in wanted]
    # Stems are made of the few names that begin alike: an archive has ten thousand.
    heads = [word[:3].casefold() for word in words]
    likely = (name for name in speakers if all(head in name.casefold() for head in heads))
    found = [name for name in likely if wanted <= set(stems(name))]
    if len(found) == 1:
        return found[0]
    return " ".join(dict.fromkeys(words)) if found else None


def _outlet(text: str, outlets: Sequence[str], speakers: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """The outlet named as the source, and the stems of the words that say so; none where the name means two."""
    known: dict[str, list[str]] = {}
    for outlet in outlets:
        for name in _names(outlet):
            known.setdefault(name, []).append(outlet)
    for match in (*_AFTER.finditer(text), *_BEFORE.finditer(text)):
        before_verb = match.re is _BEFORE
        for end in _ends(text, match.end()):
            name = _plain(text[match.end() : end])
            then = _THEN_REPORTS.match(text, end) if before_verb else None
            if name not in known or (before_verb and then is None):
                continue
            if len(known[name]) > 1 or any(name in _names(speaker) for speaker in speakers):
                return None, ()
            stop = then.end() if then else end
            return known[name][0], tuple(stems(text[match.start() : stop]))
    return None, ()


def _ends(text: str, start: int) -> list[int]:
    """Where a name that begins at ``start`` may end, the longest first."""
    ends = []
    for word in _WORD.finditer(text, start):
        ends.append(word.end() - (2 if word.group().endswith(("'s", "’s")) else 0))
        if len(ends) > _LONGEST:
            break
    return ends[::-1]


def _names(outlet: str) -> set[str]:
    """What an outlet is called in questions: its name, and the name without "The", "News" or what makes it an address.

    "theweek.co.uk" is "The Week", and "usatoday.com" is "USA Today".
    """
    words = re.findall(r"[^\W_]+", outlet.casefold())
    short = words[1:] if len(words) > 1 and words[0] in ("the", "www") else words
    while len(short) > 1 and short[-1] in _GENERIC:
        short = short[:-1]
    names = {_plain(outlet), "".join(short)}
    if "." in outlet:
        names |= {name.removeprefix("the") for name in names}
    return names - {""}


def _plain(name: str) -> str:
    """The words of a name, folded and put together, without "the" before them."""
    words = re.findall(r"[^\W_]+", name.casefold())
    return "".join(words[1:] if len(words) > 1 and words[0] == "the" else words)


# --- when


def _of_saying(text: str, start: int, end: int) -> bool:
    """Whether the days at ``[start, end)`` are those of saying: right by its verb, or of the whole question for words.

    "What did Kirby say about the attack in October?" leaves open what was in October; "since" and "until" do not.
    """
    if not _SAYING.search(text):
        return False
    if _JUST_SAID.search(text[:start]):
        return True
    first, closed = not text[:start].strip(), bool(_REST.match(text, end))
    spanning = re.match(r"since|until|till|between|from", text[start:end], re.IGNORECASE)
    return first or (closed and spanning is not None)


def _days(text: str, asked_on: str | None, newest: str | None) -> tuple[tuple[int, int], str | None, str | None]:
    """The first phrase of ``text`` that names days, as a place in it, and the days."""
    for match in _PHRASE.finditer(text):
        try:
            days = _meant(match, _iso(asked_on), _iso(newest))
        except (ValueError, OverflowError):  # the 31st of February, a century ago from year 50
            continue
        if days is not None:
            since, until = (None if day is None else day.isoformat() for day in days)
            return match.span(), since, until
    return (0, 0), None, None


def _iso(day: str | None) -> date | None:
    return None if day is None else date.fromisoformat(day)


_Days = tuple[date | None, date | None]


def _meant(match: re.Match[str], today: date | None, newest: date | None) -> _Days | None:
    if match["first"] or match["from"]:
        last = _point(match["last"] or match["to"], newest)
        # "between March and May 2023": the year of the end is that of the beginning, unless that came after it
        first = _point(match["first"] or match["from"], last and last[1])
        return None if first is None or last is None or first[0] > last[1] else (first[0], last[1])
    if match["point"]:
        point = _point(match["point"], newest)
        return point and _beside(match["how"].casefold(), point)
    if match["named"]:
        return _point(match["named"], newest if match["near"].casefold() == "last" else today or newest)
    return None if today is None else _relative(match, today)


def _beside(how: str, point: tuple[date, date]) -> _Days:
    first, last = point
    match how:
        case "since" | "from":
            return first, None
        case "after":
            return last + timedelta(days=1), None
        case "until" | "till" | "up to":
            return None, last
        case "before":
            return None, first - timedelta(days=1)
        case _:
            # What is said on a day is in the papers of the next.
            return first, last + timedelta(days=first == last)


def _relative(match: re.Match[str], today: date) -> _Days:
    """Days counted from ``today``: "last week" and its like are whole, "the past week" ends today."""
    if match["one"]:
        return today - timedelta(days=match["one"].casefold() == "yesterday"), today
    if match["this"]:
        unit = match["this"].split()[-1].casefold()
        # On a Monday, "this week" is the one that ended yesterday.
        return (today - timedelta(days=7) if unit == "week" else _whole(unit, today)[0]), today
    unit, count = match["unit"].casefold(), match["count"]
    if count is None and re.search(r"\b(?:the|past)\b", match.group(), re.IGNORECASE) is None:
        return _whole(unit, _whole(unit, today)[0] - timedelta(days=1))
    number = int(count) if count and count.isdigit() else _COUNTS[count.casefold()] if count else 1
    return today - timedelta(days=number * {"day": 1, "week": 7, "month": 31, "year": 366}[unit]), today


def _whole(unit: str, day: date) -> tuple[date, date]:
    """The calendar week (from Monday), month or year that ``day`` is in; the day itself for ``day``."""
    match unit:
        case "day":
            return day, day
        case "week":
            monday = day - timedelta(days=day.weekday())
            return monday, monday + timedelta(days=6)
        case "month":
            return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
        case _:
            return date(day.year, 1, 1), date(day.year, 12, 31)


def _point(written: str, newest: date | None) -> tuple[date, date] | None:
    """First and last day of a day, month or year. Raises ``ValueError`` where the calendar has no such day."""
    parts = _PARTS.match(written)
    if parts is None:
        return None
    if parts["iso"]:
        return (day := date.fromisoformat(parts["iso"])), day
    if parts["alone"]:
        return _whole("year", date(int(parts["alone"]), 1, 1))
    month = _MONTHS.index(parts["month"][:3].casefold()) + 1
    number = parts["day"] or parts["nth"]
    nth = int(re.sub(r"\D", "", number)) if number else 1
    if parts["year"]:
        day = date(int(parts["year"]), month, nth)
    elif newest is None:
        return None
    else:
        day = date(newest.year - ((month, nth) > (newest.month, newest.day)), month, nth)
    return (day, day) if number else _whole("month", day)


def near(since: str | None, until: str, day: str) -> bool:
    """Whether an article of ``day`` is one of the days named, or of the month after: news of what happened then."""
    return (since is None or since <= day) and day <= (date.fromisoformat(until) + timedelta(days=31)).isoformat()
