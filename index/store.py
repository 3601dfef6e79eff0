"""The truth, in one SQLite file: articles, what is derived from them, word search, and what people say of answers.

Every write is one transaction, so a process killed at any moment leaves the last complete state. Vectors are kept by
the hash of (model, text): indexing again embeds only what changed. What is derived from an article belongs to a
*generation*; one generation is served, the next is built beside it.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index import audit, cards, feeds, freshness, gaps, golden, outlets, overrides, pending, reports, server_settings
from index.attribution.lexicon import ROLE_SYNONYMS
from index.errors import ArchiveDamaged, ArchiveError, NoSuchArticle
from index.feedback import Calibrated, Complaint, Feedback, create_salt
from index.posts import KEPT, Post
from index.settings import ServerDefaults
from index.subscriptions import Subscriptions, create_tables
from index.types import Article, Attribution, Filters, Kind, Passage, Receipt, Span, Speaker, Terms


@dataclass(frozen=True, slots=True)
class Generation:
    """One complete derivation of all articles: which model and recipe made it, and whether it is served."""

    id: int
    state: str
    """``building``, ``candidate``, ``served`` or ``previous``."""
    model: str
    recipe: str
    """Names the version of the rules that cut and attributed the text."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One text that is embedded, and the passage that is quoted when it is found."""

    passage: int
    """Position of the passage in the article's sequence of passages."""
    text: str
    claim: bool = False
    """True for a sourced claim, False for the passage itself."""


@dataclass(frozen=True, slots=True)
class Derived:
    """What indexing makes of one article."""

    attributions: tuple[Attribution, ...]
    passages: tuple[Passage, ...]
    entries: tuple[Entry, ...]
    headline: str
    """What the article as a whole is about, embedded too: its title, or the sentence that opens it."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that is embedded."""
        return (*(entry.text for entry in self.entries), self.headline)


def vector_key(model: str, text: str) -> bytes:
    """The key under which the vector of ``text`` by ``model`` is kept: 16 bytes of a SHA-256."""
    return hashlib.sha256(f"{model}\0{text}".encode("utf-8", "surrogatepass")).digest()[:16]


def _m001_initial(db: sqlite3.Connection) -> None:
    db.executescript(
        """
        CREATE TABLE articles (
            row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, text TEXT NOT NULL,
            title TEXT, outlet TEXT, authors TEXT NOT NULL, date TEXT, url TEXT, origin TEXT);
        CREATE INDEX articles_url ON articles (url);
        CREATE INDEX articles_origin ON articles (origin);
        CREATE INDEX articles_sha256 ON articles (sha256);
        CREATE INDEX articles_date ON articles (date);
        CREATE TABLE generations (
            id INTEGER PRIMARY KEY AUTOINCREMENT, state TEXT NOT NULL, model TEXT NOT NULL, recipe TEXT NOT NULL);
        CREATE UNIQUE INDEX one_of_each ON generations (state);
        CREATE TABLE indexed (
            generation INTEGER NOT NULL REFERENCES generations ON DELETE CASCADE,
            article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, headline BLOB NOT NULL,
            PRIMARY KEY (generation, article)) WITHOUT ROWID;
        CREATE INDEX indexed_article ON indexed (article);
        CREATE TABLE attributions (
            id INTEGER PRIMARY KEY AUTOINCREMENT, generation INTEGER NOT NULL REFERENCES generations ON DELETE CASCADE,
            article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, content TEXT NOT NULL, source TEXT NOT NULL,
            cue TEXT NOT NULL, kind TEXT NOT NULL, name TEXT, role TEXT, named INTEGER NOT NULL,
            confidence REAL NOT NULL);
        CREATE INDEX attributions_article ON attributions (article, generation);
        CREATE INDEX attributions_generation ON attributions (generation);
        CREATE TABLE passages (
            id INTEGER PRIMARY KEY AUTOINCREMENT, generation INTEGER NOT NULL REFERENCES generations ON DELETE CASCADE,
            article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
            start INTEGER NOT NULL, "end" INTEGER NOT NULL,
            said_by INTEGER REFERENCES attributions ON DELETE SET NULL);
        CREATE INDEX passages_article ON passages (article, generation);
        CREATE INDEX passages_generation ON passages (generation);
        CREATE INDEX passages_said_by ON passages (said_by);
        CREATE TABLE vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE entries (
            id INTEGER PRIMARY KEY AUTOINCREMENT, generation INTEGER NOT NULL REFERENCES generations ON DELETE CASCADE,
            passage INTEGER NOT NULL REFERENCES passages ON DELETE CASCADE, claim INTEGER NOT NULL, key BLOB NOT NULL);
        CREATE INDEX entries_passage ON entries (passage);
        CREATE INDEX entries_generation ON entries (generation);
        CREATE INDEX entries_key ON entries (key);
        CREATE VIRTUAL TABLE article_words USING fts5 (title, text, tokenize = 'porter unicode61 remove_diacritics 2');
        CREATE TRIGGER article_gone AFTER DELETE ON articles BEGIN DELETE FROM article_words WHERE rowid = old.row; END;
        """
    )


def _index_words(db: sqlite3.Connection, generation: int) -> None:
    """Make the word index of one generation's passages.

    One for each: in a common one, building a candidate would change how rare the words of the served passages are, and
    so the answers.
    """
    words = _words(generation)
    db.execute(f"CREATE VIRTUAL TABLE {words} USING fts5 (text, tokenize = 'porter unicode61 remove_diacritics 2')")
    db.execute(
        f"CREATE TRIGGER {words}_gone AFTER DELETE ON passages WHEN old.generation = {generation:d} "  # noqa: S608
        f"BEGIN DELETE FROM {words} WHERE rowid = old.id; END"
    )


def _m002_feedback(db: sqlite3.Connection) -> None:
    # The article stands by its id, not its row: a text that is replaced and comes back finds its feedback again.
    db.executescript(
        """
        CREATE TABLE feedback (
            id INTEGER PRIMARY KEY AUTOINCREMENT, question TEXT NOT NULL, standalone TEXT NOT NULL,
            article TEXT NOT NULL, sha256 TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
            score REAL NOT NULL, "right" INTEGER NOT NULL, complaint TEXT, at TEXT NOT NULL, by TEXT,
            scale TEXT NOT NULL);
        CREATE UNIQUE INDEX feedback_once ON feedback
            (article, sha256, start, "end", standalone, coalesce(by, ''));
        CREATE TABLE calibration (
            id INTEGER PRIMARY KEY CHECK (id = 1), threshold REAL NOT NULL, risk REAL NOT NULL,
            labels INTEGER NOT NULL, at TEXT NOT NULL, scale TEXT NOT NULL);
        """
    )


