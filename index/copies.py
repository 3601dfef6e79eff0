"""Which passages are one and the same story in several outlets, and which say the same with other figures.

Two passages are copies when one has every word of the other in the same order and what it has more changes nothing:
no number, name or pronoun, no negation, no "may" or "nearly". Whatever is not surely the same is shown twice, for a
quotation too many costs a line, and one that was dropped with its figure costs the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

from index.attribution.lexicon import MODALS, MONTHS, NEGATIONS, REFUSALS
from index.question import STOPWORDS, Question, Want, plain_acronyms, stems
from index.types import Copy, Hit

_WORD = re.compile(r"[$€£¥%]|(?:(?<![^\s(])[-−])?\d+(?:[.,:]\d+)*[^\W\d_]*|[^\W_]+(?:['’][^\W_]+)*")
_THOUSANDS = re.compile(r",(?=\d{3}(?!\d))")
_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
_UNITS += "seventeen eighteen nineteen twenty"
_FIGURES = {word: str(figure) for figure, word in enumerate(_UNITS.split())}
_FIGURES |= {word: str(10 * n) for n, word in enumerate("thirty forty fifty sixty seventy eighty ninety".split(), 3)}
"""Outlets write the same number as "12" or "twelve"."""
_COUNTING = frozenset(
    """hundred thousand million billion trillion dozen hundreds thousands millions billions trillions dozens half third
    quarter double twice triple once first second fourth fifth sixth seventh eighth ninth tenth""".split()
)
_BOUNDS = frozenset("least most more less fewer than nearly almost about around over under roughly some up to".split())
"""What stands around a figure; two versions of one statement may differ in it ("12", "at least 15")."""
_TELLING = (
    NEGATIONS | REFUSALS | MODALS | frozenset("nearly almost least most more less fewer only allegedly falsely".split())
    | frozenset("i you he she it we they me him her us them my your his its our their".split())
)  # fmt: skip
"""Words that turn what is said into something else, or say of whom."""
_BEFORE_YEAR = frozenset("in since by until till from before after during of year late early mid to and".split())
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")

SHARED = 4
"""Words, function words aside, that two passages must share to be versions of one statement: "Twelve people were
killed" (two) may be about any event."""
AS_GOOD = 2.72
"""Where the newest is asked for, it comes first among those whose odds are within this factor of the best one's: one
unit of the logit, which is a third of what an article loses that is a month older."""


class _Sort(Enum):
    PLAIN = "plain"
    NUMBER = "number"
    TELLING = "telling"


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    sort: _Sort
    dated: bool = False
    """Whether it is a number that tells a day or a year."""


@lru_cache(maxsize=4096)
def _tokens(text: str) -> tuple[_Token, ...]:
    found: list[_Token] = []
    for match in _WORD.finditer(plain_acronyms(text)):
        written = match.group()
        word = written.casefold().replace("’", "'").removesuffix("'s")
        if any(character.isdigit() for character in word):
            number = _THOUSANDS.sub("", word).replace("−", "-")
            found.append(_Token(number, _Sort.NUMBER, _is_date(number, found)))
        elif word in _FIGURES or word in _COUNTING:
            found.append(_Token(_FIGURES.get(word, word), _Sort.NUMBER))
        else:
            found.append(_Token(word, _Sort.TELLING if _is_telling(written, word) else _Sort.PLAIN))
            if word in MONTHS and len(found) > 1 and found[-2].sort is _Sort.NUMBER:
                found[-2] = replace(found[-2], dated=True)  # "13 October"
    return tuple(found)


def _is_telling(written: str, word: str) -> bool:
    if word in _TELLING or word.endswith("n't") or written in "$€£¥%":
        return True
    name = written[0].isupper() and (word not in STOPWORDS or (len(written) > 1 and written.isupper()))
    return name or word in MONTHS


def _is_date(number: str, before: Sequence[_Token]) -> bool:
    last = before[-1] if before else None
    if last is None:
        return False
    return last.word in MONTHS or bool(_YEAR.fullmatch(number) and (last.word in _BEFORE_YEAR or last.dated))


def same_words(one: str, other: str, share: float) -> bool:
    """Whether two texts are copies: the shorter stands in the longer, word by word, and is ``share`` of it or more.

    White space, punctuation, quotation marks, case, and "12" for "twelve" do not count.
    """
    return _within(_tokens(one), _tokens(other), share)


RUN = 5
"""Words of a run: two texts that are written apart share few that long, but for what both quote."""


def shared_runs(one: str, other: str) -> float:
    """Which share, in [0, 1], of the runs of `RUN` words of the text that has fewer stands in the other too."""
    short, long = sorted((_runs(one), _runs(other)), key=len)
    return len(short & long) / len(short) if short else 0.0


def _runs(text: str) -> set[tuple[str, ...]]:
    words = [match.group().casefold().replace("’", "'") for match in _WORD.finditer(text)]
    return {tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1)}


def figures(text: str) -> frozenset[str]:
    """The numbers of ``text``, days and years aside: "twelve" and "12" are one."""
    return frozenset(token.word for token in _tokens(text) if token.sort is _Sort.NUMBER and not token.dated)


