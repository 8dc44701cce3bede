"""From a crop of any size, colour and background to one square of grey levels."""

import numpy as np

from stages.common.base.seeds import seed_of
from stages.common.params.normalize import Normalize
from stages.reading.normalizing.fits import FITS
from stages.reading.normalizing.grey import levelled, to_grey


def normalized_image(
    pixels: np.ndarray, pixel_um: float, particle_id: str, settings: Normalize, seed: int
) -> np.ndarray:
    """uint8 (H, W, 1) or (H, W, 3) -> uint8 (edge, edge). seed: of all; with the particle's name it makes its own."""
    grey = to_grey(pixels)
    if settings.background == "level":
        grey = levelled(grey, settings.background_level)
    image_seed = seed_of(seed, "normalize", particle_id)
    return FITS[settings.fit](grey, settings.edge_px, pixel_um, image_seed)