def _m003_posts(db: sqlite3.Connection) -> None:
    db.executescript(
        """
        CREATE TABLE posts (
            question INTEGER PRIMARY KEY, answer INTEGER NOT NULL, channel INTEGER NOT NULL, asked TEXT NOT NULL,
            at TEXT NOT NULL);
        CREATE INDEX posts_at ON posts (at);
        ALTER TABLE feedback ADD COLUMN words TEXT;
        """
    )


def _m006_versions(db: sqlite3.Connection) -> None:
    # An id had one row; now it has one that is live, and others that a generation which is not served holds ready.
    # Foreign keys are off during migrations: the rows of other tables go on pointing at these by the table's name.
    db.executescript(
        """
        CREATE TABLE versions (
            row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, live INTEGER NOT NULL DEFAULT 1,
            sha256 TEXT NOT NULL, text TEXT NOT NULL, title TEXT, outlet TEXT, authors TEXT NOT NULL, date TEXT,
            url TEXT, origin TEXT);
        INSERT INTO versions (row, id, sha256, text, title, outlet, authors, date, url, origin)
            SELECT row, id, sha256, text, title, outlet, authors, date, url, origin FROM articles;
        DROP TABLE articles;
        ALTER TABLE versions RENAME TO articles;
        CREATE INDEX articles_id ON articles (id);
        CREATE UNIQUE INDEX articles_live ON articles (id) WHERE live;
        CREATE INDEX articles_url ON articles (url);
        CREATE INDEX articles_origin ON articles (origin);
        CREATE INDEX articles_sha256 ON articles (sha256);
        CREATE INDEX articles_date ON articles (date);
        CREATE VIEW live AS SELECT * FROM articles WHERE live;
        CREATE TRIGGER article_gone AFTER DELETE ON articles BEGIN DELETE FROM article_words WHERE rowid = old.row; END;
        CREATE TABLE looked_at (
            generation INTEGER NOT NULL REFERENCES generations ON DELETE CASCADE, id TEXT NOT NULL,
            found TEXT NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (generation, id)) WITHOUT ROWID;
        DROP INDEX entries_key;
        ALTER TABLE indexed ADD COLUMN copied_from INTEGER;
        """
    )


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    _m001_initial,
    _m002_feedback,
    _m003_posts,
    create_tables,
    audit.create_tables,
    _m006_versions,
    golden.create_tables,
    server_settings.create_tables,
    create_salt,
    pending.create_tables,
    feeds.create_tables,
    freshness.create_tables,
    outlets.create_tables,
    overrides.create_tables,
    reports.create_tables,
    gaps.create_tables,
    cards.create_tables,
)
"""Applied once each, in order; ``PRAGMA user_version`` counts them."""


_PATIENCE = 30.0
"""Seconds to wait while another process writes to the file."""


