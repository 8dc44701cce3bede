import numpy as np
import pytest
from scipy import stats

from stages.compare.transfer.effects import DELTA_SD, TAU, TAU_SD, effects_of

Y = np.array([0.10, -0.05, 0.22, 0.31, -0.12])
VARIANCE = np.array([0.004, 0.01, 0.02, 0.005, 0.04])
SLOPE = np.array([-0.9, -0.3, 0.1, 0.8, 0.3])


def test_the_closed_form_is_a_sum_over_a_fine_lattice():
    """The same posterior by brute force: eta and delta on a lattice, nothing integrated by hand."""
    eta, delta = np.linspace(-1.5, 1.5, 301), np.linspace(-0.6, 0.6, 121)
    found = effects_of(Y, VARIANCE, SLOPE)
    expected = eta[:, None, None] + delta[:, None] * SLOPE
    prior = stats.norm.logpdf(delta, 0, DELTA_SD)
    weight, means = [], []
    for tau in TAU:
        logarithm = stats.norm.logpdf(Y, expected, np.sqrt(VARIANCE + tau**2)).sum(axis=-1) + prior
        density = np.exp(logarithm + stats.norm.logpdf(tau, 0, TAU_SD))
        weight.append(density.sum())
        means.append([(density * eta[:, None]).sum(), (density * delta).sum()] / density.sum())
    assert found.weight == pytest.approx(np.array(weight) / np.sum(weight), abs=1e-4)
    assert found.mean == pytest.approx(np.array(means), abs=1e-3)


def test_without_scatter_it_is_the_weighted_mean():
    found = effects_of(np.full(6, 0.3), np.full(6, 1e-4), np.zeros(6))
    assert found.eta(0.5) == pytest.approx(np.exp(0.3), rel=1e-3)
    assert found.tau < 0.02
    assert found.eta(0.05) < np.exp(0.3) < found.eta(0.95)


def test_quantiles_of_the_ratio_are_those_of_draws():
    found = effects_of(Y, VARIANCE, SLOPE)
    random = np.random.default_rng(1)
    place = random.choice(len(TAU), 200_000, p=found.weight)
    drawn = np.exp(random.normal(found.mean[place, 0], np.sqrt(found.covariance[place, 0, 0])))
    assert [found.eta(p) for p in (0.05, 0.5, 0.95)] == pytest.approx(np.quantile(drawn, [0.05, 0.5, 0.95]), rel=0.01)


def test_the_slope_tells_what_the_map_of_sizes_got_wrong():
    """Sizes 10 % too small lower the counts by 0.1 times the slope."""
    slope = np.linspace(-1, 1, 40)
    found = effects_of(-0.1 * slope, np.full(40, 1e-4), slope)
    mean, _ = found.ratio(1.0)
    assert found.weight @ mean == pytest.approx(-0.1, abs=0.01)
