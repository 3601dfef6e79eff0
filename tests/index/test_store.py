"""The store keeps what it is given, gives it back equal, and is whole or unchanged after every write."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index import store as store_module
from index.errors import ArchiveDamaged, ArchiveError, NoSuchArticle
from index.passages import derived
from index.sentences import sentence_spans
from index.store import Derived, Generation, Store, names_match, vector_key
from index.types import Article, Attribution, Filters, Kind, Span, Speaker

TEXT = "The bridge will close, Ada Marsh said. “It is old,” she said. Rain fell on the bridge."
ADA = Speaker("Ada Marsh", "mayor of Dale")
SAID = (
    Attribution((Span(0, 21),), (Span(23, 32),), (Span(33, 37),), Kind.INDIRECT, ADA, 0.75),
    Attribution((Span(39, 51),), (Span(52, 55),), (Span(56, 60),), Kind.DIRECT, ADA),
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "archive.db")
    yield opened
    opened.close()


def article(id: str = "bridge", text: str = TEXT, **stated: str) -> Article:  # noqa: A002
    return Article(id, text, title="A bridge closes", authors=("Jo Dunn", "Cy Vale"), **stated)  # type: ignore[arg-type]


def vectors_of(whole: Derived, model: str = "m") -> dict[bytes, NDArray[np.float32]]:
    """A vector for each text: the same one for the same text."""
    return {
        vector_key(model, entry.text): np.full(4, len(entry.text) % 7 / 8, np.float32)  # exact in 16 bits
        for entry in whole.entries
    }


def put(store: Store, generation: Generation, new: Article, said: tuple[Attribution, ...] = SAID) -> Derived:
    whole = derived(new, sentence_spans(new.text), said)
    with store.transaction():
        store.put_article(new, None)
        store.put_derived(generation, new.id, whole, vectors_of(whole))
    return whole


def serve(store: Store) -> Generation:
    with store.transaction():
        return store.new_generation("served", "m", "1")


def rows(store: Store, table: str) -> int:
    db = sqlite3.connect(store.path)
    try:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608  # a name in this file
    finally:
        db.close()


def test_an_article_comes_back_equal(store: Store) -> None:
    """Text, title, outlet, authors, date and url are what was put in; what was not stated stays None."""
    whole = article(outlet="Dale Herald", date="2024-05-01", url="https://dale.example/1")
    with store.transaction():
        store.put_article(whole, "/a/file.txt")
        store.put_article(Article("bare", "Only a text."), None)
    assert store.article("bridge") == whole
    assert store.article("bridge").sha256 == whole.sha256
    assert store.article("bare") == Article("bare", "Only a text.")
    assert list(store.articles()) == [whole, Article("bare", "Only a text.")]


@settings(max_examples=30)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), min_size=1))
def test_any_text_comes_back_unaltered(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """NULs, line ends, marks of direction: no character of a text changes on its way through the file."""
    path = tmp_path_factory.mktemp("store") / "archive.db"
    first = Store(path)
    with first.transaction():
        first.put_article(Article("a", text, title=text, authors=(text,)), text)
    first.close()
    second = Store(path)
    assert second.article("a") == Article("a", text, title=text, authors=(text,))
    assert second.find_article(origin=text) is not None
    second.close()


def test_passages_and_attributions_come_back_equal(store: Store) -> None:
    """Every span, cue, kind, speaker and confidence; passages carry their attribution and get an id."""
    served = serve(store)
    whole = put(store, served, article())
    assert store.attributions(served, "bridge") == SAID
    passages = store.passages(served, "bridge")
    assert [(p.span, p.said_by) for p in passages] == [(p.span, p.said_by) for p in whole.passages]
    assert len({p.id for p in passages} - {0}) == len(passages)
    assert store.passages_by_id(p.id for p in passages) == {p.id: p for p in passages}
    assert store.count(served) == (3, 2)


def test_entries_lead_to_their_passages_and_vectors(store: Store) -> None:
    """Three passages and two claims: five entries, each with its passage and the vector of its own text."""
    served = serve(store)
    whole = put(store, served, article())
    ids, stored = store.vectors(served)
    passages = store.passages(served, "bridge")
    assert len(ids) == 5
    leads = store.passages_of_entries(int(i) for i in ids)
    assert [leads[int(i)] for i in ids] == [passages[entry.passage].id for entry in whole.entries]
    made = vectors_of(whole)
    for vector, entry in zip(stored, whole.entries, strict=True):
        assert np.array_equal(vector, made[vector_key("m", entry.text)])
    assert sorted(store.entries_of_passages(p.id for p in passages)) == sorted(leads.items())
    assert np.array_equal(store.vectors(served, after=int(ids[1]))[0], ids[2:])


def test_a_vector_is_kept_for_a_model_and_a_text(store: Store) -> None:
    """The same words by another model are another vector; unused ones go when asked to."""
    served = serve(store)
    whole = put(store, served, article())
    keys = set(vectors_of(whole))
    assert store.known_vectors([*keys, vector_key("other", TEXT)]) == keys
    assert vector_key("m", "a") != vector_key("m2", "a")
    with store.transaction():
        store.delete_article("bridge")
    assert store.known_vectors(keys) == keys
    assert store.forget_unused_vectors() == len(keys)
    assert store.known_vectors(keys) == set()


def test_an_article_takes_everything_along(store: Store) -> None:
    """After its removal nothing of it is left in any table or word index, in any generation."""
    served = serve(store)
    with store.transaction():
        candidate = store.new_generation("candidate", "m", "2")
    whole = put(store, served, article())
    with store.transaction():
        store.put_derived(candidate, "bridge", whole, {})
        store.delete_article("bridge")
    for table in (
        "articles",
        "passages",
        "attributions",
        "entries",
        "indexed",
        "passage_words_1",
        "passage_words_2",
        "article_words",
    ):
        assert rows(store, table) == 0, table
    assert store.word_scores(served, ["bridge"], 9) == {}
    assert store.article_word_scores(["bridge"], 9) == {}
    with pytest.raises(NoSuchArticle, match="'bridge'"):
        store.article("bridge")


def test_a_passage_id_is_never_used_again(store: Store) -> None:
    """An id that somebody still holds must not come to mean other words."""
    served = serve(store)
    put(store, served, article())
    before = {p.id for p in store.passages(served, "bridge")}
    put(store, served, article(text="Another bridge. It is new."), ())
    assert not before & {p.id for p in store.passages(served, "bridge")}
    assert store.passages_by_id(before) == {}


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    """Everything inside happens, or nothing does; the store can be used afterwards."""

    class StoppedError(Exception):
        pass

    def half() -> None:
        with store.transaction():
            store.put_article(article(), None)
            raise StoppedError

    with pytest.raises(StoppedError):
        half()
    assert store.count_articles() == 0
    assert rows(store, "article_words") == 0
    put(store, serve(store), article())
    assert store.count_articles() == 1


def test_a_snapshot_is_of_one_moment(store: Store) -> None:
    """What another connection removes meanwhile can still be read; afterwards it is gone."""
    served = serve(store)
    put(store, served, article())
    other = Store(store.path)
    with store.snapshot():
        before = store.data_version
        with other.transaction():
            other.delete_article("bridge")
        assert store.article("bridge") == article()
        assert len(store.passages(served, "bridge")) == 3
        assert store.data_version == before
    assert store.data_version != before
    assert not store.has_article("bridge")
    other.close()


def test_articles_are_found_by_url_file_and_words(store: Store) -> None:
    """Each by exactly its own value; the first of several; None for a new one."""
    with store.transaction():
        store.put_article(article(url="https://dale.example/1"), "/one.txt")
        store.put_article(article("copy", url="https://port.example/2"), "/two.txt")
    assert store.find_article(url="https://port.example/2") == store.article("copy")
    assert store.find_article(origin="/one.txt") == store.article("bridge")
    assert store.find_article(sha256=article().sha256) == store.article("bridge")
    assert store.find_article(url="https://port.example/") is None


def test_generations_change_places(store: Store) -> None:
    """One is served, the one before is kept; a third pushes the oldest out with all it derived."""
    first = serve(store)
    put(store, first, article())
    with store.transaction():
        second = store.new_generation("candidate", "m", "2")
    assert store.missing(second) == ("bridge",)
    with store.transaction():
        store.put_derived(second, "bridge", derived(article(), sentence_spans(TEXT), ()), {})
        store.swap_served(second)
    assert store.missing(second) == ()
    assert (served := store.generation("served")) is not None
    assert (previous := store.generation("previous")) is not None
    assert (served.id, previous.id) == (second.id, first.id)
    with store.transaction():
        store.swap_served(store.new_generation("candidate", "m", "3"))
    assert (previous := store.generation("previous")) is not None
    assert previous.id == second.id
    assert rows(store, "generations") == 2
    assert store.passages(first, "bridge") == ()
    assert len(store.passages(second, "bridge")) == 3


def test_words_are_found_in_any_form_and_in_one_generation(store: Store) -> None:
    """Stems match, rarer words weigh more, and another generation's passages are not found."""
    served = serve(store)
    put(store, served, article())
    first, second, third = (p.id for p in store.passages(served, "bridge"))
    assert set(store.word_scores(served, ["bridges"], 9)) == {first, third}
    assert set(store.word_scores(served, ["closing"], 9)) == {first}
    assert next(iter(store.word_scores(served, ["bridge", "rain"], 9))) == third
    assert len(store.word_scores(served, ["bridge"], 1)) == 1
    assert second not in store.word_scores(served, ["bridge", "rain"], 9)
    with store.transaction():
        candidate = store.new_generation("candidate", "m", "2")
    assert store.word_scores(candidate, ["bridge"], 9) == {}
    assert set(store.article_word_scores(["rain"], 9)) == {"bridge"}


