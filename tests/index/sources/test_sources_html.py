"""Pages: their main text, what they say about it, and the character encoding that they are in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import NotAnArticle, SourceError, Unreadable
from index.sources import Given, SourceSettings, read_bytes
from index.sources.files import read_data
from index.sources.html import decoded_html, read_html
from index.types import Draft

BODY = (
    "<p>The council met on Friday to vote on the plan, which has been in the making for years.</p>"
    "<p>“It was adopted by a wide margin,” said two members who had read it – café and all.</p>"
    "<p>Opponents said they would go to court over the plan before the end of the year.</p>"
)


def page(head: str = "", before: str = "", after: str = "", body: str = BODY) -> bytes:
    html = f"<!DOCTYPE html><html><head>{head}</head><body><article>{before}{body}{after}</article></body></html>"
    return html.encode()


def linked(**said: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(said)}</script>'


def draft(data: bytes, url: str | None = None) -> Draft:
    return read_html("page", data, Given(), url=url)


PARAGRAPHS = [
    "The council met on Friday to vote on the plan, which has been in the making for years.",
    "“It was adopted by a wide margin,” said two members who had read it – café and all.",
    "Opponents said they would go to court over the plan before the end of the year.",
]


def test_a_page_gives_its_article_and_what_it_says_about_it() -> None:
    """JSON-LD in a graph, with authors by reference, tells title, outlet, authors and day."""
    head = linked(
        **{
            "@context": "https://schema.org",
            "@graph": [
                {"@type": "WebSite", "name": "The Courier online"},
                {"@type": "Person", "@id": "#ann", "name": "Ann Lee"},
                {
                    "@type": "NewsArticle",
                    "headline": "Council adopts the plan",
                    "datePublished": "2023-10-13T16:10:00-04:00",
                    "author": [{"@id": "#ann"}, {"@type": "Person", "name": "Bo Chen"}],
                    "publisher": {"@type": "Organization", "name": "The Courier"},
                },
            ],
        }
    )
    out = draft(page(head, "<h1>Council adopts the plan</h1><p class='byline'>By Ann Lee</p>"), "https://example.org/a")
    assert (out.title, out.outlet, out.authors) == ("Council adopts the plan", "The Courier", ("Ann Lee", "Bo Chen"))
    assert (out.date, out.url) == ("2023-10-13", "https://example.org/a")
    assert out.text.split("\n\n") == PARAGRAPHS


@pytest.mark.parametrize(
    "author",
    [
        "Ann Lee",
        ["Ann Lee"],
        {"@type": "Person", "name": "Ann Lee"},
        [{"name": ["Ann Lee"]}],
        "By Ann Lee, Staff Writer",
    ],
)
def test_authors_in_every_form(author: object) -> None:
    """An author may be a text, an object, or a list of either."""
    head = linked(**{"@type": "NewsArticle", "headline": "The plan is adopted", "author": author})
    assert draft(page(head)).authors == ("Ann Lee",)


@pytest.mark.parametrize(
    "author",
    [None, 5, {}, [], {"@type": "Organization", "name": "Ann Lee Ltd"}, "https://example.org/staff", "The Courier"],
)
def test_no_author_is_made_up(author: object) -> None:
    """What is no person's name leaves the authors empty."""
    head = linked(
        **{
            "@type": "NewsArticle",
            "headline": "The plan is adopted",
            "author": author,
            "publisher": {"name": "The Courier"},
        }
    )
    assert draft(page(head)).authors == ()


def test_meta_tags_tell_where_there_is_no_linked_data() -> None:
    """Open Graph and author tags are read."""
    head = (
        '<title>Council adopts the plan | The Courier</title><meta property="og:site_name" content="The Courier">'
        '<meta property="article:published_time" content="2023-10-13T20:10:00Z">'
        '<meta name="author" content="Ann Lee &amp; Bo Chen">'
        '<link rel="canonical" href="https://example.org/plan">'
    )
    out = draft(page(head))
    assert (out.title, out.outlet, out.authors) == ("Council adopts the plan", "The Courier", ("Ann Lee", "Bo Chen"))
    assert (out.date, out.url) == ("2023-10-13", "https://example.org/plan")


def test_marked_elements_tell_where_the_head_is_silent() -> None:
    """A ``<time>`` and a by-line element are read from the page itself."""
    out = draft(
        page(
            "",
            '<h1>Council adopts the plan</h1><div class="byline">By <a rel="author">Ann Lee</a></div>'
            '<time datetime="2023-10-13">Friday</time>',
        )
    )
    assert (out.authors, out.date) == (("Ann Lee",), "2023-10-13")


def test_a_page_that_says_nothing_tells_nothing() -> None:
    """Without a statement there is no author, day, outlet or address."""
    out = draft(page())
    assert (out.outlet, out.authors, out.date, out.url) == (None, (), None, None)


