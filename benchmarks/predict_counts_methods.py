"""Other ways from calls to class numbers, which that of stages.predict.counts is held against, with bootstraps."""

import numpy as np

from stages.common.confusion import confusion
from stages.predict.doubt.calibration import fit

STEPS = 500
STILL = 1e-7  # change of a share that ends expectation and maximization
RESAMPLES = 100


def expected_counts(probabilities: np.ndarray) -> np.ndarray:
    """(C,) numbers by expectation and maximization over `probabilities` (N, C) at equal shares of the classes (Saerens,
    Latinne and Decaestecker 2002), calibrated by temperature and biases (Alexandari et al. 2020)."""
    particles, classes = probabilities.shape
    shares = np.full(classes, 1 / classes)
    for _ in range(STEPS if particles else 0):
        parts = probabilities * shares
        last, shares = shares, (parts / parts.sum(axis=1, keepdims=True)).mean(axis=0)
        if np.abs(shares - last).max() < STILL:
            break
    return particles * shares


def inverted(called: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(C,) numbers n with n @ rows = `called` (C,), where `rows` (C, C) are the shares of each class called each class
    (Rogan and Gladen 1978; Solow et al. 2001). They may come out below 0."""
    return np.linalg.solve(rows.T, called)


def by_expectation(known: np.ndarray, truth: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """From logits of the particles of `known` class and of the `sample`."""
    return expected_counts(fit(known, truth).probabilities(sample))


def by_inversion(known: np.ndarray, truth: np.ndarray, sample: np.ndarray) -> np.ndarray:
    """The same; half a particle more in each cell keeps the matrix from being singular."""
    classes = known.shape[1]
    rows = confusion(truth, known.argmax(axis=1), classes) + 0.5 * np.eye(classes)
    called = np.bincount(sample.argmax(axis=1), minlength=classes)
    return np.maximum(0, inverted(called, rows / rows.sum(axis=1, keepdims=True)))


METHODS = {"expectation": by_expectation, "inversion": by_inversion}


def bootstrapped(
    name: str, known: np.ndarray, truth: np.ndarray, sample: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Ends (C,) of the 90 % interval: known particles drawn again within their class, the sample's by Poisson's law."""
    own = [np.flatnonzero(truth == number) for number in range(known.shape[1])]
    found = []
    for _ in range(RESAMPLES):
        chosen = np.concatenate([random.choice(places, len(places)) for places in own])
        again = np.repeat(np.arange(len(sample)), random.poisson(1, len(sample)))
        found.append(METHODS[name](known[chosen], truth[chosen], sample[again]))
    low, high = np.quantile(found, [0.05, 0.95], axis=0)
    return low, high
