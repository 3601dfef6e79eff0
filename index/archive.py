"""One archive: what a Discord server, or the command line, keeps on record. The only file that knows all others."""

from __future__ import annotations

import hashlib
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from index import (
    abstaining,
    bundle,
    check,
    corrections,
    followup,
    inherited,
    outlets,
    privacy,
    question,
    reader,
    search,
    speakers,
    timeline,
    topics,
)
from index import asked as asked_for
from index.attribution import attributions as attribute
from index.audit import UNDO_DAYS, Action, Entry, Log, article_of, article_value
from index.calibration import Label
from index.cards import STANDS, Cards, Finding, Posted, Quoted
from index.check import Claim, Verdict, VerdictKind
from index.copies import collapsed, other_figures
from index.crossreader import CrossReader
from index.crossreader.weights import SHA256 as CROSSREADER
from index.encoder import Encoder, SentenceEncoder
from index.errors import (
    ArchiveError,
    ArchiveLocked,
    NoSuchArticle,
    NoSuchGolden,
    NotAnArticle,
    NotUndoable,
    PassageHidden,
    ReceiptBroken,
    SourceError,
    Unreadable,
)
from index.feedback import Calibrated, Complaint, Feedback, labels_of
from index.feedback import pseudonym as pseudonym_of
from index.feeds import WAITING_KEPT, WAITING_SOURCE, Feed, Feeds, Mode, Taken, outcome_of, waiting_as
from index.freshness import Checked, Freshness, Stale, next_look, stale_articles
from index.gaps import Digest, Gap, Gaps, State, gaps_of
from index.golden import Golden, Result
from index.lexicon import Lexicon
from index.overrides import Fix, Override, Placed, override_from, override_of, value_of
from index.passages import derived, headline_of
from index.pending import Pending
from index.posts import Post
from index.preview import Caution, Preview, cautions, telling_runs
from index.receipts import Proof, proof
from index.reports import Report, refutes
from index.review import EVERYTHING, Looked, Progress, Reindexed, Reindexing, Review, Scope
from index.sentences import sentence_spans
from index.settings import DEFAULT_MODEL, AnswerSettings, IndexSettings, SearchSettings
from index.sources.entry import Entry as FeedEntry
from index.store import Derived, Generation, Store, vector_key
from index.subscriptions import Subscription, Subscriptions, Wanted
from index.types import (
    Abstention,
    Added,
    Answer,
    Article,
    Attribution,
    Draft,
    Filters,
    Hit,
    Passage,
    Reason,
    Receipt,
    Reply,
    Span,
    Status,
    sha256_of,
)  # fmt: skip
from index.vectors import Vectors

RECIPE = "3"
"""Raised whenever sentences, attributions, passages or embedded texts come out differently: `reindex` then has work."""

BATCH = 32
"""Articles whose new texts are embedded together: sorting by length over more texts is worth 1.76 times (measured)."""

TOGETHER = 64
"""Texts that are embedded before others are served: about 200 ms on two threads."""
SAMPLED = 8
"""Vectors of an import that are made anew, to see that they are by the model in use."""

CHECKED = 24
"""Nearest passages that a claimed quotation is compared with; their whole articles are read."""

PHRASED = 4
"""Articles with most of the phrases of it, or of a part of it, that it is compared with too."""

NEWEST = 24
"""Newest articles of which some are offered to be asked about, when it is not clear what is asked."""

NEAR = 4
"""Articles with most runs of words of a new one that are compared with it: itself may be one of them."""

PREVIEWED = 32
"""Texts shown as a preview of which it is remembered who says what: finding it takes most of the time of showing one
again, of turning to it in a batch, and of adding it."""
_OF_ONE_ARTICLE = (Action.ADDED, Action.UPDATED, Action.EDITED, Action.REMOVED)
"""Changes whose entry in the log names the one article that is served otherwise by them."""
_OF_NO_ARTICLE = (Action.THRESHOLD, Action.GOLDEN, Action.FEED, Action.GAP, Action.SETTINGS, Action.DISCARDED)
"""Changes by which no article is served otherwise."""

WAIT_FOR_LOCK = 30.0
"""Seconds to wait for another process that is changing the same archive."""


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


