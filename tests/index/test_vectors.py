"""Nearest by meaning: exact, under ids that keep their meaning, among those that are allowed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.vectors import Vectors


def unit(seed: int, count: int, dimension: int = 16) -> NDArray[np.float32]:
    """Random unit vectors, rounded to 16 bits as the store does."""
    rows = np.random.default_rng(seed).normal(size=(count, dimension))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)


@settings(max_examples=50)
@given(st.integers(0, 1000), st.integers(1, 300), st.integers(1, 40), st.data())
def test_search_is_exact(seed: int, count: int, asked: int, data: st.DataObject) -> None:
    """The same entries and cosines as comparing with every vector, with ids in any order and any allowed part."""
    stored = unit(seed, count)
    (query,) = unit(seed + 1, 1)
    ids = np.random.default_rng(seed).permutation(np.arange(10, 10 + 3 * count, 3)).astype(np.int64)
    allowed = data.draw(st.none() | st.sets(st.sampled_from([int(i) for i in ids])))
    vectors = Vectors(16)
    vectors.add(ids, stored)
    found = vectors.nearest(query, asked, None if allowed is None else np.array(sorted(allowed), np.int64))
    cosines = {
        int(i): float(s) for i, s in zip(ids, stored @ query, strict=True) if allowed is None or int(i) in allowed
    }
    expected = sorted(cosines.values(), reverse=True)[:asked]
    assert [score for _, score in found] == pytest.approx(expected, abs=1e-3)
    assert len({i for i, _ in found}) == len(found)
    for i, score in found:
        assert score == pytest.approx(cosines[i], abs=1e-3)


def test_ids_keep_their_meaning_when_more_is_added() -> None:
    """An id leads to its own vector, whatever came before and after it, in whatever order."""
    stored = unit(1, 30)
    vectors = Vectors(16)
    for start, ids in ((0, range(900, 910)), (10, range(5, 15)), (20, range(2**40, 2**40 + 10))):
        vectors.add(np.array(ids, np.int64), stored[start : start + 10])
        for place, i in enumerate(ids):
            assert vectors.nearest(stored[start + place], 1)[0][0] == i
            assert np.array_equal(vectors.reconstruct(i), stored[start + place])
    assert vectors.nearest(stored[3], 1)[0][0] == 903
    assert len(vectors) == 30


def test_there_are_never_more_than_there_are() -> None:
    """Asking for more than are stored, or allowed, gives those, and no filler."""
    vectors = Vectors(16)
    assert vectors.nearest(unit(1, 1)[0], 5) == []
    vectors.add(np.empty(0, np.int64), np.empty((0, 16), np.float32))
    assert len(vectors) == 0
    vectors.add(np.array([7, 8, 9], np.int64), unit(1, 3))
    assert {i for i, _ in vectors.nearest(unit(2, 1)[0], 50)} == {7, 8, 9}
    assert {i for i, _ in vectors.nearest(unit(2, 1)[0], 50, np.array([8], np.int64))} == {8}
    assert vectors.nearest(unit(2, 1)[0], 50, np.array([77], np.int64)) == []
    assert vectors.nearest(unit(2, 1)[0], 50, np.empty(0, np.int64)) == []


def test_what_the_store_keeps_is_taken_as_it_is() -> None:
    """Vectors read in 16 bits and vectors just made in 32 bits are the same entry."""
    made = np.random.default_rng(3).normal(size=(5, 16)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    fresh, read = Vectors(16), Vectors(16)
    fresh.add(np.arange(5, dtype=np.int64), made)
    read.add(np.arange(5, dtype=np.int64), made.astype(np.float16))
    for i in range(5):
        assert np.array_equal(fresh.reconstruct(i), read.reconstruct(i))
