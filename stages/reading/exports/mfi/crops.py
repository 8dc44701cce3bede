"""Crops that an MFI exports one by one, for a run whose frames were not kept: named by the row's `#`, or by
<Frame #>_<Particle #>."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from stages.common.base.errors import InputError
from stages.reading.exports.files.images import SUFFIXES
from stages.reading.exports.files.sources import Sources
from stages.reading.exports.mfi.boxes import Boxes, by_crops

NAMED = re.compile(r"\d+(_\d+)?")
LOOKED_AT = 200  # rows whose crops tell whether boxes are inclusive


def crops(folder: Path) -> dict[str, list[Path]]:
    """Crops below `folder` by their names without suffix."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if NAMED.fullmatch(path.stem) and path.suffix.casefold() in SUFFIXES:
            found.setdefault(path.stem, []).append(path)
    return found


def names(row: pd.Series) -> list[str]:
    """The names that a row's crop may have."""
    return [f"{row['Frame #']}_{row['Particle #']}", *([row["#"]] if "#" in row else [])]


def boxes_of(table: pd.DataFrame, found: dict[str, list[Path]]) -> Boxes:
    """Whether the boxes are inclusive, by the size of the first rows' crops."""
    first = table.head(LOOKED_AT)
    return by_crops(first, [_size(_paths(row, found)) for _, row in first.iterrows()])


def crop_of(row: pd.Series, found: dict[str, list[Path]], sources: Sources, boxes: Boxes) -> np.ndarray:
    """The row's crop. Raises InputError when there is none or more than one, or when it has another size than the row's
    box."""
    paths = _paths(row, found)
    if len(paths) != 1:
        shown = ", ".join(sources.name(path) for path in paths) or "none is there"
        raise InputError(
            f"no frames are there, and one crop named {' or '.join(names(row))} is expected; found: {shown}"
        )
    image = sources.image(paths[0])
    height = row["Y Bottom"] - row["Y Top"] + boxes.extra
    width = row["X Right"] - row["X Left"] + boxes.extra
    if image.shape[:2] != (height, width):
        raise InputError(
            f"{sources.name(paths[0])} is {image.shape[1]} x {image.shape[0]} px where the table says "
            f"{width} x {height}; it is another particle's image"
        )
    return image


def _paths(row: pd.Series, found: dict[str, list[Path]]) -> list[Path]:
    return [path for name in names(row) for path in found.get(name, [])]


def _size(paths: list[Path]) -> tuple[int, int] | None:
    """Height and width of the one crop, px."""
    try:
        with Image.open(paths[0]) as image:
            return (image.height, image.width) if len(paths) == 1 else None
    except (IndexError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
