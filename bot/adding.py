"""Adding articles: what comes in is read, shown as a preview, and on record only when a moderator presses **Add**.

Drafts that wait are kept in the archive's own file (`index.pending`), so the buttons of a preview outlive the process
that sent it. Several that came together are one batch: the card shows one, turns to the others, and can add them all.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot import curating, details, failures, render, verbatim
from bot.ask import Pressed
from bot.curating import DANGER, SUCCESS, CuratorButton, FormButton, button, refused
from bot.menus import WithMenu
from bot.permissions import Refused, may_curate, server_of
from index.archive import Archive, check_draft
from index.errors import SourceError
from index.pending import KEY, Waiting
from index.preview import Preview
from index.sources import Given, read, read_bytes
from index.types import Added, Draft, Status

if TYPE_CHECKING:
    from bot.client import OnRecord

MENU = "Add to articles"
NO_LINK = "There is no link in this message; /articles add also takes a file, or pasted text."
OVER = "This preview is over: the article was added or left out, or a day has passed. Add it again with /articles add."
CANCELLED = "Nothing was added."
NOT = "**Not added.** "
NOTHING = f"{NOT}There is no article in it."
MOST_LINKS = 10
"""Links of a message that are read; each may take as long as `sources.timeout_seconds`."""
TOGETHER = 32
"""Articles that are added in one turn of the archives' thread: questions are answered between them."""
_DONE = {Status.ADDED: "Added", Status.UPDATED: "Updated", Status.UNCHANGED: "Already here, unchanged"}

_ADD, _ALL, _CANCEL, _LEAVE_ALL, _EDIT, _TURN = "or:pa", "or:pg", "or:pc", "or:px", "or:pe", "or:pt"
_FORM, _PASTE = "or:pf", "or:pp"
ADD_ID = re.compile(rf"{_ADD}:(?P<key>{KEY})")
ALL_ID = re.compile(rf"{_ALL}:(?P<key>{KEY})")
CANCEL_ID = re.compile(rf"{_CANCEL}:(?P<key>{KEY})")
LEAVE_ALL_ID = re.compile(rf"{_LEAVE_ALL}:(?P<key>{KEY})")
EDIT_ID = re.compile(rf"{_EDIT}:(?P<key>{KEY})")
# Of a batch of two, the one before and the one after are the same draft: the arrow keeps their ids apart.
TURN_ID = re.compile(rf"{_TURN}(?P<way>[<>]):(?P<key>{KEY})")
FORM_ID = re.compile(rf"{_FORM}:(?P<key>{KEY})")
LONGEST_AUTHOR = 90
PASTE_ID = re.compile(rf"{_PASTE}:(?P<author>.{{0,{LONGEST_AUTHOR}}})", re.DOTALL)

_GREEN, _AMBER = discord.Colour(0x1F8B4C), discord.Colour(0xC27C0E)
_SPEAKERS = 6
"""Speakers that are named; further ones are counted."""
_QUOTED = 600
"""Units that one example may take."""
_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


# --- the card


@dataclass(frozen=True, slots=True)
class Shown:
    """A draft that waits, as its card shows it."""

    key: str
    keys: tuple[str, ...]
    """Those of its batch, itself among them."""
    preview: Preview | None
    refusal: str = ""
    """The escaped sentence that says why it cannot be added."""


