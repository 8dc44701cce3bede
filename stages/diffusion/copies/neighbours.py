"""How near images lie to training images, each of these in its eight symmetries."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Neighbours:
    """For each judged image: its nearest training image, in which orientation, and how far the two nearest are."""

    nearest: np.ndarray  # index of the training image
    way: np.ndarray  # index of its orientation
    distance: np.ndarray  # to the nearest
    gap: np.ndarray  # distance to the nearest over distance to the second nearest training image

    @classmethod
    def among(cls, by_way: np.ndarray) -> "Neighbours":
        """Of distances (8, M, N) between M judged and N training images, each of these in 8 orientations."""
        distance = by_way.min(axis=0)
        nearest = distance.argmin(axis=1)
        rows = np.arange(len(distance))
        first, second = np.partition(distance, 1, axis=1)[:, :2].T
        gap = np.divide(first, second, out=np.ones_like(first), where=second > 0)
        return cls(nearest, by_way[:, rows, nearest].argmin(axis=0), first, gap)


def nearest_other(by_way: np.ndarray) -> np.ndarray:
    """(N,): how far the nearest other image is, of distances (8, N, N) between images and their orientations."""
    distance = by_way.min(axis=0)
    np.fill_diagonal(distance, np.inf)
    return distance.min(axis=1)
