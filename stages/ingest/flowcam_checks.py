"""What a FlowCam export says twice must agree. Each check counts rows (or statements) that disagree."""

import numpy as np
import pandas as pd

RELATIVE = 1e-3  # sizes and calibration are written with four decimals
ABSOLUTE_UM = 1e-3
SUMMARY_RELATIVE = 5e-3  # the summary rounds the imaged volume to three or four digits


def fringe_corrected(px: np.ndarray, fringe_px: np.ndarray, pixel_um: np.ndarray) -> np.ndarray:
    """Size in um of `px` pixels as VisualSpreadsheet corrects it for the dark fringe around a particle, which the
    threshold takes in: the fringe is taken off, but never more than half of the size, nor does less than one pixel
    stay. (The last was found in the lists of thin particles; it touches the width alone.)"""
    return np.maximum(np.maximum(px - fringe_px, px / 2), 1) * pixel_um


def sizes(table: pd.DataFrame) -> int:
    """Rows whose ABD, ESD, length or width differs from what area and Feret diameters in pixels give."""
    if not {"cal_const", "fringe_size"} <= set(table):
        return 0
    in_pixels = {
        "abd_diameter": ("raw_area", lambda area: 2 * np.sqrt(area / np.pi)),
        "esd_diameter": ("raw_feret_mean", np.asarray),
        "length": ("raw_feret_max", np.asarray),
        "width": ("raw_feret_min", np.asarray),
    }
    wrong = np.zeros(len(table), dtype=bool)
    for reported, (raw, to_px) in in_pixels.items():
        if reported in table and raw in table:
            expected = fringe_corrected(to_px(table[raw]), table["fringe_size"], table["cal_const"])
            wrong |= ~np.isclose(table[reported], expected, rtol=RELATIVE, atol=ABSOLUTE_UM)
    return int(wrong.sum())


def calibration(table: pd.DataFrame, pixel_um: float) -> int:
    """Rows whose sizes were computed with another pixel size than the run's."""
    if "cal_const" not in table:
        return 0
    return int((~np.isclose(table["cal_const"], pixel_um, rtol=RELATIVE)).sum())


def summary(text: str, rows_read: int, imaged_ml: float | None, dilution: float) -> int:
    """Statements of the run's own summary (count, imaged volume, particles/mL) that differ from the list's.

    An edited list keeps the summary of the whole run; count and volume must then not be mixed.
    """
    told = _summary_numbers(text)
    counted = rows_read / imaged_ml if imaged_ml else None
    expected = {
        "count": [rows_read],
        "sample volume imaged ml": [imaged_ml] if imaged_ml else [],
        "particles / ml": [counted, counted * dilution] if counted else [],
    }
    return sum(
        not np.isclose(told[name], values, rtol=SUMMARY_RELATIVE).any()
        for name, values in expected.items()
        if values and name in told
    )


def _summary_numbers(text: str) -> dict[str, float]:
    numbers = {}
    for line in text.split("\n"):
        name, _, value = line.partition(",")
        try:
            numbers.setdefault(name.strip().casefold(), float(value))
        except ValueError:
            continue
    return numbers
