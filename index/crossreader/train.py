"""Trains the cross-reader: ``python -m index.crossreader.train DATA QUESTIONS --out FOLDER``.

DATA is the folder with QAMR, CLAP NQ, QuoteSum, the White House documents and GUM; QUESTIONS are questions of our own
about the last two (``tests/quality/public/questions.jsonl``). Each question becomes a group: the passage that answers
it; passages that come near and do not (of ours: what retrieval finds over 570 documents; else sentences near in
meaning); the same sentence with the answering words taken out; and the same sentence for another question, which asks
about another name or number. A quarter of our own articles, and one document in seven of the others, are kept back.

Everything is drawn from ``--seed``; with one thread the same machine makes the same file.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import re
import sys
import tempfile
import time
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from index.archive import Archive
from index.crossreader.network import Network, start_from
from index.crossreader.pieces import Cutter, Row, Window, padded
from index.crossreader.weights import packed
from index.encoder import SentenceEncoder, default_folder, sha256_of_file
from index.question import STOPWORDS, stems
from index.reader import window_of
from index.sentences import sentence_spans
from index.settings import EncoderSettings, IndexSettings, SearchSettings
from index.types import Draft, Span

OTHERS = 400
"""White House documents beside those that our questions are about."""
READ = 40
"""Candidates of retrieval that the wrong passages of our own questions are taken from."""
QAMR, A_SENTENCE = 3400, 5
"""Questions taken from QAMR in all, and of one sentence."""
AGAIN = {"own": 3, "clapnq": 2}
"""How often a pass sees a question of a set that is small and like what is asked; once where it is not here."""
PEAK, NEW_PEAK = 1e-4, 5e-4
"""Learning rates of the encoder's layers, and of what it lacks."""
TOGETHER, WARM_UP = 8, 50
"""Groups in a step, about 43 pairs; steps until the learning rates have risen."""
ENDS_STEPS = 300
"""Steps at the end that tune only what marks the answering words, over the finished layers."""
LOSSES = {"right": 1.0, "alone": 1.0, "span": 0.4}


class Pair(NamedTuple):
    """One question with one passage."""

    question: str
    window: Window
    answers: bool
    words: tuple[int, int] | None = None
    """Characters of the passage that answer, where they are marked."""


@dataclass(frozen=True, slots=True)
class Group:
    """What one question is learnt from; those that answer come first."""

    source: str
    pairs: tuple[Pair, ...]


def is_kept_back(name: str) -> bool:
    """Whether the document of this id is not learnt from: about 15 in 100."""
    return zlib.crc32(name.encode()) % 100 < 15


def rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a gzip file of JSON lines."""
    if not file.is_file():
        raise SystemExit(f"{file} is missing; DATA must be the folder of the data sets.")
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def typed(question: str, rng: random.Random) -> str:
    """A question as members type it: a third in lower case, a third without its mark."""
    asked = question.strip()
    if rng.random() < 0.35:
        asked = asked.lower()
    return asked.rstrip("?") if rng.random() < 0.3 else asked


def own_groups(data: Path, questions: Path, rng: random.Random) -> tuple[list[Group], list[Group]]:
    """Groups of our own questions, and those of the quarter of their articles that is kept back."""
    asked = [json.loads(line) for line in questions.read_text("utf-8").splitlines()]
    wanted = sorted({row["article"] for row in asked})
    rng.shuffle(wanted)
    kept_back, about = set(wanted[::4]), set(wanted)
    drafts, beside = [], []
    for name in ("wh_briefings", "gum_attribution"):
        for row in rows(data / name / "dev.jsonl.gz"):
            if row["id"] in about:
                drafts.append(Draft(row["text"], row["title"], id=row["id"]))
            elif name == "wh_briefings" and len(row["text"]) < 9000:
                beside.append(Draft(row["text"], row["title"], id=row["id"]))
    settings = IndexSettings(search=SearchSettings(candidates=250))
    learnt: list[Group] = []
    held: list[Group] = []
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder), "own", settings) as archive:
        for _ in archive.add_all([*drafts, *rng.sample(beside, OTHERS)]):
            pass
        for row in asked:
            group = _own_group(archive, row)
            if group is not None:
                (held if row["article"] in kept_back else learnt).append(group)
    return learnt, held


def _own_group(archive: Archive, row: dict[str, Any]) -> Group | None:
    answer = Span(*row["answer"]) if "answer" in row else None
    right: list[Pair] = []
    same: list[Pair] = []
    elsewhere: list[Pair] = []
    for found in archive.candidates(row["question"])[: READ if answer is None else None]:
        span, window = found.passage.span, window_of(found.article, found.passage.span)
        here = found.article.id == row["article"]
        shared = 0 if answer is None or not here else min(answer.end, span.end) - max(answer.start, span.start)
        if answer is not None and shared >= len(answer) / 2:
            words = (max(0, answer.start - span.start), min(answer.end, span.end) - span.start)
            marked = words if words[1] - words[0] <= 0.7 * len(span) else None
            right.append(Pair(row["question"], window, True, marked))
        elif len(right) + len(same) + len(elsewhere) < READ:
            (same if here else elsewhere).append(Pair(row["question"], window, False))
    if answer is not None and not right:
        return None
    return Group("own", (*right[:1], *same[:4], *elsewhere[:4]))


_PRONOUN = re.compile(r"\b(?:he|she|it|they|this|that)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b")
_INSTEAD = {"number": ("some", "many", "a number of", "several"), "name": ("someone", "they", "it", "the group", "he")}
_COUNT = re.compile(r"\d|^(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b", re.IGNORECASE)
_LEADS = re.compile(r"(?:in|on|at|from|by|since|during|near|to|of|for|with)\b", re.IGNORECASE)


def without(sentence: str, words: tuple[int, int], rng: random.Random) -> str:
    """The sentence with the answering words taken out, so that it speaks of the same and no longer answers."""
    start, end = words
    answer = sentence[start:end]
    if _LEADS.match(answer):
        instead = ""
    elif _COUNT.search(answer):
        instead = rng.choice(_INSTEAD["number"])
    else:
        instead = rng.choice(_INSTEAD["name"] if re.search("[A-Z]", answer) else ("it", "that", "something", "this"))
    left = re.sub(r"\s+", " ", sentence[:start] + instead + sentence[end:]).strip()
    return left[:1].upper() + left[1:]


def _content(text: str) -> set[str]:
    return {word for word in stems(text) if word not in STOPWORDS}


def qamr_groups(data: Path, encoder: SentenceEncoder, rng: random.Random) -> list[Group]:
    """Questions people asked about single sentences, with other sentences near in meaning and near misses."""
    kept = [row for row in rows(data / "qamr" / "dev.jsonl.gz") if not is_kept_back(":".join(row["id"].split(":")[:3]))]
    sentences = [row["sentence"] for row in kept]
    names = [found for sentence in sentences for found in _NAME.findall(sentence)]
    numbers = [found for sentence in sentences for found in _NUMBER.findall(sentence)]
    chosen = [(place, asked) for place, row in enumerate(kept) for asked in _telling(row, rng)]
    rng.shuffle(chosen)
    chosen = chosen[:QAMR]
    vectors, asked_vectors = encoder.encode(sentences), encoder.encode([asked["question"] for _, asked in chosen])
    held = [set(stems(sentence)) for sentence in sentences]
    groups = []
    for (place, asked), vector in zip(chosen, asked_vectors, strict=True):
        sentence, question = sentences[place], typed(asked["question"], rng)
        words = Counter(map(tuple, asked["answers"])).most_common(1)[0][0]
        answer = _content(sentence[slice(*words)])
        near = [other for other in np.argsort(-(vectors @ vector), kind="stable")[:7] if other != place]
        wrong = [other for other in near if not answer or not answer <= held[other]][:2]
        pairs = [Pair(question, Window(sentence), True, words)]
        pairs += [Pair(question, Window(sentences[other]), False) for other in wrong]
        if words[1] - words[0] < 0.6 * len(sentence):
            pairs.append(Pair(question, Window(without(sentence, words, rng)), False))
        if rng.random() < 0.5:
            for pattern, pool in ((_NAME, names), (_NUMBER, numbers)):
                if match := pattern.search(asked["question"]):
                    start, end = match.span()
                    other = asked["question"][:start] + rng.choice(pool) + asked["question"][end:]
                    pairs.append(Pair(typed(other, rng), Window(sentence), False))
                    break
        groups.append(Group("qamr", tuple(pairs)))
    return groups


def _telling(row: dict[str, Any], rng: random.Random) -> list[dict[str, Any]]:
    """Up to `A_SENTENCE` questions that name two of the sentence's words or more, no two the same ones."""
    held, seen = set(stems(row["sentence"])), set[frozenset[str]]()
    questions, chosen = list(row["questions"]), []
    rng.shuffle(questions)
    for asked in questions:
        words = frozenset(_content(asked["question"]) & held)
        if len(words) < 2 or words in seen or _PRONOUN.search(asked["question"]):
            continue
        seen.add(words)
        chosen.append(asked)
        if len(chosen) == A_SENTENCE:
            break
    return chosen


