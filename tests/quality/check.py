"""How often a claimed quotation gets the right verdict, over claims made from real White House documents.

Each claim is a sentence as it stands, or with one thing done to it, written as members of a server write: bare, between
quotation marks, after "Kirby said:", with other words around it. Its own passage is a candidate among those of seven
other documents; with ``--archive N``, the claim is put to a whole archive of N documents, as the product does it
(about two seconds a document to build). Exit code 1 when a figure falls under its floor, or when any altered, stitched
or invented claim is called verbatim.

    python tests/quality/check.py [--seed N] [--claims N] [--archive N]
"""

import argparse
import gzip
import json
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from index.archive import Archive  # noqa: E402
from index.check import Verdict, VerdictKind, judged, readings  # noqa: E402
from index.sentences import sentence_spans  # noqa: E402
from index.types import Article, Attribution, Draft, Hit, Kind, Passage, Speaker  # noqa: E402

PATH = ROOT.parent / "shared" / "data" / "wh_briefings" / "dev.jsonl.gz"
OTHERS = 7
"""Other documents among the candidates."""


@dataclass(frozen=True)
class Document:
    """An article with its sentences as passages; the speaker of one in a transcript is its turn's label."""

    article: Article
    passages: tuple[Passage, ...]

    def sentences(self, least: int = 8) -> list[Passage]:
        return [p for p in self.passages if least <= len(re.findall(r"[^\W_]+", self.words(p))) <= 40]

    def words(self, passage: Passage) -> str:
        return self.article.words(passage.span)


def document(row: dict[str, object]) -> Document:
    text = str(row["text"])
    turns = row["turns"]
    assert isinstance(turns, list)
    passages = []
    for span in filter(None, (span.trimmed(text) for span in sentence_spans(text))):
        said = next((label for label, start, end in turns if start <= span.start < end), None)
        said_by = Attribution((span,), kind=Kind.DIRECT, speaker=Speaker(said)) if said else None
        passages.append(Passage(str(row["id"]), span, said_by))
    return Document(Article(str(row["id"]), text, title=str(row["title"])), tuple(passages))


def plain(text: str) -> str:
    """Letters and digits only: an independent measure of whether words stand in a text."""
    return " " + " ".join(re.findall(r"[^\W_]+", text.casefold())) + " "


def one_word(sentence: str, pick: random.Random) -> str | None:
    words = list(re.finditer(r"[^\W\d_]{3,}", sentence))
    if not words:
        return None
    word = pick.choice(words)
    new = pick.choice(["harvest", "seldom", "violet", "Norway", "borrowed", "engine", "eleven", "quietly"])
    return sentence[: word.start()] + new + sentence[word.end() :]


def one_number(sentence: str, pick: random.Random) -> str | None:
    digits = list(re.finditer(r"\d", sentence))
    if not digits:
        return None
    digit = pick.choice(digits)
    return sentence[: digit.start()] + str((int(digit.group()) + pick.randint(1, 8)) % 10) + sentence[digit.end() :]


def negation(sentence: str, pick: random.Random) -> str | None:
    if re.search(r"\bnot\b", sentence):
        return re.sub(r"\s*\bnot\b", "", sentence, count=1)
    return re.sub(r"n[’']t\b", "", sentence, count=1) if re.search(r"n[’']t\b", sentence) else None


def one_left_out(sentence: str, pick: random.Random) -> str | None:
    words = list(re.finditer(r"\S*[^\W_]\S*\s+", sentence))[1:-1]
    if not words:
        return None
    word = pick.choice(words)
    return sentence[: word.start()] + sentence[word.end() :]


ALTERATIONS: dict[str, Callable[[str, random.Random], str | None]] = {
    "one word changed": one_word,
    "a number changed": one_number,
    "a negation dropped": negation,
    "a word left out": one_left_out,
    "a part, one word changed": lambda sentence, pick: one_word(part(sentence, pick), pick),
}
# At least 59 of 60 were right with each of the seeds 1, 2, 3 and 11 when these were set; a claim is 1.7 points.
FLOORS = {
    "exact": 0.97,
    "exact, restyled": 0.97,
    **dict.fromkeys(ALTERATIONS, 0.97),
    "two stitched": 0.96,
    "two parts stitched": 0.96,
    "another speaker": 0.97,
    "invented": 0.96,
}
OVERALL = 0.97
"""The floor of all claims together."""

