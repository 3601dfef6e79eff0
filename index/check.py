"""A claimed quotation -> verbatim, altered, stitched, wrong speaker, paraphrase or not on record, with a word diff.

Words are compared as written. Forgiven are the style of quotation marks and dashes, case, spacing and ellipses, and
marks at the two ends; nothing else is, least of all a "not", a number or a name.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import Match, SequenceMatcher
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from index.sentences import sentence_spans
from index.types import Article, Hit, Passage, Span, Speaker, hull


class VerdictKind(StrEnum):
    """What the record says about a claimed quotation. The values are part of the machine-readable interface."""

    VERBATIM = "verbatim"
    """These words stand in an article; nothing the record shows speaks against the speaker."""
    ALTERED = "altered"
    """Nearly these words stand in an article: the diff shows what is different."""
    STITCHED = "stitched"
    """Every part stands on record, but not together: from several places, or from several speakers."""
    WRONG_SPEAKER = "wrong_speaker"
    """The words stand in an article, said by somebody else."""
    PARAPHRASE = "paraphrase"
    """Something like it is on record in other words."""
    NOT_ON_RECORD = "not_on_record"
    """No article has it."""


class Op(StrEnum):
    """How a run of words compares."""

    SAME = "same"
    ADDED = "added"
    """Only the claim has it."""
    DROPPED = "dropped"
    """Only the record has it."""
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One run of words: as claimed, and as on record; one of the two is empty where words were added or dropped."""

    op: Op
    said: str
    record: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed: words, and who is said to have said them."""

    words: str
    speaker: str | None = None
    framed: bool = False
    """The rest of the message says who said it, and no more."""
    reported: bool = False
    """Neither quotation marks nor a colon set it off ("Kirby said that …"): the rest may be of the record too."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, the sentences of the record it rests on, and how the claim differs from them."""

    verdict: VerdictKind
    closest: Hit | None = None
    """The nearest whole sentences; ``None`` when there is nothing to show."""
    diff: tuple[Change, ...] = ()
    """Runs in the order of the claim; empty for a paraphrase and for what is not on record."""
    parts: tuple[Hit, ...] = ()
    """Of what is stitched: the whole sentences each part stands in, in the order of the claim; else empty."""
    claim: Claim | None = None
    """What of a message was judged; ``None`` where no message was."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


Passages = Callable[[str], Sequence[Passage]]
"""Article id -> its passages."""

_DASHES = "–—―‒−"
_QUOTES = "\"'“”„‟‘’‚‛«»‹›`´"
_SAME_MARK = str.maketrans("’ʼ−‐‑", "''---")
_EDGE_MARKS = frozenset(".,;:!?()[]{}…/•" + _DASHES + "-")
_TOKEN = re.compile(
    r"(?P<word>(?<![\w.])[-−]?\d+(?:[.,:]\d+)*(?:[^\W\d_]+)?|[^\W_]+(?:['’ʼ][^\W_]+)*)"
    r"|(?P<gap>\.(?:\s?\.)+|…)|(?P<dash>--+|[–—―‒]|(?<=\s)-(?=\s))|(?P<mark>[^\s*_\"'“”„‟‘’‚‛«»‹›`´])"
)
_NEGATIONS = _words(
    "not no never nor none nothing nobody neither without unless cannot hardly barely deny denies denied false "
    "untrue refuse refuses refused reject rejects rejected fail fails failed if may might could would allegedly "
    "reportedly"
)
"""Words whose omission turns or weakens a statement: an ellipsis does not excuse it."""
_DENIALS = _words("not no never nor none nothing nobody neither without cannot deny denies denied")
_COMMON = _words(
    "a an the and or but of to in on at by for from with as is are was were be been it its this that these those "
    "he she they we i you his her their our your will would has have had do does did not so if than then there "
    "who which what when"
)
_LEAST_PART = 3
"""Words of a part that is taken for one piece of a stitched quotation; two occur together anywhere."""
_MOST_PARTS = 4
_LEAST_HALVED = 12
"""Words of a claim without a sentence end, from which on each half is looked for too."""
_NEAR = 0.8
"""Share of words in order, of claim and record, above which one place explains a claim better than several do."""
_ALTERED = 0.6
"""The same share below which it is no longer a version of these words."""
_WHOLE_GAP = 8
"""Words left out without an ellipsis that make two parts of one."""
_ADDED_PART = 5
"""Words in a row that only the claim has, from which on they are looked for elsewhere on record."""
_PARAPHRASE = 0.5
"""Share of the claim's telling words that one place must have to be the same in other words."""
_PARAPHRASED = 0.2
"""Share, of the telling words of claim and place together, that both must have for that."""


class _Token(NamedTuple):  # not a dataclass: a long article has tens of thousands, and they are made ten times as fast
    key: str
    """What is compared."""
    start: int
    end: int
    word: bool

    @property
    def gap(self) -> bool:
        return self.key == "…"


