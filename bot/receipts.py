"""Receipts in Discord: ``/receipt``, and the menu of a message, prove what a card quotes again, and export it.

A card's buttons carry the places of its quotations. They are only looked up in the archive of the server in which the
receipt is asked for, so a card that was copied from elsewhere proves nothing here.
"""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui

from bot import failures, render, verbatim
from bot.ask import LastingButton, LastingSelect
from bot.localised import catalogue, grouped, language, text
from bot.menus import WithMenu
from bot.permissions import server_of
from bot.places import PATTERN, Place
from index import livepage
from index.archive import Archive
from index.receipts import GROUNDS, Form, Proof, export, grounds
from index.types import Article, Hit, Receipt, Span

if TYPE_CHECKING:
    from bot.client import OnRecord

MENU = "Receipt"

LIVE_SECONDS = 8.0
"""For the live page, from the first look-up to the last byte: somebody waits for it."""
LOOKED_BACK = 50
"""Newest messages of a channel among which a card is looked for."""
ROOM = 2000
"""Units of a quotation on a receipt; a longer one is cut at the end of a sentence."""
_GROUNDS_ROOM = 900

_TURN, _LIVE, _EXPORT = "or:rt", "or:rl", "or:re"
TURN_ID = re.compile(rf"{_TURN}:(?P<page>[0-9]{{1,2}}):(?P<places>{PATTERN}(?:~{PATTERN})*)")
LIVE_ID = re.compile(rf"{_LIVE}:(?P<place>{PATTERN})")
EXPORT_ID = re.compile(rf"{_EXPORT}:(?P<place>{PATTERN})")
_PLACE = re.compile(rf"(?<![\w.-]){PATTERN}(?![\w.-])")
_MESSAGE = re.compile(
    r"(?:https?://(?:\w+\.)?discord(?:app)?\.com/channels/(?P<guild>[0-9]{1,20})/(?P<channel>[0-9]{1,20})/)?"
    r"(?P<message>[0-9]{15,20})/?"
)
_GREEN, _GREY = discord.Colour(0x1F8B4C), discord.Colour(0x747F8D)


class Receipts(WithMenu):
    """Proofs of what was quoted, from a command and from the menu of a message."""

    menu_name = MENU

    @app_commands.command(name="receipt", description="Prove again what one of my cards quotes, and export it")
    @app_commands.guild_only()
    @app_commands.describe(message="The link of the card, or its id; without it, my newest card in this channel")
    async def receipt(
        self, interaction: discord.Interaction[OnRecord], message: app_commands.Range[str, 1, 200] | None = None
    ) -> None:
        """Prove the quotations of a card that is linked to, or else of the newest one there is here."""
        found = None if message is None else _MESSAGE.fullmatch(message.strip().strip("<>"))
        if message is not None and found is None:
            await failures.say(interaction, text("receipt.not_a_link"))
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        card = await _newest(interaction) if found is None else await _fetched(interaction, found)
        if isinstance(card, str):
            await failures.say(interaction, card)
            return
        await self._prove(interaction, card)

    async def of_message(self, interaction: discord.Interaction[OnRecord], message: discord.Message) -> None:
        """Prove the quotations of the card whose menu was used."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._prove(interaction, message)

    async def _prove(self, interaction: discord.Interaction[OnRecord], card: discord.Message) -> None:
        if self.bot.user is None or card.author.id != self.bot.user.id:
            await failures.say(interaction, text("receipt.not_mine"))
            return
        places = places_on(card)
        if not places:
            await failures.say(interaction, text("receipt.no_quotation"))
            return
        with self.bot.answering():
            view = await page(self.bot, server_of(interaction), places, 0, interaction.created_at.date())
            await interaction.followup.send(view=view, ephemeral=True)


async def _newest(interaction: discord.Interaction[OnRecord]) -> discord.Message | str:
    """The newest card of the bot in the channel that quotes something; else the sentence that there is none."""
    here, me = interaction.channel, interaction.client.user
    if me is None or not isinstance(here, discord.abc.Messageable):
        return text("receipt.none_here")
    try:
        async for message in here.history(limit=LOOKED_BACK):
            if message.author.id == me.id and places_on(message):
                return message
    except discord.Forbidden:
        return text("receipt.none_here")
    return text("receipt.none_here")


async def _fetched(interaction: discord.Interaction[OnRecord], named: re.Match[str]) -> discord.Message | str:
    """The message that was named, if whoever asks may read it; else the sentence that says why not."""
    here, server = interaction.channel, server_of(interaction)
    channel: Any = here
    if named["guild"] is not None and int(named["channel"]) != interaction.channel_id:
        if int(named["guild"]) != server or interaction.guild is None:
            return text("receipt.elsewhere")
        channel = interaction.guild.get_channel_or_thread(int(named["channel"]))
        if not _may_read(channel, interaction.user):
            return text("receipt.elsewhere")
    if not isinstance(channel, discord.abc.Messageable):
        return text("receipt.not_found")
    try:
        return await channel.fetch_message(int(named["message"]))
    except (discord.NotFound, discord.Forbidden):
        return text("receipt.not_found")


def _may_read(channel: Any, person: discord.User | discord.Member) -> bool:
    """Whether the person may read another channel's past; never a private thread, whose members are not known here."""
    if channel is None or not isinstance(person, discord.Member):
        return False
    if isinstance(channel, discord.Thread) and channel.is_private():
        return False
    allowed: discord.Permissions = channel.permissions_for(person)
    return allowed.view_channel and allowed.read_message_history


