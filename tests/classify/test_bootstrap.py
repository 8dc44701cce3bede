"""Resampling against known standard errors, and on cases that can be counted by hand."""

import numpy as np
import pytest
from scipy import stats

from stages.classify.evaluating.bootstrap import between_tails, resamples, resampling_units, tail


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


def test_no_more_is_cut_off_than_percentiles_do_where_particles_are_drawn():
    assert tail(np.zeros(9, int), np.full(9, "a")) == 0.025


def test_the_interval_of_a_mean_over_five_runs_is_students():
    """Exact for the mean of normal values; plain percentiles would be 1.58 times too narrow."""
    values = np.random.default_rng(4).normal(size=5)
    label, run = np.zeros(5, int), np.arange(5).astype(str)
    drawn = np.concatenate(list(resamples(label, run, 100_000, np.random.default_rng(5))))
    low, high = between_tails(drawn @ values / 5, tail(label, run))
    expected = stats.t.interval(0.95, 4, values.mean(), stats.sem(values))
    # Five values make a coarse and short-tailed bootstrap distribution.
    assert high - low == pytest.approx(expected[1] - expected[0], rel=0.2)
    plain = np.subtract(*between_tails(drawn @ values / 5, 0.025)[::-1])
    assert plain < 0.75 * (expected[1] - expected[0])
