"""From a list's columns (or a VisualSpreadsheet export's, under the list's names) to the contract's."""

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.reading.exports.flowcam.context import Context
from stages.reading.exports.rows.columns import Table
from stages.reading.exports.sheet.row import SHEET, SheetRow

UNCALIBRATED = 1.0  # um/px that the software holds before anyone has calibrated it

# Contract's column: list's column. Those in um and um2 follow the calibration.
LENGTHS = {
    "abd_um": "abd_diameter",
    "esd_um": "esd_diameter",
    "length_um": "length",
    "width_um": "width",
    "perimeter_um": "perimeter",
}
PLAIN = {
    "source_line": "source_line",
    "intensity_mean": "intensity",
    "intensity_sd": "sigma_intensity",
    "elapsed_s": "elapsed_time",
    "frame": "src_image",
    "x_px": "src_x",
    "y_px": "src_y",
    "circularity": "circularity",
    "aspect_ratio": "aspect_ratio",
}
FERET_RATIO = ("raw_feret_min", "raw_feret_max")  # stands in where a list has neither moments nor an aspect ratio


def pixel_size(row: SheetRow, context: Context, table: Table, pictures: bool = True) -> float | None:
    """um/px: of the sheet, else of the context, else the one that the rows were measured with; None when nothing tells
    it of a run without `pictures`, whose sizes need none.

    Raises InputError when nothing tells it of any other, or when the run was never calibrated.
    """
    if row.pixel_um:
        return row.pixel_um
    value = context.number("CalibrationConstant") or table.median("cal_const")
    if not value and not pictures:
        return None
    if not value:
        raise InputError(f"{context.file}: no pixel size (CalibrationConstant); give pixel_um in the sheet")
    if value == UNCALIBRATED:
        raise InputError(
            f"{context.file}: CalibrationConstant is 1.0000, the run is uncalibrated and its sizes are in px; "
            f"give the true pixel_um in the sheet"
        )
    return value


def run_facts(row: SheetRow, context: Context, pixel_um: float | None) -> dict:
    """What the context tells of the run, which the sheet goes before; its times are UTC."""
    imaged_ml, volume_from = (row.volume_ml, SHEET) if row.volume_ml else context.imaged_ml(pixel_um)
    return {
        "simulated": "simulat" in (context.software() or "").casefold(),
        "dilution": row.dilution or context.dilution(),
        "imaged_ml": imaged_ml,
        "volume_from": volume_from,
        "pixel_um": pixel_um,
        "fringe_px": context.number("FringeSize"),
        "threshold_dark": context.number("ThresholdDark"),
        "threshold_light": context.number("ThresholdLight"),
        "min_size_um": context.number("MinESD"),
        "max_size_um": context.number("MaxESD"),
        "software": context.software(),
        "started_utc": context.started_utc(),
    }


def contract_columns(table: pd.DataFrame, row: SheetRow, pixel_um: float | None) -> pd.DataFrame:
    """The contract's columns. When the sheet gives another pixel size than the software used, sizes follow it."""
    scale = pixel_um / table["cal_const"] if row.pixel_um and "cal_const" in table else 1.0
    columns = {name: table[of] for name, of in PLAIN.items() if of in table}
    columns |= {name: table[of] * scale for name, of in LENGTHS.items() if of in table}
    if "abd_area" in table:
        columns["area_um2"] = table["abd_area"] * scale**2
    if {"raw_filled_area", "raw_perimeter"} <= set(table):
        # The software's own Circularity, not above 1: found to agree with its CSV to the last digit.
        perimeter = table["raw_perimeter"].where(table["raw_perimeter"] > 0)
        columns["circularity"] = (4 * np.pi * table["raw_filled_area"] / perimeter**2).clip(upper=1)
    elif "compactness" in table:
        # Its inverse: found to be so in a list that has both, to the last digit.
        columns["circularity"] = (1 / table["compactness"].where(table["compactness"] > 0)).clip(upper=1)
    if {"raw_legendre_minor", "raw_legendre_major"} <= set(table):
        columns["aspect_ratio"] = table["raw_legendre_minor"] / table["raw_legendre_major"]
    elif "aspect_ratio" not in table and set(FERET_RATIO) <= set(table):
        columns["aspect_ratio"] = table[FERET_RATIO[0]] / table[FERET_RATIO[1]]
    named = "id" if "id" in table else "source_line"
    source_id = table["image_id"] if "image_id" in table else table[named].astype(str)
    particles = pd.DataFrame(columns | {"source_id": source_id, "pixel_um": pixel_um})
    return particles.replace([np.inf, -np.inf], np.nan).reset_index(drop=True)
