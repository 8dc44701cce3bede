"""Images of particles in a page, each as a data URI, so that the page needs no other file."""

import base64
import io

import numpy as np
from PIL import Image

RED = np.array([213, 94, 0])  # vermilion of Okabe and Ito's palette
MOST = 0.6  # of the colour, where a class is seen best


def data_uri(pixels: np.ndarray) -> str:
    """uint8 (H, W) or (H, W, 3) as PNG."""
    image = Image.fromarray(pixels)
    if pixels.ndim == 3:
        image = image.quantize(64)
    file = io.BytesIO()
    image.save(file, "png", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def overlaid(pixels: np.ndarray, seen_at: np.ndarray) -> np.ndarray:
    """uint8 (H, W) with colour where `seen_at` (h, w) is positive, the more the higher -> uint8 (H, W, 3)."""
    positive = np.clip(seen_at, 0, None)
    scaled = (255 * positive / max(positive.max(), 1e-9)).astype(np.uint8)
    size = pixels.shape[::-1]
    share = MOST / 255 * np.asarray(Image.fromarray(scaled).resize(size, Image.Resampling.BILINEAR), float)[..., None]
    return np.rint((1 - share) * pixels[..., None] + share * RED).astype(np.uint8)