class Store:
    """One archive's SQLite file. Used by one thread at a time; other processes may read and write beside it.

    Raises ``ArchiveDamaged`` when the file is not a database of this program, or of a newer version of it, and
    ``ArchiveError`` when it cannot be opened or written at all.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # The owner may hand the store from the thread that opened it to its worker; it never uses two at once.
            self._db = sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE, check_same_thread=False)
        except sqlite3.OperationalError as error:
            raise ArchiveError(f"{path} cannot be opened ({error}); check the data folder.") from error
        self._db.create_function("outlet_key", 1, outlets.key_of, deterministic=True)
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise
        self.subscriptions = Subscriptions(self._db, self.transaction)
        self.log = audit.Log(self._db, self.transaction)
        self.golden = golden.GoldenQuestions(self._db, self.transaction)
        self.pending = pending.Pending(self._db, self.transaction)
        self.feeds = feeds.Feeds(self._db, self.transaction, self.log)
        self.freshness = freshness.Freshness(self._db, self.transaction)
        self.terms = outlets.Outlets(self._db, self.transaction, self.log)
        self.overrides = overrides.Overrides(self._db, self.transaction, self.article)
        self._decided_about: tuple[object, dict[int, Passage | None]] = None, {}
        self.reports = reports.Reports(self._db, self.transaction)
        self.gaps = gaps.Gaps(self._db, self.transaction)
        self.cards = cards.Cards(self._db, self.transaction)

    def server_settings(self, defaults: ServerDefaults) -> server_settings.SettingsTable:
        """What the moderators decided; ``defaults`` for the rest."""
        return server_settings.SettingsTable(self._db, self.transaction, self.log, defaults)

    def _prepare(self) -> None:
        try:
            self._write_ahead()
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._migrate()
            self._db.execute("PRAGMA foreign_keys = ON")
            # Without it REPLACE and cascades would leave the word index behind: triggers must fire on them too.
            self._db.execute("PRAGMA recursive_triggers = ON")
        except sqlite3.OperationalError as error:  # locked, read-only, disk full: the file itself may be sound
            raise ArchiveError(f"{self.path} cannot be used ({error}); check the data folder and the disk.") from error
        except sqlite3.DatabaseError as error:
            raise ArchiveDamaged(
                f"{self.path} is not a readable archive ({error}); restore it from a backup or move it away."
            ) from error

    def _write_ahead(self) -> None:
        give_up = time.monotonic() + _PATIENCE
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                # SQLite does not wait here: of two that open a new file at once, one fails immediately.
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                    raise
            time.sleep(0.01)

    def _migrate(self) -> None:
        if self._version() > len(MIGRATIONS):
            raise ArchiveDamaged(f"{self.path} was written by a newer onrecord; upgrade this one.")
        while (done := self._version()) < len(MIGRATIONS):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                if self._version() == done:  # else another process was first
                    # executescript commits first, so each statement runs by itself inside this transaction
                    MIGRATIONS[done](_OneByOne(self._db))  # type: ignore[arg-type]  # it offers the methods used
                    self._db.execute(f"PRAGMA user_version = {done + 1}")
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise

    def _version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def copy_to(self, path: Path) -> None:
        """Write a copy of the file as it is now: nothing that is done to the copy touches this one."""
        copy = sqlite3.connect(path)
        try:
            self._db.backup(copy)
        except sqlite3.OperationalError as error:
            raise ArchiveError(f"{path} could not be written ({error}); check the disk.") from error
        finally:
            copy.close()

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens, or nothing does. Raises ``ArchiveError`` when the file cannot be written."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # a full disk has ended it already
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as error:
            raise ArchiveError(f"{self.path} could not be changed ({error}); check the disk.") from error

    @contextmanager
    def thorough(self) -> Iterator[None]:
        """What is deleted inside is not to be found in the file by other means afterwards either."""
        self._db.execute("PRAGMA secure_delete = ON")
        try:
            yield
        finally:
            self._db.execute("PRAGMA secure_delete = OFF")
        # The pages of before stand in the write-ahead log until it is begun anew. Whoever reads just now keeps that
        # from happening, and is not waited for as long as for a change.
        self._db.execute("PRAGMA busy_timeout = 1000")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._db.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000:.0f}")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside is of one moment, whatever other processes write meanwhile."""
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("ROLLBACK")

    @property
    def data_version(self) -> int:
        """Changes whenever another connection has committed."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    @property
    def mark(self) -> str:
        """Names what is served: another one after an article came in or changed, and after a switch of generations."""
        served = self.generation("served")
        last = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'articles'").fetchone()
        return f"{served.id if served else 0}.{last[0] if last else 0}"

    # --- articles -----------------------------------------------------------------------------------------------

    def article(self, article_id: str) -> Article:
        """The stored article. Raises ``NoSuchArticle``."""
        found = self._db.execute(f"{_ARTICLES} WHERE a.id = ?", (_sought(article_id),)).fetchone()
        if found is None:
            raise NoSuchArticle(article_id)
        return _article(found)

    def articles(self) -> Iterator[Article]:
        """All articles, in the order they were first added."""
        for row in self._db.execute(f"{_ARTICLES} ORDER BY a.row"):
            yield _article(row)

    def has_article(self, article_id: str) -> bool:
        """Whether there is an article with that id."""
        found = self._db.execute("SELECT 1 FROM live WHERE id = ?", (_sought(article_id),)).fetchone()
        return found is not None

    def count_articles(self) -> int:
        """How many articles there are."""
        return int(self._db.execute("SELECT count(*) FROM live").fetchone()[0])

    def newest_date(self, until: str) -> str | None:
        """The latest ISO day of an article, up to and including ``until``; ``None`` when none has one."""
        row = self._db.execute("SELECT max(date) FROM live WHERE date <= ?", (until,)).fetchone()
        return None if row[0] is None else str(row[0])

    def find_article(
        self, *, url: str | None = None, origin: str | None = None, sha256: str | None = None
    ) -> Article | None:
        """The first article with this url, origin or text hash (exactly one of them is given); ``None`` if new."""
        column, value = next((c, v) for c, v in (("url", url), ("origin", origin), ("sha256", sha256)) if v is not None)
        found = self._db.execute(
            f"{_ARTICLES} WHERE a.{column} = ? ORDER BY a.row LIMIT 1",  # the column is one of three names above
            (_sought(value),),
        ).fetchone()
        return None if found is None else _article(found)

    def put_article(self, article: Article, origin: str | None) -> None:
        """Store the article; what was derived from another text under the same id is removed from every generation."""
        self.delete_article(article.id)
        self._put_version(article, origin, live=True)

    def _put_version(self, article: Article, origin: str | None, *, live: bool) -> int:
        row = self._db.execute(
            "INSERT INTO articles (id, live, sha256, text, title, outlet, authors, date, url, origin) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                article.id, live, article.sha256, article.text, article.title, article.outlet,
                json.dumps(article.authors, ensure_ascii=False), article.date, article.url,
                origin and _sought(origin),  # a file's name need not be text
            ),
        ).lastrowid  # fmt: skip
        if live:
            self._find_by_words(row or 0)
        return int(row or 0)

    def _find_by_words(self, row: int) -> None:
        self._db.execute(
            "INSERT INTO article_words (rowid, title, text) SELECT row, title, text FROM articles WHERE row = ?", (row,)
        )

    def origin(self, article_id: str) -> str | None:
        """Where the article was read from, where that is known and no address."""
        row = self._db.execute("SELECT origin FROM live WHERE id = ?", (_sought(article_id),)).fetchone()
        return None if row is None else row[0]

    def edit_article(self, article: Article, headline: str) -> None:
        """Change what is said of an article whose text stays: nothing derived from the text goes.

        ``headline`` is the text that stands for the article as a whole.
        """
        self._db.execute(
            "UPDATE articles SET title = ?, outlet = ?, authors = ?, date = ?, url = ? WHERE id = ?",
            (
                article.title, article.outlet, json.dumps(article.authors, ensure_ascii=False), article.date,
                article.url, article.id,
            ),
        )  # fmt: skip
        (row,) = self._db.execute("SELECT row FROM live WHERE id = ?", (article.id,)).fetchone()
        self._db.execute("DELETE FROM article_words WHERE rowid = ?", (row,))
        self._find_by_words(row)
        covering = self._db.execute(
            "SELECT g.id, g.model, a.row FROM generations g JOIN indexed i ON i.generation = g.id "
            "JOIN articles a ON a.row = i.article WHERE a.id = ?",
            (article.id,),
        ).fetchall()
        for generation, model, version in covering:
            self._db.execute(
                "UPDATE indexed SET headline = ? WHERE generation = ? AND article = ?",
                (vector_key(model, headline), generation, version),
            )

    def put_vectors(self, vectors: Mapping[bytes, NDArray[np.float32]]) -> None:
        """Keep vectors by key; those that are there stay."""
        self._db.executemany(
            "INSERT OR IGNORE INTO vectors (key, vector) VALUES (?, ?)",
            [(key, vector.astype(np.float16).tobytes()) for key, vector in vectors.items()],
        )

    def delete_article(self, article_id: str) -> None:
        """Remove the article in all its versions, and everything derived from it, in every generation."""
        self._db.execute("DELETE FROM articles WHERE id = ?", (article_id,))
        self._db.execute("DELETE FROM looked_at WHERE id = ?", (article_id,))

    # --- generations --------------------------------------------------------------------------------------------

    def generation(self, state: str) -> Generation | None:
        """The generation in that state, if there is one."""
        row = self._db.execute("SELECT id, state, model, recipe FROM generations WHERE state = ?", (state,)).fetchone()
        return None if row is None else Generation(*row)

    def new_generation(self, state: str, model: str, recipe: str) -> Generation:
        """Begin a generation, in place of one that is in this state already; call inside a transaction."""
        self._drop_generation(self.generation(state))
        done = self._db.execute(
            "INSERT INTO generations (state, model, recipe) VALUES (?, ?, ?)", (state, model, recipe)
        )
        made = Generation(int(done.lastrowid or 0), state, model, recipe)
        _index_words(self._db, made.id)
        return made

    def _drop_generation(self, generation: Generation | None) -> None:
        if generation is not None:
            words = _words(generation.id)
            self._db.execute(f"DROP TRIGGER {words}_gone")
            self._db.execute(f"DROP TABLE {words}")
            self._db.execute("DELETE FROM generations WHERE id = ?", (generation.id,))
            self._db.execute("DELETE FROM articles WHERE NOT live AND row NOT IN (SELECT article FROM indexed)")

    def drop_generation(self, generation: Generation) -> None:
        """Drop a generation that is not served, and the texts only it had; call inside a transaction."""
        self._drop_generation(generation)

    def set_state(self, generation: Generation, state: str) -> None:
        """Give the generation a new state, in place of the one that holds it; call inside a transaction."""
        there = self.generation(state)
        if there is not None and there.id != generation.id:
            self._drop_generation(there)
        self._db.execute("UPDATE generations SET state = ? WHERE id = ?", (state, generation.id))

    def swap_served(self, generation: Generation) -> None:
        """Serve ``generation`` and keep the one served so far as ``previous``; call inside a transaction.

        From now on the articles are those that it covers, with the texts it has of them.
        """
        served = self.generation("served")
        self._db.execute("UPDATE generations SET state = 'leaving' WHERE id = ?", (generation.id,))
        if served is not None:
            self.set_state(served, "previous")
        self._db.execute("UPDATE generations SET state = 'served' WHERE id = ?", (generation.id,))
        covered = "SELECT article FROM indexed WHERE generation = ?"
        leaving = self._db.execute(f"SELECT row FROM live WHERE row NOT IN ({covered})", (generation.id,)).fetchall()  # noqa: S608
        coming = self._db.execute(
            f"SELECT row FROM articles WHERE NOT live AND row IN ({covered})",  # noqa: S608
            (generation.id,),
        ).fetchall()
        self._db.executemany("UPDATE articles SET live = 0 WHERE row = ?", leaving)
        self._db.executemany("DELETE FROM article_words WHERE rowid = ?", leaving)
        self._db.executemany("UPDATE articles SET live = 1 WHERE row = ?", coming)
        for (row,) in coming:
            self._find_by_words(row)

    def missing(self, generation: Generation) -> tuple[str, ...]:
        """Ids of the articles that this generation does not cover yet, in the order they were added.

        One that it has another text of is covered, and so is one that it leaves out because its source is gone.
        """
        rows = self._db.execute(
            "SELECT id FROM live WHERE id NOT IN "
            "(SELECT a.id FROM indexed i JOIN articles a ON a.row = i.article WHERE i.generation = ?1) "
            "AND id NOT IN (SELECT id FROM looked_at WHERE generation = ?1 AND found = ?2) ORDER BY row",
            (generation.id, GONE),
        )
        return tuple(row[0] for row in rows)

    def looked_at(self, generation: Generation) -> dict[str, tuple[str, str]]:
        """Article id → what was found at its source for this generation, and what of that is worth telling."""
        rows = self._db.execute("SELECT id, found, detail FROM looked_at WHERE generation = ?", (generation.id,))
        return {article_id: (found, detail) for article_id, found, detail in rows}

    def note_look(self, generation: Generation, article_id: str, found: str, detail: str) -> None:
        """Keep what was found at the source of a live article; call inside a transaction.

        One whose source is gone is left out of the generation.
        """
        self._uncover(generation, article_id)
        self._db.execute(
            "INSERT OR REPLACE INTO looked_at (generation, id, found, detail) VALUES (?, ?, ?, ?)",
            (generation.id, article_id, found, detail),
        )

    def stage(
        self, generation: Generation, article: Article, derived: Derived, vectors: Mapping[bytes, NDArray[np.float32]]
    ) -> None:
        """Hold another version of a live article ready in a generation that is not served.

        To be called inside a transaction.
        """
        self._uncover(generation, article.id)
        row = self._put_version(article, self.origin(article.id), live=False)
        self._derive(generation, row, article.text, derived, vectors)

    def _uncover(self, generation: Generation, article_id: str) -> None:
        covered = "(SELECT row FROM articles WHERE id = ?2)"
        for table in ("passages", "attributions", "indexed"):
            self._db.execute(
                f"DELETE FROM {table} WHERE generation = ?1 AND article IN {covered}",  # noqa: S608  # the names above
                (generation.id, article_id),
            )
        self._db.execute(
            "DELETE FROM articles WHERE NOT live AND id = ? AND row NOT IN (SELECT article FROM indexed)", (article_id,)
        )

    def version(self, generation: Generation, article_id: str) -> Article | None:
        """The article as this generation has it; ``None`` where it does not cover it."""
        row = self._db.execute(
            f"{_ARTICLES.replace('FROM live a', 'FROM articles a')} JOIN indexed i ON i.article = a.row "
            "WHERE i.generation = ? AND a.id = ?",
            (generation.id, _sought(article_id)),
        ).fetchone()
        return None if row is None else _article(row)

    def covered(self, generation: Generation) -> frozenset[str]:
        """Ids of the articles that the generation covers."""
        rows = self._db.execute(
            "SELECT a.id FROM indexed i JOIN articles a ON a.row = i.article WHERE i.generation = ?", (generation.id,)
        )
        return frozenset(row[0] for row in rows)

    def copied(self, one: Generation, other: Generation) -> frozenset[str]:
        """Ids of the articles of which one of the two generations has what was copied from the other."""
        rows = self._db.execute(
            "SELECT a.id FROM indexed i JOIN articles a ON a.row = i.article "
            "WHERE i.generation = ?1 AND i.copied_from = ?2 OR i.generation = ?2 AND i.copied_from = ?1",
            (one.id, other.id),
        )
        return frozenset(row[0] for row in rows)

    def copy_derived(self, source: Generation, target: Generation, article_ids: Sequence[str]) -> None:
        """Copy what ``source`` has of live articles into ``target``; call inside a transaction.

        New ids are the old ones moved by one number for each table, so that what points at a row moves with it.
        """
        db, old, new = self._db, source.id, target.id
        db.execute("CREATE TEMP TABLE IF NOT EXISTS chosen (row INTEGER PRIMARY KEY)")
        db.execute("DELETE FROM chosen")
        for batch in _batches(list(article_ids), 500):
            marks = ", ".join("?" * len(batch))
            db.execute(f"INSERT INTO chosen SELECT row FROM live WHERE id IN ({marks})", batch)  # noqa: S608
        of = f"generation = {old:d} AND article IN (SELECT row FROM chosen)"  # noqa: S608  # a number
        by = {table: self._moved_by(table, of) for table in ("attributions", "passages")}
        passages = f"SELECT id FROM passages WHERE {of}"  # noqa: S608  # numbers
        by["entries"] = self._moved_by("entries", f"passage IN ({passages})")
        db.execute(
            "INSERT INTO attributions (id, generation, article, content, source, cue, kind, name, role, named, "  # noqa: S608
            "confidence) SELECT id + ?, ?, article, content, source, cue, kind, name, role, named, confidence "
            f"FROM attributions WHERE {of}",
            (by["attributions"], new),
        )
        db.execute(
            'INSERT INTO passages (id, generation, article, start, "end", said_by) '  # noqa: S608
            f'SELECT id + ?, ?, article, start, "end", said_by + ? FROM passages WHERE {of}',
            (by["passages"], new, by["attributions"]),
        )
        db.execute(
            f"INSERT INTO {_words(new)} (rowid, text) SELECT rowid + ?, text FROM {_words(old)} "  # noqa: S608
            f"WHERE rowid IN ({passages})",
            (by["passages"],),
        )
        db.execute(
            "INSERT INTO entries (id, generation, passage, claim, key) SELECT id + ?, ?, passage + ?, claim, key "  # noqa: S608
            f"FROM entries WHERE passage IN ({passages})",
            (by["entries"], new, by["passages"]),
        )
        db.execute(
            "INSERT INTO indexed (generation, article, headline, copied_from) "  # noqa: S608
            f"SELECT ?, article, headline, ? FROM indexed WHERE {of}",
            (new, old),
        )

    def _moved_by(self, table: str, condition: str) -> int:
        """How far the ids of the rows are moved so that they come after all that there are or were."""
        (first,) = self._db.execute(f"SELECT min(id) FROM {table} WHERE {condition}").fetchone()  # noqa: S608  # our own
        last = self._db.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
        return 0 if first is None else int(last[0]) + 1 - int(first)

    def put_derived(
        self, generation: Generation, article_id: str, derived: Derived, vectors: Mapping[bytes, NDArray[np.float32]]
    ) -> list[tuple[int, bytes]]:
        """Store what was derived from the live article in this generation; returns ``(entry id, vector key)`` pairs.

        ``vectors`` holds, by key, those that the store does not have yet.
        """
        row, text = self._db.execute("SELECT row, text FROM live WHERE id = ?", (article_id,)).fetchone()
        return self._derive(generation, row, text, derived, vectors)

    def _derive(
        self,
        generation: Generation,
        row: int,
        text: str,
        derived: Derived,
        vectors: Mapping[bytes, NDArray[np.float32]],
    ) -> list[tuple[int, bytes]]:
        attribution_ids = {
            attribution: self._put_attribution(generation, row, attribution) for attribution in derived.attributions
        }
        passage_ids = []
        words = _words(generation.id)
        for passage in derived.passages:
            said_by = None if passage.said_by is None else attribution_ids[passage.said_by]
            done = self._db.execute(
                'INSERT INTO passages (generation, article, start, "end", said_by) VALUES (?, ?, ?, ?, ?)',
                (generation.id, row, passage.span.start, passage.span.end, said_by),
            )
            passage_ids.append(int(done.lastrowid or 0))
            self._db.execute(
                f"INSERT INTO {words} (rowid, text) VALUES (?, ?)",  # noqa: S608  # our own name
                (done.lastrowid, passage.span.of(text)),
            )
        self.put_vectors(vectors)
        entry_ids = []
        for entry in derived.entries:
            key = vector_key(generation.model, entry.text)
            done = self._db.execute(
                "INSERT INTO entries (generation, passage, claim, key) VALUES (?, ?, ?, ?)",
                (generation.id, passage_ids[entry.passage], entry.claim, key),
            )
            entry_ids.append((int(done.lastrowid or 0), key))
        self._db.execute(
            "INSERT OR IGNORE INTO indexed (generation, article, headline) VALUES (?, ?, ?)",
            (generation.id, row, vector_key(generation.model, derived.headline)),
        )
        return entry_ids

    def _put_attribution(self, generation: Generation, row: int, attribution: Attribution) -> int:
        speaker = attribution.speaker
        done = self._db.execute(
            "INSERT INTO attributions (generation, article, content, source, cue, kind, name, role, named, confidence) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                generation.id, row, _spans_json(attribution.content), _spans_json(attribution.source),
                _spans_json(attribution.cue), attribution.kind.value,
                speaker and speaker.name, speaker and speaker.role,
                speaker is None or speaker.named, attribution.confidence,
            ),
        )  # fmt: skip
        return int(done.lastrowid or 0)

    def known_vectors(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of ``keys`` whose vector is stored."""
        known: set[bytes] = set()
        for batch in _batches(list(keys), 500):
            marks = ", ".join("?" * len(batch))
            known.update(row[0] for row in self._db.execute(f"SELECT key FROM vectors WHERE key IN ({marks})", batch))  # noqa: S608
        return known

    def forget_unused_vectors(self) -> int:
        """Remove the vectors that no generation uses; returns how many. Slow on a large archive: for a re-index."""
        done = self._db.execute(
            "DELETE FROM vectors WHERE key NOT IN (SELECT key FROM entries UNION SELECT headline FROM indexed)"
        )
        return done.rowcount

    def vectors_by_key(self, generation: Generation) -> Iterator[tuple[bytes, bytes]]:
        """Key and vector (16-bit floats) of each text that is embedded in this generation."""
        yield from self._db.execute(
            "SELECT v.key, v.vector FROM vectors v WHERE v.key IN (SELECT key FROM entries WHERE generation = ?1 "
            "UNION SELECT headline FROM indexed WHERE generation = ?1) ORDER BY v.key",
            (generation.id,),
        )

    def vectors(self, generation: Generation, after: int = 0) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """Ids, shape ``(n,)``, and vectors, shape ``(n, dimension)``, of the entries with an id over ``after``."""
        rows = self._db.execute(
            "SELECT e.id, v.vector FROM entries e JOIN vectors v ON v.key = e.key "
            "WHERE e.generation = ? AND e.id > ? ORDER BY e.id",
            (generation.id, after),
        ).fetchall()
        if not rows:
            return np.empty(0, np.int64), np.empty((0, 0), np.float16)
        ids = np.array([row[0] for row in rows], np.int64)
        return ids, np.frombuffer(b"".join(row[1] for row in rows), np.float16).reshape(len(rows), -1)

    def headlines(self, generation: Generation, article_ids: Iterable[str]) -> dict[str, NDArray[np.float16]]:
        """Article id → vector, shape ``(dimension,)``, of its headline, for those that the generation covers."""
        found: dict[str, NDArray[np.float16]] = {}
        for batch in _batches(list(article_ids), 500):
            marks = ", ".join("?" * len(batch))
            rows = self._db.execute(
                "SELECT a.id, v.vector FROM articles a JOIN indexed i ON i.article = a.row AND i.generation = ? "  # noqa: S608
                f"JOIN vectors v ON v.key = i.headline WHERE a.id IN ({marks})",
                (generation.id, *batch),
            )
            found.update((article_id, np.frombuffer(vector, np.float16)) for article_id, vector in rows)
        return found

    # --- passages and attributions ------------------------------------------------------------------------------

    def count(self, generation: Generation) -> tuple[int, int]:
        """How many passages and attributions the generation has."""
        return tuple(  # type: ignore[return-value]  # two tables, two numbers
            int(self._db.execute(f"SELECT count(*) FROM {table} WHERE generation = ?", (generation.id,)).fetchone()[0])  # noqa: S608
            for table in ("passages", "attributions")
        )

    def passages(self, generation: Generation, article_id: str, *, as_derived: bool = False) -> tuple[Passage, ...]:
        """The article's passages, in text order; ``as_derived``: without what moderators decided about them."""
        rows = self._db.execute(
            f"{_PASSAGES} WHERE p.generation = ? AND a.id = ? ORDER BY p.start", (generation.id, _sought(article_id))
        )
        found = map(_passage, rows)
        return tuple(found if as_derived else self._decided(found))

    def _decided(self, passages: Iterable[Passage]) -> Iterator[Passage]:
        """The passages that may be shown, with their speakers as moderators corrected them."""
        return (kept for passage in passages if (kept := self.overrides.applied(passage)) is not None)

    def _overridden(self, generation: Generation) -> dict[int, Passage | None]:
        """The passages, by id, that moderators decided about; ``None`` for those that are hidden."""
        now = self.overrides.version, generation.id
        if self._decided_about[0] == now:
            return self._decided_about[1]
        found: dict[int, Passage | None] = {}
        if articles := self.overrides.articles:
            rows = self._db.execute(
                f"{_PASSAGES} WHERE p.generation = ? AND a.id IN (SELECT value FROM json_each(?))",  # noqa: S608
                (generation.id, json.dumps(articles)),
            )
            for passage in map(_passage, rows):
                if (decided := self.overrides.applied(passage)) is not passage:
                    found[passage.id] = decided
        self._decided_about = now, found
        return found

    def attributions(self, generation: Generation, article_id: str) -> tuple[Attribution, ...]:
        """The article's attributions, in text order."""
        rows = self._db.execute(
            "SELECT t.content, t.source, t.cue, t.kind, t.name, t.role, t.named, t.confidence FROM attributions t "
            "JOIN articles a ON a.row = t.article WHERE t.generation = ? AND a.id = ? ORDER BY t.id",
            (generation.id, _sought(article_id)),
        )
        decided = (self.overrides.claimed(article_id, _attribution(row)) for row in rows)
        return tuple(attribution for attribution in decided if attribution is not None)

    def passages_by_id(self, ids: Iterable[int]) -> dict[int, Passage]:
        """Those of the passages that exist, by id."""
        found: dict[int, Passage] = {}
        for batch in _batches(list(ids), 500):
            marks = ", ".join("?" * len(batch))
            rows = self._db.execute(f"{_PASSAGES} WHERE p.id IN ({marks})", batch)
            found.update((passage.id, passage) for passage in self._decided(map(_passage, rows)))
        return found

    def passages_of_entries(self, ids: Iterable[int]) -> dict[int, int]:
        """Entry id → passage id, for those entries that exist."""
        found: dict[int, int] = {}
        for batch in _batches(list(ids), 500):
            marks = ", ".join("?" * len(batch))
            found.update(self._db.execute(f"SELECT id, passage FROM entries WHERE id IN ({marks})", batch))  # noqa: S608
        return found

    def entries_of_passages(self, ids: Iterable[int]) -> list[tuple[int, int]]:
        """``(entry id, passage id)`` of every entry of these passages."""
        found: list[tuple[int, int]] = []
        for batch in _batches(list(ids), 500):
            marks = ", ".join("?" * len(batch))
            found.extend(self._db.execute(f"SELECT id, passage FROM entries WHERE passage IN ({marks})", batch))  # noqa: S608
        return found

    def allowed(self, generation: Generation, filters: Filters) -> tuple[frozenset[int], NDArray[np.int64]] | None:
        """Passage ids and entry ids that meet the filters; ``None`` when the filters ask for nothing.

        ``filters.speaker`` matches a name, a part of it at word edges, or a role; ``outlet`` ignores case.
        """
        if filters == Filters():
            return None
        conditions, values = ["p.generation = ?"], [generation.id]  # type: list[str], list[object]
        if filters.outlet:
            conditions.append("a.outlet = ? COLLATE NOCASE")
            values.append(_sought(filters.outlet))
        if filters.since:
            conditions.append("a.date >= ?")
            values.append(_sought(filters.since))
        if filters.until:
            conditions.append("a.date <= ?")
            values.append(_sought(filters.until))
        rows = self._db.execute(
            "SELECT p.id, a.id, t.name, t.role FROM passages p JOIN articles a ON a.row = p.article "  # noqa: S608
            f"LEFT JOIN attributions t ON t.id = p.said_by WHERE {' AND '.join(conditions)}",  # the conditions above
            values,
        )
        decided = self._overridden(generation)
        passages = frozenset(
            row
            for row, article, *who in rows
            if article not in filters.exclude
            and (said_by := _said_by(row, who, decided)) is not None
            and (not filters.speaker or names_match(filters.speaker, *said_by))
        )
        entries = [
            entry
            for entry, passage in self._db.execute(
                "SELECT id, passage FROM entries WHERE generation = ?", (generation.id,)
            )
            if passage in passages
        ]
        return passages, np.array(entries, np.int64)

    def speakers(self, generation: Generation) -> tuple[tuple[str, str | None, int], ...]:
        """``(name, role, passages)`` of every named speaker, most quoted first."""
        decided = self._overridden(generation)
        rows = self._db.execute(
            "SELECT t.name, max(t.role), count(*) FROM passages p JOIN attributions t ON t.id = p.said_by "
            "WHERE p.generation = ? AND t.named AND t.name IS NOT NULL "
            "AND p.id NOT IN (SELECT value FROM json_each(?)) GROUP BY t.name ORDER BY count(*) DESC, t.name",
            (generation.id, json.dumps(list(decided))),
        )
        if not decided:
            return tuple(rows)
        counted = {name: (role, count) for name, role, count in rows}
        for speaker in (p.said_by.speaker for p in decided.values() if p and p.said_by and p.said_by.speaker):
            role, count = counted.get(speaker.name, (None, 0))
            counted[speaker.name] = max(role or "", speaker.role or "") or None, count + 1
        found = ((name, role, count) for name, (role, count) in counted.items())
        return tuple(sorted(found, key=lambda row: (-row[2], row[0])))

    def quotations(self, generation: Generation, speaker: str) -> tuple[Passage, ...]:
        """Passages of whoever is asked for as ``speaker``, in the order they were added.

        A speaker is meant by a part of the name or by the role, as in `allowed`, and by a fuller name than the article
        gives: "John Kirby" where it has only "Kirby".
        """
        decided = self._overridden(generation)
        stored = self._db.execute(
            "SELECT p.id, t.name, t.role FROM passages p LEFT JOIN attributions t ON t.id = p.said_by "
            "WHERE p.generation = ? AND (t.name IS NOT NULL OR p.id IN (SELECT value FROM json_each(?))) ORDER BY p.id",
            (generation.id, json.dumps(list(decided))),
        )
        said = ((row, _said_by(row, who, decided)) for row, *who in stored)
        rows = [(row, who[0], who[1]) for row, who in said if who is not None and who[0] is not None]
        meant = {
            (name, role): names_match(speaker, name, role) or names_match(name, speaker, None)
            for name, role in {(name, role) for _, name, role in rows}
        }
        ids = [row for row, name, role in rows if meant[name, role]]
        found = self.passages_by_id(ids)
        return tuple(found[row] for row in ids if row in found)

    def newest_articles(self, limit: int) -> tuple[str, ...]:
        """Ids of the articles of the latest days, latest first; those without a day last."""
        rows = self._db.execute("SELECT id FROM live ORDER BY date DESC, row DESC LIMIT ?", (limit,))
        return tuple(row[0] for row in rows)

    def outlets(self) -> tuple[str, ...]:
        """Every outlet, the one with most articles first."""
        rows = self._db.execute(
            "SELECT outlet FROM live WHERE outlet IS NOT NULL GROUP BY outlet ORDER BY count(*) DESC, outlet"
        )
        return tuple(row[0] for row in rows)

    # --- words --------------------------------------------------------------------------------------------------

    def word_scores(self, generation: Generation, terms: Sequence[str], limit: int) -> dict[int, float]:
        """Passage id → BM25 score (larger is better) of the ``limit`` best passages for any of ``terms``."""
        query = _match_query(terms)
        if not query:
            return {}
        words = _words(generation.id)
        rows = self._db.execute(
            f"SELECT rowid, -bm25({words}) AS score FROM {words} WHERE {words} MATCH ? ORDER BY score DESC LIMIT ?",  # noqa: S608  # our own name
            (query, limit),
        )
        return dict(rows)

    def article_word_scores(self, terms: Sequence[str], limit: int) -> dict[str, float]:
        """Article id → BM25 score (larger is better) of the ``limit`` best; a word in the title counts double."""
        query = _match_query(terms)
        if not query:
            return {}
        rows = self._db.execute(
            "SELECT a.id, -bm25(article_words, 2.0, 1.0) AS score "
            "FROM article_words w JOIN live a ON a.row = w.rowid "
            "WHERE article_words MATCH ? ORDER BY score DESC LIMIT ?",
            (query, limit),
        )
        return dict(rows)

    def articles_with(self, phrases: Sequence[str], limit: int) -> list[str]:
        """Ids of the ``limit`` articles with most of ``phrases`` (rare ones count more), their words in a row.

        Words are compared as the word search does: by their stems, in any case, without marks.
        """
        written = [
            f'"{phrase}"' for phrase in phrases if any(map(str.isalnum, phrase)) and not set(phrase) & {'"', "\0"}
        ]
        if not written:
            return []
        rows = self._db.execute(
            "SELECT a.id FROM article_words w JOIN live a ON a.row = w.rowid "
            "WHERE article_words MATCH ? ORDER BY bm25(article_words) LIMIT ?",
            (f"text : ({' OR '.join(written)})", limit),
        )
        return [row[0] for row in rows]

    # --- what people say of answers -----------------------------------------------------------------------------

    def put_feedback(self, given: Feedback) -> None:
        """Keep a judgement; it takes the place of the same person's earlier one of the same pair."""
        receipt = given.receipt
        self._db.execute(
            'INSERT OR REPLACE INTO feedback (question, standalone, article, sha256, start, "end", score, "right", '
            "complaint, at, by, scale, words) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                given.question, given.standalone, receipt.article_id, receipt.sha256, receipt.span.start,
                receipt.span.end, given.score, given.right, given.complaint and given.complaint.value, given.at,
                given.by, given.scale, given.words,
            ),
        )  # fmt: skip

    def feedback(self) -> tuple[Feedback, ...]:
        """The judgements whose text is still stored as it was judged, oldest first."""
        rows = self._db.execute(f"{_FEEDBACK} JOIN live a ON a.id = f.article AND a.sha256 = f.sha256 ORDER BY f.id")
        return tuple(map(_feedback, rows))

    def count_feedback(self) -> int:
        """How many judgements `feedback` gives."""
        found = self._db.execute(
            "SELECT count(*) FROM feedback f JOIN live a ON a.id = f.article AND a.sha256 = f.sha256"
        )
        return int(found.fetchone()[0])

    def forget_feedback(self, article_id: str) -> None:
        """Remove every judgement of this article's passages, of earlier texts of it too."""
        self._db.execute("DELETE FROM feedback WHERE article = ?", (article_id,))

    def feedback_of(self, by: str) -> tuple[Feedback, ...]:
        """Every judgement under one pseudonym, of texts that were changed since too."""
        rows = self._db.execute(f"{_FEEDBACK} WHERE f.by = ? ORDER BY f.id", (by,))
        return tuple(map(_feedback, rows))

    def forget_feedback_of(self, by: str) -> int:
        """Remove every judgement under one pseudonym; returns how many there were."""
        return self._db.execute("DELETE FROM feedback WHERE by = ?", (by,)).rowcount

    @property
    def salt(self) -> bytes:
        """What keys the pseudonyms of this archive."""
        return bytes(self._db.execute("SELECT value FROM salt").fetchone()[0])

    def calibrated(self) -> Calibrated | None:
        """The threshold that was set for this archive, if one was."""
        row = self._db.execute("SELECT threshold, risk, labels, at, scale FROM calibration").fetchone()
        return None if row is None else Calibrated(*row)

    def put_calibrated(self, calibrated: Calibrated | None) -> None:
        """Set the archive's threshold; ``None`` takes it back."""
        self._db.execute("DELETE FROM calibration")
        if calibrated is not None:
            self._db.execute(
                "INSERT INTO calibration (id, threshold, risk, labels, at, scale) VALUES (1, ?, ?, ?, ?, ?)",
                (calibrated.threshold, calibrated.risk, calibrated.labels, calibrated.at, calibrated.scale),
            )

    # --- which message answers which ----------------------------------------------------------------------------

    def put_post(self, post: Post) -> None:
        """Keep which message answers a question, in place of what was kept of that question."""
        self._db.execute(
            "INSERT OR REPLACE INTO posts (question, answer, channel, asked, at) VALUES (?, ?, ?, ?, ?)",
            (post.question, post.answer, post.channel, post.asked, post.at),
        )

    def posts(self) -> tuple[Post, ...]:
        """All that are kept, oldest first."""
        return tuple(
            Post(*row) for row in self._db.execute("SELECT question, answer, channel, asked, at FROM posts ORDER BY at")
        )

    def forget_old_posts(self) -> None:
        """Forget all that was answered longer ago than it is kept; call inside a transaction."""
        self.forget_posts(before=(datetime.now(UTC) - KEPT).isoformat(timespec="seconds"))

    def forget_posts(self, *, question: int | None = None, before: str | None = None) -> None:
        """Forget what is kept of one question, or all that was answered before a time."""
        self._db.execute("DELETE FROM posts WHERE question = ? OR at < ?", (question, before))


