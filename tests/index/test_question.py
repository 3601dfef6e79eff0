"""What a question asks for: its telling words with their weight, its names and numbers, and the kind of its answer."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.question import STOPWORDS, Want, Words, parse, plain_acronyms, satisfies, stem, stems, want_of, weight


@given(st.text())
def test_any_text_is_a_question(text: str) -> None:
    """Terms are words of the text, each stem once, each with a weight; the text itself stays."""
    question = parse(text)
    assert question.text == text
    assert len({term.stem for term in question.terms}) == len(question.terms)
    plain = plain_acronyms(text)
    for term in question.terms:
        assert term.word in plain
        assert term.stem == stem(term.word)
        assert term.weight > 0
    assert question.weight == pytest.approx(sum(term.weight for term in question.terms))


@given(st.lists(st.sampled_from(sorted(STOPWORDS - {"us"})), max_size=8))
def test_words_that_name_nothing_are_no_terms(words: list[str]) -> None:
    """A question of function words is about nothing, however it is written."""
    assert parse(" ".join(words) + "?").terms == ()
    assert parse(" ".join(words).capitalize()).terms == ()


def test_names_are_told_from_other_words() -> None:
    """Capitals inside the sentence, acronyms and numbers are names; a capital that begins the sentence is not one."""
    names = {term.word: term.name for term in parse("Soldiers from North Korea met the UN in 2023, and ate soup").terms}
    assert names == {
        "Soldiers": False, "North": True, "Korea": True, "met": False, "UN": True, "2023": True, "ate": False,
        "soup": False,
    }  # fmt: skip


def test_an_acronym_that_is_also_a_small_word_is_a_term() -> None:
    """US and IT are names; us and it are not."""
    assert [term.word for term in parse("Did the US help IT?").terms] == ["US", "help", "IT"]
    assert [term.word for term in parse("did it help us?").terms] == ["help"]
    assert [term.word for term in parse("did the us condemn it").terms] == ["US", "condemn"]


def test_the_pronoun_is_no_country() -> None:
    """A passage that says "us" does not speak of the United States; one that says "U.S." or "American" does."""
    (country,) = parse("What about the US?").terms
    assert not Words("They told us nothing.").hold(country)
    assert Words("They told the U.S. nothing.").hold(country)
    assert Words("They told American officials nothing.").hold(country)


def test_a_word_that_comes_as_a_name_once_is_a_name() -> None:
    """Each word is one term, and a name wherever it stood as one."""
    (term,) = parse("Turkey? What of Turkey?").terms
    assert term.name


def test_rare_words_weigh_more() -> None:
    """By how rare the word is in general English: a country more than a verb everyone uses, an unknown word most."""
    assert weight(stem("use")) < weight(stem("bridge")) < weight(stem("Tikhoretsk"))


@given(st.text(alphabet=st.characters(min_codepoint=97, max_codepoint=122), min_size=3, max_size=14))
def test_stems_are_those_of_the_word_index(word: str) -> None:
    """What the question calls the same word, SQLite's index calls the same word."""
    assert stem(word) == _indexed(word)


@pytest.mark.parametrize(
    "word",
    "generalization oscillators relational conditional hopping falling hissing agreed plastered motoring conflated "
    "sized happy sky controlled rolling probate cease electricity formalize hopefulness triplicate adjustment "
    "replacement ponies ties caress cats feed bled sing dying lying news international countries containers".split(),
)
def test_stems_of_ordinary_words_are_those_of_the_word_index(word: str) -> None:
    """The same, for words with every ending that the rules of the stemmer know."""
    assert stem(word) == _indexed(word)


def _indexed(word: str) -> str:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'porter unicode61 remove_diacritics 2')")
    db.execute("CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, 'row')")
    db.execute("INSERT INTO words VALUES (?)", (word,))
    found = db.execute("SELECT term FROM vocabulary").fetchone()
    db.close()
    return str(found[0])


def test_a_possessive_is_the_word_itself() -> None:
    """With a straight or a curly apostrophe."""
    assert stem("Kirby's") == stem("Kirby’s") == stem("kirby")
    assert stems("The U.S. and U.K.’s ships") == ["the", stem("US"), "and", "uk", "ship"]


