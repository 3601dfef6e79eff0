"""Members ask: ``/ask``, a mention of the bot, a reply to one of its cards; and the buttons of the cards.

The question goes to the archive of the server it was asked in, and nowhere else. Before a card is sent, every
quotation on it is proved against the stored article.
"""

from __future__ import annotations

import asyncio
import io
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot import cards, days, failures, in_force, localised, posted, render, tell_me, unanswered, verbatim
from bot.conversations import Earlier, Said, what_is
from bot.localised import text
from bot.messages import Asked, asked_in
from bot.permissions import server_of
from bot.places import Place
from index.archive import Archive
from index.errors import PassageHidden
from index.types import Answer, Article, Filters, Hit, Receipt, Reply

if TYPE_CHECKING:
    from bot.client import OnRecord

log = logging.getLogger(__name__)

AUTOCOMPLETE_SECONDS = 2.5
"""Discord drops suggestions that come after 3 s; an empty list is better than a late one."""

SEEN = "👋"
"""The reaction to a message that mentions the bot and asks nothing."""
LOOKED_BACK = 25
"""Messages of a thread that are looked at for what was asked there before a restart."""
_WRITTEN = (discord.MessageType.default, discord.MessageType.reply)
"""Messages that somebody wrote; others tell of pins, new threads and the like."""


