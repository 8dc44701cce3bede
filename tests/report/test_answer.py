"""The answer's rows, the networks that the selection split chose, and the verdicts' grid."""

import pytest

from stages.report.answer import (
    answer_rows,
    best_networks,
    gain_of_synthetic,
    thresholds_of,
    verdict_counts,
    verdict_grid,
)
from stages.report.checks import FAIL, LOOK, PASS, checks_of
from stages.report.forest import MOST_TICKS, WIDTH, forest

ENTRY = {"count": 9, "per_ml": 90.0, "per_ml_low": 40.0, "per_ml_high": 170.0}
COUNTS = {
    "stressed": {"A": {"runs": 3, "power": {"none_seen_excludes_above_per_ml": 30.0}, "at_least_2_um": ENTRY}},
    "beads": {"A": {"runs": 2, "at_least_2_um": ENTRY}},
    "protein": {"A": {"runs": 2, "at_least_2_um": ENTRY, "at_least_10_um": ENTRY}},
}
ROLES = {"stressed": "parallel", "beads": "beads", "protein": "class"}


def of_class(name, um, value, low, high, found):
    told = {"of": "sample", "sample": "stressed", "platform": "A", "class": name, "at_least_um": um, "found": found}
    told |= {"runs": 3, "alarmed": 0}
    return told | {"per_ml": value, "per_ml_low": low, "per_ml_high": high}


def test_beads_are_no_question_and_classes_stand_below_all_particles():
    classes = [
        of_class("oil", 0.0, 99.0, 1.0, 999.0, True),
        of_class("oil", 2.0, 12.0, 5.0, 21.0, True),
        of_class("air", 2.0, 0.3, 0.0, 4.0, False),
        of_class("oil", 2.0, 1.0, 1.0, 1.0, True) | {"of": "run"},
    ]
    rows = answer_rows({"counts": COUNTS}, ROLES, classes)
    assert [(row["sample"], row["what"]) for row in rows] == [
        ("stressed", "all particles"),
        ("stressed", "oil"),
        ("stressed", "air"),
        ("protein", "all particles"),
    ]
    assert rows[1]["cells"] == [{"value": 12.0, "low": 5.0, "high": 21.0, "at_most": False}, {}]
    assert rows[2]["cells"][0]["at_most"] and rows[2]["cells"][0]["high"] == 4.0


def test_classes_of_runs_unlike_known_ones_are_marked_or_not_answered():
    classes = [of_class("oil", 2.0, 12.0, 5.0, 21.0, True), of_class("air", 2.0, 0.3, 0.0, 4.0, False)]
    some = answer_rows({"counts": COUNTS}, ROLES, [row | {"alarmed": 1} for row in classes])[:3]
    assert [(row["what"], row["alarmed"]) for row in some] == [("all particles", 0), ("oil", 1), ("air", 1)]
    assert some[1]["cells"][0]["value"] == 12.0
    every = answer_rows({"counts": COUNTS}, ROLES, [row | {"alarmed": 3} for row in classes])
    assert [(row["sample"], row["what"]) for row in every] == [
        ("stressed", "all particles"),
        ("stressed", "classes"),
        ("protein", "all particles"),
    ]
    assert every[0]["cells"] and every[1]["cells"] == []


def test_sizes_in_their_order_and_not_by_name():
    assert thresholds_of({"s": {"A": {"at_least_10_um": {}, "at_least_2_um": {}, "2_to_5_um": {}}}}) == [
        "at_least_2_um",
        "at_least_10_um",
    ]


def test_what_so_small_a_volume_excludes_where_none_was_seen():
    none = COUNTS["stressed"]["A"] | {"at_least_2_um": {"count": 0, "per_ml": 0.0}}
    assert answer_rows({"counts": {"stressed": {"A": none}}}, ROLES, [])[0]["cells"] == [
        {"value": 0.0, "low": None, "high": 30.0, "at_most": True}
    ]
    unknown = COUNTS["stressed"]["A"] | {"at_least_2_um": {"count": 7}}
    assert answer_rows({"counts": {"stressed": {"A": unknown}}}, ROLES, [])[0]["cells"] == [{}]


def test_the_selection_split_chooses_for_each_platform():
    def network(platform, recall):
        return {"platform": platform, "selection": {"macro_recall": recall, "macro_auprc": 0.5}}

    networks = {"a": network("A", 0.8), "b": network("A", 0.9), "c": network("B", 0.7), "d": None}
    assert best_networks(networks) == {"A": "b", "B": "c"}


