"""The mean of several shares, each with its interval."""

import numpy as np

Estimate = dict[str, float]


def mean_of_independent(shares: list[Estimate]) -> Estimate:
    """The mean of independent shares (each with value, low, high) and its interval, recovered from theirs.

    Zou and Donner 2008 (Statistics in Medicine 27:1693). Unlike the bootstrap's it doesn't shrink to a point where no
    error was seen.
    """
    value, low, high = _parts(shares)
    below, above = (np.sqrt((distance**2).sum()) / len(shares) for distance in (value - low, high - value))
    mean = value.mean()
    return {"value": float(mean), "low": float(max(0, mean - below)), "high": float(min(1, mean + above))}


def mean_of_dependent(shares: list[Estimate]) -> Estimate:
    """The mean of shares that hang together in whatever way, as the precisions of one classifier do: the means of
    their limits, the widest that `mean_of_independent`'s formula becomes when correlations enter it."""
    value, low, high = _parts(shares)
    return {"value": float(value.mean()), "low": float(low.mean()), "high": float(high.mean())}


def _parts(shares: list[Estimate]) -> np.ndarray:
    return np.array([[share[name] for share in shares] for name in ("value", "low", "high")])
