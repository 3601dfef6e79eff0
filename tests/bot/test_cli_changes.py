"""``onrecord log``, ``undo`` and ``edit``: for a person, and for a script."""

from __future__ import annotations

from pathlib import Path

import pytest
from calls import HARBOR, Onrecord

from bot import changes


@pytest.fixture(autouse=True)
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests is called ada here."""
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, "ada")


def test_every_change_is_in_the_log(onrecord: Onrecord, harbor: str) -> None:
    """Added, edited, removed: newest first, with who and what; limited, of one article, as JSON and JSON lines."""
    edited = onrecord("edit", harbor, "--outlet", "Larkmouth Times", "--date", "7 May 2024", "--json").json
    assert (edited["status"], edited["outlet"], edited["date"]) == ("edited", "Larkmouth Times", "2024-05-07")
    assert edited["title"] == "Larkmouth to lose its crane"
    assert onrecord("remove", harbor).code == 0
    found = onrecord("log", "--json").json["entries"]
    assert [(entry["action"], entry["by"], entry["subject"]) for entry in found] == [
        ("removed", "ada", harbor), ("edited", "ada", harbor), ("added", "ada", harbor),
    ]  # fmt: skip
    assert found[1]["before"]["outlet"] == "Larkmouth Courier"
    assert "text" not in found[0]["before"]
    assert onrecord("log", "--jsonl", "--article", harbor, "--limit", "2").rows == found[:2]
    assert onrecord("log", "--json", "--article", "another").json == {"entries": []}
    lines = onrecord("log").out.splitlines()
    assert len(lines) == 3
    assert "ada: removed Larkmouth to lose its crane" in lines[0]


def test_undo(onrecord: Onrecord, harbor: str) -> None:
    """A removed article comes back as it was; the log says by which entry; twice is refused in one sentence."""
    before = onrecord("show", harbor, "--json").json
    onrecord("remove", harbor)
    number = onrecord("log", "--json", "--limit", "1").json["entries"][0]["id"]
    done = onrecord("undo", str(number), "--json").json
    assert (done["undone"], done["action"], done["subject"]) == (number, "removed", harbor)
    assert onrecord("show", harbor, "--json").json == before
    assert f"undone by {done['entry']}" in onrecord("log").out
    again = onrecord("undo", str(number))
    assert (again.code, again.out, again.err) == (1, "", "onrecord: This change was undone already.\n")
    missing = onrecord("undo", "4711")
    assert missing.code == 1
    assert "no entry 4711" in missing.err
    assert onrecord("undo", "minus").code == 2


def test_edit_takes_away_and_says_what_changed_nothing(onrecord: Onrecord, harbor: str) -> None:
    """An empty option removes what stood there; authors take the place of all; the text's hash stays."""
    sha256 = onrecord("show", harbor, "--json").json["sha256"]
    edited = onrecord("edit", harbor, "--date", "", "--url", "", "--author", "Cy Ode", "--json").json
    assert (edited["date"], edited["url"], edited["authors"]) == (None, None, ["Cy Ode"])
    assert onrecord("edit", harbor, "--author", "", "--json").json["authors"] == []
    assert onrecord("edit", harbor, "--date", "", "--json").json["status"] == "unchanged"
    assert onrecord("edit", harbor, "--title", "The crane of Larkmouth").out == f"edited {harbor}\n"
    assert onrecord("show", harbor, "--json").json["sha256"] == sha256


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (("nowhere", "--title", "x"), 1, "No article here has the id 'nowhere'"),
        (("nowhere",), 2, "needs at least one of --title"),
        (("nowhere", "--date", "someday"), 2, "is not a day"),
    ],
)
def test_edit_refuses(onrecord: Onrecord, argv: tuple[str, ...], code: int, said: str) -> None:
    """An unknown article, nothing to change, no day: one sentence."""
    result = onrecord("edit", *argv)
    assert (result.code, result.out) == (code, "")
    assert said in result.err


def test_edit_refuses_half_a_character(onrecord: Onrecord, harbor: str) -> None:
    """What cannot be stored is refused before anything is changed."""
    result = onrecord("edit", harbor, "--outlet", "x\udcff")
    assert result.code == 1
    assert "half a character" in result.err
    assert onrecord("show", harbor, "--json").json["outlet"] == "Larkmouth Courier"


def test_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, onrecord: Onrecord) -> None:
    """Where the system has no name for who runs it, the log says that it was the command line."""
    monkeypatch.setattr(changes.getpass, "getuser", lambda: {}["USER"])
    (tmp_path / "harbor.txt").write_text(HARBOR, encoding="utf-8")
    assert onrecord("add", str(tmp_path / "harbor.txt")).code == 0
    assert onrecord("log", "--json").json["entries"][0]["by"] == "the command line"
