"""Average precision against scikit-learn, and reweighting against sets that really have the prevalence."""

import numpy as np
import pytest
from sklearn import metrics

from stages.classify.data.scores import at_shares, average_precision

LABEL = np.repeat([0, 1, 2], [60, 25, 15])
RANDOM = np.random.default_rng(3)
# Rounded, so that scores are tied.
PROBABILITIES = np.round(RANDOM.dirichlet([1, 1, 1], 100) + 0.5 * np.eye(3)[LABEL], 1)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_average_precision_equals_scikit_learn_with_ties_and_weights(number):
    positive, score = number == LABEL, PROBABILITIES[:, number]
    weights = RANDOM.integers(0, 4, (5, 100)).astype(float)
    assert average_precision(positive, score) == pytest.approx(metrics.average_precision_score(positive, score))
    expected = [metrics.average_precision_score(positive, score, sample_weight=row) for row in weights]
    np.testing.assert_allclose(average_precision(positive, score, weights), expected)


def test_reweighting_equals_a_set_that_has_the_prevalence():
    """Each particle repeated until the classes stand 8 : 1 : 1, then scored without weights."""
    repeats = np.array([40, 12, 20])[LABEL]  # 60 x 40 = 2400, 25 x 12 = 300, 15 x 20 = 300
    shares = np.array([0.8, 0.1, 0.1])
    weights = at_shares(LABEL, shares, np.ones(100))
    np.testing.assert_allclose(np.bincount(LABEL, weights), shares)
    for number in range(3):
        score = PROBABILITIES[:, number]
        expected = metrics.average_precision_score(np.repeat(number == LABEL, repeats), np.repeat(score, repeats))
        assert average_precision(number == LABEL, score, weights) == pytest.approx(expected)
