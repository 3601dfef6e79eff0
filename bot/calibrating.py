"""``/calibrate``: moderators judge real questions with the passage that comes first, and set when to abstain.

Each press is kept at once (`Archive.give_feedback`), so that labelling goes on after a restart, on another day, or by
somebody else. What comes first is shown whether or not it would have been sent, and the moderator is not told which:
only so are there labels below the threshold too.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from bot import render, verbatim
from bot.ask import Pressed, prove
from bot.calibrate import Report, report
from bot.curating import DANGER, SUCCESS, CuratorButton, button, refused
from bot.curve import highest
from bot.localised import text
from bot.moderators import done
from bot.permissions import server_of
from bot.places import PATTERN, Place
from index.archive import Archive
from index.calibration import SURE, Point
from index.gaps import State
from index.subscriptions import Wanted
from index.types import Abstention, Filters, Hit, Reason, Receipt

if TYPE_CHECKING:
    from bot.client import OnRecord

MOST = 50
"""Questions that one moderator is asked to judge: more are tiring, and fewer than 20 show little."""
NO_QUESTIONS = (
    "There are no questions to judge yet: those that members asked and that were not answered, or were judged, are "
    "taken. They come by themselves; then use this again."
)
CHANGED = "The labels changed meanwhile; this is what they say now."

_KEY = r"(?P<key>[A-Za-z0-9_-]{10})"
_RISK = r"(?P<risk>[0-9]{1,2})"
JUDGE_ID = re.compile(rf"or:n(?P<what>[ad]):{_RISK}:{_KEY}:(?P<score>[0-9]{{1,4}}):(?P<place>{PATTERN})")
SKIP_ID = re.compile(rf"or:ns:{_RISK}:{_KEY}")
RESULT_ID = re.compile(rf"or:nr:{_RISK}")
MORE_ID = re.compile(rf"or:nm:{_RISK}")
USE_ID = re.compile(rf"or:nu:{_RISK}:(?P<threshold>[0-9]{{1,6}})")
RESET_ID = re.compile(rf"or:nx:{_RISK}")

_COLUMNS, _ROWS = 20, 6
_BLOCKS = " ▁▂▃▄▅▆▇█"


# --- what is judged


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, and the passage that comes first."""

    key: str
    question: str
    hit: Hit
    number: int
    """Which one it is, counting from 1 over all that are to be judged."""
    of: int


def questions(archive: Archive) -> tuple[Wanted, ...]:
    """At most `MOST` questions that members of a server asked, each once, in an order that is the same every time.

    Those that were not answered, and those of which somebody judged a quotation. The order is that of their hashes: a
    sample that nobody chose.
    """
    asked = (one.wanted for one in archive.gap_table.asked(State.OPEN, State.DISMISSED, State.CLOSED))
    judged = (_wanted(one.question, one.standalone) for one in archive.feedback())
    once = {" ".join(one.standalone.casefold().split()): one for one in (*judged, *asked)}
    return tuple(sorted(once.values(), key=lambda one: one.key)[:MOST])


def _wanted(question: str, standalone: str) -> Wanted:
    return Wanted.of(Abstention(question, standalone, Reason.NOT_COVERED, 0.0), Filters(), None)


def next_pair(archive: Archive, by: str, after: str = "") -> Pair | None:
    """The first question after the key ``after`` that ``by`` has not judged, with its passage; ``None`` at the end."""
    pseudonym = archive.pseudonym(by)
    judged = {one.standalone for one in archive.feedback() if one.by == pseudonym}
    every = questions(archive)
    for number, one in enumerate(every, 1):
        if one.key <= after or one.standalone in judged:
            continue
        hits = archive.rank(one.standalone, filters=one.filters, asked_on=one.asked_on, limit=1)
        if hits:  # where nothing comes near there is nothing to judge
            return Pair(one.key, one.standalone, hits[0], number, len(every))
    return None


def told(archive: Archive, risk: int) -> Report:
    """What the labels of an archive say of its threshold, for ``risk`` per cent of wrong answers."""
    return report(archive.labels(), risk / 100, archive.threshold, own=archive.calibrated() is not None)


# --- the cards


