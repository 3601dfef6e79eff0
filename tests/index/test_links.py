"""Links that land on a quotation: what they look like, and that a browser's search would find these very words."""

from urllib.parse import unquote

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from index.links import text_fragment_link
from index.types import Article, Span

URL = "https://example.org/story"
TEXT = (
    "The port was closed, officials said, for two days.\n"
    "“We will not pay,” Ruiz said. “Not now, not ever.” She left.\n"
    "Nobody was hurt. The port was closed again on Monday. Nobody was hurt.\n"
    "The harbour-master, A & B Ltd. and the town of Oakvale agreed in March that the cost of the repairs "
    "would be shared in equal parts between the three, and that work "
    "would begin within a month of the signing of the contract.\n"
)


def span_of(text: str, words: str, nth: int = 0) -> Span:
    at = -1
    for _ in range(nth + 1):
        at = text.index(words, at + 1)
    return Span(at, at + len(words))


def link(words: str, nth: int = 0, url: str | None = URL, limit: int = 512) -> str | None:
    return text_fragment_link(Article("a", TEXT, url=url), span_of(TEXT, words, nth), limit=limit)


def test_a_short_quotation_is_written_out_and_encoded() -> None:
    """Comma, hyphen, ampersand and full stop mean something in a link, so none stands bare; marks at the edge go."""
    assert link("“Not now, not ever.”") == f"{URL}#:~:text=Not%20now%2C%20not%20ever"
    assert link("harbour-master, A & B Ltd. and") == f"{URL}#:~:text=harbour%2Dmaster%2C%20A%20%26%20B%20Ltd%2E%20and"


def test_a_long_quotation_is_given_by_its_ends() -> None:
    """From its first words to its last."""
    assert link(TEXT.splitlines()[3]) == f"{URL}#:~:text=The%20harbour%2Dmaster%2C%20A,signing%20of%20the%20contract"


def test_a_quotation_over_two_lines_has_each_end_on_its_own_line() -> None:
    """No part of a directive may span a block of the page."""
    assert link(
        "Not now, not ever.” She left.\nNobody was hurt."
    ) == f"{URL}#:~:text=Not%20now%2C%20not%20ever%2E%E2%80%9D%20She%20left,Nobody%20was%20hurt".replace(
        "Not%20now%2C%20not%20ever%2E%E2%80%9D%20She%20left", "Not%20now%2C%20not%20ever"
    )


def test_repeated_words_are_told_apart_by_their_neighbours() -> None:
    """The second of two equal sentences does not land on the first."""
    assert link("The port was closed", 0) == f"{URL}#:~:text=The%20port%20was%20closed"
    assert link("The port was closed", 1) == f"{URL}#:~:text=Nobody%20was%20hurt%2E-,The%20port%20was%20closed"
    assert link("Nobody was hurt", 1) == f"{URL}#:~:text=again%20on%20Monday%2E-,Nobody%20was%20hurt"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{URL}#top", f"{URL}#top:~:text=She%20left"),
        (f"{URL}#", f"{URL}#:~:text=She%20left"),
        (f"{URL}#:~:text=old", f"{URL}#:~:text=She%20left"),
        (f"{URL}#top:~:text=old,words", f"{URL}#top:~:text=She%20left"),
        (f"{URL}?a=1&b=2", f"{URL}?a=1&b=2#:~:text=She%20left"),
        (None, None),
        ("", None),
        ("ftp://example.org/a", None),
        ("javascript:alert(1)", None),
        ("https:///nowhere", None),
        ("https://example.org/a b", None),
        ("https://example.org/a\n", None),
        ("https://[broken", None),
    ],
)
def test_the_url_it_is_put_on(url: str | None, expected: str | None) -> None:
    """A fragment of the url stays, an old text fragment goes, and what is not a web address gives no link."""
    assert link("She left", url=url) == expected


def test_what_does_not_fit_is_the_plain_url() -> None:
    """Too long, nothing but marks, or not to be told apart: the page is linked, not a wrong place on it."""
    assert link("She left", limit=len(URL) + 10) == URL
    assert link("“") == URL
    twice = Article("a", "It rained.\nIt rained.", url=URL)
    assert text_fragment_link(Article("b", "a a a", url=URL), Span(2, 3)) == f"{URL}#:~:text=a-,a"
    assert text_fragment_link(twice, Span(11, 20)) == f"{URL}#:~:text=It%20rained%2E-,It%20rained"


def test_a_span_past_the_text_is_refused() -> None:
    """A receipt for another text never becomes a link."""
    with pytest.raises(ValueError, match="reaches past"):
        text_fragment_link(Article("a", "short", url=URL), Span(0, 9))


PIECES = st.sampled_from(
    [
        "the port",
        "was",
        "closed",
        " ",
        "  ",
        ", ",
        ". ",
        "\n",
        "“",
        "”",
        "-",
        "ä",
        "é",
        "日本",
        "&",
        "\u00a0",
        "Was",
        "1.5",
    ]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=60).map("".join) | st.text(min_size=1, max_size=60)


@settings(deadline=None)
@given(TEXTS, st.data())
@example("a\u0301b c", None)
def test_the_parts_stand_in_the_article_at_the_span(text: str, data: st.DataObject | None) -> None:
    """Decoded, start and end are whole words of the quotation in order; prefix and suffix stand around them."""
    start = data.draw(st.integers(0, len(text) - 1)) if data else 0
    span = Span(start, data.draw(st.integers(start + 1, len(text))) if data else len(text))
    found = text_fragment_link(Article("a", text, url=URL), span)
    assert found is not None
    assert len(found) <= 512
    assume(found != URL)
    head, _, directive = found.partition("#:~:text=")
    assert head == URL
    parts = directive.split(",")
    prefix = unquote(parts.pop(0)[:-1]) if parts[0].endswith("-") else ""
    suffix = unquote(parts.pop()[1:]) if parts[-1].startswith("-") else ""
    inside = [unquote(part) for part in parts]
    quoted = " ".join(span.of(text).split())
    assert len(inside) in (1, 2)
    assert inside[0] in quoted
    assert inside[-1] in quoted[quoted.index(inside[0]) :]
    squeezed = "".join(text.split())
    if len(inside) == 1:
        assert "".join((prefix + inside[0] + suffix).split()) in squeezed
    for part in (prefix, *inside, suffix):
        assert any(" ".join(line.split()).find(part) >= 0 for line in text.splitlines() or [text])
