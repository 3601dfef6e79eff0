"""Receipts: what proves a quotation, and forms that give it back to the character."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from archives import texts
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from index.archive import Archive
from index.errors import NotExportable, ReceiptBroken
from index.livepage import Seen, found_in, look
from index.receipts import AROUND, Form, Proof, export, grounds, proof, spoken
from index.sources.url import Page
from index.types import Article, Attribution, Draft, Kind, Passage, Receipt, Span, Speaker

TEXT = (
    "The ferry stops. “We found cracks in the hull,” said Ingrid Dahl, the safety director. "
    "“It is not safe,” Ruiz said."
)
ARTICLE = Article(
    "ferry-1", TEXT, "Island ferry {stops} & waits", "Harbour_Times", ("Mona Lund", "Bo & Co"), "2024-03-05",
    "https://harbour.example/ferry",
)  # fmt: skip
DAHL = Attribution(
    (Span(17, 47),), (Span(53, 64),), (Span(48, 52),), Kind.DIRECT, Speaker("Ingrid Dahl", "safety director"), 0.97
)
RUIZ = Attribution((Span(87, 104),), (Span(105, 109),), (Span(110, 114),), Kind.DIRECT, None, 0.6)
PASSAGES = (
    Passage("ferry-1", Span(0, 16)),
    Passage("ferry-1", Span(17, 86), DAHL),
    Passage("ferry-1", Span(87, 115), RUIZ),
)


def made(start: int, end: int, article: Article = ARTICLE) -> Proof:
    return proof(article, Span(start, end), PASSAGES if article is ARTICLE else ())


# --- what is proved


def test_a_speaker_is_named_with_the_words_that_name_him() -> None:
    """The receipt says which words of the article name the speaker, and how sure that is."""
    found = made(17, 47)
    assert (found.quote, found.kind) == ("“We found cracks in the hull,”", Kind.DIRECT)
    assert found.speaker == Speaker("Ingrid Dahl", "safety director")
    assert spoken(found) == "Ingrid Dahl, safety director, in their own words"
    assert grounds(found) == (
        "“Ingrid Dahl” (53–64) with “said” (48–52) names Ingrid Dahl; probability 0.97 that this is right.",
    )


def test_nobody_is_named_for_words_of_two() -> None:
    """Words that go over two people's passages are neither's."""
    both = made(17, 115)
    assert both.speaker is None
    assert spoken(both).startswith("Several speakers")
    assert len(grounds(both)) == 2
    assert "does not identify" in grounds(both)[1]
    with_narration = made(0, 47)
    assert (with_narration.speaker, with_narration.kind) == (None, None)
    assert "partly" in spoken(with_narration)


def test_the_outlets_own_words_are_said_to_be_so() -> None:
    """Narration cites nobody; words that no passage holds claim nothing."""
    own = made(0, 16)
    assert spoken(own) == "Harbour_Times reports, in its own words"
    assert grounds(own) == ("The article cites nobody for these words.",)
    assert spoken(proof(ARTICLE, Span(0, 5), ())) == "Speaker not stated"


def test_a_span_past_the_text_proves_nothing() -> None:
    """There is no proof of characters that are not there."""
    with pytest.raises(ValueError, match="reaches past"):
        made(0, len(TEXT) + 1)


def test_an_archive_proves_what_it_holds(archive: Archive) -> None:
    """Text, hash and offsets are held to the store; a changed article breaks the receipt."""
    article = archive.add(Draft(TEXT, id="ferry-1", outlet="Harbour Times")).article
    receipt = Receipt(article.id, article.sha256, Span(17, 47))
    assert archive.proved(receipt).quote == TEXT[17:47]
    assert archive.proved(receipt).passages
    archive.add(Draft(TEXT + " More.", id="ferry-1", outlet="Harbour Times"))
    with pytest.raises(ReceiptBroken):
        archive.proved(receipt)


# --- what is exported gives the quotation back


_TEX = {
    r"\textbackslash{}": "\\", r"\textbraceleft{}": "{", r"\textbraceright{}": "}", r"\textasciitilde{}": "~",
    r"\textasciicircum{}": "^", r"\textless{}": "<", r"\textgreater{}": ">", r"\textbar{}": "|",
    r"\textasciigrave{}": "`", r"\newline{}": "\n", r"\$": "$", r"\&": "&", r"\#": "#", r"\_": "_", r"\%": "%",
    "{ }": " ", "{}": "", "~": "\u00a0",
}  # fmt: skip
_TEX_TOKEN = re.compile("|".join(map(re.escape, _TEX)) + r"|\\symbol\{([0-9]+)\}|\s+|[^{}\\~$&#_%]", re.DOTALL)


def from_tex(written: str) -> str:
    """What TeX shows of a field: a run of white space is one blank, a sign that is not understood is an error."""
    out, at = [], 0
    while at < len(written):
        found = _TEX_TOKEN.match(written, at)
        assert found is not None, written[at : at + 20]
        if found[1]:
            out.append(chr(int(found[1])))
        elif found[0] in _TEX:
            out.append(_TEX[found[0]])
        else:
            out.append(" " if found[0].isspace() else found[0])
        at = found.end()
    return "".join(out)


def bibtex_fields(entry: str) -> dict[str, str]:
    """The fields of one entry as BibTeX reads them: by counting braces, escaped or not."""
    fields, at = {}, entry.index(",") + 1
    while found := re.compile(r"\s*([a-z]+) = (?:([a-z]{3})|\{)").match(entry, at):
        at = end = found.end()
        if found[2]:
            fields[found[1]] = found[2]
        else:
            depth = 1
            while depth:
                depth += {"{": 1, "}": -1}.get(entry[end], 0)
                end += 1
            fields[found[1]] = entry[at : end - 1]
        at = end + (entry[end : end + 1] == ",")
    assert entry[at:].strip() == "}"
    return fields


def from_markdown(written: str) -> str:
    """The words of the one block quote that a CommonMark reader finds."""
    tokens = MarkdownIt("commonmark").parse(written)
    assert [t.type for t in tokens[:5]] == [
        "blockquote_open", "paragraph_open", "inline", "paragraph_close", "blockquote_close",
    ]  # fmt: skip
    assert [t.type for t in tokens[5:]] == ["paragraph_open", "inline", "paragraph_close"]
    out = []
    for child in tokens[2].children or ():
        assert child.type in ("text", "text_special", "hardbreak"), child
        out.append("\n" if child.type == "hardbreak" else child.content)
    return "".join(out)


def read_back(written: str, form: Form, length: int) -> str:
    if form is Form.TEXT:
        return written[:length]
    if form is Form.MARKDOWN:
        return from_markdown(written)
    if form is Form.BIBTEX:
        return from_tex(bibtex_fields(written)["quotation"])
    value: Any = json.loads(written)
    if form is Form.CSL_JSON:
        return str(value[0]["custom"]["quotation"])
    return str(value["target"]["selector"]["exact"])


_MARKS = st.text(
    st.sampled_from(" \n\t\r\u00a0\u2028\x0b\x1f\x85`'\"-,.<>*_~^\\{}[]()#$%&|!?:@=+1ab“”é🎉"), min_size=1, max_size=60
)


@settings(deadline=None, max_examples=300)
@given(st.one_of(texts.filter(bool), _MARKS), st.sampled_from(Form), st.data())
def test_every_form_gives_the_quotation_back(text: str, form: Form, data: st.DataObject) -> None:
    """Whatever characters it holds, and wherever it is cut."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    article = Article("a", text, "T: {x} #1", "O & P", ("A. B",), "2024-01-02", "https://a.example/x_y%20z")
    found = proof(article, Span(start, end), ())
    if form is Form.MARKDOWN and (
        not found.quote.strip() or re.search(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]", found.quote)
    ):
        with pytest.raises(NotExportable):
            export(found, form)
        return
    assert read_back(export(found, form), form, end - start) == found.quote


