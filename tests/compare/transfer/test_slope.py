import numpy as np
import pytest

from stages.compare.transfer.slope import slope_of, slopes_of


def test_a_power_law_has_its_exponent():
    assert slope_of(1e7, 1e7 * 2**-2.5).value == pytest.approx(2.5, abs=1e-5)


def test_its_variance_is_that_of_repeated_counts():
    beyond = np.random.default_rng(3).binomial(400, 2**-2.0, 20_000)
    found = [slope_of(400, count) for count in beyond]
    assert np.mean([own.variance for own in found]) == pytest.approx(np.var([own.value for own in found]), rel=0.05)


def test_nothing_beyond_is_a_steep_slope_with_a_wide_error():
    found = slope_of(5, 0)
    assert np.isfinite(found.value) and found.variance > 2


def test_slopes_that_differ_by_counting_alone_are_one():
    random = np.random.default_rng(4)
    alike = slopes_of([slope_of(100, count) for count in random.binomial(100, 0.25, 2000)])
    assert alike.variance == pytest.approx(0, abs=0.01)
    apart = slopes_of([slope_of(1e6, 1e6 * 2**-slope) for slope in (1.5, 2.5, 3.5)])
    assert (apart.mean, apart.variance) == pytest.approx((2.5, 1.0), abs=1e-3)
    assert apart.centred(slope_of(1e6, 1e6 * 2**-3.5)) == pytest.approx(1, abs=1e-3)
    assert slopes_of([slope_of(100, 25)] * 3).centred(slope_of(100, 5)) == 0
