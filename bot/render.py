"""Values -> Discord components. Pure: nothing is asked of an archive, nothing is sent.

Every word of a quotation goes through ``verbatim.quoted`` and stands alone in its text display, so that what is shown
equals the article; every title, name or question goes through ``verbatim.label``. A message never exceeds Discord's
limits: labels are bounded, and a quotation that does not fit is cut at the end of a sentence, with the cut shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import discord
from discord import ui

from bot import days, localised, reasons, verbatim
from bot.localised import LANGUAGES, catalogue, text
from bot.places import PATTERN as _PLACE
from bot.places import Place, base36
from bot.reviews import counted as counted
from index.feedback import Complaint
from index.links import text_fragment_link
from index.outlets import words_in
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
_ROOM_FOR_AGE = 20
"""Units of the longest ` (11 months ago)`, rounded up."""
_BESIDE = 900
"""Units that quotations with other figures may take on a card: what is left is enough for its own quotation."""
_AROUND = 3
"""Sentences shown on each side of a quotation in its context."""

BETWEEN = " · "
"""Between the parts of a line of small print."""
TOO_LONG = tuple(
    "-# " + catalogue(language)[key].partition("{")[0]
    for language in LANGUAGES
    for key in ("card.too_long", "card.over_cap")
)
"""How the line begins, in each language, that stands for a quotation that is too long for a message."""

_CONTEXT, _MORE = "or:c", "or:m"
_FOLLOW_UP, _WRONG, _SHARE = "or:f", "or:w", "or:s"
# A "t" turns a page in place; without it the button stands on a card, and opens a message of its own.
# The places of *More* begin with that of the card's own quotation.
CONTEXT_ID = re.compile(rf"{_CONTEXT}(?P<turn>t?):(?P<part>[0-9]{{1,4}}):(?P<place>{_PLACE})")
MORE_ID = re.compile(rf"{_MORE}(?P<turn>t?):(?P<page>[0-9]{{1,2}}):(?P<places>{_PLACE}(?:~{_PLACE})+)")
FOLLOW_UP_ID = re.compile(rf"{_FOLLOW_UP}:(?P<asker>[0-9a-z]*)")
_JUDGED = rf"(?P<score>[0-9]{{0,4}}):(?P<place>{_PLACE})"  # the score in thousandths, where the card knows it
WRONG_ID = re.compile(rf"{_WRONG}:{_JUDGED}")
COMPLAINT_ID = re.compile(rf"{_WRONG}s:{_JUDGED}")
COMPLAINT_WORDS_ID = re.compile(rf"{_WRONG}m:{_JUDGED}")
_WITHOUT = "or:o"
WITHOUT_ID = re.compile(rf"{_WITHOUT}(?P<filters>n?)")  # without what was carried over, or with "n" without the filters
FOLLOW_UP_WORDS_ID = "or:fm"
WORDS_ID = "words"
"""The text field of a modal."""
# Which words of the quotation answer, counted from its start; the numbers of the quotations that are shown beside it.
SHARE_ID = re.compile(
    rf"{_SHARE}:(?P<found>[01]):(?P<answering>(?:[0-9]+\.[0-9]+)?):(?P<beside>(?:[0-9]+(?:\.[0-9]+)*)?)"
)


# --- what outlets allow


class Quota:
    """How many words of each article a card may still quote, where the articles' outlets say so."""

    def __init__(self) -> None:
        self._quoted: dict[str, int] = {}

    def left(self, article: Article) -> int | None:
        """Words that may still be quoted; ``None``: any number."""
        most = article.terms.words
        return None if most is None else max(0, most - self._quoted.get(article.id, 0))

    def take(self, article: Article, words: str) -> None:
        """These words are on the card."""
        self._quoted[article.id] = self._quoted.get(article.id, 0) + words_in(words)


def licence(article: Article) -> str:
    """What is to be named with the words of an article, as a line of small print; empty where nothing is."""
    note = article.terms.licence
    return f"-# {text('source.licence', note=verbatim.label(note, 220))}" if note else ""


def over_quota(article: Article, words: str, quota: Quota | None = None) -> str | None:
    """The line in the place of ``words`` where the outlet does not allow them on the card; else ``None``."""
    left, count = (quota or Quota()).left(article), words_in(words)
    return _too_many_words(article, count) if left is not None and count > left else None


