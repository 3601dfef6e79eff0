"""config.toml: read whole, checked, and equal to what is built in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config, data_folder, load
from index.errors import SettingsError

SHIPPED = Path(__file__).resolve().parents[2] / "config.toml"


def test_the_shipped_file_says_what_is_built_in() -> None:
    """Deleting config.toml changes nothing."""
    assert load(SHIPPED) == Config()


def test_the_shipped_file_names_every_setting() -> None:
    """Somebody who reads config.toml has seen all there is to set."""
    written = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    assert set(_keys(written)) == set(_settings(Config()))


def test_every_key_of_the_shipped_file_is_explained() -> None:
    """The line above each key is a comment."""
    lines = SHIPPED.read_text(encoding="utf-8").splitlines()
    bare = [line for above, line in pairwise(lines) if "=" in line and not above.startswith("#")]
    assert [line for line in bare if not line.startswith("#")] == []


def test_without_a_file_the_working_folder_is_looked_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """./config.toml is used when it is there; else the defaults."""
    monkeypatch.chdir(tmp_path)
    assert load() == Config()
    (tmp_path / "config.toml").write_text("[bot]\nturns = 2\n")
    assert load().bot.turns == 2


def test_keys_that_are_left_out_keep_their_defaults(tmp_path: Path) -> None:
    """One line is enough to change one thing."""
    file = tmp_path / "own.toml"
    file.write_text("[index.answer]\nthreshold = 0.9\n")
    config = load(file)
    assert config.index.answer.threshold == 0.9
    assert config.index.answer.quotations == Config().index.answer.quotations
    assert config.bot == Config().bot


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[bot]\nturn = 2\n", "'bot.turn'.*'turns'"),
        ("[index.answer]\ntreshold = 0.4\n", "'index.answer.treshold'.*'threshold'"),
        ("[indx]\n", "'indx'.*'index'"),
        ("[bot]\nturns = true\n", "'bot.turns'.*int.*True"),
        ('[index.answer]\nthreshold = "high"\n', "'index.answer.threshold'.*float.*'high'"),
        ("[bot]\nturns = -1\n", "'bot.turns'.*at least 0"),
        ("bot = 3\n", r"'bot'.*\[bot\]"),
        ("[bot\n", "not valid TOML"),
    ],
)
def test_what_is_not_understood_is_an_error_that_says_where(tmp_path: Path, text: str, said: str) -> None:
    """A misspelt key names the nearest one; a value of another type is shown with its key; both in one sentence."""
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=said) as caught:
        load(file)
    assert "\n" not in str(caught.value)


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    """--config with a wrong path fails instead of falling back to the defaults."""
    with pytest.raises(SettingsError, match="nowhere"):
        load(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("environment", "platform", "folder"),
    [
        ({"ONRECORD_DATA": "/srv/onrecord", "XDG_DATA_HOME": "/x"}, "linux", "/srv/onrecord"),
        ({"XDG_DATA_HOME": "/x"}, "linux", "/x/onrecord"),
        ({"XDG_DATA_HOME": "relative"}, "linux", "/home/ada/.local/share/onrecord"),
        ({}, "linux", "/home/ada/.local/share/onrecord"),
        ({}, "darwin", "/home/ada/Library/Application Support/onrecord"),
    ],
)
def test_the_data_folder_is_the_platforms(environment: dict[str, str], platform: str, folder: str) -> None:
    """Named by the environment first, then by the platform's own rule."""
    assert data_folder(environment, platform, Path("/home/ada")) == Path(folder)


def _keys(table: dict[str, Any], path: str = "") -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _keys(value, f"{path}{key}.")
        else:
            yield path + key


def _settings(settings: Any, path: str = "") -> Iterator[str]:
    for field in fields(settings):
        value = getattr(settings, field.name)
        if is_dataclass(value):
            yield from _settings(value, f"{path}{field.name}.")
        else:
            yield path + field.name