def verdict(
    claimed: str, speaker: str | None, candidates: Sequence[Hit], *, passages: Passages | None = None
) -> Verdict:
    """Judge the words ``claimed``, said to be by ``speaker``, by the articles of ``candidates`` (best first).

    The whole text of each candidate's article is looked at. ``passages`` gives the passages of an article, from which
    the speaker of any place in it is read; without it, the candidates' own passages are all that is known.
    """
    claim = _claim_tokens(claimed)
    record = _Record(candidates, passages)
    if not any(token.word for token in claim) or not record.articles:
        return Verdict(VerdictKind.NOT_ON_RECORD, candidates[0] if candidates else None)
    return (
        _verbatim(claimed, claim, speaker, record)
        or _elided(claimed, claim, speaker, record)
        or _nearly(claimed, claim, record)
        or _likewise(claimed, claim, record)
        or Verdict(VerdictKind.NOT_ON_RECORD, candidates[0])
    )


def judged(
    readings: Sequence[Claim], speaker: str | None, candidates: Sequence[Hit], *, passages: Passages | None = None
) -> Verdict:
    """Judge what a message claims, given in the ways it may be read (`readings`), the preferred one first.

    ``speaker`` wins over whom the message names. Whoever repeats a sentence of the record with a quotation in it
    claims that sentence, and whoever puts words around a quotation claims the quotation: which of the two it is, the
    record tells. So words outside the quotation are only left out of account where the record has them elsewhere.
    """
    first, *others = (
        replace(verdict(claim.words, speaker or claim.speaker, candidates, passages=passages), claim=claim)
        for claim in readings
    )
    for whole in others:
        if whole.verdict is VerdictKind.VERBATIM or _weaker(first, whole):
            return whole
        if whole.verdict in _VERSIONS and not _confirmed(first, speaker) and _repeats(whole, first):
            return whole
    return first


