"""The paired tests on constructed cases, against statsmodels and the analytic standard error."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats import contingency_tables

from stages.classify.table.paired import macro_recall_difference, mcnemar


def rights(only_first: int, only_second: int, both: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    counts = [only_first, only_second, both, neither]
    return np.repeat([True, False, True, False], counts), np.repeat([False, True, True, False], counts)


@pytest.mark.parametrize("counts", [(9, 1, 80, 10), (3, 4, 90, 3), (30, 12, 400, 58), (5, 0, 20, 0)])
def test_mcnemar_equals_statsmodels(counts):
    only_first, only_second, both, neither = counts
    expected = contingency_tables.mcnemar([[both, only_first], [only_second, neither]], exact=True)
    found = mcnemar(*rights(*counts))
    assert (found["only_first_right"], found["only_second_right"]) == (only_first, only_second)
    assert found["p"] == pytest.approx(expected.pvalue)


def test_mcnemar_of_equal_classifiers_is_one():
    same = np.array([True, False, True])
    assert mcnemar(same, same)["p"] == 1.0


def test_difference_and_its_interval_are_those_of_paired_shares():
    """Class 0: 10 against 2 discordant of 400; class 1: 20 against 5 of 200."""
    first_0, second_0 = rights(10, 2, 380, 8)
    first_1, second_1 = rights(20, 5, 170, 5)
    label = np.repeat([0, 1], [400, 200])
    first, second = np.r_[first_0, first_1][None], np.r_[second_0, second_1][None]
    found = macro_recall_difference(label, np.full(600, "a"), first, second)
    gains = [first_0.astype(int) - second_0, first_1.astype(int) - second_1]
    error = np.sqrt(sum(gain.var() / len(gain) for gain in gains)) / 2
    assert found["value"] == pytest.approx((8 / 400 + 15 / 200) / 2)
    assert found["low"] == pytest.approx(found["value"] - 1.96 * error, abs=0.15 * error)
    assert found["high"] == pytest.approx(found["value"] + 1.96 * error, abs=0.15 * error)
    assert found["over_runs"] == {"runs": 1, "note": "a class of one run: no interval for lots"}


def test_interval_grows_with_the_difference_between_seeds():
    """Seeds that disagree on everything: the difference of two equal classifiers is not zero with certainty."""
    label, run = np.repeat([0, 1], 50), np.full(100, "a")
    seeds = np.stack([np.ones(100, bool), np.zeros(100, bool)])
    found = macro_recall_difference(label, run, seeds, seeds)
    assert found["value"] == 0
    assert found["low"] == -1 and found["high"] == 1


def test_no_difference_seen_is_not_none_for_certain():
    label, same = np.repeat([0, 1], 50), np.ones((1, 100), bool)
    found = macro_recall_difference(label, np.full(100, "a"), same, same)
    assert found["low"] < found["value"] == 0 < found["high"]


def test_over_runs_one_class_has_the_t_interval_of_its_runs():
    """Runs of equal size: Student's interval of the mean of their differences."""
    random = np.random.default_rng(6)
    first, second = random.random((1, 400)) < np.repeat(random.uniform(0.2, 1, 4), 100), random.random((1, 400)) < 0.6
    run, label = np.repeat(list("abcd"), 100), np.zeros(400, int)
    means = (first[0].astype(int) - second[0]).reshape(4, 100).mean(axis=1)
    expected = stats.t.interval(0.95, 3, means.mean(), stats.sem(means))
    found = macro_recall_difference(label, run, first, second)["over_runs"]
    assert (found["low"], found["high"]) == pytest.approx(expected)
    assert found["p"] == pytest.approx(stats.ttest_1samp(means, 0).pvalue)


@pytest.mark.parametrize("runs", [2, 3, 5, 10])
def test_over_runs_covers_the_difference_of_all_lots(runs):
    """Three classes of `runs` runs; the true differences vary from run to run by 5 points around 2."""
    random, draws, size = np.random.default_rng(runs), 600, 60
    label = np.repeat([0, 1, 2], runs * size)
    run = np.repeat(np.arange(3 * runs).astype(str), size)
    held = 0
    for _ in range(draws):
        shift = np.repeat(random.normal(0.02, 0.05, 3 * runs), size)
        first, second = random.random((1, len(label))) < 0.8 + shift, random.random((1, len(label))) < 0.8
        found = macro_recall_difference(label, run, first, second)["over_runs"]
        held += found["low"] <= 0.02 <= found["high"]
    assert held / draws >= 0.93
