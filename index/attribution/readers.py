"""Two readers and what they agree on: a text in, everything that it attributes to anybody out.

text -> layout -> links by rules ─┬─> judged (each claim once, with its probability) -> chosen -> resolved
                  links by tagger ┘
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from index.attribution import lexicon as lex
from index.attribution.cues import cue_class, describes
from index.attribution.judge import Calibration, Judged, judged
from index.attribution.layout import Layout, layout, words
from index.attribution.ledger import ledger
from index.attribution.lexicon import CueClass
from index.attribution.links import Link, Pattern
from index.attribution.resolve import kind_of, resolve
from index.attribution.rules import links
from index.attribution.transcript import turn_attributions, turns
from index.types import Attribution, Kind, Span

if TYPE_CHECKING:
    from index.attribution.tagger import Tagger

READ = 0.33
"""Least probability of a claim that only the tagger finds. On PolNeAR's development part F1 differs by .3 at most from
.3 to .35, and from .33 on three of four are right."""
SHOWN, NAMED = 0.6, 0.7
"""Least probability of a claim that only the tagger finds to be shown as somebody's words, and to name whose. From .6
on .74 of its speech is right in words and source there; from .7 on the source is right in .98 where the words are."""

_loading = threading.Lock()


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that the text says somebody said, wrote, believes or plans."""

    attribution: Attribution
    act: CueClass
    """``SPEECH``, ``WRITING`` or ``BELIEF``; what was not said is no claim."""
    shown: bool
    """Whether its words may be shown as the speaker's; a belief is the outlet's description."""


def claims(text: str, *, learned: bool = True) -> tuple[Claim, ...]:
    """Everything that is attributed to anybody, in text order. Any text is accepted.

    Without ``learned`` the rules read alone, which takes a tenth of the time and finds half as much. Raises
    ``ModelUnavailable`` when the tagger's weights are missing or are not the file they should be.
    """
    laid_out = layout(text)
    said_in_turns = turns(text)
    skip = [turn.words for turn in said_in_turns]
    by_rules = links(laid_out, skip=skip)
    if learned and text.strip():
        tagger, calibration = _tagger()
        found = judged(laid_out, by_rules, tagger.tagged(laid_out, by_rules, skip), calibration)
    else:
        found = ()
    shown, others = _chosen(laid_out, by_rules, found, skip)
    people = ledger(
        laid_out,
        [span for link in (*shown, *others) for span in (link.antecedent, *link.source) if span is not None],
    )
    acts = {link.content: _act(laid_out, link) for link in shown}
    made = [Claim(said, acts[said.content], shown=True) for said in resolve(laid_out, shown, people)]
    beside = {link.content: cue_class(laid_out, link.source, link.cue) for link in others}
    # Who thinks something is told by who spoke before; whom "he" means in speech is not told by what anybody thinks.
    for said in resolve(laid_out, sorted((*shown, *others), key=_order), people) if others else ():
        if said.content in beside:
            made.append(Claim(said, beside[said.content], shown=False))
    made += [Claim(said, CueClass.SPEECH, shown=True) for said in turn_attributions(text, said_in_turns, people)]
    # Quotation marks around nothing but signs or control characters quote nobody.
    kept = [claim for claim in made if all(any(map(str.isalnum, span.of(text))) for span in claim.attribution.content)]
    return tuple(sorted(kept, key=lambda claim: (claim.attribution.hull, claim.attribution.content)))


def _tagger() -> tuple[Tagger, Calibration]:
    with _loading:
        return _loaded()


@cache
def _loaded() -> tuple[Tagger, Calibration]:
    from index.attribution.weights import load  # torch is slow to import, and much is done without it

    return load()


