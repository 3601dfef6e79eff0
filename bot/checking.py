"""Is this on record? ``/check``, and the menu of a message: what somebody is claimed to have said, against the record.

The answer is for whoever asked alone, until they share it. The claim stands on the card itself, whole, so that sharing
judges and proves it anew, after a restart too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui

from bot import failures, posted, render, verbatim
from bot.ask import LastingButton, prove, suggested
from bot.localised import LANGUAGES, catalogue, grouped, text
from bot.menus import WithMenu
from bot.permissions import server_of
from index.archive import Archive
from index.cards import Kind
from index.check import Change, Claim, Op, Verdict, VerdictKind, readings
from index.sentences import sentence_spans
from index.types import Hit

if TYPE_CHECKING:
    from bot.client import OnRecord

MENU = "Is this on record?"
CLAIM_LIMIT = 1200
"""Units of a claim as it is shown: more would leave no room for the difference and the quotation."""
DIFF_LIMIT = 800
PART_LIMIT = 500
"""Units of each part of a stitched quotation."""
_EDGE = 10
"""Words shown of a long run that is the same, at each of its ends."""

_SHARE = "or:k"
SHARE_ID = re.compile(rf"{_SHARE}:(?P<asker>[0-9]{{1,20}}):(?P<of>[0-9]{{1,5}}):(?P<quoted>[01])")
_HEADS = tuple(
    re.compile(rf"-# {re.escape(words['check.claim'])}\Z|-# {by[0]}(?P<speaker>.+){by[1]}\Z")
    for words in map(catalogue, LANGUAGES)
    for by in [[re.escape(part) for part in words["check.claim_by"].split("{speaker}")]]
)
"""What stands above the claim on a card, in each language."""

_GREEN, _AMBER, _GREY = discord.Colour(0x1F8B4C), discord.Colour(0xC27C0E), discord.Colour(0x747F8D)
_COLOURS = {VerdictKind.VERBATIM: _GREEN, VerdictKind.PARAPHRASE: _GREY, VerdictKind.NOT_ON_RECORD: _GREY}


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim as it was judged."""

    verdict: Verdict
    claim: Claim
    """The words that were judged, and who is said to have said them."""
    of: int = 0
    """Characters of the claim where only its beginning was judged; else 0."""
    quoted: bool = False
    """Whether the claim is what a longer message has between quotation marks."""

    @property
    def hits(self) -> tuple[Hit, ...]:
        """What is quoted on the card, to be proved before it is sent."""
        return self.verdict.parts or ((self.verdict.closest,) if self.verdict.closest else ())


class Checking(WithMenu):
    """Claims, from a command and from the menu of a message."""

    menu_name = MENU

    @app_commands.command(name="check", description="Check whether a quotation is on record, word for word")
    @app_commands.guild_only()
    @app_commands.describe(text="What is claimed to have been said", speaker="Who is claimed to have said it")
    async def check(
        self,
        interaction: discord.Interaction[OnRecord],
        text: app_commands.Range[str, 1, 4000],  # shadows `localised.text`, for the option is called so in Discord
        speaker: app_commands.Range[str, 1, 100] | None = None,
    ) -> None:
        """Judge a claim that was typed."""
        await self._answer(interaction, text, speaker and speaker.strip())

    @check.autocomplete("speaker")
    async def _speakers(
        self, interaction: discord.Interaction[OnRecord], current: str
    ) -> list[app_commands.Choice[str]]:
        return await suggested(interaction, lambda archive: archive.speakers(current, 25))

    async def of_message(self, interaction: discord.Interaction[OnRecord], message: discord.Message) -> None:
        """Judge what a message claims."""
        if self.bot.user is not None and message.author.id == self.bot.user.id:
            await failures.say(interaction, text("check.own"))
            return
        forwarded = [snapshot.content for snapshot in message.message_snapshots]
        await self._answer(interaction, message.content or "\n".join(forwarded), None)

    async def _answer(self, interaction: discord.Interaction[OnRecord], content: str, speaker: str | None) -> None:
        server = server_of(interaction)
        words = claimed_in(content)
        if claims_nothing(words):
            await failures.say(interaction, text("check.nothing"))
            return
        if refusal := self.bot.limits.count(server, interaction.user.id):
            await failures.say(interaction, refusal.sentence)
            return
        await interaction.response.defer(ephemeral=True, thinking=True)
        with self.bot.answering():
            found = await checked(self.bot, server, words, speaker or None)
            if asks(words) and found.verdict.verdict in (VerdictKind.NOT_ON_RECORD, VerdictKind.PARAPHRASE):
                await failures.say(interaction, text("check.asks"))
                return
            view = card(found, asker=interaction.user.id, today=interaction.created_at.date())
            await interaction.followup.send(view=view, ephemeral=True)


