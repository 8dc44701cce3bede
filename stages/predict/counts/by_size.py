"""The same answers for particles from a size on; small ones are mistaken most, so each threshold has its own matrix."""

from collections.abc import Sequence

import numpy as np

from stages.predict.counts.counted import Count, counted
from stages.predict.counts.matrix import Matrix, matrix_of

FEWEST = 20  # particles of a class that a matrix is made from


def matrices_from(
    thresholds_um: Sequence[float], sizes_um: np.ndarray, probabilities: np.ndarray, truth: np.ndarray, run: np.ndarray
) -> list[Matrix]:
    """One for each threshold, from the particles of known class whose `sizes_um` (N,) reach it; where fewer than FEWEST
    of a class do, from its FEWEST largest, lest a row of which nothing is known explain whatever is seen."""
    largest = _largest(sizes_um, truth)
    large = [(sizes_um >= threshold) | largest for threshold in thresholds_um]
    return [matrix_of(probabilities[own], truth[own], run[own]) for own in large]


def _largest(sizes_um: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Which particles are among the FEWEST largest of their class, (N,) bool."""
    among = np.zeros(len(truth), bool)
    for number in np.unique(truth):
        own = np.flatnonzero(truth == number)
        among[own[np.argsort(-sizes_um[own], kind="stable")[:FEWEST]]] = True
    return among


def counted_from(
    thresholds_um: Sequence[float],
    sizes_um: np.ndarray,
    probabilities: np.ndarray,
    matrices: Sequence[Matrix],
    level: float = 0.95,
    runs: int = 1,
) -> list[list[Count]]:
    """For each threshold a Count for each class, of the particles whose `sizes_um` (N,) reach it."""
    each = zip(thresholds_um, matrices, strict=True)
    return [counted(probabilities[sizes_um >= threshold], matrix, level, runs) for threshold, matrix in each]
