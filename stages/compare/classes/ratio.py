"""The ratio of two platforms' concentrations of one class, from draws of both, and its verdict."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from stages.compare.classes.corrected import Corrected
from stages.compare.design import MOST_RUNS, POWER, Design
from stages.compare.ratio import LEVEL
from stages.compare.verdict import NOT_DECIDABLE, verdict_of

Z = float(stats.norm.ppf(0.5 + LEVEL / 2))
NOT_FOUND = "with this design: too few on both platforms to be told from the networks' mistakes"
ONE_RUN = "with this design: how far runs differ is not known (needs 2 runs of a sample on each platform)"
NO_BOUND = "with this design: too few on one platform to bound the ratio"
FEW_KNOWN = "with this design: the networks' mistakes are known from too few particles, and more runs don't mend that"


@dataclass(frozen=True)
class ClassCount:
    """One class in one sample on one platform: its corrected number in `volume_ml` of sample, imaged in `runs` runs;
    `uncounted` particles may be of any class. `freedom`: degrees of freedom of the variance between runs, 0 where no
    sample has two runs."""

    corrected: Corrected
    volume_ml: float
    runs: int
    uncounted: int
    freedom: int

    def per_ml(self, uncounted: int = 0) -> np.ndarray:
        """Draws of the concentration, with so many particles more."""
        return (self.corrected.draws + uncounted) / self.volume_ml


def interval_between(first: ClassCount, second: ClassCount, level: float = LEVEL) -> tuple[float, float]:
    """Ends of the interval of the second's concentration over the first's, infinite above where the first's may be 0.
    Where a draw has none on either platform its ratio may be anything."""
    least = _ratios(first.per_ml(first.uncounted), second.per_ml(), neither=0.0)
    most = _ratios(first.per_ml(), second.per_ml(second.uncounted), neither=np.inf)
    tail = (1 - level) / 2
    return (
        float(np.quantile(least, tail, method="inverted_cdf")),
        float(np.quantile(most, 1 - tail, method="inverted_cdf")),
    )


def _ratios(first: np.ndarray, second: np.ndarray, neither: float) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((first == 0) & (second == 0), neither, second / first)


def judge_class(first: ClassCount, second: ClassCount, limits: tuple[float, float]) -> dict:
    """Ratio, interval, what the design could have placed, and the verdict. No ratio where a platform doesn't find the
    class or where particles could not be called."""
    entry: dict = {"limit_low": limits[0], "limit_high": limits[1]}
    if not (first.corrected.found or second.corrected.found):
        return entry | {"verdict": NOT_DECIDABLE, "reason": NOT_FOUND}
    if not (first.freedom and second.freedom):
        return entry | {"verdict": NOT_DECIDABLE, "reason": ONE_RUN}
    low, high = interval_between(first, second)
    if first.corrected.found and second.corrected.found and not (first.uncounted or second.uncounted):
        entry["ratio"] = float(np.median(second.per_ml()) / np.median(first.per_ml()))
    variance = (np.log(high / low) / (2 * Z)) ** 2 if low > 0 and high < np.inf else np.inf
    matrices = min(variance, first.corrected.matrix_variance + second.corrected.matrix_variance)
    design = _design(variance, matrices, min(first.runs, second.runs), limits)
    verdict = verdict_of(low, high, limits, design)
    reason = verdict.reason
    if verdict.word == NOT_DECIDABLE:
        if np.isinf(variance):
            reason = NO_BOUND
        elif _power(matrices, limits) < POWER:
            reason = FEW_KNOWN
    if design.placeable:
        entry |= {"placeable_low": design.placeable[0], "placeable_high": design.placeable[1]}
    return entry | {
        **{"power": design.power, "runs_needed": design.runs_needed},
        **{"low": low, "high": high, "verdict": verdict.word, "reason": reason},
    }


def _design(variance: float, matrices: float, runs: int, limits: tuple[float, float]) -> Design:
    """From the variance of the logarithm that came out: the matrices' share of it more runs would not lessen, the rest
    falls with the runs."""
    if np.isinf(variance):
        return Design(None, 0.0, None)
    needed = (
        more
        for more in range(2, MOST_RUNS + 1)
        if _power(matrices + (variance - matrices) * runs / more, limits) >= POWER
    )
    half = Z * np.sqrt(variance)
    least, most = limits[0] * np.exp(half), limits[1] * np.exp(-half)
    placeable = (float(least), float(most)) if least <= most else None
    return Design(placeable, _power(variance, limits), next(needed, None))


def _power(variance: float, limits: tuple[float, float]) -> float:
    """Probability that a true ratio of 1 is placed within."""
    if variance == 0:
        return 1.0
    low, high = np.log(limits) / np.sqrt(variance)
    return float(max(0.0, stats.norm.cdf(high - Z) - stats.norm.cdf(low + Z)))
