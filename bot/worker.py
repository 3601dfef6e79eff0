"""The one thread that owns the archives: synchronous work in, awaitable results out.

Every call names the server it is for and is given that server's archive and no other. The archive of a server is
called by the server's id, so two servers share no file, no index and no cache.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from bot.servers import note_used
from index.archive import Archive
from index.encoder import Encoder, SentenceEncoder
from index.settings import IndexSettings

log = logging.getLogger(__name__)

T = TypeVar("T")

OPEN_ARCHIVES = 64
"""Archives kept open at once; the one that was asked longest ago is closed for another."""


@dataclass(frozen=True, slots=True)
class _Job:
    server: int
    work: Callable[[Archive], Any]
    changes: bool
    done: Future[Any]


class LazyEncoder:
    """The configured model, loaded when its first vector is needed, once for all archives."""

    def __init__(self, settings: IndexSettings) -> None:
        self._settings = settings.encoder
        self._loaded: SentenceEncoder | None = None
        self.name = self._settings.model

    @property
    def _model(self) -> SentenceEncoder:
        if self._loaded is None:
            self._loaded = SentenceEncoder(self._settings)
        return self._loaded

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._model.dimension

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape ``(len(texts), dimension)``."""
        return self._model.encode(texts)

    def word_vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of single words, one row each."""
        return self._model.word_vectors(words)


class Worker:
    """Owns one archive for each server, on one thread; and a few threads for what needs no archive."""

    def __init__(
        self, data: Path, settings: IndexSettings = IndexSettings(), *, encoder: Encoder | None = None
    ) -> None:
        self._data = data
        self._settings = settings
        self._encoder: Encoder = encoder or LazyEncoder(settings)
        self._archives: OrderedDict[int, Archive] = OrderedDict()
        self._waiting: deque[_Job] = deque()
        self._lock = threading.Lock()
        self._changing: set[int] = set()
        self._closed = False
        self.changed: Callable[[], object] | None = None
        """Called on the archives' thread after each work that changed one."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="archives")
        self._aside = ThreadPoolExecutor(4, thread_name_prefix="reading")

    async def call(self, server: int, work: Callable[[Archive], T], *, changes: bool = False) -> T:
        """Run ``work`` with the archive of ``server``, on the thread that owns it; raises what it raises.

        Work that ``changes`` the archive never begins within another change of it.
        """
        job = _Job(server, work, changes, Future())
        with self._lock:
            self._waiting.append(job)
        # This turn may run a job that waited longer, and another turn this one: only the job's own end counts.
        asyncio.get_running_loop().run_in_executor(self._thread, self._turn)
        return await asyncio.wrap_future(job.done)

    @property
    def waiting(self) -> int:
        """How many jobs wait for their turn, the one that runs not counted."""
        return len(self._waiting)

    async def aside(self, work: Callable[[], T]) -> T:
        """Run what needs no archive (fetching and reading a source) without keeping questions waiting."""
        return await asyncio.get_running_loop().run_in_executor(self._aside, work)

    async def drop(self, server: int, then: Callable[[], T]) -> T:
        """Close the archive of ``server`` and do something with its files before anybody opens it again."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._drop, server, then)

    async def warm(self) -> None:
        """Load the model before somebody waits for it."""
        await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self._encoder.dimension)

    def serve_waiting(self) -> None:
        """From within a long change, where the archive is in a complete state: run what waits meanwhile."""
        while job := self._next():
            self._run(job)

    async def close(self) -> None:
        """Finish what runs, drop what waits, close every archive. The worker cannot be used afterwards."""
        if self._closed:
            return
        self._closed = True
        with self._lock:
            waiting = list(self._waiting)
            self._waiting.clear()
        for job in waiting:
            job.done.cancel()
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close_archives)
        self._thread.shutdown(wait=False)
        self._aside.shutdown(wait=False, cancel_futures=True)

    # Everything below runs on the thread that owns the archives.

    def _turn(self) -> None:
        if job := self._next():
            self._run(job)

    def _next(self) -> _Job | None:
        with self._lock:
            for job in self._waiting:
                if not (job.changes and job.server in self._changing):
                    self._waiting.remove(job)
                    return job
        return None

    def _run(self, job: _Job) -> None:
        if not job.done.set_running_or_notify_cancel():
            return
        if job.changes:
            self._changing.add(job.server)
        try:
            result = job.work(self._archive(job.server))
        except BaseException as error:  # noqa: BLE001  # carried to whoever awaits the job
            job.done.set_exception(error)
        else:
            job.done.set_result(result)
        finally:
            if job.changes:
                self._changing.discard(job.server)
                if self.changed is not None:
                    self.changed()

    def _archive(self, server: int) -> Archive:
        archive = self._archives.get(server)
        if archive is None:
            # Only those that a change further up is still working with must stay open.
            idle = [kept for kept in self._archives if kept not in self._changing]
            if len(self._archives) >= OPEN_ARCHIVES and idle:
                self._archives.pop(idle[0]).close()
            archive = Archive.open(self._data, str(server), self._settings, encoder=self._encoder)
            note_used(archive.path)
            self._archives[server] = archive
        self._archives.move_to_end(server)
        return archive

    def _drop(self, server: int, then: Callable[[], T]) -> T:
        if (archive := self._archives.pop(server, None)) is not None:
            archive.close()
        return then()

    def _close_archives(self) -> None:
        while self._archives:
            self._archives.popitem()[1].close()
