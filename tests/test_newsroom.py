"""The newsroom set is sound: what its questions call the answer can be found in its articles.

Written for this project: articles about invented people and places, and questions as people type them in a chat.
Each question is asked of its own article alone (many, like "who was the judge", mean nothing without it). It is
answerable when a sentence of the article answers it, if only by saying that nobody knows or that the person did not
comment; `quote` (or each of `quotes`, where more sentences than one answer) lies inside that sentence. `turns` are the
questions asked before, oldest first. `why` says what an unanswerable question asks for instead of what is stated:

    other_fact      the article's subject, but something that it does not state
    other_entity    somebody or something other than the article's
    other_speaker   the words of somebody who says nothing on this in the article
    other_time      another year or day
    off_topic       nothing to do with any of the articles
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

NEWSROOM = Path(__file__).parent / "quality" / "newsroom"
REASONS = {"other_fact", "other_entity", "other_speaker", "other_time", "off_topic"}


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (NEWSROOM / name).read_text(encoding="utf-8").splitlines()]


ARTICLES = {row["id"]: row for row in _rows("articles.jsonl")}
QUESTIONS = _rows("questions.jsonl")


def _quotes(question: dict[str, Any]) -> list[str]:
    return question.get("quotes") or [quote for quote in [question.get("quote")] if quote is not None]


def test_ids_are_unique() -> None:
    """An article and a question can each be named by its id."""
    assert len(ARTICLES) == len(_rows("articles.jsonl"))
    assert [name for name, times in Counter(row["id"] for row in QUESTIONS).items() if times > 1] == []


def test_the_set_is_large_enough() -> None:
    """A figure over all questions moves by less than half a point when one of them changes."""
    assert len(QUESTIONS) >= 300
    assert sum("turns" in row for row in QUESTIONS) >= 25


def test_both_kinds_of_question_are_asked_of_every_article() -> None:
    """No article is only answered from, or only silent."""
    asked = {(row["article"], row["answerable"]) for row in QUESTIONS}
    assert asked == {(name, answerable) for name in ARTICLES for answerable in (True, False)}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda row: row["id"])
def test_a_question_is_labelled_by_its_article(question: dict[str, Any]) -> None:
    """An answerable question names words found once in its article; every other says why it is not answered."""
    text = ARTICLES[question["article"]]["text"]
    quotes = _quotes(question)
    assert question["answerable"] == bool(quotes)
    assert [quote for quote in quotes if text.count(quote) != 1] == []
    assert all(2 <= len(quote.split()) <= 8 and "\n" not in quote for quote in quotes)
    assert (question.get("why") in REASONS) == (not question["answerable"])
    assert all(turn.strip() for turn in [question["question"], *question.get("turns", ())])


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_can_be_added_as_it_is(name: str) -> None:
    """Every field of a curated article is given, and its paragraphs are separated by single line ends."""
    article = ARTICLES[name]
    assert all(article[field] for field in ("title", "outlet", "authors", "date", "url", "text"))
    assert all(paragraph == paragraph.strip() != "" for paragraph in article["text"].split("\n"))
