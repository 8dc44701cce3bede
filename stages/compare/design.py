"""What a design could have told, before any verdict: the ratios that it can place, its power, the runs it needs."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from stages.compare.rate import Rate, freedom_of, variance_of
from stages.compare.ratio import LEVEL, half_width

POWER = 0.8  # wanted: probability of "within" for two platforms that agree
MOST_RUNS = 100


@dataclass(frozen=True)
class Design:
    """`placeable`: observed ratios whose whole interval would lie in the margins, None where there is none. `power`:
    probability of that when the platforms agree. `runs_needed` on each platform for a power of POWER; None where
    MOST_RUNS are too few."""

    placeable: tuple[float, float] | None
    power: float
    runs_needed: int | None


def design_of(first: Rate, second: Rate, limits: tuple[float, float]) -> Design:
    """Of the counts to expect if both platforms saw one concentration, and of the variance between runs as it is."""
    shared = (first.net + second.net) / (first.volume_ml + second.volume_ml)
    first, second = (_holding(rate, shared * rate.volume_ml) for rate in (first, second))
    half = float(half_width(first, second))
    with np.errstate(over="ignore"):
        low, high = limits[0] * np.exp(half), limits[1] * np.exp(-half)
    fewest = max(2, *(rate.runs - int(rate.spread.freedom) + 1 for rate in (first, second)))
    needed = (
        runs
        for runs in range(fewest, MOST_RUNS + 1)
        if _power(_in_runs(first, runs), _in_runs(second, runs), limits) >= POWER
    )
    return Design((float(low), float(high)) if low <= high else None, _power(first, second, limits), next(needed, None))


def _holding(rate: Rate, count: np.ndarray) -> Rate:
    return replace(rate, count=count, net=count)


def _in_runs(rate: Rate, runs: int) -> Rate:
    """The same with `runs` runs of the same length, each of which tells of the variance between runs too."""
    more = runs / rate.runs
    freedom = rate.spread.freedom + runs - rate.runs
    uncertainty = rate.spread.uncertainty * rate.spread.freedom / freedom
    spread = replace(rate.spread, uncertainty=uncertainty, freedom=freedom)
    return replace(
        rate,
        runs=runs,
        count=rate.count * more,
        net=rate.net * more,
        volume_ml=rate.volume_ml * more,
        spread=spread,
    )


def _power(first: Rate, second: Rate, limits: tuple[float, float]) -> float:
    """Probability that a true ratio of 1 is placed within."""
    quantile = stats.t.ppf(0.5 + LEVEL / 2, freedom_of(first, second))
    low, high = np.log(limits) / np.sqrt(variance_of(first, second))
    return float(max(0.0, stats.norm.cdf(high - quantile) - stats.norm.cdf(low + quantile)))