def _too_many_words(article: Article, words: int) -> str:
    """The line in the place of words that are more than the outlet allows."""
    outlet = verbatim.label(article.outlet, 60) if article.outlet else text("card.its_outlet")
    counts = {"number": localised.grouped(words), "cap": localised.grouped(article.terms.words or 0)}
    return f"-# {text('card.over_cap', outlet=outlet, **counts)}"


# --- cards


class Card(ui.LayoutView):
    """A message, and the quotations on it, in the order they are shown: what `bot.posted` keeps of it."""

    quotes: tuple[Hit, ...] = ()


def quoting(view: ui.LayoutView, hits: Iterable[Hit]) -> ui.LayoutView:
    """``view``, as one that shows the words of ``hits``."""
    if isinstance(view, Card):
        view.quotes = tuple(hits)
    return view


def card(
    reply: Reply,
    filters: Filters = Filters(),
    *,
    today: date | None = None,
    asker: int | None = None,
    private: bool = False,
    inherited: bool = False,
    above: Sequence[str] = (),
) -> ui.LayoutView:
    """The message that answers a question, or that says that and why there is no answer.

    By ``today`` it says how old each article is; ``asker`` is the id of the member who asked; a ``private`` card can be
    shared; filters that are ``inherited`` from an earlier question can be taken out. ``above`` are escaped lines that
    stand before everything else.
    """
    head = [*above, *_head(reply.question, reply.carried, filters, inherited=inherited)]
    match reply:
        case Answer(hits=hits):
            rest = [hit.receipt for hit in hits[1:]]
            wrong = _wrong(hits[0], str(round(1000 * hits[0].score)))
            box = _hit_box(
                hits[0], _FOUND, above=head, others=rest,
                beside=_other_figures(reply, today=today), further=[_follow_up(asker), wrong], today=today,
            )  # fmt: skip
            view = _view(box, *([ui.ActionRow(_button(text("button.share"), _share_id(reply)))] if private else []))
        case Abstention(nearest=nearest, details=details):
            lines = [f"**{text('card.not_on_record')}** {verbatim.escape(why(reply, filters))}"]
            if details.suggestions:
                offered = (f"- {verbatim.label(suggestion, 200)}" for suggestion in details.suggestions)
                lines.append("\n".join((f"**{reasons.instead()}**", *offered)))
            if nearest:
                lines.append(f"**{text('topic.nearest')}**")
            share = [ui.ActionRow(_button(text("button.share"), f"{_SHARE}:0::"))] if private else []
            view = _view(_silence([*head, *lines], nearest[0] if nearest else None, asker, today), *share)
    return quoting(view, shown_hits(reply))


def evidence(
    hit: Hit, above: Sequence[str], colour: discord.Colour, today: date | None = None
) -> ui.Container[ui.LayoutView]:
    """A quotation with its source, buttons and receipt, below texts that are escaped already."""
    return _hit_box(hit, colour, above=above, today=today)


def links(article: Article, span: Span, number: int | None = None) -> list[ui.Button[ui.LayoutView]]:
    """The buttons of a quotation: to its source, if it has an address, and to its context; numbered among several."""
    source, which = _link(article, span), "" if number is None else f" {number}"
    for button in source:
        button.label = f"{text('button.numbered_source')}{which}" if which else button.label
    place = Place.of(Receipt(article.id, article.sha256, span))
    return [*source, _button(f"{text('button.context')}{which}", f"{_CONTEXT}:0:{place}")]


def beside(hit: Hit, today: date | None = None, quota: Quota | None = None) -> tuple[str, str]:
    """A quotation that is one of several on a card, and below it, small, who said it and where.

    Where it has more words than the ``quota`` of the card leaves, a line that says so stands in its place.
    """
    words, source = _rival(hit, today)
    quota = quota or Quota()
    if refused := over_quota(hit.article, hit.quote, quota):
        return refused, source
    quota.take(hit.article, hit.quote)
    return words, source


def view(*items: ui.Item[ui.LayoutView]) -> ui.LayoutView:
    """A message of ``items``, whose buttons are answered by their ids alone."""
    return _view(*items)


