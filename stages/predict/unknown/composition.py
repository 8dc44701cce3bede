"""Known particles weighted to the composition that a run seems to have, so that a run isn't strange for holding more of
one known class than training did."""

import numpy as np

from stages.common.confusion import confusion

ITERATIONS = 200
UNSEEN = 0.5  # added to each count: a call that no known particle got must not be impossible


def shares(called: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Share of each class (C,) in a run whose particles are `called` (N,), where `errors` (C, C) counts what known
    particles of each class (rows) were called: the likeliest, by EM (Saerens et al. 2002) on calls. Equal ones for a
    run without particles."""
    chances = (errors + UNSEEN) / (errors + UNSEEN).sum(axis=1, keepdims=True)
    counts = np.bincount(called, minlength=len(errors)) / max(len(called), 1)
    found = np.full(len(errors), 1 / len(errors))
    for _ in range(ITERATIONS if len(called) else 0):
        joint = found[:, None] * chances
        found = (joint / joint.sum(axis=0) * counts).sum(axis=1)
    return found


def weights_for(called: np.ndarray, known_truth: np.ndarray, known_called: np.ndarray, used: np.ndarray) -> np.ndarray:
    """Weight of each known particle (M,), the classes' sums being the shares in the run `called` (N,); 0 where not
    `used` (M,) bool."""
    classes = known_truth.max() + 1
    found = shares(called, confusion(known_truth[used], known_called[used], classes))
    particles = np.bincount(known_truth[used], minlength=classes)
    return np.where(used, (found / np.maximum(particles, 1))[known_truth], 0.0)
