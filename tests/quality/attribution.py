"""Quality of "who said what" beside its floors: ``python tests/quality/attribution.py`` from the top of the checkout.

Reads the annotated sets in ``../shared/data``; says so and ends with 0 where they are absent, ends with 1 when a figure
is under its floor. Extraction is measured on the part of PolNeAR that no rule and no weight was tuned on, with the
scorer that produced the anchors: all that is *read* (beliefs and plans too, as they are annotated), what of it is
*shown* as somebody's words, and the tier of it that is *sure*. Naming is measured on GUM's news, interviews and
biographies, where the source is "he" or "she".
"""

from __future__ import annotations

import gzip
import importlib.util
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from index.attribution import Claim, attributions, claims  # noqa: E402  (the checkout is not installed)

SHARED = ROOT.parent / "shared"
POLNEAR = SHARED / "data" / "polnear" / "dev.jsonl.gz"
GUM = SHARED / "data" / "gum_attribution" / "dev.jsonl.gz"
SCORER = SHARED / "tools" / "score_attributions.py"

SURE = 0.9

# Floors are a point or two under what was measured when they were set: one article moves a figure by that much.
# Anchors, on PolNeAR's test part: rules over a dependency parse, a MiniLM with its top half tuned, two people; strict
# spans of BERT-Cofe on another file of the same corpus.
FLOORS: dict[str, tuple[float, str]] = {
    "read: joint F1": (70.5, "50.0 rules over a parse, 57.7 tuned MiniLM, 73.8 people"),
    "read: joint precision": (74.4, "72.1 rules over a parse, 63.7 tuned MiniLM, 72.0 people"),
    "read: content partial F1": (76.2, "57.3 rules over a parse, 72.6 tuned MiniLM, 79.7 people"),
    "read: strict source F1": (78.0, "73.3 tuned MiniLM, 83.2 BERT-Cofe"),
    "read: strict cue F1": (69.0, "69.7 tuned MiniLM, 75.3 BERT-Cofe"),
    "read: strict content F1": (62.8, "61.7 tuned MiniLM, 72.9 BERT-Cofe"),
    "read: speech slice joint recall": (83.4, "67.1 rules over a parse, 74.1 tuned MiniLM, 91.5 people"),
    "read: direct joint recall": (90.2, "no anchor"),
    "shown: joint precision": (84.2, "no anchor"),
    "shown: speech slice joint recall": (77.2, "no anchor"),
    "sure: joint precision": (93.3, "91.6 where tagger and rules agree"),
    "sure: joint recall": (35.3, "31.9 where tagger and rules agree"),
    "pronoun: right name": (73.0, "no anchor"),
    "pronoun: no wrong name": (100.0, "no anchor"),
    "name: right name": (91.0, "no anchor"),
    "name: no wrong name": (99.0, "no anchor"),
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


def spans_of(found: Iterable[Claim]) -> list[dict[str, list[list[int]]]]:
    return [
        {role: [[s.start, s.end] for s in getattr(one.attribution, role)] for role in ("source", "cue", "content")}
        for one in found
    ]


def extraction() -> dict[str, float]:
    """Figures on the articles that neither the rules nor the weights have seen."""
    gold = [row for row in rows(POLNEAR) if row["official_split"] == "dev"]
    started = time.process_time()
    found = {row["id"]: claims(row["text"]) for row in gold}
    taken = time.process_time() - started
    words = sum(len(row["text"].split()) for row in gold)
    print(f"{len(gold)} articles, {1000 * 25 * taken / words:.1f} ms of processor for 25 words")
    figures = {}
    for name, those in (
        ("read", found),
        ("shown", {id_: [one for one in every if one.shown] for id_, every in found.items()}),
        ("sure", {id_: [one for one in every if one.attribution.confidence >= SURE] for id_, every in found.items()}),
        ("rules alone", {row["id"]: claims(row["text"], learned=False) for row in gold}),
    ):
        report = scorer().score(gold, [{"id": id_, "attributions": spans_of(every)} for id_, every in those.items()])
        figures |= {
            f"{name}: joint F1": report["joint"]["F1"],
            f"{name}: joint precision": report["joint"]["P"],
            f"{name}: joint recall": report["joint"]["R"],
            f"{name}: content partial F1": report["content.partial"]["F1"],
            f"{name}: strict source F1": report["source.exact"]["F1"],
            f"{name}: strict cue F1": report["cue.exact"]["F1"],
            f"{name}: strict content F1": report["content.exact"]["F1"],
            f"{name}: speech slice joint recall": report["slice.speech"]["joint_R"],
            f"{name}: direct joint recall": report["kind.direct"]["joint_R"],
        }
    return figures


def naming() -> dict[str, float]:
    """Share of found attributions whose source is a person: a right name, a wrong one, or none."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows(GUM):
        if row["genre"] not in ("news", "interview", "bio"):
            continue
        found = attributions(row["text"])
        for gold in row["attributions"]:
            entity = gold.get("source_entity")
            # "A woman" and "you" are no names, though they are the longest the text has for somebody.
            named = entity and entity["type"] == "person" and any(map(str.isupper, entity["name"] or ""))
            if not named or gold["polarity"] != "positive":
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
        floor, anchor = FLOORS.get(name, (0.0, "no anchor"))  # the others say where a change went
        under = value < floor
        dropped |= under
        print(f"{name:33} {value:6.1f}   floor {floor:5.1f}   ({anchor}){'   UNDER ITS FLOOR' if under else ''}")
    print(f"{time.perf_counter() - started:.0f} s")
    return int(dropped)


if __name__ == "__main__":
    sys.exit(main())