def silence(
    question: str,
    carried: Sequence[str],
    filters: Filters,
    lines: Sequence[str],
    nearest: Hit | None,
    *,
    today: date,
    asker: int,
    inherited: bool = False,
) -> ui.LayoutView:
    """A card without an answer once more: ``lines`` are those that an earlier one showed, as they were sent."""
    head = _head(question, carried, filters, inherited=inherited)
    view = _view(_silence([*head, *lines], nearest, asker, today))
    return quoting(view, [nearest] if nearest else [])


def _silence(
    above: Sequence[_Shown], nearest: Hit | None, asker: int | None, today: date | None
) -> ui.Container[ui.LayoutView]:
    if nearest is None:
        row: ui.ActionRow[ui.LayoutView] = ui.ActionRow(_follow_up(asker))
        return _box(_NOT_FOUND, [*map(_item, above), row])
    return _hit_box(nearest, _NOT_FOUND, above=above, further=[_follow_up(asker)], today=today)


@dataclass(frozen=True, slots=True)
class _Beside:
    """A text with a small button beside it."""

    text: str
    label: str
    custom_id: str


_Shown = str | _Beside


def _head(question: str, carried: Sequence[str], filters: Filters, *, inherited: bool = False) -> list[_Shown]:
    """What stands above an answer: what was asked, what was read into it, what it was narrowed to."""
    lines: list[_Shown] = [f"-# {text('card.asked')} {verbatim.escape(as_asked(question))}"]
    if carried:  # so that a person sees what was read into the question, and can have it taken out
        about = f"-# {text('card.about')} {verbatim.label(BETWEEN.join(carried), 300)}"
        lines.append(_Beside(about, text("button.without"), _WITHOUT))
    if only := _only(filters):
        line = f"-# {text('card.only')} {verbatim.escape(only)}"
        lines.append(_Beside(line, text("button.without"), f"{_WITHOUT}n") if inherited else line)
    return lines


def as_asked(question: str) -> str:
    """A question as a card names it: on one line, and not too long; not escaped."""
    return verbatim.plain_label(question, 300)


def _only(filters: Filters) -> str:
    """What the question was narrowed to, in words that `filters_of` reads; not escaped."""
    parts = (
        text("only.speaker", name=verbatim.plain_label(filters.speaker, 100)) if filters.speaker else "",
        text("only.outlet", name=verbatim.plain_label(filters.outlet, 100)) if filters.outlet else "",
        text("only.since", name=days.written(filters.since)) if filters.since else "",
        text("only.until", name=days.written(filters.until)) if filters.until else "",
    )
    return BETWEEN.join(part for part in parts if part)


def _only_as(language: str) -> re.Pattern[str]:
    """What `_only` writes in a language."""
    words = catalogue(language)
    within = {"speaker": r".*?", "outlet": r".*?", "since": r"\d+\.? \w+ \d+", "until": r"\d+\.? \w+ \d+"}
    parts = (
        "(?:" + re.escape(words[f"only.{kind}"]).replace(r"\{name\}", f"(?P<{kind}>{pattern})") + ")?"
        for kind, pattern in within.items()
    )
    return re.compile(f"(?:{BETWEEN})?".join(parts))


_NARROWED = tuple(map(_only_as, LANGUAGES))


def filters_of(only: str) -> Filters:
    """The filters that a card in whatever language names after ``only:``; unescaped."""
    found = next((match for pattern in _NARROWED if (match := pattern.fullmatch(only))), None)
    if found is None:
        return Filters()
    since, until = (day and days.day_of(day, today=date.min) for day in found.group("since", "until"))
    return Filters(speaker=found["speaker"], outlet=found["outlet"], since=since, until=until)


def _wrong(hit: Hit, score: str) -> ui.Button[ui.LayoutView]:
    return _button(text("button.wrong"), f"{_WRONG}:{score}:{Place.of(hit.receipt)}")


def _follow_up(asker: int | None) -> ui.Button[ui.LayoutView]:
    return _button(text("button.follow_up"), f"{_FOLLOW_UP}:{'' if asker is None else base36(asker)}")


