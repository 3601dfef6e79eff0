"""How long a re-index takes beside a full one: ``python tests/speed/reindex.py`` from the top of the checkout.

Three of the same articles: one that embeds and derives everything, one after which nothing has changed, and one after
which one article in a hundred has another sentence; each with promoting it. Articles are taken from
``../shared/data/wh_briefings`` where it is there, else made up. Nothing is asserted; ratios are what can be compared
between machines.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "speed")]

from ask import _drafts, _encoder  # noqa: E402  # after the path to it

from index.archive import Archive  # noqa: E402
from index.review import Found, Looked  # noqa: E402
from index.types import Draft  # noqa: E402


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--encoder", choices=("model", "words"), default="model")
    options.add_argument("--articles", type=int, default=100)
    chosen = options.parse_args()
    encoder = _encoder(chosen.encoder)
    encoder.encode(["the first text waits for what is loaded late"])
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder), encoder=encoder) as archive:
        full = _seconds(lambda: list(archive.add_all(_drafts(chosen.articles))))
        unchanged, promoting = _seconds(archive.reindex), _seconds(archive.promote)
        few = archive.to_look_at()[:: max(1, chosen.articles // max(1, chosen.articles // 100))]
        changed = _seconds(lambda: _reindex_changed(archive, few))
        switching = _seconds(archive.promote)
        status = archive.status()
    print(f"{status.articles:,} articles, {status.passages:,} passages")
    print(f"all of them embedded and derived   {full:8.2f} s")
    for name, built, promoted in (
        ("nothing changed", unchanged, promoting),
        (f"{len(few)} with another sentence", changed, switching),
    ):
        share = full / (built + promoted)
        print(f"{name:34} {built:8.2f} s, promoting it {promoted:.2f} s: 1/{share:.0f} of the full run")


def _reindex_changed(archive: Archive, few: tuple) -> None:
    for number, article in enumerate(few):
        draft = Draft(f"{article.text}\nA correction was made to this article, the {number + 1}th of its kind.")
        archive.looked(article, Looked(Found.CHANGED, draft))
    archive.reindex()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
