"""What members report as wrong: gathered by passage, settled, brought back, and weighed when calibrating."""

from __future__ import annotations

import pytest
from archives import draft

from index.archive import Archive
from index.audit import Action
from index.errors import NotUndoable
from index.feedback import Complaint
from index.overrides import Fix
from index.types import Receipt, Span


def receipts(archive: Archive) -> list[Receipt]:
    article = archive.article("article-0")
    return [Receipt(article.id, article.sha256, p.span) for p in archive.passages(article.id)]


def complain(archive: Archive, receipt: Receipt, by: str, complaint: Complaint = Complaint.WRONG_SPEAKER) -> None:
    archive.give_feedback(
        f"What did {by} ask?", receipt, 0.8, right=False, complaint=complaint, by=by, words=f"{by} says so"
    )


def test_gathered_by_passage(archive: Archive) -> None:
    """Each passage once, with how many said what; those of most members first; a moderator's label is no report."""
    archive.add(draft(0))
    first, second, *_ = receipts(archive)
    complain(archive, first, "alice")
    for name in ("alice", "bob", "carol"):
        complain(archive, second, name, Complaint.OUTDATED if name == "bob" else Complaint.WRONG_SPEAKER)
    archive.give_feedback("And this?", first, 0.1, right=False, by="mona")
    found = archive.reports()
    assert [(report.receipt, report.people) for report in found] == [(second, 3), (first, 1)]
    assert found[0].complaints == ((Complaint.WRONG_SPEAKER, 2), (Complaint.OUTDATED, 1))
    assert found[0].words == ("carol says so", "bob says so", "alice says so")
    assert found[0].questions[0] == "What did carol ask?"


def test_not_wrong_until_it_is_reported_again(archive: Archive) -> None:
    """A report that is settled goes, its complaints count no more when calibrating; a new one brings it back."""
    archive.add(draft(0))
    first, *_ = receipts(archive)
    complain(archive, first, "alice")
    assert [label.right for label in archive.labels()] == [False]
    archive.not_wrong(first, by="mona")
    assert archive.reports() == ()
    assert archive.labels() == ()
    complain(archive, first, "bob")
    (report,) = archive.reports()
    assert report.people == 1
    assert len(archive.labels()) == 1


def test_undone(archive: Archive) -> None:
    """Undoing brings the report back, once, and not after something newer."""
    archive.add(draft(0))
    first, *_ = receipts(archive)
    complain(archive, first, "alice")
    one = archive.log.entry(archive.not_wrong(first, by="mona"))
    assert one is not None
    assert (one.action, one.by) == (Action.OVERRIDE, "mona")
    archive.undo(one)
    assert len(archive.reports()) == 1
    two = archive.log.entry(archive.not_wrong(first))
    complain(archive, first, "bob")
    archive.not_wrong(first)
    assert two is not None
    with pytest.raises(NotUndoable, match="again since"):
        archive.undo(two)


def test_an_override_settles_what_was_reported_before(archive: Archive) -> None:
    """A passage that was corrected or hidden is decided about; undoing that opens the report again."""
    archive.add(draft(0))
    first, *_ = receipts(archive)
    complain(archive, first, "alice")
    entry = archive.log.entry(archive.override(first, Fix.HIDDEN))
    assert archive.reports() == ()
    assert entry is not None
    archive.undo(entry)
    assert len(archive.reports()) == 1


def test_removed_with_the_article(archive: Archive) -> None:
    """Nothing is reported of an article that is not there."""
    archive.add(draft(0))
    first, *_ = receipts(archive)
    complain(archive, first, "alice")
    archive.remove("article-0")
    assert archive.reports() == ()


def test_words_that_are_cut_otherwise_name_nobody(archive: Archive) -> None:
    """A report of words that no passage of today holds alone is shown without a speaker."""
    archive.add(draft(0))
    first, second, *_ = receipts(archive)
    both = Receipt(first.article_id, first.sha256, Span(first.span.start, second.span.end))
    assert archive.reported(both).speaker is None
    assert archive.reported(second).passage.said_by == archive.passages("article-0")[1].said_by