def clean(text: str) -> str:
    """Text of a corpus that was cut into tokens ("the president 's", "-LRB-"), written as people write."""
    for token, sign in (("-LRB-", "("), ("-RRB-", ")"), ("-LSB-", "["), ("-RSB-", "]"), ("``", '"'), ("''", '"')):
        text = text.replace(token, sign)
    text = re.sub(r" ([,.;:?!%)\]])", r"\1", text)
    text = re.sub(r"([(\[$]) ", r"\1", text)
    text = re.sub(r" ('s|n't|'re|'ve|'ll|'d)\b", r"\1", text)
    return re.sub(r"\s+", " ", text).strip()


def _beside(sentences: Sequence[str], place: int, title: str) -> Window:
    after = sentences[place + 1] if place + 1 < len(sentences) else ""
    return Window(sentences[place], sentences[place - 1] if place else "", after, title)


def clapnq_groups(data: Path, rng: random.Random) -> list[Group]:
    """Questions typed into a search engine, with the sentences of a passage that were marked, or none."""
    groups = []
    for row in rows(data / "clapnq" / "dev.jsonl.gz"):
        if is_kept_back(row["title"]):
            continue
        sentences = [clean(sentence) for sentence in row["sentences"]]
        marked = [s for output in row["outputs"] for s in output["selected_sentences"] if s in row["sentences"]]
        gold = Counter(row["sentences"].index(sentence) for sentence in marked)
        asked = _content(row["question"])
        others = [place for place in range(len(sentences)) if place not in gold]
        rng.shuffle(others)
        others.sort(key=lambda place: -len(asked & set(stems(sentences[place]))))
        places = [(place, True) for place, _ in gold.most_common(2)] + [(place, False) for place in others[:4]]
        pairs = [Pair(row["question"], _beside(sentences, place, row["title"]), right) for place, right in places]
        groups.append(Group("clapnq", tuple(pairs)))
    return groups


def quotesum_groups(data: Path, rng: random.Random) -> list[Group]:
    """Questions with the words that people quoted to answer them."""
    quoted: dict[str, tuple[dict[str, Any], set[tuple[int, str]]]] = {}
    for row in rows(data / "quotesum" / "dev.jsonl.gz"):
        _, quotes = quoted.setdefault(row["qid"], (row, set()))
        quotes.update((quote["source"], quote["text"].strip()) for quote in row["quotes"])
    groups = []
    for name, (row, quotes) in quoted.items():
        for source in row["sources"] if not is_kept_back(name) else ():
            sentences = [s for span in sentence_spans(source["text"]) if len(s := span.of(source["text"]).strip()) > 2]
            found = [
                (len(text), place, sentence.find(text))
                for number, text in sorted(quotes)
                if number == source["n"]
                for place, sentence in enumerate(sentences)
                if text in sentence
            ]
            if not found:
                continue
            length, place, start = min(found)
            gold = {one[1] for one in found}
            others = [other for other in range(len(sentences)) if other not in gold][:4]
            right = Pair(
                typed(row["question"], rng), _beside(sentences, place, source["title"]), True, (start, start + length)
            )
            wrong = [Pair(row["question"], _beside(sentences, other, source["title"]), False) for other in others]
            groups.append(Group("quotesum", (right, *wrong)))
    return groups


