"""What a person sees in a terminal: true to the words, and safe whatever an article contains."""

from __future__ import annotations

import io
import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.output import KINDS, VERDICTS, Printer, console, visible
from bot.reasons import instead
from index.attribution import Claim
from index.attribution.lexicon import CueClass
from index.check import Change, Op, Verdict, VerdictKind
from index.types import (
    Abstention,
    Answer,
    Article,
    Attribution,
    Copy,
    Details,
    Filters,
    Hit,
    Kind,
    Passage,
    Reason,
    Span,
    Speaker,
)

ARTICLE = Article("a1", 'The mayor left. "It rained," said Ada Ruiz.', "Rain", "Courier", ("Bo Lind",), "2024-05-06")
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
SAID = Attribution((Span(17, 27),), (Span(34, 42),), (Span(29, 33),), Kind.DIRECT, Speaker("Ada Ruiz", "mayor"))


def _hit(said_by: Attribution | None = SAID, article: Article = ARTICLE) -> Hit:
    return Hit(Passage(article.id, Span(16, len(article.text)), said_by), article, 0.9)


def _printed(*hits: Hit, terminal: bool = False) -> str:
    file = io.StringIO()
    to = Console(file=file, force_terminal=True, width=60, color_system="standard") if terminal else console(file)
    Printer(to).reply(Answer("Did it rain?", "Did it rain?", hits, 0.9))
    return file.getvalue()


@given(st.text(st.characters(codec=None), max_size=80))
def test_nothing_in_an_article_can_steer_a_terminal(text: str) -> None:
    """No control but tab and newline survives, no direction is turned, and every harmless character stays."""
    shown = visible(text)
    for character in shown:
        assert character in "\t\n" or unicodedata.category(character) not in {"Cc", "Cs"}
        assert unicodedata.bidirectional(character) not in {
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "PDF",
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        }
    if all(unicodedata.category(c) not in {"Cc", "Cf", "Cs"} for c in text):
        assert shown == text


def test_an_escape_sequence_in_an_article_is_shown_not_obeyed() -> None:
    """An article that tries to clear the screen only shows the sign of the escape."""
    article = Article("a1", 'The mayor left. "\x1b[2J\x9b5mrain," said Ada.', "T\x1b]0;x\x07")
    out = _printed(_hit(None, article))
    assert "\x1b" not in out
    assert "\x9b" not in out
    assert "␛[2J" in out


def test_markup_in_an_article_is_only_text() -> None:
    """Square brackets and emoji names are printed as they stand."""
    article = Article("a1", "The mayor left. [bold]It rained[/bold] :smile: [link=x]y")
    assert "[bold]It rained[/bold] :smile: [link=x]y" in _printed(_hit(None, article))


def test_a_pipe_gets_whole_lines_without_colour() -> None:
    """However long, a quotation stays one line and carries nothing but its characters."""
    article = Article("a1", "The mayor left. " + "It rained and rained. " * 40)
    out = _printed(_hit(None, article))
    assert article.text[16:].rstrip() in out
    assert "\x1b" not in out


def test_a_terminal_folds_words_but_never_an_address() -> None:
    """On a narrow terminal no line of prose is too long, while a link stays in one piece to be clicked."""
    article = Article("a1", "The mayor left. " + "It rained and rained. " * 9, url="https://example.org/" + "rain" * 20)
    lines = re.sub(r"\x1b\[[\d;]*m", "", _printed(_hit(None, article), terminal=True)).splitlines()
    link = next(line for line in lines if "https://" in line)
    assert link.strip().startswith("https://example.org/rainrain")
    assert all(len(line) <= 60 for line in lines if line is not link)
    assert "".join(lines).replace(" ", "").startswith(article.text[16:].replace(" ", ""))


