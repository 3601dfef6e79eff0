"""Passages are whole sentences with at most one speaker, and every sentence is in exactly one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archives import texts
from hypothesis import given, settings
from hypothesis import strategies as st

from index.passages import LONGEST, claim_text, derived, passages_of
from index.sentences import sentence_spans
from index.types import Article, Attribution, Kind, Passage, Span, Speaker

ADA, BEN = Speaker("Ada Marsh", "mayor"), Speaker("Ben Cole")


def said(text: str, *contents: str, by: Speaker | None = ADA, kind: Kind = Kind.DIRECT) -> Attribution:
    """An attribution of words that each stand once in ``text``."""
    places = []
    for content in contents:
        assert text.count(content) == 1
        places.append(Span(text.index(content), text.index(content) + len(content)))
    return Attribution(tuple(places), kind=kind, speaker=by)


def cut(text: str, *attributions: Attribution) -> tuple[Passage, ...]:
    return passages_of(Article("a", text), sentence_spans(text), attributions)


def quotes(text: str, passages: Sequence[Passage]) -> list[tuple[str, str | None]]:
    """Each passage's words and the name of its speaker."""
    return [(p.span.of(text), p.said_by.speaker.name if p.said_by and p.said_by.speaker else None) for p in passages]


@st.composite
def attributed(draw: st.DrawFn) -> tuple[str, tuple[Attribution, ...]]:
    """A text and attributions anywhere in it: over sentences, across them, inside one another."""
    text = draw(texts.filter(bool))
    found = []
    for _ in range(draw(st.integers(0, 6))):
        pieces = []
        for _ in range(draw(st.integers(1, 3))):
            start = draw(st.integers(0, len(text) - 1))
            pieces.append(Span(start, draw(st.integers(start + 1, min(len(text), start + 80)))))
        speaker = draw(st.sampled_from((ADA, BEN, None)))
        kind = draw(st.sampled_from((Kind.DIRECT, Kind.INDIRECT, Kind.MIXED)))
        found.append(Attribution(tuple(sorted(pieces)), kind=kind, speaker=speaker))
    return text, tuple(found)


@settings(max_examples=50)
@given(attributed())
def test_every_sentence_is_in_exactly_one_passage(drawn: tuple[str, tuple[Attribution, ...]]) -> None:
    """No sentence is lost, doubled or cut, and between passages there is only white space."""
    text, attributions = drawn
    passages = cut(text, *attributions)
    for sentence in sentence_spans(text):
        if (words := sentence.trimmed(text)) is not None:
            assert [p.span.contains(words) for p in passages].count(True) == 1
            assert not any(p.span.overlaps(words) and not p.span.contains(words) for p in passages)
    edges = [0, *(edge for p in passages for edge in (p.span.start, p.span.end)), len(text)]
    assert edges == sorted(edges)
    assert not "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)).strip()


@settings(max_examples=50)
@given(attributed())
def test_passages_begin_and_end_where_sentences_do(drawn: tuple[str, tuple[Attribution, ...]]) -> None:
    """A quotation is never cut inside a sentence."""
    text, attributions = drawn
    sentences = [words for s in sentence_spans(text) if (words := s.trimmed(text))]
    starts, ends = {s.start for s in sentences}, {s.end for s in sentences}
    for passage in cut(text, *attributions):
        assert passage.span.start in starts
        assert passage.span.end in ends


@settings(max_examples=50)
@given(attributed())
def test_a_passage_has_at_most_one_speaker(drawn: tuple[str, tuple[Attribution, ...]]) -> None:
    """Words of somebody else, or of somebody unknown, are never put in the mouth of the speaker that is named."""
    text, attributions = drawn
    for passage in cut(text, *attributions):
        if passage.said_by is None:
            continue
        assert passage.said_by in attributions
        for words in (w for s in sentence_spans(text) if (w := s.trimmed(text)) and passage.span.contains(w)):
            speakers = {a.speaker for a in attributions if any(words.overlaps(c) for c in a.content)}
            assert speakers == {passage.said_by.speaker}


@settings(max_examples=50)
@given(attributed())
def test_only_a_sentence_that_reports_two_voices_loses_its_speaker(drawn: tuple[str, tuple[Attribution, ...]]) -> None:
    """Narration is what nobody is cited with, or more than one; nothing else."""
    text, attributions = drawn
    for passage in cut(text, *attributions):
        if passage.said_by is None:
            speakers = {a.speaker for a in attributions if any(passage.span.overlaps(c) for c in a.content)}
            assert len(speakers) != 1


@settings(max_examples=50)
@given(attributed())
def test_a_claim_leads_to_the_passage_that_holds_most_of_it(drawn: tuple[str, tuple[Attribution, ...]]) -> None:
    """Each passage is embedded once; each claim with a speaker once, for a passage that holds most of it."""
    text, attributions = drawn
    whole = derived(Article("a", text), sentence_spans(text), attributions)
    assert [e.text for e in whole.entries if not e.claim] == [p.span.of(text) for p in whole.passages]

    def shared(passage: Passage, attribution: Attribution) -> int:
        mine = range(passage.span.start, passage.span.end)
        return sum(place in mine for content in attribution.content for place in range(content.start, content.end))

    claims = iter(e for e in whole.entries if e.claim)
    for attribution in attributions:
        most = max((shared(p, attribution) for p in whole.passages), default=0)
        if attribution.speaker is not None and most:
            claim = next(claims)
            assert claim.text == claim_text(text, attribution)
            assert shared(whole.passages[claim.passage], attribution) == most
    assert next(claims, None) is None


