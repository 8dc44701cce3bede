"""How far two samples of one number lie apart."""

import numpy as np


def distances(values: np.ndarray, first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Kolmogorov-Smirnov's statistic, and Wasserstein's distance in the unit of `values`, between two samples that hold
    `first` and `second` (M,) of each of the M ascending `values`.

    Samples are given as counts because permutations compare the same values many times; scipy's functions would sort
    them each time.

    >>> distances(np.array([2.0, 5.0, 10.0]), np.array([1, 1, 0]), np.array([0, 1, 1]))
    (0.5, 4.0)
    """
    gap = np.abs(np.cumsum(first) / first.sum() - np.cumsum(second) / second.sum())
    return float(gap.max()), float((gap[:-1] * np.diff(values)).sum())
