"""*Tell me when it is*: the offer on a card that has no answer."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

import discord
from discord import ui

from bot.localised import text
from index.archive import Archive
from index.errors import ArchiveError
from index.types import Abstention, Filters, Reason, Reply

log = logging.getLogger(__name__)

TELL_ID = re.compile(r"or:b:(?P<key>[A-Za-z0-9_-]{10})")


def offered(archive: Archive, reply: Reply, mark: str, filters: Filters, asked_on: str) -> tuple[str, ...]:
    """The key of a question that somebody may ask to be told about; none where it is answered, or names nothing.

    Runs on the archives' thread. That nothing can be stored keeps nobody from being told that there is no answer.
    """
    if not isinstance(reply, Abstention) or reply.reason is Reason.UNCLEAR_QUESTION:
        return ()
    try:
        return (archive.offer_to_tell(reply, mark, filters, asked_on),)
    except ArchiveError as error:
        log.warning("Telling could not be offered: %s", error)
        return ()


def with_button(view: ui.LayoutView, keys: Sequence[str]) -> ui.LayoutView:
    """The card, with the button under it where there is something to tell."""
    for key in keys:
        label = text("tell.button")
        button: ui.Button[ui.LayoutView] = ui.Button(
            label=label, emoji="🔔", custom_id=f"or:b:{key}", style=discord.ButtonStyle.secondary
        )
        view.add_item(ui.ActionRow(button))
    return view