def looked_up(readings: Sequence[Claim]) -> tuple[str, ...]:
    """What to look for on record: the claim itself, then its parts, for they may come from several places."""
    first, words = readings[0].words, readings[0 if readings[0].framed else -1].words
    sentences = [span.of(words) for span in _trimmed_sentences(words)]
    long = sorted((s for s in sentences if _count(s) >= _LEAST_PART), key=_count, reverse=True)[:_MOST_PARTS]
    if len(sentences) > 1:
        return tuple(dict.fromkeys((first, words, *long)))
    tokens = list(re.finditer(r"\S+", words))
    if len(tokens) < _LEAST_HALVED:
        return (first,)
    middle = tokens[len(tokens) // 2].start()
    return first, words[:middle], words[middle:]


def phrases(text: str) -> tuple[str, ...]:
    """Rows of four words of ``text``, overlapping by half: some of them stand wherever a version of it stands.

    Of a short text all rows of three; of a long one at most sixty.
    """
    words = re.findall(r"[^\W_]+", text)
    size, step = (3, 1) if len(words) < _LEAST_HALVED else (4, 2)
    rows = [" ".join(words[i : i + size]) for i in range(0, max(1, len(words) - size + 1), step)]
    return tuple(dict.fromkeys(rows[:_MOST_PHRASES]))


_MOST_PHRASES = 60
_VERSIONS = (VerdictKind.ALTERED, VerdictKind.STITCHED)
_UNKNOWN = (VerdictKind.PARAPHRASE, VerdictKind.NOT_ON_RECORD)


def _weaker(first: Verdict, whole: Verdict) -> bool:
    """Whether only the whole message is on record."""
    return first.verdict in _UNKNOWN and whole.verdict not in _UNKNOWN


def _confirmed(first: Verdict, speaker: str | None) -> bool:
    """Whether what is around the quotation is known to be no more than who said it."""
    if first.claim is None or not first.claim.framed:
        return False
    if first.verdict is VerdictKind.WRONG_SPEAKER:
        return True
    stated, known = speaker or first.claim.speaker, first.closest and first.closest.speaker
    return not first.claim.reported and (stated is None or bool(known and same_speaker(stated, known)))


def _repeats(whole: Verdict, first: Verdict) -> bool:
    """Whether at least half of the words around the quotation stand around it on record."""
    if whole.claim is None or first.claim is None:
        return False
    claimed, inside = (_count(claim.words) for claim in (whole.claim, first.claim))
    same = sum(_count(change.said) for change in whole.diff if change.op is Op.SAME)
    return 2 * (same - inside) >= claimed - inside > 0


def _count(text: str) -> int:
    return sum(token.word for token in _tokenised(text))


# ── the record ──────────────────────────────────────────────────────────────────────────────────────────────────────


class _Record:
    """The candidates' articles, each once, with what is known of who speaks where."""

    def __init__(self, candidates: Sequence[Hit], passages: Passages | None) -> None:
        self.articles: list[Article] = list({hit.article.id: hit.article for hit in candidates}.values())
        self._hits = candidates
        self._passages = passages
        self._known: dict[str, Sequence[Passage]] = {}

    def passages(self, article: Article) -> Sequence[Passage]:
        if article.id not in self._known:
            given = self._passages(article.id) if self._passages else ()
            found = given or [hit.passage for hit in self._hits if hit.article.id == article.id]
            self._known[article.id] = found
        return self._known[article.id]

    def at(self, article: Article, span: Span) -> list[Passage]:
        """The passages with words of ``span``, the one with most of them first."""
        overlapping = [p for p in self.passages(article) if p.span.overlaps(span)]

        def shared(passage: Passage) -> int:
            return min(passage.span.end, span.end) - max(passage.span.start, span.start)

        return sorted(overlapping, key=lambda p: (-shared(p), len(p.span)))

    def hit(self, article: Article, span: Span) -> Hit:
        """The whole sentences of ``span``: the candidate itself where it is those, else a passage made for them."""
        whole = hull(s for s in _trimmed_sentences(article.text) if s.overlaps(span))
        for hit in self._hits:
            if hit.article.id == article.id and hit.passage.span == whole:
                return hit
        score = max(hit.score for hit in self._hits if hit.article.id == article.id)
        at = self.at(article, span)
        said_by = at[0].said_by if at else None
        return Hit(Passage(article.id, whole, said_by, corrected=bool(at) and at[0].corrected), article, score)

    def voices(self, article: Article, span: Span) -> set[str]:
        """The names of all whose words are in ``span`` without the words that name them.

        A copy of the article's own sentence ("…," said Ruiz) has one voice, the article's.
        """
        return {
            each.speaker.name
            for p in self.at(article, span)
            if (each := p.said_by) and each.speaker and not any(span.contains(source) for source in each.source)
        }

    def contradicts(self, article: Article, span: Span, speaker: str | None) -> bool:
        """Whether the record gives these words to somebody other than ``speaker``."""
        at = self.at(article, span)
        if speaker is None or not at:
            return False
        said = [p.said_by for p in at if p.said_by]
        known = [each.speaker for each in said if each.speaker]
        if known:
            return all(_unlike(speaker, each, article) for each in known)
        return not said and not _is_about(speaker, article) and not _may_have_said(speaker, article, span)


@lru_cache(maxsize=64)
def _trimmed_sentences(text: str) -> tuple[Span, ...]:
    return tuple(span for each in sentence_spans(text) if (span := each.trimmed(text)))


@dataclass(frozen=True, slots=True)
class _Tokens:
    """An article's tokens without its ellipses, and their keys as one string, to be searched at once."""

    tokens: tuple[_Token, ...]
    joined: str
    starts: tuple[int, ...]
    """Where each token's key begins in ``joined``."""

    def occurrences(self, keys: Sequence[str]) -> Iterator[int]:
        """Indices of the tokens at which ``keys`` stand in a row."""
        wanted = "\n" + "\n".join(keys) + "\n"
        at = self.joined.find(wanted)
        while at >= 0:
            yield bisect_right(self.starts, at + 1) - 1
            at = self.joined.find(wanted, at + 1)

    def span(self, first: int, count: int) -> Span:
        """The characters of ``count`` tokens from ``first`` on."""
        return Span(self.tokens[first].start, self.tokens[first + count - 1].end)


@lru_cache(maxsize=64)
def _article_tokens(text: str) -> _Tokens:
    tokens = tuple(token for token in _tokenised(text) if not token.gap)
    starts: list[int] = []
    at = 1
    for token in tokens:
        starts.append(at)
        at += len(token.key) + 1
    return _Tokens(tokens, "\n" + "".join(f"{token.key}\n" for token in tokens), tuple(starts))


def _tokenised(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        kind, written = found.lastgroup, found.group()
        if kind == "gap":
            key = "…"
        elif kind == "dash":
            key = "—"
        else:
            key = written.casefold()
            if not key.isascii():
                key = unicodedata.normalize("NFC", key.translate(_SAME_MARK))
        yield _Token(key, found.start(), found.end(), kind == "word")


def _claim_tokens(claimed: str) -> list[_Token]:
    """The claim's tokens without marks and ellipses at its ends."""
    return _bare(list(_tokenised(claimed)))


def _bare(tokens: Sequence[_Token]) -> list[_Token]:
    first, last = 0, len(tokens)
    while first < last and tokens[first].key in _EDGE_MARKS:
        first += 1
    while last > first and tokens[last - 1].key in _EDGE_MARKS:
        last -= 1
    return list(tokens[first:last])


# ── the verdicts, surest first ──────────────────────────────────────────────────────────────────────────────────────


def _verbatim(claimed: str, claim: Sequence[_Token], speaker: str | None, record: _Record) -> Verdict | None:
    """The claim's words stand in a row in some article."""
    keys = [token.key for token in claim if not token.gap]
    others: list[tuple[Article, Span]] = []
    mixed: list[tuple[Article, Span]] = []
    for article in record.articles:
        tokens = _article_tokens(article.text)
        for index in tokens.occurrences(keys):
            span = tokens.span(index, len(keys))
            if len(record.voices(article, span)) > 1:
                mixed.append((article, span))
            elif record.contradicts(article, span, speaker):
                others.append((article, span))
            else:
                return _whole(VerdictKind.VERBATIM, claimed, claim, record, article, span)
    if others:
        return _whole(VerdictKind.WRONG_SPEAKER, claimed, claim, record, *others[0])
    if mixed:
        return _whole(VerdictKind.STITCHED, claimed, claim, record, *mixed[0])
    return None


def _whole(
    kind: VerdictKind, claimed: str, claim: Sequence[_Token], record: _Record, article: Article, span: Span
) -> Verdict:
    said = claimed[claim[0].start : claim[-1].end]
    return Verdict(kind, record.hit(article, span), (Change(Op.SAME, said, article.words(span)),))


def _elided(claimed: str, claim: Sequence[_Token], speaker: str | None, record: _Record) -> Verdict | None:
    """The claim has ellipses, and what stands between them is on record: as one statement, or as several."""
    parts: list[list[_Token]] = [[]]
    for token in claim:
        if token.gap:
            parts.append([])
        else:
            parts[-1].append(token)
    parts = [part for part in map(_bare, parts) if any(token.word for token in part)]
    if len(parts) < 2:
        return None
    shortened: list[tuple[Article, list[Span]]] = []
    for article in record.articles:
        spans = _in_order(article, parts)
        if spans and _one_statement(article, spans, record):
            shortened.append((article, spans))
    for article, spans in shortened:
        if record.contradicts(article, hull(spans), speaker):
            continue
        turned = any(_turns(article, Span(a.end, b.start)) for a, b in pairwise(spans) if a.end < b.start)
        kind = VerdictKind.ALTERED if turned else VerdictKind.VERBATIM
        return Verdict(kind, record.hit(article, hull(spans)), _elision_diff(claimed, article, parts, spans))
    if shortened:
        article, spans = shortened[0]
        kind = VerdictKind.WRONG_SPEAKER
        return Verdict(kind, record.hit(article, hull(spans)), _elision_diff(claimed, article, parts, spans))
    return _stitched(claimed, parts, record)


def _in_order(article: Article, parts: Sequence[Sequence[_Token]]) -> list[Span] | None:
    """Where ``parts`` stand one after the other, as near together as they come; ``None`` where they do not."""
    tokens = _article_tokens(article.text)
    best: list[Span] | None = None
    for first in tokens.occurrences([t.key for t in parts[0]]):
        spans = [tokens.span(first, len(parts[0]))]
        for part in parts[1:]:
            later = (tokens.span(i, len(part)) for i in tokens.occurrences([t.key for t in part]))
            following = next((span for span in later if span.start >= spans[-1].end), None)
            if following is None:
                break
            spans.append(following)
        if len(spans) == len(parts) and (best is None or len(hull(spans)) < len(hull(best))):
            best = spans
    return best


def _one_statement(article: Article, spans: Sequence[Span], record: _Record) -> bool:
    """Whether the parts are of one paragraph and one speaker."""
    whole = hull(spans)
    return len(article.words(whole).splitlines()) == 1 and len(record.voices(article, whole)) <= 1


def _turns(article: Article, omitted: Span) -> bool:
    """Whether leaving these words out may turn the sense of the sentences that are quoted around them."""
    left = [s for s in _trimmed_sentences(article.text) if s.overlaps(omitted) and not omitted.contains(s)]
    return any(
        token.key in _NEGATIONS or token.key.endswith("n't")
        for sentence in left
        for token in _tokenised(article.text[max(sentence.start, omitted.start) : min(sentence.end, omitted.end)])
    )


def _elision_diff(
    claimed: str, article: Article, parts: Sequence[Sequence[_Token]], spans: Sequence[Span]
) -> tuple[Change, ...]:
    changes: list[Change] = []
    end: int | None = None
    for part, span in zip(parts, spans, strict=True):
        if end is not None and (left_out := article.text[end : span.start].strip()):
            changes.append(Change(Op.DROPPED, "", left_out))
        changes.append(Change(Op.SAME, claimed[part[0].start : part[-1].end], article.words(span)))
        end = span.end
    return tuple(changes)


def _stitched(claimed: str, parts: Sequence[Sequence[_Token]], record: _Record) -> Verdict | None:
    """Every one of ``parts`` stands somewhere: several quotations made into one."""
    places: list[tuple[Article, Span]] = []
    for part in parts:
        if (place := _place(part, record)) is None:
            return None
        places.append(place)
    changes = tuple(
        Change(Op.SAME, claimed[part[0].start : part[-1].end], article.words(span))
        for part, (article, span) in zip(parts, places, strict=True)
    )
    longest = max(range(len(parts)), key=lambda i: len(parts[i]))
    hits = tuple(record.hit(article, span) for article, span in places)
    return Verdict(VerdictKind.STITCHED, hits[longest], changes, hits)


def _place(part: Sequence[_Token], record: _Record) -> tuple[Article, Span] | None:
    keys = [token.key for token in part]
    for article in record.articles:
        tokens = _article_tokens(article.text)
        for index in tokens.occurrences(keys):
            return article, tokens.span(index, len(keys))
    return None


@dataclass(frozen=True, slots=True)
class _Alignment:
    """The claim beside the nearest row of words of an article."""

    article: Article
    first: int
    """Index of the first token of the row."""
    count: int
    opcodes: tuple[tuple[str, int, int, int, int], ...]
    """As `difflib` gives them, over (claim, row)."""
    share: float
    """Words in order in both, over the words of the longer."""

    @property
    def row(self) -> tuple[_Token, ...]:
        return _article_tokens(self.article.text).tokens[self.first : self.first + self.count]

    @property
    def span(self) -> Span:
        return Span(self.row[0].start, self.row[-1].end)


def _nearly(claimed: str, claim: Sequence[_Token], record: _Record) -> Verdict | None:
    """The claim is a version of words on record, or made of several."""
    solid = [token for token in claim if not token.gap]
    aligned = [found for article in record.articles if (found := _aligned(article, solid))]
    best = max(aligned, key=lambda found: found.share, default=None)
    if best is not None and best.share >= _NEAR and not _leaves_out_a_part(best) and not _adds_a_part(best, solid):
        return _altered(claimed, solid, best, record)
    if pieces := _pieces(solid, record):
        for article in record.articles:
            spans = _in_order(article, pieces)
            if spans and sum(each.overlaps(hull(spans)) for each in _trimmed_sentences(article.text)) == 1:
                diff = _elision_diff(claimed, article, pieces, spans)
                return Verdict(VerdictKind.ALTERED, record.hit(article, hull(spans)), diff)
        if stitched := _stitched(claimed, pieces, record):
            return stitched
    if best is not None and best.share >= _ALTERED:
        return _altered(claimed, solid, best, record)
    return None


def _altered(claimed: str, claim: Sequence[_Token], best: _Alignment, record: _Record) -> Verdict:
    row = best.row
    changes: list[Change] = []
    for tag, a, b, c, d in best.opcodes:
        said = claimed[claim[a].start : claim[b - 1].end] if b > a else ""
        there = best.article.text[row[c].start : row[d - 1].end] if d > c else ""
        op = {"equal": Op.SAME, "replace": Op.CHANGED, "delete": Op.ADDED, "insert": Op.DROPPED}[tag]
        changes.append(Change(op, said, there))
    return Verdict(VerdictKind.ALTERED, record.hit(best.article, best.span), tuple(changes))


def _leaves_out_a_part(found: _Alignment) -> bool:
    """Whether words of the record long enough to be a statement, or a whole sentence, are missing from the claim."""
    row = found.row
    for tag, _, _, c, d in found.opcodes:
        if tag == "insert":
            missing = Span(row[c].start, row[d - 1].end)
            words = sum(token.word for token in row[c:d])
            whole = any(missing.contains(each) for each in _trimmed_sentences(found.article.text))
            if words >= _WHOLE_GAP or (whole and words):
                return True
    return False


def _adds_a_part(found: _Alignment, claim: Sequence[_Token]) -> bool:
    """Whether the claim has words in a row, long enough to be a part, that do not stand here."""
    return any(
        tag in ("delete", "replace") and sum(token.word for token in claim[a:b]) >= _ADDED_PART
        for tag, a, b, _, _ in found.opcodes
    )


def _aligned(article: Article, claim: Sequence[_Token]) -> _Alignment | None:
    """The row of the article's words that has most of the claim's words in its order."""
    tokens = _article_tokens(article.text).tokens
    keys = [token.key for token in claim]
    middle = _densest(tokens, claim)
    if middle is None:
        return None
    reach = len(claim)
    low, high = max(0, middle - reach), min(len(tokens), middle + 2 * reach)
    matcher = SequenceMatcher(None, keys, [token.key for token in tokens[low:high]], autojunk=False)
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if not blocks:
        return None
    words = sum(token.word for token in claim)
    best = (0.0, 0, 0)
    for i, left in enumerate(blocks):
        same = 0
        for right in blocks[i:]:
            same += sum(token.word for token in claim[right.a : right.a + right.size])
            first, last = _row(article, len(claim), low, left, right)
            best = max(best, (same / max(words, sum(token.word for token in tokens[first:last])), first, last))
    share, first, last = best
    if not share:
        return None
    matcher.set_seq2([token.key for token in tokens[first:last]])
    return _Alignment(article, first, last - first, tuple(matcher.get_opcodes()), share)


def _row(article: Article, size: int, low: int, left: Match, right: Match) -> tuple[int, int]:
    """The tokens from ``left`` to ``right``, and what stands in the place of the claim's words before and after them.

    These are looked for within the sentence only.
    """
    found = _article_tokens(article.text)
    sentences = _trimmed_sentences(article.text)
    first, last = low + left.b, low + right.b + right.size
    begin = sentences[_at(sentences, found.tokens[first].start)].start
    end = sentences[_at(sentences, found.tokens[last - 1].start)].end
    for _ in range(left.a):
        if first == 0 or found.tokens[first - 1].start < begin:
            break
        first -= 1
    for _ in range(size - right.a - right.size):
        if last == len(found.tokens) or found.tokens[last].end > end:
            break
        last += 1
    return first, last


def _at(sentences: Sequence[Span], offset: int) -> int:
    return bisect_right(sentences, offset, key=lambda sentence: sentence.start) - 1


def _densest(tokens: Sequence[_Token], claim: Sequence[_Token]) -> int | None:
    """Index at which as many tokens as the claim has share most with it; telling words count four times."""
    left = Counter(token.key for token in claim)
    weight = {key: 1.0 if key in _COMMON or not any(map(str.isalnum, key)) else 4.0 for key in left}
    size = len(claim)
    window: Counter[str] = Counter()
    score = best = 0.0
    at: int | None = None
    for index, token in enumerate(tokens):
        key = token.key
        if key in left:
            if window[key] < left[key]:
                score += weight[key]
            window[key] += 1
        if index >= size:
            gone = tokens[index - size].key
            if gone in left:
                window[gone] -= 1
                if window[gone] < left[gone]:
                    score -= weight[gone]
        if score > best:
            best, at = score, max(0, index - size + 1)
    return at


def _pieces(claim: Sequence[_Token], record: _Record) -> list[list[_Token]] | None:
    """Cut ``claim`` into two to four rows of words that each stand on record, longest first; else ``None``."""
    pieces: list[list[_Token]] = []
    rest = list(claim)
    while rest:
        if len(pieces) == _MOST_PARTS:
            return None
        size = _longest_on_record(rest, record)
        piece = _bare(rest[:size])
        if sum(token.word for token in piece) < _LEAST_PART:
            return None
        pieces.append(piece)
        rest = _bare(rest[size:])
    return pieces if len(pieces) > 1 else None


def _longest_on_record(claim: Sequence[_Token], record: _Record) -> int:
    """How many of the first tokens of ``claim`` stand in a row in some article."""
    low, high = 0, len(claim)
    while low < high:  # a row that is on record has every shorter row on record too
        middle = (low + high + 1) // 2
        if _place(claim[:middle], record):
            low = middle
        else:
            high = middle - 1
    return low


def _likewise(claimed: str, claim: Sequence[_Token], record: _Record) -> Verdict | None:
    """One sentence has most of the claim's telling words in any order and form, and all its numbers, names and "not"s.

    A long sentence has words of many claims, so the claim's must be no small share of its own either.
    """
    wanted = {_stem(token.key) for token in claim if token.word and token.key not in _COMMON}
    if len(wanted) < _LEAST_PART:
        return None
    numbers = {token.key for token in claim if any(map(str.isdigit, token.key))}
    names = _capitalised(claimed, claim)
    denied = _denies({token.key for token in claim})
    best: tuple[float, Article, Span] | None = None
    for article in record.articles:
        for sentence in _trimmed_sentences(article.text):
            keys = {token.key for token in _tokenised(sentence.of(article.text)) if token.word}
            telling = {_stem(key) for key in keys - _COMMON}
            shared = len(wanted & telling)
            if shared < max(_PARAPHRASE * len(wanted), _PARAPHRASED * len(wanted | telling)):
                continue
            share = shared / len(wanted)
            if numbers <= keys and denied == _denies(keys) and (best is None or share > best[0]):
                voices = {word for name in record.voices(article, sentence) for word in _name_words(name)}
                if names <= {key.removesuffix("'s") for key in keys} | voices:
                    best = (share, article, sentence)
    return None if best is None else Verdict(VerdictKind.PARAPHRASE, record.hit(best[1], best[2]))


def _capitalised(claimed: str, claim: Sequence[_Token]) -> set[str]:
    """The words that are written like names: with a capital, and not at the beginning of a sentence."""
    begins = {sentence.start for sentence in _trimmed_sentences(claimed)} | {claim[0].start}
    return {
        token.key.removesuffix("'s")
        for token in claim
        if token.word and token.start not in begins and claimed[token.start].isupper() and token.key != "i"
    }


def _denies(keys: set[str]) -> bool:
    return any(key in _DENIALS or key.endswith("n't") for key in keys)


def _stem(key: str) -> str:
    """The beginning of a word, by which its forms are recognised; numbers stay whole."""
    return key if key[0].isdigit() else key.removesuffix("'s")[:5]


# ── speakers ────────────────────────────────────────────────────────────────────────────────────────────────────────

_HONORIFICS = _words(
    "mr mrs ms miss mx dr prof sir dame lord lady hon rev gen col lt sgt capt adm sen rep gov pres president "
    "senator representative congressman congresswoman governor general colonel secretary minister judge justice "
    "jr sr ii iii"
)
_OFFICES = _words(
    "spokesman spokeswoman spokesperson chairman chairwoman chair vice deputy assistant press first mayor ambassador "
    "director administrator commissioner chief speaker leader treasurer chancellor premier king queen pope official "
    "officials senior former prime attorney adviser advisor coordinator"
)
_LITTLE = _words("the a an of for to at in and s us u")
_ALIKE = {"spokesman": "spokesperson", "spokeswoman": "spokesperson", "chairman": "chair", "chairwoman": "chair"}


def same_speaker(stated: str, speaker: Speaker) -> bool:
    """Whether ``stated`` means ``speaker``: by surname, by full name ("J. Kirby" too), or by role."""
    said, known = _person(stated), _person(speaker.name)
    if said and known and said[-1] == known[-1]:
        given = [(a, b) for a in said[:-1] if a not in _name_words(speaker.role or "") for b in known[:-1]]
        return not given or any(_agree(a, b) for a, b in given)
    described = {_ALIKE.get(word, word) for word in _name_words(stated)} - _LITTLE
    role = {_ALIKE.get(word, word) for word in _described_as(speaker)}
    return bool(described) and described <= role


def _unlike(stated: str, speaker: Speaker, article: Article) -> bool:
    """Whether ``stated`` is somebody else than ``speaker``; not where only one is a name and nothing tells."""
    if same_speaker(stated, speaker):
        return False
    if not _person(stated) and not _described_as(speaker):
        return False  # "the president" may be anybody whose role the article does not give
    if speaker.named and not _person(speaker.name):  # a transcript's "THE PRESIDENT"
        shared = set(_name_words(stated)) & set(_name_words(speaker.name)) - _LITTLE
        return not shared and not _is_about(stated, article)
    return True


def _is_about(stated: str, article: Article) -> bool:
    """Whether the article's title, outlet or by-line names ``stated``: a statement or speech is by whom it says."""
    about = (article.title or "", article.outlet or "", *article.authors)
    surname = (_person(stated) or _name_words(stated) or [""])[-1]
    return any(surname in _name_words(words) for words in about)


def _may_have_said(stated: str, article: Article, span: Span) -> bool:
    """Whether words that nobody is credited with are quoted in the article, or named ``stated`` in their sentence."""
    whole = hull(s for s in _trimmed_sentences(article.text) if s.overlaps(span))
    before = article.text[: span.start].rpartition("\n")[2]
    quoted = before.count("“") > before.count("”") or before.count('"') % 2 == 1 or article.text[span.start] in _QUOTES
    surname = (_person(stated) or _name_words(stated) or [""])[-1]
    return quoted or surname in _name_words(whole.of(article.text))


def _person(name: str) -> list[str]:
    """The words of ``name`` that are a person's own, surname last; none in a bare title or role."""
    return [word for word in _name_words(name) if word not in _HONORIFICS | _LITTLE | _OFFICES]


def _described_as(speaker: Speaker) -> list[str]:
    own = [] if speaker.named and _person(speaker.name) else _name_words(speaker.name)
    return _name_words(speaker.role or "") + own


def _name_words(name: str) -> list[str]:
    return [word.casefold() for word in re.findall(r"[^\W_]+(?:[’'-][^\W_]+)*", re.sub(r"[’']s\b", "", name))]


def _agree(one: str, other: str) -> bool:
    """Whether two given names can be of one person: the same, or one the initial of the other."""
    return one == other or (min(len(one), len(other)) == 1 and one[0] == other[0])


# ── chat messages ───────────────────────────────────────────────────────────────────────────────────────────────────

_VERBS = (
    "said|says|say|saying|told|tells|tell|added|adds|stated|states|claimed|claims|claim|tweeted|wrote|writes|write|asked|asks|"
    "replied|declared|announced|insisted|warned|argued|explained|noted|posted|remarked|quoted"
)
_QUOTED = re.compile(r"“(?P<curly>[^“”]+)”|\"(?P<straight>[^\"]+)\"|«(?P<pointed>[^«»]+)»")
_WHO = r"(?P<who>[^\s:,;.!?\"“”][^:,;!?\"“”\n]{0,60}?)"
_FRAMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:did|does|has|have)\s+{_WHO}\s+(?:(?:really|actually|ever)\s+)?(?:{_VERBS})(?:\s+(?:that|this|to\s+\w+))?\W*",
        rf"(?:according\s+to|quoting|quote\s+from|from)\s+{_WHO}\W*",
        rf"{_WHO}\s+(?:(?:also|just|once|really|then|reportedly|allegedly|has|have|had)\s+)*(?:{_VERBS})(?:\s+(?:that|this|on\s+\w+))?\W*",
        rf"(?:{_VERBS})\s+{_WHO}\W*",
        rf"[-–—~]+\s*{_WHO}\W*",
        rf"\(\s*{_WHO}\s*\)\W*",
        rf"{_WHO}\s*:\W*",
    )
)
_BRIEFLY = r"(?:(?:also|just|once|really|actually|ever|then|reportedly|allegedly|has|have|had|did)\s+)*"
_CAPITAL = "[A-ZÀ-ÖØ-ÞΑ-ΩА-Я]"
_NAME = (
    rf"(?:(?:{_CAPITAL}\.)+|(?:(?i:mrs?|ms|dr|sen|rep|gov|gen|sec|lt|col|st|jr|sr)\.)|{_CAPITAL}[\w’'-]*)"
    rf"(?:\s+(?:(?:of|the|for|de|van|von|bin|al)\s+){{0,2}}(?:(?:{_CAPITAL}\.)+|{_CAPITAL}[\w’'-]*)){{0,6}}"
)
_ANYBODY = rf"(?:{_NAME}|(?:[Tt]he|[Aa]n?)\s+[\w’'-]+(?:\s+[\w’'-]+){{0,2}}?|[a-z][\w’'-]+)"
_TOLD = r"(?:told|tells)\s+(?:the\s+)?[\w’'-]+(?:\s+[\w’'-]+)?"
_SAYS = rf"(?i:{_BRIEFLY}(?:{_TOLD}|{_VERBS}))"
_TO = r"(?i:according\s+to)\s+"
_LED = tuple(
    re.compile(rf"\s*{pattern}\s*(?P<words>\S.*)\Z", re.DOTALL)
    for pattern in (
        rf"{_WHO}\s+{_SAYS}(?:\s+that\s|\s*:)",
        rf"{_TO}(?P<who>{_ANYBODY})\s*[,:]",
        rf"(?P<name>{_NAME})\s*:\s",
    )
)
_TRAILED = tuple(
    re.compile(rf"\s*(?P<words>\S.*?\S),?\s+{pattern}\W*\Z", re.DOTALL)
    for pattern in (
        rf"{_TO}(?P<who>{_ANYBODY})",
        rf"(?<=,\s)(?P<name>{_NAME})\s+{_SAYS}",
        rf"(?<=,\s){_SAYS}\s+(?P<name>{_NAME})",
        rf"[-–—~]+\s*(?P<name>{_NAME})",
        rf"\((?P<name>{_NAME})\)",
    )
)
_BEFORE = tuple(
    re.compile(rf"(?:\A|[^\w’'-]){pattern}[\s,:]*\Z")
    for pattern in (
        rf"(?P<who>{_ANYBODY})\s+{_SAYS}(?:\s+(?:that|this|(?:on|in|at)\s+[\w-]+))?",
        rf"{_TO}(?P<who>{_ANYBODY})",
        rf"(?P<who>{_NAME})\s*:",
    )
)
_AFTER = tuple(
    re.compile(rf"\A[\s,.;)]*{pattern}")
    for pattern in (
        rf"(?P<who>{_ANYBODY})\s+{_SAYS}\b",
        rf"{_SAYS}\s+(?P<who>{_ANYBODY})",
        rf"{_TO}(?P<who>{_ANYBODY})",
        rf"[-–—~(]+\s*(?P<who>{_NAME})",
    )
)
_LEAST_QUOTED = 4
"""Words of a quotation that is taken for one though nobody is named for it; fewer are only a name for something."""
_PRONOUNS = _words(
    "he she they it we i you who that this someone somebody people everyone nobody which and article report post "
    "paper tweet headline story text quote source sources the a an as but so note breaking update edit fact reminder "
    "fyi btw ps"
)


