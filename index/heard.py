"""What people say of what an archive answers, and what is kept of it: judgements, decisions, gaps, who is to be told.

Also which messages carry its quotations, so that they can follow their articles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import corrections, privacy
from index.asking import Asking
from index.audit import Action, Entry
from index.calibration import Label
from index.cards import STANDS, Cards, Finding, Posted, Quoted
from index.errors import NotUndoable
from index.feedback import Calibrated, Complaint, Feedback, labels_of
from index.feedback import pseudonym as pseudonym_of
from index.gaps import Digest, Gap, Gaps, State, gaps_of
from index.overrides import Fix, Override, Placed, override_from, override_of, value_of
from index.posts import Post
from index.reports import Report, refutes
from index.subscriptions import Subscription, Subscriptions, Wanted
from index.types import Abstention, Article, Attribution, Filters, Hit, Passage, Receipt, Reply, Span

_OF_ONE_ARTICLE = (Action.ADDED, Action.UPDATED, Action.EDITED, Action.REMOVED)
"""Changes whose entry in the log names the one article that is served otherwise by them."""

_OF_NO_ARTICLE = (Action.THRESHOLD, Action.GOLDEN, Action.FEED, Action.GAP, Action.SETTINGS, Action.DISCARDED)
"""Changes by which no article is served otherwise."""


class Heard(Asking):
    """An archive that members and moderators talk to."""

    # --- telling when there is an answer ------------------------------------------------------------------------

    @property
    def subscriptions(self) -> Subscriptions:
        """Who asked to be told, and what."""
        return self._store.subscriptions

    def offer_to_tell(
        self, abstention: Abstention, mark: str, filters: Filters = Filters(), asked_on: str | None = None
    ) -> str:
        """Keep the question of an abstention, so that somebody may ask to be told when it is answered; its key.

        ``mark`` is the archive's from before it was asked: what came in since is asked about once more.
        """
        wanted = Wanted.of(abstention, filters, asked_on)
        self._store.subscriptions.offer(wanted, mark)
        return wanted.key

    def due(self, limit: int) -> tuple[Subscription, ...]:
        """Who may have to be told now, because what is served is another than when it was last asked for them."""
        self._store.subscriptions.forget_old(offered_days=self.server_settings.get().retention_days)
        return self._store.subscriptions.due(self._store.mark, limit)

    def ask_again(self, wanted: Wanted, waiting: Sequence[Subscription] = ()) -> Reply:
        """The reply to a question that is waited for; where it is none, ``waiting`` wait until more comes in."""
        mark = self.mark  # before it is asked: what comes in meanwhile is asked about once more
        reply = self.ask(wanted.standalone, filters=wanted.filters, asked_on=wanted.asked_on, suggest=False)
        if isinstance(reply, Abstention) and waiting:
            self._store.subscriptions.asked(waiting, mark)
        return replace(reply, question=wanted.question, carried=wanted.carried)

    # --- what could not be answered -----------------------------------------------------------------------------

    def note_gap(
        self, abstention: Abstention, mark: str, filters: Filters = Filters(), asked_on: str | None = None, *,
        by: str | None = None,
    ) -> None:  # fmt: skip
        """Keep a question that was not answered; ``by`` names who asked, of whom a pseudonym is kept (else nothing).

        ``mark`` is the archive's from before it was asked: what came in since is asked about once more.
        """
        member = None if by is None else self.pseudonym(by)
        self._store.gaps.note(Wanted.of(abstention, filters, asked_on), abstention.reason, mark, member)

    @property
    def gap_table(self) -> Gaps:
        """The unanswered questions as they are kept."""
        return self._store.gaps

    def gaps(self, members: int = 1, *, dismissed: bool = False) -> tuple[Gap, ...]:
        """Open gaps that at least so many different members asked about, those of most members first.

        With ``dismissed``, those that moderators dismissed instead.
        """
        # Dismissed ones too, so that the same question in other words is known to be one of them.
        asked = self._store.gaps.asked(State.OPEN, State.DISMISSED)
        if not asked:
            return ()
        found = gaps_of(asked, self._meanings([one.wanted.standalone for one in asked]))
        return tuple(gap for gap in found if gap.dismissed is dismissed and gap.members >= members)

    def prepare_gaps(self, limit: int) -> bool:
        """Embed at most ``limit`` questions that `gaps` needs and that are not embedded yet; whether there are more.

        300 new ones take a second or two: in small steps, others are served between them.
        """
        texts = [one.wanted.standalone for one in self._store.gaps.asked(State.OPEN, State.DISMISSED)]
        model = self._model_of_questions()
        new = [text for text in dict.fromkeys(texts) if (model, text) not in self._asked]
        self._embed_questions(model, new[:limit])
        return len(new) > limit

    def gap(self, key: str) -> Gap | None:
        """The gap that holds the question of that key, whatever its state; ``None`` where it is forgotten or closed."""
        every = (*self.gaps(), *self.gaps(dismissed=True))
        return next((gap for gap in every if any(one.wanted.key == key for one in gap.questions)), None)

    def nearest_articles(self, wanted: Wanted, limit: int = 3) -> tuple[Article, ...]:
        """The articles that come nearest to a question, the nearest first: they do not answer it."""
        articles: dict[str, Article] = {}
        for candidate in self.candidates(wanted.standalone):
            articles.setdefault(candidate.article.id, candidate.article)
        return tuple(articles.values())[:limit]

    def move_gap(self, gap: Gap, state: State, *, by: str | None = None) -> int:
        """Dismiss a gap, or open it again; returns the number of its entry in the log.

        The entry has no word of the questions: these are kept no longer than is set.
        """
        keys = [one.wanted.key for one in gap.questions]
        with self._changing(), self._store.transaction():
            before = self._store.gaps.states(keys)
            self._store.gaps.set_state(keys, state)
            count = f"{len(keys)} question{'' if len(keys) == 1 else 's'}"
            return self._store.log.note(
                Action.GAP, f"{state.value}: a gap of {count}", by=by, subject=gap.key,
                before={"states": before}, after={"states": dict.fromkeys(before, state.value)},
            )  # fmt: skip

    def _put_back_gap(self, entry: Entry) -> None:
        """Undo `move_gap` for the questions that are still kept, unless they were moved again; in a transaction."""
        before, after = (dict((value or {}).get("states", {})) for value in (entry.before, entry.after))
        now = self._store.gaps.states(after)
        if any(after[key] != state for key, state in now.items()):
            raise NotUndoable("This gap has been changed again since; undo the newer change first.")
        for key in now:
            self._store.gaps.set_state([key], State(before[key]))

    def close_gaps(self, limit: int, days: int) -> int:
        """Ask at most ``limit`` open questions again that were not asked since articles came in; how many are left.

        Those that are answered now are closed, which the log says. What is older than ``days`` is forgotten first.
        Nobody is told: whoever asked to be told is a subscription, and that tells.
        """
        table = self._store.gaps
        table.forget_old(days)
        mark = self.mark  # before they are asked: what comes in meanwhile is asked about once more
        due = table.due(mark, limit + 1)
        for wanted in due[:limit]:
            reply = self.ask(wanted.standalone, filters=wanted.filters, asked_on=wanted.asked_on, suggest=False)
            if isinstance(reply, Abstention):
                table.still_open(wanted.key, mark)
            else:
                with self._store.transaction():
                    before = table.states([wanted.key])
                    table.set_state([wanted.key], State.CLOSED)
                    self._store.log.note(
                        Action.GAP, "closed: an article answers a question", by=None, subject=wanted.key,
                        before={"states": before}, after={"states": dict.fromkeys(before, State.CLOSED.value)},
                    )  # fmt: skip
        return max(0, len(due) - limit)

    def digest(self) -> Digest:
        """Where the weekly message about gaps goes, and when the last one was sent."""
        return self._store.gaps.digest(self.server_settings.get().digest_channel)

    def take_digest(self, now: datetime | None = None) -> Digest | None:
        """`digest`, if a message is to be sent now: from then on it counts as sent."""
        return self._store.gaps.take_digest(self.server_settings.get().digest_channel, now)

    def _meanings(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions, shape ``(n, dimension)``; those of the last call are kept for the next."""
        model = self._model_of_questions()
        self._embed_questions(model, [text for text in dict.fromkeys(texts) if (model, text) not in self._asked])
        self._asked = {(model, text): self._asked[model, text] for text in texts}
        return np.stack([self._asked[model, text] for text in texts])

    def _model_of_questions(self) -> str:
        served = self._served()
        return self._model if served is None else served.model

    def _embed_questions(self, model: str, new: Sequence[str]) -> None:
        if new:
            fresh = self._encoder(model).encode(new)
            self._asked.update(((model, text), vector) for text, vector in zip(new, fresh, strict=True))

    # --- what moderators decide about passages ------------------------------------------------------------------

    def override(
        self, receipt: Receipt, fix: Fix, name: str | None = None, role: str | None = None, *, by: str | None = None
    ) -> int:
        """Decide who says the words of a receipt, or that nothing shows them; it counts from now on.

        Takes the place of an earlier decision about the same words. Returns the number of its entry in the log. Raises
        ``ReceiptBroken``, and ``ValueError`` for a speaker without a name.
        """
        with self._changing(), self._store.transaction():
            made = override_of(self._proved(receipt), receipt.span, fix, name and storable(name), role)
            before = self._store.overrides.put(made, _now())
            return self._note_override(made.article_id, before, made, by)

    def remove_override(self, override: Override, *, by: str | None = None) -> int:
        """Take a decision back; returns the number of its entry in the log."""
        with self._changing(), self._store.transaction():
            self._store.overrides.remove(override)
            return self._note_override(override.article_id, override, None, by)

    def overrides(self) -> tuple[Placed, ...]:
        """Every decision about a passage, the oldest first, and where it stands now."""
        return self._store.overrides.placed()

    def hidden(self, article_id: str) -> tuple[Span, ...]:
        """The spans of an article that nothing may show, in text order."""
        return self._store.overrides.hidden(article_id)

    def reports(self) -> tuple[Report, ...]:
        """What members reported as wrong and nobody has decided about; what most of them reported first."""
        return self._store.reports.open()

    def reported(self, receipt: Receipt) -> Hit:
        """The words of a report with who says them, where one passage of today tells. Raises ``ReceiptBroken``."""
        with self._store.snapshot():
            article = self.prove(receipt)
            held = [p for p in self.passages(article.id) if p.span.overlaps(receipt.span)]
            if len(held) == 1 and held[0].span.contains(receipt.span):
                return Hit(replace(held[0], span=receipt.span), article, 0.0)
            return Hit(Passage(article.id, receipt.span, Attribution((receipt.span,))), article, 0.0)

    def not_wrong(self, receipt: Receipt, *, by: str | None = None) -> int:
        """Say that nothing is wrong with a passage, whatever was reported so far; its entry's number in the log."""
        with self._changing(), self._store.transaction():
            article = self.prove(receipt)
            before = self._store.reports.settled(receipt)
            last = max((report.last for report in self.reports() if report.receipt == receipt), default=before)
            self._store.reports.settle(receipt, last)
            place = [receipt.sha256, receipt.span.start, receipt.span.end]
            return self._store.log.note(
                Action.OVERRIDE, f"not wrong: {article.title or article.id}", by=by, subject=article.id,
                before={"settled": place, "last": before}, after={"settled": place, "last": last},
            )  # fmt: skip

    def _put_back_settled(self, article_id: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        sha256, start, end = before["settled"]
        receipt = Receipt(article_id, sha256, Span(start, end))
        if self._store.reports.settled(receipt) != after["last"]:
            raise NotUndoable("This passage has been decided about again since; undo the newer decision first.")
        self._store.reports.settle(receipt, before["last"])

    def _note_override(self, article_id: str, before: Override | None, after: Override | None, by: str | None) -> int:
        one = after or before
        title = self._store.article(article_id).title if self._store.has_article(article_id) else None
        words = f"{'' if after else 'no longer '}{one.fix.value if one else ''}: {title or article_id}"
        return self._store.log.note(
            Action.OVERRIDE, words, by=by, subject=article_id,
            before=value_of(before) if before else None, after=value_of(after) if after else None,
        )  # fmt: skip

    def _put_back_override(self, entry: Entry) -> None:
        """Undo a decision, unless it was made anew since (``NotUndoable``); call inside a transaction."""
        if entry.before and entry.after and "settled" in entry.after:
            self._put_back_settled(entry.subject or "", entry.before, entry.after)
            return
        before = override_from(entry.before) if entry.before else None
        after = override_from(entry.after) if entry.after else None
        kept = self._store.overrides.same(one) if (one := after or before) else None
        if (kept and value_of(kept)) != (after and value_of(after)):
            raise NotUndoable("This passage has been decided about again since; undo the newer decision first.")
        if kept is not None:
            self._store.overrides.remove(kept)
        if before is not None:
            self._store.overrides.put(before, _now())

    # --- feedback and calibration -------------------------------------------------------------------------------

    def give_feedback(
        self,
        question: str,
        receipt: Receipt,
        score: float,
        *,
        right: bool,
        complaint: Complaint | None = None,
        standalone: str | None = None,
        by: str | None = None,
        words: str | None = None,
    ) -> Feedback:
        """Keep what somebody says about a passage as an answer to ``question``; it replaces what they said before.

        ``score`` is what the reply gave the passage; ``by`` names the person, of whom only a pseudonym is kept;
        ``words`` are their own.
        Raises ``ReceiptBroken`` when the text is no longer the one that was judged.
        """
        with self._changing(), self._store.transaction():
            self.prove(receipt)  # under the lock: what another process removes just now must not be judged after it
            given = Feedback(
                storable(question), storable(question if standalone is None else standalone), receipt, score, right,
                complaint, _now(), None if by is None else self.pseudonym(by), self.scale,
                words and storable(words),
            )  # fmt: skip
            self._store.put_feedback(given)
        return given

    def feedback(self) -> tuple[Feedback, ...]:
        """What people said about passages whose text still stands as they saw it, oldest first."""
        return self._store.feedback()

    def labels(self) -> tuple[Label, ...]:
        """What to calibrate by: a label for each judged pair; scores of another reader or model are made anew.

        A complaint that moderators found not to be right is none.
        """
        scale, refuted = self.scale, self._store.reports.refuted()
        return labels_of(
            one if one.scale == scale else replace(one, score=self.score(one.standalone, one.receipt), scale=scale)
            for one in self.feedback()
            if not refutes(refuted, one)
        )

    def calibrated(self) -> Calibrated | None:
        """The threshold that was set for this archive, if one was."""
        return self._store.calibrated()

    def set_threshold(self, threshold: float, *, risk: float, labels: int, by: str | None = None) -> Calibrated:
        """Use this threshold, in [0, 1], from now on, whatever is configured; ``risk`` and ``labels`` say why."""
        if not 0 <= threshold <= 1:
            raise ValueError(f"a threshold is in [0, 1], not {threshold}")
        calibrated = Calibrated(threshold, risk, labels, _now(), self.scale)
        self._set_calibrated(calibrated, by)
        return calibrated

    def reset_threshold(self, *, by: str | None = None) -> Calibrated | None:
        """Use the configured threshold again; returns what was set."""
        return self._set_calibrated(None, by)

    def _set_calibrated(self, calibrated: Calibrated | None, by: str | None) -> Calibrated | None:
        with self._changing(), self._store.transaction():
            before = self._store.calibrated()
            self._store.put_calibrated(calibrated)
            words = "as configured" if calibrated is None else f"{calibrated.threshold:.2f}"
            self._store.log.note(
                Action.THRESHOLD, f"threshold {words}", by=by,
                before=asdict(before) if before else None, after=asdict(calibrated) if calibrated else None,
            )  # fmt: skip
        return before

    # --- what is kept of members --------------------------------------------------------------------------------

    def pseudonym(self, person: str) -> str:
        """What stands for a person in this archive, where it need not be known who it was."""
        return pseudonym_of(person, self.name, self._store.salt)

    def kept_of(self, member: int) -> dict[str, list[dict[str, Any]]]:
        """Everything that is kept of a member, by what it is, ready for JSON."""
        return privacy.kept_of(self._store, self._member(member))

    def forget_member(self, member: int) -> dict[str, int]:
        """Delete everything that is kept of a member; returns how many of each there were."""
        with self._changing():
            return privacy.forget_member(self._store, self._member(member))

    def forget_old(self) -> None:
        """Forget what was kept long enough, by the settings of the server."""
        privacy.forget_old(self._store, self.server_settings.get())

    def _member(self, member: int) -> privacy.Member:
        return privacy.Member(member, self.pseudonym(str(member)))

    # --- which message answers which ----------------------------------------------------------------------------

    def note_post(self, post: Post) -> None:
        """Keep for a day which message answers a question; what is older than that is forgotten."""
        with self._store.transaction():
            self._store.forget_old_posts()
            self._store.put_post(post)

    def forget_post(self, question: int) -> None:
        """Forget which message answers ``question``."""
        with self._store.transaction():
            self._store.forget_posts(question=question)

    def posts(self) -> tuple[Post, ...]:
        """The answers of the last day, oldest first."""
        now = datetime.now(UTC)
        return tuple(post for post in self._store.posts() if not post.over(now))

    # --- cards that were posted ---------------------------------------------------------------------------------

    @property
    def cards(self) -> Cards:
        """Which cards were posted, and what they quote."""
        return self._store.cards

    def remember_card(self, card: Posted) -> None:
        """Remember a card; where what it quotes was changed while it was sent, it is due at once."""
        self.cards.put(card)
        found = [(card.message, number, self._standing(quoted)) for number, quoted in enumerate(card.quotations)]
        if any(finding != STANDS for _, _, finding in found):
            self.cards.compared(found, self.cards.mark)

    def compare_cards(self, pause: Callable[[], None] = lambda: None) -> int:
        """Compare what the posted cards quote with what is served now; returns how many cards became due by it.

        Only looks where something was changed since the last time. ``pause`` is called now and then, between articles,
        so that others get their turn.
        """
        before, mark = self.cards.mark, f"{self._store.mark}.{self.log.last}"
        if mark == before:
            return 0
        found: list[tuple[int, int, Finding]] = []
        for article in self._perhaps_changed(before):
            found += (
                (card.message, number, finding)
                for card in self.cards.quoting(article)
                for number, quoted in enumerate(card.quotations)
                if quoted.receipt.article_id == article and (finding := self._standing(quoted)) != quoted.found
            )
            pause()
        # What is changed meanwhile has another mark: it is looked at the next time.
        return self.cards.compared(found, mark)

    def _perhaps_changed(self, mark: str) -> Iterable[str]:
        """Ids of the quoted articles that may be served otherwise than when ``mark`` was taken."""
        quoted = self.cards.articles()
        generation, _, last = mark.rpartition(".")
        if not last or generation.split(".")[0] != self._store.mark.split(".")[0]:
            return quoted
        limit = self.log.last - int(last)
        since = self.log.entries(limit=limit) if limit > 0 else ()
        telling = [entry for entry in since if entry.action not in _OF_NO_ARTICLE]
        if any(entry.action not in _OF_ONE_ARTICLE for entry in telling):
            return quoted
        return set(quoted).intersection(subject for entry in telling if (subject := entry.subject) is not None)

    def _standing(self, quoted: Quoted) -> Finding:
        article_id = quoted.receipt.article_id
        served = self._served()
        with self._store.snapshot():
            if served is None or not self._store.has_article(article_id):
                return corrections.standing(quoted, None, ())
            passages = self._store.passages(served, article_id)
            return corrections.standing(quoted, self._store.article(article_id), passages)

    def quoted_now(self, quoted: Quoted, words: str) -> Hit | None:
        """What the article of a quotation has in the place of its ``words`` now; ``None`` where it has nothing like it.

        Where the words themselves stand, these, with who says them now.
        """
        article_id = quoted.receipt.article_id
        with self._store.snapshot():
            served = self._served()
            if served is None or not self._store.has_article(article_id):
                return None
            article, passages = self._store.article(article_id), self._store.passages(served, article_id)
            span = corrections.found_again(quoted, article.text)
            if span is None:
                return corrections.reads_now(words, article, passages)
            at = corrections.spoken_at(span, passages)
            return None if at is None else Hit(replace(at, span=span), article, 0.0)


def storable(text: str) -> str:
    """``text`` as SQLite takes it: half a character becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
