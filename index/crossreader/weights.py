"""The cross-reader's file: what tuning changed of the encoder, as signed bytes; checked before it is used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.crossreader.pieces import Cutter, Window, by_length, padded
from index.encoder import check_weights, default_folder
from index.errors import ModelUnavailable
from index.settings import DEFAULT_MODEL_SHA256

if TYPE_CHECKING:
    from torch import Tensor

    from index.crossreader.network import Network

WEIGHTS = Path(__file__).parent / "crossreader.safetensors"
SHA256 = "481eb695f867684770dc1e41ba51637d1e6b4a1152040f78ed832882862b5f8c"
"""Of the file that comes with the project; `train` prints the one of a file of your own."""
_FROZEN = ("word_table.weight", "position_table.weight")
_TRAINING_ONLY = "ends."
_TOGETHER = 8
"""Windows read at once. Fewer waste less on padding, more waste less on small matrices."""


class CrossReader:
    """Reads a question against passages, on one thread. Safe to share between threads.

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

    def judge(self, question: str, windows: Sequence[Window]) -> NDArray[np.float32]:
        """How well each window's passage answers, shape ``(len(windows),)``: logits, comparable within a question."""
        import torch

        from index.attribution.tagger import one_thread

        rows = [self._cutter.row(question, window) for window in windows]
        judged = np.zeros(len(rows), np.float32)
        with torch.inference_mode(), one_thread():
            for places in by_length(rows, _TOGETHER):
                numbers, mask = padded([rows[place] for place in places])
                judged[places] = self._network(torch.from_numpy(numbers), torch.from_numpy(mask))[0].numpy()
        return judged


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
        if name in _FROZEN or name.startswith(_TRAINING_ONLY):
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
                if name in _FROZEN or name.startswith(_TRAINING_ONLY):
                    continue
                if name in stored:
                    value.copy_(stored[name])
                else:
                    value.add_(stored[f"{name}.delta"].float() * stored[f"{name}.scale"])
    except (OSError, SafetensorError, KeyError, RuntimeError) as error:
        raise ModelUnavailable(f"{file} does not hold the reader's weights; reinstall onrecord.") from error
    return network.eval()
