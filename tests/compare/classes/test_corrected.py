"""Counts of classes against what was put in: numbers that are known, and many designs drawn from known laws."""

import numpy as np
import pytest

from benchmarks.comparability_classes import measure_classes
from stages.common.run_variance import RunVariance
from stages.compare.classes.corrected import corrected, inverted, mistakes

ALIKE = RunVariance(np.array(0.0), np.array(0.0), np.array(8))
VARIED = RunVariance(np.array(0.04), np.array(1e-4), np.array(8))
MATRIX = np.array([[9340, 630, 30], [160, 840, 0], [20, 10, 970]])  # of so many known particles that chance is small
SHARES = MATRIX / MATRIX.sum(axis=1, keepdims=True)


def test_calls_of_known_numbers_are_turned_back():
    numbers = np.array([5000.0, 300.0, 40.0])
    assert inverted(numbers @ SHARES, SHARES) == pytest.approx(numbers, rel=1e-12)


def test_the_middle_is_what_was_there_in_every_bin_of_size():
    """Small particles are mistaken more: each bin has its own matrix, and the sum of both is told."""
    small = np.array([[700, 250, 50], [300, 650, 50], [100, 50, 850]]) * 10
    numbers = np.array([[4000.0, 800.0, 200.0], [1000.0, 300.0, 40.0]])
    shares = np.stack([small / small.sum(axis=1, keepdims=True), SHARES])
    calls = np.einsum("bc,bck->bk", numbers, shares)
    found = corrected(calls, np.stack([small, MATRIX]), [ALIKE] * 3, 3, np.random.default_rng(1))
    for own, number in zip(found, numbers.sum(axis=0), strict=True):
        low, high = own.interval()
        assert own.number == pytest.approx(number, rel=0.05)
        assert low < number < high


def test_runs_that_differ_widen_the_interval():
    calls = (np.array([5000.0, 600.0, 40.0]) @ SHARES)[None]
    widths = []
    for spread in (ALIKE, VARIED):
        low, high = corrected(calls, MATRIX[None], [spread] * 3, 3, np.random.default_rng(2))[0].interval()
        widths.append(np.log(high / low))
    assert widths[0] == pytest.approx(2 * 1.96 / np.sqrt(5000), rel=0.15)
    assert widths[1] == pytest.approx(2 * 2.306 * np.sqrt(0.04 / 3), rel=0.1)


def test_mistakes_of_others_are_no_find():
    """5000 protein leave 315 that are called oil, and oil as often as chance makes more of them."""
    expected = np.array([5000.0, 0.0, 0.0]) @ SHARES
    shares = np.broadcast_to(SHARES, (7, 1, 3, 3))
    assert mistakes(expected[None], shares, 1) == pytest.approx(np.full(7, 315.0), rel=1e-9)
    random = np.random.default_rng(3)
    found = [
        corrected(random.poisson(expected)[None], MATRIX[None], [ALIKE] * 3, 3, random)[1].found for _ in range(200)
    ]
    assert 0.02 <= np.mean(found) <= 0.09


def test_what_is_detectable_is_found_nineteen_times_in_twenty():
    random = np.random.default_rng(4)
    none = corrected((np.array([5000.0, 0.0, 0.0]) @ SHARES)[None], MATRIX[None], [ALIKE] * 3, 3, random)[1]
    expected = np.array([5000.0, none.detectable, 0.0]) @ SHARES
    found = [
        corrected(random.poisson(expected)[None], MATRIX[None], [ALIKE] * 3, 3, random)[1].found for _ in range(200)
    ]
    assert 0.90 <= np.mean(found) <= 0.99


def test_no_particle_at_all_is_bounded():
    for own in corrected(np.zeros((1, 3)), MATRIX[None], [ALIKE] * 3, 3, np.random.default_rng(5)):
        low, high = own.interval()
        assert (low, own.found, own.called, own.seen) == (0, False, 0, 0)
        assert 0 < high < 4


@pytest.mark.parametrize("oil, run_cv", [(20.0, 0.1), (500.0, 0.0)])
def test_intervals_hold_what_was_there(oil, run_cv):
    """90 % intervals in 150 designs, in which chance moves a coverage of 0.90 by 0.05 (two standard deviations)."""
    found = measure_classes(np.random.default_rng(6), oil, run_cv, 150)
    assert 0.82 <= found["coverage_count"] <= 0.98
    assert found["coverage_ratio"] >= 0.85