class _OneByOne:
    """Runs a script's statements one by one, so that the transaction around them stays open."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.execute = db.execute

    def executescript(self, script: str) -> None:
        statement = ""
        for line in script.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                self.execute(statement)
                statement = ""


_ARTICLES = (
    "SELECT a.id, a.text, a.title, a.outlet, a.authors, a.date, a.url, a.sha256, o.words, o.licence "
    "FROM live a LEFT JOIN outlets o ON o.key = outlet_key(a.outlet)"
)
_PASSAGES = (
    'SELECT p.id, a.id, p.start, p."end", t.content, t.source, t.cue, t.kind, t.name, t.role, t.named, t.confidence '
    "FROM passages p JOIN articles a ON a.row = p.article LEFT JOIN attributions t ON t.id = p.said_by"
)
GONE = "gone"
"""What `Store.looked_at` says of an article that its source no longer has."""
_FEEDBACK = (
    'SELECT f.question, f.standalone, f.article, f.sha256, f.start, f."end", f.score, f."right", f.complaint, '
    "f.at, f.by, f.scale, f.words FROM feedback f"
)
_WORD = re.compile(r"[^\W_]+")


def _feedback(row: Sequence[Any]) -> Feedback:
    question, standalone, article, sha256, start, end, score, right, complaint, at, by, scale, words = row
    return Feedback(
        question, standalone, Receipt(article, sha256, Span(start, end)), score, bool(right),
        complaint and Complaint(complaint), at, by, scale, words,
    )  # fmt: skip


def _words(generation: int) -> str:
    """The table that indexes the words of the generation's passages, by their ids."""
    return f"passage_words_{generation:d}"


