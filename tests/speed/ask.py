"""How long asking and adding take beside the model itself: ``python tests/speed/ask.py`` from the top of the checkout.

Ratios are what can be compared between machines: a question against the encoding of that question, adding unchanged
articles again against adding them first. With ``--encoder words`` nothing but the archive's own work is timed; with
``model`` (the default) the configured model encodes. Articles are taken from ``../shared/data/wh_briefings`` where it
is there, else made up. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import gzip
import json
import runpy
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "index")]

from archives import draft  # noqa: E402  # after the path to it

from index.archive import Archive  # noqa: E402
from index.encoder import SentenceEncoder  # noqa: E402
from index.types import Draft  # noqa: E402

BRIEFINGS = ROOT.parent / "shared" / "data" / "wh_briefings" / "dev.jsonl.gz"
LONGEST = 20_000
"""Characters; transcripts of a whole day would be most of the time."""

QUESTIONS = (
    "How much money did the infrastructure law provide for bridges?",
    "Who was nominated to lead the agency?",
    "What did the President say about inflation?",
    "When will the sanctions take effect?",
    "Why was the emergency declared?",
    "How many visitors came to the harbour?",
    "Which countries joined the agreement?",
    "Best pizza in New York?",
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--encoder", choices=("model", "words"), default="model")
    options.add_argument("--articles", type=int, default=100)
    options.add_argument("--rounds", type=int, default=5, help="times each question is asked")
    chosen = options.parse_args()
    encoder = _encoder(chosen.encoder)
    encoder.encode(QUESTIONS[:1])  # the first text waits for what is loaded late
    drafts = list(_drafts(chosen.articles))
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder), encoder=encoder) as archive:
        first = _seconds(lambda: list(archive.add_all(drafts)))
        again = _seconds(lambda: list(archive.add_all(drafts)))
        cold = _seconds(lambda: archive.ask(QUESTIONS[0]))
        asked = [_seconds(lambda q=q: archive.ask(q)) for _ in range(chosen.rounds) for q in QUESTIONS]
        encoded = [_seconds(lambda q=q: encoder.encode([q])) for _ in range(chosen.rounds) for q in QUESTIONS]
        status = archive.status()
    asking, encoding = statistics.median(asked), statistics.median(encoded)
    print(f"{status.articles} articles, {status.passages} passages, {status.attributions} claims; {encoder.name}")
    print(f"first add              {first:9.2f} s    {1000 * first / max(1, len(drafts)):.1f} ms an article")
    print(f"add again, unchanged   {again:9.2f} s    {again / first:.3f} of the first add")
    print(f"first question         {1000 * cold:9.1f} ms   with the vectors read from the file")
    print(f"a question, median     {1000 * asking:9.1f} ms   slowest {1000 * max(asked):.1f} ms")
    print(f"encoding it, median    {1000 * encoding:9.1f} ms")
    print(f"asking / encoding      {asking / encoding:9.2f}")


def _encoder(name: str) -> Any:
    if name == "model":
        return SentenceEncoder()
    return runpy.run_path(str(ROOT / "tests" / "conftest.py"))["WordsEncoder"]()


def _drafts(count: int) -> Iterator[Draft]:
    if not BRIEFINGS.is_file():
        yield from (draft(number) for number in range(count))
        return
    with gzip.open(BRIEFINGS, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if count and len(row["text"]) <= LONGEST:
                count -= 1
                yield Draft(row["text"], row["title"], row["publisher"], (), row["date"], row["url"], row["id"])


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
