import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, poisson

from stages.compare.counts import count_runs, count_samples, poisson_interval, power, replicate_spread


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


def one_run(**columns):
    row = {"run": "r1", "platform": "A", "sample": "s", "role": "parallel", "dilution": 10.0, "imaged_ml": 0.5}
    row["uncounted"] = 0
    return pd.DataFrame([row | columns])


def test_counts_are_cumulative_and_include_the_threshold():
    sizes = {"r1": np.array([1.9, 2.0, 4.99, 5.0, 30.0])}
    table = count_runs(one_run(), sizes, {"A": "abd_um"}, [2, 5, 25])
    assert table["count"].tolist() == [4, 2, 1]


def test_dilution_raises_the_concentration():
    table = count_runs(one_run(), {"r1": np.full(20, 3.0)}, {"A": "abd_um"}, [2])
    assert table.loc[0, "per_ml"] == pytest.approx(20 / 0.5 * 10)


def test_rows_that_were_not_counted_make_an_interval_and_no_value():
    """From the lower end for those counted to the upper end were all of them particles of that size."""
    table = count_runs(one_run(uncounted=5), {"r1": np.full(20, 3.0)}, {"A": "abd_um"}, [2])
    assert table["per_ml"].isna().all()
    assert table.loc[0, "per_ml_low"] == pytest.approx(poisson_interval(20, 0.05)[0])
    assert table.loc[0, "per_ml_high"] == pytest.approx(poisson_interval(25, 0.05)[1])
    entry = count_samples(table)["s"]["A"]["at_least_2_um"]
    assert (entry["count"], entry["uncounted"], entry["per_ml"]) == (20, 5, None)
    assert "rsd" not in entry


def test_without_a_volume_there_are_counts_and_no_concentration():
    table = count_runs(one_run(imaged_ml=None), {"r1": np.full(20, 3.0)}, {"A": "abd_um"}, [2])
    assert table.loc[0, "count"] == 20
    assert table[["per_ml", "per_ml_low", "per_ml_high"]].isna().all(axis=None)
    entry = count_samples(table)["s"]["A"]
    assert entry["at_least_2_um"] == {"count": 20}
    assert "power" not in entry


def test_replicates_are_pooled_by_volume():
    runs = pd.concat([one_run(), one_run(run="r2", imaged_ml=1.5)], ignore_index=True)
    table = count_runs(runs, {"r1": np.full(10, 3.0), "r2": np.full(50, 3.0)}, {"A": "abd_um"}, [2])
    entry = count_samples(table)["s"]["A"]
    assert entry["sample_ml"] == pytest.approx(0.2)
    assert entry["at_least_2_um"]["per_ml"] == pytest.approx(60 / 0.2)


def test_spread_of_replicates():
    spread = replicate_spread(np.array([10, 20, 30]), np.ones(3))
    assert spread["rsd"] == pytest.approx(0.5)
    assert spread["dispersion"] == pytest.approx((100 + 0 + 100) / 20 / 2)


def test_poisson_replicates_have_dispersion_one():
    random = np.random.default_rng(3)
    each = [replicate_spread(random.poisson(50, 4), np.ones(4))["dispersion"] for _ in range(500)]
    assert np.mean(each) == pytest.approx(1, abs=0.12)


def test_power_of_a_small_volume():
    told = power(0.06)
    assert told["expected_count"]["10 mL container"]["at_least_25_um"] == pytest.approx(3.6)
    assert told["none_seen_excludes_above_per_ml"] == pytest.approx(50, rel=0.01)