def test_the_sentences_of_one_quotation_stay_together() -> None:
    """A quotation of several sentences is quoted whole."""
    text = "He rose. “We came early. We stayed late. We won,” she said. Rain fell."
    passages = cut(text, said(text, "“We came early. We stayed late. We won,”"))
    assert quotes(text, passages) == [
        ("He rose.", None), ("“We came early. We stayed late. We won,” she said.", "Ada Marsh"), ("Rain fell.", None),
    ]  # fmt: skip


def test_a_quotation_that_is_taken_up_again_is_another_passage() -> None:
    """Two pieces of one attribution are not joined over what the outlet wrote between them."""
    text = "“We came early,” she said. “We stayed late.”"
    passages = cut(text, said(text, "“We came early,”", "“We stayed late.”"))
    assert quotes(text, passages) == [("“We came early,” she said.", "Ada Marsh"), ("“We stayed late.”", "Ada Marsh")]


def test_a_passage_does_not_cross_a_paragraph() -> None:
    """A quotation over two paragraphs is two passages, both with the speaker."""
    text = "“We came early.\nWe stayed late,” she said."
    passages = cut(text, said(text, "“We came early.\nWe stayed late,”"))
    assert quotes(text, passages) == [("“We came early.", "Ada Marsh"), ("We stayed late,” she said.", "Ada Marsh")]


def test_a_long_speech_is_quoted_sentence_by_sentence() -> None:
    """A passage of several sentences is never longer than LONGEST."""
    speech = " ".join(f"This is sentence {n} of a very long speech about the harbour." for n in range(40))
    text = f"“{speech}” she said."
    passages = cut(text, said(text, f"“{speech}”"))
    assert len(passages) > 2
    assert all(len(p.span) <= LONGEST for p in passages)


def test_reported_speech_is_one_passage_a_sentence() -> None:
    """Indirect speech has no quotation marks that would hold sentences together."""
    text = "She said they came early. They stayed late."
    passages = cut(text, said(text, "they came early. They stayed late.", kind=Kind.INDIRECT))
    assert quotes(text, passages) == [("She said they came early.", "Ada Marsh"), ("They stayed late.", "Ada Marsh")]


def test_a_sentence_with_two_speakers_has_none() -> None:
    """Naming one would put the other's words in their mouth."""
    text = "Ada said it was true, but Ben said it was false."
    passages = cut(text, said(text, "it was true"), said(text, "it was false", by=BEN))
    assert quotes(text, passages) == [(text, None)]
    assert passages[0].kind is Kind.NARRATION


def test_a_sentence_with_a_known_and_an_unknown_speaker_has_none() -> None:
    """Words of somebody the text does not name are not given to the one it names."""
    text = "Ada said it was true, but another said it was false."
    assert quotes(text, cut(text, said(text, "it was true"), said(text, "it was false", by=None))) == [(text, None)]


def test_of_two_claims_of_one_speaker_the_longer_one_is_shown() -> None:
    """The passage carries the attribution that most of its words belong to."""
    text = "She said no and that the old bridge by the harbour would close."
    longer = said(text, "that the old bridge by the harbour would close", kind=Kind.INDIRECT)
    (passage,) = cut(text, said(text, "no"), longer)
    assert passage.said_by == longer


def test_a_claim_is_embedded_with_its_speaker_and_role() -> None:
    """Name, role and what was said; only the words where nobody is named."""
    text = "“It will close,” she said, “in May.”"
    assert (
        claim_text(text, said(text, "“It will close,”", "“in May.”")) == "Ada Marsh, mayor: “It will close,” “in May.”"
    )
    assert claim_text(text, said(text, "“in May.”", by=BEN)) == "Ben Cole: “in May.”"
    assert claim_text(text, said(text, "“in May.”", by=None)) == "“in May.”"


def test_nothing_comes_of_white_space() -> None:
    """Blank text has no passage, with or without attributions."""
    assert cut(" \n\t ") == ()
    assert cut("") == ()
    assert cut(" \n ", Attribution((Span(0, 3),), speaker=ADA)) == ()


def test_the_headline_is_the_title_or_the_sentence_that_opens() -> None:
    """What stands for the whole article: its title; without one the lead, not the dateline before it."""
    text = "Harrowmere —\n\nThe only pool of the town will close in June. Nobody is pleased."
    untitled = Article("a", text)
    assert derived(untitled, sentence_spans(text), ()).headline == "The only pool of the town will close in June."
    assert derived(replace(untitled, title="Pool to close"), sentence_spans(text), ()).headline == "Pool to close"
    assert derived(Article("b", "Closed."), sentence_spans("Closed."), ()).headline == "Closed."
