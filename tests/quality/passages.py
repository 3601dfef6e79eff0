"""Hard cases of who said what, in short passages of our own: ``python tests/quality/passages.py``.

``passages/passages.jsonl`` has 48 of them, each with every claim in it: spans of source, cue and content, the speaker
as the passage proves them (or nobody), and the kind of act. They are written to be hard: nested beliefs, refusals,
anonymous sources, two people of one name, names that come after the quotation. What is wrong is printed.
  found                 content with half of its characters in common, and a source that overlaps
  whole                 of those, content that begins and ends where it should
  right name, act       of those, the same speaker; speech, writing or belief
  no wrong name         claims under a name that is not the speaker's, or that are no claims, are none of these
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from index.attribution import Claim, claims
from index.attribution.judge import same_content
from index.types import Span

PASSAGES = Path(__file__).parent / "passages" / "passages.jsonl"

FLOORS = {"found": 0.98, "whole": 0.98, "right name": 0.98, "right act": 0.98, "no wrong name": 1.0}
# One claim under what was measured: one is .02 of them. No anchor: nobody else has read them.


def spans(pairs: list[list[int]]) -> tuple[Span, ...]:
    return tuple(Span(start, end) for start, end in pairs)


def partner(wanted: dict[str, Any], found: tuple[Claim, ...]) -> Claim | None:
    for claim in found:
        said = claim.attribution
        pointed = any(one.overlaps(other) for one in said.source for other in spans(wanted["source"]))
        if pointed and same_content(said.content, spans(wanted["content"])):
            return claim
    return None


def main() -> int:
    counts = dict.fromkeys(FLOORS, 0)
    total, named = 0, 0
    for line in PASSAGES.read_text("utf-8").splitlines():
        row = json.loads(line)
        found = claims(row["text"])
        met: list[Claim] = []
        for wanted in row["claims"]:
            total += 1
            claim = partner(wanted, found)
            if claim is None:
                print(f"{row['id']}: not found: {[span.of(row['text']) for span in spans(wanted['content'])]}")
                continue
            met.append(claim)
            said = claim.attribution
            words = [span.of(row["text"]) for span in said.content]
            name = said.speaker and said.speaker.name
            checks = {
                "found": True,
                "whole": said.content == spans(wanted["content"]),
                "right name": name == wanted["speaker"],
                "right act": claim.act.value == wanted["act"],
            }
            for check, right in checks.items():
                counts[check] += right
                if not right:
                    print(f"{row['id']}: {check}: {name}, {claim.act.value}, {words}")
        for claim in found:
            speaker = claim.attribution.speaker
            if claim.shown and speaker is not None and speaker.named:
                named += 1
                right = any(claim is one for one in met) and speaker.name in {w["speaker"] for w in row["claims"]}
                counts["no wrong name"] += right
                if not right:
                    print(
                        f"{row['id']}: wrong: {speaker.name}, {[s.of(row['text']) for s in claim.attribution.content]}"
                    )
    shares = {
        name: count / {"found": total, "no wrong name": named}.get(name, counts["found"])
        for name, count in counts.items()
    }
    print(f"{total} claims in {len(PASSAGES.read_text('utf-8').splitlines())} passages")
    for name, share in shares.items():
        print(f"  {name:14} {share:.3f}  floor {FLOORS[name]}{'   UNDER ITS FLOOR' if share < FLOORS[name] else ''}")
    return int(any(share < FLOORS[name] for name, share in shares.items()))


if __name__ == "__main__":
    sys.exit(main())
