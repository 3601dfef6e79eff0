"""How often an answer is wrong, for each threshold that one could set; and the threshold that keeps this below a wish.

Answering only what one is sure of is *selective classification* (Geifman and El-Yaniv, "Selective classification for
deep neural networks", 2017): *coverage* is the share that is answered, *risk* the share of the answered that is wrong,
and the risk-coverage curve has one point for each threshold. Pure: labels in, figures out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SURE = 0.90
"""How sure it must be that the risk is no higher than what a bound says."""


@dataclass(frozen=True, slots=True)
class Label:
    """Something that was judged: how sure the reader was, and whether it was right."""

    score: float
    """Probability in [0, 1]; 0 where there was nothing to answer with, so that no threshold makes an answer of it."""
    right: bool


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """What each threshold would have done with the labels. All arrays have shape ``(n,)``, n distinct scores over 0."""

    thresholds: NDArray[np.float64]
    """The distinct scores, falling: each is a threshold that answers down to itself."""
    answered: NDArray[np.int64]
    """How many labels are answered with that threshold; rising."""
    wrong: NDArray[np.int64]
    """How many of these are wrong."""
    upper: NDArray[np.float64]
    """The risk that is exceeded with a probability of at most 1 - `SURE` (`at_most`)."""
    total: int
    """How many labels there are, those included that nothing could answer."""

    @property
    def coverage(self) -> NDArray[np.float64]:
        """Share of all labels that is answered, shape ``(n,)``."""
        return self.answered / max(1, self.total)

    @property
    def risk(self) -> NDArray[np.float64]:
        """Share of the answered that is wrong, shape ``(n,)``."""
        return self.wrong / self.answered

    @property
    def area(self) -> float | None:
        """Area under the curve of risk over coverage (AURC), 0 to 1, lower is better; ``None`` without an answer.

        The mean risk over all that could be answered, each taken in with those that score at least as high.
        """
        if not len(self.thresholds):
            return None
        each = np.diff(self.answered, prepend=0)
        return float((each * self.risk).sum() / self.answered[-1])

    def at(self, threshold: float) -> Point:
        """What this threshold would have done, whether or not it is one of the scores."""
        reached = int((self.thresholds >= threshold).sum())
        if not reached:
            return Point(threshold, 0, 0, 1.0, self.total)
        last = reached - 1
        upper = float(self.upper[last])
        return Point(threshold, int(self.answered[last]), int(self.wrong[last]), upper, self.total)


@dataclass(frozen=True, slots=True)
class Point:
    """What one threshold would have done with the labels."""

    threshold: float
    answered: int
    wrong: int
    upper: float
    """The risk that is exceeded with a probability of at most 1 - `SURE`; 1 where nothing is answered."""
    total: int

    @property
    def coverage(self) -> float:
        """Share of all labels that is answered."""
        return self.answered / max(1, self.total)

    @property
    def risk(self) -> float | None:
        """Share of the answered that is wrong; ``None`` where nothing is."""
        return self.wrong / self.answered if self.answered else None


@dataclass(frozen=True, slots=True)
class TooFew:
    """There are too few labels to tell: ``needed`` answers would do if all of them were right."""

    needed: int


@dataclass(frozen=True, slots=True)
class NotShown:
    """Of no threshold do the labels show that it keeps the risk; ``best`` has the lowest bound."""

    best: Point


Proposal = Point | TooFew | NotShown


def curve(labels: Iterable[Label]) -> Curve:
    """The risk-coverage curve of the labels, in whichever order they come."""
    given = list(labels)
    scores = np.array([label.score for label in given], np.float64)
    right = np.array([label.right for label in given], np.bool_)
    scores, right = scores[scores > 0], right[scores > 0]
    order = np.argsort(-scores, kind="stable")
    scores, right = scores[order], right[order]
    # Equal scores cannot be parted by a threshold: a point of the curve is where one ends.
    ends = np.flatnonzero(np.diff(scores, append=-1.0))
    answered = (ends + 1).astype(np.int64)
    wrong = np.cumsum(~right).astype(np.int64)[ends]
    upper = np.array([at_most(int(k), int(n)) for k, n in zip(wrong, answered, strict=True)], np.float64)
    return Curve(scores[ends], answered, wrong, upper, len(given))


def at_most(wrong: int, answered: int, sure: float = SURE) -> float:
    """The upper bound of Clopper and Pearson: the share of wrong answers is at most this, with probability ``sure``.

    Exact, where the bound of Wilson promises too much of few answers: of 10 without a mistake it says 14 %, and a
    source that is wrong in 20 % gives 10 such answers in more than 1 of 10 tries. ``ValueError`` for impossible counts.
    """
    if not 0 <= wrong <= answered:
        raise ValueError(f"{wrong} wrong of {answered} cannot be")
    if wrong == answered:
        return 1.0
    terms = np.arange(wrong + 1)
    logs = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, answered + 1)))))  # of the factorials
    ways = logs[answered] - logs[terms] - logs[answered - terms]
    low, high = wrong / answered, 1.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        chance = np.exp(ways + terms * math.log(middle) + (answered - terms) * math.log1p(-middle)).sum()
        low, high = (middle, high) if chance > 1 - sure else (low, middle)
    return high


def fewest(risk: float, sure: float = SURE) -> int:
    """How many answers without a mistake it takes to be ``sure`` that the risk is at most ``risk``, in (0, 1)."""
    needed = max(1, math.ceil(math.log(1 - sure) / math.log1p(-risk)))
    return needed if at_most(0, needed, sure) <= risk else needed + 1


def propose(found: Curve, risk: float) -> Proposal:
    """The lowest threshold that keeps the risk at most ``risk``, in (0, 1), by the upper bound and not by the count.

    The bound is of one threshold, and the lowest of many is taken. In 300 simulated archives for each of 50 to 1,000
    labels, two shapes of score and a risk of .1 and .2, the risk of what was chosen was higher than wished in 0 to
    12 %: what `SURE` says, near enough. The correction for several tests in the paper above keeps it under 2 %, and
    proposes nothing for 100 labels and a risk of .1, where this does for 26 to 60 %.
    """
    kept = np.flatnonzero(found.upper <= risk)
    if len(kept):
        return found.at(float(found.thresholds[kept[-1]]))
    needed = fewest(risk)
    if not len(found.thresholds) or found.answered[-1] < needed:
        return TooFew(needed)
    return NotShown(found.at(float(found.thresholds[int(np.argmin(found.upper))])))