def card(shown: Shown, above: Sequence[str] = ()) -> ui.LayoutView:
    """The preview of an article, with its buttons; ``above`` are escaped lines of what happened just now."""
    preview, keys = shown.preview, shown.keys
    place = keys.index(shown.key)
    number = f" · {place + 1} of {len(keys)}" if len(keys) > 1 else ""
    room = _Room()
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay(line) for line in above if room.takes(line)]
    items.append(ui.TextDisplay(room.of(f"-# Preview, not on record yet{number}")))
    if preview is not None:
        items += _described(preview, room)
    elif shown.refusal:
        items.append(ui.TextDisplay(room.of(NOT + shown.refusal)))
    row: list[Any] = []
    if preview is not None and preview.status is not Status.UNCHANGED:
        row.append(button("Add" if preview.status is Status.ADDED else "Update", f"{_ADD}:{shown.key}", SUCCESS))
    if preview is not None:
        row.append(button("Edit details", f"{_EDIT}:{shown.key}"))
    row.append(button("Cancel" if len(keys) == 1 else "Leave out", f"{_CANCEL}:{shown.key}", DANGER))
    row += render.page_button(preview.article.url if preview else None)
    colour = _AMBER if preview is None or preview.cautions else _GREEN
    box: ui.Container[ui.LayoutView] = ui.Container(*items, ui.ActionRow(*row), accent_colour=colour)
    return render.view(box, *([ui.ActionRow(*_of_batch(keys, place))] if len(keys) > 1 else []))


def _of_batch(keys: Sequence[str], place: int) -> list[Any]:
    turn = [
        button(label, f"{_TURN}{way}:{keys[to]}")
        for label, way, to in (("Previous", "<", place - 1), ("Next", ">", place + 1))
        if 0 <= to < len(keys)
    ]
    every = [
        button(f"Add all {len(keys)}", f"{_ALL}:{keys[place]}", SUCCESS),
        button("Cancel all", f"{_LEAVE_ALL}:{keys[place]}", DANGER),
    ]
    return [*turn, *every]


class _Room:
    """What is left of a message's text."""

    def __init__(self) -> None:
        self.left = render.TEXT_LIMIT

    def takes(self, *texts: str) -> bool:
        """Take them all, or none."""
        size = sum(verbatim.size(text) for text in texts)
        if size > self.left:
            return False
        self.left -= size
        return True

    def of(self, text: str) -> str:
        self.takes(text)
        return text


def _described(preview: Preview, room: _Room) -> list[ui.Item[ui.LayoutView]]:
    """What is known of it, what is odd about it, what changes, who is quoted, examples, while there is room."""
    article = preview.article
    head = [f"**{verbatim.escape(render.title_of(article))}**", curating.source(article)]
    if article.authors:
        head.append(f"By {verbatim.label(', '.join(article.authors), 200)}")
    head.append(
        f"{render.counted(len(preview.passages), 'passage')}, "
        f"{render.counted(len(preview.attributions), 'sourced claim')}"
    )
    cautions = "\n".join(f"⚠️ {verbatim.label(caution.words, 300)}" for caution in preview.cautions)
    blocks = ["\n".join(head), cautions, _update(preview), _voices(preview)]
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay(text) for text in blocks if text and room.takes(text)]
    for hit in preview.examples:
        # Quoted whole: a part of it would have to say so, and this is only to see whether the right one is named.
        words, who = verbatim.quoted(hit.quote), render.who(hit)
        fits = verbatim.displayable(hit.quote) and verbatim.size(words) <= _QUOTED
        if fits and hit.passage.span.of(article.text) == hit.quote and room.takes(words, who):
            items += [ui.TextDisplay(words), ui.TextDisplay(who)]
    return items


def _update(preview: Preview) -> str:
    if preview.status is Status.UNCHANGED:
        return "**Already here, unchanged**"
    if preview.before is None:
        return ""
    lines = [f"**Updates** {curating.called(preview.before)}"]
    for change in preview.changes:
        before, after = (verbatim.label(part, 120) if part else "not stated" for part in (change.before, change.after))
        sign = "·" if change.field == "text" else "→"
        lines.append(f"- {change.field}: {before} {sign} {after}")
    return "\n".join(lines)


def _voices(preview: Preview) -> str:
    speakers = preview.speakers
    if not speakers:
        return "Nobody is quoted by name in it."
    lines = []
    for one in speakers[:_SPEAKERS]:
        role = f", {verbatim.label(one.role, 80)}" if one.role else ""
        lines.append(f"- {verbatim.label(one.name, 60)}{role}: {render.counted(one.quotations, 'quotation')}")
    if more := len(speakers) - _SPEAKERS:
        lines += [f"- and {render.counted(more, 'more speaker')}"] if more > 0 else []
    return "\n".join(["**Who is quoted**", *lines])


