"""Nothing crosses from one archive to another, and a name leads nowhere but to its own folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from archives import draft, few
from hypothesis import given
from hypothesis import strategies as st

from index.archive import Archive
from index.encoder import Encoder
from index.errors import ArchiveError, NoSuchArticle, ReceiptBroken
from index.types import Answer, Receipt, Status

QUESTIONS = [f"How many years did the {draft(n).text.split()[1]} number {n} take?" for n in range(8)]


@few
@given(st.lists(st.booleans(), min_size=8, max_size=8), st.lists(st.integers(0, 7), max_size=4))
def test_an_archive_only_ever_shows_its_own(
    tmp_path_factory: pytest.TempPathFactory, words_encoder: Encoder, left: list[bool], removed: list[int]
) -> None:
    """Articles dealt to two archives in any way, some removed: no reply, list or suggestion of one is of the other."""
    data = tmp_path_factory.mktemp("two")
    with (
        Archive.open(data, "1", encoder=words_encoder) as one,
        Archive.open(data, "2", encoder=words_encoder) as two,
    ):
        mine: dict[str, set[str]] = {"1": set(), "2": set()}
        for number, goes_left in enumerate(left):
            chosen = one if goes_left else two
            mine[chosen.name].add(chosen.add(draft(number)).article.id)
        for number in removed:
            for archive in (one, two):
                if f"article-{number}" in mine[archive.name]:
                    archive.remove(f"article-{number}")
                    mine[archive.name].discard(f"article-{number}")
        for archive in (one, two):
            ids = mine[archive.name]
            assert {article.id for article in archive.articles()} == ids
            outlets = {article.outlet for article in archive.articles()}
            assert set(archive.outlets()) == outlets
            for question in QUESTIONS:
                reply = archive.ask(question)
                hits = reply.hits if isinstance(reply, Answer) else reply.nearest
                assert {hit.article.id for hit in hits} <= ids
                assert all(archive.prove(hit.receipt) for hit in hits)


def test_a_receipt_of_another_archive_proves_nothing(tmp_path: Path, words_encoder: Encoder) -> None:
    """Ids and receipts are looked up in the archive that is asked, whatever another one holds under them."""
    with (
        Archive.open(tmp_path, "1", encoder=words_encoder) as one,
        Archive.open(tmp_path, "2", encoder=words_encoder) as two,
    ):
        article = one.add(draft(1)).article
        receipt = Receipt(article.id, article.sha256, one.passages(article.id)[0].span)
        with pytest.raises(ReceiptBroken):
            two.prove(receipt)
        assert two.passage_at(receipt) is None
        with pytest.raises(NoSuchArticle):
            two.article(article.id)
        with pytest.raises(NoSuchArticle):
            two.remove(article.id)
        assert two.add(draft(1, more=" Another text.")).status is Status.ADDED
        with pytest.raises(ReceiptBroken):
            two.prove(receipt)
        assert one.prove(receipt) == article


@pytest.mark.parametrize(
    "name",
    [
        "", ".", "..", "../x", "a/b", "a\\b", "/etc", "a b", "a.b", "-a", "_a", "a\n", "a\0", "é", "\ud800", "x" * 65,
        "１",
    ],
)  # fmt: skip
def test_a_name_that_could_be_a_path_is_refused(tmp_path: Path, words_encoder: Encoder, name: str) -> None:
    """Letters, digits, - and _ only, beginning with a letter or digit; nothing is made on the disk."""
    with pytest.raises(ArchiveError, match="archive's name has only"):
        Archive.open(tmp_path / "data", name, encoder=words_encoder)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["default", "1234567890123456789", "A-b_9", "x" * 64])
def test_a_good_name_is_a_folder_of_its_own(tmp_path: Path, words_encoder: Encoder, name: str) -> None:
    """Everything an archive writes is in the folder of its name."""
    with Archive.open(tmp_path, name, encoder=words_encoder) as archive:
        archive.add(draft(1))
        assert [path.name for path in tmp_path.iterdir()] == [name]
