"""What every test may ask for: the material beside the checkout, an encoder to compute by hand, a small archive."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

if TYPE_CHECKING:
    from feed_server import Server

    from index.archive import Archive

ROOT = Path(__file__).resolve().parents[1]
"""The top of the checkout."""


class WordsEncoder:
    """A text's vector counts its lower-cased words in 64 buckets, scaled to length 1.

    A word's bucket is its CRC-32 modulo 64, so texts that share words are near, in every process alike. A text
    without a word points along the first axis.
    """

    name = "words"
    dimension = 64

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or [""]:
                vectors[row, zlib.crc32(word.encode("utf-8", "surrogatepass")) % self.dimension] += 1
        lengths: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True).astype(np.float32)
        return vectors / lengths

    def word_vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        return self.encode(words)


@pytest.fixture
def shared() -> Path:
    """The folder of real articles and evaluation sets beside the checkout; the test is skipped where there is none."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs the evaluation sets in ../shared, which are not part of the checkout")
    return folder


@pytest.fixture
def words_encoder() -> WordsEncoder:
    """The hand-computable encoder."""
    return WordsEncoder()


@pytest.fixture
def archive(tmp_path: Path, words_encoder: WordsEncoder) -> Iterator[Archive]:
    """An empty archive in a folder of its own, with the hand-computable encoder."""
    from index.archive import Archive

    with Archive.open(tmp_path / "data", encoder=words_encoder) as opened:
        yield opened


@pytest.fixture(scope="session")
def _web() -> Iterator[Server]:
    from feed_server import Server

    server = Server()
    yield server
    server.close()


@pytest.fixture
def web(_web: Server) -> Server:
    """A web server on loopback without pages."""
    _web.reset()
    return _web
