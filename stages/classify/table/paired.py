"""Is one classifier better than another on the same particles?"""

import numpy as np
from scipy.stats import binomtest

from stages.classify.intervals import percentiles, resamples

SEEDS_FOR_A_CLAIM = 3


def macro_recall_difference(
    label: np.ndarray,
    run: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
    times: int,
    random: np.random.Generator,
) -> dict:
    """Macro recall of `first` minus that of `second`, with the middle 95 % of a paired bootstrap.

    `first` and `second`: whether each seed's classifier was right, bool (seeds, N), on the same N particles with
    `label` (N,) and `run` (N,). Particles or runs are resampled for both at once, seeds for each apart, so that the
    interval holds the chance of training too, as far as there are seeds.
    """
    classes = label.max() + 1
    value = _macro(first.mean(axis=0) - second.mean(axis=0), label, np.ones((1, len(label))), classes)[0]
    resampled = []
    for weights in resamples(label, run, times, random):
        gained = _seed_means(first, len(weights), random) - _seed_means(second, len(weights), random)
        resampled.append(_macro(gained, label, weights, classes))
    low, high = percentiles(np.concatenate(resampled))
    return {"value": float(value), "low": low, "high": high}


def _seed_means(right: np.ndarray, times: int, random: np.random.Generator) -> np.ndarray:
    """Mean over seeds drawn with replacement, (times, N)."""
    drawn = random.multinomial(len(right), np.full(len(right), 1 / len(right)), size=times)
    return drawn / len(right) @ right


def _macro(values: np.ndarray, label: np.ndarray, weights: np.ndarray, classes: int) -> np.ndarray:
    """Mean over classes of the weighted mean of `values` (N,) or (B, N) in each class, for `weights` (B, N)."""
    weighted = values * weights
    means = [weighted[:, label == c].sum(axis=1) / weights[:, label == c].sum(axis=1) for c in range(classes)]
    return np.mean(means, axis=0)


def mcnemar(first: np.ndarray, second: np.ndarray) -> dict:
    """McNemar's exact test: do `first` and `second` (bool, N) err equally often on the same particles?

    A binomial test of the particles that exactly one of them has right; p is 1 when there are none.
    """
    only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
    total = only_first + only_second
    p = float(binomtest(only_first, total).pvalue) if total else 1.0
    return {"only_first_right": only_first, "only_second_right": only_second, "p": p}
