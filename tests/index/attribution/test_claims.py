"""Each passage with everything that is claimed in it: by whom, how, in the words of which verb, and which words."""

from __future__ import annotations

import pytest

from index.attribution import attributions

Claim = tuple[str | None, str, str, tuple[str, ...]]
"""Speaker's name, kind, cue, content."""


def claims(text: str) -> list[Claim]:
    return [
        (
            found.speaker.name if found.speaker else None,
            found.kind.value,
            " ".join(span.of(text) for span in found.cue),
            tuple(span.of(text) for span in found.content),
        )
        for found in attributions(text)
    ]


QUOTED = [
    (
        '"We will stay," Ann Cole said.',
        [("Ann Cole", "direct", "said", ('"We will stay,"',))],
    ),
    (
        "“We will stay,” said Ann Cole, the mayor of Springfield.",
        [("Ann Cole", "direct", "said", ("“We will stay,”",))],
    ),
    (
        "'We will stay,' Ann Cole told the BBC. 'It is settled.'",
        [("Ann Cole", "direct", "told", ("'We will stay,'", "'It is settled.'"))],
    ),
    (
        "''We will stay,'' Ann Cole said on Monday.",
        [("Ann Cole", "direct", "said", ("''We will stay,''",))],
    ),
    (
        'Ann Cole told reporters: "We will stay. We like it here."',
        [("Ann Cole", "direct", "told", ('"We will stay. We like it here."',))],
    ),
    (
        '"We will stay," Ann Cole said, "because we like it."',
        [("Ann Cole", "direct", "said", ('"We will stay,"', '"because we like it."'))],
    ),
    (
        '"We will stay," Ann Cole said. "We like it here. We always did."',
        [("Ann Cole", "direct", "said", ('"We will stay,"', '"We like it here. We always did."'))],
    ),
    (
        '"We will stay," Ann Cole said, referring to the island.',
        [("Ann Cole", "direct", "said", ('"We will stay,"',))],
    ),
    (
        '"We will stay," Ann Cole said in a statement to Reuters on Friday.',
        [("Ann Cole", "direct", "said", ('"We will stay,"',))],
    ),
    (
        '"Is it safe?" asked Tom Reed, a driver. "Who knows?"',
        [("Tom Reed", "direct", "asked", ('"Is it safe?"', '"Who knows?"'))],
    ),
    (
        "\"I asked him, 'Why?' and he said, 'Because,'\" said Ann Cole.",
        [("Ann Cole", "direct", "said", ("\"I asked him, 'Why?' and he said, 'Because,'\"",))],
    ),
    (
        "Ann Cole said: “We began early in the day.\n“We ended late at night.”",
        [("Ann Cole", "direct", "said", ("“We began early in the day.", "“We ended late at night.”"))],
    ),
    (
        "“We began early in the day.\n“We ended late at night,” Ann Cole said.",
        [("Ann Cole", "direct", "said", ("“We began early in the day.", "“We ended late at night,”"))],
    ),
    (
        "Ann Cole wrote to the board:\n\n“The bridge must close before the winter.”",
        [("Ann Cole", "direct", "wrote", ("“The bridge must close before the winter.”",))],
    ),
    (
        'Ann Cole tweeted: "No more delays this year."',
        [("Ann Cole", "direct", "tweeted", ('"No more delays this year."',))],
    ),
    (
        'The trade "undermines regional stability," Ann Cole added.',
        [("Ann Cole", "mixed", "added", ('The trade "undermines regional stability,"',))],
    ),
    (
        "Ann Cole wrote on Twitter that the bridge “was a danger.”",
        [("Ann Cole", "mixed", "wrote", ("that the bridge “was a danger.”",))],
    ),
    (
        "Ann Cole called the plan “a disgrace.”",
        [("Ann Cole", "mixed", "called", ("the plan “a disgrace.”",))],
    ),
    (
        'Asked whether she would run, Ann Cole said, "I don\'t know yet."',
        [("Ann Cole", "direct", "said", ('"I don\'t know yet."',))],
    ),
    (
        '"This is a disgrace," Senator Amy Klein (D-Minn.) told CNN\'s "State of the Union" on Sunday.',
        [("Amy Klein", "direct", "told", ('"This is a disgrace,"',))],
    ),
    (
        '"It works," Ann Cole said, adding that "nobody was hurt."',
        [
            ("Ann Cole", "direct", "said", ('"It works,"',)),
            ("Ann Cole", "mixed", "adding", ('that "nobody was hurt."',)),
        ],
    ),
]

