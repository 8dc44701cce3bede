"""From packed crops of any size, colour and background to equal squares."""

import numpy as np

from stages.common.params.normalize import Normalize
from stages.normalize.compiled import AS_IT_IS, fill_squares
from stages.normalize.windows import FITS


def squares(
    content: np.ndarray, shapes: np.ndarray, pixel_um: np.ndarray, seeds: np.ndarray, settings: Normalize
) -> np.ndarray:
    """Crops, one after another in `content` (uint8, rows first, channels last) with `shapes` int64 (N, 3) of height,
    width and channels, `pixel_um` (N,) and the seeds of the images (N,) -> uint8 (N, edge, edge)."""
    heights, widths, channels = shapes.T
    windows = FITS[settings.fit](heights, widths, settings.edge_px, pixel_um, seeds)
    starts = np.concatenate([[0], np.cumsum(heights * widths * channels)])
    level = settings.background_level if settings.background == "level" else AS_IT_IS
    filled = np.empty((len(shapes), settings.edge_px, settings.edge_px), np.uint8)
    fill_squares(filled, content, starts, shapes, windows, level)
    return filled
