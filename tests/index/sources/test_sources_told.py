"""What a text tells about itself: title, by-line, date, outlet; and that no sentence is lost by reading it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import SourceError
from index.sources import Given, read, read_bytes
from index.sources.dates import day_line, find_day, iso_day
from index.sources.metadata import told
from index.sources.people import byline, people, person
from index.types import Draft

PROSE = "The council met on Friday to vote on the plan.\nIt was adopted by a wide margin, two members said."
KEPT = PROSE.replace("\n", "\n\n")


def draft(text: str, given: Given = Given(), name: str = "a.txt") -> Draft:
    (outcome,) = read_bytes(text.encode(), name, given)
    assert isinstance(outcome, Draft), outcome
    return outcome


def test_title_byline_and_date_are_told_and_taken_out() -> None:
    """The head of a news text becomes metadata, and the article begins with its first sentence."""
    out = draft(
        "Council adopts the plan\n\nBy Ann Lee and Bo Chen, Staff Writers\nPublished Oct 13, 2023 at 4:10 PM EDT\n\n"
        f"{PROSE}"
    )
    assert out == Draft(KEPT, "Council adopts the plan", None, ("Ann Lee", "Bo Chen"), "2023-10-13", None)


def test_given_wins_over_what_is_told() -> None:
    """What the person states stands, whatever the text says."""
    given = Given("T", "O", ("A B",), "2020-01-02", "https://example.org/a")
    out = draft(
        f"Title: Council adopts the plan\nDate: May 1, 2021\nAuthor: Ann Lee\nSource: Courier\n\n{PROSE}", given
    )
    assert (out.title, out.outlet, out.authors, out.date, out.url) == ("T", "O", ("A B",), "2020-01-02", given.url)
    assert out.text == KEPT


@pytest.mark.parametrize(
    ("head", "title", "outlet", "authors"),
    [
        (
            "Storm hits the coast\n\nJANE DOE, Associated Press",
            "Storm hits the coast",
            "Associated Press",
            ("Jane Doe",),
        ),
        ("CNN —", None, "CNN", ()),
        ("OPINION\nWhy the plan is bad\nJane Doe\nOctober 13, 2023", "Why the plan is bad", None, ("Jane Doe",)),
    ],
)
def test_heads_as_outlets_write_them(
    head: str, title: str | None, outlet: str | None, authors: tuple[str, ...]
) -> None:
    """A by-line without "By", an outlet's name alone and a section's label are told apart from the title."""
    out = draft(f"{head}\n{PROSE}")
    assert (out.title, out.outlet, out.authors, out.text) == (title, outlet, authors, KEPT)


def test_nothing_told_is_nothing() -> None:
    """A text that tells nothing about itself has no metadata: none is invented."""
    assert draft(PROSE) == Draft(KEPT)


def test_header_lines_are_read() -> None:
    """The words "Title: …" lines at the top are metadata."""
    out = draft(
        "Title: The plan\nAuthors: Ann Lee, Bo Chen\nDate: 2023/05/06\nURL: https://example.org/x\nOutlet: Courier\n\n"
        f"{PROSE}"
    )
    assert out == Draft(KEPT, "The plan", "Courier", ("Ann Lee", "Bo Chen"), "2023-05-06", "https://example.org/x")


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_front_matter_is_read(name: str) -> None:
    """Front matter is metadata in Markdown and in text."""
    out = draft(
        f'---\ntitle: "The plan"\nauthors:\n  - Ann Lee\n  - Bo Chen\ndate: 2023-05-06\n---\n\n{KEPT}',
        name=name,
    )
    assert out == Draft(KEPT, "The plan", None, ("Ann Lee", "Bo Chen"), "2023-05-06", None)


def test_about_the_writer_names_the_author_and_the_outlet_that_the_text_proves() -> None:
    """A biography names the writer; its outlet counts where the text shows the outlet acting under that name."""
    out = draft(
        f"{PROSE}\nCourier has contacted the mayor's office for comment.\nAbout the writer\n"
        "Ann Lee is a Courier City Hall correspondent based in Springfield. Her focus is … Read more"
    )
    assert (out.authors, out.outlet) == (("Ann Lee",), "Courier")
    assert out.text == f"{KEPT}\n\nCourier has contacted the mayor's office for comment."


def test_a_place_before_a_role_is_no_outlet() -> None:
    """The words "a White House correspondent" names no outlet."""
    assert draft(f"{PROSE}\nAbout the author\nAnn Lee is a White House correspondent. Read more").outlet is None


def test_somebody_who_was_asked_is_no_outlet() -> None:
    """A person of the story who contacted somebody does not become the outlet."""
    text = "Baker voted against it on Friday after a long night.\nBaker contacted the police for comment, he said."
    assert draft(text).outlet is None


def test_two_names_that_asked_are_no_outlet() -> None:
    """Where two names asked for comment, neither is proven to be the outlet."""
    text = f"{PROSE}\nCourier has contacted the mayor for comment.\nHerald reached out to the council for comment."
    assert draft(text).outlet is None


def test_dateline_names_the_agency() -> None:
    """The words "CITY, Oct 13 (Reuters) -" names the outlet where nothing else does, and stays in the text."""
    out = draft("GENEVA, Oct 13 (Reuters) - The council met on Friday to vote on the plan.")
    assert out.outlet == "Reuters"
    assert out.date is None
    assert out.text.startswith("GENEVA")


def test_biography_of_a_known_author_goes_and_tells_the_outlet() -> None:
    """A last paragraph about the by-line's own author is no part of the article."""
    out = draft(
        f"The plan is adopted\n\nBy Ann Lee\n\n{PROSE}\n\nAnn Lee is a senior reporter at the Springfield Courier."
    )
    assert (out.text, out.authors, out.outlet) == (KEPT, ("Ann Lee",), "the Springfield Courier")


