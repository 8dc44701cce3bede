"""The paired tests on constructed cases, against statsmodels and the analytic standard error."""

import numpy as np
import pytest
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
    found = macro_recall_difference(label, np.full(600, "a"), first, second, 4000, np.random.default_rng(1))
    gains = [first_0.astype(int) - second_0, first_1.astype(int) - second_1]
    error = np.sqrt(sum(gain.var() / len(gain) for gain in gains)) / 2
    assert found["value"] == pytest.approx((8 / 400 + 15 / 200) / 2)
    assert found["low"] == pytest.approx(found["value"] - 1.96 * error, abs=0.15 * error)
    assert found["high"] == pytest.approx(found["value"] + 1.96 * error, abs=0.15 * error)


def test_interval_grows_with_the_difference_between_seeds():
    """Seeds that disagree on everything: the difference of two equal classifiers is not zero with certainty."""
    label, run = np.repeat([0, 1], 50), np.full(100, "a")
    seeds = np.stack([np.ones(100, bool), np.zeros(100, bool)])
    found = macro_recall_difference(label, run, seeds, seeds, 500, np.random.default_rng(1))
    assert found["value"] == 0
    assert found["low"] == pytest.approx(-1) and found["high"] == pytest.approx(1)
