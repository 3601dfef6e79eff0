"""``/articles feedback``: what members reported as wrong, one passage a page, and what moderators do about it.

A decision never alters the quotation: it says who said it, or that nothing shows it, and can be undone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord import ui
from discord.ext import commands

from bot import failures, localised, render, verbatim
from bot.ask import Pressed, prove
from bot.curating import DANGER, SUCCESS, CuratorButton, button, refused
from bot.localised import text
from bot.moderators import done
from bot.permissions import server_of
from bot.places import PATTERN, Place
from bot.topics import page_note, turning
from index.archive import Archive
from index.overrides import Fix, Placed
from index.reports import Report
from index.types import Hit, Receipt

if TYPE_CHECKING:
    from bot.client import OnRecord

NOTHING = "Nobody has reported a quotation as wrong, or all of it is decided."
NAME_MISSING = "A speaker needs a name; or choose that the words are the outlet's own, or that it is not stated."
FIXED = {
    Fix.HIDDEN: "**Hidden.** Nothing shows this passage any more.",
    Fix.SPEAKER: "**Corrected.** From now on every card names this speaker, and says that moderators corrected it.",
    Fix.OUTLET: "**Corrected.** From now on every card gives these words as the outlet's own, and says who decided so.",
    Fix.UNSTATED: "**Corrected.** From now on every card says that the speaker is not stated, and who decided so.",
}
SETTLED = "**Not wrong.** The report is settled, and does not count when the threshold is calibrated."

NO_DECISIONS = "Nothing was decided about any passage."
NO_DECISION = "This decision was taken back already."
TAKEN_BACK = "**Taken back.** The passage is as the article alone has it again."

DECISIONS = 8
"""Decisions on one page: with their buttons they take 29 of the 40 components of a message."""
_SHOWN = 3
"""Questions, and words of members, that are shown of one report."""

LIST_ID = re.compile(r"or:jl:(?P<page>[0-9]{1,4})")
FIX_ID = re.compile(rf"or:jf:(?P<place>{PATTERN})")
HIDE_ID = re.compile(rf"or:jh:(?P<place>{PATTERN})")
RIGHT_ID = re.compile(rf"or:jn:(?P<place>{PATTERN})")
FORM_ID = re.compile(rf"or:jm:(?P<place>{PATTERN})")
DECISIONS_ID = re.compile(r"or:jd:(?P<page>[0-9]{1,4})")
TAKE_BACK_ID = re.compile(r"or:jt:(?P<id>[0-9]{1,12})")
NAME, ROLE, WHO = "name", "role", "who"


# --- the card


def card(reports: int, report: Report, hit: Hit, page: int = 0) -> ui.LayoutView:
    """One report: the quotation with its source, what is said to be wrong, and what can be done."""
    complaints = " · ".join(
        render.complaints()[complaint.value].removesuffix(" …") + (f" ({count})" if count > 1 else "")
        for complaint, count in report.complaints
    )
    head = (
        f"**{render.counted(report.people, 'report')}** of this quotation, the last on {render.day(report.at[:10])}"
        f"{page_note(page, reports)}"
    )
    said = [f"**{verbatim.escape(complaints)}**"]
    said += [f"-# Shown for: {verbatim.label(question, 200)}" for question in report.questions[:_SHOWN]]
    said += [f"“{verbatim.label(words, 300)}”" for words in report.words[:_SHOWN]]
    place = Place.of(report.receipt)
    below = "\n".join(said)
    room = render.TEXT_LIMIT - verbatim.size(head) - verbatim.size(below)
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow(
        button("Fix speaker", f"or:jf:{place}"),
        button("Hide this passage", f"or:jh:{place}", DANGER),
        button("Not wrong", f"or:jn:{place}", SUCCESS),
    )
    items = [ui.TextDisplay(head), *render.entry(hit, room, render.Quota()), ui.Separator(), ui.TextDisplay(below), row]
    return render.sheet(items, [*turning(page, reports, lambda to: f"or:jl:{to}"), button("Decisions", "or:jd:0")])


def form(place: Place, hit: Hit) -> ui.Modal:
    """Asks who said it; what is submitted is read from the interaction, so that it outlives this process."""
    made = ui.Modal(title="Who says this?", custom_id=f"or:jm:{place}", timeout=900)
    now = hit.speaker
    options = (
        ("A speaker, named below", Fix.SPEAKER),
        ("The outlet's own words", Fix.OUTLET),
        ("Speaker not stated", Fix.UNSTATED),
    )
    select: ui.Select[Any] = ui.Select(
        custom_id=WHO,
        options=[
            discord.SelectOption(label=label, value=fix.value, default=fix is Fix.SPEAKER) for label, fix in options
        ],
    )
    name: ui.TextInput[Any] = ui.TextInput(
        custom_id=NAME,
        max_length=100,
        required=False,
        placeholder=now.name[:100] if now else "As the article writes it",
    )
    role: ui.TextInput[Any] = ui.TextInput(
        custom_id=ROLE, max_length=150, required=False, placeholder="Such as “mayor of Skarn”"
    )
    made.add_item(ui.Label(text="Who says it", component=select))
    made.add_item(ui.Label(text="Name", component=name, description="Only for a speaker"))
    made.add_item(ui.Label(text="Role", component=role))
    return made


# --- what it does


async def shown(bot: OnRecord, server: int, page: int = 0) -> ui.LayoutView:
    """A page of the reports of a server, its quotation proved; the last one where there are not so many."""

    def find(archive: Archive) -> tuple[int, int, Report, Hit] | None:
        # Words that moderators have hidden meanwhile are decided about, however they were reported.
        reports = [report for report in archive.reports() if not _hidden(archive, report.receipt)]
        if not reports:
            return None
        at = min(page, len(reports) - 1)
        return len(reports), at, reports[at], archive.reported(reports[at].receipt)

    found = await bot.worker.call(server, find)
    if found is None:
        return render.view(ui.TextDisplay(NOTHING), ui.ActionRow(button("Decisions", "or:jd:0")))
    count, at, report, hit = found
    await prove(bot, server, [hit])
    return card(count, report, hit, at)


def _hidden(archive: Archive, receipt: Receipt) -> bool:
    return any(span.overlaps(receipt.span) for span in archive.hidden(receipt.article_id))


async def decided(
    interaction: discord.Interaction[Any], place: Place, fix: Fix | None, *who: str | None
) -> ui.LayoutView:
    """Keep a decision about the words at a place in this server's archive (``None``: not wrong); what to show."""
    bot, by = interaction.client, str(interaction.user.id)
    server = server_of(interaction)

    def decide(archive: Archive) -> int | None:
        article = bot.keys.find(server, archive, place.key)
        if article is None:
            return None
        receipt = Receipt(article.id, article.sha256, place.span)
        return archive.not_wrong(receipt, by=by) if fix is None else archive.override(receipt, fix, *who, by=by)

    entry = await bot.worker.call(server, decide, changes=True)
    if entry is None:
        return render.note(text("ask.gone"))
    return done(SETTLED if fix is None else FIXED[fix], entry, button("Other reports", "or:jl:0"))


