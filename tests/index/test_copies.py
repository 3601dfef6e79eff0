"""One story in several outlets is one source; one statement with another figure is never the same."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from index.archive import Archive
from index.copies import arranged, collapsed, figures, is_copy, negations, other_figures, same_words
from index.errors import ReceiptBroken
from index.question import parse
from index.settings import AnswerSettings, IndexSettings
from index.types import (
    Abstention,
    Answer,
    Article,
    Attribution,
    Copy,
    Draft,
    Filters,
    Hit,
    Kind,
    Passage,
    Reason,
    Receipt,
    Span,
    Speaker,
)

SHARE = 0.85
TOLL = "The flood in Larkmouth killed 12 people and closed every road to the harbour, officials said."
WORST = TOLL.replace("12", "15")


def hit(
    text: str,
    score: float = 0.9,
    *,
    article: str | None = None,
    outlet: str | None = None,
    date: str | None = None,
    speaker: Speaker | None = None,
) -> Hit:
    name = article or f"{outlet}-{date}-{hash(text)}"
    span = Span(0, len(text))
    said_by = Attribution((span,), kind=Kind.DIRECT, speaker=speaker) if speaker else None
    return Hit(Passage(name, span, said_by), Article(name, text, outlet=outlet, date=date), score)


# --- what is the same

PLAIN = st.sampled_from("the road bridge closed opened farmers market water engine slowly near for with".split())
NAMES = st.sampled_from(("Kirby", "Marsh", "Larkmouth", "NATO", "Monday", "October", "Ada", "Port"))
NUMBERS = st.one_of(
    st.integers(0, 5000).map(str),
    st.integers(1000, 900_000).map("{:,}".format),
    st.decimals(0, 99, places=1).map(str),
    st.sampled_from(("two", "twelve", "million", "half", "first", "-3")),
)
TURNING = st.sampled_from(("not", "never", "won't", "may", "nearly", "he", "she", "refused", "without", "$", "%"))
SENTENCES = st.lists(st.one_of(PLAIN, PLAIN, PLAIN, NAMES, NUMBERS, TURNING), min_size=1, max_size=40)


def value(word: str) -> str:
    return {"two": "2", "twelve": "12"}.get(word, word.replace(",", ""))


@given(SENTENCES, st.one_of(NAMES, NUMBERS, TURNING), st.data(), st.floats(0, 1))
@example(["killed", "12"], "not", None, 0.0)
def test_no_number_name_or_negation_is_ever_lost(
    sentence: list[str], word: str, data: st.DataObject | None, share: float
) -> None:
    """Two passages are not the same where one has a number, name or negation in place of another, or one more."""
    place = data.draw(st.integers(0, len(sentence) - 1)) if data else 0
    longer = [*sentence[:place], word, *sentence[place:]]
    changed = [*sentence[:place], word, *sentence[place + 1 :]]
    assert not same_words(" ".join(sentence), " ".join(longer), share)
    if value(word) != value(sentence[place]):
        assert not same_words(" ".join(sentence), " ".join(changed), share)
        assert not same_words(" ".join(changed), " ".join(sentence), share)


@given(SENTENCES, st.data())
def test_words_in_another_order_are_not_the_same(sentence: list[str], data: st.DataObject) -> None:
    """What killed 12 and hurt 30 did not kill 30 and hurt 12, though both have the same words."""
    shuffled = data.draw(st.permutations(sentence))
    assume([value(word) for word in shuffled] != [value(word) for word in sentence])
    assert not same_words(" ".join(sentence), " ".join(shuffled), 0.0)


@given(SENTENCES, st.data())
def test_white_space_quotes_and_case_do_not_count(sentence: list[str], data: st.DataObject) -> None:
    """Outlets set the same words differently."""
    gaps = data.draw(
        st.lists(st.sampled_from((" ", "  ", "\n", "\u00a0")), min_size=len(sentence), max_size=len(sentence))
    )
    other = "".join(word + gap for word, gap in zip(sentence, gaps, strict=True))
    assert same_words(f"“{' '.join(sentence)}”", f'"{other}."', 1.0)
    assert same_words(" ".join(sentence).replace("'", "’"), " ".join(sentence), 1.0)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (TOLL, TOLL.replace("12", "twelve"), True),
        (TOLL, TOLL.replace(", officials said", ", officials said late"), True),
        (TOLL, TOLL + " More rain is on its way to the whole of the valley.", False),
        (TOLL, WORST, False),
        (TOLL, TOLL.replace("killed", "spared"), False),
        (TOLL, TOLL.replace("12", "at least 12"), False),
        (TOLL, TOLL.replace("killed", "may have killed"), False),
        (TOLL, TOLL.replace("Larkmouth", "Portmouth"), False),
        ("The U.S. sent 1,200 tons.", "The US sent 1200 tons", True),
        ("Russia attacked Ukraine.", "Ukraine attacked Russia.", False),
        ("He left.", "She left.", False),
        ("It fell by $5.", "It fell by €5.", False),
        ("", "", False),
        ("…", "—", False),
    ],
)
def test_the_same_by_example(one: str, other: str, same: bool) -> None:
    """Style and a word that changes nothing are let through, in both directions; nothing else is."""
    assert same_words(one, other, SHARE) is same
    assert same_words(other, one, SHARE) is same


def test_another_speaker_makes_it_another_statement() -> None:
    """Both named and different; a name and a fuller form of it, or none, may be the same person."""
    kirby, full, marsh = Speaker("Kirby"), Speaker("John Kirby"), Speaker("Ada Marsh")
    somebody = Speaker("an official", named=False)
    assert not is_copy(hit(TOLL, speaker=kirby), hit(TOLL, speaker=marsh), SHARE)
    for other in (full, somebody, None):
        assert is_copy(hit(TOLL, speaker=kirby), hit(TOLL, speaker=other), SHARE)


# --- collapsed


def test_the_best_of_the_copies_is_kept_and_names_the_others() -> None:
    """The earliest of equally good ones; the others by day, one for each article, none of the kept one's own."""
    hits = [
        hit(TOLL, 0.8, article="late", outlet="Dale Herald", date="2024-05-03"),
        hit(WORST, 0.7, article="worst", outlet="Dale Herald", date="2024-05-04"),
        hit(TOLL, 0.8, article="early", outlet="Wire", date="2024-05-01"),
        hit(TOLL, 0.8, article="early", outlet="Wire", date="2024-05-01"),
        hit(TOLL, 0.6, article="undated"),
        hit(TOLL, 0.5, article="late", outlet="Dale Herald", date="2024-05-03"),
        hit(TOLL, 0.5, article="middle", outlet="Wire", date="2024-05-02"),
    ]
    (first, kept), (second, other) = collapsed(hits, SHARE)
    assert (first, second) == (2, 1)
    assert [copy.article.id for copy in kept.also] == ["middle", "late", "undated"]
    assert kept.outlets == ("Dale Herald",)
    assert other.also == ()


