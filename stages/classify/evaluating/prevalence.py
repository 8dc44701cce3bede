"""Precision of a class at shares other than those it was tested at, with an interval that sees rare false alarms.

With recall R and false-alarm rate F, the share of all that isn't the class but is called so, a class of share s has
the precision s R / (s R + (1 - s) F): it grows with the ratio R / F alone. F is the mean of the other classes' rates,
each weighted by its share.
"""

import numpy as np

from stages.common.majority import MAJORITY
from stages.common.proportions import clopper_pearson, wilson


def precision_at(counts: np.ndarray, shares: np.ndarray, number: int) -> dict[str, float]:
    """Precision of class `number` where class c makes up `shares[c]`, with its 95 % interval.

    `counts` (classes, classes): true, then called. Wilson's interval of the recall and Clopper and Pearson's of each
    false-alarm rate are joined by the method of variance estimates recovery: for the sum of rates Zou and Donner 2008
    (Statistics in Medicine 27:1693), for the ratio Donner and Zou 2012 (Statistical Methods in Medical Research
    21:347). A resampled classifier without false alarms has none in any resample; this interval stays honest there.
    """
    there, hits, share = counts.sum(axis=1), counts[number, number], shares[number]
    recall = (hits / there[number], *wilson(hits, there[number]))
    alarms = false_alarms(counts, shares, number)
    at = [_precision(ratio, share) for ratio in ratio_limits(recall, alarms)]
    called = share * recall[0] + (1 - share) * alarms[0]
    value = share * recall[0] / called if called else 0.0
    return {"value": float(value), "low": min(at[0], value), "high": max(at[1], value)}


def false_alarms(counts: np.ndarray, shares: np.ndarray, number: int) -> tuple[float, float, float]:
    """Share of all other particles that is called class `number`, and its limits."""
    there = counts.sum(axis=1)
    others = [other for other in range(len(counts)) if other != number]
    weights = shares[others] / shares[others].sum()
    rates = counts[others, number] / there[others]
    limits = np.array([clopper_pearson(counts[other, number], there[other]) for other in others])
    value = weights @ rates
    below, above = (np.sqrt((weights * distance) ** 2 @ np.ones(len(others))) for distance in np.abs(limits.T - rates))
    return float(value), float(value - below), float(value + above)


def ratio_limits(first: tuple[float, float, float], second: tuple[float, float, float]) -> tuple[float, float]:
    """95 % limits of a ratio of two independent estimates, each with value and limits; the upper one may be infinite.

    first - t second has by the same method the limit 0 where (first - t second)^2 = (first - low)^2 +
    t^2 (high - second)^2. The smaller root is the lower limit of the ratio, and likewise above. The quotients are
    written so that nothing cancels where `second` is 0.
    """
    (a, a_low, a_high), (b, b_low, b_high) = first, second
    below, above = a_low * (2 * a - a_low), a_high * (2 * a - a_high)
    over, under = b_high * (2 * b - b_high), b_low * (2 * b - b_low)
    root = np.sqrt(max(0.0, (a * b) ** 2 - below * over))
    low = below / (a * b + root) if below else 0.0
    high = (a * b + np.sqrt(max(0.0, (a * b) ** 2 - above * under))) / under if under else np.inf
    return float(low), float(high)


def _precision(ratio: float, share: float) -> float:
    return 1.0 if np.isinf(ratio) else share * ratio / (share * ratio + 1 - share)


def shares_at(counts: np.ndarray, prevalence: float) -> dict[str, np.ndarray]:
    """Shares of the classes: "native" as counted, "balanced" equal, and "at_prevalence" with `prevalence` for each
    minority class and the rest for the majority."""
    classes = len(counts)
    rare = np.full(classes, prevalence)
    rare[MAJORITY] = 1 - prevalence * (classes - 1)
    return {
        "native": counts.sum(axis=1) / counts.sum(),
        "balanced": np.full(classes, 1 / classes),
        "at_prevalence": rare,
    }


def resolution(counts: np.ndarray, shares: np.ndarray, number: int) -> dict[str, float]:
    """What the particles tested can tell at all of the precision of class `number`: a classifier without error on them
    leaves false-alarm rates up to `false_alarm_rate` possible, and so all precisions above `precision`.

    `negatives_for_half`: majority particles without a false alarm that it takes to show a precision of one half.
    """
    flawless = np.diag(counts.sum(axis=1))
    odds = shares[number] / (1 - shares[number])
    return {
        "negatives": int(counts.sum() - counts[number].sum()),
        "false_alarm_rate": false_alarms(flawless, shares, number)[2],
        "precision": precision_at(flawless, shares, number)["low"],
        "negatives_for_half": int(np.ceil(np.log(0.025) / np.log1p(-odds))) if odds < 1 else 1,
    }
