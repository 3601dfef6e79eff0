"""A server's own settings: typed, kept in its archive, in the log, undone, and read without waiting for anybody."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from archives import few
from hypothesis import given
from hypothesis import strategies as st

from index import server_settings
from index.archive import Archive
from index.audit import Action
from index.encoder import Encoder
from index.errors import NotUndoable, SettingsError
from index.server_settings import ServerSettings
from index.settings import IndexSettings, ServerDefaults

IDS = st.integers(1, 2**63 - 1)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "curator_role": st.none() | IDS,
        "channels": st.lists(IDS, max_size=3).map(tuple),
        "corrections": st.booleans(),
        "digest_channel": st.none() | IDS,
        "gap_members": st.integers(1, 100),
        "retention_days": st.integers(1, 365),
    },
)


def test_defaults_are_those_of_the_configuration(tmp_path: Path) -> None:
    """What a server has not set itself is what config.toml says; every default there is a setting here."""
    assert ServerSettings.from_config(ServerDefaults()) == ServerSettings()
    settings = IndexSettings(server=ServerDefaults(gap_members=5, retention_days=7))
    with Archive.open(tmp_path, settings=settings) as archive:
        assert archive.server_settings.get() == ServerSettings(gap_members=5, retention_days=7)
        archive.server_settings.set(by="1", retention_days=30)
        assert archive.server_settings.get() == ServerSettings(gap_members=5, retention_days=30)


@few
@given(st.lists(CHANGES, max_size=6))
def test_what_is_set_is_got_and_undone_in_order(
    tmp_path_factory: pytest.TempPathFactory, words_encoder: Encoder, changes: list[dict[str, Any]]
) -> None:
    """After any changes the settings are those, on disk too; undone newest first, everything is as it was."""
    with Archive.open(tmp_path_factory.mktemp("data"), encoder=words_encoder) as archive:
        expected = [ServerSettings()]
        for change in changes:
            assert archive.server_settings.set(by="7", **change) == replace(expected[-1], **change)
            if replace(expected[-1], **change) != expected[-1]:
                expected.append(replace(expected[-1], **change))
            assert (
                server_settings.read(archive.path / "archive.db", ServerDefaults())
                == archive.server_settings.get()
                == expected[-1]
            )
        entries = archive.log.entries()
        assert [(entry.action, entry.by) for entry in entries] == [(Action.SETTINGS, "7")] * (len(expected) - 1)
        for entry, before in zip(entries, expected[-2::-1], strict=True):
            archive.undo(entry, by="8")
            assert archive.server_settings.get() == before
        assert archive.server_settings.stored() == {}


def test_undo_keeps_a_newer_change(tmp_path: Path, words_encoder: Encoder) -> None:
    """A setting that was set again since is not overwritten; another setting does not stand in the way."""
    with Archive.open(tmp_path, encoder=words_encoder) as archive:
        archive.server_settings.set(by="1", corrections=False)
        archive.server_settings.set(by="1", retention_days=10)
        archive.server_settings.set(by="1", retention_days=20)
        newest, ten, off = archive.log.entries()
        assert [newest.words, ten.words, off.words] == ["retention_days: 20", "retention_days: 10", "corrections: off"]
        with pytest.raises(NotUndoable, match="newer change first"):
            archive.undo(ten)
        archive.undo(off)
        assert archive.server_settings.get() == ServerSettings(retention_days=20)


@pytest.mark.parametrize(
    "change",
    [
        {"curator_role": 0}, {"curator_role": "Curators"}, {"curator_role": True}, {"channels": 5},
        {"channels": (1, 2**63)}, {"channels": ("a",)}, {"channels": (None,)}, {"corrections": 1},
        {"corrections": None}, {"gap_members": 0}, {"gap_members": True}, {"retention_days": 366},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_written(tmp_path: Path, change: dict[str, Any]) -> None:
    """A value of another type or out of range is one sentence; the settings and the log stay."""
    with Archive.open(tmp_path) as archive:
        with pytest.raises(SettingsError, match=next(iter(change))):
            archive.server_settings.set(by="1", **{"retention_days": 5, **change})
        assert archive.server_settings.get() == ServerSettings()
        assert archive.log.entries() == ()


def test_a_setting_that_there_is_not(tmp_path: Path) -> None:
    """A misspelt name is a mistake in the program and raises as one."""
    with Archive.open(tmp_path) as archive, pytest.raises(TypeError):
        archive.server_settings.set(by="1", corections=False)


def test_reading_makes_no_archive_and_waits_for_no_writer(tmp_path: Path) -> None:
    """No file, no settings table yet: the defaults. While somebody writes: what was there before."""
    file = tmp_path / "1" / "archive.db"
    assert server_settings.read(file, ServerDefaults()) == ServerSettings()
    assert not file.parent.exists()
    with Archive.open(tmp_path, "1") as archive:
        archive.server_settings.set(by="1", corrections=False)
        with sqlite3.connect(file, isolation_level=None) as db:
            db.execute("BEGIN IMMEDIATE")
            db.execute("DELETE FROM settings")
            assert server_settings.read(file, ServerDefaults()) == ServerSettings(corrections=False)
            db.execute("ROLLBACK")
    old = tmp_path / "old.db"
    sqlite3.connect(old).execute("CREATE TABLE articles (id)").connection.close()
    assert server_settings.read(old, ServerDefaults()) == ServerSettings()
    old.write_bytes(b"no database" * 500)
    with pytest.raises(SettingsError, match="cannot be read"):
        server_settings.read(old, ServerDefaults())
