"""Files, folders, standard input, Markdown, PDF and JSONL rows; and the one sentence that each failure gets."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import NotAnArticle, SourceError, TooLarge, Unreadable
from index.sources import Given, SourceSettings, read, read_bytes
from index.sources.markdown import plain
from index.sources.text import unwrapped
from index.types import Draft

ARTICLE = "The council met on Friday to vote on the plan.\n\nIt was adopted by a wide margin, two members said."


def pdf(*pages: list[str]) -> bytes:
    """A PDF with one line of Helvetica for each string."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for lines in pages:
        shown = "BT /F1 12 Tf 14 TL 50 750 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out = "%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF"
    out += f"xref\n0 {size}\n0000000000 65535 f \n{table}{end}"
    return out.encode("latin-1")


def test_each_kind_of_file_gives_the_same_article(tmp_path: Path) -> None:
    """Text, Markdown, HTML and PDF of one article become one text."""
    first, second = ARTICLE.split("\n\n")
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    (tmp_path / "b.md").write_text(
        f"# The plan\n\n{first}\n\n*It was* [adopted](https://example.org) {second[15:]}\n", encoding="utf-8"
    )
    (tmp_path / "c.html").write_text(
        f"<html><body><article><p>{first}</p><p>{second}</p></article></body></html>", encoding="utf-8"
    )
    (tmp_path / "d.pdf").write_bytes(pdf([first, second]))
    (tmp_path / "e.jsonl").write_text(json.dumps({"text": ARTICLE}) + "\n", encoding="utf-8")
    assert [out.text if isinstance(out, Draft) else out for out in read(str(tmp_path))] == [ARTICLE] * 5


def test_a_folder_is_read_in_order_without_what_is_hidden(tmp_path: Path) -> None:
    """Folders are read to the bottom, sorted; hidden files and folders are left out; a bad file stops nothing."""
    for name in ("b/z.txt", "b/a.txt", "a.txt", ".hidden.txt", ".git/x.txt", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"The file {name} was read on Friday.", encoding="utf-8")
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    out = list(read(str(tmp_path)))
    assert [one.text.split()[2] if isinstance(one, Draft) else type(one).__name__ for one in out] == [
        "a.txt",
        "Unreadable",
        "c.txt",
        "b/a.txt",
        "b/z.txt",
    ]


def test_links_do_not_lead_out_of_a_folder(tmp_path: Path) -> None:
    """A link to a file elsewhere is refused with a reason, a link to a folder elsewhere is not entered."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("The secret was kept for many years.", encoding="utf-8")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link.txt").symlink_to(outside / "secret.txt")
    (folder / "inside").symlink_to(outside, target_is_directory=True)
    (out,) = read(str(folder))
    assert isinstance(out, Unreadable)
    assert "leads out of the folder" in str(out)


def test_files_know_where_they_were_read(tmp_path: Path) -> None:
    """A draft of a file carries the file's whole path."""
    (tmp_path / "a.txt").write_text(ARTICLE, encoding="utf-8")
    (out,) = read(str(tmp_path / "a.txt"))
    assert isinstance(out, Draft)
    assert out.origin == str((tmp_path / "a.txt").resolve())


SMALL = SourceSettings(max_bytes=1_000)


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        (b"", NotAnArticle, "is empty"),
        (b" \n\n", NotAnArticle, "is empty"),
        (b"\x00\x01\x02binary", Unreadable, "binary"),
        ("caf\xe9 was here on Friday.".encode("latin-1"), Unreadable, "UTF-8"),
        (b"x" * 1_001, TooLarge, "limit"),
        (b"Home\nNews\nSport\n", NotAnArticle, "no article"),
        (b"Share on Facebook\nAll rights reserved.", NotAnArticle, "no article"),
        (b"\xff\xfe\x00", Unreadable, "UTF-16"),
        (b"%PDF-1.4 nonsense", Unreadable, "damaged PDF"),
        (b"\x1f\x8bnonsense", Unreadable, "damaged"),
    ],
)
def test_each_failure_is_one_sentence_that_names_the_source(data: bytes, kind: type[SourceError], says: str) -> None:
    """What cannot become an article says so in one sentence with the name that was given."""
    (out,) = read_bytes(data, "standard input", settings=SMALL)
    assert type(out) is kind
    assert says in str(out)
    assert "standard input" in str(out)
    assert "\n" not in str(out)
    assert str(out).endswith(".")


