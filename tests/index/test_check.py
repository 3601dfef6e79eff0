"""Claimed quotations against the record: what is verbatim, what is not, and who said it."""

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from index.check import Change, Op, Verdict, VerdictKind, judged, looked_up, phrases, readings, same_speaker, verdict
from index.types import Article, Attribution, Hit, Kind, Passage, Span, Speaker

RUIZ = Speaker("Ana Ruiz", "treasurer of Oakvale")
HALE = Speaker("Tom Hale", "a spokesman for the port")
PORT = Article(
    "port",
    "“We will not pay for the pier. It was built in 1994,” Ruiz said. “The town has no money left.”\n"
    "“The pier is safe, and it was safe in May,” Hale said. Work on the two cranes stopped on Monday.\n"
    "The town’s lawyers — all three — declined to comment… for now.",
    title="Oakvale argues about its pier",
)
MILL = Article("mill", "“Nobody expected the mill to close so soon,” said Ruiz, who had backed it.")


def passage(article: Article, words: str, speaker: Speaker | None = None, source: str | None = None) -> Passage:
    start = article.text.index(words)
    span = Span(start, start + len(words))
    if speaker is None:
        return Passage(article.id, span)
    named = ()
    if source is not None:
        at = article.text.index(source)
        named = (Span(at, at + len(source)),)
    return Passage(article.id, span, Attribution((span,), named, kind=Kind.DIRECT, speaker=speaker), id=7)


HITS = [
    Hit(passage(PORT, "“We will not pay for the pier. It was built in 1994,” Ruiz said.", RUIZ, "Ruiz"), PORT, 0.9),
    Hit(passage(PORT, "“The town has no money left.”", RUIZ), PORT, 0.8),
    Hit(passage(PORT, "“The pier is safe, and it was safe in May,” Hale said.", HALE, "Hale"), PORT, 0.7),
    Hit(passage(PORT, "Work on the two cranes stopped on Monday."), PORT, 0.6),
    Hit(passage(MILL, MILL.text, RUIZ, "Ruiz"), MILL, 0.5),
]


def of(claimed: str, speaker: str | None = None) -> Verdict:
    return verdict(claimed, speaker, HITS)


def kind(claimed: str, speaker: str | None = None) -> str:
    return of(claimed, speaker).verdict.value


@pytest.mark.parametrize(
    ("claimed", "speaker", "expected"),
    [
        ("The town has no money left.", "Ruiz", "verbatim"),
        ("the TOWN has   no money\nleft", None, "verbatim"),
        ('"We will not pay for the pier', "Ana Ruiz", "verbatim"),
        ("pay for the pier. It was built in 1994", "the treasurer", "verbatim"),
        ("The town's lawyers -- all three -- declined to comment for now", None, "verbatim"),
        ("The town’s lawyers — all three — declined to comment ... for now.", None, "verbatim"),
        ("“The pier is safe … in May”", "Tom Hale", "verbatim"),
        # one thing is different
        ("The town has some money left.", "Ruiz", "altered"),
        ("We will pay for the pier.", "Ruiz", "altered"),
        ("We will … pay for the pier.", "Ruiz", "altered"),
        ("It was built in 1995", "Ruiz", "altered"),
        ("Work on the three cranes stopped on Monday.", None, "altered"),
        ("Nobody expected the school to close so soon", "Ruiz", "altered"),
        ("The pier is safe and it was safe in May", "Hale", "altered"),
        # several made into one
        ("We will not pay for the pier. The town has no money left.", "Ruiz", "stitched"),
        ("We will not pay for the pier, and it was safe in May", None, "stitched"),
        ("Nobody expected the mill to close so soon. The town has no money left.", "Ruiz", "stitched"),
        ("The town has no money left … We will not pay for the pier", "Ruiz", "stitched"),
        ("We will not pay for the pier … the pier is safe", "Ruiz", "stitched"),
        # said by somebody else
        ("The town has no money left.", "Hale", "wrong_speaker"),
        ("The pier is safe", "Ana Ruiz", "wrong_speaker"),
        ("Work on the two cranes stopped on Monday", "Hale", "wrong_speaker"),
        ("The pier is safe … in May", "Ruiz", "wrong_speaker"),
        # in other words, or not at all
        ("On Monday, the cranes stopped work, and two were left", None, "paraphrase"),
        ("Cats are better than dogs on every day of the week.", None, "not_on_record"),
        ("On Monday, the cranes never stopped work, and two were left", None, "not_on_record"),
        ("On Monday, the cranes stopped work, and 3 were left", None, "not_on_record"),
        ("On Monday, the cranes of Norway stopped work, and two were left", None, "not_on_record"),
        # one statement on record, and another that is on record elsewhere
        ("Nobody expected the mill to close so soon. Work on the two cranes stopped on Monday.", None, "stitched"),
        ("…", None, "not_on_record"),
        ("", None, "not_on_record"),
    ],
)
def test_verdicts(claimed: str, speaker: str | None, expected: str) -> None:
    """Case, spacing, quotation marks, dashes and ellipses are forgiven; a word, a number or a "not" is not."""
    assert kind(claimed, speaker) == expected


