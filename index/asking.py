"""Asking an archive: answers, rankings, topics, timelines, checked quotations, and what is on record to look at."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from index import abstaining, check, followup, inherited, question, reader, search, speakers, timeline, topics
from index import asked as asked_for
from index.check import Claim, Verdict, VerdictKind
from index.copies import collapsed, other_figures
from index.core import Core
from index.crossreader import CrossReader
from index.receipts import Proof, proof
from index.settings import DEFAULT_MODEL, AnswerSettings, SearchSettings
from index.types import Abstention, Answer, Article, Attribution, Filters, Hit, Passage, Reason, Receipt, Reply

CHECKED = 24
"""Nearest passages that a claimed quotation is compared with; their whole articles are read."""

PHRASED = 4
"""Articles with most of the phrases of it, or of a part of it, that it is compared with too."""

NEWEST = 24
"""Newest articles of which some are offered to be asked about, when it is not clear what is asked."""


class Asking(Core):
    """What is asked of an archive; nothing here changes it."""

    # --- asking -------------------------------------------------------------------------------------------------

    def ask(
        self,
        asked: str,
        turns: Sequence[str] = (),
        *,
        filters: Filters = Filters(),
        asked_on: str | None = None,
        limit: int | None = None,
        threshold: float | None = None,
        suggest: bool = True,
    ) -> Reply:
        """Quotations that answer, or why there are none.

        ``turns`` are the questions asked before, oldest first; ``asked_on`` (an ISO day) is what "this week" leans
        on; ``limit`` bounds the quotations (one at least); ``threshold`` takes the place of the archive's. Without
        ``suggest``, other questions are offered only where it is not clear what is asked: each that is tried takes as
        long as one that is asked.
        """
        settings = self._answering(limit, threshold)
        with self._store.snapshot():
            followed = followup.resolve(asked, turns)
            parsed, filters, understood = self._understood(followed.standalone, filters, asked_on)
            readings = self._read(parsed, filters, asked_on, understood)
            decided = reader.decide(asked, parsed, readings, filters, settings, self.settings.search.collapse)
            reply = replace(decided, carried=followed.carried)
            if isinstance(reply, Answer) or not self._store.count_articles():
                return reply
            if self._is_quoted(understood.speaker, filters):
                filters = replace(filters, speaker=understood.speaker)  # only for the reason: it left nothing out
            record = _Record(self, asked_on)
            return abstaining.explained(reply, parsed, readings, record, filters, settings, suggest=suggest)

    def _answering(self, limit: int | None, threshold: float | None) -> AnswerSettings:
        settings = self.settings.answer
        return replace(
            settings,
            quotations=settings.quotations if limit is None else max(1, limit),
            threshold=self.threshold if threshold is None else threshold,
        )

    def rank(
        self, asked: str, *, filters: Filters = Filters(), asked_on: str | None = None, limit: int = 24
    ) -> tuple[Hit, ...]:
        """The passages nearest to an answer, best first, without the decision whether they are one."""
        with self._store.snapshot():
            parsed, filters, understood = self._understood(asked, filters, asked_on)
            return tuple(reading.hit for reading in self._read(parsed, filters, asked_on, understood)[:limit])

    def candidates(self, asked: str, *, filters: Filters = Filters()) -> tuple[search.Candidate, ...]:
        """What retrieval finds for ``asked``, best first, before it is read."""
        with self._store.snapshot():
            return self._candidates(question.parse(asked), filters, None)

    def _understood(
        self, text: str, filters: Filters, asked_on: str | None
    ) -> tuple[question.Question, Filters, asked_for.Asked]:
        """The question, the filters with those that it names itself, and what it names; call inside a snapshot."""
        parsed = question.parse(text)
        served = self._served()
        if served is None or not asked_for.may_say(text):
            return parsed, filters, asked_for.NOTHING
        self._notice_others()
        if self._names is None or self._names[0] != served.id:
            # 60 ms over 3,642 articles: kept, for a question is to be answered in 120.
            speakers = tuple(name for name, _, _ in self._store.speakers(served))
            self._names = served.id, speakers, self._store.outlets()
        understood = asked_for.read(
            parsed,
            *self._names[1:],
            asked_on=asked_on,
            newest=self._store.newest_date(asked_on or "9999-12-31"),
        )
        return *asked_for.narrowed(parsed, understood, filters), understood

    def inherited(self, asked: str, turns: Sequence[str], filters: Filters, asked_on: str | None = None) -> Filters:
        """What a follow-up to ``turns`` keeps of the ``filters`` they were asked within."""
        if filters == Filters():
            return filters
        with self._store.snapshot():
            named = self._understood(asked, Filters(), asked_on)[2]
            parsed, _, whole = self._understood(followup.standalone(asked, turns), Filters(), asked_on)
        # What the question names as an outlet is no speaker any more; the name as it was written still tells.
        return inherited.inherited(filters, asked, question.parse(parsed.text).speaker, named, whole)

    def _is_quoted(self, speaker: str | None, filters: Filters) -> bool:
        """Whether ``speaker`` may be why there is no answer, where another one is not passed.

        Not where the days leave out whatever they said: then it is for the days.
        """
        served = self._served()
        if speaker is None or filters.speaker or served is None:
            return False
        if not (filters.since or filters.until):
            return True
        allowed = self._store.allowed(served, replace(filters, speaker=speaker))
        return bool(allowed and allowed[0])

    def _read(
        self, parsed: question.Question, filters: Filters, asked_on: str | None, understood: asked_for.Asked
    ) -> tuple[reader.Reading, ...]:
        """Call inside a snapshot: an article that another process removes meanwhile then stays readable."""
        # Days that were passed take the place of those in the question.
        period = (filters.since, filters.until)
        found = self._candidates(parsed, filters, asked_on, period if any(period) else understood.days)
        return self._weighed(parsed, found)

    def _weighed(
        self,
        parsed: question.Question,
        found: Sequence[search.Candidate],
        *,
        collapse: float | None = None,
        closely: int = reader.READ_CLOSELY,
    ) -> tuple[reader.Reading, ...]:
        served = self._served()
        if served is None:
            return ()
        # The weights that go with the cross-reader are set for the default model's cosines.
        crossreader = _crossreader() if served.model == DEFAULT_MODEL else None
        share = self.settings.search.collapse if collapse is None else collapse
        return reader.read(parsed, found, self._lexicon(served.model), share, crossreader, closely)

    def _candidates(
        self,
        parsed: question.Question,
        filters: Filters = Filters(),
        asked_on: str | None = None,
        period: tuple[str | None, str | None] = (None, None),
        settings: SearchSettings | None = None,
    ) -> tuple[search.Candidate, ...]:
        """None where the archive is empty; call inside a snapshot."""
        self._notice_others()
        served = self._served()
        if served is None or not self._store.count_articles():
            return ()
        return tuple(
            search.candidates(
                self._store,
                served,
                self._vectors_of(served),
                self._encoder(served.model),
                parsed,
                filters,
                settings or self.settings.search,
                asked_on,
                period,
            )
        )

    def topic(
        self,
        subject: str,
        filters: Filters = Filters(),
        limit: int | None = None,
        *,
        asked_on: str | None = None,
    ) -> topics.Topic:
        """Who is on record about ``subject``: the best quotation of each speaker, at most ``limit``; or why nobody is.

        What is shown passes the archive's threshold for the question what is said about the subject.
        """
        asked = topics.question_about(subject)
        with self._store.snapshot():
            parsed = question.parse(asked)
            names = {name: one.name for one in self._known() for name in one.names}
            retrieved = replace(self.settings.search, candidates=max(topics.RETRIEVED, self.settings.search.candidates))
            found = self._candidates(parsed, filters, asked_on, (filters.since, filters.until), retrieved)
            readings = self._weighed(parsed, topics.to_read(parsed, found, names), closely=topics.READ)
            voices = topics.voices(parsed, readings, names, self.threshold)
            if voices:
                return topics.Topic(subject, voices[:limit])
        reply = self.ask(asked, filters=filters, asked_on=asked_on)
        if isinstance(reply, Answer):  # outlets report on it, and somebody may be cited who is not made out
            silence = Abstention(asked, reply.standalone, Reason.NOT_STATED, reply.confidence)
            return topics.Topic(subject, silence=silence, reported=reply.hits)
        return topics.Topic(subject, silence=reply)

    def timeline(
        self,
        speaker: str,
        topic: str | None = None,
        filters: Filters = Filters(),
        *,
        asked_on: str | None = None,
    ) -> timeline.Timeline | speakers.Unclear:
        """What ``speaker`` is quoted with, in the order of the days: about ``topic`` alone where one is given.

        ``Unclear`` where nobody of that name is quoted, or several are. Of ``filters`` the days and the outlet count.
        """
        with self._store.snapshot():
            known = self._known()
            one = speakers.meant(speaker, known)
            if isinstance(one, speakers.Unclear):
                return one
            hits = [hit for hit in self._quoted(one) if timeline.worth_showing(hit, filters)]
            if filters.outlet:
                hits = [hit for hit in hits if (hit.article.outlet or "").casefold() == filters.outlet.casefold()]
            if topic is not None and hits:
                hits = self._about(topic, one, hits, filters, asked_on)
            hits.sort(key=lambda hit: hit.article.date or "9999")
            hits = hits[-timeline.LOOKED_AT :]
            entries = timeline.timeline_of(hits, self._cosines(hits), self.settings.search.collapse)
            others = speakers.same_name(one, known)
            return timeline.Timeline(one.name, entries, topic, one.role, one.quotations, others)

    # --- who is on record, and checking what somebody claims ----------------------------------------------------------

    def known_speakers(self) -> tuple[speakers.Known, ...]:
        """Everybody who is quoted by name, each once under all spellings, the most quoted first."""
        with self._store.snapshot():
            return self._known()

    def _known(self) -> tuple[speakers.Known, ...]:
        """Call inside a snapshot."""
        self._notice_others()
        served = self._served()
        if served is None:
            return ()
        if self._people is None or self._people[0] != served.id:
            self._people = served.id, speakers.known(self._store.speakers(served))
        return self._people[1]

    def _quoted(self, one: speakers.Known) -> list[Hit]:
        """Everything that a speaker is quoted with, not scored; call inside a snapshot."""
        served = self._served()
        if served is None:
            return []
        found = {passage.id: passage for name in one.names for passage in self._store.quotations(served, name)}
        own = (p for p in found.values() if p.said_by and p.said_by.speaker and p.said_by.speaker.name in one.names)
        return _Record(self, None)._hits(own)

    def _about(
        self, topic: str, one: speakers.Known, hits: Sequence[Hit], filters: Filters, asked_on: str | None
    ) -> list[Hit]:
        """Those of a speaker's quotations that are about ``topic``, by the evidence and threshold of an answer."""
        parsed = question.parse(topics.question_about(topic))
        theirs = {hit.passage.id for hit in hits}
        found: dict[int, search.Candidate] = {}
        for name in one.names:
            for candidate in self._candidates(parsed, replace(filters, speaker=name), asked_on):
                if candidate.passage.id in theirs:
                    found[candidate.passage.id] = candidate
        best = sorted(found.values(), key=lambda candidate: -candidate.score)
        # No two are copies at a share over 1: on a timeline the same words of another day stay.
        readings = self._weighed(parsed, best, collapse=2.0, closely=topics.READ)
        about = (r.hit for r in readings if r.hit.score >= self.threshold and topics.is_about(parsed, r.hit))
        return [replace(hit, answering=None) for hit in about]

    def _cosines(self, hits: Sequence[Hit]) -> NDArray[np.float32]:
        """How near hits are to one another in meaning, shape ``(n, n)``; call inside a snapshot."""
        served = self._served()
        if served is None or not hits:
            return np.empty((0, 0), np.float32)
        vectors = self._vectors_of(served)
        first: dict[int, int] = {}
        for entry, passage in self._store.entries_of_passages(hit.passage.id for hit in hits):
            first[passage] = min(entry, first.get(passage, entry))  # the passage itself comes before its claims
        rows = np.stack([vectors.reconstruct(first[hit.passage.id]) for hit in hits])
        return np.asarray(rows @ rows.T, np.float32)

    def check(self, text: str, speaker: str | None = None) -> Verdict:
        """Whether a claimed quotation is on record: word for word, and as this speaker's.

        ``text`` may be a whole message ('Kirby said: "…"'); ``speaker`` is then read from it where it is not given.
        """
        return self.judge(check.readings(text), speaker)

    def judge(self, readings: Sequence[Claim], speaker: str | None = None) -> Verdict:
        """`check` for a claim that was read already, in the ways it may be read; the preferred one first."""
        with self._store.snapshot():
            hits = self._checked_against(readings)
            masked = [replace(hit, article=self._store.overrides.masked(hit.article)) for hit in hits]
            return self._unmasked(check.judged(readings, speaker, masked, passages=self.passages))

    def _unmasked(self, found: Verdict) -> Verdict:
        """The verdict on the articles as they are stored; what rests on a hidden passage is not on record."""
        shown = [hit for hit in (found.closest, *found.parts) if hit is not None]
        if any(self._store.overrides.hides(hit.receipt) for hit in shown):
            return Verdict(VerdictKind.NOT_ON_RECORD, claim=found.claim)
        closest, *parts = [
            hit and replace(hit, article=self._store.article(hit.article.id)) for hit in (found.closest, *found.parts)
        ]
        return replace(found, closest=closest, parts=tuple(part for part in parts if part))

    def _checked_against(self, readings: Sequence[Claim]) -> list[Hit]:
        """The passages nearest to the claim, then one of each article with phrases of it or of a part of it."""
        claim, *parts = check.looked_up(readings)
        near = self._candidates(question.parse(claim))[:CHECKED]
        hits = [Hit(c.passage, c.article, max(0.0, min(1.0, c.meaning))) for c in near]
        known, served = {hit.article.id for hit in hits}, self._served()
        if served is None:
            return hits
        for part in (claim, *parts):
            for found in self._store.articles_with(check.phrases(part), PHRASED):
                if found not in known:
                    known.add(found)
                    article = self._store.article(found)
                    # Any passage will do: the whole article is looked at.
                    hits += (Hit(p, article, 0.0) for p in self._store.passages(served, found)[:1])
        return hits

    def proved(self, receipt: Receipt) -> Proof:
        """The words of a receipt with all that is known of who said them. Raises ``ReceiptBroken`` as `prove` does."""
        article = self.prove(receipt)
        return proof(article, receipt.span, self.passages(article.id))

    def score(
        self, asked: str, receipt: Receipt, *, filters: Filters = Filters(), asked_on: str | None = None
    ) -> float:
        """Probability in [0, 1] that the words of the receipt answer; 0 where no passage that holds some is read."""
        hits = self.rank(asked, filters=filters, asked_on=asked_on, limit=reader.READ)
        there = (hit for hit in hits if hit.article.id == receipt.article_id)
        return max((hit.score for hit in there if hit.passage.span.overlaps(receipt.span)), default=0.0)

    # --- looking ------------------------------------------------------------------------------------------------

    def listed(self, filters: Filters = Filters(), words: str = "") -> tuple[Article, ...]:
        """The articles that meet the filters and have all ``words`` in their titles; the latest day first."""
        wanted = words.casefold().split()
        with self._store.snapshot():
            found = [a for a in self._store.articles() if abstaining.meets(a, filters)]
            if filters.speaker is not None:
                served = self._served()
                passages = () if served is None else self._store.quotations(served, filters.speaker)
                quoted = {passage.article_id for passage in passages}
                found = [article for article in found if article.id in quoted]
        if wanted:
            titles = {article.id: (article.title or "").casefold() for article in found}
            found = [article for article in found if all(word in titles[article.id] for word in wanted)]
        return tuple(sorted(found, key=lambda article: article.date or "", reverse=True))

    def passages(self, article_id: str) -> tuple[Passage, ...]:
        """The served passages of one article, in text order. Raises ``NoSuchArticle``."""
        self._store.article(article_id)
        return self._store.passages(self._served_or_first(), article_id)

    def attributions(self, article_id: str) -> tuple[Attribution, ...]:
        """The served attributions of one article, in text order. Raises ``NoSuchArticle``."""
        self._store.article(article_id)
        return self._store.attributions(self._served_or_first(), article_id)

    def passage_at(self, receipt: Receipt) -> Passage | None:
        """The served passage with exactly this span; ``None`` when a later generation cuts the text elsewhere."""
        served = self._served()
        if served is None:
            return None
        return next((p for p in self._store.passages(served, receipt.article_id) if p.span == receipt.span), None)

    def hit_at(self, receipt: Receipt, *, copies: bool = True, filters: Filters = Filters()) -> Hit | None:
        """What `passage_at` gives, with its article and, if wished, its copies as they are now; score 0.

        Of the copies there are those that ``filters`` let through.

        Raises ``ReceiptBroken`` when the text is no longer the one that the receipt is for.
        """
        with self._store.snapshot():
            article = self.prove(receipt)
            passage = self.passage_at(receipt)
            if passage is None:
                return None
            if not copies:
                return Hit(passage, article, 0.0)
            hit = Hit(
                passage, article, 1.0
            )  # above all others, so that they are its copies and not the other way round
            found = self._candidates(question.parse(hit.quote), filters)
            others = (Hit(c.passage, c.article, 0.0) for c in found)
            (_, whole), *_ = collapsed([hit, *others], self.settings.search.collapse)
            return replace(whole, score=0.0)

    def conflicts(self, asked: str, hits: Sequence[Hit]) -> tuple[tuple[int, int], ...]:
        """Pairs of indexes of ``hits`` that give other figures for the same statement, as `Answer.conflicts`."""
        parsed, share = question.parse(asked), self.settings.search.collapse
        pairs = ((i, j) for i in range(len(hits)) for j in range(i + 1, len(hits)))
        return tuple((i, j) for i, j in pairs if other_figures(hits[i], hits[j], parsed, share))

    def speakers(self, prefix: str = "", limit: int = 25) -> tuple[str, ...]:
        """Named speakers a word of whose name begins with ``prefix``, most quoted first."""
        served = self._served()
        names = () if served is None else tuple(row[0] for row in self._store.speakers(served))
        return _beginning(names, prefix, limit)

    def outlets(self, prefix: str = "", limit: int = 25) -> tuple[str, ...]:
        """Outlets a word of whose name begins with ``prefix``, the one with most articles first."""
        return _beginning(self._store.outlets(), prefix, limit)