def test_given_wins_over_the_page() -> None:
    """Flags win over what a page states."""
    head = linked(
        **{
            "@type": "NewsArticle",
            "headline": "The plan is adopted",
            "author": "Ann Lee",
            "datePublished": "2023-10-13",
        }
    )
    out = read_html("page", page(head), Given(title="T", authors=("A B",), date="2020-01-02"))
    assert (out.title, out.authors, out.date) == ("T", ("A B",), "2020-01-02")


def test_an_address_elsewhere_is_not_the_page_s() -> None:
    """A canonical link to another site does not replace where the page came from."""
    out = draft(page('<link rel="canonical" href="https://elsewhere.example/x">'), "https://example.org/a")
    assert out.url == "https://example.org/a"


def test_furniture_and_links_to_other_pages_go() -> None:
    """Share bars, captions and lists of links are no part of the article."""
    after = "<p>Share on Facebook</p><p><a href='/x'>Mayor resigns after long inquiry</a></p><p>Photo by Bo Chen/AP</p>"
    assert draft(page(after=after)).text.split("\n\n") == PARAGRAPHS


def test_a_body_in_two_containers_is_one_article() -> None:
    """Where a page cuts its body, both parts come in, in order."""
    prose = [
        f"Paragraph number {n} tells at some length what the council decided about street {n}, and why."
        for n in range(12)
    ]
    parts = [
        f"<div class='body-part'>{''.join(f'<p>{line}</p>' for line in half)}</div>" for half in (prose[:6], prose[6:])
    ]
    out = draft(
        page(body=f"<div class='grid'>{parts[0]}</div><div class='grid'><div class='ad'>x</div>{parts[1]}</div>")
    )
    assert out.text.split("\n\n") == prose


def test_scripts_are_text_to_nobody() -> None:
    """Nothing of a script comes into the article."""
    assert (
        draft(page(after="<script>alert('The council met again on Sunday, they said.')</script>")).text.split("\n\n")
        == PARAGRAPHS
    )


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        ("<html>é".encode(), None),
        ("\ufeff<html>é".encode("utf-8"), "iso-8859-1"),
        ("\ufeff<html>é".encode("utf-16-le"), None),
        ("<html>é".encode("latin-1"), "ISO-8859-1"),
        ("<meta charset='windows-1250'><html>é".encode("cp1250"), None),
        ("<html>é".encode("cp1252"), None),
        ("<html>é".encode(), "hex"),
        ("<html>é".encode(), "no such thing"),
        ("<meta charset=undefined><html>é".encode(), None),
        ("<meta charset=utf-16><html>é".encode(), None),
        ("<html>é".encode(), "latin-1"),
    ],
)
def test_encodings(data: bytes, charset: str | None) -> None:
    """The byte order mark, the header, the page, then UTF-8 or windows-1252 say what the bytes mean."""
    assert decoded_html("page", data, charset).removeprefix("\ufeff").endswith("<html>é")


def test_a_binary_is_no_page() -> None:
    """Bytes of a picture are refused."""
    with pytest.raises(Unreadable, match=r"photo\.html is not a page"):
        decoded_html("photo.html", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")


def test_a_page_of_links_is_no_article() -> None:
    """Navigation alone has no sentence."""
    links = "".join(f"<li><a href='/{n}'>Section {n}</a></li>" for n in range(30))
    with pytest.raises(NotAnArticle, match=r"index\.html holds no article"):
        read_html("index.html", f"<html><body><ul>{links}</ul></body></html>".encode(), Given())


LIMITS = SourceSettings()
PIECES = st.sampled_from(
    [
        *(BODY[n : n + 40] for n in range(0, 240, 40)),
        "<p>",
        "</div>",
        "<table><tr>",
        "<script type='application/ld+json'>",
        '{"@type":"Article","headline":',
        "[",
        "\x00",
        "&#xD800;",
        "<a href='http://[::1'>",
        "<link rel=canonical href='http://[x'>",
        "<meta charset=utf-7>",
        "<base href='//['>",
    ]
)


@given(
    st.one_of(st.binary(), st.lists(PIECES).map(lambda pieces: "".join(pieces).encode())),
    st.sampled_from([None, "utf-7", "hex", "latin-1"]),
)
@settings(deadline=None, max_examples=60)
def test_any_page_is_an_article_or_a_reason(data: bytes, charset: str | None) -> None:
    """Hostile pages fail with one sentence that names them, and with nothing else."""
    (out,) = read_data("page.html", data, Given(), LIMITS, kind="html", url="http://example.org/a", charset=charset)
    assert out.text if isinstance(out, Draft) else "page.html" in str(out)


def test_hostile_depth_is_survived() -> None:
    """Nesting of any depth is an article or a reason, not a crash."""
    for opened in (
        b"<div>" * 5_000,
        b"<ul><li>" * 3_000,
        b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>",
    ):
        (out,) = read_bytes(b"<html><body>" + opened + BODY.encode(), "deep.html")
        assert isinstance(out, (Draft, SourceError))
