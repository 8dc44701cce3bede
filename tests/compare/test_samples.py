import numpy as np
import pytest
from scipy.stats import poisson

from stages.common.run_variance import RunVariance
from stages.compare.blanks import blank_of, blanks_of, detection_limit
from stages.compare.counts import count_runs
from stages.compare.ranges import SizeRange
from stages.compare.rate import rate_of
from stages.compare.samples import count_samples, counted_samples, power, replicate_spread
from tests.compare.made import measured, replicates


def samples(*runs):
    counts = count_runs(measured(*runs), [SizeRange(2)])
    return count_samples(counts, counted_samples(counts, blanks_of(counts), 0.0))


def test_replicates_are_pooled_by_volume():
    runs = replicates("A", "s", [10, 50], dilution=10.0)
    runs[1]["imaged_ml"] = 1.5
    found = samples(*runs)["s"]["A"]
    assert found["sample_ml"] == pytest.approx(0.2)
    assert found["at_least_2_um"]["per_ml"] == pytest.approx(60 / 0.2)


def test_without_a_volume_a_sample_has_counts_alone():
    found = samples(*replicates("A", "s", [20, 22], imaged_ml=None))["s"]["A"]
    assert found["at_least_2_um"] == {"count": 42}
    assert "power" not in found


def test_the_interval_holds_what_the_samples_runs_say_of_each_other():
    """Far wider than Poisson's, where all samples' runs differ by a fifth."""
    runs = [
        run
        for name, each in {"s": [800, 1200], "t": [410, 610], "u": [1500, 990]}.items()
        for run in replicates("A", name, each)
    ]
    found = samples(*runs)["s"]["A"]["at_least_2_um"]
    assert found["per_ml_low"] < 1600 < 2400 < found["per_ml_high"]
    assert found["run_cv"] == pytest.approx(0.27, abs=0.06)


def test_a_single_run_has_no_interval_without_replicates_anywhere():
    found = samples(*replicates("A", "s", [100]))["s"]["A"]["at_least_2_um"]
    assert found["per_ml"] == 200
    assert found["per_ml_low"] is None


def test_the_blank_is_taken_off_every_sample_but_itself():
    found = samples(*replicates("A", "s", [100, 100], dilution=5.0), *replicates("A", "blank", [20, 20], role="blank"))
    entry = found["s"]["A"]["at_least_2_um"]
    assert entry["per_ml"] == pytest.approx((100 - 20) / 0.5 * 5)
    assert entry["blank_per_ml"] == pytest.approx(40)
    assert found["blank"]["A"]["at_least_2_um"]["per_ml"] == pytest.approx(40)


def test_blank_runs_that_differ_widen_the_blank():
    table = count_runs(measured(*replicates("A", "b", [2, 40], role="blank")), [SizeRange(2)])
    even = count_runs(measured(*replicates("A", "b", [21, 21], role="blank")), [SizeRange(2)])
    assert blank_of(table).per_ml == blank_of(even).per_ml == 42
    assert blank_of(table).variance == pytest.approx(blank_of(even).variance * 19**2 * 2 / 21)


def test_the_detection_limit_is_curries():
    """2.71 + 4.65 sqrt(B) counts beside a blank of as large a volume (Currie 1968)."""
    counts = 400
    table = count_runs(measured(*replicates("A", "b", [counts], role="blank", imaged_ml=1.0)), [SizeRange(2)])
    none = RunVariance(np.array(0.0), np.array(0.0), np.array(1))
    own = rate_of(500, volume_ml=1.0, runs=1, spread=none)
    assert detection_limit(own, blank_of(table), 1.0) == pytest.approx(2.71 + 4.65 * np.sqrt(counts), rel=1e-3)


def test_at_the_detection_limit_nineteen_of_twenty_are_seen():
    random = np.random.default_rng(6)
    limit = 2.71 + 4.65 * np.sqrt(50)
    net = random.poisson(50 + limit, 20_000) - random.poisson(50, 20_000)
    assert (net > 1.645 * np.sqrt(100)).mean() == pytest.approx(0.95, abs=0.01)


def test_spread_of_replicates():
    spread = replicate_spread(np.array([10, 20, 30]), np.ones(3))
    assert spread["rsd"] == pytest.approx(0.5)
    assert spread["dispersion"] == pytest.approx((100 + 0 + 100) / 20 / 2)


def test_counts_too_small_have_no_spread():
    assert replicate_spread(np.array([1, 0]), np.ones(2)) == {"rsd": None, "dispersion": None}
    assert replicate_spread(np.array([100]), np.ones(1)) == {"rsd": None, "dispersion": None}


def test_poisson_replicates_have_dispersion_one():
    random = np.random.default_rng(3)
    each = [replicate_spread(random.poisson(50, 4), np.ones(4))["dispersion"] for _ in range(500)]
    assert np.mean(each) == pytest.approx(1, abs=0.12)


def test_power_of_a_small_volume():
    told = power(0.06)
    assert told["expected_count"]["10 mL container"]["at_least_25_um"] == pytest.approx(3.6)
    assert told["none_seen_excludes_above_per_ml"] == pytest.approx(50, rel=0.01)
    assert poisson.pmf(0, told["none_seen_excludes_above_per_ml"] * 0.06) == pytest.approx(0.05)
