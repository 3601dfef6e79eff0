"""What nothing answers: put together by meaning, counted by people, closed by articles, forgotten in time."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from archives import draft
from hypothesis import given
from hypothesis import strategies as st

from index.archive import Archive
from index.audit import Action
from index.errors import NotUndoable
from index.gaps import ALIKE, Asked, State, clustered, gaps_of
from index.subscriptions import Wanted
from index.types import Abstention, Answer, Filters, Reason

SPACE = "When does the space harbour open its gates?"
SPACE_TOO = "When does the space harbour open its doors?"
WHALES = "How many whales live here?"
NOW = datetime(2024, 6, 1, tzinfo=UTC)


def silence(question: str, reason: Reason = Reason.NOT_COVERED) -> Abstention:
    return Abstention(question, question, reason, 0.1)


def note(archive: Archive, question: str, by: str | None, **filters: str) -> None:
    archive.note_gap(silence(question), archive.mark, Filters(**filters), "2024-06-01", by=by)


def words(archive: Archive) -> str:
    """Everything that the archive's file holds as text."""
    db = sqlite3.connect(archive.path / "archive.db")
    try:
        return "\n".join(db.iterdump())
    finally:
        db.close()


@given(st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3).filter(any), max_size=25), st.floats(0.1, 0.99))
def test_clustering_is_a_partition(rows: list[list[int]], alike: float) -> None:
    """Each row is in exactly one group, those in a group are near its mean, and equal rows are together."""
    vectors = np.array(rows, np.float32).reshape(-1, 3)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    groups = clustered(vectors, alike)
    assert sorted(row for group in groups for row in group) == list(range(len(rows)))
    for group in groups:
        assert list(group) == sorted(group)
        for last in range(1, len(group)):
            mean = vectors[list(group[:last])].sum(0)
            assert vectors[group[last]] @ mean / np.linalg.norm(mean) >= alike - 1e-5
    for group, row in ((group, group[0]) for group in groups):
        twin = next((i for i in range(row) if np.allclose(vectors[i], vectors[row])), None)
        # It may have joined a nearer group, but never began one beside the one its twin began.
        assert twin is None or all(other[0] != twin for other in groups if other is not group)


def asked(question: str, *members: str, private: int = 0, times: int = 1, **filters: str) -> Asked:
    wanted = Wanted.of(silence(question), Filters(**filters), None)
    return Asked(wanted, Reason.NOT_COVERED, State.OPEN, frozenset(members), private, times, "2024", "2024")


def test_people_are_counted_over_all_wordings() -> None:
    """One member who asks in two ways is one member; all who asked in private are together one more."""
    same = np.array([[1, 0], [1, 0], [1, 0]], np.float32)
    (gap,) = gaps_of([asked("a?", "x", "y"), asked("b?", "y"), asked("c?", private=4, times=4)], same)
    assert (gap.members, gap.times) == (3, 6)
    assert gap.questions[0].wanted.standalone == "a?"


def test_other_numbers_and_narrowings_are_other_gaps() -> None:
    """The same meaning about another year, or narrowed to somebody, wants another article."""
    same = np.array([[1, 0]] * 4, np.float32)
    asks = [asked("In 2019?", "x"), asked("In 2020?", "x"), asked("And 2020?", "y"), asked("2020?", "z", speaker="Ma")]
    gaps = gaps_of(asks, same)
    assert sorted(len(gap.questions) for gap in gaps) == [1, 1, 2]
    assert gaps[0].members == 2


def test_questions_of_one_meaning(archive: Archive) -> None:
    """Wordings that share nearly all words are one gap, with who asked; only pseudonyms are stored."""
    archive.add(draft(0))
    for question, by in ((SPACE, "411"), (SPACE, "411"), (SPACE_TOO, "412"), (WHALES, "413")):
        note(archive, question, by)
    note(archive, WHALES, None)
    first, second = archive.gaps()
    assert (first.members, first.times, len(first.questions)) == (2, 3, 2)
    assert (second.members, second.times) == (2, 2)
    assert [gap.key for gap in archive.gaps(3)] == []
    stored = words(archive)
    assert "'411'" not in stored
    assert archive.pseudonym("411") in stored
    assert [article.id for article in archive.nearest_articles(second.questions[0].wanted)] == ["article-0"]


def test_dismissed_for_good_until_undone(archive: Archive) -> None:
    """A dismissed gap stays away whoever asks it again, in other words too; undoing shows it again."""
    note(archive, SPACE, "1")
    note(archive, WHALES, "1")
    gap = archive.gap(Wanted.of(silence(SPACE), Filters(), "2024-06-01").key)
    assert gap is not None
    entry = archive.log.entry(archive.move_gap(gap, State.DISMISSED, by="mona"))
    note(archive, SPACE, "2")
    note(archive, SPACE_TOO, "3")
    assert [g.questions[0].wanted.standalone for g in archive.gaps()] == [WHALES]
    assert len(archive.gaps(dismissed=True)[0].questions) == 2
    assert entry is not None
    assert (entry.action, entry.by) == (Action.GAP, "mona")
    assert "harbour" not in f"{entry.words}{entry.before}{entry.after}"
    archive.undo(entry)
    assert len(archive.gaps()) == 2


