"""Replies as Discord cards: every word is the article's, and no limit of Discord is ever exceeded."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "discord"))
from discord_display import displayed, quotation, visible
from discord_gate import gate, limits, walk

from bot import render
from bot.localised import LANGUAGES, speaking
from bot.places import Place, key_of
from index.sentences import sentence_spans
from index.types import (
    Abstention,
    Answer,
    Article,
    Attribution,
    Copy,
    Details,
    Filters,
    Hit,
    Kind,
    Passage,
    Reason,
    Receipt,
    Reply,
    Span,
    Speaker,
)

TODAY = date(2026, 1, 1)
ONLY_THAT = re.compile(render.WITHOUT_ID)
DESCRIPTION = Path(__file__).resolve().parents[3] / "shared" / "data" / "discord" / "openapi.json"

# Tabs and other line breaks are cleaned away before an article is stored; Discord shows runs of spaces at a line's end
# as nothing, so that a text with them would not compare equal.
# Making a failing reply of thousands of characters smaller would take minutes.
FAST = (Phase.explicit, Phase.reuse, Phase.generate)

alphabet = st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"])
markup = [
    "*a*",
    "**b**",
    "# c",
    "1. d",
    "> e",
    "<@1>",
    "@everyone",
    "http://x.example",
    "[a](b)",
    "||",
    "👍",
    "ש",
    "\u202e",
]
words = st.text(alphabet, min_size=1, max_size=6) | st.sampled_from(markup)
sentence = st.builds(
    lambda ws, n: f"W {' '.join(ws * n)}.", st.lists(words, min_size=1, max_size=3), st.sampled_from([1, 2, 300, 1500])
)
texts = st.builds(
    lambda ss, n: "\n".join(" ".join(ss) for _ in range(n)),
    st.lists(sentence, min_size=1, max_size=4),
    st.integers(1, 4),
)
names = st.sampled_from(
    [None, "Ana *Lúcia* [x](http://evil.example)", "Ab." * 150, "👍" * 400, "\u202e", "> Daily News"]
)


@st.composite
def hits(draw: Any) -> Hit:
    article = Article(
        id=draw(st.sampled_from(["a", "b*" * 150]) | st.text(min_size=1, max_size=8)),
        text=draw(texts),
        title=draw(names),
        outlet=draw(names),
        date=draw(st.sampled_from([None, "2023-10-13", "not a day, but long enough to be cut"])),
        url=draw(st.sampled_from([None, "https://news.example/a", "ftp://x", "https://news.example/" + "long/" * 300])),
    )
    sentences = [t for s in sentence_spans(article.text) if (t := s.trimmed(article.text))]
    first = draw(st.integers(0, len(sentences) - 1))
    last = draw(st.integers(first, len(sentences) - 1))
    span = Span(sentences[first].start, sentences[last].end)
    speaker = draw(st.none() | st.builds(Speaker, names.filter(bool), names, st.booleans()))
    kind = draw(st.sampled_from(Kind))
    said_by = draw(st.none() | st.just(Attribution(content=(span,), kind=kind, speaker=speaker)))
    carried = st.builds(
        lambda outlet, n: Copy(Article(f"copy-{n}", article.text, outlet=outlet), span), names, st.integers()
    )
    return Hit(Passage(article.id, span, said_by), article, 0.9, tuple(draw(st.lists(carried, max_size=8))))


questions = st.text(max_size=20) | st.sampled_from(["**" * 250, "👍" * 500])
replies: st.SearchStrategy[Reply] = st.one_of(
    st.builds(
        Answer, st.text(max_size=500), st.text(), st.lists(hits(), min_size=1, max_size=7).map(tuple), st.just(0.9)
    ),
    st.builds(
        Abstention,
        questions,
        st.text(),
        st.sampled_from(Reason),
        st.just(0.1),
        st.lists(hits(), max_size=2).map(tuple),
        st.builds(
            Details, names, st.integers(0, 9999), names, names, names,
            st.lists(questions, max_size=4).map(tuple), st.lists(questions, max_size=3).map(tuple),
        ),
    ),
)  # fmt: skip


def message(view: Any) -> dict[str, Any]:
    return {"components": view.to_components(), "flags": 1 << 15}


def shown(view: Any) -> list[str]:
    return [c["content"] for c in walk(view.to_components()) if c["type"] == 10]


def check_quotation(view: Any, quote: str) -> None:
    """The block quote shows the quotation from its beginning to a sentence's end, and says so if it stops early."""
    texts = shown(view)
    quoted = [t for t in texts if t.startswith("> ")]
    if not quoted:
        assert any(t.startswith(render.TOO_LONG) for t in texts)
        return
    (only,) = quoted
    text = quotation(only)
    assert visible(quote).startswith(text)
    if text != visible(quote):
        assert any(t.startswith("-# ✂ ") for t in texts)
        assert len(text) in {len(visible(quote[: s.end]).rstrip()) for s in sentence_spans(quote)}