@given(st.lists(st.tuples(st.sampled_from((TOLL, WORST, "It rained.")), st.integers(0, 4)), max_size=12))
def test_collapsing_loses_no_article(found: list[tuple[str, int]]) -> None:
    """Every hit's article is that of a kept hit with its words, or among the copies of one."""
    hits = [hit(text, 0.5, article=f"a{number}-{text[:30]}") for text, number in found]
    kept = [one for _, one in collapsed(hits, SHARE)]
    assert len(kept) == len({text for text, _ in found})
    for one in hits:
        (same,) = (other for other in kept if other.quote == one.quote)
        assert one.article.id in {same.article.id, *(copy.article.id for copy in same.also)}
        for copy in same.also:
            assert copy.article.words(copy.span) == one.quote
            assert copy.receipt.sha256 == copy.article.sha256


def test_whoever_carries_the_same_words_is_one_source() -> None:
    """Two hits are one source where an outlet has both, or carries a copy of both; articles without one stand alone."""

    def sources(*hits: Hit) -> int:
        return Answer("q", "q", hits, 0.9).sources

    def copied(one: Hit, *outlets: str) -> Hit:
        also = tuple(Copy(Article(f"{name}!", one.quote, outlet=name), one.passage.span) for name in outlets)
        return Hit(one.passage, one.article, one.score, also)

    herald, times, post = (hit(TOLL, outlet=name) for name in ("Herald", "Times", "Post"))
    assert (
        sources(herald) == sources(copied(herald, "Times", "Post")) == sources(herald, hit("x", outlet="HERALD")) == 1
    )
    assert sources(herald, times, post) == sources(hit("a"), hit("b"), hit("c")) == 3
    assert sources(copied(herald, "Times"), times, post) == 2
    assert sources(herald, times, copied(post, "Herald", "Times")) == 1


