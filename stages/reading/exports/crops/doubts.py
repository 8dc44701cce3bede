"""Whether images in a folder may be something else than crops of particles."""

from pathlib import Path

import numpy as np
from PIL import Image

from stages.reading.exports.files.table_files import SUFFIXES as TABLES
from stages.reading.exports.unrecognised import table_told

OTHERS = (".lst", ".flb", ".ctx", ".cla", ".edg", ".xls", ".xlsx", ".zip")  # of an export that isn't crops
FRAME_PX = (640, 480)  # an image that is as long and as wide may be a camera's frame or a collage
MANY = 10  # images of one size
LOOKED_AT = 200  # images, evenly over the folder


def doubt_of(folder: Path, images: list[Path]) -> str | None:
    """Why the `images` below `folder` may be no crops; None when nothing says so."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    if beside := [path.name for path in files if path.suffix.casefold() in OTHERS]:
        return f"{beside[0]} lies beside them"
    if told := next((told for path in files if path.suffix.casefold() in TABLES and (told := table_told(path))), None):
        return told
    places = np.unique(np.linspace(0, len(images) - 1, LOOKED_AT).astype(int))
    sizes = [size for place in places if (size := _size(images[place]))]
    if large := [size for size in sizes if max(size) >= FRAME_PX[0] and min(size) >= FRAME_PX[1]]:
        return f"one has {large[0][0]} x {large[0][1]} px, as a camera's frame or a collage"
    if len(sizes) >= MANY and len(set(sizes)) == 1:
        return f"all {len(sizes)} that were looked at have {sizes[0][0]} x {sizes[0][1]} px"
    return None


def _size(path: Path) -> tuple[int, int] | None:
    """Width and height, px; None for what is no image."""
    try:
        with Image.open(path) as image:
            return image.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
