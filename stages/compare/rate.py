"""A concentration with what makes it uncertain: counting, runs that differ, a blank, a volume."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from stages.common.run_variance import RunVariance


@dataclass(frozen=True)
class Blank:
    """What the diluent alone holds: particles for each mL imaged, and the variance of that."""

    per_ml: float
    variance: float


@dataclass(frozen=True)
class Rate:
    """Particles per mL of sample on one platform; all may be arrays (...).

    `count` as seen in `runs` runs, `net` without the blank's share, in `volume_ml` of undiluted sample; `spread` is
    the variance between runs, `fixed` the relative variance that more runs would not lessen.
    """

    count: np.ndarray
    net: np.ndarray
    volume_ml: float
    runs: int
    spread: RunVariance
    fixed: np.ndarray

    @property
    def per_ml(self) -> np.ndarray:
        return self.net / self.volume_ml


def rate_of(
    count: np.ndarray,
    *,
    volume_ml: float,
    runs: int,
    spread: RunVariance,
    imaged_ml: float = 0.0,
    blank: Blank | None = None,
    volume_rsd: float = 0.0,
) -> Rate:
    """The concentration from `count` particles in `volume_ml` of sample, which made `imaged_ml` after dilution.

    `volume_rsd` is the relative standard uncertainty of the imaged volume, which all runs share.
    """
    count = np.asarray(count, float)
    blank = blank or Blank(0.0, 0.0)
    net = count - blank.per_ml * imaged_ml
    with np.errstate(divide="ignore", invalid="ignore"):
        fixed = np.where(net > 0, imaged_ml**2 * blank.variance / net**2, 0.0) + volume_rsd**2
    return Rate(count, net, volume_ml, runs, spread, fixed)


def variance_of(*rates: Rate) -> np.ndarray:
    """Variance of the rates' logarithms added or taken off: (N + s2 N^2 / m) / net^2 and what is fixed, of each.

    s2 may come out below 0 on one platform: it is the runs' share of all rates together that is at least 0, for a
    floor of each alone would make the interval too wide.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        counting = sum(rate.count / rate.net**2 + rate.fixed for rate in rates)
        runs = sum(rate.spread.value * (rate.count / rate.net) ** 2 / rate.runs for rate in rates)
    return counting + np.maximum(0, runs)


def freedom_of(*rates: Rate) -> np.ndarray:
    """Satterthwaite's degrees of freedom of that variance V: 2 V^2 / var(V), where s2 alone is uncertain."""
    with np.errstate(divide="ignore", invalid="ignore"):
        uncertainty = sum(rate.spread.uncertainty * ((rate.count / rate.net) ** 2 / rate.runs) ** 2 for rate in rates)
        return np.where(uncertainty > 0, 2 * variance_of(*rates) ** 2 / uncertainty, np.inf)


def interval_of(rate: Rate, level: float = 0.95) -> tuple[float, float]:
    """Concentration's interval, 1/mL: Student's on the logarithm; from no particle, Garwood's exact bound, wider by
    what the runs differ. NaN where the blank is all there is."""
    spread = np.sqrt(max(0.0, float(rate.spread.value)) / rate.runs)
    if rate.count == 0:
        bound = -np.log((1 - level) / 2) / rate.volume_ml
        return 0.0, float(bound * np.exp(stats.norm.ppf(0.5 + level / 2) * spread))
    if not rate.net > 0:
        return float("nan"), float("nan")
    half = float(stats.t.ppf(0.5 + level / 2, freedom_of(rate)) * np.sqrt(variance_of(rate)))
    with np.errstate(over="ignore"):
        return float(rate.per_ml * np.exp(-half)), float(rate.per_ml * np.exp(half))
