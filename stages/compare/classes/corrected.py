"""Counts of classes corrected for misclassification, as draws: the matrix inverted, with all that is uncertain of it.

Seen are n = A^T m, m the particles of each class and A the shares of each class that are called each class (Rogan and
Gladen 1978 for two classes). Draws of A's rows come from Dirichlet(counts + 1/2), draws of n from Gamma(n + 1/2), which
are Jeffreys' posteriors of shares and of Poisson means; each pair is solved for m, in each bin of size by itself. Runs
that differ multiply the sum.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from stages.common.run_variance import RunVariance

DRAWS = 4000
Z = float(stats.norm.ppf(0.95))  # one in twenty each: found where there is none, missed where there are as many


@dataclass(frozen=True)
class Corrected:
    """Of one class in one sample: `draws` (DRAWS,) of its particles in the suspension, at least 0; `called` so many of
    all `seen`, uncorrected; `found`: whether that is more than other classes' mistakes give 19 times in 20;
    `detectable`: the number that would be found 19 times in 20; `matrix_variance`, of the logarithm, what more runs
    would not lessen."""

    draws: np.ndarray
    called: int
    seen: int
    found: bool
    detectable: float
    matrix_variance: float

    @property
    def number(self) -> float:
        """The draws' median."""
        return float(np.median(self.draws))

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Of the number, between equal tails; from 0 on where the class isn't found."""
        low, high = np.quantile(self.draws, [(1 - level) / 2, (1 + level) / 2])
        return float(low) if self.found else 0.0, float(high)


def inverted(calls: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The numbers m (..., C) whose calls would be `calls` (..., C) under `shares` (..., C, C), true class by call; may
    be negative."""
    return np.linalg.solve(np.swapaxes(shares, -1, -2), np.asarray(calls, float)[..., None])[..., 0]


def shares_drawn(matrices: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """(DRAWS, ..., C, C) shares from confusion matrices (..., C, C): rows of Dirichlet(counts + 1/2)."""
    gammas = random.standard_gamma(matrices + 0.5, (DRAWS, *matrices.shape))
    return gammas / gammas.sum(axis=-1, keepdims=True)


def corrected(
    calls: np.ndarray, matrices: np.ndarray, spreads: list[RunVariance], runs: int, random: np.random.Generator
) -> list[Corrected]:
    """A Corrected for each class from `calls` (B, C) in a sample's `runs` runs, in B bins of size with a confusion
    matrix each, (B, C, C), and how far runs differ in each class."""
    shares = shares_drawn(matrices, random)
    numbers = inverted(random.standard_gamma(calls + 0.5, (DRAWS, *calls.shape)), shares).sum(axis=1)
    fixed = inverted(np.broadcast_to(calls + 0.5, shares.shape[:-1]), shares).sum(axis=1)
    recalls = np.diagonal(matrices.sum(axis=0) + 0.5) / (matrices.sum(axis=0) + 0.5).sum(axis=1)
    found = []
    for number, spread in enumerate(spreads):
        mistaken = mistakes(calls, shares, number)
        deviation = float(np.sqrt(mistaken.mean() + mistaken.var()))
        called = int(calls[:, number].sum())
        chance = stats.poisson.sf(called - 1, mistaken).mean()
        found.append(
            Corrected(
                np.maximum(0, numbers[:, number]) * _run_factors(spread, runs, random),
                called,
                int(calls.sum()),
                bool(called > 0 and chance < 0.05),
                float((Z**2 + 2 * Z * deviation) / recalls[number]),
                _log_variance(fixed[:, number]),
            )
        )
    return found


def mistakes(calls: np.ndarray, shares: np.ndarray, number: int) -> np.ndarray:
    """Particles of other classes to expect among those called `number`, (DRAWS,), if there is none of that class: the
    others' own calls tell how many they are. `calls` (B, C), `shares` (DRAWS, B, C, C)."""
    others = [other for other in range(calls.shape[-1]) if other != number]
    among = shares[..., others, :][..., others]
    numbers = np.maximum(0, inverted(np.broadcast_to(calls[:, others], among.shape[:-1]), among))
    return (numbers * shares[..., others, number]).sum(axis=(1, 2))


def _run_factors(spread: RunVariance, runs: int, random: np.random.Generator) -> np.ndarray:
    """Student's draws of how far `runs` runs together depart from the suspension; 1 where nothing is known of it."""
    if not spread.freedom > 0:
        return np.ones(DRAWS)
    scale = np.sqrt(max(0.0, float(spread.value)) / runs)
    return np.exp(scale * random.standard_t(float(spread.freedom), DRAWS))


def _log_variance(numbers: np.ndarray) -> float:
    """From the draws' 90 % interval; infinite where that reaches none."""
    low, high = np.quantile(numbers, [0.05, 0.95])
    return float((np.log(high / low) / (2 * Z)) ** 2) if low > 0 else np.inf
