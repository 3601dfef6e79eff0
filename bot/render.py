"""Values -> Discord components. Pure: nothing is asked of an archive, nothing is sent.

Every word of a quotation goes through ``verbatim.quoted`` and stands alone in its text display, so that what is shown
equals the article; every title, name or question goes through ``verbatim.label``. A message never exceeds Discord's
limits: labels are bounded, and a quotation that does not fit is cut at the end of a sentence, with the cut shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import discord
from discord import ui

from bot import days, reasons, verbatim
from bot.places import PATTERN as _PLACE
from bot.places import Place
from index.links import text_fragment_link
from index.sentences import sentence_spans
from index.types import Abstention, Answer, Article, Filters, Hit, Kind, Reason, Receipt, Reply, Span

TEXT_LIMIT = 4000
"""Characters of text in one message, over all its displays."""
ID_LIMIT = 100
"""Characters of a button's custom id."""
LINK_LIMIT = 512
"""Characters of a link button's address."""

_FOUND, _NOT_FOUND = discord.Colour(0x1F8B4C), discord.Colour(0x747F8D)
_LINK = re.compile(r"https?://[^\s/?#<>\"\\^`{|}]+(?:[/?#][!-~]*)?\Z", re.IGNORECASE)
_ROOM_FOR_CUT = 160
_OUTLETS = 5
"""Other outlets with the same words that are named; further ones are counted."""
_BESIDE = 900
"""Units that quotations with other figures may take on a card: what is left is enough for its own quotation."""
_AROUND = 3
"""Sentences shown on each side of a quotation in its context."""

_CONTEXT, _MORE, _LIST = "or:c", "or:m", "or:l"
# A "t" turns a page in place; without it the button stands on a card, and opens a message of its own.
CONTEXT_ID = re.compile(rf"{_CONTEXT}(?P<turn>t?):(?P<part>[0-9]{{1,4}}):(?P<place>{_PLACE})")
MORE_ID = re.compile(rf"{_MORE}(?P<turn>t?):(?P<page>[0-9]{{1,2}}):(?P<places>{_PLACE}(?:~{_PLACE})*)")
LIST_ID = re.compile(rf"{_LIST}:(?P<page>[0-9]{{1,6}})")


# --- cards


def card(reply: Reply, filters: Filters = Filters()) -> ui.LayoutView:
    """The message that answers a question, or that says that and why there is no answer."""
    asked = [f"-# Asked: {verbatim.label(reply.question, 300)}"]
    if reply.carried:  # so that a person sees what was read into the question, and can ask in full words instead
        asked.append(f"-# about: {verbatim.label(' · '.join(reply.carried), 300)}")
    match reply:
        case Answer(hits=hits):
            rest = [hit.receipt for hit in hits[1:]]
            return _view(_hit_box(hits[0], _FOUND, above=asked, others=rest, beside=_other_figures(reply)))
        case Abstention(nearest=nearest, details=details):
            lines = [*asked, f"**Not on record.** {verbatim.escape(why(reply, filters))}"]
            if details.suggestions:
                offered = (f"- {verbatim.label(suggestion, 200)}" for suggestion in details.suggestions)
                lines.append("\n".join((f"**{reasons.INSTEAD}**", *offered)))
            if not nearest:
                return _view(_box(_NOT_FOUND, [ui.TextDisplay(line) for line in lines]))
            lines.append("**The nearest passage, which is not an answer:**")
            return _view(_hit_box(nearest[0], _NOT_FOUND, above=lines))


def evidence(hit: Hit, above: Sequence[str], colour: discord.Colour) -> ui.Container[ui.LayoutView]:
    """A quotation with its source, buttons and receipt, below texts that are escaped already."""
    return _hit_box(hit, colour, above=above)


