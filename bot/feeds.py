"""``/feeds``: moderators choose which feeds are followed, and decide on what they bring; and the asking itself.

A feed's articles go on record at once, or wait in a queue where each has **Add** and **Skip**. Buttons carry the key of
a draft, which is only looked up in the archive of the server they are pressed in.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui

from bot import failures, render, verbatim
from bot.ask import LastingButton, suggestions
from bot.curating import CuratorGroup
from bot.feed_commands import TAKEN
from bot.permissions import REFUSED, may_curate, server_of
from bot.places import base36
from bot.polling import Polled, accepted, few_at_once, poll
from bot.rounds import Rounds, due
from bot.topics import page_note, turning
from index.archive import Archive
from index.errors import ArchiveError, NoSuchFeed
from index.feeds import WAITING_SOURCE, Feed, Mode, checked_address, look
from index.pending import KEY, Waiting
from index.types import Added, Article

if TYPE_CHECKING:
    from bot.client import OnRecord

log = logging.getLogger(__name__)

EVERY = 60.0
"""Seconds between two looks at which feeds are to be asked."""
UNKNOWN = timedelta(minutes=10)
"""Until a server's feeds are looked up again where none is to be asked: one may be added on the command line."""
PAGE = 5
"""Articles on one page of the queue: with their buttons they take 36 of the 40 components of a message."""
LIST_PAGE = 8
"""Feeds on one page of the list."""
_BEGINNING = 220
"""Units of the text of a waiting article that are shown."""

ADD_ID = re.compile(rf"or:qa:(?P<page>[0-9]{{1,4}}):(?P<key>{KEY})")
SKIP_ID = re.compile(rf"or:qs:(?P<page>[0-9]{{1,4}}):(?P<key>{KEY})")
QUEUE_ID = re.compile(r"or:qp:(?P<page>[0-9]{1,4})")
ALL_ID = re.compile(r"or:qA:(?P<until>[0-9a-z]{1,12})")
FEEDS_ID = re.compile(r"or:qf:(?P<page>[0-9]{1,2})")

NOT_FOLLOWED = "No such feed is followed here; choose one from the list that opens while you type."
DECIDED = "That article does not wait any more: somebody has decided on it."


