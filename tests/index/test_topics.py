"""Who is on record about a subject: each speaker once, only what is about it, and an honest silence."""

from __future__ import annotations

import pytest
from archives import few, texts
from hypothesis import given
from hypothesis import strategies as st

from index import topics
from index.archive import Archive
from index.settings import AnswerSettings, IndexSettings
from index.speakers import Known, Unclear, known, meant, same_name
from index.types import Answer, Draft, Filters, Reason

MILL = Draft(
    "“The mill in Ordway will close in spring,” said Ada Marsh of the Grain Board. "
    "“Nobody at the mill in Ordway was told,” said Ben Cole, who speaks for the workers. "
    "Officials said that the mill in Ordway is too old.",
    title="Mill in Ordway to close",
    outlet="Dale Herald",
    date="2024-03-01",
    id="mill",
)
AGAIN = Draft(
    "“The mill in Ordway could be sold in summer,” said Marsh. “The harbour opens in May,” said Li Wei.",
    title="A buyer for the mill",
    outlet="Port Times",
    date="2024-05-20",
    id="again",
)
WIRE = Draft(
    "“Nobody at the mill in Ordway was told,” said Ben Cole, who speaks for the workers.",
    title="Workers at the mill",
    outlet="Port Times",
    date="2024-03-02",
    id="wire",
)


@pytest.fixture
def filled(archive: Archive) -> Archive:
    """Three articles of two outlets, and a threshold that suits the encoder's cosines."""
    archive.settings = IndexSettings(answer=AnswerSettings(threshold=0.2))
    list(archive.add_all([MILL, AGAIN, WIRE]))
    return archive


def test_each_speaker_once_with_what_is_about_it(filled: Archive) -> None:
    """Two spellings are one speaker; who speaks of something else is not shown; the named come first."""
    topic = filled.topic("the mill in Ordway")
    assert topic.silence is None
    assert [voice.name for voice in topic.voices][:2] in (["Ada Marsh", "Ben Cole"], ["Ben Cole", "Ada Marsh"])
    assert [voice.name for voice in topic.voices][2:] == ["Officials"]
    (marsh,) = (voice for voice in topic.voices if voice.name == "Ada Marsh")
    assert marsh.further == 1
    assert all("mill" in voice.hit.quote for voice in topic.voices)
    for voice in topic.voices:
        filled.prove(voice.hit.receipt)


def test_copies_count_as_one_source(filled: Archive) -> None:
    """The same words in two outlets are one quotation, and make the two outlets one source."""
    topic = filled.topic("who was told at the mill in Ordway")
    (cole,) = (voice for voice in topic.voices if voice.name == "Ben Cole")
    assert {cole.hit.article.id, *(copy.article.id for copy in cole.hit.also)} == {"mill", "wire"}
    assert topic.sources == 1
    outlets = [outlet for outlet, _ in topic.by_outlet]
    assert len(set(outlets)) == len(outlets)
    assert sum(len(voices) for _, voices in topic.by_outlet) == len(topic.voices)


def test_filters_hold(filled: Archive) -> None:
    """Outlet and days leave out what they should; a limit bounds the speakers."""
    assert {v.hit.article.id for v in filled.topic("mill", Filters(outlet="dale herald")).voices} == {"mill"}
    assert {v.hit.article.id for v in filled.topic("mill", Filters(since="2024-05-01")).voices} == {"again"}
    assert len(filled.topic("mill", limit=1).voices) == 1


def test_nobody_is_on_record(filled: Archive) -> None:
    """A subject that nobody speaks of is silence, with the reason an answer would have."""
    topic = filled.topic("saffron")
    assert topic.voices == ()
    assert topic.silence is not None
    assert topic.silence.reason is Reason.NOT_COVERED
    assert (topic.sources, topic.reported) == (0, ())


def test_what_only_the_outlet_tells_is_no_voice(archive: Archive) -> None:
    """Narration is given as a report; it makes nobody a speaker."""
    archive.settings = IndexSettings(answer=AnswerSettings(threshold=0.1))
    archive.add(Draft("The volcano erupted on Monday. Ash fell on the town.", title="Volcano", outlet="Port Times"))
    topic = archive.topic("volcano")
    assert topic.voices == ()
    assert topic.silence is not None
    assert "volcano" in topic.reported[0].quote


def test_the_threshold_is_the_archive_s(filled: Archive) -> None:
    """What would not be answered with is not shown either, and the shown all pass."""
    for threshold in (0.2, 0.5, 0.9, 1.0):
        filled.set_threshold(threshold, risk=0.1, labels=1)
        assert all(voice.hit.score >= threshold for voice in filled.topic("the mill in Ordway").voices)
    assert filled.topic("the mill in Ordway").silence is not None