def _share_id(answer: Answer) -> str:
    first = answer.hits[0]
    words = first.answering
    answering = f"{words.start - first.passage.span.start}.{len(words)}" if words else ""
    beside = ".".join(map(str, answer.conflicting(0)[: len(_shown_beside(answer))]))
    return f"{_SHARE}:1:{answering}:{beside}"


def further(
    answer: Answer,
    shown: int,
    page: int,
    places: Sequence[Place],
    filters: Filters = Filters(),
    *,
    today: date | None = None,
) -> ui.LayoutView:
    """One of the other quotations of an answer: hit number ``shown``.

    ``places`` are those of the answer, as many as a button can hold; ``page`` counts from 0 over all but the first.
    """
    others = len(places) - 1
    asked = map(_words, _head(answer.question, answer.carried, filters))
    above = [*asked, f"-# {text('card.another', page=page + 1, pages=others)}"]
    hit, beside = answer.hits[shown], _other_figures(answer, shown, today=today)
    # How sure this one is stands nowhere on the card that led here; who is told of a complaint finds out.
    box = _hit_box(hit, _FOUND, above=above, beside=beside, further=[_wrong(hit, "")], today=today)
    turn = [
        _button(label, more_id(places, to, turn="t"))
        for label, to in ((text("button.previous"), page - 1), (text("button.next"), page + 1))
        if 0 <= to < others
    ]
    return _view(box, *([ui.ActionRow(*turn)] if turn else []))


def complaint(question: str, carried: Sequence[str], judged: str) -> ui.LayoutView:
    """Asks what is wrong with a quotation; ``judged`` is what follows in the ids of the card's own button."""
    select: ui.Select[ui.LayoutView] = ui.Select(
        custom_id=f"{_WRONG}s:{judged}",
        placeholder=text("wrong.choose"),
        options=[discord.SelectOption(label=label, value=value) for value, label in complaints().items()],
    )
    lines = map(_words, _head(question, carried, Filters()))
    return _view(*map(_text, lines), _text(f"**{text('wrong.what')}**"), ui.ActionRow(select))


def complaints() -> dict[str, str]:
    """What can be wrong, by the values of `Complaint`, as a member reads it."""
    return {each.value: text(f"wrong.{each.value}") for each in Complaint}


def complaint_words(judged: str) -> ui.Modal:
    """A form for what is wrong, in one's own words."""
    return _form(text("wrong.title"), f"{_WRONG}m:{judged}", text("wrong.what"), 1000, long=True)


def follow_up() -> ui.Modal:
    """A form for the next question of a conversation."""
    return _form(text("button.follow_up"), FOLLOW_UP_WORDS_ID, text("card.next_question"), 500)


def _form(title: str, custom_id: str, label: str, limit: int, *, long: bool = False) -> ui.Modal:
    # What is submitted is read from the interaction, by `custom_id`, so that it outlives the process that asked for
    # it; what discord.py keeps of the form is dropped after a quarter of an hour.
    form = ui.Modal(title=title, custom_id=custom_id, timeout=900)
    style = discord.TextStyle.paragraph if long else discord.TextStyle.short
    form.add_item(ui.Label(text=label, component=ui.TextInput(custom_id=WORDS_ID, style=style, max_length=limit)))
    return form


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
            kept.append(text("card.and_more", number=localised.grouped(len(lines) - len(kept))))
            break
        kept.append(line)
    return note("\n\n".join(kept))


def shown_hits(reply: Reply, shown: int = 0) -> tuple[Hit, ...]:
    """The hits whose words `card`, or `further` for hit number ``shown``, would show: these are proved first."""
    if isinstance(reply, Answer):
        return reply.hits[shown], *_shown_beside(reply, shown)
    return reply.nearest[:1]