def test_the_diff_names_the_words() -> None:
    """A person sees at once what was altered."""
    assert of("It was built in 1995").diff == (
        Change(Op.SAME, "It was built in", "It was built in"),
        Change(Op.CHANGED, "1995", "1994"),
    )
    assert of("We will pay for the pier").diff == (
        Change(Op.SAME, "We will", "We will"),
        Change(Op.DROPPED, "", "not"),
        Change(Op.SAME, "pay for the pier", "pay for the pier"),
    )
    assert of("The town has really no money left").diff[1] == Change(Op.ADDED, "really", "")
    assert of("The pier is safe … in May").diff[1] == Change(Op.DROPPED, "", ", and it was safe")


def test_closest_is_whole_sentences_with_their_speaker() -> None:
    """Part of a sentence is shown in its sentence; a candidate that is exactly that is returned as it is."""
    part = of("no money left").closest
    assert part is not None
    assert part.quote == "“The town has no money left.”"
    assert part is HITS[1]
    two = of("pay for the pier. It was built").closest
    assert two is not None
    assert two.quote == "“We will not pay for the pier. It was built in 1994,” Ruiz said."
    assert two.speaker == RUIZ
    other = of("It was built in 1994").closest
    assert other is not None
    assert (other.quote, other.passage.id, other.speaker) == ("It was built in 1994,” Ruiz said.", 0, RUIZ)


def test_the_passages_of_the_whole_article_can_be_given() -> None:
    """The speaker of words that are in no candidate is read from the article's passages."""
    known = [hit.passage for hit in HITS]
    found = verdict(
        "The town has no money left", "Hale", HITS[2:4], passages=lambda id_: [p for p in known if p.article_id == id_]
    )
    assert found.verdict is VerdictKind.WRONG_SPEAKER
    assert verdict("The town has no money left", "Hale", HITS[2:4]).verdict is VerdictKind.VERBATIM


def test_words_found_twice_are_given_to_the_speaker_that_fits() -> None:
    """If both said it, neither claim is wrong."""
    text = "“It is over,” Ruiz said.\n“It is over,” Hale said."
    article = Article("both", text)
    hits = [
        Hit(passage(article, "“It is over,” Ruiz said.", RUIZ, "Ruiz"), article, 0.9),
        Hit(passage(article, "“It is over,” Hale said.", HALE, "Hale"), article, 0.9),
    ]
    assert verdict("It is over", "Hale", hits).closest is hits[1]
    assert verdict("It is over", "Ruiz", hits).closest is hits[0]
    assert verdict("It is over", "Lee", hits).verdict is VerdictKind.WRONG_SPEAKER