def test_a_large_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    """A file over the limit is refused with its size."""
    with (tmp_path / "big.txt").open("wb") as stream:
        stream.truncate(50_000_000)
    (out,) = read(str(tmp_path / "big.txt"))
    assert isinstance(out, TooLarge)
    assert "50 MB" in str(out)
    assert "10 MB" in str(out)


def test_missing_and_special_files_have_their_reason(tmp_path: Path) -> None:
    """No such file, a pipe and an empty folder each fail in words."""
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "empty").mkdir()
    said = ["no file or folder", "device or pipe", "no files", "no file or folder"]
    for name, reason in zip(("none.txt", "pipe.txt", "empty", "nul\0.txt"), said, strict=True):
        (out,) = read(str(tmp_path / name))
        assert isinstance(out, SourceError)
        assert reason in str(out)


def test_a_given_date_that_is_no_day_is_refused() -> None:
    """A date that cannot be read is not dropped in silence."""
    (out,) = read_bytes(ARTICLE.encode(), "a.txt", Given(date="soon"))
    assert isinstance(out, SourceError)
    assert "YYYY-MM-DD" in str(out)


def test_rows_are_final_and_a_broken_one_stops_nothing() -> None:
    """A row's text is taken as it is; broken rows are named by their line, and the others go in."""
    text = "Share on Facebook\n\n  Two  spaces \u00a0 stay.  "
    rows = [
        json.dumps(
            {
                "id": "x1",
                "text": text,
                "title": "T",
                "publisher": "P",
                "authors": ["A B"],
                "date": "2022/06/12",
                "url": "https://example.org/a",
            }
        ).encode(),
        b"{broken",
        b"[1]",
        b"",
        json.dumps({"text": "  "}).encode(),
        b'{"text": "half \\ud800"}',
        json.dumps(
            {"id": 7, "text": "More.", "outlet": "O", "publisher": "P", "authors": "C D", "date": "whenever"}
        ).encode(),
    ]
    for data in (b"\n".join(rows), gzip.compress(b"\n".join(rows))):
        out = list(read_bytes(data, "rows.jsonl"))
        assert out[0] == Draft(text, "T", "P", ("A B",), "2022-06-12", "https://example.org/a", "x1")
        assert out[-1] == Draft("More.", None, "O", ("C D",), None, None, "7")
        assert [str(error).split(" of ")[0] for error in out[1:-1]] == ["Line 2", "Line 3", "Line 5", "Line 6"]


def test_a_cut_archive_keeps_the_rows_before_the_cut() -> None:
    """Rows before the damage go in, then the damage is reported."""
    rows = [json.dumps({"text": f"Row {n} {os.urandom(40).hex()}"}).encode() for n in range(2_000)]
    out = list(read_bytes(gzip.compress(b"\n".join(rows))[:-2_000], "rows.jsonl.gz"))
    assert isinstance(out[0], Draft)
    assert isinstance(out[-1], Unreadable)


def test_a_row_over_the_limit_is_skipped() -> None:
    """The limit holds for each row, so that files of rows may have any length."""
    rows = [{"text": "a b"}, {"text": "x" * 2_000}, {"text": "c d"}]
    out = list(read_bytes("\n".join(map(json.dumps, rows)).encode(), "rows.jsonl", settings=SMALL))
    assert [type(one) for one in out] == [Draft, TooLarge, Draft]


