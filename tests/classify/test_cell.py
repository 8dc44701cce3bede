"""What the cells of the grid are ranked by."""

import numpy as np
import pytest
from sklearn import metrics

from stages.classify.training.cell import selection_scores


def test_scores_are_scikit_learns_means_over_classes():
    random = np.random.default_rng(2)
    label = np.repeat([0, 1, 2], [30, 12, 8])
    found = random.dirichlet([1, 1, 1], 50) + 0.4 * np.eye(3)[label]
    scores = selection_scores(label, found)
    assert scores["macro_recall"] == pytest.approx(metrics.balanced_accuracy_score(label, found.argmax(axis=1)))
    assert scores["macro_auprc"] == pytest.approx(metrics.average_precision_score(np.eye(3)[label], found))
    assert scores["diverged"] is False


def test_a_training_that_diverged_scores_nothing():
    found = np.full((4, 2), 0.5)
    found[3, 1] = np.nan
    scores = selection_scores(np.array([0, 0, 1, 1]), found)
    assert scores == {"macro_recall": 0.0, "macro_auprc": 0.0, "diverged": True}