@pytest.mark.parametrize(
    "text",
    [
        "100% of $5 & #1 _under_ {brace} ~tilde~ ^hat^ \\back",
        "1. first\n2) second\n- third\n+ fourth\n=====\n# head\n> quote\n\n\n    code\n```x```",
        "[link](https://evil.example) ![img](x) <b>bold</b> &amp; **bold** :smile: @here <t:0>",
        "a  b   c --- d '' e `` f << g >> h",
        "unbalanced } and { and {{",
    ],
)
@pytest.mark.parametrize("form", list(Form))
def test_tricks_stay_characters(text: str, form: Form) -> None:
    """Markup of any form is only characters in every other."""
    assert read_back(export(proof(Article("a", text), Span(0, len(text)), ()), form), form, len(text)) == text


def test_a_bibtex_entry_has_its_source() -> None:
    """Author, title, outlet, day and address, escaped as their fields need it."""
    fields = bibtex_fields(export(made(17, 47), Form.BIBTEX))
    assert fields["author"] == r"{Mona Lund} and {Bo \& Co}"
    assert fields["title"] == r"{Island ferry \textbraceleft{}stops\textbraceright{} \& waits}"
    assert fields["howpublished"] == r"Harbour\_Times"
    assert (fields["date"], fields["year"], fields["month"]) == ("2024-03-05", "2024", "mar")
    assert fields["url"] == "https://harbour.example/ferry"
    assert "Ingrid Dahl" in fields["note"]
    assert ARTICLE.sha256 in fields["annote"]