def test_a_terminal_gets_colour_unless_it_asks_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colour codes where a terminal is attached; none of colour when NO_COLOR is set."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[36m" in _printed(_hit(), terminal=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[36m" not in _printed(_hit(), terminal=True)


@pytest.mark.parametrize(
    ("said_by", "who"),
    [
        (SAID, "— Ada Ruiz (mayor) – in their own words"),
        (None, "— Courier, the outlet's own account"),
        (Attribution((Span(17, 27),)), "— Speaker not stated – in the outlet's words"),
        (Attribution((Span(17, 27),), (Span(0, 3),)), "— Speaker not certain – in the outlet's words"),
        (
            Attribution((Span(17, 27),), speaker=Speaker("a senior official", named=False)),
            "— a senior official [not named by the article] – in the outlet's words",
        ),
    ],
)
def test_who_said_it_claims_no_more_than_the_article(said_by: Attribution | None, who: str) -> None:
    """A named speaker, the outlet itself, nobody, and somebody unnamed are told apart."""
    assert who in _printed(_hit(said_by)).splitlines()[1]


def test_the_receipt_stands_under_each_quotation() -> None:
    """Article, first twelve digits of its hash, and where the words stand."""
    out = _printed(_hit(), _hit(None))
    assert out.count(f"receipt a1 {ARTICLE.sha256[:12]} 16–{len(ARTICLE.text)}") == 2


def test_the_other_outlets_of_the_same_words_are_named() -> None:
    """Each once and made safe; articles that state no other outlet are counted."""

    def copied(*outlets: str | None) -> Hit:
        also = tuple(
            Copy(replace(ARTICLE, id=f"a{n}", outlet=outlet), Span(16, 20)) for n, outlet in enumerate(outlets, 2)
        )
        return replace(_hit(), also=also)

    assert "\n  also in 2 outlets: Gazette, \u241b[2JPost\n" in _printed(
        copied("Gazette", "\x1b[2JPost", "Gazette", None)
    )
    assert "\n  also in 2 other articles\n" in _printed(copied(None, "Courier"))
    assert "also in" not in _printed(_hit())


def test_other_figures_are_named_by_quotation_outlet_and_day() -> None:
    """Each version points at the other; a quotation that agrees with all points at none."""
    bare = replace(ARTICLE, id="a2", outlet=None, date=None)
    file = io.StringIO()
    hits = (_hit(), _hit(article=bare), _hit(None))
    Printer(console(file)).reply(Answer("q?", "q?", hits, 0.9, conflicts=((0, 1),)))
    first, second, third = file.getvalue().split("\n\n")
    assert first.endswith("\n  Other figures on record: quotation 2")
    assert second.endswith("\n  Other figures on record: quotation 1 (Courier · 2024-05-06)")
    assert "Other figures" not in third


def test_every_kind_and_verdict_has_words() -> None:
    """A new kind or verdict cannot be forgotten here."""
    assert set(KINDS) == set(Kind)
    assert set(VERDICTS) == set(VerdictKind)


def test_silence_names_its_reason_and_labels_the_nearest() -> None:
    """The nearest passage comes after the words that it is no answer."""
    file = io.StringIO()
    Printer(console(file)).reply(Abstention("q?", "q?", Reason.NOT_COVERED, 0.1, (_hit(),)))
    out = file.getvalue()
    assert out.startswith("Not on record. The articles here do not cover this.")
    assert out.index("not an answer") < out.index("It rained")


UNCOVERED = "The articles here do not cover this"
ON_RECORD = "This is on record here"
OTHER_DAYS = "but not in the days you asked for"


def _between(since: str, until: str | None = None) -> Details:
    return Details(since=since, until=until or since)


@pytest.mark.parametrize(
    ("reason", "details", "filters", "words"),
    [
        (
            Reason.NOT_SAID_BY,
            Details("A. Ray", 7, "China"),
            Filters(),
            "A. Ray is quoted 7 times here, never about China.",
        ),
        (Reason.NOT_SAID_BY, Details("A. Ray", 1, "China"), Filters(), "A. Ray is quoted once here, not about China."),
        (
            Reason.NOT_SAID_BY,
            Details("A. Ray", 1200),
            Filters(),
            "A. Ray is quoted 1,200 times here, but not with this.",
        ),
        (Reason.NOT_SAID_BY, Details("A. Ray"), Filters(), "A. Ray is not quoted here."),
        (Reason.NOT_COVERED, Details(), Filters(), f"{UNCOVERED}."),
        (Reason.NOT_COVERED, Details(subject="Mount Elgon"), Filters(), f"{UNCOVERED}; none mentions “Mount Elgon”."),
        (Reason.OUTSIDE_DATES, Details(), Filters(), f"{ON_RECORD}, {OTHER_DAYS}."),
        (Reason.OUTSIDE_DATES, _between("2024-02-29"), Filters(), f"{ON_RECORD} (29 February 2024), {OTHER_DAYS}."),
        (
            Reason.OUTSIDE_DATES,
            _between("2023-01-09", "2024-02-29"),
            Filters(),
            f"{ON_RECORD} (9 January 2023 to 29 February 2024), {OTHER_DAYS}.",
        ),
        (Reason.OTHER_OUTLETS, Details(), Filters(outlet="Times"), f"{ON_RECORD}, but not from Times."),
        (
            Reason.OTHER_OUTLETS,
            Details(outlets=("Herald", "Post")),
            Filters(outlet="Times"),
            f"{ON_RECORD}, but not from Times: see Herald and Post.",
        ),
        (Reason.NO_ARTICLES, Details(), Filters(), "There are no articles to look in."),
    ],
)
def test_a_reason_is_as_precise_as_what_was_found(
    reason: Reason, details: Details, filters: Filters, words: str
) -> None:
    """It names who, how often, what, when and where, as far as that was looked up."""
    file = io.StringIO()
    Printer(console(file)).reply(Abstention("q?", "q?", reason, 0.1, (), details), filters)
    assert file.getvalue() == f"Not on record. {words}\n"


def test_what_could_be_asked_stands_one_on_a_line() -> None:
    """Questions that are offered come after the reason, each on one line, and steer no terminal."""
    file = io.StringIO()
    details = Details(suggestions=("What did A say\nabout B?", "What is said about \x1b[2J?"))
    Printer(console(file)).reply(Abstention("why?", "why?", Reason.UNCLEAR_QUESTION, 0.0, (), details))
    first, *offered = file.getvalue().splitlines()
    assert first.startswith("Not on record. ")
    assert offered == ["", instead(), "  What did A say about B?", "  What is said about ␛[2J?"]


def test_a_checked_quotation_shows_what_was_changed() -> None:
    """Words of the claim and of the record stand side by side, each marked as what it is."""
    file = io.StringIO()
    changes = (
        Change(Op.SAME, "It", "It"),
        Change(Op.CHANGED, "snowed", "rained"),
        Change(Op.ADDED, "twice", ""),
        Change(Op.DROPPED, "", "here"),
    )
    Printer(console(file)).verdict(Verdict(VerdictKind.ALTERED, _hit(), changes))
    said, differs, _, label, *_ = file.getvalue().splitlines()
    assert said == "On record, but the words were altered."
    assert differs.strip() == "It [-rained-][+snowed+] [+twice+] [-here-]"
    assert label == "Closest on record:"


def test_claims_on_a_terminal_show_the_whole_text() -> None:
    """The coloured view leaves no character out and lists each claim."""
    file = io.StringIO()
    to = Console(file=file, force_terminal=True, width=200, color_system=None)
    thought = Attribution((Span(17, 27),), (Span(0, 3),), speaker=SAID.speaker)
    Printer(to).claims(
        ARTICLE.text, [Claim(SAID, CueClass.SPEECH, shown=True), Claim(thought, CueClass.BELIEF, shown=False)]
    )
    out = file.getvalue()
    assert out.startswith(ARTICLE.text)
    assert "Ada Ruiz (mayor), in their own words [17–27]: It rained," in out
    assert "Ada Ruiz (mayor), what the outlet says they think or plan, not their words [17–27]: It rained," in out


def test_a_reply_says_first_what_was_carried_over() -> None:
    """Above a reply stands what earlier questions gave to this one; nothing where it stood alone."""
    for reply in (
        Answer("why?", "why did it rain", (_hit(),), 0.9, carried=("Ada Ruiz", "rain")),
        Abstention("why?", "why did it rain", Reason.NOT_COVERED, 0.1, carried=("Ada Ruiz", "rain")),
    ):
        file = io.StringIO()
        Printer(console(file)).reply(reply)
        assert file.getvalue().startswith("about: Ada Ruiz · rain\n")
    assert "about:" not in _printed(_hit())
