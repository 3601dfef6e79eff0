"""Sentences and paragraphs: hand-written examples of where text is cut, and the rules that hold for any text."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.sentences import paragraph_spans, sentence_spans

# Each example is one line of text with "|" where it must be cut, and nowhere else.
EXAMPLES = [
    # plain
    "The minister left.|Nobody followed him.",
    "Was it true?|It was!|They cheered.",
    "He waited.|5 others did not.",
    "Prices rose.|$5 is no longer enough.",
    "It stopped.|“Why now?” was the first question.",
    "He stayed. ”|The crowd left.",
    # titles, names, initials
    'It is over. "|The crowd left.',
    "It fell to 20 F.|Kirby stayed in.",
    "Gen. Smith met Lt. Col. Ada Reyes.|They talked.",
    "The spokesman, J. Kirby, declined to comment.|Others did too.",
    "John F. Kennedy and A. A. Milne never met.|Nor did J.-P. Morel.",
    "Sen. J. D. Hale of Ohio voted no.|Rep. Lee voted yes.",
    "Dr. Ito and Mrs. Pratt arrived.|St. Louis was cold.",
    "Martin Luther King Jr. Day is in January.",
    "The heir was Paul Jr.|He was ten.",
    "They gave patients vitamin C.|Researchers waited.",
    "So the mayor moved to plan B.|Everyone agreed.",
    # dates, times, numbers
    "Between Sept. 7 and Oct. 1 it shipped more.|Nobody saw it.",
    "It ended in Dec. 2021.|A year later it began again.",
    "It ended in Dec.|The rest is history.",
    "We met on Tues. Oct. 3 at 9 a.m. Eastern.|It rained.",
    "Doors open at 5 p.m. Friday.|Come early.",
    "It closed at 5 p.m.|Guests had left.",
    "Inflation was 3.5 percent.|Rent was $1.2 million.",
    "The flat cost 1.000.000 euros.|It sold.",
    "It was founded in 1999.|Ten people came.",
    "They wore No. 5 and No. 10.|Nobody wore 7.",
    "Did he agree?|No.|We asked twice.",
    "See Fig. 3 and pp. 4-9 of vol. 2 for more.|It helps.",
    # countries, companies, places
    "The U.S. Army and the U.N. Security Council agreed.|It was late.",
    "He came back to the U.S.|The trip was long.",
    "She left the U.S.|In March she returned.",
    "They live in the U.S.|Many came from Peru.",
    "The U.S. Kirby knew was gone.",
    "He works in Washington, D.C. and elsewhere.|She does not.",
    "She is based in Washington, D.C.|Her focus is trade.",
    "WASHINGTON, D.C. — The president spoke.|He was brief.",
    "Apple Inc. Chief Tim Cook spoke.|Acme Corp. did not.",
    "He founded Acme Inc.|They sold it.",
    "Dogs, cats, etc. are allowed.|Birds are not.",
    "Smith vs. Jones was heard, e.g. Monday, i.e. late.|It ended.",
    "The case is Roe v. Wade.|It is old.",
    "He lives on Main St.|The house is red.",
    "She won in Calif. Tuesday, he in Pa. Wednesday.",
    # quotations
    '"It is over," he said.|"We won."',
    '"It is over.|We won," she said.|He nodded.',
    '"It is over." he said.',
    '"Why?" he asked.|Nobody knew.',
    '"Stop!" Kirby said.|They stopped.',
    "“Who pays?” President Ana Ruiz asked reporters.|No one spoke.",
    "“Who pays?” Ruiz, the treasurer, asked.|No one spoke.",
    '"Who pays?" I asked.|No one spoke.',
    '"Who pays?"|He did not know.',
    '"Who pays?"|"You do."',
    "“We left.|We came back.”|Then he slept.",
    "He called it ‘a farce.’|She agreed.",
    "She said, “No one came.”|The room was empty.",
    'He asked, "Where is it?" and left.',
    "“Well…” Kirby said.|“Perhaps.”",
    "“The bill is dead.” — Ana Ruiz, treasurer",
    # brackets and ellipses
    "(He was wrong.)|She was right.",
    "It was late (about 9 p.m.) when he came.|It rained.",
    "He joined (what year?) the navy.|It paid well.",
    "He had an odd (?) Idea about it.",
    "They waited ... and waited.|It came.",
    "They waited....|It came.",
    "Well... I think so.|Maybe.",
    "They waited.|[…] Then it came.",
    "They waited . . . and waited.|It came.",
    # lists
    "1. First we leave.|2. Then we return.",
    "There are two rules:",
    "a. Pay first.",
    "• Pay first.|• Eat later.",
    "IV. The return",
    # footnotes
    "It was a draw.[1]|The crowd left.[2][3]",
    "It was a draw.¹|The crowd left.",
    "It was a draw.2|The crowd left.",
    # addresses and names with marks
    "See https://example.org/a.Html?q=A.B for more.|It is free.",
    "Write to a.b@example.org.|We answer.",
    "Visit example.com.|It is free.",
    "Booking.Com and Yahoo! News agreed.|Node.js did not.",
    "He worked at Yahoo!|He left.",
    "The file report.Final.pdf is lost.",
    # joined without a space
    "This is the end.|Next came rain.",
    "“This is the end.”|Next came rain.",
    "This is the end.|“Next comes rain,” he said.",
    "The value is 3.Five is more.",
    # other scripts
    "これは終わりです。|次は雨です。",
    "Это конец.|Потом был дождь.",
    "¿Por qué?|¡Porque sí!|Vale.",
    "Er kam.|„Warum?“ fragte sie.",
    "Élan vital.|Émile left.",
]


@pytest.mark.parametrize("marked", EXAMPLES)
def test_example(marked: str) -> None:
    """Each hand-written line is cut exactly where it is marked."""
    pieces = marked.split("|")
    text = " ".join(pieces)
    assert [span.of(text).strip() for span in sentence_spans(text)] == pieces


@pytest.mark.parametrize(
    "marked",
    [
        "This is the end.|Next came rain.",
        "“This is the end.”|Next came rain.",
        "(This is the end.)|Next came rain.",
        "This is the end.|“Next comes rain,” he said.",
        "Is this the end?|Next came rain.",
        "これは終わりです。|次は雨です。",
    ],
)
def test_joined_without_a_space(marked: str) -> None:
    """Where a page lost the space between two sentences, they are still two."""
    text = marked.replace("|", "")
    assert [span.of(text) for span in sentence_spans(text)] == marked.split("|")


def test_lines_always_end_a_sentence_and_blank_lines_belong_to_the_one_before() -> None:
    """A heading without a full stop is a sentence of its own."""
    text = "  A heading\n\n  First. Second,\nthird\r\n"
    assert [span.of(text) for span in sentence_spans(text)] == [
        "  A heading\n\n  ",
        "First. ",
        "Second,\n",
        "third\r\n",
    ]
    assert [span.of(text) for span in paragraph_spans(text)] == ["  A heading\n\n  ", "First. Second,\n", "third\r\n"]


def test_nothing_and_white_space() -> None:
    """No text has no sentence; white space alone is one."""
    assert sentence_spans("") == paragraph_spans("") == ()
    for text in (" ", "\n", " \n\t \n"):
        assert [span.of(text) for span in sentence_spans(text)] == [text]
        assert [span.of(text) for span in paragraph_spans(text)] == [text]


PIECES = [
    *"aZé中3.!?…,;:—-“”‘’\"'()[]*•。 \n\u00a0\u200b¹",
    "...", ". . .", "U.S.", "p.m. ", "J. ", "Gen. ", "No. ", "Inc. ", "e.g. ", "Sept. ", "Sun. ", "1. ", "[1]", "\r\n",
    "Kirby said ", "The ", "he asked", "I ", "Yahoo! ", "end.Next ", "5 ", "etc.", "plan B. ", "http://a.b/C.D ",
    "Kirby, who left, said ",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=24).map("".join) | st.text(max_size=60)


@settings(deadline=None)
@given(TEXTS)
@example('"A!" J. The said')
@example("\u2028\u2028a.\u2028")
def test_spans_tile_the_text(text: str) -> None:
    """Joined, the spans give back the text: sentences and paragraphs, and each paragraph is whole sentences."""
    for spans in (sentence_spans(text), paragraph_spans(text)):
        assert "".join(span.of(text) for span in spans) == text
        assert all(a.end == b.start for a, b in pairwise(spans))
    assert {span.start for span in paragraph_spans(text)} <= {span.start for span in sentence_spans(text)}


@settings(deadline=None)
@given(TEXTS)
@example("a。¹a")
def test_no_span_cuts_a_word_and_none_crosses_a_line(text: str) -> None:
    """No cut has a letter or digit on both sides, and no sentence has words on both sides of a line break."""
    for before, after in pairwise(sentence_spans(text)):
        left, right = text[before.end - 1], text[after.start]
        assert not (left.isalnum() and right.isalnum())
        assert not right.isspace()
    for span in sentence_spans(text):
        assert len(span.of(text).strip().splitlines()) <= 1


@settings(deadline=None)
@given(TEXTS)
@example("J. Zend.Next ")
def test_a_sentence_on_its_own_is_one_sentence(text: str) -> None:
    """Splitting what was split changes nothing."""
    for span in sentence_spans(text):
        assert len(sentence_spans(span.of(text))) == 1
    for span in paragraph_spans(text):
        assert len(paragraph_spans(span.of(text))) == 1
