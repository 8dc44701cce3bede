"""95 % intervals: Wilson's for shares, the bootstrap's for all that is no share."""

from collections.abc import Iterator

import numpy as np

Z = 1.959963984540054  # 97.5 % point of the normal distribution
RUNS_ENOUGH = 5  # a class is resampled by run from this number of runs on
VALUES_AT_ONCE = 4_000_000


def wilson(hits: float, total: float) -> tuple[float, float]:
    """Wilson's score interval (1927) of `hits` of `total`; (0, 1) when there were none to count."""
    if total == 0:
        return 0.0, 1.0
    share = hits / total
    centre = (share + Z**2 / (2 * total)) / (1 + Z**2 / total)
    half = Z / (1 + Z**2 / total) * np.sqrt(share * (1 - share) / total + Z**2 / (4 * total**2))
    # Rounding must not push 0 of n or n of n outside.
    return max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share))


def mean_of_shares(shares: list[dict[str, float]]) -> dict[str, float]:
    """The mean of independent shares (each with value, low, high) and its interval, recovered from theirs.

    Zou and Donner 2008 (Statistics in Medicine 27:1693). Unlike the bootstrap's it doesn't shrink to a point where no
    error was seen.
    """
    value, low, high = (np.array([share[name] for share in shares]) for name in ("value", "low", "high"))
    below, above = (np.sqrt((distance**2).sum()) / len(shares) for distance in (value - low, high - value))
    mean = value.mean()
    return {"value": float(mean), "low": float(max(0, mean - below)), "high": float(min(1, mean + above))}


def resampling_units(label: np.ndarray, run: np.ndarray, classes: int) -> list[str]:
    """For each class "run" where at least RUNS_ENOUGH runs hold it, else "particle"."""
    return ["run" if len(np.unique(run[label == number])) >= RUNS_ENOUGH else "particle" for number in range(classes)]


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


def _multinomial(count: int, times: int, random: np.random.Generator) -> np.ndarray:
    """`count` draws with replacement from `count`, `times` over: how often each was drawn, (times, count)."""
    drawn = random.integers(0, count, (times, count)) + np.arange(times)[:, None] * count
    return np.bincount(drawn.ravel(), minlength=times * count).reshape(times, count)


def percentiles(values: np.ndarray) -> tuple[float, float]:
    """The middle 95 % of `values`."""
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
