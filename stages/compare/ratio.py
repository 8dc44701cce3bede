"""The ratio of two platforms' concentrations, with an interval that knows of replicates, against margins."""

import numpy as np
from scipy import stats

LEVEL = 0.90  # two one-sided tests at 5 % are this interval inside the margins


def count_ratio(counts: np.ndarray, volumes: np.ndarray, second: np.ndarray) -> dict:
    """Concentration of the second platform over the first, from one count and volume (mL of sample) a run.

    Quasi-Poisson regression on the platform with log volume as offset, which for two groups has a closed form: the
    ratio is that of the pooled concentrations, and 1/N_A + 1/N_B times the dispersion is the variance of its log
    (McCullagh and Nelder 1989). The dispersion is Pearson's chi-square over its degrees of freedom, at least 1, and
    the interval takes Student's quantile with the same degrees of freedom. `second` (bool) tells which runs are the
    second platform's. Without a count on each platform there is no ratio, and without a replicate there is no
    interval, because nothing tells the spread between runs.
    """
    counts, volumes, second = np.asarray(counts, float), np.asarray(volumes, float), np.asarray(second, bool)
    totals = np.array([counts[~second].sum(), counts[second].sum()])
    if not totals.all():
        return {"reason": "no particle on one of the platforms"}
    rates = totals / [volumes[~second].sum(), volumes[second].sum()]
    ratio = float(rates[1] / rates[0])
    freedom = len(counts) - 2
    if freedom < 1:
        return {"ratio": ratio, "reason": "one run on each platform: the spread between runs is not known"}
    expected = rates[second.astype(int)] * volumes
    dispersion = max(1.0, float(((counts - expected) ** 2 / expected).sum()) / freedom)
    half = float(stats.t.ppf(0.5 + LEVEL / 2, freedom) * np.sqrt(dispersion * (1 / totals).sum()))
    return {
        "ratio": ratio,
        "low": ratio * float(np.exp(-half)),
        "high": ratio * float(np.exp(half)),
        "level": LEVEL,
        "dispersion": dispersion,
        "degrees_of_freedom": freedom,
    }


def verdict(result: dict, limits: tuple[float, float]) -> str:
    """ "within" when the whole interval lies in the margins, "outside" when none of it does, else "undecided"."""
    if "low" not in result:
        return "undecided"
    low, high = limits
    if low <= result["low"] and result["high"] <= high:
        return "within"
    return "outside" if result["high"] < low or high < result["low"] else "undecided"


def judged(result: dict, limits: list[float]) -> dict:
    return {**result, "limits": list(limits), "verdict": verdict(result, (limits[0], limits[1]))}
