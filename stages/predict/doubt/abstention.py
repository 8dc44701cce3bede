"""Which particles get no answer, so that of those that get one few of each class are called wrongly.

A particle that is called class k is answered where its probability exceeds the threshold of k. What is held is the
error of each true class, wrong of answered, for it is the same at any composition of the sample; what a call is worth
depends on the composition, and is told by its probability at the shares that were found.

The error that thresholds promise is the one that calibrated probabilities expect: every particle counts as much for a
class as it is probable to be of it, not only those that a person labelled so. Counting wrong labels instead takes
hundreds of particles of a class before a twentieth can be told: with 84 droplets two wrong ones are all that a
corrected count allows, and to get there five of six protein particles were left for review.
"""

from dataclasses import dataclass
from itertools import permutations

import numpy as np

from stages.common.confusion import confusion
from stages.predict.doubt.calibration import balanced

NEVER = 1.0  # a threshold that no probability exceeds
STEPS = 100
ROUNDS = 2  # in which each class's threshold is moved while the others stand


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
        """Share of wrong answers of each class, (S, C); NaN where none is given."""
        with np.errstate(invalid="ignore"):
            return self.wrong / self.given


def answered(probabilities: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Which particles of `probabilities` (N, C) get an answer, (N,) bool; the others are for review."""
    return probabilities.max(axis=1) > thresholds[probabilities.argmax(axis=1)]


def fit(probabilities: np.ndarray, truth: np.ndarray, error_max: float) -> np.ndarray:
    """Thresholds (C,) with an expected error of each class of at most `error_max`; NEVER where none are found.

    From `probabilities` (N, C), calibrated, of particles of the known classes `truth` (N,). Of thresholds that all
    classes share, and of those that leave of each class the same share called another, the ones that answer most are
    taken; then each class's is moved in turn, as far as the errors allow.
    """
    steps = _steps(probabilities)
    leaving = np.stack([_leaving(share, probabilities, truth) for share in np.geomspace(1e-3, 1, STEPS)])
    shared = _shared(steps, probabilities.shape[1])
    thresholds = _best(np.concatenate([shared, leaving]), probabilities, truth, error_max)
    if (thresholds == NEVER).all():
        return thresholds
    for _ in range(ROUNDS):
        for number in range(len(thresholds)):
            tried = np.repeat(thresholds[None], 1 + len(steps), axis=0)
            tried[1:, number] = steps
            thresholds = _best(tried, probabilities, truth, error_max)
    return thresholds


def expected(thresholds: np.ndarray, probabilities: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Share answered of each class and share wrong of these, (S, C) each, that calibrated `probabilities` (N, C)
    expect of `thresholds` (S, C) in a population of as many particles of each class, which the particles stand for:
    `truth` (N,) weighs them, and tells nothing else.

    Wrong: (wrong + 1) / (given + 1) of as many particles of the class as are known, the correction that conformal risk
    control takes (Angelopoulos et al. 2022, eq. 4): what few particles promise is promised with more reserve.
    """
    classes = thresholds.shape[1]
    called, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    of_class = balanced(truth, classes)[:, None] * probabilities
    gets = (confidence > thresholds[:, called]).astype(float)
    known = np.bincount(truth, minlength=classes) / of_class.sum(axis=0)
    given = known * (gets @ of_class)
    right = known * (gets @ (of_class * np.eye(classes)[called]))
    return given / np.bincount(truth, minlength=classes), (given - right + 1) / (given + 1)


def curve(probabilities: np.ndarray, truth: np.ndarray) -> Answers:
    """Error against answered share: thresholds that all classes share, from an answer for every particle to few."""
    shared = _shared(_steps(probabilities), probabilities.shape[1])
    return answers(shared, probabilities, truth)


def answers(thresholds: np.ndarray, probabilities: np.ndarray, truth: np.ndarray) -> Answers:
    """What each of the `thresholds` (S, C) answers of particles of the known classes `truth` (N,)."""
    classes = thresholds.shape[1]
    called, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    counts = np.stack([confusion(truth[gets], called[gets], classes) for gets in confidence > thresholds[:, called]])
    given = counts.sum(axis=2)
    right = np.diagonal(counts, axis1=1, axis2=2)
    return Answers(thresholds, np.bincount(truth, minlength=classes), given, given - right)


def _steps(probabilities: np.ndarray) -> np.ndarray:
    """Ascending thresholds, of which each leaves a hundredth less of the particles; the first leaves all."""
    confidence = probabilities.max(axis=1)
    return np.concatenate([[0.0], np.quantile(confidence, np.arange(1, STEPS) / STEPS, method="inverted_cdf")])


def _shared(steps: np.ndarray, classes: int) -> np.ndarray:
    return np.repeat(steps[:, None], classes, axis=1)


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


def _best(tried: np.ndarray, probabilities: np.ndarray, truth: np.ndarray, error_max: float) -> np.ndarray:
    """Of the thresholds `tried` (S, C) that keep every class's error those that answer most; NEVER where none do."""
    answered_share, wrong = expected(tried, probabilities, truth)
    holds = (wrong <= error_max).all(axis=1)
    if not holds.any():
        return np.full(tried.shape[1], NEVER)
    return tried[np.where(holds, answered_share.mean(axis=1), -1.0).argmax()]