def test_an_article_is_found_by_its_phrases(store: Store) -> None:
    """Words in a row, in any case and without marks; the article with more and rarer ones first."""
    served = serve(store)
    put(store, served, article(id="a", text="The old bridge fell. It did not rain."), ())
    put(store, served, article(id="b", text="The bridge was old. It fell on a day without rain."), ())
    assert store.articles_with(["OLD bridge fell"], 9) == ["a"]
    assert store.articles_with(["bridge fell", "without rain", "it fell on a"], 9) == ["b", "a"]
    assert store.articles_with(["bridge fell", "without rain", "it fell on a"], 1) == ["b"]
    assert store.articles_with(["fell bridge", "title"], 9) == []
    assert store.articles_with([], 9) == []


def test_an_acronym_is_found_with_and_without_dots(store: Store) -> None:
    """A question about the US finds the U.S."""
    served = serve(store)
    put(store, served, article(text="The U.S. sent help."), ())
    assert len(store.word_scores(served, ["US"], 9)) == 1
    assert len(store.word_scores(served, ["us"], 9)) == 0


@settings(max_examples=100)
@given(
    st.lists(
        st.one_of(st.text(max_size=12), st.sampled_from(('"', "NEAR(a b)", "title:x", "x*", "^x", "AND", "a AND (")))
    ),
)
def test_no_term_is_taken_as_query_syntax(tmp_path_factory: pytest.TempPathFactory, terms: list[str]) -> None:
    """Whatever a member writes is words to look for: no error, and nothing matches that holds none of them."""
    opened = _syntax_store(tmp_path_factory)
    assert opened.word_scores(Generation(1, "served", "m", "1"), terms, 9) == {}
    assert opened.articles_with(terms, 9) == []


