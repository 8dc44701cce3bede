"""Bland and Altman's limits of agreement, with one reading or unequal numbers of replicates on each subject."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

MULTIPLE = 1.96  # standard deviations on either side


@dataclass(frozen=True)
class Limits:
    """Mean difference (second less first) and the range of 95 % of single readings' differences, in the unit of the
    readings, each with its 95 % interval; `subjects` is how many."""

    bias: float
    bias_interval: tuple[float, float]
    sd: float
    low: float
    low_interval: tuple[float, float]
    high: float
    high_interval: tuple[float, float]
    subjects: int


def limits_of_agreement(first: list[np.ndarray], second: list[np.ndarray], multiple: float = MULTIPLE) -> Limits:
    """From each subject's readings by either method (Bland and Altman 1986, 1999).

    The variance of single readings' differences is that of the subjects' mean differences and what averaging took
    away: var(dbar) + (1 - mean(1/mA)) s2A + (1 - mean(1/mB)) s2B, with s2 the variance within subjects. Intervals are
    Student's with n - 1; a limit's variance is s2 (1/n + multiple^2 / 2n). Raises ValueError below two subjects.
    """
    subjects = len(first)
    if subjects < 2:
        raise ValueError("limits of agreement need two subjects or more")
    means = np.array([np.mean(b) - np.mean(a) for a, b in zip(first, second, strict=True)])
    variance = means.var(ddof=1) + _averaged_away(first) + _averaged_away(second)
    bias, sd = float(means.mean()), float(np.sqrt(variance))
    quantile = float(stats.t.ppf(0.975, subjects - 1))
    of_bias = quantile * float(means.std(ddof=1)) / np.sqrt(subjects)
    of_limit = quantile * sd * np.sqrt((1 + multiple**2 / 2) / subjects)
    low, high = bias - multiple * sd, bias + multiple * sd
    return Limits(
        bias=bias,
        bias_interval=_around(bias, of_bias),
        sd=sd,
        low=low,
        low_interval=_around(low, of_limit),
        high=high,
        high_interval=_around(high, of_limit),
        subjects=subjects,
    )


def variance_within(readings: list[np.ndarray]) -> float:
    """Of single readings around their subject's mean; 0 where no subject has two."""
    freedom = sum(len(own) - 1 for own in readings)
    squares = sum(((own - np.mean(own)) ** 2).sum() for own in map(np.asarray, readings))
    return float(squares / freedom) if freedom else 0.0


def _averaged_away(readings: list[np.ndarray]) -> float:
    """(1 - mean(1/m)) times the variance within subjects."""
    return (1 - float(np.mean([1 / len(own) for own in readings]))) * variance_within(readings)


def _around(value: float, half: float) -> tuple[float, float]:
    return float(value - half), float(value + half)
