"""Copies of training images, whatever their noise: recognised by the means of small squares.

ImageNet features change with the noise of a copy, so much that a training image with fresh camera noise passes as new
there. Means of 4 x 4 px average the noise away.
"""

import numpy as np

from stages.common.errors import InputError
from stages.diffusion.judging.memorisation import Neighbours, Training

SQUARE = 4  # px; every edge is a multiple of 8


def coarse(images: np.ndarray) -> np.ndarray:
    """Means of SQUARE x SQUARE px of images (N, H, W): (N, H * W / SQUARE^2) float64."""
    count, height, width = images.shape
    squares = images.reshape(count, height // SQUARE, SQUARE, width // SQUARE, SQUARE)
    return squares.mean(axis=(2, 4), dtype=float).reshape(count, -1)


def known(training: np.ndarray) -> Training:
    """Training images (N, H, W) that copies are looked for among, in their 8 orientations."""
    return Training.of(training, coarse)


def are_copies(images: np.ndarray, training: Training, gap: float) -> np.ndarray:
    """(N,) bool: nearer than `gap` times the distance to the second nearest training image; flips and turns count."""
    return Neighbours.of(coarse(images), training).gap < gap


def gate(label: str, dropped: int, made: int, most: float) -> None:
    """Raises InputError when more than the share `most` of the images made were copies."""
    if dropped > most * made:
        raise InputError(
            f"{label}: {dropped} of {made} generated images are copies of training images, more than "
            f"quality.copies_max ({most:g}) allows: the generator has learnt them by heart. "
            f"Train it for fewer epochs or on more images (diffusion.classes.{label})"
        )
