"""From an ingested crop to grey levels on a common background."""

import numpy as np

# Luma of ITU-R BT.601, section 2.5.1: what "grey" means for a colour camera's picture.
LUMA = np.array([0.299, 0.587, 0.114])
RING_PX = 2


def to_grey(pixels: np.ndarray) -> np.ndarray:
    """uint8 (H, W, 1) or (H, W, 3) -> uint8 (H, W)."""
    if pixels.shape[2] == 1:
        return pixels[:, :, 0]
    return np.rint(pixels @ LUMA).astype(np.uint8)


def background_of(grey: np.ndarray) -> float:
    """Grey level of the background: the median of the outermost pixels, where the instrument leaves a margin.

    The median holds as long as the particle covers less than half of the ring.
    """
    height, width = grey.shape
    inside = np.zeros((height, width), bool)
    inside[RING_PX : height - RING_PX, RING_PX : width - RING_PX] = True
    return float(np.median(grey[~inside]))


def levelled(grey: np.ndarray, level: int) -> np.ndarray:
    """Shift all grey levels by one constant so that the background lies at `level`; clip to 0..255."""
    shift = level - background_of(grey)
    return np.clip(np.rint(grey + shift), 0, 255).astype(np.uint8)