def test_an_older_dismissal_cannot_be_undone(archive: Archive) -> None:
    """What was moved again since is undone in order."""
    note(archive, SPACE, "1")
    (gap,) = archive.gaps()
    old = archive.log.entry(archive.move_gap(gap, State.DISMISSED))
    archive.move_gap(gap, State.OPEN)
    assert old is not None
    with pytest.raises(NotUndoable, match="again since"):
        archive.undo(old)


def test_closed_by_an_article_and_opened_again(archive: Archive) -> None:
    """What comes in is asked about once; what it answers is closed, and open again when it is asked in vain later."""
    question = "How many years did the bridge take?"
    archive.settings = archive.settings.__class__(
        answer=archive.settings.answer.__class__(threshold=0.02), search=archive.settings.search
    )
    note(archive, question, "1")
    note(archive, WHALES, "1")
    assert archive.close_gaps(10, 90) == 0
    assert archive.gap_table.due(archive.mark, 10) == ()
    archive.add(draft(0))
    assert len(archive.gap_table.due(archive.mark, 10)) == 2
    answered = [q for q in (question, WHALES) if isinstance(archive.ask(q, asked_on="2024-06-01"), Answer)]
    assert question in answered
    assert archive.close_gaps(1, 90) == 1
    assert archive.close_gaps(1, 90) == 0
    assert archive.gap_table.due(archive.mark, 10) == ()
    left = {one.wanted.standalone for gap in archive.gaps() for one in gap.questions}
    assert left == {question, WHALES} - set(answered)
    closed = [entry for entry in archive.log.entries() if entry.action is Action.GAP]
    assert len(closed) == len(answered)
    assert all(entry.by is None for entry in closed)
    note(archive, question, "2")
    assert question in {one.wanted.standalone for gap in archive.gaps() for one in gap.questions}


def test_forgotten_in_time(archive: Archive) -> None:
    """Of a question nothing is left when everybody's asking is too old; what is asked still stays."""
    table = archive.gap_table
    wanted = [Wanted.of(silence(question), Filters(), None) for question in (SPACE, WHALES)]
    table.note(wanted[0], Reason.NOT_COVERED, "m", "x", NOW - timedelta(days=91))
    table.note(wanted[1], Reason.NOT_COVERED, "m", "x", NOW - timedelta(days=91))
    table.note(wanted[1], Reason.NOT_COVERED, "m", "y", NOW)
    assert table.forget_old(90, NOW) == 2
    assert table.forget_old(90, NOW) == 0
    assert [one.wanted.standalone for one in table.asked(State.OPEN)] == [WHALES]
    assert SPACE not in words(archive)


def test_delete_mine(archive: Archive) -> None:
    """Everything under a pseudonym goes, and the words of what nobody else asked with it."""
    note(archive, SPACE, "1")
    note(archive, WHALES, "1")
    note(archive, WHALES, "2")
    mine = archive.pseudonym("1")
    assert archive.gap_table.forget_member(mine) == 2
    assert mine not in words(archive)
    assert "space harbour" not in words(archive)
    (gap,) = archive.gaps()
    assert (gap.members, gap.times) == (1, 1)


def test_never_two_in_a_week(archive: Archive) -> None:
    """A weekly message is taken once in seven days, also after it was turned off and on; one that failed is not."""
    settings = archive.server_settings
    assert archive.take_digest(NOW) is None
    settings.set(by="mona", digest_channel=7)
    kept = archive.take_digest(NOW)
    assert kept is not None
    archive.gap_table.give_back_digest(kept)
    assert archive.take_digest(NOW) is not None
    assert archive.take_digest(NOW + timedelta(days=6, hours=23)) is None
    settings.set(by=None, digest_channel=None)
    assert archive.take_digest(NOW + timedelta(days=30)) is None
    settings.set(by=None, digest_channel=8)
    assert archive.take_digest(NOW + timedelta(days=6)) is None
    again = archive.take_digest(NOW + timedelta(days=7, seconds=1))
    assert again is not None
    assert again.channel == 8


def test_a_member_sees_and_deletes_what_they_asked(archive: Archive) -> None:
    """What is kept of them is the questions under their pseudonym; deleted, the others' stays."""
    note(archive, WHALES, "1")
    note(archive, SPACE, "2")
    assert [row["question"] for row in archive.kept_of(1)["gaps"]] == [WHALES]
    assert archive.forget_member(1)["gaps"] == 1
    assert archive.kept_of(1)["gaps"] == []
    assert [row["question"] for row in archive.kept_of(2)["gaps"]] == [SPACE]


def test_prepared_in_steps(archive: Archive) -> None:
    """Questions are embedded a few at a time, each once; then the gaps are as they would be at once."""
    for number in range(5):
        note(archive, f"{WHALES} {number}", "1")
    assert [archive.prepare_gaps(2) for _ in range(4)] == [True, True, False, False]
    assert len(archive.gaps()) == 5
    note(archive, SPACE, "1")
    assert archive.prepare_gaps(2) is False
    assert len(archive.gaps()) == 6


def test_the_threshold_parts_what_a_word_parts(archive: Archive) -> None:
    """With the encoder that counts words the two wordings of the test are alike, and the other question is not."""
    vectors = archive._meanings([SPACE, SPACE_TOO, WHALES])
    assert float(vectors[0] @ vectors[1]) >= ALIKE > float(vectors[0] @ vectors[2])
