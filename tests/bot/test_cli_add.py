"""``onrecord add``: articles in, one object a source, the good ones whatever the bad ones do."""

from __future__ import annotations

import json
from pathlib import Path

from calls import HARBOR, Onrecord


def test_what_the_flags_say_is_what_is_stored(onrecord: Onrecord, harbor: str) -> None:
    """Title, outlet, authors, day and address given as flags come back with the article."""
    shown = onrecord("show", harbor, "--json").json
    assert (shown["title"], shown["outlet"]) == ("Larkmouth to lose its crane", "Larkmouth Courier")
    assert shown["authors"] == ["Bo Lind", "Ada Ruiz"]
    assert (shown["date"], shown["url"]) == ("2024-05-06", "https://example.org/crane")


def test_the_same_article_twice_is_unchanged(onrecord: Onrecord, tmp_path: Path) -> None:
    """Adding again changes nothing and says so; changed words replace the old article under the same id."""
    file = tmp_path / "harbor.txt"
    file.write_text(HARBOR)
    first = onrecord("add", str(file), "--json", "--url", "https://example.org/crane").json
    assert first["status"] == "added"
    assert first["passages"] > 0
    assert first["attributions"] > 0
    again = onrecord("add", str(file), "--json", "--url", "https://example.org/crane").json
    assert again == {**first, "status": "unchanged"}
    file.write_text(HARBOR.replace("eleven weeks", "twelve weeks"))
    changed = onrecord("add", str(file), "--json", "--url", "https://example.org/crane").json
    assert (changed["status"], changed["article_id"]) == ("updated", first["article_id"])
    assert len(onrecord("list", "--json").json["articles"]) == 1


def test_a_bad_source_does_not_keep_the_good_ones_out(onrecord: Onrecord, tmp_path: Path) -> None:
    """One object a source in the order given; the bad one carries its error, says it on stderr, and makes it exit 1."""
    (tmp_path / "a.txt").write_text(HARBOR)
    (tmp_path / "b.txt").write_bytes(b"\x00\x01\x02" * 400)
    (tmp_path / "c.txt").write_text(HARBOR.replace("Larkmouth", "Fernmouth"))
    result = onrecord("add", "a.txt", "b.txt", "c.txt", "--json")
    assert result.code == 1
    assert [row["status"] for row in result.rows] == ["added", "failed", "added"]
    bad = result.rows[1]
    assert bad["article_id"] is None
    assert bad["error"] in result.err
    assert len(result.err.strip().splitlines()) == 1
    assert len(onrecord("list", "--json").json["articles"]) == 2


def test_rows_keep_their_ids(onrecord: Onrecord, tmp_path: Path) -> None:
    """A row's id becomes its article's id, and its text is taken as it stands."""
    rows = [
        {"id": f"row-{number}", "title": "Harbor", "publisher": "Courier", "date": "2024-05-06", "text": text}
        for number, text in enumerate((HARBOR, HARBOR.replace("crane", "lock"), HARBOR.replace("harbor", "canal")))
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = onrecord("add", "rows.jsonl", "--json")
    assert result.code == 0, result.err
    assert [row["article_id"] for row in result.rows] == ["row-0", "row-1", "row-2"]
    assert result.rows[0]["outlet"] == "Courier"
    assert onrecord("show", "row-1", "--json").json["text"] == rows[1]["text"]


def test_a_row_that_only_the_archive_refuses_keeps_no_other_out(onrecord: Onrecord) -> None:
    """Half a character, which only JSON can carry, is refused by itself; the rows around it are added."""
    texts = (HARBOR, HARBOR + "\ud800", HARBOR.replace("crane", "lock"))
    rows = "".join(json.dumps({"id": f"r{number}", "text": text}) + "\n" for number, text in enumerate(texts))
    Path("rows.jsonl").write_text(rows)
    result = onrecord("add", "rows.jsonl", "--json")
    assert result.code == 1
    assert [row["status"] for row in result.rows] == ["added", "failed", "added"]
    assert [article["article_id"] for article in onrecord("list", "--json").json["articles"]] == ["r0", "r2"]


def test_standard_input_is_a_source(onrecord: Onrecord) -> None:
    """``-`` reads the article from standard input."""
    result = onrecord("add", "-", "--json", "--title", "Crane", stdin=HARBOR.encode())
    assert (result.code, result.json["status"], result.json["title"]) == (0, "added", "Crane")


def test_nothing_goes_in_when_the_source_is_not_an_article(onrecord: Onrecord) -> None:
    """An empty or unreadable source is one sentence, exit 1, and leaves the archive as it was."""
    for stdin in (b"", b"   \n", b"\xff\xfe\x00\x80" * 100):
        result = onrecord("add", "-", "--json", stdin=stdin)
        assert result.code == 1
        assert result.json["status"] == "failed"
        assert len(result.err.strip().splitlines()) == 1
    assert onrecord("add", "no-such-file.txt").code == 1
    assert onrecord("list", "--json").json == {"articles": []}


def test_archives_are_apart(onrecord: Onrecord, harbor: str) -> None:
    """What is in one archive is not in another."""
    assert onrecord("list", "--json", "--archive", "other").json == {"articles": []}
    assert onrecord("show", harbor, "--archive", "other").code == 1