_opened: list[Store] = []


def _syntax_store(factory: pytest.TempPathFactory) -> Store:
    """One store for all examples: its only word is one that no example is."""
    if not _opened:
        opened = Store(factory.mktemp("syntax") / "archive.db")
        put(opened, serve(opened), article(text="Quizzaciously."), ())
        _opened.append(opened)
    return _opened[0]


def test_many_terms_are_taken(store: Store) -> None:
    """A question of ten thousand words is looked up like any other."""
    served = serve(store)
    put(store, served, article())
    assert len(store.word_scores(served, [f"w{n}" for n in range(10_000)] + ["rain"], 9)) == 1


def test_filters_keep_what_meets_all_of_them(store: Store) -> None:
    """Outlet in any case, days inclusive, a speaker by name or role, articles left out; entries follow passages."""
    served = serve(store)
    put(store, served, article("one", outlet="Dale Herald", date="2024-05-01"))
    put(store, served, article("two", outlet="Port Times", date="2024-06-01"))
    put(store, served, article("undated"), ())

    def kept(**filters: object) -> list[tuple[str, int]]:
        found = store.allowed(served, Filters(**filters))  # type: ignore[arg-type]
        assert found is not None
        passages, entries = found
        assert set(store.passages_of_entries(int(i) for i in entries).values()) == passages
        of = [p.article_id for p in store.passages_by_id(passages).values()]
        return sorted((i, of.count(i)) for i in set(of))

    assert store.allowed(served, Filters()) is None
    assert kept(outlet="dale herald") == [("one", 3)]
    assert kept(since="2024-05-02") == [("two", 3)]
    assert kept(since="2024-05-01", until="2024-05-01") == [("one", 3)]
    assert kept(until="2024-04-30") == []
    assert kept(speaker="marsh") == [("one", 2), ("two", 2)]
    assert kept(speaker="Mayor") == [("one", 2), ("two", 2)]
    assert kept(speaker="Ada", outlet="Port Times", exclude=frozenset({"one"})) == [("two", 2)]
    assert kept(speaker="Ben") == []
    assert kept(exclude=frozenset({"one", "two"})) == [("undated", 3)]
    assert kept(outlet="\ud800", since="\ud800") == []


