"""A new generation beside the served one: built, reviewed, then promoted or discarded; the last one can come back.

    begin -> what is found at the sources (`Looked`), if wished -> build -> review -> promote | discard

An article whose model, rules and text are those of the served generation is copied, which costs a hundredth of deriving
it. What is found at the sources is held ready in the generation that is built: nothing of it is served, sought or shown
before it is promoted. All of it is in the file: a process that is killed goes on where it stopped.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from index.audit import Action
from index.errors import GoldenFailed, NoSuchGeneration, PageGone, SourceError
from index.golden import Golden, Result, judged
from index.store import GONE, Generation, vector_key
from index.types import Article, Draft, Passage

if TYPE_CHECKING:
    from index.archive import Archive
    from index.sources import SourceSettings
    from index.sources.url import Fetch

COPIED_AT_ONCE = 200
"""Articles that are copied in one transaction: it takes about 200 ms, and others wait for it."""

Progress = Callable[[int, int], None]
"""Called with articles done and articles in all; what it raises stops the work, which can be gone on with."""


class Found(StrEnum):
    """What was found at the source of a stored article. The values are stored, and part of the interface."""

    SAME = "same"
    CHANGED = "changed"
    """It has another text now."""
    GONE = GONE
    """The source says that there is no such page or file any more."""
    UNREACHABLE = "unreachable"
    """Nothing is known: the article stays as it is."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at the source of an article gave."""

    found: Found
    draft: Draft | None = None
    """What is there now, where that is another text."""
    detail: str = ""
    """Why it is not reachable, or how the text differs, in a sentence."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles a re-index is about; the others are taken over as they are."""

    articles: frozenset[str] | None = None
    outlet: str | None = None
    anew: bool = False
    """Derive them even where neither model nor rules nor text changed."""

    def holds(self, article: Article) -> bool:
        """Whether this article is meant."""
        if self.articles is not None and article.id not in self.articles:
            return False
        return self.outlet is None or (article.outlet or "").casefold() == self.outlet.casefold()


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Change:
    """What promoting would change about one article."""

    article: Article
    """As it is served now."""
    found: Found
    detail: str
    added: int
    """Passages that are new."""
    removed: int
    speakers: tuple[tuple[Passage, Passage], ...]
    """Passages with another speaker: as they are, and as they would be; spans are those of each text."""


