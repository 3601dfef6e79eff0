"""``onrecord ask``: the reply in both forms, alone and in batches."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from calls import HARBOR, Onrecord

PAY = "Who loses a day of pay over the crane?"

KEYS = {
    "quote", "article_id", "start", "end", "sha256", "title", "outlet", "authors", "date", "url", "link", "speaker",
    "named", "role", "kind", "cue", "corrected", "score", "answering", "also", "conflicts_with",
    "licence", "word_cap",
}  # fmt: skip


def _proved(passage: dict[str, Any]) -> None:
    assert set(passage) == KEYS
    assert passage["quote"] == HARBOR[passage["start"] : passage["end"]]
    assert passage["sha256"] == hashlib.sha256(HARBOR.encode()).hexdigest()


def test_a_quotation_carries_its_proof_and_its_speaker(onrecord: Onrecord, harbor: str, sure: tuple[str, str]) -> None:
    """Every quotation equals the stored characters at its offsets; its speaker, kind, article and link come with it."""
    reply = onrecord("ask", PAY, "--json", *sure).json
    assert (reply["status"], reply["reason"], reply["nearest"]) == ("answered", None, [])
    assert (reply["details"], reply["suggestions"]) == (None, [])
    assert reply["question"] == PAY
    first = reply["passages"][0]
    for passage in reply["passages"]:
        _proved(passage)
    assert "lose a day of pay" in first["quote"]
    assert (first["speaker"], first["named"], first["kind"], first["cue"]) == ("Ines Okafor", True, "direct", "said")
    assert "port authority" in first["role"]
    assert (first["article_id"], first["outlet"], first["date"]) == (harbor, "Larkmouth Courier", "2024-05-06")
    assert first["link"].startswith("https://example.org/crane#:~:text=")


def test_silence_has_a_reason_and_shows_what_is_nearest(
    onrecord: Onrecord, harbor: str, unsure: tuple[str, str]
) -> None:
    """An abstention quotes nothing as an answer; the nearest passages are kept apart from the answers."""
    result = onrecord("ask", PAY, "--json", *unsure)
    assert result.code == 0
    assert (result.json["status"], result.json["passages"]) == ("abstained", [])
    assert result.json["reason"] in {"not_covered", "not_stated"}
    for passage in result.json["nearest"]:
        _proved(passage)


def test_what_is_on_record_beside_it_is_told(onrecord: Onrecord, harbor: str, unsure: tuple[str, str]) -> None:
    """An abstention has the details of its reason; an answer has the same keys, empty."""
    reply = onrecord("ask", "What did Ines Okafor say about Zanzibar?", "--json", *unsure).json
    assert (reply["reason"], reply["suggestions"]) == ("not_said_by", [])
    assert reply["details"] == {
        "speaker": "Ines Okafor", "quoted": 2, "subject": "Zanzibar", "since": None, "until": None,
        "outlets": [],
    }  # fmt: skip


def test_an_empty_archive_says_that_it_is_empty(onrecord: Onrecord) -> None:
    """No articles is a reason of its own."""
    reply = onrecord("ask", PAY, "--json").json
    assert (reply["status"], reply["reason"], reply["nearest"]) == ("abstained", "no_articles", [])


def test_filters_leave_only_what_was_asked_for(onrecord: Onrecord, harbor: str, sure: tuple[str, str]) -> None:
    """--since after the article's day, or another outlet, leaves nothing of it."""
    late = onrecord("ask", PAY, "--json", "--since", "2024-05-07", *sure).json
    other = onrecord("ask", PAY, "--json", "--outlet", "Somebody Else", *sure).json
    inside = onrecord("ask", PAY, "--json", "--since", "2024-05-06", "--until", "2024-05-06", *sure).json
    assert (late["status"], late["reason"]) == ("abstained", "outside_dates")
    assert other["status"] == "abstained"
    assert inside["status"] == "answered"