def added_lines(added: Added) -> str:
    """What became of an article, escaped."""
    article = added.article
    counts = f"{render.counted(added.passages, 'passage')}, {render.counted(added.attributions, 'sourced claim')}"
    lines = [
        f"**{_DONE[added.status]}:** {verbatim.escape(render.title_of(article))}",
        curating.source(article),
        counts,
    ]
    return "\n".join(lines)


# --- bringing drafts in


def paste_form(given: Given) -> ui.Modal:
    """The window in which an article is pasted; `Adding` answers it."""
    return details.paste_form("Add an article", f"{_PASTE}:{', '.join(given.authors)[:LONGEST_AUTHOR]}", given)


async def from_address(interaction: discord.Interaction[OnRecord], url: str, given: Given) -> None:
    """Read an address, and show what would come of it."""
    # `read` also takes paths of this machine, which are nobody's business in a channel.
    if not details.is_address(url):
        await failures.say(interaction, details.NO_ADDRESS)
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    settings = interaction.client.config.sources
    found = await _read(interaction.client, lambda: read(url, given, settings=settings))
    await offer(interaction, found, "command")


async def from_bytes(
    interaction: discord.Interaction[OnRecord], data: bytes, name: str, given: Given, source: str
) -> None:
    """Read what was attached or pasted; the interaction was acknowledged."""
    await offer(interaction, await _read(interaction.client, lambda: read_bytes(data, name, given)), source)


async def _read(bot: OnRecord, drafts: Callable[[], Iterator[Draft | SourceError]]) -> list[Draft | SourceError]:
    """Read away from the archives' thread, so that no question waits."""
    try:
        return await bot.worker.aside(lambda: list(drafts()))
    except SourceError as error:
        return [error]


async def offer(interaction: discord.Interaction[OnRecord], found: Sequence[Draft | SourceError], source: str) -> None:
    """Let drafts wait in the archive of this server, and show the first; say of the others why they are none."""
    bot, server, by = interaction.client, server_of(interaction), curating.by(interaction)
    drafts, failed = [], []
    for draft in found:
        try:
            if isinstance(draft, SourceError):
                raise draft
            check_draft(draft)
        except SourceError as error:
            failed.append(NOT + failures.sentence(error))
        else:
            # What a member calls a file is no identity: two articles may come in an article.txt each.
            drafts.append(replace(draft, origin=None))
    if not drafts:
        await interaction.followup.send(view=render.report(failed or [NOTHING]), ephemeral=True)
        return
    batch = secrets.token_urlsafe(8)

    def waiting(archive: Archive) -> Shown | None:
        keys = [archive.pending.put(draft, by=by, source=source, batch=batch) for draft in drafts]
        return _looked_at(archive, keys[0], interaction.created_at.date().isoformat())

    shown = await bot.worker.call(server, waiting)
    view = render.note(OVER) if shown is None else card(shown, _shortened(failed))
    await interaction.followup.send(view=view, ephemeral=True)


def _shortened(lines: Sequence[str]) -> list[str]:
    """A few lines of what failed, so that the preview has room."""
    return [*lines[:3], *([f"{NOT}And {len(lines) - 3:,} more."] if len(lines) > 3 else [])]


def _looked_at(archive: Archive, key: str, today: str) -> Shown | None:
    waiting = archive.pending.get(key)
    if waiting is None:
        return None
    keys = archive.pending.keys(waiting.batch) if waiting.batch else (key,)
    try:
        return Shown(key, keys, archive.preview(waiting.draft, today=today))
    except SourceError as error:
        return Shown(key, keys, None, failures.sentence(error))