class Archive:
    """Articles in, attributed quotations out. Synchronous; used by one thread at a time."""

    def __init__(self, path: Path, name: str, settings: IndexSettings, encoder: Encoder | None) -> None:
        self.name = name
        self.path = path
        self.settings = settings
        self._store = Store(path / "archive.db")
        self.server_settings = self._store.server_settings(settings.server)
        """What the moderators of the server decided; its ``set`` writes into the log."""
        self._lock = FileLock(path / "lock", timeout=WAIT_FOR_LOCK)
        self._encoders: dict[str, Encoder] = {} if encoder is None else {encoder.name: encoder}
        self._lexicons: dict[str, Lexicon] = {}
        self._model = settings.encoder.model if encoder is None else encoder.name
        self._vectors: tuple[int, Vectors] | None = None
        self._names: tuple[int, tuple[str, ...], tuple[str, ...]] | None = None
        self._people: tuple[int, tuple[speakers.Known, ...]] | None = None
        self._seen = self._store.data_version
        self._reindexing = Reindexing(self)
        self._asked: dict[tuple[str, str], NDArray[np.float32]] = {}
        self._previewed: dict[str, tuple[Attribution, ...]] = {}

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

    def close(self) -> None:
        """Close the archive's file."""
        self._store.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

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
    def log(self) -> Log:
        """Who changed what."""
        return self._store.log

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

    @contextmanager
    def _changing(self) -> Iterator[None]:
        try:
            with self._lock:
                self._notice_others()
                self._names = self._people = None
                yield
        except Timeout as error:
            raise ArchiveLocked(
                f"Another process has been changing the archive {self.name!r} for {WAIT_FOR_LOCK:.0f} seconds; "
                "try again when it is done."
            ) from error

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

    def _embed(
        self,
        model: str,
        work: Iterable[Derived],
        made: Mapping[bytes, NDArray[np.float32]] = MappingProxyType({}),
        *,
        between: Callable[[], None] | None = None,
    ) -> dict[bytes, NDArray[np.float32]]:
        """Vectors, by key, of the texts that have none in the store; those in ``made`` are not made again."""
        texts = {vector_key(model, text): text for item in work for text in item.texts}
        known = self._store.known_vectors(texts)
        vectors = {key: made[key] for key in texts if key in made and key not in known}
        new = {key: text for key, text in texts.items() if key not in known and key not in made}
        # Texts of one length together, whatever article they are from: see BATCH.
        keys = sorted(new, key=lambda key: len(new[key]))
        for start in range(0, len(keys), step := TOGETHER if between else max(1, len(keys))):
            if between:
                between()
            some = keys[start : start + step]
            vectors.update(zip(some, self._encoder(model).encode([new[key] for key in some]), strict=True))
        return vectors

    # --- generations --------------------------------------------------------------------------------------------

    def _served(self) -> Generation | None:
        return self._store.generation("served")

    def _served_or_first(self) -> Generation:
        served = self._served()
        if served is None:
            with self._store.transaction():
                # Looked for again: another process may have been first, and what it serves must stay.
                served = self._served() or self._store.new_generation("served", *self.made_with)
        return served

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

    def _expect(self, *generations: Generation) -> None:
        """Another process must not have promoted, replaced or rolled back these while this one was at work."""
        if any(self._store.generation(generation.state) != generation for generation in generations):
            raise ArchiveError(
                "Another process has re-indexed, promoted or rolled back this archive meanwhile; "
                "see `onrecord status`, then try again."
            )

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
            golden = self._store.golden.add(Golden(_storable(asked), receipt, quote, filters, asked_on))
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

    # --- asking -------------------------------------------------------------------------------------------------

    def ask(
        self,
        asked: str,
        turns: Sequence[str] = (),
        *,
        filters: Filters = Filters(),
        asked_on: str | None = None,
        limit: int | None = None,
        threshold: float | None = None,
        suggest: bool = True,
    ) -> Reply:
        """Quotations that answer, or why there are none.

        ``turns`` are the questions asked before, oldest first; ``asked_on`` (an ISO day) is what "this week" leans
        on; ``limit`` bounds the quotations (one at least); ``threshold`` takes the place of the archive's. Without
        ``suggest``, other questions are offered only where it is not clear what is asked: each that is tried takes as
        long as one that is asked.
        """
        settings = self._answering(limit, threshold)
        with self._store.snapshot():
            followed = followup.resolve(asked, turns)
            parsed, filters, understood = self._understood(followed.standalone, filters, asked_on)
            readings = self._read(parsed, filters, asked_on, understood)
            decided = reader.decide(asked, parsed, readings, filters, settings, self.settings.search.collapse)
            reply = replace(decided, carried=followed.carried)
            if isinstance(reply, Answer) or not self._store.count_articles():
                return reply
            if self._is_quoted(understood.speaker, filters):
                filters = replace(filters, speaker=understood.speaker)  # only for the reason: it left nothing out
            record = _Record(self, asked_on)
            return abstaining.explained(reply, parsed, readings, record, filters, settings, suggest=suggest)

    def _answering(self, limit: int | None, threshold: float | None) -> AnswerSettings:
        settings = self.settings.answer
        return replace(
            settings,
            quotations=settings.quotations if limit is None else max(1, limit),
            threshold=self.threshold if threshold is None else threshold,
        )

    def rank(
        self, asked: str, *, filters: Filters = Filters(), asked_on: str | None = None, limit: int = 24
    ) -> tuple[Hit, ...]:
        """The passages nearest to an answer, best first, without the decision whether they are one."""
        with self._store.snapshot():
            parsed, filters, understood = self._understood(asked, filters, asked_on)
            return tuple(reading.hit for reading in self._read(parsed, filters, asked_on, understood)[:limit])

    def candidates(self, asked: str, *, filters: Filters = Filters()) -> tuple[search.Candidate, ...]:
        """What retrieval finds for ``asked``, best first, before it is read."""
        with self._store.snapshot():
            return self._candidates(question.parse(asked), filters, None)

    def _understood(
        self, text: str, filters: Filters, asked_on: str | None
    ) -> tuple[question.Question, Filters, asked_for.Asked]:
        """The question, the filters with those that it names itself, and what it names; call inside a snapshot."""
        parsed = question.parse(text)
        served = self._served()
        if served is None or not asked_for.may_say(text):
            return parsed, filters, asked_for.NOTHING
        self._notice_others()
        if self._names is None or self._names[0] != served.id:
            # 60 ms over 3,642 articles: kept, for a question is to be answered in 120.
            speakers = tuple(name for name, _, _ in self._store.speakers(served))
            self._names = served.id, speakers, self._store.outlets()
        understood = asked_for.read(
            parsed,
            *self._names[1:],
            asked_on=asked_on,
            newest=self._store.newest_date(asked_on or "9999-12-31"),
        )
        return *asked_for.narrowed(parsed, understood, filters), understood

    def inherited(self, asked: str, turns: Sequence[str], filters: Filters, asked_on: str | None = None) -> Filters:
        """What a follow-up to ``turns`` keeps of the ``filters`` they were asked within."""
        if filters == Filters():
            return filters
        with self._store.snapshot():
            named = self._understood(asked, Filters(), asked_on)[2]
            parsed, _, whole = self._understood(followup.standalone(asked, turns), Filters(), asked_on)
        # What the question names as an outlet is no speaker any more; the name as it was written still tells.
        return inherited.inherited(filters, asked, question.parse(parsed.text).speaker, named, whole)

    def _is_quoted(self, speaker: str | None, filters: Filters) -> bool:
        """Whether ``speaker`` may be why there is no answer, where another one is not passed.

        Not where the days leave out whatever they said: then it is for the days.
        """
        served = self._served()
        if speaker is None or filters.speaker or served is None:
            return False
        if not (filters.since or filters.until):
            return True
        allowed = self._store.allowed(served, replace(filters, speaker=speaker))
        return bool(allowed and allowed[0])

    def _read(
        self, parsed: question.Question, filters: Filters, asked_on: str | None, understood: asked_for.Asked
    ) -> tuple[reader.Reading, ...]:
        """Call inside a snapshot: an article that another process removes meanwhile then stays readable."""
        # Days that were passed take the place of those in the question.
        period = (filters.since, filters.until)
        found = self._candidates(parsed, filters, asked_on, period if any(period) else understood.days)
        return self._weighed(parsed, found)

    def _weighed(
        self,
        parsed: question.Question,
        found: Sequence[search.Candidate],
        *,
        collapse: float | None = None,
        closely: int = reader.READ_CLOSELY,
    ) -> tuple[reader.Reading, ...]:
        served = self._served()
        if served is None:
            return ()
        # The weights that go with the cross-reader are set for the default model's cosines.
        crossreader = _crossreader() if served.model == DEFAULT_MODEL else None
        share = self.settings.search.collapse if collapse is None else collapse
        return reader.read(parsed, found, self._lexicon(served.model), share, crossreader, closely)

    def _candidates(
        self,
        parsed: question.Question,
        filters: Filters = Filters(),
        asked_on: str | None = None,
        period: tuple[str | None, str | None] = (None, None),
        settings: SearchSettings | None = None,
    ) -> tuple[search.Candidate, ...]:
        """None where the archive is empty; call inside a snapshot."""
        self._notice_others()
        served = self._served()
        if served is None or not self._store.count_articles():
            return ()
        return tuple(
            search.candidates(
                self._store,
                served,
                self._vectors_of(served),
                self._encoder(served.model),
                parsed,
                filters,
                settings or self.settings.search,
                asked_on,
                period,
            )
        )

    def topic(
        self,
        subject: str,
        filters: Filters = Filters(),
        limit: int | None = None,
        *,
        asked_on: str | None = None,
    ) -> topics.Topic:
        """Who is on record about ``subject``: the best quotation of each speaker, at most ``limit``; or why nobody is.

        What is shown passes the archive's threshold for the question what is said about the subject.
        """
        asked = topics.question_about(subject)
        with self._store.snapshot():
            parsed = question.parse(asked)
            names = {name: one.name for one in self._known() for name in one.names}
            retrieved = replace(self.settings.search, candidates=max(topics.RETRIEVED, self.settings.search.candidates))
            found = self._candidates(parsed, filters, asked_on, (filters.since, filters.until), retrieved)
            readings = self._weighed(parsed, topics.to_read(parsed, found, names), closely=topics.READ)
            voices = topics.voices(parsed, readings, names, self.threshold)
            if voices:
                return topics.Topic(subject, voices[:limit])
        reply = self.ask(asked, filters=filters, asked_on=asked_on)
        if isinstance(reply, Answer):  # outlets report on it, and somebody may be cited who is not made out
            silence = Abstention(asked, reply.standalone, Reason.NOT_STATED, reply.confidence)
            return topics.Topic(subject, silence=silence, reported=reply.hits)
        return topics.Topic(subject, silence=reply)

    def timeline(
        self,
        speaker: str,
        topic: str | None = None,
        filters: Filters = Filters(),
        *,
        asked_on: str | None = None,
    ) -> timeline.Timeline | speakers.Unclear:
        """What ``speaker`` is quoted with, in the order of the days: about ``topic`` alone where one is given.

        ``Unclear`` where nobody of that name is quoted, or several are. Of ``filters`` the days and the outlet count.
        """
        with self._store.snapshot():
            known = self._known()
            one = speakers.meant(speaker, known)
            if isinstance(one, speakers.Unclear):
                return one
            hits = [hit for hit in self._quoted(one) if timeline.worth_showing(hit, filters)]
            if filters.outlet:
                hits = [hit for hit in hits if (hit.article.outlet or "").casefold() == filters.outlet.casefold()]
            if topic is not None and hits:
                hits = self._about(topic, one, hits, filters, asked_on)
            hits.sort(key=lambda hit: hit.article.date or "9999")
            hits = hits[-timeline.LOOKED_AT :]
            entries = timeline.timeline_of(hits, self._cosines(hits), self.settings.search.collapse)
            others = speakers.same_name(one, known)
            return timeline.Timeline(one.name, entries, topic, one.role, one.quotations, others)

    # --- telling when there is an answer ------------------------------------------------------------------------

    @property
    def subscriptions(self) -> Subscriptions:
        """Who asked to be told, and what."""
        return self._store.subscriptions

    @property
    def mark(self) -> str:
        """Names what is served: another one after an article came in or changed, and after a switch of generations."""
        return self._store.mark

    def offer_to_tell(
        self, abstention: Abstention, mark: str, filters: Filters = Filters(), asked_on: str | None = None
    ) -> str:
        """Keep the question of an abstention, so that somebody may ask to be told when it is answered; its key.

        ``mark`` is the archive's from before it was asked: what came in since is asked about once more.
        """
        wanted = Wanted.of(abstention, filters, asked_on)
        self._store.subscriptions.offer(wanted, mark)
        return wanted.key

    def due(self, limit: int) -> tuple[Subscription, ...]:
        """Who may have to be told now, because what is served is another than when it was last asked for them."""
        self._store.subscriptions.forget_old(offered_days=self.server_settings.get().retention_days)
        return self._store.subscriptions.due(self._store.mark, limit)

    def ask_again(self, wanted: Wanted, waiting: Sequence[Subscription] = ()) -> Reply:
        """The reply to a question that is waited for; where it is none, ``waiting`` wait until more comes in."""
        mark = self.mark  # before it is asked: what comes in meanwhile is asked about once more
        reply = self.ask(wanted.standalone, filters=wanted.filters, asked_on=wanted.asked_on, suggest=False)
        if isinstance(reply, Abstention) and waiting:
            self._store.subscriptions.asked(waiting, mark)
        return replace(reply, question=wanted.question, carried=wanted.carried)

    def known_speakers(self) -> tuple[speakers.Known, ...]:
        """Everybody who is quoted by name, each once under all spellings, the most quoted first."""
        with self._store.snapshot():
            return self._known()

    def _known(self) -> tuple[speakers.Known, ...]:
        """Call inside a snapshot."""
        self._notice_others()
        served = self._served()
        if served is None:
            return ()
        if self._people is None or self._people[0] != served.id:
            self._people = served.id, speakers.known(self._store.speakers(served))
        return self._people[1]

    def _quoted(self, one: speakers.Known) -> list[Hit]:
        """Everything that a speaker is quoted with, not scored; call inside a snapshot."""
        served = self._served()
        if served is None:
            return []
        found = {passage.id: passage for name in one.names for passage in self._store.quotations(served, name)}
        own = (p for p in found.values() if p.said_by and p.said_by.speaker and p.said_by.speaker.name in one.names)
        return _Record(self, None)._hits(own)

    def _about(
        self, topic: str, one: speakers.Known, hits: Sequence[Hit], filters: Filters, asked_on: str | None
    ) -> list[Hit]:
        """Those of a speaker's quotations that are about ``topic``, by the evidence and threshold of an answer."""
        parsed = question.parse(topics.question_about(topic))
        theirs = {hit.passage.id for hit in hits}
        found: dict[int, search.Candidate] = {}
        for name in one.names:
            for candidate in self._candidates(parsed, replace(filters, speaker=name), asked_on):
                if candidate.passage.id in theirs:
                    found[candidate.passage.id] = candidate
        best = sorted(found.values(), key=lambda candidate: -candidate.score)
        # No two are copies at a share over 1: on a timeline the same words of another day stay.
        readings = self._weighed(parsed, best, collapse=2.0, closely=topics.READ)
        about = (r.hit for r in readings if r.hit.score >= self.threshold and topics.is_about(parsed, r.hit))
        return [replace(hit, answering=None) for hit in about]

    def _cosines(self, hits: Sequence[Hit]) -> NDArray[np.float32]:
        """How near hits are to one another in meaning, shape ``(n, n)``; call inside a snapshot."""
        served = self._served()
        if served is None or not hits:
            return np.empty((0, 0), np.float32)
        vectors = self._vectors_of(served)
        first: dict[int, int] = {}
        for entry, passage in self._store.entries_of_passages(hit.passage.id for hit in hits):
            first[passage] = min(entry, first.get(passage, entry))  # the passage itself comes before its claims
        rows = np.stack([vectors.reconstruct(first[hit.passage.id]) for hit in hits])
        return np.asarray(rows @ rows.T, np.float32)

    def check(self, text: str, speaker: str | None = None) -> Verdict:
        """Whether a claimed quotation is on record: word for word, and as this speaker's.

        ``text`` may be a whole message ('Kirby said: "…"'); ``speaker`` is then read from it where it is not given.
        """
        return self.judge(check.readings(text), speaker)

    def judge(self, readings: Sequence[Claim], speaker: str | None = None) -> Verdict:
        """`check` for a claim that was read already, in the ways it may be read; the preferred one first."""
        with self._store.snapshot():
            hits = self._checked_against(readings)
            masked = [replace(hit, article=self._store.overrides.masked(hit.article)) for hit in hits]
            return self._unmasked(check.judged(readings, speaker, masked, passages=self.passages))

    def _unmasked(self, found: Verdict) -> Verdict:
        """The verdict on the articles as they are stored; what rests on a hidden passage is not on record."""
        shown = [hit for hit in (found.closest, *found.parts) if hit is not None]
        if any(self._store.overrides.hides(hit.receipt) for hit in shown):
            return Verdict(VerdictKind.NOT_ON_RECORD, claim=found.claim)
        closest, *parts = [
            hit and replace(hit, article=self._store.article(hit.article.id)) for hit in (found.closest, *found.parts)
        ]
        return replace(found, closest=closest, parts=tuple(part for part in parts if part))

    def _checked_against(self, readings: Sequence[Claim]) -> list[Hit]:
        """The passages nearest to the claim, then one of each article with phrases of it or of a part of it."""
        claim, *parts = check.looked_up(readings)
        near = self._candidates(question.parse(claim))[:CHECKED]
        hits = [Hit(c.passage, c.article, max(0.0, min(1.0, c.meaning))) for c in near]
        known, served = {hit.article.id for hit in hits}, self._served()
        if served is None:
            return hits
        for part in (claim, *parts):
            for found in self._store.articles_with(check.phrases(part), PHRASED):
                if found not in known:
                    known.add(found)
                    article = self._store.article(found)
                    # Any passage will do: the whole article is looked at.
                    hits += (Hit(p, article, 0.0) for p in self._store.passages(served, found)[:1])
        return hits

    def prove(self, receipt: Receipt) -> Article:
        """The article, when the receipt still matches what is stored; else ``ReceiptBroken`` (``PassageHidden``)."""
        article = self._proved(receipt)
        if self._store.overrides.hides(receipt):
            raise PassageHidden
        return article

    def _proved(self, receipt: Receipt) -> Article:
        try:
            article = self._store.article(receipt.article_id)
        except NoSuchArticle as error:
            raise ReceiptBroken("The article of this quotation has been removed.") from error
        if article.sha256 != receipt.sha256 or sha256_of(article.text) != receipt.sha256:
            raise ReceiptBroken("The article of this quotation has been changed since.")
        if receipt.span.end > len(article.text):
            raise ReceiptBroken("The quotation reaches past the article's text.")
        return article

    def proved(self, receipt: Receipt) -> Proof:
        """The words of a receipt with all that is known of who said them. Raises ``ReceiptBroken`` as `prove` does."""
        article = self.prove(receipt)
        return proof(article, receipt.span, self.passages(article.id))

    # --- what could not be answered -----------------------------------------------------------------------------

    def note_gap(
        self, abstention: Abstention, mark: str, filters: Filters = Filters(), asked_on: str | None = None, *,
        by: str | None = None,
    ) -> None:  # fmt: skip
        """Keep a question that was not answered; ``by`` names who asked, of whom a pseudonym is kept (else nothing).

        ``mark`` is the archive's from before it was asked: what came in since is asked about once more.
        """
        member = None if by is None else self.pseudonym(by)
        self._store.gaps.note(Wanted.of(abstention, filters, asked_on), abstention.reason, mark, member)

    @property
    def gap_table(self) -> Gaps:
        """The unanswered questions as they are kept."""
        return self._store.gaps

    def gaps(self, members: int = 1, *, dismissed: bool = False) -> tuple[Gap, ...]:
        """Open gaps that at least so many different members asked about, those of most members first.

        With ``dismissed``, those that moderators dismissed instead.
        """
        # Dismissed ones too, so that the same question in other words is known to be one of them.
        asked = self._store.gaps.asked(State.OPEN, State.DISMISSED)
        if not asked:
            return ()
        found = gaps_of(asked, self._meanings([one.wanted.standalone for one in asked]))
        return tuple(gap for gap in found if gap.dismissed is dismissed and gap.members >= members)

    def prepare_gaps(self, limit: int) -> bool:
        """Embed at most ``limit`` questions that `gaps` needs and that are not embedded yet; whether there are more.

        300 new ones take a second or two: in small steps, others are served between them.
        """
        texts = [one.wanted.standalone for one in self._store.gaps.asked(State.OPEN, State.DISMISSED)]
        model = self._model_of_questions()
        new = [text for text in dict.fromkeys(texts) if (model, text) not in self._asked]
        self._embed_questions(model, new[:limit])
        return len(new) > limit

    def gap(self, key: str) -> Gap | None:
        """The gap that holds the question of that key, whatever its state; ``None`` where it is forgotten or closed."""
        every = (*self.gaps(), *self.gaps(dismissed=True))
        return next((gap for gap in every if any(one.wanted.key == key for one in gap.questions)), None)

    def nearest_articles(self, wanted: Wanted, limit: int = 3) -> tuple[Article, ...]:
        """The articles that come nearest to a question, the nearest first: they do not answer it."""
        articles: dict[str, Article] = {}
        for candidate in self.candidates(wanted.standalone):
            articles.setdefault(candidate.article.id, candidate.article)
        return tuple(articles.values())[:limit]

    def move_gap(self, gap: Gap, state: State, *, by: str | None = None) -> int:
        """Dismiss a gap, or open it again; returns the number of its entry in the log.

        The entry has no word of the questions: these are kept no longer than is set.
        """
        keys = [one.wanted.key for one in gap.questions]
        with self._changing(), self._store.transaction():
            before = self._store.gaps.states(keys)
            self._store.gaps.set_state(keys, state)
            count = f"{len(keys)} question{'' if len(keys) == 1 else 's'}"
            return self._store.log.note(
                Action.GAP, f"{state.value}: a gap of {count}", by=by, subject=gap.key,
                before={"states": before}, after={"states": dict.fromkeys(before, state.value)},
            )  # fmt: skip

    def _put_back_gap(self, entry: Entry) -> None:
        """Undo `move_gap` for the questions that are still kept, unless they were moved again; in a transaction."""
        before, after = (dict((value or {}).get("states", {})) for value in (entry.before, entry.after))
        now = self._store.gaps.states(after)
        if any(after[key] != state for key, state in now.items()):
            raise NotUndoable("This gap has been changed again since; undo the newer change first.")
        for key in now:
            self._store.gaps.set_state([key], State(before[key]))

    def close_gaps(self, limit: int, days: int) -> int:
        """Ask at most ``limit`` open questions again that were not asked since articles came in; how many are left.

        Those that are answered now are closed, which the log says. What is older than ``days`` is forgotten first.
        Nobody is told: whoever asked to be told is a subscription, and that tells.
        """
        table = self._store.gaps
        table.forget_old(days)
        mark = self.mark  # before they are asked: what comes in meanwhile is asked about once more
        due = table.due(mark, limit + 1)
        for wanted in due[:limit]:
            reply = self.ask(wanted.standalone, filters=wanted.filters, asked_on=wanted.asked_on, suggest=False)
            if isinstance(reply, Abstention):
                table.still_open(wanted.key, mark)
            else:
                with self._store.transaction():
                    before = table.states([wanted.key])
                    table.set_state([wanted.key], State.CLOSED)
                    self._store.log.note(
                        Action.GAP, "closed: an article answers a question", by=None, subject=wanted.key,
                        before={"states": before}, after={"states": dict.fromkeys(before, State.CLOSED.value)},
                    )  # fmt: skip
        return max(0, len(due) - limit)

    def digest(self) -> Digest:
        """Where the weekly message about gaps goes, and when the last one was sent."""
        return self._store.gaps.digest(self.server_settings.get().digest_channel)

    def take_digest(self, now: datetime | None = None) -> Digest | None:
        """`digest`, if a message is to be sent now: from then on it counts as sent."""
        return self._store.gaps.take_digest(self.server_settings.get().digest_channel, now)

    def _meanings(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions, shape ``(n, dimension)``; those of the last call are kept for the next."""
        model = self._model_of_questions()
        self._embed_questions(model, [text for text in dict.fromkeys(texts) if (model, text) not in self._asked])
        self._asked = {(model, text): self._asked[model, text] for text in texts}
        return np.stack([self._asked[model, text] for text in texts])

    def _model_of_questions(self) -> str:
        served = self._served()
        return self._model if served is None else served.model

    def _embed_questions(self, model: str, new: Sequence[str]) -> None:
        if new:
            fresh = self._encoder(model).encode(new)
            self._asked.update(((model, text), vector) for text, vector in zip(new, fresh, strict=True))

    # --- what moderators decide about passages ------------------------------------------------------------------

    def override(
        self, receipt: Receipt, fix: Fix, name: str | None = None, role: str | None = None, *, by: str | None = None
    ) -> int:
        """Decide who says the words of a receipt, or that nothing shows them; it counts from now on.

        Takes the place of an earlier decision about the same words. Returns the number of its entry in the log. Raises
        ``ReceiptBroken``, and ``ValueError`` for a speaker without a name.
        """
        with self._changing(), self._store.transaction():
            made = override_of(self._proved(receipt), receipt.span, fix, name and _storable(name), role)
            before = self._store.overrides.put(made, _now())
            return self._note_override(made.article_id, before, made, by)

    def remove_override(self, override: Override, *, by: str | None = None) -> int:
        """Take a decision back; returns the number of its entry in the log."""
        with self._changing(), self._store.transaction():
            self._store.overrides.remove(override)
            return self._note_override(override.article_id, override, None, by)

    def overrides(self) -> tuple[Placed, ...]:
        """Every decision about a passage, the oldest first, and where it stands now."""
        return self._store.overrides.placed()

    def hidden(self, article_id: str) -> tuple[Span, ...]:
        """The spans of an article that nothing may show, in text order."""
        return self._store.overrides.hidden(article_id)

    def reports(self) -> tuple[Report, ...]:
        """What members reported as wrong and nobody has decided about; what most of them reported first."""
        return self._store.reports.open()

    def reported(self, receipt: Receipt) -> Hit:
        """The words of a report with who says them, where one passage of today tells. Raises ``ReceiptBroken``."""
        with self._store.snapshot():
            article = self.prove(receipt)
            held = [p for p in self.passages(article.id) if p.span.overlaps(receipt.span)]
            if len(held) == 1 and held[0].span.contains(receipt.span):
                return Hit(replace(held[0], span=receipt.span), article, 0.0)
            return Hit(Passage(article.id, receipt.span, Attribution((receipt.span,))), article, 0.0)

    def not_wrong(self, receipt: Receipt, *, by: str | None = None) -> int:
        """Say that nothing is wrong with a passage, whatever was reported so far; its entry's number in the log."""
        with self._changing(), self._store.transaction():
            article = self.prove(receipt)
            before = self._store.reports.settled(receipt)
            last = max((report.last for report in self.reports() if report.receipt == receipt), default=before)
            self._store.reports.settle(receipt, last)
            place = [receipt.sha256, receipt.span.start, receipt.span.end]
            return self._store.log.note(
                Action.OVERRIDE, f"not wrong: {article.title or article.id}", by=by, subject=article.id,
                before={"settled": place, "last": before}, after={"settled": place, "last": last},
            )  # fmt: skip

    def _put_back_settled(self, article_id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        sha256, start, end = before["settled"]
        receipt = Receipt(article_id, sha256, Span(start, end))
        if self._store.reports.settled(receipt) != after["last"]:
            raise NotUndoable("This passage has been decided about again since; undo the newer decision first.")
        self._store.reports.settle(receipt, before["last"])

    def _note_override(self, article_id: str, before: Override | None, after: Override | None, by: str | None) -> int:
        one = after or before
        title = self._store.article(article_id).title if self._store.has_article(article_id) else None
        words = f"{'' if after else 'no longer '}{one.fix.value if one else ''}: {title or article_id}"
        return self._store.log.note(
            Action.OVERRIDE, words, by=by, subject=article_id,
            before=value_of(before) if before else None, after=value_of(after) if after else None,
        )  # fmt: skip

    def _put_back_override(self, entry: Entry) -> None:
        """Undo a decision, unless it was made anew since (``NotUndoable``); call inside a transaction."""
        if entry.before and entry.after and "settled" in entry.after:
            self._put_back_settled(entry.subject or "", entry.before, entry.after)
            return
        before = override_from(entry.before) if entry.before else None
        after = override_from(entry.after) if entry.after else None
        kept = self._store.overrides.same(one) if (one := after or before) else None
        if (kept and value_of(kept)) != (after and value_of(after)):
            raise NotUndoable("This passage has been decided about again since; undo the newer decision first.")
        if kept is not None:
            self._store.overrides.remove(kept)
        if before is not None:
            self._store.overrides.put(before, _now())

    # --- feedback and calibration -------------------------------------------------------------------------------

    def give_feedback(
        self,
        question: str,
        receipt: Receipt,
        score: float,
        *,
        right: bool,
        complaint: Complaint | None = None,
        standalone: str | None = None,
        by: str | None = None,
        words: str | None = None,
    ) -> Feedback:
        """Keep what somebody says about a passage as an answer to ``question``; it replaces what they said before.

        ``score`` is what the reply gave the passage; ``by`` names the person, of whom only a pseudonym is kept;
        ``words`` are their own.
        Raises ``ReceiptBroken`` when the text is no longer the one that was judged.
        """
        with self._changing(), self._store.transaction():
            self.prove(receipt)  # under the lock: what another process removes just now must not be judged after it
            given = Feedback(
                _storable(question), _storable(question if standalone is None else standalone), receipt, score, right,
                complaint, _now(), None if by is None else self.pseudonym(by), self.scale,
                words and _storable(words),
            )  # fmt: skip
            self._store.put_feedback(given)
        return given

    def feedback(self) -> tuple[Feedback, ...]:
        """What people said about passages whose text still stands as they saw it, oldest first."""
        return self._store.feedback()

    def labels(self) -> tuple[Label, ...]:
        """What to calibrate by: a label for each judged pair; scores of another reader or model are made anew.

        A complaint that moderators found not to be right is none.
        """
        scale, refuted = self.scale, self._store.reports.refuted()
        return labels_of(
            one if one.scale == scale else replace(one, score=self.score(one.standalone, one.receipt), scale=scale)
            for one in self.feedback()
            if not refutes(refuted, one)
        )

    def score(
        self, asked: str, receipt: Receipt, *, filters: Filters = Filters(), asked_on: str | None = None
    ) -> float:
        """Probability in [0, 1] that the words of the receipt answer; 0 where no passage that holds some is read."""
        hits = self.rank(asked, filters=filters, asked_on=asked_on, limit=reader.READ)
        there = (hit for hit in hits if hit.article.id == receipt.article_id)
        return max((hit.score for hit in there if hit.passage.span.overlaps(receipt.span)), default=0.0)

    @property
    def scale(self) -> str:
        """Names what scores are made by: the model and the weights of the reader. Another scale, other scores."""
        served = self._served()
        made_by = (self._model if served is None else served.model, reader.WEIGHTS, reader.WEIGHTS_READ, CROSSREADER)
        return hashlib.sha256(repr(made_by).encode()).hexdigest()[:16]

    @property
    def threshold(self) -> float:
        """Least probability of an answer: what was set for this archive, else what is configured."""
        own = self._store.calibrated()
        return self.settings.answer.threshold if own is None else own.threshold

    def calibrated(self) -> Calibrated | None:
        """The threshold that was set for this archive, if one was."""
        return self._store.calibrated()

    def set_threshold(self, threshold: float, *, risk: float, labels: int, by: str | None = None) -> Calibrated:
        """Use this threshold, in [0, 1], from now on, whatever is configured; ``risk`` and ``labels`` say why."""
        if not 0 <= threshold <= 1:
            raise ValueError(f"a threshold is in [0, 1], not {threshold}")
        calibrated = Calibrated(threshold, risk, labels, _now(), self.scale)
        self._set_calibrated(calibrated, by)
        return calibrated

    def reset_threshold(self, *, by: str | None = None) -> Calibrated | None:
        """Use the configured threshold again; returns what was set."""
        return self._set_calibrated(None, by)

    def _set_calibrated(self, calibrated: Calibrated | None, by: str | None) -> Calibrated | None:
        with self._changing(), self._store.transaction():
            before = self._store.calibrated()
            self._store.put_calibrated(calibrated)
            words = "as configured" if calibrated is None else f"{calibrated.threshold:.2f}"
            self._store.log.note(
                Action.THRESHOLD, f"threshold {words}", by=by,
                before=asdict(before) if before else None, after=asdict(calibrated) if calibrated else None,
            )  # fmt: skip
        return before

    # --- what is kept of members --------------------------------------------------------------------------------

    def pseudonym(self, person: str) -> str:
        """What stands for a person in this archive, where it need not be known who it was."""
        return pseudonym_of(person, self.name, self._store.salt)

    def kept_of(self, member: int) -> dict[str, list[dict[str, Any]]]:
        """Everything that is kept of a member, by what it is, ready for JSON."""
        return privacy.kept_of(self._store, self._member(member))

    def forget_member(self, member: int) -> dict[str, int]:
        """Delete everything that is kept of a member; returns how many of each there were."""
        with self._changing():
            return privacy.forget_member(self._store, self._member(member))

    def forget_old(self) -> None:
        """Forget what was kept long enough, by the settings of the server."""
        privacy.forget_old(self._store, self.server_settings.get())

    def _member(self, member: int) -> privacy.Member:
        return privacy.Member(member, self.pseudonym(str(member)))

    # --- which message answers which ----------------------------------------------------------------------------

    def note_post(self, post: Post) -> None:
        """Keep for a day which message answers a question; what is older than that is forgotten."""
        with self._store.transaction():
            self._store.forget_old_posts()
            self._store.put_post(post)

    def forget_post(self, question: int) -> None:
        """Forget which message answers ``question``."""
        with self._store.transaction():
            self._store.forget_posts(question=question)

    def posts(self) -> tuple[Post, ...]:
        """The answers of the last day, oldest first."""
        now = datetime.now(UTC)
        return tuple(post for post in self._store.posts() if not post.over(now))

    # --- cards that were posted ---------------------------------------------------------------------------------

    @property
    def cards(self) -> Cards:
        """Which cards were posted, and what they quote."""
        return self._store.cards

    def remember_card(self, card: Posted) -> None:
        """Remember a card; where what it quotes was changed while it was sent, it is due at once."""
        self.cards.put(card)
        found = [(card.message, number, self._standing(quoted)) for number, quoted in enumerate(card.quotations)]
        if any(finding != STANDS for _, _, finding in found):
            self.cards.compared(found, self.cards.mark)

    def compare_cards(self, pause: Callable[[], None] = lambda: None) -> int:
        """Compare what the posted cards quote with what is served now; returns how many cards became due by it.

        Only looks where something was changed since the last time. ``pause`` is called now and then, between articles,
        so that others get their turn.
        """
        before, mark = self.cards.mark, f"{self._store.mark}.{self.log.last}"
        if mark == before:
            return 0
        found: list[tuple[int, int, Finding]] = []
        for article in self._perhaps_changed(before):
            found += (
                (card.message, number, finding)
                for card in self.cards.quoting(article)
                for number, quoted in enumerate(card.quotations)
                if quoted.receipt.article_id == article and (finding := self._standing(quoted)) != quoted.found
            )
            pause()
        # What is changed meanwhile has another mark: it is looked at the next time.
        return self.cards.compared(found, mark)

    def _perhaps_changed(self, mark: str) -> Iterable[str]:
        """Ids of the quoted articles that may be served otherwise than when ``mark`` was taken."""
        quoted = self.cards.articles()
        generation, _, last = mark.rpartition(".")
        if not last or generation.split(".")[0] != self._store.mark.split(".")[0]:
            return quoted
        limit = self.log.last - int(last)
        since = self.log.entries(limit=limit) if limit > 0 else ()
        telling = [entry for entry in since if entry.action not in _OF_NO_ARTICLE]
        if any(entry.action not in _OF_ONE_ARTICLE for entry in telling):
            return quoted
        return set(quoted).intersection(subject for entry in telling if (subject := entry.subject) is not None)

    def _standing(self, quoted: Quoted) -> Finding:
        article_id = quoted.receipt.article_id
        served = self._served()
        with self._store.snapshot():
            if served is None or not self._store.has_article(article_id):
                return corrections.standing(quoted, None, ())
            passages = self._store.passages(served, article_id)
            return corrections.standing(quoted, self._store.article(article_id), passages)

    def quoted_now(self, quoted: Quoted, words: str) -> Hit | None:
        """What the article of a quotation has in the place of its ``words`` now; ``None`` where it has nothing like it.

        Where the words themselves stand, these, with who says them now.
        """
        article_id = quoted.receipt.article_id
        with self._store.snapshot():
            served = self._served()
            if served is None or not self._store.has_article(article_id):
                return None
            article, passages = self._store.article(article_id), self._store.passages(served, article_id)
            span = corrections.found_again(quoted, article.text)
            if span is None:
                return corrections.reads_now(words, article, passages)
            at = corrections.spoken_at(span, passages)
            return None if at is None else Hit(replace(at, span=span), article, 0.0)

    # --- looking ------------------------------------------------------------------------------------------------

    def articles(self) -> tuple[Article, ...]:
        """All articles, in the order they were added."""
        return tuple(self._store.articles())

    def listed(self, filters: Filters = Filters(), words: str = "") -> tuple[Article, ...]:
        """The articles that meet the filters and have all ``words`` in their titles; the latest day first."""
        wanted = words.casefold().split()
        with self._store.snapshot():
            found = [a for a in self._store.articles() if abstaining.meets(a, filters)]
            if filters.speaker is not None:
                served = self._served()
                passages = () if served is None else self._store.quotations(served, filters.speaker)
                quoted = {passage.article_id for passage in passages}
                found = [article for article in found if article.id in quoted]
        if wanted:
            titles = {article.id: (article.title or "").casefold() for article in found}
            found = [article for article in found if all(word in titles[article.id] for word in wanted)]
        return tuple(sorted(found, key=lambda article: article.date or "", reverse=True))

    def article(self, article_id: str) -> Article:
        """One article. Raises ``NoSuchArticle``."""
        return self._store.article(article_id)

    def origin(self, article_id: str) -> str | None:
        """The file an article was read from, where it was one."""
        return self._store.origin(article_id)

    def passages(self, article_id: str) -> tuple[Passage, ...]:
        """The served passages of one article, in text order. Raises ``NoSuchArticle``."""
        self._store.article(article_id)
        return self._store.passages(self._served_or_first(), article_id)

    def attributions(self, article_id: str) -> tuple[Attribution, ...]:
        """The served attributions of one article, in text order. Raises ``NoSuchArticle``."""
        self._store.article(article_id)
        return self._store.attributions(self._served_or_first(), article_id)

    def passage_at(self, receipt: Receipt) -> Passage | None:
        """The served passage with exactly this span; ``None`` when a later generation cuts the text elsewhere."""
        served = self._served()
        if served is None:
            return None
        return next((p for p in self._store.passages(served, receipt.article_id) if p.span == receipt.span), None)

    def hit_at(self, receipt: Receipt, *, copies: bool = True, filters: Filters = Filters()) -> Hit | None:
        """What `passage_at` gives, with its article and, if wished, its copies as they are now; score 0.

        Of the copies there are those that ``filters`` let through.

        Raises ``ReceiptBroken`` when the text is no longer the one that the receipt is for.
        """
        with self._store.snapshot():
            article = self.prove(receipt)
            passage = self.passage_at(receipt)
            if passage is None:
                return None
            if not copies:
                return Hit(passage, article, 0.0)
            hit = Hit(
                passage, article, 1.0
            )  # above all others, so that they are its copies and not the other way round
            found = self._candidates(question.parse(hit.quote), filters)
            others = (Hit(c.passage, c.article, 0.0) for c in found)
            (_, whole), *_ = collapsed([hit, *others], self.settings.search.collapse)
            return replace(whole, score=0.0)

    def conflicts(self, asked: str, hits: Sequence[Hit]) -> tuple[tuple[int, int], ...]:
        """Pairs of indexes of ``hits`` that give other figures for the same statement, as `Answer.conflicts`."""
        parsed, share = question.parse(asked), self.settings.search.collapse
        pairs = ((i, j) for i in range(len(hits)) for j in range(i + 1, len(hits)))
        return tuple((i, j) for i, j in pairs if other_figures(hits[i], hits[j], parsed, share))

    def speakers(self, prefix: str = "", limit: int = 25) -> tuple[str, ...]:
        """Named speakers a word of whose name begins with ``prefix``, most quoted first."""
        served = self._served()
        names = () if served is None else tuple(row[0] for row in self._store.speakers(served))
        return _beginning(names, prefix, limit)

    def outlets(self, prefix: str = "", limit: int = 25) -> tuple[str, ...]:
        """Outlets a word of whose name begins with ``prefix``, the one with most articles first."""
        return _beginning(self._store.outlets(), prefix, limit)

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

    # --- the copies in memory -----------------------------------------------------------------------------------

    def _encoder(self, model: str) -> Encoder:
        """The encoder a generation was made with; loaded on first need."""
        if model not in self._encoders:
            settings = self.settings.encoder
            if model != settings.model:  # an older generation's: its digest is not the configured one's
                settings = replace(settings, model=model, sha256="")
            self._encoders[model] = SentenceEncoder(settings)
        return self._encoders[model]

    def _lexicon(self, model: str) -> Lexicon:
        if model not in self._lexicons:
            self._lexicons[model] = Lexicon(self._encoder(model))
        return self._lexicons[model]

    def _notice_others(self) -> None:
        """Drop what is kept in memory when another process has changed the store."""
        if (version := self._store.data_version) != self._seen:
            self._seen = version
            self._vectors = None
            self._names = self._people = None

    def _vectors_of(self, generation: Generation) -> Vectors:
        if self._vectors is None or self._vectors[0] != generation.id:
            ids, stored = self._store.vectors(generation)
            vectors = Vectors(stored.shape[1] if len(ids) else self._encoder(generation.model).dimension)
            vectors.add(ids, stored)
            self._vectors = generation.id, vectors
        return self._vectors[1]

    def _extend_vectors(
        self,
        generation: Generation,
        entries: Sequence[tuple[int, bytes]],
        fresh: Mapping[bytes, NDArray[np.float32]],
        *,
        rebuilt: bool,
    ) -> None:
        """Add new entries to the vectors in memory; where old ones went, they are read again on the next question."""
        if self._vectors is None or self._vectors[0] != generation.id:
            return
        if rebuilt or any(key not in fresh for _, key in entries):
            self._vectors = None
        elif entries:
            ids = np.array([entry for entry, _ in entries], np.int64)
            self._vectors[1].add(ids, np.stack([fresh[key] for _, key in entries]))


class _Record:
    """What `abstaining` looks up in an archive, for a question asked on some day. To be used inside a snapshot."""

    def __init__(self, archive: Archive, asked_on: str | None) -> None:
        self._archive = archive
        self._store = archive._store
        self._asked_on = asked_on

    def read(self, parsed: question.Question, filters: Filters) -> tuple[reader.Reading, ...]:
        return self._archive._read(parsed, filters, self._asked_on, asked_for.NOTHING)

    def quotations(self, speaker: str, filters: Filters) -> list[Hit]:
        served = self._archive._served()
        passages = () if served is None else self._store.quotations(served, speaker)
        return self._hits(passage for passage in passages if passage.article_id not in filters.exclude)

    def newest(self, filters: Filters) -> list[Hit]:
        served = self._archive._served()
        if served is None:
            return []
        newest = map(self._store.article, self._store.newest_articles(NEWEST + len(filters.exclude)))
        met = [article for article in newest if abstaining.meets(article, filters)]
        return self._hits(p for article in met for p in self._store.passages(served, article.id))

    def mentions(self, word: str, filters: Filters) -> bool:
        found = self._store.article_word_scores([word], 1 + len(filters.exclude))
        return not found.keys() <= filters.exclude

    def _hits(self, passages: Iterable[Passage]) -> list[Hit]:
        """The passages with their articles, each article read once; they have not been scored."""
        articles: dict[str, Article] = {}
        hits = []
        for passage in passages:
            if passage.article_id not in articles:
                articles[passage.article_id] = self._store.article(passage.article_id)
            hits.append(Hit(passage, articles[passage.article_id], 0.0))
        return hits


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


_loading = threading.Lock()


def _crossreader() -> CrossReader:
    with _loading:
        return _loaded_crossreader()


@cache
def _loaded_crossreader() -> CrossReader:
    return CrossReader()


def _storable(text: str) -> str:
    """``text`` as SQLite takes it: half a character becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


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


def _beginning(names: Iterable[str], prefix: str, limit: int) -> tuple[str, ...]:
    start = prefix.casefold().strip()
    return tuple(name for name in names if f" {start}" in f" {name}".casefold())[:limit]


def slug(text: str) -> str:
    """At most 48 lower-case ASCII letters, digits and hyphens that recall ``text``; may be empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-")


__all__ = ["Archive", "ArchiveStatus", "Reindexed", "check_draft"]
