"""Intervals against statsmodels, against their own coverage, and on cases that can be counted by hand."""

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from stages.classify.intervals import mean_of_shares, resamples, resampling_units, wilson


@pytest.mark.parametrize(("hits", "total"), [(0, 7), (7, 7), (1, 500), (470, 500), (3, 4), (499_000, 500_000)])
def test_wilson_equals_statsmodels(hits, total):
    assert wilson(hits, total) == pytest.approx(proportion_confint(hits, total, method="wilson"), abs=1e-12)


def test_wilson_of_nothing_says_nothing():
    assert wilson(0, 0) == (0.0, 1.0)


def test_mean_of_shares_covers_the_mean():
    """Simulated from known shares, 95 % of the intervals hold their mean; none has width zero."""
    random, truth, total = np.random.default_rng(5), [0.98, 0.9, 0.99], 60
    held, widths = [], []
    for _ in range(2000):
        hits = random.binomial(total, truth)
        limits = [dict(zip(("value", "low", "high"), (h / total, *wilson(h, total)), strict=True)) for h in hits]
        found = mean_of_shares(limits)
        held.append(found["low"] <= np.mean(truth) <= found["high"])
        widths.append(found["high"] - found["low"])
    assert 0.92 < np.mean(held) < 0.985
    assert min(widths) > 0


def test_units_are_runs_only_where_there_are_five():
    label = np.repeat([0, 1], [10, 8])
    run = np.array([f"a{i // 2}" for i in range(10)] + [f"b{i // 2}" for i in range(8)])
    assert resampling_units(label, run, 2) == ["run", "particle"]


def test_resamples_keep_runs_whole_and_classes_apart():
    label = np.repeat([0, 1], [15, 8])
    run = np.array([f"a{i // 3}" for i in range(15)] + ["b"] * 8)
    drawn = np.concatenate(list(resamples(label, run, 400, np.random.default_rng(1))))
    assert drawn.shape == (400, 23)
    by_run = drawn[:, :15].reshape(400, 5, 3)
    assert (by_run == by_run[:, :, :1]).all()
    assert (by_run[:, :, 0].sum(axis=1) == 5).all()
    assert (drawn[:, 15:].sum(axis=1) == 8).all()


def test_bootstrap_of_a_mean_has_the_known_standard_error():
    values = np.random.default_rng(2).normal(size=200)
    label, run = np.zeros(200, int), np.full(200, "a")
    drawn = np.concatenate(list(resamples(label, run, 4000, np.random.default_rng(3))))
    assert np.std(drawn @ values / 200) == pytest.approx(values.std() / np.sqrt(200), rel=0.05)
