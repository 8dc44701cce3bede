"""Verdicts on one class, where it is told and where it can't be."""

import numpy as np
import pytest

from stages.compare.classes.corrected import DRAWS, Corrected
from stages.compare.classes.ratio import (
    FEW_KNOWN,
    NO_BOUND,
    NOT_FOUND,
    ONE_RUN,
    ClassCount,
    interval_between,
    judge_class,
)

LIMITS = (0.7, 1.43)


def count(number, sd, *, found=True, volume_ml=1.0, runs=3, uncounted=0, freedom=8, matrix_variance=0.0, seed=1):
    """Draws around `number` with the relative standard deviation `sd`, cut at 0."""
    draws = number * (1 + sd * np.random.default_rng(seed).standard_normal(DRAWS))
    own = Corrected(np.maximum(0, draws), round(number), round(number), found, 5.0, matrix_variance)
    return ClassCount(own, volume_ml, runs, uncounted, freedom)


def test_a_ratio_of_known_draws():
    first, second = count(1000, 0.03), count(450, 0.04, volume_ml=0.5, seed=2)
    judged = judge_class(first, second, LIMITS)
    assert judged["ratio"] == pytest.approx(0.9, rel=0.01)
    assert np.log(judged["high"] / judged["low"]) == pytest.approx(2 * 1.645 * 0.05, rel=0.05)
    assert judged["verdict"] == "within"


def test_platforms_alike_are_within_and_far_apart_ones_outside():
    assert judge_class(count(1000, 0.05), count(1000, 0.05, seed=2), LIMITS)["verdict"] == "within"
    assert judge_class(count(1000, 0.05), count(3000, 0.05, seed=2), LIMITS)["verdict"] == "outside"
    assert judge_class(count(1000, 0.05), count(1400, 0.05, seed=2), LIMITS)["verdict"] == "undecided"


def test_a_class_on_neither_platform_is_not_judged():
    judged = judge_class(count(2, 1, found=False), count(3, 1, found=False, seed=2), LIMITS)
    assert (judged["verdict"], judged["reason"]) == ("not decidable", NOT_FOUND)
    assert "ratio" not in judged and "low" not in judged


def test_a_class_on_one_platform_bounds_the_ratio_from_one_side():
    judged = judge_class(count(0, 0, found=False), count(500, 0.05, seed=2), LIMITS)
    assert judged["high"] == np.inf and judged["low"] == np.inf
    first = count(10, 1.0, found=False)
    judged = judge_class(first, count(500, 0.05, seed=2), LIMITS)
    assert judged["low"] > 10 and judged["high"] == np.inf
    assert judged["verdict"] == "outside" and "ratio" not in judged
    judged = judge_class(first, count(20, 0.5, seed=2), LIMITS)
    assert (judged["verdict"], judged["reason"]) == ("not decidable", NO_BOUND)


def test_one_run_of_each_sample_tells_nothing_of_runs():
    judged = judge_class(count(1000, 0.05, freedom=0), count(1000, 0.05, seed=2), LIMITS)
    assert (judged["verdict"], judged["reason"]) == ("not decidable", ONE_RUN)


def test_runs_that_would_do_are_told_and_where_none_would():
    wide = [count(1000, 0.2, seed=seed) for seed in (1, 2)]
    judged = judge_class(*wide, LIMITS)
    assert judged["verdict"] == "not decidable"
    assert judged["reason"] == f"with this design (needs {judged['runs_needed']} runs on each platform)"
    # Variance falls with the runs: the power of four fifths needs (log 1.43 / (1.645 + 1.28)) squared.
    needed = 3 * 2 * 0.2**2 / (np.log(1.43) / (1.645 + 1.28)) ** 2
    assert judged["runs_needed"] == pytest.approx(needed, rel=0.2)
    unknown = [count(1000, 0.2, seed=seed, matrix_variance=0.04) for seed in (1, 2)]
    assert judge_class(*unknown, LIMITS)["reason"] == FEW_KNOWN


def test_particles_that_were_not_called_may_be_of_any_class():
    exact = interval_between(count(1000, 0.01), count(1000, 0.01, seed=2))
    wide = interval_between(count(1000, 0.01, uncounted=200), count(1000, 0.01, uncounted=100, seed=2))
    # Nearly: the particles that are added are not drawn.
    assert wide[0] == pytest.approx(exact[0] * 1000 / 1200, rel=5e-3)
    assert wide[1] == pytest.approx(exact[1] * 1.1, rel=5e-3)
    assert "ratio" not in judge_class(count(1000, 0.01, uncounted=1), count(1000, 0.01), LIMITS)


def test_draws_without_any_leave_the_ratio_open():
    none = count(0, 0)
    assert interval_between(none, none) == (0.0, np.inf)
