"""Intervals of means of shares, by their coverage and by hand."""

import numpy as np
import pytest

from stages.classify.evaluating.means import mean_of_dependent, mean_of_independent
from stages.common.proportions import counted


def test_the_mean_of_independent_shares_is_covered():
    """Simulated from known shares, 95 % of the intervals hold their mean; none has width zero."""
    random, truth, total = np.random.default_rng(5), [0.98, 0.9, 0.99], 60
    held, widths = [], []
    for _ in range(2000):
        found = mean_of_independent([counted(hits, total) for hits in random.binomial(total, truth)])
        held.append(found["low"] <= np.mean(truth) <= found["high"])
        widths.append(found["high"] - found["low"])
    assert 0.92 < np.mean(held) < 0.985
    assert min(widths) > 0


def test_the_mean_of_shares_that_are_one_and_the_same_is_as_uncertain_as_one():
    share = counted(45, 50)
    assert mean_of_dependent([share, share, share]) == pytest.approx(share)
    alone = mean_of_independent([share, share, share])
    assert alone["high"] - alone["low"] < 0.6 * (share["high"] - share["low"])
