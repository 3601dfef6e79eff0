"""Paragraphs that a page does not mark, and the bodies that feeds carry: nothing lost, page and feed alike."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import NotAnArticle
from index.sources import Given
from index.sources.html import read_fragment, read_html

FIRST = "The council met on Friday to vote on the plan, which has been in the making for many years."
SECOND = "It was adopted by a wide margin, said two of the members who had read it before the meeting."
THIRD = "Opponents said they would go to court over the plan before the end of the year, if they must."
QUOTED = "We shall not give up the square, and nobody who knows this town could have expected that we do."
URL = "https://www.courier.example/plan"
MENU = "<ul><li><a href='/'>Home</a></li><li><a href='/politics'>Politics</a></li></ul>"


def paragraphs(body: str) -> list[str]:
    """The text of a page with ``body`` as its article, by paragraphs."""
    html = (
        f"<!DOCTYPE html><html><head><title>Council adopts the plan</title></head><body><nav>{MENU}</nav>"
        f"<article><h1>Council adopts the plan</h1>{body}</article><footer><p>© The Courier</p></footer></body></html>"
    )
    return read_html("page", html.encode(), Given(), url=URL).text.split("\n\n")


def fragment(body: str) -> list[str]:
    return read_fragment("entry", body, Given(title="Council adopts the plan"), url=URL).text.split("\n\n")


def test_text_in_a_div_among_paragraphs_stays() -> None:
    """A translation in a ``div`` behind a quotation is a paragraph, in its place."""
    body = (
        f"<p>{FIRST}</p><p>{SECOND}</p>"
        "<blockquote><p>Wir geben den Platz nicht auf, und das wussten alle.</p></blockquote>"
        f"<div class='translation'>{QUOTED}</div><p>{THIRD}</p>"
    )
    assert paragraphs(body) == [FIRST, SECOND, "Wir geben den Platz nicht auf, und das wussten alle.", QUOTED, THIRD]


@pytest.mark.parametrize(
    "body",
    [
        f"<div>{FIRST}<p>{SECOND}</p><p>{THIRD}</p></div>",
        f"<div><p>{FIRST}</p>{SECOND}<p>{THIRD}</p></div>",
        f"<div><p>{FIRST}</p><p>{SECOND}</p>{THIRD}</div>",
        f"<div><p>{FIRST}</p>{SECOND[:20]}<b>{SECOND[20:40]}</b>{SECOND[40:]}<p>{THIRD}</p></div>",
        f"<div><p>{FIRST}</p>{SECOND}<br>{THIRD}<p></p></div>",
    ],
)
def test_loose_text_between_paragraphs_stays(body: str) -> None:
    """Text that stands directly in the body, before, between or behind paragraphs, comes in once and in order."""
    assert paragraphs(body) == [FIRST, SECOND, THIRD]


def test_labels_between_paragraphs_stay_out() -> None:
    """Short loose text is a label, and a margin's text is no paragraph."""
    body = (
        f"<div><p>{FIRST}</p>Anzeige<p>{SECOND}</p><p>{THIRD}</p></div>"
        f"<div class='sidebar'><p>Most read</p><div>{QUOTED}</div><p>More</p></div>"
    )
    assert paragraphs(body) == [FIRST, SECOND, THIRD]


def test_who_is_quoted_stays() -> None:
    """A line of links that leads to a quotation says who is quoted; one that leads to another page goes."""
    body = (
        f"<p>{FIRST}</p><p>{SECOND}</p><p><a href='/x'>Ann Lee</a> <a href='/y'>wrote on her page</a>:</p>"
        f"<blockquote><p>{QUOTED}</p></blockquote><p>{THIRD}</p>"
        "<p><a href='/z'>Mayor resigns after long inquiry</a></p>"
    )
    assert paragraphs(body) == [FIRST, SECOND, "Ann Lee wrote on her page:", QUOTED, THIRD]


def test_a_feed_s_body_is_cleaned_as_its_page_is() -> None:
    """Furniture, captions and pointers go from a feed's body too, and what the feed says is kept."""
    body = (
        f"<p>{FIRST}</p><p>Photo by Bo Chen/AP</p><p>{SECOND}</p><p>Share on Facebook</p><p>{THIRD}</p>"
        "<p><a href='/z'>Mayor resigns after long inquiry</a></p>"
    )
    told = Given("Council adopts the plan", "The Courier", ("Ann Lee",), "2021-05-03")
    out = read_fragment("entry", body, told, url=URL)
    assert out.text.split("\n\n") == [FIRST, SECOND, THIRD]
    assert (out.title, out.outlet, out.authors, out.date, out.url) == (
        "Council adopts the plan", "The Courier", ("Ann Lee",), "2021-05-03", URL,
    )  # fmt: skip


def test_a_feed_s_summary_is_no_article() -> None:
    """A fragment without one sentence is refused with its name."""
    with pytest.raises(NotAnArticle, match="entry 7 holds no article"):
        read_fragment("entry 7", "<p><a href='/more'>Read more</a></p>", Given())


SENTENCES = st.lists(
    st.sampled_from(["council", "plan", "square", "vote", "town", "court", "member", "café", "“yes”", "2023"]),
    min_size=16,
    max_size=30,
).map(lambda words: "The " + " ".join(words) + " ended.")
FORMS = st.sampled_from(
    ["<p>{}</p>", "<blockquote><p>{}</p></blockquote>", "<div class='translation'>{}</div>", "<div>{}<p></p></div>"]
)


@given(st.lists(SENTENCES, min_size=3, max_size=8, unique=True), st.data())
@settings(deadline=None, max_examples=30)
def test_page_and_feed_give_the_same_text(sentences: list[str], data: st.DataObject) -> None:
    """Whatever forms its paragraphs have, an article has one text from its page and from its feed, and all of it."""
    forms = ["<p>{}</p>", "<p>{}</p>", *(data.draw(FORMS) for _ in sentences[2:])]
    sentences = [f"{sentence[:-1]} for the {number}th time." for number, sentence in enumerate(sentences, start=4)]
    body = "".join(form.format(sentence) for form, sentence in zip(forms, sentences, strict=True))
    assert fragment(body) == paragraphs(body) == sentences
