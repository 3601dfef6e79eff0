"""``onrecord outlet``: how many words of an outlet's articles a card may quote, and the licence named with them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.changes import whoever
from bot.replies import terms_json
from index.archive import Archive
from index.outlets import Outlet
from index.types import Terms

if TYPE_CHECKING:
    from bot.output import Printer


def run(
    args: argparse.Namespace, archive: Archive, show: Callable[[dict[str, Any], Callable[[Printer], None]], None]
) -> None:
    """Change what was given, then show what holds."""
    if args.name is None:
        _list(archive.terms.list(), show)
        return
    terms = changed(archive.terms.get(args.name), args.words, args.licence)
    archive.terms.set(args.name, terms, by=whoever())
    show(outlet_json(Outlet(args.name, terms)), lambda to: to.line(described(Outlet(args.name, terms))))


def changed(terms: Terms, words: int | str | None, licence: str | None) -> Terms:
    """``terms`` with what is given in place of what was; "any" words or an empty licence take it back."""
    if words is not None:
        terms = Terms(words if isinstance(words, int) else None, terms.licence)
    if licence is not None:
        terms = Terms(terms.words, licence.strip() or None)
    return terms


def outlet_json(outlet: Outlet) -> dict[str, Any]:
    """An outlet and what it allows."""
    return {"outlet": outlet.name, **terms_json(outlet.terms)}


def described(outlet: Outlet) -> str:
    """What an outlet allows, on one line."""
    words = (
        "any number of words" if outlet.terms.words is None else f"{outlet.terms.words:,} words of an article a card"
    )
    return f"{outlet.name}: {words} · licence: {outlet.terms.licence or 'none named'}"


def _list(outlets: tuple[Outlet, ...], show: Callable[[dict[str, Any], Callable[[Printer], None]], None]) -> None:
    def written(to: Printer) -> None:
        for outlet in outlets:
            to.line(described(outlet))
        if not outlets:
            to.line("Nothing is said of any outlet: all words may be quoted, and no licence is named.")

    show({"outlets": [outlet_json(outlet) for outlet in outlets]}, written)
