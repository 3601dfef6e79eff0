"""Asking: filters, reasons, limits, and any question at all; with the encoder whose vectors can be computed by hand."""

from __future__ import annotations

import pytest
from archives import draft, few
from hypothesis import given
from hypothesis import strategies as st

from index.archive import Archive
from index.encoder import Encoder
from index.settings import AnswerSettings, IndexSettings
from index.types import Abstention, Answer, Filters, Hit, Reason, Reply

QUESTION = "How many years did the railway number 4 take?"


@pytest.fixture
def filled(archive: Archive) -> Archive:
    """Six articles, of two outlets in turn and a month apart."""
    list(archive.add_all(draft(number) for number in range(6)))
    return archive


@pytest.fixture
def lenient(filled: Archive) -> Archive:
    """The same, answering with whatever is nearest: what it shows does not hang on what the threshold is."""
    filled.settings = IndexSettings(answer=AnswerSettings(threshold=0.0, further=0.0, quotations=4))
    return filled


def shown(reply: Reply) -> tuple[Hit, ...]:
    return reply.hits if isinstance(reply, Answer) else reply.nearest


def why(reply: Reply) -> Reason:
    assert isinstance(reply, Abstention)
    return reply.reason


def test_an_answer_is_quoted_from_its_article(lenient: Archive) -> None:
    """The best quotation is the sentence that says it, with its speaker, outlet, day and receipt."""
    reply = lenient.ask(QUESTION)
    assert isinstance(reply, Answer)
    best = reply.hits[0]
    assert "took 6 years" in best.quote
    assert best.speaker is not None
    assert (best.speaker.name, best.article.outlet, best.article.date) == ("Ada Marsh", "Dale Herald", "2024-05-15")
    assert lenient.prove(best.receipt) == best.article
    assert reply.confidence == best.score
    assert (reply.question, reply.standalone) == (QUESTION, QUESTION)


def test_a_limit_leaves_out_the_last_quotations(lenient: Archive) -> None:
    """There are one to the limit, given or configured, and they are the first of all there are."""
    every = shown(lenient.ask(QUESTION, limit=100))
    assert len(every) > 10
    for limit, count in ((-1, 1), (0, 1), (1, 1), (2, 2), (3, 3), (10, 10), (None, 4)):
        reply = lenient.ask(QUESTION, limit=limit)
        assert isinstance(reply, Answer)
        assert reply.hits == every[:count]
        assert reply.confidence == every[0].score


