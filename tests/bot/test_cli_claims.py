"""``onrecord claims`` and ``onrecord check``."""

from __future__ import annotations

import json
from pathlib import Path

from calls import HARBOR, Onrecord


def _words(text: str, spans: list[list[int]]) -> list[str]:
    return [text[start:end] for start, end in spans]


def test_claims_point_into_the_file_as_it_is(onrecord: Onrecord, tmp_path: Path) -> None:
    """Offsets hold for the file's own characters: Windows line ends are neither dropped nor translated."""
    text = HARBOR.replace("\n", "\r\n")
    (tmp_path / "windows.txt").write_bytes(text.encode())
    result = onrecord("claims", "windows.txt", "--json")
    assert (result.code, result.json["id"]) == (0, "windows.txt")
    direct = next(claim for claim in result.json["attributions"] if claim["kind"] == "direct")
    parts = {"speaker", "named", "role", "kind", "source", "cue", "content", "confidence"}
    assert set(direct) == parts | {"act", "shown"}
    assert (direct["act"], direct["shown"]) == ("speech", True)
    assert direct["speaker"] == "Ines Okafor"
    assert _words(text, direct["cue"]) == ["said"]
    assert "Nobody will lose a day of pay over this" in _words(text, direct["content"])[0]
    assert "Ines Okafor" in _words(text, direct["source"])[0]


def test_claims_of_a_batch_keep_ids_and_order(onrecord: Onrecord) -> None:
    """One line a row; a text without any claim has an empty list, not an error."""
    rows = [{"id": "x", "text": HARBOR}, {"id": "y", "text": "It rained."}, {"id": "z"}, {"id": "e", "text": ""}]
    result = onrecord("claims", "--batch", "-", stdin="\n".join(map(json.dumps, rows)).encode())
    assert result.code == 1
    x, y, z, empty = result.rows
    assert x["id"] == "x"
    assert len(x["attributions"]) >= 2
    assert y == {"id": "y", "attributions": []}
    assert "Line 3" in z["error"]
    assert empty == {"id": "e", "attributions": []}


def test_claims_for_a_person_say_who_said_what(onrecord: Onrecord, tmp_path: Path) -> None:
    """Plain lines in a pipe: the speaker, how, where, and the words."""
    (tmp_path / "harbor.txt").write_text(HARBOR)
    out = onrecord("claims", "harbor.txt").out
    assert "Ines Okafor" in out
    assert "Nobody will lose a day of pay over this" in out
    assert "\x1b" not in out


def test_a_file_that_is_no_text_is_one_sentence(onrecord: Onrecord, tmp_path: Path) -> None:
    """Bytes that are not UTF-8, and a file that is not there: exit 1 and one line on stderr."""
    (tmp_path / "latin.txt").write_bytes("Größe".encode("latin-1"))
    for file in ("latin.txt", "nowhere.txt"):
        result = onrecord("claims", file)
        assert (result.code, result.out) == (1, "")
        assert file in result.err
        assert len(result.err.strip().splitlines()) == 1


def test_a_true_quotation_is_verbatim(onrecord: Onrecord, harbor: str) -> None:
    """The record's own words are found, with the passage they stand in."""
    verdict = onrecord("check", "Nobody will lose a day of pay over this", "--json").json
    assert verdict["verdict"] == "verbatim"
    assert verdict["closest"]["article_id"] == harbor
    assert "Nobody will lose a day of pay" in verdict["closest"]["quote"]


def test_a_changed_word_is_shown(onrecord: Onrecord, harbor: str) -> None:
    """An altered quotation comes with the difference; put together, its parts give both readings."""
    verdict = onrecord("check", "Nobody will lose a week of pay over this", "--json").json
    assert verdict["verdict"] == "altered"
    changed = [change for change in verdict["diff"] if change["op"] != "same"]
    assert ("week", "day") in {(change["said"].strip(), change["record"].strip()) for change in changed}


def test_words_of_somebody_else_are_a_wrong_speaker(onrecord: Onrecord, harbor: str) -> None:
    """Right words under a wrong name are told apart from wrong words; in a batch each row names its own speaker."""
    rows = [
        {"id": 1, "text": "Nobody will lose a day of pay over this", "speaker": "Ines Okafor"},
        {"id": 2, "text": "Nobody will lose a day of pay over this", "speaker": "Bo Lind"},
        {"id": 3, "text": "Penguins invaded the moon with borrowed tubas"},
    ]
    result = onrecord("check", "--batch", "-", stdin="\n".join(map(json.dumps, rows)).encode())
    assert [(row["id"], row["verdict"]) for row in result.rows] == [
        (1, "verbatim"),
        (2, "wrong_speaker"),
        (3, "not_on_record"),
    ]


def test_a_stitched_quotation_has_its_parts(onrecord: Onrecord, harbor: str) -> None:
    """What was judged, and each place that it was taken from, for a program and for a person."""
    text = 'Okafor said: "Nobody will lose a day of pay over this. The old crane was built in 1962."'
    verdict = onrecord("check", text, "--json").json
    assert verdict["verdict"] == "stitched"
    assert verdict["claim"]["speaker"] == "Okafor"
    assert [part["article_id"] for part in verdict["parts"]] == [harbor, harbor]
    assert "1962" in verdict["parts"][1]["quote"]
    out = onrecord("check", text).out
    assert out.index("On record, part 1:") < out.index("On record, part 2:")
    assert "Closest on record" not in out