def readings(message: str) -> tuple[Claim, ...]:
    """The ways in which a chat message (``Kirby said: "…"``) may be read, the preferred one first, at least one.

    First what it quotes, or says somebody said; then the whole message, where that is something else. A quotation of
    two or three words without a speaker is only a name for something. Quoted pieces are joined by an ellipsis.
    """
    text = re.sub(r"^\s*>\s?", "", message, flags=re.MULTILINE).strip()
    whole = Claim(text)
    quoted = list(_QUOTED.finditer(text))
    if not quoted:
        return *((led,) if (led := _led(text, (*_LED, *_TRAILED))) else ()), whole
    if (led := _led(text, _LED)) and not _QUOTED.match(led.words):
        return led, whole  # what is quoted within what somebody is said to have said is a part of it
    words = " … ".join(next(part for part in found.groups() if part).strip() for found in quoted)
    rest = [part.strip() for part in _QUOTED.sub(" \n ", text).split("\n") if re.search(r"\w", part)]
    if not rest:
        return (Claim(words),)
    if len(rest) == 1 and (who := _framed(rest[0])) is not None:
        return Claim(words, who or None, framed=True), whole
    between = [text[a.end() : b.start()] for a, b in pairwise(quoted)]
    speaker = next(filter(None, map(_framed, between)), None) or _named_beside(
        text[: quoted[0].start()], text[quoted[-1].end() :]
    )
    if speaker is None and _count(words) < _LEAST_QUOTED:
        return (whole,)
    return Claim(words, speaker), whole


