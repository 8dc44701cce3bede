import numpy as np
import pytest
from scipy.stats import chi2, poisson

from stages.compare.counts import count_runs, poisson_interval
from stages.compare.ranges import SizeRange, bins, cumulative, near_nominal
from tests.compare.made import measured


@pytest.mark.parametrize("count", [0, 1, 7, 250])
def test_interval_is_garwoods(count):
    volume = 0.06
    low, high = poisson_interval(count, volume)
    assert low == pytest.approx(chi2.ppf(0.025, 2 * count) / 2 / volume if count else 0.0)
    assert high == pytest.approx(chi2.ppf(0.975, 2 * count + 2) / 2 / volume)


def test_interval_ends_where_the_count_has_two_and_a_half_percent():
    low, high = poisson_interval(12, 2.0)
    assert poisson.sf(11, low * 2) == pytest.approx(0.025)
    assert poisson.cdf(12, high * 2) == pytest.approx(0.025)


def one_run(sizes, **columns):
    return measured({"run": "r1", "platform": "A", "sample": "s", "sizes": sizes, "dilution": 10.0} | columns)


def test_counts_are_cumulative_and_include_the_threshold():
    table = count_runs(one_run([1.9, 2.0, 4.99, 5.0, 30.0]), cumulative([25, 2, 5]))
    assert table["at"].tolist() == ["at_least_2_um", "at_least_5_um", "at_least_25_um"]
    assert table["count"].tolist() == [4, 2, 1]


def test_no_particle_is_in_two_bins_and_none_is_lost():
    sizes = np.random.default_rng(1).uniform(1, 40, 1000).round(1)
    table = count_runs(one_run(sizes), [*bins([2, 5, 10, 25]), SizeRange(25)])
    assert table["at"].tolist() == ["2_to_5_um", "5_to_10_um", "10_to_25_um", "at_least_25_um"]
    assert table["count"].sum() == (sizes >= 2).sum()
    assert table["count"].iloc[0] == ((sizes >= 2) & (sizes < 5)).sum()


def test_below_the_instruments_filter_nothing_is_counted():
    """A zero there would be the filter's, not the sample's."""
    table = count_runs(one_run([6.0, 12.0], min_size_um=5.0), cumulative([2, 5, 10]))
    assert table["from_um"].tolist() == [5, 10]


def test_beads_are_counted_from_half_to_twice_their_size_or_from_the_filter():
    assert near_nominal(10.0) == SizeRange(5.0, 20.0)
    assert near_nominal(10.0, smallest_um=7.0) == SizeRange(7.0, 20.0)
    assert near_nominal(10.0, smallest_um=9.0) is None


def test_dilution_raises_the_concentration():
    table = count_runs(one_run(np.full(20, 3.0)), [SizeRange(2)])
    assert table.loc[0, "per_ml"] == pytest.approx(20 / 0.5 * 10)


def test_without_a_volume_there_are_counts_and_no_concentration():
    table = count_runs(one_run(np.full(20, 3.0), imaged_ml=None), [SizeRange(2)])
    assert table.loc[0, "count"] == 20
    assert table[["per_ml", "per_ml_low", "per_ml_high"]].isna().all(axis=None)
