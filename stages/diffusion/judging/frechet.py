"""Frechet distance between two sets of features, each taken as a normal distribution (Heusel et al. 2017)."""

import numpy as np


def frechet(a: np.ndarray, b: np.ndarray) -> float:
    """|mean_a - mean_b|^2 + trace(C_a + C_b - 2 (C_a C_b)^(1/2)) of features (N, D), at least two rows each.

    With centred rows A and B scaled so that C_a = A'A and C_b = B'B, the trace of (C_a C_b)^(1/2) is the sum of the
    singular values of A B'. That is exact where N is below D, as it is here: a matrix root of the singular product
    C_a C_b is slow and needs its rounding errors repaired.
    """
    root_a, root_b = _root(a), _root(b)
    shared = np.linalg.svd(root_a @ root_b.T, compute_uv=False).sum()
    means = np.square(a.mean(axis=0) - b.mean(axis=0)).sum()
    return float(means + np.square(root_a).sum() + np.square(root_b).sum() - 2 * shared)


def _root(features: np.ndarray) -> np.ndarray:
    """R with R'R the covariance of `features`, of at most D rows."""
    return np.asarray(np.linalg.qr((features - features.mean(axis=0)) / np.sqrt(len(features) - 1), mode="r"))
