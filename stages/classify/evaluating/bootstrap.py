"""95 % intervals of what is no share, average precision, by resampling."""

from collections.abc import Iterator

import numpy as np
from scipy.stats import norm, t

RUNS_ENOUGH = 5  # a class is resampled by run from this number of runs on
VALUES_AT_ONCE = 4_000_000


def resampling_units(label: np.ndarray, run: np.ndarray, classes: int) -> list[str]:
    """For each class "run" where at least RUNS_ENOUGH runs hold it, else "particle"."""
    return ["run" if count >= RUNS_ENOUGH else "particle" for count in _runs(label, run, classes)]


def resamples(label: np.ndarray, run: np.ndarray, times: int, random: np.random.Generator) -> Iterator[np.ndarray]:
    """How often each particle is drawn, float32 (b, N) a batch, `times` rows in all.

    Classes are resampled apart, so that their numbers (by run: nearly) stay. Whole runs are drawn where a class has
    enough of them, because particles of one run share focus, sample and operator; else particles, which leaves the
    difference between runs out: such an interval is too narrow.
    """
    units = resampling_units(label, run, label.max() + 1)
    size = max(1, VALUES_AT_ONCE // len(label))
    for start in range(0, times, size):
        drawn = np.zeros((min(size, times - start), len(label)), np.float32)
        for number, unit in enumerate(units):
            members = np.flatnonzero(label == number)
            if unit == "run":
                names, run_of = np.unique(run[members], return_inverse=True)
                drawn[:, members] = _multinomial(len(names), len(drawn), random)[:, run_of]
            else:
                drawn[:, members] = _multinomial(len(members), len(drawn), random)
        yield drawn


def tail(label: np.ndarray, run: np.ndarray) -> float:
    """The share of resamples to cut off at each end: 2.5 %, or less where few runs were drawn.

    The percentiles of m drawn runs are too near each other by sqrt((m - 1) / m), and by the normal distribution where
    Student's belongs: the expanded percentile interval, Hesterberg 2015 (The American Statistician 69:371).
    """
    drawn = [count for count in _runs(label, run, label.max() + 1) if count >= RUNS_ENOUGH]
    if not drawn:
        return 0.025
    fewest = min(drawn)
    return float(norm.cdf(-np.sqrt(fewest / (fewest - 1)) * t.ppf(0.975, fewest - 1)))


def between_tails(values: np.ndarray, tail: float) -> tuple[float, float]:
    """The ends of `values` when the share `tail` is cut off on both sides."""
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def _runs(label: np.ndarray, run: np.ndarray, classes: int) -> list[int]:
    """How many runs hold each class."""
    return [len(np.unique(run[label == number])) for number in range(classes)]


def _multinomial(count: int, times: int, random: np.random.Generator) -> np.ndarray:
    """`count` draws with replacement from `count`, `times` over: how often each was drawn, (times, count)."""
    drawn = random.integers(0, count, (times, count)) + np.arange(times)[:, None] * count
    return np.bincount(drawn.ravel(), minlength=times * count).reshape(times, count)
