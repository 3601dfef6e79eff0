"""What a card's buttons do beyond showing more of it: **Follow up**, **Wrong**, **Ask without that**, **Share**.

All they need stands on the card (`bot.cards`) or in their ids, so they outlive the process that sent the card. What is
typed into a form is read from the interaction for the same reason.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
from discord import ui
from discord.ext import commands

from bot import cards, posted, render
from bot.ask import (
    LastingButton,
    LastingSelect,
    Pressed,
    answered,
    before_card,
    hit_at,
    prove,
    reply_to,
    stored,
    thread_of,
)
from bot.conversations import Earlier
from bot.in_force import elsewhere
from bot.localised import text
from bot.permissions import server_of
from bot.places import Place
from index import followup
from index.cards import Kind
from index.feedback import Complaint
from index.types import Answer, Filters, Hit, Receipt, Span

if TYPE_CHECKING:
    from bot.client import OnRecord
    from index.archive import Archive

log = logging.getLogger(__name__)


class FollowUpButton(LastingButton, template=render.FOLLOW_UP_ID):
    """*Follow up*: a form for the next question of the card's conversation."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Ask for the question; `Forms` answers it."""
        await interaction.response.send_modal(render.follow_up())


class WrongButton(LastingButton, template=render.WRONG_ID):
    """*Wrong*: what is wrong with a quotation, from a list."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the list to the person alone."""
        async with Pressed(interaction) as pressed:
            card = cards.read(interaction.message)
            place = Place.parse(self.says["place"])
            if card is None:
                await pressed.say(text("card.no_question"))
            elif await stored(interaction.client, server_of(interaction), place) is None:
                await pressed.say(text("ask.gone"))
            else:
                judged = f"{self.says['score']}:{place}"
                await pressed.show(render.complaint(card.asked, card.carried, judged))


class ComplaintSelect(LastingSelect, template=render.COMPLAINT_ID):
    """The list of what can be wrong; it stands in a message that shows the question, like a card."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Keep what was chosen; for something else, ask for words."""
        complaint = Complaint(self.item.values[0])
        if complaint is Complaint.OTHER:
            await interaction.response.send_modal(render.complaint_words(f"{self.says['score']}:{self.says['place']}"))
            return
        async with Pressed(interaction, turn=True) as pressed:
            await pressed.show(render.note(await _judged(interaction, self.says, complaint)))


async def _judged(
    interaction: discord.Interaction[Any], says: re.Match[str], complaint: Complaint, words: str | None = None
) -> str:
    """Keep one person's judgement, in place of an earlier one of theirs; what they are told."""
    bot, server, card = interaction.client, server_of(interaction), cards.read(interaction.message)
    place = Place.parse(says["place"])
    if card is None:
        return text("card.no_question")
    # Read from the card each time, so that the same person's judgements of one card are always of one question.
    standalone = followup.standalone(card.asked, card.turns[:-1])

    def keep(archive: Archive) -> bool:
        article = bot.keys.find(server, archive, place.key)
        if article is None:
            return False
        receipt = Receipt(article.id, article.sha256, place.span)
        score = min(int(says["score"]), 1000) / 1000 if says["score"] else _score(archive, standalone, receipt)
        archive.give_feedback(
            card.asked, receipt, score, right=False, complaint=complaint,
            standalone=standalone, by=str(interaction.user.id), words=words,
        )  # fmt: skip
        return True

    return text("wrong.thanks") if await bot.worker.call(server, keep) else text("ask.gone")


def _score(archive: Archive, asked: str, receipt: Receipt) -> float:
    """How sure the reader is that a passage answers; 0 where it would not be found for the question."""
    return next((hit.score for hit in archive.rank(asked) if hit.receipt == receipt), 0.0)


class WithoutButton(LastingButton, template=render.WITHOUT_ID):
    """*Ask without that*: the bare question, without what earlier ones gave to it; or without their filters."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Change the answer of whoever asked; show anybody else the other answer alone."""
        message, card = interaction.message, cards.read(interaction.message)
        own = message is not None and (message.flags.ephemeral or (card and card.asker == interaction.user.id))
        async with Pressed(interaction, turn=bool(own)) as pressed:
            if message is None or card is None:
                await pressed.say(text("card.no_question"))
                return
            bot, server, asker = interaction.client, server_of(interaction), interaction.user.id
            private = message.flags.ephemeral or not own
            if sentence := await elsewhere(interaction):
                await pressed.say(sentence)
                return
            if refusal := bot.limits.count(server, asker, None if private else interaction.channel_id):
                await pressed.say(refusal.sentence)
                return
            last = bot.conversations.before(server, message.id)[-1:]
            # A long question stands on the card in part only; while it is remembered, all of it is asked.
            asked = last[0] if last and render.as_asked(last[0]) == card.asked else card.asked
            turns: tuple[str, ...] = ()
            filters = card.filters
            if self.says["filters"]:
                turns = bot.conversations.before(server, message.id)[:-1] if last else card.turns[:-1]
                filters = Filters()
            # Inherited filters stay inherited: they can still be taken out of what is shown now.
            earlier, own_filters = (Earlier(turns, filters), Filters()) if card.inherited else (Earlier(turns), filters)
            with bot.answering():
                found = await answered(
                    bot, server, asked, earlier, interaction.created_at, own_filters, asker=asker, private=private
                )
                await posted.note(bot, server, await pressed.show(found.view), found.view)
            if own:
                bot.conversations.remember(server, message.id, turns, asked, found.filters)


