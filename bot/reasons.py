"""Why there is no answer, in plain words, for a card and for a terminal alike. Pure.

What members and articles wrote is put on one line and bounded; it is for the caller to escape the whole sentence.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot import days, localised
from bot.localised import text
from bot.verbatim import plain_label
from index.types import Abstention, Details, Filters, Reason


def instead() -> str:
    """What stands before the questions that are offered."""
    return text("reason.instead")


def sentence(abstention: Abstention, filters: Filters = Filters()) -> str:
    """One sentence, saying no more than what was looked up; not escaped."""
    details = abstention.details
    none_mentions = (
        text("reason.none_mentions", subject=plain_label(details.subject, 80)) if details.subject else ""
    )  # fmt: skip
    match abstention.reason:
        case Reason.NO_ARTICLES if filters != Filters():
            return text("reason.none_match")
        case Reason.NO_ARTICLES:
            return text("reason.no_articles")
        case Reason.NOT_COVERED:
            return text("reason.not_covered", none_mentions=none_mentions)
        case Reason.NOT_STATED:
            return text("reason.not_stated", none_mentions=none_mentions)
        case Reason.NOT_SAID_BY:
            return _not_said(details, filters)
        case Reason.OUTSIDE_DATES:
            return text("reason.outside_dates", when=_when(details))
        case Reason.OTHER_OUTLETS:
            asked = plain_label(filters.outlet, 80) if filters.outlet else text("reason.outlet_asked_for")
            having = localised.listed([plain_label(outlet, 60) for outlet in details.outlets[:3]])
            return text("reason.other_outlets", asked=asked, see=text("reason.see", outlets=having) if having else "")
        case Reason.UNCLEAR_QUESTION:
            return text("reason.unclear")


def _not_said(details: Details, filters: Filters) -> str:
    speaker = plain_label(details.speaker or filters.speaker or text("reason.that_speaker"), 100)
    if not details.speaker:
        return text("reason.not_with_this", speaker=speaker)
    if not details.quoted:
        return text("reason.not_quoted", speaker=speaker)
    if details.subject:
        return localised.counted(
            "reason.never_about", details.quoted, speaker=speaker, subject=plain_label(details.subject, 80)
        )
    return localised.counted("reason.quoted", details.quoted, speaker=speaker)


def _when(details: Details) -> str:
    if details.since is None or details.until is None:
        return ""
    first, last = (plain_label(days.written(iso), 20) for iso in (details.since, details.until))
    return f" ({first})" if first == last else f" ({text('timeline.from_to', first=first, last=last)})"


def listed(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return localised.listed(list(words))
