"""A whole archive as one file: what goes in comes out, all of it or nothing, and nothing is believed of a file."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from archives import SUBJECTS, CountingEncoder, assert_complete, draft, few, texts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import bundle
from index.archive import Archive
from index.audit import Action
from index.bundle import ARTICLES, MANIFEST, VECTORS, Limits, Merged
from index.encoder import Encoder
from index.errors import BundleError, NotUndoable
from index.feedback import Complaint
from index.types import Answer, Draft, Receipt, Status

QUESTIONS = tuple(f"What did Ada Marsh say about the {subject}?" for subject in SUBJECTS[:4])


def told(archive: Archive) -> Any:
    """All that people see of an archive: articles, passages with who says them, and answers."""
    articles = archive.articles()
    replies = [archive.ask(question, threshold=0.0) for question in QUESTIONS]
    return (
        {article.id: (article, article.sha256) for article in articles},
        {a.id: [(p.span, p.said_by) for p in archive.passages(a.id)] for a in articles},
        {a.id: archive.attributions(a.id) for a in articles},
        [
            [(hit.article.id, hit.passage.span, round(hit.score, 6)) for hit in reply.hits]
            if isinstance(reply, Answer)
            else reply.reason
            for reply in replies
        ],
        archive.threshold,
        archive.server_settings.get(),
        sorted((f.question, f.receipt.article_id, f.right, f.complaint or "", f.at) for f in archive.feedback()),
    )


def fill(archive: Archive, numbers: list[int], odd: list[str]) -> None:
    list(archive.add_all([draft(number) for number in numbers]))
    for number, text in enumerate(odd):
        if any(map(str.isalnum, text)):
            archive.add(Draft(text, title=text[:9] or None, authors=("Æ Ø",), url=f"https://a.example/{number}"))
    for passage in [p for a in archive.articles()[:2] for p in archive.passages(a.id)[:2]]:
        article = archive.article(passage.article_id)
        receipt = Receipt(article.id, article.sha256, passage.span)
        for member, right in (("1", True), ("2", True), ("3", False)):
            archive.give_feedback("What?", receipt, 0.5, right=right, by=member, words="Well.",
                                  complaint=None if right else Complaint.OUTDATED)  # fmt: skip
    archive.server_settings.set(by="1", corrections=False, channels=(5, 6), retention_days=9)
    archive.set_threshold(0.25, risk=0.1, labels=30)


@settings(few, max_examples=8)
@given(st.lists(st.integers(0, 30), max_size=4, unique=True), st.lists(texts, max_size=2), st.booleans())
def test_what_goes_in_comes_out(
    tmp_path_factory: pytest.TempPathFactory, words_encoder: Encoder, numbers: list[int], odd: list[str], vectors: bool
) -> None:
    """Any archive, exported and imported into an empty one, has the same articles, passages, speakers and answers.

    With vectors nothing is embedded; importing once more changes nothing, neither there nor where it came from.
    """
    folder = tmp_path_factory.mktemp("data")
    file = folder / "archive.zip"
    with Archive.open(folder / "one", encoder=words_encoder) as archive:
        fill(archive, numbers, odd)
        before = told(archive)
        written = archive.export(file, made_by="test", vectors=vectors)
        again = archive.take_in(bundle.read(file))
        assert not any(part.changed for part in again.parts.values())
        assert told(archive) == before
    assert written.rows["articles"] == len(before[0])
    counting = CountingEncoder(words_encoder)
    with Archive.open(folder / "two", encoder=counting) as archive:
        imported = archive.take_in(bundle.read(file), by="7")
        assert (imported.embedded == 0) if vectors else (imported.vectors == 0)
        assert len(counting.encoded) <= (15 if vectors else len(set(counting.encoded)))
        assert told(archive) == before
        assert_complete(archive)
        entries = len(archive.log.entries())
        again = archive.take_in(bundle.read(file), by="7")
        assert not any(part.changed for part in again.parts.values())
        assert (told(archive), len(archive.log.entries())) == (before, entries)


def test_into_an_archive_that_has_articles(tmp_path: Path, words_encoder: Encoder) -> None:
    """What is of the same id is replaced, what is the same stays, and what only stands here is kept; in the log."""
    file = tmp_path / "archive.zip"
    with Archive.open(tmp_path / "one", encoder=words_encoder) as archive:
        list(archive.add_all([draft(1), draft(2), draft(3)]))
        archive.export(file, made_by="test")
    with Archive.open(tmp_path / "two", encoder=words_encoder) as archive:
        older = replace(draft(2, more=" Older words."), origin="/home/me/two.txt")
        list(archive.add_all([draft(1), older, draft(4)]))
        imported = archive.take_in(bundle.read(file), by="7")
        assert imported.parts["articles"] == Merged(added=1, updated=1, unchanged=1)
        assert [article.id for article in archive.articles()].count("article-4") == 1
        assert archive.article("article-2").text == draft(2).text
        assert archive.add(replace(draft(2), id=None, origin="/home/me/two.txt")).status is Status.UNCHANGED
        newest, *others = archive.log.entries(limit=3)
        assert (newest.action, newest.words) == (Action.IMPORTED, "articles: 1 added, 1 updated")
        assert {(entry.action, entry.by) for entry in others} == {(Action.ADDED, "7"), (Action.UPDATED, "7")}
        with pytest.raises(NotUndoable, match="change by change"):
            archive.undo(newest)
        archive.undo(next(entry for entry in others if entry.action is Action.UPDATED))
        assert archive.article("article-2").text.endswith(" Older words.")
        assert_complete(archive)


def exported(tmp_path: Path, encoder: Encoder) -> Path:
    """A small archive's file, made once for each test."""
    file = tmp_path / "archive.zip"
    with Archive.open(tmp_path / "source", encoder=encoder) as archive:
        fill(archive, [1, 2], [])
        archive.export(file, made_by="test", log=True)
    return file


