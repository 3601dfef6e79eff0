"""Does this passage answer this question? The one place that decides to answer or to abstain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from index.question import Question, Want, Words, satisfies
from index.search import Candidate
from index.settings import AnswerSettings
from index.types import Abstention, Answer, Article, Filters, Hit, Kind, Reason, Reply

READ = 40
"""Candidates that are read, of those that retrieval found."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for or against a passage as an answer; every figure about 0 to 1."""

    meaning: float
    """Cosine of question and passage."""
    article_meaning: float
    words: float
    article_words: float
    covered: float
    """Share of the question's word weight that the passage holds (its speaker's name and role included)."""
    covered_near: float
    """The same, with the sentences around it."""
    covered_article: float
    """The same, for the whole article and its title."""
    name_missing: float
    """Share of the question's name weight that its whole article lacks: another person, another country."""
    rarest_missing: float
    """1 when the most telling word of the question is nowhere near the passage."""
    fits: float
    """1 when it holds something of the kind asked for (a number, a time, a name) that the question lacks."""
    asks: float
    """1 when the passage itself is a question."""
    short: float
    """1 for a passage of fewer than six words: a heading or a scrap."""


def evidence(question: Question, candidate: Candidate) -> Evidence:
    """Weigh one candidate against the question."""
    article, passage = candidate.article, candidate.passage
    quote = article.words(passage.span)
    speaker = passage.said_by.speaker if passage.said_by else None
    said_by = f" {speaker.name} {speaker.role or ''}" if speaker else ""
    here = Words(f"{quote}{said_by} {article.outlet or ''}")
    near = Words(_around(article, passage.span.start, passage.span.end) + said_by)
    whole = _article_words(article)
    terms = question.terms
    total = question.weight or 1.0
    names = [term for term in terms if term.name]
    name_total = sum(term.weight for term in names) or 1.0
    rarest = max(terms, key=lambda term: term.weight, default=None)
    return Evidence(
        meaning=candidate.meaning,
        article_meaning=candidate.article_meaning,
        words=candidate.words,
        article_words=candidate.article_words,
        covered=sum(t.weight for t in terms if here.hold(t)) / total,
        covered_near=sum(t.weight for t in terms if near.hold(t)) / total,
        covered_article=sum(t.weight for t in terms if whole.hold(t)) / total,
        name_missing=sum(t.weight for t in names if not whole.hold(t)) / name_total,
        rarest_missing=float(rarest is not None and not near.hold(rarest)),
        fits=float(satisfies(question.want, quote, (term.stem for term in terms))),
        asks=float(quote.rstrip("\"'”’)").endswith("?")),
        short=float(len(quote.split()) < 6),
    )


def _around(article: Article, start: int, end: int) -> str:
    """The passage with about two sentences on either side, and the headline."""
    return f"{article.title or ''} {article.text[max(0, start - 300) : end + 200]}"


@lru_cache(maxsize=2048)
def _article_words(article: Article) -> Words:
    return Words(f"{article.title or ''} {article.text}")


@dataclass(frozen=True, slots=True)
class Weights:
    """Logistic regression over the evidence."""

    bias: float
    of: tuple[float, ...]


WEIGHTS = Weights(-5.5, (5.0, 1.0, 1.0, 1.0, 2.5, 1.5, 1.0, -3.0, -0.8, 1.0, -3.0, -1.0))

_NAMES = tuple(f.name for f in fields(Evidence))


def probability(found: Evidence, weights: Weights = WEIGHTS) -> float:
    """Probability in [0, 1] that the passage answers the question."""
    logit = weights.bias + sum(w * float(getattr(found, name)) for w, name in zip(weights.of, _NAMES, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


def decide(
    asked: str,
    question: Question,
    candidates: Sequence[Candidate],
    filters: Filters = Filters(),
    settings: AnswerSettings = AnswerSettings(),
) -> Reply:
    """Answer with the passages that answer, best first, or abstain with the reason."""
    if not question.terms and not filters.speaker:
        return Abstention(asked, question.text, Reason.UNCLEAR_QUESTION, 0.0)
    if not candidates:
        return Abstention(asked, question.text, _why_nothing(filters), 0.0)
    read = [(candidate, evidence(question, candidate)) for candidate in candidates[:READ]]
    scored = sorted(((probability(found), c, found) for c, found in read), key=lambda item: -item[0])
    hits = tuple(Hit(c.passage, c.article, p) for p, c, _ in scored)
    best, _, found = scored[0]
    if best < settings.threshold:
        return Abstention(asked, question.text, _why(question, found, filters), best, hits[:1])
    kept = [hit for hit in hits if hit.score >= max(settings.threshold, settings.further * best)]
    return Answer(asked, question.text, tuple(_different(kept)[: settings.quotations]), best)


def _why_nothing(filters: Filters) -> Reason:
    if filters.speaker:
        return Reason.NOT_SAID_BY
    if filters.since or filters.until:
        return Reason.OUTSIDE_DATES
    return Reason.NO_ARTICLES


def _why(question: Question, best: Evidence, filters: Filters) -> Reason:
    if filters.speaker:
        return Reason.NOT_SAID_BY
    if filters.since or filters.until:
        return Reason.OUTSIDE_DATES
    if best.covered_near >= 0.4 or (best.covered_article >= 0.6 and best.meaning >= 0.4):
        return Reason.NOT_STATED
    return Reason.NOT_COVERED


def _different(hits: Sequence[Hit]) -> list[Hit]:
    """The hits without repetitions: of passages that hold the same words, the best one."""
    kept: list[Hit] = []
    seen: list[frozenset[str]] = []
    for hit in hits:
        words = Words(hit.quote).stems
        if any(len(words & other) >= 0.85 * max(1, min(len(words), len(other))) for other in seen):
            continue
        kept.append(hit)
        seen.append(words)
    return kept


__all__ = ["Evidence", "Kind", "Want", "Weights", "decide", "evidence", "probability"]
