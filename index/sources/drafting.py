"""Text and what is said about it -> a draft, cleaned once and for all. The one way an article leaves this room."""

from __future__ import annotations

import re

from index.errors import NotAnArticle, Unreadable
from index.types import Draft

from .clean import clean
from .dates import iso_day
from .given import Given
from .metadata import told

_FEWEST_WORDS = 5
_FEWEST_LETTERS = 25
# A sentence of a script without spaces between words.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u2e80-\u9fff\uf900-\ufaff]")
_STOP = re.compile(r"[.!?…。！？।؟۔]['\"”’“‘»«)\]」』]*(?=\s|$)|[。！？]")


def drafted(source: str, text: str, page: Given, given: Given) -> Draft:
    """The article in ``text``. ``given`` wins over what the ``page`` says, and that over what the text tells.

    Raises ``NotAnArticle`` when not one sentence of prose is left, ``Unreadable`` for a given date that is no day.
    """
    given = dated(source, given)
    said, body = told(text, given.or_else(page))
    body = clean(body)
    if not has_sentence(body):
        raise NotAnArticle(
            source,
            f"{source} holds no article: not one whole sentence is left without menus, labels and links; "
            "add the page or file that carries the text itself.",
        )
    return Draft(body, said.title, said.outlet, said.authors, said.date, said.url)


def dated(source: str, given: Given) -> Given:
    """``given`` with its date as an ISO day. Raises ``Unreadable`` when it names none."""
    if given.date is None:
        return given
    day = iso_day(given.date)
    if day is None:
        raise Unreadable(source, f"The date given for {source}, {given.date!r}, is not a day; write it as YYYY-MM-DD.")
    return Given(given.title, given.outlet, given.authors, day, given.url)


def has_sentence(text: str) -> bool:
    """Whether a line of ``text`` has a sentence: enough words, and then a full stop."""
    for line in text.split("\n"):
        start = 0
        for stop in _STOP.finditer(line):
            piece = line[start : stop.end()]
            start = stop.end()
            unspaced = len(_UNSPACED.findall(piece))
            words = len(piece.split()) + unspaced // 3
            letters = sum(map(str.isalpha, piece)) + 2 * unspaced
            if words >= _FEWEST_WORDS and letters >= _FEWEST_LETTERS:
                return True
    return False
