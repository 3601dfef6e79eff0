"""What a follow-up keeps of the filters of the question before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.archive import Archive
from index.asked import Asked
from index.inherited import inherited
from index.types import Draft, Filters

FERRY = Draft(
    title="Ferry stops", outlet="Harbour Times", date="2024-03-05",
    text="“We found cracks in the hull,” said Ingrid Dahl, the safety director. The repair costs 4 million crowns.",
)  # fmt: skip
LIBRARY = Draft(
    title="Library opens at night", outlet="Valley Post", date="2024-05-17",
    text="“Students asked for this for years,” said Tom Okafor, the mayor. The council voted for the plan.",
)  # fmt: skip
FIRST = ("What did Dahl say about the hull?",)
ALL = Filters("Ingrid Dahl", "Harbour Times", "2024-03-01", "2024-03-31")


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("and when?", ALL),
        ("How much does the repair cost?", ALL),
        ("What did she say about the repair?", ALL),
        ("What did Dahl say about the repair?", ALL),
        ("Why did the attack in May happen?", ALL),  # not days on which anything was said
        ("What did Okafor say about it?", Filters(None, "Harbour Times", "2024-03-01", "2024-03-31")),
        ("What did Angela Merkel say?", Filters(None, "Harbour Times", "2024-03-01", "2024-03-31")),
        ("and Okafor?", Filters(None, "Harbour Times", "2024-03-01", "2024-03-31")),
        ("Did anyone else say so?", Filters(None, "Harbour Times", "2024-03-01", "2024-03-31")),
        ("What did the Valley Post report?", Filters("Ingrid Dahl", None, "2024-03-01", "2024-03-31")),
        ("What do other outlets say?", Filters("Ingrid Dahl", None, "2024-03-01", "2024-03-31")),
        ("What did Dahl say in May?", Filters("Ingrid Dahl", "Harbour Times")),
        ("Did she ever say anything about it?", Filters("Ingrid Dahl", "Harbour Times")),
    ],
)
def test_what_a_follow_up_asks_otherwise_is_not_kept(archive: Archive, question: str, kept: Filters) -> None:
    """Each filter stays unless the follow-up names another speaker, outlet or days of saying, or opens them."""
    list(archive.add_all([FERRY, LIBRARY]))
    assert archive.inherited(question, FIRST, ALL, "2024-06-01") == kept


def test_nothing_is_inherited_from_nothing(archive: Archive) -> None:
    """Without filters, and in an empty archive, there is nothing to keep or to fail on."""
    assert archive.inherited("and when?", (), Filters()) == Filters()
    assert archive.inherited("and when?", (), ALL) == ALL


filters = st.builds(
    Filters,
    st.none() | st.text(max_size=20),
    st.none() | st.text(max_size=20),
    st.none() | st.just("2024-03-01"),
    st.none() | st.just("2024-03-31"),
)
asked = st.builds(
    Asked, outlet=st.none() | st.just("Post"), since=st.none() | st.just("2024-01-01"), of_saying=st.booleans()
)


@given(filters, st.text(max_size=60), st.lists(st.text(max_size=8), max_size=3), asked, asked)
def test_a_filter_is_kept_or_dropped_never_made(
    before: Filters, question: str, said_by: list[str], named: Asked, whole: Asked
) -> None:
    """Whatever is asked, no filter comes out that did not go in, and both ends of a period go together."""
    after = inherited(before, question, said_by, named, whole)
    for name in ("speaker", "outlet", "since", "until"):
        assert getattr(after, name) in (None, getattr(before, name))
    assert (after.since, after.until) in ((None, None), (before.since, before.until))
