"""A card that was sent tells its buttons all they need: it is read back as it was written."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from discord.components import _component_factory
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import cards, render
from bot.cards import Card
from bot.localised import LANGUAGES, speaking
from bot.places import Place
from bot.verbatim import plain_label
from index.followup import standalone
from index.types import Abstention, Answer, Article, Filters, Hit, Passage, Reason, Span

TEXT = "The bridge will close, Ada Berg said. “It is unsafe,” she added. Traffic was light."
SENTENCES = (Span(0, 37), Span(38, 64), Span(65, 83))

tricks = st.sampled_from(["*a* **b**", "# c", "1. d", "-# Asked: e", "> f", "`g`", "<@1>", "\\", "h\\_i", "x · y"])
lines = (st.text(min_size=1, max_size=60) | tricks).filter(lambda text: plain_label(text, 300))
names = st.text(st.characters(categories=["L", "N"], include_characters=" .'-*_"), min_size=1, max_size=40).filter(
    lambda name: plain_label(name, 100)
)
days = st.dates(date(1000, 1, 1)).map(lambda day: day.isoformat())


def hit(span: Span) -> Hit:
    return Hit(Passage("bridge", span), Article("bridge", TEXT), 0.8764)


def back(view: Any) -> Card | None:
    """What is read from the message that Discord would give for it."""
    return cards._read([_component_factory(component, None) for component in view.to_components()])


@given(
    lines,
    st.lists(lines, max_size=3).map(tuple),
    st.builds(Filters, st.none() | names, st.none() | names, st.none() | days, st.none() | days),
    st.integers(0, 2**63 - 1),
    st.integers(1, 3),
    st.booleans(),
    st.booleans(),
    st.sampled_from(LANGUAGES),
)
@settings(max_examples=200, deadline=None)
def test_an_answer_is_read_back(
    question: str,
    carried: tuple[str, ...],
    filters: Filters,
    asker: int,
    count: int,
    private: bool,
    inherited: bool,
    language: str,
) -> None:
    """All that its buttons need, whatever signs it is written with, and in whatever language the card is."""
    hits = tuple(map(hit, SENTENCES[:count]))
    answer = Answer(question, "", hits, 0.9, carried=carried)
    with speaking(language):
        view = render.card(answer, filters, asker=asker, private=private, inherited=inherited)
    card = back(view)
    assert card is not None
    assert card.asked == plain_label(question, 300)
    assert render.BETWEEN.join(card.carried) == plain_label(render.BETWEEN.join(carried), 300)
    assert card.filters == Filters(
        speaker=filters.speaker and plain_label(filters.speaker, 100),
        outlet=filters.outlet and plain_label(filters.outlet, 100),
        since=filters.since,
        until=filters.until,
    )
    assert card.inherited == (inherited and filters != Filters())
    assert card.places == tuple(Place.of(one.receipt) for one in hits)
    assert (card.asker, card.score, card.said) == (asker, 0.876, ())


@given(lines, st.booleans(), st.sampled_from(Reason))
@settings(max_examples=50, deadline=None)
def test_silence_is_read_back(question: str, near: bool, reason: Reason) -> None:
    """Of a card without an answer, the lines that say why are kept as they were sent."""
    view = render.card(Abstention(question, "", reason, 0.1, (hit(SENTENCES[0]),) if near else ()))
    card = back(view)
    assert card is not None
    assert card.asked == plain_label(question, 300)
    assert card.said[0].startswith("**Not on record.** ")
    assert len(card.said) == (2 if near else 1)
    assert len(card.places) == near
    again = render.silence(
        card.asked, (), Filters(), card.said, hit(SENTENCES[0]) if near else None, today=date(2026, 1, 1), asker=7
    )
    assert back(again) is not None
    assert back(again).said == card.said  # type: ignore[union-attr]


def test_a_message_of_another_kind_is_no_card() -> None:
    """What does not name a question is none."""
    assert cards.read(None) is None
    assert back(render.note("-# Asked nothing")) is None


@pytest.mark.parametrize(
    ("card", "next_question", "looked_up"),
    [
        (Card("Did he say why?", ("John Kirby",)), "When did he say so?", "When did John Kirby say so?"),
        (Card("What did John Kirby say?"), "When did he say so?", "When did John Kirby say so?"),
    ],
)
def test_the_turns_of_a_card_stand_for_its_conversation(card: Card, next_question: str, looked_up: str) -> None:
    """The next question leans on what the card's was really asked as, not on its bare words."""
    assert standalone(next_question, card.turns) == looked_up
