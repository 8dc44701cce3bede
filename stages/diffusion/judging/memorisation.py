"""Has the generator learnt the class, or its training images by heart? Judged by nearest neighbours.

A distance between sets can't tell: copies of the training images score as well as new ones.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist

from stages.common.symmetries import oriented
from stages.diffusion.copies.neighbours import Neighbours, nearest_other


@dataclass(frozen=True)
class Gallery:
    """The training images in their 8 orientations, because training turns and mirrors them.

    `oriented` is (8, N, edge, edge) uint8, `features` (8, N, D), `apart` (N,) the distance from each image to the
    nearest orientation of another one.
    """

    oriented: np.ndarray
    features: np.ndarray
    apart: np.ndarray

    @classmethod
    def of(cls, images: np.ndarray, features: Callable[[np.ndarray], np.ndarray]) -> "Gallery":
        ways = oriented(images)
        found = np.stack([features(way) for way in ways])
        return cls(ways, found, nearest_other(np.stack([cdist(found[0], way) for way in found])))

    def neighbours(self, features: np.ndarray) -> Neighbours:
        """The nearest training image of each of the judged images' `features` (M, D)."""
        return Neighbours.among(np.stack([cdist(features, way) for way in self.features]))


def authentic_share(neighbours: Neighbours, apart: np.ndarray) -> float:
    """Images farther from their nearest training image than that one is from any other, `apart` (N,) of training images
    (Alaa et al. 2022, section 3.3): 0 for copies, about 0.5 for new images of the same kind."""
    return float(np.mean(neighbours.distance > apart[neighbours.nearest]))


def memorisation(neighbours: Neighbours, gallery: Gallery, copy_gap: float) -> dict[str, float]:
    """`copied_share`: images nearer to one training image than `copy_gap` times to any other: 0 for new ones."""
    return {
        "authentic_share": authentic_share(neighbours, gallery.apart),
        "copied_share": float(np.mean(neighbours.gap < copy_gap)),
        "median_gap": float(np.median(neighbours.gap)),
    }
