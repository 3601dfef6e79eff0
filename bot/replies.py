"""The machine-readable forms: what ``--json`` and ``--batch`` print. Scripts depend on every key here.

Offsets are code points of the article's text. A value that is not known is ``null``, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.batch import RowId
from index.errors import SourceError
from index.links import text_fragment_link
from index.types import Added, Answer, Article, Attribution, Copy, Details, Hit, Passage, Reply, Span, Terms

if TYPE_CHECKING:
    from bot.calibrate import Report
    from index.attribution import Claim
    from index.calibration import Point
    from index.check import Verdict
    from index.feedback import Calibrated
    from index.livepage import Live
    from index.preview import Caution
    from index.receipts import Proof
    from index.speakers import Unclear
    from index.timeline import Timeline
    from index.topics import Topic

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
        "sources": answer.sources if answer else 0,
        "passages": [hit_json(hit, answer.conflicting(i)) for i, hit in enumerate(answer.hits)] if answer else [],
        "nearest": [hit_json(hit) for hit in abstention.nearest] if abstention else [],
        "details": _details_json(abstention.details) if abstention else None,
        "suggestions": list(abstention.details.suggestions) if abstention else [],
    }


def _details_json(details: Details) -> Json:
    """What is on record beside what was asked; the questions that are offered have a key of their own."""
    found = fields_json(details)
    del found["suggestions"]
    return found


def hit_json(hit: Hit, conflicts: Sequence[int] = ()) -> Json:
    """A quotation with its proof, its article, its speaker, its score and the other articles that carry its words.

    ``conflicts`` are the indexes, in the list it stands in, of those that give other figures.
    """
    words = hit.answering
    return {
        **passage_json(hit.article, hit.passage),
        "score": round(hit.score, _DIGITS),
        "answering": None if words is None else [words.start, words.end],
        "also": [copy_json(copy) for copy in hit.also],
        "conflicts_with": list(conflicts),
    }


def topic_json(topic: Topic) -> Json:
    """Who is on record about a subject, under the outlets quoted from; or ``reason`` and ``reply`` of the silence."""
    silence = topic.silence
    return {
        "subject": topic.subject,
        "status": "silent" if silence else "on_record",
        "reason": silence.reason.value if silence else None,
        "speakers": len(topic.voices),
        "sources": topic.sources,
        "outlets": [
            {
                "outlet": outlet,
                "quotations": [
                    {**hit_json(voice.hit), "name": voice.name, "further": voice.further} for voice in voices
                ],
            }
            for outlet, voices in topic.by_outlet
        ],
        "reported": [hit_json(hit) for hit in topic.reported],
        "nearest": [hit_json(hit) for hit in silence.nearest] if silence else [],
        "details": _details_json(silence.details) if silence else None,
        "suggestions": list(silence.details.suggestions) if silence else [],
    }


def timeline_json(timeline: Timeline) -> Json:
    """A speaker's quotations in the order of the days, without a day last; ``compare`` points at others in the list."""
    return {
        "speaker": timeline.speaker,
        "role": timeline.role,
        "topic": timeline.topic,
        "status": "on_record" if timeline.entries else "silent",
        "quoted": timeline.quoted,
        "namesakes": list(timeline.namesakes),
        "suggestions": [],
        "quotations": [
            {
                **hit_json(entry.hit),
                "compare": [{"index": rival.index, "difference": rival.difference.value} for rival in entry.compare],
            }
            for entry in timeline.entries
        ],
    }


def unclear_json(unclear: Unclear) -> Json:
    """A speaker whom nobody, or more than one, is meant by; the same keys as a timeline's."""
    return {
        "speaker": None,
        "role": None,
        "topic": None,
        "status": "ambiguous" if unclear.ambiguous else "unknown",
        "quoted": 0,
        "namesakes": [],
        "suggestions": list(unclear.suggestions),
        "quotations": [],
    }


def copy_json(copy: Copy) -> Json:
    """Another article that carries the same words, and the proof that it does."""
    article = copy.article
    return {
        "article_id": article.id,
        "outlet": article.outlet,
        "date": article.date,
        "url": article.url,
        "title": article.title,
        "start": copy.span.start,
        "end": copy.span.end,
        "sha256": article.sha256,
    }


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
        **terms_json(article.terms),
        "corrected": passage.corrected,
    }


