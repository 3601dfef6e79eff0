"""The whole of config.toml as frozen values, and where the data folder is. No secret ever stands in either.

The built-in defaults equal the config.toml that comes with the project, so a missing file changes nothing.
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import SettingsError
from index.settings import IndexSettings, from_table, within
from index.sources.given import SourceSettings

FILE_NAME = "config.toml"


@dataclass(frozen=True, slots=True)
class BotSettings:
    """What the Discord bot and the terminal conversation can be told."""

    curator_role: str = ""
    """Name of the role that may manage articles without the *Manage Messages* permission; empty: none."""
    questions_per_minute: int = field(default=10, metadata=within(0))
    """Questions one member may ask in a minute, over all channels of a server; 0: no limit."""
    channel_questions_per_minute: int = field(default=30, metadata=within(0))
    """Questions that may be asked in one channel in a minute, by all members together; 0: no limit."""
    turns: int = field(default=6, metadata=within(0))
    """Earlier questions of a conversation that a follow-up may refer to."""
    conversation_minutes: int = field(default=30, metadata=within(1))
    """After so long without a question a conversation is over."""
    card_days: int = field(default=365, metadata=within(0))
    """Days for which it is kept what a posted card quotes, so that it can be corrected; 0: never."""


@dataclass(frozen=True, slots=True)
class UpkeepSettings:
    """How an archive is kept up to date."""

    feed_minutes: int = field(default=60, metadata=within(5))
    """Between two looks at a feed that asks for no longer time."""
    link_days: int = field(default=7, metadata=within(1))
    """Between two looks at the page of an article."""
    stale_days: int = field(default=0, metadata=within(0))
    """From so many days on an article is listed as old; 0: never."""


@dataclass(frozen=True, slots=True)
class Config:
    """Everything config.toml can say."""

    index: IndexSettings = field(default_factory=IndexSettings)
    sources: SourceSettings = field(default_factory=SourceSettings)
    bot: BotSettings = field(default_factory=BotSettings)
    upkeep: UpkeepSettings = field(default_factory=UpkeepSettings)


def load(file: Path | None = None) -> Config:
    """Read ``file``; without one, ``config.toml`` of the working folder; without that, the defaults.

    Raises ``SettingsError`` for a file that is missing, is not TOML, or says something that is not understood.
    """
    if file is None:
        file = Path(FILE_NAME)
        if not file.is_file():
            return Config()
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"The configuration {file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The configuration {file} is not valid TOML: {error}.") from error
    return from_table(Config, table)


def data_folder(
    environment: Mapping[str, str] = os.environ, platform: str = sys.platform, home: Path | None = None
) -> Path:
    """Where archives are kept when no folder is named: ``ONRECORD_DATA``, else the platform's place for a user's data.

    On Linux that is ``$XDG_DATA_HOME/onrecord`` or ``~/.local/share/onrecord``.
    """
    if named := environment.get("ONRECORD_DATA"):
        return Path(named)
    home = home or Path.home()
    if platform == "darwin":
        return home / "Library" / "Application Support" / "onrecord"
    if platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local") / "onrecord"
    # The XDG specification says that a relative path there is to be ignored.
    xdg = Path(environment.get("XDG_DATA_HOME", ""))
    return (xdg if xdg.is_absolute() else home / ".local" / "share") / "onrecord"
