import numpy as np
import pytest
from scipy.stats import binomtest, norm, t
from statsmodels.stats.rates import test_poisson_2indep as poisson_two

from benchmarks.comparability import measure, quasi_poisson_interval
from stages.common.run_variance import RunVariance
from stages.compare.rate import rate_of
from stages.compare.ratio import equivalence_p, exact_ratio, ratio_of

NONE = RunVariance(np.array(0.0), np.array(0.0), np.array(8))


def rates(first, second, spread=NONE, runs=3):
    """(count, volume) on each platform."""
    return tuple(rate_of(count, volume_ml=volume, runs=runs, spread=spread) for count, volume in (first, second))


# Coronary heart disease per person-years, after Gu et al. 2008, smokers over non-smokers.
GU = rates((30, 54308.7), (60, 51477.5))


def test_exact_interval_of_a_published_ratio():
    assert exact_ratio(*GU, level=0.90) == pytest.approx((1.4335124, 3.1450059), abs=5e-8)
    assert exact_ratio(*GU, level=0.95) == pytest.approx((1.33973572177265, 3.388365573616252), rel=1e-14)


def test_exact_interval_of_few_counts():
    """Fay 2010: 2 in 17877 over 9 in 16660."""
    low, high = exact_ratio(*rates((9, 16660), (2, 17877)), level=0.95)
    assert (low, high) == pytest.approx((0.02177406, 1.0005491), abs=5e-8)


def test_at_the_exact_intervals_ends_one_sided_tests_have_two_and_a_half_percent():
    low, high = exact_ratio(*GU, level=0.95)
    for limit, side in ((low, "greater"), (high, "less")):
        share = limit * 51477.5 / (limit * 51477.5 + 54308.7)
        assert binomtest(60, 90, share, alternative=side).pvalue == pytest.approx(0.025)


def test_log_interval_of_a_published_ratio():
    ratio, low, high = ratio_of(*GU)
    assert ratio == pytest.approx(2.1099976, abs=5e-8)
    z = np.log(ratio) / (np.log(high / low) / 2 / norm.ppf(0.95))
    assert norm.sf(z) == pytest.approx(0.00042, abs=5e-6)
    second = poisson_two(60, 51477.5, 30, 54308.7, method="wald-log", alternative="larger", compare="ratio")
    assert norm.sf(z) == pytest.approx(second.pvalue)


def test_quasi_poisson_of_two_groups():
    """What the benchmark compares with is R's glm: log ratio 1.039847, SE .295590."""
    counts = np.array([[5, 12, 9], [20, 25, 31]])
    low, high = quasi_poisson_interval(counts, np.array([[0.9, 1.1, 1.0], [1.0, 1.2, 0.9]]))
    assert (low, high) == pytest.approx((1.5063579, 5.3121636), abs=5e-8)
    assert np.log(low * high) / 2 == pytest.approx(1.039847, abs=5e-7)
    error = np.log(high / low) / 2 / t.ppf(0.95, 4)
    assert error == pytest.approx(0.29558983, abs=5e-9)
    assert error**2 / (1 / 26 + 1 / 76) == pytest.approx(1.6926446, abs=2e-7)  # test_published_counts says why not 5e-8


def test_no_particle_on_one_platform_bounds_the_ratio():
    low, high = exact_ratio(*rates((0, 0.00907), (4, 0.01327)))
    assert low == pytest.approx(0.61, abs=0.005)
    assert high == np.inf
    low, high = exact_ratio(*rates((4, 0.01327), (0, 0.00907)))
    assert low == 0
    assert high == pytest.approx(1 / 0.6133, rel=1e-3)


def test_runs_that_differ_widen_the_exact_bound():
    varied = RunVariance(np.array(0.05), np.array(0.0), np.array(8))
    narrow, wide = exact_ratio(*rates((0, 1), (40, 1))), exact_ratio(*rates((0, 1), (40, 1), varied))
    assert wide[0] < narrow[0]


def test_equivalence_has_five_percent_where_an_end_touches_a_margin():
    varied = RunVariance(np.array(0.01), np.array(1e-5), np.array(8))
    both = rates((200, 1), (190, 1), varied)
    _, low, high = ratio_of(*both)
    assert equivalence_p(*both, (low, 99)) == pytest.approx(0.05)
    assert equivalence_p(*both, (0.01, high)) == pytest.approx(0.05)
    assert equivalence_p(*both, (low * 0.9, high * 1.1)) < 0.05


@pytest.mark.parametrize("runs, count, run_cv", [(2, 5, 0.2), (2, 500, 0.0), (3, 20, 0.1), (6, 500, 0.2)])
def test_the_interval_covers_nine_in_ten(runs, count, run_cv):
    """And is narrower than what the sample's own few runs give."""
    found = measure(np.random.default_rng(4), runs, count, run_cv)
    assert 0.87 <= found["coverage_pooled"] <= 0.95
    assert found["half_width_pooled"] < found["half_width_quasi_poisson"]
