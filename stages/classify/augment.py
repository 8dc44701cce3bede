"""Flips and right-angle turns: a particle has no upright position, so all eight are as likely."""

import numpy as np


def turned(images: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Each of `images` (N, H, H) in one of the square's eight symmetries, drawn for itself."""
    result = np.empty_like(images)
    symmetry = random.integers(0, 8, len(images))
    for number in range(8):
        here = symmetry == number
        chosen = np.rot90(images[here], number % 4, axes=(1, 2))
        result[here] = chosen[:, :, ::-1] if number >= 4 else chosen
    return result