def test_nothing_on_record() -> None:
    """Without candidates there is nothing to show."""
    assert verdict("The town has no money left.", None, ()) == Verdict(VerdictKind.NOT_ON_RECORD)


@pytest.mark.parametrize(
    ("stated", "same"),
    [
        ("Ruiz", True),
        ("ana ruiz", True),
        ("A. Ruiz", True),
        ("Ms. Ruiz", True),
        ("Treasurer Ana Ruiz", True),
        ("Oakvale Treasurer Ruiz", True),
        ("the treasurer", True),
        ("Oakvale's treasurer", True),
        ("Eva Ruiz", False),
        ("Hale", False),
        ("Ana", False),
        ("the mayor", False),
        ("", False),
    ],
)
def test_same_speaker(stated: str, same: bool) -> None:
    """Surname, full name, initial or role; another given name is another person."""
    assert same_speaker(stated, RUIZ) is same


def test_a_bare_title_is_not_held_against_a_name() -> None:
    """A transcript that says only THE MAYOR does not contradict a claim that names the mayor; it contradicts others."""
    text = "We are going to build it."
    for title, stated, expected in (
        ("Remarks by Mayor Lee", "Lee", "verbatim"),
        ("Remarks by Mayor Lee", "Ruiz", "wrong_speaker"),
        (None, "Mayor Lee", "verbatim"),
        (None, "the treasurer", "wrong_speaker"),
    ):
        article = Article("a", text, title=title)
        hit = Hit(passage(article, text, Speaker("THE MAYOR")), article, 0.5)
        assert verdict(text, stated, [hit]).verdict.value == expected


def test_a_role_is_not_held_against_a_name_without_one() -> None:
    """The article may not say what somebody is; an unnamed source is nobody else."""
    article = Article("a", "We are going to build it.")
    named = Hit(passage(article, article.text, Speaker("Ana Ruiz")), article, 0.5)
    assert verdict(article.text, "the treasurer", [named]).verdict is VerdictKind.VERBATIM
    unnamed = Hit(passage(article, article.text, Speaker("a senior official", named=False)), article, 0.5)
    assert verdict(article.text, "Ana Ruiz", [unnamed]).verdict is VerdictKind.WRONG_SPEAKER
    assert verdict(article.text, "a senior official", [unnamed]).verdict is VerdictKind.VERBATIM


