"""Quality of "who said what" beside its floors: ``python tests/quality/attribution.py`` from the top of the checkout.

Reads the annotated sets in ``../shared/data``; says so and ends with 0 where they are absent, ends with 1 when a figure
is under its floor. Extraction is measured on the part of PolNeAR that no rule was tuned on, with the scorer that
produced the anchors; naming is measured on GUM's news, interviews and biographies, where the source is "he" or "she".
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from index.attribution import attributions  # noqa: E402  (the checkout is not installed)

SHARED = ROOT.parent / "shared"
POLNEAR = SHARED / "data" / "polnear" / "dev.jsonl.gz"
GUM = SHARED / "data" / "gum_attribution" / "dev.jsonl.gz"
SCORER = SHARED / "tools" / "score_attributions.py"

# Floors are a point or two under what was measured when they were set: one article moves a figure by that much.
# Anchors: rules over a dependency parse (joint), GenderGapTracker (speech slice); on PolNeAR's test part.
FLOORS: dict[str, tuple[float, str]] = {
    "content partial F1": (55.5, "57.3 rules over a parse, 72.6 tuned MiniLM"),
    "joint precision": (83.5, "72.1 rules over a parse, 63.7 tuned MiniLM"),
    "joint recall": (37.5, "38.3 rules over a parse, 52.7 tuned MiniLM"),
    "speech slice joint recall": (73.0, "67.1 rules over a parse, 74.1 tuned MiniLM, 91.5 humans"),
    "direct joint recall": (81.0, "no anchor"),
    "pronoun: right name": (40.0, "no anchor"),
    "pronoun: no wrong name": (95.0, "no anchor"),
    "name: no wrong name": (98.0, "no anchor"),
}


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_attributions", SCORER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def spans_of(text: str) -> list[dict[str, list[list[int]]]]:
    return [
        {role: [[s.start, s.end] for s in getattr(found, role)] for role in ("source", "cue", "content")}
        for found in attributions(text)
    ]


def extraction() -> dict[str, float]:
    """Figures on the articles that were not used while the rules were written."""
    gold = [row for row in rows(POLNEAR) if row["official_split"] == "dev"]
    report = scorer().score(gold, [{"id": row["id"], "attributions": spans_of(row["text"])} for row in gold])
    return {
        "content partial F1": report["content.partial"]["F1"],
        "joint precision": report["joint"]["P"],
        "joint recall": report["joint"]["R"],
        "speech slice joint recall": report["slice.speech"]["joint_R"],
        "direct joint recall": report["kind.direct"]["joint_R"],
    }


def naming() -> dict[str, float]:
    """Share of found attributions whose source is a person: a right name, a wrong one, or none."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows(GUM):
        if row["genre"] not in ("news", "interview", "bio"):
            continue
        found = attributions(row["text"])
        for gold in row["attributions"]:
            entity = gold.get("source_entity")
            if not entity or entity["type"] != "person" or not entity["name"] or gold["polarity"] != "positive":
                continue
            start, end = gold["source"][0]
            pronoun = row["text"][start:end].lower() in ("he", "she")
            if entity["pronoun"] and not pronoun:
                continue
            mine = next((a for a in found if any(s.start < end and start < s.end for s in a.source)), None)
            if mine is None:
                continue
            known = {row["text"][a:b].lower() for a, b in entity["mentions"]} | {entity["name"].lower()}
            counts["pronoun" if pronoun else "name", verdict(mine.speaker and mine.speaker.name.lower(), known)] += 1
    print(f"naming: {dict(counts)}")
    figures = {}
    for kind in ("pronoun", "name"):
        total = sum(n for (k, _), n in counts.items() if k == kind)
        figures[f"{kind}: right name"] = 100 * counts[kind, "right"] / total
        figures[f"{kind}: no wrong name"] = 100 - 100 * counts[kind, "wrong"] / total
    return figures


def verdict(name: str | None, known: set[str]) -> str:
    if name is None:
        return "none"
    return "right" if any(name in k or k in name or name.split()[-1] == k.split()[-1] for k in known) else "wrong"


def main() -> int:
    if not (POLNEAR.exists() and GUM.exists() and SCORER.exists()):
        print(
            "Skipped: the annotated articles in ../shared are not here, and they cannot be published with the project."
        )
        return 0
    started = time.perf_counter()
    figures = extraction() | naming()
    dropped = False
    for name, value in figures.items():
        floor, anchor = FLOORS.get(name, (0.0, "no anchor"))
        under = value < floor
        dropped |= under
        print(f"{name:28} {value:6.1f}   floor {floor:5.1f}   ({anchor}){'   UNDER ITS FLOOR' if under else ''}")
    print(f"{time.perf_counter() - started:.0f} s")
    return int(dropped)


if __name__ == "__main__":
    sys.exit(main())
