"""``onrecord export`` and ``import``: an archive moves as one file."""

from __future__ import annotations

from pathlib import Path

from calls import Onrecord

from bot.transfer import MADE_BY
from index import bundle


def test_there_and_back(onrecord: Onrecord, harbor: str, tmp_path: Path, sure: tuple[str, str]) -> None:
    """Exported and imported under another name: the same article, passages and answer; what was done is counted."""
    written = onrecord("export", "a.zip", "--json").json
    assert (written["file"], written["rows"]["articles"]) == ("a.zip", 1)
    assert written["bytes"] == (tmp_path / "a.zip").stat().st_size
    assert written["vectors"] > 0
    imported = onrecord("import", "a.zip", "--archive", "other", "--json").json
    assert imported["parts"]["articles"] == {"added": 1, "updated": 0, "unchanged": 0, "skipped": 0}
    assert (imported["skipped"], imported["vectors"], imported["embedded"]) == ([], written["vectors"], 0)
    for command in (("show", harbor), ("ask", "What does the new crane cost?", *sure), ("list",)):
        assert onrecord(*command, "--json", "--archive", "other").json == onrecord(*command, "--json").json
    again = onrecord("import", "a.zip", "--archive", "other", "--json").json
    assert again["parts"]["articles"] == {"added": 0, "updated": 0, "unchanged": 1, "skipped": 0}


def test_for_a_person(onrecord: Onrecord, harbor: str) -> None:
    """Both say what there is in a few lines; without vectors the file is smaller and all is embedded anew."""
    out = onrecord("export", "a.zip").out
    assert "articles: 1\n" in out
    assert "vectors: " in out
    assert "vectors" not in onrecord("export", "b.zip", "--no-vectors", "--log").out
    out = onrecord("import", "b.zip", "--archive", "other").out
    assert "articles: 1 added\n" in out
    assert "log.jsonl: not imported\n" in out
    assert "0 vectors taken along" in out
    assert bundle.read(Path("a.zip")).archive == "default"
    assert onrecord("list", "--archive", "other").out.startswith(harbor)


def test_what_cannot_be_imported(onrecord: Onrecord, tmp_path: Path) -> None:
    """No file, another kind of file: one sentence on standard error, 1, and nothing on standard output."""
    (tmp_path / "a.txt").write_text("no export")
    for file, said in (("nowhere.zip", "nowhere.zip: No such file"), ("a.txt", "a.txt is not an export of onrecord")):
        result = onrecord("import", file)
        assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
        assert said in result.err
    assert onrecord("export", str(tmp_path / "no folder" / "a.zip")).code == 1


def test_the_program_names_itself(onrecord: Onrecord, harbor: str) -> None:
    """Whoever finds such a file years later sees what made it."""
    import json
    import zipfile

    onrecord("export", "a.zip")
    with zipfile.ZipFile("a.zip") as opened:
        assert json.loads(opened.read("manifest.json"))["made_by"] == MADE_BY
    assert MADE_BY.startswith("onrecord ")
