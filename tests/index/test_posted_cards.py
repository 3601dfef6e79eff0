"""Posted cards against what is served: what stands, what does not, and that no sequence of changes deceives it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from archives import draft, few, texts
from hypothesis import given
from hypothesis import strategies as st

from index.archive import Archive
from index.cards import STANDS, Finding, Kind, Posted, Quoted, Standing, State, digest, even
from index.corrections import found_again, reads_now
from index.encoder import Encoder
from index.types import Article, Passage, Receipt, Span


def quoted_at(article: Article, span: Span, **more: object) -> Quoted:
    words = article.words(span)
    receipt = Receipt(article.id, article.sha256, span)
    return Quoted(receipt, 0, digest(words), len(even(words)), "who", **more)  # type: ignore[arg-type]


def post(archive: Archive, number: int = 0, message: int = 1, channel: int = 7, passage: int = 0) -> Quoted:
    article = archive.article(f"article-{number}")
    shown = archive.passages(article.id)[passage]
    speaker = shown.said_by and shown.said_by.speaker
    quoted = quoted_at(article, shown.span, speaker=speaker and speaker.name, cited=shown.said_by is not None)
    archive.remember_card(Posted(message, channel, "2099-01-01T00:00:00+00:00", Kind.ANSWER, "en", (quoted,)))
    return quoted


def found(archive: Archive, message: int = 1) -> Finding:
    archive.compare_cards()
    card = archive.cards.get(message)
    assert card is not None
    return card.quotations[0].found


def test_what_is_found(archive: Archive) -> None:
    """Standing, altered, standing again, withdrawn, and as it was: each change of what is served is noticed."""
    archive.add(draft(0))
    post(archive)
    assert found(archive) == STANDS
    archive.add(draft(0, more=" A last sentence."))
    assert found(archive) == Finding(moved=True)
    changed = draft(0)
    archive.add(replace(changed, text=changed.text.replace("on Monday", "on Tuesday")))
    assert found(archive).standing is Standing.ALTERED
    archive.remove("article-0")
    assert found(archive).standing is Standing.WITHDRAWN
    archive.undo(archive.log.entries(limit=1)[0])
    assert found(archive).standing is Standing.ALTERED
    archive.add(draft(0))
    assert found(archive) == STANDS


def test_every_speaker_of_an_archive_is_its_own(archive: Archive) -> None:
    """Of no passage another speaker is found than the one it was quoted with, over re-indexing too."""
    for number in range(4):
        archive.add(draft(number))
    for number in range(4):
        for passage, _ in enumerate(archive.passages(f"article-{number}")):
            post(archive, number, message=10 * number + passage + 1, passage=passage)
    archive.reindex()
    archive.promote()
    archive.compare_cards()
    assert {one.found for card in archive.cards.all() for one in card.quotations} == {STANDS}
    assert archive.cards.due() == ()


@few
@given(
    st.lists(st.tuples(st.sampled_from(["put", "change", "take", "undo", "compare"]), st.integers(0, 2)), max_size=14)
)
def test_found_is_always_what_is_served(
    tmp_path_factory: pytest.TempPathFactory, words_encoder: Encoder, steps: list[tuple[str, int]]
) -> None:
    """After any sequence of changes, looked at or not in between, each card's finding is what a fresh look gives."""
    with Archive.open(tmp_path_factory.mktemp("data"), encoder=words_encoder) as archive:
        for number in range(3):
            archive.add(draft(number))
            post(archive, number, message=number + 1)
        for what, number in steps:
            there = f"article-{number}" in {article.id for article in archive.articles()}
            if what == "put":
                archive.add(draft(number))
            elif what == "change":
                changed = draft(number)
                archive.add(replace(changed, text=changed.text.replace("opened", "closed")))
            elif what == "take" and there:
                archive.remove(f"article-{number}")
            elif what == "undo":
                newest = next((e for e in archive.log.entries() if e.undone_by is None and e.after != e.before), None)
                if newest is not None and newest.action.value in ("added", "updated", "removed"):
                    archive.undo(newest)
            elif what == "compare":
                archive.compare_cards()
        archive.compare_cards()
        articles = {article.id: article.text for article in archive.articles()}
        for card in archive.cards.all():
            (quoted,) = card.quotations
            text = articles.get(quoted.receipt.article_id)
            expected = Standing.WITHDRAWN if text is None else Standing.STANDS if "opened" in text else Standing.ALTERED
            assert quoted.found.standing is expected
            assert (card.state is State.DUE) == (quoted.found != quoted.shown)


