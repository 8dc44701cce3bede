"""How many particles of each class a run holds, by the likelihood of its counts in strata and of the matrix's.

The run's count in stratum k is Poisson's with the mean sum_c m_c A_ck; the matrix's counts in row c are multinomial
with the shares A_c. Both are fitted together (Barlow and Beeston 1993), so that what the matrix leaves open widens the
interval. The likelihood profiled over all but one m_c, times Jeffreys' prior of a Poisson mean, is that mean's law:
where nothing is mistaken for the class it is Gamma(n + 1/2), whose intervals hold on average even near zero.
"""

from dataclasses import dataclass

import numba
import numpy as np

STEPS = 100
TINY = 1e-300  # in place of nothing, where it divides
COARSE, FINE = 24, 41  # points on a profile
NEGLIGIBLE = 15.0  # log likelihood below its maximum


@dataclass(frozen=True)
class Fit:
    """G fits beside each other: expected `numbers` (G, C), `shares` (G, C, K), `log_likelihood` (G,)."""

    numbers: np.ndarray
    shares: np.ndarray
    log_likelihood: np.ndarray


@dataclass(frozen=True)
class Profile:
    """The law of one class's expected number: `root` (P,) square roots of numbers, `density` (P,) of the root."""

    root: np.ndarray
    density: np.ndarray

    def quantiles(self, at: np.ndarray) -> np.ndarray:
        """Numbers below which the law has the probabilities `at`."""
        pieces = np.diff(self.root) * (self.density[1:] + self.density[:-1]) / 2
        below = np.concatenate([[0.0], np.cumsum(pieces)])
        return np.interp(at, below / below[-1], self.root) ** 2


def fitted(counts: np.ndarray, rows: np.ndarray) -> Fit:
    """The most likely numbers of all classes together; `counts` (K,) of the run, `rows` (C, K) of the matrix."""
    classes = len(rows)
    start = np.full((1, classes), counts.sum() / classes)
    return climbed(counts, rows, start, np.zeros((1, classes), bool), 4 * STEPS)


def profiles(counts: np.ndarray, rows: np.ndarray, best: Fit) -> list[Profile]:
    """The law of each class's expected number in the run; `best` is the fit of all."""
    classes, total = len(rows), counts.sum()
    top = np.sqrt(total + 5 * np.sqrt(total) + 12)
    roots = np.tile(np.linspace(0, top, COARSE), (classes, 1))
    found = _along(counts, rows, best, roots)
    roots = np.stack([_where_likely(*each) for each in zip(roots, found, np.sqrt(best.numbers[0]), strict=True)])
    found = _along(counts, rows, best, roots)
    return [Profile(root, np.exp(own - own.max())) for root, own in zip(roots, found, strict=True)]


def without(counts: np.ndarray, rows: np.ndarray, number: int) -> Fit:
    """The most likely numbers where there is none of the class `number`."""
    start = np.full((1, len(rows)), counts.sum() / max(1, len(rows) - 1))
    start[0, number] = 0.0
    return climbed(counts, rows, start, np.arange(len(rows))[None] == number, 4 * STEPS)


def climbed(counts: np.ndarray, rows: np.ndarray, start: np.ndarray, held: np.ndarray, steps: int) -> Fit:
    """Expectation and maximization from the numbers `start` (G, C); those `held` (G, C) stay as they are. `counts` are
    those of one run (K,), or of each fit (G, K)."""
    numbers = start.astype(float)
    shares = np.tile(rows / rows.sum(axis=1, keepdims=True), (len(start), 1, 1))
    each = np.array(np.broadcast_to(counts, (len(start), rows.shape[1])), float)
    _climb(each, np.ascontiguousarray(rows, float), numbers, shares, np.ascontiguousarray(held), steps)
    expected = np.maximum((numbers[..., None] * shares).sum(axis=-2), TINY)
    likelihood = (counts * np.log(expected)).sum(axis=-1) - numbers.sum(axis=-1) + (rows * np.log(shares)).sum((-2, -1))
    return Fit(numbers, shares, likelihood)


@numba.njit(nogil=True, cache=True)
def _climb(
    counts: np.ndarray, rows: np.ndarray, numbers: np.ndarray, shares: np.ndarray, held: np.ndarray, steps: int
) -> None:
    """`steps` of expectation and maximization, in `numbers` (G, C) and `shares` (G, C, K)."""
    fits, classes, strata = shares.shape
    for fit in range(fits):
        number, share = numbers[fit], shares[fit]
        for _ in range(steps):
            for stratum in range(strata):
                expected = 0.0
                for name in range(classes):
                    share[name, stratum] *= number[name]
                    expected += share[name, stratum]
                seen = counts[fit, stratum] / max(expected, TINY)
                for name in range(classes):
                    share[name, stratum] *= seen
            for name in range(classes):
                if not held[fit, name]:
                    number[name] = share[name].sum()
                share[name] += rows[name]
                share[name] /= share[name].sum()


def _along(counts: np.ndarray, rows: np.ndarray, best: Fit, roots: np.ndarray) -> np.ndarray:
    """Log likelihoods (C, P) with each class's number held at the squares of `roots` (C, P), the others fitted."""
    classes, points = roots.shape
    held = np.repeat(np.eye(classes, dtype=bool), points, axis=0)
    start = np.where(held, roots.reshape(-1, 1) ** 2, np.maximum(best.numbers, 0.5))
    return climbed(counts, rows, start, held, STEPS).log_likelihood.reshape(classes, points)


def _where_likely(roots: np.ndarray, found: np.ndarray, best: float) -> np.ndarray:
    """FINE points over the part of a coarse profile that isn't negligible, with one step more on both sides."""
    likely, step = roots[found > found.max() - NEGLIGIBLE], roots[1]
    return np.linspace(max(0.0, min(likely[0], best) - step), max(likely[-1], best) + step, FINE)