REPORTED = [
    ("Ann Cole said that the bridge was safe.", [("Ann Cole", "indirect", "said", ("that the bridge was safe",))]),
    ("Ann Cole said the bridge was safe.", [("Ann Cole", "indirect", "said", ("the bridge was safe",))]),
    (
        "Ann Cole told Reuters that the talks had failed.",
        [("Ann Cole", "indirect", "told", ("that the talks had failed",))],
    ),
    (
        "The U.S. believes the North is buying missiles from Russia, Ann Cole said.",
        [("Ann Cole", "indirect", "said", ("The U.S. believes the North is buying missiles from Russia",))],
    ),
    (
        "Grain has begun to move and the council believes more may follow, a senior port official said Friday.",
        [
            (
                "a senior port official",
                "indirect",
                "said",
                ("Grain has begun to move and the council believes more may follow",),
            )
        ],
    ),
    (
        "Between March 2 and May 9, the plant shipped 40 cars, according to company spokesman Tom Reed.",
        [("Tom Reed", "indirect", "according to", ("Between March 2 and May 9, the plant shipped 40 cars",))],
    ),
    (
        "According to Ann Cole, a physician at Mercy Hospital, the drug works.",
        [("Ann Cole", "indirect", "According to", ("the drug works",))],
    ),
    (
        "The city also plans to raise rents, Ann Cole said, and will publish a list in May.",
        [("Ann Cole", "indirect", "said", ("The city also plans to raise rents", "and will publish a list in May"))],
    ),
    (
        "The bridge, Ann Cole said, is safe.",
        [("Ann Cole", "indirect", "said", ("The bridge", "is safe"))],
    ),
    (
        "As The New York Times reported, the plan was dead.",
        [("New York Times", "indirect", "reported", ("the plan was dead",))],
    ),
    (
        "Ann Cole said the bridge was safe, and Tom Reed said it was not.",
        [
            ("Ann Cole", "indirect", "said", ("the bridge was safe",)),
            ("Tom Reed", "indirect", "said", ("it was not",)),
        ],
    ),
    (
        "Ann Cole said she was tired and added that she would rest.",
        [
            ("Ann Cole", "indirect", "said", ("she was tired",)),
            ("Ann Cole", "indirect", "added", ("that she would rest",)),
        ],
    ),
    (
        "Ann Cole acknowledged that the bridge was weak. She denied the rest of the charge.",
        [
            ("Ann Cole", "indirect", "acknowledged", ("that the bridge was weak",)),
            ("Ann Cole", "indirect", "denied", ("the rest of the charge",)),
        ],
    ),
    (
        "Tom Reed went on to say that he was tired.",
        [("Tom Reed", "indirect", "went on to say", ("that he was tired",))],
    ),
    (
        "Proponents of the new bill, however, say it would keep the safeguards.",
        [("Proponents of the new bill", "indirect", "say", ("it would keep the safeguards",))],
    ),
    (
        "Ann Cole, chief executive of Acme, and Tom Reed, its lawyer, said the deal was fair.",
        [("Ann Cole and Tom Reed", "indirect", "said", ("the deal was fair",))],
    ),
    (
        "The company’s statement said profits would fall.",
        [("The company’s statement", "indirect", "said", ("profits would fall",))],
    ),
    (
        "Ann Cole’s statement said profits would fall.",
        [("Ann Cole", "indirect", "said", ("profits would fall",))],
    ),
]

NO_CLAIM = [
    "Officials declined to say when the road would open.",
    "The mayor did not spell out how the city obtained the list.",
    "He would not say why. She never said that it was over. They could not say more.",
    "The Herald requested comment from the ministry. The Herald also contacted the embassy for comment.",
    "A spokeswoman did not respond to a request for comment.",
    "The minister is expected to say that taxes will rise.",
    "Ann Cole could say that it was over. She will say more on Friday.",
    "Ann Cole said nothing. Tom Reed said little.",
    "Ann Cole believes the dam is weak. She hopes that it holds. She plans to sue.",
    "Why did they leave? Did Ann Cole say that it was over? Nobody knows.",
    'The so-called "smart" city is the setting of "The Wire" and has no mayor.',
    "The newly released reports that track spending were posted in three states.",
    "The program is called “Perception” and runs until May.",
    "Ann Cole was told that the road had closed.",
    "That said, the road is open.",
]


@pytest.mark.parametrize(("text", "expected"), QUOTED)
def test_quoted_words_go_to_the_one_who_said_them(text: str, expected: list[Claim]) -> None:
    """A quotation is direct or mixed speech of the person beside it, with nothing of the outlet's own words in it."""
    assert claims(text) == expected


@pytest.mark.parametrize(("text", "expected"), REPORTED)
def test_reported_words_are_whole_clauses(text: str, expected: list[Claim]) -> None:
    """Indirect speech holds the entire clause, on both sides of the verb where it stands on both."""
    assert claims(text) == expected


@pytest.mark.parametrize("text", NO_CLAIM)
def test_what_nobody_said_is_no_claim(text: str) -> None:
    """Refusals, negations, plans, beliefs, questions, titles and nouns that look like verbs are not claims."""
    assert claims(text) == []


def test_a_lone_quotation_has_no_speaker() -> None:
    """A quotation without any reporting verb near is somebody's words, and nobody's name is put to it."""
    text = "The hall fell silent.\n“Nobody here knew what to do about it.”\nThe rain went on."
    (found,) = attributions(text)
    assert (found.speaker, found.source, found.kind.value) == (None, (), "direct")


def test_a_quotation_after_a_report_is_less_certain() -> None:
    """A quotation that follows a report in its paragraph keeps the speaker, at lower confidence."""
    text = "Ann Cole said the bridge would close. “It could fall at any time.”"
    report, quotation = attributions(text)
    assert quotation.speaker == report.speaker is not None
    assert quotation.confidence < report.confidence