class _Record:
    """What `abstaining` looks up in an archive, for a question asked on some day. To be used inside a snapshot."""

    def __init__(self, archive: Asking, asked_on: str | None) -> None:
        self._archive = archive
        self._store = archive._store
        self._asked_on = asked_on

    def read(self, parsed: question.Question, filters: Filters) -> tuple[reader.Reading, ...]:
        return self._archive._read(parsed, filters, self._asked_on, asked_for.NOTHING)

    def quotations(self, speaker: str, filters: Filters) -> list[Hit]:
        served = self._archive._served()
        passages = () if served is None else self._store.quotations(served, speaker)
        return self._hits(passage for passage in passages if passage.article_id not in filters.exclude)

    def newest(self, filters: Filters) -> list[Hit]:
        served = self._archive._served()
        if served is None:
            return []
        newest = map(self._store.article, self._store.newest_articles(NEWEST + len(filters.exclude)))
        met = [article for article in newest if abstaining.meets(article, filters)]
        return self._hits(p for article in met for p in self._store.passages(served, article.id))

    def mentions(self, word: str, filters: Filters) -> bool:
        found = self._store.article_word_scores([word], 1 + len(filters.exclude))
        return not found.keys() <= filters.exclude

    def _hits(self, passages: Iterable[Passage]) -> list[Hit]:
        """The passages with their articles, each article read once; they have not been scored."""
        articles: dict[str, Article] = {}
        hits = []
        for passage in passages:
            if passage.article_id not in articles:
                articles[passage.article_id] = self._store.article(passage.article_id)
            hits.append(Hit(passage, articles[passage.article_id], 0.0))
        return hits


_loading = threading.Lock()


def _crossreader() -> CrossReader:
    with _loading:
        return _loaded_crossreader()


@cache
def _loaded_crossreader() -> CrossReader:
    return CrossReader()


def _beginning(names: Iterable[str], prefix: str, limit: int) -> tuple[str, ...]:
    start = prefix.casefold().strip()
    return tuple(name for name in names if f" {start}" in f" {name}".casefold())[:limit]
