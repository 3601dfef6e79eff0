"""What is remembered of a conversation, and what a message to the bot is."""

from __future__ import annotations

import pytest

from bot import conversations
from bot.conversations import Conversations, Said, what_is


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_reply_chain_is_remembered_card_by_card() -> None:
    """Each card carries the questions up to its own, so that a reply to an older card goes on from there."""
    kept = Conversations()
    kept.remember(1, 10, (), "a")
    kept.remember(1, 11, kept.before(1, 10), "b")
    assert kept.before(1, 11) == ("a", "b")
    assert kept.before(1, 10) == ("a",)


def test_nothing_crosses_servers() -> None:
    """The same message id in another server carries nothing."""
    kept = Conversations()
    kept.remember(1, 10, (), "a")
    assert kept.before(2, 10) == ()


def test_a_conversation_ends_and_is_bounded() -> None:
    """Only the last turns count, long ones are cut, and after the time of quiet it is over."""
    clock = Clock()
    kept = Conversations(turns=2, minutes=30, clock=clock)
    kept.remember(1, 10, ("a", "b"), "c" * 9999)
    assert kept.before(1, 10) == ("b", "c" * conversations.TURN_LIMIT)
    clock.now = 30 * 60 + 1
    assert kept.before(1, 10) == ()


def test_a_question_is_replaced_or_taken_back_where_it_was_asked() -> None:
    """In one place alone, wherever it stands among the others there; what was never asked changes nothing."""
    kept = Conversations()
    kept.remember(1, 10, ("a", "b"), "c")
    kept.remember(1, 11, ("a", "b"), "c")
    kept.replace(1, 10, "b", "B")
    assert kept.before(1, 10) == ("a", "B", "c")
    kept.replace(1, 10, "a", None)
    kept.replace(1, 10, "z", None)
    kept.replace(1, 12, "a", "z")
    kept.replace(2, 11, "a", "z")
    assert [kept.before(1, card) for card in (10, 11, 12)] == [("B", "c"), ("a", "b", "c"), ()]


def test_the_oldest_is_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not grow with the number of cards."""
    monkeypatch.setattr(conversations, "REMEMBERED", 2)
    kept = Conversations()
    for card in (10, 11, 12):
        kept.remember(1, card, (), "a")
    assert [kept.before(1, card) for card in (10, 11, 12)] == [(), ("a",), ("a",)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("thanks", Said.COURTESY),
        ("Thank you so much!", Said.COURTESY),
        ("that’s great", Said.COURTESY),
        ("👍👍", Said.COURTESY),
        ("", Said.GREETING),
        ("  ?? ", Said.GREETING),
        ("Help!", Said.HELP),
        ("what can you do?", Said.HELP),
        ("help for the islands", Said.QUESTION),
        ("Hi there!", Said.GREETING),
        ("good morning", Said.GREETING),
        ("thanks, and when?", Said.QUESTION),
        ("ok and who said so", Said.QUESTION),
        ("is it good", Said.QUESTION),
        ("good news for ferries", Said.QUESTION),
        ("Kirby", Said.QUESTION),
        ("ありがとうの意味", Said.QUESTION),
    ],
)
def test_courtesy_is_no_question(text: str, said: Said) -> None:
    """Thanks and greetings are told apart from questions, and a question mark always asks."""
    assert what_is(text) is said
