"""The tagger's file of weights: one signed byte for each, with a scale for each row; checked before it is used.

The encoder's word, position and type tables are not in it: they are read from the encoder's own file, unchanged.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from index.attribution.judge import RULE_FEATURES, TAGGER_FEATURES, Calibration
from index.attribution.network import Block, Network, set_tables
from index.attribution.pieces import tokenizer
from index.attribution.tagger import Tagger
from index.encoder import check_weights, default_folder, multiplies_bf16, sha256_of_file
from index.errors import ModelUnavailable
from index.settings import EncoderSettings

WEIGHTS = Path(__file__).parent / "tagger.safetensors"
SHA256 = "403c31faec263117bdf092277720f983383a136377ddefaf5ae0bb4b6448dbac"
"""Of the file that comes with the project; `train` prints the one of a file of your own."""
_ENCODER_SHA256 = EncoderSettings().sha256
_SCALE = ".scale"
_Module = TypeVar("_Module", bound=nn.Module)
_TABLES = ("word_table.", "position_table.")


def pack(network: Network, calibration: Calibration) -> dict[str, Tensor]:
    """Weights as they are stored: matrices as bytes with a scale for each row, the rest in half precision."""
    stored: dict[str, Tensor] = {}
    for name, weight in network.state_dict().items():
        if name.startswith(_TABLES):
            continue
        if weight.dim() < 2 or weight.shape[0] < 8:
            stored[name] = weight.half()
            continue
        scale = weight.abs().amax(1, keepdim=True).clamp_min(1e-8) / 127
        scale = scale.half().float()
        stored[name] = (weight / scale).round().clamp(-127, 127).to(torch.int8)
        stored[name + _SCALE] = scale.half()
    stored["calibration.tagger"] = torch.from_numpy(calibration.tagger)
    stored["calibration.rules"] = torch.from_numpy(calibration.rules)
    return {name: tensor.contiguous() for name, tensor in stored.items()}


def unpack(stored: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], Calibration]:
    """The inverse of `pack`; ``KeyError`` or ``ValueError`` when something is missing or has another shape."""
    weights = {}
    for name, tensor in stored.items():
        if name.startswith("calibration.") or name.endswith(_SCALE):
            continue
        weights[name] = tensor.float() * stored[name + _SCALE].float() if tensor.dtype is torch.int8 else tensor.float()
    calibration = Calibration(*(stored[f"calibration.{one}"].numpy().astype(np.float64) for one in ("tagger", "rules")))
    if calibration.tagger.shape != (TAGGER_FEATURES,) or calibration.rules.shape != (RULE_FEATURES,):
        raise ValueError("the calibration does not fit this version")
    return weights, calibration


def save(file: Path, network: Network, calibration: Calibration) -> str:
    """Writes the weights and returns their SHA-256."""
    save_file(pack(network, calibration), file)
    return sha256_of_file(file)


def load(file: Path = WEIGHTS, sha256: str = SHA256) -> tuple[Tagger, Calibration]:
    """The tagger on the encoder's tables. An empty ``sha256`` trusts the file.

    Raises ``ModelUnavailable`` when a file is missing or is not what it should be.
    """
    folder = default_folder()
    check_weights(folder / "model.safetensors", _ENCODER_SHA256)
    check_own(file, sha256)
    with torch.device("meta"):
        network = Network()
    try:
        weights, calibration = unpack(load_file(file))
        network.load_state_dict(weights, strict=False, assign=True)
        with safe_open(folder / "model.safetensors", "pt") as encoder:
            set_tables(network, {name: encoder.get_tensor(name) for name in encoder.keys() if "_embeddings." in name})  # noqa: SIM118
    except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise ModelUnavailable(f"{file} holds no tagger of this version of onrecord; reinstall it.") from error
    if any(tensor.is_meta for tensor in network.state_dict().values()):
        raise ModelUnavailable(f"{file} holds no tagger of this version of onrecord; reinstall it.")
    return Tagger(in_half(network), tokenizer(folder / "tokenizer.json")), calibration


def check_own(file: Path, sha256: str) -> None:
    """Raises ``ModelUnavailable`` unless a file that comes with the project is there and has this SHA-256, if any."""
    if not file.is_file():
        raise ModelUnavailable(f"{file} is missing; reinstall onrecord.")
    if sha256 and (digest := sha256_of_file(file)) != sha256:
        raise ModelUnavailable(f"{file} is another file: its SHA-256 is {digest}, not {sha256}. Reinstall onrecord.")


def in_half(network: _Module) -> _Module:
    """With the large maps in bfloat16 where the processor multiplies that: 2.6 times as fast, no tag changes."""
    if multiplies_bf16():
        for block in network.modules():
            if isinstance(block, Block):
                for part in block.children():
                    if isinstance(part, nn.Linear):
                        part.to(torch.bfloat16)
    return network