@pytest.mark.parametrize(
    ("text", "asked", "held"),
    [
        ("Two ships left.", "ship", True),
        ("It was condemned.", "condemnation", True),
        ("Russian rails", "Russia", True),
        ("The U.S. sent help.", "America", True),
        ("the United States of old", "US", True),
        ("the united front", "US", False),
        ("British ships", "UK", True),
        ("Austria", "Australia", False),
        ("It was clear.", "nuclear", False),
    ],
)
def test_a_word_is_held_in_any_form_and_by_any_name(text: str, asked: str, held: bool) -> None:
    """Other endings of the same word and other names of the same country; not words that only look alike."""
    (term,) = parse(f"the {asked}").terms
    assert Words(text).hold(term) is held


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_text_holds_its_own_terms(before: str, after: str) -> None:
    """Every term of a text is in the words of that text, wherever it stands."""
    for term in parse(f"{before} {after}").terms:
        assert Words(f"{before} {after}").hold(term)


@pytest.mark.parametrize(
    ("question", "want"),
    [
        ("How many containers were shipped?", Want.NUMBER),
        ("What is the population of Tikhoretsk?", Want.NUMBER),
        ("How much did the bridge cost?", Want.MONEY),
        ("When did he visit?", Want.TIME),
        ("In which year was it built?", Want.TIME),
        ("Who condemned it?", Want.PERSON),
        ("Who was there?", Want.PERSON),
        ("who was killed", Want.PERSON),
        ("Who is Jane Doe?", Want.IDENTITY),
        ("who's jane doe", Want.IDENTITY),
        ("Where were the ships loaded?", Want.PLACE),
        ("Which country sent them?", Want.PLACE),
        ("Why was it closed?", Want.REASON),
        ("Did China send weapons?", Want.ANY),
        ("The bridge closed in May. Who closed it?", Want.PERSON),
    ],
)
def test_the_kind_of_answer_is_read_from_what_asks(question: str, want: Want) -> None:
    """A number, a time, a person …: from the last sentence that asks."""
    assert want_of(question) is want
    assert parse(question).want is want


@pytest.mark.parametrize(
    ("want", "words", "asked", "fits"),
    [
        (Want.NUMBER, "More than 1,000 containers left.", "containers", 1),
        (Want.NUMBER, "Dozens of containers left.", "containers", 1),
        (Want.NUMBER, "The containers left.", "containers", 0),
        (Want.NUMBER, "It happened in 2023.", "2023", 0),
        (Want.TIME, "It closed on Tuesday.", "closed", 1),
        (Want.TIME, "It closed.", "closed", 0),
        (Want.MONEY, "It cost $4.5 million.", "cost", 1),
        (Want.MONEY, "It cost a lot.", "cost", 0),
        (Want.PERSON, "It was condemned by Kirby.", "condemned", 1),
        (Want.PERSON, "It was condemned by Kirby.", "Kirby", 0),
        (Want.PERSON, "It was condemned by Kirby and Blinken.", "condemned", 1.2),
        (Want.PERSON, "Ferries stopped.", "stopped", 0.5),
        (Want.PERSON, "Then they stopped on Tuesday, in May.", "stopped", 0),
        (Want.PLACE, "The Russian port closed.", "Russia", 0),
        (Want.NAME, "Anna Lind's plan was chosen.", "plan", 1.2),
        (Want.REASON, "It closed because of rain.", "closed", 1),
        (Want.ANY, "", "", 1),
    ],
)
def test_what_fits_is_of_the_kind_and_not_in_the_question(want: Want, words: str, asked: str, fits: float) -> None:
    """A number or name that the question gives itself does not answer it; a month or a weekday is no name."""
    assert satisfies(want, words, stems(asked)) == fits


@given(st.sampled_from(list(Want)), st.text(), st.lists(st.text(max_size=5)))
def test_any_words_can_be_held_against_any_kind(want: Want, words: str, asked: list[str]) -> None:
    """It is no, perhaps, yes or more than one, for anything."""
    assert satisfies(want, words, asked) in (0.0, 0.5, 1.0, 1.2)


def test_what_is_counted_and_whose_words_are_asked_for() -> None:
    """The things whose number is asked for; the speaker by name, and nobody for an office or a country."""
    assert parse("How many containers were shipped?").counted == "containers"
    assert parse("How long did it take?").counted is None
    assert parse("What did Vladimir Putin say about it?").speaker == (stem("Vladimir"), stem("Putin"))
    assert parse("What did the ministry say about it?").speaker == ()
    assert parse("What did China say about it?").speaker == ()


def test_a_question_leans_on_its_day_when_it_says_so() -> None:
    """This week, yesterday, the latest."""
    assert parse("Who won this week?").recent
    assert not parse("Who won in 1990?").recent
