"""What is kept of a member: under a pseudonym nobody can try out, shown, deleted to the last byte."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from archives import draft
from hypothesis import given
from hypothesis import strategies as st

from index import privacy
from index import store as store_module
from index.archive import Archive
from index.audit import UNDO_DAYS
from index.encoder import Encoder
from index.feedback import Complaint, create_salt, pseudonym
from index.posts import Post
from index.subscriptions import Place
from index.types import Abstention, Reason, Receipt

ANNA, BO = 314159265358979, 271828182845904


@pytest.fixture
def filled(tmp_path: Path, words_encoder: Encoder) -> Iterator[Archive]:
    """An archive of which two members want to be told, and who both judged a quotation."""
    with Archive.open(tmp_path, "77", encoder=words_encoder) as archive:
        archive.add(draft(1), by=str(ANNA))
        for member, words in ((ANNA, "zebrawords"), (BO, "heronwords")):
            subscribe(archive, member, f"Who paid for the {words} bridge?")
            judge(archive, member, f"Was it {words}?", words)
        yield archive


def subscribe(archive: Archive, member: int, question: str) -> None:
    silence = Abstention(question, question, Reason.NOT_COVERED, 0.1)
    archive.subscriptions.add(archive.offer_to_tell(silence, archive.mark), member, Place(5, 6, private=False))


def judge(archive: Archive, member: int, question: str, words: str) -> None:
    passage, article = archive.passages("article-1")[0], archive.article("article-1")
    receipt = Receipt(article.id, article.sha256, passage.span)
    archive.give_feedback(
        question, receipt, 0.5, right=False, complaint=Complaint.OTHER, by=str(member), words=f"Not {words}."
    )


def places_of(archive: Archive, member: int) -> set[tuple[str, str]]:
    """Every table and column of the archive's file in which a member's id stands in clear."""
    found = set()
    db = sqlite3.connect(archive.path / "archive.db")
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        for row in db.execute(f"SELECT * FROM {table}"):  # noqa: S608  # the names above
            found |= {(table, column) for column, value in zip(columns, row, strict=True) if str(member) in str(value)}
    db.close()
    return found


def bytes_of(archive: Archive) -> bytes:
    return b"".join(file.read_bytes() for file in archive.path.glob("archive.db*") if not file.name.endswith("-shm"))


def test_an_id_stands_in_clear_where_it_must_and_nowhere_else(filled: Archive) -> None:
    """With what they want to be told, for telling them; in the log for what a moderator changed."""
    assert places_of(filled, BO) == {("subscriptions", "member")}
    assert places_of(filled, ANNA) == {("subscriptions", "member"), ("log", "by")}


def test_what_is_kept_is_shown_whole(filled: Archive) -> None:
    """The questions one waits for and the judgements one gave; nothing of anybody else's."""
    kept = filled.kept_of(ANNA)
    assert {name: len(rows) for name, rows in kept.items()} == {"subscriptions": 1, "gaps": 0, "feedback": 1}
    assert kept["subscriptions"][0]["question"] == "Who paid for the zebrawords bridge?"
    assert kept["subscriptions"][0]["member"] == ANNA
    assert (kept["feedback"][0]["words"], kept["feedback"][0]["complaint"]) == ("Not zebrawords.", "other")
    assert "heronwords" not in str(kept)
    assert filled.kept_of(1) == {"subscriptions": [], "gaps": [], "feedback": []}


def test_delete_mine_leaves_no_byte(filled: Archive) -> None:
    """What is deleted is in the file no more, not in its free pages nor its log of writes; the others' stays."""
    assert b"zebrawords" in bytes_of(filled)
    assert filled.forget_member(ANNA) == {"subscriptions": 1, "gaps": 0, "feedback": 1}
    assert b"zebrawords" not in bytes_of(filled)
    assert filled.kept_of(ANNA) == {"subscriptions": [], "gaps": [], "feedback": []}
    assert filled.forget_member(ANNA) == {"subscriptions": 0, "gaps": 0, "feedback": 0}
    assert {name: len(rows) for name, rows in filled.kept_of(BO).items()} == {
        "subscriptions": 1,
        "gaps": 0,
        "feedback": 1,
    }
    assert b"heronwords" in bytes_of(filled)


def test_a_question_that_others_wait_for_too_stays(filled: Archive) -> None:
    """Deleting mine takes nothing from anybody else."""
    for member in (ANNA, BO):
        subscribe(filled, member, "When does the harbour open?")
    filled.forget_member(ANNA)
    assert [one.wanted.question for one in filled.subscriptions.of(BO)] == [
        "Who paid for the heronwords bridge?", "When does the harbour open?",
    ]  # fmt: skip


def test_judgements_of_texts_that_changed_are_theirs_too(filled: Archive) -> None:
    """What is put aside because its article has another text now is shown and deleted all the same."""
    filled.add(draft(1, more=" It rained."))
    assert filled.feedback() == ()
    assert len(filled.kept_of(ANNA)["feedback"]) == 1
    assert filled.forget_member(ANNA)["feedback"] == 1


