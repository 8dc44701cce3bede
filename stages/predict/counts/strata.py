"""Particles sorted by what they are called and how surely: a finer matrix of misclassification than that of calls.

The rate at which particles of one class pass for another differs a hundredfold between doubtful and sure calls. Strata
keep that, and, unlike the probabilities themselves, can be counted on particles of known class.
"""

import numpy as np

EDGES = np.array([0.7, 0.9, 0.97, 0.99, 0.997])  # of the probability of the class that is called
DEPTH = len(EDGES) + 1


def strata(probabilities: np.ndarray) -> np.ndarray:
    """(N,) numbers below C * DEPTH, from calibrated `probabilities` (N, C)."""
    return probabilities.argmax(axis=1) * DEPTH + np.searchsorted(EDGES, probabilities.max(axis=1), side="right")


def counts_in(probabilities: np.ndarray) -> np.ndarray:
    """How many particles lie in each stratum, (C * DEPTH,) float."""
    return np.bincount(strata(probabilities), minlength=probabilities.shape[1] * DEPTH).astype(float)