# --- conflicts

QUESTION = parse("How many people did the flood in Larkmouth kill?")


@pytest.mark.parametrize(
    ("one", "other", "question", "conflict"),
    [
        (TOLL, WORST, QUESTION.text, True),
        (TOLL, WORST.replace("15", "at least 15"), QUESTION.text, True),
        (TOLL, TOLL.replace("12", "twelve"), QUESTION.text, False),
        (TOLL, WORST.replace("Larkmouth", "Portmouth"), QUESTION.text, False),
        (TOLL, WORST.replace("killed", "never killed"), QUESTION.text, False),
        ("12 people were killed.", "15 people were killed.", QUESTION.text, False),
        (f"In May 2023, {TOLL}", f"In May 2024, {WORST}", QUESTION.text, False),
        (f"On May 3, {TOLL}", f"On 4 May, {WORST}", QUESTION.text, False),
        ("The old mill opened its doors in 1994.", "The old mill opened its doors in 1995.", "When did it open?", True),
        ("The old mill opened its doors in 1994.", "The old mill opened its doors in 1995.", "What opened?", False),
        (
            "Bridge number 5 carries heavy local traffic daily.",
            "Bridge number 6 carries heavy local traffic daily.",
            "What does bridge 5 carry?",
            False,
        ),
    ],
)
def test_other_figures_by_example(one: str, other: str, question: str, conflict: bool) -> None:
    """The same statement with another figure; not another year, place or denial, nor what the question tells apart."""
    first, second = hit(one, article="1"), hit(other, article="2")
    assert other_figures(first, second, parse(question), SHARE) is conflict
    assert other_figures(second, first, parse(question), SHARE) is conflict


def test_an_article_does_not_contradict_itself() -> None:
    """Two lines of one article's table are not two versions."""
    assert not other_figures(hit(TOLL, article="a"), hit(WORST, article="a"), QUESTION, SHARE)


def test_conflicting_versions_stand_side_by_side_newest_first() -> None:
    """Whatever came between them comes after; one below the threshold does not come first for being newer."""
    old = hit(TOLL, 0.9, article="old", date="2024-05-01")
    between = hit("Roads were closed.", 0.85, article="between", date="2024-05-09")
    new = hit(WORST, 0.8, article="new", date="2024-05-05")
    assert arranged(QUESTION, [old, between, new], SHARE, 0.5) == ((new, old, between), ((0, 1),))
    assert arranged(QUESTION, [old, between, new], SHARE, 0.82) == ((old, new, between), ((0, 1),))


def test_the_newest_comes_first_where_it_is_asked_for() -> None:
    """Among those about as good as the best; else the best comes first."""
    hits = [
        hit("a", 0.90, article="old", date="2024-05-01"),
        hit("b", 0.88, article="new", date="2024-05-09"),
        hit("c", 0.60, article="newest", date="2024-06-01"),
    ]
    for text in ("What is the latest on the flood?", "How many have died so far?", "What is the toll now?"):
        order, _ = arranged(parse(text), hits, SHARE, 0.5)
        assert [one.article.id for one in order] == ["new", "old", "newest"]
    assert arranged(parse("How did the flood begin?"), hits, SHARE, 0.5)[0] == tuple(hits)


# --- in an archive


@pytest.fixture
def flooded(archive: Archive) -> Archive:
    """One wire story in three outlets, an older version of it in a fourth, and other news."""
    stories = (("Wire", 2), ("Dale Herald", 3), ("Port Times", 3), ("Courier", 1))
    list(
        archive.add_all(
            Draft(
                f"{TOLL if outlet == 'Courier' else WORST}\nThe {outlet} will follow what comes next.",
                title="Flood in Larkmouth",
                outlet=outlet,
                date=f"2024-05-0{day}",
                url=f"https://news.example/{outlet[0]}",
                id=outlet,
            )
            for outlet, day in stories
        )
    )
    archive.settings = IndexSettings(answer=AnswerSettings(threshold=0.01))
    return archive


