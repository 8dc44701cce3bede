"""Is one classifier better than another on the same particles?"""

import numpy as np
from scipy.stats import binomtest, t

ONE_RUN = "a class of one run: no interval for lots"


def macro_recall_difference(label: np.ndarray, run: np.ndarray, first: np.ndarray, second: np.ndarray) -> dict:
    """Macro recall of `first` minus that of `second`, with 95 % intervals for these runs and `over_runs` like them, and
    p, by the same law, of a difference so large where there is none.

    `first` and `second`: whether each seed's classifier was right, bool (seeds, N), on the same N particles with
    `label` (N,) and `run` (N,). Variances of paired differences, between particles or between runs, and between the
    seeds of both sides, are added up; Student's t has Satterthwaite's degrees of freedom (1946).
    """
    gained = first.mean(axis=0) - second.mean(axis=0)
    classes = [label == number for number in range(label.max() + 1)]
    value = float(np.mean([gained[members].mean() for members in classes]))
    seeds = [_between_seeds(right, classes) for right in (first, second) if len(right) > 1]
    particles = [_between_particles(gained[members]) for members in classes]
    runs = [_between_runs(gained[members], run[members]) for members in classes]
    fewest = min(len(np.unique(run[members])) for members in classes)
    over_runs = _limits(value, _of_a_mean(runs), seeds) if fewest > 1 else {"note": ONE_RUN}
    return {"value": value, **_limits(value, _of_a_mean(particles), seeds), "over_runs": {"runs": fewest, **over_runs}}


Variance = tuple[float, float]  # and its degrees of freedom


def _between_seeds(right: np.ndarray, classes: list[np.ndarray]) -> Variance:
    macro = np.mean([right[:, members].mean(axis=1) for members in classes], axis=0)
    return macro.var(ddof=1) / len(macro), len(macro) - 1


def _between_particles(gained: np.ndarray) -> Variance:
    """With half a particle more in each cell of the paired table (Agresti and Min 2005, Statistics in Medicine
    24:729), so that no difference seen doesn't become none for certain."""
    total = len(gained) + 2
    return ((gained**2).sum() + 1 - gained.sum() ** 2 / total) / total**2, len(gained)


def _between_runs(gained: np.ndarray, run: np.ndarray) -> Variance:
    """Of the mean as a ratio of sums over runs (Cochran 1977, chapter 6); at least that between particles."""
    _, place = np.unique(run, return_inverse=True)
    total, sums = np.bincount(place), np.bincount(place, weights=gained)
    runs = len(total)
    if runs < 2:
        return np.nan, 0
    between = runs / (runs - 1) * ((sums - gained.mean() * total) ** 2).sum() / len(gained) ** 2
    return max(between, _between_particles(gained)[0]), runs - 1


def _of_a_mean(variances: list[Variance]) -> list[Variance]:
    return [(variance / len(variances) ** 2, freedom) for variance, freedom in variances]


def _limits(value: float, parts: list[Variance], seeds: list[Variance]) -> dict[str, float]:
    variances, freedoms = np.array([*parts, *seeds]).T
    total = variances.sum()
    freedom = total**2 / (variances**2 / freedoms).sum()
    half = t.ppf(0.975, freedom) * np.sqrt(total)
    p = float(2 * t.sf(abs(value) / np.sqrt(total), freedom))
    return {"low": float(max(-1, value - half)), "high": float(min(1, value + half)), "p": p}


def mcnemar(first: np.ndarray, second: np.ndarray) -> dict:
    """McNemar's exact test: do `first` and `second` (bool, N) err equally often on the same particles?

    A binomial test of the particles that exactly one of them has right; p is 1 when there are none.
    """
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    total = only_first + only_second
    p = float(binomtest(only_first, total).pvalue) if total else 1.0
    return {"only_first_right": only_first, "only_second_right": only_second, "p": p}