def test_persons_and_paths_stay_out(tmp_path: Path, words_encoder: Encoder) -> None:
    """No member, no pseudonym, no path of the machine; the log is only there where it is asked for."""
    source = tmp_path / "secret-folder"
    with Archive.open(source, encoder=words_encoder) as archive:
        archive.add(replace(draft(1), id=None, origin="/home/secret-user/a.txt"), by="secret-moderator")
        fill(archive, [2], [])
        names = {one.by for one in archive.feedback()}
        archive.export(tmp_path / "without.zip", made_by="test")
        archive.export(tmp_path / "with.zip", made_by="test", log=True)
    for name, log in (("without", False), ("with", True)):
        with zipfile.ZipFile(tmp_path / f"{name}.zip") as opened:
            whole = b"".join(opened.read(member) for member in opened.namelist())
        assert b"secret-user" not in whole
        assert b"secret-folder" not in whole
        assert not any(person.encode() in whole for person in names if person)
        assert (b"secret-moderator" in whole) is log
    assert bundle.read(tmp_path / "with.zip").skipped == ("log.jsonl",)


def test_what_belongs_to_one_server_stays_there(tmp_path: Path, words_encoder: Encoder) -> None:
    """Ids of channels and roles mean nothing in another server, and are not taken; the other settings are."""
    file = exported(tmp_path, words_encoder)
    with Archive.open(tmp_path, "123", encoder=words_encoder) as archive:
        imported = archive.take_in(bundle.read(file))
        assert imported.parts["settings"] == Merged(added=2, skipped=1)
        assert archive.server_settings.stored() == {"corrections": False, "retention_days": 9}


def test_vectors_of_another_model_are_not_taken(tmp_path: Path, words_encoder: Encoder) -> None:
    """A file may say that its vectors are this model's: a few are made anew to see, and then all are."""
    file = exported(tmp_path, words_encoder)

    class Turned(CountingEncoder):
        def encode(self, texts: Any) -> Any:
            return np.roll(super().encode(texts), 1, axis=1)

    for encoder, taken in ((CountingEncoder(words_encoder), True), (Turned(words_encoder), False)):
        with Archive.open(tmp_path / type(encoder).__name__, encoder=encoder) as archive:
            imported = archive.take_in(bundle.read(file))
            assert (imported.embedded == 0, imported.vectors > 0) == (taken, taken)
    with Archive.open(tmp_path / "other", encoder=CountingEncoder(words_encoder, "another")) as archive:
        assert archive.take_in(bundle.read(file)).vectors == 0


def test_all_or_nothing(tmp_path: Path, words_encoder: Encoder) -> None:
    """A part that cannot be stops the whole import: no article came in, nothing is in the log."""
    file = rewritten(exported(tmp_path, words_encoder), feedback=b'{"question": "What?"}\n')
    with Archive.open(tmp_path / "two", encoder=words_encoder) as archive:
        with pytest.raises(BundleError, match="holds feedback that cannot be; nothing was imported"):
            archive.take_in(bundle.read(file))
        assert archive.articles() == ()
        assert archive.log.entries() == ()
        assert archive.server_settings.stored() == {}


