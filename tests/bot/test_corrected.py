"""A corrected card: within Discord's limits whatever is on it, and back again exactly as it was sent."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot import render
from bot.corrected import Correction, corrected, fits, is_corrected, keys_in, restored, skeleton, words_at
from bot.places import key_of
from bot.posted import Component, posted, texts, walk
from index.cards import Kind, Posted, Standing
from index.types import Answer, Article, Attribution, Hit, Passage, Span, Speaker
from index.types import Kind as Voice

ODD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60)
SENTENCES = st.lists(st.one_of(st.sampled_from(["He said *so*.", "1. It is ~~not~~ true~", "> Yes."]), ODD), min_size=1)


def hit(number: int, words: str, url: str | None) -> Hit:
    text = f"Before. {words}"
    said = Attribution((Span(8, len(text)),), kind=Voice.DIRECT, speaker=Speaker("Ingrid Dahl", "engineer"))
    passage = Passage(f"a{number}", Span(8, len(text)), said)
    return Hit(passage, Article(f"a{number}", text, "Title", "Outlet", (), "2024-01-09", url), 0.9)


def sent(hits: list[Hit], *, several: bool) -> tuple[list[Component], Posted]:
    """A card of these hits with the numbers that Discord gives to its parts, and what is remembered of it."""
    if several:
        room = render.TEXT_LIMIT // len(hits) - 60
        quota = render.Quota()
        view = render.quoting(render.sheet([part for one in hits for part in render.entry(one, room, quota)]), hits)
    else:
        view = render.card(Answer("q", "q", tuple(hits), 0.9))
    tree: list[Component] = copy.deepcopy(view.to_components())  # type: ignore[no-untyped-call]
    for number, component in enumerate(walk(tree), 1):
        component["id"] = number
    return tree, posted(1, 2, Kind.ANSWER, view)


def correction(standing: Standing, quoted: Any, now: Hit | None) -> Correction:
    return Correction(quoted, standing, standing in (Standing.ALTERED, Standing.WITHDRAWN), now, "2026-11-25")


def corrections(data: st.DataObject, card: Posted) -> list[Correction]:
    found = []
    for number, quoted in enumerate(card.quotations):
        standing = data.draw(st.sampled_from(Standing))
        now = data.draw(st.none() | SENTENCES.map(" ".join).map(lambda words: hit(50, words, "https://a.example/b")))
        found.append(correction(standing, quoted, None if standing is Standing.WITHDRAWN else now))
        assert number < 5
    return found


@given(st.lists(SENTENCES.map(" ".join), min_size=1, max_size=5), st.booleans(), st.data())
@settings(max_examples=150, deadline=None)
def test_every_correction_fits_and_can_be_taken_back(quotes: list[str], several: bool, data: st.DataObject) -> None:
    """Through one correction or two, skeleton and message give the card as it was sent; no question is in it."""
    hits = [
        hit(number, words.strip() or "x", data.draw(st.none() | st.just("https://a.example/b")))
        for number, words in enumerate(quotes)
    ]
    tree, card = sent(hits, several=several)
    first = corrected(tree, corrections(data, card))
    assert fits(first)
    kept = json.loads(json.dumps(skeleton(tree, first, tree)))
    assert restored(kept, first) == tree
    again = corrected(tree, corrections(data, card))
    # Killed before the second edit or after it: either form of the message is enough.
    kept = json.loads(json.dumps(skeleton(tree, again, first)))
    assert restored(kept, again) == tree
    assert restored(kept, first) == tree
    assert "Asked" not in repr(kept)
    ids = [component["custom_id"] for component in walk(again) if component.get("custom_id")]
    assert len(ids) == len(set(ids))
    numbers = [component["id"] for component in walk(again)]
    assert len(numbers) == len(set(numbers))


@given(SENTENCES.map(" ".join), st.booleans())
@settings(max_examples=100, deadline=None)
def test_the_card_remembers_what_it_shows(words: str, several: bool) -> None:
    """Each quotation is remembered with the very span that is shown, and read back from the card to the character."""
    one = hit(0, words.strip() or "x", None)
    tree, card = sent([one], several=several)
    for quoted in card.quotations:
        assert words_at(tree, quoted.place) == one.article.words(quoted.receipt.span)
    assert not is_corrected(tree)


def test_what_is_said_stands_below_who_said_it() -> None:
    """The struck words, who said them, what became of them, what the article reads now, and its own buttons."""
    tree, card = sent([hit(0, "It costs 4 crowns.", "https://a.example/b")], several=False)
    now = hit(0, "It costs 5 crowns.", "https://a.example/b")
    made = corrected(tree, [correction(Standing.ALTERED, card.quotations[0], now)])
    assert list(texts(made)) == [
        "-# Asked: q",
        "> ~~It costs 4 crowns.~~",
        "**Ingrid Dahl**, engineer — in their own words\nOutlet · “Title” · 9 January 2024",
        "⚠️ **Corrected on 25 November 2026.** The article now reads:",
        "> It costs 5 crowns.",
        "-# **Ingrid Dahl**, engineer — in their own words · Outlet · “Title” · 9 January 2024",
        next(t for t in texts(tree) if t.startswith("-# Receipt")),
    ]
    labels = [component["label"] for component in walk(made) if component["type"] == 2]
    assert labels == ["Read at source", "In context", "Follow up"]


def test_more_goes_when_there_is_no_more() -> None:
    """The button to other quotations goes when all of their texts are gone, and only then."""
    url = "https://a.example/b"
    tree, card = sent([hit(number, f"It costs {number} crowns.", url) for number in range(3)], several=False)
    withdrawn = [correction(Standing.WITHDRAWN, card.quotations[0], None)]
    keys = [key_of(one.id, one.sha256) for one in (hit(n, f"It costs {n} crowns.", url).article for n in range(3))]
    assert keys_in(tree) == set(keys)

    def more(gone: frozenset[str]) -> bool:
        return any(one.get("label", "").startswith("More") for one in walk(corrected(tree, withdrawn, gone)))

    assert more(frozenset())
    assert more(frozenset(keys[1:2]))
    assert not more(frozenset(keys[1:]))


def test_a_card_that_is_full_says_less() -> None:
    """Where what an article reads now does not fit, only that it does so is said; the old words stay while they fit."""
    long = " ".join(f"Sentence number {number} of a long statement." for number in range(80))
    tree, card = sent([hit(0, long, None)], several=False)
    now = hit(0, long.replace("long", "short"), None)
    made = corrected(tree, [correction(Standing.ALTERED, card.quotations[0], now)])
    assert fits(made)
    said = "\n".join(texts(made))
    assert "The article now reads otherwise." in said
    assert "short" not in said
    tight, _ = sent([hit(0, "~ " * 1200, None)], several=False)
    _, other = sent([hit(0, "~ " * 1200, None)], several=False)
    withdrawn = [correction(Standing.WITHDRAWN, replace(one), None) for one in other.quotations]
    assert fits(corrected(tight, withdrawn))
