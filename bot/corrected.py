"""A card as it was sent -> the same card corrected, and back. Pure: components in Discord's own form, in and out.

What a correction takes out or changes is kept as it was (`skeleton`); all the rest is read from the message when the
card is put back. Discord gives every component a number that it keeps when the message is edited: by it they are found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot import render, verbatim
from bot.localised import text
from bot.places import PATTERN, key_of
from bot.posted import BUTTON, ROW, TEXT, Component, texts, walk
from index.cards import Quoted, Standing
from index.types import Hit

SIGN = "⚠️ **"
"""How the line begins that says what was corrected. No other line of a card can begin so: stars are escaped there."""
COMPONENTS = 40
"""Components of one message, at most."""
_OURS = 10_000
"""Numbers of the components that a correction adds: above all that Discord gives."""
_SECTION, _CONTAINER = 9, 17
_AMBER = discord.Colour(0xC27C0E)
_LINK = 5
"""Discord's number of the style of a button that leads to an address."""

_CORRECTED = re.compile(rf"^{re.escape(SIGN)}", re.MULTILINE)
_PLACES = re.compile(rf"or:(?P<kind>c|m|w|tc)t?:(?:.*?)(?P<places>{PATTERN}(?:~{PATTERN})*)\Z")
"""The buttons that show or judge words at places in articles."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What is to be shown of one quotation of a card."""

    quoted: Quoted
    standing: Standing
    moved: bool
    """Whether the text is another than the one that was quoted, so that buttons into that one lead nowhere."""
    now: Hit | None
    """What the article has in its place, or who says it now; proved before it is shown."""
    day: str
    """ISO day of the correction."""

    @property
    def key(self) -> str:
        """The key of the text that was quoted, as buttons have it."""
        return key_of(self.quoted.receipt.article_id, self.quoted.receipt.sha256)

    @property
    def struck(self) -> bool:
        """Whether the words are struck through."""
        return self.standing in (Standing.ALTERED, Standing.WITHDRAWN)


class AsItIs(ui.LayoutView):
    """A message of components that are in Discord's form already."""

    def __init__(self, components: Sequence[Component]) -> None:
        super().__init__(timeout=None)
        self._given = list(components)
        self.stop()

    def to_components(self) -> list[Component]:
        """The components as they were given."""
        return self._given

    def has_components_v2(self) -> bool:
        """They are."""
        return True


def tree_of(message: discord.Message) -> list[Component]:
    """The components of a message, in Discord's form."""
    return [dict(component.to_dict()) for component in message.components]


def is_corrected(tree: Sequence[Component]) -> bool:
    """Whether a message shows a correction."""
    return any(_CORRECTED.search(content) for content in texts(tree))


def words_at(tree: Sequence[Component], place: int) -> str:
    """The words that the text number ``place`` of a card as it was sent quotes; empty where there is no such text."""
    blocks = list(texts(tree))
    return verbatim.unquoted(blocks[place]) if place < len(blocks) and blocks[place].startswith("> ") else ""


# --- there


def keys_in(tree: Sequence[Component]) -> frozenset[str]:
    """The keys of all texts that buttons of a card lead into."""
    ids = (component.get("custom_id") or "" for component in walk(tree) if component["type"] == BUTTON)
    found = (places["places"] for each in ids if (places := _PLACES.match(each)))
    return frozenset(place.split(".")[0] for places in found for place in places.split("~"))


def corrected(
    tree: Sequence[Component], corrections: Sequence[Correction], gone: frozenset[str] = frozenset()
) -> list[Component]:
    """The card with what was corrected on it; all of what is to be said about it where that fits into a message.

    ``gone`` are keys of further texts that are not there any more.
    """
    made: list[Component] = []
    for room in (3, 2, 1, 0):
        made = _Made(corrections, room, gone).children(tree)
        if fits(made):
            break
    return made


def fits(tree: Sequence[Component]) -> bool:
    """Whether Discord takes so much in one message."""
    return sum(1 for _ in walk(tree)) <= COMPONENTS and sum(map(verbatim.size, texts(tree))) <= render.TEXT_LIMIT