def places_on(card: discord.Message) -> tuple[Place, ...]:
    """The places of what a card quotes, each once: first those it shows, then those behind its other buttons."""
    ids = [custom_id for custom_id in _ids(card.components) if custom_id.startswith("or:")]
    ids.sort(key=lambda custom_id: render.CONTEXT_ID.fullmatch(custom_id) is None)
    found = [Place.parse(each.group()) for custom_id in ids for each in _PLACE.finditer(custom_id)]
    return tuple(dict.fromkeys(found))


def _ids(components: Sequence[Any]) -> Iterator[str]:
    for component in components:
        if custom_id := getattr(component, "custom_id", None):
            yield custom_id
        yield from _ids(getattr(component, "children", ()))
        if accessory := getattr(component, "accessory", None):
            yield from _ids([accessory])


# --- the receipt


async def proved(bot: OnRecord, server: int, place: Place) -> Proof | None:
    """The proof of a place in this server's archive, made now; ``None`` when the article or its text is gone."""

    def find(archive: Archive) -> Proof | None:
        article = bot.keys.find(server, archive, place.key)
        return None if article is None else archive.proved(Receipt(article.id, article.sha256, place.span))

    return await bot.worker.call(server, find)


async def page(bot: OnRecord, server: int, places: Sequence[Place], number: int, today: date) -> ui.LayoutView:
    """The receipt of one of ``places``; ``number`` counts from 0."""
    number = min(number, len(places) - 1)
    return receipt_card(await proved(bot, server, places[number]), fitting(places), number, today)


def fitting(places: Sequence[Place]) -> tuple[Place, ...]:
    """As many of ``places``, from the first, as the id of one button can hold."""
    kept = list(places)
    while len(_turn_id(99, kept)) > render.ID_LIMIT:
        kept.pop()
    return tuple(kept)


def receipt_card(proof: Proof | None, places: Sequence[Place], number: int, today: date | None = None) -> ui.LayoutView:
    """What proves a quotation, in plain words, with its exports; or that it can no longer be proved.

    By ``today`` it says how old the article is.
    """
    which = text("receipt.which", number=number + 1, of=len(places))
    count = f"-# {which}\n" if len(places) > 1 else ""
    turn: list[ui.Button[ui.LayoutView]] = [
        ui.Button(label=label, custom_id=_turn_id(to, places))
        for label, to in ((text("button.previous"), number - 1), (text("button.next"), number + 1))
        if 0 <= to < len(places)
    ]
    rows = [ui.ActionRow(*turn)] if turn else []
    if proof is None:
        return render.view(ui.Container(ui.TextDisplay(f"{count}{text('receipt.gone')}"), accent_colour=_GREY), *rows)
    article, span = proof.article, proof.span
    place = Place.of(proof.receipt)
    buttons = render.links(article, span)
    if article.url:
        buttons.append(ui.Button(label=text("button.live"), custom_id=f"{_LIVE}:{place}"))
    texts = [
        f"{count}### {text('receipt.head')}\n{text('receipt.proved')}",
        *_quotation(article, span),
        "\n".join(
            line for line in (_spoken(proof), render.source_line(article, today), render.licence(article)) if line
        ),
        _grounds(proof),
        f"-# {text('receipt.article', id=verbatim.label(article.id, 120))}\n"
        f"-# {text('receipt.characters', start=span.start, end=span.end)}\n-# SHA-256 {article.sha256}",
    ]
    options = [
        discord.SelectOption(
            label=text(f"form.{form.value}.name"), value=form.value, description=text(f"form.{form.value}.what")
        )
        for form in Form
    ]
    select: ui.Select[ui.LayoutView] = ui.Select(
        custom_id=f"{_EXPORT}:{place}", placeholder=text("receipt.export"), options=options
    )
    box: ui.Container[ui.LayoutView] = ui.Container(
        *map(ui.TextDisplay, texts), ui.ActionRow(*buttons), ui.ActionRow(select), accent_colour=_GREEN
    )
    return render.view(box, *rows)


