"""What moderators decide about passages: it holds everywhere from the moment it is made, and outlives the index."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from archives import draft, few
from hypothesis import given
from hypothesis import strategies as st

from index.archive import Archive
from index.audit import Action
from index.check import VerdictKind
from index.errors import NotUndoable, ReceiptBroken
from index.overrides import Fix, Override, override_of, stands
from index.receipts import grounds, spoken
from index.timeline import Timeline
from index.topics import Topic
from index.types import Answer, Article, Draft, Filters, Kind, Passage, Receipt, Span, sha256_of

if TYPE_CHECKING:
    from index.encoder import Encoder

QUESTION = "How many years did the bridge take?"


def passage_with(archive: Archive, words: str, article_id: str = "article-0") -> tuple[Passage, Receipt]:
    """The passage that holds ``words``, and its receipt."""
    article = archive.article(article_id)
    found = next(p for p in archive.passages(article_id) if words in article.words(p.span))
    return found, Receipt(article.id, article.sha256, found.span)


def shown_everywhere(archive: Archive, words: str) -> list[str]:
    """Which ways of reading the archive still give out a quotation with ``words``."""
    found = []
    reply = archive.ask(QUESTION, threshold=0.0)
    hits = reply.hits if isinstance(reply, Answer) else reply.nearest
    silent = archive.ask(QUESTION, threshold=1.0)
    topic = archive.topic("the bridge")
    lines = archive.timeline("Ada Marsh")
    ways = {
        "ask": hits,
        "nearest": silent.hits if isinstance(silent, Answer) else silent.nearest,
        "rank": archive.rank(QUESTION),
        "topic": [*(voice.hit for voice in topic.voices), *topic.reported],
        "timeline": [entry.hit for entry in lines.entries] if isinstance(lines, Timeline) else [],
        "check": [hit for hit in (archive.check(words).closest, *archive.check(words).parts) if hit],
    }  # fmt: skip
    found = [way for way, shown in ways.items() if any(words in hit.quote for hit in shown)]
    if any(words in archive.article("article-0").words(p.span) for p in archive.passages("article-0")):
        found.append("passages")
    return found


SAID = "The bridge took 2 years"


def test_what_is_hidden_is_shown_by_nothing(archive: Archive) -> None:
    """A hidden passage is in no answer, ranking, topic, timeline, check or receipt, and comes back when that ends."""
    archive.add(draft(0))
    archive.add(draft(1))
    before = shown_everywhere(archive, SAID)
    assert {"ask", "rank", "topic", "timeline", "check", "passages"} <= set(before)
    _, receipt = passage_with(archive, SAID)
    archive.override(receipt, Fix.HIDDEN, by="mona")
    assert shown_everywhere(archive, SAID) == []
    assert archive.check(SAID).verdict is not VerdictKind.VERBATIM
    assert archive.passage_at(receipt) is None
    assert archive.hidden("article-0") == (receipt.span,)
    for reading in (archive.prove, archive.proved, archive.hit_at):
        with pytest.raises(ReceiptBroken, match="hidden"):
            reading(receipt)
    assert not any(receipt.span.overlaps(a.hull) for a in archive.attributions("article-0") if a.kind is Kind.DIRECT)
    (entry,) = (e for e in archive.log.entries() if e.action is Action.OVERRIDE)
    assert (entry.by, entry.subject) == ("mona", "article-0")
    assert SAID not in f"{entry.words} {entry.after}"
    archive.undo(entry)
    assert shown_everywhere(archive, SAID) == before


def test_words_beside_what_is_hidden_can_be_checked(archive: Archive) -> None:
    """A quotation next to a hidden passage is verbatim as before; one across it is not."""
    archive.add(draft(0))
    _, receipt = passage_with(archive, SAID)
    archive.override(receipt, Fix.HIDDEN)
    assert archive.check("She said that visitors would pay 3 dollars.").verdict is VerdictKind.VERBATIM
    across = "The bridge number 0 opened on Monday. She said that visitors would pay 3 dollars."
    verdict = archive.check(across)
    assert verdict.verdict is not VerdictKind.VERBATIM
    assert all(SAID not in hit.quote for hit in (verdict.closest, *verdict.parts) if hit)


def test_a_corrected_speaker_holds_everywhere(archive: Archive) -> None:
    """The name counts in answers, filters, suggestions, timelines and receipts; the old one is gone from them."""
    archive.add(draft(0))
    found, receipt = passage_with(archive, SAID)
    assert found.said_by is not None
    archive.override(receipt, Fix.SPEAKER, "Tom Okafor", "mayor")
    now, _ = passage_with(archive, SAID)
    assert now.corrected
    assert now.span == found.span
    assert now.said_by is not None
    assert now.said_by.speaker is not None
    assert (now.said_by.speaker.name, now.said_by.speaker.role, now.kind) == ("Tom Okafor", "mayor", found.kind)
    assert "Tom Okafor" in archive.speakers("Oka")
    reply = archive.ask(QUESTION, filters=Filters(speaker="Tom Okafor"), threshold=0.0)
    assert isinstance(reply, Answer)
    assert [SAID in hit.quote for hit in reply.hits] == [True]
    assert all(SAID not in hit.quote for hit in archive.rank(QUESTION, filters=Filters(speaker="Ada Marsh")))
    lines = archive.timeline("Tom Okafor")
    assert isinstance(lines, Timeline)
    assert SAID in lines.entries[0].hit.quote
    proof = archive.proved(receipt)
    assert "Tom Okafor, mayor" in spoken(proof)
    assert "corrected" in spoken(proof)
    assert "moderators" in grounds(proof)[0]
    topic: Topic = archive.topic("the bridge")
    assert "Tom Okafor" in {voice.hit.speaker.name for voice in topic.voices if voice.hit.speaker}
    assert archive.check(f"“{SAID},”", "Ada Marsh").verdict is VerdictKind.WRONG_SPEAKER
    assert archive.check(f"“{SAID},”", "Tom Okafor").verdict is VerdictKind.VERBATIM


@pytest.mark.parametrize("fix", [Fix.OUTLET, Fix.UNSTATED])
def test_nobody_is_named_any_more(archive: Archive, fix: Fix) -> None:
    """The outlet's own words have nobody who says them; where the speaker is not stated, somebody unnamed does."""
    archive.add(draft(0))
    found, receipt = passage_with(archive, SAID)
    archive.override(receipt, fix)
    now, _ = passage_with(archive, SAID)
    assert now.corrected
    if fix is Fix.OUTLET:
        assert now.said_by is None
    else:
        assert now.said_by is not None
        assert (now.said_by.speaker, now.said_by.source, now.kind) == (None, (), found.kind)


