import numpy as np
import pandas as pd
import pytest

from stages.common.params.compare import RatioLimits
from stages.compare.counts import count_runs
from stages.compare.ranges import SizeRange
from stages.compare.ratios import count_beads, multiplicity, ratios_of
from tests.compare.made import measured, replicates

LIMITS = RatioLimits(parallel=[0.70, 1.43], beads=[0.90, 1.11])
FROM_TWO = [SizeRange(2)]


def ratios(*runs, ranges=FROM_TWO):
    own = measured(*runs)
    found = ratios_of(own, count_runs(own, ranges), count_beads(own), ranges=ranges, limits=LIMITS, volume_rsd=0.0)
    return found.set_index(["pair", "sample", "at"])


def test_hundreds_against_none_are_decided():
    found = ratios(*replicates("A", "s", [500, 520, 480]), *replicates("B", "s", [0, 0, 0])).iloc[0]
    assert found["verdict"] == "outside"
    assert found["high"] < 0.01
    assert np.isnan(found["ratio"])


def test_none_on_either_platform_decides_nothing():
    found = ratios(*replicates("A", "s", [0, 0]), *replicates("B", "s", [0, 0])).iloc[0]
    assert found["verdict"] == "not decidable"
    assert "no particle on either" in found["reason"]


def test_a_few_particles_are_not_decidable_and_many_undecided():
    few = ratios(*replicates("A", "s", [3, 4, 3]), *replicates("B", "s", [4, 3, 5])).iloc[0]
    assert few["verdict"] == "not decidable"
    assert "needs" in few["reason"]
    many = ratios(*replicates("A", "s", [300, 310, 295]), *replicates("B", "s", [210, 212, 205])).iloc[0]
    assert many["verdict"] == "undecided"
    assert many["placeable_low"] < many["placeable_high"]


def test_one_run_on_each_platform_has_a_ratio_and_no_interval():
    found = ratios(*replicates("A", "s", [50]), *replicates("B", "s", [60])).iloc[0]
    assert found["ratio"] == pytest.approx(1.2)
    assert np.isnan(found["low"])
    assert "needs 2 runs" in found["reason"]


def test_another_samples_replicates_lend_their_variance():
    found = ratios(
        *replicates("A", "single", [5000]),
        *replicates("B", "single", [5000]),
        *(run for platform in "AB" for run in replicates(platform, "other", [5000, 5050, 4950, 5020])),
    ).xs("single", level="sample")
    assert found["verdict"].tolist() == ["within"]


def test_replicates_of_another_role_lend_nothing():
    found = ratios(
        *replicates("A", "single", [5000]),
        *replicates("B", "single", [5000]),
        *(run for p in "AB" for run in replicates(p, "other", [5000, 5050, 4950], role="class")),
    )
    assert found["verdict"].tolist() == ["not decidable"]


def test_all_platforms_are_compared():
    found = ratios(*(run for p, n in zip("ABC", (100, 200, 400), strict=True) for run in replicates(p, "s", [n, n])))
    assert found["ratio"].droplevel(["sample", "at"]).to_dict() == {"B/A": 2.0, "C/A": 4.0, "C/B": 2.0}


def test_below_a_size_filter_nothing_is_compared():
    found = ratios(
        *replicates("A", "s", [100, 110], size_um=12),
        *replicates("B", "s", [100, 105], size_um=12, min_size_um=5.0),
        ranges=[SizeRange(2), SizeRange(5), SizeRange(10)],
    ).droplevel(["pair", "sample"])
    assert found.loc["at_least_2_um", "verdict"] == "not compared"
    assert found.loc["at_least_2_um", "reason"] == "below the size filter of B (5 µm)"
    assert found.loc[["at_least_5_um", "at_least_10_um"], "ratio"].notna().all()


def test_an_unknown_volume_is_said():
    found = ratios(*replicates("A", "s", [100, 90]), *replicates("B", "s", [100, 90], imaged_ml=None)).iloc[0]
    assert found["verdict"] == "not compared"
    assert "no concentration" in found["reason"]


def test_blanks_are_subtracted_where_both_platforms_have_them():
    both = [*replicates("A", "s", [300, 300]), *replicates("B", "s", [200, 200])]
    blank_a = replicates("A", "blank", [100, 100], role="blank")
    blank_b = replicates("B", "blank", [0, 0], role="blank")
    assert ratios(*both, *blank_a)["ratio"].iloc[0] == pytest.approx(2 / 3)
    assert ratios(*both, *blank_a, *blank_b)["ratio"].iloc[0] == pytest.approx(1.0)


def test_no_more_than_the_blank_is_no_ratio():
    runs = [run for p in "AB" for run in replicates(p, "blank", [100, 100], role="blank")]
    found = ratios(*replicates("A", "s", [90, 95]), *replicates("B", "s", [300, 310]), *runs).iloc[0]
    assert found["verdict"] == "not decidable"
    assert "blank" in found["reason"]


def test_beads_are_counted_near_their_nominal_size():
    beads = {"role": "beads", "nominal_diameter_um": 10.0}
    runs = [run for p in "AB" for run in replicates(p, "beads", [900, 910], size_um=9.5, **beads)]
    for run in runs:
        run["sizes"] = np.concatenate([run["sizes"], np.full(500 if run["platform"] == "A" else 5, 3.0)])
    found = ratios(*runs).iloc[0]
    assert found["ratio"] == pytest.approx(1.0)
    assert (found["limit_low"], found["limit_high"]) == (0.90, 1.11)


def test_beads_that_a_size_filter_cuts_are_not_compared():
    beads = {"role": "beads", "nominal_diameter_um": 2.0}
    runs = replicates("A", "beads", [900, 910], **beads, size_um=2.1) + replicates(
        "B", "beads", [900, 910], **beads, size_um=2.1, min_size_um=2.0
    )
    assert ratios(*runs)["verdict"].tolist() == ["not compared"]


def test_many_verdicts_are_held_together_by_holm():
    """p in order against .05 / 3, .05 / 2 and .05: of .012, .03, .04 the first stays, of .012, .02, .04 all do."""
    table = pd.DataFrame({"equivalence_p": [0.04, 0.012, 0.03, np.nan], "verdict": ["within"] * 3 + ["outside"]})
    assert multiplicity(table) == {"verdicts": 4, "outside": 1, "within": 3, "within_holm": 1}
    table["equivalence_p"] = [0.04, 0.012, 0.02, np.nan]
    assert multiplicity(table)["within_holm"] == 3


def test_rows_that_could_not_be_counted_leave_an_interval_that_holds_all_of_them():
    """90 to 110 of 100 on one platform, 100 to 130 on the other: every ratio there can be, with its own interval."""
    first = [replicates("A", "s", [90, 90, 90], uncounted=20), replicates("A", "s", [110, 110, 110])]
    second = [replicates("B", "s", [100, 100, 100], uncounted=30), replicates("B", "s", [130, 130, 130])]
    found = ratios(*first[0], *second[0]).iloc[0]
    assert np.isnan(found["ratio"])
    assert (found["first_uncounted"], found["second_uncounted"]) == (60, 90)
    least = ratios(*first[1], *replicates("B", "s", [100, 100, 100])).iloc[0]
    greatest = ratios(*replicates("A", "s", [90, 90, 90]), *second[1]).iloc[0]
    assert found["low"] == pytest.approx(least["low"], rel=0.05)
    assert found["high"] == pytest.approx(greatest["high"], rel=0.05)