def test_biography_of_somebody_else_stays() -> None:
    """A sentence about another reporter is a sentence of the article."""
    last = "Bo Chen is a reporter at the Springfield Courier."
    assert draft(f"The plan is adopted\n\nBy Ann Lee\n\n{PROSE}\n\n{last}").text.endswith(last)


@pytest.mark.parametrize(
    "first",
    [
        "The council met on Friday to vote.",
        '"We will vote," the mayor said.',
        "The mayor said:",
        "- The first point of the plan",
    ],
)
def test_a_first_line_that_is_no_title_stays(first: str) -> None:
    """A first sentence, quotation or list item is not taken for a title."""
    out = draft(f"{first}\n{PROSE}")
    assert out.title is None
    assert out.text.startswith(first)


@given(
    st.lists(
        st.sampled_from(
            [*PROSE.split("\n"), "By Friday, the votes had been counted twice.", "On May 1, 2020, it rained all day."]
        ),
        min_size=1,
    )
)
def test_no_sentence_is_lost_by_reading_metadata(lines: list[str]) -> None:
    """Sentences stay, in order, whatever dates and names they hold."""
    assert told("\n".join(lines), Given())[1].split("\n") == lines


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2022/06/12", "2022-06-12"),
        ("2023-10-13T23:30:00-04:00", "2023-10-13"),
        ("20231013", "2023-10-13"),
        ("Oct 13, 2023 at 4:10 PM EDT", "2023-10-13"),
        ("October 13th, 2023", "2023-10-13"),
        ("Fri, 13 Oct 2023 16:10:00 GMT", "2023-10-13"),
        ("13. Oktober 2023", "2023-10-13"),
        ("13.10.2023", "2023-10-13"),
        ("13 de octubre de 2023", "2023-10-13"),
        ("10/13/2023", "2023-10-13"),
        ("03/04/2023", None),
        ("2023-02-30", None),
        ("Friday", None),
        ("2023", None),
        ("1.2.3", None),
    ],
)
def test_days(written: str, day: str | None) -> None:
    """A date is read when it names one day, and only then."""
    assert iso_day(written) == day


@given(st.dates(min_value=__import__("datetime").date(1800, 1, 1), max_value=__import__("datetime").date(2099, 12, 31)))
def test_every_iso_day_is_itself(day: object) -> None:
    """An ISO day comes out as it went in."""
    assert iso_day(str(day)) == str(day)


@given(st.text())
def test_any_text_has_a_day_or_none(text: str) -> None:
    """Looking for a day fails on no text."""
    found = find_day(text)
    assert found is None or text[slice(*found[1])]


def test_a_line_that_says_more_than_a_day_is_no_date_line() -> None:
    """Only a line with nothing but a day is metadata."""
    assert day_line("Published Oct 13, 2023 at 4:10 PM EDT | Updated Oct 14, 2023") == ("2023-10-13", False)
    assert day_line("Updated: 14 October 2023") == ("2023-10-14", True)
    assert day_line("The war began on October 13, 2023") is None


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Jane Doe", ("Jane Doe",)),
        ("By Jane Doe and John Roe", ("Jane Doe", "John Roe")),
        ("By JANE DOE, JOHN ROE and MAX P. MOE", ("Jane Doe", "John Roe", "Max P. Moe")),
        ("By Jane Doe, Staff Writer", ("Jane Doe",)),
        ("by Ludwig van Dyck, Senior Political Correspondent", ("Ludwig van Dyck",)),
        ("By Jane Doe for The Courier", ("Jane Doe",)),
        ("By Reuters", ()),
        ("By Courier Staff", ()),
        ("By noon the square was empty", None),
        ("By Friday it was over.", None),
        ("Bye Bye Birdie", None),
    ],
)
def test_bylines(line: str, names: tuple[str, ...] | None) -> None:
    """A by-line names people; one of an organisation names nobody; a sentence that begins with "By" is none."""
    assert byline(line) == names


@pytest.mark.parametrize(
    "junk",
    [
        "https://example.org/jane",
        "jane@example.org",
        "Staff",
        "Courier Staff",
        "Admin",
        "Editorial Team",
        "Associated Press",
        "Monday",
        "The Courier",
        "12 May",
    ],
)
def test_junk_is_no_author(junk: str) -> None:
    """Addresses, roles, agencies and the outlet itself are not authors."""
    assert person(junk, "Courier", single=True) is None


def test_people_are_unique_and_in_order() -> None:
    """Nobody is named twice."""
    assert people("Jane Doe, John Roe; jane doe") == ("Jane Doe", "John Roe")


def test_the_seed_article(shared: Path) -> None:
    """The real article comes out with its author, its thirteen paragraphs or more, and no furniture."""
    (path,) = sorted((shared / "seed").glob("*.txt"))
    (out,) = read(str(path), Given(outlet="Newsweek"))
    assert not isinstance(out, SourceError)
    assert (out.outlet, out.authors, out.date, out.title) == ("Newsweek", ("Daniel Bush",), None, None)
    paragraphs = out.text.split("\n\n")
    raw = path.read_text(encoding="utf-8").split("\n")
    assert paragraphs == [
        line for line in raw[1:-1] if line.strip() and line.strip() != "About the writer" and "Read more" not in line
    ]
    assert len(paragraphs) >= 13