EXPECTED = {
    "exact": "verbatim",
    "exact, restyled": "verbatim",
    **dict.fromkeys(ALTERATIONS, "altered"),
    "two stitched": "stitched",
    "two parts stitched": "stitched",
    "another speaker": "wrong_speaker",
    "invented": "not_on_record",
}
FORMS = (
    "{}", "“{}”", '"{}"', "> {}", "so is this real? “{}” I cannot believe it", 'they printed this today: "{}" wow'
)  # fmt: skip
"""How members write a claim without a speaker; what has quotation marks in it is written bare."""
SPOKEN = (
    "{who} said: “{}”", '"{}" - {who}', 'according to {who}, "{}"', "{who}: {}", "“{}” ({who})",
    "lol did you all see this? {who} said “{}” and nobody is talking about it",
    'I read the news today. "{}" according to {who}. Is that real?',
)  # fmt: skip
"""And one with a speaker."""


def part(sentence: str, pick: random.Random) -> str:
    """Five to nine words from somewhere in the sentence."""
    words = list(re.finditer(r"\S+", sentence))
    size = min(len(words), pick.randint(5, 9))
    first = pick.randint(0, len(words) - size)
    return sentence[words[first].start() : words[first + size - 1].end()]


def restyled(sentence: str, pick: random.Random) -> str:
    """Another case, spacing, and quotation marks."""
    swapped = sentence.translate(str.maketrans({"’": "'", "“": '"', "”": '"'}))
    return re.sub(r" ", "  ", pick.choice([swapped.upper(), swapped.lower(), swapped]), count=1)


@dataclass(frozen=True)
class Claimed:
    """A claim of some kind, as a message, and where it was taken from."""

    kind: str
    words: str
    message: str
    own: tuple[tuple[Document, Passage], ...]
    speaker: str | None = None


def written(words: str, who: str | None, pick: random.Random) -> str:
    """The message in which somebody claims these words."""
    if re.search('["“”«»]', words):
        # Quotation marks within quotation marks are what nobody can tell from the end of the quotation.
        return words if who is None else f"{who}: {words}"
    return pick.choice(FORMS).format(words) if who is None else pick.choice(SPOKEN).format(words, who=who)


def claim(kind: str, on_record: list[Document], outside: list[Document], pick: random.Random) -> Claimed | None:
    """One claim of that kind, or nothing where the sentence that was picked does not lend itself to it."""
    doc = pick.choice(outside if kind == "invented" else on_record)
    sentences = doc.sentences()
    if len(sentences) < 2:
        return None
    passage = pick.choice(sentences)
    sentence = doc.words(passage)
    speaker = passage.said_by.speaker.name if passage.said_by and passage.said_by.speaker else None
    own: tuple[tuple[Document, Passage], ...] = ((doc, passage),)
    words: str | None = sentence
    if kind == "exact, restyled":
        words, speaker = restyled(sentence, pick), None
    elif kind in ALTERATIONS:
        words = ALTERATIONS[kind](sentence, pick)
    elif kind == "two stitched":
        other = pick.choice(on_record)
        if other is doc or not other.sentences():
            return None
        second = pick.choice(other.sentences())
        words, speaker, own = f"{sentence} {other.words(second)}", None, (*own, (other, second))
    elif kind == "two parts stitched":
        second = pick.choice(sentences)
        if abs(second.span.start - passage.span.end) <= 400:
            return None
        words, speaker = f"{part(sentence, pick)} {part(doc.words(second), pick)}", None
        own = (*own, (doc, second))
    elif kind == "another speaker":
        if speaker is None:
            return None
        speaker = pick.choice(["Tabitha Quillfeather", "Senator Ruth Weller", "Ms. Olander", "Edgar Brandt"])
    elif kind == "invented":
        own, speaker = (), pick.choice([None, "John Kirby"])
    return None if words is None else Claimed(kind, words, written(words, speaker, pick), own, speaker)


class Record:
    """What stands in documents, by a measure of this script's own."""

    def __init__(self, documents: list[Document]) -> None:
        self.plains = [plain(d.article.text) for d in documents]

    def count(self, words: str) -> int:
        return sum(text.count(plain(words)) for text in self.plains)

    def nearly(self, words: str) -> bool:
        """Whether half of the rows of four words stand in one document: then it is no invention."""
        each = plain(words).split()
        rows = [f" {' '.join(each[i : i + 4])} " for i in range(max(1, len(each) - 3))]
        return any(2 * sum(row in text for row in rows) >= len(rows) for text in self.plains)

    def allows(self, made: Claimed) -> bool:
        """Whether the claim is what its kind says, on this record."""
        if made.kind.startswith("exact"):
            return True
        if made.kind == "another speaker":
            return self.count(made.words) == 1  # else both may have said it
        return self.count(made.words) == 0 and not (made.kind == "invented" and self.nearly(made.words))


