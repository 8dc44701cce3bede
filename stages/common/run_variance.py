"""How far runs of one sample differ beyond counting: a relative variance, pooled over the samples of a platform.

Counts of one sample have the variance mu + s2 mu^2: Poisson's, and that of pumps, focus and mixing from run to run.
Two or three runs tell next to nothing of s2, but all samples of a platform together do. By moments, for each sample
of m runs with counts n_i in volumes v_i, w_i = v_i / sum(v), N = sum(n):

    sum_i (n_i - w_i N)^2  has the mean  N (1 - sum w^2) + s2 N^2 (sum w^2 (1 - 2 w) + (sum w^2)^2),

which for equal volumes is (m - 1) (mean + s2 mean^2). s2 is the excess over Poisson of all samples over the sum of
what multiplies s2; by chance it may be negative. All functions take arrays with any leading axes, so that many designs
are simulated at once.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc

DISAGREE = 0.01  # p below which a sample's runs differ too much to belong to the pool


@dataclass(frozen=True)
class Moments:
    """What a sample's runs tell of s2; arrays (..., samples)."""

    count: np.ndarray
    runs: np.ndarray
    square: np.ndarray  # sum of squared departures from the expected counts
    poisson: np.ndarray  # its mean without variance between runs
    scale: np.ndarray  # what multiplies s2 in its mean

    def of(self, places: list[int]) -> "Moments":
        """Those of the samples at `places`."""
        return Moments(*(getattr(self, name)[..., places] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class RunVariance:
    """s2, the variance of its estimate, and its degrees of freedom; arrays (...)."""

    value: np.ndarray
    uncertainty: np.ndarray
    freedom: np.ndarray


def moments(counts: np.ndarray, volumes: np.ndarray) -> tuple[np.ndarray, ...]:
    """The five Moments of one sample from `counts` (..., m) in `volumes` (m,)."""
    counts, volumes = np.asarray(counts, float), np.asarray(volumes, float)
    share = volumes / volumes.sum()
    total = counts.sum(axis=-1)
    square = ((counts - total[..., None] * share) ** 2).sum(axis=-1)
    squares = (share**2).sum()
    scale = total**2 * ((share**2 * (1 - 2 * share)).sum() + squares**2)
    return total, np.full_like(total, len(volumes)), square, total * (1 - squares), scale


def stacked(samples: list[tuple[np.ndarray, ...]]) -> Moments:
    """Several samples' moments side by side."""
    return Moments(*(np.stack(column, axis=-1) for column in zip(*samples, strict=True)))


def pooled(found: Moments) -> RunVariance:
    """s2 over all samples. Its value is 0 and its uncertainty NaN where no sample has a particle in two runs."""
    freedom = np.where(found.count > 0, found.runs - 1, 0)
    scale = found.scale.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (found.square - found.poisson).sum(axis=-1) / scale
        mean = found.count / found.runs
        spread = mean + np.maximum(0, value)[..., None] * mean**2
        uncertainty = 2 * (freedom * spread**2).sum(axis=-1) / scale**2
    return RunVariance(np.where(scale > 0, value, 0.0), uncertainty, freedom.sum(axis=-1))


def run_variance_of(found: Moments, place: int) -> RunVariance:
    """The pooled s2, or that of the sample at `place` alone where its runs differ by far more than the pool's.

    Pooling takes all samples of a platform as alike in this. An F-test of the sample's variance against that of all
    others finds the one that is not, and it gets its own variance with its own few degrees of freedom.
    """
    own = found.of([place])
    pool, alone = pooled(found), pooled(own)
    others = pooled(found.of([other for other in range(found.count.shape[-1]) if other != place]))
    expected = (own.poisson + np.maximum(0, others.value)[..., None] * own.scale)[..., 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        variances = own.square[..., 0] / expected
        p = fdtrc(np.maximum(alone.freedom, 1), np.maximum(others.freedom, 1), variances)
    apart = (p < DISAGREE) & (others.freedom > 0) & (alone.freedom > 0)
    return RunVariance(
        *(np.where(apart, getattr(alone, name), getattr(pool, name)) for name in RunVariance.__dataclass_fields__)
    )
