"""Drafts wait for a decision, in the archive's own file, and are on record only after it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from archives import draft, texts
from hypothesis import given
from hypothesis import strategies as st

from index.archive import Archive
from index.encoder import Encoder
from index.pending import KEPT
from index.types import Draft

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path, words_encoder: Encoder) -> Archive:
    return Archive.open(tmp_path, encoder=words_encoder)


def test_a_draft_outlives_the_process_that_put_it(tmp_path: Path, words_encoder: Encoder) -> None:
    """Opened again, it is there as it was: every field, who brought it and from where."""
    whole = Draft("Words.", "T", "O", ("A B", "C"), "2024-01-02", "https://a.example/1", "id-1", "/somewhere/x.txt")
    with Archive.open(tmp_path, encoder=words_encoder) as archive:
        key = archive.pending.put(whole, by="7", source="https://a.example/feed", batch="b", now=NOW)
    with Archive.open(tmp_path, encoder=words_encoder) as archive:
        waiting = archive.pending.get(key, now=NOW)
        assert waiting is not None
        assert (waiting.draft, waiting.by, waiting.source, waiting.batch) == (whole, "7", "https://a.example/feed", "b")
        assert datetime.fromisoformat(waiting.until) - datetime.fromisoformat(waiting.at) == KEPT


def test_what_waits_is_not_on_record(archive: Archive) -> None:
    """No article, no speaker, no outlet, no passage of it; nor is it in the log."""
    archive.pending.put(draft(1), by="7", source="command")
    assert archive.articles() == archive.speakers() == archive.outlets() == archive.rank("harbour") == ()
    assert archive.log.entries() == ()


def test_it_is_decided_on_once(archive: Archive) -> None:
    """The second of two who drop it is told that it was gone; it can be changed until then, under the same key."""
    pending = archive.pending
    key = pending.put(draft(1), by=None, source="command")
    assert pending.change(key, draft(2))
    assert (found := pending.get(key)) is not None
    assert found.draft == draft(2)
    assert pending.drop(key)
    assert not pending.drop(key)
    assert not pending.change(key, draft(1))
    assert pending.get(key) is None


def test_they_are_listed_by_source_and_batch_oldest_first(archive: Archive) -> None:
    """A feed's queue page by page; what came together, together."""
    pending = archive.pending
    keys = [pending.put(draft(n), by=None, source="ab"[n % 2], batch=None if n < 4 else "x") for n in range(6)]
    assert [w.key for w in pending.list()] == keys
    assert [w.key for w in pending.list(source="a")] == keys[::2]
    assert [w.key for w in pending.list(batch="x")] == list(pending.keys("x")) == keys[4:]
    assert [w.key for w in pending.list(source="b", start=1, limit=1)] == [keys[3]]
    assert (pending.count(), pending.count(source="a"), pending.count(source="a", batch="x")) == (6, 3, 1)


def test_after_its_time_it_is_gone(archive: Archive) -> None:
    """A day later neither its key nor a list finds it, and the next draft that comes sweeps it out of the file."""
    pending = archive.pending
    short = pending.put(draft(1), by=None, source="a", now=NOW)
    long = pending.put(draft(2), by=None, source="a", kept=timedelta(days=30), now=NOW)
    late = NOW + KEPT
    assert pending.get(short, now=late) is None
    assert [w.key for w in pending.list(now=late)] == [long]
    assert pending.count(now=late) == 1
    pending.put(draft(3), by=None, source="a", now=late)
    assert pending.forget_old(now=late) == 0
    assert pending.forget_old(now=NOW + timedelta(days=400)) == 2


def test_half_a_character_is_refused(archive: Archive) -> None:
    """It could not be stored as text; nothing waits afterwards."""
    with pytest.raises(UnicodeEncodeError):
        archive.pending.put(Draft("\ud800"), by=None, source="a")
    assert archive.pending.count() == 0


_optional = st.none() | st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@given(st.builds(Draft, texts, _optional, _optional, st.tuples() | st.tuples(texts, texts), _optional, _optional))
def test_any_draft_comes_back_as_it_was(drafted: Draft) -> None:
    """Whatever its characters are."""
    import sqlite3
    from contextlib import nullcontext

    from index.pending import Pending, create_tables

    db = sqlite3.connect(":memory:")
    create_tables(db)
    pending = Pending(db, nullcontext)
    found = pending.get(pending.put(drafted, by=None, source="a"))
    assert found is not None
    assert found.draft == drafted
