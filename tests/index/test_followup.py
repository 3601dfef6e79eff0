"""Follow-up questions: what is carried over from earlier turns, and that nothing is where nothing should be."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.followup import resolve, standalone

VISIT = ["When did Kim Jong Un visit Russia?"]
SHIPPED = ["How many containers did North Korea ship to Russia?"]
SENT = ["Did North Korea send weapons to Russia?"]

FOLLOW_UPS = [
    # pronouns
    (VISIT, "who did he meet?", "who did Kim Jong Un meet?"),
    (["when did kim jong un visit russia?"], "who did he meet?", "who did kim jong un meet?"),
    (["Who is the president of Russia?"], "how old is he?", "how old is president of Russia?"),
    (["What did Ana Ruiz say about the bill?"], "and what was her reason?", "and what was Ana Ruiz's reason?"),
    (["what military equipment did north korea ship?"], "how was it moved?", "how was military equipment moved?"),
    (SHIPPED, "where was it transported?", "where was containers transported?"),
    (["where is tikhoretsk?"], "is it far from ukraine?", "is tikhoretsk far from ukraine?"),
    (["Did Kirby condemn North Korea?"], "what did he say about it?", "what did Kirby say about North Korea?"),
    (["What causes throat cancer?"], "What are its symptoms?", "What are throat cancer's symptoms?"),
    (["Tell me about lung cancer."], "Is it treatable?", "Is lung cancer treatable?"),
    (["Where are turkeys from?", "Can they fly?"], "What do they eat?", "What do turkeys eat?"),
    (["where is Tikhoretsk?"], "who lives there?", "who lives there? Tikhoretsk"),
    (["When did Kirby Corp shift from coal?"], "who owns it?", "who owns Kirby Corp?"),
    (["How secure is blockchain?"], "what is it used for?", "what is blockchain used for?"),
    (["Tell me about hornets."], "what is their habitat?", "what is hornets' habitat?"),
    (["Hmm. Is the reactor safe?"], "who built it?", "who built reactor?"),
    (["Did Ana Ruiz cook the goose?", "Where did she cook it?"], "who ate it?", "who ate goose?"),
    # a short name in full
    (["Who is mayor of Salt Lake City?"], "how did the city vote?", "how did the Salt Lake City vote?"),
    (
        ["Did the Biden administration impose sanctions?"],
        "how did the administration justify it?",
        "how did the Biden administration justify sanctions?",
    ),
    (["Did the Defense Ministry reply?"], "who leads the ministry?", "who leads the Defense Ministry?"),
    # questions that name nothing
    (VISIT, "why?", "why did Kim Jong Un visit Russia?"),
    (VISIT, "And with whom?", "with whom did Kim Jong Un visit Russia?"),
    (SHIPPED, "and when?", "when containers did North Korea ship to Russia?"),
    (["did north korea ship containers?"], "how many?", "how many did north korea ship containers?"),
    (["Who condemned the shipment?"], "who else?", "who else condemned the shipment?"),
    (VISIT, "tell me more", "tell me more When did Kim Jong Un visit Russia?"),
    (VISIT, "what happened next?", "what happened next? Kim Jong Un visit Russia"),
    (SENT, "why did they do that?", "why did North Korea do that? send weapons Russia"),
    # the same, asked of another
    (SENT, "what about China?", "Did China send weapons to Russia?"),
    (SENT, "and China?", "Did China send weapons to Russia?"),
    (SENT, "to China?", "Did North Korea send weapons to China?"),
    (["How many were shipped in 2023?"], "and in 2022?", "How many were shipped in 2022?"),
    (["What did John Kirby say?"], "What about Ana Ruiz?", "What did Ana Ruiz say?"),
    (["What is asthma?", "Is it treatable?"], "what about lung cancer?", "Is lung cancer treatable?"),
    (["Tell me about debt relief"], "what about balance transfers?", "Tell me about balance transfers"),
    (["What did John Kirby say about sanctions?"], "and about Iran?", "What did John Kirby say about Iran?"),
    (["What are popular dishes?"], "How about in Chile?", "What are popular dishes in Chile?"),
    (["I liked that. Did North Korea agree?"], "why?", "why Did North Korea agree?"),
    # corrections
    (["What did North Korea send?"], "no, I meant South Korea", "What did South Korea send?"),
    (SENT, "not Russia, China", "Did North Korea send weapons to China?"),
]


@pytest.mark.parametrize(("turns", "question", "expected"), FOLLOW_UPS)
def test_a_follow_up_is_completed(turns: list[str], question: str, expected: str) -> None:
    """What the question leans on is put into it."""
    assert standalone(question, turns) == expected


@pytest.mark.parametrize(
    "question",
    [
        "What is the population of Tikhoretsk?",
        "best pizza in new york?",
        "who is john kirby?",
        "Did China send weapons to Russia?",
        "Is it true that China sent weapons?",
        "What time is it in Tokyo?",
        "Does Netflix plan to raise its prices?",
        "What did Kirby say he wanted?",
        "Are there sanctions against Iran?",
        "What did the minister say about that deal?",
        "Did the US say that China was involved?",
        "How many people live in Paris?",
        "thanks!",
        "ok cool",
        "",
    ],
)
def test_a_question_that_stands_alone_is_not_touched(question: str) -> None:
    """A change of subject, or a pronoun with its antecedent beside it, inherits nothing."""
    assert standalone(question, VISIT) == question
    assert resolve(question, VISIT).carried == ()


@pytest.mark.parametrize(
    ("turns", "question", "carried"),
    [
        (VISIT, "why?", ("Kim Jong Un", "Russia")),
        (SENT, "what about China?", ("weapons", "Russia")),
        (SENT, "why did they do that?", ("North Korea", "weapons", "Russia")),
        (["Who is John Kirby?"], "what did he say about sanctions?", ("John Kirby",)),
        (["What did John Kirby say about sanctions?"], "when was that?", ("John Kirby", "sanctions")),
        (["Will the First Lady attend?"], "what did she say?", ("First Lady",)),
        (["Did he go?"], "why?", ("did he go?",)),
    ],
)
def test_what_was_carried_is_told_in_names(turns: list[str], question: str, carried: tuple[str, ...]) -> None:
    """A person is shown the names and things that were read into a question, its words only where it has none."""
    told = resolve(question, turns).carried
    assert [words.lower() for words in told] == [words.lower() for words in carried]


def test_the_subject_lasts_for_ten_turns() -> None:
    """Nine questions that only say "he" do not wear out whom the first one named; a new subject in between does."""
    asked = [*VISIT, *(f"what did he {verb}?" for verb in "eat buy sell read write hear see like win".split())]
    assert resolve("where did he stay?", asked).carried == ("Kim Jong Un",)
    assert resolve("where did he stay?", [*asked[:5], "Who is John Kirby?", *asked[6:]]).carried == ("John Kirby",)


def test_the_subject_lasts_through_several_turns() -> None:
    """A pronoun that follows a pronoun means the same person."""
    turns = [*VISIT, "who did he meet?", "and why?"]
    assert resolve("where did he stay?", turns).carried == ("Kim Jong Un",)


def test_a_new_subject_takes_over() -> None:
    """After a change of subject, a pronoun means the new one."""
    assert standalone("where was he born?", [*VISIT, "Who is John Kirby?"]) == "where was John Kirby born?"


def test_he_is_never_a_country() -> None:
    """Without a person to point at, the pronoun stays and the subject is added."""
    assert standalone("did he agree?", ["What did China send?"]) == "did he agree? China send"


@settings(deadline=None)
@given(st.text(max_size=80))
def test_without_earlier_turns_nothing_changes(question: str) -> None:
    """The first question of a conversation is looked up as it is."""
    assert standalone(question, ()) == question
    assert standalone(question, ["", " "]) == question


WORDS = st.sampled_from(
    "he it her they that there why and who did visited what_about no_I_meant China Ana_Ruiz the_ship president_of "
    "in_2022 ? , .".split()
).map(lambda words: words.replace("_", " "))
TALK = st.lists(WORDS, max_size=9).map(" ".join) | st.text(max_size=40)


@settings(deadline=None)
@given(TALK, st.lists(TALK, max_size=12))
def test_what_is_carried_comes_from_earlier_turns_and_stands_in_the_result(question: str, turns: list[str]) -> None:
    """Nothing is invented: every carried word was asked before, and a result without any is the question itself."""
    followed = resolve(question, turns)
    if not followed.carried:
        assert followed.standalone == question
    asked = set(re.findall(r"[^\W_]+", " ".join(turns))) | {"s", "is", "are"}  # the three a replaced pronoun may need
    for words in followed.carried:
        assert words in followed.standalone
        assert set(re.findall(r"[^\W_]+", words)) <= asked
