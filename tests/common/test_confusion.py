"""The confusion matrix and its recalls against scikit-learn."""

import numpy as np
from sklearn import metrics

from stages.common.confusion import confusion, recalls


def test_they_equal_scikit_learn():
    random = np.random.default_rng(3)
    label, called = np.repeat([0, 1, 2], [60, 25, 15]), random.integers(0, 3, 100)
    counts = confusion(label, called, 3)
    np.testing.assert_array_equal(counts, metrics.confusion_matrix(label, called))
    np.testing.assert_allclose(recalls(counts), metrics.recall_score(label, called, average=None))


def test_a_class_never_called_keeps_its_column():
    assert confusion(np.array([0, 1]), np.array([0, 0]), 3).tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 0]]
