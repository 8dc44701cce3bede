import numpy as np
import pytest
from scipy.stats import chi2, norm, t

from stages.common.run_variance import RunVariance, moments, pooled, stacked
from stages.compare.rate import Blank, freedom_of, interval_of, rate_of, variance_of

NONE = RunVariance(np.array(0.0), np.array(0.0), np.array(8))


def rate(count, volume_ml=1.0, runs=3, spread=NONE, **more):
    return rate_of(count, volume_ml=volume_ml, runs=runs, spread=spread, **more)


def test_counting_alone_is_one_over_the_count():
    low, high = interval_of(rate(100, volume_ml=0.5))
    assert np.log([low, high]) == pytest.approx(np.log(200) + norm.ppf([0.025, 0.975]) / 10)


def test_no_particle_has_garwoods_bound():
    low, high = interval_of(rate(0, volume_ml=0.06))
    assert low == 0
    assert high == pytest.approx(chi2.ppf(0.975, 2) / 2 / 0.06)


def test_runs_that_differ_widen_no_particle_too():
    varied = RunVariance(np.array(0.04), np.array(0.0), np.array(8))
    assert interval_of(rate(0, spread=varied))[1] > interval_of(rate(0))[1]


def test_one_sample_alone_has_the_degrees_of_freedom_of_its_runs():
    """Satterthwaite's approximation falls back on Student's m - 1."""
    spread = pooled(stacked([moments(np.array([80, 120, 145, 99]), np.ones(4))]))
    own = rate(444, runs=4, spread=spread)
    assert freedom_of(own) == pytest.approx(3)
    half = t.ppf(0.975, 3) * np.sqrt(1 / 444 + spread.value / 4)
    assert interval_of(own, 0.95)[1] == pytest.approx(444 * np.exp(half))


def test_replicates_that_scatter_are_not_called_certain():
    """Two runs of 26 and 48 beads: Poisson's interval of both together would hold neither."""
    volume = 0.00302256
    spread = pooled(stacked([moments(np.array([26, 48]), np.full(2, volume))]))
    low, high = interval_of(rate(74, volume_ml=2 * volume, runs=2, spread=spread))
    assert low < 26 / volume
    assert high > 48 / volume


def test_a_blank_is_taken_off_with_its_uncertainty():
    blank = Blank(per_ml=20.0, variance=36.0)
    own = rate(100, volume_ml=0.25, imaged_ml=1.0, blank=blank)
    assert own.per_ml == pytest.approx(80 / 0.25)
    assert variance_of(own) == pytest.approx((100 + 36) / 80**2)
    assert np.isnan(interval_of(rate(10, imaged_ml=1.0, blank=blank))).all()


def test_the_blanks_interval_covers():
    random = np.random.default_rng(3)
    hits = 0
    for _ in range(2000):
        seen, counted = random.poisson(30 * 2), random.poisson(100)
        low, high = interval_of(rate(counted, imaged_ml=1.0, blank=Blank(seen / 2, (seen + 0.5) / 4)))
        hits += low <= 70 <= high
    assert 0.93 <= hits / 2000 <= 0.97


def test_an_uncertain_volume_is_not_lessened_by_counts():
    assert variance_of(rate(1e9, volume_rsd=0.03)) == pytest.approx(0.03**2, rel=1e-3)


def test_what_one_platform_lacks_in_variance_is_not_filled_up():
    """Chance puts s2 below 0 on one: the sum is floored, not each."""
    less = RunVariance(np.array(-0.01), np.array(1e-5), np.array(4))
    more = RunVariance(np.array(0.03), np.array(1e-5), np.array(4))
    both = variance_of(rate(100, runs=2, spread=less), rate(100, runs=2, spread=more))
    assert both == pytest.approx(0.02 + 0.02 / 2)
    assert variance_of(rate(100, runs=2, spread=less)) == pytest.approx(0.01)
