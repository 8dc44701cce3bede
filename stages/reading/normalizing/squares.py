"""From packed crops of any size, colour and background to equal squares."""

from collections.abc import Sequence

import numpy as np

from stages.common.base.seeds import seed_of
from stages.common.params.normalize import Normalize
from stages.reading.normalizing.compiled import AS_IT_IS, fill_squares
from stages.reading.normalizing.windows import FITS


def squares(
    content: np.ndarray,
    shapes: np.ndarray,
    pixel_um: np.ndarray,
    particle_ids: Sequence[str],
    settings: Normalize,
    seed: int,
) -> np.ndarray:
    """Crops, one after another in `content` (uint8, rows first, channels last) with `shapes` int64 (N, 3) of height,
    width and channels, `pixel_um` (N,) and the particles' names -> uint8 (N, edge, edge)."""
    heights, widths, channels = shapes.T
    seeds = np.array([seed_of(seed, "normalize", particle_id) for particle_id in particle_ids])
    windows = FITS[settings.fit](heights, widths, settings.edge_px, pixel_um, seeds)
    starts = np.concatenate([[0], np.cumsum(heights * widths * channels)])
    level = AS_IT_IS if settings.background == "none" else settings.background_level
    filled = np.empty((len(shapes), settings.edge_px, settings.edge_px), np.uint8)
    fill_squares(filled, content, starts, shapes, windows, level, settings.background == "plane")
    return filled
