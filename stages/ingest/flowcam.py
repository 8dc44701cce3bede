"""Reader of FlowCam run folders: the list (.lst), its context (.ctx), collages and masks.

The path of the sheet is a run folder with one list, or the list itself where a folder holds more than one.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.errors import InputError
from stages.ingest import flowcam_checks as checks
from stages.ingest.export import Export
from stages.ingest.flowcam_collages import cut
from stages.ingest.flowcam_context import Context, read_context
from stages.ingest.flowcam_list import read_list
from stages.ingest.paths import below, only_file, sibling
from stages.ingest.sheet import SheetRow
from stages.ingest.sources import Sources

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
}


def read(row: SheetRow, root: Path) -> Export:
    """Read the run of the sheet's `row`. Raises InputError when the run as a whole can't be read."""
    list_path = _list_path(row, root)
    sources = Sources(root, list_path.parent)
    context_path = sibling(list_path.parent, f"{list_path.stem}.ctx") or only_file(list_path.parent, ".ctx")
    context = (
        read_context(sources.read_text(context_path), context_path.name) if context_path else Context("no .ctx", {})
    )
    table, rejects, rows_read = read_list(sources.read_text(list_path), list_path.name)
    pixel_um = _pixel_um(row, context, table)
    cuts = cut(table, sources, list_path, context.region(), context.number("ImagePixelBorder") or 0)
    imaged_ml = row.volume_ml or context.imaged_ml(pixel_um)
    facts = {
        "simulated": "simulat" in (context.software() or "").casefold(),
        "dilution": row.dilution or context.dilution(),
        "imaged_ml": imaged_ml,
        "pixel_um": pixel_um,
        "fringe_px": context.number("FringeSize") or _median(table, "fringe_size"),
        "threshold_dark": context.number("ThresholdDark"),
        "threshold_light": context.number("ThresholdLight"),
        "min_size_um": context.number("MinESD"),
        "max_size_um": context.number("MaxESD"),
        "software": context.software(),
        "started": context.text("RunStartTime"),
    }
    summary_path = sibling(list_path.parent, f"{list_path.stem}_summary.csv")
    warnings = {
        "size_mismatch": checks.sizes(table),
        "mask_mismatch": cuts.mask_mismatches,
        "calibration_mismatch": checks.calibration(table, pixel_um),
        "summary_mismatch": checks.summary(sources.read_text(summary_path), rows_read, imaged_ml, facts["dilution"])
        if summary_path
        else 0,
    }
    accepted = table.loc[cuts.rows]
    particles = _particles(accepted, row, pixel_um).assign(edge=cuts.edge, source_file=list_path.name)
    facts["source_digest"] = sources.digest()
    return Export(particles, cuts.images, rejects + cuts.rejects, rows_read, facts, warnings=warnings)


def _list_path(row: SheetRow, root: Path) -> Path:
    path = below(root, root / row.path)
    if path.is_file():
        return path
    if not path.is_dir():
        raise InputError(f"column path: {row.path!r} is not there")
    found = only_file(path, ".lst")
    if found is None:
        names = sorted(item.name for item in path.iterdir() if item.suffix.casefold() == ".lst")
        shown = ", ".join(names) or "no .lst file"
        raise InputError(f"column path: {row.path!r} holds {len(names)} lists ({shown}); name the list itself")
    return found


def _pixel_um(row: SheetRow, context: Context, table: pd.DataFrame) -> float:
    if row.pixel_um:
        return row.pixel_um
    value = context.number("CalibrationConstant") or _median(table, "cal_const")
    if not value:
        raise InputError(f"{context.file}: no pixel size (CalibrationConstant); give pixel_um in the sheet")
    if value == UNCALIBRATED:
        raise InputError(
            f"{context.file}: CalibrationConstant is 1.0000, the run is uncalibrated and its sizes are in px; "
            f"give the true pixel_um in the sheet"
        )
    return value


def _particles(table: pd.DataFrame, row: SheetRow, pixel_um: float) -> pd.DataFrame:
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
    if {"raw_legendre_minor", "raw_legendre_major"} <= set(table):
        columns["aspect_ratio"] = table["raw_legendre_minor"] / table["raw_legendre_major"]
    elif "aspect_ratio" in table:
        columns["aspect_ratio"] = table["aspect_ratio"]
    source_id = table["image_id"] if "image_id" in table else table["id"].astype(str)
    particles = pd.DataFrame(columns | {"source_id": source_id, "pixel_um": pixel_um})
    return particles.replace([np.inf, -np.inf], np.nan).reset_index(drop=True)


def _median(table: pd.DataFrame, column: str) -> float | None:
    return float(table[column].median()) if column in table and len(table) else None
