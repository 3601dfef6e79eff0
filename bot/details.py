"""What a moderator says about an article: its title, outlet, authors, day and address, typed into a form or a command.

A form is known by its id alone, and what was typed is read from the interaction, so that it outlives the process that
asked for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import discord
from discord import ui

from bot import days, verbatim
from index.sources import Given
from index.types import Article, Draft

NO_ADDRESS = "The address of an article begins with http:// or https://."
LIMITS = {"title": 300, "outlet": 100, "authors": 300, "date": 30, "url": 2000}
"""Characters of each field, where what is known is not longer already."""
TEXT_LIMIT = 4000
"""Characters of a text that is pasted: Discord's own limit for a field."""
_LABELS = {"title": "Title", "outlet": "Outlet", "authors": "Authors", "date": "Day", "url": "Address"}
_HINTS = {
    "authors": "Several: with a comma between them",
    "date": "Like 2023-10-13",
    "url": "For the link to the source",
}


def form(title: str, custom_id: str, known: Given) -> ui.Modal:
    """A form with what is known of an article, to be changed."""
    modal = ui.Modal(title=title, custom_id=custom_id, timeout=900)
    for name, value in _values(known).items():
        modal.add_item(_field(name, value))
    return modal


def paste_form(title: str, custom_id: str, known: Given) -> ui.Modal:
    """A form for the text of an article; its authors have no room in it, for a form has five fields."""
    modal = ui.Modal(title=title, custom_id=custom_id, timeout=1800)
    style = discord.TextStyle.paragraph
    text: ui.TextInput[Any] = ui.TextInput(custom_id="text", style=style, max_length=TEXT_LIMIT, min_length=1)
    modal.add_item(ui.Label(text="Text", component=text, description="Longer ones: /articles add with a file"))
    for name, value in _values(known).items():
        if name != "authors":
            modal.add_item(_field(name, value))
    return modal


def _values(known: Given) -> dict[str, str]:
    return {
        "title": known.title or "", "outlet": known.outlet or "", "authors": ", ".join(known.authors),
        "date": known.date or "", "url": known.url or "",
    }  # fmt: skip


def _field(name: str, value: str) -> ui.Label[Any]:
    # What is longer than Discord takes would be cut, and stored so when the form is sent.
    limit = min(TEXT_LIMIT, max(LIMITS[name], len(value)))
    field: ui.TextInput[Any] = ui.TextInput(
        custom_id=name, max_length=limit, required=False, default=value[:limit] or None
    )
    return ui.Label(text=_LABELS[name], component=field, description=_HINTS.get(name))


def typed(data: Any) -> dict[str, str]:
    """What was typed into the fields of a form, by their names; white space around it is left out."""
    return {name: value.strip() for name, value in _fields(data)}


def _fields(data: Any) -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        if isinstance(data.get("value"), str):
            yield str(data.get("custom_id")), data["value"]
        for part in (data.get("components"), data.get("component")):
            yield from _fields(part)
    elif isinstance(data, list):
        for part in data:
            yield from _fields(part)


def of(known: Article | Draft) -> Given:
    """What is known of an article."""
    return Given(known.title, known.outlet, known.authors, known.date, known.url)


def stated(fields: dict[str, str]) -> Given | str:
    """What a moderator says about an article, or the sentence that says what is wrong with it; empty is not stated."""
    day, url = fields.get("date"), fields.get("url")
    iso = days.day_of(day, today=datetime.now(UTC).date()) if day else None
    if day and not iso:
        return f"“{verbatim.label(day, 30)}” is not a day I understand; {days.HOW}."
    if url and not is_address(url):
        return NO_ADDRESS
    authors = tuple(name.strip() for name in fields.get("authors", "").split(",") if name.strip())
    return Given(fields.get("title") or None, fields.get("outlet") or None, authors, iso, url or None)


def with_details(draft: Draft, given: Given) -> Draft:
    """The draft, with what is said of it now."""
    return replace(
        draft, title=given.title, outlet=given.outlet, authors=given.authors, date=given.date, url=given.url
    )  # fmt: skip


def is_address(url: str) -> bool:
    """Whether it is the address of a page, and not a path or something else that could be read."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
