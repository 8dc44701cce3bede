"""Precision at other shares: by Bayes, against a set that has them, and by the coverage of its intervals."""

from functools import cache

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from stages.classify.evaluating import prevalence
from stages.classify.evaluating.prevalence import precision_at, ratio_limits, resolution, shares_at

RARE = np.array([0.998, 0.001, 0.001])


def test_precision_at_a_low_prevalence_follows_bayes():
    counts = np.array([[980, 20], [0, 100]])  # 2 % false calls, no miss
    found = precision_at(counts, np.array([0.999, 0.001]), 1)
    assert found["value"] == pytest.approx(0.001 / (0.001 + 0.999 * 0.02))
    assert 0 < found["low"] < found["value"] < found["high"] < 1


def test_precision_is_that_of_a_set_that_has_the_shares():
    counts = np.array([[50, 7, 3], [4, 20, 1], [2, 1, 12]])
    built = counts * np.array([[40], [12], [20]])  # 60 x 40 = 2400, 25 x 12 = 300, 15 x 20 = 300: 8 : 1 : 1
    for number in range(3):
        found = precision_at(counts, np.array([0.8, 0.1, 0.1]), number)
        assert found["value"] == pytest.approx(built[number, number] / built[:, number].sum())


def test_shares_name_the_prevalence_of_each_minority_class():
    shares = shares_at(np.array([[60, 0, 0], [0, 25, 0], [0, 0, 15]]), 0.001)
    assert shares["native"].tolist() == [0.6, 0.25, 0.15]
    assert shares["balanced"].tolist() == [1 / 3] * 3
    assert shares["at_prevalence"].tolist() == pytest.approx(RARE.tolist())


def test_limits_of_a_ratio_are_where_the_difference_has_none():
    """a - t b has the limit zero at both ends: the equation that they are the roots of."""
    a, a_low, a_high = first = (0.9, 0.8, 0.95)
    b, b_low, b_high = second = (0.02, 0.005, 0.05)
    low, high = ratio_limits(first, second)
    assert (a - low * b) ** 2 == pytest.approx((a - a_low) ** 2 + low**2 * (b_high - b) ** 2)
    assert (a - high * b) ** 2 == pytest.approx((a_high - a) ** 2 + high**2 * (b - b_low) ** 2)
    assert low < a / b < high


def test_no_false_alarm_among_827_is_no_precision_of_one():
    """The exact bound on no event in n trials, 1 - 0.025^(1/n), limits what can be known."""
    counts = np.array([[827, 0, 0], [0, 117, 0], [0, 0, 121]])
    found, known = precision_at(counts, RARE, 1), resolution(counts, RARE, 1)
    bound = 1 - 0.025 ** (1 / 827)
    assert found["value"] == found["high"] == 1
    assert found["low"] == pytest.approx(0.001 / (0.001 + 0.998 * bound), rel=0.05)
    assert known["precision"] == found["low"]
    assert known["negatives"] == 827 + 121
    assert known["false_alarm_rate"] == pytest.approx(0.998 / 0.999 * bound, rel=0.01)


def test_negatives_for_half_are_as_many_as_it_takes():
    needed = resolution(np.diag([827, 117, 121]), RARE, 1)["negatives_for_half"]
    for negatives, enough in ((needed, True), (needed - 1, False)):
        rate = proportion_confint(0, negatives, method="beta")[1]
        assert (0.001 / (0.001 + 0.999 * rate) >= 0.5) is enough


@pytest.mark.parametrize("rate", [0.0003, 0.001, 0.01])
@pytest.mark.parametrize("recall", [0.75, 0.99])
def test_the_interval_covers_the_true_precision(monkeypatch, rate, recall):
    """827 negatives as in the default study: the percentile bootstrap covers a rate of 0.0003 in a fifth of cases."""
    for name in ("wilson", "clopper_pearson"):
        monkeypatch.setattr(prevalence, name, cache(getattr(prevalence, name)))
    random, draws = np.random.default_rng(1), 1000
    true = 0.001 * recall / (0.001 * recall + 0.998 * rate)
    held = 0
    for alarms, hits in zip(random.binomial(827, rate, draws), random.binomial(117, recall, draws), strict=True):
        counts = np.array([[827 - alarms, alarms, 0], [117 - hits, hits, 0], [0, 0, 121]])
        found = precision_at(counts, RARE, 1)
        held += found["low"] <= true <= found["high"]
    assert held / draws >= 0.93