def terms_json(terms: Terms) -> Json:
    """What an outlet allows: the licence to be named, and how many words of an article may be quoted at once."""
    return {"licence": terms.licence, "word_cap": terms.words}


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


def added_json(added: Added, cautions: Iterable[Caution] = ()) -> Json:
    """What adding one article did, and what is odd about it."""
    return {
        **article_json(added.article),
        "passages": added.passages,
        "attributions": added.attributions,
        "status": added.status.value,
        "error": None,
        "warnings": [caution_json(caution) for caution in cautions],
    }


def caution_json(caution: Caution) -> Json:
    """One thing to look at; ``article_id`` is the article that this one is a near copy of."""
    other = caution.other
    return {
        "warning": caution.worry.value, "words": caution.words, "article_id": other.id if other else None
    }  # fmt: skip


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
        "warnings": [],
    }


def verdict_json(verdict: Verdict, id: RowId = None) -> Json:  # noqa: A002
    """Whether a claimed quotation is on record, with the closest passage and the difference, word by word.

    ``claim`` is what of the text was judged, ``parts`` are the places that a stitched quotation was taken from.
    """
    claim = verdict.claim
    return {
        "id": id,
        "claim": None if claim is None else {"text": claim.words, "speaker": claim.speaker},
        "verdict": verdict.verdict.value,
        "closest": hit_json(verdict.closest) if verdict.closest else None,
        "diff": [{"op": change.op.value, "said": change.said, "record": change.record} for change in verdict.diff],
        "parts": [hit_json(hit) for hit in verdict.parts],
    }


def receipt_json(proof: Proof, live: Live | None = None) -> Json:
    """A quotation that was proved just now, what names its speaker, and what its page shows where that was looked at.

    ``kind`` is ``null`` for words that came into the article in several ways, ``speaker`` where several are cited.
    """
    from index.receipts import grounds

    article, speaker = proof.article, proof.speaker
    return {
        "proved": True,
        "quote": proof.quote,
        "start": proof.span.start,
        "end": proof.span.end,
        "sha256": article.sha256,
        **article_json(article),
        "link": proof.link,
        **terms_json(article.terms),
        "speaker": speaker.name if speaker else None,
        "named": speaker.named if speaker else None,
        "role": speaker.role if speaker else None,
        "kind": proof.kind.value if proof.kind else None,
        "attributions": [attribution_json(attribution) for attribution in proof.attributions],
        "grounds": list(grounds(proof)),
        "live": None if live is None else {"seen": live.seen.value, "sentence": live.sentence, "moved": live.moved},
    }


def report_json(report: Report, *, set_: bool) -> Json:
    """What labels tell about the threshold: the one in use, the one proposed (or why none is), and the whole curve."""
    found = report.curve
    proposed = None if report.threshold is None else found.at(report.threshold)
    return {
        "labels": found.total,
        "area": None if found.area is None else round(found.area, _DIGITS),
        "risk": report.risk,
        "in_use": {**_point_json(report.now), "own": report.own},
        "proposed": None if proposed is None else _point_json(proposed),
        "why_not": report.why_not,
        "notes": list(report.notes),
        "set": set_,
        "curve": [_point_json(found.at(float(threshold))) for threshold in found.thresholds],
    }


def reset_json(threshold: float, before: Calibrated | None) -> Json:
    """The threshold in use again, and the one that was set for the archive, if one was."""
    return {"threshold": round(threshold, _DIGITS), "was": None if before is None else round(before.threshold, _DIGITS)}


def _point_json(point: Point) -> Json:
    return {
        "threshold": round(point.threshold, _DIGITS),
        "coverage": round(point.coverage, _DIGITS),
        "risk": None if point.risk is None else round(point.risk, _DIGITS),
        "upper": round(point.upper, _DIGITS),
        "answered": point.answered,
        "wrong": point.wrong,
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
        case float():
            return round(value, _DIGITS)
        case _ if is_dataclass(value):
            return fields_json(value)
        case _:
            return value


def _offsets(spans: tuple[Span, ...]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]
