"""Scores against scikit-learn, and reweighting against sets that really have the prevalence."""

import numpy as np
import pytest
from sklearn import metrics

from stages.classify.data.scores import (
    at_shares,
    average_precision,
    confusion,
    precision_recall_curve,
    precisions,
    recalls,
)

LABEL = np.repeat([0, 1, 2], [60, 25, 15])
RANDOM = np.random.default_rng(3)
# Rounded, so that scores are tied.
PROBABILITIES = np.round(RANDOM.dirichlet([1, 1, 1], 100) + 0.5 * np.eye(3)[LABEL], 1)
CALLED = PROBABILITIES.argmax(axis=1)


def test_recall_and_precision_equal_scikit_learn():
    counts = confusion(LABEL, CALLED, 3)
    np.testing.assert_array_equal(counts, metrics.confusion_matrix(LABEL, CALLED))
    np.testing.assert_allclose(recalls(counts), metrics.recall_score(LABEL, CALLED, average=None))
    np.testing.assert_allclose(precisions(counts), metrics.precision_score(LABEL, CALLED, average=None))


def test_precision_of_a_class_never_called_is_zero():
    assert precisions(confusion(np.array([0, 1]), np.array([0, 0]), 2))[1] == 0


@pytest.mark.parametrize("number", [0, 1, 2])
def test_average_precision_equals_scikit_learn_with_ties_and_weights(number):
    positive, score = number == LABEL, PROBABILITIES[:, number]
    weights = RANDOM.integers(0, 4, (5, 100)).astype(float)
    assert average_precision(positive, score) == pytest.approx(metrics.average_precision_score(positive, score))
    expected = [metrics.average_precision_score(positive, score, sample_weight=row) for row in weights]
    np.testing.assert_allclose(average_precision(positive, score, weights), expected)


def test_curve_equals_scikit_learn():
    precision, recall = precision_recall_curve(LABEL == 1, PROBABILITIES[:, 1])
    expected_precision, expected_recall, _ = metrics.precision_recall_curve(LABEL == 1, PROBABILITIES[:, 1])
    np.testing.assert_allclose(precision, expected_precision[:-1][::-1])
    np.testing.assert_allclose(recall, expected_recall[:-1][::-1])


def test_reweighting_equals_a_set_that_has_the_prevalence():
    """Each particle repeated until the classes stand 8 : 1 : 1, then scored without weights."""
    repeats = np.array([40, 12, 20])[LABEL]  # 60 x 40 = 2400, 25 x 12 = 300, 15 x 20 = 300
    shares = np.array([0.8, 0.1, 0.1])
    weights = at_shares(LABEL, shares, np.ones(100))
    built = confusion(np.repeat(LABEL, repeats), np.repeat(CALLED, repeats), 3)
    np.testing.assert_allclose(confusion(LABEL, CALLED, 3, weights), built / built.sum())
    np.testing.assert_allclose(precisions(confusion(LABEL, CALLED, 3, weights)), precisions(built))
    for number in range(3):
        score = PROBABILITIES[:, number]
        expected = metrics.average_precision_score(np.repeat(number == LABEL, repeats), np.repeat(score, repeats))
        assert average_precision(number == LABEL, score, weights) == pytest.approx(expected)


def test_precision_at_a_low_prevalence_follows_bayes():
    label = np.repeat([0, 1], [1000, 100])
    called = np.where(np.arange(1100) < 20, 1, label)  # 2 % false calls, no miss
    counts = confusion(label, called, 2, at_shares(label, np.array([0.999, 0.001]), np.ones(1100)))
    assert precisions(counts)[1] == pytest.approx(0.001 / (0.001 + 0.999 * 0.02))
