"""The cards of moderators keep Discord's limits whatever the articles are called, and show words as they stand."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from test_render import FAST, hits, limits, message, names, shown

from bot import adding, logbook, shelf
from bot.adding import links_in
from index.audit import Action, Entry
from index.pending import KEY
from index.preview import Caution, Preview, Worry
from index.types import Article, Filters, Hit, Status

_few = settings(max_examples=40, deadline=None, phases=FAST)
_articles = st.lists(hits().map(lambda hit: hit.article), max_size=25, unique_by=shelf.key_for)


@given(_articles, st.integers(0, 5), st.builds(Filters, names, names), st.text(max_size=50))
@_few
def test_list(articles: list[Article], page: int, filters: Filters, words: str) -> None:
    """Each page of the list, narrowed to whatever; its buttons say what they turn to."""
    wanted = shelf.Wanted(filters, " ".join(words.split()))
    assert limits(message(shelf.list_card(articles, page, wanted))) == []
    assert shelf.LIST_ID.fullmatch(wanted.id(99_999))


@given(hits(), st.integers(1, 9), st.integers(0, 4))
@_few
def test_article(hit: Hit, number: int, page: int) -> None:
    """Each page of an article's card, whatever is quoted on it, and the question whether it is to be removed."""
    some = shelf.Shown(hit.article, (hit,) * number, number)
    view = shelf.article_card(some, min(page, some.pages - 1))
    ids = [c.get("custom_id", "") for c in _walked(view)]
    # One and the same quotation several times is nothing that happens: only its own buttons repeat.
    repeated = {id_ for id_ in ids if ids.count(id_) > 1}
    assert all(id_ == "" or id_.startswith("or:c") for id_ in repeated)
    assert [c for c in limits(message(view)) if c != "a custom_id twice"] == []
    assert limits(message(shelf.sure_card(some))) == []


def _walked(view: Any) -> list[dict[str, Any]]:
    from discord_gate import walk

    return list(walk(view.to_components()))


_keys = st.lists(st.from_regex(KEY, fullmatch=True), min_size=1, max_size=9, unique=True)
_cautions = st.builds(Caution, st.sampled_from(Worry), names.filter(bool))


@given(st.lists(hits(), min_size=1, max_size=5), _keys, st.lists(_cautions, max_size=7), st.sampled_from(Status), names)
@_few
def test_preview(some: list[Hit], keys: list[str], cautions: list[Caution], status: Status, title: str | None) -> None:
    """Whatever a draft holds; what is quoted on it is quoted whole."""
    article = some[0].article
    before = None if status is Status.ADDED else Article(article.id, article.text + " More.", title)
    passages = tuple(hit.passage for hit in some if hit.article is article)
    attributions = tuple(p.said_by for p in passages if p.said_by is not None)
    preview = Preview(article, status, before, passages, attributions, tuple(cautions))
    view = adding.card(adding.Shown(keys[0], tuple(keys), preview), ["x" * 200, "y" * 5000])
    assert limits(message(view)) == []
    assert ("or:pa:" in str(view.to_components())) == (status is not Status.UNCHANGED)
    assert any("Preview, not on record yet" in text for text in shown(view))


_values = st.none() | st.fixed_dictionaries({"title": names, "text": names})
_entries = st.builds(
    Entry, st.integers(1, 10**9), st.just("2026-11-25T00:00:00+00:00"), names | st.just("123456789012345678"),
    st.sampled_from(Action), names, names.map(lambda name: name or ""), _values, _values,
    st.none() | st.integers(1, 99),
)  # fmt: skip


@given(st.lists(_entries, max_size=10, unique_by=lambda e: e.id), st.integers(0, 99), st.integers(1, 10**6))
@_few
def test_log(entries: list[Entry], page: int, number: int) -> None:
    """Each page of the log, whatever was changed; Undo stands where there is something to put back."""
    view = logbook.card(entries, page, number, ["x" * 100])
    assert limits(message(view)) == []
    offered = re.findall(r"or:gu:\d+:(\d+)", str(view.to_components()))
    assert offered == [str(entry.id) for entry in entries if logbook.may_undo(entry)]


def test_links_of_a_message() -> None:
    """Each once, in order, without what stands around it; nothing but pages."""
    text = (
        "see <https://a.example/1>, https://b.example/x_(y). [read](https://c.example/2) **https://d.example/3** "
        "(https://e.example/4?q=1#f) https://a.example/1 ftp://f.example file:///etc/passwd https:// "
        "[https://g.example/5](https://g.example/5)"
    )
    assert links_in(text) == [
        "https://a.example/1", "https://b.example/x_(y)", "https://c.example/2", "https://d.example/3",
        "https://e.example/4?q=1#f", "https://g.example/5",
    ]  # fmt: skip


@given(st.text() | st.lists(st.sampled_from("https:// a.example ) ] ( [ . ](".split())).map("".join))
def test_links_of_any_message(text: str) -> None:
    """No text makes it fail, and what it finds stands in the text."""
    assert all(link in text for link in links_in(text))
