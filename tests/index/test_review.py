"""A re-index is reviewed like a change: what it does is shown, what it finds at the sources waits, nothing is mixed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from archives import CountingEncoder, assert_complete, draft, few
from hypothesis import given
from hypothesis import strategies as st

from index.archive import Archive
from index.audit import Action
from index.encoder import Encoder
from index.errors import FetchFailed, GoldenFailed, NoSuchArticle, NoSuchGeneration, NoSuchGolden, PageGone
from index.golden import Passed
from index.review import Found, Looked, Scope, look_again
from index.sources import SourceSettings
from index.sources.url import Page
from index.types import Answer, Draft, Receipt

GONE = Looked(Found.GONE, detail="The page is gone (HTTP 404).")
SAME = Looked(Found.SAME)
RAIN = b"<p>It rained on the harbour all day and all night long, and nobody came.</p>" * 9


@pytest.fixture
def filled(archive: Archive) -> Archive:
    """Four articles."""
    list(archive.add_all(draft(number) for number in range(4)))
    return archive


def changed(number: int, more: str = " A penguin came.") -> Looked:
    return Looked(Found.CHANGED, draft(number, more=more), "more words")


def look(archive: Archive, found: dict[str, Looked]) -> None:
    for article in archive.to_look_at():
        archive.looked(article, found.get(article.id, SAME))


def texts(archive: Archive) -> dict[str, str]:
    return {article.id: article.text for article in archive.articles()}


def test_what_is_found_at_the_sources_waits_until_it_is_promoted(filled: Archive) -> None:
    """A changed and a gone article are served as they were, then as they are, and after rolling back as they were."""
    before, passages = texts(filled), {a: filled.passages(a) for a in texts(filled)}
    look(filled, {"article-1": changed(1), "article-2": GONE})
    filled.reindex()
    assert texts(filled) == before
    review = filled.review()
    assert [(c.article.id, c.found, c.added, c.removed) for c in review.changes] == [
        ("article-1", Found.CHANGED, 1, 0),
        ("article-2", Found.GONE, 0, 4),
    ]
    assert all("penguin" not in hit.quote for hit in filled.rank("penguin"))
    filled.promote(by="7")
    assert set(texts(filled)) == {"article-0", "article-1", "article-3"}
    assert "penguin" in texts(filled)["article-1"]
    assert any("penguin" in hit.quote for hit in filled.rank("penguin"))
    assert_complete(filled)
    with pytest.raises(NoSuchArticle):
        filled.article("article-2")
    filled.rollback(by="8")
    assert texts(filled) == before
    assert {a: filled.passages(a) for a in before} == passages
    assert_complete(filled)
    assert [(e.action, e.by) for e in filled.log.entries(limit=2)] == [
        (Action.ROLLED_BACK, "8"),
        (Action.PROMOTED, "7"),
    ]


def test_what_a_moderator_stated_stays_when_the_source_is_read_again(filled: Archive) -> None:
    """Only the text is taken over, and what was not stated."""
    filled.edit(replace(filled.article("article-1"), title="A title of our own", outlet=None))
    look(filled, {"article-1": changed(1)})
    filled.reindex()
    filled.promote()
    article = filled.article("article-1")
    assert (article.title, article.outlet) == ("A title of our own", draft(1).outlet)


def test_nothing_changed_embeds_nothing_and_derives_nothing(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words_encoder: Encoder
) -> None:
    """With model, rules and texts as they are, what is served is copied: same passages, same answers."""
    list(archive.add_all(draft(number) for number in range(4)))
    counting = CountingEncoder(words_encoder)

    def never(_: str) -> tuple[()]:
        raise AssertionError("an article was derived again")

    with Archive.open(archive.path.parent, encoder=counting) as other:
        before = {a: [(p.span, p.said_by) for p in other.passages(a)] for a in texts(other)}
        hits = [(hit.quote, hit.score) for hit in other.rank("How long did the library take?")]
        counting.encoded.clear()
        monkeypatch.setattr("index.archive.attribute", never)
        done = other.reindex()
        assert (done.embedded, done.passages_added, done.passages_removed, done.speakers_changed) == (0, 0, 0, 0)
        assert other.review().changes == ()
        other.promote()
        assert counting.encoded == []
        monkeypatch.undo()
        assert {a: [(p.span, p.said_by) for p in other.passages(a)] for a in texts(other)} == before
        assert [(hit.quote, hit.score) for hit in other.rank("How long did the library take?")] == hits
        assert_complete(other)


def test_a_scope_derives_only_what_it_holds(filled: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """One article, or one outlet, is derived anew; the others are taken over."""
    derived: list[str] = []
    monkeypatch.setattr("index.archive.attribute", lambda text: derived.append(text) or ())
    filled.reindex(scope=Scope(articles=frozenset({"article-1"}), anew=True))
    assert derived == [filled.article("article-1").text]
    assert [c.article.id for c in filled.review().changes] == ["article-1"]
    filled.discard()
    derived.clear()
    filled.reindex(scope=Scope(outlet="dale herald", anew=True))
    assert set(derived) == {a.text for a in filled.articles() if a.outlet == "Dale Herald"}


def test_discarding_leaves_everything_as_it_was(filled: Archive) -> None:
    """The texts that only the candidate had are gone from the file; there is nothing to promote."""
    before = texts(filled)
    look(filled, {"article-1": changed(1, " A penguin came."), "article-2": GONE})
    filled.reindex()
    filled.discard(by="7")
    assert texts(filled) == before
    with sqlite3.connect(filled.path / "archive.db") as db:
        assert db.execute("SELECT count(*) FROM articles WHERE NOT live").fetchone() == (0,)
    with pytest.raises(NoSuchGeneration):
        filled.promote()
    with pytest.raises(NoSuchGeneration):
        filled.discard()
    assert filled.log.entries(limit=1)[0].action is Action.DISCARDED
    assert_complete(filled)


def test_a_newer_text_wins_over_what_was_found(filled: Archive) -> None:
    """An article that a moderator changes or removes after its source was looked at is not set back."""
    look(filled, {"article-1": changed(1), "article-2": changed(2), "article-3": GONE})
    filled.add(draft(1, more=" A moderator wrote this."))
    filled.remove("article-2")
    filled.add(draft(3, more=" It is back."))
    filled.reindex()
    filled.promote()
    assert "A moderator wrote this." in texts(filled)["article-1"]
    assert "article-2" not in texts(filled)
    assert "It is back." in texts(filled)["article-3"]
    assert_complete(filled)


def test_looking_goes_on_where_it_stopped(filled: Archive, words_encoder: Encoder) -> None:
    """What was looked at is not looked at again, not even by another process."""
    first, *rest = filled.to_look_at()
    filled.looked(first, changed(0))
    with Archive.open(filled.path.parent, encoder=words_encoder) as other:
        assert other.to_look_at() == tuple(rest)
        other.reindex()
        other.promote()
    assert "penguin" in texts(filled)["article-0"]


def test_a_source_that_is_not_reached_changes_nothing_and_is_listed(filled: Archive) -> None:
    """It is said why, and the article stays."""
    look(filled, {"article-1": Looked(Found.UNREACHABLE, detail="No answer.")})
    filled.reindex()
    review = filled.review()
    assert [(article.id, why) for article, why in review.unreachable] == [("article-1", "No answer.")]
    assert review.changes == ()


def test_a_golden_question_that_fails_blocks_promotion_unless_forced(filled: Archive) -> None:
    """What was answered by a sentence that its source took out is not promoted silently."""
    quote = "“The harbour took 3 years,” said Ada Marsh"
    article = filled.article("article-1")
    start = article.text.index(quote)
    span = next(p.span for p in filled.passages("article-1") if p.span.start <= start < p.span.end)
    golden = filled.make_golden("harbour took 3 years", Receipt(article.id, article.sha256, span), by="7")
    filled.set_threshold(0.0, risk=0, labels=0)
    (result,) = filled.ask_golden()
    assert (result.golden, result.passed) == (golden, Passed.PASSED)
    without = Draft(article.text.replace(quote, "Rain fell, said Ada Marsh"))
    look(filled, {"article-1": Looked(Found.CHANGED, without, "")})
    filled.reindex()
    served = texts(filled)
    assert [r.passed for r in filled.review().failing] == [Passed.CHANGED]
    with pytest.raises(GoldenFailed, match="harbour"):
        filled.promote()
    assert texts(filled) == served
    done = filled.promote(force=True)
    assert (done.golden_passed, done.golden_failed) == (0, 1)
    assert quote not in texts(filled)["article-1"]
    assert list(filled.path.glob("review-*")) == []


def test_golden_questions_are_kept_once_and_removed_by_number(filled: Archive) -> None:
    """The same question with the same quotation is one; each change is in the log."""
    article = filled.article("article-1")
    receipt = Receipt(article.id, article.sha256, filled.passages("article-1")[1].span)
    golden = filled.make_golden("How long did the harbour take?", receipt)
    assert filled.make_golden("How long did the harbour take?", receipt) == golden
    assert filled.golden() == (golden,)
    filled.remove_golden(golden.id)
    assert filled.golden() == ()
    with pytest.raises(NoSuchGolden):
        filled.remove_golden(golden.id)


def test_a_golden_question_is_asked_as_it_was_narrowed(filled: Archive) -> None:
    """With the filters and the day it was made with; an article that is gone is told apart from one that changed."""
    article = filled.article("article-1")
    receipt = Receipt(article.id, article.sha256, filled.passages("article-1")[1].span)
    filled.make_golden("How long did the harbour take?", receipt)
    filled.remove("article-1")
    assert [r.passed for r in filled.ask_golden()] == [Passed.GONE]


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (lambda url: Page(url, RAIN, "text/html"), Found.CHANGED),
        (PageGone("x", "Gone.", 404), Found.GONE),
        (PageGone("x", "Gone.", 410), Found.GONE),
        (FetchFailed("x", "No.", 403), Found.UNREACHABLE),
        (FetchFailed("x", "No answer."), Found.UNREACHABLE),
    ],
)
def test_a_page_is_gone_only_where_its_server_says_so(
    filled: Archive, answer: Callable[[str], Page] | FetchFailed, found: Found
) -> None:
    """A wall, an error or silence is no reason to drop an article."""

    def fetch(url: str) -> Page:
        if isinstance(answer, FetchFailed):
            raise answer
        return answer(url)

    article = replace(filled.article("article-1"), url="https://example.com/a")
    assert look_again(article, SourceSettings(), fetch=fetch).found is found


def test_a_file_is_read_again_by_its_name(filled: Archive, tmp_path: Path) -> None:
    """Changed, the same, or gone."""
    article = filled.article("article-1")
    file = tmp_path / "article.txt"
    file.write_text("Another text with some words in it. It rained all day, said Ada Marsh.", encoding="utf-8")
    looked = look_again(article, SourceSettings(), origin=str(file))
    assert looked.found is Found.CHANGED
    assert look_again(replace(article, text=looked.draft.text if looked.draft else ""), SourceSettings(),
                      origin=str(file)).found is Found.SAME  # fmt: skip
    file.unlink()
    assert look_again(article, SourceSettings(), origin=str(file)).found is Found.GONE
    assert look_again(article, SourceSettings()).found is Found.UNREACHABLE


_STEPS = st.sampled_from(
    ("add", "change", "edit", "remove", "changed", "gone", "reindex", "promote", "rollback", "discard", "reopen")
)


@few
@given(st.lists(st.tuples(_STEPS, st.integers(0, 2)), max_size=12))
def test_whatever_is_done_what_is_served_is_whole_and_of_one_generation(
    tmp_path_factory: pytest.TempPathFactory, words_encoder: Encoder, steps: list[tuple[str, int]]
) -> None:
    """Against a plain model of the texts: what is served, what waits, and what can come back."""
    folder = tmp_path_factory.mktemp("archive")
    archive = Archive.open(folder, encoder=words_encoder)
    served: dict[str, str] = {}
    for number, (step, which) in enumerate(steps):
        name = f"article-{which}"
        new = draft(which, more=f" Change {number}.")
        try:
            match step:
                case "add" | "change":
                    archive.add(new)
                    served[name] = new.text
                case "edit" if name in served:
                    archive.edit(replace(archive.article(name), title=f"Title {number}"))
                case "remove" if name in served:
                    archive.remove(name)
                    del served[name]
                case "changed" | "gone":
                    for article in archive.to_look_at(Scope(articles=frozenset({name}))):
                        archive.looked(article, GONE if step == "gone" else Looked(Found.CHANGED, new, ""))
                case "reindex":
                    archive.reindex()
                case "promote" | "rollback":
                    archive.promote() if step == "promote" else archive.rollback()
                    now = texts(archive)
                    assert served.keys() >= now.keys() or step == "rollback"
                    served = now
                case "discard":
                    archive.discard()
                case "reopen":
                    archive.close()
                    archive = Archive.open(folder, encoder=words_encoder)
        except NoSuchGeneration:
            pass
        assert texts(archive) == served
        assert_complete(archive)
        for hit in archive.rank("Which change was it?"):
            assert hit.article.text == served[hit.article.id]
            assert hit.quote in served[hit.article.id]
        if archive.status().candidate is not None:
            assert {change.article.id for change in archive.review().changes} <= served.keys()
            assert texts(archive) == served
    archive.close()


def test_a_promoted_text_answers_and_the_one_before_does_not(filled: Archive) -> None:
    """In the same process, whose vectors and names are kept in memory."""
    filled.set_threshold(0.0, risk=0, labels=0)
    asked = "What did Ada Marsh say about the harbour?"
    assert isinstance(filled.ask(asked), Answer)
    other = Draft(draft(1).text.replace("Ada Marsh", "Jo Berg"))
    look(filled, {"article-1": Looked(Found.CHANGED, other, "")})
    filled.reindex()
    assert "Jo Berg" not in filled.speakers()
    filled.promote()
    assert "Jo Berg" in filled.speakers()
    assert all("Ada Marsh" not in hit.article.text for hit in filled.rank("harbour") if hit.article.id == "article-1")
