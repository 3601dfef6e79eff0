"""What every part of an archive stands on: its file, its lock, its models and what of it is kept in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from index import reader, speakers
from index.audit import Log
from index.crossreader.weights import SHA256 as CROSSREADER
from index.encoder import Encoder, SentenceEncoder
from index.errors import ArchiveError, ArchiveLocked, NoSuchArticle, PassageHidden, ReceiptBroken
from index.lexicon import Lexicon
from index.settings import IndexSettings
from index.store import Derived, Generation, Store, vector_key
from index.types import Article, Attribution, Receipt, sha256_of
from index.vectors import Vectors

TOGETHER = 64
"""Texts that are embedded before others are served: about 200 ms on two threads."""

WAIT_FOR_LOCK = 30.0
"""Seconds to wait for another process that is changing the same archive."""


class Core:
    """An archive's file with its lock, models and vectors. Synchronous; used by one thread at a time."""

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
        self._asked: dict[tuple[str, str], NDArray[np.float32]] = {}
        self._previewed: dict[str, tuple[Attribution, ...]] = {}

    @property
    def made_with(self) -> tuple[str, str]:
        """The model and the rules that an index is made with today."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the archive's file."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def log(self) -> Log:
        """Who changed what."""
        return self._store.log

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

    def _served(self) -> Generation | None:
        return self._store.generation("served")

    def _served_or_first(self) -> Generation:
        served = self._served()
        if served is None:
            with self._store.transaction():
                # Looked for again: another process may have been first, and what it serves must stay.
                served = self._served() or self._store.new_generation("served", *self.made_with)
        return served

    def _expect(self, *generations: Generation) -> None:
        """Another process must not have promoted, replaced or rolled back these while this one was at work."""
        if any(self._store.generation(generation.state) != generation for generation in generations):
            raise ArchiveError(
                "Another process has re-indexed, promoted or rolled back this archive meanwhile; "
                "see `onrecord status`, then try again."
            )

    @property
    def mark(self) -> str:
        """Names what is served: another one after an article came in or changed, and after a switch of generations."""
        return self._store.mark

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

    def articles(self) -> tuple[Article, ...]:
        """All articles, in the order they were added."""
        return tuple(self._store.articles())

    def article(self, article_id: str) -> Article:
        """One article. Raises ``NoSuchArticle``."""
        return self._store.article(article_id)

    def origin(self, article_id: str) -> str | None:
        """The file an article was read from, where it was one."""
        return self._store.origin(article_id)

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
