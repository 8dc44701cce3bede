"""What a FlowCam export says twice must agree. Each check tells the rows (or statements) that disagree."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from stages.reading.exports.rows.export import Mismatch, Warned
from stages.reading.exports.rows.mismatches import SHOWN, mismatches

RELATIVE = 1e-3  # sizes and calibration are written with four decimals
ABSOLUTE_UM = 1e-3

# Size: its column in pixels, and how that becomes a length.
IN_PIXELS: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {
    "abd_diameter": ("raw_area", lambda area: 2 * np.sqrt(area / np.pi)),
    "esd_diameter": ("raw_feret_mean", np.asarray),
    "length": ("raw_feret_max", np.asarray),
    "width": ("raw_feret_min", np.asarray),
}


def fringe_corrected(px: np.ndarray, fringe_px: np.ndarray, pixel_um: np.ndarray) -> np.ndarray:
    """Size in um of `px` pixels as VisualSpreadsheet corrects it for the dark fringe around a particle, which the
    threshold takes in: the fringe is taken off, but never more than half of the size, nor does less than one pixel
    stay. (The last was found in the lists of thin particles; it touches the width alone.)"""
    return np.maximum(np.maximum(px - fringe_px, px / 2), 1) * pixel_um


def sizes(table: pd.DataFrame, file: str) -> Warned:
    """Rows whose ABD, ESD, length or width differs from what area and Feret diameters in pixels give; of each the
    first such size."""
    if not {"cal_const", "fringe_size"} <= set(table):
        return Warned()
    wrong = np.zeros(len(table), dtype=bool)
    shown: list[Mismatch] = []
    for reported, (raw, to_px) in IN_PIXELS.items():
        if reported in table and raw in table:
            expected = np.asarray(fringe_corrected(to_px(table[raw]), table["fringe_size"], table["cal_const"]))
            differs = ~np.isclose(table[reported], expected, rtol=RELATIVE, atol=ABSOLUTE_UM) & ~wrong
            shown += mismatches(table, differs, file, reported, partial(_um, expected)).shown
            wrong |= differs
    shown.sort(key=lambda mismatch: mismatch.line or 0)
    return Warned(int(wrong.sum()), shown[:SHOWN])


def _um(expected: np.ndarray, row: int) -> str:
    return f"{expected[row]:.4f} um"


def calibration(table: pd.DataFrame, pixel_um: float | None, file: str) -> Warned:
    """Rows whose sizes were computed with another pixel size than the run's."""
    if "cal_const" not in table or pixel_um is None:
        return Warned()
    wrong = ~np.isclose(table["cal_const"], pixel_um, rtol=RELATIVE)
    return mismatches(table, wrong, file, "cal_const", lambda i: f"{pixel_um:g} um/px")
