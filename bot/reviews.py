"""What a re-index would change, in plain words, for terminal and card; and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.golden import Golden, Passed, Result
from index.review import Change, Found, Review
from index.types import Article, Passage

QUOTED = 90
"""Characters of a passage that are shown to say which one is meant; it is no quotation."""

_FOUND = {
    Found.CHANGED: "changed at its source",
    Found.GONE: "gone at its source: it would no longer be on record",
    Found.SAME: "read anew",
}
PASSED = {
    Passed.PASSED: "answered as before",
    Passed.ELSEWHERE: "answered by another quotation",
    Passed.ABSTAINED: "not answered any more",
    Passed.GONE: "its article would not be on record",
    Passed.CHANGED: "its article would not have these words any more",
}


def summary(review: Review) -> str:
    """How much would change, in one sentence or two."""
    if not review.changes and review.model is None:
        told = f"Nothing would change: {counted(review.articles, 'article')} as before."
    else:
        found = [change.found for change in review.changes]
        parts = [
            f"{count:,} {words}"
            for count, words in (
                (found.count(Found.CHANGED), "changed at their source"),
                (found.count(Found.GONE), "gone at their source"),
                (found.count(Found.SAME), "read anew"),
            )
            if count
        ]
        added, removed = sum(c.added for c in review.changes), sum(c.removed for c in review.changes)
        speakers = sum(len(c.speakers) for c in review.changes)
        told = (
            f"Of {counted(review.articles, 'article')}: {', '.join(parts) or 'none with other passages'}. "
            f"{counted(added, 'passage')} added, {removed:,} removed, {speakers:,} with another speaker."
        )
    if review.model:
        told += f" The model would be {review.model[1]} instead of {review.model[0]}."
    if review.unreachable:
        told += (
            f" {counted(len(review.unreachable), 'source')} could not be looked at; those articles stay as they are."
        )
    return told


def golden_sentence(review: Review) -> str:
    """How the golden questions fared; empty where there are none."""
    if not review.golden:
        return ""
    failing = len(review.failing)
    if not failing:
        return f"All {counted(len(review.golden), 'golden question')} answered as before."
    return f"{failing:,} of {counted(len(review.golden), 'golden question')} not answered as before."


def change_head(change: Change) -> str:
    """What would become of one article."""
    counts = [f"{change.added:,} added", f"{change.removed:,} removed"] if change.added or change.removed else []
    if change.speakers:
        counts.append(f"{len(change.speakers):,} with another speaker")
    told = _FOUND[change.found]
    if change.found is Found.CHANGED and change.detail:
        told += f" ({change.detail})"
    return f"{told}: {', '.join(counts)}" if counts and change.found is not Found.GONE else told


def speaker_lines(change: Change, shown: int) -> Iterator[str]:
    """The first passages that would have another speaker, and who."""
    for before, after in change.speakers[:shown]:
        yield f"{_begun(change.article, before)}: {_named(before)} → {_named(after)}"


def result_line(result: Result) -> str:
    """One golden question and what came of it."""
    return f"{result.golden.question} ({PASSED[result.passed]})"


def _begun(article: Article, passage: Passage) -> str:
    words = " ".join(article.words(passage.span).split())
    return words if len(words) <= QUOTED else words[: QUOTED - 1] + "…"


def _named(passage: Passage) -> str:
    speaker = None if passage.said_by is None else passage.said_by.speaker
    if speaker is None:
        return "speaker not stated" if passage.said_by else "the outlet's own words"
    return f"{speaker.name}, {speaker.role}" if speaker.role else speaker.name


def counted(number: int, noun: str) -> str:
    """``1 passage``, ``2 passages``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def review_json(review: Review) -> dict[str, Any]:
    """A review as `onrecord review --json` prints it."""
    return {
        "generation": review.generation,
        "articles": review.articles,
        "changes": [
            {
                "article_id": change.article.id, "title": change.article.title, "found": change.found.value,
                "detail": change.detail, "passages_added": change.added, "passages_removed": change.removed,
                "speakers": [
                    {
                        "start": before.span.start, "end": before.span.end,
                        "before": _speaker_json(before), "after": _speaker_json(after),
                    }
                    for before, after in change.speakers
                ],
            }
            for change in review.changes
        ],
        "unreachable": [{"article_id": article.id, "why": why} for article, why in review.unreachable],
        "golden": [result_json(result) for result in review.golden],
        "model": None if review.model is None else {"before": review.model[0], "after": review.model[1]},
    }  # fmt: skip


def _speaker_json(passage: Passage) -> dict[str, Any] | None:
    speaker = None if passage.said_by is None else passage.said_by.speaker
    return None if speaker is None else {"name": speaker.name, "role": speaker.role, "named": speaker.named}


def golden_json(golden: Golden) -> dict[str, Any]:
    """A golden question as `onrecord golden list --json` prints it."""
    receipt = golden.receipt
    return {
        "number": golden.id, "question": golden.question, "article_id": receipt.article_id,
        "start": receipt.span.start, "end": receipt.span.end, "sha256": receipt.sha256, "quote": golden.quote,
        "at": golden.at,
    }  # fmt: skip


def result_json(result: Result) -> dict[str, Any]:
    """What came of a golden question."""
    return {**golden_json(result.golden), "result": result.passed.value}
