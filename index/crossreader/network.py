"""The network: the encoder's six layers, tuned, that read a question and a passage together.

    pieces + features -> six layers -> first piece, and cosine of the question's and the passage's means -> a logit
                                    -> each piece -> where the answering words begin and end

Shapes: B windows, T pieces.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from index.attribution.network import HEADS, LAYERS, POSITIONS, VOCABULARY, WIDTH, Block, layer_weights
from index.crossreader.pieces import CASES, KINDS, Kind


class Network(nn.Module):
    """All weights of the cross-reader. The word and position tables are the encoder's own and are never tuned."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = dropout
        self.word_table = nn.Embedding(VOCABULARY, WIDTH)
        self.position_table = nn.Embedding(POSITIONS, WIDTH)
        self.kinds = nn.Embedding(KINDS, WIDTH)
        self.cases = nn.Embedding(CASES, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.blocks = nn.ModuleList(Block(WIDTH, HEADS, 4 * WIDTH, dropout) for _ in range(LAYERS))
        self.pool = nn.Linear(WIDTH, WIDTH)
        self.judge = nn.Linear(WIDTH, 1)
        self.ends = nn.Linear(WIDTH, 2)
        """Where the answering words begin and end; learning it makes the layers look for them."""
        # The encoder's own measure, the cosine of the two sides, is where learning starts from: the first piece alone
        # learnt to count shared words and lost what the encoder knew (right sentence of our news .39, cosine .58).
        self.near = nn.Parameter(torch.ones(WIDTH))
        self.scale = nn.Parameter(torch.tensor(12.0))
        for table in (self.word_table, self.position_table):
            table.weight.requires_grad_(False)

    def forward(self, numbers: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Logits ``(B,)``, and what the layers make of each piece ``(B, T, WIDTH)``.

        ``numbers`` is ``(3, B, T)`` (ids, kinds, cases), ``mask`` ``(B, T)``.
        """
        ids, kinds, cases = numbers
        x = self.word_table(ids).float() + self.position_table.weight[: ids.shape[1]].float()
        x = self.norm(x + self.kinds(kinds) + self.cases(cases))
        x = functional.dropout(x, self.dropout, self.training)
        unseen = torch.zeros(mask.shape).masked_fill(~mask, -1e4)[:, None, None, :]
        for block in self.blocks:
            x = block(x, unseen)
        pooled = torch.tanh(self.pool(x[:, 0].to(self.pool.weight.dtype)).float())
        judged = self.judge(functional.dropout(pooled, self.dropout, self.training)).float().squeeze(1)
        asked = _mean(x, mask & (kinds == Kind.QUESTION))
        passage = _mean(x, mask & (kinds == Kind.PASSAGE))
        return judged + self.scale * (asked * passage * self.near).sum(dim=1), x


def _mean(x: Tensor, chosen: Tensor) -> Tensor:
    """Mean of the chosen pieces, as a unit vector: ``(B, width)``; 0 where none is chosen."""
    return functional.normalize((x.float() * chosen[:, :, None]).sum(dim=1), dim=1)


def start_from(network: Network, encoder: Mapping[str, Tensor]) -> None:
    """For training: the encoder's weights, and what the encoder lacks drawn from torch's generator."""
    with torch.no_grad():
        for table in (network.kinds, network.cases):
            nn.init.normal_(table.weight, std=0.01)
        for head in (network.judge, network.ends):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)
        network.kinds.weight += encoder["embeddings.token_type_embeddings.weight"][0]
    copy_encoder(network, encoder)


def copy_encoder(network: Network, encoder: Mapping[str, Tensor]) -> None:
    """Gives the tables and layers the encoder's weights."""
    with torch.no_grad():
        for name, value in named(encoder):
            network.get_parameter(name).copy_(value)


def named(encoder: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    """The encoder's tensors under the names they have in `Network`."""
    yield "word_table.weight", encoder["embeddings.word_embeddings.weight"]
    yield "position_table.weight", encoder["embeddings.position_embeddings.weight"]
    for kind in ("weight", "bias"):
        yield f"norm.{kind}", encoder[f"embeddings.LayerNorm.{kind}"]
    yield from layer_weights(encoder)
