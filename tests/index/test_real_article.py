"""The article the project started from, asked with the real model: the main job, end to end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.archive import Archive
from index.sources import Given, read
from index.types import Abstention, Answer, Draft, Hit, Kind, Reply

SEED = Path(__file__).resolve().parents[3] / "shared" / "seed"


@pytest.fixture(scope="module")
def newsroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    if not SEED.is_dir():
        pytest.skip("needs the real article in ../shared/seed, which is not part of the checkout")
    (file,) = SEED.glob("*.txt")
    (draft,) = read(str(file), Given(outlet="Newsweek"))
    assert isinstance(draft, Draft), draft
    with Archive.open(tmp_path_factory.mktemp("seed")) as archive:
        archive.add(draft)
        yield archive


def first(reply: Reply) -> Hit:
    assert isinstance(reply, Answer), reply
    for hit in reply.hits:
        assert hit.quote == hit.article.text[hit.passage.span.start : hit.passage.span.end]
        assert hit.receipt.sha256 == hit.article.sha256
    return reply.hits[0]


def test_its_author_is_found_and_no_furniture_is_kept(newsroom: Archive) -> None:
    """The by-line block tells the author; it and the player's notice are no part of the text."""
    (article,) = newsroom.articles()
    assert article.authors == ("Daniel Bush",)
    assert article.outlet == "Newsweek"
    assert (article.date, article.url) == (None, None)
    for furniture in ("AI-generated", "About the writer", "Read more", "correspondent based"):
        assert furniture not in article.text


def test_the_containers_are_kirbys_reported_words(newsroom: Archive) -> None:
    """Indirect speech names its speaker and his role."""
    hit = first(newsroom.ask("How many containers did North Korea ship to Russia?"))
    assert "more than 1,000 containers" in hit.quote
    assert hit.speaker is not None
    assert (hit.speaker.name, hit.speaker.role) == ("John Kirby", "National Security Council spokesperson")
    assert hit.passage.kind is Kind.INDIRECT


def test_the_condemnation_is_kirbys_own_words(newsroom: Archive) -> None:
    """Direct speech is told from indirect speech, and a surname resolved to the full name."""
    hit = first(newsroom.ask("Did the US condemn North Korea?"))
    assert "We condemn the DPRK" in hit.quote
    assert hit.speaker is not None
    assert hit.speaker.name == "John Kirby"
    assert hit.passage.kind is Kind.DIRECT


def test_the_rail_sentence_is_the_outlets_own(newsroom: Archive) -> None:
    """A sentence after a spokesman's is not his unless the text says so."""
    hit = first(newsroom.ask("How was the equipment transported inside Russia?"))
    assert "by rail" in hit.quote
    assert hit.passage.kind is Kind.NARRATION
    assert hit.speaker is None


def test_an_unnamed_official_stays_unnamed(newsroom: Archive) -> None:
    """The senior official of the first sentence is not the spokesman of the second."""
    (article,) = newsroom.articles()
    opening = newsroom.passages(article.id)[0]
    assert opening.said_by is not None
    assert opening.said_by.speaker is not None
    assert not opening.said_by.speaker.named
    assert "White House official" in opening.said_by.speaker.name


def test_a_follow_up_leans_on_the_question_before(newsroom: Archive) -> None:
    """A pronoun is the person asked about before."""
    hit = first(newsroom.ask("who did he meet?", ["When did Kim Jong Un visit Russia?"]))
    assert "Vladimir Putin" in hit.quote


# Phrases of at most four words that only the answering sentence has.
ANSWERED = [
    ("where is tikhoretsk", ["southwestern Russia"]),
    ("When were the containers shipped?", ["Between Sept"]),
    ("When did Russia invade Ukraine?", ["February, 2022"]),
    ("What did Kirby say about the United Nations?", ["to the United Nations"]),
    ("how far from the border is the facility", ["180 miles"]),
    ("What weapons is North Korea seeking from Russia?", ["surface-to-air missiles"]),
    ("Has the equipment been used in Ukraine?", ["It's unclear"]),
    ("Will the US impose new sanctions?", ["enforce existing sanctions"]),
    ("Did Newsweek ask Russia for comment?", ["contacted the Russian", "requested comment"]),
    ("why did the west sanction russia?", ["starve Moscow"]),
    ("when did kim travel to russia", ["one month after"]),
    ("What undermines regional stability?", ["undermines regional stability"]),
    ("How did the US get this information?", ["did not spell out"]),
    ("Who is John Kirby?", ["spokesperson John Kirby"]),
    ("What speculation did the visit cause?", ["sparked speculation"]),
]
UNANSWERED = [
    "What is the population of Tikhoretsk?",
    "Did China send weapons to Russia?",
    "best pizza in new york?",
    "How many soldiers did North Korea send?",
    "What did Putin say?",
    "Did Iran supply drones to Russia?",
    "How much did Russia pay for the containers?",
    "Who is the president of South Korea?",
    "What did Lavrov say about the arms deal?",
    "How many people live in Najin?",
    "What did Kirby say about China?",
    "what is the capital of france?",
    "How did Zelensky react?",
    "who won the 2022 world cup?",
    "Did Japan condemn the shipments?",
    "When did North Korea test a missile?",
]


@pytest.mark.parametrize(("question", "phrases"), ANSWERED, ids=[question for question, _ in ANSWERED])
def test_what_is_on_record_is_quoted(newsroom: Archive, question: str, phrases: list[str]) -> None:
    """The first quotation is the sentence that answers."""
    assert any(phrase in first(newsroom.ask(question)).quote for phrase in phrases)


@pytest.mark.parametrize("question", UNANSWERED)
def test_what_is_not_on_record_is_not_answered(newsroom: Archive, question: str) -> None:
    """Near misses and foreign questions get the reason, and the nearest passages as no answer."""
    reply = newsroom.ask(question)
    assert isinstance(reply, Abstention), first(reply).quote
    assert reply.reason.value
    for hit in reply.nearest:
        assert hit.quote == hit.article.text[hit.passage.span.start : hit.passage.span.end]
