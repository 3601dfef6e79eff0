"""Rules and tagger together: what is known, what of it is shown as somebody's words, and what is no claim at all."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.attribution import Claim, attributions, claims
from index.attribution.lexicon import CueClass
from index.types import Kind, Span, Speaker

WORDS = st.sampled_from(
    "Ann Cole Mr. Reed he they said says told that and who the a senior official Reuters statement did not “ ” \" ' , "
    ". : ; — ― ( ) ? \n\n MR. Q: U.S. believes plans is The Ministry called wrote asked saying will İ ﬁ 北京 \ud800 "
    "🙂".split(" ")
)


def parts(text: str, spans: tuple[Span, ...]) -> list[str]:
    return [span.of(text) for span in spans]


def of(text: str, start: str) -> Claim:
    """The one claim whose content begins so."""
    (found,) = [claim for claim in claims(text) if claim.attribution.content[0].of(text).startswith(start)]
    return found


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=60).map(" ".join)))
@example("")
@example("\ud800")
@example("x" * 2_000)
def test_any_text_gives_claims_inside_it(text: str) -> None:
    """Spans lie in the text, nothing is said twice, a belief is never shown, and what was not said is not there."""
    found = claims(text)
    for claim in found:
        said = claim.attribution
        assert 0 <= said.confidence <= 1
        assert all(span.end <= len(text) for span in (*said.content, *said.source, *said.cue))
        assert all(any(map(str.isalnum, span.of(text))) for span in said.content)
        assert not any(a.overlaps(b) for a in said.content for b in (*said.source, *said.cue))
        assert claim.act is not CueClass.NEGATED
        assert not (claim.shown and claim.act is CueClass.BELIEF)
    spans = sorted(span for claim in found for span in claim.attribution.content)
    assert not any(left.overlaps(right) for left, right in pairwise(spans))
    assert attributions(text) == tuple(claim.attribution for claim in found if claim.shown)


def test_a_belief_is_known_and_never_shown_as_said() -> None:
    """What somebody is described as thinking is no quotation of theirs, but a person who checks an article sees it."""
    text = "Most voters believe that the economy is getting worse, a fear that has grown since May."
    claim = of(text, "that the economy")
    assert (claim.act, claim.shown) == (CueClass.BELIEF, False)
    assert parts(text, claim.attribution.source) == ["Most voters"]
    assert attributions(text) == ()


def test_the_outermost_speaker_speaks() -> None:
    """In "The U.S. believes …, Kirby said" the whole is Kirby's."""
    text = "The U.S. believes that North Korea is seeking missiles from Russia, John Kirby said on Friday."
    (claim,) = claims(text)
    assert (claim.act, claim.shown) == (CueClass.SPEECH, True)
    assert claim.attribution.speaker == Speaker("John Kirby")
    assert claim.attribution.content[0].of(text).startswith("The U.S. believes")


@pytest.mark.parametrize(
    "text",
    [
        "Ann Cole did not say whether the bridge would close, and she left before noon.",
        "She declined to explain how the ministry had obtained the documents.",
        "The Herald requested comment from the Permanent Mission of Norway to the United Nations.",
        "He did not spell out how the United States obtained the information.",
    ],
)
def test_what_was_not_said_is_no_claim(text: str) -> None:
    """A refusal, a silence and a request for comment are events, not statements."""
    assert claims(text) == ()


@pytest.mark.parametrize("dash", ["―", "—", "–", "--", "-"])
@pytest.mark.parametrize("between", [" ", "\n\n", ""])
def test_a_quotation_may_be_signed(dash: str, between: str) -> None:
    """A name behind a dash is whose words they are, in the same line or the next; the place behind it is not."""
    quotation = "“The bridge must stay open.”"
    text = f"Readers wrote to us.\n\n{quotation}{between}{dash} Ann Cole, mayor of Port Ellen\n\nIt rained."
    (said,) = attributions(text)
    assert said.speaker == Speaker("Ann Cole", "mayor of Port Ellen")
    assert (parts(text, said.content), said.kind) == ([quotation], Kind.DIRECT)


@pytest.mark.parametrize(
    "behind",
    ["– An immigrant himself – he lives on.", "— and then it rained.", "— Ann Cole said nothing more that day."],
)
def test_a_dash_is_not_always_a_signature(behind: str) -> None:
    """Prose behind a dash signs nothing."""
    found = claims(f"“The bridge must stay open.” {behind}")
    assert all(claim.attribution.speaker is None or claim.attribution.cue for claim in found)


def test_where_both_readers_agree_the_claim_is_surer() -> None:
    """Two witnesses that know nothing of each other: the probability is that of the share that was right."""
    (said,) = attributions("“We will stay on the island until the winter,” Ann Cole, the mayor, said on Friday.")
    assert said.confidence > 0.85
    (alone,) = attributions(
        "“We will stay on the island until the winter,” Ann Cole, the mayor, said on Friday.", learned=False
    )
    assert (alone.content, alone.speaker) == (said.content, said.speaker)


def test_the_article_tells_who_she_is() -> None:
    """A first name that no list has gets its gender from the pronouns behind it, and "she" then means its bearer."""
    text = (
        "The engineer Wren Halloway grew up in Port Ellen. Halloway and her brothers built boats. Halloway sold her "
        "first boat at twelve. Halloway left her village for the city.\n\n"
        "The yard grew quickly. It has forty workers now.\n\n"
        "The boats are made of oak. The wood comes from the north.\n\nOrders come from all over the world.\n\n"
        "“The sea decides,” she said."
    )
    assert attributions(text)[-1].speaker == Speaker("Wren Halloway", "engineer")


def test_two_who_may_be_meant_are_nobody() -> None:
    """Where another woman was named, "she" far from both stays without a name."""
    text = (
        "The engineer Wren Halloway grew up in Port Ellen. Halloway and her brothers built boats. Halloway sold her "
        "first boat at twelve. Mary Reed bought it, and Reed still has it.\n\n"
        "The yard grew quickly. It has forty workers now.\n\n"
        "The boats are made of oak. The wood comes from the north.\n\nOrders come from all over the world.\n\n"
        "“The sea decides,” she said."
    )
    assert attributions(text)[-1].speaker is None


def test_a_pronoun_behind_a_name_repeats_it() -> None:
    """In "Peter Larsen, he said", the name right before the pronoun is whom it means, whoever else was named."""
    text = "Tom Reed met James Jones on Monday. And the head of the union, Peter Larsen, he said that the strike is on."
    assert attributions(text)[-1].speaker is not None
    assert attributions(text)[-1].speaker.name == "Peter Larsen"


def test_turns_are_left_to_their_labels() -> None:
    """In a transcript the tagger finds nothing inside a turn: its label says who speaks."""
    turn = "Ann Cole said that it was over, and most voters believe that it is not. "
    text = "".join(f"{label}: {turn * 12}\n\n" for label in ("MR. KIRBY", "Q", "MR. KIRBY", "MS. HAYES"))
    found = claims(text)
    assert [claim.attribution.kind for claim in found] == [Kind.DIRECT] * 4
    assert all(claim.shown and claim.act is CueClass.SPEECH for claim in found)