class ListButton(CuratorButton, template=LIST_ID):
    """Turns a page of the reports."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Show that page, of what is reported now."""
        await pressed.show(await shown(interaction.client, server_of(interaction), int(self.says["page"])))


class HideButton(CuratorButton, template=HIDE_ID):
    """*Hide this passage*."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Hide it from everything."""
        await pressed.show(await decided(interaction, Place.parse(self.says["place"]), Fix.HIDDEN))


class RightButton(CuratorButton, template=RIGHT_ID):
    """*Not wrong*."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Settle the report."""
        await pressed.show(await decided(interaction, Place.parse(self.says["place"]), None))


class FixButton(CuratorButton, template=FIX_ID):
    """*Fix speaker*: a form for who said it."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Ask who said it; `FeedbackForms` takes the answer."""
        if await refused(interaction):
            return
        bot, server, place = interaction.client, server_of(interaction), Place.parse(self.says["place"])

        def find(archive: Archive) -> Hit | None:
            article = bot.keys.find(server, archive, place.key)
            return article and archive.reported(Receipt(article.id, article.sha256, place.span))

        try:
            hit = await bot.worker.call(server, find)
            if hit is None:
                await failures.say(interaction, text("ask.gone"))
            else:
                await interaction.response.send_modal(form(place, hit))
        except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
            await failures.tell(interaction, error)


# --- what was decided


