"""How right calibrated probabilities are: the reliability curve and the expected calibration error.

Particles are weighted so that each class counts alike, or as `shares` say.
"""

from dataclasses import dataclass

import numpy as np

from stages.predict.doubt.calibration import at_shares, balanced

BINS = 10


@dataclass(frozen=True)
class Reliability:
    """A point for each bin, (B,): mean confidence, share that was right, and weight; weights add up to 1."""

    confidence: np.ndarray
    right: np.ndarray
    weight: np.ndarray

    @property
    def expected_error(self) -> float:
        """Expected calibration error: mean distance between confidence and share right (Naeini et al. 2015)."""
        return float((self.weight * np.abs(self.confidence - self.right)).sum())


def reliability(
    probabilities: np.ndarray, truth: np.ndarray, shares: np.ndarray | None = None, bins: int = BINS
) -> Reliability:
    """Of the class that is called, in bins of equal weight; `probabilities` (N, C) are those at equal shares.

    With `shares` (C,) both particles and probabilities are those of a sample of that composition.
    """
    classes = probabilities.shape[1]
    weights = balanced(truth, classes)
    if shares is not None:
        probabilities, weights = at_shares(probabilities, shares), weights * shares[truth]
    return _binned(probabilities.max(axis=1), probabilities.argmax(axis=1) == truth, weights, bins)


def _binned(confidence: np.ndarray, right: np.ndarray, weights: np.ndarray, bins: int) -> Reliability:
    order = np.argsort(confidence, kind="stable")
    confidence, right, weights = confidence[order], right[order], weights[order] / weights.sum()
    # Equal confidences share a bin, whichever particle comes first.
    below = np.searchsorted(confidence, confidence, side="left")
    reached = np.concatenate([[0.0], np.cumsum(weights)])[below]
    number = np.minimum((reached * bins).astype(int), bins - 1)
    totals = [np.bincount(number, weights * values, bins) for values in (1.0, confidence, right)]
    weight, confident, rightly = (total[totals[0] > 0] for total in totals)
    return Reliability(confident / weight, rightly / weight, weight)


def error_interval(
    probabilities: np.ndarray, truth: np.ndarray, random: np.random.Generator, draws: int = 500, level: float = 0.95
) -> tuple[float, float, float]:
    """Expected calibration error without what chance adds, and the ends of its interval.

    Even right probabilities show an error, for shares right vary about them: its mean over labels drawn from the
    probabilities is taken off. The interval is that of particles drawn again within each class, moved likewise.
    """
    found = reliability(probabilities, truth).expected_error
    by_chance = np.mean([_error_of_drawn(probabilities, truth, random) for _ in range(draws)])
    again = np.empty(draws)
    own = [np.flatnonzero(truth == number) for number in np.unique(truth)]
    for draw in range(draws):
        chosen = np.concatenate([random.choice(places, len(places)) for places in own])
        again[draw] = reliability(probabilities[chosen], truth[chosen]).expected_error
    # Drawing again adds chance once more: the draws lie about `found` and as much above it as `found` above the truth.
    spread = again - again.mean()
    low, high = np.quantile(spread, [(1 - level) / 2, (1 + level) / 2])
    value = max(0.0, found - float(by_chance))
    return value, max(0.0, value + float(low)), value + float(high)


def _error_of_drawn(probabilities: np.ndarray, truth: np.ndarray, random: np.random.Generator) -> float:
    """The error that labels drawn from the probabilities show, with the particles' own weights."""
    weights = balanced(truth, probabilities.shape[1])
    confidence = probabilities.max(axis=1)
    return _binned(confidence, random.random(len(truth)) < confidence, weights, BINS).expected_error
