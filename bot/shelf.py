"""The articles of a server as moderators see them: the list, one article, its details, and its removal.

An article is named in the id of a button by a key of its id and text, which is only looked up in the archive of the
server where the button is pressed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import discord
from discord import ui
from discord.ext import commands

from bot import curating, details, render, topics, verbatim
from bot.ask import Pressed, filters_of, prove
from bot.curating import DANGER, CuratorButton, FormButton, button, called, refused
from bot.localised import text
from bot.permissions import server_of
from bot.places import key_of
from index.archive import Archive
from index.audit import UNDO_DAYS
from index.errors import NoSuchArticle
from index.types import Article, Filters, Hit

if TYPE_CHECKING:
    from bot.client import OnRecord

PAGE = 10
"""Articles on one page of the list: each takes three of the 40 components of a message."""
CLAIMS = 4
"""Quotations on one page of an article's card."""
LONGEST_WORDS = 50
"""Characters of the words of a title, so that they fit into the id of a button beside the other filters."""
FILTER_GONE = "No article here is of that outlet, or quotes that speaker, any more."
KEPT = "Nothing was removed."
CHANGED = "**Changed.** Cards show it from now on."

_KEY = r"[A-Za-z0-9_-]{8}"
_LIST, _SHOW, _EDIT, _REMOVE, _SURE, _KEEP, _UNDO, _FORM = (
    "or:al", "or:as", "or:ae", "or:ar", "or:ay", "or:an", "or:au", "or:am",
)  # fmt: skip
LIST_ID = re.compile(
    rf"{_LIST}:(?P<page>[0-9]{{1,5}}):(?P<since>[0-9a-z]{{0,5}}):(?P<until>[0-9a-z]{{0,5}}):"
    rf"(?P<outlet>[A-Za-z0-9_-]{{0,6}}):(?P<speaker>[A-Za-z0-9_-]{{0,6}}):(?P<words>.{{0,{LONGEST_WORDS}}})",
    re.DOTALL,
)
# A "t" turns a page in place; without it the button stands on a list, and opens a message of its own.
SHOW_ID = re.compile(rf"{_SHOW}(?P<turn>t?):(?P<page>[0-9]{{1,4}}):(?P<key>{_KEY})")
EDIT_ID = re.compile(rf"{_EDIT}:(?P<key>{_KEY})")
REMOVE_ID = re.compile(rf"{_REMOVE}:(?P<key>{_KEY})")
SURE_ID = re.compile(rf"{_SURE}:(?P<key>{_KEY})")
KEEP_ID = re.compile(_KEEP)
UNDO_ID = re.compile(rf"{_UNDO}:(?P<entry>[0-9]{{1,12}})")
FORM_ID = re.compile(rf"{_FORM}:(?P<key>{_KEY})")

_GREEN, _RED = discord.Colour(0x1F8B4C), discord.Colour(0xA12D2F)


def key_for(article: Article) -> str:
    """What stands for an article in the ids of buttons and in suggestions."""
    return key_of(article.id, article.sha256)


