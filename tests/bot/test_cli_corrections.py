"""``onrecord corrections``: which posted answers quote what is no longer so."""

from __future__ import annotations

from pathlib import Path

from calls import Onrecord

from index.archive import Archive
from index.cards import Kind, Posted, Quoted, digest
from index.types import Receipt


def post(data: Path, article_id: str) -> Quoted:
    """A card that quotes the first passage of the article."""
    with Archive.open(data) as archive:
        article, passage = archive.article(article_id), archive.passages(article_id)[0]
        words = article.words(passage.span)
        receipt = Receipt(article.id, article.sha256, passage.span)
        quoted = Quoted(
            receipt, 1, digest(words), len(" ".join(words.split())), "who",
            speaker=passage.said_by.speaker.name if passage.said_by and passage.said_by.speaker else None,
            cited=passage.said_by is not None, title="Crane",
        )  # fmt: skip
        archive.remember_card(Posted(5, 7, "2099-01-02T03:04:05+00:00", Kind.ANSWER, "en", (quoted,)))
    return quoted


def test_lists_what_is_to_be_corrected(onrecord: Onrecord, harbor: str, tmp_path: Path) -> None:
    """Nothing while all stands; the card with its state, and what became of the quotation, once the article is gone."""
    quoted = post(tmp_path / "data", harbor)
    assert onrecord("corrections", "--json").json == {"corrections": []}
    assert onrecord("corrections").out == "Every posted answer shows what is on record.\n"
    onrecord("remove", harbor)
    (card,) = onrecord("corrections", "--json").json["corrections"]
    assert (card["message"], card["channel"], card["kind"], card["state"]) == (5, 7, "answer", "due")
    (row,) = card["quotations"]
    assert (row["article_id"], row["found"], row["shown"]) == (harbor, "withdrawn", "stands")
    assert (row["start"], row["end"]) == (quoted.receipt.span.start, quoted.receipt.span.end)
    out = onrecord("corrections").out
    assert "due" in out
    assert f"withdrawn: “Crane” ({harbor}" in out