@given(texts, st.data())
def test_a_quotation_is_found_again_where_its_characters_stand(text: str, data: st.DataObject) -> None:
    """Moved by other words and with other white space it is found, to the character; never where it does not stand."""
    article = Article("a", text)
    start = data.draw(st.integers(0, len(text)))
    words = text[start : data.draw(st.integers(start, len(text)))].strip()
    if not words:
        return
    start = text.index(words)
    quoted = quoted_at(article, Span(start, start + len(words)))
    spread = "Before it.\n" + words.replace(" ", " \n ") + "\tAfter it."
    span = found_again(quoted, spread)
    assert span is not None
    assert even(spread[span.start : span.end]) == even(words)
    other = found_again(quoted, "Something else entirely, without a doubt.")
    assert other is None or even(words) in "Something else entirely, without a doubt."


def test_what_an_article_reads_now() -> None:
    """The whole sentence nearest to the old words; nothing where there is none like it."""
    text = "The repair would cost 5.1 million crowns, Dahl said on Monday. Rain fell all day on the town."
    passages = [Passage("a", Span(0, 62), None), Passage("a", Span(63, len(text)), None)]
    now = reads_now("The repair would cost 4.2 million crowns, Dahl said on Monday.", Article("a", text), passages)
    assert now is not None
    assert now.quote == text[:62]
    assert reads_now("Students asked for longer hours for years.", Article("a", text), passages) is None
    assert reads_now("Anything at all.", Article("a", text), []) is None


def test_a_card_is_kept_no_longer_than_told(archive: Archive) -> None:
    """After so many days nothing is left of it; a younger one stays."""
    archive.add(draft(0))
    quoted = post(archive)
    now = datetime.now(UTC)
    old = (now - timedelta(days=366)).isoformat(timespec="seconds")
    archive.cards.put(Posted(1, 7, old, Kind.ANSWER, "en", (quoted,)))
    archive.cards.put(Posted(2, 7, now.isoformat(timespec="seconds"), Kind.ANSWER, "en", (quoted,)))
    assert archive.cards.forget_old(365) == 1
    assert archive.cards.forget_old(365) == 0
    assert [card.message for card in archive.cards.all()] == [2]
    rows = archive._store._db.execute("SELECT count(*) FROM card_quotations").fetchone()
    assert rows == (1,)


def test_changed_while_it_was_sent(archive: Archive) -> None:
    """A card whose article was removed between its proof and its being remembered is due at once."""
    archive.add(draft(0))
    quoted = post(archive)
    archive.remove("article-0")
    archive.compare_cards()
    archive.remember_card(Posted(2, 7, "2099-01-01T00:00:00+00:00", Kind.ANSWER, "en", (quoted,)))
    assert [card.message for card in archive.cards.due()] == [1, 2]


def test_only_changed_articles_are_looked_at(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change of one article costs a look at its cards; a change of settings none; a promotion all."""
    for number in range(3):
        archive.add(draft(number))
        post(archive, number, message=number + 1)
    archive.compare_cards()
    looked: list[str] = []
    original = Archive._standing

    def noted(self: Archive, quoted: Quoted) -> Finding:
        looked.append(quoted.receipt.article_id)
        return original(self, quoted)

    monkeypatch.setattr(Archive, "_standing", noted)
    archive.add(draft(1, more=" More."))
    archive.compare_cards()
    archive.compare_cards()
    archive.set_threshold(0.4, risk=0.1, labels=3)
    archive.compare_cards()
    assert looked == ["article-1"]
    archive.reindex()
    archive.promote()
    archive.compare_cards()
    assert sorted(looked[1:]) == ["article-0", "article-1", "article-2"]