# --- the list


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which articles are listed."""

    filters: Filters = Filters()
    words: str = ""
    """Words of the title."""

    def id(self, page: int) -> str:
        """The id of the button that shows this page of them."""
        filters = self.filters
        outlet, speaker = (topics.key_of(name) if name else "" for name in (filters.outlet, filters.speaker))
        since, until = topics.packed(filters.since), topics.packed(filters.until)
        return f"{_LIST}:{page}:{since}:{until}:{outlet}:{speaker}:{self.words}"

    @property
    def said(self) -> str:
        """What they are narrowed to, escaped; empty where they are not."""
        filters = self.filters
        parts = (
            self.words and f"with “{verbatim.label(self.words, LONGEST_WORDS)}” in the title",
            filters.outlet and f"in {verbatim.label(filters.outlet, 60)}",
            filters.speaker and f"quoting {verbatim.label(filters.speaker, 60)}",
            filters.since and f"since {render.day(filters.since)}",
            filters.until and f"until {render.day(filters.until)}",
        )
        return " · ".join(part for part in parts if part)


def wanted_of(
    interaction: discord.Interaction[Any],
    title: str | None,
    outlet: str | None,
    speaker: str | None,
    since: str | None,
    until: str | None,
) -> Wanted | str:
    """What a moderator asks to list, or the sentence that says what is wrong with it."""
    filters = filters_of(speaker, outlet, since, until, interaction.created_at.date())
    return filters if isinstance(filters, str) else Wanted(filters, " ".join((title or "").split()))


def list_card(articles: Sequence[Article], page: int, wanted: Wanted = Wanted()) -> ui.LayoutView:
    """One page, counting from 0, of articles in the order they are given."""
    pages = max(1, -(-len(articles) // PAGE))
    page = min(page, pages - 1)
    head = f"**{render.counted(len(articles), 'article')}** on record on this server"
    if wanted.said:
        head += f"\n-# only: {wanted.said}"
    items: list[Any] = [ui.TextDisplay(head)]
    for article in articles[page * PAGE : (page + 1) * PAGE]:
        items.append(ui.Section(_listed(article), accessory=button("Show", f"{_SHOW}:0:{key_for(article)}")))
    if pages > 1:
        items.append(ui.TextDisplay(f"-# Page {page + 1} of {pages}"))
    turn = topics.turning(page, pages, wanted.id)
    box: ui.Container[ui.LayoutView] = ui.Container(*items, accent_colour=_GREEN)
    return render.view(box, *([ui.ActionRow(*turn)] if turn else []))


def _listed(article: Article) -> str:
    parts = (
        verbatim.label(article.outlet or "", 40) or "outlet not stated",
        render.day(article.date) if article.date else "date not stated",
        verbatim.label(article.id, 40),
    )
    return f"**{verbatim.label(render.title_of(article), 70)}**\n-# {' · '.join(parts)}"


async def listed(bot: OnRecord, server: int, wanted: Wanted, page: int = 0) -> ui.LayoutView:
    """A page of what is on record now."""
    articles = await bot.worker.call(server, lambda archive: archive.listed(wanted.filters, wanted.words))
    return list_card(articles, page, wanted)


class ListButton(CuratorButton, template=LIST_ID):
    """Turns a page of the list."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Show that page, as the articles are now."""
        bot, server, says = interaction.client, server_of(interaction), self.says

        def named(archive: Archive) -> tuple[str | None, str | None]:
            return (
                topics.named(archive.outlets("", 10_000), says["outlet"]),
                topics.named(archive.speakers("", 100_000), says["speaker"]),
            )

        outlet, speaker = await bot.worker.call(server, named)
        if (says["outlet"] and outlet is None) or (says["speaker"] and speaker is None):
            await pressed.say(FILTER_GONE)
            return
        filters = Filters(speaker, outlet, topics.unpacked(says["since"]), topics.unpacked(says["until"]))
        await pressed.show(await listed(bot, server, Wanted(filters, says["words"]), int(says["page"])))


# --- one article