def rewritten(file: Path, manifest: Callable[[Any], Any] | None = None, **parts: bytes) -> Path:
    """The same file with other lines in some parts, and a manifest that fits, unless that is changed too."""
    new = file.with_name("rewritten.zip")
    with zipfile.ZipFile(file) as opened, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as made:
        said = json.loads(opened.read(MANIFEST))
        for name, about in said["files"].items():
            data = parts.get(name.partition(".")[0], opened.read(name))
            about.update(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
            about["rows"] = about["rows"] if name == VECTORS else data.count(b"\n")
            made.writestr(name, data)
        made.writestr(MANIFEST, json.dumps(manifest(said) if manifest else said))
    return new


ARTICLE: dict[str, Any] = {
    "id": "a", "url": None, "title": None, "outlet": None, "authors": [], "date": None, "text": "One word."
}  # fmt: skip


def line(**changes: Any) -> bytes:
    return json.dumps({**ARTICLE, **changes}).encode() + b"\n"


@pytest.mark.parametrize(
    "row",
    [
        b"no JSON\n", b"[]\n", b'{"id": "a"}\n', line(id=""), line(id=5), line(text=""), line(text=None),
        line(date="yesterday"), line(date="20231013"), line(authors="Bo"), line(authors=[5]), line(title=["x"]),
        line(text="half \ud83d"), line() + line(), line().rstrip(b"\n"), line(title=float("nan")),
        b"[" * 100_000 + b"\n",
    ],
)  # fmt: skip
def test_rows_that_are_no_articles(tmp_path: Path, words_encoder: Encoder, row: bytes) -> None:
    """Each is refused when the file is read: one sentence, before anything is changed."""
    with pytest.raises(BundleError, match="is damaged"):
        bundle.read(rewritten(exported(tmp_path, words_encoder), articles=row))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"version": bundle.VERSION + 1}, "written by a newer onrecord"),
        ({"version": 0}, "does not say what it should"), ({"version": True}, "is not an export"),
        ({"version": "1"}, "is not an export"), ({"format": "another"}, "is not an export"),
        ({"files": {}}, "lacks a file"), ({"files": []}, "does not say"), ({"archive": None}, "does not say"),
        ({"model": 5}, "does not say"),
        ({"files": {ARTICLES: {"sha256": "0", "bytes": -1, "rows": 0}}}, "does not say"),
        ({"files": {"../../etc/passwd": {"sha256": "0", "bytes": 1, "rows": 0}}}, "does not say"),
        ({"files": {ARTICLES: {"sha256": "0", "bytes": 10**9, "rows": 1}}}, "is not what"),
        ({"files": {ARTICLES: {"sha256": "0", "bytes": 5, "rows": 1}}}, "larger than it may be"),
        ({"files": {ARTICLES: {"sha256": "0", "bytes": 5, "rows": 1}, "gone.jsonl": {}}}, "does not say"),
    ],
)  # fmt: skip
def test_manifests_that_are_not_to_be_believed(
    tmp_path: Path, words_encoder: Encoder, change: dict[str, Any], sentence: str
) -> None:
    """A newer version, another format, wrong sizes, hashes and names: refused in one sentence."""
    file = rewritten(exported(tmp_path, words_encoder), lambda said: {**said, **change})
    with pytest.raises(BundleError, match=sentence):
        bundle.read(file)


def test_names_in_the_file_are_no_paths(tmp_path: Path, words_encoder: Encoder) -> None:
    """What the manifest does not name is not read, and nothing is ever written to the disk."""
    file = exported(tmp_path, words_encoder)
    with zipfile.ZipFile(file, "a") as opened:
        opened.writestr("../../escaped.txt", "x")
        opened.writestr("/srv/escaped.txt", "x")
    before = sorted(tmp_path.rglob("*"))
    found = bundle.read(file)
    assert found.skipped == ("../../escaped.txt", "/srv/escaped.txt", "log.jsonl")
    assert sorted(tmp_path.rglob("*")) == before
    assert not (tmp_path.parent / "escaped.txt").exists()


