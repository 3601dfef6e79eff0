"""Article and member text is displayed as it is: no markup, no mention, nothing left out."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import verbatim
from index.types import Span

sys.path.insert(0, str(Path(__file__).parents[1] / "discord"))
from discord_display import displayed, quotation, visible

MARKUP = [
    "*a*", "**a**", "_a_", "__a__", "~~a~~", "||a||", "`a`", "```py\na\n```", "> a", ">>> a", "# a", "### a", "-# a",
    "- a", "+ a", "* a", "1. a", "12) a", "[a](http://b.example)", "[a](<http://b.example>)", "<t:0>", "<t:0:R>",
    "<@1>", "<@!1>", "<@&1>", "<#1>", "</ask:1>", "<id:guide>", "<:e:1>", "<a:e:1>", "@everyone", "@here",
    "http://a.example", "https://a.example/b_c_d",
    "<https://a.example>", "<a@b.example>", ":smile:", ":+1::skin-tone-2:",
    "¯\\_(ツ)_/¯", "\\", "\\*", "a\\", "&amp;", "\u202eabc", "שלום", "👩‍👩‍👧", "\n\n", "  ", "   # a", "\n- a\n  - b",
    "====", "----", "\u2028> a", "discord.gg/a", "steam://a",
]  # fmt: skip
pieces = st.one_of(st.sampled_from(MARKUP), st.text(max_size=8), st.sampled_from([" ", "\n", "a", "7"]))
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=80), st.lists(pieces, max_size=8).map("".join)
)


@given(texts)
@settings(max_examples=600, deadline=None)
@example("".join(MARKUP))
@example("\n".join(MARKUP))
@example(" 1. a")
def test_displays_its_own_characters(text: str) -> None:
    """What Discord displays of an escaped text is the text."""
    assert displayed(verbatim.escape(text)) == visible(text)


@given(texts)
@settings(max_examples=600, deadline=None)
@example("\n".join(MARKUP))
@example("a\n\nb\n")
@example(" a\n  b")
def test_block_quote_displays_its_own_characters(text: str) -> None:
    """A quotation is one block quote, from its first sign to its last, that shows the text."""
    assert quotation(verbatim.quoted(text)).rstrip() == visible(text)


@given(texts, st.integers(0, 80), st.integers(1, 80))
@settings(max_examples=600, deadline=None)
@example("\n".join(MARKUP), 5, 9)
@example("- a", 0, 1)
@example("1. a", 0, 1)
@example("a\\", 1, 1)
@example("**a**", 1, 3)
@example("000- 0", 3, 3)
@example("a1. b", 1, 4)
def test_bold_words_change_no_character(text: str, start: int, length: int) -> None:
    """Words in bold are displayed as they are, and so is what stands around them."""
    if start >= len(text):
        return
    bold = Span(start, min(start + length, len(text)))
    shown = quotation(verbatim.quoted(text, bold)).rstrip()
    plain = re.sub(r"⟦strong (.*?)⟧", lambda found: displayed(found[1]), shown, count=1, flags=re.DOTALL)
    assert plain == visible(text)


@given(texts)
@settings(max_examples=600, deadline=None)
@example("\n".join(MARKUP))
@example("a~")
@example("a ~~ b ~~")
@example("~~~")
@example(" - a \\")
@example("1. a\r\n\r\n_b_ ")
def test_struck_words_change_no_character(text: str) -> None:
    """A quotation that is struck through shows its words, and all of each line is struck but white space and tildes."""
    text = re.sub("[⟦⟧]", "", text)  # the model's own signs
    shown = quotation(verbatim.struck(text)).rstrip()
    assert re.sub(r"⟦strike ([^⟧]*)⟧", lambda found: displayed(found[1]), shown) == visible(text)
    lines = [line.strip().rstrip("~").strip() for line in re.split(r"\r\n|\n|\r", text)]
    assert shown.count("⟦strike ") == sum(map(bool, lines))


@given(texts)
@settings(max_examples=600, deadline=None)
@example("\n".join(MARKUP))
def test_quoted_words_are_read_back(text: str) -> None:
    """What a block quote was made of is read from it to the character, struck through or not."""
    assert verbatim.unquoted(verbatim.quoted(text)) == text
    assert verbatim.unquoted(verbatim.struck(text)) == text
    bold = Span(len(text) // 3, len(text) // 3 + 5) if len(text) > 9 else None
    assert verbatim.unquoted(verbatim.quoted(text, bold)) == text


def test_only_the_words_that_answer_are_bold() -> None:
    """The signs stand right around them; words over two lines, or with white space at an end, stay plain."""
    assert verbatim.quoted("It was Ann_Cole.", Span(7, 15)) == "> It was **Ann\\_Cole**."
    assert verbatim.quoted("a b", Span(1, 3)) == "> a b"
    assert verbatim.quoted("a\nb", Span(0, 3)) == "> a\n> b"


@pytest.mark.parametrize("markup", [m for m in MARKUP if m not in ("\\", "a\\", "  ", "\n\n", "שלום", "discord.gg/a")])
def test_model_sees_markup(markup: str) -> None:
    """The model of Discord is no rubber stamp: unescaped, it shows almost all of this markup otherwise."""
    plain = {"&amp;", "\u202eabc", "👩‍👩‍👧", "====", "----", "\u2028> a", "¯\\_(ツ)_/¯"}
    assert (displayed(markup) == markup) == (markup in plain)


@given(st.lists(st.sampled_from([m.strip() for m in MARKUP if m.strip()]), min_size=1, max_size=6).map(" ".join))
@settings(max_examples=200, deadline=None)
def test_simulated_discord_agrees(text: str) -> None:
    """The simulation's own reading of Discord's markup, which is not ours, shows the text too."""
    tokens = pytest.importorskip("simcord.preview._markdown").markdown_tokens
    # It knows CommonMark's white space, in which line ends and runs of spaces are one space; and it looks for small
    # print only after it has taken backslashes away, which Discord does not.
    text = re.sub(r"\A-#", "#", text)
    shown = " ".join(_flat(tokens(verbatim.escape(text), "text_display")).split())
    assert shown == " ".join(text.split())


def _flat(tokens: list[dict]) -> str:
    parts = []
    for token in tokens:
        if token["type"] in {"paragraph", "inline"}:
            parts.append(_flat(token["children"]))
        elif token["type"] == "text":
            parts.append(token["content"])
        elif token["type"] == "break":
            parts.append("\n")
        else:
            parts.append(f"⟦{token['type']}⟧")
    return "".join(parts)


@given(texts, st.integers(2, 60))
@settings(deadline=None)
def test_label_is_one_short_line(text: str, limit: int) -> None:
    """A label never has a line break, never exceeds its limit, and shows what it was cut to."""
    plain = verbatim.plain_label(text, limit)
    assert len(plain) <= limit
    assert not re.search(r"[\n\r\u2028\u2029\u202a-\u202e\u2066-\u2069]", plain)
    assert displayed(verbatim.label(text, limit)) == plain


def test_label_is_cut_after_a_word() -> None:
    """What is too long ends with … after a whole word."""
    assert verbatim.plain_label("one two three four", 12) == "one two…"


@pytest.mark.parametrize(("text", "ok"), [("plain 👍", True), ("a\0b", False), ("half \ud83d", False)])
def test_knows_what_discord_cannot_carry(text: str, ok: bool) -> None:
    """NUL and half a surrogate pair cannot be sent at all."""
    assert verbatim.displayable(text) is ok


def test_counts_like_the_strictest_counter() -> None:
    """A sign outside the basic plane counts twice, as in JavaScript."""
    assert verbatim.size("a👍") == 3
