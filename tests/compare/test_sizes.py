import itertools

import numpy as np
import pytest
from scipy.stats import ks_2samp, wasserstein_distance

from stages.compare.sizes import add_up, compare_sizes, relabellings


def test_distances_are_scipys():
    random = np.random.default_rng(1)
    sizes = [random.lognormal(1, 0.5, n) for n in (40, 70, 55, 31)]
    second = np.array([False, True, False, True])
    result = compare_sizes(sizes, second, random).numbers
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
    result = compare_sizes(sizes, second, random).numbers
    assert result["wasserstein_p"] == pytest.approx((null >= distance((2, 4)) - 1e-12).mean())
    assert result["smallest_p"] == pytest.approx(1 / 10)


def test_equal_numbers_of_runs_halve_what_can_be_told():
    apart = [np.arange(10) + shift for shift in (0.0, 0.1, 0.2, 50.0, 50.1, 50.2)]
    result = compare_sizes(apart, np.repeat([False, True], 3), np.random.default_rng(0)).numbers
    assert result["ks"] == 1
    assert result["ks_p"] == result["smallest_p"] == pytest.approx(2 / 20)


def test_many_runs_are_drawn_and_hold_the_true_labels():
    second = np.repeat([False, True], 10)
    ways = relabellings(second, np.random.default_rng(0))
    assert len(ways) == 2000
    assert (ways[0] == second).all()
    assert all(way.sum() == 10 for way in ways)


def test_replicates_are_the_floor_and_platforms_stand_beside_it():
    sizes = [np.array(own, float) for own in ([1, 2, 3], [1, 2, 4], [5, 6, 7], [5, 6, 9])]
    second = np.array([False, False, True, True])
    result = compare_sizes(sizes, second, np.random.default_rng(0)).numbers
    one, other = wasserstein_distance(*sizes[:2]), wasserstein_distance(*sizes[2:])
    assert result["floor"]["wasserstein_um"] == pytest.approx((one + other) / 2)
    across = [wasserstein_distance(a, b) for a in sizes[:2] for b in sizes[2:]]
    assert result["across"]["wasserstein_um"] == pytest.approx(np.mean(across))
    assert result["across"]["ks"] == 1


def test_one_run_on_each_platform_has_no_floor():
    sizes = [np.arange(5.0), np.arange(4.0)]
    result = compare_sizes(sizes, np.array([False, True]), np.random.default_rng(0)).numbers
    assert result["floor"] is None
    assert result["smallest_p"] == 1


def test_samples_add_up_to_what_none_could_tell():
    """2 + 2 runs can't go below p = 1/3; three such samples reach 1/27 (6^3 relabellings, 2^3 of them the truth's)."""
    second = np.array([False, False, True, True])
    random = np.random.default_rng(2)
    apart = [
        compare_sizes([random.normal(10 + 5 * later, 1, 50) for later in second], second, random) for _ in range(3)
    ]
    assert [own.numbers["wasserstein_p"] for own in apart] == [pytest.approx(1 / 3)] * 3
    assert add_up(apart, random)["wasserstein_p"] == pytest.approx(1 / 27)
    many = add_up(apart * 3, random)
    assert many["samples"] == 9
    assert many["wasserstein_p"] == pytest.approx(1 / 2000, abs=2 / 2000)


def test_added_up_p_is_uniform_where_platforms_are_alike():
    random = np.random.default_rng(3)
    second = np.repeat([False, True], 2)
    found = [
        add_up([compare_sizes([random.normal(5, 1, 15) for _ in second], second, random) for _ in range(2)], random)
        for _ in range(200)
    ]
    assert np.mean([own["ks_p"] <= 0.25 for own in found]) == pytest.approx(0.25, abs=0.12)