def test_an_answer_names_the_outlets_and_keeps_other_figures_apart(flooded: Archive) -> None:
    """Three outlets are one source; the version with the other figure stands beside it, older and so second."""
    reply = flooded.ask(QUESTION.text)
    assert isinstance(reply, Answer)
    first, second = reply.hits[:2]
    assert {first.article.id, *(copy.article.id for copy in first.also)} == {"Wire", "Dale Herald", "Port Times"}
    assert (first.quote, second.quote, second.article.id) == (WORST, TOLL, "Courier")
    assert (reply.conflicting(0), reply.conflicting(1)) == ((1,), (0,))
    assert reply.confidence == first.score
    for copy in first.also:
        assert flooded.prove(copy.receipt).words(copy.span) == WORST


def test_what_is_excluded_filtered_out_or_removed_is_no_copy(flooded: Archive) -> None:
    """Neither its name nor its figures are shown."""

    def shown(filters: Filters = Filters()) -> set[str]:
        reply = flooded.ask(QUESTION.text, filters=filters)
        assert isinstance(reply, Answer)
        return {article.id for hit in reply.hits for article in (hit.article, *(copy.article for copy in hit.also))}

    assert shown() == {"Wire", "Dale Herald", "Port Times", "Courier"}
    assert shown(Filters(exclude=frozenset({"Wire", "Courier"}))) == {"Dale Herald", "Port Times"}
    assert shown(Filters(until="2024-05-02")) == {"Wire", "Courier"}
    flooded.remove("Port Times")
    assert shown() == {"Wire", "Dale Herald", "Courier"}


def test_what_a_question_says_filters_like_what_is_passed(flooded: Archive) -> None:
    """The outlet that it names as its source, and days of saying, with the reason when nothing is left."""
    reply = flooded.ask("According to the Courier, how many people did the flood in Larkmouth kill?")
    assert isinstance(reply, Answer)
    assert {hit.article.id for hit in reply.hits} == {"Courier"}
    silent = flooded.ask("What did the Courier report in April about the flood in Larkmouth?")
    assert isinstance(silent, Abstention)
    assert silent.reason is Reason.OUTSIDE_DATES
    passed = flooded.ask("What did the Courier report in April about the flood?", filters=Filters(since="2024-05-01"))
    assert isinstance(passed, Answer)
    assert {hit.article.id for hit in passed.hits} == {"Courier"}
    flooded.add(Draft(TOLL, outlet="Evening Star", date="2024-05-04", id="star"))
    late = flooded.ask("According to the Evening Star, how many people did the flood in Larkmouth kill?")
    assert isinstance(late, Answer)
    assert {hit.article.id for hit in late.hits} == {"star"}


def test_a_receipt_finds_its_copies_and_other_figures_again(flooded: Archive) -> None:
    """What was shown once is made again from receipts alone: the same copies, the same conflict."""
    reply = flooded.ask(QUESTION.text)
    assert isinstance(reply, Answer)
    again = [flooded.hit_at(one.receipt) for one in reply.hits]
    assert [one and (one.quote, one.also, one.passage.said_by) for one in again] == [
        (one.quote, one.also, one.passage.said_by) for one in reply.hits
    ]
    assert flooded.conflicts(QUESTION.text, [one for one in again if one]) == reply.conflicts
    first = reply.hits[0].receipt
    bare, early = flooded.hit_at(first, copies=False), flooded.hit_at(first, filters=Filters(until="2024-05-02"))
    assert bare is not None
    assert bare.also == ()
    assert early is not None
    assert {copy.article.id for copy in early.also} <= {"Wire"}


def test_a_receipt_that_is_no_passage_gives_nothing(flooded: Archive) -> None:
    """Where the text is cut elsewhere there is no hit; where it is another text the receipt is broken."""
    article = flooded.article("Wire")
    assert flooded.hit_at(Receipt("Wire", article.sha256, Span(1, 9))) is None
    with pytest.raises(ReceiptBroken):
        flooded.hit_at(Receipt("Wire", "00" * 32, Span(1, 9)))


def test_figures_and_negations_of_a_text() -> None:
    """Numbers count however they are written, days and years do not; every denying word counts."""
    assert figures("On 13 October 2023, twelve of 1,200 left.") == {"12", "1200"}
    assert figures("12 left") == figures("twelve left")
    assert [negations(words) for words in ("They go.", "They won't go.", "Nobody will never go.")] == [0, 1, 2]
