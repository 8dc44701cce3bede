import numpy as np
import pandas as pd
import pytest

from stages.compare.beads import measure_beads, summarize


def bead_run(**columns):
    row = {"run": "b1", "platform": "A", "sample": "beads", "role": "beads", "nominal_diameter_um": 10.0}
    return pd.DataFrame(
        [row | {"certified_per_ml": 1000.0, "imaged_ml": 0.5, "dilution": 1.0, "uncounted": 0} | columns]
    )


def test_debris_and_doublets_hardly_move_the_beads():
    random = np.random.default_rng(2)
    single = random.normal(9.8, 0.15, 600)
    sizes = np.sort(np.concatenate([single, single[:60] * np.sqrt(2), random.uniform(2, 4.9, 200)]))
    row = measure_beads(bead_run(), {"b1": sizes}, {"A": "abd_um"}).iloc[0]
    assert row["count"] == 660
    assert row["share_outside"] == pytest.approx(200 / 860)
    assert row["median_um"] == pytest.approx(9.8, abs=0.04)
    assert row["robust_sd_um"] == pytest.approx(0.15, rel=0.2)
    assert row["cv"] == pytest.approx(row["robust_sd_um"] / row["median_um"])
    assert row["bias"] == pytest.approx(-0.02, abs=0.004)
    assert row["sd_um"] > 5 * row["robust_sd_um"]


def test_a_blurred_peak_is_counted_whole():
    """Recovery must not depend on how broad an instrument makes the peak."""
    sizes = np.random.default_rng(3).uniform(6, 16, 500)
    row = measure_beads(bead_run(), {"b1": sizes}, {"A": "abd_um"}).iloc[0]
    assert row["recovery"] == pytest.approx(500 / 0.5 / 1000)


def test_recovery_is_the_share_of_the_certificate():
    sizes = np.linspace(9.9, 10.1, 400)
    table = measure_beads(bead_run(), {"b1": sizes}, {"A": "abd_um"})
    assert table.loc[0, "recovery"] == pytest.approx(400 / 0.5 / 1000)
    assert table.loc[0, "recovery_low"] < 0.8 < table.loc[0, "recovery_high"]
    assert summarize(table)["beads"]["A"]["recovery"] == pytest.approx(0.8)


def test_without_a_certified_concentration_there_is_no_recovery():
    table = measure_beads(bead_run(certified_per_ml=np.nan), {"b1": np.linspace(9.9, 10.1, 400)}, {"A": "abd_um"})
    assert table["recovery"].isna().all()
    assert summarize(table)["beads"]["A"]["recovery"] is None


def test_too_few_beads_have_no_size():
    row = measure_beads(bead_run(), {"b1": np.full(5, 10.0)}, {"A": "abd_um"})
    assert row.loc[0, "count"] == 5
    assert row[["median_um", "recovery"]].isna().all(axis=None)
    assert summarize(row) == {}
