"""Article, sentences and attributions in; passages out: whole sentences, a quotation kept whole, one speaker each."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from index.store import Derived, Entry
from index.types import Article, Attribution, Kind, Passage, Span, hull, joined

LONGEST = 700
"""Characters up to which the sentences of one quotation stay one passage. Longer ones are quoted sentence by sentence:
a card that holds a whole speech answers nothing, and the encoder reads 256 word pieces (about 1,000 characters)."""


def passages_of(
    article: Article, sentences: Iterable[Span], attributions: Sequence[Attribution]
) -> tuple[Passage, ...]:
    """The article's passages in text order: every sentence that is not only white space is in exactly one."""
    spans = [span for sentence in sentences if (span := sentence.trimmed(article.text))]
    cited: list[list[Attribution]] = [[] for _ in spans]
    for attribution in attributions:
        for place in dict.fromkeys(place for content in attribution.content for place in _touched(spans, content)):
            cited[place].append(attribution)
    found = [(span, _said_by(span, those)) for span, those in zip(spans, cited, strict=True)]
    return tuple(
        Passage(article.id, hull(span for span, _ in group), group[0][1]) for group in _grouped(article.text, found)
    )


def _touched(spans: Sequence[Span], other: Span) -> range:
    """Places of those ``spans`` (in text order, none over another) that share a character with ``other``."""
    return range(
        bisect_right(spans, other.start, key=lambda span: span.end),
        bisect_left(spans, other.end, key=lambda span: span.start),
    )


def _said_by(sentence: Span, cited: Sequence[Attribution]) -> Attribution | None:
    """The attribution that speaks in this sentence; ``None`` where nobody is cited, or more than one is.

    A sentence that reports two speakers is shown as the outlet's own: naming one would put the other's words in
    their mouth.
    """
    if not cited or len({a.speaker for a in cited}) > 1:
        return None
    return max(cited, key=lambda a: sum(_shared(sentence, span) for span in a.content))


def _shared(one: Span, other: Span) -> int:
    return max(0, min(one.end, other.end) - max(one.start, other.start))


_Found = tuple[Span, Attribution | None]


def _grouped(text: str, found: Iterable[_Found]) -> Iterator[list[_Found]]:
    """Runs of sentences that are one passage: those of one quotation that stands unbroken in one paragraph."""
    group: list[_Found] = []
    for item in found:
        if group and _continues(text, group, item):
            group.append(item)
            continue
        if group:
            yield group
        group = [item]
    if group:
        yield group


def _continues(text: str, group: list[_Found], item: _Found) -> bool:
    (first, said_by), (last, _), (span, next_said_by) = group[0], group[-1], item
    return (
        said_by is not None
        and next_said_by is said_by
        and said_by.kind is not Kind.INDIRECT
        and "\n" not in text[last.end : span.start]
        and span.end - first.start <= LONGEST
        # one piece of content reaches over both: the quotation goes on, rather than being taken up again
        and any(content.overlaps(last) and content.overlaps(span) for content in said_by.content)
    )


def derived(article: Article, sentences: Iterable[Span], attributions: Sequence[Attribution]) -> Derived:
    """Everything that indexing makes of an article, with the texts that are embedded."""
    passages = passages_of(article, sentences, attributions)
    entries = tuple(_entries(article, passages, attributions))
    return Derived(tuple(attributions), passages, entries, headline_of(article, passages))


OPENING = 6
"""Words that a passage needs to open an article: a dateline or a label ("New York —") is no lead."""


def headline_of(article: Article, passages: Sequence[Passage]) -> str:
    """What tells best what the article is about: its title, or else the first passage that is a sentence."""
    if article.title and article.title.strip():
        return article.title
    texts = [article.words(passage.span) for passage in passages]
    return next((text for text in texts if len(text.split()) >= OPENING), texts[0] if texts else article.text)


def _entries(article: Article, passages: Sequence[Passage], attributions: Sequence[Attribution]) -> Iterator[Entry]:
    for place, passage in enumerate(passages):
        yield Entry(place, article.words(passage.span))
    spans = [passage.span for passage in passages]
    for attribution in attributions:
        quoted = _quoted_by(attribution, spans)
        if quoted is not None and attribution.speaker is not None:
            yield Entry(quoted, claim_text(article.text, attribution), claim=True)


def claim_text(text: str, attribution: Attribution) -> str:
    """What is embedded of a sourced claim: who said it, with the role, and what was said. Never shown."""
    speaker = attribution.speaker
    said = joined(text, attribution.content)
    if speaker is None:
        return said
    return f"{speaker.name}{', ' + speaker.role if speaker.role else ''}: {said}"


def _quoted_by(attribution: Attribution, passages: Sequence[Span]) -> int | None:
    """The passage that is quoted when this claim is found: the one that holds most of its content."""
    touched = {place for content in attribution.content for place in _touched(passages, content)}
    if not touched:
        return None
    return max(sorted(touched), key=lambda place: sum(_shared(passages[place], span) for span in attribution.content))
