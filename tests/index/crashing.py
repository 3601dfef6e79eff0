"""A process that changes an archive until it is killed. Run by test_archive_crash.py: ``python crashing.py DATA``.

It imports everything once and forks for each line ``FIRST STATEMENT`` on its input: the child does the steps from
number FIRST on, writes each one's number when it is done, and ends itself by SIGKILL before the SQL statement of that
number (0: never, it waits to be killed). Written are ``pid N``, the steps, and ``over`` when the child is no more.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from collections.abc import Mapping
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from archives import draft  # noqa: E402  # after the path to it

from index.archive import Archive  # noqa: E402
from index.attribution import attributions  # noqa: E402


def after(state: Mapping[str, str], step: int) -> dict[str, str]:
    """Article id → text, when the step of that number is done: articles put in, changed, one taken out, or none."""
    match step % 6:
        case 2:
            return {id_: text for id_, text in state.items() if id_ != _taken(step)}
        case 4 | 5:
            return dict(state)
        case _:
            return {**state, **{_id(new): _draft(new, step).text for new in _put(step)}}


def do(archive: Archive, step: int) -> None:
    """Step number ``step``."""
    match step % 6:
        case 2:
            if _taken(step) in {article.id for article in archive.articles()}:
                archive.remove(_taken(step))
        case 4:
            archive.reindex()
            archive.promote()
        case 5:
            if archive.status().previous is not None:
                archive.rollback()
        case _:
            list(archive.add_all(_draft(new, step) for new in _put(step)))


def _put(step: int) -> range:
    return range(step % 5, step % 5 + 3)


def _id(number: int) -> str:
    return f"article-{number}"


def _taken(step: int) -> str:
    return _id(step // 6 % 7)


def _draft(number: int, step: int):  # type: ignore[no-untyped-def]
    return draft(number, more=f" It was step {step}.")


def words_encoder():  # type: ignore[no-untyped-def]
    """The encoder of the tests' conftest, which cannot be imported by its name from here."""
    return runpy.run_path(str(ROOT / "tests" / "conftest.py"))["WordsEncoder"]()


def _work(data: Path, encoder, first: int, statement: int) -> None:  # type: ignore[no-untyped-def]
    archive = Archive.open(data, encoder=encoder)
    statements = count(1)

    def watch(_: str) -> None:
        if next(statements) == statement:
            os.kill(os.getpid(), signal.SIGKILL)

    archive._store._db.set_trace_callback(watch)
    for step in count(first):
        do(archive, step)
        os.write(1, f"{step}\n".encode())


def main() -> None:
    data, encoder = Path(sys.argv[1]), words_encoder()
    attributions("Ann Cole said that it rained.")  # loads the tagger, which each child would load anew
    for line in sys.stdin:
        first, statement = map(int, line.split())
        child = os.fork()
        if not child:
            try:
                _work(data, encoder, first, statement)
            finally:
                os._exit(1)  # it is only ever killed
        os.write(1, f"pid {child}\n".encode())
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        os.write(1, b"over\n")


if __name__ == "__main__":
    main()
