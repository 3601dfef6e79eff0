"""Feedback is kept, counted once a pair, and gone with its article; the threshold it leads to is the archive's own."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archives import CountingEncoder, assert_complete, draft
from hypothesis import given
from hypothesis import strategies as st

from index import store as store_module
from index.archive import Archive
from index.calibration import Label
from index.encoder import Encoder
from index.errors import ReceiptBroken
from index.feedback import Complaint, Feedback, labels_of, pseudonym
from index.settings import AnswerSettings, IndexSettings
from index.types import Abstention, Answer, Article, Filters, Hit, Receipt, Span

QUESTION = "How many years did the railway number 4 take?"
PLACE = Receipt("a", "0" * 64, Span(0, 9))


@pytest.fixture
def filled(archive: Archive) -> Archive:
    list(archive.add_all(draft(number) for number in range(6)))
    return archive


def best(archive: Archive, question: str = QUESTION) -> Hit:
    reply = archive.ask(question, threshold=0.0)
    assert isinstance(reply, Answer)
    return reply.hits[0]


def said(question: str = "Who?", *, right: bool = True, score: float = 0.5, receipt: Receipt = PLACE) -> Feedback:
    return Feedback(question, question, receipt, score, right)


def test_feedback_comes_back_as_it_was_given(filled: Archive) -> None:
    """Question, receipt, score, judgement and complaint as given; the time is now, the person a pseudonym."""
    hit = best(filled)
    before = datetime.now(UTC).replace(microsecond=0)
    given = filled.give_feedback(
        "And the railway?", hit.receipt, hit.score, right=False, complaint=Complaint.OUTDATED, standalone=QUESTION,
        by="31415",
    )  # fmt: skip
    (kept,) = filled.feedback()
    assert kept == given
    assert (kept.question, kept.standalone, kept.receipt, kept.score) == (
        "And the railway?", QUESTION, hit.receipt, hit.score,
    )  # fmt: skip
    assert (kept.right, kept.complaint) == (False, Complaint.OUTDATED)
    assert before <= datetime.fromisoformat(kept.at) <= datetime.now(UTC)
    assert kept.by == filled.pseudonym("31415")
    assert filled.status().feedback == 1
    raw = (filled.path / "archive.db").read_bytes() + (filled.path / "archive.db-wal").read_bytes()
    assert b"31415" not in raw


def test_a_pseudonym_is_of_one_person_in_one_archive() -> None:
    """The same person is the same there, and somebody else elsewhere."""
    assert pseudonym("1", "a", b"s") == pseudonym("1", "a", b"s")
    made = {pseudonym(person, name, salt) for person in "12" for name in "ab" for salt in (b"s", b"t")}
    assert len(made) == 8


def test_who_changes_their_mind_is_counted_once(filled: Archive) -> None:
    """A later judgement of the same pair by the same person replaces the earlier; others' and other pairs' stay."""
    hit = best(filled)
    for person, right in (("1", True), ("2", True), ("1", False), (None, True), (None, False)):
        filled.give_feedback(QUESTION, hit.receipt, hit.score, right=right, by=person)
    filled.give_feedback("Why?", hit.receipt, hit.score, right=True, by="1")
    assert sorted((one.by or "", one.standalone, one.right) for one in filled.feedback()) == sorted(
        [
            (filled.pseudonym("1"), QUESTION, False),
            (filled.pseudonym("2"), QUESTION, True),
            ("", QUESTION, False),
            (filled.pseudonym("1"), "Why?", True),
        ]
    )


def test_what_cannot_be_meant_is_refused(filled: Archive) -> None:
    """A complaint about what is right, a score that is no probability, a receipt of another text."""
    hit = best(filled)
    with pytest.raises(ValueError, match="nothing wrong"):
        filled.give_feedback(QUESTION, hit.receipt, 0.5, right=True, complaint=Complaint.OTHER)
    with pytest.raises(ValueError, match="probability"):
        filled.give_feedback(QUESTION, hit.receipt, 1.5, right=True)
    with pytest.raises(ReceiptBroken):
        filled.give_feedback(QUESTION, replace(hit.receipt, sha256="0" * 64), 0.5, right=True)
    with pytest.raises(ReceiptBroken):
        filled.give_feedback(QUESTION, replace(hit.receipt, article_id="gone"), 0.5, right=True)
    with pytest.raises(ValueError, match="threshold"):
        filled.set_threshold(1.5, risk=0.1, labels=9)
    assert filled.feedback() == ()


def test_any_question_can_be_judged(filled: Archive) -> None:
    """Half a character, a NUL, quotation marks: kept, and no failure of the file."""
    hit = best(filled)
    for question in ("\ud800 Who?", "a\0b", "'; DROP TABLE feedback; --", ""):
        filled.give_feedback(question, hit.receipt, 0.5, right=True)
    assert {one.question for one in filled.feedback()} == {"? Who?", "a\0b", "'; DROP TABLE feedback; --", ""}


def test_feedback_goes_with_its_article(filled: Archive) -> None:
    """After a removal it is not counted and not in the file, nor back when the article is; the others' stays."""
    hit, other = best(filled), best(filled, "How many years did the library number 2 take?")
    filled.give_feedback(QUESTION, hit.receipt, hit.score, right=True)
    filled.give_feedback("And the library?", other.receipt, other.score, right=False)
    filled.remove(hit.article.id)
    assert [one.receipt for one in filled.feedback()] == [other.receipt]
    filled.add(draft(4))
    assert [one.receipt for one in filled.feedback()] == [other.receipt]
    assert filled.status().feedback == 1
    assert_complete(filled)