def links(article: Article, span: Span, number: int | None = None) -> list[ui.Button[ui.LayoutView]]:
    """The buttons of a quotation: to its source, if it has an address, and to its context; numbered among several."""
    source, which = _link(article, span), "" if number is None else f" {number}"
    for button in source:
        button.label = f"Source{which}" if which else button.label
    place = Place.of(Receipt(article.id, article.sha256, span))
    return [*source, _button(f"In context{which}", f"{_CONTEXT}:0:{place}")]


def beside(hit: Hit) -> tuple[str, str]:
    """A quotation that is one of several on a card, and below it, small, who said it and where."""
    return _rival(hit)


def view(*items: ui.Item[ui.LayoutView]) -> ui.LayoutView:
    """A message of ``items``, whose buttons are answered by their ids alone."""
    return _view(*items)


def further(hit: Hit, page: int, places: Sequence[Place]) -> ui.LayoutView:
    """One of the other quotations of an answer: ``page`` counts from 0 over ``places``."""
    box = _hit_box(hit, _FOUND, above=[f"-# Another quotation, {page + 1} of {len(places)}"])
    turn = [
        _button(label, more_id(places, to, turn="t"))
        for label, to in (("Previous", page - 1), ("Next", page + 1))
        if 0 <= to < len(places)
    ]
    return _view(box, *([ui.ActionRow(*turn)] if turn else []))


def note(sentence: str) -> ui.LayoutView:
    """A message of the bot's own, already escaped where it holds anything of others."""
    return _view(ui.TextDisplay(sentence))


def report(lines: Sequence[str]) -> ui.LayoutView:
    """What became of several things, one paragraph each, already escaped; what does not fit is counted."""
    kept: list[str] = []
    room = TEXT_LIMIT - _ROOM_FOR_CUT
    for line in lines:
        room -= verbatim.size(line) + 2
        if room < 0:
            kept.append(f"… and {len(lines) - len(kept):,} more")
            break
        kept.append(line)
    return note("\n\n".join(kept))


def shown_hits(reply: Reply) -> tuple[Hit, ...]:
    """The hits whose words `card` would show: these are proved before it is sent."""
    if isinstance(reply, Answer):
        return reply.hits[0], *_shown_beside(reply)
    return reply.nearest[:1]


def more_id(places: Sequence[Place], page: int, turn: str = "") -> str:
    """The id of a button that shows place number ``page``; with ``turn="t"``, in the message it stands on."""
    return f"{_MORE}{turn}:{page}:" + "~".join(map(str, places))


def fitting(places: Iterable[Place]) -> tuple[Place, ...]:
    """As many of ``places``, from the first, as the id of one button can hold."""
    kept: list[Place] = []
    for place in places:
        if len(more_id([*kept, place], 99, "t")) > ID_LIMIT:
            break
        kept.append(place)
    return tuple(kept)


def _hit_box(
    hit: Hit,
    colour: discord.Colour,
    *,
    above: Sequence[str],
    others: Iterable[Receipt] = (),
    beside: Sequence[str] = (),
) -> ui.Container[ui.LayoutView]:
    article, span = hit.article, hit.passage.span
    also = f"\n-# {also_in(hit)}" if hit.also else ""
    below = [f"{who(hit)}\n{source_line(article)}{also}", *beside]
    receipt = f"-# Receipt: {verbatim.label(article.id, 64)} · {article.sha256[:12]} · {span.start}–{span.end}"
    room = TEXT_LIMIT - _ROOM_FOR_CUT - sum(verbatim.size(text) for text in (*above, *below, receipt))
    words, cut = _quotation(article, span, room, hit.answering)
    buttons = [*_link(article, span), _button("In context", f"{_CONTEXT}:0:{Place.of(hit.receipt)}")]
    if places := fitting(Place.of(other) for other in others):
        buttons.append(_button(f"More ({len(places)})", more_id(places, 0)))
    texts = [*above, *words, *cut, *below]
    displays: list[ui.Item[ui.LayoutView]] = [*map(_text, texts), ui.ActionRow(*buttons), _text(receipt)]
    if colour is _NOT_FOUND:
        displays.insert(len(above) - 1, ui.Separator())  # what is no answer stands apart from what is one
    return _box(colour, displays)


