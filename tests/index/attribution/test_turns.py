"""Transcripts: the label at the start of a line says who speaks, until the next label."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from index.attribution import attributions
from index.types import Kind, Speaker

BRIEFING = (
    "Press Briefing Room\n\nMR. KIRBY: Good afternoon. I said so before.\n\nThat is all I have.\n\n"
    "Q: Will he say that it is over?\n\nMR. KIRBY: He said, “No.”\n\nMS. JEAN-PIERRE: Thanks, everyone."
)


def test_a_turn_is_direct_speech_of_its_label() -> None:
    """Each turn is one attribution, over all its paragraphs, and what is reported inside it is not another."""
    found = attributions(BRIEFING)
    assert [a.speaker for a in found] == [
        Speaker("Mr. Kirby"),
        Speaker("Q", named=False),
        Speaker("Mr. Kirby"),
        Speaker("Ms. Jean-Pierre"),
    ]
    assert {a.kind for a in found} == {Kind.DIRECT}
    assert found[0].content[0].of(BRIEFING).endswith("That is all I have.")


def test_a_label_becomes_the_full_name_the_text_gives() -> None:
    """The label "MR. KIRBY" is John Kirby where the transcript introduces him by his full name."""
    text = BRIEFING.replace("Thanks, everyone", "Thanks to spokesman John Kirby")
    assert attributions(text)[0].speaker == Speaker("John Kirby", "spokesman")


@pytest.mark.parametrize(
    "text",
    [
        "THE PLAN: We build a road.\n\nTHE COST: It is high.\n\nTHE DATE: In May.",
        "SUMMARY: Nothing happened.\n\nMETHOD: We looked.",
        "NOTE: this is a draft.",
    ],
)
def test_headings_are_not_speakers(text: str) -> None:
    """Words in capitals before a colon are only turns where they name somebody who speaks."""
    assert attributions(text) == ()


def test_real_transcripts_show_the_label_of_the_turn(shared: Path) -> None:
    """In White House transcripts, at least 99 of 100 labelled turns carry exactly their label's words and speaker."""
    path = shared / "data" / "wh_briefings" / "dev.jsonl.gz"
    if not path.exists():
        pytest.skip("needs ../shared/data/wh_briefings")
    right = total = 0
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        transcripts = [row for row in map(json.loads, lines) if len(row["turns"]) >= 4][:40]
    for row in transcripts:
        text = row["text"]
        labels = {a.content[0].start: a for a in attributions(text) if not a.cue and a.source}
        for label, start, _ in row["turns"]:
            total += 1
            found = labels.get(start)
            if found is not None and found.source[0].of(text) == label and found.speaker is not None:
                right += found.speaker.name.split()[-1].lower() == label.split()[-1].lower()
    assert total > 500
    assert right >= 0.99 * total
