"""Removing: the article and everything made of it is gone at once, and nothing else is."""

from __future__ import annotations

import pytest
from archives import assert_complete, draft

from index.archive import Archive
from index.errors import NoSuchArticle, ReceiptBroken
from index.types import Abstention, Answer, Hit, Receipt, Reply, Span, Status


def shown(reply: Reply) -> tuple[Hit, ...]:
    return reply.hits if isinstance(reply, Answer) else reply.nearest


def test_a_removed_article_is_never_quoted_again(archive: Archive) -> None:
    """It was the answer; after its removal neither answers nor nearest passages come from it."""
    list(archive.add_all(draft(number) for number in range(6)))
    question = "How many years did the railway number 4 take?"
    assert shown(archive.ask(question))[0].article.id == "article-4"
    assert archive.remove("article-4").title == "A railway opens"
    assert "article-4" not in {hit.article.id for hit in shown(archive.ask(question))}
    assert_complete(archive)


def test_the_others_keep_their_passages(archive: Archive) -> None:
    """A removal shifts no id: what an id meant before, it means after."""
    list(archive.add_all(draft(number) for number in range(4)))
    before = {passage.id: passage for n in (0, 2, 3) for passage in archive.passages(f"article-{n}")}
    archive.remove("article-1")
    assert {passage.id: passage for n in (0, 2, 3) for passage in archive.passages(f"article-{n}")} == before
    for number in (0, 2, 3):
        hits = shown(archive.ask(f"What opened on Monday: {draft(number).text.split('.')[0]}?"))
        assert hits[0].article.id == f"article-{number}"


def test_what_is_not_there_cannot_be_removed(archive: Archive) -> None:
    """NoSuchArticle for an id that never was, and for one that is gone; it can be added again."""
    archive.add(draft(1))
    archive.remove("article-1")
    for gone in ("article-1", "article-2", "", "\ud800"):
        with pytest.raises(NoSuchArticle):
            archive.remove(gone)
        with pytest.raises(NoSuchArticle):
            archive.article(gone)
        with pytest.raises(NoSuchArticle):
            archive.passages(gone)
        with pytest.raises(NoSuchArticle):
            archive.attributions(gone)
    assert archive.add(draft(1)).status is Status.ADDED
    assert_complete(archive)


def test_a_receipt_tells_whether_its_words_still_stand(archive: Archive) -> None:
    """It proves the very text it was made of: not a changed one, not a removed one, not past its end."""
    article = archive.add(draft(1)).article
    receipts = [Receipt(article.id, article.sha256, passage.span) for passage in archive.passages(article.id)]
    for receipt, passage in zip(receipts, archive.passages(article.id), strict=True):
        assert archive.prove(receipt) == article
        assert archive.passage_at(receipt) == passage
    assert archive.passage_at(Receipt(article.id, article.sha256, Span(1, 9))) is None
    with pytest.raises(ReceiptBroken, match="past"):
        archive.prove(Receipt(article.id, article.sha256, Span(0, len(article.text) + 1)))
    with pytest.raises(ReceiptBroken, match="changed"):
        archive.prove(Receipt(article.id, "0" * 64, Span(0, 5)))
    archive.add(draft(1, more=" More."))
    with pytest.raises(ReceiptBroken, match="changed"):
        archive.prove(receipts[0])
    archive.remove(article.id)
    with pytest.raises(ReceiptBroken, match="removed"):
        archive.prove(receipts[0])
    assert archive.passage_at(receipts[0]) is None


def test_an_emptied_archive_is_empty(archive: Archive) -> None:
    """After the last removal it counts nothing and says that there are no articles."""
    list(archive.add_all(draft(number) for number in range(3)))
    for number in range(3):
        archive.remove(f"article-{number}")
    status = archive.status()
    assert (status.articles, status.passages, status.attributions) == (0, 0, 0)
    reply = archive.ask("When did the bridge open?")
    assert isinstance(reply, Abstention)
    assert (reply.reason.value, reply.nearest) == ("no_articles", ())
    assert archive.speakers() == ()
    assert archive.outlets() == ()
    assert_complete(archive)
