import numpy as np
import pytest
from scipy.stats import ks_2samp, wasserstein_distance

from stages.common.distances import distances


@pytest.mark.parametrize("decimals", [1, 12])
def test_distances_are_scipys_with_ties_and_without(decimals):
    random = np.random.default_rng(1)
    a, b = random.normal(size=31).round(decimals), (random.normal(size=47) * 1.5 + 0.2).round(decimals)
    values, place = np.unique(np.concatenate([a, b]), return_inverse=True)
    first, second = (np.bincount(own, minlength=len(values)) for own in (place[:31], place[31:]))
    assert (len(values) < 78) == (decimals == 1)
    assert distances(values, first, second) == pytest.approx((ks_2samp(a, b).statistic, wasserstein_distance(a, b)))


def test_samples_of_any_sizes_without_a_common_value_are_wholly_apart():
    assert distances(np.array([1.0, 2.0, 5.0]), np.array([3, 1, 0]), np.array([0, 0, 9])) == (1.0, 3.75)
    assert distances(np.array([4.0]), np.array([2]), np.array([7])) == (0.0, 0.0)
