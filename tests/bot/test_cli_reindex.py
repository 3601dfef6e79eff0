"""Re-indexing on the command line: the sources are looked at, the review is read, then it is promoted or discarded."""

from __future__ import annotations

from pathlib import Path

import pytest
from calls import HARBOR, Onrecord

FERRY = "The ferry of Larkmouth stopped on Monday. “We need an engine,” said Jo Berg, its captain. It rained."


@pytest.fixture
def two(tmp_path: Path, onrecord: Onrecord) -> dict[str, str]:
    """Two articles, read from files: file name to id."""
    ids = {}
    for name, text in (("harbor.txt", HARBOR), ("ferry.txt", FERRY)):
        (tmp_path / name).write_text(text, encoding="utf-8")
        ids[name] = onrecord("add", name, "--json").json["article_id"]
    return ids


def texts(onrecord: Onrecord) -> dict[str, str]:
    ids = [article["article_id"] for article in onrecord("list", "--json").json["articles"]]
    return {i: onrecord("show", i, "--json").json["text"] for i in ids}


def test_sources_are_looked_at_reviewed_and_promoted(tmp_path: Path, onrecord: Onrecord, two: dict[str, str]) -> None:
    """A changed file and one that is gone: nothing is served before `promote`, all of it is back after `rollback`."""
    before = texts(onrecord)
    (tmp_path / "harbor.txt").write_text(HARBOR.replace("Ines Okafor", "Ines Okoro"), encoding="utf-8")
    (tmp_path / "ferry.txt").unlink()
    built = onrecord("reindex", "--sources", "--json")
    assert (built.code, built.json["state"], built.json["speakers_changed"]) == (0, "candidate", 1)
    assert texts(onrecord) == before
    review = onrecord("review", "--json").json
    assert {c["article_id"]: c["found"] for c in review["changes"]} == {
        two["harbor.txt"]: "changed",
        two["ferry.txt"]: "gone",
    }
    told = onrecord("review").out
    assert "1 changed at their source, 1 gone at their source" in told
    assert onrecord("promote", "--json").json["state"] == "served"
    assert list(texts(onrecord)) == [two["harbor.txt"]]
    assert "Okoro" in texts(onrecord)[two["harbor.txt"]]
    onrecord("rollback")
    assert texts(onrecord) == before


def test_discard_drops_what_was_built(tmp_path: Path, onrecord: Onrecord, two: dict[str, str]) -> None:
    """Then there is nothing to review, promote or discard, and each says so."""
    (tmp_path / "ferry.txt").unlink()
    onrecord("reindex", "--sources")
    assert onrecord("discard", "--json").json["candidate"] is None
    assert set(texts(onrecord)) == set(two.values())
    for command in ("review", "promote", "discard"):
        failed = onrecord(command)
        assert failed.code == 1
        assert "nothing to" in failed.err


def test_only_what_is_named_is_looked_at(tmp_path: Path, onrecord: Onrecord, two: dict[str, str]) -> None:
    """`--article` leaves the others as they are; an id that nobody has is one sentence."""
    (tmp_path / "ferry.txt").unlink()
    (tmp_path / "harbor.txt").write_text(HARBOR + "\n\nIt rained.", encoding="utf-8")
    onrecord("reindex", "--sources", "--article", two["harbor.txt"])
    assert [c["article_id"] for c in onrecord("review", "--json").json["changes"]] == [two["harbor.txt"]]
    failed = onrecord("reindex", "--article", "nobody-has-this")
    assert failed.code == 1
    assert "nobody-has-this" in failed.err


def test_a_golden_question_blocks_promoting_unless_forced(
    tmp_path: Path, onrecord: Onrecord, two: dict[str, str], sure: tuple[str, str]
) -> None:
    """It is listed, asked, fails when its sentence is gone, and is removed by its number."""
    (kept,) = onrecord("golden", "add", "What did Jo Berg say about the engine?", "--json", *sure).json["golden"]
    assert kept["article_id"] == two["ferry.txt"]
    assert kept["quote"] in FERRY
    ran = onrecord("golden", "run", *sure)
    assert (ran.code, "answered as before" in ran.out) == (0, True)
    (tmp_path / "ferry.txt").write_text("The ferry of Larkmouth stopped on Monday. It rained on it.", encoding="utf-8")
    onrecord("reindex", "--sources", *sure)
    assert "1 of 1 golden question not answered as before" in onrecord("review", *sure).out
    refused = onrecord("promote", *sure)
    assert refused.code == 1
    assert "golden question" in refused.err
    assert FERRY in texts(onrecord).values()
    assert onrecord("promote", "--force", "--json", *sure).json["golden_failed"] == 1
    assert onrecord("golden", "run", *sure).code == 1
    assert onrecord("golden", "remove", str(kept["number"])).code == 0
    assert onrecord("golden", "list", "--json").json == {"golden": []}
    assert onrecord("golden", "remove", "77").code == 1


def test_a_question_without_an_answer_cannot_be_golden(
    onrecord: Onrecord, two: dict[str, str], unsure: tuple[str, str]
) -> None:
    """There is no quotation to keep it by; wrong usage leaves with 2."""
    assert set(two) == {"harbor.txt", "ferry.txt"}
    failed = onrecord("golden", "add", "Who was there?", *unsure)
    assert (failed.code, "not answered" in failed.err) == (1, True)
    assert onrecord("golden", "add").code == 2
    assert onrecord("golden", "list", "x").code == 2
    assert onrecord("golden", "remove", "x").code == 2
