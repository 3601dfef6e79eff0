"""``onrecord log``, ``undo`` and ``edit``: who changed what, taking it back, and what is said of an article."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from index.archive import Archive
from index.audit import Entry
from index.errors import NotUndoable, Unreadable
from index.types import Article

_UNNAMED = "the command line"


def whoever() -> str:
    """Who uses the command line, as the system knows them: for the log."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container without an entry for its user, or without such entries
        return _UNNAMED


def entry_json(entry: Entry) -> dict[str, Any]:
    """An entry of the log. An article stands in ``before`` and ``after`` without its text."""
    return {
        "id": entry.id,
        "at": entry.at,
        "by": entry.by,
        "action": entry.action.value,
        "subject": entry.subject,
        "words": entry.words,
        "before": _without_text(entry.before),
        "after": _without_text(entry.after),
        "undone_by": entry.undone_by,
    }


def _without_text(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if value is None else {name: one for name, one in value.items() if name != "text"}


def entry_lines(entry: Entry) -> Iterator[str]:
    """An entry for a person to read: one line, and a second one where it was undone."""
    subject = f" ({entry.subject})" if entry.subject and entry.subject != entry.words else ""
    yield f"{entry.id:>6}  {entry.at[:16].replace('T', ' ')}  {entry.by or 'onrecord'}: {_said(entry)}{subject}"
    if entry.undone_by is not None:
        yield f"        undone by {entry.undone_by}"


def _said(entry: Entry) -> str:
    return f"{entry.action.value.replace('_', ' ')} {entry.words}"


def undone(archive: Archive, number: int) -> tuple[Entry, int]:
    """Undo the entry of that number; returns it, and the number of the entry that says so. Raises ``NotUndoable``."""
    entry = archive.log.entry(number)
    if entry is None:
        raise NotUndoable(f"The log has no entry {number}; `onrecord log` shows those there are.")
    return entry, archive.undo(entry, by=whoever())


def edited(archive: Archive, article_id: str, changes: Mapping[str, Any]) -> tuple[Article, bool]:
    """Change what is said of an article; returns it as it is now, and whether that is another than before.

    ``changes`` has the fields of `Article` that are given; an empty one takes away what stood there. Raises
    ``NoSuchArticle``, and ``Unreadable`` for half a character.
    """
    given: dict[str, Any] = {name: value or (() if name == "authors" else None) for name, value in changes.items()}
    try:
        "".join("".join(value or ()) for value in given.values()).encode("utf-8")
    except UnicodeEncodeError as error:
        raise Unreadable("the change", "What was given holds half a character (a lone surrogate).") from error
    before = archive.article(article_id)
    after = replace(before, **given)
    return after, archive.edit(after, by=whoever()) != after