async def checked(bot: OnRecord, server: int, words: str, speaker: str | None) -> Checked:
    """What the archive of ``server`` says of a message, every quotation proved."""
    ways = readings(words)
    cut = tuple(replace(way, words=shortened(way.words)) for way in ways)
    verdict = await bot.worker.call(server, lambda archive: archive.judge(cut, speaker))
    claim = verdict.claim or cut[0]
    whole = len(ways[cut.index(claim)].words)
    found = Checked(
        verdict,
        Claim(claim.words, speaker or claim.speaker),
        whole if whole > len(claim.words) else 0,
        claim is not cut[-1] and not claim.framed,
    )
    await prove(bot, server, found.hits)
    return found


# --- what a message claims


_MARKUP = (
    (re.compile(r"<a?:\w+:[0-9]+>|<@[!&]?[0-9]+>|<#[0-9]+>|<t:-?[0-9]+(?::\w)?>|</[^:>]+:[0-9]+>"), " "),
    (re.compile(r"\[([^\]\n]+)\]\(<?https?://[^\s)]+>?\)"), r"\1"),
    (re.compile(r"<?https?://\S+"), " "),
    (re.compile(r"^\s*(?:>{1,3}|#{1,3}|-#)\s+", re.MULTILINE), ""),
    (re.compile(r"\*\*|__|~~|\|\||```(?:\w+\n)?|`"), ""),
)


def claimed_in(content: str) -> str:
    """A message's words as they are displayed: without Discord's markup, mentions, emoji and addresses."""
    for pattern, instead in _MARKUP:
        content = pattern.sub(instead, content)
    return content.strip()


def claims_nothing(words: str) -> bool:
    """Whether there is too little in a message to be looked up: no quotation, and fewer than three words."""
    count = len(re.findall(r"[^\W_]+", words))
    first = readings(words)[0]
    return count == 0 or (count < 3 and first.words == words)


def asks(words: str) -> bool:
    """Whether a message only asks: a question that quotes nothing."""
    return words.rstrip().endswith("?") and len(readings(words)) == 1


