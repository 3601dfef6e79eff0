"""What could not be answered is kept for the moderators (`bot.gaps`): the question, and of who asked a pseudonym."""

from __future__ import annotations

import logging

from index.archive import Archive
from index.errors import ArchiveError
from index.types import Abstention, Filters, Reason, Reply

log = logging.getLogger(__name__)


def noted(archive: Archive, reply: Reply, mark: str, filters: Filters, asked_on: str, asker: int | None) -> None:
    """Keep a question that is not answered and names something; of a private one (no ``asker``) the question alone.

    Runs on the archives' thread. That nothing can be stored keeps nobody from being told that there is no answer.
    """
    if not isinstance(reply, Abstention) or reply.reason is Reason.UNCLEAR_QUESTION:
        return
    try:
        archive.note_gap(reply, mark, filters, asked_on, by=None if asker is None else str(asker))
    except ArchiveError as error:
        log.warning("An unanswered question was not kept: %s", error)
