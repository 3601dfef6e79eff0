"""How long reading who said what takes: ``python tests/speed/attribution.py`` from the top of the checkout.

Prints milliseconds for each 25 words over whole articles, on one thread, for the rules, the tagger and both with names,
and the ratio to the encoder alone on the same sentences; then how long the tagger takes to load. Articles are taken
from ``../shared/data/polnear`` where it is there, else made up. Nothing is asserted.
"""

from __future__ import annotations

import gzip
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import torch  # noqa: E402  (the checkout is not installed)

from index.attribution import attributions  # noqa: E402
from index.attribution.layout import layout  # noqa: E402
from index.attribution.rules import links  # noqa: E402
from index.attribution.weights import load  # noqa: E402
from index.encoder import SentenceEncoder  # noqa: E402
from index.sentences import sentence_spans  # noqa: E402
from index.settings import EncoderSettings  # noqa: E402

POLNEAR = ROOT.parent / "shared" / "data" / "polnear" / "dev.jsonl.gz"
ARTICLES = 30
ROUNDS = 3


def texts() -> list[str]:
    if not POLNEAR.exists():
        sentence = (
            "The bridge will stay closed until May, Ann Cole said on Friday, and the council agreed to pay for it. "
        )
        return [(sentence * 4 + "\n\n") * 10] * ARTICLES
    with gzip.open(POLNEAR, "rt", encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["official_split"] == "dev"]
    return [row["text"] for row in rows[:ARTICLES]]


def processor_seconds(work: Callable[[], object]) -> float:
    """The least of a few rounds, in time of the processor: other work on the machine does not count."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return best


def main() -> None:
    torch.set_num_threads(1)
    articles = texts()
    words = sum(len(text.split()) for text in articles)
    encoder = SentenceEncoder(EncoderSettings(threads=1))
    encoder.encode(["The first text waits for what is loaded late."])
    started = time.process_time()
    tagger, _ = load()
    loading = time.process_time() - started
    sentences = [span.of(text) for text in articles for span in sentence_spans(text) if span.of(text).strip()]
    laid_out = [layout(text) for text in articles]
    linked = [links(one) for one in laid_out]
    encoder.encode(sentences[:8])
    tagger.tagged(laid_out[0], linked[0])
    figures = {
        "encoder alone": processor_seconds(lambda: encoder.encode(sentences)),
        "rules": processor_seconds(lambda: [links(layout(text)) for text in articles]),
        "tagger": processor_seconds(lambda: [tagger.tagged(*both) for both in zip(laid_out, linked, strict=True)]),
        "all, with names": processor_seconds(lambda: [attributions(text) for text in articles]),
    }
    for name, seconds in figures.items():
        print(
            f"{name:16} {1000 * 25 * seconds / words:6.2f} ms for 25 words"
            f"   {seconds / figures['encoder alone']:5.2f} of the encoder"
        )
    print(f"{'loading':16} {loading:6.2f} s beside the encoder")


if __name__ == "__main__":
    main()
