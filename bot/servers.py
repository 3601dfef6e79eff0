"""The data folder of each server: which folders are a server's, and since when the bot is not there any more.

A file in the folder says both. It is made when the bot first uses the archive, so a folder without it is none of the
bot's: archives of the command line are never taken for a server's, whatever they are called.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)

MARK = "discord.json"
_ID = re.compile(r"[1-9][0-9]{0,19}")
_GOING = re.compile(r"\.[1-9][0-9]{0,19}\.removed")


def note_used(folder: Path) -> None:
    """The bot uses the archive in this folder: it is a server's."""
    if not (folder / MARK).exists():
        _write(folder, None)


def servers(data: Path) -> Iterator[int]:
    """The servers that have a folder here."""
    if not data.is_dir():
        return
    for folder in sorted(data.iterdir()):
        # A link might lead out of the data folder, and what it leads to is not ours to remove.
        if _ID.fullmatch(folder.name) and not folder.is_symlink() and (folder / MARK).is_file():
            yield int(folder.name)


def left_at(data: Path, server: int) -> datetime | None:
    """When the bot was removed from the server, as far as is known here; ``None`` while it is there."""
    try:
        left = json.loads((data / str(server) / MARK).read_text(encoding="utf-8"))["left"]
        return None if left is None else datetime.fromisoformat(left)
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("When server %s was left cannot be read, so it counts as not left: %s", server, error)
        return None


def mark(data: Path, server: int, left: datetime | None) -> None:
    """Keep when the bot was removed from the server, or that it is there; nothing where it has no folder."""
    if server in servers(data):
        _write(data / str(server), left)


def remove(data: Path, server: int) -> bool:
    """Remove the folder of a server with everything in it; ``False`` while another process is changing it.

    Its archive must be closed here. Raises ``ValueError`` for what is no server's folder, ``OSError``.
    """
    if server not in servers(data):
        raise ValueError(f"{server} has no folder here")
    folder = data / str(server)
    try:
        with FileLock(folder / "lock", timeout=0):
            pass
    except Timeout:
        return False
    # Another name first, so that a process that is killed meanwhile leaves no half of an archive to be opened. Not
    # under the lock, whose file is in the folder: Windows renames none that has an open file.
    os.replace(folder, data / f".{server}.removed")
    finish_removing(data)
    return True


def finish_removing(data: Path) -> None:
    """Remove what a process that was killed did not come to."""
    if data.is_dir():
        for folder in data.iterdir():
            if _GOING.fullmatch(folder.name) and not folder.is_symlink():
                shutil.rmtree(folder)


def _write(folder: Path, left: datetime | None) -> None:
    new = folder / f"{MARK}.new"
    new.write_text(json.dumps({"left": left and left.isoformat(timespec="seconds")}) + "\n", encoding="utf-8")
    os.replace(new, folder / MARK)