def test_a_feature_adds_one_line(filled: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it keeps is shown and deleted with the rest, in one transaction, and forgotten each day."""
    rows, days = {filled.pseudonym(str(ANNA)): "a gap"}, []
    kept = privacy.Kept(
        "gaps",
        lambda store, member: [{"question": rows[member.pseudonym]}] if member.pseudonym in rows else [],
        lambda store, member: int(rows.pop(member.pseudonym, None) is not None),
    )
    monkeypatch.setattr(privacy, "KEPT", (*privacy.KEPT, kept))
    monkeypatch.setattr(privacy, "FORGOTTEN", (lambda store, settings: days.append(settings.retention_days),))
    assert filled.kept_of(ANNA)["gaps"] == [{"question": "a gap"}]
    assert filled.forget_member(ANNA)["gaps"] == 1
    filled.forget_old()
    assert (rows, days) == ({}, [90])


def test_either_all_is_deleted_or_nothing(filled: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure on the way leaves everything as it was."""
    broken = privacy.Kept("broken", lambda store, member: [], lambda store, member: 1 // 0)
    monkeypatch.setattr(privacy, "KEPT", (*privacy.KEPT, broken))
    with pytest.raises(ZeroDivisionError):
        filled.forget_member(ANNA)
    assert len(filled.kept_of(ANNA)["feedback"]) == 1
    assert filled._store._db.execute("PRAGMA secure_delete").fetchone() == (0,)


def test_what_was_kept_long_enough_is_forgotten(filled: Archive) -> None:
    """Each day: posts after a day, offered questions after the server's own time, what undoing needs after 30 days."""
    filled.offer_to_tell(Abstention("Nobody waits?", "Nobody waits?", Reason.NOT_COVERED, 0.1), filled.mark)
    filled.remove("article-1", by="9")
    now = datetime.now(UTC)
    with sqlite3.connect(filled.path / "archive.db") as db:
        for table, days in (("wanted", 8), ("log", UNDO_DAYS + 1)):
            at = (now - timedelta(days=days)).isoformat(timespec="seconds")
            db.execute(f"UPDATE {table} SET at = ?", (at,))  # noqa: S608  # the names above
        db.execute("INSERT INTO posts VALUES (1, 2, 3, 'x', ?)", ((now - timedelta(hours=25)).isoformat(),))
        db.execute("INSERT INTO posts VALUES (4, 5, 6, 'y', ?)", (now.isoformat(timespec="seconds"),))
    filled.forget_old()
    assert len(wanted(filled)) == 3
    filled.server_settings.set(by="1", retention_days=7)
    filled.forget_old()
    assert sorted(wanted(filled)) == [f"Who paid for the {w} bridge?" for w in ("heronwords", "zebrawords")]
    assert b"Nobody waits?" not in bytes_of(filled)
    assert [post.question for post in filled.posts()] == [4]
    assert [entry.before for entry in filled.log.entries()] == [{"retention_days": None}, None, None]


def wanted(archive: Archive) -> list[Any]:
    return [row[0] for row in archive._store._db.execute("SELECT question FROM wanted")]


@given(st.integers(1, 2**63), st.sampled_from(("1", "77")), st.binary(min_size=32, max_size=32))
def test_earlier_pseudonyms_go_on_meaning_the_same_person(person: int, name: str, salt: bytes) -> None:
    """Those of before were not keyed; the migration keys them, and whoever judges again replaces their own."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE TABLE feedback (by TEXT)")
    unsalted = hashlib.sha256(f"{name}\0{person}".encode()).hexdigest()[:16]
    db.executemany("INSERT INTO feedback VALUES (?)", [(unsalted,), (unsalted,), (None,)])
    create_salt(db)
    (drawn,) = db.execute("SELECT value FROM salt").fetchone()
    assert len(drawn) == 32
    now = pseudonym(str(person), name, drawn)
    assert db.execute("SELECT by FROM feedback").fetchall() == [(now,), (now,), (None,)]
    assert now != unsalted
    assert now != pseudonym(str(person), name, salt)


def test_an_archive_of_before_is_taken_over(
    tmp_path: Path, words_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened by this version, its judgements are still the same member's: shown to them, and deleted with theirs."""
    where = store_module.MIGRATIONS.index(create_salt)
    with monkeypatch.context() as earlier:
        earlier.setattr(store_module, "MIGRATIONS", store_module.MIGRATIONS[:where])
        store = store_module.Store(tmp_path / "77" / "archive.db")
        unsalted = hashlib.sha256(f"77\0{ANNA}".encode()).hexdigest()[:16]
        store._db.execute(
            "INSERT INTO feedback VALUES (1, 'Q', 'Q', 'a', 'h', 0, 12, 0.5, 0, 'outdated', '2024', ?, 's', NULL)",
            (unsalted,),
        )
        store.close()
    with Archive.open(tmp_path, "77", encoder=words_encoder) as archive:
        assert [row["pseudonym"] for row in archive.kept_of(ANNA)["feedback"]] == [archive.pseudonym(str(ANNA))]
    with Archive.open(tmp_path / "elsewhere", "77", encoder=words_encoder) as other:
        assert other.pseudonym(str(ANNA)) != archive_pseudonym(tmp_path)


def archive_pseudonym(folder: Path) -> str:
    with Archive.open(folder, "77") as archive:
        assert archive.pseudonym(str(ANNA)) == archive.pseudonym(str(ANNA))
        return archive.pseudonym(str(ANNA))


def test_a_post_is_nobodys(filled: Archive) -> None:
    """What is kept so that an answer can follow its question: ids of messages and a hash, no words and no member."""
    filled.note_post(Post(1, 2, 3, "0" * 16, datetime.now(UTC).isoformat(timespec="seconds")))
    columns = [row[1] for row in filled._store._db.execute("PRAGMA table_info(posts)")]
    assert columns == ["question", "answer", "channel", "asked", "at"]
