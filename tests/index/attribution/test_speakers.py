"""Whom words mean: a full name with its role where the article proves it, else its own words, else nobody."""

from __future__ import annotations

import pytest

from index.attribution import attributions
from index.types import Speaker


def speakers(text: str) -> list[Speaker | None]:
    return [found.speaker for found in attributions(text)]


ROLES = [
    ("National Security Council spokesperson Ann Cole said it was so.", "National Security Council spokesperson"),
    ("President Ann Cole said it was so.", "President"),
    ("North Korean leader Ann Cole said it was so.", "North Korean leader"),
    ("Former Secretary of State Ann Cole said it was so.", "Former Secretary of State"),
    ("Texas Gov. Ann Cole said it was so.", "Texas Gov."),
    ("Ann Cole, a spokeswoman for the Port Authority, said it was so.", "spokeswoman for the Port Authority"),
    ("Ann Cole, 52, a retired teacher, said it was so.", "retired teacher"),
    ("“It is so,” said Ann Cole, the head of policy at Acme.", "head of policy at Acme"),
    ("The spokeswoman, Ann Cole, said it was so.", "spokeswoman"),
    ("Ann Cole said it was so. Cole, who is 40, is tired.", None),
    ("Ann Cole said it was so. Ann Cole is a lawyer in Ohio.", "lawyer in Ohio"),
    ("The state hopes to force Sen. Ann Cole out. Cole said it was so.", "Sen."),
    ("Dr. Ann Cole said it was so.", None),
]


@pytest.mark.parametrize(("text", "role"), ROLES)
def test_a_role_is_the_noun_phrase_of_the_article(text: str, role: str | None) -> None:
    """The role stands before the name, behind it, or in a sentence of its own; verbs and articles are no part of it."""
    assert speakers(text) == [Speaker("Ann Cole", role)]


RESOLVED = [
    # A surname, a title, an initial, a name that comes later.
    ("Ann Cole left. Cole said it was so.", ["Ann Cole"]),
    ("Ann Cole left. Ms. Cole said it was so.", ["Ann Cole"]),
    ("A. Cole said it was so. Ann Cole left.", ["Ann Cole"]),
    ('"It is so," Cole said. Ann Cole is 40.', ["Ann Cole"]),
    ("Kim Jong Un spoke. Kim said it was so.", ["Kim Jong Un"]),
    # Pronouns: right behind a statement of the same person, or with one candidate only.
    ("Ann Cole said it was so. She added that it was late.", ["Ann Cole", "Ann Cole"]),
    ('Ann Cole said it was so. "It is late," she added.', ["Ann Cole", "Ann Cole"]),
    ("Ann Cole said it was so.\n“It is late,” she said.", ["Ann Cole", "Ann Cole"]),
    ("Ann Cole met Tom Reed. She said it was so.", ["Ann Cole"]),
    ("Ann Cole met Tom Reed. He said it was so.", ["Tom Reed"]),
    ("Tom Reed met Bob Hill. He said it was so.", [None]),
    ("When Tom Reed met Bob Hill, he said it was so.", [None]),
    ("He met Tom Reed. He said it was so.", [None]),
    ("Ann Cole left. He said it was so.", [None]),
    ("I said it was so.", [None]),
    # Two of one name.
    ("Bill Smith met Anna Smith. Smith said it was so.", [None]),
    ("Bill Smith met Anna Smith. Ms. Smith said it was so.", ["Anna Smith"]),
    ("Bill Smith met Anna Smith. Bill Smith said it was so.", ["Bill Smith"]),
    # What stands between the name and the verb, or before the name.
    ("PARIS, Aug 31 (Reuters) - Ann Cole said it was so.", ["Ann Cole"]),
    ("WASHINGTON — Ann Cole said it was so.", ["Ann Cole"]),
    ("Ann Cole, whose son was in Aurora, Colorado, in July, said it was so.", ["Ann Cole"]),
    ('Asked about Tom Reed on "This Morning," Ann Cole said it was so.', ["Ann Cole"]),
    ("Some voters fear that Ann Cole has lost, and warn that it is late.", []),
    # Organisations.
    ("The State Department said it was so. It added that it was late.", ["State Department", "State Department"]),
    ("Reuters reported that it was so.", ["Reuters"]),
    ("The Foreign Ministry met. The ministry said it was so.", ["Foreign Ministry"]),
    ("The Foreign Ministry met the Defense Ministry. The ministry said it was so.", ["The ministry"]),
    ("The Bank of England met. The bank said it was so.", ["Bank of England"]),
    ("The Reform Campaign Committee met. The campaign said it was so.", ["The campaign"]),
    ("The Centers for Disease Control said it was so.", ["Centers for Disease Control"]),
    # Definite descriptions.
    ("Ann Cole, a senator from Ohio, left. The senator said it was so.", ["Ann Cole"]),
    ("Sen. Ann Cole met Sen. Tom Reed. The senator said it was so.", ["The senator"]),
    ("Ann Cole, who left, said it was so.", ["Ann Cole"]),
    ("He thanked Ann Cole, who said it was so.", ["Ann Cole"]),
    ("Experts disagree. Critics say it is so. They say it is late.", ["Critics", "Critics"]),
]


