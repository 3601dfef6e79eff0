"""Why there is no answer: each reason, what is counted for it, and what is offered instead, over a small archive."""

from __future__ import annotations

from dataclasses import replace

import pytest
from archives import draft, few, texts
from hypothesis import given
from hypothesis import strategies as st

from index.abstaining import is_unclear, subjects_of
from index.archive import Archive
from index.question import parse
from index.settings import AnswerSettings, IndexSettings
from index.types import (
    Abstention,
    Answer,
    Article,
    Attribution,
    Details,
    Draft,
    Filters,
    Hit,
    Kind,
    Passage,
    Reason,
    Span,
    Speaker,
)

MILL = Draft(
    "“The mill in Ordway will close in spring,” said Ada Marsh of the Grain Board. "
    "“Nobody at the mill was told,” said Ben Cole, who speaks for the workers. "
    "Marsh said that the harbour in Kessel would stay open.",
    title="Mill in Ordway to close",
    outlet="Dale Herald",
    date="2024-03-01",
    id="mill",
)
HARBOUR = Draft(
    "“Ships will come to the harbour again,” said Ada Marsh. The harbour in Kessel opened in May.",
    title="Harbour opens in Kessel",
    outlet="Port Times",
    date="2024-05-20",
    id="harbour",
)
CLOSES = "Who said the mill in Ordway will close in spring?"


@pytest.fixture
def filled(archive: Archive) -> Archive:
    """Two articles of two outlets, and a threshold that suits the encoder's cosines."""
    archive.settings = IndexSettings(answer=AnswerSettings(threshold=0.3))
    list(archive.add_all([MILL, HARBOUR]))
    return archive


def abstained(archive: Archive, asked: str, filters: Filters = Filters(), *, suggest: bool = True) -> Abstention:
    reply = archive.ask(asked, filters=filters, suggest=suggest)
    assert isinstance(reply, Abstention)
    return reply


def test_days_are_the_reason_where_the_question_is_answered_without_them(filled: Archive) -> None:
    """It says of which day and outlet the answer is, and shows nothing that the filters leave out."""
    assert isinstance(filled.ask(CLOSES), Answer)
    reply = abstained(filled, CLOSES, Filters(since="2024-05-01"))
    assert reply.reason is Reason.OUTSIDE_DATES
    assert reply.details == Details(since="2024-03-01", until="2024-03-01", outlets=("Dale Herald",))
    assert {hit.article.id for hit in reply.nearest} == {"harbour"}
    assert abstained(filled, CLOSES, Filters(until="2020-01-01")).reason is Reason.OUTSIDE_DATES


def test_days_are_no_reason_where_nothing_answers_anyhow(filled: Archive) -> None:
    """A question about something else gets the same reason with days as without; days without articles say so."""
    asked = "Which recipes need saffron?"
    assert abstained(filled, asked).reason is Reason.NOT_COVERED
    assert abstained(filled, asked, Filters(since="2024-05-01")).reason is Reason.NOT_COVERED
    assert abstained(filled, asked, Filters(since="2030-01-01")).reason is Reason.NO_ARTICLES


def test_an_outlet_is_the_reason_where_another_has_it(filled: Archive) -> None:
    """It names the outlet that has it, also where the one asked for has no article at all."""
    for outlet in ("Port Times", "Nowhere"):
        reply = abstained(filled, CLOSES, Filters(outlet=outlet))
        assert (reply.reason, reply.details.outlets) == (Reason.OTHER_OUTLETS, ("Dale Herald",))
    both = abstained(filled, CLOSES, Filters(outlet="dale herald", since="2024-05-01"))
    assert both.reason is Reason.OUTSIDE_DATES


