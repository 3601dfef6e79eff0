"""What the moderators of one server decided, beside the operator's config.toml: a few typed settings in its archive.

A setting is one field of `ServerSettings`: another one needs a field with a default and a docstring here, and nothing
else. What was never set has its default, or what config.toml gives for it under ``[index.server]``.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from index.audit import Action, Log
from index.errors import SettingsError
from index.settings import ServerDefaults, within

SNOWFLAKE = (1, 2**63 - 1)
"""What an id of Discord lies in, as the database takes it."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings of one server. Ids are Discord's."""

    curator_role: int | None = field(default=None, metadata=within(*SNOWFLAKE))
    """Role that may keep the articles; ``None``: the one that config.toml names, if it names one."""
    channels: tuple[int, ...] = field(default=(), metadata=within(*SNOWFLAKE))
    """Where questions are answered, threads of these channels with them; empty: everywhere."""
    corrections: bool = True
    """Whether answers that were sent are corrected when their article is."""
    digest_channel: int | None = field(default=None, metadata=within(*SNOWFLAKE))
    """Where the weekly digest of unanswered questions is posted; ``None``: nowhere."""
    gap_members: int = field(default=2, metadata=within(1, 100))
    """How many different members must have asked before moderators are shown an unanswered question."""
    retention_days: int = field(default=90, metadata=within(1, 365))
    """Days for which the words of an unanswered question are kept."""

    @classmethod
    def from_config(cls, defaults: ServerDefaults) -> ServerSettings:
        """The settings of a server that has set nothing."""
        return cls(**{each.name: getattr(defaults, each.name) for each in fields(defaults)})

    def __post_init__(self) -> None:
        hints = get_type_hints(type(self))
        for each in fields(self):
            _check(each.name, hints[each.name], getattr(self, each.name), each.metadata.get("within"))


def _check(name: str, kind: Any, value: Any, limits: tuple[float, float] | None) -> None:
    several = kind == tuple[int, ...]
    if several and not isinstance(value, tuple):
        raise SettingsError(f"The setting {name!r} cannot be {value!r}.")
    wanted = int if several else kind
    for number in value if several else (value,):
        # bool is an int in Python, and no number of days.
        if not isinstance(number, wanted) or (isinstance(number, bool) and wanted is not bool):
            raise SettingsError(f"The setting {name!r} cannot be {value!r}.")
        least, most = limits or (-math.inf, math.inf)
        if number is not None and not least <= number <= most:
            raise SettingsError(f"The setting {name!r} must be from {least} to {most}, not {number}.")


def create_tables(db: sqlite3.Connection) -> None:
    """The migration that makes room for it."""
    db.executescript("CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;")


class SettingsTable:
    """The settings of one archive: only what was set is stored, as JSON."""

    def __init__(
        self,
        db: sqlite3.Connection,
        transaction: Callable[[], AbstractContextManager[None]],
        log: Log,
        defaults: ServerDefaults,
    ) -> None:
        self._db = db
        self._transaction = transaction
        self._log = log
        self._defaults = defaults

    def get(self) -> ServerSettings:
        """All settings as they are now."""
        return _settings(self.stored(), self._defaults)

    def set(self, *, by: str | None, **changes: Any) -> ServerSettings:
        """Change settings, by the names of `ServerSettings`, in one transaction with their entry in the log.

        Returns them as they are then; what changes nothing writes nothing. Raises ``SettingsError`` for a value that
        cannot be, ``TypeError`` for a setting that there is not.
        """
        with self._transaction():
            before = self.get()
            after = replace(before, **changes)
            changed = [name for name in changes if getattr(before, name) != getattr(after, name)]
            if changed:
                stored = self.stored()
                self.put({name: getattr(after, name) for name in changed})
                self._log.note(
                    Action.SETTINGS,
                    "; ".join(f"{name}: {_words(getattr(after, name))}" for name in changed),
                    by=by,
                    before={name: stored.get(name) for name in changed},
                    after={name: _plain(getattr(after, name)) for name in changed},
                )
        return after

    def put(self, values: Mapping[str, Any]) -> None:
        """Store settings without an entry in the log, inside a transaction; ``None`` goes back to the default."""
        for name, value in values.items():
            if value is None:
                self._db.execute("DELETE FROM settings WHERE key = ?", (name,))
            else:
                self._db.execute(
                    "INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)", (name, json.dumps(_plain(value)))
                )

    def stored(self) -> dict[str, Any]:
        """What was set, as JSON has it; nothing of what has its default."""
        return _stored(self._db)


def read(file: Path, defaults: ServerDefaults) -> ServerSettings:
    """The settings in an archive's file, which is read beside whoever is writing to it and never made.

    So nobody waits behind long work on the archive. Raises ``SettingsError`` when the file cannot be read.
    """
    if not file.is_file():
        return _settings({}, defaults)
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=1.0)) as db:
            db.execute("PRAGMA query_only = ON")
            there = db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'settings'").fetchone()
            return _settings(_stored(db) if there else {}, defaults)
    except sqlite3.DatabaseError as error:
        raise SettingsError(f"The settings in {file} cannot be read ({error}).") from error


def _stored(db: sqlite3.Connection) -> dict[str, Any]:
    return {key: json.loads(value) for key, value in db.execute("SELECT key, value FROM settings ORDER BY key")}


def _settings(stored: Mapping[str, Any], defaults: ServerDefaults) -> ServerSettings:
    known = {each.name for each in fields(ServerSettings)}
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in stored.items() if key in known
    }
    return replace(ServerSettings.from_config(defaults), **values)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _words(value: Any) -> str:
    """A value for a person who reads the log."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "all"
    return "none" if value is None else str(value)
