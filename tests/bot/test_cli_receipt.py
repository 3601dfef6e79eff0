"""``onrecord receipt``: a quotation proved again on the command line, and exported."""

from __future__ import annotations

import hashlib
import json

import pytest
from calls import HARBOR, Onrecord

from index import livepage
from index.livepage import Live, Seen

QUOTE = '"Nobody will lose a day of pay over this," said Ines Okafor, head of the Larkmouth port authority.'
START = HARBOR.index(QUOTE)


@pytest.fixture
def at(onrecord: Onrecord, harbor: str) -> tuple[str, str, str]:
    """Where the quotation stands in the stored text, which is cleaned."""
    text = onrecord("show", harbor, "--json").json["text"]
    start = text.index(QUOTE)
    return harbor, str(start), str(start + len(QUOTE))


def test_the_receipt_for_a_person(onrecord: Onrecord, at: tuple[str, str, str]) -> None:
    """Words, speaker, source, hash, and which words name the speaker."""
    result = onrecord("receipt", *at)
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(QUOTE + "\n")
    for part in (
        "Ines Okafor",
        "Larkmouth Courier",
        "Proved: ",
        f"characters {at[1]}–{at[2]}",
        "with “said”",
        "https://",
    ):
        assert part in result.out
    assert "Page: " not in result.out


def test_the_machine_readable_receipt(onrecord: Onrecord, at: tuple[str, str, str]) -> None:
    """Quotation, offsets, hash, attribution with its confidence, and no word about a page that was not looked at."""
    found = onrecord("receipt", *at, "--json").json
    text = onrecord("show", at[0], "--json").json["text"]
    assert found["proved"] is True
    assert found["quote"] == text[found["start"] : found["end"]] == QUOTE
    assert found["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert (found["speaker"], found["kind"], found["live"]) == ("Ines Okafor", "direct", None)
    (said,) = found["attributions"]
    assert 0 < said["confidence"] <= 1
    assert [text[a:b] for a, b in said["cue"]] == ["said"]
    assert len(found["grounds"]) == 1
    assert onrecord("receipt", *at, "--format", "json").json == found


@pytest.mark.parametrize("form", ["text", "markdown", "bibtex", "csl-json", "selector"])
def test_exports_are_printed_as_they_are(onrecord: Onrecord, at: tuple[str, str, str], form: str) -> None:
    """Each form holds the quotation, and nothing else is printed."""
    out = onrecord("receipt", *at, "--format", form).out
    if form == "csl-json":
        assert json.loads(out)[0]["custom"]["quotation"] == QUOTE
    elif form == "selector":
        assert json.loads(out)["target"]["selector"]["exact"] == QUOTE
    else:
        assert QUOTE in out


def test_a_hash_that_does_not_fit_proves_nothing(onrecord: Onrecord, at: tuple[str, str, str]) -> None:
    """The text that was quoted is named by its hash, in full or by twelve digits; another text is another receipt."""
    sha256 = onrecord("receipt", *at, "--json").json["sha256"]
    assert onrecord("receipt", *at, "--sha256", sha256).code == 0
    assert onrecord("receipt", *at, "--sha256", sha256[:12].upper()).code == 0
    result = onrecord("receipt", *at, "--sha256", "0" * 12)
    assert (result.code, result.out) == (1, "")
    assert "is not the one that was quoted" in result.err
    assert len(result.err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("nowhere", "0", "5"), 1, "nowhere"),
        (("ID", "0", "99999"), 1, "reaches past"),
        (("ID", "5", "5"), 2, "smaller than END"),
        (("ID", "-1", "5"), 2, ""),
        (("ID", "0", "5", "--sha256", "abc"), 2, "SHA-256"),
        (("ID", "0", "5", "--json", "--format", "text"), 2, "--json"),
        (("ID", "0", "5", "--live", "--format", "bibtex"), 2, "--live"),
        (("ID", "0", "5", "--format", "word"), 2, "word"),
    ],
)
def test_what_cannot_be_proved_is_one_sentence(
    onrecord: Onrecord, harbor: str, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """1 for what is not on record, 2 for wrong usage, nothing on standard output."""
    result = onrecord("receipt", *(harbor if each == "ID" else each for each in arguments))
    assert (result.code, result.out) == (code, "")
    assert words in result.err


def test_the_page_is_looked_at_only_when_asked(
    onrecord: Onrecord, at: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--live`` says what the page shows today; that it cannot be reached is said, and is no failure."""
    monkeypatch.setattr(livepage, "look", lambda *_: Live(Seen.UNREACHABLE, "Nothing is known."))
    result = onrecord("receipt", *at, "--live")
    assert result.code == 0
    assert "Page: Nothing is known." in result.out
    found = onrecord("receipt", *at, "--live", "--json")
    assert found.json["live"] == {"seen": "unreachable", "sentence": "Nothing is known.", "moved": None}


def test_a_changed_article_breaks_the_receipt(onrecord: Onrecord, at: tuple[str, str, str]) -> None:
    """After an update, the old hash no longer proves anything."""
    sha256 = onrecord("receipt", *at, "--json").json["sha256"]
    row = {"id": at[0], "text": "Nothing of it was true. The harbor stays open all year, the port authority said."}
    assert onrecord("add", "rows.jsonl", stdin=b"").code == 1
    with open("rows.jsonl", "w", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    assert onrecord("add", "rows.jsonl").code == 0
    assert onrecord("receipt", at[0], "0", "10", "--sha256", sha256).code == 1
