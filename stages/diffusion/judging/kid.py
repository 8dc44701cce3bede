"""Kernel inception distance: unbiased, so it means the same at any number of images (Binkowski et al. 2018)."""

import numpy as np
from sklearn.metrics.pairwise import polynomial_kernel

SUBSETS = 100


def kid(a: np.ndarray, b: np.ndarray) -> float:
    """Squared maximum mean discrepancy between features (N, D) and (M, D), its unbiased estimate (Gretton et al. 2012,
    eq. 3). It can be a little below 0."""
    return _unbiased(_kernel(a, a), _kernel(b, b), _kernel(a, b))


def kid_spread(a: np.ndarray, b: np.ndarray, random: np.random.Generator) -> float:
    """Standard deviation of `kid` over SUBSETS random halves of both sets."""
    half_a, half_b = max(len(a) // 2, 2), max(len(b) // 2, 2)
    of_a, of_b, between = _kernel(a, a), _kernel(b, b), _kernel(a, b)
    values = []
    for _ in range(SUBSETS):
        i = random.permutation(len(a))[:half_a]
        j = random.permutation(len(b))[:half_b]
        values.append(_unbiased(of_a[np.ix_(i, i)], of_b[np.ix_(j, j)], between[np.ix_(i, j)]))
    return float(np.std(values, ddof=1))


def _kernel(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """(x.y / D + 1)^3 (Binkowski et al. 2018, section 4)."""
    return polynomial_kernel(a, b, degree=3, coef0=1)


def _unbiased(of_a: np.ndarray, of_b: np.ndarray, between: np.ndarray) -> float:
    return float(_mean_off_diagonal(of_a) + _mean_off_diagonal(of_b) - 2 * between.mean())


def _mean_off_diagonal(kernel: np.ndarray) -> float:
    n = len(kernel)
    return (kernel.sum() - np.trace(kernel)) / (n * (n - 1))