def test_narration_that_somebody_said_is_reported_speech(archive: Archive) -> None:
    """Where nobody was cited, a corrected speaker did not say these very words."""
    archive.add(draft(0))
    found, receipt = passage_with(archive, "Rain fell")
    assert found.said_by is None
    archive.override(receipt, Fix.SPEAKER, "Ada Marsh")
    assert passage_with(archive, "Rain fell")[0].kind is Kind.INDIRECT


def test_it_survives_reindexing_and_a_new_process(tmp_path: Path, words_encoder: Encoder) -> None:
    """Another generation, another process, and an article that goes and comes back: the decision holds."""
    with Archive.open(tmp_path, encoder=words_encoder) as archive:
        archive.add(draft(0))
        _, receipt = passage_with(archive, SAID)
        archive.override(receipt, Fix.HIDDEN)
        archive.reindex()
        archive.promote()
        assert shown_everywhere(archive, SAID) == []
    with Archive.open(tmp_path, encoder=words_encoder) as archive:
        assert shown_everywhere(archive, SAID) == []
        archive.remove("article-0")
        assert [placed.article for placed in archive.overrides()] == [None]
        archive.add(draft(0))
        assert shown_everywhere(archive, SAID) == []


def test_two_processes(tmp_path: Path, words_encoder: Encoder) -> None:
    """What another process decides counts here at the next question, for names too."""
    with Archive.open(tmp_path, encoder=words_encoder) as here, Archive.open(tmp_path, encoder=words_encoder) as there:
        here.add(draft(0))
        assert shown_everywhere(here, SAID)
        assert isinstance(here.timeline("Ada Marsh"), Timeline)
        there.override(passage_with(there, SAID)[1], Fix.SPEAKER, "Tom Okafor")
        assert isinstance(here.timeline("Tom Okafor"), Timeline)


def test_a_changed_text(archive: Archive) -> None:
    """The decision follows its characters; where they are gone or stand twice it says that it does not fit."""
    archive.add(draft(0))
    _, receipt = passage_with(archive, SAID)
    archive.override(receipt, Fix.HIDDEN)
    old = archive.article("article-0").text
    words = receipt.span.of(old)
    for text, where in (
        ("A new opening line. " + old, 20 + receipt.span.start),
        (old + " " + words, None),
        (old.replace("2 years", "9 years"), None),
    ):
        archive.add(replace(draft(0), text=text))
        (placed,) = archive.overrides()
        assert (placed.span and placed.span.start) == where
        assert archive.hidden("article-0") == (() if where is None else (placed.span,))


