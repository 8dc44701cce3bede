"""Average precision, plain or weighted.

Weights may be many sets at once, (B, N), one for each resample; results then have B rows. Weighted particles are the
way to other prevalences too: a class of n particles that shall make up the share s gets weights s / n.
"""

import numpy as np


def at_shares(label: np.ndarray, shares: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """`weights` (..., N) scaled so that class c makes up `shares[c]` of the whole."""
    totals = np.stack([weights[..., label == number].sum(axis=-1) for number in range(len(shares))], axis=-1)
    return weights * (shares / totals)[..., label]


def average_precision(positive: np.ndarray, score: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Sum over thresholds of (recall - last recall) x precision; equal scores share a threshold.

    `positive` and `score` (N,), `weights` (N,) or (B, N) -> a number or (B,).
    """
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    weights = np.ones(len(score)) if weights is None else weights
    sorted_weights = weights[..., order]
    hits = np.cumsum(sorted_weights * positive[order], axis=-1)[..., last]
    called = np.cumsum(sorted_weights, axis=-1)[..., last]
    precision = np.divide(hits, called, out=np.zeros_like(hits), where=called > 0)
    gained = np.diff(hits, axis=-1, prepend=0.0)
    return (gained * precision).sum(axis=-1) / hits[..., -1]