@given(
    replies,
    st.builds(Filters, speaker=names, outlet=names, since=st.sampled_from([None, "2023-10-13"])),
    st.lists(questions, max_size=3).map(tuple),
    st.integers(0, 2**63 - 1),
    st.booleans(),
    st.booleans(),
    st.sampled_from(LANGUAGES),
)
@settings(max_examples=80, deadline=None, phases=FAST)
def test_card_keeps_discords_limits(
    reply: Reply,
    filters: Filters,
    carried: tuple[str, ...],
    asker: int,
    private: bool,
    inherited: bool,
    language: str,
) -> None:
    """Whatever a reply holds, its card is one that Discord accepts, and its quotation is the article's."""
    with speaking(language):
        view = render.card(
            replace(reply, carried=carried), filters, today=TODAY, asker=asker, private=private, inherited=inherited
        )
    assert limits(message(view)) == []
    ids = [c["custom_id"] for c in walk(view.to_components()) if "custom_id" in c]
    known = (render.CONTEXT_ID, render.MORE_ID, render.FOLLOW_UP_ID, render.WRONG_ID, render.SHARE_ID, ONLY_THAT)
    assert [i for i in ids if not any(pattern.fullmatch(i) for pattern in known)] == []
    assert any(render.SHARE_ID.fullmatch(i) for i in ids) == private
    for hit in render.shown_hits(reply):
        check_quotation(view, hit.quote)
    if DESCRIPTION.is_file():
        assert gate(DESCRIPTION).component_complaints(view.to_components()) == []


@given(st.lists(hits(), min_size=2, max_size=5), questions)
@settings(max_examples=60, deadline=None, phases=FAST)
def test_other_figures_keep_discords_limits(some: list[Hit], question: str) -> None:
    """The card still fits; each quotation beside its own is whole, is proved, and is followed by who and where."""
    conflicts = tuple((0, i) for i in range(1, len(some)))
    reply = Answer(question, question, tuple(some), 0.9, conflicts=conflicts)
    view = render.card(reply, today=TODAY)
    assert limits(message(view)) == []
    texts = shown(view)
    place = next(i for i, text in enumerate(texts) if text.startswith("**Other figures on record"))
    beside = [i for i, text in enumerate(texts) if i > place and text.startswith("> ")]
    proved = render.shown_hits(reply)
    assert [quotation(texts[i]) for i in beside] == [visible(hit.quote) for hit in proved[1:]]
    assert [texts[i + 1] for i in beside] == [
        f"-# {render.who(h)} · {render.source_line(h.article, TODAY)}" for h in proved[1:]
    ]
    more = "" if len(proved) == len(some) else f" ({len(some) - 1}; see More)"
    assert texts[place] == f"**Other figures on record{more}**"
    assert proved == tuple(some[: len(proved)])


@given(hits(), st.integers(0, 3))
@settings(max_examples=60, deadline=None, phases=FAST)
def test_context_keeps_discords_limits(hit: Hit, part: int) -> None:
    """A quotation in its context is accepted by Discord too, and shows only words of the article."""
    context = render.context(hit.article, hit.passage.span, part, TODAY)
    assert limits(message(context.view)) == []
    quoted = [quotation(t) for t in shown(context.view) if t.startswith("> ")]
    whole = visible(hit.article.text)
    assert all(text in whole for text in quoted)
    if context.attachment is not None:
        assert context.attachment in hit.quote


