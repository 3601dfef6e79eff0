"""How near two words are in meaning, for words that are not written alike ("shipped" and "sent")."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoder

NEAR, SAME = 0.14, 0.40
"""Cosines of word vectors at which two words begin to count, and count fully. On 29 pairs by hand the unrelated ones
("soldiers", "containers") stay below .15, related ones ("send", "shipped": .36, "bought", "acquired": .50) above."""

KEPT = 50_000
"""Words whose vectors stay in memory: 77 MB at 384 dimensions, more than the vocabulary of 10,000 articles."""


class Lexicon:
    """Word vectors of one encoder, each computed once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._rows: dict[str, NDArray[np.float32]] = {}

    def alike(self, terms: Sequence[str], words: Sequence[str]) -> NDArray[np.float64]:
        """For each of ``terms``, how near the nearest of ``words`` is: shape ``(len(terms),)``, 0 (not) to 1 (same)."""
        if not terms or not words:
            return np.zeros(len(terms))
        cosines = self._vectors(terms) @ self._vectors(words).T
        return np.asarray(np.clip((cosines.max(axis=1) - NEAR) / (SAME - NEAR), 0.0, 1.0), np.float64)

    def _vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        new = [word for word in dict.fromkeys(words) if word not in self._rows]
        if new:
            if len(self._rows) + len(new) > KEPT:
                self._rows.clear()
                new = list(dict.fromkeys(words))
            self._rows.update(zip(new, self._encoder.word_vectors(new), strict=True))
        return np.stack([self._rows[word] for word in words])
