"""Why there is no answer, in plain words, for a card and for a terminal alike. Pure.

What members and articles wrote is put on one line and bounded; it is for the caller to escape the whole sentence.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot import days
from bot.verbatim import plain_label
from index.types import Abstention, Details, Filters, Reason

INSTEAD = "The articles here do answer:"
"""What stands before the questions that are offered."""


def sentence(abstention: Abstention, filters: Filters = Filters()) -> str:
    """One sentence, saying no more than what was looked up; not escaped."""
    details = abstention.details
    none_mentions = f"; none mentions “{plain_label(details.subject, 80)}”" if details.subject else ""
    match abstention.reason:
        case Reason.NO_ARTICLES if filters != Filters():
            return "No article here matches the speaker, outlet or days you asked for."
        case Reason.NO_ARTICLES:
            return "There are no articles to look in."
        case Reason.NOT_COVERED:
            return f"The articles here do not cover this{none_mentions}."
        case Reason.NOT_STATED:
            return f"The articles here are about this, but do not say what you asked{none_mentions}."
        case Reason.NOT_SAID_BY:
            return _not_said(details, filters)
        case Reason.OUTSIDE_DATES:
            return f"This is on record here{_when(details)}, but not in the days you asked for."
        case Reason.OTHER_OUTLETS:
            asked = plain_label(filters.outlet, 80) if filters.outlet else "the outlet you asked for"
            having = listed([plain_label(outlet, 60) for outlet in details.outlets[:3]])
            return f"This is on record here, but not from {asked}{f': see {having}' if having else ''}."
        case Reason.UNCLEAR_QUESTION:
            return "The question does not say what it is about; name a person, place or event."


def _not_said(details: Details, filters: Filters) -> str:
    speaker = plain_label(details.speaker or filters.speaker or "That speaker", 100)
    if not details.speaker:
        return f"{speaker} is not on record here with this."
    if not details.quoted:
        return f"{speaker} is not quoted here."
    times = "once" if details.quoted == 1 else f"{details.quoted:,} times"
    if details.subject:
        never = "not" if details.quoted == 1 else "never"
        return f"{speaker} is quoted {times} here, {never} about {plain_label(details.subject, 80)}."
    return f"{speaker} is quoted {times} here, but not with this."


def _when(details: Details) -> str:
    if details.since is None or details.until is None:
        return ""
    first, last = (plain_label(days.written(iso), 20) for iso in (details.since, details.until))
    return f" ({first})" if first == last else f" ({first} to {last})"


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1] if words else "") if part)
