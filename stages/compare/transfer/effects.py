"""eta: the ratio of counts at corresponding sizes, how it bends with a sample's slope, and how samples scatter.

For the samples s of one threshold y_s = eta + delta x_s + u_s + e_s: y the logarithm of the ratio of concentrations,
x the slope less the mean, e the error of counting and of runs with a known variance. eta is flat, delta normal (an
error of the map of sizes), u normal with the standard deviation tau, and tau half-normal. Given tau all is linear and
normal (Gelman et al. 2013, chapter 5), so the posterior is a sum over a grid of tau: no draws, and the same bytes.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

DELTA_SD = 0.1  # of the sizes' logarithm
TAU_SD = 0.2  # of the half-normal law of tau, logarithm: 0.3 is too wide for four samples (benchmarks/transfer.py)
TAU = np.arange(0.01, 0.8, 0.02)  # midpoints, up to four standard deviations


@dataclass(frozen=True)
class Effects:
    """Posterior of (eta, delta) at each tau of the grid: weight (T,), mean (T, 2), covariance (T, 2, 2)."""

    weight: np.ndarray
    mean: np.ndarray
    covariance: np.ndarray

    def ratio(self, slope: float) -> tuple[np.ndarray, np.ndarray]:
        """A new sample's logarithm of the ratio at each tau: mean and variance (T,)."""
        at = np.array([1.0, slope])
        return self.mean @ at, at @ self.covariance @ at + TAU**2

    def eta(self, probability: float) -> float:
        """A quantile of exp(eta), the ratio for a sample of mean slope: of a mixture of normals, between their own."""
        mean, sd = self.mean[:, 0], np.sqrt(self.covariance[:, 0, 0])
        ends = stats.norm.ppf(probability, mean, sd)
        found = optimize.brentq(
            lambda eta: self.weight @ stats.norm.cdf(eta, mean, sd) - probability, ends.min() - 1e-9, ends.max() + 1e-9
        )
        return float(np.exp(found))

    @property
    def tau(self) -> float:
        """Posterior mean of the samples' standard deviation."""
        return float(self.weight @ TAU)


def effects_of(y: np.ndarray, variance: np.ndarray, slope: np.ndarray) -> Effects:
    """The posterior from each sample's `y`, its known `variance` and its centred `slope`, (S,) each."""
    weight = 1 / (np.asarray(variance, float) + TAU[:, None] ** 2)
    design = np.column_stack([np.ones_like(slope), slope])
    precision = np.einsum("ts,si,sj->tij", weight, design, design)
    precision[:, 1, 1] += DELTA_SD**-2
    covariance = np.linalg.inv(precision)
    pull = np.einsum("ts,si,s->ti", weight, design, y)
    mean = np.einsum("tij,tj->ti", covariance, pull)
    misfit = weight @ np.square(y) - np.einsum("ti,ti->t", mean, pull)
    logarithm = 0.5 * (np.log(weight).sum(axis=1) - np.linalg.slogdet(precision)[1] - misfit)
    logarithm -= 0.5 * (TAU / TAU_SD) ** 2
    density = np.exp(logarithm - logarithm.max())
    return Effects(density / density.sum(), mean, covariance)
