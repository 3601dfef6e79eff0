"""One archive: what a Discord server, or the command line, keeps on record. The only file that knows all others."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import bundle, outlets
from index.attribution import attributions as attribute
from index.audit import UNDO_DAYS, Action, Entry, article_of, article_value
from index.encoder import Encoder
from index.errors import ArchiveError, NoSuchGolden, NotAnArticle, NotUndoable, SourceError, Unreadable
from index.feedback import Calibrated
from index.feeds import WAITING_KEPT, WAITING_SOURCE, Feed, Feeds, Mode, Taken, outcome_of, waiting_as
from index.freshness import Checked, Freshness, Stale, next_look, stale_articles
from index.golden import Golden, Result
from index.heard import Heard, storable
from index.passages import derived, headline_of
from index.pending import Pending
from index.preview import Caution, Preview, cautions, telling_runs
from index.review import EVERYTHING, Looked, Progress, Reindexed, Reindexing, Review, Scope
from index.sentences import sentence_spans
from index.settings import IndexSettings
from index.sources.entry import Entry as FeedEntry
from index.store import Derived, Generation, vector_key
from index.types import Added, Article, Attribution, Draft, Filters, Receipt, Status, sha256_of

RECIPE = "3"
"""Raised whenever sentences, attributions, passages or embedded texts come out differently: `reindex` then has work."""

BATCH = 32
"""Articles whose new texts are embedded together: sorting by length over more texts is worth 1.76 times (measured)."""

SAMPLED = 8
"""Vectors of an import that are made anew, to see that they are by the model in use."""

NEAR = 4
"""Articles with most runs of words of a new one that are compared with it: itself may be one of them."""

PREVIEWED = 32
"""Texts shown as a preview of which it is remembered who says what: finding it takes most of the time of showing one
again, of turning to it in a batch, and of adding it."""


@dataclass(frozen=True, slots=True)
class ArchiveStatus:
    """What an archive holds."""

    name: str
    path: str
    articles: int
    passages: int
    attributions: int
    generation: int
    candidate: int | None
    previous: int | None
    model: str
    bytes: int
    feedback: int
    """Judgements of passages whose text still stands."""
    threshold: float
    """Least probability of an answer, as it is used: the archive's own, else the configured one."""
    threshold_set: str | None
    """When the archive's own threshold was set, ISO and in UTC; ``None`` where the configured one is used."""
    threshold_outdated: bool | None
    """Whether its own was chosen by the scores of another reader or model than the one in use."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What was made of articles before the archive was locked for them."""

    made: Mapping[Article, Derived]
    vectors: Mapping[bytes, NDArray[np.float32]]

    def derived(self, article: Article) -> Derived:
        """What indexing makes of the article; made now if it is another one than was foreseen."""
        return self.made.get(article) or _derive(article)


