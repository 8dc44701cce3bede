import numpy as np
import pytest

from stages.compare.transfer.held_out import held_out
from stages.compare.transfer.predicting import Seen, outside, predict
from stages.compare.transfer.training import fit
from tests.compare.made import measured, replicates
from tests.compare.transfer.study import BEADS, SCALE, SLOPES, YIELD, study


@pytest.fixture(scope="module")
def fitted():
    return fit(study(), BEADS, "A", "B", [2, 5, 10, 25])


def test_size_and_yield_are_found_again(fitted):
    assert [own.second_um for own in fitted.thresholds] == [2, 5, 10]
    for own in fitted.thresholds:
        assert own.first_um == pytest.approx(own.second_um / SCALE)
        assert own.effects.eta(0.05) < YIELD < own.effects.eta(0.95)
        assert [s.slope.value for s in own.samples] == pytest.approx(list(SLOPES.values()), abs=0.5)
    assert "outside of the beads" in fitted.refused[0].reason


def test_a_new_sample_is_told(fitted):
    own = fitted.thresholds[1]
    count, beyond = 60_000 * own.first_um**-2.2, 60_000 * (2 * own.first_um) ** -2.2
    seen = Seen(round(count), round(beyond), 1, 0.5, 0.5)
    found = predict(own, seen, second_ml=0.25, second_runs=1)
    assert outside(own, seen) is None
    assert found.expected == pytest.approx(YIELD * count / 2, rel=0.05)
    assert found.low < found.expected < found.high
    assert predict(own, seen, 0.25, 1, level=0.5).high < found.high


def test_what_was_not_trained_is_refused(fitted):
    own = fitted.thresholds[1]
    usual = round(60_000 * own.first_um**-2.2)
    assert "fewer than 5" in outside(own, Seen(4, 1, 1, 0.5, 0.5))
    assert "as imaged" in outside(own, Seen(usual * 40, usual * 8, 1, 0.5, 0.5))
    assert "power" in outside(own, Seen(usual, round(usual * 0.9), 1, 0.5, 0.5))
    assert "power" in outside(own, Seen(usual, 0, 1, 0.5, 0.5))


def test_each_sample_left_out_is_told_by_the_others(fitted):
    tried = held_out(study(), fitted)
    assert len(tried) == 3 * len(SLOPES)
    assert sum(own.inside for own in tried) >= 12
    assert {own.sample for own in tried if own.refused} >= {"s1", "s5"}


def test_more_runs_of_the_new_sample_narrow_it_where_runs_differ(fitted):
    own = fitted.thresholds[0].model_copy(update={"first_run_variance": 0.02, "second_run_variance": 0.02})
    one, many = (predict(own, Seen(5000, 1200, runs, 0.5, 0.5), 0.5, runs) for runs in (1, 10))
    assert many.high / many.low < one.high / one.low


def test_platforms_that_are_one_have_a_yield_of_one():
    beads = BEADS.assign(median_um=BEADS["nominal_um"])
    random = np.random.default_rng(9)
    runs = [
        {"run": f"{s}-{p}", "platform": p, "sample": s, "sizes": random.random(30_000) ** (-1 / slope)}
        for s, slope in SLOPES.items()
        for p in "AB"
    ]
    own = fit(measured(*runs), beads, "A", "B", [5]).thresholds[0]
    assert own.first_um == pytest.approx(5)
    assert own.effects.eta(0.05) < 1 < own.effects.eta(0.95)


def test_dilutions_of_a_sample_are_no_samples_of_their_own():
    data = study({"s1": 2.0, "s2": 2.5, "s3": 3.0, "s3-diluted": 3.0})
    runs = data.runs.assign(parent=None)
    runs.loc[runs["sample"] == "s3-diluted", "parent"] = "s3"
    own = fit(type(data)(runs, data.columns, data.sizes, [], "simulated"), BEADS, "A", "B", [5]).thresholds[0]
    assert [s.sample for s in own.samples] == ["s1", "s2", "s3"]


def test_what_the_design_lacks_is_said():
    with pytest.raises(ValueError, match="needs 3"):
        fit(study(), BEADS[BEADS["nominal_um"] < 10], "A", "B", [5])
    with pytest.raises(ValueError, match="no sample of role parallel"):
        fit(study(role="class"), BEADS, "A", "B", [5])
    with pytest.raises(ValueError, match="imaged volume"):
        fit(study(imaged_ml=np.nan), BEADS, "A", "B", [5])
    two = fit(study({"s1": 2.0, "s2": 3.0}), BEADS, "A", "B", [5])
    assert "2 independent samples" in two.refused[0].reason
    refused_rows = fit(study(uncounted=3), BEADS, "A", "B", [5])
    assert "0 independent samples" in refused_rows.refused[0].reason
    few = fit(study(expected=100), BEADS, "A", "B", [10])
    assert "fewer than 5 particles" in few.refused[0].reason
    cut = fit(study(min_size_um=5.2), BEADS, "A", "B", [5])
    assert "size filter" in cut.refused[0].reason


def test_one_size_for_all_particles_is_refused_for_want_of_larger_ones():
    rows = [row for s in ("s1", "s2", "s3") for p in "AB" for row in replicates(p, s, [50, 60], size_um=3.0)]
    assert "fewer than 5" in fit(measured(*rows), BEADS, "A", "B", [5]).refused[0].reason
