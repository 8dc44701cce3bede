"""Recall over runs: by coverage where runs differ, and on cases that can be counted by hand."""

import numpy as np
import pytest

from stages.classify.evaluating.answers import Answers
from stages.classify.evaluating.runs import recall_over_runs


def answers(hits: list[int], total: list[int]) -> Answers:
    """One class, of whose particles `hits` of `total` in each run are called rightly."""
    run = np.repeat([f"r{i}" for i in range(len(total))], total)
    right = np.concatenate([np.arange(n) < h for h, n in zip(hits, total, strict=True)])
    return Answers(["a", "b"], np.zeros(len(run), int), np.stack([right, ~right], axis=1).astype(float), run)


def test_one_run_says_nothing_of_lots():
    assert recall_over_runs(answers([90], [100]), 0) == {"runs": 1, "note": "one run: no interval for lots"}


def test_runs_that_differ_leave_few_effective_particles():
    """Shares 0.8 and 1.0 of 100 each: p = 0.9, its variance between runs (0.1^2 + 0.1^2) / 2; 0.09 / 0.01 = 9."""
    found = recall_over_runs(answers([80, 100], [100, 100]), 0)
    assert found["value"] == pytest.approx(0.9)
    assert found["effective_particles"] == pytest.approx(9)


def test_runs_alike_are_worth_all_their_particles_and_no_more():
    assert recall_over_runs(answers([90, 90, 90], [100, 100, 100]), 0)["effective_particles"] == 300


@pytest.mark.parametrize("runs", [2, 3, 5, 10])
def test_the_interval_covers_the_recall_of_all_lots(runs):
    """Recalls of runs of 60 vary about 0.9 with an intra-run correlation of 0.05 (beta-binomial)."""
    random, mean, correlation, draws = np.random.default_rng(runs), 0.9, 0.05, 1000
    size = (1 - correlation) / correlation
    held = 0
    for _ in range(draws):
        hits = random.binomial(60, random.beta(mean * size, (1 - mean) * size, runs))
        found = recall_over_runs(answers(hits.tolist(), [60] * runs), 0)
        held += found["low"] <= mean <= found["high"]
    assert held / draws >= 0.93
