"""Recall, precision and average precision, plain or weighted.

Weights may be many sets at once, (B, N), one for each resample; results then have B rows. Weighted particles are the
way to other prevalences too: a class of n particles that shall make up the share s gets weights s / n.
"""

import numpy as np


def confusion(label: np.ndarray, predicted: np.ndarray, classes: int, weights: np.ndarray | None = None) -> np.ndarray:
    """Weight of each (true, predicted) pair: (classes, classes), or (B, classes, classes) for weights (B, N)."""
    pair = label * classes + predicted
    if weights is None:
        return np.bincount(pair, minlength=classes**2).reshape(classes, classes).astype(float)
    one_hot = (pair[:, None] == np.arange(classes**2)).astype(weights.dtype)
    return (weights @ one_hot).reshape(*weights.shape[:-1], classes, classes)


def recalls(counts: np.ndarray) -> np.ndarray:
    """Share of each true class that was found, (..., classes)."""
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    return hits / counts.sum(axis=-1)


def precisions(counts: np.ndarray) -> np.ndarray:
    """Share of what was called a class that is one, (..., classes); 0 where nothing was called so."""
    called = counts.sum(axis=-2)
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    return np.divide(hits, called, out=np.zeros_like(called), where=called > 0)


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


def precision_recall_curve(positive: np.ndarray, score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall at each threshold, from the highest down."""
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    hits = np.cumsum(positive[order])[last]
    return hits / (last + 1), hits / hits[-1]