def test_bins_are_no_verdicts_of_the_grid():
    ratios = {"at_least_2_um": {"verdict": "within"}, "2_to_5_um": {"verdict": "outside"}}
    compare = {"ratios": {"pairs": {"B/A": {"samples": {"s": ratios, "t": {"at_least_5_um": {"verdict": "outside"}}}}}}}
    assert verdict_counts(compare) == {"B/A": {"within": 1, "outside": 1}}
    sizes, grid = verdict_grid(compare["ratios"]["pairs"]["B/A"])
    assert sizes == ["at_least_2_um", "at_least_5_um"]
    assert grid[0] == ("s", [{"verdict": "within"}, None])


def states(**changed):
    inputs = dict.fromkeys(("ingest", "split", "table_summary", "compare", "predicted"))
    inputs |= {"rejects": {"count": 0}, "generators": {}, "runs": []} | changed
    return {check.name: check.state for check in checks_of(inputs)}


def test_beads_fail_only_where_they_surely_lie_outside():
    def compare(low, high):
        limits = {"limit_low": 0.9, "limit_high": 1.11}
        pairs = {"B/A": {"samples": {"b": {"near_nominal": limits}}}}
        return {"beads": {"b": {"A": {"bias_low": low, "bias_high": high}}}, "ratios": {"pairs": pairs}}

    assert states(compare=compare(-0.05, 0.05)) == {"Bead sizes, A": PASS}
    assert states(compare=compare(0.05, 0.2)) == {"Bead sizes, A": LOOK}
    assert states(compare=compare(0.2, 0.3)) == {"Bead sizes, A": FAIL}
    assert states(compare=compare(None, None)) == {"Bead sizes, A": LOOK}


def test_rows_that_are_lost_and_runs_that_are_strange():
    ingest = {"rows_read": 10, "accepted": 8, "rejected": 1, "runs_skipped": 1, "without_concentration": 0}
    assert states(ingest=ingest)["Rows"] == FAIL
    assert states(ingest=ingest)["Runs"] == FAIL
    predicted = {"runs": 3, "runs_with_foreign_particles": ["r1"], "runs_that_drift": []}
    assert states(predicted=predicted) == {"Unknown particles": LOOK, "Drift": PASS}
    small = {"foreign": {"fewest": 17}, "drift": {"fewest": 12}}
    checks = states(predicted=predicted | {"runs_too_small_to_test": ["r2"], "by_run": {"r2": small}})
    assert checks["Runs too small to test"] == LOOK


GAIN = {"value": 0.02, "low": 0.01, "high": 0.03, "p_adjusted": 0.01}
LOSS = {"value": -0.02, "low": -0.03, "high": -0.01, "p_adjusted": 0.01}


@pytest.mark.parametrize(
    ("against_real", "against_control", "begins"),
    [
        (GAIN, GAIN, "Yes"),
        (GAIN, LOSS, "No: oversampled-1 does better than mixed-1"),
        (GAIN, GAIN | {"low": -0.01}, "Not shown"),
        (GAIN | {"low": -0.01}, GAIN, "Not shown"),
        (GAIN, GAIN | {"p_adjusted": 0.06}, "Not shown"),
        (LOSS, GAIN, "No: real-1 does better than mixed-1"),
        (GAIN, None, "Not shown: no control"),
    ],
)
def test_synthetic_images_help_only_where_real_ones_and_the_best_control_say_so(against_real, against_control, begins):
    allowed = {"allows_a_claim": True, "claim": "allowed"}
    headline = allowed | {"best_mixed": "mixed-1", "against": "real-1", "macro_recall_difference": against_real}
    control = allowed | {"against": "oversampled-1", "macro_recall_difference": against_control}
    summary = {"headline": headline, "contrasts_with_controls": {"mixed-1": control} if against_control else {}}
    assert gain_of_synthetic(summary)["verdict"].startswith(begins)


def test_too_few_generators_bar_any_verdict_on_synthetic_images():
    barred = {"allows_a_claim": False, "claim": "none: 1 of the 3 generators", "macro_recall_difference": GAIN}
    summary = {
        "headline": barred | {"best_mixed": "mixed-1", "against": "real-1"},
        "contrasts_with_controls": {"mixed-1": barred | {"against": "oversampled-1"}},
    }
    found = gain_of_synthetic(summary)
    assert found["verdict"] == "Not shown: 1 of the 3 generators"
    assert [each["against"] for each in found["differences"]] == ["real-1", "oversampled-1"]
    assert gain_of_synthetic({}) is None


@pytest.mark.parametrize(("low", "value", "high"), [(0.875, 0.908, 0.976), (0.899, 0.927, 0.944), (0.2, 0.6, 0.97)])
def test_ticks_of_the_forest_plot_hold_every_interval_and_leave_room(low, value, high):
    drawn = forest([{"recall": value, "recall_low": low, "recall_high": high}], "recall")
    (first, least), (last, most) = drawn["ticks"][0], drawn["ticks"][-1]
    assert least <= low + 1e-9 and high - 1e-9 <= most and 0 <= first < last <= WIDTH
    assert 2 <= len(drawn["ticks"]) <= MOST_TICKS
