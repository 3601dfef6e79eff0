"""Does this passage answer this question? A small cross-encoder that reads both together.

    question + passage in context -> pieces -> network (the encoder's six layers, tuned) -> one logit

It judges single passages and decides nothing: `index.reader` weighs its figure with the rest of the evidence.
"""

from __future__ import annotations

from index.crossreader.pieces import Window
from index.crossreader.weights import CrossReader, Judged

__all__ = ["CrossReader", "Judged", "Window"]
