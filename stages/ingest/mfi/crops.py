"""Crops that an MFI exports one by one, for a run whose frames were not kept: named by the row's `#`, or by
<Frame #>_<Particle #>."""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.ingest.files.images import SUFFIXES, decode
from stages.ingest.files.sources import Sources

NAMED = re.compile(r"\d+(_\d+)?")


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


def crop_of(row: pd.Series, found: dict[str, list[Path]], sources: Sources) -> np.ndarray:
    """The row's crop. Raises InputError when there is none or more than one, or when it has another size than the row's
    rectangle."""
    paths = [path for name in names(row) for path in found.get(name, [])]
    if len(paths) != 1:
        shown = ", ".join(sources.name(path) for path in paths) or "none is there"
        raise InputError(
            f"no frames are there, and one crop named {' or '.join(names(row))} is expected; found: {shown}"
        )
    try:
        image = decode(sources.read(paths[0]))
    except InputError as error:
        raise InputError(f"{sources.name(paths[0])}: {error}") from None
    height, width = row["Y Bottom"] - row["Y Top"], row["X Right"] - row["X Left"]
    if image.shape[:2] != (height, width):
        raise InputError(
            f"{sources.name(paths[0])} is {image.shape[1]} x {image.shape[0]} px where the table says "
            f"{width} x {height}; it is another particle's image"
        )
    return image