def test_roles_are_the_same_for_men_and_women() -> None:
    """A spokesman may be called a spokesperson."""
    assert same_speaker("the port spokesperson", HALE)
    assert not same_speaker("the mill spokesperson", HALE)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ('Kirby said: "We condemn it"', ("We condemn it", "Kirby")),
        ("“We condemn it,” John Kirby said.", ("We condemn it,", "John Kirby")),
        ("“We condemn it,” said Kirby, “and so do others.”", ("We condemn it, … and so do others.", "Kirby")),
        ('did kirby really say "we condemn it"?', ("we condemn it", "kirby")),
        ('According to the treasurer: "No money left."', ("No money left.", "treasurer")),
        ("“No money left.” — Ana Ruiz", ("No money left.", "Ana Ruiz")),
        ('Ana Ruiz: "No money left."', ("No money left.", "Ana Ruiz")),
        ("Ana Ruiz: No money is left.", ("No money is left.", "Ana Ruiz")),
        ("Ruiz said that no money is left", ("no money is left", "Ruiz")),
        ("> “No money left.”", ("No money left.", None)),
        ('he said "no money left"', ("no money left", None)),
        ("The town has no money left.", ("The town has no money left.", None)),
        ("Note: the town has no money left", ("the town has no money left", None)),
        (
            'The war "undermines stability" and Kirby agreed.',
            ('The war "undermines stability" and Kirby agreed.', None),
        ),
        ('lol look, Kirby said "we condemn it all" and nobody talks', ("we condemn it all", "Kirby")),
        ('I read. "We condemn it all." according to MR. KIRBY. Real?', ("We condemn it all.", "MR. KIRBY")),
        ('Sen. J. P. Smith told reporters: "we condemn it"', ("we condemn it", "Sen. J. P. Smith")),
        ("“We condemn it all” — Kirby, Oct 13", ("We condemn it all", "Kirby")),
        ("“We condemn it all” (John Kirby)", ("We condemn it all", "John Kirby")),
        ("“We condemn,” said Kirby, “and so do others.” wow", ("We condemn, … and so do others.", "Kirby")),
        ('the article said "we condemn it all", crazy', ("we condemn it all", None)),
        ("According to Kirby, we condemn it", ("we condemn it", "Kirby")),
        ("We condemn it, Kirby said.", ("We condemn it", "Kirby")),
        ("Kirby: they called it “a good day”", ("they called it “a good day”", "Kirby")),
        ("", ("", None)),
    ],
)
def test_readings(message: str, expected: tuple[str, str | None]) -> None:
    """The quoted part is the claim, and who is said to have said it is the speaker; what says more stays whole."""
    claim = readings(message)[0]
    assert (claim.words, claim.speaker) == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Ruiz said: “The town has no money left.”", "verbatim"),
        ("wow, Ruiz said “The town has no money left” and nobody cares", "verbatim"),
        ("wow, Hale said “The town has no money left” and nobody cares", "wrong_speaker"),
        ("wow, Ruiz said “The town has some money left” and nobody cares", "altered"),
        # a sentence of the record with a quotation in it is claimed as a whole
        ("“We will not pay for the pier. It was built in 1994,” Ruiz said.", "verbatim"),
        ("“Nobody expected the mill to close so soon,” said Ruiz, who had backed it.", "verbatim"),
        ("“Nobody expected the mill to close so soon,” said Ruiz, who had never backed it.", "altered"),
        ("The harbour sank. “Nobody expected the mill to close so soon,” I read", "verbatim"),
        ("Ruiz: Nobody expected the mill to close so soon", "verbatim"),
        ("Hale: Nobody expected the mill to close so soon", "wrong_speaker"),
        # without quotation marks, who said it is a part of the sentence
        ("The mayor of Oakvale said that all the lawyers had left", "altered"),
        ("The mayor of Oakvale said the lawyers had left", "verbatim"),
        ("Cats: they are “better than dogs on every day”", "not_on_record"),
    ],
)
def test_a_message_claims_what_it_quotes_or_all_of_it(message: str, expected: str) -> None:
    """What stands around a quotation counts where the record has it around the quotation too."""
    mayor = Article("mayor", "The mayor of Oakvale said the lawyers had left. It rained.")
    hits = [*HITS, Hit(Passage("mayor", Span(0, 47)), mayor, 0.4)]
    found = judged(readings(message), None, hits)
    assert found.verdict.value == expected
    assert found.claim in readings(message)


def test_the_parts_of_what_is_stitched_are_given() -> None:
    """Each part in its own sentence, in the order of the claim."""
    found = of("We will not pay for the pier. The town has no money left.", "Ruiz")
    assert [hit.quote for hit in found.parts] == [
        "“We will not pay for the pier.",
        "“The town has no money left.”",
    ]
    assert found.closest in found.parts


def test_each_part_of_a_claim_is_looked_up() -> None:
    """Its sentences, or the halves of one long sentence; the claim itself first."""
    two = "The town has no money left. Work on the two cranes stopped on Monday."
    assert looked_up(readings(two)) == (
        two, "Work on the two cranes stopped on Monday.", "The town has no money left.",
    )  # fmt: skip
    long = "the town has no money left and work on the two cranes stopped on Monday"
    first, left, right = looked_up(readings(long))
    assert first == left + right == long
    assert looked_up(readings("no money left")) == ("no money left",)


def test_phrases_cover_a_text() -> None:
    """Rows of three words of a short text, of four of a longer one; every word is in one."""
    assert phrases("no money is left") == ("no money is", "money is left")
    assert phrases("left") == ("left",)
    words = [f"w{n}" for n in range(20)]
    assert {word for phrase in phrases(" ".join(words)) for word in phrase.split()} == set(words)
    assert len(phrases(" ".join(map(str, range(5000))))) == 60