class Ask(commands.Cog):
    """Questions, from wherever they are asked."""

    def __init__(self, bot: OnRecord) -> None:
        self.bot = bot

    @app_commands.command(name="ask", description="Ask what the articles of this server say")
    @app_commands.guild_only()
    @app_commands.describe(
        question="What you want to know",
        speaker="Only what this person said",
        outlet="Only from this outlet",
        since="Only articles from this day on, like 2023-10-13",
        until="Only articles up to this day, like 2023-10-13",
        private="Only you see the answer",
    )
    async def ask(
        self,
        interaction: discord.Interaction[OnRecord],
        question: app_commands.Range[str, 1, 500],
        speaker: app_commands.Range[str, 1, 100] | None = None,
        outlet: app_commands.Range[str, 1, 100] | None = None,
        since: app_commands.Range[str, 1, 30] | None = None,
        until: app_commands.Range[str, 1, 30] | None = None,
        private: bool = False,
    ) -> None:
        """Answer a question with what is on record, within what it may be narrowed to."""
        server = server_of(interaction)
        asked = filters_of(speaker, outlet, since, until, interaction.created_at.date())
        # What only one person sees disturbs no channel.
        channel = None if private else interaction.channel_id
        if (filters := await admitted(self.bot, interaction, asked, channel=channel)) is None:
            return
        await interaction.response.defer(ephemeral=private, thinking=True)
        interaction.extras[failures.PUBLIC] = not private
        thread = thread_of(interaction.channel)
        # Its options are all there is to narrow it: what is left out of them is wanted open, in a thread too.
        before = (await before_thread(self.bot, server, interaction.channel, interaction.created_at)).questions
        with self.bot.answering():
            found = await answered(
                self.bot, server, question, Earlier(before), interaction.created_at, filters,
                asker=interaction.user.id, private=private,
            )  # fmt: skip
            sent = await interaction.followup.send(view=found.view, wait=True)
        await posted.note(self.bot, server, sent, found.view)
        self.bot.conversations.remember(server, sent.id, before, question, found.filters)
        if thread is not None and not private:
            self.bot.conversations.remember(server, thread, before, question, found.filters)

    @ask.autocomplete("speaker")
    async def _speakers(
        self, interaction: discord.Interaction[OnRecord], current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggested(interaction, lambda archive: archive.speakers(current, 25))

    @ask.autocomplete("outlet")
    async def _outlets(
        self, interaction: discord.Interaction[OnRecord], current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggested(interaction, lambda archive: archive.outlets(current, 25))

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """A mention asks; a reply to one of the bot's cards goes on from that card."""
        me = self.bot.user
        if message.author.bot or message.guild is None or me is None or message.type not in _WRITTEN:
            return
        if not any(user.id == me.id for user in message.mentions):
            return
        localised.speak(message.guild.preferred_locale)
        try:
            if not await in_force.answers_in(self.bot, message.guild.id, message.channel):
                return
            # What is done to the message meanwhile comes after its answer (`bot.edits`).
            async with self.bot.posts.turn(message.id):
                await self._on_mention(message, message.guild.id, me.id)
        except discord.HTTPException as error:
            # Not allowed to speak there, or Discord is away: nothing can be said about it in the channel.
            log.warning("Could not answer in channel %s: %s", message.channel.id, error)
        except Exception as error:  # noqa: BLE001  # the one place where surprises of a message end
            await reply_to(message, content=failures.sentence(error))

    async def _on_mention(self, message: discord.Message, server: int, me: int) -> None:
        asked = asked_by(message, me)
        match what_is(asked.question):
            case Said.COURTESY:
                return
            case Said.GREETING:
                if self.bot.limits.count(server, message.author.id, message.channel.id) is None:
                    await message.add_reaction(SEEN)
                return
            case Said.HELP:
                if self.bot.limits.count(server, message.author.id, message.channel.id) is None:
                    await reply_to(message, content=text("ask.hint"))
                return
            case Said.QUESTION:
                pass
        if refusal := self.bot.limits.count(server, message.author.id, message.channel.id):
            if refusal.first:
                await reply_to(message, content=refusal.sentence)
            return
        await message.channel.typing()
        earlier = await before_message(self.bot, server, message, me)
        before = replace(earlier, questions=(*earlier.questions, *asked.leading))
        with self.bot.answering():
            found = await answered(
                self.bot, server, asked.question, before, message.created_at, asker=message.author.id
            )
            sent = await reply_to(message, view=found.view)
        await posted.note(self.bot, server, sent, found.view)
        for carrier in (sent.id, thread_of(message.channel)):
            if carrier is not None:
                self.bot.conversations.remember(server, carrier, earlier.questions, asked.turn, found.filters)
        await self.bot.posts.note(server, message.id, sent.id, message.channel.id, asked.turn)


def asked_by(message: discord.Message, me: int) -> Asked:
    """What a message asks; a forum post that asks nothing itself, but mentions the bot, asks what its title does."""
    asked = asked_in(message.content, me)
    post = message.channel
    if isinstance(post, discord.Thread) and post.id == message.id and what_is(asked.question) is not Said.QUESTION:
        return Asked(post.name) if what_is(post.name) is Said.QUESTION else asked
    return asked


async def before_message(bot: OnRecord, server: int, message: discord.Message, me: int) -> Earlier:
    """What was asked before on the card that ``message`` replies to; else, in a thread, what was asked there."""
    reference = message.reference
    if reference is not None and isinstance(shown := reference.resolved, discord.Message) and shown.author.id == me:
        return before_card(bot, server, shown)
    return await before_thread(bot, server, message.channel, message.created_at, message)


async def before_thread(
    bot: OnRecord, server: int, channel: object, at: datetime, asking: discord.Message | None = None
) -> Earlier:
    """What was asked in a thread before ``asking``; none in a channel, where a conversation is a chain of replies."""
    earlier = bot.conversations.earlier(server, thread_of(channel))
    if earlier.questions or not isinstance(channel, discord.Thread | discord.PartialMessageable) or bot.user is None:
        return earlier
    # After a restart the thread itself tells, by the bot's latest card in it.
    since = at - timedelta(minutes=bot.config.bot.conversation_minutes)
    try:
        async for message in channel.history(limit=LOOKED_BACK, before=asking):
            if message.created_at < since:
                break
            if message.author.id == bot.user.id and (card := cards.read(message)) is not None:
                return Earlier(card.turns, card.filters)
    except discord.HTTPException as error:
        log.info("May not look back in thread %s: %s", channel.id, error)
    return Earlier()


def before_card(bot: OnRecord, server: int, message: discord.Message) -> Earlier:
    """The conversation that a card of the bot carries on; nothing where it is no card."""
    earlier = bot.conversations.earlier(server, message.id)
    if earlier.questions:
        return earlier
    # A card names its question and what that was narrowed to, so that a conversation goes on after a restart too.
    card = cards.read(message)
    return Earlier() if card is None else Earlier(card.turns, card.filters)


@dataclass(frozen=True, slots=True)
class Found:
    """The card for a question, and what it was narrowed to."""

    view: ui.LayoutView
    filters: Filters


async def answered(
    bot: OnRecord,
    server: int,
    question: str,
    before: Earlier,
    at: datetime,
    filters: Filters = Filters(),
    *,
    asker: int,
    private: bool = False,
) -> Found:
    """The card for a question, every quotation on it proved.

    It is narrowed to ``filters``; where there are none, to what the conversation was before, unless it says otherwise.
    """
    today = at.astimezone(UTC).date()
    asked_on = today.isoformat()

    def asked(archive: Archive) -> tuple[Reply, Filters, tuple[str, ...]]:
        mark, narrowed = archive.mark, filters
        if filters == Filters():
            narrowed = archive.inherited(question, before.questions, before.filters, asked_on)
        # To try what else could be asked takes twice as long as the answer: not while others wait for theirs.
        suggest = not bot.worker.waiting
        reply = archive.ask(question, before.questions, filters=narrowed, asked_on=asked_on, suggest=suggest)
        unanswered.noted(archive, reply, mark, narrowed, asked_on, None if private else asker)
        return reply, narrowed, tell_me.offered(archive, reply, mark, narrowed, asked_on)

    reply, narrowed, offered = await bot.worker.call(server, asked)
    await prove(bot, server, render.shown_hits(reply))
    view = render.card(reply, narrowed, today=today, asker=asker, private=private, inherited=narrowed != filters)
    return Found(tell_me.with_button(view, offered), narrowed)


async def prove(bot: OnRecord, server: int, hits: Sequence[Hit]) -> None:
    """Raise ``ReceiptBroken`` unless every hit's words stand in its stored article, to the character.

    So for their copies in other articles, which the card names.
    """

    def proved(archive: Archive) -> list[Article]:
        for copy in (copy for hit in hits for copy in hit.also):
            archive.prove(copy.receipt)  # an outlet is only named for words that are still there
        return [archive.prove(hit.receipt) for hit in hits]

    stored = await bot.worker.call(server, proved)
    for hit, article in zip(hits, stored, strict=True):
        failures.check_proof(hit, article)


async def suggested(
    interaction: discord.Interaction[OnRecord], names: Callable[[Archive], Sequence[str]]
) -> list[app_commands.Choice[str]]:
    """Names from the archive of the server where somebody types, to choose from."""
    found = await suggestions(interaction.client, server_of(interaction), names)
    # A name that is cut would match nothing, and Discord takes none that is longer.
    return [app_commands.Choice(name=name, value=name) for name in found if 0 < len(name) <= 100][:25]


async def suggestions(bot: OnRecord, server: int, names: Callable[[Archive], Sequence[str]]) -> Sequence[str]:
    """Names from one server's archive; none when the archive is too busy to answer in time."""
    try:
        async with asyncio.timeout(AUTOCOMPLETE_SECONDS):
            return await bot.worker.call(server, names)
    except TimeoutError:
        return ()


async def reply_to(message: discord.Message, **what: Any) -> discord.Message:
    """Answer a message in its channel, without a ping."""
    # The message may be deleted while it is being answered; the answer is then sent without the reference.
    reference = message.to_reference(fail_if_not_exists=False)
    return await message.channel.send(reference=reference, mention_author=False, **what)


def thread_of(channel: object) -> int | None:
    """The id of a thread or forum post, which is a conversation of its own; ``None`` for any other channel."""
    # What Discord did not tell about, though it tells about every channel at the start, is a thread.
    return channel.id if isinstance(channel, discord.Thread | discord.PartialMessageable) else None


def filters_of(
    speaker: str | None, outlet: str | None, since: str | None, until: str | None, today: date
) -> Filters | str:
    """The filters a member asked for, or the sentence that says what is wrong with them."""
    first = days.day_of(since, today=today) if since else None
    last = days.day_of(until, today=today, last=True) if until else None
    for written, understood in ((since, first), (until, last)):
        if written and not understood:
            return text("ask.no_day", day=verbatim.label(written, 30), how=text("ask.how_days"))
    if first and last and first > last:
        return text("ask.no_days", since=render.day(first), until=render.day(last))
    return Filters(
        speaker=speaker.strip() or None if speaker else None,
        outlet=outlet.strip() or None if outlet else None,
        since=first,
        until=last,
    )


# --- the buttons of the cards: all they know is in their id, so they outlive the process that sent them


async def admitted(
    bot: OnRecord, interaction: discord.Interaction[OnRecord], filters: Filters | str, *, channel: int | None = None
) -> Filters | None:
    """The filters, where they are understood and the member may ask now; else ``None``, and the member was told why.

    ``channel`` counts the question for that channel's limit too.
    """
    if isinstance(filters, str):
        await failures.say(interaction, filters)
        return None
    if refusal := bot.limits.count(server_of(interaction), interaction.user.id, channel):
        await failures.say(interaction, refusal.sentence)
        return None
    return filters


_Pressable = TypeVar("_Pressable", bound=ui.Item[Any])


class _Lasting(ui.DynamicItem[_Pressable], template=r"(?!)"):
    """An item of a message, and what its id says; each kind has a ``template`` of its own for that."""

    def __init__(self, item: _Pressable, says: re.Match[str]) -> None:
        super().__init__(item)
        self.says = says

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Called by discord.py when it is used, in whatever process runs then, and in the task that answers it."""
        localised.speak(interaction.locale)
        if interaction.guild_id is not None:
            await interaction.client.server_settings.of(interaction.guild_id)  # whom it may be pressed by depends on it
        return cls(cast("_Pressable", item), match)  # only items of its own sort carry ids of its form


class LastingButton(_Lasting[ui.Button[ui.LayoutView]], template=r"(?!)"):
    """A button that outlives the process that sent it."""


class LastingSelect(_Lasting[ui.Select[ui.LayoutView]], template=r"(?!)"):
    """A list to choose from, likewise."""


class ContextButton(LastingButton, template=render.CONTEXT_ID):
    """*In context*: the sentences around a quotation, for the person who asked alone."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the words where they stand, as they are stored now."""
        async with Pressed(interaction, turn=bool(self.says["turn"])) as pressed:
            place = Place.parse(self.says["place"])
            article = await stored(interaction.client, server_of(interaction), place)
            if article is None:
                await pressed.say(text("ask.gone"))
                return
            hidden = await interaction.client.worker.call(
                server_of(interaction), lambda archive: archive.hidden(article.id)
            )
            today = interaction.created_at.date()
            shown = render.context(article, place.span, int(self.says["part"]), today, hidden)
            await pressed.show(shown.view, shown.attachment)


class MoreButton(LastingButton, template=render.MORE_ID):
    """*More*: the other quotations of an answer, one a page, for the person who asked alone."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the quotation, proved anew."""
        async with Pressed(interaction, turn=bool(self.says["turn"])) as pressed:
            places = tuple(map(Place.parse, self.says["places"].split("~")))
            page = min(int(self.says["page"]), len(places) - 2)
            bot, server, card = interaction.client, server_of(interaction), cards.read(interaction.message)
            # Of the others that are still there, those are shown that give other figures than this one.
            filters = card.filters if card else Filters()
            hits = [await hit_at(bot, server, place, filters, copies=n == page + 1) for n, place in enumerate(places)]
            if not isinstance(shown := hits[page + 1], Hit):
                await pressed.say(shown)
                return
            there = tuple(hit for hit in hits if isinstance(hit, Hit))
            asked, carried = (card.asked, card.carried) if card else ("", ())
            conflicts = await bot.worker.call(server, lambda archive: archive.conflicts(asked, there))
            answer = Answer(asked, asked, there, 0.0, conflicts, carried)
            index = there.index(shown)
            await prove(bot, server, render.shown_hits(answer, index))
            today = interaction.created_at.date()
            await pressed.show(render.further(answer, index, page, places, filters, today=today))


async def hit_at(bot: OnRecord, server: int, place: Place, filters: Filters, *, copies: bool = True) -> Hit | str:
    """The quotation at a place in this server's archive, or the sentence that says why it is gone.

    With its copies, if wished, as far as ``filters`` let them through.
    """

    def find(archive: Archive) -> Hit | str:
        article = bot.keys.find(server, archive, place.key)
        if article is None:
            return text("ask.gone")
        receipt = Receipt(article.id, article.sha256, place.span)
        try:
            return archive.hit_at(receipt, copies=copies, filters=filters) or text("ask.cut_anew")
        except PassageHidden as error:
            return failures.sentence(error)

    return await bot.worker.call(server, find)


async def stored(bot: OnRecord, server: int, place: Place) -> Article | None:
    """The proved article of a place in this server's archive; ``None`` when it or its text is gone."""

    def find(archive: Archive) -> Article | None:
        article = bot.keys.find(server, archive, place.key)
        return None if article is None else archive.prove(Receipt(article.id, article.sha256, place.span))

    return await bot.worker.call(server, find)


class Pressed:
    """Acknowledges the press of a button at once; tells the person when it fails, for discord.py would only log it."""

    def __init__(self, interaction: discord.Interaction[OnRecord], *, turn: bool = False) -> None:
        self._interaction = interaction
        self._turn = turn

    async def __aenter__(self) -> Pressed:
        if self._turn:
            await self._interaction.response.defer()
        else:
            await self._interaction.response.defer(ephemeral=True, thinking=True)
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, Exception):
            await failures.tell(self._interaction, error)
            return True
        return False

    async def show(self, view: ui.LayoutView, attachment: str | None = None) -> discord.Message:
        """Send ``view``, or turn the page of the message it stands on; the message that shows it."""
        data = attachment.encode("utf-8", "surrogatepass") if attachment else b""
        files = [discord.File(io.BytesIO(data), "passage.txt")] if data else []
        if self._turn:
            return await self._interaction.edit_original_response(view=view, attachments=files)
        return await self._interaction.followup.send(view=view, files=files, ephemeral=True, wait=True)

    async def say(self, words: str) -> None:
        """Say one sentence to the person alone."""
        await self._interaction.followup.send(words, ephemeral=True)