class Teacher:
    """Turns groups into losses."""

    def __init__(self, network: Network, cutter: Cutter, rng: random.Random) -> None:
        self.network = network
        self.cutter = cutter
        self.random = rng

    def losses(self, groups: Sequence[Group]) -> dict[str, Tensor]:
        """What is learnt from these groups, by name.

        ``right``: the pairs that answer among their group's; ``alone``: each pair by itself; ``span``: where the
        answering words begin and end.
        """
        made = [(number, pair, *self._row(pair, much)) for number, much, pair in self._seen(groups)]
        numbers, mask = padded([row for _, _, row, _ in made])
        with torch.autocast("cpu", torch.bfloat16):
            judged, pieces = self.network(torch.from_numpy(numbers), torch.from_numpy(mask))
            ends = self.network.ends(pieces)
        right = torch.tensor([float(pair.answers) for _, pair, _, _ in made])
        group_of = torch.tensor([number for number, _, _, _ in made])
        weight = torch.where(right > 0, 2.0, 1.0)
        return {
            "right": listwise(judged.float(), right, group_of),
            "alone": functional.binary_cross_entropy_with_logits(judged.float(), right, weight),
            "span": _span_loss(ends.float(), [row for _, _, row, _ in made], [words for *_, words in made]),
        }

    def _seen(self, groups: Sequence[Group]) -> Iterator[tuple[int, float, Pair]]:
        """Pairs with how much of their context is shown: short texts are most of what can be read in the time."""
        for number, group in enumerate(groups):
            much = self.random.random()
            for pair in group.pairs:
                yield number, much, pair

    def _row(self, pair: Pair, much: float) -> tuple[Row, tuple[int, int] | None]:
        """The pair as the network reads it, and the first and last piece that answer."""
        window = pair.window
        if much < 0.5:
            window = Window(window.passage, title=window.title if much >= 0.3 else "")
        row = self.cutter.row(pair.question, window)
        if pair.words is None:
            return row, None
        start, end = pair.words
        offsets = self.cutter.pieces(window.passage).offsets[: len(row.passage)]
        inside = [place for place, (a, b) in enumerate(offsets) if a < end and b > start]
        return row, (row.passage.start + inside[0], row.passage.start + inside[-1]) if inside else None

    def figures(self, groups: Sequence[Group]) -> str:
        """How often the right passage is first, and the AUROC of the best score of answered against unanswered ones."""
        first: list[bool] = []
        best: list[float] = []
        missed: list[float] = []
        self.network.eval()
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            for group in groups:
                numbers, mask = padded([self.cutter.row(pair.question, pair.window) for pair in group.pairs])
                judged = self.network(torch.from_numpy(numbers), torch.from_numpy(mask))[0].float().numpy()
                if group.pairs[0].answers:
                    first.append(int(judged.argmax()) == 0)
                (best if group.pairs[0].answers else missed).append(float(judged.max()))
        self.network.train()
        over = np.mean(np.array(best)[:, None] > np.array(missed)[None, :])
        return f"right passage first {np.mean(first):.3f}, answered against near misses AUROC {over:.3f}"


def listwise(logits: Tensor, right: Tensor, group_of: Tensor) -> Tensor:
    """Mean of ``-log`` of the share that the right ones have in their group's softmax; all shapes ``(pairs,)``.

    Groups without a right or without a wrong one tell nothing and are left out.
    """
    count = int(group_of.max()) + 1
    top = torch.full((count,), -1e4).scatter_reduce(0, group_of, logits.detach(), "amax")
    shares = torch.exp(logits - top[group_of])
    whole = torch.zeros(count).index_add(0, group_of, shares)
    rights = torch.zeros(count).index_add(0, group_of, shares * right)
    some = torch.zeros(count).index_add(0, group_of, right) > 0
    told = some & (torch.zeros(count).index_add(0, group_of, 1 - right) > 0)
    if not told.any():
        return logits.sum() * 0
    return -(torch.log(rights[told] + 1e-9) - torch.log(whole[told])).mean()


def _span_loss(ends: Tensor, read: Sequence[Row], words: Sequence[tuple[int, int] | None]) -> Tensor:
    marked = [place for place, pair in enumerate(words) if pair is not None]
    if not marked:
        return ends.sum() * 0
    inside = torch.zeros(ends.shape[:2], dtype=torch.bool)
    for place, row in enumerate(read):
        inside[place, row.passage.start : row.passage.stop] = True
    targets = torch.tensor([words[place] for place in marked])
    logits = ends[marked].masked_fill(~inside[marked][:, :, None], -1e4)
    sides = [functional.cross_entropy(logits[:, :, side], targets[:, side]) for side in (0, 1)]
    return (sides[0] + sides[1]) / 2


