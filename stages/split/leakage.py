"""Proof that nothing stands on two sides: no run, no image that is identical pixel for pixel."""

import numpy as np
import pandas as pd

from stages.common.unfinished.fingerprint import of_bytes

# An image met in several splits stays in the first of these: the reported set is never changed by what trains.
KEEPS = ["validation", "selection", "train"]


def pixel_digests(images: np.ndarray) -> list[str]:
    return [of_bytes(image.tobytes()) for image in images]


def without_copies(splits: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """`splits` (with a column `digest`) without the images that another split holds too, and how many those were."""
    rank = splits["split"].map(KEEPS.index)
    first = rank.groupby(splits["digest"]).transform("min")
    return splits[rank == first], int((rank != first).sum())


def runs_on_two_sides(splits: pd.DataFrame) -> list[str]:
    sides = splits.groupby("run")["split"].nunique()
    return sorted(sides.index[sides > 1])


def images_on_two_sides(splits: pd.DataFrame) -> int:
    return int((splits.groupby("digest")["split"].nunique() > 1).sum())
