"""How far images lie apart once one is turned, mirrored and moved onto the other.

Means of small squares average the noise away. ImageNet features change with the noise of a copy, so much that a
training image with fresh camera noise passes as new there.
"""

import itertools

import numpy as np
from sklearn.metrics.pairwise import euclidean_distances

from stages.common.symmetries import oriented

SQUARE = 4  # px; every edge is a multiple of 8
SHIFT = 2  # px, each way
# Offsets of a window from the corner by half pixels; half a pixel lies between two whole ones.
OFFSETS = [(i,) for i in range(2 * SHIFT + 1)] + [(i, i + 1) for i in range(2 * SHIFT)]


def squares(images: np.ndarray) -> np.ndarray:
    """Means of SQUARE x SQUARE px of images (N, H, W): (N, H * W / SQUARE^2) float64."""
    count, height, width = images.shape
    found = images.reshape(count, height // SQUARE, SQUARE, width // SQUARE, SQUARE)
    return found.mean(axis=(2, 4), dtype=float).reshape(count, -1)


def middles(images: np.ndarray) -> np.ndarray:
    """The squares (8, N, D) of each image's middle, SHIFT px in from its edges, in each of the 8 orientations."""
    return np.stack([squares(way[:, SHIFT:-SHIFT, SHIFT:-SHIFT]) for way in oriented(images)])


def aligned(images: np.ndarray, gallery: np.ndarray) -> np.ndarray:
    """Root mean square difference (8, M, N), in grey levels, of `images` (M, H, W) from the middles `gallery`
    (8, N, D), each at its best shift of up to SHIFT px each way, by half pixels."""
    height, width = (edge - 2 * SHIFT for edge in images.shape[1:])
    corners = itertools.product(range(2 * SHIFT + 1), repeat=2)
    windows = {(y, x): squares(images[:, y : y + height, x : x + width]) for y, x in corners}
    ways, count, size = gallery.shape
    flat = gallery.reshape(-1, size)
    least = np.full((len(images), len(flat)), np.inf)
    for rows, columns in itertools.product(OFFSETS, repeat=2):
        # The mean of shifted windows is the window shifted by the mean, bilinearly.
        moved = np.mean([windows[corner] for corner in itertools.product(rows, columns)], axis=0)
        np.minimum(least, euclidean_distances(moved, flat, squared=True), out=least)
    return np.sqrt(least / size).reshape(len(images), ways, count).swapaxes(0, 1)