class Adding(WithMenu):
    """The menu of a message, and the forms."""

    menu_name = MENU

    def __init__(self, bot: OnRecord) -> None:
        super().__init__(bot)
        self.menu = app_commands.default_permissions(manage_messages=True)(self.menu)

    async def of_message(self, interaction: discord.Interaction[OnRecord], message: discord.Message) -> None:
        """Read what the links of a message lead to."""
        if not may_curate(interaction, self.bot.config.bot.curator_role):
            raise Refused
        links = links_in("\n".join([message.content, *(shot.content for shot in message.message_snapshots)]))
        if not links:
            await failures.say(interaction, NO_LINK)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        settings = self.bot.config.sources

        def reading(url: str) -> Callable[[], Iterator[Draft | SourceError]]:
            return lambda: read(url, Given(), settings=settings)

        found = await asyncio.gather(*(_read(self.bot, reading(url)) for url in links[:MOST_LINKS]))
        await offer(interaction, [draft for one in found for draft in one], "message")

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """A form with details, or with a pasted text."""
        if (form := curating.form_of(interaction, FORM_ID)) is not None:
            if not await refused(interaction):
                await _edited(interaction, form[0]["key"], form[1])
        elif (form := curating.form_of(interaction, PASTE_ID)) is not None and not await refused(interaction):
            await _pasted(interaction, form[0]["author"], form[1])


async def _edited(interaction: discord.Interaction[Any], key: str, fields: dict[str, str]) -> None:
    """Say otherwise what is known of a draft, and show it again."""
    async with Pressed(interaction, turn=interaction.message is not None) as pressed:
        given = details.stated(fields)
        if isinstance(given, str):
            await pressed.say(given)
            return

        def changing(archive: Archive) -> Shown | None:
            waiting = archive.pending.get(key)
            if waiting is None:
                return None
            archive.pending.change(key, details.with_details(waiting.draft, given))
            return _looked_at(archive, key, interaction.created_at.date().isoformat())

        shown = await interaction.client.worker.call(server_of(interaction), changing)
        await pressed.show(render.note(OVER) if shown is None else card(shown))


async def _pasted(interaction: discord.Interaction[Any], author: str, fields: dict[str, str]) -> None:
    given = details.stated({**fields, "authors": author})
    if isinstance(given, str):
        await failures.say(interaction, given)
        return
    async with Pressed(interaction):
        data = fields.get("text", "").encode("utf-8", "surrogatepass")
        await from_bytes(interaction, data, "pasted.txt", given, "pasted")


def links_in(text: str) -> list[str]:
    """The addresses in a message, each once, without the marks that stand around them there."""
    found = (_trimmed(match.group()) for match in _LINK.finditer(text))
    return list(dict.fromkeys(link for link in found if details.is_address(link)))


def _trimmed(link: str) -> str:
    link = link.split("](")[0]  # "[https://a.example](https://a.example)"
    while link and (link[-1] in ".,;:!?'*_~|" or _closes_more(link)):
        link = link[:-1]
    return link


def _closes_more(link: str) -> bool:
    """Whether it ends with a bracket that it did not open: that belongs to the sentence around it."""
    opened = _OPEN.get(link[-1])
    return opened is not None and link.count(link[-1]) > link.count(opened)


_OPEN = {")": "(", "]": "["}


# --- deciding


class AddButton(CuratorButton, template=ADD_ID):
    """*Add*: this article is on record from now on."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Add it, and show the next one of its batch."""
        by = curating.by(interaction)

        def adding(archive: Archive, waiting: Waiting) -> str:
            try:
                return added_lines(archive.add(waiting.draft, by=by))
            except SourceError as error:
                return NOT + failures.sentence(error)

        await _decided(interaction, pressed, self.says["key"], adding, changes=True)


class CancelButton(CuratorButton, template=CANCEL_ID):
    """*Cancel*, *Leave out*: this one is not added."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Drop it, and show the next one of its batch."""
        await _decided(interaction, pressed, self.says["key"], lambda archive, waiting: CANCELLED)