@app_commands.guild_only()
@app_commands.default_permissions(manage_messages=True)
class Feeds(Rounds, CuratorGroup, name="feeds", description="Follow feeds, and decide on the articles they bring"):
    """The commands, and the loop that asks feeds."""

    every = EVERY

    def __init__(self, bot: OnRecord) -> None:
        super().__init__(bot)
        self._next: dict[int, datetime] = {}

    @app_commands.command(description="Follow an RSS or Atom feed, or say anew what becomes of its articles")
    @app_commands.describe(
        url="Address of the feed",
        articles="What becomes of its articles: they wait for a moderator, or go on record at once",
        outlet="The outlet of its articles, whatever they say themselves",
    )
    @app_commands.choices(
        articles=[
            app_commands.Choice(name="wait for a moderator", value=Mode.REVIEW.value),
            app_commands.Choice(name="go on record at once", value=Mode.STRAIGHT.value),
        ]
    )
    async def add(
        self,
        interaction: discord.Interaction[OnRecord],
        url: app_commands.Range[str, 1, 2000],
        articles: app_commands.Choice[str] | None = None,
        outlet: app_commands.Range[str, 1, 100] | None = None,
    ) -> None:
        """Follow a feed that can be read, and ask it at once."""
        server = server_of(interaction)
        mode = Mode.REVIEW if articles is None else Mode(articles.value)
        try:
            trial = Feed(0, checked_address(url), mode)
        except ArchiveError as error:
            await failures.tell(interaction, error)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        # What is no feed is not followed: the moderator who mistyped is still here to be told.
        looked = await self.bot.reader(lambda: look(trial, self.bot.reader.polite, self._interval))
        if looked.feed.problem:
            words = f"**Not followed.** {verbatim.escape(verbatim.plain_label(looked.feed.problem, 600))}"
            await interaction.followup.send(view=render.note(words), ephemeral=True)
            return
        by, at = str(interaction.user.id), looked.feed.url
        feed, _ = await self.bot.worker.call(server, lambda archive: archive.feeds.add(at, mode, outlet, by=by))
        polled = await self._poll(server, feed)
        self._next.pop(server, None)
        await interaction.followup.send(view=_followed(polled or Polled(feed)), ephemeral=True)

    @app_commands.command(name="list", description="List the feeds that are followed, and how it went with each")
    async def list_(self, interaction: discord.Interaction[OnRecord]) -> None:
        """Show the feeds."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(view=await _feeds(interaction, 0), ephemeral=True)

    @app_commands.command(description="Follow a feed no more; its articles stay")
    @app_commands.describe(feed="Begin to type its name or address")
    async def remove(self, interaction: discord.Interaction[OnRecord], feed: app_commands.Range[str, 1, 2000]) -> None:
        """Follow a feed no more."""
        server, by = server_of(interaction), str(interaction.user.id)
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            removed = await self.bot.worker.call(
                server, lambda archive: archive.feeds.remove(archive.feeds.named(feed).id, by=by)
            )
        except NoSuchFeed:
            await interaction.followup.send(NOT_FOLLOWED, ephemeral=True)
            return
        words = f"“{verbatim.label(removed.title or removed.url, 200)}” is no longer followed. Its articles stay."
        await interaction.followup.send(view=render.note(words), ephemeral=True)

    @remove.autocomplete("feed")
    async def _followed(
        self, interaction: discord.Interaction[OnRecord], current: str
    ) -> list[app_commands.Choice[str]]:
        # Suggestions pass by the check of the commands.
        if not may_curate(interaction, self.bot.config.bot.curator_role):
            return []
        found: list[Feed] = []

        def matching(archive: Archive) -> Sequence[str]:
            wanted = current.casefold()
            found.extend(f for f in archive.feeds.list() if wanted in f"{f.title} {f.url}".casefold())
            return ()

        await suggestions(self.bot, server_of(interaction), matching)
        return [
            app_commands.Choice(
                name=verbatim.plain_label(f"{f.title} · {f.url}" if f.title else f.url, 100), value=str(f.id)
            )
            for f in found[:25]
        ]

    @app_commands.command(description="The articles that feeds brought, to add or to skip")
    async def queue(self, interaction: discord.Interaction[OnRecord]) -> None:
        """Show the first page of what waits."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(view=await _queue(interaction, 0), ephemeral=True)

    # --- asking

    @property
    def _interval(self) -> timedelta:
        return timedelta(minutes=self.bot.config.upkeep.feed_minutes)

    async def round(self) -> None:
        """One look at every server: each feed whose time has come is asked."""
        now = self.bot.reader.polite.now()
        await few_at_once(self._ask, due(self.bot, self._next, now))

    async def _ask(self, server: int) -> None:
        try:
            await self._ask_due(server, self.bot.reader.polite.now())
        except ArchiveError as error:
            log.warning("The feeds of server %s could not be asked: %s", server, error)

    async def _ask_due(self, server: int, now: datetime) -> None:
        for feed in await self.bot.worker.call(server, lambda archive: archive.feeds.due(now, limit=100)):
            await self._poll(server, feed)
        feeds = await self.bot.worker.call(server, lambda archive: archive.feeds.list())
        times = [datetime.fromisoformat(feed.next) for feed in feeds if not feed.stopped]
        self._next[server] = min(times, default=now + UNKNOWN)
        self._next[server] = min(self._next[server], now + UNKNOWN)

    async def _poll(self, server: int, feed: Feed) -> Polled | None:
        async def call(work: Callable[[Archive], Any]) -> Any:
            return await self.bot.worker.call(server, work, changes=True)

        return await poll(feed, self.bot.reader, self._interval, call)


# --- the cards


def _followed(polled: Polled) -> ui.LayoutView:
    """What became of a feed that was added just now."""
    feed = polled.feed
    mode = "go on record at once" if feed.mode is Mode.STRAIGHT else "wait for a moderator in /feeds queue"
    lines = [f"**Following:** {verbatim.label(feed.title or feed.url, 200)}", f"Its articles {mode}."]
    if counts := _counts(polled):
        lines.append(counts)
    if feed.problem:
        lines.append(f"-# {verbatim.escape(verbatim.plain_label(feed.problem, 600))}")
    return render.note("\n".join(lines))


