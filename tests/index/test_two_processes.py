"""Two processes on one archive: each sees what the other did, and they change it one after the other."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from archives import CountingEncoder, assert_complete, draft
from crashing import words_encoder as make_encoder
from filelock import FileLock
from numpy.typing import NDArray

from index.archive import Archive
from index.encoder import Encoder
from index.errors import ArchiveLocked, ReceiptBroken
from index.review import Scope
from index.types import Answer, Draft, Hit, Reply, Status

QUESTION = "How many years did the railway number 4 take?"


@pytest.fixture
def other(archive: Archive, words_encoder: Encoder) -> Archive:
    """The same archive, opened once more; what it does is done behind the first one's back."""
    return Archive.open(archive.path.parent, encoder=words_encoder)


def shown(reply: Reply) -> tuple[Hit, ...]:
    return reply.hits if isinstance(reply, Answer) else reply.nearest


def ids(reply: Reply) -> set[str]:
    return {hit.article.id for hit in shown(reply)}


def test_what_another_adds_answers_the_next_question(archive: Archive, other: Archive) -> None:
    """Added, changed and removed elsewhere: the very next question is asked of what there is now."""
    archive.add(draft(1))
    assert "article-4" not in ids(archive.ask(QUESTION))
    other.add(draft(4))
    (before, *_) = shown(archive.ask(QUESTION))
    assert before.article.id == "article-4"
    other.add(draft(4, more=" A penguin came to the railway."))
    assert "penguin" in shown(archive.ask("Did a penguin come to the railway?"))[0].quote
    with pytest.raises(ReceiptBroken):
        archive.prove(before.receipt)
    other.remove("article-4")
    assert "article-4" not in ids(archive.ask(QUESTION))
    other.close()