def _led(text: str, patterns: Sequence[re.Pattern[str]]) -> Claim | None:
    """``Kirby said that …``, ``Kirby: …``, ``according to Kirby, …`` or ``…, Kirby said``."""
    for pattern in patterns:
        if found := pattern.match(text):
            parts = found.groupdict()
            who = parts.get("who") or parts["name"]
            if _is_name(who, strict="name" in parts):
                set_off = pattern in _LED and ":" in text[: found.start("words")]
                return Claim(parts["words"].strip(), _named(who), framed=True, reported=not set_off)
    return None


def _named_beside(before: str, after: str) -> str | None:
    """Who is named right before or right after a quotation as the one who said it."""
    for patterns, text in ((_BEFORE, before), (_AFTER, after)):
        for pattern in patterns:
            found = pattern.search(text)
            if found and _is_name(found["who"]) and (who := _named(found["who"])):
                return who
    return None


def _framed(rest: str) -> str | None:
    """Who is named by words that say nothing else ("" for a pronoun); ``None`` when they say more."""
    rest = rest.strip(" \t\n,.;")
    for frame in _FRAMES:
        found = frame.fullmatch(rest)
        if found and _is_name(found["who"]):
            return _named(found["who"]) or ""
    return None


def _is_name(who: str, *, strict: bool = False) -> bool:
    """Whether ``who`` is short enough to be a person and no more; ``strict`` asks for capitals."""
    words = who.split()
    if strict and not all(word[0].isupper() for word in words):
        return False
    return 0 < len(words) <= 7 and not re.search(rf"\b(?:{_VERBS})\b", who, re.IGNORECASE)


def _named(who: str) -> str | None:
    name = re.sub(r"\A(?:the|so|and|but|yesterday|today)\s+", "", who.strip(" \t,.:;-–—@"), flags=re.IGNORECASE)
    return None if name.casefold() in _PRONOUNS or not name else name
