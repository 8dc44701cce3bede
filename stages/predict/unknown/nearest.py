"""The nearest known particles: compiled, each sum in a fixed order, so that the same particle has the same distances
whatever else is asked for beside it."""

import numba
import numpy as np

NEIGHBOURS = 3
NOTHING = -1  # a unit that no known particle is of


@numba.njit(nogil=True, cache=True)
def nearest(points: np.ndarray, own: np.ndarray, known: np.ndarray, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances of each of `points` (N, D) to its NEIGHBOURS nearest of `known` (D, M), float32 (N, NEIGHBOURS)
    ascending, and their numbers. Those of its `own` (N,) unit are left out, where `units` (M,) tells the known ones';
    infinite where too few are left."""
    distances = np.full((len(points), NEIGHBOURS), np.inf, np.float32)
    numbers = np.zeros((len(points), NEIGHBOURS), np.int64)
    squares = np.empty(known.shape[1], np.float32)
    for i in range(len(points)):
        squares[:] = 0
        for axis in range(known.shape[0]):
            here = points[i, axis]
            for j in range(known.shape[1]):
                apart = known[axis, j] - here
                squares[j] += apart * apart
        found = distances[i]
        for j in range(known.shape[1]):
            if squares[j] < found[-1] and units[j] != own[i]:
                place = NEIGHBOURS - 1
                while place > 0 and found[place - 1] > squares[j]:
                    found[place], numbers[i, place] = found[place - 1], numbers[i, place - 1]
                    place -= 1
                found[place], numbers[i, place] = squares[j], j
    return np.sqrt(distances), numbers


def unlikeness(distances: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """How unlike known particles each of N is (N,): its `distances` (N, NEIGHBOURS), the largest of them, over the root
    of the mean `spacing` (N, NEIGHBOURS) of these neighbours, their own such distance.

    Half-way between the distance and its ratio to the spacing, the local outlier factor (Breunig et al. 2000): bubbles
    cut by the frame lie far apart, and what lies among droplets at the same distance is strange. The distance alone
    flags nothing that is called a bubble; the ratio alone misses what is strange among particles far apart.
    """
    return distances[:, -1] / np.sqrt(spacing.mean(axis=1))