def pair_card(pair: Pair, risk: int) -> ui.LayoutView:
    """One question and its passage, to be judged."""
    head = f"-# {pair.number} of {pair.of} · Does this passage answer the question?"
    asked = f"**{verbatim.label(pair.question, 300)}**"
    place, score = Place.of(pair.hit.receipt), round(1000 * pair.hit.score)
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow(
        button("Answers", f"or:na:{risk}:{pair.key}:{score}:{place}", SUCCESS),
        button("Does not", f"or:nd:{risk}:{pair.key}:{score}:{place}", DANGER),
        button("Skip", f"or:ns:{risk}:{pair.key}"),
        button("See the result", f"or:nr:{risk}"),
    )
    room = render.TEXT_LIMIT - verbatim.size(head) - verbatim.size(asked)
    items = [
        ui.TextDisplay(head),
        ui.TextDisplay(asked),
        *render.entry(pair.hit, room, render.Quota()),
        ui.Separator(),
        row,
    ]
    return render.sheet(items)


def result_card(found: Report, risk: int, *, more: bool, said: str = "") -> ui.LayoutView:
    """What the labels say, as words and as a picture, and what can be done with it."""
    now = "set for this server" if found.own else "as configured"
    lines = [said] if said else []
    lines += [
        f"**{render.counted(found.curve.total, 'label')}** of this server's questions",
        f"▲ In use, {now}: threshold {found.now.threshold:.2f}, {_does(found.now)}",
    ]
    if isinstance(found.proposal, Point):
        lines.append(f"◆ Proposed for at most {risk}% wrong: {found.proposal.threshold:.2f}, {_does(found.proposal)}")
    else:
        lines.append(verbatim.escape(found.why_not or ""))
    lines += [f"-# {verbatim.escape(note)}" for note in found.notes]
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay("\n".join(lines))]
    if len(found.curve.thresholds):
        items.append(ui.TextDisplay(f"```\n{plotted(found)}\n```"))
    row = []
    if found.threshold is not None:
        row.append(button(f"Use {found.threshold:.2f}", f"or:nu:{risk}:{_packed(found.threshold)}", SUCCESS))
    if found.own:
        row.append(button("Use the configured one", f"or:nx:{risk}"))
    if more:
        row.append(button("Label more", f"or:nm:{risk}"))
    return render.sheet([*items, *([ui.ActionRow(*row)] if row else [])])


def _packed(threshold: float) -> int:
    return round(threshold * 100_000)


def _does(point: Point) -> str:
    if point.risk is None:
        return "answers none of them"
    return (
        f"answers {point.coverage:.0%}, {point.risk:.0%} of that wrong ({point.wrong} of {point.answered}; "
        f"at most {point.upper:.0%}, {SURE:.0%} sure)"
    )


def plotted(found: Report) -> str:
    """The risk-coverage curve in signs of one width, at most 27 a line: 28 fit on a screen of 400 pixels.

    A bar's height is the share of wrong answers, and its place the share of labels that is answered; the row of the
    wished risk is dotted. Beneath stand the thresholds in use and proposed.
    """
    coverage, risk = [float(c) for c in found.curve.coverage], [float(r) for r in found.curve.risk]
    top = highest(found)
    heights = list(_heights(coverage, risk, top))
    wished = min(_ROWS - 1, int(found.risk / top * _ROWS))
    lines = []
    for row in range(_ROWS - 1, -1, -1):
        filled = (_BLOCKS[max(0, min(8, height - 8 * row))] for height in heights)
        cells = "".join("·" if block == " " and row == wished else block for block in filled)
        name = f"{top:4.0%}" if row == _ROWS - 1 else f"{found.risk:4.0%}" if row == wished else "    "
        lines.append(f"{name} │{cells}".rstrip())
    lines.append("  0% └" + "─" * _COLUMNS)
    signs = [" "] * (_COLUMNS + 1)
    marks = [("◆", found.proposal), ("▲", found.now)]
    for sign, point in ((sign, point) for sign, point in marks if isinstance(point, Point)):
        signs[min(_COLUMNS, round(point.coverage * _COLUMNS))] = sign
    lines.append(("     " + "".join(signs)).rstrip())
    return "\n".join([" wrong", *lines, "      0%   answered  100%"])


def _heights(coverage: list[float], risk: list[float], top: float) -> Iterator[int]:
    """Each column's bar in eighths of a row: the risk of the strictest threshold that answers as much."""
    for column in range(_COLUMNS):
        at = bisect_left(coverage, (column + 0.5) / _COLUMNS)
        if at < len(risk):
            # A risk over 0 is seen, however small it is.
            yield max(1 if risk[at] else 0, round(min(risk[at], top) / top * _ROWS * 8))
        else:
            yield 0


# --- the command and its buttons


async def labelling(interaction: discord.Interaction[Any], risk: int, after: str = "") -> ui.LayoutView:
    """The next pair for whoever labels, its quotation proved; after the last one, the result."""
    bot, server, by = interaction.client, server_of(interaction), str(interaction.user.id)
    pair = await bot.worker.call(server, lambda archive: next_pair(archive, by, after))
    if pair is None:
        return await result(interaction, risk)
    await prove(bot, server, [pair.hit])
    return pair_card(pair, risk)


