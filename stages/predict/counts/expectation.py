"""Class numbers by expectation and maximization over calibrated probabilities (Saerens, Latinne and Decaestecker 2002).

It trusts the probabilities. stages.predict.counts.counted answers instead by strata counted on known particles; this is
what it is held against.
"""

import numpy as np

STEPS = 1000
STILL = 1e-9  # change of a share that ends it


def expected_counts(probabilities: np.ndarray) -> np.ndarray:
    """(C,) numbers that add up to N, from `probabilities` (N, C) at equal shares of the classes."""
    particles, classes = probabilities.shape
    shares = np.full(classes, 1 / classes)
    for _ in range(STEPS if particles else 0):
        parts = probabilities * shares
        last, shares = shares, (parts / parts.sum(axis=1, keepdims=True)).mean(axis=0)
        if np.abs(shares - last).max() < STILL:
            break
    return particles * shares
