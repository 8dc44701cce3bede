"""Two platforms' concentrations of the same samples, and all that is asked of their agreement."""

from dataclasses import dataclass

import numpy as np

from stages.compare.agreement.bland_altman import limits_of_agreement
from stages.compare.agreement.concordance import concordance
from stages.compare.agreement.deming import deming
from stages.compare.agreement.line import Line
from stages.compare.agreement.passing_bablok import passing_bablok
from stages.compare.rate import variance_of
from stages.compare.samples import Counted


@dataclass(frozen=True)
class Paired:
    """One sample in one range on two platforms: the logarithm of each run's concentration, and that of all runs
    together with its variance."""

    runs: tuple[np.ndarray, np.ndarray]
    together: tuple[float, float]
    variance: tuple[float, float]


def paired(first: Counted, second: Counted) -> Paired | None:
    """None where a run has nothing above the blank: it has no logarithm."""
    runs = _logarithms(first), _logarithms(second)
    if not all(np.isfinite(values).all() for values in runs):
        return None
    together = float(np.log(first.rate.per_ml)), float(np.log(second.rate.per_ml))
    variance = float(variance_of(first.rate)), float(variance_of(second.rate))
    return Paired(runs, together, variance)


def _logarithms(own: Counted) -> np.ndarray:
    imaged = own.rows["imaged_ml"].to_numpy(float)
    net = own.rows["count"].to_numpy(float) - (own.blank.per_ml * imaged if own.blank else 0)
    volume = imaged / own.rows["dilution"].to_numpy(float)
    return np.log(np.where(net > 0, net, np.nan) / volume)


def agreement_of(pairs: list[Paired]) -> dict:
    """Ratio and limits of agreement (second over first), the lines of Deming and of Passing and Bablok on the
    logarithms, and Lin's concordance; each or a reason why there is none."""
    x, y = (np.array([pair.together[place] for pair in pairs]) for place in range(2))
    x_variance, y_variance = (np.array([pair.variance[place] for pair in pairs]) for place in range(2))
    return {
        "samples": len(pairs),
        "bland_altman": _or_reason(lambda: _ratios(pairs)),
        "deming": _or_reason(lambda: _line(deming(x, y, x_variance, y_variance))),
        "passing_bablok": _or_reason(lambda: _line(passing_bablok(x, y))),
        "concordance": _or_reason(lambda: _concordance(x, y)),
    }


def _or_reason(found) -> dict:
    try:
        return found()
    except ValueError as error:
        return {"reason": str(error)}


def _ratios(pairs: list[Paired]) -> dict:
    """Bland and Altman's on the logarithms, as ratios."""
    found = limits_of_agreement([pair.runs[0] for pair in pairs], [pair.runs[1] for pair in pairs])
    return {
        "ratio": np.exp(found.bias),
        "ratio_interval": list(np.exp(found.bias_interval)),
        "low": np.exp(found.low),
        "low_interval": list(np.exp(found.low_interval)),
        "high": np.exp(found.high),
        "high_interval": list(np.exp(found.high_interval)),
    }


def _line(found: Line) -> dict:
    intervals = {name: list(getattr(found, name)) for name in ("slope_interval", "intercept_interval")}
    if not np.isfinite([found.slope, found.intercept, *found.slope_interval, *found.intercept_interval]).all():
        raise ValueError("all samples have the same concentration on one platform")
    return {"slope": found.slope, "intercept": found.intercept, **intervals}


def _concordance(x: np.ndarray, y: np.ndarray) -> dict:
    found = concordance(x, y)
    return {"value": found.value, "interval": list(found.interval), "accuracy": found.accuracy}
