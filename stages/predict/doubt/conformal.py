"""Sets of classes that hold a particle's own class as often as stated, in each class alone.

Class-conditional split conformal prediction (Vovk 2012; score 1 - p of Sadinle, Lei and Wasserman 2019). The coverage
of each class holds at any composition of the sample, for it is conditional on the class.
"""

import numpy as np
from scipy.special import betaincinv


def fit(probabilities: np.ndarray, truth: np.ndarray, level: float) -> np.ndarray:
    """Thresholds (C,): a class belongs to a particle's set where its probability is at least the class's threshold.

    From `probabilities` (N, C) of particles of the known classes `truth` (N,). A class with fewer particles than
    `level` needs (19 for 95 %, 99 for 99 %) gets 0, which is in every set.
    """
    thresholds = np.zeros(probabilities.shape[1])
    for number in range(len(thresholds)):
        own = np.sort(probabilities[truth == number, number])[::-1]
        if (rank := _rank(len(own), level)) <= len(own):
            thresholds[number] = own[rank - 1]
    return thresholds


def sets(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """(N, C) bool: which classes each particle may be of. An empty set says that it is like none of them."""
    return probabilities >= thresholds


def covered(found: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Share of each class whose sets hold it, (C,); NaN where there is no particle of it."""
    held = found[np.arange(len(truth)), truth]
    counts = np.bincount(truth, minlength=found.shape[1])
    with np.errstate(invalid="ignore"):
        return np.bincount(truth, held, found.shape[1]) / counts


def coverage_range(particles: int, level: float, within: float = 0.9) -> tuple[float, float]:
    """Where the coverage of sets fitted on so many particles of a class lies with probability `within`: it follows a
    Beta law (Angelopoulos and Bates 2023, section 3.2)."""
    rank = _rank(particles, level)
    if rank > particles:
        return 1.0, 1.0
    tails = [(1 - within) / 2, (1 + within) / 2]
    low, high = betaincinv(rank, particles + 1 - rank, tails)
    return float(low), float(high)


def _rank(particles: int, level: float) -> int:
    """k = ceil((n + 1) level); rounding must not turn a whole number into the next."""
    return int(np.ceil((particles + 1) * level - 1e-9))
