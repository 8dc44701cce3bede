"""Which square of a crop of any shape is kept. The study states the resize, not the squaring, so it is a parameter.

Each fit takes the heights and widths of N crops in px (int64), the edge of the square in px, the pixel sizes in um and
the images' own seeds, and returns the windows, int64 (N, 4): height and width that a crop is resized to, and top and
left of the square in that. What the square holds beyond the resized crop, as where top is negative, is background. A
new fit is a function here and a line in FITS.
"""

from collections.abc import Callable, Iterable

import numpy as np

FIXED_UM = 0.5  # um for each pixel of a fixed-scale image


def crop(heights: np.ndarray, widths: np.ndarray, edge: int, pixel_um: np.ndarray, seeds: Iterable[int]) -> np.ndarray:
    """Smallest edge to `edge`, aspect kept, then the centre (the study's resize)."""
    return _centred(*_scaled(heights, widths, edge / np.minimum(heights, widths), edge), edge)


def random_crop(
    heights: np.ndarray, widths: np.ndarray, edge: int, pixel_um: np.ndarray, seeds: Iterable[int]
) -> np.ndarray:
    """Smallest edge to `edge`, aspect kept, then a random square of it."""
    heights, widths = _scaled(heights, widths, edge / np.minimum(heights, widths), edge)
    tops, lefts = np.empty_like(heights), np.empty_like(widths)
    for i, seed in enumerate(seeds):
        random = np.random.default_rng(seed)
        tops[i] = random.integers(0, heights[i] - edge + 1)
        lefts[i] = random.integers(0, widths[i] - edge + 1)
    return np.stack([heights, widths, tops, lefts], axis=1)


def letterbox(
    heights: np.ndarray, widths: np.ndarray, edge: int, pixel_um: np.ndarray, seeds: Iterable[int]
) -> np.ndarray:
    """Largest edge to `edge`, aspect kept, padded with the image's own background."""
    return _centred(*_scaled(heights, widths, edge / np.maximum(heights, widths), 1), edge)


def fixed_scale(
    heights: np.ndarray, widths: np.ndarray, edge: int, pixel_um: np.ndarray, seeds: Iterable[int]
) -> np.ndarray:
    """Every image at FIXED_UM a pixel, so that absolute size stays; padded with background, or cut at the border."""
    return _centred(*_scaled(heights, widths, pixel_um / FIXED_UM, 1), edge)


Fit = Callable[[np.ndarray, np.ndarray, int, np.ndarray, Iterable[int]], np.ndarray]
FITS: dict[str, Fit] = {
    "crop": crop,
    "random_crop": random_crop,
    "letterbox": letterbox,
    "fixed_scale": fixed_scale,
}


def _scaled(
    heights: np.ndarray, widths: np.ndarray, factors: np.ndarray, at_least: int
) -> tuple[np.ndarray, np.ndarray]:
    """Heights and widths times `factors`, rounded."""
    scaled = (np.rint(lengths * factors).astype(np.int64) for lengths in (heights, widths))
    height, width = (np.maximum(lengths, at_least) for lengths in scaled)
    return height, width


def _centred(heights: np.ndarray, widths: np.ndarray, edge: int) -> np.ndarray:
    tops, lefts = (
        np.where(lengths >= edge, (lengths - edge) // 2, -((edge - lengths) // 2)) for lengths in (heights, widths)
    )
    return np.stack([heights, widths, tops, lefts], axis=1)