def negations(text: str) -> int:
    """How many words of ``text`` deny: "not", "never", "won't"."""
    return sum(token.word in NEGATIONS or token.word.endswith("n't") for token in _tokens(text))


def _within(one: Sequence[_Token], other: Sequence[_Token], share: float) -> bool:
    short, long = sorted((one, other), key=len)
    if not short or len(short) < share * len(long):
        return False
    rest = iter(short)
    wanted = next(rest, None)
    for token in long:
        if wanted is not None and token.word == wanted.word:
            wanted = next(rest, None)
        elif token.sort is not _Sort.PLAIN:
            return False
    return wanted is None


def is_copy(one: Hit, other: Hit, share: float) -> bool:
    """Whether two hits are the same words of, as far as the articles tell, the same speaker."""
    speakers = [hit.speaker for hit in (one, other) if hit.speaker is not None and hit.speaker.named]
    if len(speakers) == 2 and not {*stems(speakers[0].name)} & {*stems(speakers[1].name)}:
        return False
    return same_words(one.quote, other.quote, share)


def collapsed(hits: Sequence[Hit], share: float) -> list[tuple[int, Hit]]:
    """``hits``, best first, without copies: the index of each that is kept, and the hit with its copies in ``also``.

    Of copies the best is kept, for its score is the one that decides, and what is shown must be what was judged; of
    equally good ones the earliest, which is the nearest to where the words come from. A repetition in the same
    article is left out and not listed: it is no other source.
    """
    order = sorted(range(len(hits)), key=lambda i: (-hits[i].score, hits[i].article.date or "9999"))
    groups: list[list[int]] = []
    for index in order:
        for group in groups:
            if is_copy(hits[group[0]], hits[index], share):
                group.append(index)
                break
        else:
            groups.append([index])
    return [(group[0], replace(hits[group[0]], also=_copies([hits[i] for i in group]))) for group in groups]


def _copies(group: Sequence[Hit]) -> tuple[Copy, ...]:
    """The copies of the first, one for each other article, the earliest first; those without a day last."""
    first, *others = group
    found = {hit.article.id: Copy(hit.article, hit.passage.span) for hit in reversed(others)}
    found.pop(first.article.id, None)
    return tuple(sorted(found.values(), key=lambda copy: (copy.article.date or "9999", copy.article.id)))


def other_figures(one: Hit, other: Hit, question: Question, share: float) -> bool:
    """Whether two hits of different articles make the same statement with another number.

    Days and years are part of a statement, unless the question asks for a time: "12 in May" does not contradict "15 in
    June". A number that the question gives itself says which statement is meant; one of them alone may hold it.
    """
    if one.article.id == other.article.id:
        return False
    first, second = _tokens(one.quote), _tokens(other.quote)
    figures = [_figures(tokens, question) for tokens in (first, second)]
    given = {token.word for token in _tokens(question.text) if token.sort is _Sort.NUMBER}
    if not all(figures) or figures[0] == figures[1] or given & {*figures[0]} != given & {*figures[1]}:
        return False
    said, said_otherwise = _statement(first, question), _statement(second, question)
    shared = {token.word for token in said} & {token.word for token in said_otherwise}
    return len(shared - STOPWORDS) >= SHARED and _within(said, said_otherwise, share)


def _is_figure(token: _Token, question: Question) -> bool:
    return token.sort is _Sort.NUMBER and (not token.dated or question.want is Want.TIME)


def _figures(tokens: Sequence[_Token], question: Question) -> tuple[str, ...]:
    return tuple(token.word for token in tokens if _is_figure(token, question))


def _statement(tokens: Sequence[_Token], question: Question) -> list[_Token]:
    return [token for token in tokens if not _is_figure(token, question) and token.word not in _BOUNDS]


def arranged(
    question: Question, hits: Sequence[Hit], share: float, threshold: float
) -> tuple[tuple[Hit, ...], tuple[tuple[int, int], ...]]:
    """Hits in the order in which they are shown, and the pairs of their indexes that conflict.

    Best first; the newest first among those about as good where the question asks for it; conflicting ones next to
    each other, the newest of them first, unless it alone would not pass ``threshold``.
    """
    if question.newest:
        hits = _newest_first(hits, threshold)
    rest, order = list(hits), []
    while rest:
        first = rest.pop(0)
        rivals = [hit for hit in rest if other_figures(first, hit, question, share)]
        rest = [hit for hit in rest if hit not in rivals]
        by_day = sorted([first, *rivals], key=lambda hit: hit.article.date or "", reverse=True) if rivals else [first]
        order += sorted(by_day, key=lambda hit: hit.score < threshold)
    pairs = (
        (i, j)
        for i in range(len(order))
        for j in range(i + 1, len(order))
        if other_figures(order[i], order[j], question, share)
    )
    return tuple(order), tuple(pairs)


def _newest_first(hits: Sequence[Hit], threshold: float) -> list[Hit]:
    best = max((_odds(hit) for hit in hits), default=0.0)
    near = [hit for hit in hits if hit.score >= threshold and _odds(hit) * AS_GOOD >= best]
    others = [hit for hit in hits if hit not in near]
    return [*sorted(near, key=lambda hit: hit.article.date or "", reverse=True), *others]


def _odds(hit: Hit) -> float:
    return hit.score / max(1e-9, 1 - hit.score)
