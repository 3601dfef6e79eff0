"""``onrecord calibrate``: labels in, a table, JSON or a picture out, and a threshold that is used from then on."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from calls import HARBOR, Onrecord
from hypothesis import given
from hypothesis import strategies as st

from bot.calibrate import Report, report
from bot.curve import HEIGHT, WIDTH, drawn
from index.calibration import Label, Point

QUESTION = "How many years will the new crane last?"
SVG = "{http://www.w3.org/2000/svg}"

Write = Callable[..., str]


@pytest.fixture
def labelled(tmp_path: Path) -> Write:
    """Write rows to a file of labels; its name comes back."""

    def write(*rows: dict[str, Any] | str) -> str:
        file = tmp_path / "labels.jsonl"
        file.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
        return str(file)

    return write


def answerable(count: int, holds: bool = True) -> list[dict[str, Any]]:
    return [{"question": f"{QUESTION} {n}", "answerable": holds} for n in range(count)]


def test_without_labels_it_says_how_to_get_some(onrecord: Onrecord, harbor: str) -> None:
    """One line, exit 0; the JSON has an empty curve, and says why nothing is proposed."""
    result = onrecord("calibrate")
    assert result.code == 0
    assert "--label" in result.out
    found = onrecord("calibrate", "--json").json
    assert (found["labels"], found["curve"], found["area"], found["proposed"]) == (0, [], None, None)
    assert "22 answers" in found["why_not"]
    assert found["in_use"] == {
        "threshold": 0.5, "coverage": 0, "risk": None, "upper": 1, "answered": 0, "wrong": 0, "own": False,
    }  # fmt: skip


def test_a_threshold_is_proposed_set_used_and_taken_back(onrecord: Onrecord, harbor: str, labelled: Write) -> None:
    """Set, it answers what the configured one did not; status shows it; reset, all is as before."""
    file = labelled(*answerable(25))
    unsure = Path("unsure.toml")
    unsure.write_text("[index.answer]\nthreshold = 1.0\n")
    config = ("--config", str(unsure), "--json")
    assert onrecord("ask", QUESTION, *config).json["status"] == "abstained"
    found = onrecord("calibrate", "--labels", file, *config).json
    assert (found["labels"], found["in_use"]["answered"], found["set"]) == (25, 0, False)
    assert onrecord("status", *config).json["threshold_set"] is None
    found = onrecord("calibrate", "--labels", file, "--set", *config).json
    assert found["set"] is True
    assert found["proposed"]["answered"] == 25
    assert found["proposed"]["upper"] <= 0.1
    status = onrecord("status", *config).json
    assert status["threshold"] == found["proposed"]["threshold"] == found["curve"][-1]["threshold"]
    assert status["threshold_set"] is not None
    assert onrecord("ask", f"{QUESTION} 3", *config).json["status"] == "answered"
    assert "threshold_set: 20" in onrecord("status").out
    again = onrecord("calibrate", "--labels", file, *config).json
    assert again["in_use"] == {**found["proposed"], "own": True}
    assert onrecord("calibrate", "--reset", *config).json == {"threshold": 1.0, "was": status["threshold"]}
    assert onrecord("calibrate", "--reset", *config).json == {"threshold": 1.0, "was": None}
    assert "1.000" in onrecord("calibrate", "--reset", *config[:2]).out
    assert onrecord("ask", f"{QUESTION} 3", *config).json["status"] == "abstained"


def test_too_few_or_wrong_labels_set_nothing(onrecord: Onrecord, harbor: str, labelled: Write) -> None:
    """--set then fails with the reason as its one sentence, and the threshold stays; without --set it is no failure."""
    for rows, why in ((answerable(10), "Too few"), (answerable(30, holds=False), "no threshold")):
        file = labelled(*rows)
        result = onrecord("calibrate", "--labels", file, "--set", "--json")
        assert (result.code, result.json["set"]) == (1, False)
        assert why in result.err
        assert len(result.err.splitlines()) == 1
        assert result.err.strip().endswith(result.json["why_not"])
        assert onrecord("status", "--json").json["threshold_set"] is None
        shown = onrecord("calibrate", "--labels", file)
        assert shown.code == 0
        assert why in shown.out


def test_each_form_of_label_is_judged_by_what_it_says(onrecord: Onrecord, harbor: str, labelled: Write) -> None:
    """Answerable or not; the gold article or another; left out, nothing can answer; a passage, right or wrong."""

    def of(**row: Any) -> tuple[int, int]:
        found = onrecord("calibrate", "--labels", labelled({"question": QUESTION, **row}), "--json").json
        assert found["labels"] == 1
        return (found["curve"][0]["answered"], found["curve"][0]["wrong"]) if found["curve"] else (0, 0)

    assert of(answerable=True) == (1, 0)
    assert of(answerable=False) == (1, 1)
    assert of(article_id=harbor) == (1, 0)
    assert of(article_id="another") == (1, 1)
    assert of(article_id=harbor, exclude=[harbor]) == (0, 0)
    assert of(answerable=True, date="2024-05-07") == (1, 0)
    start = HARBOR.index("She expects")
    place = {"id": "q1", "article_id": harbor, "start": start, "end": len(HARBOR)}
    assert of(**place, right=True) == (1, 0)
    assert of(**place, right=False) == (1, 1)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("{", "is not JSON"),
        ({"question": "Who?"}, "needs 'answerable'"),
        ({"answerable": True}, "needs a string 'question'"),
        ({"question": "Who?", "answerable": "yes"}, "needs true or false in 'answerable'"),
        ({"question": "Who?", "article_id": "a", "start": 0, "end": 9, "right": 1}, "needs true or false in 'right'"),
        ({"question": "Who?", "article_id": "a", "start": -1, "end": 9, "right": True}, "whole number from 0 on"),
        ({"question": "Who?", "article_id": "a", "start": True, "end": 9, "right": True}, "whole number from 0 on"),
        ({"question": "Who?", "article_id": "a", "start": 9, "end": 9, "right": True}, "'end' after its 'start'"),
        ({"question": "Who?", "article_id": "gone", "start": 0, "end": 9, "right": True}, "'gone'"),
    ],
)
def test_a_broken_label_stops_it(
    onrecord: Onrecord, harbor: str, labelled: Write, row: dict[str, Any] | str, why: str
) -> None:
    """Leaving one out would be another curve: nothing is printed or set, and one sentence names the place or the id."""
    result = onrecord("calibrate", "--labels", labelled(*answerable(30), row), "--set", "--json")
    assert (result.code, result.out) == (1, "")
    assert why in result.err
    assert len(result.err.splitlines()) == 1
    assert onrecord("status", "--json").json["threshold_set"] is None


def test_a_person_can_label(onrecord: Onrecord, harbor: str) -> None:
    """y, n and s are understood, anything else is asked again; what was judged is the archive's feedback."""
    talk = "\n".join((QUESTION, "y", "What was built in 1962?", "what?", "NO", "Who is Ines Okafor?", "s", "", "Who?"))
    result = onrecord("calibrate", "--label", "5", stdin=talk.encode())
    assert result.code == 0
    assert "The new crane costs four million euros, according to Okafor." in result.out
    assert result.out.count("Does this answer it?") == 4
    assert "2 labels" in result.out
    assert onrecord("status", "--json").json["feedback"] == 2
    found = onrecord("calibrate", "--json").json
    assert sorted((point["answered"], point["wrong"]) for point in found["curve"]) in (
        [(1, 0), (2, 1)],
        [(1, 1), (2, 1)],
    )


