"""Copies of training images, whatever their noise: turned, mirrored or a little shifted, they lie too near to one."""

from dataclasses import dataclass

import numpy as np

from stages.common.base.errors import InputError
from stages.diffusion.copies.aligned import aligned, middles
from stages.diffusion.copies.neighbours import Neighbours, nearest_other

RULE = (
    "means of 4 x 4 px, any flip, turn and shift up to 2 px; distance to the nearest training image below copy_gap "
    "times that to the second nearest, and times the median of training images' distances to their nearest other one"
)
MEND = "Train it for fewer epochs or on more images (diffusion.generator)"


@dataclass(frozen=True)
class TrainedOn:
    """Training images that copies are looked for among: their `middles` (8, N, D), and `apart` (N,), how far each one's
    nearest other one is."""

    middles: np.ndarray
    apart: np.ndarray

    def neighbours(self, images: np.ndarray) -> Neighbours:
        return Neighbours.among(aligned(images, self.middles))

    def copied(self, found: Neighbours, gap: float) -> np.ndarray:
        """(N,) bool: nearer than `gap` times the distance to the second nearest training image, and than `gap` times
        what usually lies between training images.

        The latter because the second nearest of an odd image is so far that a new one of the same oddity, such as
        another bubble cut by the edge, would pass for a copy.
        """
        return (found.gap < gap) & (found.distance < gap * np.median(self.apart))


def trained_on(training: np.ndarray) -> TrainedOn:
    """Of training images (N, H, W)."""
    found = middles(training)
    return TrainedOn(found, nearest_other(aligned(training, found)))


def are_copies(images: np.ndarray, training: TrainedOn, gap: float) -> np.ndarray:
    """(N,) bool."""
    return training.copied(training.neighbours(images), gap)


def gate(label: str, dropped: int, made: int, most: float) -> None:
    """Raises InputError when more than the share `most` of the images made were copies."""
    if dropped > most * made:
        raise InputError(
            f"{label}: {dropped} of {made} synthetic images are copies of training images, more than "
            f"quality.copies_max ({most:g}) allows: the generator has learnt them by heart. {MEND}"
        )


def gate_authentic(label: str, synthetic: float, held_out: float, least: float) -> None:
    """Raises InputError when the authentic share of the `synthetic` images is below `least`."""
    if synthetic < least:
        raise InputError(
            f"{label}: {synthetic:.1%} of the synthetic images are authentic, fewer than quality.authentic_min "
            f"({least:.1%}) asks for: the others lie nearer to a training image than any other training image does. "
            f"Of held-out real images {held_out:.1%} are authentic; if these are too few as well, lower "
            f"quality.authentic_min. Else the generator has learnt its images by heart, or draws empty ones. "
            f"{MEND}"
        )
