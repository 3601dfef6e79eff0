"""Days as people write them -> ISO days, and back."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from bot.localised import ENGLISH, LANGUAGES, catalogue, counted, text

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?\Z")
_DAY_FIRST = re.compile(r"(?:(\d{1,2})(?:st|nd|rd|th)?\.? )?([a-z]{3,9})\.?,? (\d{4})\Z")
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\Z")

_WRITTEN = re.compile(r"(\d{1,2})\.? ([^\W\d_]+) (\d{4})\Z")
"""What `written` writes, in whatever language."""

HOW = catalogue(ENGLISH)["ask.how_days"]
"""How days may be written, in English."""


def day_of(text: str, *, today: date, last: bool = False) -> str | None:
    """The ISO day that ``text`` means; ``None`` when it means none, or not exactly one (``5/6/2023``).

    A month or a year stands for its first day, or with ``last`` for its last one. ``today`` and ``yesterday`` count
    from ``today``.
    """
    text = " ".join(text.lower().split())
    if text in ("today", "yesterday"):
        return (today - timedelta(days=text == "yesterday")).isoformat()
    if found := _ISO.match(text):
        return _day(found[1], found[2], found[3], last)
    if (found := _WRITTEN.match(text)) and (month := _month_written(found[2])):
        return _day(found[3], month, found[1], last)
    if found := _DAY_FIRST.match(text):
        return _day(found[3], _month(found[2]), found[1], last)
    if found := _MONTH_FIRST.match(text):
        return _day(found[3], _month(found[1]), found[2], last)
    return None


def written(iso: str) -> str:
    """``2023-10-13`` as ``13 October 2023``, in the language of the task; anything else as it is."""
    try:
        value = date.fromisoformat(iso)
    except ValueError:
        return iso
    # strftime would follow the locale of the machine
    return text("date.written", day=value.day, month=text(f"date.month.{value.month}"), year=value.year)


def age(iso: str, today: date) -> str | None:
    """How long ago a day was, in whole units that have passed: ``today``, ``5 days ago``, ``3 years ago``.

    ``None`` for a day to come, and for what is no day.
    """
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return None
    passed = (today - day).days
    months = 12 * (today.year - day.year) + today.month - day.month - (today.day < day.day)
    if passed < 0:
        return None
    if passed < 2:
        return text("age.yesterday" if passed else "age.today")
    count, unit = (
        (passed, "day") if passed < 14 else (passed // 7, "week") if months < 2
        else (months, "month") if months < 12 else (months // 12, "year")
    )  # fmt: skip
    return counted(f"age.{unit}", count)


def _month(name: str) -> str:
    short = name[:3]
    whole = short in _MONTHS and calendar.month_name[_MONTHS.index(short) + 1].lower()
    return str(_MONTHS.index(short) + 1) if whole and (whole.startswith(name) or name == "sept") else "0"


def _month_written(name: str) -> str | None:
    """The number of a month as any of the languages writes it in full; ``None`` for another word."""
    names = ((language, month) for language in LANGUAGES for month in range(1, 13))
    found = (month for language, month in names if catalogue(language)[f"date.month.{month}"].lower() == name)
    return next(map(str, found), None)


def _day(year: str, month: str | None, day: str | None, last: bool) -> str | None:
    try:
        whole_month = int(month) if month else 12 if last else 1
        end = calendar.monthrange(int(year), whole_month)[1]
        return date(int(year), whole_month, int(day) if day else end if last else 1).isoformat()
    except ValueError:
        return None
