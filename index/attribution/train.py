"""Trains the tagger: ``python -m index.attribution.train ARTICLES.jsonl.gz --split train --out FOLDER``.

One article a line (gzip or plain): ``{"id", "text", "attributions": [{"source", "cue", "content"}, …]}``, each role a
list of ``[start, end)`` in code points of the text. PolNeAR in this form trained the weights of the project;
articles of your own in it train others.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from index.attribution import network as net
from index.attribution.judge import (
    RULE_FEATURES,
    TAGGER_FEATURES,
    Calibration,
    fitted,
    partners_of,
    rule_features,
    same_content,
    same_source,
    tagger_features,
)
from index.attribution.layout import layout
from index.attribution.network import (
    REACH,
    Network,
    chain_transitions,
    load_encoder,
    log_partition,
    row_score,
    settled,
)
from index.attribution.pieces import Pieces, pieces, tokenizer, word_range
from index.attribution.rules import links
from index.attribution.tagger import Tagger
from index.attribution.weights import load, save
from index.attribution.windows import LONGEST, Window, batch, cut
from index.encoder import default_folder
from index.types import Span

_EDGE = 12
"""Words at the edge of a training window whose cues are not learned from: too little is seen around them."""
_BLIND = 0.2
"""Share of windows that do not see what the rules say, so that the network does not lean on it alone."""
_PEAK, _PEAK_HEADS, _LAYER_DECAY = 2.5e-4, 1e-3, 0.85
_WARMUP = 0.06
_AUXILIARY = 0.3
_AVERAGING = 0.995
"""Of the running mean of the weights: about the last 200 steps count, most of an epoch."""


@dataclass(frozen=True, slots=True)
class Example:
    """An annotated article, as the network meets it."""

    id: str
    pieces: Pieces
    cues: tuple[tuple[int, int], ...]
    """First and past-the-last word."""
    roles: tuple[tuple[tuple[int, int, int], ...], ...]
    """For each cue: first word, past the last word, tag that begins the span."""


def example(row: dict[str, Any], tokenize: Any) -> Example:
    """Annotations as word ranges. One without a cue has nothing to hang on and is left out (0.2 % of PolNeAR's)."""
    laid_out = layout(row["text"])
    cut_up = pieces(laid_out, links(laid_out), tokenize)
    starts, ends = (array.tolist() for array in cut_up.word_spans())
    cues, roles = [], []
    for annotated in sorted(row["attributions"], key=lambda a: a["cue"]):
        spans = {
            role: [
                (first, end)
                for a, b in annotated.get(role) or []
                for first, end in [word_range(starts, ends, Span(a, b))]
                if first < end
            ]
            for role in ("source", "cue", "content")
        }
        if not spans["cue"] or not spans["content"]:
            continue
        cues.append((spans["cue"][0][0], spans["cue"][-1][1]))
        roles.append(
            tuple((*span, net.B_SOURCE) for span in spans["source"])
            + tuple((*span, net.B_CONTENT) for span in spans["content"])
        )
    return Example(row["id"], cut_up, tuple(cues), tuple(roles))


def rows(file: Path) -> Iterator[dict[str, Any]]:
    """The articles of a file of JSON lines, gzip or plain."""
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
        yield from map(json.loads, lines)


def tags_of(spans: Sequence[tuple[int, int, int]], first: int, cue: tuple[int, int], window: Window) -> np.ndarray:
    """The tags of the words around a cue, ``(2 * REACH,)``; spans are cut where the window or the reach ends."""
    tags = np.zeros(2 * REACH, np.int64)
    left = max(first - REACH, window.first)
    right = min(first + REACH, window.end)
    for start, end, begin in spans:
        begun = False
        for at in range(max(start, left), min(end, right)):
            if cue[0] <= at < cue[1]:
                begun = False
                continue
            tags[at - first + REACH] = begin + 1 if begun else begin
            begun = True
    # A span that another one interrupts goes on as a new one.
    for at in range(1, len(tags)):
        if tags[at] in (net.I_SOURCE, net.I_CONTENT) and tags[at - 1] not in (tags[at], tags[at] - 1):
            tags[at] -= 1
    return tags


def loss(network: Network, chosen: Sequence[tuple[Example, Window]], rng: random.Random) -> torch.Tensor:
    """Cue tags, flat tags and the row of tags around each cue: what one batch costs."""
    windows = batch([(one.pieces, window) for one, window in chosen])
    for row in range(len(chosen)):
        if rng.random() < _BLIND:
            windows.features[row, :, 2] = 0
    shape = windows.words.shape
    cue_tags = np.zeros(shape, np.int64)
    flat_tags = np.zeros(shape, np.int64)
    cues, around = [], []
    for row, (one, window) in enumerate(chosen):
        for cue, spans in zip(one.cues, one.roles, strict=True):
            if cue[0] < window.end and cue[1] > window.first:
                cue_tags[row, max(0, cue[0] - window.first) : cue[1] - window.first] = 2
                if cue[0] >= window.first:
                    cue_tags[row, cue[0] - window.first] = 1
            for start, end, begin in spans:
                a, b = max(start, window.first) - window.first, min(end, window.end) - window.first
                if a < b:
                    flat_tags[row, a:b] = begin + 1
                    flat_tags[row, a] = begin
            low = window.first + (_EDGE if window.first else 0)
            high = window.end - (_EDGE if window.end < len(one.pieces.words) else 0)
            if low <= cue[0] and cue[1] <= high:
                cues.append((row, cue[0] - window.first, cue[1] - window.first))
                around.append(tags_of(spans, cue[0], cue, window))
    with torch.autocast("cpu", torch.bfloat16):
        words = network.read(windows)
        cue_scores, flat_scores = network.cue(words), network.flat(words)
        known = windows.word_mask
        count = max(1, len(cues))
        total = functional.cross_entropy(
            cue_scores.float()[known], torch.from_numpy(cue_tags)[known], reduction="sum"
        ) / count + _AUXILIARY * (
            functional.cross_entropy(flat_scores.float()[known], torch.from_numpy(flat_tags)[known], reduction="sum")
            / count
        )
        if not cues:
            return total
        scores, _, there = network.around_cues(words, known, torch.tensor(cues))
    scores, transitions = settled(scores, there), chain_transitions(network)
    rows_ = torch.from_numpy(np.stack(around))
    costs = log_partition(scores, transitions) - row_score(scores, transitions, rows_)
    return total + costs.mean()


def groups(network: Network) -> list[dict[str, Any]]:
    """Parameters with their peak learning rate: what is new learns fastest, the lowest layer slowest."""
    rates: dict[str, float] = {}
    for name, parameter in network.named_parameters():
        if not parameter.requires_grad:
            continue
        if name.startswith("blocks."):
            rates[name] = _PEAK * _LAYER_DECAY ** (net.LAYERS - 1 - int(name.split(".")[1]))
        else:
            rates[name] = _PEAK * _LAYER_DECAY**net.LAYERS if name.startswith("input_norm") else _PEAK_HEADS
    named = dict(network.named_parameters())
    return [
        {"params": [named[name]], "lr": rate, "weight_decay": 0.01 if named[name].dim() > 1 else 0.0}
        for name, rate in rates.items()
    ]


def train(
    examples: Sequence[Example], network: Network, *, epochs: int, seed: int, size: int
) -> Iterator[tuple[int, Network]]:
    """Tunes ``network``, an epoch at a time; yields the number of each and the network to keep of it.

    From the second third on that is the running mean of the weights, which reads better than any one of its parts.
    """
    rng = random.Random(seed)  # noqa: S311  (no secrets here)
    optimizer = torch.optim.AdamW(groups(network), fused=True)
    # A text has half a window more than its length asks for, since each epoch cuts it elsewhere.
    steps = int(epochs * (sum(len(one.pieces.ids) / LONGEST + 0.6 for one in examples) / size + 0.5))
    warm = max(1, int(_WARMUP * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.01, (steps - step) / (steps - warm)))
    )
    trained = [p for p in network.parameters() if p.requires_grad]
    averaged = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(_AVERAGING))  # type: ignore[no-untyped-call]
    kept: Network = averaged.module  # type: ignore[assignment]  # a copy of what it was given
    done, began = 0, time.perf_counter()
    for epoch in range(epochs):
        network.train()
        chosen = [
            (one, window)
            for one in examples
            for window in cut(one.pieces, margin=0, start=rng.randint(64, LONGEST))
            if window.end - window.first > 8
        ]
        batches = _batches(chosen, size, rng)
        total = 0.0
        for one_batch in batches:
            cost = loss(network, one_batch, rng)
            cost.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            schedule.step()
            total += float(cost.detach())
            done += 1
            if done >= steps // 3:  # the first update takes the weights as they are
                averaged.update_parameters(network)
            if done % 20 == 0:
                seconds = time.perf_counter() - began
                _say(f"step {done}/{steps}  cost {float(cost.detach()):.2f}  {seconds:.0f} s")
        _say(f"epoch {epoch + 1}: cost {total / len(batches):.3f}, {time.perf_counter() - began:.0f} s")
        yield epoch + 1, kept if done >= steps // 3 else network


