"""What was removed is shown nowhere, whatever is added, undone, edited or indexed anew, and over restarts."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from index.archive import Archive
from index.audit import Action
from index.errors import NoSuchArticle, NotUndoable, ReceiptBroken
from index.speakers import Unclear
from index.timeline import Timeline
from index.types import Abstention, Answer, Article, Draft, Filters, Hit, Receipt, Reply

if TYPE_CHECKING:
    from index.audit import Entry

NAMES = ("Ada Marsh", "Bo Lind", "Cem Ucar", "Dora Kent")
OUTLETS = ("Dale Herald", "Port Times", "Hill Post", "Bay Sun")
ABOUT = ("bridge", "harbour", "library", "orchard")


def article_of(number: int, version: int) -> Draft:
    """An article with a speaker, an outlet and a subject of its own; of each version, another text."""
    return Draft(
        f"The {ABOUT[number]} opened on Monday after {version + 2} years. "
        f"“The {ABOUT[number]} cost {version + 3} million dollars,” said {NAMES[number]}, who built it.",
        title=f"The {ABOUT[number]} opens",
        outlet=OUTLETS[number],
        date=f"2024-0{number + 1}-15",
        id=f"article-{number}",
    )


_numbers = st.integers(0, len(NAMES) - 1)
_versions = st.integers(0, 1)


class Moderators(RuleBasedStateMachine):
    """Moderators at work; a dictionary says what has to be on record."""

    encoder: object

    @initialize()
    def begin(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._known: dict[str, Article] = {}
        self._receipts: set[Receipt] = set()
        self._archive = self._opened()

    def _opened(self) -> Archive:
        return Archive.open(Path(self._folder.name), encoder=self.encoder)  # type: ignore[arg-type]

    def teardown(self) -> None:
        self._archive.close()
        self._folder.cleanup()

    @rule(number=_numbers, version=_versions)
    def add(self, number: int, version: int) -> None:
        article = self._archive.add(article_of(number, version)).article
        self._known[article.id] = article

    @rule(number=_numbers, version=_versions)
    def preview(self, number: int, version: int) -> None:
        """A draft that only waits is on record no more than one that was never seen."""
        self._archive.pending.put(article_of(number, version), by=None, source="command")
        self._archive.preview(article_of(number, version))

    @rule(number=_numbers)
    def remove(self, number: int) -> None:
        if f"article-{number}" in self._known:
            self._archive.remove(f"article-{number}", by="1")
            del self._known[f"article-{number}"]

    @rule(number=_numbers, outlet=st.sampled_from((*OUTLETS, None)), title=st.sampled_from(("The news", None)))
    def edit(self, number: int, outlet: str | None, title: str | None) -> None:
        if (article := self._known.get(f"article-{number}")) is not None:
            edited = replace(article, outlet=outlet, title=title)
            self._archive.edit(edited, by="2")
            self._known[article.id] = edited

    @rule(back=st.integers(0, 5))
    def undo(self, back: int) -> None:
        entries = self._archive.log.entries(limit=back + 1)
        if len(entries) > back:
            entry = entries[back]
            with contextlib.suppress(NotUndoable):
                self._archive.undo(entry, by="3")
                self._put_back(entry)

    def _put_back(self, entry: Entry) -> None:
        subject = entry.subject or ""
        if entry.action is Action.ADDED:
            del self._known[subject]
            return
        assert entry.before is not None
        kept = {name: part for name, part in entry.before.items() if name != "origin"}
        self._known[subject] = Article(**{**kept, "authors": tuple(kept["authors"])})

    @rule()
    def restart(self) -> None:
        self._archive.close()
        self._archive = self._opened()

    @rule()
    def reindex(self) -> None:
        if self._known:
            self._archive.reindex()
            self._archive.promote()

    @rule()
    def as_another_process(self) -> None:
        """Another process removes an article while this one has everything in memory."""
        if self._known:
            self._archive.rank("What did the bridge cost?")
            self._archive.known_speakers()
            gone = min(self._known)
            with self._opened() as other:
                other.remove(gone)
            del self._known[gone]

    @invariant()
    def only_what_is_on_record_is_shown(self) -> None:
        archive = self._archive
        assert {article.id: article for article in archive.articles()} == self._known
        shown = list(self._shown())
        for hit in shown:
            article = self._known[hit.article.id]
            assert hit.article == article
            assert hit.quote == article.words(hit.passage.span)
            assert archive.prove(hit.receipt) == article
            for copy in hit.also:
                assert copy.article == self._known[copy.article.id]
        self._receipts.update(hit.receipt for hit in shown)
        texts = {(article.id, article.sha256) for article in self._known.values()}
        for receipt in self._receipts:
            if (receipt.article_id, receipt.sha256) not in texts:
                with pytest.raises(ReceiptBroken):
                    archive.prove(receipt)
                with pytest.raises(ReceiptBroken):
                    archive.hit_at(receipt)

    @invariant()
    def only_who_is_on_record_is_named(self) -> None:
        archive, known = self._archive, self._known.values()
        quoted = {name for name in NAMES if any(name in article.text for article in known)}
        assert set(archive.speakers()) == {one.name for one in archive.known_speakers()} == quoted
        assert set(archive.outlets()) == {article.outlet for article in known if article.outlet}
        assert archive.listed() == tuple(sorted(archive.articles(), key=lambda a: a.date or "", reverse=True))
        for name in NAMES:
            assert {a.id for a in archive.listed(Filters(speaker=name))} == {a.id for a in known if name in a.text}
        for number in range(len(NAMES)):
            if f"article-{number}" not in self._known:
                for asked in (archive.article, archive.passages, archive.attributions):
                    with pytest.raises(NoSuchArticle):
                        asked(f"article-{number}")

    def _shown(self) -> list[Hit]:
        archive, found = self._archive, []
        for number, about in enumerate(ABOUT):
            question = f"What did the {about} cost?"
            found += _of(archive.ask(question))
            found += _of(archive.ask(question, filters=Filters(speaker=NAMES[number], outlet=OUTLETS[number])))
            found += archive.rank(question)
            found += (Hit(c.passage, c.article, 0.0) for c in archive.candidates(question))
            topic = archive.topic(about)
            found += (voice.hit for voice in topic.voices)
            found += topic.reported + (topic.silence.nearest if topic.silence else ())
            timeline = archive.timeline(NAMES[number])
            if isinstance(timeline, Timeline):
                found += (entry.hit for entry in timeline.entries)
            else:
                assert isinstance(timeline, Unclear)
                assert not set(timeline.suggestions) - set(archive.speakers())
            verdict = archive.check(f"“The {about} cost 3 million dollars”", NAMES[number])
            found += verdict.parts + ((verdict.closest,) if verdict.closest else ())
        return found


def _of(reply: Reply) -> tuple[Hit, ...]:
    if isinstance(reply, Answer):
        return reply.hits
    assert isinstance(reply, Abstention)
    return reply.nearest


def test_what_is_removed_is_gone(words_encoder: object) -> None:
    """Held for any order of adding, changing, editing, removing, undoing, indexing anew and starting again."""
    machine = type("Machine", (Moderators,), {"encoder": words_encoder})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=12, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
