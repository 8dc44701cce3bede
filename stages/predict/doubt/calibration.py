"""Calibrated probabilities: what a network calls 0.9 shall be right nine times in ten.

A temperature (Guo et al. 2017) and a bias of each class (Alexandari, Kundaje and Shrikumar 2020) are fitted by maximum
likelihood on particles that the network didn't learn from. Every class counts alike, however many particles it has: the
probabilities are those of a sample that holds as many of each class, and `at_shares` gives those of any other.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

PRIOR_SD = (1.0, 2.0)  # of log temperature and of biases, about 0: where every particle is called rightly both run away


@dataclass(frozen=True)
class Calibration:
    """softmax(logits / temperature + biases); `biases` (C,) add up to 0."""

    temperature: float
    biases: np.ndarray

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """(N, C) float64 from `logits` (N, C); logarithms of a network's probabilities will do."""
        return softmax(np.asarray(logits, float) / self.temperature + self.biases, axis=1)


def fit(logits: np.ndarray, truth: np.ndarray) -> Calibration:
    """From `logits` (N, C) of particles whose classes `truth` (N,) are known by number; each class has one at least."""
    logits = np.asarray(logits, float)
    classes = logits.shape[1]
    weights = balanced(truth, classes)
    indicator = np.eye(classes)[truth]

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        """Negative log likelihood with the prior, and its gradient by log temperature and biases."""
        scaled = logits * np.exp(-parameters[0])
        log_probabilities = log_softmax(scaled + parameters[1:], axis=1)
        excess = weights[:, None] * (np.exp(log_probabilities) - indicator)
        slope = np.concatenate([[-(excess * scaled).sum()], excess.sum(axis=0)])
        sd = np.repeat(PRIOR_SD, [1, classes])
        value = -(weights * log_probabilities[np.arange(len(truth)), truth]).sum()
        return value + ((parameters / sd) ** 2).sum() / 2, slope + parameters / sd**2

    found = minimize(loss, np.zeros(1 + classes), jac=True, method="BFGS").x
    return Calibration(float(np.exp(found[0])), found[1:] - found[1:].mean())


def balanced(truth: np.ndarray, classes: int) -> np.ndarray:
    """Weights (N,) that add up to N and give each class that is there the same."""
    counts = np.bincount(truth, minlength=classes)
    return len(truth) / ((counts > 0).sum() * counts[truth])


def at_shares(probabilities: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """The `probabilities` (N, C) in a sample of which class c makes up `shares[c]` (Saerens et al. 2002, eq. 2.4)."""
    weighted = probabilities * shares
    return weighted / weighted.sum(axis=1, keepdims=True)