def _counts(polled: Polled) -> str:
    found = [outcome.taken for outcome in polled.outcomes]
    return " · ".join(f"{found.count(taken):,} {words}" for taken, words in TAKEN.items() if taken in found)


def feed_list(feeds: Sequence[Feed], page: int = 0) -> ui.LayoutView:
    """A page of the feeds of a server."""
    if not feeds:
        return render.note("No feed is followed on this server; **/feeds add** follows one.")
    pages = -(-len(feeds) // LIST_PAGE)
    page = min(page, pages - 1)
    items: list[ui.Item[ui.LayoutView]] = [
        ui.TextDisplay(f"**{render.counted(len(feeds), 'feed')}** followed on this server{page_note(page, pages)}")
    ]
    items += [ui.TextDisplay(_feed(feed)) for feed in feeds[page * LIST_PAGE : (page + 1) * LIST_PAGE]]
    return render.sheet(items, turning(page, pages, lambda to: f"or:qf:{to}"))


def _feed(feed: Feed) -> str:
    lines = [f"**{verbatim.label(feed.title or feed.url, 120)}**"]
    if feed.title:
        lines.append(f"-# {verbatim.label(feed.url, 150)}")
    mode = "straight on record" if feed.mode is Mode.STRAIGHT else "into the queue"
    outlet = f" · as {verbatim.label(feed.outlet, 60)}" if feed.outlet else ""
    lines.append(f"-# {mode}{outlet} · " + ("asked no more" if feed.stopped else f"last asked {_when(feed.asked)}"))
    if feed.problem:
        lines.append(f"-# ⚠ {verbatim.escape(verbatim.plain_label(feed.problem, 200))}")
    return "\n".join(lines)


def _when(iso: str | None) -> str:
    """A moment as Discord shows it in the zone of whoever reads."""
    return f"<t:{int(datetime.fromisoformat(iso).timestamp())}:R>" if iso else "never"


def queue_page(waiting: Sequence[Waiting], page: int, now: datetime) -> ui.LayoutView:
    """A page of the articles that wait, each with its buttons; **Add all** means those that wait ``now``."""
    if not waiting:
        return render.note("No article waits: what feeds bring for a review is listed here.")
    pages = -(-len(waiting) // PAGE)
    page = min(page, pages - 1)
    verb = "waits" if len(waiting) == 1 else "wait"
    head = f"**{render.counted(len(waiting), 'article')}** {verb} for a review{page_note(page, pages)}"
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay(head)]
    for one in waiting[page * PAGE : (page + 1) * PAGE]:
        items += [ui.Separator(), *_waiting(one, page)]
    turn = turning(page, pages, lambda to: f"or:qp:{to}")
    if len(waiting) > 1:
        every: ui.Button[ui.LayoutView] = ui.Button(
            label=f"Add all {len(waiting):,}", custom_id=f"or:qA:{base36(int(now.timestamp()))}"
        )
        turn.append(every)
    return render.sheet(items, turn)


def _waiting(one: Waiting, page: int) -> list[ui.Item[ui.LayoutView]]:
    draft = one.draft
    article = Article("", draft.text, draft.title, draft.outlet, draft.authors, draft.date, draft.url)
    beginning = verbatim.label(draft.text, _BEGINNING)
    words = f"{render.counted(len(draft.text.split()), 'word')}, waits since {render.day(one.at[:10])}"
    lines = [f"**{verbatim.escape(render.title_of(article))}**", f"-# {where(article)}", beginning]
    buttons: list[ui.Button[ui.LayoutView]] = [
        ui.Button(label="Add", custom_id=f"or:qa:{page}:{one.key}", style=discord.ButtonStyle.success),
        ui.Button(label="Skip", custom_id=f"or:qs:{page}:{one.key}", style=discord.ButtonStyle.secondary),
    ]
    if draft.url and len(draft.url) <= render.LINK_LIMIT:
        buttons.append(ui.Button(label="Read at source", url=draft.url))
    return [ui.TextDisplay("\n".join([*lines, f"-# {words}"])), ui.ActionRow(*buttons)]


def where(article: Article) -> str:
    """The outlet and the day of an article whose title stands above."""
    outlet = verbatim.label(article.outlet, 60) if article.outlet else "outlet not stated"
    return f"{outlet} · {render.day(article.date) if article.date else 'date not stated'}"


async def _feeds(interaction: discord.Interaction[Any], page: int) -> ui.LayoutView:
    found = await interaction.client.worker.call(server_of(interaction), lambda archive: archive.feeds.list())
    return feed_list(found, page)


async def _queue(interaction: discord.Interaction[Any], page: int) -> ui.LayoutView:
    def find(archive: Archive) -> tuple[Waiting, ...]:
        return archive.pending.list(source=WAITING_SOURCE)

    found = await interaction.client.worker.call(server_of(interaction), find)
    return queue_page(found, page, datetime.now(UTC))


# --- the buttons


async def for_moderators(interaction: discord.Interaction[Any], work: Callable[[], Awaitable[ui.LayoutView]]) -> None:
    """Do what a button says, for those who may change the articles, and show the result in its place."""
    if not may_curate(interaction, interaction.client.config.bot.curator_role):
        await failures.say(interaction, REFUSED)
        return
    await interaction.response.defer()
    try:
        view = await work()
    except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
        await failures.tell(interaction, error)
        return
    await interaction.edit_original_response(view=view)


class FeedsButton(LastingButton, template=FEEDS_ID):
    """Turns a page of the feeds."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show that page."""
        await for_moderators(interaction, lambda: _feeds(interaction, int(self.says["page"])))


class QueueButton(LastingButton, template=QUEUE_ID):
    """Turns a page of the queue."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Show that page."""
        await for_moderators(interaction, lambda: _queue(interaction, int(self.says["page"])))


class AddButton(LastingButton, template=ADD_ID):
    """*Add*: puts a waiting article on record."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Add it, and show what still waits."""
        await for_moderators(interaction, lambda: self._decide(interaction))

    async def _decide(self, interaction: discord.Interaction[Any]) -> ui.LayoutView:
        key, by = self.says["key"], str(interaction.user.id)

        def adding(archive: Archive) -> Added | None:
            return accepted(archive, key, by)

        added = await interaction.client.worker.call(server_of(interaction), adding, changes=True)
        if added is None:
            await failures.say(interaction, DECIDED)
        return await _queue(interaction, int(self.says["page"]))


class SkipButton(LastingButton, template=SKIP_ID):
    """*Skip*: drops a waiting article, which does not come back."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Drop it, and show what still waits."""
        await for_moderators(interaction, lambda: self._decide(interaction))

    async def _decide(self, interaction: discord.Interaction[Any]) -> ui.LayoutView:
        key = self.says["key"]
        if not await interaction.client.worker.call(server_of(interaction), lambda archive: archive.pending.drop(key)):
            await failures.say(interaction, DECIDED)
        return await _queue(interaction, int(self.says["page"]))


class AddAllButton(LastingButton, template=ALL_ID):
    """*Add all*: puts on record what waited when the page was shown; what came since was seen by nobody."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Add them one by one, so that questions are answered in between, and say how many."""
        await for_moderators(interaction, lambda: self._decide(interaction))

    async def _decide(self, interaction: discord.Interaction[Any]) -> ui.LayoutView:
        bot, server, by = interaction.client, server_of(interaction), str(interaction.user.id)
        until = datetime.fromtimestamp(int(self.says["until"], 36), UTC).isoformat(timespec="seconds")
        waiting = await bot.worker.call(server, lambda archive: archive.pending.list(source=WAITING_SOURCE))
        added, refused = 0, 0
        for one in waiting:
            if one.at > until:
                continue
            try:
                done = await bot.worker.call(server, lambda a, key=one.key: accepted(a, key, by), changes=True)
            except ArchiveError as error:
                log.warning("A waiting article could not be added: %s", error)
                refused += 1
            else:
                added += done is not None
        not_added = f" {render.counted(refused, 'article')} could not be added." if refused else ""
        await failures.say(interaction, f"Added {render.counted(added, 'article')}.{not_added}")
        return await _queue(interaction, 0)


BUTTONS = (FeedsButton, QueueButton, AddButton, SkipButton, AddAllButton)
