"""``onrecord topic`` and ``onrecord timeline``: for a person, and for a script."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from calls import Onrecord

ROWS = [
    {
        "id": f"bridge-{n}",
        "text": f"“The new harbour bridge will cost {n} million crowns,” said {name}, the engineer of the town.",
        "title": "The bridge",
        "publisher": outlet,
        "date": date,
        "url": f"https://example.org/{n}",
    }
    for n, name, outlet, date in (
        (40, "Ingrid Dahl", "Harbour Times", "2024-01-09"),
        (52, "Ingrid Dahl", "Harbour Times", "2024-04-18"),
        (61, "Tom Okafor", "Valley Post", "2024-05-02"),
    )
]


@pytest.fixture
def bridges(tmp_path: Path, onrecord: Onrecord) -> None:
    file = tmp_path / "bridges.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    assert onrecord("add", str(file)).code == 0


@pytest.mark.usefixtures("bridges")
def test_topic_in_json(onrecord: Onrecord, sure: tuple[str, str]) -> None:
    """Each speaker stands once under the outlet, with what proves the words; the counts add up."""
    found = onrecord("topic", "harbour bridge", "--json", *sure).json
    assert (found["status"], found["reason"], found["speakers"], found["sources"]) == ("on_record", None, 2, 2)
    said = {one["name"]: one for outlet in found["outlets"] for one in outlet["quotations"]}
    assert set(said) == {"Ingrid Dahl", "Tom Okafor"}
    assert said["Ingrid Dahl"]["further"] == 1
    for one in said.values():
        row = next(row for row in ROWS if row["id"] == one["article_id"])
        assert row["text"][one["start"] : one["end"]] == one["quote"]
    assert {outlet["outlet"] for outlet in found["outlets"]} == {"Harbour Times", "Valley Post"}
    only = onrecord("topic", "harbour bridge", "--outlet", "valley post", "--json", *sure).json
    assert [outlet["outlet"] for outlet in only["outlets"]] == ["Valley Post"]


@pytest.mark.usefixtures("bridges")
def test_silence_is_an_answer(onrecord: Onrecord, unsure: tuple[str, str]) -> None:
    """That nobody is on record is no failure: a reason, and what is nearest."""
    result = onrecord("topic", "saffron", "--json", *unsure)
    assert (result.code, result.json["status"], result.json["outlets"]) == (0, "silent", [])
    assert result.json["reason"] == "not_covered"
    assert "Nobody is on record about “saffron” here." in onrecord("topic", "saffron", *unsure).out


@pytest.mark.usefixtures("bridges")
def test_timeline_in_json(onrecord: Onrecord, sure: tuple[str, str]) -> None:
    """By day, each pointing at what gives other figures; narrowed by days and by a topic."""
    found = onrecord("timeline", "dahl", "--json", *sure).json
    assert (found["speaker"], found["status"], found["quoted"]) == ("Ingrid Dahl", "on_record", 2)
    assert [one["date"] for one in found["quotations"]] == ["2024-01-09", "2024-04-18"]
    assert [one["compare"] for one in found["quotations"]] == [
        [{"index": 1, "difference": "figures"}],
        [{"index": 0, "difference": "figures"}],
    ]
    later = onrecord("timeline", "dahl", "bridge", "--since", "2024-02", "--json", *sure).json
    assert (len(later["quotations"]), later["topic"]) == (1, "bridge")


@pytest.mark.usefixtures("bridges")
def test_for_a_person(onrecord: Onrecord, sure: tuple[str, str]) -> None:
    """Both print quotations under their headings, in words."""
    out = onrecord("topic", "harbour bridge", *sure).out
    assert "2 speakers are on record, from 2 independent sources." in out
    assert out.index("Harbour Times") < out.rindex("“The new harbour bridge will cost")
    out = onrecord("timeline", "Ingrid Dahl", *sure).out
    assert "Timeline of Ingrid Dahl · 2 quotations · 9 January 2024 to 18 April 2024" in out
    assert "1. 9 January 2024" in out
    assert "Compare with 18 April 2024: other figures." in out


@pytest.mark.usefixtures("bridges")
def test_a_speaker_who_is_not_clear(onrecord: Onrecord) -> None:
    """One sentence with who may be meant, and 1; in JSON the names stand apart."""
    result = onrecord("timeline", "Ingrid Dall")
    assert (result.code, result.out) == (1, "")
    assert result.err == "onrecord: Nobody called “Ingrid Dall” is quoted here; did you mean Ingrid Dahl?\n"
    unknown = onrecord("timeline", "Ingrid Dall", "--json").json
    assert (unknown["status"], unknown["suggestions"], unknown["quotations"]) == ("unknown", ["Ingrid Dahl"], [])
