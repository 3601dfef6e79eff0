"""A re-index is built beside what is served, switched to at once, and can be taken back; nothing is lost on the way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from archives import CountingEncoder, assert_complete, draft

from index.archive import Archive
from index.encoder import Encoder
from index.errors import ArchiveError, NoSuchGeneration
from index.review import Scope
from index.sentences import paragraph_spans
from index.types import Abstention, Answer, Passage, Reply

QUESTION = "How many years did the railway number 4 take?"


@pytest.fixture
def filled(archive: Archive) -> Archive:
    """Six articles."""
    list(archive.add_all(draft(number) for number in range(6)))
    return archive


@pytest.fixture
def new_rules(filled: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the six articles are cut into paragraphs, two each, and in batches of two."""
    monkeypatch.setattr("index.archive.sentence_spans", paragraph_spans)
    monkeypatch.setattr("index.archive.RECIPE", "paragraphs")
    monkeypatch.setattr("index.archive.BATCH", 2)


@pytest.fixture
def newer(filled: Archive, words_encoder: Encoder) -> Iterator[tuple[Archive, CountingEncoder]]:
    """The same archive, opened with another model, which is a counting one."""
    encoder = CountingEncoder(words_encoder, "newer")
    with Archive.open(filled.path.parent, encoder=encoder) as opened:
        opened._encoders["words"] = words_encoder  # what is served was made with it
        yield opened, encoder


def served(archive: Archive) -> dict[str, tuple[Passage, ...]]:
    return {article.id: archive.passages(article.id) for article in archive.articles()}


def first_quote(reply: Reply) -> str:
    return (reply.hits if isinstance(reply, Answer) else reply.nearest)[0].quote


@pytest.mark.usefixtures("new_rules")
def test_a_candidate_is_not_served_until_it_is_promoted(filled: Archive) -> None:
    """Building it changes no passage and no answer; promoting changes all at once; rolling back restores each id."""
    before, reply = served(filled), filled.ask(QUESTION)
    built = filled.reindex()
    assert (built.state, built.articles, built.passages_removed) == ("candidate", 6, 24 - 6)
    assert filled.status().candidate == built.generation
    assert served(filled) == before
    assert filled.ask(QUESTION) == reply
    promoted = filled.promote()
    assert (promoted.generation, promoted.state, promoted.embedded) == (built.generation, "served", 0)
    assert {len(passages) for passages in served(filled).values()} == {2}
    assert "“" in first_quote(filled.ask(QUESTION))
    status = filled.status()
    assert (status.generation, status.candidate, status.passages) == (built.generation, None, 12)
    assert_complete(filled)
    back = filled.rollback()
    assert back.generation == status.previous
    assert served(filled) == before
    assert filled.ask(QUESTION) == reply


@pytest.mark.usefixtures("new_rules")
def test_rolling_back_twice_is_where_it_began(filled: Archive) -> None:
    """The two generations change places each time."""
    filled.reindex()
    filled.promote()
    after = served(filled)
    filled.rollback()
    assert served(filled) != after
    filled.rollback()
    assert served(filled) == after


def test_there_must_be_something_to_switch_to(filled: Archive) -> None:
    """One sentence that says what to do, and what is served goes on."""
    before = served(filled)
    with pytest.raises(NoSuchGeneration, match="onrecord reindex"):
        filled.promote()
    with pytest.raises(NoSuchGeneration, match="no earlier generation"):
        filled.rollback()
    assert served(filled) == before


@pytest.mark.usefixtures("new_rules")
def test_a_dry_run_tells_what_would_change_and_changes_nothing(filled: Archive) -> None:
    """Its figures are those of the run that follows; the file stays as it is, byte for byte in every table."""
    before, status = served(filled), filled.status()
    told = filled.reindex(dry_run=True)
    assert served(filled) == before
    assert filled.status().candidate is None
    assert filled.status().generation == status.generation
    assert (told.state, told.generation, told.articles) == ("dry_run", status.generation, 6)
    done = filled.reindex()
    assert (done.passages_added, done.passages_removed, done.speakers_changed, done.embedded) == (
        told.passages_added, told.passages_removed, told.speakers_changed, told.embedded,
    )  # fmt: skip


def test_the_same_rules_and_model_embed_nothing(filled: Archive) -> None:
    """A re-index without a change finds every vector, and no passage differs."""
    done = filled.reindex()
    assert (done.embedded, done.passages_added, done.passages_removed, done.speakers_changed) == (0, 0, 0, 0)


