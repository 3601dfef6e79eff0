"""What the tests of an archive share: articles to put in, an encoder that counts, and what a complete archive is."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.types import Article, Draft, Span

if TYPE_CHECKING:
    from index.archive import Archive
    from index.encoder import Encoder
    from index.store import Derived

SUBJECTS = ("bridge", "harbour", "library", "orchard", "railway", "stadium", "theatre", "volcano", "windmill", "zoo")


def draft(number: int, *, id: str | None = None, more: str = "") -> Draft:  # noqa: A002  # the field's own name
    """A small article about something of its own, with a quotation, reported speech and narration."""
    subject = SUBJECTS[number % len(SUBJECTS)]
    return Draft(
        f"The {subject} number {number} opened on Monday. "
        f"“The {subject} took {number + 2} years,” said Ada Marsh, the chief engineer of the {subject}. "
        f"She said that visitors would pay {number + 3} dollars.\n"
        f"Rain fell on the {subject} all day.{more}",
        title=f"A {subject} opens",
        outlet=("Dale Herald", "Port Times")[number % 2],
        date=f"2024-{number % 12 + 1:02}-15",
        id=id or f"article-{number}",
    )


few = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""For properties of whole archives: each example makes one. The encoder they share keeps nothing between them."""


class CountingEncoder:
    """Passes texts on to another encoder, and keeps them; can be told to fail, as a process that is stopped would."""

    def __init__(self, encoder: Encoder, name: str | None = None) -> None:
        self._encoder = encoder
        self.name = name or encoder.name
        self.dimension = encoder.dimension
        self.encoded: list[str] = []
        self.fail_after: int | None = None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if self.fail_after is not None and len(self.encoded) >= self.fail_after:
            raise KeyboardInterrupt
        self.encoded += texts
        return self._encoder.encode(texts)

    def word_vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        return self._encoder.word_vectors(words)


def assert_complete(archive: Archive) -> None:
    """What is served is whole: the file is sound, and every article has its passages, entries, words and vectors.

    The file is read beside the archive, so that nothing it keeps in memory can make good what is not on disk; and what
    it does keep in memory is what is on disk.
    """
    import index.archive

    _assert_vectors(archive)
    db = sqlite3.connect(archive.path / "archive.db", isolation_level=None)
    try:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        served = db.execute("SELECT id FROM generations WHERE state = 'served'").fetchall()
        generations = [row[0] for row in db.execute("SELECT id FROM generations")]
        names = {f"passage_words_{generation}": generation for generation in generations}
        for words in (*names, "article_words"):
            db.execute(f"INSERT INTO {words} ({words}) VALUES ('integrity-check')")  # noqa: S608  # the names above
        for words, generation in names.items():
            indexed = db.execute(f"SELECT rowid FROM {words} ORDER BY rowid").fetchall()  # noqa: S608  # likewise
            of = db.execute("SELECT id FROM passages WHERE generation = ? ORDER BY id", (generation,)).fetchall()
            assert indexed == of
        tables = db.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE passage_words%'")
        assert {row[0] for row in tables} == set(names)
        assert len(served) == (1 if archive.articles() else len(served))
        for article in archive.articles():
            (row, text) = db.execute("SELECT row, text FROM live WHERE id = ?", (article.id,)).fetchone()
            whole = _whole(article, index.archive.sentence_spans, index.archive.attribute)
            passages = db.execute(
                'SELECT id, start, "end" FROM passages WHERE article = ? AND generation = ? ORDER BY start',
                (row, *served[0]),
            ).fetchall()
            assert [Span(start, end) for _, start, end in passages] == [p.span for p in whole.passages]
            assert archive.attributions(article.id) == whole.attributions
            for passage, start, end in passages:
                words = db.execute(
                    f"SELECT text FROM passage_words_{served[0][0]} WHERE rowid = ?",  # noqa: S608  # a number
                    (passage,),
                ).fetchall()
                assert words == [(text[start:end],)]
            entries = db.execute(
                "SELECT e.id, v.vector FROM entries e JOIN passages p ON p.id = e.passage "
                "LEFT JOIN vectors v ON v.key = e.key WHERE p.article = ? AND p.generation = ?",
                (row, *served[0]),
            ).fetchall()
            assert len(entries) == len(whole.entries)
            assert all(vector is not None for _, vector in entries)
            assert db.execute("SELECT text FROM article_words WHERE rowid = ?", (row,)).fetchall() == [(text,)]
        for counted in (
            "SELECT (SELECT count(*) FROM article_words) - (SELECT count(*) FROM live)",
            "SELECT count(*) FROM articles WHERE row NOT IN (SELECT article FROM indexed)",
            "SELECT count(*) FROM (SELECT 1 FROM passages GROUP BY article, generation, start HAVING count(*) > 1)",
        ):
            assert db.execute(counted).fetchone() == (0,)
    finally:
        db.close()


@cache
def _whole(article: Article, *rules: object) -> Derived:
    """What indexing makes of an article by today's ``rules``; kept, for many tests look at the same one."""
    from index.archive import _derive

    return _derive(article)


def _assert_vectors(archive: Archive) -> None:
    archive._notice_others()
    served = archive._served()
    if served is None or archive._vectors is None:
        return
    ids, vectors = archive._store.vectors(served)
    generation, kept = archive._vectors
    assert (generation, len(kept)) == (served.id, len(ids))
    for entry, vector in zip(ids, vectors, strict=True):
        assert np.array_equal(kept.reconstruct(int(entry)), vector.astype(np.float32))


_NAMES = ("Ada Marsh", "Jürgen Weiß", "Dr. O’Neill", "Li Wei", "the mayor", "a spokesperson", "Gen. J. P. Smith")
_SPOKEN = (
    "We need time",
    "It is not true…",
    "Why now?",
    "The cost is $4.5 million",
    "مرحبا بالعالم",
    "Никогда",
    "好的",
    "🎉🎉",
)
_SENTENCES = st.builds(
    lambda pattern, name, spoken: pattern.format(name=name, spoken=spoken),
    st.sampled_from(
        (
            "“{spoken},” said {name}.",
            '"{spoken}," {name} said, "and more. There is more."',
            "{name} said that {spoken} was false.",
            "“{spoken},” {name} added. “Yes.”",
            "According to {name}, {spoken}.",
            "{spoken}.",
            "On Sept. 7 the U.S. sent {spoken} to {name}!",
            "• {name}: {spoken}",
            "{name} did not say whether {spoken}.",
            "“{spoken}",
            "{spoken}”",
        )
    ),
    st.sampled_from(_NAMES),
    st.sampled_from(_SPOKEN),
)
_ODD = st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=20)

texts: st.SearchStrategy[str] = st.lists(
    st.tuples(
        st.one_of(_SENTENCES, _SENTENCES, _ODD), st.sampled_from((" ", "  ", "\n", "\n\n", "\r\n", "\u2028", "\0", ""))
    ),
    min_size=1,
    max_size=12,
).map(lambda parts: "".join(sentence + gap for sentence, gap in parts))
"""News-like text with every kind of speech and mark, and things that are no news."""
