"""What became of a quotation that was shown: whether its characters still stand, and as whose. Pure.

The words themselves are not kept (`index.cards`), so they are found again by their hash; a card that is corrected
tells them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from index import check
from index.cards import Finding, Quoted, Standing, digest, even
from index.check import VerdictKind
from index.store import names_match
from index.types import Article, Hit, Kind, Passage, Span

_READ = (VerdictKind.VERBATIM, VerdictKind.ALTERED, VerdictKind.PARAPHRASE)
"""Verdicts whose sentence stands in the place of the words that were asked for."""


def standing(quoted: Quoted, article: Article | None, passages: Sequence[Passage]) -> Finding:
    """What became of a quotation, given its article as it is served (``None``: it is not) and the passages of that."""
    if article is None:
        return Finding(Standing.WITHDRAWN, moved=True)
    moved = article.sha256 != quoted.receipt.sha256
    span = found_again(quoted, article.text) if moved else quoted.receipt.span
    if span is None:
        return Finding(Standing.ALTERED, article.sha256, moved=True)
    at = spoken_at(span, passages)
    if at is None or _same_voice(quoted, at):
        return Finding(moved=moved)
    return Finding(Standing.SPEAKER, _name(at) or "", moved)


def spoken_at(span: Span, passages: Sequence[Passage]) -> Passage | None:
    """The passage with most of the words of ``span``; ``None`` where none has any."""

    def shared(passage: Passage) -> int:
        return min(passage.span.end, span.end) - max(passage.span.start, span.start)

    return max((p for p in passages if p.span.overlaps(span)), key=shared, default=None)


def _same_voice(quoted: Quoted, now: Passage) -> bool:
    """Whether the card names nobody else than the record does now. A fuller name is the same, and so is a first one."""
    name = _name(now)
    if quoted.speaker is None:
        # Somebody's words that were nobody's by name may get one; the outlet's own words are not somebody's at once.
        return quoted.cited or now.kind is Kind.NARRATION
    if name is None:
        return False
    return names_match(quoted.speaker, name, None) or names_match(name, quoted.speaker, None)


def _name(passage: Passage) -> str | None:
    said_by = passage.said_by
    return None if said_by is None or said_by.speaker is None else said_by.speaker.name


def found_again(quoted: Quoted, text: str) -> Span | None:
    """Where the characters of a quotation stand in ``text``, white space made even; ``None`` where they do not."""
    whole, length = even(text), quoted.length
    for start in _beginnings(whole):
        if start + length <= len(whole) and digest(whole[start : start + length]) == quoted.digest:
            before = sum(not sign.isspace() for sign in whole[:start])
            signs = sum(not sign.isspace() for sign in whole[start : start + length])
            return _solid(text, before, signs)
    return None


def _beginnings(whole: str) -> Iterator[int]:
    """Where a quotation may begin: at a word, for nearly all do; then within one, as after an opening mark."""
    words = [0, *(at + 1 for at, sign in enumerate(whole) if sign == " ")]
    yield from words
    yield from sorted(set(range(len(whole))).difference(words))


def _solid(text: str, before: int, signs: int) -> Span:
    """The span of so many characters that are no white space, after so many."""
    solid = (at for at, sign in enumerate(text) if not sign.isspace())
    first, *rest = islice(solid, before, before + signs)
    return Span(first, (rest[-1] if rest else first) + 1)


def reads_now(words: str, article: Article, passages: Sequence[Passage]) -> Hit | None:
    """The whole sentences of ``article`` that are nearest to ``words``; ``None`` where it has none like them."""
    if not passages:
        return None
    found = check.verdict(words, None, [Hit(passages[0], article, 0.0)], passages=lambda _: tuple(passages))
    return found.closest if found.verdict in _READ else None
