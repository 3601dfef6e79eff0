"""Meaning and words, put in one order: a question in, the passages most likely to answer it out."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date as calendar_day

import numpy as np

from index.asked import near as near_period
from index.encoder import Encoder
from index.question import Question
from index.settings import SearchSettings
from index.store import Generation, Store
from index.types import Article, Filters, Passage
from index.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer, with the evidence that retrieval has for it."""

    passage: Passage
    article: Article
    meaning: float
    """Cosine of the question and the nearest of the passage's entries, in [-1, 1]."""
    words: float
    """BM25 of the passage, as a share of the most that these words could give; about 0 to 1."""
    article_words: float
    """The same for its whole article."""
    article_meaning: float
    """Mean cosine of the three nearest passages of its article."""
    headline: float = 0.0
    """Cosine of the question and the article's title, or the sentence that opens it."""
    stale: float = 0.0
    """How far its article's day is from the day asked, 0 (near, or not known) to 1; less where the question does not
    lean on the day."""
    crowd: float = 0.0
    """Natural logarithm of how many articles the archive holds."""

    @property
    def score(self) -> float:
        """What candidates are ordered by."""
        return _combined(self.meaning, self.words, self.article_words, self.article_meaning) - STALE_WEIGHT * self.stale


WEIGHTS = (1.0, 0.25, 0.35, 0.3)
"""Of meaning, words, the article's words, the article's meaning. Set by hand, after the mix that did best before
(cosine + .3 BM25 of the sentence + .6 BM25 of the article); not fitted. They only choose what the reader reads."""

STALE_WEIGHT = 0.2
"""Of an article far from the day asked; set by hand."""


def _combined(meaning: float, words: float, article_words: float, article_meaning: float) -> float:
    return float(np.dot(WEIGHTS, (meaning, words, article_words, article_meaning)))


def candidates(
    store: Store,
    generation: Generation,
    vectors: Vectors,
    encoder: Encoder,
    question: Question,
    filters: Filters = Filters(),
    settings: SearchSettings = SearchSettings(),
    asked_on: str | None = None,
    period: tuple[str | None, str | None] = (None, None),
) -> list[Candidate]:
    """The best candidates for ``question`` in one generation, best first; empty only when nothing is allowed.

    ``period`` are the first and last ISO day that the question names: an article of these days is not stale.
    """
    allowed = store.allowed(generation, filters)
    if allowed is not None and not allowed[0]:
        return []
    allowed_passages = None if allowed is None else allowed[0]
    vector = encoder.encode([question.text])[0]
    near = vectors.nearest(vector, settings.candidates * 2, None if allowed is None else allowed[1])
    meaning = _by_passage(near, store)
    terms = [term.word for term in question.terms]
    limit = settings.candidates if allowed is None else 20 * settings.candidates
    words = store.word_scores(generation, terms, limit)
    article_words = store.article_word_scores(terms, limit)
    ids = [
        i
        for i in dict.fromkeys([*meaning, *sorted(words, key=words.__getitem__, reverse=True)[: settings.candidates]])
        if allowed_passages is None or i in allowed_passages
    ]
    passages = store.passages_by_id(ids)
    floor = min(meaning.values(), default=0.0)
    missing = [i for i in passages if i not in meaning]
    meaning.update(_meaning_of(missing, vector, store, vectors, floor))
    day = None if asked_on is None else store.newest_date(asked_on)
    articles = {passage.article_id for passage in passages.values()}
    headlines = {
        article_id: float(headline.astype(np.float32) @ vector)
        for article_id, headline in store.headlines(generation, articles).items()
    }
    return _ordered(passages.values(), meaning, words, article_words, headlines, question, store, day, period)


def _by_passage(near: Iterable[tuple[int, float]], store: Store) -> dict[int, float]:
    """Entry scores → the best score of each passage, best first."""
    near = list(near)
    passage_of = store.passages_of_entries(entry for entry, _ in near)
    best: dict[int, float] = {}
    for entry, score in near:
        passage = passage_of.get(entry)
        if passage is not None and score > best.get(passage, -1.0):
            best[passage] = score
    return best


def _meaning_of(
    passages: Sequence[int], vector: np.ndarray, store: Store, vectors: Vectors, floor: float
) -> dict[int, float]:
    """Cosines of passages that only the words found; ``floor`` for one whose vector is not there."""
    best: dict[int, float] = dict.fromkeys(passages, -1.0)
    for entry, passage in store.entries_of_passages(passages):
        best[passage] = max(best[passage], float(vectors.reconstruct(entry) @ vector))
    return {passage: score if score > -1.0 else floor for passage, score in best.items()}


def _ordered(
    passages: Iterable[Passage],
    meaning: dict[int, float],
    words: dict[int, float],
    article_words: dict[str, float],
    headlines: dict[str, float],
    question: Question,
    store: Store,
    day: str | None,
    period: tuple[str | None, str | None],
) -> list[Candidate]:
    passages = list(passages)
    near: dict[str, list[float]] = defaultdict(list)
    for passage in passages:
        near[passage.article_id].append(meaning[passage.id])
    article_meaning = {article: float(np.mean(sorted(scores)[-3:])) for article, scores in near.items()}
    # BM25 has no fixed scale. A term gives at most idf * (k1 + 1) = 2.2 idf, and rare terms have an idf of about
    # ln(documents): the sum over the question's own weights puts the score on a scale that is the same for a short
    # and a long question, and for a small and a large archive.
    most = 2.2 * max(question.weight, 1e-9)
    articles = {article_id: store.article(article_id) for article_id in near}
    crowd = math.log(max(1, store.count_articles()))
    found = [
        Candidate(
            passage,
            articles[passage.article_id],
            meaning[passage.id],
            words.get(passage.id, 0.0) / most,
            article_words.get(passage.article_id, 0.0) / most,
            article_meaning[passage.article_id],
            headlines.get(passage.article_id, 0.0),
            _stale(articles[passage.article_id].date, day, question, period),
            crowd,
        )
        for passage in passages
    ]
    return sorted(found, key=lambda c: (-c.score, c.passage.id))


def _stale(
    date: str | None, day: str | None, question: Question, period: tuple[str | None, str | None] = (None, None)
) -> float:
    """How far ``date`` is from ``day``: within a week 0, 37 days .5, a year .92.

    ``day`` is the day asked or, when that is earlier, the archive's newest: an archive of old articles is not stale.
    A question that does not lean on the day counts it for less: older news may well be what it asks for. It is what
    it asks for where it names days that were over on ``day``, and ``date`` is one of them.
    """
    if date is None or day is None:
        return 0.0
    since, until = period
    if until is not None and until < day and near_period(since, until, date):
        return 0.0
    days = max(0, abs((calendar_day.fromisoformat(day) - calendar_day.fromisoformat(date)).days) - 7)
    return days / (days + 30) * (1.0 if question.recent else 0.5)
