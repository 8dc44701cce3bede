"""What can be told of a class that hardly is there: when it counts as found, and how many it takes (Currie 1968)."""

import numpy as np
from scipy.special import ndtri

from stages.predict.counts.likelihood import STEPS, Fit, climbed

Z = float(ndtri(0.95))  # one in twenty each: found where there is none, missed where there are as many as the limit
ROUNDS = 30
POINTS, MOST = 9, 4.0  # numbers tried above Currie's limit, up to so many times it


def is_found(evidence: float) -> bool:
    """Whether twice the log likelihood that a class adds is more than chance gives 19 times in 20."""
    return evidence > Z**2


def detectable(none: Fit, rows: np.ndarray, number: int) -> float:
    """How many particles of the class `number` are found 19 times in 20; `none` is the fit without it, `rows` (C, K)
    are the matrix's effective counts.

    The evidence that counts as expected of so many would give must reach (2 Z)^2: Z to decide, Z for what chance takes
    off (Cowan et al. 2011, the Asimov data set). Currie's limit is the least that it can be.
    """
    own = np.arange(len(rows)) == number
    tried = currie(none, rows, number) * np.geomspace(1, MOST, POINTS)
    numbers = none.numbers + tried[:, None] * own
    counts = (numbers[..., None] * none.shares).sum(axis=1)
    held = np.broadcast_to(own, numbers.shape)
    best = climbed(counts, rows, numbers, np.zeros_like(held), 2 * STEPS)
    without = climbed(counts, rows, np.where(held, 0.0, np.maximum(numbers, 0.5)), held, 2 * STEPS)
    evidence = 2 * np.maximum(0, best.log_likelihood - without.log_likelihood)
    return float(np.interp(2 * Z, np.maximum.accumulate(np.sqrt(evidence)), tried))


def currie(none: Fit, rows: np.ndarray, number: int) -> float:
    """Currie's limit solves L = Z (sd_0 + sd_L), the deviations of the estimate where there is none and where there are
    L; with as many false ones expected as B it is Z^2 + 2 Z sqrt(B + var(B)). The estimate is the linear one that is
    best at L: strata in which none is expected don't count for more than the few particles that L puts there.
    """
    numbers, shares, known = none.numbers[0], none.shares[0], rows.sum(axis=1)
    limit = Z**2
    for _ in range(ROUNDS):
        there = numbers + limit * (np.arange(len(rows)) == number)
        variances = [_variance(each, shares, known) for each in (numbers, there)]
        weighted = shares @ np.linalg.pinv(variances[1], hermitian=True)
        weights = (np.linalg.pinv(weighted @ shares.T, hermitian=True) @ weighted)[number]
        limit = Z * sum(np.sqrt(max(0.0, weights @ variance @ weights)) for variance in variances)
    return float(limit)


def _variance(numbers: np.ndarray, shares: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Covariance (K, K) of the strata's counts, by Poisson's law and by what `known` (C,) particles leave open:
    diag(sum_c m_c A_c) + sum_c m_c^2 (diag(A_c) - A_c A_c^T) / (n_c + 1)."""
    open_part = sum(
        expected**2 / (particles + 1) * (np.diag(share) - np.outer(share, share))
        for expected, share, particles in zip(numbers, shares, known, strict=True)
    )
    return np.diag(numbers @ shares) + open_part
