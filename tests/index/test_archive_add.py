"""Adding: an article is new, the same, or a newer text of one that is there; and only what changed is embedded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from archives import CountingEncoder, assert_complete, draft, few, texts
from hypothesis import given
from hypothesis import strategies as st

from index.archive import Archive, slug
from index.encoder import Encoder
from index.errors import ArchiveError, NotAnArticle, Unreadable
from index.types import Answer, Draft, Status

ADDED, UNCHANGED, UPDATED = Status.ADDED, Status.UNCHANGED, Status.UPDATED


@pytest.fixture
def counting(words_encoder: Encoder) -> CountingEncoder:
    return CountingEncoder(words_encoder)


@pytest.fixture
def counted(tmp_path: Path, counting: CountingEncoder) -> Iterator[Archive]:
    """An archive whose encoder keeps what it was given."""
    with Archive.open(tmp_path / "counted", encoder=counting) as archive:
        yield archive


def test_an_article_is_added_once(archive: Archive) -> None:
    """The first time it is added, then it is unchanged; the outcome tells its passages and claims."""
    first = archive.add(draft(1))
    assert first.status is ADDED
    assert first.article.text == draft(1).text
    assert first.passages == len(archive.passages("article-1")) == 4
    assert first.attributions == len(archive.attributions("article-1")) >= 1
    again = archive.add(draft(1))
    assert (again.status, again.article, again.passages) == (UNCHANGED, first.article, first.passages)
    assert archive.articles() == (first.article,)
    assert_complete(archive)


def test_a_changed_text_replaces_the_old(archive: Archive) -> None:
    """Of the old text nothing is found any more."""
    archive.add(draft(1, more=" The giraffe escaped."))
    updated = archive.add(draft(1, more=" The penguin returned."))
    assert updated.status is UPDATED
    assert archive.articles() == (updated.article,)
    assert "penguin" in quoted(archive, "Did the penguin return?")
    assert "giraffe" not in quoted(archive, "Did the giraffe escape?")
    assert_complete(archive)


def quoted(archive: Archive, question: str) -> str:
    """All quotations and nearest passages of the reply."""
    reply = archive.ask(question)
    return "\n".join(hit.quote for hit in (reply.hits if isinstance(reply, Answer) else reply.nearest))


@pytest.mark.parametrize(
    ("first", "then", "status"),
    [
        (Draft("Old text.", id="a"), Draft("New text.", id="a"), UPDATED),
        (Draft("Old text.", id="a"), Draft("Old text.", id="b"), ADDED),
        (Draft("Old text.", url="http://x.example/1"), Draft("New text.", url="http://x.example/1"), UPDATED),
        (Draft("Old text.", url="http://x.example/1"), Draft("New text.", url="http://x.example/2"), ADDED),
        (Draft("Old text.", origin="/a.txt"), Draft("New text.", origin="/a.txt"), UPDATED),
        (Draft("Old text.", origin="/a.txt"), Draft("New text.", origin="/b.txt"), ADDED),
        (Draft("Old text.", origin="/a.txt"), Draft("Old text.", origin="/b.txt"), UNCHANGED),
        (Draft("Old text."), Draft("Old text."), UNCHANGED),
        (Draft("Old text."), Draft("New text."), ADDED),
        (Draft("Old text."), Draft("Old text.", url="http://x.example/1"), UPDATED),
        (Draft("Old text.", url="http://x.example/1"), Draft("Old text.", url="http://x.example/2"), ADDED),
        (Draft("Old text.", title="One"), Draft("Old text.", title="Two"), UPDATED),
        (Draft("Old text.", id=""), Draft("Old text.", id=""), UNCHANGED),
        (
            Draft("Old text.", url="http://x.example/1", origin="/a.html"),
            Draft("New text.", url="http://x.example/2", origin="/a.html"),
            UPDATED,
        ),
    ],
)
@pytest.mark.parametrize("batch", [True, False])
def test_what_makes_two_drafts_one_article(
    archive: Archive, first: Draft, then: Draft, status: Status, batch: bool
) -> None:
    """Its own id; else its url, its file, or its very words; in one batch as in two."""
    outcomes = list(archive.add_all([first, then])) if batch else [archive.add(first), archive.add(then)]
    assert [outcome.status for outcome in outcomes] == [ADDED, status]
    ids = {outcome.article.id for outcome in outcomes}
    assert len(ids) == (2 if status is ADDED else 1)
    assert {article.id for article in archive.articles()} == ids
    assert archive.article(outcomes[1].article.id) == outcomes[1].article
    assert_complete(archive)


def test_a_wire_story_at_two_addresses_is_two_articles(archive: Archive) -> None:
    """The same words in two outlets stay apart, and each is known again by its address."""
    drafts = [Draft("A wire story.", url=f"http://{outlet}.example/1", outlet=outlet) for outlet in ("dale", "port")]
    assert [added.status for added in archive.add_all([*drafts, *reversed(drafts)])] == [
        ADDED,
        ADDED,
        UNCHANGED,
        UNCHANGED,
    ]
    assert [article.outlet for article in archive.articles()] == ["dale", "port"]


def test_a_new_page_at_an_old_address_takes_no_other_articles_place(archive: Archive) -> None:
    """A file that moved to another url keeps its id; a page found at the url it left is another article."""
    archive.add(Draft("The old text.", title="News", url="http://x.example/1", origin="/a.html"))
    archive.add(Draft("The moved text.", title="News", url="http://x.example/2", origin="/a.html"))
    archive.add(Draft("A new page.", title="News", url="http://x.example/1"))
    assert [article.text for article in archive.articles()] == ["The moved text.", "A new page."]


def test_only_what_was_stated_changes_with_the_metadata(counted: Archive, counting: CountingEncoder) -> None:
    """Another date alone is an update: the new one is served, and nothing is embedded for it."""
    counted.add(draft(1))
    counting.encoded.clear()
    updated = counted.add(replace(draft(1), date="2024-12-31", authors=("Jo Dunn",)))
    assert updated.status is UPDATED
    assert counted.article("article-1").date == "2024-12-31"
    assert counted.article("article-1").authors == ("Jo Dunn",)
    assert counting.encoded == []
    assert_complete(counted)


def test_adding_again_embeds_only_what_changed(counted: Archive, counting: CountingEncoder) -> None:
    """Nothing for an unchanged article, and only the new sentence of a changed one."""
    list(counted.add_all(draft(number) for number in range(5)))
    assert len(counting.encoded) == len(set(counting.encoded)) > 15
    counted.ask("Did it rain?")
    counting.encoded.clear()
    assert {added.status for added in counted.add_all(draft(number) for number in range(5))} == {UNCHANGED}
    assert counting.encoded == []
    counted.add(draft(3, more=" A penguin came."))
    assert counting.encoded == ["A penguin came."]
    counting.encoded.clear()
    counted.add(draft(3))
    assert counting.encoded == []
    assert_complete(counted)


def test_a_text_that_comes_twice_is_embedded_once(counted: Archive, counting: CountingEncoder) -> None:
    """Within one article, between articles of one batch, and between batches."""
    list(counted.add_all([Draft("It rained. It rained.", id="a"), Draft("It rained.", id="b")]))
    counted.ask("Did it rain?")  # from here on the vectors are in memory
    counted.add(Draft("It rained. Again.", id="c"))
    assert counting.encoded == ["It rained.", "Did it rain?", "Again."]
    assert_complete(counted)


@pytest.mark.parametrize(
    ("variants", "statuses"),
    [
        ("AA", [ADDED, UNCHANGED]),
        ("AB", [ADDED, UPDATED]),
        ("ABA", [ADDED, UPDATED, UPDATED]),
        ("ABB", [ADDED, UPDATED, UNCHANGED]),
        ("AAB", [ADDED, UNCHANGED, UPDATED]),
        ("ABAB", [ADDED, UPDATED, UPDATED, UPDATED]),
    ],
)
@pytest.mark.parametrize("there", [True, False])
def test_of_one_article_many_times_in_a_batch_the_last_stays(
    archive: Archive, variants: str, statuses: list[Status], there: bool
) -> None:
    """Each draft is a change of the one before it, as if they had come one by one; also where A is there already."""
    if there:
        archive.add(draft(1, more=" A."))
        statuses = [UNCHANGED, *statuses[1:]]
    outcomes = list(archive.add_all(draft(1, more=f" {variant}.") for variant in variants))
    assert [added.status for added in outcomes] == statuses
    assert [article.text for article in archive.articles()] == [draft(1, more=f" {variants[-1]}.").text]
    assert_complete(archive)


def test_an_unchanged_and_a_changed_draft_in_one_batch(archive: Archive) -> None:
    """B, then the A that is stored: A stays, because it came last."""
    archive.add(draft(1, more=" A."))
    outcomes = list(archive.add_all([draft(2), draft(1, more=" B."), draft(1, more=" A.")]))
    assert [added.status for added in outcomes] == [ADDED, UPDATED, UPDATED]
    assert archive.article("article-1").text.endswith(" A.")
    assert_complete(archive)


@few
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ABC")), max_size=12), st.integers(1, 5))
def test_batches_change_nothing_but_the_time(
    tmp_path_factory: pytest.TempPathFactory, words_encoder: Encoder, order: list[tuple[int, str]], size: int
) -> None:
    """Any drafts in any batches end in the same archive, with the same outcomes, as one by one."""
    drafts = [draft(number, more=f" {variant}.") for number, variant in order]
    folder = tmp_path_factory.mktemp("batches")
    with (
        Archive.open(folder, "one", encoder=words_encoder) as one,
        Archive.open(folder, "many", encoder=words_encoder) as many,
    ):
        slowly = [one.add(item) for item in drafts]
        quickly = [
            added for start in range(0, len(drafts), size) for added in many.add_all(drafts[start : start + size])
        ]
        assert [(a.article, a.status) for a in slowly] == [(a.article, a.status) for a in quickly]
        assert sorted(a.id for a in one.articles()) == sorted(a.id for a in many.articles())
        for article in one.articles():
            assert many.article(article.id) == article
            assert [p.span for p in many.passages(article.id)] == [p.span for p in one.passages(article.id)]
        assert_complete(many)


@few
@given(texts.filter(lambda text: any(map(str.isalnum, text))))
def test_any_text_with_words_can_be_added(
    tmp_path_factory: pytest.TempPathFactory, words_encoder: Encoder, text: str
) -> None:
    """It is stored character for character, whatever marks, controls and scripts it holds."""
    with Archive.open(tmp_path_factory.mktemp("any"), encoder=words_encoder) as archive:
        added = archive.add(Draft(text, title=text[:30]))
        assert archive.article(added.article.id).text == text
        assert_complete(archive)


@pytest.mark.parametrize("text", ["", " \n ", "— … !", "🎉"])
def test_a_text_without_words_is_refused(archive: Archive, text: str) -> None:
    """One sentence, and the archive is as it was; nothing else of its batch went in."""
    archive.add(draft(1))
    with pytest.raises(NotAnArticle, match="no words"):
        list(archive.add_all([draft(2), Draft(text)]))
    assert [article.id for article in archive.articles()] == ["article-1"]


@pytest.mark.parametrize(
    "broken",
    [
        Draft("Half a \ud800 character."), Draft("A text.", title="\udfff"), Draft("A text.", id="\ud800"),
        Draft("A text.", url="http://x.example/\udcff"), Draft("A text.", authors=("Jo", "\ud800")),
    ],
)  # fmt: skip
def test_half_a_character_is_refused(archive: Archive, broken: Draft) -> None:
    """A lone surrogate has no UTF-8, so no hash of it can be proved; it is named, and nothing is stored."""
    with pytest.raises(Unreadable, match="half a character"):
        archive.add(broken)
    assert archive.articles() == ()


@pytest.mark.parametrize("id", ["../x", "a/b\\c", "x" * 5000, "a\0b", "' OR 1=1 --", "ид-1", " ", "\n"])
def test_any_id_of_a_source_is_an_id(archive: Archive, tmp_path: Path, id: str) -> None:  # noqa: A002
    """It names the article and nothing else: no file, no query."""
    archive.add(draft(2))
    before = {path.name for path in tmp_path.rglob("*")}
    assert archive.add(draft(1, id=id)).article.id == id
    assert archive.add(draft(1, id=id)).status is UNCHANGED
    assert len(archive.passages(id)) == 4
    assert {path.name for path in tmp_path.rglob("*")} == before
    assert archive.remove(id).id == id
    assert [article.id for article in archive.articles()] == ["article-2"]


def test_an_id_is_made_from_what_is_known() -> None:
    """The title, then the file, then the first words; ASCII, short, and never empty."""
    assert slug("Ürümqi: “Five” dead!") == "urumqi-five-dead"
    assert slug("Новости") == ""
    assert len(slug("word " * 50)) <= 48


def test_a_made_id_is_the_same_everywhere(archive: Archive, tmp_path: Path, words_encoder: Encoder) -> None:
    """It depends on the article alone; and an article of another script has one too."""
    with Archive.open(tmp_path / "data", "other", encoder=words_encoder) as other:
        for item in (
            Draft("Новости дня.", title="Новости"),
            Draft("A text.", origin="/folder/my file.txt"),
            Draft("Words."),
        ):
            made = archive.add(item).article.id
            assert made == other.add(item).article.id
            assert made.isascii()
    assert [a.id.rsplit("-", 1)[0] for a in archive.articles()] == ["article", "my-file", "words"]


def test_an_encoder_that_fails_leaves_the_archive_as_it_was(counted: Archive, counting: CountingEncoder) -> None:
    """A batch is in whole or not at all; the next try succeeds."""
    counted.add(draft(1))
    counting.fail_after = 0
    with pytest.raises(KeyboardInterrupt):
        list(counted.add_all([draft(2), draft(1, more=" More.")]))
    assert [article.text for article in counted.articles()] == [draft(1).text]
    assert_complete(counted)
    counting.fail_after = None
    assert [a.status for a in counted.add_all([draft(2), draft(1, more=" More.")])] == [ADDED, UPDATED]
    assert_complete(counted)


def test_a_data_folder_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(ArchiveError, match=r"data folder .* cannot be used"):
        Archive.open(tmp_path / "data")


def test_opening_needs_no_model(tmp_path: Path) -> None:
    """The configured model is loaded when it is first needed: listing and removing never wait for it."""
    from index.settings import EncoderSettings, IndexSettings

    broken = IndexSettings(encoder=EncoderSettings(model="nobody/no-such-model"))
    with Archive.open(tmp_path / "data", settings=broken) as archive:
        assert archive.articles() == ()
        assert archive.status().model == "nobody/no-such-model"


def test_what_was_stated_once_outlives_a_version_that_does_not_state_it(archive: Archive) -> None:
    """An outlet and a day given with the first version stay when the file is added again without them."""
    text = "The council met on Monday. It voted to close the bridge for repairs."
    first = archive.add(Draft(text, outlet="The Valley Herald", date="2026-03-02", origin="/news/bridge.txt"))
    again = archive.add(Draft(text, origin="/news/bridge.txt"))
    changed = archive.add(Draft(f"{text} Work begins in May.", origin="/news/bridge.txt"))
    assert again.status is Status.UNCHANGED
    assert changed.status is Status.UPDATED
    assert (changed.article.id, changed.article.outlet, changed.article.date) == (
        first.article.id, "The Valley Herald", "2026-03-02",
    )  # fmt: skip
