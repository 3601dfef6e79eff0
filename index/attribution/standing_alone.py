"""Quotations that make a sentence or a paragraph of their own: whose they are, where punctuation or place proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from index.attribution import lexicon as lex
from index.attribution.layout import Layout, Token, Unit
from index.attribution.links import Link, Pattern
from index.types import Span

_STANDING_ALONE = frozenset({Pattern.BARE, Pattern.AFTER_REPORT, Pattern.INTRODUCED})


def joined(layout: Layout, by_unit: list[list[Link]], announced: dict[int, Link]) -> list[list[Link]]:
    """Joins quotations that stand alone to the speaker that punctuation or place proves; the rest get no source.

    ``announced`` holds, by unit, the source and verb that end a unit with a colon.
    """
    units = layout.units
    _signed(layout, by_unit)
    current: tuple[int, int] | None = None
    last: tuple[int, Link] | None = None
    for number, unit in enumerate(units):
        found = by_unit[number]
        if found:
            current = _quoting(layout, number, found)
            last = (number, found[-1])
            continue
        if not unit.is_quotation:
            current = None
            continue
        previous = units[number - 1] if number else None
        spans = tuple(token.quotation.span for token in unit.tokens if token.quotation is not None)
        same_paragraph = previous is not None and previous.paragraph == unit.paragraph
        goes_on = previous is not None and _ends_open(previous) and previous.paragraph + 1 == unit.paragraph
        if current is not None and (same_paragraph or goes_on):
            at, index = current
            link = by_unit[at][index]
            by_unit[at][index] = replace(link, content=link.content + spans, continued=True)
            continue
        if all(token.quotation.single for token in unit.tokens if token.quotation is not None):
            # A line of its own between single marks is a heading.
            current = None
            continue
        if number - 1 in announced and previous is not None:
            by_unit[number] = [replace(announced[number - 1], content=spans, unit=number)]
            current, last = (number, 0), (number, by_unit[number][0])
            continue
        pattern = Pattern.BARE
        source: tuple[Span, ...] = ()
        antecedent = None
        if last is not None and last[0] == number - 1 and previous is not None and last[1].source:
            if same_paragraph:
                pattern = Pattern.AFTER_REPORT
            elif previous.tokens[-1].text == ":":
                pattern = Pattern.INTRODUCED
            if pattern is not Pattern.BARE:
                source, antecedent = last[1].source, last[1].antecedent
        by_unit[number] = [Link(spans, source, (), pattern, number, antecedent)]
        current = (number, 0)
        last = (number, by_unit[number][0])
    for number in range(len(units) - 2, -1, -1):
        _hand_back(layout, by_unit, number)
    return by_unit


_DASHES = frozenset("-–—―") | {"--"}
_LONGEST_SIGNATURE = 10
"""Words and marks of a name with what its bearer is or where from: "Ann Cole, mayor of Port Ellen"."""


def _signed(layout: Layout, by_unit: list[list[Link]]) -> None:
    """“It was over.” — Ann Cole: a quotation and a name behind a dash, in one line or in the next."""
    for number, unit in enumerate(layout.units):
        if by_unit[number]:
            continue
        at = next((n for n, token in enumerate(unit.tokens) if not token.is_quotation), len(unit.tokens))
        quoted = [token.quotation.span for token in unit.tokens[:at] if token.quotation is not None]
        signer, name = number, unit.tokens[at:]
        if not name and number + 1 < len(layout.units) and not by_unit[number + 1]:
            signer, name = number + 1, layout.units[number + 1].tokens
        source = _signature(name)
        if quoted and source is not None and (signer == number or unit.is_quotation):
            by_unit[number] = [Link(tuple(quoted), (source,), (), Pattern.SIGNED, number)]


def _signature(tokens: Sequence[Token]) -> Span | None:
    """The name of ``— Ann Cole, mayor``; ``None`` for anything else behind a dash, and for anything without one."""
    dashes = next((n for n, token in enumerate(tokens) if token.text not in _DASHES), len(tokens))
    name = list(tokens[dashes:])
    while name and not name[-1].is_word:
        name.pop()
    if not dashes or not name or len(name) > _LONGEST_SIGNATURE or not name[0].is_capital:
        return None
    if any(token.is_quotation or token.text in _DASHES for token in name) or name[0].lower in lex.DETERMINERS:
        return None
    # A sentence has a verb that is not part of a name.
    if any(token.lower in lex.AUXILIARIES or token.lower in lex.CUE_FORMS for token in name):
        return None
    return Span(name[0].start, name[-1].end)


def _hand_back(layout: Layout, by_unit: list[list[Link]], number: int) -> None:
    """Gives a quotation without a source to the link behind it, where the two are one quotation."""
    here = by_unit[number]
    if len(here) != 1 or here[0].pattern not in _STANDING_ALONE:
        return
    last = here[0].content[-1]
    after = next(
        (n for n in range(number + 1, min(number + 8, len(layout.units))) if layout.units[n].span.start >= last.end),
        None,
    )
    if after is None or not by_unit[after]:
        return
    unit, following = layout.units[after], by_unit[after][0]
    opens = bool(unit.tokens) and unit.tokens[0].is_quotation
    before = layout.units[after - 1]
    same_paragraph = before.paragraph == unit.paragraph
    goes_on = _ends_open(before) and before.paragraph + 1 == unit.paragraph
    if not opens or not (same_paragraph or goes_on) or following.content[0].start != unit.tokens[0].start:
        return
    if following.pattern in _STANDING_ALONE:
        return
    by_unit[after][0] = replace(following, content=here[0].content + following.content, continued=True)
    by_unit[number] = []


def _quoting(layout: Layout, number: int, found: list[Link]) -> tuple[int, int] | None:
    """The link of a unit whose quotation may go on behind the unit."""
    unit = layout.units[number]
    quotations = [token for token in unit.tokens if token.is_quotation]
    if not quotations:
        return None
    best = None
    for index, link in enumerate(found):
        if any(span.contains(Span(q.start, q.end)) for span in link.content for q in quotations):
            best = (number, index)
    return best


def _ends_open(unit: Unit) -> bool:
    last = unit.tokens[-1].quotation if unit.tokens else None
    return last is not None and not last.closed
