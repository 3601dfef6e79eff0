"""The machine-readable forms: what ``--json`` and ``--batch`` print. Scripts depend on every key here.

Offsets are code points of the article's text. A value that is not known is ``null``, never a guess.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.batch import RowId
from index.errors import SourceError
from index.links import text_fragment_link
from index.types import Added, Answer, Article, Attribution, Hit, Passage, Reply, Span

if TYPE_CHECKING:
    from index.attribution import Claim
    from index.check import Verdict

Json = dict[str, Any]

_DIGITS = 6
"""Decimals of a probability: more would only be noise of the arithmetic."""


def reply_json(reply: Reply, id: RowId = None) -> Json:  # noqa: A002  # the key's name in the interface
    """A reply: answered with ``passages``, or abstained with a ``reason`` and the ``nearest``, which are no answer."""
    answer, abstention = (reply, None) if isinstance(reply, Answer) else (None, reply)
    return {
        "id": id,
        "question": reply.question,
        "standalone": reply.standalone,
        "carried": list(reply.carried),
        "status": "answered" if answer else "abstained",
        "reason": abstention.reason.value if abstention else None,
        "confidence": round(reply.confidence, _DIGITS),
        "passages": [hit_json(hit) for hit in answer.hits] if answer else [],
        "nearest": [hit_json(hit) for hit in abstention.nearest] if abstention else [],
    }


def hit_json(hit: Hit) -> Json:
    """A quotation with its proof, its article, its speaker and its score."""
    return {**passage_json(hit.article, hit.passage), "score": round(hit.score, _DIGITS)}


def passage_json(article: Article, passage: Passage) -> Json:
    """One passage of ``article`` with everything a reader needs to find and to prove it."""
    said_by = passage.said_by
    speaker = said_by.speaker if said_by else None
    return {
        "quote": article.words(passage.span),
        "article_id": article.id,
        "start": passage.span.start,
        "end": passage.span.end,
        "sha256": article.sha256,
        "title": article.title,
        "outlet": article.outlet,
        "authors": list(article.authors),
        "date": article.date,
        "url": article.url,
        "link": text_fragment_link(article, passage.span),
        "speaker": speaker.name if speaker else None,
        "named": speaker.named if speaker else None,
        "role": speaker.role if speaker else None,
        "kind": passage.kind.value,
        "cue": " ".join(article.words(span) for span in said_by.cue) if said_by and said_by.cue else None,
    }


def attribution_json(attribution: Attribution) -> Json:
    """Who is said to have said what; every part as ``[start, end]`` of the text."""
    speaker = attribution.speaker
    return {
        "speaker": speaker.name if speaker else None,
        "named": speaker.named if speaker else None,
        "role": speaker.role if speaker else None,
        "kind": attribution.kind.value,
        "source": _offsets(attribution.source),
        "cue": _offsets(attribution.cue),
        "content": _offsets(attribution.content),
        "confidence": round(attribution.confidence, _DIGITS),
    }


def claims_json(claims: tuple[Claim, ...], id: RowId = None) -> Json:  # noqa: A002
    """The claims of one text: attributions with what kind of act each is, and whether it is shown as said."""
    return {
        "id": id,
        "attributions": [
            {**attribution_json(claim.attribution), "act": claim.act.value, "shown": claim.shown} for claim in claims
        ],
    }


def article_json(article: Article) -> Json:
    """What is known about an article, without its text."""
    return {
        "article_id": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "authors": list(article.authors),
        "date": article.date,
        "url": article.url,
    }


def shown_json(article: Article, passages: tuple[Passage, ...], attributions: tuple[Attribution, ...]) -> Json:
    """An article with its text, passages and attributions."""
    return {
        **article_json(article),
        "sha256": article.sha256,
        "text": article.text,
        "passages": [passage_json(article, passage) for passage in passages],
        "attributions": [attribution_json(attribution) for attribution in attributions],
    }


def added_json(added: Added) -> Json:
    """What adding one article did."""
    return {
        **article_json(added.article),
        "passages": added.passages,
        "attributions": added.attributions,
        "status": added.status.value,
        "error": None,
    }


def failed_json(error: SourceError) -> Json:
    """A source that did not become an article, and why."""
    return {
        "article_id": None,
        "title": None,
        "outlet": None,
        "authors": [],
        "date": None,
        "url": None,
        "passages": 0,
        "attributions": 0,
        "status": "failed",
        "error": str(error),
        "source": error.source,
    }


def verdict_json(verdict: Verdict, id: RowId = None) -> Json:  # noqa: A002
    """Whether a claimed quotation is on record, with the closest passage and the difference, word by word."""
    return {
        "id": id,
        "verdict": verdict.verdict.value,
        "closest": hit_json(verdict.closest) if verdict.closest else None,
        "diff": [{"op": change.op.value, "said": change.said, "record": change.record} for change in verdict.diff],
    }


def fields_json(value: Any) -> Json:
    """A settled value of the index (a status, a re-indexing) under the names of its fields."""
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: Any) -> Any:
    match value:
        case Path():
            return str(value)
        case tuple() | list() | frozenset():
            return [_plain(item) for item in value]
        case _ if is_dataclass(value):
            return fields_json(value)
        case _:
            return value


def _offsets(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]
