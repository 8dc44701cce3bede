"""The eight symmetries of a square: a particle has no upright position, so all of them are as likely.

Number 0 leaves an image as it is; `number % 4` right-angle turns, mirrored from number 4 on.
"""

from functools import cache

import numpy as np

SYMMETRIES = 8


@cache
def pixel_order(edge: int) -> np.ndarray:
    """(8, edge * edge) int64: for each symmetry, which pixel of the flattened image comes where."""
    pixel = np.arange(edge**2).reshape(edge, edge)
    turns = [np.rot90(pixel, turn) for turn in range(4)]
    return np.stack([symmetry.ravel() for symmetry in (*turns, *(turn[:, ::-1] for turn in turns))])


def turned(images: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Each of `images` (N, H, H) in the symmetry that `numbers` (N,) names for it.

    >>> turned(np.array([[[1, 2], [3, 4]]]), np.array([1]))
    array([[[2, 4],
            [1, 3]]])
    """
    order = pixel_order(images.shape[-1])[numbers]
    return np.take_along_axis(images.reshape(len(images), -1), order, axis=1).reshape(images.shape)


def oriented(images: np.ndarray) -> np.ndarray:
    """(8, N, H, H): `images` (N, H, H) in each symmetry, the first as they are.

    >>> [image.tolist() for image in oriented(np.array([[[1, 2], [3, 4]]]))[[0, 2, 4], 0]]
    [[[1, 2], [3, 4]], [[4, 3], [2, 1]], [[2, 1], [4, 3]]]
    """
    flat = images.reshape(len(images), -1)
    return np.stack([flat[:, order].reshape(images.shape) for order in pixel_order(images.shape[-1])])
