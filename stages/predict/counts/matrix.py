"""The matrix of misclassification with what is not known of it: in which strata the particles of each class fall."""

from dataclasses import dataclass

import numpy as np

from stages.predict.counts.strata import DEPTH, strata
from stages.predict.doubt.calibration import balanced

EXPECTED = 1.0  # particles of each class that are added, spread as the calibrated probabilities say
FLOOR = 1e-4  # of them, spread evenly: no stratum is out of reach of any class
CORRELATION = 0.0005  # of two particles of a run, beyond their class: the least that is taken off for runs that differ


@dataclass(frozen=True)
class Matrix:
    """`counts` (C, K) of particles of known class in each stratum, `expected` (C, K) shares by calibrated
    probabilities, and what makes a particle worth less than one: `runs` (C,) in which those of each class came, and
    their `correlation` within a run."""

    counts: np.ndarray
    expected: np.ndarray
    runs: np.ndarray
    correlation: float

    def rows(self, runs: int = 1) -> np.ndarray:
        """Effective counts (C, K), of which the shares of a sample measured in `runs` runs are a Dirichlet law.

        A share p from N particles in R runs has the variance p (1 - p) (1 + (N / R - 1) rho) / N, and the sample's own
        runs depart from it by p (1 - p) rho / runs: both together are those of an effective number of particles.
        """
        particles = self.counts.sum(axis=1)
        together = 1 + (particles / np.maximum(self.runs, 1) - 1) * self.correlation
        worth = 1 / (together + particles * self.correlation / runs)
        return np.minimum(worth, 1)[:, None] * self.counts + EXPECTED * self.expected


def matrix_of(probabilities: np.ndarray, truth: np.ndarray, run: np.ndarray) -> Matrix:
    """From calibrated `probabilities` (N, C) of particles of known classes `truth` (N,) of the runs `run` (N,)."""
    classes = probabilities.shape[1]
    stratum, size = strata(probabilities), classes * DEPTH
    counts = np.bincount(truth * size + stratum, minlength=classes * size).reshape(classes, size).astype(float)
    runs = np.array([len(np.unique(run[truth == number])) for number in range(classes)])
    correlation = max(CORRELATION, correlation_of(probabilities.argmax(axis=1), truth, run))
    return Matrix(counts, _expected(probabilities, truth, stratum, size), runs, correlation)


def _expected(probabilities: np.ndarray, truth: np.ndarray, stratum: np.ndarray, size: int) -> np.ndarray:
    if len(truth) == 0:
        return np.full((probabilities.shape[1], size), 1 / size)
    weights = balanced(truth, probabilities.shape[1])
    found = np.stack([np.bincount(stratum, weights * own, size) for own in probabilities.T])
    return (1 - FLOOR) * found / found.sum(axis=1, keepdims=True) + FLOOR / size


def correlation_of(called: np.ndarray, truth: np.ndarray, run: np.ndarray) -> float:
    """How far calls of a class differ from run to run beyond chance, as the correlation of two particles of a run.

    From Pearson's statistic over runs, pooled over classes: its mean is (1 + (n - 1) rho) for each degree of freedom
    (Rao and Scott 1981), n particles a run. 0 where no class has two runs, or where they differ less than by chance.
    """
    departure = freedom = together = 0.0
    for number in np.unique(truth):
        own = truth == number
        runs, calls = (np.unique(each[own], return_inverse=True)[1] for each in (run, called))
        table = np.zeros((runs.max() + 1, calls.max() + 1))
        np.add.at(table, (runs, calls), 1)
        chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
        degrees = (table.shape[0] - 1) * (table.shape[1] - 1)
        departure += ((table - chance) ** 2 / chance).sum()
        freedom += degrees
        together += degrees * (table.sum() / table.shape[0] - 1)
    return max(0.0, (departure - freedom) / together) if together > 0 else 0.0
