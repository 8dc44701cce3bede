"""Fidelity and variety apart: density and coverage (Naeem et al. 2020, section 3)."""

import numpy as np
from scipy.spatial.distance import cdist

NEIGHBOURS = 5  # k of the paper


def density_coverage(new: np.ndarray, real: np.ndarray) -> dict[str, float]:
    """Of features (M, D) against (N, D). Each real one has a ball that reaches to its k-th nearest real neighbour.

    `density`: balls that a new one lies in, over k, on average; about 1 for the same distribution. `coverage`: share
    of balls with a new one inside. k is smaller where there are fewer real ones than that.
    """
    k = min(NEIGHBOURS, len(real) - 1)
    # Column 0 of each row is the distance to itself.
    radius = np.partition(cdist(real, real), k, axis=1)[:, k]
    inside = cdist(real, new) <= radius[:, None]
    return {"density": float(inside.sum(axis=0).mean() / k), "coverage": float(inside.any(axis=1).mean())}