@given(hits())
@settings(max_examples=60, deadline=None, phases=FAST)
def test_parts_of_a_long_quotation_lose_no_word(hit: Hit) -> None:
    """The parts of a quotation, one after the other, are all its words, in order."""
    parts = render.parts_of(hit.article, hit.passage.span, 1500)
    assert "".join("".join(hit.article.words(p).split()) for p in parts) == "".join(hit.quote.split())


@given(st.lists(hits(), min_size=2, max_size=8), st.integers(0, 7))
@settings(max_examples=40, deadline=None, phases=FAST)
def test_further_quotations_keep_discords_limits(some: list[Hit], page: int) -> None:
    """So is each page of the other quotations."""
    places = render.fitting(Place.of(h.receipt) for h in some)
    page = min(page, len(places) - 2)
    conflicts = tuple((i, j) for i in range(len(some)) for j in range(i + 1, len(some)))
    answer = Answer("**" * 250, "", tuple(some), 0.0, conflicts, ("👍" * 500,))
    view = render.further(answer, page + 1, page, places, today=TODAY)
    assert limits(message(view)) == []
    (wrong,) = (c for c in walk(view.to_components()) if render.WRONG_ID.fullmatch(c.get("custom_id", "")))
    assert wrong["custom_id"].endswith(f":{places[page + 1]}")
    quoted = [quotation(text) for text in shown(view) if text.startswith("> ")]
    first, *beside = render.shown_hits(answer, page + 1)
    assert first == some[page + 1]
    assert quoted[len(quoted) - len(beside) :] == [visible(hit.quote) for hit in beside]
    assert all(visible(first.quote).startswith(text) for text in quoted[: len(quoted) - len(beside)])