def _shown_beside(answer: Answer) -> tuple[Hit, ...]:
    """The hits that give other figures than the first, as far as all that is shown of them fits beside it."""
    shown: list[Hit] = []
    room = _BESIDE
    for hit in (answer.hits[i] for i in answer.conflicting(0)):
        room -= sum(map(verbatim.size, _rival(hit)))
        if room < 0 or not verbatim.displayable(hit.quote):
            break
        shown.append(hit)
    return tuple(shown)


def _other_figures(answer: Answer) -> list[str]:
    """What is shown of the hits that conflict with the first; further ones are counted."""
    shown, count = _shown_beside(answer), len(answer.conflicting(0))
    more = "" if len(shown) == count else f" ({count:,}; see More)"
    return [f"**Other figures on record{more}**", *(text for hit in shown for text in _rival(hit))] if count else []


def _rival(hit: Hit) -> tuple[str, str]:
    return verbatim.quoted(hit.quote), f"-# {who(hit)} · {source_line(hit.article)}"


def _quotation(article: Article, span: Span, room: int, answering: Span | None = None) -> tuple[list[str], list[str]]:
    """The quotation in at most ``room`` units, and what is said about it where it is not all there.

    The words that answer are bold where that fits.
    """
    parts = parts_of(article, span, room)
    if not _fits(article.words(parts[0]), room):
        return [], [f"-# A sentence of {len(parts[0]):,} characters: too long for a message. See In context."]
    words = [verbatim.quoted(article.words(parts[0]), _within(answering, parts[0]))]
    if verbatim.size(words[0]) > room:
        words = [verbatim.quoted(article.words(parts[0]))]
    if len(parts) == 1:
        return words, []
    return words, [f"-# ✂ Cut here, at the end of a sentence: {len(parts[0]):,} of {len(span):,} characters are shown."]


def _within(words: Span | None, part: Span) -> Span | None:
    """``words``, counted from where ``part`` begins; ``None`` where they are not all in it."""
    if words is None or words.start < part.start or words.end > part.end:
        return None
    return Span(words.start - part.start, words.end - part.start)


def parts_of(article: Article, span: Span, room: int) -> tuple[Span, ...]:
    """``span`` cut at sentence ends into parts whose block quotes take at most ``room`` units each, in order.

    A sentence that is too long by itself is a part by itself. White space between parts belongs to none.
    """
    text = article.words(span)
    parts: list[Span] = []
    taken = 0
    for sentence in sentence_spans(text):
        trimmed = sentence.trimmed(text)
        if trimmed is None:
            continue
        # At least what the sentence takes beside others: alone, it also begins a line and a quote of its own.
        more = verbatim.size(verbatim.quoted(sentence.of(text)))
        if parts and taken + more <= room:
            parts[-1] = Span(parts[-1].start, trimmed.end)
            taken += more
        else:
            parts.append(trimmed)
            taken = more
    return tuple(Span(span.start + part.start, span.start + part.end) for part in parts) or (span,)


def _fits(words: str, room: int) -> bool:
    # The first test spares escaping a long text over and over: escaping never shortens.
    return len(words) <= room and verbatim.displayable(words) and verbatim.size(verbatim.quoted(words)) <= room


# --- who, where, why, in plain words


def who(hit: Hit) -> str:
    """Who says it and how it came into the article, claiming no more than the article proves."""
    outlet = verbatim.label(hit.article.outlet, 80) if hit.article.outlet else ""
    said_by = hit.passage.said_by
    if said_by is None or said_by.kind is Kind.NARRATION:
        return f"**{outlet}** reports, in its own words" if outlet else "The article reports, in its own words"
    words = f"{_possessive(outlet)} words" if outlet else "the article's words"
    how = {
        Kind.DIRECT: "in their own words",
        Kind.INDIRECT: f"said (reported in {words})",
        Kind.MIXED: f"partly in their own words, partly in {words}",
    }[said_by.kind]
    speaker = said_by.speaker
    if speaker is None:
        return f"Speaker not {'certain' if said_by.source else 'stated'} — {how}"
    role = f", {verbatim.label(speaker.role, 150)}" if speaker.role else ""
    unnamed = "" if speaker.named else ", not named by the article"
    return f"**{verbatim.label(speaker.name, 150)}**{role}{unnamed} — {how}"


