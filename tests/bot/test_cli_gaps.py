"""``onrecord gaps``: what a server's members could not find, from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from calls import Onrecord

from index.archive import Archive
from index.types import Abstention, Reason

if TYPE_CHECKING:
    from index.encoder import Encoder

WHALES = "How many whales live in the harbor of Larkmouth?"
LIFTED = "When did the old crane lift its last container?"


def noted(tmp_path: Path, encoder: Encoder) -> None:
    """Two members asked about whales, one about the crane, in the server that is the default archive here."""
    with Archive.open(tmp_path / "data", encoder=encoder) as archive:
        for question, by in ((WHALES, "1"), (WHALES, "2"), (LIFTED, "1")):
            silence = Abstention(question, question, Reason.NOT_COVERED, 0.0)
            archive.note_gap(silence, "before", by=by)


def test_listed_dismissed_restored(onrecord: Onrecord, harbor: str, tmp_path: Path, words_encoder: Encoder) -> None:
    """From the configured number on, or another; a dismissed one is listed apart and can be restored."""
    noted(tmp_path, words_encoder)
    (gap,) = onrecord("gaps", "--json").json["gaps"]
    assert (gap["question"], gap["members"], gap["times"], gap["state"]) == (WHALES, 2, 2, "open")
    assert gap["nearest"] == [{"article_id": harbor, "title": "Larkmouth to lose its crane"}]
    assert len(onrecord("gaps", "--members", "1", "--json").json["gaps"]) == 2
    assert "2 members, asked 2 times" in onrecord("gaps").out
    assert onrecord("gaps", "--dismiss", gap["key"], "--json").json["gaps"][0]["state"] == "dismissed"
    assert onrecord("gaps", "--json").json == {"gaps": []}
    assert onrecord("gaps", "--dismissed", "--json").json["gaps"][0]["key"] == gap["key"]
    onrecord("gaps", "--restore", gap["key"])
    assert len(onrecord("gaps", "--json").json["gaps"]) == 1


def test_closed_by_what_came_in(
    onrecord: Onrecord, harbor: str, tmp_path: Path, words_encoder: Encoder, sure: tuple[str, str]
) -> None:
    """Asking again closes what is answered now."""
    noted(tmp_path, words_encoder)
    left = onrecord("gaps", "--close", "--members", "1", "--json", *sure).json["gaps"]
    assert LIFTED not in [gap["question"] for gap in left]


def test_unknown_key(onrecord: Onrecord, harbor: str) -> None:
    """A gap that is not there is said not to be, in one sentence."""
    result = onrecord("gaps", "--dismiss", "nothing")
    assert result.code == 1
    assert "There is no gap 'nothing'" in result.err