@pytest.mark.parametrize(
    ("asked", "meets"),
    [
        ("Kirby", True), ("john kirby", True), ("Kirby John", True), ("spokesperson", True), ("Kirb", False),
        ("John Smith", False), ("", False), ("?", False), ("the", False), ("Mr. Kirby", True), ("the spokesman", True),
        ("council spokeswoman Kirby", True), ("spokesperson Smith", False),
    ],
)  # fmt: skip
def test_a_speaker_is_asked_for_by_whole_words(asked: str, meets: bool) -> None:
    """Every word asked is a word of the name or the role; titles and articles tell nobody apart."""
    assert names_match(asked, "John Kirby", "Council spokesperson") is meets
    assert not names_match(asked, None, None)


def test_speakers_and_outlets_come_most_quoted_first(store: Store) -> None:
    """Only named speakers; each once, with its passages counted."""
    served = serve(store)
    unnamed = Attribution((Span(0, 4),), speaker=Speaker("an official", named=False))
    put(store, served, article("one", outlet="Dale Herald"))
    put(store, served, article("two", outlet="Dale Herald"))
    ben = Attribution((Span(0, 4),), speaker=Speaker("Ben Cole"))
    put(store, served, article("three", text="True. No.", outlet="Port Times"), (ben,))
    put(store, served, article("four", text="True. No."), (unnamed,))
    assert store.speakers(served) == (("Ada Marsh", "mayor of Dale", 4), ("Ben Cole", None, 1))
    assert store.outlets() == ("Dale Herald", "Port Times")


@pytest.mark.parametrize(
    ("asked", "count"),
    [("Marsh", 2), ("the mayor", 2), ("Mrs Ada Marsh", 2), ("Ada Lovelace Marsh", 2), ("Ada Stone", 0), ("", 0)],
)
def test_what_a_speaker_is_quoted_with(store: Store, asked: str, count: int) -> None:
    """By a part of the name, by the role, or by more of the name than the article has; in one generation."""
    served = serve(store)
    put(store, served, article())
    found = store.quotations(served, asked)
    assert [passage.said_by for passage in found] == list(SAID[:count])
    with store.transaction():
        assert store.quotations(store.new_generation("candidate", "m", "2"), asked) == ()