def also_in(hit: Hit) -> str:
    """Which other outlets carry the same words; how many articles, where they do not state another outlet."""
    outlets = [verbatim.label(name, 60) for name in hit.outlets[:_OUTLETS]]
    if not outlets:
        return f"Also in {counted(len(hit.also), 'other article')}"
    if more := len(hit.outlets) - len(outlets):
        outlets.append(f"{more:,} more")
    return f"Also in {counted(len(hit.outlets), 'outlet')}: {reasons.listed(outlets)}"


def _possessive(name: str) -> str:
    return f"{name}'" if name.endswith(("s", "S")) else f"{name}'s"


def source_line(article: Article) -> str:
    """Outlet, title and day of an article, and which of them it does not state."""
    parts = {
        "outlet": verbatim.label(article.outlet, 80) if article.outlet else "",
        "title": f"“{verbatim.label(article.title, 160)}”" if article.title else "",
        "date": day(article.date) if article.date else "",
    }
    missing = [name for name, part in parts.items() if not part]
    known = [part for part in parts.values() if part]
    return " · ".join([*known, f"{reasons.listed(missing)} not stated"] if missing else known)


def title_of(article: Article) -> str:
    """What an article is called in a list: its title, else how it begins. Not escaped."""
    return verbatim.plain_label(article.title or article.text[:200], 90) or verbatim.plain_label(article.id, 90)


def day(iso: str) -> str:
    """``2023-10-13`` as ``13 October 2023``; anything else as a label."""
    return verbatim.label(days.written(iso), 20)


def why(abstention: Abstention, filters: Filters = Filters()) -> str:
    """Why there is no answer, in one sentence; not escaped."""
    if abstention.reason is Reason.NO_ARTICLES and filters == Filters():
        return "This server has no articles yet; moderators add them with /articles add."
    return reasons.sentence(abstention, filters)


# --- in context


@dataclass(frozen=True, slots=True)
class Context:
    """What the *In context* button shows."""

    view: ui.LayoutView
    attachment: str | None = None
    """Words that do not fit in a message, to be sent as ``passage.txt``; the view already points at it."""


def context(article: Article, span: Span, part: int = 0) -> Context:
    """A quotation among the sentences around it; a long one in parts, ``part`` counting from 0."""
    head = f"-# {source_line(article)}"
    room = TEXT_LIMIT - _ROOM_FOR_CUT - verbatim.size(head)
    parts = parts_of(article, span, room)
    part = min(part, len(parts) - 1)
    words = article.words(parts[part])
    turn = [
        _button(label, f"{_CONTEXT}t:{to}:{Place.of(Receipt(article.id, article.sha256, span))}")
        for label, to in (("Previous part", part - 1), ("Next part", part + 1))
        if 0 <= to < len(parts)
    ]
    rows: list[ui.ActionRow[ui.LayoutView]] = [ui.ActionRow(*turn)] if turn else []
    if not _fits(words, room):
        said = f"-# Part {part + 1} of {len(parts)}: one sentence of {len(words)} characters, too long for a message."
        file: ui.File[ui.LayoutView] = ui.File("attachment://passage.txt")
        return Context(_view(_box(_FOUND, [_text(head), _text(said), file]), *rows), attachment=words)
    if len(parts) > 1:
        texts = [head, verbatim.quoted(words), f"-# Part {part + 1} of {len(parts)} of the quotation."]
        return Context(_view(_box(_FOUND, map(_text, texts)), *rows))
    if link := _link(article, span):
        rows.append(ui.ActionRow(*link))
    before, after = _around(article, span, room - verbatim.size(verbatim.quoted(words)))
    shown = [_text(text) for text in (before, verbatim.quoted(words), after) if text]
    foot = _text("-# The quotation is the indented part; around it, what the article says before and after.")
    return Context(_view(_box(_FOUND, [_text(head), ui.Separator(), *shown, foot, *rows])))


