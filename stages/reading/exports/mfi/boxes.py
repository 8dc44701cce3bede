"""Whether a table's boxes hold their last row and column: exports differ in that, so each is settled by its pixels.

Half-open, a box is [Y Top : Y Bottom, X Left : X Right]; inclusive, it is one pixel longer in both.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

FRAMES = 40  # looked at
FEWEST = 20  # boxes of which both sides can be looked at
TOLD = 2.0  # times as much contrast in a box's first row and column as before them, from which its sides tell anything
MOST_BOXES = 2 / 3  # that must look inclusive
MOST_SHARE = 0.01  # of areas larger than the half-open box that may be errors of a table
BORDERS = ["X Left", "X Right", "Y Top", "Y Bottom"]


@dataclass(frozen=True)
class Boxes:
    """extra: 1 when inclusive, else 0. told: that, and what settled it."""

    extra: int
    told: str


def half_open(why: str) -> Boxes:
    return Boxes(0, f"half-open ({why})")


def inclusive(why: str) -> Boxes:
    return Boxes(1, f"inclusive ({why})")


def by_crops(table: pd.DataFrame, sizes: Iterable[tuple[int, int] | None]) -> Boxes:
    """As the sizes (height, width) of exported crops tell it; `sizes` in the order of the rows, None where unknown."""
    height, width = (table[b] - table[a] for a, b in (("Y Top", "Y Bottom"), ("X Left", "X Right")))
    beyond = [(h - y, w - x) for size, y, x in zip(sizes, height, width, strict=True) if size for h, w in [size]]
    if beyond.count((1, 1)) > beyond.count((0, 0)):
        return inclusive("the exported crops' size")
    return half_open("the exported crops' size" if beyond else "nothing tells")


def by_frames(table: pd.DataFrame, frames: Iterable[tuple[np.ndarray, pd.DataFrame]]) -> Boxes:
    """As areas and the frames' pixels tell it. frames: some, each with the rows of the table whose boxes lie in it."""
    width, height = (table[b] - table[a] for a, b in (("X Left", "X Right"), ("Y Top", "Y Bottom")))
    area = table.get("Area(pixels)", pd.Series(0, index=table.index))
    larger = (area > width * height) & (area <= (width + 1) * (height + 1))
    if larger.mean() > MOST_SHARE:
        return inclusive(f"the area exceeds the half-open box in {larger.sum()} of {len(table)} rows")
    looks = []
    for frame, rows in frames:
        grey = frame if frame.ndim == 2 else frame.mean(axis=2)
        if ((rows["X Right"] == grey.shape[1]) | (rows["Y Bottom"] == grey.shape[0])).any():
            return half_open("boxes end with the frame")
        looks += [look for box in rows[BORDERS].to_numpy() if (look := _look(grey, *box)) is not None]
    return _by_contrast(np.array(looks))


def _by_contrast(looks: np.ndarray) -> Boxes:
    """The last row and column look like the first ones, which are in every box, or like those before them."""
    if len(looks) < FEWEST:
        return half_open("too few boxes to look at")
    outside, first, last = np.maximum(looks, 1).T
    if np.median(first) < TOLD * np.median(outside):
        return half_open("its borders are wide, and tell nothing")
    if np.mean(last**2 > first * outside) > MOST_BOXES:
        return inclusive("the last row and column show as much contrast as the first")
    return half_open("the last row and column show no contrast")


def _look(grey: np.ndarray, left: int, right: int, top: int, bottom: int) -> tuple[float, float, float] | None:
    """Contrast just outside of a box's first row and column, in them, and in the row and column that half-open drops;
    None for a box too near to the frame's border."""
    margin = 3
    if not (margin <= left < right < grey.shape[1] - margin and margin <= top < bottom < grey.shape[0] - margin):
        return None
    x, y = slice(left, right), slice(top, bottom)
    ring = np.concatenate([grey[top - 3, x], grey[bottom + 3, x], grey[y, left - 3], grey[y, right + 3]])
    background = np.median(ring)

    def contrast(row: int, column: int) -> float:
        return float(np.abs(np.concatenate([grey[row, x], grey[y, column]]) - background).max())

    return contrast(top - 1, left - 1), contrast(top, left), contrast(bottom, right)
