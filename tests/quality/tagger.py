"""The learned tagger, which answers do not ask yet, beside its floors: ``python tests/quality/tagger.py``.

PolNeAR's development part, which it was not trained on, with the scorer that produced the anchors. One line for each
least probability that a claim must have: the table of ``index/attribution/MODEL_CARD.md``. Says so and ends with 0
where the annotated articles are absent, ends with 1 when a figure is under its floor.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from attribution import POLNEAR, SCORER, rows, scorer

from index.attribution.judge import Judged, judged
from index.attribution.layout import layout
from index.attribution.rules import links
from index.attribution.weights import load

LEAST = (0.0, 0.3, 0.5, 0.75, 0.9)
# A point under what was measured when they were set. Anchors, on PolNeAR's test part: a tuned MiniLM P 63.7 / R 52.7 /
# F1 57.7, with rules 60.9; where the two agree P 91.6 at R 31.9; two people 73.8.
FLOORS: dict[tuple[float, str], float] = {(0.3, "F1"): 68.2, (0.3, "P"): 74.0, (0.9, "P"): 94.9, (0.9, "R"): 24.5}


def main() -> int:
    if not (POLNEAR.exists() and SCORER.exists()):
        print("tagger: skipped, the annotated articles are not beside the checkout.")
        return 0
    gold = [row for row in rows(POLNEAR) if row["official_split"] == "dev"]
    tagger, calibration = load()
    found: dict[str, tuple[Judged, ...]] = {}
    started = time.process_time()
    for row in gold:
        laid_out = layout(row["text"])
        linked = links(laid_out)
        found[row["id"]] = judged(laid_out, linked, tagger.tagged(laid_out, linked), calibration)
    seconds = time.process_time() - started
    words = sum(len(row["text"].split()) for row in gold)
    print(f"{len(gold)} articles, {1000 * 25 * seconds / words:.1f} ms of processor for 25 words, rules included")
    dropped = False
    for least in LEAST:
        claims = [
            {
                "id": article,
                "attributions": [
                    {role: [[s.start, s.end] for s in getattr(claim, role)] for role in ("source", "cue", "content")}
                    for claim in judgements
                    if claim.probability >= least
                ],
            }
            for article, judgements in found.items()
        ]
        report = scorer().score(gold, claims)
        strict = "/".join(f"{report[f'{role}.exact']['F1']}" for role in ("source", "cue", "content"))
        under = [name for (at, name), floor in FLOORS.items() if at == least and report["joint"][name] < floor]
        dropped |= bool(under)
        print(
            f"from {least:4}: joint {report['joint']}  content partial F1 {report['content.partial']['F1']}  "
            f"strict source/cue/content {strict}  speech slice {report['slice.speech']['joint_R']}  "
            f"direct {report['kind.direct']['joint_R']}{f'   {under} UNDER ITS FLOOR' if under else ''}"
        )
    return int(dropped)


if __name__ == "__main__":
    sys.exit(main())