def more_id(places: Sequence[Place], page: int, turn: str = "") -> str:
    """The id of a button that shows the place after number ``page``; ``turn="t"``: in the message it stands on."""
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
    above: Sequence[_Shown],
    others: Iterable[Receipt] = (),
    beside: Sequence[str] = (),
    further: Iterable[ui.Button[ui.LayoutView]] = (),
    today: date | None,
) -> ui.Container[ui.LayoutView]:
    article, span = hit.article, hit.passage.span
    also = f"\n-# {also_in(hit)}" if hit.also else ""
    named = f"\n{licence(article)}" if article.terms.licence else ""
    below = [f"{who(hit)}\n{source_line(article, today)}{named}{also}", *beside]
    receipt = (
        f"-# {text('card.receipt')} {verbatim.label(article.id, 64)} · {article.sha256[:12]} · {span.start}–{span.end}"
    )
    room = TEXT_LIMIT - _ROOM_FOR_CUT - sum(verbatim.size(_words(shown)) for shown in (*above, *below, receipt))
    words, cut = _quotation(article, span, room, Quota(), hit.answering)
    buttons = links(article, span)
    places = fitting([Place.of(hit.receipt), *map(Place.of, others)])
    if len(places) > 1:
        buttons.append(_button(text("button.more", number=len(places) - 1), more_id(places, 0)))
    texts = [*above, *words, *cut, *below]
    row: ui.ActionRow[ui.LayoutView] = ui.ActionRow(*buttons, *further)
    displays: list[ui.Item[ui.LayoutView]] = [*map(_item, texts), row, _text(receipt)]
    if colour is _NOT_FOUND:
        displays.insert(len(above) - 1, ui.Separator())  # what is no answer stands apart from what is one
    return _box(colour, displays)


def _shown_beside(answer: Answer, shown_first: int = 0) -> tuple[Hit, ...]:
    """The hits that give other figures than that one, as far as all that is shown of them fits beside it."""
    shown: list[Hit] = []
    room, quota = _BESIDE, Quota()
    first = answer.hits[shown_first]
    quota.take(first.article, first.quote)
    for hit in (answer.hits[i] for i in answer.conflicting(shown_first)):
        room -= sum(map(verbatim.size, _rival(hit, None))) + _ROOM_FOR_AGE
        if room < 0 or not verbatim.displayable(hit.quote) or over_quota(hit.article, hit.quote, quota):
            break
        quota.take(hit.article, hit.quote)
        shown.append(hit)
    return tuple(shown)


def _other_figures(answer: Answer, first: int = 0, *, today: date | None) -> list[str]:
    """What is shown of the hits that conflict with that one; further ones are counted."""
    shown, count = _shown_beside(answer, first), len(answer.conflicting(first))
    if not count:
        return []
    head = text("card.other_figures")
    if len(shown) < count:
        head = text("card.other_figures_more", number=localised.grouped(count))
    return [f"**{head}**", *(line for hit in shown for line in _rival(hit, today))]


def _rival(hit: Hit, today: date | None) -> tuple[str, str]:
    named = f"\n{licence(hit.article)}" if hit.article.terms.licence else ""
    return verbatim.quoted(hit.quote), f"-# {who(hit)} · {source_line(hit.article, today)}{named}"


def _quotation(
    article: Article, span: Span, room: int, quota: Quota, answering: Span | None = None
) -> tuple[list[str], list[str]]:
    """The quotation in at most ``room`` units and within ``quota``, and what is said where it is not all there.

    The words that answer are bold where that fits.
    """
    left = quota.left(article)
    parts = parts_of(article, span, room, left)
    if refused := over_quota(article, article.words(parts[0]), quota):
        return [], [refused]
    if not _fits(article.words(parts[0]), room):
        return [], [f"-# {text('card.too_long', number=localised.grouped(len(parts[0])))}"]
    words = [verbatim.quoted(article.words(parts[0]), _within(answering, parts[0]))]
    if verbatim.size(words[0]) > room:
        words = [verbatim.quoted(article.words(parts[0]))]
    quota.take(article, article.words(parts[0]))
    if len(parts) == 1:
        return words, []
    shown, whole = localised.grouped(len(parts[0])), localised.grouped(len(span))
    why = "card.cut" if left is None else "card.cut_by_outlet"
    return words, [f"-# ✂ {text(why, shown=shown, whole=whole)}"]


def _within(words: Span | None, part: Span) -> Span | None:
    """``words``, counted from where ``part`` begins; ``None`` where they are not all in it."""
    if words is None or words.start < part.start or words.end > part.end:
        return None
    return Span(words.start - part.start, words.end - part.start)


