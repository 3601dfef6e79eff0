"""The one handler for surprises: a sentence for the person, the whole story for the operator."""

from __future__ import annotations

import logging
import secrets
from typing import Any

import discord
from discord import app_commands

from bot import verbatim
from bot.localised import text
from bot.permissions import Refused
from index.errors import ArchiveError, PassageHidden, ReceiptBroken
from index.types import Article, Hit

log = logging.getLogger(__name__)

PUBLIC = "onrecord.public"
"""Set in the ``extras`` of an interaction while the whole channel sees that it is being answered."""


class NotProved(ReceiptBroken):
    """A quotation is not, to the character, what its article holds."""


def check_proof(hit: Hit, stored: Article) -> None:
    """Raise ``NotProved`` unless the words about to be sent are those of the ``stored`` article."""
    span = hit.passage.span
    if span.end > len(stored.text) or stored.words(span) != hit.quote:
        raise NotProved(f"The words of {stored.id} at [{span.start}, {span.end}) are not those that were to be sent.")


def sentence(error: BaseException) -> str:
    """What the person is told about ``error``, escaped; logs what the operator needs to know about it."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    match error:
        case PassageHidden():
            return text("failure.hidden")
        case ReceiptBroken():
            log.error("A receipt is broken; nothing was sent: %s", error, exc_info=error)
            return text("failure.unproved")
        case ArchiveError():
            log.warning("%s: %s", type(error).__name__, error)
            return verbatim.escape(verbatim.plain_label(str(error), 1000))
        case Refused():
            return error.sentence or text(error.key)
        case app_commands.AppCommandError():
            log.info("%s: %s", type(error).__name__, error)
            return text("failure.not_here")
        case _:
            number = secrets.token_hex(4)
            log.error("Failure %s", number, exc_info=error)
            return text("failure.surprise", number=number)


async def tell(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Tell the person, privately where Discord still allows it, that it did not work."""
    await say(interaction, sentence(error))


async def say(interaction: discord.Interaction[Any], words: str) -> None:
    """Say one escaped sentence to the person alone, whether or not the interaction was acknowledged."""
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(words, ephemeral=True)
            return
        public = interaction.extras.pop(PUBLIC, False)
        if public:
            # Discord shows whatever comes first to the whole channel that was promised an answer, and takes nothing
            # any more once that is deleted unanswered. So it is answered, and taken back at the end.
            await interaction.edit_original_response(content="…")
        await interaction.followup.send(words, ephemeral=True)
        if public:
            await interaction.delete_original_response()
    except discord.HTTPException as error:
        # The person is gone or Discord is; there is nobody left to tell but the operator.
        log.warning("Could not tell the person %r: %s", words, error)
