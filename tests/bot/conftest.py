"""The command line as a test uses it: a call with words, back come exit code, standard output and standard error."""

from __future__ import annotations

import io
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from calls import HARBOR, Onrecord, Result

if TYPE_CHECKING:
    from index.encoder import Encoder


@pytest.fixture
def onrecord(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words_encoder: Encoder,
) -> Onrecord:
    """Call ``onrecord`` in an empty working folder with a data folder of its own and the hand-computable encoder."""
    from bot.cli import main
    from index.archive import Archive

    monkeypatch.setattr(Archive, "open", partial(Archive.open, encoder=words_encoder))
    monkeypatch.setenv("ONRECORD_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DISCORD_TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)

    def call(*argv: str, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        try:
            code = main(list(argv))
        except SystemExit as left:
            code = int(left.code or 0)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return call


@pytest.fixture
def harbor(tmp_path: Path, onrecord: Onrecord) -> str:
    """The id of the harbor article, which is in the archive."""
    file = tmp_path / "harbor.txt"
    file.write_text(HARBOR, encoding="utf-8")
    added = onrecord(
        "add", str(file), "--json", "--title", "Larkmouth to lose its crane", "--outlet", "Larkmouth Courier",
        "--author", "Bo Lind", "--author", "Ada Ruiz", "--date", "2024-05-06", "--url", "https://example.org/crane",
    )  # fmt: skip
    assert added.code == 0, added.err
    return str(added.json["article_id"])


@pytest.fixture
def sure(tmp_path: Path) -> tuple[str, str]:
    """Options under which the nearest passage always counts as an answer, so that its form can be looked at."""
    file = tmp_path / "sure.toml"
    file.write_text("[index.answer]\nthreshold = 0.0\n")
    return "--config", str(file)


@pytest.fixture
def unsure(tmp_path: Path) -> tuple[str, str]:
    """Options under which nothing is certain enough to be an answer."""
    file = tmp_path / "unsure.toml"
    file.write_text("[index.answer]\nthreshold = 1.0\n")
    return "--config", str(file)