@pytest.mark.parametrize(
    ("asked", "filters"),
    [
        ("What did Ben Cole say about Zanzibar?", Filters()),
        ("What did Cole say about Zanzibar?", Filters()),
        ("Zanzibar?", Filters(speaker="Ben Cole")),
        ("What about Zanzibar?", Filters(speaker="cole")),
    ],
)
def test_a_speaker_on_record_is_counted(filled: Archive, asked: str, filters: Filters) -> None:
    """The name as the record has it, how often they are quoted, and the subject that is nowhere near."""
    details = abstained(filled, asked, filters).details
    assert (details.speaker, details.quoted, details.subject) == ("Ben Cole", 1, "Zanzibar")


def test_never_is_only_said_of_what_is_nowhere_near(filled: Archive) -> None:
    """A word that stands in the sentence before or the headline is not denied."""
    filled.settings = IndexSettings(answer=AnswerSettings(threshold=1.0))
    reply = abstained(filled, "What did Ben Cole say about Ordway?")
    assert (reply.reason, reply.details.quoted, reply.details.subject) == (Reason.NOT_SAID_BY, 1, None)


def test_a_speaker_who_is_not_on_record(filled: Archive) -> None:
    """Is named as asked, with no quotation; an excluded article's quotations do not count."""
    reply = abstained(filled, "What did Eve Stone say about Zanzibar?")
    assert (reply.reason, replace(reply.details, suggestions=())) == (Reason.NOT_SAID_BY, Details("Eve Stone"))
    gone = abstained(filled, "Mill?", Filters(speaker="Ben Cole", exclude=frozenset({"mill"})))
    assert (gone.reason, gone.details.quoted) == (Reason.NOT_SAID_BY, 0)


def test_of_several_speakers_the_name_asked_for_stands(archive: Archive) -> None:
    """Two people of one surname are counted together, under what was asked."""
    list(archive.add_all([MILL, Draft("“Rain is near,” said Eve Cole. It rained.", id="rain")]))
    details = abstained(archive, "Zanzibar?", Filters(speaker="Cole")).details
    assert (details.speaker, details.quoted) == ("Cole", 2)


def test_a_speaker_written_in_two_ways_is_one(archive: Archive) -> None:
    """A surname alone and the full name are the full name, whatever was asked; a name is denied as a whole."""
    list(archive.add_all([MILL, Draft("“Rain is near,” said Cole. “Eve is here,” said Cole.", id="rain")]))
    reply = abstained(archive, "what did cole say about Eve Stone and Zanzibar?")
    assert (reply.details.speaker, reply.details.quoted) == ("Ben Cole", 3)
    assert reply.details.subject == "Eve Stone and Zanzibar"


def test_names_that_no_article_holds_are_told(filled: Archive) -> None:
    """Words that follow each other together; a name that an article writes in another form is not among them."""
    assert abstained(filled, "How tall is Mount Elgon near Kessel?").details.subject == "Mount Elgon"
    assert abstained(filled, "How tall are the walls of Kessel and Ordway?").details.subject is None
    without = Filters(exclude=frozenset({"harbour", "mill"}))
    list(filled.add_all([draft(0)]))
    assert abstained(filled, "How tall are the walls of Kessel?", without).details.subject == "Kessel"


@pytest.mark.parametrize(
    ("asked", "unclear"),
    [
        ("what about it?", True),
        ("Tell me more!", True),
        ("why?", True),
        ("any more details please", True),
        ("When did he resign?", True),
        ("When did Kirby resign?", False),
        ("when did the mayor say he would resign?", False),
        ("mill", False),
        ("How many ships?", False),
    ],
)
def test_what_is_unclear(asked: str, unclear: bool) -> None:
    """No telling word, or one about somebody who is only a pronoun."""
    assert is_unclear(parse(asked)) is unclear


@pytest.mark.parametrize("suggest", [True, False])
def test_an_unclear_question_is_answered_by_questions(filled: Archive, suggest: bool) -> None:
    """Each is about a speaker or subject on record, and is answered when it is asked."""
    offered = abstained(filled, "tell me more", suggest=suggest).details.suggestions
    assert 1 <= len(offered) <= 3
    assert len(set(offered)) == len(offered)
    assert offered == abstained(filled, "why?").details.suggestions
    for question in offered:
        assert isinstance(filled.ask(question), Answer)


