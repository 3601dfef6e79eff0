"""A preview says what an article would be, who says what in it, and what is odd about it; it stores nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from archives import draft, texts
from hypothesis import given

import index.archive
from index.archive import Archive
from index.attribution import attributions
from index.copies import shared_runs
from index.errors import NotAnArticle
from index.preview import Change, Worry, cautions, changes, telling_runs
from index.types import Article, Attribution, Draft, Status

PROSE = (
    "The council of Fernmouth voted on Tuesday to close the old swimming hall, which has leaked for years. "
    "The hall was built in 1961 and would cost nine million crowns to repair, the council's engineer found. "
    "“We have looked at every other way and there is none,” said Ada Marsh, who leads the council. "
    "Swimmers are to be taken to the hall in Larkmouth by bus from September, at no cost to them.\n"
    "Those who swim every morning do not believe that the bus will come. "
    "“They promised us a bus for the library too, and it came twice,” said Bo Lind, who has swum here since 1988. "
    "Marsh said that she would ride on it herself for the first month."
)
GERMAN = (
    "Der Rat von Fernmünde hat am Dienstag beschlossen, das alte Hallenbad zu schließen, das seit Jahren undicht ist. "
    "Das Bad wurde 1961 gebaut, und seine Instandsetzung würde neun Millionen Kronen kosten. „Wir haben jeden anderen "
    "Weg geprüft, und es gibt keinen“, sagte Ada Marsch, die den Rat leitet. Wer schwimmen will, fährt ab September "
    "mit dem Bus nach Lerchenmünde, ohne dafür zu bezahlen. Wer jeden Morgen schwimmt, glaubt nicht an den Bus."
)


def article(text: str, **known: str) -> Article:
    return Article("a", text, **{"date": "2024-05-06", **known})  # type: ignore[arg-type]


def worries(text: str, **known: str) -> list[Worry]:
    return [caution.worry for caution in cautions(article(text, **known))]


def test_an_ordinary_article_is_added_without_a_word() -> None:
    """Prose of a hundred words with its day: nothing to look at."""
    assert worries(PROSE) == []


@pytest.mark.parametrize(
    ("text", "worry"),
    [
        (PROSE[:420] + "…", Worry.PAYWALL),
        (PROSE.rpartition(" ")[0], Worry.PAYWALL),
        (PROSE[:420] + "\nSubscribe now to continue reading.", Worry.PAYWALL),
        (3 * f"{PROSE}\n" + "This story is reserved for our subscribers.", Worry.PAYWALL),
        ("\n".join(["Home", "World news", "Sport and weather", "The hall will close."] * 9), Worry.NAVIGATION),
        ("The hall in Fernmouth will close. Its mayor said that nobody had wanted it.", Worry.SHORT),
        (GERMAN, Worry.LANGUAGE),
        ("Совет города решил во вторник закрыть старый бассейн, который протекает уже много лет.", Worry.LANGUAGE),
        ("市議会は火曜日、何年も水漏れが続いている古いプールを閉鎖することを決めた。", Worry.LANGUAGE),
    ],
)
def test_what_is_odd_about_a_text(text: str, worry: Worry) -> None:
    """Withheld, made of menus, too short, in another language: one caution of the right kind, a whole sentence."""
    (caution,) = cautions(article(text))
    assert caution.worry is worry
    assert caution.words.endswith(".")


def test_a_label_below_a_whole_article_is_no_stub() -> None:
    """“Read More” ends many a page whose text is whole; so does the word subscription in the middle of one."""
    assert worries(PROSE + "\nRead More") == []
    assert worries(4 * f"{PROSE}\nThe paper says that one must subscribe to read it.\n" + 2 * f"{PROSE}\n") == []


def test_the_day() -> None:
    """None stated, and one that is yet to come."""
    assert [c.worry for c in cautions(replace(article(PROSE), date=None))] == [Worry.NO_DATE]
    (future,) = cautions(article(PROSE, date="2031-01-02"), today="2024-05-06")
    assert future.worry is Worry.FUTURE
    assert "2031-01-02" in future.words
    assert worries(PROSE, date="2031-01-02") == []


def test_a_near_copy_is_named() -> None:
    """Another headline, a cut paragraph and a changed figure leave it a copy; a text of its own about it is none."""
    other = Article("b", PROSE, "Hall to close", "Courier", date="2024-05-05")
    mine = "By our reporter. " + PROSE.replace("nine million", "ten million").rpartition("\n")[0]
    (caution,) = cautions(article(mine), [other])
    assert caution.worry is Worry.COPY
    assert caution.other is other
    assert caution.words.startswith("A near copy of “Hall to close” (Courier, 2024-05-05): ")
    assert cautions(article(PROSE), [Article("a", PROSE)]) == (), "itself is no other"
    assert cautions(article("The mayor of Larkmouth, who has a hall, wants more buses. " * 8), [other]) == ()


@given(texts, texts)
def test_shared_runs_is_a_share_and_symmetric(one: str, other: str) -> None:
    """In [0, 1], the same both ways, and 1 with itself where there is a run at all; looking up never fails."""
    assert 0 <= shared_runs(one, other) == shared_runs(other, one) <= 1
    assert shared_runs(one, one) in (0, 1)
    assert len(telling_runs(one)) <= 16


def test_a_preview_of_a_new_article(archive: Archive) -> None:
    """Who is quoted and how often, an example of each; nothing is on record afterwards."""
    preview = archive.preview(Draft(PROSE, "Hall to close", "Courier", date="2024-05-06"))
    assert (preview.status, preview.before, preview.changes, preview.cautions) == (Status.ADDED, None, (), ())
    assert {(s.name, s.quotations) for s in preview.speakers} == {("Ada Marsh", 2), ("Bo Lind", 1)}
    quoted = [hit.quote for hit in preview.examples]
    assert any("every other way" in words for words in quoted)
    assert any("came twice" in words for words in quoted)
    assert all(words in PROSE for words in quoted)
    assert archive.articles() == ()
    assert archive.log.entries() == ()


def test_a_preview_of_what_is_there(archive: Archive) -> None:
    """The same again is unchanged; another text is an update, with what it changes; a copy elsewhere is named."""
    first = Draft(PROSE, "Hall to close", "Courier", date="2024-05-06", url="https://a.example/1")
    archive.add(first)
    assert archive.preview(first).status is Status.UNCHANGED
    update = replace(first, text=PROSE + " The bus came.", title="Hall closed", date="2024-06-01")
    preview = archive.preview(update)
    assert preview.status is Status.UPDATED
    assert preview.changes == (
        Change("title", "Hall to close", "Hall closed"),
        Change("date", "2024-05-06", "2024-06-01"),
        Change("text", "0 sentences gone", "1 sentence new"),
    )
    copied = archive.preview(replace(update, url="https://b.example/1"))
    assert copied.status is Status.ADDED
    assert [(c.worry, c.other and c.other.title) for c in copied.cautions] == [(Worry.COPY, "Hall to close")]
    assert archive.cautions(archive.articles()[0]) == ()


def test_who_says_what_is_found_once(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Showing it again with other details, and adding it then, reads no text a second time; 32 texts are remembered."""
    read: list[str] = []

    def noted(text: str) -> tuple[Attribution, ...]:
        read.append(text)
        return attributions(text)

    monkeypatch.setattr(index.archive, "attribute", noted)
    for title in ("One title", "Another"):
        archive.preview(Draft(PROSE, title))
    added = archive.add(Draft(PROSE, "Another", id="a"))
    assert read == [PROSE]
    assert archive.attributions("a") == attributions(PROSE)
    assert added.attributions == 3
    for number in range(index.archive.PREVIEWED):
        archive.preview(Draft(f"{number} people came."))
    archive.preview(Draft(PROSE, "Another"))
    assert read.count(PROSE) == 2


def test_what_cannot_be_added_cannot_be_previewed(archive: Archive) -> None:
    """It says why, as adding does."""
    with pytest.raises(NotAnArticle):
        archive.preview(Draft("— … —"))


def test_nothing_changes_between_the_same(archive: Archive) -> None:
    """No field, no sentence."""
    added = archive.add(draft(1)).article
    assert changes(added, added) == ()