def test_the_newest_articles_come_by_their_days(store: Store) -> None:
    """The latest day first, of one day the one added last; without a day last of all."""
    days = {"a": "2024-05-01", "b": None, "c": "2024-06-01", "d": "2024-05-01"}
    with store.transaction():
        for id, date in days.items():  # noqa: A001  # the field's own name
            store.put_article(Article(id, TEXT, date=date), None)
    assert store.newest_articles(9) == ("c", "d", "a", "b")
    assert store.newest_articles(2) == ("c", "d")


def test_half_a_character_is_sought_and_not_found(store: Store) -> None:
    """A lone surrogate cannot be in the store; asking for one is no failure."""
    put(store, served := serve(store), article())
    assert not store.has_article("\ud800")
    assert store.passages(served, "\ud800") == ()
    assert store.find_article(url="\ud800") is None
    with pytest.raises(NoSuchArticle):
        store.article("\ud800")


def test_a_file_whose_name_is_no_text_is_known_again(store: Store) -> None:
    """A path may hold bytes that are no UTF-8; the article read from it is still found by it."""
    with store.transaction():
        store.put_article(article(), "/folder/\udcff.txt")
    assert store.find_article(origin="/folder/\udcff.txt") == article()
    assert store.find_article(origin="/folder/\udcfe.txt") is None


def test_what_is_no_archive_is_damage(tmp_path: Path) -> None:
    """A file of something else is named and left as it is."""
    path = tmp_path / "archive.db"
    path.write_bytes(b"This is not a database, but it is long enough to look at." * 99)
    before = path.read_bytes()
    with pytest.raises(ArchiveDamaged, match=r"archive\.db is not a readable archive"):
        Store(path)
    assert path.read_bytes() == before


def test_an_archive_of_a_newer_program_is_not_touched(tmp_path: Path) -> None:
    """Its tables may mean something else; the sentence says to upgrade."""
    path = tmp_path / "archive.db"
    Store(path).close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(ArchiveDamaged, match="newer onrecord"):
        Store(path)


def test_a_folder_in_the_place_of_the_file_is_one_sentence(tmp_path: Path) -> None:
    """Not a database error of the library."""
    (tmp_path / "archive.db").mkdir()
    with pytest.raises(ArchiveError, match="cannot be opened"):
        Store(tmp_path / "archive.db")


def test_a_new_file_has_what_is_used_and_no_more(store: Store) -> None:
    """One schema makes it, and its only word index of passages is that of the generation that is served."""
    generation = serve(store)
    db = sqlite3.connect(store.path)
    assert db.execute("PRAGMA user_version").fetchone() == (len(store_module.MIGRATIONS),)
    found = db.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%' ORDER BY name").fetchall()
    db.close()
    assert found == [("article_words",), (f"passage_words_{generation.id}",)]


def test_a_failed_migration_is_no_migration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file stays at its version, and the next opening migrates it."""

    def broken(db: sqlite3.Connection) -> None:
        db.executescript("CREATE TABLE half (a);\nINSERT INTO nowhere VALUES (1);\n")

    def added(db: sqlite3.Connection) -> None:
        db.executescript("CREATE TABLE whole (a);\n")

    path = tmp_path / "archive.db"
    first = Store(path)
    put(first, serve(first), article())
    first.close()
    migrations = store_module.MIGRATIONS
    monkeypatch.setattr(store_module, "MIGRATIONS", (*migrations, broken))
    with pytest.raises(ArchiveError):
        Store(path)
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone() == (len(migrations),)
    assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone() == (0,)
    db.close()
    monkeypatch.setattr(store_module, "MIGRATIONS", (*migrations, added))
    second = Store(path)
    assert second.article("bridge") == article()
    assert rows(second, "whole") == 0
    second.close()
