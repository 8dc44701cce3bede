"""How far the nearest known particles are: compiled, each sum in a fixed order, so that the same particle has the same
distance whatever else is asked for beside it."""

import numba
import numpy as np

NEIGHBOURS = 3
NOBODY = -1  # a run that no known particle is of


@numba.njit(nogil=True, cache=True)
def distances(points: np.ndarray, own: np.ndarray, known: np.ndarray, runs: np.ndarray) -> np.ndarray:
    """Distance of each of `points` (N, D) to its third nearest of `known` (D, M), those of its own run left out:
    float32 (N,). `own` (N,) and `runs` (M,) number the runs; infinite where fewer than three are left."""
    found = np.empty(len(points), np.float32)
    squares = np.empty(known.shape[1], np.float32)
    for i in range(len(points)):
        squares[:] = 0
        for axis in range(known.shape[0]):
            here = points[i, axis]
            for j in range(known.shape[1]):
                apart = known[axis, j] - here
                squares[j] += apart * apart
        nearest = np.full(NEIGHBOURS, np.inf, np.float32)
        for j in range(known.shape[1]):
            if squares[j] < nearest[-1] and runs[j] != own[i]:
                place = NEIGHBOURS - 1
                while place > 0 and nearest[place - 1] > squares[j]:
                    nearest[place] = nearest[place - 1]
                    place -= 1
                nearest[place] = squares[j]
        found[i] = np.sqrt(nearest[-1])
    return found
