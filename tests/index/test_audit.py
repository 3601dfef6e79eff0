"""Every change of an archive is in its log, and can be undone."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from archives import CountingEncoder, assert_complete, draft, few
from hypothesis import given
from hypothesis import strategies as st

from index.archive import Archive
from index.audit import UNDO_DAYS, Action, Log
from index.encoder import Encoder
from index.errors import NotUndoable
from index.types import Article, Filters


def said(archive: Archive) -> list[tuple[Action, str | None, str | None]]:
    return [(entry.action, entry.subject, entry.by) for entry in archive.log.entries()]


def test_each_change_is_one_entry_with_who_made_it(tmp_path: Path, words_encoder: Encoder) -> None:
    """Adding, changing, editing, removing, setting a threshold: the newest entry first; what changes nothing, none."""
    with Archive.open(tmp_path, encoder=words_encoder) as archive:
        archive.add(draft(1), by="7")
        archive.add(draft(1), by="7")
        archive.add(draft(1, more=" It rained on."), by="8")
        archive.edit(replace(archive.article("article-1"), title="Another"), by="9")
        archive.edit(archive.article("article-1"), by="9")
        archive.set_threshold(0.4, risk=0.1, labels=20, by="9")
        archive.remove("article-1")
        assert said(archive) == [
            (Action.REMOVED, "article-1", None),
            (Action.THRESHOLD, None, "9"),
            (Action.EDITED, "article-1", "9"),
            (Action.UPDATED, "article-1", "8"),
            (Action.ADDED, "article-1", "7"),
        ]


def test_an_edit_embeds_the_title_alone_and_keeps_every_passage(tmp_path: Path, words_encoder: Encoder) -> None:
    """Outlet, day and author cost no embedding; receipts, passages and their ids stay; filters go by the new outlet."""
    counting = CountingEncoder(words_encoder)
    with Archive.open(tmp_path, encoder=counting) as archive:
        archive.add(draft(1))
        before = archive.passages("article-1")
        counting.encoded.clear()
        article = archive.article("article-1")
        archive.edit(replace(article, outlet="Hill Post", date="2023-01-02", authors=("Jo Berg",)))
        assert counting.encoded == []
        archive.edit(replace(article, outlet="Hill Post", title="Harbours"))
        assert counting.encoded == ["Harbours"]
        assert archive.passages("article-1") == before
        assert archive.outlets() == ("Hill Post",)
        assert archive.rank("harbour", filters=Filters(outlet="Hill Post"))
        assert not archive.rank("harbour", filters=Filters(outlet="Port Times"))
        assert_complete(archive)


def test_a_text_is_not_changed_by_an_edit(tmp_path: Path, words_encoder: Encoder) -> None:
    """Otherwise spans would point into another text."""
    with Archive.open(tmp_path, encoder=words_encoder) as archive:
        archive.add(draft(1))
        with pytest.raises(ValueError, match="adding the article again"):
            archive.edit(Article("article-1", "Another text."))


def test_undo_refuses_what_was_changed_again_undone_already_or_forgotten(
    tmp_path: Path, words_encoder: Encoder
) -> None:
    """Undoing never throws away a newer change, and never does a thing twice."""
    with Archive.open(tmp_path, encoder=words_encoder) as archive:
        archive.add(draft(1))
        archive.add(draft(1, more=" More."))
        changed, added = archive.log.entries()
        with pytest.raises(NotUndoable, match="changed again"):
            archive.undo(added)
        archive.undo(changed)
        with pytest.raises(NotUndoable, match="already"):
            archive.undo(changed)
        archive.remove("article-1")
        with sqlite3.connect(archive.path / "archive.db") as db:
            db.execute("UPDATE log SET at = '2020-01-01T00:00:00+00:00'")
        archive.log.forget_old()
        with pytest.raises(NotUndoable, match=f"{UNDO_DAYS} days"):
            archive.undo(archive.log.entries(limit=1)[0])
        assert len(archive.log.entries(subject="article-1")) == 3


def test_a_threshold_is_put_back(tmp_path: Path, words_encoder: Encoder) -> None:
    """Setting it is undone to the one before, and that to the configured one."""
    with Archive.open(tmp_path, encoder=words_encoder) as archive:
        configured = archive.threshold
        archive.set_threshold(0.4, risk=0.1, labels=20)
        archive.set_threshold(0.7, risk=0.2, labels=30)
        second, first = archive.log.entries()
        archive.undo(second)
        assert archive.threshold == 0.4
        archive.undo(first)
        assert archive.threshold == configured


@few
@given(st.lists(st.tuples(st.sampled_from(("add", "change", "edit", "remove", "undo")), st.integers(0, 2)), max_size=8))
def test_undoing_everything_ends_where_it_began(
    tmp_path_factory: pytest.TempPathFactory, words_encoder: Encoder, steps: list[tuple[str, int]]
) -> None:
    """Whatever was done, undoing the changes from the newest on leaves an empty archive, complete at each step."""
    with Archive.open(tmp_path_factory.mktemp("archive"), encoder=words_encoder) as archive:
        for number, (what, which) in enumerate(steps):
            present = {article.id for article in archive.articles()}
            name = f"article-{which}"
            match what:
                case "add":
                    archive.add(draft(which))
                case "change":
                    archive.add(draft(which, more=f" Change {number}."))
                case "edit" if name in present:
                    archive.edit(replace(archive.article(name), title=f"Title {number}"))
                case "remove" if name in present:
                    archive.remove(name)
                case "undo":
                    newest = undoable(archive.log)
                    if newest:
                        archive.undo(archive.log.entries()[-newest])
            assert_complete(archive)
        while newest := undoable(archive.log):
            archive.undo(archive.log.entries()[-newest])
        assert archive.articles() == ()
        assert_complete(archive)


def undoable(log: Log) -> int:
    """The number of the newest change that stands; 0 where there is none."""
    return max((e.id for e in log.entries() if e.undone_by is None and e.action is not Action.UNDONE), default=0)