async def result(interaction: discord.Interaction[Any], risk: int, said: str = "") -> ui.LayoutView:
    """What the labels of the server say."""
    by = str(interaction.user.id)

    def find(archive: Archive) -> tuple[Report, bool, bool]:
        return told(archive, risk), next_pair(archive, by) is not None, bool(questions(archive))

    found, more, any_ = await interaction.client.worker.call(server_of(interaction), find)
    if not found.curve.total and not any_:
        return render.note(NO_QUESTIONS)
    return result_card(found, risk, more=more, said=said)


class Calibrating(commands.Cog):
    """The command."""

    @app_commands.command(name="calibrate", description="Judge answers, and set how sure an answer must be")
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_messages=True)
    @app_commands.describe(risk="How many of 100 answers may be wrong (10 if you do not say)")
    async def calibrate(
        self, interaction: discord.Interaction[OnRecord], risk: app_commands.Range[int, 1, 50] = 10
    ) -> None:
        """Show the first pair that was not judged, to the moderator alone."""
        if await refused(interaction):
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(view=await labelling(interaction, risk), ephemeral=True)


class JudgeButton(CuratorButton, template=JUDGE_ID):
    """*Answers*, *Does not*: keeps the label and shows the next pair."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Keep it, in place of an earlier one of the same person's."""
        bot, server, by = interaction.client, server_of(interaction), str(interaction.user.id)
        place, key, score = Place.parse(self.says["place"]), self.says["key"], min(int(self.says["score"]), 1000) / 1000
        right = self.says["what"] == "a"

        def keep(archive: Archive) -> bool:
            article = bot.keys.find(server, archive, place.key)
            question = next((one for one in questions(archive) if one.key == key), None)
            if article is None or question is None:
                return False
            receipt = Receipt(article.id, article.sha256, place.span)
            archive.give_feedback(question.question, receipt, score, right=right, standalone=question.standalone, by=by)
            return True

        if not await bot.worker.call(server, keep):
            await pressed.say(text("ask.gone"))
        await pressed.show(await labelling(interaction, int(self.says["risk"]), key))


class SkipButton(CuratorButton, template=SKIP_ID):
    """*Skip*."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Show the next pair; this one comes again next time."""
        await pressed.show(await labelling(interaction, int(self.says["risk"]), self.says["key"]))


class MoreButton(CuratorButton, template=MORE_ID):
    """*Label more*."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Show the first pair that was not judged."""
        await pressed.show(await labelling(interaction, int(self.says["risk"])))


class ResultButton(CuratorButton, template=RESULT_ID):
    """*See the result*."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Show what the labels say so far."""
        await pressed.show(await result(interaction, int(self.says["risk"])))


class UseButton(CuratorButton, template=USE_ID):
    """*Use*: sets the threshold that the card proposes."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Set it, if the labels still say so."""
        risk, shown, by = int(self.says["risk"]), int(self.says["threshold"]), str(interaction.user.id)

        def use(archive: Archive) -> tuple[int, float] | None:
            found = told(archive, risk)
            if found.threshold is None or _packed(found.threshold) != shown:
                return None
            archive.set_threshold(found.threshold, risk=risk / 100, labels=found.curve.total, by=by)
            return archive.log.entries(limit=1)[0].id, found.threshold

        made = await interaction.client.worker.call(server_of(interaction), use, changes=True)
        if made is None:
            await pressed.show(await result(interaction, risk, CHANGED))
            return
        words = f"**Set.** From now on an answer must be as sure as {made[1]:.2f} on this server."
        await pressed.show(done(words, made[0], button("See the result", f"or:nr:{risk}")))


class ResetButton(CuratorButton, template=RESET_ID):
    """*Use the configured one*: takes the server's own threshold back."""

    async def act(self, interaction: discord.Interaction[Any], pressed: Pressed) -> None:
        """Take it back."""
        risk, by = int(self.says["risk"]), str(interaction.user.id)

        def reset(archive: Archive) -> tuple[int, float]:
            archive.reset_threshold(by=by)
            return archive.log.entries(limit=1)[0].id, archive.threshold

        entry, threshold = await interaction.client.worker.call(server_of(interaction), reset, changes=True)
        words = f"**Taken back.** An answer must be as sure as {threshold:.2f} again, as configured."
        await pressed.show(done(words, entry, button("See the result", f"or:nr:{risk}")))


BUTTONS = (JudgeButton, SkipButton, MoreButton, ResultButton, UseButton, ResetButton)