def test_a_changed_speaker_is_counted(filled: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Passages that stay but are somebody else's, or nobody's, are told apart from new ones."""
    cited = sum(p.said_by is not None for passages in served(filled).values() for p in passages)
    monkeypatch.setattr("index.archive.attribute", lambda _: ())
    told = filled.reindex(dry_run=True, scope=Scope(anew=True))
    assert cited > 0
    assert told.speakers_changed >= cited


@pytest.mark.usefixtures("new_rules")
def test_nothing_is_lost_between_building_and_promoting(filled: Archive) -> None:
    """Added, changed and removed articles are, after promoting, as if they had been there when it was built."""
    filled.reindex()
    filled.add(draft(7))
    filled.add(draft(2, more=" A penguin came."))
    filled.remove("article-3")
    filled.promote()
    assert set(served(filled)) == {"article-0", "article-1", "article-2", "article-4", "article-5", "article-7"}
    assert served(filled)["article-2"][-1].span.end == len(draft(2, more=" A penguin came.").text)
    assert_complete(filled)
    filled.add(draft(8))
    filled.remove("article-0")
    filled.rollback()
    assert set(served(filled)) == {"article-1", "article-2", "article-4", "article-5", "article-7", "article-8"}
    for article in filled.articles():
        assert served(filled)[article.id][-1].span.end == len(article.text)


@pytest.mark.usefixtures("new_rules")
def test_progress_goes_from_nothing_to_all(filled: Archive) -> None:
    """Articles done never go back, and end at all of them; for a dry run as for a run."""
    for dry_run in (True, False):
        told: list[tuple[int, int]] = []
        filled.reindex(dry_run=dry_run, progress=lambda done, total, told=told: told.append((done, total)))
        assert told == sorted(told)
        assert told[0] == (0, 6)
        assert {total for _, total in told} == {6}
    assert told[-1] == (6, 6)


@pytest.mark.usefixtures("new_rules")
def test_an_interrupted_reindex_goes_on_where_it_stopped(newer: tuple[Archive, CountingEncoder]) -> None:
    """What was embedded before it was stopped is not embedded again, and what is served never noticed."""
    archive, encoder = newer
    before, reply = served(archive), archive.ask(QUESTION)
    encoder.fail_after = 1
    with pytest.raises(KeyboardInterrupt):
        archive.reindex()
    assert archive.status().candidate is None
    with pytest.raises(NoSuchGeneration):
        archive.promote()
    assert served(archive) == before
    assert archive.ask(QUESTION) == reply
    encoder.fail_after = None
    done = archive.reindex()
    assert done.state == "candidate"
    assert len(encoder.encoded) == len(set(encoder.encoded)) > done.embedded > 0
    archive.promote()
    assert archive.status().model == "newer"
    assert_complete(archive)


@pytest.mark.usefixtures("new_rules")
def test_another_process_takes_an_interrupted_reindex_up(
    newer: tuple[Archive, CountingEncoder], words_encoder: Encoder
) -> None:
    """The state of a re-index is in the file, not in the process that began it."""
    archive, encoder = newer
    encoder.fail_after = 1
    with pytest.raises(KeyboardInterrupt):
        archive.reindex()
    second = CountingEncoder(words_encoder, "newer")
    with Archive.open(archive.path.parent, encoder=second) as other:
        other._encoders["words"] = words_encoder
        other.reindex()
        assert not set(second.encoded) & set(encoder.encoded)
        other.promote()
        assert_complete(other)


def test_a_reindex_with_other_rules_begins_anew(filled: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was half built under rules that have changed since is dropped."""

    def stopped(done: int, _: int) -> None:
        if done:
            raise KeyboardInterrupt

    monkeypatch.setattr("index.archive.BATCH", 2)
    with pytest.raises(KeyboardInterrupt):
        filled.reindex(progress=stopped)
    monkeypatch.setattr("index.archive.sentence_spans", paragraph_spans)
    monkeypatch.setattr("index.archive.RECIPE", "paragraphs")
    filled.reindex()
    filled.promote()
    assert {len(passages) for passages in served(filled).values()} == {2}
    assert_complete(filled)


def test_another_model_answers_after_promoting(newer: tuple[Archive, CountingEncoder]) -> None:
    """Until then questions are encoded by the model that made what is served; new articles too."""
    archive, encoder = newer
    archive.ask(QUESTION)
    archive.add(draft(7))
    assert encoder.encoded == []
    archive.reindex()
    archive.promote()
    encoder.encoded.clear()
    archive.ask(QUESTION)
    assert len(encoder.encoded) == 1
    archive.add(draft(8))
    assert len(encoder.encoded) > 1
    assert_complete(archive)
    encoder.encoded.clear()
    archive.rollback()
    archive.ask(QUESTION)
    assert encoder.encoded == []


def test_vectors_nobody_uses_go_with_their_generation(newer: tuple[Archive, CountingEncoder]) -> None:
    """A generation can be gone back to once without embedding; what is older than that is forgotten."""
    archive, encoder = newer
    archive.reindex()
    archive.promote()
    assert archive.rollback().embedded == 0
    assert archive.rollback().embedded == 0
    archive.reindex()
    archive.promote()  # the generation of the old model is the third last now
    db_keys = archive._store._db.execute(
        "SELECT count(*) FROM vectors WHERE key NOT IN (SELECT key FROM entries UNION SELECT headline FROM indexed)"
    )
    assert db_keys.fetchone() == (0,)
    assert encoder.encoded


@pytest.mark.usefixtures("new_rules")
def test_a_reindex_beside_a_promotion_does_not_unseat_what_is_served(filled: Archive, words_encoder: Encoder) -> None:
    """Two processes re-index; one promotes; the other says so, and does not turn what is served into a candidate."""
    with Archive.open(filled.path.parent, encoder=words_encoder) as other:

        def promoted(done: int, total: int) -> None:
            if done == total and other.status().candidate is None:
                other.reindex()
                other.promote()

        with pytest.raises(ArchiveError, match="Another process"):
            filled.reindex(progress=promoted)
        assert {len(passages) for passages in served(filled).values()} == {2}
        assert_complete(filled)
        assert isinstance(filled.ask(QUESTION), Answer | Abstention)


def test_an_empty_archive_can_be_reindexed(archive: Archive) -> None:
    """There is nothing to do, and it is served all the same."""
    assert archive.reindex(dry_run=True).articles == 0
    assert archive.reindex().articles == 0
    assert archive.promote().articles == 0
    assert archive.add(draft(1)).passages == 4
    assert_complete(archive)