def _batches(chosen: list[tuple[Example, Window]], size: int, rng: random.Random) -> list[list[tuple[Example, Window]]]:
    """Windows in random batches of nearly one length each, so that little is spent on padding."""
    rng.shuffle(chosen)
    found = []
    for at in range(0, len(chosen), 8 * size):
        some = sorted(chosen[at : at + 8 * size], key=lambda pair: pair[1].end - pair[1].first)
        found += [some[n : n + size] for n in range(0, len(some), size)]
    rng.shuffle(found)
    return found


def calibrated(tagger: Tagger, articles: Sequence[dict[str, Any]]) -> Calibration:
    """Weights that tell how likely a claim is right, from articles the network was not trained on."""
    tagger_rows, tagger_right, rule_rows, rule_right = [], [], [], []
    for row in articles:
        laid_out = layout(row["text"])
        linked = links(laid_out)
        found = tagger.tagged(laid_out, linked)
        partners = partners_of(linked, found)
        for one, partner in zip(found, partners, strict=True):
            tagger_rows.append(tagger_features(laid_out, one, partner))
            tagger_right.append(is_right(row, one.source, one.content))
        met = {id(partner) for partner in partners}
        for link in linked:
            if id(link) not in met:
                rule_rows.append(rule_features(link))
                rule_right.append(is_right(row, link.source, link.content))
    _say(f"calibrated on {len(tagger_right)} claims of the tagger and {len(rule_right)} of the rules alone")
    return Calibration(
        fitted(np.stack(tagger_rows), np.array(tagger_right, float)),
        fitted(np.array(rule_rows).reshape(-1, RULE_FEATURES), np.array(rule_right, float)),
    )