def _chosen(
    laid_out: Layout, by_rules: Sequence[Link], found: Sequence[Judged], skip: Sequence[Span]
) -> tuple[list[Link], list[Link]]:
    """The links that are shown as somebody's words, and those that are only known; each in text order."""
    verdicts = {id(one.rule): one for one in found if one.rule is not None}
    shown, others = [], []
    for link in by_rules:
        verdict = verdicts.get(id(link))
        if verdict is None:
            shown.append(link)
        elif verdict.tagged is None or not verdict.tagged.source or _overlap(link.source, verdict.tagged.source):
            shown.append(replace(link, probability=verdict.probability))
        else:
            # The same words, and another source: .58 of the rules' are right there, which is too few for a name.
            shown.append(replace(link, named=False, probability=verdict.probability))
    said_already = [span for link in shown for span in link.content] + list(skip)
    pointing = [span for link in shown for span in (*link.source, *link.cue)]
    for link, act in _added(laid_out, found):
        if _overlap(link.content, said_already):
            continue
        said_already += link.content
        sure = act is not CueClass.BELIEF and bool(link.source) and (link.probability or 0.0) >= SHOWN
        apart = not _overlap(link.content, pointing) and not _overlap((*link.source, *link.cue), said_already)
        if sure and apart and not (describes(laid_out, link.cue) and kind_of(laid_out, link.content) is Kind.INDIRECT):
            shown.append(link)
        else:
            others.append(link)
    return sorted(shown, key=_order), sorted(others, key=_order)


def _overlap(spans: Sequence[Span], others: Sequence[Span]) -> bool:
    return any(span.overlaps(other) for span in spans for other in others)


def _order(link: Link) -> tuple[int, Span, tuple[Span, ...]]:
    return link.unit, min(link.content), link.cue


def _added(laid_out: Layout, found: Sequence[Judged]) -> Iterator[tuple[Link, CueClass]]:
    """The claims that only the tagger found, likely enough, that say something and were said."""
    ends = [unit.span.end for unit in laid_out.units]
    for one in found:
        act = cue_class(laid_out, one.source, one.cue)
        if one.rule is not None or one.probability < READ or act is CueClass.NEGATED:
            continue
        if _says_nothing(laid_out.text, one.content) or not _reports(laid_out.text, one.cue):
            continue
        if _overlap(one.content, (*one.source, *one.cue)):
            continue
        unit = min(bisect_right(ends, one.cue[0].start), len(ends) - 1)
        if _asks(laid_out, unit, one.cue):
            continue
        link = Link(one.content, one.source, one.cue, Pattern.LEARNED, unit)
        yield replace(link, named=one.probability >= NAMED, probability=one.probability), act


def _reports(text: str, cue: Sequence[Span]) -> bool:
    """Whether a cue has a word that can name an act: "it" in "it is unclear whether" has none."""
    told = [token.lower for span in cue for token in words(text, span.start, span.end) if token.is_word]
    return any(word not in lex.PRONOUNS and word not in lex.BE for word in told)


def _asks(laid_out: Layout, unit: int, cue: Sequence[Span]) -> bool:
    """Whether a verb stands in a question, in the form that "did" asks for: "Did Ann Cole say that …?"."""
    tokens = laid_out.units[unit].tokens
    told = [token.lower for span in cue for token in words(laid_out.text, span.start, span.end)]
    base = any(word in lex.CUE_FORMS and lex.CUE_FORMS[word][1] is lex.Form.BASE for word in told)
    return base and bool(tokens) and tokens[-1].text == "?"


_SMALL = frozenset("the a an of and his her their its to for about with".split())
_ASKED_FOR = frozenset(("comment", "comments"))


def _says_nothing(text: str, content: Sequence[Span]) -> bool:
    """Whether the content only names something ("referring to North Korea"), or is what was asked for ("comment")."""
    tokens = [token for span in content for token in words(text, span.start, span.end) if token.is_word]
    told = [token for token in tokens if token.lower not in _SMALL]
    if told and told[0].lower in _ASKED_FOR:
        return True
    quoted = any(mark in span.of(text) for span in content for mark in '"“”')
    return not quoted and all(token.is_capital for token in told)


def _act(laid_out: Layout, link: Link) -> CueClass:
    """The class of a link that is shown: what the rules read is said or written."""
    written = cue_class(laid_out, link.source, link.cue) is CueClass.WRITING
    return CueClass.WRITING if written else CueClass.SPEECH
