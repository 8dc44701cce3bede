"""From packed crops of any size, colour and background to equal squares."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from stages.common.base.seeds import seed_of
from stages.common.base.threads import cores, in_order
from stages.common.params.normalize import Normalize
from stages.reading.normalizing.compiled import AS_IT_IS, fill_squares
from stages.reading.normalizing.windows import FITS

AT_ONCE = 512  # crops that a thread takes


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
    seeds = (seed_of(seed, "normalize", particle_id) for particle_id in particle_ids)
    windows = FITS[settings.fit](heights, widths, settings.edge_px, pixel_um, seeds)
    starts = np.concatenate([[0], np.cumsum(heights * widths * channels)])
    level = AS_IT_IS if settings.background == "none" else settings.background_level
    filled = np.empty((len(shapes), settings.edge_px, settings.edge_px), np.uint8)

    def fill(begin: int) -> None:
        own, ends = slice(begin, begin + AT_ONCE), slice(begin, begin + AT_ONCE + 1)
        plane = settings.background == "plane"
        fill_squares(filled[own], content, starts[ends], shapes[own], windows[own], level, plane)

    deque(in_order(fill, range(0, len(filled), AT_ONCE), cores()), maxlen=0)
    return filled
