"""The confusion matrix, and the recalls that follow from it."""

import numpy as np


def confusion(label: np.ndarray, called: np.ndarray, classes: int) -> np.ndarray:
    """How many particles of each true class (rows) were called each class (columns); both (N,) numbers of classes."""
    return np.bincount(label * classes + called, minlength=classes**2).reshape(classes, classes)


def recalls(counts: np.ndarray) -> np.ndarray:
    """Share of each true class that was found, (classes,)."""
    return np.diagonal(counts) / counts.sum(axis=1)