def test_a_csl_item_has_its_source() -> None:
    """The fields of CSL's schema, and nothing beside them but ``custom``."""
    (item,) = json.loads(export(made(17, 47), Form.CSL_JSON))
    assert set(item) == {
        "id", "type", "title", "container-title", "author", "issued", "URL", "note", "custom",
    }  # fmt: skip
    assert item["issued"] == {"date-parts": [[2024, 3, 5]]}
    assert item["author"] == [{"literal": "Mona Lund"}, {"literal": "Bo & Co"}]
    assert item["custom"]["sha256"] == ARTICLE.sha256
    (bare,) = json.loads(export(proof(Article("b", "It rained."), Span(0, 10), ()), Form.CSL_JSON))
    assert set(bare) == {"id", "type", "note", "custom"}


def test_a_selector_singles_the_words_out() -> None:
    """Exact, prefix and suffix are the stored text's own characters around the quotation; the source is the page."""
    target = json.loads(export(made(17, 47), Form.SELECTOR))["target"]
    selector = target["selector"]
    assert target["source"] == ARTICLE.url
    assert selector["type"] == "TextQuoteSelector"
    assert selector["prefix"] + selector["exact"] + selector["suffix"] == TEXT[: 47 + AROUND]
    without = proof(Article("b", "It rained."), Span(0, 2), ())
    annotation = json.loads(export(without, Form.SELECTOR))
    assert annotation["target"]["source"].startswith("ni:///sha-256;")
    assert annotation["id"] == json.loads(export(without, Form.SELECTOR))["id"]


# --- the live page


def page(body: str, media_type: str = "text/html") -> Any:
    return lambda url: Page(url, body.encode(), media_type, "utf-8")


HTML = (
    "<html><head><title>Ferry</title></head><body><nav>Home</nav><article><h1>Ferry</h1>"
    "<p>The ferry between the island and the mainland stops for six weeks, its operator said on Tuesday.</p>"
    "<p>{}</p><p>Buses will carry passengers to the bridge twice an hour until the repair is done.</p></article></body>"
)


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("“We found cracks in the hull,” said Ingrid Dahl.", Seen.THERE),
        ('"We found cracks in  the <b>hull</b>," said Ingrid Dahl.', Seen.RESTYLED),
        ("“We found no cracks in the hull,” said Ingrid Dahl.", Seen.NOT_THERE),
    ],
)
def test_the_page_still_has_the_words_or_not(words: str, seen: Seen) -> None:
    """To the character, in another style, or not at all."""
    assert look(ARTICLE, Span(17, 47), fetch=page(HTML.format(words))).seen is seen


def test_words_outside_the_main_text_are_on_the_page_too() -> None:
    """What cleaning would take for furniture still shows the words."""
    body = HTML.format("Nothing else.").replace("<nav>Home</nav>", f"<aside><div>{TEXT[17:47]}</div></aside>")
    assert look(ARTICLE, Span(17, 47), fetch=page(body)).seen is Seen.THERE


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/x", "http://169.254.169.254/latest", "http://[::1]/", "https://user:pw@a.example/"]
)
def test_the_guard_of_sources_stands(url: str) -> None:
    """An address of the machine's own network is not asked, and that says nothing about the words."""
    found = look(Article("a", TEXT, url=url), Span(17, 47))
    assert found.seen is Seen.UNREACHABLE
    assert "says nothing about the words" in found.sentence


def test_an_article_without_an_address_has_no_page() -> None:
    """Nothing is fetched for it."""
    for url in (None, "file:///etc/passwd", "page.html"):
        assert look(Article("a", TEXT, url=url), Span(0, 3)).seen is Seen.NO_ADDRESS


def test_nothing_but_style_is_forgiven_on_a_page() -> None:
    """Quotation marks, dashes and spacing; no word, number or case."""
    assert found_in("“A – b”", ('x "A - b" y',)) is Seen.RESTYLED
    assert found_in("It cost 4.2 million", ("It cost 4.3 million", "it cost 4.2 million")) is Seen.NOT_THERE
    assert found_in("  ", ("other",)) is Seen.NOT_THERE