def shortened(words: str) -> str:
    """``words``, or as many of their first sentences as a card has room for; of one that is longer, whole words."""
    if verbatim.size(verbatim.quoted(words)) <= CLAIM_LIMIT:
        return words
    kept = ""
    for ends in ([span.end for span in sentence_spans(words)], [found.end() for found in re.finditer(r"\S+", words)]):
        for end in ends:
            if verbatim.size(verbatim.quoted(words[:end].rstrip())) > CLAIM_LIMIT:
                break
            kept = words[:end].rstrip()
        if kept:
            return kept
    return words[: CLAIM_LIMIT // 3]


# --- the card


def card(
    found: Checked, *, asker: int | None = None, shared_by: str | None = None, today: date | None = None
) -> ui.LayoutView:
    """The verdict in plain words, the claim, how it differs, what is on record.

    ``asker`` is who may share it; by ``today`` it says how old each article is.
    """
    verdict, claim = found.verdict, found.claim
    of = text("check.claim_by", speaker=verbatim.label(claim.speaker, 100)) if claim.speaker else text("check.claim")
    above = [f"### {heading(verdict)}\n{verbatim.escape(meaning(found))}", f"-# {of}", _shown(claim.words)]
    if found.quoted:
        above.append(f"-# {text('check.quoted')}")
    if found.of:
        above.append(f"-# ✂ {text('check.cut', shown=grouped(len(claim.words)), whole=grouped(found.of))}")
    closest = verdict.closest
    # Words that the outlet does not allow on a card are not shown as corrections either.
    hidden = closest is not None and render.over_quota(closest.article, closest.quote) is not None
    if any(change.op is not Op.SAME for change in verdict.diff) and not hidden:
        above += [f"-# {text('check.marks')}", difference(verdict.diff)]
    colour = _COLOURS.get(verdict.verdict, _AMBER)
    items = _parts(above, verdict.parts, today) if verdict.parts else _closest(above, verdict, colour, today)
    if shared_by is not None:
        items.append(ui.TextDisplay(f"-# {text('check.shared_by', name=verbatim.label(shared_by, 60))}"))
    box: ui.Container[ui.LayoutView] = ui.Container(*items, accent_colour=colour)
    if asker is None:
        return render.quoting(render.view(box), found.hits)
    share: ui.Button[ui.LayoutView] = ui.Button(
        label=text("button.share"), custom_id=f"{_SHARE}:{asker}:{min(found.of, 99_999)}:{found.quoted:d}"
    )
    return render.view(box, ui.ActionRow(share))


def heading(verdict: Verdict) -> str:
    """The verdict in two or three words."""
    if verdict.verdict is VerdictKind.STITCHED:
        return text("check.stitched", count=text(f"check.places.{min(len(verdict.parts), 5)}"))
    return text(f"check.heading.{verdict.verdict.value}")


def meaning(found: Checked) -> str:
    """What the verdict means, claiming no more than was looked up; not escaped."""
    verdict, speaker = found.verdict, found.claim.speaker
    match verdict.verdict:
        case VerdictKind.VERBATIM:
            left_out = any(change.op is Op.DROPPED for change in verdict.diff)
            said = text("check.verbatim_but") if left_out else text("check.meaning.verbatim")
            unsure = speaker and verdict.closest and verdict.closest.speaker is None
            return f"{said} {text('check.unsure')}" if unsure else said
        case VerdictKind.WRONG_SPEAKER:
            return text("check.wrong_speaker", speaker=speaker or text("check.this_speaker"))
        case kind:
            return text(f"check.meaning.{kind.value}")


def difference(diff: Sequence[Change]) -> str:
    """How the claim differs, as one escaped line: its own words struck out, the record's bold, long runs shortened."""
    parts: list[str] = []
    for i, change in enumerate(diff):
        if change.op is Op.SAME:
            parts.append(verbatim.escape(_ends(change.said, first=i == 0, last=i == len(diff) - 1)))
            continue
        if change.said:
            parts.append(f"~~{verbatim.escape(_ends(change.said))}~~")
        if change.record:
            parts.append(f"**{verbatim.escape(_ends(change.record))}**")
    kept: list[str] = []
    room = DIFF_LIMIT
    for part in parts:
        room -= verbatim.size(part) + 1
        if room < 0:
            return " ".join([*kept, "…"])
        kept.append(part)
    return " ".join(kept)


def _ends(run: str, *, first: bool = False, last: bool = False) -> str:
    """A run of words on one line: of a long one, those next to what differs."""
    words = run.split()
    if len(words) <= 3 * _EDGE:
        return " ".join(words)
    begin, end = ([] if first else words[:_EDGE]), ([] if last else words[-_EDGE:])
    return " ".join([*begin, "…", *end])


def _shown(words: str) -> str:
    return verbatim.quoted(words) if verbatim.displayable(words) else f"-# {text('check.not_displayable')}"


_ABOVE = {
    VerdictKind.VERBATIM: "on_record",
    VerdictKind.WRONG_SPEAKER: "on_record",
    VerdictKind.ALTERED: "closest",
    VerdictKind.PARAPHRASE: "closest",
    VerdictKind.NOT_ON_RECORD: "nearest",
}


def _closest(
    above: list[str], verdict: Verdict, colour: discord.Colour, today: date | None
) -> list[ui.Item[ui.LayoutView]]:
    if verdict.closest is None:
        return [ui.TextDisplay(line) for line in above]
    heading_ = text(f"check.above.{_ABOVE[verdict.verdict]}")
    box = render.evidence(verdict.closest, [*above, f"**{heading_}**"], colour, today)
    items = [item for item in box.children if not isinstance(item, ui.Separator)]
    items.insert(len(above), ui.Separator())
    return items


def _parts(above: list[str], parts: Sequence[Hit], today: date | None) -> list[ui.Item[ui.LayoutView]]:
    """Each part of a stitched quotation in its sentences, with its own buttons."""
    items: list[ui.Item[ui.LayoutView]] = [*map(ui.TextDisplay, above), ui.Separator()]
    buttons: list[ui.Button[ui.LayoutView]] = []
    seen: set[str] = set()
    quota = render.Quota()
    for number, hit in enumerate(parts, 1):
        words, source = render.beside(hit, today, quota)
        if not verbatim.displayable(hit.quote) or verbatim.size(words) > PART_LIMIT:
            words = f"-# {text('check.long_part', number=grouped(len(hit.quote)), part=number)}"
        items += [
            ui.TextDisplay(f"**{text('check.part', part=number)}**"),
            ui.TextDisplay(words),
            ui.TextDisplay(source),
        ]
        for button in render.links(hit.article, hit.passage.span, number):
            # Two parts of one sentence lead to the same place, and Discord takes no id twice.
            if (key := button.custom_id or f"{button.url}") not in seen:
                seen.add(key)
                buttons.append(button)
    return [*items, *(ui.ActionRow(*buttons[i : i + 4]) for i in range(0, len(buttons), 4))]


# --- sharing


class ShareVerdictButton(LastingButton, template=SHARE_ID):
    """*Share*: posts the verdict in the channel, judged and proved anew, for whoever asked alone."""

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Read the claim from the card, judge it again, post it, and take the button off the card."""
        try:
            await self._share(interaction)
        except Exception as error:  # noqa: BLE001  # discord.py would only log what a button raises
            await failures.tell(interaction, error)

    async def _share(self, interaction: discord.Interaction[Any]) -> None:
        if str(interaction.user.id) != self.says["asker"]:
            await failures.say(interaction, text("check.not_yours"))
            return
        if not _may_write(interaction):
            await failures.say(interaction, text("check.may_not_write"))
            return
        claim = None if interaction.message is None else claim_on(interaction.message)
        if claim is None:
            await failures.say(interaction, text("check.lost"))
            return
        await interaction.response.defer()
        bot, server = interaction.client, server_of(interaction)
        judged: Verdict = await bot.worker.call(server, lambda archive: _again(archive, claim))
        found = Checked(judged, claim, int(self.says["of"]), self.says["quoted"] == "1")
        await prove(bot, server, found.hits)
        today = interaction.created_at.date()
        view = card(found, shared_by=interaction.user.display_name, today=today)
        sent = await interaction.followup.send(view=view, wait=True)
        await interaction.edit_original_response(view=card(found, today=today))
        await posted.note(bot, server, sent, view, Kind.CHECK)


def _again(archive: Archive, claim: Claim) -> Verdict:
    return archive.judge((replace(claim, framed=True),))


def _may_write(interaction: discord.Interaction[Any]) -> bool:
    allowed = interaction.permissions
    if isinstance(interaction.channel, discord.Thread):
        return allowed.send_messages_in_threads
    return allowed.send_messages


def claim_on(message: discord.Message) -> Claim | None:
    """The claim that a card of this kind shows, to the character; ``None`` where it is no such card."""
    shown = list(_texts(message.components))
    for head, words in pairwise(shown):
        found = next((match for pattern in _HEADS if (match := pattern.match(head))), None)
        if found and words.startswith("> "):
            speaker = found["speaker"]
            return Claim(_unescaped(re.sub(r"(\A|\r\n|\n|\r)> ", r"\1", words)), speaker and _unescaped(speaker))
    return None


def _texts(components: Sequence[Any]) -> Iterator[str]:
    for component in components:
        if isinstance(component, discord.TextDisplay):
            yield component.content
        yield from _texts(getattr(component, "children", ()))


def _unescaped(words: str) -> str:
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", words)