def is_right(row: dict[str, Any], source: Sequence[Span], content: Sequence[Span]) -> bool:
    """Whether an annotation has the same content (by half of their joint characters) and the same source."""
    for annotated in row["attributions"]:
        said = [Span(a, b) for a, b in annotated["content"]]
        if said and same_content(content, said):
            return same_source(row["text"], source, [Span(a, b) for a, b in annotated.get("source") or []])
    return False


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  (a script's progress)


def main() -> int:
    """Trains, sets the probabilities on articles kept back, and writes the file that `weights.load` reads."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("articles", type=Path)
    options.add_argument("--split", help="only rows whose official_split is this")
    options.add_argument("--out", type=Path, required=True, help="folder for the weights of each epoch and the result")
    options.add_argument("--epochs", type=int, default=7)
    options.add_argument("--batch", type=int, default=16, help="windows of 256 word pieces")
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--kept-back", type=int, default=60, help="articles that only the probabilities are set on")
    options.add_argument(
        "--only-finish", type=Path, metavar="EPOCH", help="weights of an epoch to finish without training"
    )
    chosen = options.parse_args()
    torch.manual_seed(chosen.seed)
    torch.set_num_threads(chosen.threads)
    folder = default_folder()
    tokenize = tokenizer(folder / "tokenizer.json")
    found = [row for row in rows(chosen.articles) if not chosen.split or row.get("official_split") == chosen.split]
    random.Random(chosen.seed).shuffle(found)  # noqa: S311
    kept_back, learned = found[: chosen.kept_back], found[chosen.kept_back :]
    network = Network()
    load_encoder(network, load_file(folder / "model.safetensors"))
    chosen.out.mkdir(parents=True, exist_ok=True)
    if chosen.only_finish is not None:
        network.load_state_dict(load_file(chosen.only_finish), strict=False)
    else:
        examples = [example(row, tokenize) for row in learned]
        _say(f"{len(examples)} articles, {sum(len(one.cues) for one in examples)} attributions")
        for epoch, kept in train(examples, network, epochs=chosen.epochs, seed=chosen.seed, size=chosen.batch):
            trained = {name: tensor for name, tensor in kept.state_dict().items() if "_table" not in name}
            save_file(trained, chosen.out / f"epoch{epoch}.safetensors")
            finished = kept
        network = finished
    unset = Calibration(np.zeros(TAGGER_FEATURES), np.zeros(RULE_FEATURES))
    file = chosen.out / "tagger.safetensors"
    tagger, _ = load(file, save(file, network, unset))  # measured as it is read later, in bytes
    _say(f"sha256 {save(file, network, calibrated(tagger, kept_back))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
