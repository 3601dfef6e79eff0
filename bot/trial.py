"""``onrecord try``: the whole job on the bundled sample, in an archive that is gone afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

from bot.config import Config
from index.archive import Archive
from index.errors import SourceError
from index.sources import read
from index.types import Added, Answer, Reply

SAMPLE_ID = "onrecord-sample"

QUESTIONS = (
    "How many containers did North Korea ship to Russia?",
    "Did the US condemn North Korea?",
    "Did China send weapons to Russia?",
)
"""Two that the sample answers, by what somebody is reported to have said and by their very words; one it does not."""


def run(config: Config) -> Iterator[Added | Reply]:
    """Add the sample, then answer the three questions; every quotation is proved before it is handed out.

    Raises ``ReceiptBroken`` if one could not be, and ``SourceError`` if the sample could not be read.
    """
    with (
        tempfile.TemporaryDirectory(prefix="onrecord-") as folder,
        Archive.open(Path(folder), settings=config.index) as archive,
    ):
        yield add_sample(archive, config)
        for question in QUESTIONS:
            reply = archive.ask(question)
            if isinstance(reply, Answer):
                for hit in reply.hits:
                    archive.prove(hit.receipt)
            yield reply


def add_sample(archive: Archive, config: Config) -> Added:
    """Add the bundled sample article to ``archive``. Raises ``SourceError`` if it could not be read."""
    with as_file(files("bot") / "sample" / "article.md") as sample:
        for draft in read(str(sample), settings=config.sources):
            if isinstance(draft, SourceError):
                raise draft
            # Its own id, so that a receipt is the same wherever onrecord is installed.
            return archive.add(replace(draft, id=SAMPLE_ID, origin=None))
    raise SourceError("sample", "The bundled sample article is missing; install onrecord again.")
