"""From the bytes of an image file to uint8 pixels."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
from PIL import Image, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile
from scipy import ndimage

from stages.common.base.errors import InputError

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
PLAIN_MODES = {"1": "L", "L": "L", "P": "RGB", "CMYK": "RGB", "YCbCr": "RGB"}
TRANSPARENT = {"LA": "LA", "RGBA": "RGBA", "PA": "RGBA"}
DEEP_BITS = 16  # of the modes that hold more than eight


def decode(content: bytes, bits: Callable[[], int] = lambda: DEEP_BITS) -> np.ndarray:
    """Pixels as uint8, (H, W) for grey and (H, W, 3) for true colour.

    Three equal channels are grey: FlowCam writes RGB even from a grey camera. Grey of more than eight bits a pixel is
    brought to eight over the full range of `bits()` (2**bits - 1 becomes 255). What is transparent is filled with the
    median of the opaque pixels that border on it. Raises InputError for what is no such image, for several pages, for
    levels beyond `bits()`, and for an image larger than Pillow's limit against decompression bombs.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            if _too_large(image):
                raise Image.DecompressionBombError(f"{image.width} x {image.height} px")
            if isinstance(image, TiffImageFile) and image.n_frames > 1:
                raise ValueError(f"{image.n_frames} pages in one file; save each as a file of its own")
            return _pixels(image, bits)
    except UnidentifiedImageError:  # whose own words hold an address in memory
        raise InputError("not a readable image: of no known format, or cut off at its start") from None
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise InputError(f"not a readable image: {error}") from None
    except Image.DecompressionBombError as error:
        raise InputError(f"larger than any image of a particle can be: {error}") from None


def deep_levels(path: Path) -> int | None:
    """The highest grey level of an image of more than eight bits a pixel; None for any other file."""
    try:
        with Image.open(path) as image:
            deep = image.mode.startswith("I") and not _too_large(image)
            return int(np.asarray(image).max()) if deep else None
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return None


def _too_large(image: Image.Image) -> bool:
    """Beyond Pillow's limit, which is None when it is switched off; Pillow itself refuses only twice as many pixels."""
    return Image.MAX_IMAGE_PIXELS is not None and image.width * image.height > Image.MAX_IMAGE_PIXELS


def _pixels(image: Image.Image, bits: Callable[[], int]) -> np.ndarray:
    if image.mode.startswith("I"):
        return _eight_bits(np.asarray(image).astype(np.int64), bits())
    if image.mode in TRANSPARENT or "transparency" in image.info:
        return _filled(image.convert(TRANSPARENT.get(image.mode, "RGBA")))
    if image.mode != "RGB" and image.mode not in PLAIN_MODES:
        raise ValueError(f"pixels of mode {image.mode}")
    mode = PLAIN_MODES.get(image.mode, "RGB")
    return _grey_if_equal(image if image.mode == mode else image.convert(mode))


def _eight_bits(deep: np.ndarray, bits: int) -> np.ndarray:
    most = 2**bits - 1
    if deep.min() < 0 or deep.max() > most:
        raise ValueError(
            f"grey levels up to {deep.max()}, beyond {bits} bits; give the true `bits` in the sample sheet"
        )
    return ((deep * 255 + most // 2) // most).astype(np.uint8)


def _filled(image: Image.Image) -> np.ndarray:
    """A picture with an alpha channel on its own background."""
    *channels, alpha = (np.asarray(channel) for channel in image.split())
    opaque = alpha >= 128
    if not opaque.any():
        raise ValueError("nothing in it is opaque")
    if not opaque.all():
        border = opaque & ndimage.binary_dilation(~opaque, np.ones((3, 3)))
        channels = [np.where(opaque, channel, np.uint8(np.median(channel[border]))) for channel in channels]
    if len(channels) == 1 or all(np.array_equal(channel, channels[0]) for channel in channels[1:]):
        return channels[0]
    return np.stack(channels, axis=2)


def _grey_if_equal(image: Image.Image) -> np.ndarray:
    """(H, W) when the image is grey or all three channels are equal everywhere, else (H, W, 3). Whole channels compare
    many times as fast as every third value of an array."""
    if image.mode == "L":
        return np.asarray(image)
    red, green, blue = (_values(channel) for channel in image.split())
    if np.array_equal(red, green) and np.array_equal(red, blue):
        return red.reshape(image.height, image.width)
    return np.asarray(image)


def _values(channel: Image.Image) -> np.ndarray:
    """The pixels of a channel: Pillow's own memory, unless it is in several parts, as that of a large image is."""
    try:
        return np.asarray(pa.array(channel))
    except (ValueError, MemoryError):
        return np.asarray(channel).reshape(-1)
