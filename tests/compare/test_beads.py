import numpy as np
import pytest

from stages.compare.beads import measure_beads, summarize
from tests.compare.made import measured

BEADS = {"role": "beads", "nominal_diameter_um": 10.0, "certified_per_ml": 1000.0}


def beads(*runs):
    """One bead run for each array or dict of columns with `sizes`."""
    rows = [run if isinstance(run, dict) else {"sizes": run} for run in runs]
    named = [{"run": f"b{n}", "platform": "A", "sample": "beads"} | BEADS | row for n, row in enumerate(rows)]
    return measure_beads(measured(*named), seed=1)


def test_debris_and_doublets_hardly_move_the_beads():
    random = np.random.default_rng(2)
    single = random.normal(9.8, 0.15, 600)
    row = beads(np.concatenate([single, single[:60] * np.sqrt(2), random.uniform(2, 4.9, 200)])).iloc[0]
    assert row["count"] == 660
    assert row["share_outside"] == pytest.approx(200 / 860)
    assert row["median_um"] == pytest.approx(9.8, abs=0.04)
    assert row["robust_sd_um"] == pytest.approx(0.15, rel=0.25)
    assert row["cv"] == pytest.approx(row["robust_sd_um"] / row["median_um"])
    assert row["bias"] == pytest.approx(-0.02, abs=0.004)
    assert row["sd_um"] > 5 * row["robust_sd_um"]


def test_a_blurred_peak_is_counted_whole():
    """Recovery must not depend on how broad an instrument makes the peak."""
    row = beads(np.random.default_rng(3).uniform(6, 16, 500)).iloc[0]
    assert row["recovery"] == pytest.approx(500 / 0.5 / 1000)


def test_recovery_is_the_share_of_the_certificate():
    table = beads(np.linspace(9.9, 10.1, 400))
    assert table.loc[0, "recovery"] == pytest.approx(400 / 0.5 / 1000)
    assert table.loc[0, "recovery_low"] < 0.8 < table.loc[0, "recovery_high"]
    assert summarize(table)["beads"]["A"]["recovery"] == pytest.approx(0.8)


def test_without_a_certified_concentration_there_is_no_recovery():
    table = beads({"sizes": np.linspace(9.9, 10.1, 400), "certified_per_ml": np.nan})
    assert table["recovery"].isna().all()
    assert summarize(table)["beads"]["A"]["recovery"] is None


def test_too_few_beads_have_no_size():
    table = beads(np.full(5, 10.0))
    assert table.loc[0, "count"] == 5
    assert table[["median_um", "recovery"]].isna().all(axis=None)
    assert "fewer than 20" in table.loc[0, "reason"]
    assert summarize(table) == {}


def test_beads_that_the_size_filter_cuts_have_no_size():
    table = beads({"sizes": np.full(500, 10.0), "min_size_um": 9.0})
    assert "size filter of 9 µm" in table.loc[0, "reason"]
    assert table["median_um"].isna().all()


def test_a_runs_intervals_cover_bias_and_cv():
    random = np.random.default_rng(4)
    table = beads(*(random.normal(10.2, 0.4, 150) for _ in range(300)))
    covered = (table["bias_low"] <= 0.02) & (table["bias_high"] >= 0.02)
    assert covered.mean() == pytest.approx(0.95, abs=0.045)
    covered = (table["cv_low"] <= 0.4 / 10.2) & (table["cv_high"] >= 0.4 / 10.2)
    assert covered.mean() == pytest.approx(0.95, abs=0.045)


def test_a_spread_on_a_lattice_is_that_of_the_beads():
    sizes = np.round(np.random.default_rng(5).normal(10, 0.3, 2000) / 0.25) * 0.25
    row = beads(sizes).iloc[0]
    assert row["lattice_um"] == pytest.approx(0.25)
    assert row["robust_sd_um"] == pytest.approx(0.3, rel=0.05)


def test_intervals_over_runs_know_how_runs_differ():
    """Runs of 5 and 10 um beads differ by 2 % in bias: Student's interval with the pooled degrees of freedom."""
    random = np.random.default_rng(6)
    hits = []
    for _ in range(150):
        runs = [
            {
                "sizes": random.normal(size * (1 + random.normal(0.03, 0.02)), 0.02 * size, 400),
                "sample": f"beads_{size}",
            }
            | {"nominal_diameter_um": float(size)}
            for size in (5, 10, 20)
            for _ in range(2)
        ]
        found = summarize(beads(*runs))["beads_10"]["A"]
        hits.append(found["bias_low"] <= 0.03 <= found["bias_high"])
    assert np.mean(hits) == pytest.approx(0.95, abs=0.055)


def test_one_run_of_each_has_no_interval_over_runs():
    found = summarize(beads(np.linspace(9.9, 10.1, 400)))["beads"]["A"]
    assert "bias_low" not in found