class Archive(Heard):
    """Articles in, attributed quotations out. Synchronous; used by one thread at a time.

    What it stands on is in `core`, asking it in `asking`, what people say of it in `heard`; here is what changes it.
    """

    def __init__(self, path: Path, name: str, settings: IndexSettings, encoder: Encoder | None) -> None:
        super().__init__(path, name, settings, encoder)
        self._reindexing = Reindexing(self)

    @classmethod
    def open(
        cls,
        data: Path,
        name: str = "default",
        settings: IndexSettings = IndexSettings(),
        *,
        encoder: Encoder | None = None,
    ) -> Archive:
        """Open or create the archive ``name`` in the folder ``data``.

        Without ``encoder``, the one in ``settings`` is loaded when it is first needed. Raises ``ArchiveError`` for a
        name that cannot be a folder's, and ``ArchiveDamaged`` for a file that is not an archive.
        """
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
            raise ArchiveError(f"An archive's name has only letters, digits, - and _, at most 64: not {name!r}.")
        try:
            (data / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArchiveError(f"The data folder {data} cannot be used: {error.strerror}.") from error
        return cls(data / name, name, settings, encoder)

    # --- changing -----------------------------------------------------------------------------------------------

    def add(self, draft: Draft, *, by: str | None = None) -> Added:
        """Add one article, or replace the one it is a newer text of; ``by`` is whoever does it, for the log.

        Raises ``NotAnArticle`` for a text without words, ``Unreadable`` for one that has no UTF-8, ``ArchiveLocked``
        when another process holds the archive.
        """
        (added,) = self.add_all([draft], by=by)
        return added

    def add_all(self, drafts: Iterable[Draft], *, by: str | None = None) -> Iterator[Added]:
        """Add many articles, their texts embedded together. Each batch goes in whole or not at all."""
        for batch in _batches(drafts, BATCH):
            yield from self._add_batch(batch, by)

    def _add_batch(self, drafts: Sequence[Draft], by: str | None) -> list[Added]:
        for draft in drafts:
            check_draft(draft)
        served = self._served()
        foreseen = _changed(self._outcome(draft) for draft in drafts)
        ready = self._prepared(self._model if served is None else served.model, foreseen.values())
        with self._changing():
            served = self._served_or_first()
            entries: list[tuple[int, bytes]] = []
            with self._store.transaction():
                # One after the other, so that of two drafts for one article the later is a change of the earlier.
                outcomes = [self._put(draft, by) for draft in drafts]
                # Looked at again under the lock, for another process may have changed what was foreseen.
                work = {article_id: ready.derived(article) for article_id, article in _changed(outcomes).items()}
                fresh = self._embed(served.model, work.values(), ready.vectors)
                for article_id, item in work.items():
                    entries += self._store.put_derived(served, article_id, item, fresh)
            self._extend_vectors(served, entries, fresh, rebuilt=any(s is Status.UPDATED for _, s in outcomes))
            return [Added(article, status, *self._sizes(served, article.id)) for article, status in outcomes]

    def preview(self, draft: Draft, *, today: str | None = None) -> Preview:
        """What adding a draft would do, and what is odd about it; nothing is stored. ``today`` is an ISO day.

        Raises ``SourceError`` as `add` does.
        """
        check_draft(draft)
        with self._store.snapshot():
            article, status = self._outcome(draft)
            before = self._store.article(article.id) if status is not Status.ADDED else None
            cautions = self._cautions(article, today)
        if article.sha256 not in self._previewed:
            while len(self._previewed) >= PREVIEWED:
                del self._previewed[next(iter(self._previewed))]
            self._previewed[article.sha256] = attribute(article.text)
        made = _derive(article, self._previewed[article.sha256])
        return Preview(article, status, before, made.passages, made.attributions, cautions)

    def cautions(self, article: Article, *, today: str | None = None) -> tuple[Caution, ...]:
        """What is odd about a stored article, its near copies among the others too."""
        with self._store.snapshot():
            return self._cautions(article, today)

    def _cautions(self, article: Article, today: str | None) -> tuple[Caution, ...]:
        near = self._store.articles_with(telling_runs(article.text), NEAR)
        others = [self._store.article(found) for found in near if found != article.id]
        return cautions(article, others, today=today)

    def _sizes(self, served: Generation, article_id: str) -> tuple[int, int]:
        return len(self._store.passages(served, article_id)), len(self._store.attributions(served, article_id))

    def _put(self, draft: Draft, by: str | None) -> tuple[Article, Status]:
        """Store the article this draft becomes, unless it is there; and whether it is new, changed, or the same."""
        article, status = self._outcome(draft)
        if status is not Status.UNCHANGED:
            before = self._value(article.id) if status is Status.UPDATED else None
            self._store.put_article(article, draft.origin)
            self._note(Action(status.value), article, by, before=before)
        return article, status

    def _value(self, article_id: str) -> dict[str, Any]:
        """What is kept of a stored article, so that a change of it can be undone."""
        return article_value(self._store.article(article_id), origin=self._store.origin(article_id))

    def _note(self, action: Action, article: Article, by: str | None, *, before: Mapping[str, Any] | None) -> int:
        """Write a change of an article into the log; call inside its transaction."""
        after = None if action is Action.REMOVED else article_value(article, text=False)
        words = article.title or article.id
        return self._store.log.note(action, words, by=by, subject=article.id, before=before, after=after)

    def _outcome(self, draft: Draft) -> tuple[Article, Status]:
        """The article this draft becomes as things are now, and whether it is new, changed, or the same."""
        old = self._same_as(draft)
        if old is not None and not draft.id:
            # What a moderator stated once stays until something else is stated; a row with an id states all it has.
            draft = _completed(draft, old)
        article = Article(
            draft.id or (old.id if old else self._new_id(draft)),
            draft.text, draft.title, draft.outlet, draft.authors, draft.date, draft.url,
        )  # fmt: skip
        if old is None:
            return article, Status.ADDED
        return article, Status.UNCHANGED if old == article else Status.UPDATED

    def _same_as(self, draft: Draft) -> Article | None:
        """The stored article that this draft is a version of: by its own id, its url, its file, or its very text."""
        if draft.id:
            return self._store.article(draft.id) if self._store.has_article(draft.id) else None
        if draft.url is not None and (found := self._store.find_article(url=draft.url)):
            return found
        if draft.origin is not None and (found := self._store.find_article(origin=draft.origin)):
            return found
        found = self._store.find_article(sha256=sha256_of(draft.text))
        # The same words at two addresses are two articles: one wire story, two outlets.
        return found if found and (draft.url is None or found.url is None) else None

    def _new_id(self, draft: Draft) -> str:
        seed = draft.url or draft.origin or sha256_of(draft.text)
        digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()
        stem = slug(draft.title or (Path(draft.origin).stem if draft.origin else "") or draft.text[:60])
        # A page that moved took its id along: what stands at its old address now is another article.
        ids = (f"{stem or 'article'}-{digest[:length]}" for length in range(8, len(digest)))
        return next(new for new in ids if not self._store.has_article(new))

    def edit(self, article: Article, *, by: str | None = None) -> Article:
        """Change what is said of a stored article: its title, outlet, authors, day or address. Returns it as it was.

        The text stays, and with it every passage, receipt and vector; a new title is embedded. Raises
        ``NoSuchArticle``, and ``ValueError`` when the text is another than the stored one.
        """
        self._with_text_of(article)
        vectors = self._headline_vectors(article)
        with self._changing(), self._store.transaction():
            before = self._with_text_of(article)
            if before != article:
                value = self._value(article.id)
                self._store.put_vectors(vectors)
                self._store.edit_article(article, self._headline(article))
                self._note(Action.EDITED, article, by, before=value)
        return before

    def _with_text_of(self, article: Article) -> Article:
        before = self._store.article(article.id)
        if before.sha256 != article.sha256:
            raise ValueError("a text is changed by adding the article again")
        return before

    def _headline(self, article: Article) -> str:
        served = self._served()
        # Of the passages as they were derived, as when the article was indexed: nothing shows a headline.
        passages = () if served is None else self._store.passages(served, article.id, as_derived=True)
        return headline_of(article, passages)

    def _headline_vectors(self, article: Article) -> dict[bytes, NDArray[np.float32]]:
        """The article's headline, embedded by the models of the generations that are or may come to be served."""
        headline = self._headline(article)
        generations = (self._store.generation(state) for state in ("served", "candidate", "building"))
        models = {generation.model for generation in generations if generation}
        keys = {vector_key(model, headline): model for model in models}
        known = self._store.known_vectors(keys)
        return {key: self._encoder(m).encode([headline])[0] for key, m in keys.items() if key not in known}

    def remove(self, article_id: str, *, by: str | None = None) -> Article:
        """Remove the article and everything derived from it, in every generation. Raises ``NoSuchArticle``.

        Its text stays in the log for `UNDO_DAYS`, so that `undo` can bring it back; nothing else sees it.
        """
        with self._changing():
            with self._store.transaction():
                article = self._store.article(article_id)
                before = self._value(article_id)
                self._store.delete_article(article_id)
                self._store.forget_feedback(article_id)
                self._note(Action.REMOVED, article, by, before=before)
            self._vectors = None
        return article

    @property
    def pending(self) -> Pending:
        """The drafts that wait for somebody to add them."""
        return self._store.pending

    @property
    def feeds(self) -> Feeds:
        """The feeds that are followed."""
        return self._store.feeds

    def take_entry(self, feed: Feed, entry: FeedEntry, read: Draft | SourceError) -> Taken:
        """Put an article that a feed names on record, or let it wait, as the feed's mode says; what became of it.

        An article that a moderator removed or skipped does not come back. Raises ``NoSuchFeed`` when it was removed.
        """
        feed = self._store.feeds.get(feed.id)  # what a moderator said meanwhile counts
        problem = read if isinstance(read, SourceError) else None
        try:
            taken = outcome_of(read) if isinstance(read, SourceError) else self._take(feed, entry, read)
        except SourceError as error:
            taken, problem = outcome_of(error), error
        return self._store.feeds.note(feed.id, entry, taken, None if problem is None else str(problem))

    def _take(self, feed: Feed, entry: FeedEntry, draft: Draft) -> Taken:
        check_draft(draft)
        batch = waiting_as(feed, entry)
        for waiting in self.pending.list(batch=batch):
            self.pending.change(waiting.key, draft)  # it waits already: what waits is the newest text
            return Taken.WAITING
        _, status = self._outcome(draft)
        if status is Status.UNCHANGED:
            return Taken.UNCHANGED
        before = self._store.feeds.taken_before(feed.id, entry.key)
        if status is Status.ADDED and before not in (None, Taken.FAILED):
            return Taken.LEFT
        if feed.mode is Mode.STRAIGHT:
            return Taken(self.add(draft, by=f"feed {feed.url}").status.value)
        with self._changing():  # another process may ask the same feed just now
            if not self.pending.keys(batch):
                self.pending.put(draft, by=None, source=WAITING_SOURCE, batch=batch, kept=WAITING_KEPT)
        return Taken.WAITING

    @property
    def terms(self) -> outlets.Outlets:
        """What the outlets allow."""
        return self._store.terms

    # --- freshness ----------------------------------------------------------------------------------------------

    @property
    def freshness(self) -> Freshness:
        """What was found at the articles' addresses."""
        return self._store.freshness

    def links_due(
        self, now: datetime, every: timedelta, limit: int, *, everything: bool = False
    ) -> tuple[tuple[Article, Checked | None], ...]:
        """At most ``limit`` articles whose pages are to be looked at now, each with what the last look found.

        With ``everything``, whatever their time is.
        """
        self._store.freshness.schedule(self._store.articles(), now, every)
        due = self._store.freshness.due(datetime.max.replace(tzinfo=UTC) if everything else now, limit)
        return tuple((self._store.article(one), self._store.freshness.of(one)) for one in due)

    def note_check(self, article: Article, checked: Checked, every: timedelta) -> bool:
        """Keep what a look at the page of ``article`` found; not where it has changed or gone since, then ``False``."""
        if not self._store.has_article(article.id) or self._store.article(article.id) != article:
            return False
        self._store.freshness.record(
            checked.article_id, checked.state, datetime.fromisoformat(checked.at), checked.detail,
            moved_to=checked.moved_to, missing=checked.missing, failures=checked.failures,
            next=next_look(checked, every),
        )  # fmt: skip
        return True

    def stale(self, today: date, days: int = 0) -> tuple[Stale, ...]:
        """The articles that somebody should look at, the worst first; older than ``days`` is old (0: never)."""
        articles = self.articles()
        return stale_articles(articles, self._store.freshness.of_all(articles), today, days)

    def undo(self, entry: Entry, *, by: str | None = None) -> int:
        """Put back what stood there before a change; returns the number of the entry that says so.

        Raises ``NotUndoable`` where that is forgotten, was undone already, or was changed again since.
        """
        with self._changing():
            now = self._store.log.entry(entry.id)
            if now is None or now.undone_by is not None:
                raise NotUndoable("This change was undone already.")
            back = self._stood_before(now)
            served = self._served_or_first()
            ready = self._prepared(served.model, back.keys())
            with self._store.transaction():
                if now.action is Action.THRESHOLD:
                    self._store.put_calibrated(Calibrated(**now.before) if now.before else None)
                elif now.action is Action.FEED:
                    self._store.feeds.undo(now)
                elif now.action is Action.SETTINGS and _is_of_outlet(now):
                    self._store.terms.undo(now)
                elif now.action is Action.SETTINGS:
                    self.server_settings.put(now.before or {})
                elif now.action is Action.ADDED:
                    self._store.delete_article(now.subject or "")
                elif now.action is Action.OVERRIDE:
                    self._put_back_override(now)
                elif now.action is Action.GAP:
                    self._put_back_gap(now)
                for article, origin in back.items():
                    self._store.put_article(article, origin)
                    self._store.put_derived(served, article.id, ready.derived(article), ready.vectors)
                number = self._store.log.note(Action.UNDONE, now.words, by=by, subject=str(now.id))
                self._store.log.mark_undone(now.id, number)
            self._vectors = None
        return number

    def _stood_before(self, entry: Entry) -> dict[Article, str | None]:
        """The article, with its origin, that undoing brings back; nothing where it takes one away. Call under the lock.

        Raises ``NotUndoable``.
        """
        if entry.action in (Action.THRESHOLD, Action.FEED, Action.OVERRIDE, Action.GAP) or _is_of_outlet(entry):
            return {}
        if entry.action is Action.SETTINGS:
            stored = self.server_settings.stored()
            if entry.before is None or any(stored.get(name) != value for name, value in (entry.after or {}).items()):
                raise NotUndoable("These settings were changed again since; undo the newer change first.")
            return {}
        if entry.action is Action.IMPORTED:
            raise NotUndoable("An import is taken back change by change: each has an entry before this one.")
        if entry.action not in (Action.ADDED, Action.UPDATED, Action.EDITED, Action.REMOVED):
            raise NotUndoable("A change of this kind is taken back by its own command.")
        subject = entry.subject or ""
        there = self._store.has_article(subject)
        if (article_value(self._store.article(subject), text=False) if there else None) != entry.after:
            raise NotUndoable("This article has been changed again since; undo the newer change first.")
        if entry.action is Action.ADDED:
            return {}
        if entry.before is None:
            raise NotUndoable(f"What stood there before is kept for {UNDO_DAYS} days, and these are over.")
        return dict([article_of(entry.before)])

    # --- data in and out ----------------------------------------------------------------------------------------

    def export(self, file: Path, *, made_by: str, vectors: bool = True, log: bool = False) -> bundle.Written:
        """Write the whole archive, as it is at one moment, into one file, in place of what is there.

        ``made_by`` names the program; ``vectors`` come along so that nothing is embedded anew by the same model;
        ``log`` is to be read only, and has names in it. Raises ``OSError``.
        """
        with self._store.snapshot():
            return bundle.write(
                self._store, file, name=self.name, made_by=made_by, served=self._served(), vectors=vectors, log=log
            )

    def take_in(
        self, given: bundle.Bundle, *, by: str | None = None, progress: Callable[[int, int], None] | None = None
    ) -> bundle.Imported:
        """Put in what `bundle.read` read, all of it or nothing: an article takes the place of one of the same id.

        ``progress`` is called with articles done and articles in all. Raises as `add` does, and ``BundleError``.
        """
        for draft in given.drafts:
            check_draft(draft)
        served = self._served()
        model = self._model if served is None else served.model
        foreseen = _changed(self._outcome(draft) for draft in given.drafts)
        made = {}
        for done, article in enumerate(foreseen.values(), 1):
            made[article] = _derive(article)
            if progress:
                progress(done, len(foreseen))
        taken = self._agreeing(model, made.values(), given)
        ready = _Prepared(made, self._embed(model, made.values(), taken))
        with self._changing():
            served = self._served_or_first()
            with self._store.transaction():
                # Where it was read from is no business of a file's; what is known here of it stays.
                outcomes = [
                    self._put(replace(draft, origin=self._store.origin(draft.id or "")), by) for draft in given.drafts
                ]
                work = {article_id: ready.derived(article) for article_id, article in _changed(outcomes).items()}
                fresh = self._embed(served.model, work.values(), ready.vectors)
                for article_id, item in work.items():
                    self._store.put_derived(served, article_id, item, fresh)
                counts = Counter(status for _, status in outcomes)
                articles = bundle.Merged(counts[Status.ADDED], counts[Status.UPDATED], counts[Status.UNCHANGED])
                parts = {
                    "articles": articles,
                    **bundle.load(self._store, given, bundle.Into(own=given.archive == self.name, by=by)),
                }
                if any(part.changed for part in parts.values()):
                    words = f"articles: {articles.added} added, {articles.updated} updated"
                    self._store.log.note(Action.IMPORTED, words, by=by)
            self._vectors = None
        used = sum(key in taken for key in fresh)
        return bundle.Imported(parts, given.skipped, used, len(fresh) - used)

    def _agreeing(self, model: str, work: Iterable[Derived], given: bundle.Bundle) -> dict[bytes, NDArray[np.float32]]:
        """The vectors of an import that are needed here, if they are by the model in use: a few are made, to see it."""
        if given.model != model:
            return {}
        texts = {vector_key(model, text): text for item in work for text in item.texts}
        new = texts.keys() - self._store.known_vectors(texts)
        there = sorted(new & given.vectors.keys())
        sample = there[:: max(1, len(there) // SAMPLED)]
        vectors = self._encoder(model).encode([texts[key] for key in sample]) if sample else ()
        if not bundle.agreeing(given.vectors, dict(zip(sample, vectors, strict=True))):
            return {}
        return {key: given.vectors[key].astype(np.float32) for key in there if np.isfinite(given.vectors[key]).all()}

    def _prepared(
        self, model: str, articles: Iterable[Article], between: Callable[[], None] | None = None
    ) -> _Prepared:
        """Derive articles and embed their texts, which takes nearly all of the time: no other writer waits for it.

        ``between`` is called every few hundred milliseconds, where others may be served.
        """
        ready: dict[Article, Derived] = {}
        for article in articles:
            if between:
                between()
            ready[article] = _derive(article, self._previewed.get(article.sha256))
        return _Prepared(ready, self._embed(model, ready.values(), between=between))

    # --- generations --------------------------------------------------------------------------------------------

    @property
    def made_with(self) -> tuple[str, str]:
        """The model and the rules that an index is made with today."""
        from index.attribution.weights import SHA256 as tagger  # noqa: N811  # brings torch, which takes seconds

        return self._model, f"{RECIPE}.{tagger[:8]}"

    @property
    def batch(self) -> int:
        """Articles whose texts are embedded together."""
        return BATCH

    def derive(self, article: Article) -> Derived:
        """What today's rules make of an article."""
        return _derive(article)

    def beside(self, folder: Path) -> Archive:
        """The archive in another folder, a copy of this one, with the same models in memory."""
        copy = Archive(folder, self.name, self.settings, None)
        copy._encoders, copy._lexicons, copy._model = self._encoders, self._lexicons, self._model
        return copy

    def reindex(
        self, *, dry_run: bool = False, progress: Progress | None = None, scope: Scope = EVERYTHING
    ) -> Reindexed:
        """Build the next generation of all articles beside the served one, with today's model and rules.

        The served generation goes on answering until ``promote``. What `looked` was told of the sources is in it. A
        re-index that was interrupted, as by what ``progress`` raises, goes on where it stopped.
        """
        if dry_run:
            return self._reindexing.dry_run(scope, progress)
        return self._reindexing.build(scope, progress)

    def to_look_at(self, scope: Scope = EVERYTHING) -> tuple[Article, ...]:
        """The articles whose sources have not been looked at for the generation that is built next."""
        return self._reindexing.to_look_at(scope)

    def looked(self, article: Article, looked: Looked) -> int:
        """Hold ready what was found at the source of an article; nothing that is served changes.

        Returns how many texts had to be embedded.
        """
        return self._reindexing.looked(article, looked)

    def review(self, between: Callable[[], None] | None = None) -> Review:
        """What promoting the candidate would change, and how it answers the golden questions.

        ``between`` is called between two of them. Raises ``NoSuchGeneration`` where there is no candidate.
        """
        return self._reindexing.review(between)

    def promote(
        self, *, force: bool = False, by: str | None = None, between: Callable[[], None] | None = None
    ) -> Reindexed:
        """Serve the candidate that ``reindex`` built; the generation served until now is kept for ``rollback``.

        Raises ``GoldenFailed`` where a golden question is not answered by it, unless ``force``.
        """
        return self._reindexing.promote(force=force, by=by, between=between)

    def rollback(self, *, by: str | None = None) -> Reindexed:
        """Serve the generation that was served before the last ``promote`` or ``rollback``."""
        return self._reindexing.rollback(by=by)

    def discard(self, *, by: str | None = None) -> None:
        """Drop the candidate, and what is being built."""
        self._reindexing.discard(by=by)

    def golden(self) -> tuple[Golden, ...]:
        """The golden questions, oldest first."""
        return self._store.golden.all()

    def ask_golden(self, between: Callable[[], None] | None = None) -> tuple[Result, ...]:
        """Ask every golden question to what is served."""
        return self._reindexing.ask_golden(self._served_or_first(), between)

    def make_golden(
        self,
        asked: str,
        receipt: Receipt,
        *,
        filters: Filters = Filters(),
        asked_on: str | None = None,
        by: str | None = None,
    ) -> Golden:
        """Keep a question with the quotation that has to answer it. Raises ``ReceiptBroken`` as `prove` does."""
        with self._changing(), self._store.transaction():
            quote = self.prove(receipt).words(receipt.span)
            golden = self._store.golden.add(Golden(storable(asked), receipt, quote, filters, asked_on))
            self._store.log.note(Action.GOLDEN, f"added: {golden.question}", by=by, subject=receipt.article_id)
        return golden

    def remove_golden(self, number: int, *, by: str | None = None) -> Golden:
        """Drop a golden question. Raises ``NoSuchGolden``."""
        with self._changing(), self._store.transaction():
            found = next((golden for golden in self._store.golden.all() if golden.id == number), None)
            if found is None:
                raise NoSuchGolden(number)
            self._store.golden.remove(number)
            subject = found.receipt.article_id
            self._store.log.note(Action.GOLDEN, f"removed: {found.question}", by=by, subject=subject)
        return found

    # --- looking ------------------------------------------------------------------------------------------------

    def status(self) -> ArchiveStatus:
        """What the archive holds."""
        served = self._served()
        candidate, previous = self._store.generation("candidate"), self._store.generation("previous")
        passages, attributions = (0, 0) if served is None else self._store.count(served)
        own = self._store.calibrated()
        files = (file for file in self.path.iterdir() if file.is_file())
        return ArchiveStatus(
            self.name, str(self.path), self._store.count_articles(), passages, attributions,
            served.id if served else 0, candidate.id if candidate else None, previous.id if previous else None,
            served.model if served else self._model, sum(file.stat().st_size for file in files),
            self._store.count_feedback(), self.threshold, own.at if own else None,
            own.scale != self.scale if own else None,
        )  # fmt: skip


def _is_of_outlet(entry: Entry) -> bool:
    return entry.action is Action.SETTINGS and (entry.subject or "").startswith(outlets.SUBJECT)


def check_draft(draft: Draft) -> None:
    """Raise ``NotAnArticle`` for a text without words, ``Unreadable`` for a draft that has no UTF-8."""
    source = draft.title or draft.origin or "the text"
    if not any(character.isalnum() for character in draft.text):
        raise NotAnArticle(source, "There are no words in this text.")
    stated = (draft.text, draft.title, draft.outlet, *draft.authors, draft.date, draft.url, draft.id)
    try:
        "".join(part for part in stated if part).encode("utf-8")
    except UnicodeEncodeError as error:
        raise Unreadable(
            "the text", "This article holds half a character (a lone surrogate); read it again from its source."
        ) from error


def _changed(outcomes: Iterable[tuple[Article, Status]]) -> dict[str, Article]:
    """The articles that are to be indexed, by id; of one that changes more than once, the last."""
    return {article.id: article for article, status in outcomes if status is not Status.UNCHANGED}


def _completed(draft: Draft, old: Article) -> Draft:
    """The draft, with what it leaves out about itself taken from the article it is a version of."""
    return replace(
        draft,
        title=draft.title or old.title,
        outlet=draft.outlet or old.outlet,
        authors=draft.authors or old.authors,
        date=draft.date or old.date,
        url=draft.url or old.url,
    )


def _derive(article: Article, cited: Sequence[Attribution] | None = None) -> Derived:
    """What indexing makes of an article; ``cited``: who says what in it, where that was found already."""
    return derived(article, sentence_spans(article.text), attribute(article.text) if cited is None else cited)


def _batches(drafts: Iterable[Draft], size: int) -> Iterator[list[Draft]]:
    batch: list[Draft] = []
    for draft in drafts:
        batch.append(draft)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def slug(text: str) -> str:
    """At most 48 lower-case ASCII letters, digits and hyphens that recall ``text``; may be empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-")


__all__ = ["Archive", "ArchiveStatus", "Reindexed", "check_draft"]