def test_a_passage_that_is_cut_otherwise(archive: Archive) -> None:
    """Words that were corrected within a longer passage: of all of it nobody knows the speaker, nobody is misquoted."""
    archive.add(draft(0))
    found, receipt = passage_with(archive, SAID)
    half = Receipt(receipt.article_id, receipt.sha256, Span(found.span.start, found.span.start + 12))
    archive.override(half, Fix.SPEAKER, "Tom Okafor")
    now, _ = passage_with(archive, SAID)
    assert now.said_by is not None
    assert now.said_by.speaker is None
    assert now.corrected
    archive.override(half, Fix.SPEAKER, "Ada Marsh")  # as the article says: nothing is in doubt
    assert passage_with(archive, SAID)[0] == found


def test_the_last_decision_counts_and_each_can_be_undone_once(archive: Archive) -> None:
    """A later decision takes the place of an earlier one; undoing goes back through them in order."""
    archive.add(draft(0))
    found, receipt = passage_with(archive, SAID)
    first = archive.override(receipt, Fix.SPEAKER, "Tom Okafor")
    second = archive.override(receipt, Fix.HIDDEN)
    assert len(archive.overrides()) == 1
    entries = {entry.id: entry for entry in archive.log.entries()}
    with pytest.raises(NotUndoable, match="again since"):
        archive.undo(entries[first])
    archive.undo(entries[second])
    assert passage_with(archive, SAID)[0].corrected
    with pytest.raises(NotUndoable, match="already"):
        archive.undo(entries[second])
    archive.undo(entries[first])
    assert archive.overrides() == ()
    assert passage_with(archive, SAID)[0] == found


def test_taking_one_back(archive: Archive) -> None:
    """A decision that is removed counts no more, and that too can be undone."""
    archive.add(draft(0))
    _, receipt = passage_with(archive, SAID)
    archive.override(receipt, Fix.HIDDEN)
    (placed,) = archive.overrides()
    number = archive.remove_override(placed.override)
    assert archive.hidden("article-0") == ()
    entry = archive.log.entry(number)
    assert entry is not None
    archive.undo(entry)
    assert archive.hidden("article-0") == (receipt.span,)


def test_a_speaker_has_a_name() -> None:
    """A correction to nobody is another kind of correction."""
    article = Article("a", "Some words.")
    for fix, name in ((Fix.SPEAKER, None), (Fix.SPEAKER, ""), (Fix.HIDDEN, "Ada Marsh")):
        with pytest.raises(ValueError, match="name"):
            override_of(article, Span(0, 4), fix, name)


@given(st.text("ab .", min_size=1, max_size=30), st.text("ab .", max_size=8), st.data())
def test_found_again_by_its_characters_alone(text: str, before: str, data: st.DataObject) -> None:
    """In a changed text an override stands exactly where its characters do, if that is one place; else nowhere."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    made: Override = override_of(Article("a", text), Span(start, end), Fix.HIDDEN)
    other = Article("a", before + text[::-1] + text)
    words = text[start:end]
    places = [i for i in range(len(other.text)) if other.text.startswith(words, i)]
    found = stands(made, other)
    if other.sha256 == made.sha256:
        assert found == made.span
    else:
        assert (found.start if found else None) == (places[0] if len(places) == 1 else None)
        assert found is None or sha256_of(found.of(other.text)) == made.words


@few
@given(st.sets(st.integers(0, 3), max_size=4), st.integers(0, 2))
def test_masked_text_keeps_its_places(words_encoder: Encoder, hidden: set[int], number: int) -> None:
    """Masking for a comparison moves nothing and leaves no letter of what is hidden."""
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder), encoder=words_encoder) as archive:
        archive.add(draft(number, id="article-0"))
        article = archive.article("article-0")
        passages = archive.passages("article-0")
        spans = [passages[i].span for i in hidden if i < len(passages)]
        for span in spans:
            archive.override(Receipt(article.id, article.sha256, span), Fix.HIDDEN)
        masked = archive._store.overrides.masked(article)
        assert len(masked.text) == len(article.text)
        for place, character in enumerate(article.text):
            inside = any(span.start <= place < span.end for span in spans)
            assert (masked.text[place] == character) == (not inside or not character.isalnum())


def test_speakers_without_a_decision_are_as_ever(archive: Archive) -> None:
    """Counting names with and without an override of another article gives the same for those it does not touch."""
    for number in range(4):
        archive.add(draft(number))
    archive.add(Draft("“We open in May,” said Lena Ortiz, the mayor.", id="mayor"))
    served = archive._served()
    assert served is not None
    before = {name: (role, count) for name, role, count in archive._store.speakers(served)}
    _, receipt = passage_with(archive, "We open", "mayor")
    archive.override(receipt, Fix.SPEAKER, "Ada Marsh")
    after = {name: (role, count) for name, role, count in archive._store.speakers(served)}
    assert "Lena Ortiz" not in after
    assert after["Ada Marsh"] == (before["Ada Marsh"][0], before["Ada Marsh"][1] + 1)