def _sought(text: str) -> str | bytes:
    """``text`` as something to look for. A lone surrogate has no UTF-8: as bytes it is sought, and equals no text."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def _article(row: Sequence[Any]) -> Article:
    article_id, text, title, outlet, authors, date, url, sha256, words, licence = row
    return Article(
        article_id, text, title, outlet, tuple(json.loads(authors)), date, url, sha256, Terms(words, licence)
    )


def _passage(row: Sequence[object]) -> Passage:
    passage_id, article_id, start, end, *said_by = row
    attribution = None if said_by[0] is None else _attribution(said_by)
    return Passage(str(article_id), Span(int(start), int(end)), attribution, int(passage_id))  # type: ignore[call-overload]


def _said_by(
    passage: int, stored: Sequence[str | None], decided: Mapping[int, Passage | None]
) -> tuple[str | None, str | None] | None:
    """Name and role of who says a passage, as moderators decided where they did; ``None`` where it is hidden."""
    if passage not in decided:
        name, role = stored
        return name, role
    shown = decided[passage]
    if shown is None:
        return None
    speaker = shown.said_by.speaker if shown.said_by else None
    return (speaker.name, speaker.role) if speaker else (None, None)


def _attribution(row: Sequence[object]) -> Attribution:
    content, source, cue, kind, name, role, named, confidence = row
    speaker = None if name is None else Speaker(str(name), None if role is None else str(role), bool(named))
    return Attribution(
        _spans(str(content)), _spans(str(source)), _spans(str(cue)), Kind(str(kind)), speaker, float(str(confidence))
    )


def _spans(text: str) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in json.loads(text))


def _spans_json(spans: Iterable[Span]) -> str:
    return json.dumps([[span.start, span.end] for span in spans])


_T = TypeVar("_T")


def _batches(items: list[_T], size: int) -> Iterator[list[_T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _match_query(terms: Sequence[str]) -> str:
    """An FTS5 query for any of the terms. Only letters and digits get in, each quoted: no member's query syntax."""
    words = dict.fromkeys(word for term in terms for word in _WORD.findall(term))
    # "US" is also written "U.S.", which the index holds as two words in a row.
    dotted = [" ".join(word) for word in words if len(word) in (2, 3) and word.isupper()]
    return " OR ".join(f'"{phrase}"' for phrase in [*words, *dotted])


_UNTELLING = frozenset("the a an mr mrs ms dr sir".split())
"""Words before a name or a description that tell nobody apart."""


def names_match(asked: str, name: str | None, role: str | None) -> bool:
    """Whether a speaker asked for as ``asked`` is this one: every word asked is a word of the name or the role.

    Articles and "Mr." may be left out or added; "spokesman" is found as "spokesperson".
    """
    wanted = _telling(asked)
    return bool(wanted) and wanted <= _telling(f"{name or ''} {role or ''}")


def _telling(text: str) -> set[str]:
    words = [word.casefold() for word in _WORD.findall(text)]
    return {ROLE_SYNONYMS.get(word, word) for word in words if word not in _UNTELLING}
