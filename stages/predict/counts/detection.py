"""What can be told of a class that hardly is there: when it counts as found, and how many it takes (Currie 1968)."""

import numpy as np
from scipy.stats import norm

from stages.predict.counts.likelihood import Fit

Z = float(norm.ppf(0.95))  # one in twenty each: found where there is none, missed where there are as many as the limit


def currie(sd: float) -> tuple[float, float]:
    """Numbers of particles: an estimate above the first is found, and a true number of the second is found 19 times in
    20; `sd` is the standard deviation of the estimate where there is none."""
    return Z * sd, Z**2 + 2 * Z * sd


def sd_of_none(fit: Fit, rows: np.ndarray, number: int) -> float:
    """Standard deviation of the estimated number of the class `number` where there is none; `fit` is that without it.

    By generalized least squares, in which a stratum's count varies by Poisson's law and by what the matrix leaves open:
    var = diag(sum_c m_c A_c) + sum_c m_c^2 (diag(A_c) - A_c A_c^T) / n_c.
    """
    numbers, shares = fit.numbers[0], fit.shares[0]
    variance = np.diag(numbers @ shares)
    for expected, share, known in zip(numbers, shares, rows.sum(axis=1), strict=True):
        variance += expected**2 / (known + 1) * (np.diag(share) - np.outer(share, share))
    covariance = np.linalg.pinv(shares @ np.linalg.pinv(variance, hermitian=True) @ shares.T, hermitian=True)
    return float(np.sqrt(max(0.0, covariance[number, number])))


def is_found(evidence: float) -> bool:
    """Whether twice the log likelihood that a class adds is more than chance gives 19 times in 20."""
    return evidence > Z**2