def test_of_a_chosen_speaker_something_must_be_asked(filled: Archive) -> None:
    """What that speaker can be asked about is offered; of one who is not on record, it is said."""
    filled.settings = IndexSettings(answer=AnswerSettings(threshold=0.6))
    reply = abstained(filled, "tell me more", Filters(speaker="Cole"))
    assert reply.reason is Reason.UNCLEAR_QUESTION
    assert all(question.startswith("What did Ben Cole say about ") for question in reply.details.suggestions)
    assert abstained(filled, "tell me more", Filters(speaker="Eve Stone")).reason is Reason.NOT_SAID_BY


def test_what_is_offered_meets_the_filters(filled: Archive) -> None:
    """Of another outlet, other days and excluded articles nothing is offered."""
    for filters in (
        Filters(outlet="Port Times"),
        Filters(since="2024-05-01"),
        Filters(exclude=frozenset({"mill"})),
    ):
        offered = abstained(filled, "tell me more", filters).details.suggestions
        assert offered
        assert not any("Ordway" in question or "Cole" in question for question in offered)
        assert all(isinstance(filled.ask(question, filters=filters), Answer) for question in offered)
    assert abstained(filled, "why?", Filters(outlet="Nowhere")).details == Details()


def test_nothing_is_offered_beside_a_clear_question_unless_wanted(filled: Archive) -> None:
    """What the same person did speak about is offered, and only where it is asked for."""
    asked = "What did Ada Marsh say about Zanzibar?"
    assert abstained(filled, asked, suggest=False).details.suggestions == ()
    offered = abstained(filled, asked).details.suggestions
    assert offered
    assert all(question.startswith("What did Ada Marsh say about ") for question in offered)


def hit(text: str, title: str | None = None, name: str | None = None) -> Hit:
    span = Span(0, len(text))
    said = Attribution((span,), kind=Kind.DIRECT, speaker=Speaker(name)) if name else None
    return Hit(Passage("a", span, said), Article("a", text, title), 0.0)


@pytest.mark.parametrize(
    ("text", "title", "subject"),
    [
        ("We will defend Taiwan, whatever comes.", None, "Taiwan"),
        ("We met at the Security Council on Monday.", None, "the Security Council"),
        ("We met on Monday.", None, None),
        ("Chinese ships left with Russian crews.", None, None),
        ("It is China’s port.", None, "China"),
        ("Nobody told the old mill why.", "Mill to close", "the old mill"),
        ("Nobody told the millers why.", "Port to close", None),
        ("They went from Perth to Kessel.", "Kessel opens", "Kessel"),
        ("Mr. Stone asked Eve Stone.", None, None),
        ("", None, None),
    ],
)
def test_a_subject_reads_on_after_about(text: str, title: str | None, subject: str | None) -> None:
    """A whole name inside a sentence, or a noun of the title; never the speaker, a day or half a name."""
    assert next(iter(subjects_of(hit(text or "x", title, "Eve Stone"))), None) == subject


@given(texts, texts)
def test_a_subject_is_words_of_its_passage(text: str, title: str) -> None:
    """Whatever a passage holds, its subject stands in it letter for letter, on one line and short."""
    for found in subjects_of(hit(text or "x", title)):
        assert found in text
        assert "\n" not in found
        assert len(found.split()) <= 4


@few
@given(asked=st.text(max_size=60), filters=st.builds(Filters, st.none() | st.text(max_size=9), st.none() | st.text()))
def test_any_question_gets_one_reason(filled: Archive, asked: str, filters: Filters) -> None:
    """Whatever is asked and filtered, the reason is settled and what is offered is no more than three questions."""
    reply = filled.ask(asked, filters=filters)
    if isinstance(reply, Abstention):
        assert reply.details.quoted >= 0
        assert (reply.details.speaker is not None) == (reply.reason is Reason.NOT_SAID_BY)
        assert len(reply.details.suggestions) <= 3