def decisions(placed: Sequence[Placed], page: int = 0) -> ui.LayoutView:
    """A page of what was decided about passages, the latest first, each with a button that takes it back.

    It shows no words: those that are hidden are shown by nothing.
    """
    back = button("Reports", "or:jl:0")
    if not placed:
        return render.view(ui.TextDisplay(NO_DECISIONS), ui.ActionRow(back))
    pages = -(-len(placed) // DECISIONS)
    page = min(page, pages - 1)
    head = f"**{render.counted(len(placed), 'decision')}** about passages{page_note(page, pages)}"
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay(head)]
    for one in placed[page * DECISIONS : (page + 1) * DECISIONS]:
        items.append(ui.Section(_decision(one), accessory=button("Take back", f"or:jt:{one.override.id}")))
    return render.sheet(items, [*turning(page, pages, lambda to: f"or:jd:{to}"), back])


def _decision(placed: Placed) -> str:
    one, article = placed.override, placed.article
    role = f", {one.role}" if one.role else ""
    what = {
        Fix.HIDDEN: "Hidden",
        Fix.SPEAKER: f"Said by {one.name}{role}",
        Fix.OUTLET: "The outlet's own words",
        Fix.UNSTATED: "Speaker not stated",
    }[one.fix]
    where = f"characters {placed.span.start}–{placed.span.end}" if placed.span else "does not fit any more"
    title = render.title_of(article) if article else one.article_id
    return (
        f"**{verbatim.label(what, 250)}**\n-# “{verbatim.label(title, 90)}”, {where}, "
        f"decided on {render.day(one.at[:10])}"
    )


class DecisionsButton(CuratorButton, template=DECISIONS_ID):
    """*Decisions*, and turns their pages."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Show that page, as things are now."""
        found = await interaction.client.worker.call(server_of(interaction), lambda archive: archive.overrides())
        await pressed.show(decisions(found[::-1], int(self.says["page"])))


class TakeBackButton(CuratorButton, template=TAKE_BACK_ID):
    """*Take back*: the passage is as the article alone has it again."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Take one decision of this server back."""
        number, by = int(self.says["id"]), str(interaction.user.id)

        def remove(archive: Archive) -> int | None:
            found = next((placed.override for placed in archive.overrides() if placed.override.id == number), None)
            return None if found is None else archive.remove_override(found, by=by)

        entry = await interaction.client.worker.call(server_of(interaction), remove, changes=True)
        if entry is None:
            await pressed.show(render.note(NO_DECISION))
        else:
            await pressed.show(done(TAKEN_BACK, entry, button("Other decisions", "or:jd:0")))


BUTTONS = (ListButton, HideButton, RightButton, FixButton, DecisionsButton, TakeBackButton)


class FeedbackForms(commands.Cog):
    """Takes the form of *Fix speaker*."""

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """A form that was filled in, by its id; who sent it is checked again."""
        if interaction.type is not discord.InteractionType.modal_submit or interaction.data is None:
            return
        says = FORM_ID.fullmatch(str(interaction.data.get("custom_id", "")))
        if says is None:
            return
        localised.speak(interaction.locale)
        if await refused(interaction):
            return
        async with Pressed(interaction, turn=interaction.message is not None) as pressed:
            given = _filled(interaction.data)
            fix = Fix(given.get(WHO) or Fix.SPEAKER.value)
            name, role = (" ".join(given.get(field, "").split()) or None for field in (NAME, ROLE))
            if fix is Fix.SPEAKER and name is None:
                await pressed.say(NAME_MISSING)
                return
            who = (name, role) if fix is Fix.SPEAKER else ()
            await pressed.show(await decided(interaction, Place.parse(says["place"]), fix, *who))


def _filled(data: Any) -> dict[str, str]:
    """What was typed or chosen in the fields of a form, by their ids."""
    found: dict[str, str] = {}
    if isinstance(data, dict):
        if isinstance(data.get("value"), str):
            found[str(data.get("custom_id"))] = data["value"]
        if isinstance(data.get("values"), list) and data["values"]:
            found[str(data.get("custom_id"))] = str(data["values"][0])
        for part in (data.get("components"), data.get("component")):
            found.update(_filled(part))
    elif isinstance(data, list):
        for part in data:
            found.update(_filled(part))
    return found