def parts_of(article: Article, span: Span, room: int, words: int | None = None) -> tuple[Span, ...]:
    """``span`` cut at sentence ends into parts whose block quotes take at most ``room`` units each, in order.

    Each has at most so many ``words`` too. A sentence that is too long by itself is a part by itself. White space
    between parts belongs to none.
    """
    text = article.words(span)
    parts: list[Span] = []
    taken = counted = 0
    for sentence in sentence_spans(text):
        trimmed = sentence.trimmed(text)
        if trimmed is None:
            continue
        # At least what the sentence takes beside others: alone, it also begins a line and a quote of its own.
        more = verbatim.size(verbatim.quoted(sentence.of(text)))
        longer = counted + words_in(trimmed.of(text))
        if parts and taken + more <= room and (words is None or longer <= words):
            parts[-1] = Span(parts[-1].start, trimmed.end)
            taken, counted = taken + more, longer
        else:
            parts.append(trimmed)
            taken, counted = more, words_in(trimmed.of(text))
    return tuple(Span(span.start + part.start, span.start + part.end) for part in parts) or (span,)


def _fits(words: str, room: int) -> bool:
    # The first test spares escaping a long text over and over: escaping never shortens.
    return len(words) <= room and verbatim.displayable(words) and verbatim.size(verbatim.quoted(words)) <= room


# --- several quotations on one card


def entry(
    hit: Hit,
    room: int,
    quota: Quota,
    more: Sequence[str] = (),
    buttons: Sequence[ui.Button[ui.LayoutView]] = (),
    *,
    today: date | None = None,
) -> Entry:
    """One of several quotations on a card: its words, who said them where, and its buttons, in ``room`` units of text.

    ``quota`` is that of the card, ``more`` are escaped lines under it, ``buttons`` stand beside those that lead to its
    source and its context; by ``today`` it says how old its article is.
    """
    article, span = hit.article, hit.passage.span
    named = (licence(article),) if article.terms.licence else ()
    also = (f"-# {also_in(hit)}",) if hit.also else ()
    below = [who(hit), source_line(article, today), *named, *also, *more]
    words, cut = _quotation(article, span, room - verbatim.size("\n".join(below)) - _ROOM_FOR_CUT, quota)
    row = ui.ActionRow(*links(article, span), *buttons)
    return (*map(_text, words), _text("\n".join((*cut, *below))), row)


def sheet(
    items: Iterable[ui.Item[ui.LayoutView]], turn: Sequence[ui.Button[ui.LayoutView]] = (), above: str = ""
) -> ui.LayoutView:
    """A card of any content, with a row of buttons that turn its page, and what stands over the card."""
    head = [_text(above)] if above else []
    return _view(*head, _box(_FOUND, items), *([ui.ActionRow(*turn)] if turn else []))


def silent(items: Iterable[ui.Item[ui.LayoutView]]) -> ui.LayoutView:
    """A card that says that nothing is on record."""
    return _view(_box(_NOT_FOUND, items))


Entry = tuple[ui.Item[ui.LayoutView], ...]
"""The components of one quotation."""


# --- who, where, why, in plain words


def who(hit: Hit) -> str:
    """Who says it and how it came into the article, claiming no more than the article or a moderator does."""
    corrected = f" · *{text('who.corrected')}*" if hit.passage.corrected else ""
    return _who(hit) + corrected


def _who(hit: Hit) -> str:
    outlet = verbatim.label(hit.article.outlet, 80) if hit.article.outlet else ""
    said_by = hit.passage.said_by
    if said_by is None or said_by.kind is Kind.NARRATION:
        return text("who.reports", outlet=outlet) if outlet else text("who.article_reports")
    words = text("who.words_of", outlet=_possessive(outlet)) if outlet else text("who.words_of_article")
    how = {
        Kind.DIRECT: text("who.direct"),
        Kind.INDIRECT: text("who.indirect", words=words),
        Kind.MIXED: text("who.mixed", words=words),
    }[said_by.kind]
    speaker = said_by.speaker
    if speaker is None:
        return text("who.not_certain" if said_by.source else "who.not_stated", how=how)
    role = f", {verbatim.label(speaker.role, 150)}" if speaker.role else ""
    unnamed = "" if speaker.named else text("who.unnamed")
    return f"**{verbatim.label(speaker.name, 150)}**{role}{unnamed} — {how}"