def test_labelling_ends_with_what_was_asked_for(onrecord: Onrecord, harbor: str) -> None:
    """After N judgements no further question is read; the end of input is an end too."""
    assert onrecord("calibrate", "--label", "1", stdin=f"{QUESTION}\ny\n{HARBOR}\ny\n".encode()).code == 0
    assert onrecord("status", "--json").json["feedback"] == 1
    assert onrecord("calibrate", "--label", "3", stdin=QUESTION.encode()).code == 0
    assert onrecord("status", "--json").json["feedback"] == 1
    onrecord("remove", harbor)
    assert "Nothing comes near" in onrecord("calibrate", "--label", "3", stdin=b"Who?\n").out


@pytest.mark.parametrize(
    "argv",
    [
        ("--risk", "0"), ("--risk", "1"), ("--risk", "some"), ("--risk", "nan"), ("--label", "0"), ("--label", "x"),
        ("--set", "--reset"), ("--reset", "--labels", "x"), ("--reset", "--picture", "x.svg"),
        ("--reset", "--label", "3"), ("--label", "3", "--labels", "x"), ("--label", "3", "--json"),
    ],
)  # fmt: skip
def test_what_does_not_go_together_is_wrong_usage(onrecord: Onrecord, argv: tuple[str, ...]) -> None:
    """Exit 2, one sentence, nothing on standard output."""
    result = onrecord("calibrate", *argv)
    assert (result.code, result.out) == (2, "")
    assert len(result.err.strip().splitlines()) == 1


def test_risk_may_be_written_as_a_percentage(onrecord: Onrecord, harbor: str, labelled: Write) -> None:
    """20% is 0.2, and takes fewer labels than 10%."""
    file = labelled(*answerable(15))
    assert onrecord("calibrate", "--labels", file, "--risk", "20%", "--json").json["risk"] == 0.2
    assert onrecord("calibrate", "--labels", file, "--risk", "0.2", "--json").json["proposed"] is not None
    assert onrecord("calibrate", "--labels", file, "--json").json["proposed"] is None