@given(st.lists(st.text(alphabet, min_size=1, max_size=20).map(lambda line: line * 20), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None, phases=FAST)
def test_report_keeps_discords_limits(lines: list[str]) -> None:
    """A report on any number of things fits in a message, and counts what it leaves out."""
    view = render.report(lines)
    assert limits(message(view)) == []
    (text,) = shown(view)
    left_out = re.search(r"… and (\d+) more\Z", text)
    assert len(text.split("\n\n")) - bool(left_out) + (int(left_out[1]) if left_out else 0) == len(lines)


# --- by example

TEXT = "The bridge will close, Ada Berg said. “It is unsafe,” she added. Traffic was light."


def hit(start: int, end: int, said_by: Attribution | None, **about: Any) -> Hit:
    article = Article(id="bridge", text=TEXT, **about)
    return Hit(Passage("bridge", Span(start, end), said_by), article, 0.9)


def said(kind: Kind, speaker: Speaker | None) -> Attribution:
    return Attribution(content=(Span(0, 22),), kind=kind, speaker=speaker)


ADA = Speaker("Ada Berg", "city engineer")


@pytest.mark.parametrize(
    ("said_by", "outlet", "label"),
    [
        (said(Kind.INDIRECT, ADA), "Daily News", "Ada Berg, city engineer — said (reported in Daily News' words)"),
        (said(Kind.DIRECT, ADA), "Newsweek", "Ada Berg, city engineer — in their own words"),
        (
            said(Kind.MIXED, ADA),
            "Newsweek",
            "Ada Berg, city engineer — partly in their own words, partly in Newsweek's words",
        ),
        (said(Kind.INDIRECT, ADA), None, "Ada Berg, city engineer — said (reported in the article's words)"),
        (said(Kind.DIRECT, None), "Newsweek", "Speaker not stated — in their own words"),
        (
            said(Kind.INDIRECT, Speaker("a city official", named=False)),
            "Newsweek",
            "a city official, not named by the article — said (reported in Newsweek's words)",
        ),
        (None, "Newsweek", "Newsweek reports, in its own words"),
        (None, None, "The article reports, in its own words"),
    ],
)
def test_says_who_and_how(said_by: Attribution | None, outlet: str | None, label: str) -> None:
    """The four kinds of speech, the unnamed and the unknown are told apart in plain words."""
    assert re.sub(r"⟦strong (.*?)⟧", r"\1", displayed(render.who(hit(0, 37, said_by, outlet=outlet)))) == label


def test_card_says_where_and_proves_it() -> None:
    """The card names outlet, title and day, links to the source, and ends with the receipt."""
    one = hit(
        0,
        37,
        said(Kind.INDIRECT, ADA),
        title="Bridge closes",
        outlet="Gazette",
        date="2023-10-03",
        url="https://g.example/b",
    )
    two = hit(65, 83, None, title="Bridge closes")
    view = render.card(Answer("Is the bridge open?", "Is the bridge open?", (one, two), 0.9), today=TODAY)
    texts = shown(view)
    assert texts[0] == "-# Asked: Is the bridge open?"
    assert texts[1] == "> The bridge will close, Ada Berg said."
    assert texts[2].endswith("\nGazette · “Bridge closes” · 3 October 2023 (2 years ago)")
    assert texts[3] == f"-# Receipt: bridge · {one.article.sha256[:12]} · 0–37"
    labels = {c["label"]: c for c in walk(view.to_components()) if c["type"] == 2}
    assert list(labels) == ["Read at source", "In context", "More (1)", "Follow up", "Wrong"]
    assert labels["Read at source"]["url"].startswith("https://g.example/b#:~:text=")


@pytest.mark.parametrize(
    ("about", "line"),
    [
        ({}, "outlet, title and date not stated"),
        ({"outlet": "Gazette"}, "Gazette · title and date not stated"),
        ({"outlet": "Gazette", "title": "A", "date": "2024-02-29"}, "Gazette · “A” · 29 February 2024"),
    ],
)
def test_says_what_is_not_stated(about: dict[str, str], line: str) -> None:
    """What a source does not tell about itself is said not to be stated, never invented."""
    assert render.source_line(Article(id="a", text=TEXT, **about)) == line


def test_no_address_no_link() -> None:
    """Without an address there is no link button, rather than one that leads nowhere."""
    view = render.card(Answer("q", "q", (hit(0, 37, None),), 0.9))
    assert [c["label"] for c in walk(view.to_components()) if c["type"] == 2] == ["In context", "Follow up", "Wrong"]


def test_abstention_labels_the_nearest_passage() -> None:
    """An abstention says that and why there is no answer, and never presents the nearest passage as one."""
    texts = shown(render.card(Abstention("q", "q", Reason.NOT_STATED, 0.2, (hit(65, 83, None),))))
    assert texts[1] == "**Not on record.** The articles here are about this, but do not say what you asked."
    assert texts[2] == "**The nearest passage, which is not an answer:**"
    assert texts[3] == "> Traffic was light."


def test_what_could_be_asked_stands_before_the_nearest_passage() -> None:
    """Questions that are offered are a list of their own, between the reason and what is no answer."""
    details = Details("Ada Berg", 2, suggestions=("What did Ada Berg say about *it*?", "What is said about it?"))
    texts = shown(render.card(Abstention("q", "q", Reason.NOT_SAID_BY, 0.2, (hit(65, 83, None),), details)))
    assert texts[1] == "**Not on record.** Ada Berg is quoted 2 times here, but not with this."
    assert texts[2].splitlines()[1:] == [r"- What did Ada Berg say about \*it\*?", "- What is said about it?"]
    assert texts[3] == "**The nearest passage, which is not an answer:**"
    bare = shown(render.card(Abstention("q", "q", Reason.UNCLEAR_QUESTION, 0.0, (), details)))
    assert bare[2] == texts[2]


def test_card_says_what_was_carried_over() -> None:
    """What earlier questions gave to this one stands under it, in an answer and in an abstention; else no line."""
    carried = ("Ada Berg", "bridge")
    answer = Answer("why?", "why did Ada Berg", (hit(0, 37, None),), 0.9, carried=carried)
    silence = Abstention("why?", "why did Ada Berg", Reason.NOT_STATED, 0.2, carried=carried)
    for reply in (answer, silence):
        texts = [displayed(text) for text in shown(render.card(reply))]
        assert texts[:2] == ["⟦subtext Asked: why?⟧", "⟦subtext about: Ada Berg · bridge⟧"]
    assert not any("about:" in text for text in shown(render.card(Answer("q", "q", (hit(0, 37, None),), 0.9))))


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_one_sentence(reason: Reason) -> None:
    """No reason is left without words, whatever is known besides."""
    full = Details("Ada Berg", 7, "China", "2024-01-01", "2024-02-29", ("Gazette",), ("What did Ada Berg say?",))
    for filters in (Filters(), Filters(speaker="Ada Berg")):
        for details in (Details(), Details("Ada Berg"), full):
            assert re.fullmatch(r"[A-Z][^.]+\.", render.why(Abstention("q", "q", reason, 0.0, (), details), filters))


@pytest.mark.parametrize(
    "trick",
    [
        "[click](http://evil.example)",
        "**bold**",
        "@everyone",
        "<@1>",
        "https://evil.example",
        "\u202egnp.exe",
        "a\n# b",
    ],
)
def test_labels_are_never_markup(trick: str) -> None:
    """A title, name, outlet, id or question with markup in it is shown as it is, on one line."""
    article = Article(id=trick, text=TEXT, title=trick, outlet=trick)
    one = Hit(Passage(trick, Span(0, 37), said(Kind.INDIRECT, Speaker(trick, trick))), article, 0.9)
    for text in shown(render.card(Answer(trick, trick, (one,), 0.9, carried=(trick, trick)))):
        assert not re.search(r"⟦(?!strong|subtext|quote)", displayed(text)), displayed(text)
        assert "\u202e" not in text
    for reason in Reason:
        details = Details(trick, 2, trick, trick, trick, (trick, trick), (trick,))
        asked = Filters(speaker=trick, outlet=trick)
        for text in shown(render.card(Abstention(trick, trick, reason, 0.1, (one,), details), asked)):
            assert not re.search(r"⟦(?!strong|subtext|quote|list)", displayed(text)), displayed(text)
            assert "\u202e" not in text


def test_place_survives_being_written() -> None:
    """A place read back from a button's id is the same place; another text of the same article is not."""
    place = Place.of(Receipt("an id", "00" * 32, Span(7, 3000)))
    assert Place.parse(str(place)) == place
    assert key_of("an id", "00" * 32) != key_of("an id", "01" * 32)


def test_long_neighbours_share_the_room_of_a_message() -> None:
    """Of two neighbours that each fit beside the quotation, but not together, one is left out."""
    long = f"The river rose {'again ' * 380}that night."
    text = f"{long}\nThe dam held.\n{long}"
    start = text.index("The dam")
    view = render.context(Article(id="dam", text=text), Span(start, start + len("The dam held."))).view
    assert limits(message(view)) == []
    assert sum("The river rose" in words for words in shown(view)) == 1


@pytest.mark.parametrize(
    ("outlets", "line"),
    [
        ((), None),
        ((None, "Daily News"), "Also in 2 other articles"),
        (("Post",), "Also in 1 outlet: Post"),
        (("Post", "*Gazette*", "Post", None), "Also in 2 outlets: Post and \\*Gazette\\*"),
        (tuple("ABCDEFG"), "Also in 7 outlets: A, B, C, D, E and 2 more"),
    ],
)
def test_a_card_names_the_other_outlets(outlets: tuple[str | None, ...], line: str | None) -> None:
    """Each once, escaped like every name, a few of them; and how many there are."""
    also = tuple(Copy(Article(f"c{n}", TEXT, outlet=outlet), Span(0, 22)) for n, outlet in enumerate(outlets))
    one = replace(hit(0, 22, None, outlet="Daily News"), also=also)
    lines = [line for text in shown(render.card(Answer("q", "q", (one,), 0.9))) for line in text.splitlines()]
    assert [found for found in lines if "Also in" in found] == ([f"-# {line}"] if line else [])
