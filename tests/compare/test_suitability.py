import numpy as np
import pandas as pd
import pytest

from stages.common.params.compare import BlankLimit, Suitability
from stages.compare.background import drift_of
from stages.compare.beads import COLUMNS
from stages.compare.suitability import resolution, suitability_of
from tests.compare.made import measured

LIMITS = Suitability(
    bead_bias=0.1,
    bead_cv=0.05,
    recovery=[0.9, 1.1],
    resolution=1.0,
    blank=BlankLimit(from_um=10, per_ml=1),
    background_drift=3.0,
)


def beads(**columns) -> pd.DataFrame:
    """5 and 10 um beads on A, of a 3 % CV."""
    rows = [
        {"platform": "A", "nominal_um": size, "median_um": size * 1.05, "bias": 0.05, "cv": 0.03}
        | {"robust_sd_um": 0.03 * size, "recovery": 0.95}
        | columns
        for size in (5.0, 10.0)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def blank(count: int, imaged_ml: float, **columns) -> dict:
    return {"run": "blank", "platform": "A", "sample": "blank", "role": "blank", "imaged_ml": imaged_ml} | {
        "sizes": np.full(count, 12.0),
        **columns,
    }


def verdicts(table: pd.DataFrame, *runs: dict, drifts: dict | None = None) -> dict:
    other = {"run": "s", "platform": "A", "sample": "s", "sizes": [3.0]}
    found = suitability_of(measured(other, *runs), table, drifts or {}, LIMITS)
    return {(check["check"], check["of"]): check for check in found}


def test_an_instrument_within_all_limits():
    found = verdicts(beads(), blank(3, 30.0), drifts={"A": 1.2})
    assert {check["verdict"] for check in found.values()} == {"met"}
    assert len(found) == 2 * 3 + 1 + 1 + 1
    assert found["resolution", "5 and 10 µm"]["value"] == pytest.approx(5.25 / (2 * 0.45))


@pytest.mark.parametrize(
    ("columns", "check"),
    [
        ({"bias": -0.11}, "bead size"),
        ({"cv": 0.06}, "bead CV"),
        ({"recovery": 1.2}, "count recovery"),
        ({"robust_sd_um": 2.0}, "resolution"),
    ],
)
def test_one_limit_passed_is_one_not_met(columns, check):
    found = verdicts(beads(**columns), blank(3, 30.0), drifts={"A": 1.2})
    assert {name for (name, _), own in found.items() if own["verdict"] == "not met"} == {check}


def test_peaks_four_standard_deviations_apart_have_a_resolution_of_one():
    assert resolution((5.0, 0.5), (7.0, 0.5)) == pytest.approx(1)
    assert resolution((5.0, 0.0), (7.0, 0.0)) == np.inf


def test_a_blank_is_judged_where_its_volume_can_tell():
    """Nothing in 0.01 mL excludes 300/mL (95 %), and no limit of 1/mL."""
    few = verdicts(beads(), blank(0, 0.01))["blank", "≥ 10 µm, 1/mL"]
    assert few["verdict"] == "not assessed" and "bounds 0 and 300" in few["reason"]
    assert verdicts(beads(), blank(0, 3.1))["blank", "≥ 10 µm, 1/mL"]["verdict"] == "met"
    assert verdicts(beads(), blank(50, 3.0))["blank", "≥ 10 µm, 1/mL"]["verdict"] == "not met"


def test_what_is_lacking_is_not_assessed_with_a_reason():
    found = verdicts(beads().head(0))
    assert {own["verdict"] for own in found.values()} == {"not assessed"}
    assert found["blank", "≥ 10 µm, 1/mL"]["reason"] == "no run of role blank"
    assert "role beads" in found["bead size", "beads"]["reason"]
    assert "pictures" in found["background drift", "bead runs, grey levels"]["reason"]
    without = verdicts(beads(recovery=np.nan), blank(1, np.nan))
    assert "certified" in without["count recovery", "5 µm"]["reason"]
    assert "no concentration" in without["blank", "≥ 10 µm, 1/mL"]["reason"]
    assert "fewer than two" in verdicts(beads().head(1))["resolution", "beads"]["reason"]


def pictures(levels: list[float]) -> pd.DataFrame:
    """A picture a frame, of one background level, with a dark particle in the middle."""
    rows = []
    for frame, level in enumerate(levels):
        pixels = np.full((9, 9), round(level), np.uint8)
        pixels[3:6, 3:6] = 20
        rows.append({"frame": frame, "image": pixels.tobytes(), "height": 9, "width": 9, "channels": 1})
    return pd.DataFrame(rows)


def test_a_drift_is_that_of_the_borders_from_start_to_end():
    steady, rising = [175.0] * 80, list(np.linspace(170, 190, 80))
    assert drift_of(pictures(steady)) == 0
    assert drift_of(pictures(rising)) == pytest.approx(15, abs=1)
    assert drift_of(pictures(rising).sample(frac=1, random_state=1)) == pytest.approx(15, abs=1)
    assert drift_of(pictures(steady[:30])) is None
    assert drift_of(pictures(steady).assign(image=None)) is None
