"""Days as people and pages write them -> ISO days. Pure; a date that can be read two ways is not read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner janvier enero ene janeiro gennaio januari января",
            "february feb februar feber februari février febrero fevereiro febbraio февраля",
            "march mar märz mrz mars marzo março maart marts марта",
            "april apr avril abril abr aprile апреля",
            "may mai mayo maio maggio mei maj мая",
            "june jun juni juin junio junho giugno июня",
            "july jul juli juillet julio julho luglio июля",
            "august aug août agosto ago augustus augusti августа",
            "september sep sept septembre septiembre setembro settembre сентября",
            "october oct oktober okt octobre octubre outubro ottobre октября",
            "november nov novembre noviembre novembro ноября",
            "december dec dezember dez décembre diciembre dezembro dicembre декабря",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)"
_DAY = r"(?P<day>[0-3]?\d)"

_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<![\d-]){_YEAR}(?P<sep>[-/.])(?P<number>[01]?\d)(?P=sep){_DAY}(?!\d|[-/]\d)",
        rf"(?<!\d){_YEAR}(?P<number>[01]\d)(?P<day>[0-3]\d)(?=T\d|$)",
        rf"\b{_MONTH} {_DAY}(?:st|nd|rd|th)?,? {_YEAR}(?!\d)",
        rf"(?<!\d){_DAY}(?:(?:st|nd|rd|th|º|er)?(?: |-| de | of )|\.\s?){_MONTH}(?:,? |-| de | del ){_YEAR}(?!\d)",
        # Dots and bars are only written day first.
        rf"(?<![\d.]){_DAY}(?:\.\s?| \| )(?P<number>[01]?\d)(?:\.\s?| \| ){_YEAR}(?!\d)",
        r"(?<![\d.:])(?P<day>[0-3]\d)\.(?P<number>[01]\d)\.(?P<short>[0-3]\d)(?![\d.:])",
    )
)
_SLASHED = re.compile(rf"(?<![\d/])(?P<first>[0-3]?\d)/(?P<second>[0-3]?\d)/{_YEAR}(?!\d|/)")


def find_day(text: str) -> tuple[str, tuple[int, int]] | None:
    """The first day written out in ``text`` as ``YYYY-MM-DD``, with where it stands; ``None`` when there is none.

    The day is the one written, whatever the time zone beside it. ``03/04/2023`` could be two days and counts as none.
    """
    best: tuple[int, int, str] | None = None
    for form in _FORMS:
        for match in form.finditer(text):
            parts = match.groupdict()
            number = _MONTHS[parts["month"].lower()] if parts.get("month") else int(parts["number"])
            year = int(parts["year"]) if parts.get("year") else 2000 + int(parts["short"])
            day = _iso(year, number, int(parts["day"]))
            if day and (best is None or match.start() < best[0]):
                best = (match.start(), match.end(), day)
                break
    for match in _SLASHED.finditer(text):
        first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
        readings = {day for day in (_iso(year, first, second), _iso(year, second, first)) if day}
        if len(readings) == 1 and (best is None or match.start() < best[0]):
            best = (match.start(), match.end(), readings.pop())
            break
    return None if best is None else (best[2], (best[0], best[1]))


def slashes_begin_with_month(texts: Iterable[str], language: str) -> bool | None:
    """Whether a page writes ``03/04/2023`` month first: its days that can be read one way tell, else its language.

    ``language`` is the one that the page states ("en-US"); plain English tells nothing. ``None`` where nothing tells.
    """
    told = {
        int(match["second"]) > 12
        for text in texts
        for match in _SLASHED.finditer(text)
        if max(int(match["first"]), int(match["second"])) > 12
    }
    if len(told) == 1:
        return told.pop()
    language = language.lower().replace("_", "-")
    return None if told or language in ("", "en") else language == "en-us"


def without_slashes(text: str, *, month_first: bool) -> str:
    """``text`` with its slashed days as ISO days, read in the order that its page is known to write."""

    def iso(match: re.Match[str]) -> str:
        first, second, year = int(match["first"]), int(match["second"]), int(match["year"])
        month, day = (first, second) if month_first else (second, first)
        return _iso(year, month, day) or _iso(year, day, month) or match.group()

    return _SLASHED.sub(iso, text)


def iso_day(text: str) -> str | None:
    """``text`` (a date, with or without time and zone) as ``YYYY-MM-DD``; ``None`` when it names no single day."""
    found = find_day(text.strip()) if len(text) <= 100 else None
    return None if found is None else found[0]


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


_BESIDE_A_DATE = re.compile(
    r"\b(?:first |originally |last )?(?:published|updated|posted|modified|created|released|issued|filed|"
    r"veröffentlicht|aktualisiert|erstellt|geschrieben|eingestellt|stand|datum|date|publié|mis à jour|publicado|"
    r"actualizado|atualizado|pubblicato|aggiornato|gepubliceerd|опубликовано|기사입력|입력|등록|公開日?|発表|发布时间|发布)"
    r"(?: on| at| am| le| el| em| il| op)?\b"
    r"|\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
    r"|\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)\b"
    r"|T?\b\d{1,2}[:.h]\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:Z\b|[+-]\d{2}:?\d{2})?|\b\d{1,2} ?(?=[ap]\.?m)|"
    r"\b[ap]\.?m\b\.?|\b(?:uhr|noon|midnight)\b"
    r"|\b(?:[A-Z]{1,4}T|UTC|GMT|BST|IST|Z)(?:[+-]\d{1,2}(?::?\d{2})?)?\b|\b(?:eastern|pacific|central|mountain|"
    r"local|daylight|standard)(?: time)?\b"
    r"|\b\d+[ -]?min(?:ute)?s?[ -]read\b|\b\d+ (?:hours?|minutes?|days?) ago\b|\b(?:on|at|am|um|of|the|et)\b|"
    r"[\s|,;:·•–—()\[\]/.\-]+",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"\b(?:updated|modified|aktualisiert|mis à jour|actualizado|atualizado|aggiornato)\b", re.IGNORECASE
)


def day_line(line: str) -> tuple[str, bool] | None:
    """The day of a ``line`` that tells nothing but a day ("Published Oct 13, 2023 at 4:10 PM EDT"), else ``None``.

    The second value says whether it is (only) the day of an update.
    """
    found = find_day(line) if len(line) <= 160 else None
    if found is None:
        return None
    day, (start, end) = found
    rest = line[:start] + " " + line[end:]
    another = find_day(rest)
    if another is not None:
        rest = rest[: another[1][0]] + " " + rest[another[1][1] :]
    if not only_time(rest):
        return None
    return day, _UPDATED.search(line[:start]) is not None


def only_time(text: str) -> bool:
    """Whether ``text`` says nothing but a time of day, a weekday, a zone, or that something was published."""
    return not _BESIDE_A_DATE.sub("", text)
