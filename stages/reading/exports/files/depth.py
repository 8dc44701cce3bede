"""How many bits the levels of a run's deep images have: cameras of 10 and 12 bits fill files of 16."""

from pathlib import Path

import numpy as np

from stages.reading.exports.files.images import DEEP_BITS, SUFFIXES, deep_levels

DEPTHS = (8, 10, 12, 14, DEEP_BITS)
LOOKED_AT = 32  # images, evenly over the folder


def evident_bits(folder: Path) -> tuple[int, int]:
    """The fewest of DEPTHS that hold the highest level of some deep images below `folder`; and that level."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.casefold() in SUFFIXES and path.is_file())
    places: list[int] = np.unique(np.linspace(0, len(paths) - 1, LOOKED_AT).astype(int)).tolist() if paths else []
    levels = [level for place in places if (level := deep_levels(paths[place])) is not None]
    most = max(levels, default=2**DEEP_BITS - 1)
    return next(bits for bits in DEPTHS if most < 2**bits), most
