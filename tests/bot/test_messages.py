"""Which words of a message are the question."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import Asked, asked_in

ME = 1234


@pytest.mark.parametrize(
    ("content", "question", "leading"),
    [
        ("<@1234> when does the ferry sail?", "when does the ferry sail?", ()),
        ("<@!1234>, Ferry repairs", "Ferry repairs", ()),
        ("Tell me who said that.\n<@1234>", "Tell me who said that.", ()),
        ("So I wonder what the ferry costs <@1234>", "So I wonder what the ferry costs", ()),
        # The question nearest to the mention, wherever it stands.
        (
            "Long day. Who is still awake? I was at the harbour and the ferry was gone. <@1234> When does it sail "
            "again? I have to be there on Monday. Any ideas for lunch?",
            "When does it sail again?",
            ("I was at the harbour and the ferry was gone.",),
        ),
        ("who knows? <@1234> what did Dahl say? and who am I?", "what did Dahl say?", ("who knows?",)),
        ("What did Dahl say? Just asking, <@1234>. It matters to me.", "What did Dahl say?", ()),
        # Without a question mark, what comes after the mention.
        ("Nice to see you all. <@1234> Tell me about the ferry. Then I am off.", "Tell me about the ferry.",
         ("Nice to see you all.",)),
        ("<@1234> Hello! Tell me about the ferry.", "Tell me about the ferry.", ()),
        ("<@1234> Thanks! That is all I needed.", "Thanks!", ()),
        ("<@1234> Thanks! Now tell me about the ferry.", "Now tell me about the ferry.", ()),
        ("<@1234> Hi! Good morning!", "Hi!", ()),
        # A reply need not name the bot: Discord does.
        ("and who said so? thanks", "and who said so?", ()),
        ("Great. Thanks a lot.", "Great.", ()),
        # What leads to the question is no courtesy.
        ("Thanks! <@1234> And when?", "And when?", ()),
        # The words of others are not asked.
        ("> Is that so?\n> Really?\n<@1234> Who said that about the ferry", "Who said that about the ferry", ()),
        ("> Is the ferry safe?\n<@1234>", "> Is the ferry safe?", ()),
        # The sign of a question within an address or a quotation ends no sentence.
        ("<@1234> is https://x.example/?a=b right about the ferry?", "is https://x.example/?a=b right about the ferry?",
         ()),
        ("<@1234> when?? 🙏", "when??", ()),
        ("<@1234>", "", ()),
        ("<@1234> ?", "?", ()),
        ("👍 <@1234>", "👍", ()),
    ],
)  # fmt: skip
def test_finds_the_question(content: str, question: str, leading: tuple[str, ...]) -> None:
    """In short messages and in long ones, with what a "why?" may lean on."""
    asked = asked_in(content, ME)
    assert (asked.question, asked.leading) == (question, leading)
    assert asked.turn == " ".join((*leading, question))


@given(st.lists(st.text(max_size=40) | st.sampled_from([f"<@{ME}>", "Why?", "> ", "\n", "Dr. X left. "]), max_size=8))
@settings(deadline=None)
def test_never_asks_what_was_not_written(parts: list[str]) -> None:
    """The question is words of the message, in their order, without the mention, and never too long."""
    content = "".join(parts)
    asked = asked_in(content, ME)
    assert isinstance(asked, Asked)
    assert len(asked.question) <= 500
    assert f"<@{ME}>" not in asked.question
    written = iter("".join(content.split()))
    assert all(character in written for character in "".join(asked.question.split()))