@pytest.mark.parametrize(("text", "names"), RESOLVED)
def test_a_name_is_given_only_where_one_person_fits(text: str, names: list[str | None]) -> None:
    """Surnames, pronouns and descriptions lead to the full name when nobody else could be meant; else to nobody."""
    assert [speaker and speaker.name for speaker in speakers(text)] == names


UNNAMED = [
    ("a senior White House official", "It is over, a senior White House official said Friday."),
    ("a person familiar with the matter", "It is over, according to a person familiar with the matter."),
    ("A spokesman for Mayor Ann Cole", "A spokesman for Mayor Ann Cole said it was over."),
    ("Officials", "Officials said it was over."),
    ("Two witnesses", "Two witnesses told the Herald that it was over."),
    ("The President", "The President said it was over."),
    ("The CEO of Acme", "The CEO of Acme said it was over."),
    ("Cole and her allies", "Ann Cole left. Cole and her allies said it was over."),
    ("some of her aides", "Ann Cole left, and some of her aides said it was over."),
    ("a State Department spokeswoman", "“It is over,” said a State Department spokeswoman, who asked for anonymity."),
]


@pytest.mark.parametrize(("words", "text"), UNNAMED)
def test_an_unnamed_source_keeps_the_words_of_the_article(words: str, text: str) -> None:
    """A source the article does not name is shown in its words and marked as unnamed."""
    assert speakers(text) == [Speaker(words, None, named=False)]


@pytest.mark.parametrize(
    "text",
    [
        "Ann Cole left. A senior official said the plan was dead. He added that talks had ended.",
        "Tom Reed left. A senior official said the plan was dead. He added that talks had ended.",
        "A senior official said the plan was dead. Tom Reed left. The official said talks had ended.",
        "Spokesman Tom Reed left. A spokesman said the plan was dead. The spokesman said talks had ended.",
    ],
)
def test_an_unnamed_source_never_becomes_a_named_person(text: str) -> None:
    """Whoever else the article names, what an unnamed official said stays with the unnamed official."""
    assert all(speaker is not None and not speaker.named for speaker in speakers(text))


def test_the_speaker_is_never_inside_what_was_said() -> None:
    """A body that plans or believes something inside the clause is not the one who said it."""
    text = "The Biden administration will enforce the rules and could set new ones, Ann Cole said."
    assert speakers(text) == [Speaker("Ann Cole")]


def test_a_second_verb_in_a_report_is_not_given_to_the_reporter() -> None:
    """A verb like "shouting" after what an outlet reported is what somebody else did: it stays inside the report."""
    text = "CNN reported that Tom Reed met Ann Cole and asked where he was, shouting, “Where is he?”"
    (found,) = attributions(text)
    assert found.speaker == Speaker("CNN")
    assert found.content[0].of(text).startswith("that Tom Reed met")


def test_a_company_is_not_the_person_who_runs_it() -> None:
    """A pronoun after "Ann Cole, head of Acme Capital, a shareholder in Meta," is Ann Cole."""
    text = "“It is so,” Ann Cole, head of Acme Capital, a shareholder in Meta, wrote. “It is late,” she added."
    assert speakers(text) == [Speaker("Ann Cole", "head of Acme Capital")] * 2


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("President Cole praised his daughter Ann Cole. “We will win,” Cole said.", "Cole"),
        ("“We will win,” Cole said. He praised his daughter Ann Cole.", "Cole"),
        ("Mayor Cole was late. His son Tim Cole came first. Mayor Cole said the road would be closed.", "Cole"),
        ("The mayor was late. His wife, Ann Cole, came first. Cole said the road would be closed.", "Ann Cole"),
        ("Ann Cole, his daughter, spoke first. “We will win,” President Cole said.", "Cole"),
        ("President Cole left. First lady Ann Cole stayed. “We will win,” Cole said.", "Cole"),
        ("Ann Cole, the first lady, stayed. “We will win,” President Cole said.", "Cole"),
        ("First lady Ann Cole spoke in Ohio. “We will win,” Cole said.", "Ann Cole"),
    ],
)
def test_a_relative_is_not_taken_for_whom_the_article_calls_by_the_surname(text: str, named: str) -> None:
    """A son or a wife has the surname only where nobody else of the family is called by it."""
    assert [speaker and speaker.name for speaker in speakers(text)] == [named]


def test_a_transcript_does_not_give_a_presidents_words_to_his_son() -> None:
    """The label's title tells that it is somebody else of that surname."""
    text = "PRESIDENT COLE: They named it after my son Tim Cole.\n\nMS. REED: Thank you.\n\nPRESIDENT COLE: Thank you."
    assert [speaker and speaker.name for speaker in speakers(text)] == ["President Cole", "Ms. Reed", "President Cole"]
