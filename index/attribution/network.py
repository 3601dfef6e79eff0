"""The tagger's network: the encoder's six layers, tuned, and a reader that looks at the words around one verb.

    pieces + features -> six layers -> which words report (cue)
                                    -> for each cue: the words around it -> two small layers -> source, content, neither

Each cue is read on its own, so that a source and a content belong together from the start, a content may have several
parts, and two verbs in one sentence do not have to share one row of tags. Shapes: B windows, T pieces, W words of a
window, N cues, R = 2 * REACH words around a cue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from index.attribution.pieces import CASES, QUOTES, RULES, STARTS

WIDTH, HEADS, LAYERS, VOCABULARY, POSITIONS = 384, 12, 6, 30522, 512
NARROW, NARROW_HEADS, NARROW_LAYERS = 192, 6, 2
REACH = 72
"""Words looked at on either side of a cue; 99.5 % of annotated contents and sources end within (PolNeAR, training)."""
OUTSIDE, B_SOURCE, I_SOURCE, B_CONTENT, I_CONTENT = range(5)
TAGS = 5


class Windows(NamedTuple):
    """A batch of windows, padded with 0."""

    ids: Tensor
    """``(B, T)``"""
    features: Tensor
    """``(B, T, 4)``"""
    mask: Tensor
    """``(B, T)``, true where there is a piece."""
    words: Tensor
    """``(B, W)`` index of the first piece of each word."""
    word_mask: Tensor
    """``(B, W)``"""


class Block(nn.Module):
    """One transformer layer in the order of BERT: attention, add, norm, two linear maps, add, norm."""

    def __init__(self, width: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.attend = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)
        self.first_norm = nn.LayerNorm(width, eps=1e-12)
        self.widen = nn.Linear(width, inner)
        self.narrow = nn.Linear(inner, width)
        self.second_norm = nn.LayerNorm(width, eps=1e-12)
        self.dropout = dropout

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """``(B, T, width)`` to the same; ``mask`` is ``(B, 1, 1, T)``, added to the attention."""
        batch, length, width = x.shape
        kind = self.attend.weight.dtype
        q, k, v = self.attend(x.to(kind)).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        # Spelled out: PyTorch's fused attention takes three times as long backwards on a CPU in bfloat16.
        weights = torch.softmax((q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2) + mask.to(q.dtype), -1)
        seen = weights @ v
        seen = self.join(seen.transpose(1, 2).reshape(batch, length, width))
        x = self.first_norm(x + self._dropped(seen))
        return self.second_norm(x + self._dropped(self.narrow(functional.gelu(self.widen(x.to(kind))))))  # type: ignore[no-any-return]

    def _dropped(self, x: Tensor) -> Tensor:
        return functional.dropout(x, self.dropout, self.training)


class Network(nn.Module):
    """All weights of the tagger. The word, position and type tables are the encoder's own and are never tuned."""

    def __init__(self, dropout: float = 0.1) -> None:
        super().__init__()
        self.dropout = dropout
        self.word_table = nn.Embedding(VOCABULARY, WIDTH)
        self.position_table = nn.Embedding(POSITIONS, WIDTH)
        self.features = nn.ModuleList(nn.Embedding(size, WIDTH) for size in (CASES, QUOTES, RULES, STARTS))
        self.input_norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.blocks = nn.ModuleList(Block(WIDTH, HEADS, 4 * WIDTH, dropout) for _ in range(LAYERS))
        self.cue = nn.Linear(WIDTH, 3)
        self.flat = nn.Linear(WIDTH, TAGS)
        """Only trained beside the rest, to give the layers a direct aim; not used afterwards."""
        self.around = nn.Linear(WIDTH, NARROW)
        self.at_cue = nn.Linear(WIDTH, NARROW)
        self.distance = nn.Embedding(2 * REACH, NARROW)
        self.in_cue = nn.Embedding(2, NARROW)
        self.narrow_norm = nn.LayerNorm(NARROW, eps=1e-12)
        self.narrow_blocks = nn.ModuleList(
            Block(NARROW, NARROW_HEADS, 4 * NARROW, dropout) for _ in range(NARROW_LAYERS)
        )
        self.tag = nn.Linear(NARROW, TAGS)
        self.transitions = nn.Parameter(torch.zeros(TAGS, TAGS))
        for table in (*self.features, self.in_cue):
            nn.init.zeros_(table.weight)
        nn.init.normal_(self.distance.weight, std=0.02)

    def read(self, windows: Windows) -> Tensor:
        """What the six layers make of each word, ``(B, W, WIDTH)``."""
        places = torch.arange(windows.ids.shape[1])
        x = self.word_table(windows.ids) + self.position_table(places)
        for number, table in enumerate(self.features):
            x = x + table(windows.features[..., number])
        x = self.input_norm(x)
        x = functional.dropout(x, self.dropout, self.training)
        mask = _attention_mask(windows.mask)
        for block in self.blocks:
            x = block(x, mask)
        return torch.gather(x, 1, windows.words[..., None].expand(-1, -1, WIDTH))

    def around_cues(self, words: Tensor, word_mask: Tensor, cues: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Scores of the tags of the words around each cue.

        ``cues`` is ``(N, 3)``: window, first word, past the last word. Gives scores ``(N, R, TAGS)`` in float32, the
        index of each word in its window ``(N, R)`` and which of them are words at all ``(N, R)``.
        """
        window, first, end = cues.unbind(1)
        places = first[:, None] + torch.arange(-REACH, REACH)
        there = (places >= 0) & (places < words.shape[1])
        places = places.clamp(0, words.shape[1] - 1)
        there &= word_mask[window[:, None], places]
        x = self.around(words)[window[:, None], places]
        inside = (places >= first[:, None]) & (places < end[:, None]) & there
        at_cue = self.at_cue(words[window, first] + words[window, end - 1])
        x = x + at_cue[:, None] + self.distance.weight + self.in_cue(inside.long())
        x = functional.dropout(self.narrow_norm(x), self.dropout, self.training)
        mask = _attention_mask(there)
        for block in self.narrow_blocks:
            x = block(x, mask)
        scores = self.tag(x).float()
        # The words of the verb itself are neither source nor content.
        scores = scores.masked_fill(inside[..., None] & (torch.arange(TAGS) != OUTSIDE), -1e4)
        return scores, places, there


def _attention_mask(there: Tensor) -> Tensor:
    return torch.zeros(there.shape).masked_fill(~there, -1e4)[:, None, None, :]


_FORBIDDEN = torch.tensor(
    [
        [False, False, True, False, True],
        [False, False, False, False, True],
        [False, False, False, False, True],
        [False, False, True, False, False],
        [False, False, True, False, False],
    ]
)
"""Which tag may not follow which: the inside of a span needs its beginning or itself before it."""


def chain_transitions(network: Network) -> Tensor:
    """Scores of one tag behind another, ``(before, after)``."""
    return network.transitions.float().masked_fill(_FORBIDDEN, -1e4)


def log_partition(scores: Tensor, transitions: Tensor) -> Tensor:
    """Logarithm of the summed weights of all tag rows, ``(N,)``."""
    alpha = scores[:, 0]
    for at in range(1, scores.shape[1]):
        alpha = torch.logsumexp(alpha[:, :, None] + transitions, dim=1) + scores[:, at]
    return torch.logsumexp(alpha, dim=1)


def row_score(scores: Tensor, transitions: Tensor, tags: Tensor) -> Tensor:
    """Logarithm of the weight of one row of tags for each cue, ``(N,)``."""
    emitted = scores.gather(2, tags[..., None]).squeeze(2).sum(1)
    return emitted + transitions[tags[:, :-1], tags[:, 1:]].sum(1)


def settled(scores: Tensor, there: Tensor) -> Tensor:
    """Scores in which words that are not there are O for certain."""
    nowhere = torch.full((TAGS,), -1e4)
    nowhere[OUTSIDE] = 0.0
    return torch.where(there[..., None], scores, nowhere)


def load_encoder(network: Network, weights: Mapping[str, Tensor]) -> None:
    """Starts the six layers from the encoder's own weights, named as in its file."""
    set_tables(network, weights)
    with torch.no_grad():
        for kind in ("weight", "bias"):
            network.get_parameter(f"input_norm.{kind}").copy_(weights[f"embeddings.LayerNorm.{kind}"])
        for name, value in layer_weights(weights):
            network.get_parameter(name).copy_(value)


def layer_weights(weights: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """The tensors of the encoder's layers, under the names they have in a list ``blocks`` of `Block`."""
    for kind in ("weight", "bias"):
        for layer in range(LAYERS):
            there, here = f"encoder.layer.{layer}", f"blocks.{layer}"
            yield (
                f"{here}.attend.{kind}",
                torch.cat([weights[f"{there}.attention.self.{part}.{kind}"] for part in ("query", "key", "value")]),
            )
            for mine, theirs in _LAYER_NAMES:
                yield f"{here}.{mine}.{kind}", weights[f"{there}.{theirs}.{kind}"]


_LAYER_NAMES = (
    ("join", "attention.output.dense"),
    ("first_norm", "attention.output.LayerNorm"),
    ("widen", "intermediate.dense"),
    ("narrow", "output.dense"),
    ("second_norm", "output.LayerNorm"),
)


def set_tables(network: Network, weights: Mapping[str, Tensor]) -> None:
    """Puts the encoder's word, position and type tables in place, for good."""
    places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    network.word_table.weight = nn.Parameter(weights["embeddings.word_embeddings.weight"], requires_grad=False)
    network.position_table.weight = nn.Parameter(places, requires_grad=False)
