"""The ratio of two platforms' concentrations, with an interval that knows of replicates."""

import numpy as np
from scipy import stats

from stages.compare.rate import Rate, freedom_of, variance_of

LEVEL = 0.90  # two one-sided tests at 5 % are this interval inside the margins


def ratio_of(first: Rate, second: Rate, level: float = LEVEL) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Second over first, and its interval's ends: var(log ratio) = 1/N_A + s2_A/m_A + 1/N_B + s2_B/m_B, with Student's
    quantile of Satterthwaite's degrees of freedom. Arrays of the rates' shape; both need particles."""
    ratio = second.per_ml / first.per_ml
    half = half_width(first, second, level)
    with np.errstate(over="ignore"):
        return ratio, ratio * np.exp(-half), ratio * np.exp(half)


def half_width(first: Rate, second: Rate, level: float = LEVEL) -> np.ndarray:
    """Half the interval's width on the log scale."""
    return stats.t.ppf(0.5 + level / 2, freedom_of(first, second)) * np.sqrt(variance_of(first, second))


def exact_ratio(first: Rate, second: Rate, level: float = LEVEL) -> tuple[float, float]:
    """Exact conditional interval: given both counts together, the second is binomial, and Clopper and Pearson's bounds
    of its share are bounds of the ratio (Przyborowski and Wilenski 1940). It needs no particle on one platform.

    Where runs differ (s2 > 0) each bound is moved outwards by as much as their mean does at the same level, which is
    cautious.
    """
    one, other = int(first.count), int(second.count)
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, other, one + 1) if other else 0.0
    high = stats.beta.ppf(1 - tail, other + 1, one) if one else 1.0
    volumes = first.volume_ml / second.volume_ml
    runs = first.spread.value / first.runs + second.spread.value / second.runs
    wider = np.exp(stats.norm.ppf(1 - tail) * np.sqrt(max(0.0, float(runs))))
    return low / (1 - low) * volumes / wider, (high / (1 - high) if high < 1 else np.inf) * volumes * wider


def equivalence_p(first: Rate, second: Rate, limits: tuple[float, float]) -> float:
    """p of two one-sided tests (Schuirmann 1987): small where the ratio lies inside `limits`."""
    ratio = np.log(second.per_ml / first.per_ml)
    error = np.sqrt(variance_of(first, second))
    below, above = np.log(limits)
    freedom = freedom_of(first, second)
    return float(max(stats.t.sf((ratio - below) / error, freedom), stats.t.cdf((ratio - above) / error, freedom)))
