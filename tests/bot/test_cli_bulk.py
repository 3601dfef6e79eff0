"""``onrecord add`` says what is odd about an article, and of many what became of them all."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from calls import HARBOR, Onrecord

from bot import bulk

DATED = ("--date", "2024-05-06")


def row(number: int, text: str = HARBOR, **more: str | None) -> str:
    place = "Abcdefghij"[number] + "mouth"
    return json.dumps({"id": f"r{number}", "date": "2024-05-06", "text": text.replace("Larkmouth", place), **more})


def test_what_is_odd_is_said_with_the_article(onrecord: Onrecord, tmp_path: Path) -> None:
    """A key of its own in JSON, empty for an ordinary article; a line below it for a person."""
    (tmp_path / "a.txt").write_text(3 * HARBOR)
    assert onrecord("add", "a.txt", "--json", *DATED).json["warnings"] == []
    (tmp_path / "b.txt").write_text(HARBOR[:330] + "…")
    odd, undated, copy = onrecord("add", "b.txt", "--json").json["warnings"]
    assert odd["warning"] == "paywall"
    assert undated["warning"] == "no_date"
    assert undated["words"].endswith(".")
    assert copy["warning"] == "copy"
    shown = onrecord("add", "b.txt")
    assert "warning: No day is stated" in shown.out
    assert shown.code == 0


def test_a_near_copy_is_named_by_its_id(onrecord: Onrecord, harbor: str, tmp_path: Path) -> None:
    """So that a script can find the other one."""
    (tmp_path / "copy.txt").write_text(HARBOR.replace("eleven weeks", "twelve weeks"))
    added = onrecord("add", "copy.txt", "--json", "--url", "https://other.example/crane", *DATED).json
    warnings = {warning["warning"]: warning for warning in added["warnings"]}
    assert warnings["copy"]["article_id"] == harbor
    assert "“Larkmouth to lose its crane” (Larkmouth Courier, 2024-05-06)" in warnings["copy"]["words"]


def test_a_report_of_many(onrecord: Onrecord, tmp_path: Path) -> None:
    """Each status counted, and how many have warnings; for one article there is none, and none within JSON."""
    folder = tmp_path / "articles"
    (folder / "below").mkdir(parents=True)
    (folder / "rows.jsonl").write_text("\n".join(row(n, date=None if n else "2024-05-06") for n in range(3)))
    (folder / "below" / "bad.txt").write_bytes(b"\x00\x01\x02" * 400)
    first = onrecord("add", "articles")
    assert first.out.splitlines()[-1].startswith("3 added, 0 updated, 0 unchanged, 1 failed, ")
    (folder / "rows.jsonl").write_text("\n".join([row(0), row(1, HARBOR + " It rained."), row(2, date=None)]))
    again = onrecord("add", "articles")
    assert again.out.splitlines()[-1].startswith("0 added, 1 updated, 2 unchanged, 1 failed, ")
    assert again.code == 1
    assert len(onrecord("add", "articles", "--json").rows) == 4
    (tmp_path / "one.txt").write_text(HARBOR)
    assert "added, " not in onrecord("add", "one.txt").out


def test_who_did_it_is_in_the_log(onrecord: Onrecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name that the system knows; where it knows none, adding works all the same."""
    from index.archive import Archive

    (tmp_path / "a.txt").write_text(HARBOR)
    monkeypatch.setattr("bot.changes.getpass.getuser", lambda: "mona")
    added = onrecord("add", "a.txt", "--json").json["article_id"]
    monkeypatch.setattr("bot.changes.getpass.getuser", _nobody)
    assert onrecord("remove", added).code == 0
    with Archive.open(tmp_path / "data") as archive:
        assert [(entry.action.value, entry.by) for entry in archive.log.entries()] == [
            ("removed", "the command line"),
            ("added", "mona"),
        ]


def _nobody() -> str:
    raise OSError("no such user")


def test_how_many_there_are(tmp_path: Path) -> None:
    """Files of a folder, hidden ones left out; lines of JSON lines; unknown for an address or a broken archive."""
    (tmp_path / "f" / ".git").mkdir(parents=True)
    (tmp_path / "f" / ".git" / "x.txt").write_text("x")
    (tmp_path / "f" / "a.txt").write_text("x")
    (tmp_path / "f" / "rows.jsonl").write_text("{}\n\n{}\n{}")
    with gzip.open(tmp_path / "f" / "more.jsonl.gz", "wb") as file:
        file.write(b"{}\n{}\n")
    assert bulk.total([str(tmp_path / "f")]) == 6
    assert bulk.total([str(tmp_path / "f" / "a.txt"), str(tmp_path / "gone.txt")]) == 2
    assert bulk.total(["https://a.example/1"]) is None
    assert bulk.total(["-"]) is None
    (tmp_path / "bad.jsonl.gz").write_bytes(b"no gzip")
    assert bulk.total([str(tmp_path / "bad.jsonl.gz")]) is None
