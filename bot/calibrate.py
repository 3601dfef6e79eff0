"""``onrecord calibrate``: labels from people or from a file, and what they say about the archive's threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from bot.batch import BrokenRow, Row, rows
from index.archive import Archive
from index.calibration import SURE, Curve, Label, NotShown, Point, Proposal, TooFew, curve, propose
from index.types import Answer, Filters, Hit, Receipt, Reply, Span


@dataclass(frozen=True, slots=True)
class Answerable:
    """Whether the archive holds an answer; any answer counts as right where it does."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Gold:
    """The article that answers: the first quotation is right when it is from there."""

    article_id: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One passage, and whether it answers; the archive's own choice of passage does not matter."""

    article_id: str
    span: Span
    right: bool


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question of which it is known what would be right."""

    question: str
    truth: Answerable | Gold | Judged
    filters: Filters = Filters()
    asked_on: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What the labels say about the threshold."""

    curve: Curve
    risk: float
    """The share of wrong answers that is wished for."""
    now: Point
    """What the threshold in use would have done."""
    own: bool
    """Whether that one was set for this archive."""
    proposal: Proposal

    @property
    def threshold(self) -> float | None:
        """The threshold that is proposed, if one is."""
        return self.proposal.threshold if isinstance(self.proposal, Point) else None

    @property
    def why_not(self) -> str | None:
        """One sentence that says why no threshold is proposed; ``None`` where one is."""
        wish = f"{self.risk * 100:.3g}%"
        match self.proposal:
            case TooFew(needed=needed):
                answered = int(self.curve.answered[-1]) if len(self.curve.answered) else 0
                return (
                    f"Too few labels to propose a threshold: to be {SURE:.0%} sure of a risk of at most {wish} takes "
                    f"{needed} answers without a mistake, and more with any; there are {answered}."
                )
            case NotShown(best=best):
                return (
                    f"Of no threshold do these labels show with {SURE:.0%} certainty that it keeps the risk at {wish}: "
                    f"the nearest, {best.threshold:.3f}, was wrong in {best.wrong} of {best.answered} answers, which "
                    f"can stand for up to {best.upper:.1%}."
                )
        return None

    @property
    def notes(self) -> tuple[str, ...]:
        """What these labels cannot tell, a sentence each."""
        found = self.curve
        if not len(found.thresholds):
            return ()
        notes = []
        if found.thresholds[-1] >= self.now.threshold:
            notes.append("Only what was answered has been judged, so whether a lower threshold would do is not known.")
        if not found.wrong[-1]:
            notes.append("Nothing is labelled wrong: questions that the articles do not answer should be among them.")
        return tuple(notes)

    def points(self, steps: int = 10) -> tuple[Point, ...]:
        """Points of the curve for a table, strictest threshold first.

        Those that first reach each of ``steps`` equal parts of what can be answered, the threshold in use, and the one
        that is proposed.
        """
        found = self.curve
        chosen = {*self._spread(steps), self.now.threshold}
        if self.threshold is not None:
            chosen.add(self.threshold)
        return tuple(found.at(threshold) for threshold in sorted(chosen, reverse=True))

    def _spread(self, steps: int) -> Iterator[float]:
        answered, thresholds = self.curve.answered, self.curve.thresholds
        if len(thresholds):
            for step in range(1, steps + 1):
                yield float(thresholds[int((answered < answered[-1] * step / steps).sum())])


def report(labels: Iterable[Label], risk: float, threshold: float, *, own: bool) -> Report:
    """Weigh the labels: the curve, the threshold in use on it, and the one that keeps ``risk``, in (0, 1)."""
    found = curve(labels)
    return Report(found, risk, found.at(threshold), own, propose(found, risk))


def read_labelled(file: str) -> tuple[Labelled, ...]:
    """The labelled questions of a file of JSON lines. Raises ``BrokenRow`` for the first that cannot be used.

    None is left out: a curve of those labels that happened to be legible would be another curve.
    """
    return tuple(_labelled(row) for row in rows(file))


def _labelled(row: Row | BrokenRow) -> Labelled:
    if isinstance(row, BrokenRow):
        raise row
    truth: Answerable | Gold | Judged
    if "right" in row.values:
        start, end = row.offset("start"), row.offset("end")
        if end <= start:
            raise row.broken("needs an 'end' after its 'start'")
        truth = Judged(row.text("article_id"), Span(start, end), row.truth("right"))
    elif "answerable" in row.values:
        truth = Answerable(row.truth("answerable"))
    elif "article_id" in row.values:
        truth = Gold(row.text("article_id"))
    else:
        raise row.broken("needs 'answerable', 'article_id', or 'article_id', 'start', 'end' and 'right'")
    filters = Filters(exclude=frozenset(row.texts("exclude")))
    return Labelled(row.text("question"), truth, filters, row.day("date"))


def label(archive: Archive, one: Labelled) -> Label:
    """Ask the archive, and compare. Raises ``NoSuchArticle`` or ``ReceiptBroken`` for a passage that is not there."""
    truth = one.truth
    if isinstance(truth, Judged):
        receipt = Receipt(truth.article_id, archive.article(truth.article_id).sha256, truth.span)
        archive.prove(receipt)
        return Label(archive.score(one.question, receipt, filters=one.filters, asked_on=one.asked_on), truth.right)
    # With a threshold that everything meets, what still abstains has nothing to answer with.
    reply = archive.ask(one.question, filters=one.filters, asked_on=one.asked_on, threshold=0.0, suggest=False)
    if not isinstance(reply, Answer):
        return Label(0.0, False)
    holds = truth.holds if isinstance(truth, Answerable) else reply.hits[0].article.id == truth.article_id
    return Label(reply.confidence, holds)


def judge(
    lines: Iterable[str],
    ask: Callable[[str], Reply],
    say: Callable[[str], None],
    show: Callable[[Hit], None],
    give: Callable[[Reply, Hit, bool], object],
    most: int,
) -> int:
    """Let a person ask, and judge what comes first, until ``most`` are judged or the lines end; returns how many were.

    What comes first is shown whether or not it would have been sent, and the person is not told which: only so do
    labels lie below the threshold too.
    """
    typed = iter(lines)
    judged = 0
    while judged < most:
        say(f"Question {judged + 1} of {most}; an empty line ends.")
        question = next(typed, "").strip()
        if not question:
            break
        reply = ask(question)
        hits = reply.hits if isinstance(reply, Answer) else reply.nearest
        if not hits:
            say("Nothing comes near, so there is nothing to judge.")
            continue
        show(hits[0])
        right = _yes_or_no(typed, say)
        if right is not None:
            give(reply, hits[0], right)
            judged += 1
    return judged


def _yes_or_no(typed: Iterator[str], say: Callable[[str], None]) -> bool | None:
    """What the person says of it; ``None`` for a skip, or when the lines end."""
    while True:
        say("Does this answer it? y, n, or s to skip.")
        match next(typed, "s").strip().casefold():
            case "y" | "yes":
                return True
            case "n" | "no":
                return False
            case "s" | "skip":
                return None
