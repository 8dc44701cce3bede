"""How a crop of any shape becomes a square. The study states the resize, not the squaring, so it is a parameter.

Each fit takes uint8 (H, W), the edge in px, the pixel size in um and the image's own seed, and returns uint8
(edge, edge). A new fit is a function here and a line in FITS.
"""

from collections.abc import Callable

import numpy as np
from PIL import Image

from stages.reading.normalizing.grey import background_of

FIXED_UM = 0.5  # um for each pixel of a fixed-scale image


def crop(grey: np.ndarray, edge: int, pixel_um: float, seed: int) -> np.ndarray:
    """Smallest edge to `edge`, aspect kept, then the centre (the study's resize)."""
    scaled = _scaled(grey, edge / min(grey.shape), edge)
    top, left = (scaled.shape[0] - edge) // 2, (scaled.shape[1] - edge) // 2
    return scaled[top : top + edge, left : left + edge]


def random_crop(grey: np.ndarray, edge: int, pixel_um: float, seed: int) -> np.ndarray:
    """Smallest edge to `edge`, aspect kept, then a random square of it."""
    scaled = _scaled(grey, edge / min(grey.shape), edge)
    random = np.random.default_rng(seed)
    top, left = (int(random.integers(0, length - edge + 1)) for length in scaled.shape)
    return scaled[top : top + edge, left : left + edge]


def letterbox(grey: np.ndarray, edge: int, pixel_um: float, seed: int) -> np.ndarray:
    """Largest edge to `edge`, aspect kept, padded with the image's own background."""
    return _centred(_scaled(grey, edge / max(grey.shape), 1), edge, background_of(grey))


def fixed_scale(grey: np.ndarray, edge: int, pixel_um: float, seed: int) -> np.ndarray:
    """Every image at FIXED_UM a pixel, so that absolute size stays; padded with background, or cut at the border."""
    return _centred(_scaled(grey, pixel_um / FIXED_UM, 1), edge, background_of(grey))


Fit = Callable[[np.ndarray, int, float, int], np.ndarray]
FITS: dict[str, Fit] = {
    "crop": crop,
    "random_crop": random_crop,
    "letterbox": letterbox,
    "fixed_scale": fixed_scale,
}


def _scaled(grey: np.ndarray, factor: float, at_least: int) -> np.ndarray:
    """Resized by `factor` with antialiasing (a triangle filter that widens as the image shrinks)."""
    height, width = (max(at_least, round(length * factor)) for length in grey.shape)
    return np.asarray(Image.fromarray(grey).resize((width, height), Image.Resampling.BILINEAR))


def _centred(grey: np.ndarray, edge: int, background: float) -> np.ndarray:
    square = np.full((edge, edge), round(background), np.uint8)
    height, width = (min(length, edge) for length in grey.shape)
    from_top, from_left = (grey.shape[0] - height) // 2, (grey.shape[1] - width) // 2
    to_top, to_left = (edge - height) // 2, (edge - width) // 2
    square[to_top : to_top + height, to_left : to_left + width] = grey[
        from_top : from_top + height, from_left : from_left + width
    ]
    return square
