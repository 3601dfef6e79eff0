"""Questions asked without a pause while everything is re-indexed, promoted and rolled back: none fails, none is mixed.

One article in ten has another sentence at its source, one in fifty is gone there. Every answer is compared with the
texts that were served when it was made: before promoting those from before, afterwards those from after. Exit code 1
when a question fails, an answer is mixed, or too few were asked to tell.

    python tests/quality/reindexing.py [--articles 1000] [--archive FOLDER/NAME [--taken-over]]
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "speed")]

from ask import QUESTIONS, _drafts  # noqa: E402  # after the path to it

from bot.worker import Worker  # noqa: E402
from index.archive import Archive  # noqa: E402
from index.review import Found, Looked, Scope  # noqa: E402
from index.types import Abstention, Answer, Draft  # noqa: E402

SERVER = 1
LEAST = 20
"""Questions that must have been answered meanwhile for the figures to mean something."""


class Watch:
    """Asks on and on, and compares every answer with what is served."""

    def __init__(self, worker: Worker, served: dict[str, str]) -> None:
        self.worker, self.served = worker, served
        self.asked = self.failed = self.mixed = 0
        self.slowest = 0.0
        self.over = False

    async def run(self) -> None:
        while not self.over:
            question = QUESTIONS[self.asked % len(QUESTIONS)]
            began = time.perf_counter()
            try:
                await self.worker.call(SERVER, lambda archive, asked=question: self._one(archive, asked))
            except Exception as error:  # noqa: BLE001  # each is counted and named
                self.failed += 1
                print(f"failed: {question!r}: {error!r}")
            self.asked += 1
            self.slowest = max(self.slowest, time.perf_counter() - began)

    def _one(self, archive: Archive, question: str) -> None:
        reply = archive.ask(question, suggest=False)
        assert isinstance(reply, Answer | Abstention)
        for hit in reply.hits if isinstance(reply, Answer) else reply.nearest:
            if self.served.get(hit.article.id) != hit.article.text or hit.quote not in hit.article.text:
                self.mixed += 1
                print(f"mixed: {question!r}: {hit.article.id}")


async def measured(data: Path, *, anew: bool) -> Watch:
    worker = Worker(data)
    texts = await worker.call(SERVER, lambda archive: {a.id: a.text for a in archive.articles()})
    watch = Watch(worker, texts)
    asking = asyncio.create_task(watch.run())

    def build(archive: Archive) -> None:
        for number, article in enumerate(archive.to_look_at()):
            if number % 50 == 7:
                archive.looked(article, Looked(Found.GONE))
            elif number % 10 == 3:
                archive.looked(article, Looked(Found.CHANGED, Draft(f"{article.text}\nThis was corrected on Friday.")))
            worker.serve_waiting()
        archive.reindex(scope=Scope(anew=anew), progress=lambda *_: worker.serve_waiting())

    def switch(archive: Archive, *, back: bool) -> None:
        archive.rollback() if back else archive.promote()
        watch.served = {article.id: article.text for article in archive.articles()}

    await worker.call(SERVER, build, changes=True)
    for back in (False, True, True):
        await worker.call(SERVER, lambda archive, back=back: switch(archive, back=back), changes=True)
        await asyncio.sleep(2)
    watch.over = True
    await asking
    await worker.close()
    return watch


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--articles", type=int, default=12)
    options.add_argument("--archive", type=Path, help="a copy of this archive instead of one that is made")
    options.add_argument("--taken-over", action="store_true", help="what did not change is not derived anew")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if chosen.archive:
            shutil.copytree(chosen.archive, Path(folder) / str(SERVER))
        else:
            with Archive.open(Path(folder), str(SERVER)) as archive:
                for _ in archive.add_all(_drafts(chosen.articles)):
                    pass
        began = time.perf_counter()
        watch = asyncio.run(measured(Path(folder), anew=not chosen.taken_over))
    took = time.perf_counter() - began
    good = not (watch.failed or watch.mixed) and watch.asked >= LEAST
    print(f"{watch.asked:,} questions in {took:.0f} s, the slowest answered after {watch.slowest:.1f} s")
    print(
        f"failed {watch.failed} (0), mixed {watch.mixed} (0), asked {watch.asked} ({LEAST}): {'ok' if good else 'BAD'}"
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