WORDS = st.sampled_from(
    "the pier is safe not 1994 3.5 Ruiz said it will never pay don’t town’s — , . ; ? ! “ ” ( ) $ % é ( U.S. "
    "well-known … -5".split()
)
TEXTS = st.lists(WORDS, min_size=6, max_size=50).map(" ".join) | st.text(min_size=1, max_size=80)


def words_of(text: str) -> list[re.Match[str]]:
    return list(re.finditer(r"\S+", text))


@settings(deadline=None)
@given(TEXTS, st.data())
def test_what_stands_in_an_article_is_verbatim(text: str, data: st.DataObject) -> None:
    """Any four words or more of an article are, in any case and spacing and between any quotation marks."""
    words = words_of(text)
    assume(len(words) >= 4)
    first = data.draw(st.integers(0, len(words) - 4))
    last = data.draw(st.integers(first + 3, len(words) - 1))
    claimed = text[words[first].start() : words[last].end()]
    assume(len(re.findall(r"[^\W_]+", claimed)) >= 1)
    article = Article("a", text)
    hit = Hit(Passage("a", Span(0, len(text))), article, 0.5)
    found = verdict(data.draw(st.sampled_from(["{}", "“{}”", '"{}"', "{}…", "  {} "])).format(claimed), None, [hit])
    assert found.verdict is VerdictKind.VERBATIM
    assert found.closest is not None
    assert found.closest.quote in text


@settings(deadline=None)
@given(TEXTS, st.data())
def test_a_changed_word_is_never_verbatim(text: str, data: st.DataObject) -> None:
    """One word in another's place makes it altered, wherever it stands, and the diff shows it."""
    words = [w for w in words_of(text) if re.search(r"[^\W_]", w.group())]
    assume(len(words) >= 5)
    first = data.draw(st.integers(0, len(words) - 5))
    last = data.draw(st.integers(first + 4, len(words) - 1))
    at = data.draw(st.integers(first, last))
    new = data.draw(st.sampled_from(["zebra", "7", "NOT", "zebra’s"]))
    assume(new.casefold() not in text.casefold())
    changed = text[words[first].start() : words[at].start()] + new + text[words[at].end() : words[last].end()]
    hit = Hit(Passage("a", Span(0, len(text))), Article("a", text), 0.5)
    found = verdict(changed, None, [hit])
    assert found.verdict is not VerdictKind.VERBATIM
    assert found.verdict is not VerdictKind.WRONG_SPEAKER


@settings(deadline=None)
@given(st.integers(0, 9), st.sampled_from("aquavit bread cider dill eggs fennel garlic honey ice jam".split()))
def test_one_of_ten_words_changed_is_altered(at: int, new: str) -> None:
    """The verdict is "altered", and the one changed run of the diff holds the new word."""
    words = "nobody in the valley had expected so much rain today".split()
    article = Article("a", "It was late. " + " ".join(words) + ". Then it stopped.")
    hit = Hit(Passage("a", Span(0, 12)), article, 0.5)
    claimed = " ".join([*words[:at], new, *words[at + 1 :]])
    found = verdict(claimed, None, [hit])
    assert found.verdict is VerdictKind.ALTERED
    assert [(c.said, c.record) for c in found.diff if c.op is Op.CHANGED] == [(new, words[at])]


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_message_can_be_split(message: str) -> None:
    """What is taken for the claim stands in the message, and so does the speaker."""
    claim, speaker = readings(message)[0].words, readings(message)[0].speaker
    unmarked = re.sub(r"^\s*>\s?", "", message, flags=re.MULTILINE)
    assert all(part.strip() in unmarked for part in claim.split(" … ")) or claim in unmarked
    assert speaker is None or speaker in unmarked