def test_the_table_has_the_threshold_in_use_and_the_proposed_one(
    onrecord: Onrecord, harbor: str, labelled: Write
) -> None:
    """Each on a line of its own, marked, with how much it answers and how much of it is wrong."""
    lines = onrecord("calibrate", "--labels", labelled(*answerable(30))).out.splitlines()
    assert lines[0].startswith("30 labels; area under the risk-coverage curve 0.000")
    (proposed,) = (line for line in lines if line.rstrip().endswith("proposed"))
    assert "100% (30)" in proposed
    assert "0.0% (0)" in proposed
    assert sum("in use" in line for line in lines) == 1


def test_a_picture_is_drawn(onrecord: Onrecord, harbor: str, labelled: Write, tmp_path: Path) -> None:
    """Valid XML with a title, both axes named, both thresholds marked, and colours for light and for dark screens."""
    file = tmp_path / "curve.svg"
    result = onrecord("calibrate", "--labels", labelled(*answerable(30)), "--picture", str(file), "--json")
    assert result.code == 0
    text = file.read_text(encoding="utf-8")
    root = ET.fromstring(text)  # noqa: S314  # drawn just now
    assert root.tag == f"{SVG}svg"
    words = [element.text or "" for element in root.iter(f"{SVG}text")]
    assert any(word.startswith("Coverage") for word in words)
    assert any(word.startswith("Risk: share") for word in words)
    assert any(word.startswith("In use: threshold 0.500") for word in words)
    assert any(word.startswith("Proposed: threshold") for word in words)
    assert "30 labels" in (root.findtext(f"{SVG}title") or "")
    assert "prefers-color-scheme: dark" in text
    assert "href" not in text
    failed = onrecord("calibrate", "--picture", str(tmp_path / "no" / "such.svg"))
    assert (failed.code, failed.out) == (1, "")


_LABELS = st.lists(st.builds(Label, st.one_of(st.sampled_from((0.0, 0.5, 1.0)), st.floats(0, 1)), st.booleans()))


@given(_LABELS, st.floats(0.01, 0.99), st.floats(0, 1), st.text(max_size=9))
def test_any_curve_can_be_drawn_inside_the_picture(
    labels: list[Label], risk: float, threshold: float, name: str
) -> None:
    """Whatever the labels: valid XML, and every point of the curve lies in the picture."""
    name = "".join(letter for letter in name if letter.isprintable())  # an archive's name is a folder's
    root = ET.fromstring(drawn(report(labels, risk, threshold, own=False), name))  # noqa: S314
    assert name in (root.findtext(f"{SVG}title") or "")
    for line in root.iter(f"{SVG}polyline"):
        for point in line.attrib["points"].split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT


@given(_LABELS, st.floats(0.01, 0.99), st.floats(0, 1))
def test_the_rows_of_the_table_are_the_curve(labels: list[Label], risk: float, threshold: float) -> None:
    """At most twelve, strictest first, each what its threshold does; in use and proposed among them."""
    found: Report = report(labels, risk, threshold, own=False)
    points = found.points()
    assert len(points) <= 12
    assert [point.threshold for point in points] == sorted({point.threshold for point in points}, reverse=True)
    assert all(point == found.curve.at(point.threshold) for point in points)
    assert threshold in {point.threshold for point in points}
    assert found.why_not is None if isinstance(found.proposal, Point) else found.threshold is None
    if found.curve.total and len(found.curve.thresholds):
        assert points[-1].answered == found.curve.answered[-1]


def test_long_curves_are_thinned_to_what_can_be_seen() -> None:
    """Five thousand labels make a picture of some tens of kilobytes, its first and last point kept."""
    many = [Label((n + 1) / 5000, n % 7 != 0) for n in range(5000)]
    text = drawn(report(many, 0.1, 0.5, own=False), "default")
    assert len(text) < 60_000
    root = ET.fromstring(text)  # noqa: S314
    (line,) = root.iter(f"{SVG}polyline")
    points = line.attrib["points"].split()
    assert len(points) == 400
    assert float(points[-1].split(",")[0]) == pytest.approx(WIDTH - 24, abs=0.1)


def test_it_says_what_the_labels_cannot_tell() -> None:
    """None below the threshold in use: whether a lower one would do. None wrong: where mistakes begin."""

    def told(*labels: Label) -> list[bool]:
        notes = report(labels, 0.1, 0.5, own=False).notes
        return [any(note.startswith(start) for note in notes) for start in ("Only what was answered", "Nothing is")]

    above = [Label(0.6 + n / 100, True) for n in range(30)]
    assert told(*above) == [True, True]
    assert told(*above, Label(0.3, True)) == [False, True]
    assert told(*above, Label(0.7, False)) == [True, False]
    assert told(*above, Label(0.3, False)) == [False, False]
    assert told() == told(Label(0.0, False)) == [False, False]
