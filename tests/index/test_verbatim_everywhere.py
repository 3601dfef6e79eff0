"""A quotation is text[start:end] of a stored article, and nothing else: for any article, and for thousands of real."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from archives import few, texts
from hypothesis import given
from hypothesis import strategies as st

from index.archive import Archive
from index.attribution import attributions
from index.encoder import Encoder
from index.passages import passages_of
from index.sentences import sentence_spans
from index.types import Answer, Article, Draft, Hit, Passage, Receipt, Reply, Span

wordy = texts.filter(lambda text: any(map(str.isalnum, text)))


def digest(text: str) -> str:
    """SHA-256 of the text, worked out here and not by what is tested."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def shown(reply: Reply) -> tuple[Hit, ...]:
    return reply.hits if isinstance(reply, Answer) else reply.nearest


def assert_verbatim(archive: Archive, hits: Iterable[Hit], given_texts: Sequence[str]) -> None:
    """Each quotation stands at its place in a text that was given, under its hash, and its receipt proves it."""
    for hit in hits:
        receipt = hit.receipt
        text = archive.article(receipt.article_id).text
        assert text in given_texts
        assert hit.quote == text[receipt.span.start : receipt.span.end]
        assert hit.quote == hit.quote.strip() != ""
        assert receipt.sha256 == digest(text)
        assert archive.prove(receipt).words(receipt.span) == hit.quote
        assert archive.passage_at(receipt) == hit.passage
        assert hit.cue is None or all(part in text for part in hit.cue.split())


@few
@given(st.lists(wordy, min_size=1, max_size=4, unique=True), st.data())
def test_every_quotation_is_verbatim(
    tmp_path_factory: pytest.TempPathFactory, words_encoder: Encoder, articles: list[str], data: st.DataObject
) -> None:
    """Answers, nearest passages and listed passages, for questions made of the articles' words and for any others."""
    with Archive.open(tmp_path_factory.mktemp("verbatim"), encoder=words_encoder) as archive:
        stored = [added.article for added in archive.add_all(Draft(text) for text in articles)]
        for article in stored:
            assert archive.article(article.id).text == article.text
            assert archive.article(article.id).sha256 == digest(article.text)
            for passage in archive.passages(article.id):
                assert archive.prove(Receipt(article.id, article.sha256, passage.span)) == article
            assert_passages(article, archive.passages(article.id))
        words = [word for text in articles for word in text.split()]
        asked = [" ".join(data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=6))), data.draw(st.text())]
        for question in asked:
            assert_verbatim(archive, shown(archive.ask(question, limit=50)), articles)


def assert_passages(article: Article, passages: Sequence[Passage]) -> None:
    """Passages lie in the text in order, begin and end in words, and leave out nothing but white space."""
    place = 0
    for passage in passages:
        span = passage.span
        quote = article.words(span)
        assert quote == article.text[span.start : span.end] == quote.strip() != ""
        assert not article.text[place : span.start].strip()
        assert place <= span.start
        place = span.end
        if passage.said_by is not None:
            assert any(span.overlaps(content) for content in passage.said_by.content)
    assert not article.text[place:].strip()


ATTRIBUTED = 4000
"""Characters of a real document whose claims are looked for: finding them takes ten times as long as all the rest, and
this is the whole of 2,143 of the 3,547 documents. Sentences and passages are those of the whole text in every one."""
TAGGED = 12
"""One in so many documents is read by the tagger too, which takes ten times as long as the rules; by the last digits
of its hash, so that it is always the same ones."""


def briefing_failures(rows: list[tuple[str, str]]) -> list[str]:
    """Ids of the documents in which something is not as it should be, with what."""
    failures = []
    for row_id, text in rows:
        try:
            _hold(Article(row_id, text))
        except AssertionError as error:
            failures.append(f"{row_id}: {error}")
    return failures


def _hold(article: Article) -> None:
    text = article.text
    sentences = sentence_spans(text)
    assert "".join(span.of(text) for span in sentences) == text
    claims = attributions(text[:ATTRIBUTED], learned=int(digest(text), 16) % TAGGED == 0)
    for claim in claims:
        assert claim.hull.end <= len(text)
        assert all(span.of(text).strip() for span in (*claim.content, *claim.source, *claim.cue))
    passages = passages_of(article, sentences, claims)
    assert_passages(article, passages)
    whole = [words for span in sentences if (words := span.trimmed(text))]
    starts, ends = {span.start for span in whole}, {span.end for span in whole}
    assert all(passage.span.start in starts and passage.span.end in ends for passage in passages)
    sha256 = digest(text)
    for passage in passages:
        hit = Hit(passage, article, 1.0)
        assert hit.quote == text[passage.span.start : passage.span.end]
        assert hit.receipt == Receipt(article.id, sha256, Span(passage.span.start, passage.span.end))


def test_every_passage_of_real_documents_is_verbatim(shared: Path) -> None:
    """All 3,547 White House documents, from statements to briefings of 250,000 characters: tiled, hashed, in order."""
    with gzip.open(shared / "data" / "wh_briefings" / "dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [(row["id"], row["text"]) for row in map(json.loads, lines)]
    assert len(rows) == 3547
    rows.sort(key=lambda row: -len(row[1]))  # the long ones first, so that no process is left with them at the end
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1), get_context("spawn")) as pool:
        parts = [rows[start::120] for start in range(120)]
        failures = [failure for found in pool.map(briefing_failures, parts) for failure in found]
    assert failures == []