@dataclass(frozen=True, slots=True)
class Review:
    """What promoting the candidate would change, for somebody to decide."""

    generation: int
    articles: int
    changes: tuple[Change, ...]
    """Of the articles of which something changes, in the order they were added."""
    unreachable: tuple[tuple[Article, str], ...]
    """Articles whose source could not be looked at, and why."""
    golden: tuple[Result, ...]
    model: tuple[str, str] | None
    """The model that is used and the one that would be, where they differ."""

    @property
    def failing(self) -> tuple[Result, ...]:
        """Golden questions that the candidate does not answer as it has to."""
        return tuple(result for result in self.golden if result.passed != "passed")


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What a re-index did, or (a dry run) would do."""

    generation: int
    """The generation that was built, promoted or rolled back to; the served one for a dry run."""
    state: str
    """``candidate``, ``served`` or ``dry_run``."""
    articles: int
    embedded: int
    """Texts that had no vector yet."""
    passages_added: int
    passages_removed: int
    speakers_changed: int
    golden_passed: int | None = None
    """Golden questions that were answered as before; ``None`` where they were not asked."""
    golden_failed: int | None = None


def look_again(
    article: Article, settings: SourceSettings, *, origin: str | None = None, fetch: Fetch | None = None
) -> Looked:
    """Read the source of a stored article once more. Blocks; ``fetch`` replaces the network.

    ``origin`` is the file it was read from; only the command line passes it. Nothing is raised: a source that cannot be
    read is an outcome.
    """
    from index.sources import read

    source = article.url or origin
    if source is None:
        return Looked(Found.UNREACHABLE, detail="It was pasted, so there is no source to look at.")
    if article.url is None and not Path(source).exists():
        return Looked(Found.GONE, detail=f"The file {source} is gone.")
    drafts: list[Draft] = []
    for outcome in read(source, settings=settings, fetch=fetch):
        if isinstance(outcome, SourceError):
            if isinstance(outcome, PageGone):
                return Looked(Found.GONE, detail=f"The page is gone (HTTP {outcome.status}).")
            return Looked(Found.UNREACHABLE, detail=str(outcome))
        drafts.append(outcome)
    if len(drafts) != 1:  # rows of one file: which of them the article was is not kept
        return Looked(Found.UNREACHABLE, detail="Its source holds several articles; add that again instead.")
    (draft,) = drafts
    if draft.text == article.text:
        return Looked(Found.SAME)
    before, after = len(article.text.split()), len(draft.text.split())
    detail = "as many words as before" if before == after else f"{after:,} words instead of {before:,}"
    return Looked(Found.CHANGED, draft, detail)


class Reindexing:
    """The work on the generations of one archive: it belongs to it, and uses its store, lock and encoders."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._store = archive._store

    # --- building -----------------------------------------------------------------------------------------------

    def begin(self) -> Generation:
        """The generation that is being built; a new one where none is, or where model or rules have changed since."""
        archive, store = self._archive, self._store
        building = store.generation("building")
        if building is None or (building.model, building.recipe) != archive.made_with:
            with archive._changing(), store.transaction():
                building = store.new_generation("building", *archive.made_with)
        return building

    def to_look_at(self, scope: Scope) -> tuple[Article, ...]:
        """The articles whose sources have not been looked at for the generation that is built."""
        looked = self._store.looked_at(self.begin())
        return tuple(a for a in self._store.articles() if a.id not in looked and scope.holds(a))

    def looked(self, article: Article, looked: Looked) -> int:
        """Keep what was found at the source of an article for the generation that is built; nothing served changes.

        Returns how many texts had to be embedded.
        """
        archive, store, building = self._archive, self._store, self.begin()
        version = replace(_filled(article, looked.draft), sha256="") if looked.draft else None
        ready = archive._prepared(building.model, [version] if version else ())
        with archive._changing(), store.transaction():
            archive._expect(building)
            if not store.has_article(article.id) or store.article(article.id).sha256 != article.sha256:
                return 0  # it was removed or changed while its source was looked at
            store.note_look(building, article.id, looked.found.value, looked.detail)
            if version:
                store.stage(building, version, ready.derived(version), ready.vectors)
        return len(ready.vectors)

    def build(self, scope: Scope, progress: Progress | None) -> Reindexed:
        """Complete the generation that is built, and make it the candidate."""
        archive, store = self._archive, self._store
        served, building = archive._served_or_first(), self.begin()
        total, kept = store.count_articles(), self._taken_over(served, building, scope)
        for start in range(0, len(kept), COPIED_AT_ONCE):
            if progress:
                progress(start, total)
            with archive._changing():
                archive._expect(served, building)
                still = set(store.missing(building)) & store.covered(served)
                with store.transaction():
                    store.copy_derived(
                        served, building, [i for i in kept[start : start + COPIED_AT_ONCE] if i in still]
                    )
        embedded = self.complete(building, progress)
        with archive._changing(), store.transaction():
            archive._expect(building)
            store.set_state(building, "candidate")
        return self.compared(served, replace(building, state="candidate"), "candidate", embedded)

    def _taken_over(self, served: Generation, building: Generation, scope: Scope) -> list[str]:
        """Ids of the articles that are copied from what is served instead of derived."""
        if (served.model, served.recipe) != (building.model, building.recipe):
            return []
        covered = self._store.covered(served)
        missing = [article_id for article_id in self._store.missing(building) if article_id in covered]
        if not scope.anew:
            return missing
        return [i for i in missing if not scope.holds(self._store.article(i))]

    def complete(self, generation: Generation, progress: Progress | None = None) -> int:
        """Derive the articles that ``generation`` does not cover yet; returns how many texts had to be embedded."""
        archive, store = self._archive, self._store
        embedded = 0
        total = store.count_articles()
        while missing := store.missing(generation):
            done = total - len(missing)
            if progress:
                progress(done, total)
            ready = archive._prepared(
                generation.model, self._next_of(generation), partial(progress, done, total) if progress else None
            )
            with archive._changing():
                archive._expect(generation)
                # Looked up again under the lock: another process may have removed, changed or done some of them.
                work = {article.id: ready.derived(article) for article in self._next_of(generation)}
                fresh = archive._embed(generation.model, work.values(), ready.vectors)
                embedded += len(fresh)
                with store.transaction():
                    for article_id, item in work.items():
                        store.put_derived(generation, article_id, item, fresh)
        if progress:
            progress(total, total)
        return embedded

    def _next_of(self, generation: Generation) -> list[Article]:
        """The next articles that the generation does not cover, as they are at one moment."""
        with self._store.snapshot():
            return [self._store.article(i) for i in self._store.missing(generation)[: self._archive.batch]]

    # --- reviewing ----------------------------------------------------------------------------------------------

    def review(self, between: Callable[[], None] | None = None) -> Review:
        """What promoting the candidate would change. Raises ``NoSuchGeneration`` where there is none.

        ``between`` is called between golden questions, for others may wait to be served.
        """
        archive, store = self._archive, self._store
        candidate = self._candidate()
        self.complete(candidate)
        served = archive._served_or_first()
        golden = self.ask_golden(candidate, between)
        with store.snapshot():
            looked = store.looked_at(candidate)
            changes = tuple(self._changes(served, candidate, looked))
            unreachable = tuple(
                (store.article(i), detail)
                for i, (found, detail) in looked.items()
                if found == Found.UNREACHABLE and store.has_article(i)
            )
        models = None if served.model == candidate.model else (served.model, candidate.model)
        return Review(candidate.id, store.count_articles(), changes, unreachable, golden, models)

    def _candidate(self) -> Generation:
        found = self._store.generation("candidate")
        if found is None:
            raise NoSuchGeneration("There is nothing to promote; `onrecord reindex` builds a new generation first.")
        return found

    def _changes(
        self, before: Generation, after: Generation, looked: Mapping[str, tuple[str, str]]
    ) -> Iterator[Change]:
        for article_id in self._differing(before, after):
            article = self._store.version(before, article_id)
            if article is None:
                continue
            found, detail = looked.get(article_id, (Found.SAME.value, ""))
            added, removed, speakers = self._difference(before, after, article_id)
            if added or removed or speakers or found == Found.GONE:
                yield Change(article, Found(found), detail, added, removed, speakers)

    def _differing(self, before: Generation, after: Generation) -> list[str]:
        """Ids of the articles that are not copies of one another in the two generations, in a stable order."""
        same = self._store.copied(before, after)
        return sorted((self._store.covered(before) | self._store.covered(after)) - same)

    def _difference(
        self, before: Generation, after: Generation, article_id: str
    ) -> tuple[int, int, tuple[tuple[Passage, Passage], ...]]:
        """Passages added and removed, and those that are in both with another speaker.

        A passage of another text is the same one where it has the same characters; of the same text, where it has the
        same span.
        """
        store = self._store
        one, other = store.version(before, article_id), store.version(after, article_id)
        old = list(store.passages(before, article_id, as_derived=True)) if one else []
        new = list(store.passages(after, article_id, as_derived=True)) if other else []
        if one is None or other is None:
            return len(new), len(old), ()
        if one.sha256 == other.sha256:
            was: dict[object, Passage] = {p.span: p for p in old}
            now: dict[object, Passage] = {p.span: p for p in new}
        else:
            was, now = dict(_told_apart(one, old)), dict(_told_apart(other, new))
        both = [(was[key], now[key]) for key in was if key in now]
        changed = tuple((a, b) for a, b in both if _speaker(a) != _speaker(b))
        return len(now) - len(both), len(was) - len(both), changed

    def compared(self, before: Generation, after: Generation, state: str, embedded: int) -> Reindexed:
        """The figures of what differs between two generations."""
        added = removed = changed = 0
        for article_id in self._differing(before, after):
            one, two, three = self._difference(before, after, article_id)
            added, removed, changed = added + one, removed + two, changed + len(three)
        return Reindexed(after.id, state, self._store.count_articles(), embedded, added, removed, changed)

    def dry_run(self, scope: Scope, progress: Progress | None) -> Reindexed:
        """What `build` would do, without doing it."""
        archive, store = self._archive, self._store
        served = archive._served_or_first()
        current = (served.model, served.recipe) == archive.made_with
        added = removed = changed = embedded = 0
        total = store.count_articles()
        for done, article in enumerate(store.articles()):
            if progress:
                progress(done, total)
            if current and not (scope.anew and scope.holds(article)):
                continue
            item = archive.derive(article)
            was = {p.span: _speaker(p) for p in store.passages(served, article.id, as_derived=True)}
            now = {p.span: _speaker(p) for p in item.passages}
            both = was.keys() & now.keys()
            added, removed = added + len(now) - len(both), removed + len(was) - len(both)
            changed += sum(was[span] != now[span] for span in both)
            keys = {vector_key(archive.made_with[0], text) for text in item.texts}
            embedded += len(keys) - len(store.known_vectors(keys))
        return Reindexed(served.id, "dry_run", total, embedded, added, removed, changed)

    # --- golden questions ---------------------------------------------------------------------------------------

    def ask_golden(self, generation: Generation, between: Callable[[], None] | None = None) -> tuple[Result, ...]:
        """Ask every golden question as if ``generation``, which must be complete, were served.

        They are asked to a copy of the file, in which it is: what is served is not touched, and no lock is held.
        """
        archive, store = self._archive, self._store
        questions = store.golden.all()
        if not questions:
            return ()
        for left in archive.path.glob("review-*"):  # by a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix="review-", dir=archive.path, ignore_cleanup_errors=True) as folder:
            store.copy_to(Path(folder) / "archive.db")
            with archive.beside(Path(folder)) as copy:
                if (there := copy._store.generation(generation.state)) is not None and there.state != "served":
                    with copy._store.transaction():
                        copy._store.swap_served(there)
                return tuple(self._asked(copy, questions, between))

    def _asked(
        self, copy: Archive, questions: Iterable[Golden], between: Callable[[], None] | None
    ) -> Iterator[Result]:
        for golden in questions:
            if between:
                between()
            reply = copy.ask(golden.question, filters=golden.filters, asked_on=golden.asked_on, suggest=False)
            named = golden.receipt.article_id
            yield judged(golden, reply, copy.article(named).text if copy._store.has_article(named) else None)

    # --- switching ----------------------------------------------------------------------------------------------

    def promote(self, *, force: bool, by: str | None, between: Callable[[], None] | None) -> Reindexed:
        """Serve the candidate; the generation served until now is kept to roll back to.

        Raises ``GoldenFailed`` where a golden question is not answered by it, unless ``force``.
        """
        chosen = self._candidate()
        embedded = self.complete(chosen)
        golden = self.ask_golden(chosen, between)
        failing = [result.golden.question for result in golden if result.passed != "passed"]
        if failing and not force:
            raise GoldenFailed(failing)
        done = self._switch(chosen, Action.PROMOTED, embedded, by)
        return replace(done, golden_passed=len(golden) - len(failing), golden_failed=len(failing))

    def rollback(self, *, by: str | None) -> Reindexed:
        """Serve the generation that was served before the last switch."""
        chosen = self._store.generation("previous")
        if chosen is None:
            raise NoSuchGeneration("There is no earlier generation to go back to.")
        return self._switch(chosen, Action.ROLLED_BACK, 0, by)

    def _switch(self, chosen: Generation, action: Action, embedded: int, by: str | None) -> Reindexed:
        archive, store = self._archive, self._store
        before = archive._served_or_first()
        # Articles that came in since it was built are derived before it is served: nothing is lost on the way.
        embedded += self.complete(chosen)
        with archive._changing():
            embedded += self.complete(chosen)  # those that came in just now
            archive._expect(chosen, before)
            result = self.compared(before, chosen, "served", embedded)
            words = (
                f"generation {chosen.id} (passages: {result.passages_added} added, {result.passages_removed} removed, "
                f"{result.speakers_changed} with another speaker)"
            )
            with store.transaction():
                store.swap_served(chosen)
                store.log.note(action, words, by=by, before={"generation": before.id}, after={"generation": chosen.id})
            store.forget_unused_vectors()
            archive._vectors = None
        return replace(result, articles=store.count_articles())

    def discard(self, *, by: str | None) -> None:
        """Drop the candidate, and what is being built. Raises ``NoSuchGeneration`` where there is neither."""
        archive, store = self._archive, self._store
        with archive._changing(), store.transaction():
            found = [g for state in ("candidate", "building") if (g := store.generation(state))]
            if not found:
                raise NoSuchGeneration("There is nothing to discard: no generation was built or begun.")
            for generation in found:
                store.drop_generation(generation)
            numbers = " and ".join(str(generation.id) for generation in found)
            store.log.note(Action.DISCARDED, f"generation {numbers}", by=by)


def _filled(article: Article, draft: Draft) -> Article:
    """The article with the text of the draft; what is stated about it stays, and what was missing is filled in."""
    return replace(
        article,
        text=draft.text,
        title=article.title or draft.title,
        outlet=article.outlet or draft.outlet,
        authors=article.authors or draft.authors,
        date=article.date or draft.date,
    )


def _told_apart(article: Article, passages: Sequence[Passage]) -> Iterator[tuple[tuple[str, int], Passage]]:
    """Passages by their characters; of those with the same, the first, the second and so on."""
    met: dict[str, int] = {}
    for passage in passages:
        words = article.words(passage.span)
        met[words] = met.get(words, 0) + 1
        yield (words, met[words]), passage


def _speaker(passage: Passage) -> object:
    return passage.said_by and passage.said_by.speaker