def test_feedback_counts_while_its_text_stands(filled: Archive) -> None:
    """A new title does not touch it; a new text puts it aside; the old text back again brings it back."""
    hit = best(filled)
    filled.give_feedback(QUESTION, hit.receipt, hit.score, right=True)
    filled.add(replace(draft(4), title="A railway, renamed"))
    assert len(filled.feedback()) == 1
    filled.add(draft(4, more=" More."))
    assert filled.feedback() == ()
    assert filled.labels() == ()
    assert filled.status().feedback == 0
    filled.add(draft(4))
    assert [one.receipt for one in filled.feedback()] == [hit.receipt]


def test_a_reindex_keeps_feedback_and_threshold(filled: Archive) -> None:
    """They belong to texts and to the archive, not to a generation."""
    hit = best(filled)
    filled.give_feedback(QUESTION, hit.receipt, hit.score, right=True)
    filled.set_threshold(0.25, risk=0.1, labels=40)
    filled.reindex()
    filled.promote()
    assert len(filled.feedback()) == 1
    assert filled.threshold == 0.25
    assert filled.status().threshold_outdated is False


@given(st.lists(st.builds(said, right=st.booleans(), score=st.floats(0, 1)), min_size=1, max_size=9))
def test_a_pair_is_one_label(given_: list[Feedback]) -> None:
    """However many people judged it: right only by a majority, with the lowest of its scores."""
    (label,) = labels_of(given_)
    rights = [one.right for one in given_]
    assert label == Label(min(one.score for one in given_), rights.count(True) > rights.count(False))


def test_pairs_are_told_apart_by_question_and_passage() -> None:
    """Case, spaces and the mark at the end make no other question; another passage makes another pair."""
    other = Receipt("a", "0" * 64, Span(10, 19))
    given_ = [said("Who won?"), said("who  won"), said("Who lost?", right=False), said("Who won?", receipt=other)]
    assert labels_of(given_) == (Label(0.5, True), Label(0.5, False), Label(0.5, True))


def test_scores_of_another_reader_are_made_anew(filled: Archive, words_encoder: Encoder) -> None:
    """A score at the time counts as it is while the reader is the same; after a change the pair is read again."""
    hit = best(filled)
    assert filled.score(QUESTION, hit.receipt) == hit.score
    filled.give_feedback(QUESTION, hit.receipt, 0.125, right=True)
    assert filled.labels() == (Label(0.125, True),)
    filled.set_threshold(0.25, risk=0.1, labels=40)
    filled.close()
    with Archive.open(filled.path.parent, encoder=CountingEncoder(words_encoder, "another model")) as other:
        other._encoders["words"] = words_encoder  # what is served still needs the first one
        assert other.labels() == (Label(0.125, True),)
        other.reindex()
        other.promote()
        (label,) = other.labels()
        assert label == Label(other.score(QUESTION, hit.receipt), True)
        assert label.score == best(other).score
        assert other.status().threshold_outdated is True


def test_what_is_not_read_scores_nothing(filled: Archive) -> None:
    """A passage that retrieval leaves out is no answer at any threshold."""
    hit = best(filled)
    assert filled.score(QUESTION, hit.receipt, filters=Filters(exclude=frozenset({hit.article.id}))) == 0
    assert filled.score(QUESTION, replace(hit.receipt, article_id="article-99")) == 0


