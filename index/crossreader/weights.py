"""The cross-reader's file: what tuning changed of the encoder, as signed bytes; checked before it is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.crossreader.pieces import Cutter, Window, by_length, padded
from index.encoder import check_weights, default_folder
from index.errors import ModelUnavailable
from index.settings import DEFAULT_MODEL_SHA256
from index.types import Span

if TYPE_CHECKING:
    from torch import Tensor

    from index.crossreader.network import Network

WEIGHTS = Path(__file__).parent / "crossreader.safetensors"
SHA256 = "978f9974d8e1186bf5891b6435eecacfd5df2c66cf0daf2702711b6531083a6c"
"""Of the file that comes with the project; `train` prints the one of a file of your own."""
_FROZEN = ("word_table.weight", "position_table.weight")
_TOGETHER, _THREADS = 4, 2
"""Windows read at once, and threads that read them. Sixteen windows of 96 pieces take 245 ms on one thread four at a
time, 265 by eight, 314 at once; on two threads 135, 143 and 174 (2 cores with bfloat16)."""


_LONGEST = 20
"""Word pieces that answering words have at most: of QAMR's answers 99 in 100 have fewer."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the network makes of one passage."""

    logit: float
    """How well the passage answers; comparable within a question."""
    words: Span | None
    """The words that answer most likely, in the passage; ``None`` where it has no word."""
    sure: float
    """Probability in [0, 1] that they begin and end just there, if the passage answers at all."""


class CrossReader:
    """Reads a question against passages. Safe to share between threads.

    Raises ``ModelUnavailable`` when its weights, or the encoder's that they are added to, are not the files they
    should be. An empty ``sha256`` trusts the file.
    """

    def __init__(self, file: Path = WEIGHTS, sha256: str = SHA256) -> None:
        from index.attribution.weights import check_own, in_half  # torch is slow to import

        folder = default_folder()
        check_weights(folder / "model.safetensors", DEFAULT_MODEL_SHA256)
        check_own(file, sha256)
        self._network = in_half(unpacked(file, folder))
        self._cutter = Cutter(folder / "tokenizer.json")

    def judge(self, question: str, windows: Sequence[Window]) -> tuple[Judged, ...]:
        """How well the passage of each window answers, and which of its words do; in the order of the windows."""
        import torch

        from index.attribution.tagger import threads

        rows = [self._cutter.row(question, window) for window in windows]
        judged: dict[int, Judged] = {}
        with torch.inference_mode(), threads(_THREADS):
            for places in by_length(rows, _TOGETHER):
                numbers, mask = padded([rows[place] for place in places])
                logits, pieces = self._network(torch.from_numpy(numbers), torch.from_numpy(mask))
                ends = self._network.ends(pieces.to(self._network.ends.weight.dtype)).float().numpy()
                for place, logit, scores in zip(places, logits.tolist(), ends, strict=True):
                    passage = rows[place].passage
                    found = likeliest(scores[passage.start : passage.stop])
                    offsets = self._cutter.pieces(windows[place].passage).offsets
                    judged[place] = Judged(logit, *_words(windows[place].passage, offsets, found))
        return tuple(judged[place] for place in range(len(rows)))


def likeliest(scores: NDArray[np.float32]) -> tuple[int, int, float]:
    """First and last piece of the likeliest span and its probability, of scores ``(pieces, 2)`` for begin and end.

    Begin and end are taken as independent, as in Devlin et al. 2019 (BERT), section 4.2. ``(0, -1, 0.0)`` of no piece.
    """
    if not len(scores):
        return 0, -1, 0.0
    chances = np.exp(scores - scores.max(axis=0))
    chances /= chances.sum(axis=0)
    both = np.triu(chances[:, :1] * chances[:, 1], 0)
    both = np.tril(both, _LONGEST - 1)
    first, last = divmod(int(both.argmax()), len(scores))
    return first, last, float(both[first, last])


def _words(
    passage: str, offsets: Sequence[tuple[int, int]], found: tuple[int, int, float]
) -> tuple[Span | None, float]:
    """The span of pieces as characters of the passage, widened to whole words."""
    first, last, sure = found
    if last < first:
        return None, 0.0
    start, end = offsets[first][0], offsets[last][1]
    while start > 0 and passage[start - 1].isalnum() and passage[start].isalnum():
        start -= 1
    while end < len(passage) and passage[end].isalnum() and passage[end - 1].isalnum():
        end += 1
    return (Span(start, end), sure) if any(map(str.isalnum, passage[start:end])) else (None, 0.0)


def packed(tuned: Network, encoder: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What tuning changed, small enough for git: about 10.7 MB.

    Matrices of the layers are int8 differences from the encoder with one scale a row; everything else is kept as it is,
    matrices in fp16.
    """
    import torch

    from index.crossreader.network import named

    base = dict(named(encoder))
    stored: dict[str, Tensor] = {}
    for name, value in tuned.state_dict().items():
        if name in _FROZEN:
            continue
        if name in base and value.ndim == 2:
            delta = value.float() - base[name]
            scale = (delta.abs().amax(dim=1, keepdim=True) / 127).clamp_min(1e-12)
            stored[f"{name}.delta"] = torch.round(delta / scale).to(torch.int8)
            stored[f"{name}.scale"] = scale
        else:
            stored[name] = value.half() if value.ndim == 2 else value.float()
    return {name: value.contiguous() for name, value in stored.items()}


def unpacked(file: Path, folder: Path) -> Network:
    """The network of a packed file, over the encoder in ``folder``.

    Raises ``ModelUnavailable`` when the file is broken or another model's.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from index.crossreader.network import Network, copy_encoder

    network = Network()
    copy_encoder(network, load_file(folder / "model.safetensors"))
    try:
        stored = load_file(file)
        with torch.no_grad():
            for name, value in network.named_parameters():
                if name in _FROZEN:
                    continue
                if name in stored:
                    value.copy_(stored[name])
                else:
                    value.add_(stored[f"{name}.delta"].float() * stored[f"{name}.scale"])
    except (OSError, SafetensorError, KeyError, RuntimeError) as error:
        raise ModelUnavailable(f"{file} does not hold the reader's weights; reinstall onrecord.") from error
    return network.eval()