def test_an_empty_archive_says_so(archive: Archive) -> None:
    """Without articles there is a reason, not a failure."""
    topic = archive.topic("ferry")
    assert topic.silence is not None
    assert topic.silence.reason is Reason.NO_ARTICLES


@few
@given(st.lists(texts, min_size=1, max_size=4), st.text(max_size=30))
def test_whatever_is_on_record(archive: Archive, bodies: list[str], subject: str) -> None:
    """Every speaker comes once, best first among the named, each with words that stand in an article."""
    for body in bodies:
        if any(character.isalnum() for character in body):
            archive.add(Draft(body, title=body[:20] or None))
    topic = archive.topic(subject)
    assert (topic.silence is None) == bool(topic.voices)
    named = [voice.name for voice in topic.voices if voice.hit.speaker and voice.hit.speaker.named]
    assert len(set(named)) == len(named)
    scores = [voice.hit.score for voice in topic.voices if voice.hit.speaker and voice.hit.speaker.named]
    assert scores == sorted(scores, reverse=True)
    for voice in topic.voices:
        archive.prove(voice.hit.receipt)
    if topic.silence and topic.reported:
        assert isinstance(archive.ask(topics.question_about(subject)), Answer)


# --- who is who

ROWS = (
    ("Jen Psaki", "Press Secretary", 5),
    ("Psaki", None, 9),
    ("MS. PSAKI", None, 40),
    ("President Duda", None, 3),
    ("Andrzej Duda", None, 2),
    ("Joe Biden", "President", 7),
    ("Jill Biden", None, 4),
    ("Biden", None, 6),
    ("Ministry", None, 2),
    ("Defence Ministry", None, 3),
    ("José Pérez", None, 1),
    ("Jose Perez", None, 2),
    ("Donald Trump", None, 2),
    ("Donald Trump Jr.", None, 1),
)


def names(speakers: tuple[Known, ...]) -> dict[str, set[str]]:
    return {one.name: set(one.names) for one in speakers}


def test_spellings_of_one_person_are_one() -> None:
    """A surname, an address, an office, capitals and accents tell no people apart, where only one person fits."""
    found = names(known(ROWS))
    assert found["Jen Psaki"] == {"Jen Psaki", "Psaki", "MS. PSAKI"}
    assert found["Andrzej Duda"] == {"Andrzej Duda", "President Duda"}
    assert found["Jose Perez"] == {"José Pérez", "Jose Perez"}
    assert known(ROWS)[0].quotations == 54


def test_what_may_be_two_stays_two() -> None:
    """A surname of two people, an office of many ministries, a father and a son are not joined."""
    found = names(known(ROWS))
    assert found["Biden"] == {"Biden"}
    assert found["Ministry"] == {"Ministry"}
    assert found["Donald Trump"] == {"Donald Trump"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("jen psaki", "Jen Psaki"),
        ("Psaki", "Jen Psaki"),
        ("press secretary", "Jen Psaki"),
        ("Mr. Duda", "Andrzej Duda"),
        ("Joe", "Joe Biden"),
        ("Biden", "Biden"),
        ("Joseph Perez", "José"),
    ],
)
def test_who_is_meant(asked: str, expected: str) -> None:
    """A spelling decides, then a part of the name or the role; else it is said whom it may mean."""
    found = meant(asked, known(ROWS))
    if expected == "José":
        assert isinstance(found, Unclear)
        assert not found.ambiguous
        assert "Jose Perez" in found.suggestions
    else:
        assert isinstance(found, Known)
        assert found.name == expected


def test_who_may_be_meant() -> None:
    """All that fit are named; a misspelt name finds the one it is like, a bare surname its namesakes."""
    speakers = known(ROWS)
    several = meant("Donald", speakers)
    assert isinstance(several, Unclear)
    assert several.ambiguous
    assert set(several.suggestions) == {"Donald Trump", "Donald Trump Jr."}
    alike = meant("Jen Psacki", speakers)
    assert isinstance(alike, Unclear)
    assert (alike.suggestions, alike.ambiguous) == (("Jen Psaki",), False)
    biden = meant("Biden", speakers)
    assert isinstance(biden, Known)
    assert same_name(biden, speakers) == ("Joe Biden", "Jill Biden")
    assert isinstance(meant("…", speakers), Unclear)


@given(st.lists(st.tuples(st.text(max_size=20), st.none() | st.text(max_size=9), st.integers(1, 9)), max_size=12))
def test_every_spelling_is_of_one_speaker(rows: list[tuple[str, str | None, int]]) -> None:
    """No spelling is lost or stands twice, quotations add up, and each speaker is found by the name that is shown."""
    rows = list({row[0]: row for row in rows}.values())
    speakers = known(rows)
    spelled = [name for one in speakers for name in one.names]
    assert sorted(spelled) == sorted(row[0] for row in rows)
    assert sum(one.quotations for one in speakers) == sum(row[2] for row in rows)
    assert all(one.name in one.names for one in speakers)