def test_a_bomb_is_not_unpacked(tmp_path: Path, words_encoder: Encoder) -> None:
    """However little a file is on disk, no more of it is read than is allowed, in all and in one line."""
    bomb = rewritten(exported(tmp_path, words_encoder), articles=b"\0" * (64 << 20))
    assert bomb.stat().st_size < 1 << 20
    with pytest.raises(BundleError, match="larger than the 1 MiB"):
        bundle.read(bomb, Limits(total=1 << 20))
    with pytest.raises(BundleError, match=r"a line of articles\.jsonl is larger"):
        bundle.read(bomb)


def test_a_file_that_is_there_twice(tmp_path: Path, words_encoder: Encoder) -> None:
    """Which of the two was meant nobody knows."""
    file = exported(tmp_path, words_encoder)
    with zipfile.ZipFile(file, "a") as opened, pytest.warns(UserWarning, match="Duplicate"):
        opened.writestr(ARTICLES, line())
    with pytest.raises(BundleError, match="a file twice"):
        bundle.read(file)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no zip at all" * 100])
def test_what_is_no_zip(tmp_path: Path, data: bytes) -> None:
    """Any other file is said to be none of ours."""
    (tmp_path / "a.zip").write_bytes(data)
    with pytest.raises(BundleError, match="is not an export of onrecord"):
        bundle.read(tmp_path / "a.zip")


@pytest.fixture
def sound(tmp_path_factory: pytest.TempPathFactory, words_encoder: Encoder) -> Path:
    """One file that is whole."""
    return exported(tmp_path_factory.mktemp("sound"), words_encoder)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_happened_to_a_file_it_is_refused_or_whole(sound: Path, tmp_path: Path, data: st.DataObject) -> None:
    """Bytes that changed or are missing, anywhere: a sentence, or what the whole file says; never anything else."""
    whole = bytearray(sound.read_bytes())
    where = data.draw(st.integers(0, len(whole) - 1) | st.integers(max(0, len(whole) - 900), len(whole) - 1))
    if data.draw(st.booleans()):
        whole[where] ^= data.draw(st.integers(1, 255))
    else:
        del whole[where : where + data.draw(st.integers(1, 2000))]
    file = tmp_path / "broken.zip"
    file.write_bytes(whole)
    right = bundle.read(sound)
    try:
        found = bundle.read(file)
    except BundleError:
        return
    assert (found.drafts, found.parts) == (right.drafts, right.parts)
    assert all(np.array_equal(found.vectors[key], right.vectors[key]) for key in right.vectors)


def test_an_export_is_whole_or_not_there(tmp_path: Path, words_encoder: Encoder, monkeypatch: Any) -> None:
    """What stood in the file stays until all of the new one is written; nothing else is left behind."""
    file = tmp_path / "archive.zip"
    file.write_bytes(b"the backup of yesterday")

    def broken(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    with Archive.open(tmp_path / "data", encoder=words_encoder) as archive:
        archive.add(draft(1))
        with monkeypatch.context() as patch:
            patch.setattr(bundle._Writer, "vectors", broken)
            with pytest.raises(OSError, match="No space"):
                archive.export(file, made_by="test")
        assert file.read_bytes() == b"the backup of yesterday"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["archive.zip", "data"]
        archive.export(file, made_by="test")
    assert len(bundle.read(file).drafts) == 1


def test_a_feature_adds_one_line(tmp_path: Path, words_encoder: Encoder, monkeypatch: Any) -> None:
    """A part in the list goes along, is put in in the transaction, and is counted; without it, the file still opens."""
    kept: list[str] = ["one", "two"]

    def load(store: Any, rows: Any, into: bundle.Into) -> Merged:
        assert into == bundle.Into(own=True, by="7")
        new = [row["word"] for row in rows if row["word"] not in kept]
        kept.extend(new)
        return Merged(added=len(new), unchanged=len(rows) - len(new))

    part = bundle.Part("words", lambda store: ({"word": word} for word in kept), load)
    with monkeypatch.context() as patch:
        patch.setattr(bundle, "PARTS", (*bundle.PARTS, part))
        with Archive.open(tmp_path / "one", encoder=words_encoder) as archive:
            archive.export(tmp_path / "a.zip", made_by="test")
        kept.remove("two")
        with Archive.open(tmp_path / "two", encoder=words_encoder) as archive:
            assert archive.take_in(bundle.read(tmp_path / "a.zip"), by="7").parts["words"] == Merged(1, unchanged=1)
    assert bundle.read(tmp_path / "a.zip").skipped == ("words.jsonl",)