@dataclass(frozen=True, slots=True)
class Shown:
    """An article and what is quoted from it."""

    article: Article
    quoted: tuple[Hit, ...]
    """Its passages with somebody's words, in text order; score 0."""
    passages: int

    @property
    def pages(self) -> int:
        """How many pages its card has."""
        return max(1, -(-len(self.quoted) // CLAIMS))

    def on(self, page: int) -> tuple[Hit, ...]:
        """The quotations on a page, counting from 0: these are proved before it is sent."""
        return self.quoted[page * CLAIMS : (page + 1) * CLAIMS]


def article_card(shown: Shown, page: int = 0, above: Sequence[str] = ()) -> ui.LayoutView:
    """An article, and a page of what is quoted from it; ``above`` are escaped lines of what happened just now."""
    article, key = shown.article, key_for(shown.article)
    head = [*above, f"**{verbatim.escape(render.title_of(article))}**", curating.source(article)]
    if article.authors:
        head.append(f"By {verbatim.label(', '.join(article.authors), 200)}")
    counts = f"{render.counted(shown.passages, 'passage')}, {len(shown.quoted):,} with somebody's words"
    head.append(f"-# {counts} · {verbatim.label(article.id, 64)}{topics.page_note(page, shown.pages)}")
    room = (render.TEXT_LIMIT - verbatim.size("\n".join(head))) // CLAIMS
    items: list[Any] = [ui.TextDisplay("\n".join(head))]
    quota = render.Quota()
    for hit in shown.on(page):
        items += [ui.Separator(), *render.entry(hit, room, quota)]
    row = [
        button("Edit details", f"{_EDIT}:{key}"), button("Remove", f"{_REMOVE}:{key}", DANGER),
        *render.page_button(article.url),
    ]  # fmt: skip
    turn = topics.turning(page, shown.pages, lambda to: f"{_SHOW}t:{to}:{key}")
    box: ui.Container[ui.LayoutView] = ui.Container(*items, ui.Separator(), ui.ActionRow(*row), accent_colour=_GREEN)
    return render.view(box, *([ui.ActionRow(*turn)] if turn else []))


def _quoted(archive: Archive, article: Article) -> Shown:
    passages = archive.passages(article.id)
    return Shown(article, tuple(Hit(p, article, 0.0) for p in passages if p.said_by is not None), len(passages))


async def show(bot: OnRecord, server: int, shown: Shown, page: int = 0, above: Sequence[str] = ()) -> ui.LayoutView:
    """A page of an article's card, every quotation on it proved."""
    page = min(page, shown.pages - 1)
    await prove(bot, server, shown.on(page))
    return article_card(shown, page, above)


async def of_key(bot: OnRecord, server: int, key: str) -> Shown | None:
    """The article of a key in this server's archive; ``None`` when it or its text is gone."""

    def find(archive: Archive) -> Shown | None:
        article = bot.keys.find(server, archive, key)
        return None if article is None else _quoted(archive, article)

    return await bot.worker.call(server, find)


async def of_written(bot: OnRecord, server: int, written: str) -> Shown | None:
    """The article that was chosen from the suggestions, or whose id or title was typed instead."""

    def find(archive: Archive) -> Shown | None:
        try:
            return _quoted(archive, archive.article(chosen(archive, written)))
        except NoSuchArticle:
            return None

    return await bot.worker.call(server, find)


def chosen(archive: Archive, written: str) -> str:
    """The id of the article that was chosen or typed. Raises ``NoSuchArticle``."""
    articles = archive.articles()
    title = written.casefold()
    for found in (
        [a.id for a in articles if key_for(a) == written],
        [a.id for a in articles if a.id == written],
        [a.id for a in articles if a.title is not None and a.title.casefold() == title],
    ):
        if len(found) == 1:
            return found[0]
    raise NoSuchArticle(written)


class ShowButton(CuratorButton, template=SHOW_ID):
    """*Show*, and the buttons that turn the pages of an article's card."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show the article as it is now."""
        if await refused(interaction):
            return
        async with Pressed(interaction, turn=bool(self.says["turn"])) as pressed:
            bot, server = interaction.client, server_of(interaction)
            shown = await of_key(bot, server, self.says["key"])
            if shown is None:
                await pressed.say(text("ask.gone"))
            else:
                await pressed.show(await show(bot, server, shown, int(self.says["page"])))


# --- its details


def edit_form(article: Article) -> ui.Modal:
    """The form with what is said of an article; `Shelf` answers it."""
    return details.form("Edit details", f"{_FORM}:{key_for(article)}", details.of(article))


class EditButton(FormButton, template=EDIT_ID):
    """*Edit details*: a form with what is said of the article."""

    async def form(self, interaction: discord.Interaction[Any]) -> ui.Modal | str:
        """The form."""
        shown = await of_key(interaction.client, server_of(interaction), self.says["key"])
        return text("ask.gone") if shown is None else edit_form(shown.article)


class Shelf(commands.Cog):
    """Answers the form."""

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Change what is said of the article; its text, passages and receipts stay."""
        form = curating.form_of(interaction, FORM_ID)
        if form is None or await refused(interaction):
            return
        async with Pressed(interaction, turn=interaction.message is not None) as pressed:
            given = details.stated(form[1])
            if isinstance(given, str):
                await pressed.say(given)
                return
            bot, server, by = interaction.client, server_of(interaction), curating.by(interaction)

            def editing(archive: Archive) -> Shown | None:
                article = bot.keys.find(server, archive, form[0]["key"])
                if article is None:
                    return None
                edited = replace(
                    article, title=given.title, outlet=given.outlet, authors=given.authors, date=given.date,
                    url=given.url,
                )  # fmt: skip
                archive.edit(edited, by=by)
                return _quoted(archive, edited)

            shown = await bot.worker.call(server, editing, changes=True)
            if shown is None:
                await pressed.say(text("ask.gone"))
            else:
                await pressed.show(await show(bot, server, shown, above=[CHANGED, ""]))


# --- removing


def sure_card(shown: Shown) -> ui.LayoutView:
    """Asks whether an article is to be removed."""
    lines = (
        f"**Remove {called(shown.article)}?**",
        curating.source(shown.article),
        f"{render.counted(shown.passages, 'passage')} will be quoted no more. For {UNDO_DAYS} days it can be undone.",
    )
    key = key_for(shown.article)
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow(button("Remove", f"{_SURE}:{key}", DANGER), button("Keep", _KEEP))
    return render.view(ui.Container(ui.TextDisplay("\n".join(lines)), row, accent_colour=_RED))


class RemoveButton(CuratorButton, template=REMOVE_ID):
    """*Remove*: asks once more."""

    turn = False

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Ask, in a message of its own."""
        shown = await of_key(interaction.client, server_of(interaction), self.says["key"])
        if shown is None:
            await pressed.say(text("ask.gone"))
        else:
            await pressed.show(sure_card(shown))


class SureButton(CuratorButton, template=SURE_ID):
    """*Remove*, for good, as far as it is not undone."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Remove it, and offer to undo that."""
        bot, server, by = interaction.client, server_of(interaction), curating.by(interaction)

        def removing(archive: Archive) -> tuple[Article, int] | None:
            article = bot.keys.find(server, archive, self.says["key"])
            if article is None:
                return None
            archive.remove(article.id, by=by)
            (entry,) = archive.log.entries(subject=article.id, limit=1)
            return article, entry.id

        removed = await bot.worker.call(server, removing, changes=True)
        if removed is None:
            await pressed.show(render.note(text("ask.gone")))
            return
        article, entry = removed
        words = f"Removed {called(article)}. Nothing is quoted from it any more."
        row: ui.ActionRow[ui.LayoutView] = ui.ActionRow(button("Undo", f"{_UNDO}:{entry}"))
        await pressed.show(render.view(ui.TextDisplay(words), row))


class KeepButton(CuratorButton, template=KEEP_ID):
    """*Keep*: nothing is removed."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Say so."""
        await pressed.show(render.note(KEPT))


class UndoButton(CuratorButton, template=UNDO_ID):
    """*Undo* of a removal."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Put the article back."""
        server, by, number = server_of(interaction), curating.by(interaction), int(self.says["entry"])

        def undoing(archive: Archive) -> str:
            entry = archive.log.entry(number)
            if entry is None:
                return text("ask.gone")
            archive.undo(entry, by=by)
            return f"“{verbatim.label(entry.words, 90)}” is back on record."

        words = await interaction.client.worker.call(server, undoing, changes=True)
        await pressed.show(render.note(words))


BUTTONS = (ListButton, ShowButton, EditButton, RemoveButton, SureButton, KeepButton, UndoButton)
