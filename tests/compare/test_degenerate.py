"""Designs that lack what a comparison needs: it ends, and says what it can't tell."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stages.compare.__main__ import main
from tests.compare.conftest import falling


def ties(random, count):
    """Diameters of two values only."""
    return np.repeat([3.0, 12.0], [count - count // 4, count // 4])


def compared(workspace):
    """The metrics of parallel runs alone, without networks."""
    workspace.write(networks={})
    main()
    assert json.loads(Path("metrics/comparability.json").read_text())["origin"] == "simulated"
    return json.loads(Path("metrics/compare.json").read_text())


def parallel(workspace, means, runs=3, samples=("one", "two", "three"), sizes=falling, **columns):
    """Runs of each sample on platforms A and B, with so many particles expected a run."""
    for platform, mean in zip("AB", means, strict=True):
        for sample in samples:
            for number in range(runs):
                name = f"{sample}-{platform}{number}"
                workspace.run(name, platform, sample, "parallel", mean, sizes, **columns)


def verdicts(metrics, at="at_least_2_um"):
    return [found[at]["verdict"] for found in metrics["ratios"]["pairs"]["B/A"]["samples"].values()]


def test_no_particle_in_any_run(workspace):
    """An export without rows has no diameter: no platform is there to be compared, and a sentence says so."""
    parallel(workspace, (0, 0))
    found = compared(workspace)
    assert "two platforms" in found["skipped"]["ratios"] and "counts" not in found


def test_no_particle_on_one_platform(workspace):
    parallel(workspace, (500, 0))
    workspace.run("class-B", "B", "class", "class", 50, falling, "protein")
    found = compared(workspace)
    assert verdicts(found) == ["outside"] * 3
    assert all(own["at_least_2_um"]["high"] < 0.7 for own in found["ratios"]["pairs"]["B/A"]["samples"].values())
    assert "agreement" in found["skipped"] and "sizes" in found["skipped"]


def test_one_run_of_each_sample(workspace):
    parallel(workspace, (500, 500), runs=1)
    found = compared(workspace)
    assert verdicts(found) == ["not decidable"] * 3
    ratio = found["ratios"]["pairs"]["B/A"]["samples"]["one"]["at_least_2_um"]
    assert "needs 2 runs" in ratio["reason"] and "low" not in ratio and ratio["ratio"] > 0
    assert found["sizes"]["B/A"]["samples"]["one"]["smallest_p"] == 1


def test_one_sample(workspace):
    parallel(workspace, (2000, 2000), samples=("one",))
    found = compared(workspace)
    assert verdicts(found) == ["within"]
    assert set(found["agreement"]["B/A"]) == {"all_bins"}, "its bins are the pairs; from one size on it is one pair"


def test_diameters_that_are_tied(workspace):
    parallel(workspace, (2000, 2000), sizes=ties)
    found = compared(workspace)
    assert verdicts(found) == ["within"] * 3
    assert max(own["ks"] for own in found["sizes"]["B/A"]["samples"].values()) < 1e-3
    counts = pd.read_csv("metrics/counts.csv").set_index(["run", "from_um"])["count"]
    assert counts["one-A0", 5] == counts["one-A0", 10]


def test_platforms_that_are_one(workspace):
    """The same particles on both: every ratio is 1, every distance 0, and nothing differs."""
    parallel(workspace, (2000, 0))
    for name in [name for name in workspace.tables if "-A" in name]:
        other = name.replace("-A", "-B")
        workspace.tables[other] = workspace.tables[name].assign(run=other, platform="B")
        accepted = len(workspace.tables[name])
        row = next(row for row in workspace.rows if row["run"] == other)
        row.update(accepted=accepted, rows_read=accepted)
    found = compared(workspace)
    assert verdicts(found) == ["within"] * 3
    for own in found["ratios"]["pairs"]["B/A"]["samples"].values():
        assert own["at_least_2_um"]["ratio"] == 1
    agreement = found["agreement"]["B/A"]["at_least_2_um"]
    assert agreement["bland_altman"]["ratio"] == 1
    assert agreement["concordance"]["value"] == pytest.approx(1)
    sizes = found["sizes"]["B/A"]
    assert all(own["ks"] == own["wasserstein_um"] == 0 for own in sizes["samples"].values())
    assert sizes["together"]["ks_p"] == 1


def test_nothing_above_a_threshold(workspace):
    parallel(workspace, (500, 500), sizes=lambda random, count: random.uniform(2.5, 9, count))
    found = compared(workspace)
    assert verdicts(found, "at_least_10_um") == ["not decidable"] * 3
    ratio = found["ratios"]["pairs"]["B/A"]["samples"]["one"]["at_least_10_um"]
    assert "no particle on either platform" in ratio["reason"] and "ratio" not in ratio
    counted = found["counts"]["one"]["A"]["at_least_10_um"]
    assert counted["count"] == counted["per_ml"] == 0
    assert found["counts"]["one"]["A"]["power"]["none_seen_excludes_above_per_ml"] == pytest.approx(
        -np.log(0.05) / 0.06
    )


def test_one_platform_is_absent(workspace):
    parallel(workspace, (500, 500))
    workspace.rows = [row for row in workspace.rows if row["platform"] == "A"]
    found = compared(workspace)
    told = {"ratios", "agreement", "sizes", "transfer"}
    assert {part for part, why in found["skipped"].items() if "two platforms" in why} >= told
    assert found["counts"]["one"]["A"]["at_least_2_um"]["count"] > 0


def test_an_unknown_volume(workspace):
    parallel(workspace, (500, 500), imaged_ml=None)
    found = compared(workspace)
    assert verdicts(found) == ["not compared"] * 3
    assert "per_ml" not in found["counts"]["one"]["A"]["at_least_2_um"]
    assert "imaged volume" in found["skipped"]["counts"]
