"""From the bytes of an image file to uint8 pixels."""

import io

import numpy as np
import pyarrow as pa
from PIL import Image

from stages.common.base.errors import InputError

SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
PLAIN_MODES = {"1": "L", "L": "L", "P": "RGB", "LA": "L", "PA": "RGB", "RGBA": "RGB", "CMYK": "RGB", "YCbCr": "RGB"}


def decode(content: bytes) -> np.ndarray:
    """Pixels as uint8, (H, W) for grey and (H, W, 3) for true colour.

    Three equal channels are grey: FlowCam writes RGB even from a grey camera. 16-bit grey is brought to 8 bit over
    its full range (65535 becomes 255); transparency is dropped. Raises InputError for what is no such image, and
    for one larger than Pillow's limit against decompression bombs.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > Image.MAX_IMAGE_PIXELS:  # Pillow itself refuses only twice as many
                raise Image.DecompressionBombError(f"{image.width} x {image.height} px")
            return _pixels(image)
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise InputError(f"not a readable image: {error}") from None
    except Image.DecompressionBombError as error:
        raise InputError(f"larger than any image of a particle can be: {error}") from None


def _pixels(image: Image.Image) -> np.ndarray:
    if image.mode.startswith("I"):
        deep = np.asarray(image).astype(np.int64)
        if deep.min() < 0 or deep.max() > 65535:
            raise ValueError("grey levels beyond 16 bits")
        return ((deep * 255 + 32767) // 65535).astype(np.uint8)
    if image.mode != "RGB" and image.mode not in PLAIN_MODES:
        raise ValueError(f"pixels of mode {image.mode}")
    mode = PLAIN_MODES.get(image.mode, "RGB")
    return _grey_if_equal(image if image.mode == mode else image.convert(mode))


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
