"""Coverage of the precision at a rare prevalence, by true false-alarm rate and number of negatives."""

from functools import cache
from itertools import product
from typing import Any
from unittest import mock

import numpy as np

from stages.classify.evaluating import prevalence

RATES = (0.0003, 0.001, 0.003, 0.01, 0.05)
NEGATIVES = (200, 827, 5000)
RECALLS = (0.75, 0.95, 0.99)
SHARES = np.array([0.998, 0.001, 0.001])
POSITIVES = 117
OTHERS = 121  # of the second minority class, which is called the first at OTHER_RATE
OTHER_RATE = 0.01
RESAMPLES = 1000


def precision_coverage(draws: int, random: np.random.Generator) -> list[dict]:
    """A row for each truth: how often `precision_at` and the bootstrap of particles hold it, and how often the
    bootstrap's interval is the point 1."""
    remembered: dict[str, Any] = {name: cache(getattr(prevalence, name)) for name in ("wilson", "clopper_pearson")}
    with mock.patch.multiple(prevalence, **remembered):
        return [_row(*truth, draws, random) for truth in product(NEGATIVES, RATES, RECALLS)]


def _row(negatives: int, rate: float, recall: float, draws: int, random: np.random.Generator) -> dict:
    true = _precision(recall, rate, OTHER_RATE)
    hits = random.binomial(POSITIVES, recall, draws)
    alarms, others = random.binomial(negatives, rate, draws), random.binomial(OTHERS, OTHER_RATE, draws)
    held = 0
    for hit, alarm, other in zip(hits, alarms, others, strict=True):
        counts = np.array([[negatives - alarm, alarm, 0], [POSITIVES - hit, hit, 0], [0, other, OTHERS - other]])
        found = prevalence.precision_at(counts, SHARES, 1)
        held += found["low"] <= true <= found["high"]
    # Resampling particles of a class draws its errors from a binomial law.
    size = (RESAMPLES, draws)
    again = _precision(
        random.binomial(POSITIVES, hits / POSITIVES, size) / POSITIVES,
        random.binomial(negatives, alarms / negatives, size) / negatives,
        random.binomial(OTHERS, others / OTHERS, size) / OTHERS,
    )
    low, high = np.percentile(again, [2.5, 97.5], axis=0)
    return {
        "negatives": negatives,
        "false_alarm_rate": rate,
        "recall": recall,
        "coverage": held / draws,
        "bootstrap": np.mean((low <= true) & (true <= high)),
        "bootstrap_says_one": np.mean((low == 1) & (high == 1)),
    }


def _precision(recall, rate, other_rate):
    right = SHARES[1] * recall
    return right / (right + SHARES[0] * rate + SHARES[2] * other_rate)