def test_the_threshold_of_the_archive_wins_when_asking(filled: Archive) -> None:
    """Set, it parts answers from abstentions whatever is configured, for every process; reset, the configured one."""
    score = best(filled).score
    filled.settings = IndexSettings(answer=AnswerSettings(threshold=0.0))
    assert isinstance(filled.ask(QUESTION), Answer)
    calibrated = filled.set_threshold(min(1.0, score + 1e-9), risk=0.1, labels=40)
    assert filled.calibrated() == calibrated
    assert isinstance(filled.ask(QUESTION), Abstention)
    assert isinstance(filled.ask(QUESTION, threshold=0.0), Answer)
    with Archive.open(filled.path.parent, encoder=filled._encoders["words"]) as other:
        assert other.threshold == calibrated.threshold
        status = other.status()
        assert (status.threshold, status.threshold_set) == (calibrated.threshold, calibrated.at)
        other.set_threshold(score, risk=0.1, labels=41)
    assert isinstance(filled.ask(QUESTION), Answer)
    assert filled.reset_threshold() is not None
    assert filled.reset_threshold() is None
    assert filled.threshold == 0.0
    status = filled.status()
    assert (status.threshold, status.threshold_set, status.threshold_outdated) == (0.0, None, None)


def test_nothing_of_it_crosses_archives(tmp_path: Path, words_encoder: Encoder) -> None:
    """One archive's feedback and threshold are not another's."""
    with (
        Archive.open(tmp_path, "1", encoder=words_encoder) as one,
        Archive.open(tmp_path, "2", encoder=words_encoder) as two,
    ):
        for archive in (one, two):
            archive.add(draft(1))
        hit = best(one)
        one.give_feedback(QUESTION, hit.receipt, hit.score, right=True)
        one.set_threshold(0.9, risk=0.1, labels=40)
        assert two.feedback() == ()
        assert two.threshold == AnswerSettings().threshold


def put_as_then(store: store_module.Store, article: Article) -> None:
    """Store an article, and a passage of all its words that is served, as the first version did."""
    row = store._db.execute(
        "INSERT INTO articles (id, sha256, text, authors) VALUES (?, ?, ?, '[]')",
        (article.id, article.sha256, article.text),
    ).lastrowid
    store._db.execute("INSERT INTO article_words (rowid, text) VALUES (?, ?)", (row, article.text))
    served = store.new_generation("served", "words", "1")
    passage = store._db.execute(
        'INSERT INTO passages (generation, article, start, "end") VALUES (?, ?, 0, ?)',
        (served.id, row, len(article.text)),
    ).lastrowid
    store._db.execute(f"INSERT INTO passage_words_{served.id} (rowid, text) VALUES (?, ?)", (passage, article.text))  # noqa: S608
    store._db.execute(
        "INSERT INTO indexed (generation, article, headline) VALUES (?, ?, ?)", (served.id, row, b"headline")
    )


def test_an_archive_from_before_feedback_is_taken_over(
    tmp_path: Path, words_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file of an earlier version gets the new tables; its articles, passages and answers stay as they were."""
    with monkeypatch.context() as earlier:
        earlier.setattr(store_module, "MIGRATIONS", store_module.MIGRATIONS[:1])
        store = store_module.Store(tmp_path / "default" / "archive.db")
        with store.transaction():
            put_as_then(store, Article("old", "The old bridge took 6 years, said Ada Marsh."))
        store.close()
    db = sqlite3.connect(tmp_path / "default" / "archive.db")
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    assert db.execute("SELECT name FROM sqlite_master WHERE name = 'feedback'").fetchall() == []
    db.close()
    with Archive.open(tmp_path, encoder=words_encoder) as archive:
        assert [article.id for article in archive.articles()] == ["old"]
        assert [passage.span for passage in archive.passages("old")] == [Span(0, 44)]
        assert archive._store.article_word_scores(["bridge"], 5).keys() == {"old"}
        assert archive._store._db.execute("PRAGMA foreign_key_check").fetchall() == []
        receipt = Receipt("old", archive.article("old").sha256, Span(0, 12))
        archive.give_feedback("Which bridge?", receipt, 0.5, right=True)
        assert len(archive.feedback()) == 1
        assert archive.calibrated() is None


def test_feedback_from_before_words_is_taken_over(
    tmp_path: Path, words_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was said without words of one's own is still there, and words are kept from then on."""
    with monkeypatch.context() as earlier:
        earlier.setattr(store_module, "MIGRATIONS", store_module.MIGRATIONS[:2])
        store = store_module.Store(tmp_path / "default" / "archive.db")
        article = Article("old", "The old bridge took 6 years, said Ada Marsh.")
        with store.transaction():
            put_as_then(store, article)
        store._db.execute(
            "INSERT INTO feedback VALUES (1, 'Q', 'Q', 'old', ?, 0, 12, 0.5, 0, 'outdated', '2024', NULL, 's')",
            (article.sha256,),
        )
        store.close()
    with Archive.open(tmp_path, encoder=words_encoder) as archive:
        receipt = Receipt("old", article.sha256, Span(0, 12))
        archive.give_feedback("Who?", receipt, 0.5, right=False, complaint=Complaint.OTHER, words="It \0fell.")
        before, after = archive.feedback()
        assert (before.complaint, before.words) == (Complaint.OUTDATED, None)
        assert after.words is not None
        assert "fell." in after.words