Judge = Callable[[Claimed], Verdict | None]
"""The verdict on a claim; nothing where the record makes another kind of it."""


def among_others(documents: list[Document], pick: random.Random) -> Judge:
    """Judges by the claim's own passages among those of other documents."""

    def judge(made: Claimed) -> Verdict | None:
        others = [d for d in pick.sample(documents, OTHERS) if d.sentences()]
        candidates = [*made.own, *((d, pick.choice(d.sentences())) for d in others)]
        held = {d.article.id: d for d, _ in candidates}
        if not Record(list(held.values())).allows(made):
            return None
        hits = [Hit(p, d.article, 0.5) for d, p in candidates]
        pick.shuffle(hits)
        return judged(readings(made.message), None, hits, passages=lambda id_: held[id_].passages)

    return judge


@contextmanager
def archived(documents: list[Document]) -> Iterator[Judge]:
    """Judges by an archive of all ``documents``."""
    record = Record(documents)
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder)) as archive:
        for d in documents:
            archive.add(Draft(d.article.text, title=d.article.title, outlet="The White House", id=d.article.id))
        yield lambda made: archive.check(made.message) if record.allows(made) else None


def measure(
    judge: Judge, on_record: list[Document], outside: list[Document], claims: int, pick: random.Random
) -> tuple[dict[str, Counter[str]], list[str], list[str]]:
    """Verdicts by kind of claim; the claims that were called verbatim and are not; those that got a wrong verdict."""
    verdicts: dict[str, Counter[str]] = {kind: Counter() for kind in FLOORS}
    wrongly: list[str] = []
    wrong: list[str] = []
    for kind in FLOORS:
        for _ in range(40 * claims):
            if verdicts[kind].total() == claims:
                break
            made = claim(kind, on_record, outside, pick)
            if made is None or (found := judge(made)) is None:
                continue
            verdicts[kind][found.verdict.value] += 1
            if found.verdict.value != EXPECTED[kind]:
                wrong.append(f"{kind}: {found.verdict.value}: {made.message}")
                if found.verdict is VerdictKind.VERBATIM:
                    wrongly.append(f"{kind}: {made.message}")
    return verdicts, wrongly, wrong


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--seed", type=int, default=11)
    options.add_argument("--claims", type=int, default=60, help="of each kind")
    options.add_argument("--archive", type=int, default=0, metavar="N", help="put them to an archive of N documents")
    options.add_argument("--wrong", action="store_true", help="print the claims with a wrong verdict")
    args = options.parse_args()
    if not PATH.is_file():
        print(f"Skipped: the set is not at {PATH.relative_to(ROOT.parent)}.")
        return 0
    pick = random.Random(args.seed)  # noqa: S311
    with gzip.open(PATH, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    documents = [document(row) for row in pick.sample(rows, 400 + args.archive)]
    outside, on_record = documents[:100], documents[100:]
    if args.archive:
        on_record = documents[-args.archive :]
        with archived(on_record) as judge:
            found = measure(judge, on_record, outside, args.claims, pick)
    else:
        found = measure(among_others(on_record, pick), on_record, outside, args.claims, pick)
    verdicts, wrongly, wrong = found
    holds = not wrongly
    right = all_ = 0
    for kind, counted in verdicts.items():
        good, total = counted[EXPECTED[kind]], counted.total()
        right, all_ = right + good, all_ + total
        ok = good >= FLOORS[kind] * total
        holds &= ok
        print(
            f"{kind:26} {good / max(1, total):.3f} of {total:3} (floor {FLOORS[kind]}) {dict(counted)}"
            f"{'' if ok else '  BELOW ITS FLOOR'}"
        )
    holds &= right >= OVERALL * all_
    print(f"{'all':26} {right / max(1, all_):.4f} of {all_} (floor {OVERALL})")
    print(f"called verbatim and not on record so: {len(wrongly)} (none is accepted)")
    for one in wrong if args.wrong else wrongly[:5]:
        print(f"  {one}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