def test_what_another_promotes_is_served(archive: Archive, other: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A generation built and promoted elsewhere is what the next question is asked of; and taken back likewise."""
    archive.add(draft(4))
    before = archive.ask(QUESTION)
    with monkeypatch.context() as patch:
        patch.setattr("index.archive.attribute", lambda _: ())
        other.reindex(scope=Scope(anew=True))
        other.promote()
        assert {hit.speaker for hit in shown(archive.ask(QUESTION))} == {None}
        assert archive.status().generation == other.status().generation
    other.rollback()
    assert archive.ask(QUESTION) == before
    other.close()


def test_both_know_an_article_the_other_has_added(archive: Archive, other: Archive) -> None:
    """Unchanged is unchanged, whoever added it."""
    assert archive.add(draft(1)).status is Status.ADDED
    assert other.add(draft(1)).status is Status.UNCHANGED
    assert other.add(draft(1, more=" More.")).status is Status.UPDATED
    assert archive.add(draft(1, more=" More.")).status is Status.UNCHANGED
    assert_complete(archive)
    other.close()


def test_a_reply_is_of_one_moment(archive: Archive, other: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """An article that is removed while a question is read is still whole in that reply, and gone in the next."""
    list(archive.add_all(draft(number) for number in range(6)))
    word_scores = archive._store.word_scores

    def removed_meanwhile(*arguments: object) -> dict[int, float]:
        if "article-4" in {article.id for article in other.articles()}:
            other.remove("article-4")
            other.add(draft(7))
        return word_scores(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(archive._store, "word_scores", removed_meanwhile)
    reply = archive.ask(QUESTION)
    assert shown(reply)[0].article.text == draft(4).text
    assert "article-7" not in ids(reply)
    assert "article-4" not in ids(archive.ask(QUESTION))
    assert "article-7" in ids(archive.ask("How many years did the volcano number 7 take?"))
    other.close()


class MeanwhileEncoder(CountingEncoder):
    """Lets something be done the next time that it is given texts, before it encodes them."""

    meanwhile: Callable[[], object] | None = None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if (first := self.meanwhile) is not None:
            self.meanwhile = None
            first()
        return super().encode(texts)


@pytest.fixture
def meanwhile(words_encoder: Encoder) -> MeanwhileEncoder:
    return MeanwhileEncoder(words_encoder)


@pytest.fixture
def slow(other: Archive, meanwhile: MeanwhileEncoder) -> Iterator[Archive]:
    """The same archive once more: while it embeds, ``other`` does something, and does not wait for long."""
    other._lock.timeout = 0.05
    with Archive.open(other.path.parent, encoder=meanwhile) as opened:
        yield opened
    other.close()


def test_nobody_waits_while_texts_are_embedded(slow: Archive, other: Archive, meanwhile: MeanwhileEncoder) -> None:
    """Another process adds and changes articles while one adds; all of it is there in the end."""
    other.add(draft(4))
    meanwhile.meanwhile = lambda: (other.add(draft(2)), other.add(draft(4, more=" It closed.")))
    slow.add(draft(3))
    assert [article.id for article in slow.articles()] == ["article-2", "article-4", "article-3"]
    assert slow.article("article-4").text == draft(4, more=" It closed.").text
    assert_complete(slow)


def test_nobody_waits_while_articles_are_indexed_anew(other: Archive, words_encoder: Encoder) -> None:
    """What another process adds, changes and removes is in the generation that is built meanwhile, too."""
    list(other.add_all([draft(3), draft(4)]))
    other._lock.timeout = 0.05
    encoder = MeanwhileEncoder(words_encoder, "another model")
    encoder.meanwhile = lambda: (other.add(draft(5)), other.add(draft(4, more=" More.")), other.remove("article-3"))
    with Archive.open(other.path.parent, encoder=encoder) as archive:
        archive.reindex()
        archive.promote()
        assert encoder.meanwhile is None
        assert archive.status().model == "another model"
        assert [article.id for article in archive.articles()] == ["article-5", "article-4"]
        assert_complete(archive)
    other.close()


def test_what_is_missing_is_looked_up_again_under_the_lock(
    slow: Archive, other: Archive, meanwhile: MeanwhileEncoder
) -> None:
    """A vector that was there when texts were embedded and is gone when they are written is made after all."""

    def forget() -> None:
        other.remove("old")
        other.reindex()
        other.promote()

    other.add(Draft("It rained.", id="old"))
    other.add(Draft("It snowed.", id="kept"))
    meanwhile.meanwhile = forget
    slow.add(Draft("It rained. It stopped.", id="new"))
    assert meanwhile.encoded == ["It stopped.", "It rained."]
    assert_complete(slow)


def test_of_two_who_add_the_same_one_does(slow: Archive, other: Archive, meanwhile: MeanwhileEncoder) -> None:
    """The article that another process adds meanwhile is unchanged, or an update where it is not quite the same."""
    meanwhile.meanwhile = lambda: other.add(draft(1))
    assert slow.add(draft(1)).status is Status.UNCHANGED
    meanwhile.meanwhile = lambda: other.add(draft(2))
    assert slow.add(draft(2, more=" More.")).status is Status.UPDATED
    assert slow.article("article-2").text == draft(2, more=" More.").text
    assert_complete(slow)


def test_who_cannot_get_the_lock_says_so(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process changes the archive a change waits, then fails in one sentence; questions go on."""
    archive.add(draft(4))
    holder = FileLock(archive.path / "lock")
    archive._lock.timeout = 0.05
    with holder:
        for change in (
            lambda: archive.add(draft(1)),
            lambda: archive.remove("article-4"),
            lambda: archive.reindex(),
        ):
            with pytest.raises(ArchiveLocked, match="Another process has been changing the archive 'default'"):
                change()
        assert ids(archive.ask(QUESTION)) == {"article-4"}
    assert [article.id for article in archive.articles()] == ["article-4"]
    assert archive.add(draft(1)).status is Status.ADDED


def _add_many(data: Path, first: int, begin: object) -> None:
    with Archive.open(data, encoder=make_encoder()) as archive:
        begin.wait()  # type: ignore[attr-defined]
        for number in range(8):
            archive.add(draft(first + number))
            archive.add(draft(100, more=f" {first + number}."))


def test_writers_take_turns(archive: Archive) -> None:
    """Three processes add their own articles and all change one: nothing is lost, doubled or half done."""
    context = multiprocessing.get_context("spawn")
    begin = context.Barrier(3)
    writers = [
        context.Process(target=_add_many, args=(archive.path.parent, first, begin)) for first in (0, 20, 40)
    ]  # fmt: skip
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    expected = {f"article-{first + number}" for first in (0, 20, 40) for number in range(8)} | {"article-100"}
    assert {article.id for article in archive.articles()} == expected
    assert_complete(archive)


def test_an_archive_can_be_opened_by_many_at_once(tmp_path: Path, words_encoder: Encoder) -> None:
    """Whoever comes first makes the file; the others find it whole, and nobody fails."""
    begin = threading.Barrier(6)
    failures: list[BaseException] = []

    def opened(name: str) -> None:
        begin.wait()
        try:
            with Archive.open(tmp_path, name, encoder=words_encoder) as archive:
                archive.add(draft(1))
        except BaseException as error:  # noqa: BLE001  # told to the main thread
            failures.append(error)

    for round_ in range(10):
        threads = [threading.Thread(target=opened, args=(str(round_),)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with Archive.open(tmp_path, str(round_), encoder=words_encoder) as archive:
            assert len(archive.articles()) == 1
            assert_complete(archive)
    assert failures == []


def test_what_comes_in_while_promoting_is_served(
    archive: Archive, other: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An article added by another process after the candidate was completed, and before the switch, is not lost."""
    archive.add(draft(1))
    archive.reindex()
    complete = archive._reindexing.complete

    def completed(*arguments: object) -> int:
        embedded = complete(*arguments)  # type: ignore[arg-type]
        monkeypatch.undo()
        other.add(draft(4))
        return embedded

    monkeypatch.setattr(archive._reindexing, "complete", completed)
    archive.promote()
    assert len(archive.passages("article-4")) == 4
    assert_complete(archive)
    other.close()


def test_serving_starts_only_once(archive: Archive, other: Archive) -> None:
    """Two processes find a new archive empty; the second one to begin serving keeps what the first one serves."""
    served = archive._served
    states = iter([None])

    def nothing_yet() -> object:
        return next(states, served())

    archive.__dict__["_served"] = nothing_yet  # what it saw just before the other one began
    other.add(draft(4))
    assert archive.passages("article-4") != ()
    assert ids(other.ask(QUESTION)) == {"article-4"}
    assert_complete(other)
    other.close()
