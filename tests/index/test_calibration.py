"""Labels to a curve and a threshold: rules that hold for any labels, and figures that can be computed by hand."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.calibration import SURE, Curve, Label, NotShown, Point, TooFew, at_most, curve, fewest, propose

# Few distinct scores, so that ties are common; 0 is "nothing to answer with".
_SCORES = st.one_of(st.sampled_from((0.0, 0.25, 0.5, 0.75, 1.0)), st.floats(0, 1))
labels = st.lists(st.builds(Label, _SCORES, st.booleans()), max_size=60)
risks = st.sampled_from((0.02, 0.1, 0.2, 0.5, 0.9))


def answered(given_labels: list[Label], threshold: float) -> list[Label]:
    """What a threshold over 0 answers, counted plainly."""
    return [label for label in given_labels if label.score > 0 and label.score >= threshold]


@given(labels)
def test_every_point_is_what_its_threshold_does(some: list[Label]) -> None:
    """Coverage, risk and counts equal those of the labels at or over each threshold, and no score is left out."""
    found = curve(some)
    assert found.thresholds.tolist() == sorted({label.score for label in some if label.score > 0}, reverse=True)
    for i, threshold in enumerate(found.thresholds):
        over = answered(some, threshold)
        assert found.answered[i] == len(over)
        assert found.wrong[i] == sum(not label.right for label in over)
        assert found.coverage[i] == pytest.approx(len(over) / len(some))
        assert found.risk[i] == pytest.approx(found.wrong[i] / len(over))
    assert found.total == len(some)


@given(labels, st.floats(0, 1), st.floats(0, 1))
def test_coverage_falls_with_the_threshold(some: list[Label], one: float, other: float) -> None:
    """A higher threshold never answers more, whether or not it is one of the scores; each point counts by itself."""
    found = curve(some)
    low, high = found.at(min(one, other)), found.at(max(one, other))
    assert high.coverage <= low.coverage
    assert high.wrong <= low.wrong
    assert low.answered == len(answered(some, low.threshold))
    assert np.all(np.diff(found.coverage) > 0)
    assert np.all(np.diff(found.thresholds) < 0)


@given(labels, st.randoms(use_true_random=False))
def test_the_order_of_the_labels_does_not_matter(some: list[Label], chance: random.Random) -> None:
    """The same labels, dealt anew, make the same curve, area and proposal."""
    dealt = some[:]
    chance.shuffle(dealt)
    one, other = curve(some), curve(dealt)
    for name in ("thresholds", "answered", "wrong", "upper"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    assert one.area == other.area
    assert propose(one, 0.2) == propose(other, 0.2)


@given(labels, risks)
def test_the_proposed_threshold_keeps_the_risk_on_the_labels(some: list[Label], risk: float) -> None:
    """By the bound, and so by the count; no lower score does, and where there is no proposal none does."""
    found = curve(some)
    match propose(found, risk):
        case Point(threshold=threshold) as chosen:
            over = answered(some, threshold)
            assert chosen.upper <= risk
            assert at_most(sum(not label.right for label in over), len(over)) <= risk
            assert sum(not label.right for label in over) <= risk * len(over)
            assert np.all(found.upper[found.thresholds < threshold] > risk)
        case NotShown(best=best):
            assert best.upper == min(found.upper) > risk
            assert len(answered(some, 0)) >= fewest(risk)
        case TooFew(needed=needed):
            assert len(answered(some, 0)) < needed == fewest(risk)
            assert np.all(found.upper > risk)


@given(labels, risks, risks)
def test_who_accepts_more_risk_never_answers_less(some: list[Label], one: float, other: float) -> None:
    """A higher wish gives the same threshold or a lower one."""
    strict, lenient = propose(curve(some), min(one, other)), propose(curve(some), max(one, other))
    if isinstance(strict, Point):
        assert isinstance(lenient, Point)
        assert lenient.threshold <= strict.threshold


@given(st.integers(0, 80), st.integers(0, 80))
def test_the_bound_is_where_so_few_mistakes_become_unlikely(wrong: int, more: int) -> None:
    """At the bound, so few mistakes or fewer have a probability of exactly 1 - SURE: summed here term by term."""
    total = wrong + more + 1
    upper = at_most(wrong, total)
    assert wrong / total < upper < 1
    chance = sum(math.comb(total, k) * upper**k * (1 - upper) ** (total - k) for k in range(wrong + 1))
    assert chance == pytest.approx(1 - SURE, abs=1e-6)


@given(st.integers(0, 60), st.integers(1, 60))
def test_the_bound_moves_with_what_was_seen(wrong: int, right: int) -> None:
    """One more mistake raises it, one more right answer lowers it."""
    assert at_most(wrong + 1, wrong + right + 1) > at_most(wrong, wrong + right) > at_most(wrong, wrong + right + 1)


def test_known_bounds() -> None:
    """No mistake in n leaves 1 - 0.1 ** (1 / n); all wrong leaves 1; counts that cannot be are refused."""
    for n in (1, 10, 22, 400):
        assert at_most(0, n) == pytest.approx(1 - 0.1 ** (1 / n), abs=1e-8)
    assert at_most(0, 0) == at_most(7, 7) == 1.0
    # The textbook case: 1 of 10, one-sided 95 %.
    assert at_most(1, 10, 0.95) == pytest.approx(0.3942, abs=1e-4)
    for wrong, total in ((-1, 5), (6, 5)):
        with pytest.raises(ValueError, match="cannot be"):
            at_most(wrong, total)


@pytest.mark.parametrize("risk", [0.001, 0.01, 0.05, 0.1, 0.2, 0.5, 0.9, 0.99])
def test_the_fewest_labels_are_the_fewest(risk: float) -> None:
    """So many without a mistake do, one less does not."""
    needed = fewest(risk)
    assert at_most(0, needed) <= risk
    assert needed == 1 or at_most(0, needed - 1) > risk


def test_ten_lucky_answers_do_not_lower_the_threshold() -> None:
    """Ten right answers in a row prove no risk of 10 %; 22 do, and then the threshold goes down to the lowest."""
    lucky = [Label(0.3 + 0.01 * n, True) for n in range(10)]
    assert propose(curve(lucky), 0.1) == TooFew(22)
    enough = [Label(0.3 + 0.01 * n, True) for n in range(22)]
    assert propose(curve(enough), 0.1) == curve(enough).at(0.3)


def test_a_curve_computed_by_hand() -> None:
    """Right at .9 and .8, one of two right at .6, wrong at .2, and one that nothing could answer."""
    some = [Label(0.9, True), Label(0.8, True), Label(0.6, True), Label(0.6, False), Label(0.2, False), Label(0, False)]
    found = curve(some)
    assert found.thresholds.tolist() == [0.9, 0.8, 0.6, 0.2]
    assert found.answered.tolist() == [1, 2, 4, 5]
    assert found.wrong.tolist() == [0, 0, 1, 2]
    assert found.coverage.tolist() == pytest.approx([1 / 6, 2 / 6, 4 / 6, 5 / 6])
    assert found.risk.tolist() == pytest.approx([0, 0, 1 / 4, 2 / 5])
    assert found.area == pytest.approx((0 + 0 + 1 / 4 + 1 / 4 + 2 / 5) / 5)
    assert found.at(0.7) == Point(0.7, 2, 0, at_most(0, 2), 6)
    assert found.at(0.95) == Point(0.95, 0, 0, 1.0, 6)
    assert found.at(0.95).risk is None


def test_no_labels_make_no_curve() -> None:
    """Nothing is proposed, and no share of nothing is made up."""
    found: Curve = curve([])
    assert (found.thresholds.shape, found.total, found.area) == ((0,), 0, None)
    assert found.at(0.5) == Point(0.5, 0, 0, 1.0, 0)
    assert found.at(0.5).coverage == 0
    assert propose(found, 0.1) == TooFew(22)


def test_a_perfect_order_has_the_least_area() -> None:
    """All right before all wrong: no order of the same scores has a smaller area; the reverse has the largest."""
    scores = [n / 12 for n in range(1, 13)]
    best = [Label(score, score > 0.4) for score in scores]
    worst = [Label(score, score < 0.7) for score in scores]
    areas = []
    for seed in range(30):
        rights = [label.right for label in best]
        random.Random(seed).shuffle(rights)  # noqa: S311  # not for secrets
        areas.append(curve([Label(score, right) for score, right in zip(scores, rights, strict=True)]).area)
    least, most = curve(best).area, curve(worst).area
    assert least is not None
    assert most is not None
    assert all(area is not None and least <= area <= most for area in areas)


def test_the_risk_of_what_is_proposed_is_kept_in_new_questions() -> None:
    """Of 100 archives with 120 labels each, drawn by chance, the true risk is over the wish in about 1 of 10 or less.

    A label's score is uniform and it is right with probability √score, so that answers over t are wrong in a share
    1 - (2/3)(1 - t^1.5)/(1 - t).
    """
    chance = np.random.default_rng(7)
    over = proposals = 0
    for _ in range(100):
        scores = chance.random(120)
        right = chance.random(120) < np.sqrt(scores)
        found = propose(curve(Label(float(s), bool(r)) for s, r in zip(scores, right, strict=True)), 0.2)
        if isinstance(found, Point):
            proposals += 1
            t = found.threshold
            over += 1 - (2 / 3) * (1 - t**1.5) / (1 - t) > 0.2
    assert proposals > 80
    assert over <= 0.15 * 100
