import numpy as np
import pytest

from stages.common.run_variance import RunVariance
from stages.compare.design import POWER, design_of
from stages.compare.rate import rate_of
from stages.compare.ratio import ratio_of

BEADS = (0.90, 1 / 0.90)


def known(run_cv):
    """A variance between runs that is known for certain."""
    return RunVariance(np.array(run_cv**2), np.array(0.0), np.array(1000))


def design(count, runs=3, run_cv=0.0, limits=(0.90, 1.11)):
    own = rate_of(count, volume_ml=1.0, runs=runs, spread=known(run_cv))
    return design_of(own, own, limits)


@pytest.mark.parametrize("count, run_cv", [(497, 0.0), (848, 0.05)])
def test_beads_that_place_a_ratio_of_one_within_a_tenth(count, run_cv):
    """N from 1.64485 sqrt(2/N + 2 CV^2/3) = log 1.11: without variance between runs, and with 3 runs of CV 5 %."""
    assert design(count, run_cv=run_cv).placeable[1] >= 1
    fewer = design(count - 1, run_cv=run_cv).placeable
    assert fewer is None or fewer[1] < 1


def test_no_number_of_beads_does_where_three_runs_differ_by_eight_percent():
    assert design(10**9, run_cv=0.08).placeable is None


def test_placeable_ratios_are_those_whose_interval_fits():
    own = design(2000, run_cv=0.02, limits=BEADS)
    half = np.log(own.placeable[0] / BEADS[0])
    assert half == pytest.approx(np.log(BEADS[1] / own.placeable[1]))
    first = rate_of(2000, volume_ml=1.0, runs=3, spread=known(0.02))
    ratio, low, _ = ratio_of(first, first)
    assert half == pytest.approx(np.log(ratio / low))


def test_power_is_the_share_of_repeated_studies():
    random = np.random.default_rng(5)
    limits, count, run_cv, runs = (0.70, 1.43), 150, 0.1, 3
    within = 0
    for _ in range(3000):
        totals = random.poisson(count / runs * random.gamma(run_cv**-2, run_cv**2, (2, runs))).sum(axis=1)
        _, low, high = ratio_of(*(rate_of(n, volume_ml=1.0, runs=runs, spread=known(run_cv)) for n in totals))
        within += limits[0] <= low and high <= limits[1]
    assert design(count, runs, run_cv, limits).power == pytest.approx(within / 3000, abs=0.03)


def test_the_runs_needed_have_the_power_and_one_less_has_not():
    needed = design(60, runs=3, run_cv=0.1, limits=(0.70, 1.43)).runs_needed
    assert design(20 * needed, runs=needed, run_cv=0.1, limits=(0.70, 1.43)).power >= POWER
    assert design(20 * (needed - 1), runs=needed - 1, run_cv=0.1, limits=(0.70, 1.43)).power < POWER


def test_too_many_runs_are_not_named():
    assert design(2, runs=2, run_cv=0.5).runs_needed is None


def test_a_design_does_not_depend_on_how_the_particles_fell():
    """Platforms that differ would have been told apart: the power is that of two that agree."""
    spread = known(0.05)
    one = [rate_of(n, volume_ml=1.0, runs=3, spread=spread) for n in (10, 390)]
    other = [rate_of(n, volume_ml=1.0, runs=3, spread=spread) for n in (200, 200)]
    assert design_of(*one, BEADS).power == design_of(*other, BEADS).power


def test_more_runs_tell_more_of_how_far_runs_differ():
    """One sample of 2 runs: with N runs the variance's degrees of freedom are N - 1."""

    def with_runs(runs):
        spread = RunVariance(np.array(0.01), np.array(2 * 0.01**2 / (runs - 1)), np.array(runs - 1))
        own = rate_of(500 * runs, volume_ml=0.1 * runs, runs=runs, spread=spread)
        return design_of(own, own, (0.70, 1.43))

    needed = with_runs(2).runs_needed
    assert needed > 2
    assert with_runs(needed).power >= POWER
    assert with_runs(needed - 1).power < POWER