def _around(article: Article, span: Span, room: int) -> tuple[str, str]:
    """Escaped sentences before and after ``span``: up to three on each side, nearest first, while there is room."""
    sentences = sentence_spans(article.text)
    before = [s for s in sentences if s.end <= span.start][-_AROUND:]
    after = [s for s in sentences if s.start >= span.end][:_AROUND]
    shown = {"before": "", "after": ""}
    for _ in range(_AROUND):
        # Each side is measured with what the other already shows, so both are written down as soon as they are taken.
        if before:
            words = article.text[before[-1].start : span.start].strip()
            if _room_with(shown, "before", words) <= room:
                shown["before"] = verbatim.escape(words)
                before.pop()
        if after:
            words = article.text[span.end : after[0].end].strip()
            if _room_with(shown, "after", words) <= room:
                shown["after"] = verbatim.escape(words)
                after.pop(0)
    return shown["before"], shown["after"]


def _room_with(shown: dict[str, str], side: str, words: str) -> int:
    if not verbatim.displayable(words):
        return TEXT_LIMIT
    return sum(map(verbatim.size, ({**shown, side: verbatim.escape(words)}).values()))


# --- the moderators' list

PAGE = 10
"""Articles on one page of the list."""


def article_page(articles: Sequence[Article], page: int) -> ui.LayoutView:
    """One page of the articles of a server, newest day first as given; ``page`` counts from 0."""
    pages = max(1, -(-len(articles) // PAGE))
    page = min(page, pages - 1)
    lines = [
        f"**{verbatim.escape(title_of(article))}**\n-# "
        + " · ".join(
            part
            for part in (
                verbatim.label(article.outlet, 60) if article.outlet else "outlet not stated",
                day(article.date) if article.date else "date not stated",
                verbatim.label(article.id, 40),
            )
        )
        for article in articles[page * PAGE : (page + 1) * PAGE]
    ]
    head = f"**{counted(len(articles), 'article')}** on record on this server"
    foot = [f"-# Page {page + 1} of {pages}"] if pages > 1 else []
    turn = [
        _button(label, f"{_LIST}:{to}") for label, to in (("Previous", page - 1), ("Next", page + 1)) if 0 <= to < pages
    ]
    return _view(_box(_FOUND, map(_text, [head, *lines, *foot])), *([ui.ActionRow(*turn)] if turn else []))


def counted(number: int, noun: str) -> str:
    """``1 passage``, ``2 passages``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


# --- components


def _text(words: str) -> ui.TextDisplay[ui.LayoutView]:
    return ui.TextDisplay(words)


def _button(label: str, custom_id: str) -> ui.Button[ui.LayoutView]:
    return ui.Button(label=label, custom_id=custom_id, style=discord.ButtonStyle.secondary)


def _link(article: Article, span: Span) -> list[ui.Button[ui.LayoutView]]:
    """The button that leads to the words at their source; none where there is no address that Discord takes."""
    link = text_fragment_link(article, span, limit=LINK_LIMIT)
    if link is None or len(link) > LINK_LIMIT or not _LINK.match(link):
        return []
    return [ui.Button(label="Read at source", url=link)]


def _box(colour: discord.Colour, items: Iterable[ui.Item[ui.LayoutView]]) -> ui.Container[ui.LayoutView]:
    return ui.Container(*items, accent_colour=colour)


def _view(*items: ui.Item[ui.LayoutView]) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    for item in items:
        view.add_item(item)
    # Its buttons are answered by their ids (`bot.ask`), after a restart too. A stopped view is not kept in
    # memory for every card that was ever sent.
    view.stop()
    return view
