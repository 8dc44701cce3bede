"""Which particles get no answer, so that of those that get one few of each class are called wrongly.

A particle that is called class k is answered where its probability exceeds the threshold of k. What is held is the
error of each true class, wrong of answered, for it is the same at any composition of the sample; what a call is worth
depends on the composition, and is told by its probability at the shares that were found.

Thresholds lie on one path: at the step s that of k leaves of each other class no more than the share s called k.
"""

from dataclasses import dataclass
from itertools import permutations

import numpy as np

from stages.common.confusion import confusion

NEVER = 1.0  # a threshold that no probability exceeds
STEPS = 60
STRICTEST = 1e-3  # of the shares


@dataclass(frozen=True)
class Answers:
    """What thresholds (S, C) answer of each class's particles, whose numbers are `particles` (C,): (S, C) counts of
    those that get an answer, and of wrong ones among them."""

    thresholds: np.ndarray
    particles: np.ndarray
    given: np.ndarray
    wrong: np.ndarray

    @property
    def answered(self) -> np.ndarray:
        """Share of each class's particles that gets an answer, (S, C)."""
        return self.given / self.particles

    @property
    def error(self) -> np.ndarray:
        """Share of wrong answers, (S, C), as expected of particles to come: (wrong + 1) / (given + 1), the correction
        that conformal risk control takes (Angelopoulos et al. 2022, eq. 4)."""
        return (self.wrong + 1) / (self.given + 1)


def answered(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Which particles of `probabilities` (N, C) get an answer, (N,) bool; the others are for review."""
    return probabilities.max(axis=1) > thresholds[probabilities.argmax(axis=1)]


def fit(probabilities: np.ndarray, truth: np.ndarray, error_max: float) -> np.ndarray:
    """Thresholds (C,) with an error of each class of at most `error_max`, that answer most; NEVER where none do.

    From `probabilities` (N, C) of particles of the known classes `truth` (N,).
    """
    found = curve(probabilities, truth)
    holds = (found.error <= error_max).all(axis=1)
    return found.thresholds[holds.argmax()] if holds.any() else np.full(probabilities.shape[1], NEVER)


def curve(probabilities: np.ndarray, truth: np.ndarray) -> Answers:
    """Error against answered share: the whole path, from an answer for every particle to the strictest."""
    shares = np.geomspace(1, STRICTEST, STEPS)
    thresholds = np.stack([_leaving(share, probabilities, truth) for share in shares])
    return answers(thresholds, probabilities, truth)


def answers(thresholds: np.ndarray, probabilities: np.ndarray, truth: np.ndarray) -> Answers:
    """What each of the `thresholds` (S, C) answers of particles of the known classes `truth` (N,)."""
    classes = thresholds.shape[1]
    called, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    counts = np.stack([confusion(truth[gets], called[gets], classes) for gets in confidence > thresholds[:, called]])
    given = counts.sum(axis=2)
    right = np.diagonal(counts, axis1=1, axis2=2)
    return Answers(thresholds, np.bincount(truth, minlength=classes), given, given - right)


def _leaving(share: float, probabilities: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """For each class the lowest threshold that leaves of each other class at most `share` called so."""
    called, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    thresholds = np.zeros(probabilities.shape[1])
    for number, other in permutations(range(len(thresholds)), 2):
        wrong = np.sort(confidence[(truth == other) & (called == number)])[::-1]
        allowed = int(share * (truth == other).sum())
        if allowed < len(wrong):
            thresholds[number] = max(thresholds[number], wrong[allowed])
    return thresholds