def also_in(hit: Hit) -> str:
    """Which other outlets carry the same words; how many articles, where they do not state another outlet."""
    outlets = [verbatim.label(name, 60) for name in hit.outlets[:_OUTLETS]]
    if not outlets:
        return localised.counted("also.articles", len(hit.also))
    if more := len(hit.outlets) - len(outlets):
        outlets.append(text("also.more", number=localised.grouped(more)))
    return localised.counted("also.outlets", len(hit.outlets), outlets=reasons.listed(outlets))


def _possessive(name: str) -> str:
    if localised.language() != localised.ENGLISH:
        return name
    return f"{name}'" if name.endswith(("s", "S")) else f"{name}'s"


def source_line(article: Article, today: date | None = None) -> str:
    """Outlet, title and day of an article, and which of them it does not state; by ``today``, how old it is."""
    age = days.age(article.date, today) if article.date and today else None
    parts = {
        "outlet": verbatim.label(article.outlet, 80) if article.outlet else "",
        "title": f"“{verbatim.label(article.title, 160)}”" if article.title else "",
        "date": day(article.date) + (f" ({age})" if age else "") if article.date else "",
    }
    missing = [text(f"source.{name}") for name, part in parts.items() if not part]
    known = [part for part in parts.values() if part]
    return BETWEEN.join([*known, text("source.not_stated", what=reasons.listed(missing))] if missing else known)


def title_of(article: Article) -> str:
    """What an article is called in a list: its title, else how it begins. Not escaped."""
    return verbatim.plain_label(article.title or article.text[:200], 90) or verbatim.plain_label(article.id, 90)


def day(iso: str) -> str:
    """``2023-10-13`` as ``13 October 2023``; anything else as a label."""
    return verbatim.label(days.written(iso), 20)


def why(abstention: Abstention, filters: Filters = Filters()) -> str:
    """Why there is no answer, in one sentence; not escaped."""
    if abstention.reason is Reason.NO_ARTICLES and filters == Filters():
        return text("reason.server_empty")
    return reasons.sentence(abstention, filters)


# --- in context


@dataclass(frozen=True, slots=True)
class Context:
    """What the *In context* button shows."""

    view: ui.LayoutView
    attachment: str | None = None
    """Words that do not fit in a message, to be sent as ``passage.txt``; the view already points at it."""


def context(
    article: Article, span: Span, part: int = 0, today: date | None = None, hidden: Sequence[Span] = ()
) -> Context:
    """A quotation among the sentences around it, as far as none of these is ``hidden``.

    A long one in parts, ``part`` counting from 0.
    """
    named = f"\n{licence(article)}" if article.terms.licence else ""
    head = f"-# {source_line(article, today)}{named}"
    room = TEXT_LIMIT - _ROOM_FOR_CUT - verbatim.size(head)
    most = article.terms.words
    if most is not None and words_in(article.words(span)) > most:
        # What the outlet does not allow on one card is not shown on several: the rest is read at its source.
        quoted, cut = _quotation(article, span, room, Quota())
        row = _link(article, span)
        return Context(
            _view(_box(_FOUND, [*map(_text, (head, *quoted, *cut)), *([ui.ActionRow(*row)] if row else [])]))
        )
    parts = parts_of(article, span, room)
    part = min(part, len(parts) - 1)
    words = article.words(parts[part])
    turn = [
        _button(label, f"{_CONTEXT}t:{to}:{Place.of(Receipt(article.id, article.sha256, span))}")
        for label, to in ((text("context.previous"), part - 1), (text("context.next"), part + 1))
        if 0 <= to < len(parts)
    ]
    rows: list[ui.ActionRow[ui.LayoutView]] = [ui.ActionRow(*turn)] if turn else []
    if not _fits(words, room):
        number = localised.grouped(len(words))
        said = f"-# {text('context.too_long', part=part + 1, parts=len(parts), number=number)}"
        file: ui.File[ui.LayoutView] = ui.File("attachment://passage.txt")
        return Context(_view(_box(_FOUND, [_text(head), _text(said), file]), *rows), attachment=words)
    if len(parts) > 1:
        texts = [head, verbatim.quoted(words), f"-# {text('context.part', part=part + 1, parts=len(parts))}"]
        return Context(_view(_box(_FOUND, map(_text, texts)), *rows))
    if link := _link(article, span):
        rows.append(ui.ActionRow(*link))
    around = None if most is None else most - words_in(words)
    before, after = _around(article, span, room - verbatim.size(verbatim.quoted(words)), around, hidden)
    shown = [_text(part) for part in (before, verbatim.quoted(words), after) if part]
    foot = _text(f"-# {text('context.foot')}")
    return Context(_view(_box(_FOUND, [_text(head), ui.Separator(), *shown, foot, *rows])))