def _turn_id(page: int, places: Sequence[Place]) -> str:
    return f"{_TURN}:{page}:" + "~".join(map(str, places))


def _quotation(article: Article, span: Span) -> list[str]:
    shown = render.parts_of(article, span, ROOM, article.terms.words)[0]
    words = article.words(shown)
    if refused := render.over_quota(article, words):
        return [refused]
    if not verbatim.displayable(words) or verbatim.size(verbatim.quoted(words)) > ROOM:
        return [f"-# {text('receipt.too_long', number=grouped(len(span)))}"]
    if shown == span:
        return [verbatim.quoted(words)]
    return [verbatim.quoted(words), f"-# ✂ {text('receipt.cut', shown=grouped(len(shown)), whole=grouped(len(span)))}"]


def _spoken(proof: Proof) -> str:
    """Who says it, as on every other card; of words over several passages, only what holds for all of them."""
    if proof.passages and proof.kind is not None and (proof.speaker is not None or len(proof.passages) == 1):
        return render.who(Hit(proof.passages[0], proof.article, 0.0))
    several = len({each.speaker for each in proof.attributions}) > 1
    return text("receipt.several" if several else "receipt.not_stated")


def _grounds(proof: Proof) -> str:
    """What names the speaker, a line for each attribution; further ones are counted."""
    lines: list[str] = [f"**{text('receipt.grounds')}**"]
    room, every = _GROUNDS_ROOM, grounds(proof, {key: catalogue(language())[f"ground.{key}"] for key in GROUNDS})
    for number, sentence in enumerate(every):
        line = f"- {verbatim.label(sentence, 400)}"
        room -= verbatim.size(line)
        if room < 0:
            lines.append(f"- {text('receipt.more', number=grouped(len(every) - number))}")
            break
        lines.append(line)
    return "\n".join(lines)


# --- its buttons


class TurnReceiptButton(LastingButton, template=TURN_ID):
    """Turns to the receipt of another quotation of the card."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show that receipt, made now, in place of this one."""
        await interaction.response.defer()
        try:
            places = tuple(map(Place.parse, self.says["places"].split("~")))
            number, today = int(self.says["page"]), interaction.created_at.date()
            view = await page(interaction.client, server_of(interaction), places, number, today)
        except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
            await failures.tell(interaction, error)
            return
        await interaction.edit_original_response(view=view)


class LivePageButton(LastingButton, template=LIVE_ID):
    """*Look at the live page*: whether the article's address still has the words; the only thing that is fetched."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Look, and say what was found, or that nothing is known."""
        bot: OnRecord = interaction.client
        server = server_of(interaction)
        if refusal := bot.limits.count(server, interaction.user.id):
            await failures.say(interaction, refusal.sentence)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            proof = await proved(bot, server, Place.parse(self.says["place"]))
            said = text("receipt.gone") if proof is None else verbatim.escape(await _looked(bot, proof))
        except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
            await failures.tell(interaction, error)
            return
        await interaction.followup.send(view=render.note(said), ephemeral=True)


async def _looked(bot: OnRecord, proof: Proof) -> str:
    limits = replace(bot.config.sources, timeout_seconds=LIVE_SECONDS)
    try:
        # A page that is fetched in time may still be slow to read.
        async with asyncio.timeout(LIVE_SECONDS + 2):
            live = await bot.worker.aside(lambda: livepage.look(proof.article, proof.span, limits))
    except TimeoutError:
        return text("live.too_slow")
    found = text(f"live.{live.seen.value}", reason=live.reason)
    return f"{found} {text('live.moved', address=live.moved)}" if live.moved else found


class ExportSelect(LastingSelect, template=EXPORT_ID):
    """*Export*: the quotation with its source and its proof as a file, for the person who chose alone."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Prove the quotation once more, and send it in the form that was chosen."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            form = Form(self.item.values[0])
            proof = await proved(interaction.client, server_of(interaction), Place.parse(self.says["place"]))
            if proof is None:
                await interaction.followup.send(view=render.note(text("receipt.gone")), ephemeral=True)
                return
            data = export(proof, form).encode("utf-8", "surrogatepass")
        except Exception as error:  # noqa: BLE001  # discord.py would only log what a select raises
            await failures.tell(interaction, error)
            return
        name = f"quotation-{proof.span.start}-{proof.span.end}.{form.ending}"
        await interaction.followup.send(
            text(f"form.{form.value}.name"), file=discord.File(io.BytesIO(data), name), ephemeral=True
        )