def test_a_person_reads_who_where_when_and_the_receipt(onrecord: Onrecord, harbor: str, sure: tuple[str, str]) -> None:
    """The readable form names speaker, kind, outlet, title, day, link and receipt, without colour codes in a pipe."""
    out = onrecord("ask", PAY, *sure).out
    assert '"Nobody will lose a day of pay over this," said Ines Okafor' in out
    for part in (
        "Ines Okafor", "in their own words", "Larkmouth Courier", "Larkmouth to lose its crane", "2024-05-06",
        "https://example.org/crane#:~:text=", f"receipt {harbor} {hashlib.sha256(HARBOR.encode()).hexdigest()[:12]}",
    ):  # fmt: skip
        assert part in out
    assert "\x1b" not in out


def test_a_person_is_told_that_it_is_not_on_record(onrecord: Onrecord, harbor: str, unsure: tuple[str, str]) -> None:
    """The readable abstention says so, gives the reason in words, and labels the nearest passage."""
    result = onrecord("ask", PAY, *unsure)
    assert result.out.startswith("Not on record. ")
    assert "not an answer" in result.out


def test_a_batch_is_answered_in_order_with_its_ids(
    onrecord: Onrecord, harbor: str, sure: tuple[str, str], tmp_path: Path
) -> None:
    """Each row is answered by one line: plain questions, conversations, days, and excluded articles."""
    rows = [
        {"id": "plain", "question": PAY},
        {"id": "talk", "turns": ["Who is Ines Okafor?", "what does she say about a day of pay?"]},
        {"id": "without", "question": PAY, "exclude": [harbor]},
        {"id": 4, "question": PAY, "date": "2024-05-10"},
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(json.dumps(row) for row in rows) + "\n\n")
    result = onrecord("ask", "--batch", "questions.jsonl", *sure)
    assert result.code == 0, result.err
    assert [row["id"] for row in result.rows] == ["plain", "talk", "without", 4]
    plain, talk, without, _ = result.rows
    assert plain["status"] == "answered"
    assert talk["question"] == "what does she say about a day of pay?"
    assert (without["status"], without["reason"]) == ("abstained", "no_articles")


def test_a_broken_row_spoils_no_other(onrecord: Onrecord, harbor: str, sure: tuple[str, str]) -> None:
    """A row that cannot be used is answered by its error, named by its line on stderr, and makes it exit 1."""
    lines = [
        json.dumps({"id": "a", "question": PAY}).encode(),
        b"{ not json",
        b'["a list"]',
        b"\xff\xfe",
        json.dumps({"id": "b"}).encode(),
        json.dumps({"id": "c", "question": 7}).encode(),
        json.dumps({"id": "d", "question": PAY, "date": "someday"}).encode(),
        json.dumps({"id": "e", "question": PAY, "turns": [PAY]}).encode(),
        json.dumps({"id": "f", "question": PAY}).encode(),
    ]
    result = onrecord("ask", "--batch", "-", *sure, stdin=b"\n".join(lines))
    assert result.code == 1
    assert [row["id"] for row in result.rows] == ["a", None, None, None, "b", "c", "d", "e", "f"]
    assert ["error" in row for row in result.rows] == [False, *[True] * 7, False]
    complaints = result.err.strip().splitlines()
    assert len(complaints) == 7
    assert all(f"Line {number} of standard input" in said for number, said in enumerate(complaints, 2))


def test_a_batch_that_is_not_there_is_one_sentence(onrecord: Onrecord) -> None:
    """A missing file of rows fails at once."""
    result = onrecord("ask", "--batch", "nowhere.jsonl")
    assert (result.code, result.out) == (1, "")
    assert "nowhere.jsonl" in result.err


@pytest.mark.parametrize("argv", [("ask",), ("ask", "What?", "--batch", "-"), ("ask", "What?", "--since", "5/6/2023")])
def test_wrong_usage_exits_with_two(onrecord: Onrecord, argv: tuple[str, ...]) -> None:
    """Neither or both of question and batch, or a day that is none: exit 2 and one sentence."""
    result = onrecord(*argv)
    assert (result.code, result.out) == (2, "")
    assert len(result.err.strip().splitlines()) == 1
