"""The real images of a class that a generator may learn, or be judged by."""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.arrays import read_images
from stages.common.base.errors import InputError
from stages.common.draw import draw

NORMALIZED = Path("data/normalized")
SPLITS = Path("data/splits.parquet")


def particles(label: str, platform: str, split: str, count: int | None, seed: int) -> tuple[np.ndarray, pd.DataFrame]:
    """Up to `count` images (N, edge, edge) uint8 of class `label` from `split` on `platform`, and their rows.

    Raises InputError when there are fewer than two: nothing can be learnt from one, nor compared with it.
    """
    rows = draw(pd.read_parquet(SPLITS), label, platform, split, count, seed)
    if len(rows) < 2:
        raise InputError(
            f"{SPLITS}: {len(rows)} {label} particle(s) of platform {platform} in the {split} split; at least 2 are "
            "needed. Check diffusion.platform, the labels of the sample sheet and split.fractions"
        )
    arrays = {run: read_images(NORMALIZED / f"{run}.npy") for run in sorted(rows["run"].unique())}
    images = np.stack([arrays[run][row] for run, row in zip(rows["run"], rows["row"], strict=True)])
    return images, rows