async def _decided(
    interaction: discord.Interaction[Any],
    pressed: Pressed,
    key: str,
    decide: Callable[[Archive, Waiting], str],
    *,
    changes: bool = False,
) -> None:
    """Do with a draft what was decided, and show the one after it; or only what was done, where it was the last."""

    def deciding(archive: Archive) -> tuple[str, Shown | None]:
        waiting = archive.pending.get(key)
        if waiting is None:
            return OVER, None
        keys = archive.pending.keys(waiting.batch) if waiting.batch else (key,)
        # Dropped after it was added: where a process ends between the two, the button works again and changes nothing.
        done = decide(archive, waiting)
        archive.pending.drop(key)
        place = keys.index(key)
        rest = [*keys[place + 1 :], *reversed(keys[:place])]
        return done, _looked_at(archive, rest[0], interaction.created_at.date().isoformat()) if rest else None

    done, shown = await interaction.client.worker.call(server_of(interaction), deciding, changes=changes)
    await pressed.show(render.note(done) if shown is None else card(shown, [done]))


class AllButton(CuratorButton, template=ALL_ID):
    """*Add all*: the whole batch."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Add them some at a time, say on the way how far it is, and at the end what became of each."""
        bot, server, by = interaction.client, server_of(interaction), curating.by(interaction)
        waiting = await bot.worker.call(server, lambda archive: _batch_of(archive, self.says["key"]))
        if not waiting:
            await pressed.show(render.note(OVER))
            return
        lines: list[str] = []
        rest = iter(waiting)
        while some := list(islice(rest, TOGETHER)):
            lines += await bot.worker.call(server, partial(_all_added, some=some, by=by), changes=True)
            if len(lines) < len(waiting):
                # Indexing may take longer than Discord lets the message be edited; what is added stays so.
                with contextlib.suppress(discord.HTTPException):
                    await pressed.show(render.note(f"Adding: {len(lines):,} of {len(waiting):,} …"))
        await pressed.show(render.report([f"**{render.counted(len(lines), 'article')} done**", *lines]))


def _batch_of(archive: Archive, key: str) -> tuple[Waiting, ...]:
    waiting = archive.pending.get(key)
    if waiting is None:
        return ()
    return archive.pending.list(batch=waiting.batch) if waiting.batch else (waiting,)


def _all_added(archive: Archive, *, some: Sequence[Waiting], by: str) -> list[str]:
    # Looked at again: one may have been decided on in another window meanwhile.
    there = [waiting for waiting in some if archive.pending.get(waiting.key) is not None]
    added = list(archive.add_all((waiting.draft for waiting in there), by=by))
    for waiting in there:
        archive.pending.drop(waiting.key)
    return [f"**{_DONE[one.status]}:** {verbatim.escape(render.title_of(one.article))}" for one in added]


class LeaveAllButton(CuratorButton, template=LEAVE_ALL_ID):
    """*Cancel all*: nothing more of the batch is added."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Drop them."""

        def dropping(archive: Archive) -> int:
            return sum(archive.pending.drop(waiting.key) for waiting in _batch_of(archive, self.says["key"]))

        number = await interaction.client.worker.call(server_of(interaction), dropping)
        left_out = f"{render.counted(number, 'article')} left out."
        await pressed.show(render.note(left_out if number else OVER))


class TurnButton(CuratorButton, template=TURN_ID):
    """*Previous*, *Next*: another one of the batch."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Show it as it would be on record now."""
        today = interaction.created_at.date().isoformat()
        shown = await interaction.client.worker.call(
            server_of(interaction), lambda archive: _looked_at(archive, self.says["key"], today)
        )
        await pressed.show(render.note(OVER) if shown is None else card(shown))


class EditButton(FormButton, template=EDIT_ID):
    """*Edit details*: a form with what is known of the article."""

    async def form(self, interaction: discord.Interaction[Any]) -> ui.Modal | str:
        """The form, which `Adding` answers."""
        key = self.says["key"]
        waiting = await interaction.client.worker.call(server_of(interaction), lambda archive: archive.pending.get(key))
        return details.form("Edit details", f"{_FORM}:{key}", details.of(waiting.draft)) if waiting else OVER


BUTTONS = (AddButton, AllButton, CancelButton, LeaveAllButton, TurnButton, EditButton)