def _around(article: Article, span: Span, room: int, most: int | None, hidden: Sequence[Span]) -> tuple[str, str]:
    """Escaped sentences before and after ``span``: up to three on each side, nearest first, while there is room.

    They have at most so many words together, where ``most`` says so, and go up to what is ``hidden``.
    """
    sentences = sentence_spans(article.text)
    first = max((place.end for place in hidden if place.end <= span.start), default=0)
    last = min((place.start for place in hidden if place.start >= span.end), default=len(article.text))
    before = [s for s in sentences if first <= s.start and s.end <= span.start][-_AROUND:]
    after = [s for s in sentences if s.start >= span.end and s.end <= last][:_AROUND]
    shown = {"before": "", "after": ""}
    counts = {"before": 0, "after": 0}

    def taken(side: str, words: str) -> bool:
        together = {**counts, side: words_in(words)}
        if _room_with(shown, side, words) > room or (most is not None and sum(together.values()) > most):
            return False
        shown[side] = verbatim.escape(words)
        counts.update(together)
        return True

    for _ in range(_AROUND):
        # Each side is measured with what the other already shows, so both are written down as soon as they are taken.
        if before:
            words = article.text[before[-1].start : span.start].strip()
            if taken("before", words):
                before.pop()
        if after:
            words = article.text[span.end : after[0].end].strip()
            if taken("after", words):
                after.pop(0)
    return shown["before"], shown["after"]


def _room_with(shown: dict[str, str], side: str, words: str) -> int:
    if not verbatim.displayable(words):
        return TEXT_LIMIT
    return sum(map(verbatim.size, ({**shown, side: verbatim.escape(words)}).values()))


# --- components


def _text(words: str) -> ui.TextDisplay[ui.LayoutView]:
    return ui.TextDisplay(words)


def _words(shown: _Shown) -> str:
    return shown.text if isinstance(shown, _Beside) else shown


def _item(shown: _Shown) -> ui.Item[ui.LayoutView]:
    if isinstance(shown, str):
        return _text(shown)
    return ui.Section(_text(shown.text), accessory=_button(shown.label, shown.custom_id))


def _button(label: str, custom_id: str) -> ui.Button[ui.LayoutView]:
    return ui.Button(label=label, custom_id=custom_id, style=discord.ButtonStyle.secondary)


def _link(article: Article, span: Span) -> list[ui.Button[ui.LayoutView]]:
    """The button that leads to the words at their source; none where there is no address that Discord takes."""
    link = text_fragment_link(article, span, limit=LINK_LIMIT)
    if link is None or len(link) > LINK_LIMIT or not _LINK.match(link):
        return []
    return [ui.Button(label=text("button.source"), url=link)]


def page_button(url: str | None) -> list[ui.Button[ui.LayoutView]]:
    """The button that opens a page; none where there is no address that Discord takes."""
    if url is None or len(url) > LINK_LIMIT or not _LINK.match(url):
        return []
    return [ui.Button(label=text("button.page"), url=url)]


def _box(colour: discord.Colour, items: Iterable[ui.Item[ui.LayoutView]]) -> ui.Container[ui.LayoutView]:
    return ui.Container(*items, accent_colour=colour)


def _view(*items: ui.Item[ui.LayoutView]) -> ui.LayoutView:
    view = Card(timeout=None)
    for item in items:
        view.add_item(item)
    # Its buttons are answered by their ids (`bot.ask`), after a restart too. A stopped view is not kept in
    # memory for every card that was ever sent.
    view.stop()
    return view