def test_standard_input_is_known_by_its_content() -> None:
    """Without a name's ending, the bytes tell a page, a PDF, rows, Markdown and text apart."""
    first, second = ARTICLE.split("\n\n")
    for data in (
        f"<!DOCTYPE html><html><body><article><p>{first}</p><p>{second}</p></article></body></html>".encode(),
        pdf([first, second]),
        json.dumps({"text": ARTICLE}).encode(),
        f"# Title\n\n{first}\n\n**It** was{second[6:]}".encode(),
        ("\ufeff" + ARTICLE).encode("utf-16"),
        ARTICLE.replace("\n", "\r\n").encode(),
    ):
        assert [out.text if isinstance(out, Draft) else out for out in read_bytes(data, "standard input")] == [ARTICLE]


def test_markdown_marks_go_and_words_stay() -> None:
    """Emphasis, links, images, quotation marks, lists, rules and HTML become plain words."""
    text = "Two\nlines _with_ **marks** and `code`, 2*3*4 and snake_case_name.\n\n"
    text += "> Quoted [words](http://a.b/(c)) here.\n\n- item ![x](y.png)one\n\n"
    text += "---\n\n<script>bad()</script>\n\n[ref]: http://x.y\n\n\\*kept\\*"
    assert plain(text).split("\n\n") == [
        "Two lines with marks and code, 2*3*4 and snake_case_name.",
        "Quoted words here.",
        "item one",
        "*kept*",
    ]


def test_wrapped_lines_become_paragraphs_and_paragraphs_stay() -> None:
    """Lines cut at a width are joined; lines that are paragraphs are not."""
    wrapped = "The council met on Friday to vote on the plan that has been in\n"
    wrapped += "the making for several years, and it was adopted by a wide mar-\n"
    wrapped += "gin after a debate of seven hours in which nobody was able to\nsay what it would cost.\n\n"
    wrapped += "Opponents said that they would go to court over it before the\nend of the year."
    assert (
        unwrapped(wrapped)
        .split("\n\n")[0]
        .endswith(
            "adopted by a wide margin after a debate of seven hours in which nobody was able to say what it would cost."
        )
    )
    assert unwrapped(ARTICLE) == ARTICLE


def test_pdf_pages_lose_their_running_lines() -> None:
    """Page numbers and lines at the edge of most pages are no part of the article."""
    sentences = [f"The council met for the {word} time on Friday." for word in ("first", "second", "third", "fourth")]
    (out,) = read_bytes(
        pdf(*(["The Courier", sentence, f"Page {n}"] for n, sentence in enumerate(sentences, 1))), "a.pdf"
    )
    assert isinstance(out, Draft)
    assert out.text.split("\n\n") == sentences


def test_a_pdf_without_text_and_a_book_are_refused() -> None:
    """A scan and a book fail with their own reasons."""
    (scan,) = read_bytes(pdf([]), "scan.pdf")
    (book,) = read_bytes(pdf(["One."], ["Two."]), "book.pdf", settings=SourceSettings(max_pages=1))
    assert isinstance(scan, NotAnArticle)
    assert "only pictures" in str(scan)
    assert isinstance(book, TooLarge)


PDF = pdf(["The council met on Friday to vote.", "It was adopted by a wide margin."])


@given(st.lists(st.tuples(st.integers(0, len(PDF) - 1), st.binary(max_size=12)), max_size=8))
@settings(deadline=None, max_examples=60)
def test_any_damaged_pdf_is_an_article_or_a_reason(damage: list[tuple[int, bytes]]) -> None:
    """Damage anywhere in a PDF ends in a draft or a ``SourceError``."""
    data = PDF
    for place, put in damage:
        data = data[:place] + put + data[place + len(put) :]
    for out in read_bytes(data, "a.pdf"):
        assert isinstance(out, (Draft, SourceError))


@given(st.binary(), st.sampled_from(["a.txt", "a.md", "a.html", "a.pdf", "a.jsonl", "a.jsonl.gz", "-"]))
@settings(deadline=None, max_examples=100)
def test_any_bytes_are_an_article_or_a_reason(data: bytes, name: str) -> None:
    """No bytes end in anything but drafts and ``SourceError`` values, and never in nothing."""
    out = list(read_bytes(data, name))
    assert out
    assert all(isinstance(one, (Draft, SourceError)) for one in out)