class ShareButton(LastingButton, template=render.SHARE_ID):
    """*Share*: the very same answer for the whole channel. Only who sees the private one can press it."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Prove all of it once more, send it, and take the button away."""
        async with Pressed(interaction, turn=True) as pressed:
            message, card = interaction.message, cards.read(interaction.message)
            if message is None or card is None:
                await pressed.say(text("card.no_question"))
                return
            bot, server, asker = interaction.client, server_of(interaction), interaction.user.id
            hits = [await hit_at(bot, server, place, card.filters) for place in card.places]
            if gone := next((hit for hit in hits if isinstance(hit, str)), None):
                await pressed.say(gone)
                return
            shared = self._shared(card, [hit for hit in hits if isinstance(hit, Hit)])
            if shared is None:
                await pressed.say(text("card.not_same"))
                return
            await prove(bot, server, render.shown_hits(shared) if isinstance(shared, Answer) else shared)
            today = interaction.created_at.date()
            if isinstance(shared, Answer):
                view = render.card(shared, card.filters, today=today, asker=asker, inherited=card.inherited)
            else:
                nearest = shared[0] if shared else None
                view = render.silence(
                    card.asked, card.carried, card.filters, card.said, nearest, today=today, asker=asker,
                    inherited=card.inherited,
                )  # fmt: skip
            sent = await interaction.followup.send(view=view, wait=True)
            await interaction.edit_original_response(view=view)  # without the button, for it is shared now
            await posted.note(bot, server, sent, view, Kind.SHARED)
            before = bot.conversations.before(server, message.id)
            asked = before[-1] if before else card.asked
            bot.conversations.remember(server, sent.id, before[:-1], asked, card.filters)

    def _shared(self, card: cards.Card, hits: list[Hit]) -> Answer | list[Hit] | None:
        """The answer that the card shows, or what is nearest to one; ``None`` where it cannot be had as it was."""
        if self.says["found"] == "0":
            return hits
        beside = [int(number) for number in self.says["beside"].split(".") if number]
        if not hits or any(number >= len(hits) for number in beside):
            return None
        first = replace(hits[0], score=card.score)
        if self.says["answering"]:
            start, length = map(int, self.says["answering"].split("."))
            start += first.passage.span.start
            first = replace(first, answering=Span(start, start + length))
        conflicts = tuple((0, number) for number in beside)
        return Answer(card.asked, card.asked, (first, *hits[1:]), 0.0, conflicts, card.carried)


class Forms(commands.Cog):
    """Answers the forms of the cards."""

    def __init__(self, bot: OnRecord) -> None:
        self.bot = bot

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """A form that was filled in, by its id."""
        if interaction.type is not discord.InteractionType.modal_submit or interaction.data is None:
            return
        custom_id = str(interaction.data.get("custom_id", ""))
        words = next(_typed(interaction.data), "").strip()
        if custom_id == render.FOLLOW_UP_WORDS_ID:
            await self._follow_up(interaction, words)
        elif says := render.COMPLAINT_WORDS_ID.fullmatch(custom_id):
            async with Pressed(interaction, turn=True) as pressed:
                await pressed.show(render.note(await _judged(interaction, says, Complaint.OTHER, words)))

    async def _follow_up(self, interaction: discord.Interaction[Any], question: str) -> None:
        message, asker = interaction.message, interaction.user.id
        private = message is None or message.flags.ephemeral
        async with Pressed(interaction, turn=not private) as pressed:
            if message is None or cards.read(message) is None or not question:
                await pressed.say(text("ask.hint") if question == "" else text("card.no_question"))
                return
            server, bot = server_of(interaction), self.bot
            if sentence := await elsewhere(interaction):
                await pressed.say(sentence)
                return
            if refusal := bot.limits.count(server, asker, None if private else interaction.channel_id):
                await pressed.say(refusal.sentence)
                return
            before = before_card(bot, server, message)
            with bot.answering():
                found = await answered(
                    bot, server, question, before, interaction.created_at, asker=asker, private=private
                )
                sent = await _posted(interaction, message, found.view, private=private)
            await posted.note(bot, server, sent, found.view)
            thread = None if private else thread_of(interaction.channel)
            for carrier in (sent.id, thread):
                if carrier is not None:
                    bot.conversations.remember(server, carrier, before.questions, question, found.filters)


async def _posted(
    interaction: discord.Interaction[Any], card: discord.Message, view: ui.LayoutView, *, private: bool
) -> discord.Message:
    """The answer to a follow-up: below its card, as a reply to it; where the bot may not write, as Discord allows."""
    if not private:
        try:
            return await reply_to(card, view=view)
        except discord.Forbidden:
            log.info("May not write in channel %s; the answer is sent by the interaction", interaction.channel_id)
    sent: discord.Message = await interaction.followup.send(view=view, ephemeral=private, wait=True)
    return sent


def _typed(data: Any) -> Iterator[str]:
    """What was typed into the text fields of a form."""
    if isinstance(data, dict):
        if data.get("custom_id") == render.WORDS_ID and isinstance(data.get("value"), str):
            yield data["value"]
        for part in (data.get("components"), data.get("component")):
            yield from _typed(part)
    elif isinstance(data, list):
        for part in data:
            yield from _typed(part)