@pytest.mark.parametrize("threshold", [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
def test_the_threshold_parts_answers_from_abstentions(filled: Archive, threshold: float) -> None:
    """The best quotation of an answer passes it, the further ones are near it; what is nearest else stays below."""
    filled.settings = IndexSettings(answer=AnswerSettings(threshold=threshold))
    for question in (
        QUESTION,
        "Which recipes need saffron?",
        "Who said the harbour took 3 years?",
        "Did it rain on the zoo?",
    ):
        reply = filled.ask(question)
        if isinstance(reply, Answer):
            assert reply.hits[0].score == reply.confidence >= threshold
            assert min(hit.score for hit in reply.hits) >= filled.settings.answer.further * reply.confidence
        else:
            assert reply.confidence < threshold
            assert all(hit.score < threshold for hit in reply.nearest)


def test_asking_twice_gives_the_same(filled: Archive) -> None:
    """A reply depends on nothing but question, filters and archive."""
    assert filled.ask(QUESTION) == filled.ask(QUESTION)


@pytest.mark.parametrize(
    ("filters", "allowed"),
    [
        (Filters(outlet="port times"), {1, 3, 5}),
        (Filters(since="2024-04-15"), {3, 4, 5}),
        (Filters(until="2024-02-15"), {0, 1}),
        (Filters(since="2024-02-01", until="2024-04-30"), {1, 2, 3}),
        (Filters(exclude=frozenset({"article-4", "article-0"})), {1, 2, 3, 5}),
        (Filters(outlet="Dale Herald", since="2024-03-01", exclude=frozenset({"article-4"})), {2}),
    ],
)
@pytest.mark.parametrize("number", range(6))
def test_only_what_meets_the_filters_is_shown(
    filled: Archive, filters: Filters, allowed: set[int], number: int
) -> None:
    """In answers as in nearest passages, whichever article the question is about."""
    subject = draft(number).text.split()[1]
    reply = filled.ask(f"How many years did the {subject} number {number} take?", filters=filters, limit=50)
    assert {hit.article.id for hit in shown(reply)} <= {f"article-{n}" for n in allowed}
    if number in allowed:
        assert shown(reply)[0].article.id == f"article-{number}"


def test_a_speaker_filter_shows_only_what_that_speaker_said(filled: Archive) -> None:
    """By a part of the name or by the role; never narration, and never another speaker's words."""
    for asked in ("Marsh", "ada marsh", "chief engineer"):
        reply = filled.ask(QUESTION, filters=Filters(speaker=asked), limit=50)
        assert shown(reply)
        assert {hit.speaker.name if hit.speaker else None for hit in shown(reply)} == {"Ada Marsh"}


def test_the_filters_are_why_there_is_nothing(filled: Archive) -> None:
    """A speaker who is not on record, days without an article, an outlet or exclusions that leave none."""
    everything = frozenset(f"article-{number}" for number in range(6))
    assert why(filled.ask(QUESTION, filters=Filters(speaker="Ben Cole"))) is Reason.NOT_SAID_BY
    assert why(filled.ask(QUESTION, filters=Filters(since="2030-01-01"))) is Reason.NO_ARTICLES
    assert why(filled.ask(QUESTION, filters=Filters(until="2020-01-01"))) is Reason.NO_ARTICLES
    assert why(filled.ask(QUESTION, filters=Filters(outlet="Nowhere"))) is Reason.NO_ARTICLES
    assert why(filled.ask(QUESTION, filters=Filters(exclude=everything))) is Reason.NO_ARTICLES
    assert shown(filled.ask(QUESTION, filters=Filters(outlet="Nowhere"))) == ()


@pytest.mark.parametrize(
    ("question", "threshold", "reason"),
    [
        ("What did Marsh say about saffron?", 1.0, Reason.NOT_SAID_BY),
        ("What did Marsh say in May 2024 about saffron?", 1.0, Reason.NOT_SAID_BY),
        ("What did Marsh say in May 2023 about the railway?", 0.2, Reason.OUTSIDE_DATES),
        ("What did Marsh say about the railway since January 2030?", 0.2, Reason.OUTSIDE_DATES),
        ("Who said in 2023 that the railway took 6 years?", 0.2, Reason.OUTSIDE_DATES),
    ],
)
def test_what_the_question_asks_for_is_why_there_is_nothing(
    filled: Archive, question: str, threshold: float, reason: Reason
) -> None:
    """A speaker and days in the question count as if passed; the days alone, where other days would answer."""
    filled.settings = IndexSettings(answer=AnswerSettings(threshold=threshold))
    assert why(filled.ask(question)) is reason


@pytest.mark.parametrize(
    ("question", "articles"),
    [
        ("What did Marsh say?", {f"article-{number}" for number in range(6)}),
        ("What did Ada Marsh say in March?", {"article-2"}),
        ("What has Marsh said since May 2024?", {"article-4", "article-5"}),
    ],
)
def test_whatever_somebody_said_answers_what_they_said(filled: Archive, question: str, articles: set[str]) -> None:
    """Without a subject, all words of the speaker in these days are an answer, and only theirs."""
    reply = filled.ask(question, limit=100)
    assert isinstance(reply, Answer)
    assert {hit.article.id for hit in reply.hits} == articles
    assert {hit.speaker.name for hit in reply.hits if hit.speaker} == {"Ada Marsh"}
    assert all(hit.speaker for hit in reply.hits)
    assert isinstance(filled.ask(question.replace("Marsh", "Cole")), Abstention)


def test_days_in_a_question_leave_only_what_was_published_then(filled: Archive) -> None:
    """In rankings as in replies; a month without a year is the archive's last one. What is passed wins."""
    for asked_on in (None, "2024-12-01", "2030-01-01"):
        hits = filled.rank("What did Marsh say in March?", asked_on=asked_on)
        assert {hit.article.id for hit in hits} == {"article-2"}
    assert {
        hit.article.date for hit in filled.rank("What did Marsh say in March?", filters=Filters(since="2024-05-01"))
    } == {
        "2024-05-15",
        "2024-06-15",
    }
    assert {hit.article.outlet for hit in filled.rank("According to the Port Times, when did the zoo open?")} == {
        "Port Times"
    }


def test_an_excluded_article_is_as_if_it_were_not_there(filled: Archive) -> None:
    """Nothing of it is shown, and another article's passage is less sure to answer."""
    reply = filled.ask(QUESTION, filters=Filters(exclude=frozenset({"article-4"})))
    assert "article-4" not in {hit.article.id for hit in shown(reply)}
    assert reply.confidence < filled.ask(QUESTION).confidence


def test_nothing_is_on_record_in_an_empty_archive(archive: Archive) -> None:
    """It says that there are no articles; a question about nothing is unclear even there."""
    reply = archive.ask(QUESTION)
    assert (why(reply), shown(reply)) == (Reason.NO_ARTICLES, ())
    assert why(archive.ask(QUESTION, filters=Filters(speaker="Ben Cole", since="2024-01-01"))) is Reason.NO_ARTICLES
    assert why(archive.ask("???")) is Reason.UNCLEAR_QUESTION


def test_what_nobody_wrote_about_is_not_answered(filled: Archive) -> None:
    """No word of the question is in any article."""
    reply = filled.ask("Which recipes need saffron and cardamom?")
    assert why(reply) in (Reason.NOT_COVERED, Reason.NOT_STATED)
    assert reply.confidence < filled.settings.answer.threshold
    assert 1 <= len(shown(reply)) <= filled.settings.answer.nearest


@pytest.mark.parametrize("question", ["", " ", "?", "...!", "what is it?", "and?", "\0", "\ud800", "🎉"])
def test_a_question_about_nothing_is_unclear(filled: Archive, question: str) -> None:
    """It names nothing that could be looked up."""
    reply = filled.ask(question)
    assert why(reply) is Reason.UNCLEAR_QUESTION
    assert reply.question == question


@pytest.mark.parametrize(
    "question",
    [
        "railway " * 1250,
        " ".join(f"word{n}" for n in range(1600)),
        "x" * 10_000,
        "?" * 10_000,
        '"' * 10_000,
        "U.S. " * 2000,
        "what did the railway say about " * 320,
        "railway'; DROP TABLE articles; --",
        'railway" OR "bridge',
        "railway AND NOT (bridge",
        "NEAR(railway bridge, 5) *",
        "title:railway ^railway -railway",
        "railway\0bridge",
        "\udcff railway \ud800",
        "\u202erailway\u202c",
        "%s {railway} $1 \\",
    ],
    ids=lambda question: question[:12].encode("ascii", "replace").decode(),
)
def test_any_question_has_a_reply(filled: Archive, question: str) -> None:
    """Ten thousand characters, query syntax, controls: a reply, and the archive is as it was."""
    before = filled.articles()
    for turns in ((), (question,), (QUESTION, question)):
        reply = filled.ask(question, turns)
        assert isinstance(reply, Answer | Abstention)
        assert reply.question == question
    assert filled.articles() == before


@few
@given(st.text(), st.lists(st.text(), max_size=3), st.one_of(st.none(), st.text(max_size=9)))
def test_any_text_is_a_question(
    tmp_path_factory: pytest.TempPathFactory, words_encoder: Encoder, question: str, turns: list[str], word: str | None
) -> None:
    """Any characters as question, turns and filters: the reply keeps the promises of its type."""
    with Archive.open(tmp_path_factory.mktemp("ask"), encoder=words_encoder) as archive:
        list(archive.add_all(draft(number) for number in range(2)))
        filters = Filters(speaker=word, outlet=word, exclude=frozenset({word or ""}))
        for reply in (archive.ask(question, turns), archive.ask(question, filters=filters)):
            assert 0 <= reply.confidence <= 1
            assert all(archive.prove(hit.receipt) for hit in shown(reply))
            if isinstance(reply, Answer):
                assert reply.confidence >= archive.settings.answer.threshold


def test_earlier_turns_complete_a_question(filled: Archive) -> None:
    """What was looked up tells what the turns added; the question itself is kept as it was asked."""
    reply = filled.ask("And the harbour number 1?", ["How many years did the railway number 4 take?"])
    assert reply.question == "And the harbour number 1?"
    assert reply.standalone != reply.question
    assert reply.carried
    assert filled.ask(reply.question).carried == ()
    assert shown(reply)[0].article.id == "article-1"


def test_suggestions_begin_like_what_is_typed(filled: Archive) -> None:
    """Speakers and outlets by the beginning of any of their words, in any case, most quoted first, at most so many."""
    assert filled.speakers() == ("Ada Marsh",)
    assert filled.speakers("mar") == filled.speakers("ADA") == ("Ada Marsh",)
    assert filled.speakers("arsh") == filled.speakers("ben") == ()
    assert set(filled.outlets()) == {"Dale Herald", "Port Times"}
    assert filled.outlets("times") == ("Port Times",)
    assert len(filled.outlets("", 1)) == 1


def test_the_status_counts_what_is_served(filled: Archive) -> None:
    """Articles, passages and claims as listed; the model and the place."""
    status = filled.status()
    assert status.articles == 6
    assert status.passages == sum(len(filled.passages(article.id)) for article in filled.articles())
    assert status.attributions == sum(len(filled.attributions(article.id)) for article in filled.articles())
    assert (status.name, status.model, status.path) == ("default", "words", str(filled.path))
    assert status.bytes >= (filled.path / "archive.db").stat().st_size
    assert (status.candidate, status.previous) == (None, None)
