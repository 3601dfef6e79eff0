"""What speaks for a passage: evidence of one candidate at a time, with the encoder whose vectors can be computed."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from index.archive import Archive
from index.encoder import Encoder
from index.lexicon import Lexicon
from index.question import parse
from index.reader import evidence, probability
from index.search import Candidate
from index.types import Draft

ARTICLE = Draft(
    "“The mill will close in spring,” said Ada Marsh of the Grain Board. "
    "“Orlo Foods will close the mill in spring,” said Ada Marsh of the Grain Board. "
    "The mill is old.",
    title="Mill to close",
    id="mill",
)


@pytest.fixture
def candidates(archive: Archive) -> tuple[Candidate, ...]:
    """The three passages of one article, in text order."""
    list(archive.add_all([ARTICLE]))
    return tuple(sorted(archive.candidates("mill close"), key=lambda found: found.passage.span.start))


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ("Which company will close the mill?", (0.0, 1.2, 0.0)),
        ("Where will the mill close?", (0.0, 1.2, 0.0)),
        ("Who said that the mill will close?", (1.2, 1.2, 0.0)),
    ],
)
def test_who_is_cited_only_answers_who_said_it(
    candidates: tuple[Candidate, ...], words_encoder: Encoder, asked: str, fits: tuple[float, ...]
) -> None:
    """The name of the speaker and of what they speak for tells neither which company nor where."""
    lexicon = Lexicon(words_encoder)
    assert tuple(evidence(parse(asked), one, lexicon).fits for one in candidates) == fits


def test_among_more_articles_the_same_evidence_is_worth_less(
    candidates: tuple[Candidate, ...], words_encoder: Encoder
) -> None:
    """The size of the archive counts, by its logarithm, against an answer; alone it counts for nothing."""
    question, lexicon = parse("When will the mill close?"), Lexicon(words_encoder)
    alone, hundred, thousand = (
        probability(evidence(question, replace(candidates[0], crowd=math.log(count)), lexicon))
        for count in (1, 100, 10_000)
    )
    assert candidates[0].crowd == 0.0
    assert alone > hundred > thousand

    def logit(chance: float) -> float:
        return math.log(chance / (1 - chance))

    assert logit(alone) - logit(hundred) == pytest.approx(logit(hundred) - logit(thousand))
