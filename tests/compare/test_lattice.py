import numpy as np
import pytest
from scipy.stats import ks_2samp

from stages.compare.lattice import lattice_step, on_one_lattice, quantiles


def beads(count=800, mean=10.03, sd=0.31):
    return np.random.default_rng(9).normal(mean, sd, count)


def test_steps_are_found():
    assert lattice_step(np.round(beads() / 0.25) * 0.25) == pytest.approx(0.25)
    assert lattice_step(np.round(beads() / 0.25) * 0.25 + 0.113) == pytest.approx(0.25)


def test_a_continuous_scale_has_none():
    assert lattice_step(beads()) == 0
    assert lattice_step(beads().round(3)) == 0
    assert lattice_step(beads(100_000).round(3)) == 0
    assert lattice_step(np.full(50, 10.0)) == 0


def test_a_spread_is_no_multiple_of_the_step():
    """Within a tenth of a step of the quartiles before rounding, where plain ones fall on the lattice."""
    true = quantiles(beads(5000), [0.25, 0.5, 0.75], 0.0)
    rounded = np.round(beads(5000) / 0.25) * 0.25
    assert quantiles(rounded, [0.25, 0.5, 0.75], 0.25) == pytest.approx(true, abs=0.025)
    assert np.abs(np.quantile(rounded, [0.25, 0.75]) - true[[0, 2]]).max() > 0.06


def test_many_samples_at_once_are_each():
    drawn = np.round(np.random.default_rng(1).normal(10, 1, (5, 60)) * 4) / 4
    for step in (0.0, 0.25):
        together = quantiles(drawn, [0.25, 0.5], step)
        assert together == pytest.approx(np.array([quantiles(own, [0.25, 0.5], step) for own in drawn]))


def test_a_lattice_is_no_difference_between_platforms():
    """The same law, once in steps: Kolmogorov and Smirnov see the steps, until both have them."""
    random = np.random.default_rng(3)
    fine, steps = ([random.lognormal(1.2, 0.5, 1500) for _ in range(2)] for _ in range(2))
    steps = [np.round(own / 0.25) * 0.25 for own in steps]
    assert ks_2samp(np.concatenate(fine), np.concatenate(steps)).pvalue < 0.01
    (one, other), step = on_one_lattice(fine, steps)
    assert step == pytest.approx(0.25)
    assert ks_2samp(np.concatenate(one), np.concatenate(other)).pvalue > 0.1
    assert np.concatenate(other) == pytest.approx(np.concatenate(steps))


def test_without_a_lattice_nothing_is_rounded():
    sizes = [beads(), beads()]
    (one, other), step = on_one_lattice(sizes, sizes)
    assert step == 0
    assert one is sizes
    assert other is sizes