def train_ends(teacher: Teacher, groups: Sequence[Group], steps: int, rng: random.Random) -> None:
    """Tunes only what tells where the answering words begin and end, over layers that stay as they are."""
    ends = teacher.network.ends
    marked = [group for group in groups if any(pair.words for pair in group.pairs)]
    marked = [Group(group.source, tuple(pair for pair in group.pairs if pair.words)) for group in marked]
    optimizer = torch.optim.AdamW(ends.parameters(), lr=2e-3)
    teacher.network.eval()
    recent = []
    for step, batch in zip(range(1, steps + 1), batches(marked, rng), strict=False):
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * (1 - (step - 1) / steps)
        cost = teacher.losses(batch)["span"]
        cost.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        recent.append(float(cost.detach()))
        if step % 50 == 0:
            _say(f"ends, step {step} of {steps}: {np.mean(recent[-50:]):.3f}")


def batches(groups: Sequence[Group], rng: random.Random) -> Iterator[list[Group]]:
    """Batches without end: every pass in another order, groups of like length together."""

    def length(group: Group) -> float:
        return sum(len(p.window.passage) + len(p.window.before) for p in group.pairs) / len(group.pairs)

    while True:
        order = list(groups)
        rng.shuffle(order)
        for start in range(0, len(order), 40 * TOGETHER):
            part = sorted(order[start : start + 40 * TOGETHER], key=length)
            cut = [part[place : place + TOGETHER] for place in range(0, len(part), TOGETHER)]
            rng.shuffle(cut)
            yield from cut


def train(teacher: Teacher, groups: Sequence[Group], held: Sequence[Group], steps: int, rng: random.Random) -> None:
    """Tunes the teacher's network."""
    network = teacher.network
    parts: dict[bool, list[torch.nn.Parameter]] = {True: [], False: []}
    for name, weight in network.named_parameters():
        if weight.requires_grad:
            parts[name.startswith(("norm", "blocks"))].append(weight)
    peaks = (PEAK, NEW_PEAK)
    optimizer = torch.optim.AdamW([{"params": parts[True]}, {"params": parts[False]}], lr=PEAK, weight_decay=0.01)
    recent: dict[str, list[float]] = defaultdict(list)
    began = time.monotonic()
    network.train()
    for step, batch in zip(range(1, steps + 1), batches(groups, rng), strict=False):
        share = min(1.0, step / WARM_UP) * (0.05 + 0.95 * (1 + math.cos(math.pi * (step - 1) / steps)) / 2)
        for part, peak in zip(optimizer.param_groups, peaks, strict=True):
            part["lr"] = peak * share
        losses = teacher.losses(batch)
        torch.stack([LOSSES[name] * value for name, value in losses.items()]).sum().backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([*parts[True], *parts[False]], 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        for name, value in losses.items():
            recent[name].append(float(value.detach()))
        if step % 50 == 0:
            means = "  ".join(f"{name} {np.mean(values[-50:]):.3f}" for name, values in recent.items())
            _say(f"step {step} of {steps}, {(time.monotonic() - began) / 60:.1f} min: {means}")
        if step % 150 == 0:
            _say(f"kept back: {teacher.figures(held)}")
    network.eval()


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  (a script's progress)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: reads, trains, packs, and prints the file's SHA-256."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=Path)
    options.add_argument("questions", type=Path)
    options.add_argument("--out", type=Path, required=True, help="folder for the file")
    options.add_argument("--steps", type=int, default=750, help=f"of {TOGETHER} groups")
    options.add_argument("--seed", type=int, default=0)
    chosen = options.parse_args(arguments)
    torch.set_num_threads(1)
    torch.manual_seed(chosen.seed)
    rng = random.Random(chosen.seed)  # noqa: S311  (no secrets here)
    folder = default_folder()
    encoder = load_file(folder / "model.safetensors")
    own, held = own_groups(chosen.data, chosen.questions, rng)
    others = [
        *qamr_groups(chosen.data, SentenceEncoder(EncoderSettings(threads=1)), rng),
        *clapnq_groups(chosen.data, rng),
        *quotesum_groups(chosen.data, rng),
    ]
    groups = [group for group in (*own, *others) for _ in range(AGAIN.get(group.source, 1))]
    _say(f"{dict(Counter(group.source for group in groups))}, {len(held)} of our own kept back")
    network = Network(dropout=0.1)
    start_from(network, encoder)
    teacher = Teacher(network, Cutter(folder / "tokenizer.json"), rng)
    train(teacher, groups, held, chosen.steps, rng)
    train_ends(teacher, groups, ENDS_STEPS, rng)
    chosen.out.mkdir(parents=True, exist_ok=True)
    file = chosen.out / "crossreader.safetensors"
    save_file(packed(network, encoder), file)
    _say(f"{file}  SHA-256 {sha256_of_file(file)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