class _Made:
    """One way to show corrections, by the ``room`` there is.

    3: with buttons to what the article reads now; 2: without them; 1: without these words; 0: without those quoted.
    """

    def __init__(self, corrections: Sequence[Correction], room: int, gone: frozenset[str]) -> None:
        self._at = {each.quoted.place: each for each in corrections if each.standing is not Standing.STANDS}
        self._dead = gone.union(each.key for each in corrections if each.moved)
        self._struck = {each.key for each in corrections if each.struck}
        self._room = room
        self._text = 0
        self._number = _OURS
        self._ids: set[str] = set()
        self._voice: Correction | None = None
        self._below: tuple[str, list[Component]] = ("", [])
        """What follows once who said it has been named, and how that is written."""

    def children(self, components: Sequence[Component]) -> list[Component]:
        """The components, corrected."""
        return [*(made for component in components for made in self._component(component)), *self._follow()]

    def _follow(self) -> list[Component]:
        (_, waiting), self._below = self._below, ("", [])
        return waiting

    def _component(self, component: Component) -> Iterator[Component]:
        kind = component["type"]
        if kind != TEXT:
            yield from self._follow()
        if kind == TEXT:
            yield from self._words(component)
        elif kind == ROW:
            if buttons := self._buttons(component["components"]):
                yield {**component, "components": buttons}
        elif kind == _CONTAINER:
            changed = bool(self._at)
            inner = self.children(component["components"])
            yield {**component, "components": inner, **({"accent_color": _AMBER.value} if changed else {})}
        elif kind == _SECTION:
            yield {**component, "components": self.children(component["components"])}
        else:
            yield component

    def _words(self, component: Component) -> Iterator[Component]:
        place, self._text = self._text, self._text + 1
        voice, one = self._voice, self._at.get(place)
        if one is None and voice is not None and voice.quoted.who in component["content"]:
            self._voice = None
            yield {**component, "content": _other_voice(component["content"], voice)}
            return
        if one is None:
            who, _ = self._below
            yield component
            yield from self._follow() if who and who in component["content"] else ()
            return
        yield from self._follow()
        if one.standing is Standing.SPEAKER:
            self._voice = one
            yield component
            return
        words = verbatim.unquoted(component["content"])
        gone = f"-# ~~{verbatim.escape(text('corrections.too_long', number=f'{len(words):,}'))}~~"
        yield {**component, "content": verbatim.struck(words) if self._room else gone}
        self._below = one.quoted.who, list(self._news(one, one.now if self._room > 1 else None))

    def _news(self, one: Correction, now: Hit | None) -> Iterator[Component]:
        """What is said of a quotation that does not stand: when and why, and what stands in its place."""
        yield self._added(_said(one, now))
        if now is not None:
            quotation, source = render.beside(now)
            yield self._added(quotation)
            yield self._added(source)
            if self._room > 2:
                yield from self._links(now)

    def _links(self, now: Hit) -> Iterator[Component]:
        """The buttons of what the article reads now, each only once: Discord takes no id twice."""
        buttons = [button.to_component_dict() for button in render.links(now.article, now.passage.span)]
        new = [each for each in buttons if (each.get("custom_id") or each.get("url")) not in self._ids]
        self._ids.update(str(each.get("custom_id") or each.get("url")) for each in new)
        if new:
            yield self._numbered({"type": ROW, "components": new})

    def _buttons(self, buttons: Sequence[Component]) -> list[Component]:
        kept: list[Component] = []
        for button in buttons:
            places = _PLACES.match(button.get("custom_id") or "") if button["type"] == BUTTON else None
            if places is not None:
                keys = [place.split(".")[0] for place in places["places"].split("~")]
                if self._is_dead(places["kind"], keys):
                    # The address before it leads to words that do not stand there any more.
                    if places["kind"] == "c" and keys[0] in self._struck and kept and kept[-1].get("style") == _LINK:
                        kept.pop()
                    continue
            kept.append(button)
        return kept

    def _is_dead(self, kind: str, keys: Sequence[str]) -> bool:
        """Whether a button into the texts of these keys would find nothing to show."""
        if kind == "m":  # the first is on the card already
            return self._dead.issuperset(keys[1:])
        alive = [key for key in keys if key not in self._dead]
        return len(alive) < (2 if kind == "tc" else 1)

    def _added(self, content: str) -> Component:
        return self._numbered({"type": TEXT, "content": content})

    def _numbered(self, component: Any) -> Component:
        made: Component = dict(component)
        for each in walk([made]):
            each["id"] = self._number
            self._number += 1
        return made


def _said(one: Correction, now: Hit | None) -> str:
    day = render.day(one.day)
    if one.standing is Standing.WITHDRAWN:
        key, rest = "withdrawn", "withdrawn_why"
    else:
        key, rest = "altered", "reads" if now is not None else "otherwise" if one.now is not None else "gone"
    return f"{SIGN}{text(f'corrections.{key}', day=day)}** {text(f'corrections.{rest}')}"


def _other_voice(content: str, one: Correction) -> str:
    """The line that names the speaker, with who it was said to be struck through and who it is below it."""
    was = one.quoted.who
    now = render.who(one.now) if one.now is not None else text("corrections.nobody")
    said = f"{SIGN}{text('corrections.speaker', day=render.day(one.day))}** {now}"
    return f"{content.replace(was, f'~~{was}~~', 1)}\n{said}"


# --- and back


def skeleton(tree: Sequence[Component], *edited: Sequence[Component]) -> list[Any]:
    """The card ``tree`` as it was sent, but for the texts and buttons that stand as they were in all of ``edited``."""
    there = [{component.get("id"): component for component in walk(each)} for each in edited]

    def bare(component: Component) -> Any:
        leaf = component["type"] in (TEXT, BUTTON)
        if leaf and all(each.get(component["id"]) == component for each in there):
            return {"kept": component["id"]}
        made = dict(component)
        for name in ("components", "accessory"):
            if isinstance(inner := made.get(name), list):
                made[name] = [bare(each) for each in inner]
            elif isinstance(inner, dict):
                made[name] = bare(inner)
        return made

    return [bare(component) for component in tree]


def restored(kept: Sequence[Any], tree: Sequence[Component]) -> list[Component] | None:
    """The card as it was sent, of its skeleton and the message as it stands; ``None`` where a part is missing."""
    there = {component.get("id"): component for component in walk(tree)}

    def whole(component: Any) -> Component:
        if "kept" in component:
            return there[component["kept"]]
        made = dict(component)
        for name in ("components", "accessory"):
            if isinstance(inner := made.get(name), list):
                made[name] = [whole(each) for each in inner]
            elif isinstance(inner, dict):
                made[name] = whole(inner)
        return made

    try:
        return [whole(component) for component in kept]
    except KeyError:
        return None
