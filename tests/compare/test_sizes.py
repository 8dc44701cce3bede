import itertools

import numpy as np
import pytest
from scipy.stats import ks_2samp, wasserstein_distance

from stages.compare.sizes import compare_sizes, relabellings


def test_distances_are_scipys():
    random = np.random.default_rng(1)
    sizes = [random.lognormal(1, 0.5, n) for n in (40, 70, 55, 31)]
    second = np.array([False, True, False, True])
    result = compare_sizes(sizes, second, random)
    first, other = np.concatenate([sizes[0], sizes[2]]), np.concatenate([sizes[1], sizes[3]])
    assert result["ks"] == pytest.approx(ks_2samp(first, other).statistic)
    assert result["wasserstein_um"] == pytest.approx(wasserstein_distance(first, other))


def test_permutation_is_exact_on_a_small_case():
    """Every relabelling of five runs by brute force, with scipy's distance."""
    random = np.random.default_rng(4)
    sizes = [random.normal(5 + 0.3 * i, 1, 30) for i in range(5)]
    second = np.array([False, False, True, False, True])

    def distance(chosen):
        others = [i for i in range(5) if i not in chosen]
        return wasserstein_distance(*(np.concatenate([sizes[i] for i in own]) for own in (others, chosen)))

    null = np.array([distance(way) for way in itertools.combinations(range(5), 2)])
    result = compare_sizes(sizes, second, random)
    assert result["wasserstein_p"] == pytest.approx((null >= distance((2, 4)) - 1e-12).mean())
    assert result["smallest_p"] == pytest.approx(1 / 10)


def test_equal_numbers_of_runs_halve_what_can_be_told():
    apart = [np.arange(10) + shift for shift in (0.0, 0.1, 0.2, 50.0, 50.1, 50.2)]
    result = compare_sizes(apart, np.repeat([False, True], 3), np.random.default_rng(0))
    assert result["ks"] == 1
    assert result["ks_p"] == result["smallest_p"] == pytest.approx(2 / 20)


def test_many_runs_are_drawn_and_hold_the_true_labels():
    second = np.repeat([False, True], 10)
    ways = relabellings(second, np.random.default_rng(0))
    assert len(ways) == 2000
    assert (ways[0] == second).all()
    assert all(way.sum() == 10 for way in ways)
