"""Has the generator learnt the class, or its training images by heart? Judged by nearest neighbours.

A distance between sets can't tell: copies of the training images score as well as new ones.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

GAP = 1 / 3


@dataclass(frozen=True)
class Training:
    """Training images in their 8 orientations, because training turns and mirrors them.

    `oriented` is (8, N, edge, edge) uint8, `features` (8, N, D), `apart` (N,) the distance from each image to the
    nearest orientation of another one.
    """

    oriented: np.ndarray
    features: np.ndarray
    apart: np.ndarray

    @classmethod
    def of(cls, images: np.ndarray, features: Callable[[np.ndarray], np.ndarray]) -> "Training":
        ways = oriented(images)
        found = np.stack([features(way) for way in ways])
        return cls(ways, found, nearest_other(np.stack([cdist(found[0], way) for way in found])))


@dataclass(frozen=True)
class Neighbours:
    """For each judged image: its nearest training image, in which orientation, and how far the two nearest are."""

    nearest: np.ndarray  # index of the training image
    way: np.ndarray  # index of its orientation
    distance: np.ndarray  # to the nearest
    gap: np.ndarray  # distance to the nearest over distance to the second nearest training image

    @classmethod
    def of(cls, features: np.ndarray, training: Training) -> "Neighbours":
        return cls.among(np.stack([cdist(features, way) for way in training.features]))

    @classmethod
    def among(cls, by_way: np.ndarray) -> "Neighbours":
        """Of distances (8, M, N) between M judged and N training images, each of these in 8 orientations."""
        distance = by_way.min(axis=0)
        nearest = distance.argmin(axis=1)
        rows = np.arange(len(distance))
        first, second = np.partition(distance, 1, axis=1)[:, :2].T
        gap = np.divide(first, second, out=np.ones_like(first), where=second > 0)
        return cls(nearest, by_way[:, rows, nearest].argmin(axis=0), first, gap)


def oriented(images: np.ndarray) -> np.ndarray:
    """(8, N, H, W): images (N, H, W) turned by right angles and mirrored, the first as they are."""
    turned = [np.rot90(images, turn, (1, 2)) for turn in range(4)]
    return np.stack(turned + [turn[:, :, ::-1] for turn in turned])


def nearest_other(by_way: np.ndarray) -> np.ndarray:
    """(N,): how far the nearest other image is, of distances (8, N, N) between images and their orientations."""
    distance = by_way.min(axis=0)
    np.fill_diagonal(distance, np.inf)
    return distance.min(axis=1)


def authentic_share(neighbours: Neighbours, apart: np.ndarray) -> float:
    """Images farther from their nearest training image than that one is from any other, `apart` (N,) of training images
    (Alaa et al. 2022, section 3.3): 0 for copies, about 0.5 for new images of the same kind."""
    return float(np.mean(neighbours.distance > apart[neighbours.nearest]))


def memorisation(neighbours: Neighbours, training: Training) -> dict[str, float]:
    """`copied_share`: images that lie three times nearer to one training image than to any other: 0 for new ones."""
    return {
        "authentic_share": authentic_share(neighbours, training.apart),
        "copied_share": float(np.mean(neighbours.gap < GAP)),
        "median_gap": float(np.median(neighbours.gap)),
    }
