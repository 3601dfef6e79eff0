"""A whole archive as one file, out and in: ``onrecord export`` and ``import``, and ``/articles export``."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import __version__
from index.bundle import Imported, Merged, Written, read

if TYPE_CHECKING:
    import discord

    from bot.client import OnRecord
    from index.archive import Archive

ATTACHED = 10 * 1024 * 1024
"""Bytes of a file that Discord takes on every server."""
MADE_BY = f"onrecord {__version__}"


def export(archive: Archive, file: Path, *, vectors: bool = True, log: bool = False) -> Written:
    """Write the archive into ``file``, in place of what is there."""
    return archive.export(file, made_by=MADE_BY, vectors=vectors, log=log)


def take_in(archive: Archive, file: Path, by: str, progress: Callable[[int, int], None]) -> Imported:
    """Put what is in ``file`` into the archive, all of it or nothing."""
    return archive.take_in(read(file), by=by, progress=progress)


def written_json(written: Written) -> dict[str, Any]:
    """What was exported."""
    return {**asdict(written), "rows": dict(written.rows)}


def imported_json(imported: Imported) -> dict[str, Any]:
    """What became of each part of an import."""
    return {
        "parts": {name: asdict(merged) for name, merged in imported.parts.items()},
        "skipped": list(imported.skipped),
        "vectors": imported.vectors,
        "embedded": imported.embedded,
    }


def written_lines(written: Written) -> Iterator[str]:
    """What was exported, for a person to read."""
    yield f"{written.file}  {written.bytes / 2**20:,.1f} MiB"
    for name, rows in written.rows.items():
        yield f"  {name}: {rows:,}"
    if written.vectors:
        yield f"  vectors: {written.vectors:,}"


def imported_lines(imported: Imported) -> Iterator[str]:
    """What became of each part of an import, for a person to read."""
    for name, merged in imported.parts.items():
        yield f"{name}: {_counts(merged)}"
    for name in imported.skipped:
        yield f"{name}: not imported"
    yield f"{imported.vectors:,} vectors taken along, {imported.embedded:,} texts embedded anew"


def _counts(merged: Merged) -> str:
    counts = [f"{number:,} {word}" for word, number in asdict(merged).items() if number]
    return ", ".join(counts) or "none"


async def attached(interaction: discord.Interaction[OnRecord], server: int) -> None:
    """Send a server's archive to whoever asked for it, and to nobody else; or say that it does not fit."""
    import discord

    from bot.localised import counted, text

    await interaction.response.defer(ephemeral=True, thinking=True)

    def work(archive: Archive) -> tuple[Written, bytes]:
        # Without vectors an article takes 2.3 kB instead of 50 (measured over 200); they are made anew on the way in.
        with tempfile.TemporaryDirectory(prefix="onrecord-") as folder:
            file = Path(folder) / "archive.zip"
            written = export(archive, file, vectors=False)
            return written, file.read_bytes() if written.bytes <= ATTACHED else b""

    written, data = await interaction.client.worker.call(server, work)
    if not data:
        said = text("export.too_large", size=f"{written.bytes / 2**20:,.1f}", server=server)
        await interaction.followup.send(said, ephemeral=True)
        return
    name = f"onrecord-{server}-{interaction.created_at:%Y-%m-%d}.zip"
    said = counted("export.done", written.rows["articles"])
    await interaction.followup.send(said, file=discord.File(io.BytesIO(data), name), ephemeral=True)
