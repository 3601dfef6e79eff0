"""``onrecord override``: what moderators decided about single passages, and how to decide it from the command line."""

from __future__ import annotations

from typing import Any

from bot.changes import whoever
from bot.replies import passage_json
from index.archive import Archive
from index.errors import ArchiveError
from index.overrides import Fix, Override, Placed
from index.types import Receipt, Span


def decide(
    archive: Archive,
    article_id: str,
    start: int,
    end: int,
    fix: Fix,
    name: str | None = None,
    role: str | None = None,
) -> Placed:
    """Decide about characters ``[start, end)`` of an article. Raises ``NoSuchArticle`` and ``ReceiptBroken``."""
    receipt = Receipt(article_id, archive.article(article_id).sha256, Span(start, end))
    archive.override(receipt, fix, name, role, by=whoever())
    return archive.overrides()[-1]


def take_back(archive: Archive, number: int) -> Override:
    """Take the decision of that number back; it is returned. Raises ``ArchiveError`` where there is none."""
    found = next((placed.override for placed in archive.overrides() if placed.override.id == number), None)
    if found is None:
        raise ArchiveError(f"There is no override {number}; `onrecord override list` shows those there are.")
    archive.remove_override(found, by=whoever())
    return found


def override_json(override: Override) -> dict[str, Any]:
    """A decision as it was made."""
    return {
        "id": override.id, "article_id": override.article_id, "sha256": override.sha256,
        "start": override.span.start, "end": override.span.end, "fix": override.fix.value,
        "speaker": override.name, "role": override.role, "at": override.at,
    }  # fmt: skip


def placed_json(placed: Placed, archive: Archive) -> dict[str, Any]:
    """A decision, whether it fits the article as it is now, and the words where it does."""
    made, article, span = override_json(placed.override), placed.article, placed.span
    if article is None or span is None:
        return {**made, "fits": False, "why": why(placed), "quote": None, "shown": []}
    shown = [passage_json(article, p) for p in archive.passages(article.id) if p.span.overlaps(span)]
    return {**made, "fits": True, "why": None, "quote": article.words(span), "shown": shown}


def why(placed: Placed) -> str:
    """Why a decision does not fit any more."""
    if placed.article is None:
        return "the article is not on record now"
    return "its words are not in the article any more, or several times"


def line(placed: Placed) -> str:
    """A decision in one line."""
    one = placed.override
    says = {
        Fix.HIDDEN: "hidden",
        Fix.SPEAKER: f"said by {one.name}" + (f" ({one.role})" if one.role else ""),
        Fix.OUTLET: "the outlet's own words",
        Fix.UNSTATED: "speaker not stated",
    }[one.fix]
    if placed.article is None or placed.span is None:
        return f"{one.id}: {says}; {one.article_id} does not fit any more: {why(placed)}"
    words = " ".join(placed.article.words(placed.span).split())
    return f"{one.id}: {says}; {one.article_id} {placed.span.start}-{placed.span.end}: {words}"
