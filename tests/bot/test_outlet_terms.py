"""No card quotes more of an article than its outlet allows, and each names the licence."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from calls import Onrecord
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "discord"))
from discord_display import quotation
from discord_gate import limits, walk

from bot import render, timelines, topics
from index.errors import ArchiveError, TooManyWords
from index.outlets import words_in
from index.receipts import Form, export, proof
from index.sentences import sentence_spans
from index.timeline import Entry, Timeline
from index.topics import Topic, Voice
from index.types import Answer, Article, Attribution, Hit, Kind, Passage, Span, Speaker, Terms

FAST = tuple(phase for phase in Phase if phase is not Phase.shrink)
sentence = st.lists(
    st.sampled_from(["ferry", "hull", "*cracks*", "> water", "港口", "1. pier"]), min_size=1, max_size=30
).map(lambda words: f"The {' '.join(words)} stops.")


@st.composite
def hits(draw: Any) -> list[Hit]:
    """Quotations of two articles, several of each, from an outlet with terms."""
    found = []
    for number in range(2):
        terms = Terms(
            draw(st.none() | st.integers(0, 60)),
            draw(st.none() | st.sampled_from(["CC BY 4.0", "*©* [x](http://e) " * 11])),
        )
        sentences = draw(st.lists(sentence, min_size=4, max_size=12))
        text = " ".join(f"{'AB'[number]}: {one}" for one in sentences)
        article = Article(f"a{number}", text, "A ferry", "Harbour *Times*", date="2024-03-05", terms=terms)
        spans = sentence_spans(text)
        edges = st.tuples(st.integers(0, len(spans) - 1), st.integers(0, len(spans) - 1)).map(
            lambda e: tuple(sorted(e))
        )
        for first, last in draw(st.lists(edges, min_size=2, max_size=3, unique=True)):
            span = Span(spans[first].start, spans[last].end).trimmed(text)
            assert span is not None
            said_by = Attribution((span,), kind=Kind.DIRECT, speaker=Speaker("Ingrid Dahl"))
            found.append(Hit(Passage(article.id, span, said_by), article, 0.9))
    return draw(st.permutations(found))


def keeps_to_terms(view: Any, some: list[Hit]) -> None:
    """Of each article no more words are quoted than its outlet allows a card."""
    texts = [c["content"] for c in walk(view.to_components()) if c["type"] == 10]
    assert limits({"components": view.to_components(), "flags": 1 << 15}) == []
    quoted = [quotation(text) for text in texts if text.startswith("> ")]
    for hit in some:
        own = [text for text in quoted if text.startswith(hit.article.text[:2])]
        if hit.article.terms.words is not None:
            assert sum(map(words_in, own)) <= hit.article.terms.words


def of_one(some: list[Hit]) -> list[Hit]:
    return [hit for hit in some if hit.article.id == some[0].article.id]


@given(hits())
@settings(max_examples=60, deadline=None, phases=FAST)
def test_no_card_quotes_more_than_is_allowed(some: list[Hit]) -> None:
    """An answer with others beside it, a page of a topic or a timeline, a comparison: the cap is for the whole card."""
    for chosen in (some, of_one(some)):
        conflicts = tuple((0, i) for i in range(1, len(chosen)))
        keeps_to_terms(render.card(Answer("q", "q", tuple(chosen), 0.9, conflicts)), chosen)
        voices = tuple(Voice("Ingrid Dahl", hit, 0) for hit in chosen)
        keeps_to_terms(topics.card(Topic("ferry", voices)), chosen)
        entries = tuple(Entry(hit) for hit in chosen)
        keeps_to_terms(timelines.card(Timeline("Ingrid Dahl", entries, None, None, len(entries), ())), chosen)
        keeps_to_terms(timelines.side_by_side(chosen[:3]), chosen[:3])


@given(hits())
@settings(max_examples=60, deadline=None, phases=FAST)
def test_the_context_is_within_the_cap_too(some: list[Hit]) -> None:
    """The sentences around a quotation count, and what is not allowed on one card is not shown on the next."""
    hit = some[0]
    for part in range(3):
        context = render.context(hit.article, hit.passage.span, part)
        if hit.article.terms.words is not None:
            assert context.attachment is None
            texts = [c["content"] for c in walk(context.view.to_components()) if c["type"] == 10]
            quoted = sum(words_in(quotation(text)) for text in texts if text.startswith("> "))
            around = sum(words_in(text.replace("\\", "")) for text in texts if not text.startswith(("> ", "-# ")))
            assert quoted + around <= hit.article.terms.words


@given(hits())
@settings(max_examples=40, deadline=None, phases=FAST)
def test_a_quotation_is_cut_at_sentence_ends_alone(some: list[Hit]) -> None:
    """What is shown is whole sentences of it, from the first on, or nothing with the reason."""
    hit = some[0]
    texts = [c["content"] for c in walk(render.card(Answer("q", "q", (hit,), 0.9)).to_components()) if c["type"] == 10]
    quoted = [quotation(text) for text in texts if text.startswith("> ")]
    ends = {span.end for span in sentence_spans(hit.quote)}
    if not quoted:
        assert any("which are not shown" in text for text in texts)
    else:
        assert hit.quote.startswith(quoted[0])
        assert any(hit.quote[:end].rstrip() == quoted[0] for end in ends)


FERRY = Article(
    "ferry-1",
    "“We found cracks in the hull on Sunday night,” said Ingrid Dahl. The repair costs 4.2 million crowns.",
    "Ferry stops", "Harbour Times", (), "2024-03-05", "https://harbour.example/ferry", "", Terms(12, "CC BY 4.0"),
)  # fmt: skip


def test_the_licence_stands_below_the_source() -> None:
    """On a card, in its context, in every export."""
    hit = Hit(Passage("ferry-1", Span(0, 65)), replace(FERRY, terms=Terms(None, "CC *BY* 4.0")), 0.9)
    for view in (render.card(Answer("q", "q", (hit,), 0.9)), render.context(hit.article, hit.passage.span).view):
        shown = "\n".join(c["content"] for c in walk(view.to_components()) if c["type"] == 10)
        assert "“Ferry stops” · 5 March 2024\n-# Licence: CC \\*BY\\* 4.0" in shown
    for form in Form:
        assert "CC" in export(proof(hit.article, hit.passage.span, ()), form)


def test_too_long_a_quotation_is_not_handed_on() -> None:
    """An export of more words than are allowed is refused in one sentence; a shorter one is given."""
    assert export(proof(FERRY, Span(0, 64), ()), Form.TEXT).startswith("“We found")
    for form in Form:
        with pytest.raises(TooManyWords, match="Harbour Times allows 12 words of an article to be quoted"):
            export(proof(FERRY, Span(0, len(FERRY.text)), ()), form)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("one", 1),
        ("one two\nthree", 3),
        ("港口关闭", 2),
        ("the 港口 pier", 3),
        ("don't stop-gap", 2),
        ("ไทย", 2),
    ],
)
def test_words_are_counted(text: str, count: int) -> None:
    """What stands between spaces; of scripts without them, two characters a word."""
    assert words_in(text) == count


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_word_is_lost_by_cutting(one: str, other: str) -> None:
    """Two parts have at least as many words as the whole: cutting a quotation never gets round the cap."""
    assert words_in(one) + words_in(other) >= words_in(one + other)


def test_on_the_command_line(onrecord: Onrecord, harbor: str, sure: tuple[str, str]) -> None:
    """Said, shown, listed, in the replies, changed one by one, taken back."""
    said = onrecord("outlet", "larkmouth COURIER", "--words", "40", "--licence", "CC BY 4.0", "--json").json
    assert said == {"outlet": "larkmouth COURIER", "licence": "CC BY 4.0", "word_cap": 40}
    first = onrecord("ask", "Who loses a day of pay over the crane?", "--json", *sure).json["passages"][0]
    assert (first["licence"], first["word_cap"]) == ("CC BY 4.0", 40)
    assert "Licence: CC BY 4.0" in onrecord("ask", "Who loses a day of pay over the crane?", *sure).out
    assert onrecord("outlet", "Larkmouth Courier", "--words", "any", "--json").json["word_cap"] is None
    assert "licence: CC BY 4.0" in onrecord("outlet").out
    onrecord("outlet", "Larkmouth Courier", "--licence", "")
    assert onrecord("outlet", "--json").json == {"outlets": []}
    assert onrecord("outlet", "--words", "4").code == 2
    assert onrecord("outlet", "X", "--words", "-4").code == 2


def test_the_log_and_undo(archive: Any) -> None:
    """Each change is logged, undone the newest first, and refused where it cannot be kept."""
    archive.terms.set("Ärzte Zeitung", Terms(40), by="7")
    archive.terms.set("ÄRZTE  zeitung", Terms(40), by="7")  # the same outlet, and nothing new
    archive.terms.set("ärzte zeitung", Terms(20, "CC BY"), by="8")
    newer, older = archive.log.entries()
    assert [(entry.by, entry.words) for entry in (newer, older)] == [("8", "ärzte zeitung"), ("7", "Ärzte Zeitung")]
    with pytest.raises(ArchiveError):
        archive.undo(older)
    archive.undo(newer)
    assert archive.terms.get("Ärzte Zeitung") == Terms(40)
    archive.undo(older)
    assert archive.terms.list() == ()
    for name, terms in (("", Terms(1)), ("x" * 201, Terms(1)), ("x", Terms(-1)), ("x", Terms(None, "y" * 201))):
        with pytest.raises(ArchiveError):
            archive.terms.set(name, terms)


def test_an_article_is_read_with_its_outlet_s_terms(archive: Any) -> None:
    """Whatever the case of the outlet's name, in every way an article is read; what is said later counts at once."""
    from index.types import Draft

    archive.add(Draft("The ferry stops today.", "One", "ÄRZTE Zeitung", url="https://example.org/1"))
    (article,) = archive.articles()
    assert article.terms == Terms()
    archive.terms.set("Ärzte Zeitung", Terms(20, "CC BY"))
    assert archive.article(article.id).terms == Terms(20, "CC BY")
    assert archive.articles()[0].terms == Terms(20, "CC BY")
    assert archive.articles()[0] == article
