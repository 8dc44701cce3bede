"""Reader of MFI runs: a particle table and the camera's frames, from which the particles are cut, or the crops that the
instrument exported.

The path of the sheet is a folder with one particle table, or the table itself; the images lie beside or below it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from stages.common.base.errors import InputError
from stages.reading.exports.files.packed import packed
from stages.reading.exports.files.sources import Sources
from stages.reading.exports.files.table_files import only_table, table_files
from stages.reading.exports.mfi import frames
from stages.reading.exports.mfi.boxes import Boxes
from stages.reading.exports.mfi.crops import boxes_of, crop_of, crops, names
from stages.reading.exports.mfi.frames import Cuts, frames_in
from stages.reading.exports.mfi.scale import Fit, fit, refuse_another
from stages.reading.exports.mfi.table import header_line, read_table
from stages.reading.exports.rows.columns import Rows, Table, counted
from stages.reading.exports.rows.export import Export, Piece, Reject, Survey, Warned, surveyed
from stages.reading.exports.rows.mismatches import WITHOUT_IMAGE, lost, mismatches
from stages.reading.exports.rows.times import local
from stages.reading.exports.sheet.row import SHEET, SheetRow

TEN_BIT_TO_EIGHT = 255 / 1023  # the table's intensities are 10-bit, the exported frames 8-bit
EDGE = {"yes": True, "true": True, "1": True, "y": True, "no": False, "false": False, "0": False, "n": False}
PREAMBLE = {
    "pixel_um": ("pixel size(um)", "pixel size (um)", "pixel size"),
    "imaged_ml": ("analyzed volume(ml)", "analyzed volume (ml)", "imaged volume(ml)", "imaged volume (ml)"),
    "dilution": ("dilution factor", "dilution"),
    "told_count": ("particles", "particle count", "total particles", "number of particles"),
    "software": ("software version", "software", "version"),
    "started_local": ("start time", "run start time", "date"),
}

# Contract's column: table's column. Perimeter is left out: the table doesn't state its unit.
PLAIN = {
    "source_line": "source_line",
    "ecd_um": "ECD(um)",
    "length_um": "Max Feret Diameter(um)",
    "circularity": "Circularity",
    "aspect_ratio": "Aspect Ratio",
    "elapsed_s": "Time Stamp(s)",
    "frame": "Frame #",
    "x_px": "X Left",
    "y_px": "Y Top",
}


def recognises(path: Path) -> bool:
    return len(table_files(path, header_line)) > 0


def read(row: SheetRow, root: Path) -> Export:
    """Read the run of the sheet's `row`. Raises InputError when the run as a whole can't be read."""
    listed = _listed(row, root)
    pieces = (_known_edges(rows, listed.path.name) for rows in listed.table.pieces())
    boxes, cuts = _cut(pieces, listed)
    found = (_piece(one, listed.path.name, listed.facts["pixel_um"], boxes.extra) for one in cuts)
    return Export(listed.facts | {"boxes": boxes.told}, listed.sources, found)


def survey(row: SheetRow, root: Path) -> Survey:
    """What `read` would find, without its images."""
    listed = _listed(row, root)
    rows, numbers = counted(listed.table, "Frame #")
    found = frames_in(listed.sources)
    notes = [*listed.table.columns_told(), _scale_told(listed.fit)]
    if not found and (single := crops(listed.sources.folder)):
        all_rows = (row for part in listed.table.rows() for _, row in part.table.iterrows())
        missing = [names(row)[0] for row in all_rows if not any(name in single for name in names(row))]
        return surveyed(listed.facts, rows, rows.read - rows.refused, missing, notes, row.edited)
    missing = [f"...Image_{number:05d}" for number in numbers if len(found.get(number, [])) != 1]
    return surveyed(listed.facts, rows, len(numbers), missing, notes, row.edited)


@dataclass(frozen=True)
class _Listed:
    """The table's path, its folder's files, its rows, the run's facts, and um/px as the table's sizes tell it."""

    path: Path
    sources: Sources
    table: Table
    facts: dict
    fit: Fit


def _listed(row: SheetRow, root: Path) -> _Listed:
    path = only_table(row, root, header_line, "a table with a column ECD(um)")
    sources = Sources(root, path.parent, row.bits)
    table, above, preamble = read_table(sources.text(path), path.name)
    told = {fact: next((preamble[key] for key in keys if key in preamble), None) for fact, keys in PREAMBLE.items()}
    fitted = fit(table)
    pixel_um = row.pixel_um or _number(told["pixel_um"], "pixel size", path.name)
    if not pixel_um:
        raise InputError(
            f"{path.name}: the table doesn't tell the pixel size; give pixel_um in the sheet ({_scale_told(fitted)})"
        )
    refuse_another(pixel_um, fitted, path.name)
    imaged_ml = row.volume_ml or _number(told["imaged_ml"], "analyzed volume", path.name)
    count = re.fullmatch(r"\d{1,3}(,\d{3})+|\d+", told["told_count"] or "")
    facts = {
        "simulated": "simulat" in "\n".join(above).casefold(),
        "dilution": row.dilution or _number(told["dilution"], "dilution", path.name) or 1.0,
        "imaged_ml": imaged_ml,
        "volume_from": SHEET if row.volume_ml else "preamble of the table" if imaged_ml else None,
        "pixel_um": pixel_um,
        "told_count": int(count[0].replace(",", "")) if count else None,
        "software": told["software"],
        "started_local": local(told["started_local"]),
    }
    return _Listed(path, sources, table, facts, fitted)


def _scale_told(fitted: Fit) -> str:
    shown = {"ECD": fitted.ecd, "Feret": fitted.feret}
    parts = [f"{value:.3g} um/px by {name}" for name, value in shown.items() if value is not None]
    return f"its sizes fit {', '.join(parts)}" if parts else "its sizes are too few or too alike to fit um/px"


def _cut(pieces: Iterable[Rows], listed: _Listed) -> tuple[Boxes, Iterator[Cuts]]:
    """Whether boxes are inclusive, and the pieces with their crops."""
    sources = listed.sources
    found = frames_in(sources)
    if not found and (single := crops(sources.folder)):
        first = next((rows.table for rows in listed.table.rows() if len(rows.table)), None)
        boxes = Boxes(0, "half-open (no row)") if first is None else boxes_of(first, single)
        return boxes, (_joined(piece, single, sources, boxes) for piece in pieces)
    boxes = frames.boxes_of(listed.table, found, sources)
    return boxes, frames.cut(pieces, found, sources, boxes)


def _joined(piece: Rows, found: dict[str, list[Path]], sources: Sources, boxes: Boxes) -> Cuts:
    """The crop of each row that was exported by itself."""
    cuts = Cuts(piece)
    for index, row in piece.table.iterrows():
        try:
            cuts.images[index] = crop_of(row, found, sources, boxes)
        except InputError as error:
            cuts.lost[index] = "Particle #", str(error)
    return cuts


def _known_edges(piece: Rows, file: str) -> Rows:
    """The piece without the rows whose edge flag is neither yes nor no, which are rejected."""
    table = piece.table
    if "Edge Particle" not in table:
        return piece
    flags = table["Edge Particle"].str.casefold().map(EDGE)
    unclear = table[flags.isna()]
    reason = f"is none of {', '.join(EDGE)}"
    cells = zip(unclear["source_line"], unclear["Edge Particle"], strict=True)
    rejects = [Reject(file, line, "Edge Particle", f"{cell!r} {reason}") for line, cell in cells]
    known = table.assign(**{"Edge Particle": flags})[flags.notna()].reset_index(drop=True)
    return replace(piece, table=known, rejects=piece.rejects + rejects)


def _piece(cuts: Cuts, file: str, pixel_um: float, extra: int) -> Piece:
    table = cuts.piece.table
    edge = table["Edge Particle"].to_numpy(bool) if "Edge Particle" in table else False
    return Piece(
        _particles(table, pixel_um).assign(edge=edge, source_file=file),
        packed([cuts.images.get(row) for row in range(len(table))]),
        cuts.piece.rejects,
        cuts.piece.read,
        {"area_mismatch": _larger_than_box(table, file, extra), WITHOUT_IMAGE: lost(table, cuts.lost, file)},
        [f"{frame}_{particle}" for frame, particle in zip(table["Frame #"], table["Particle #"], strict=True)],
    )


def _particles(table: pd.DataFrame, pixel_um: float) -> pd.DataFrame:
    columns = {name: table[of] for name, of in PLAIN.items() if of in table}
    if "Area(pixels)" in table:
        columns["area_um2"] = table["Area(pixels)"] * pixel_um**2
    for name, of in {"intensity_mean": "Intensity Mean", "intensity_sd": "Intensity STD"}.items():
        if of in table:
            columns[name] = table[of] * TEN_BIT_TO_EIGHT
    numbered = table["Frame #"].astype(str) + "_" + table["Particle #"].astype(str)
    columns["source_id"] = table.get("#", numbered)
    return pd.DataFrame(columns | {"pixel_um": pixel_um}).reset_index(drop=True)


def _larger_than_box(table: pd.DataFrame, file: str, extra: int) -> Warned:
    """Rows whose area is larger than the rectangle it lies in."""
    if "Area(pixels)" not in table:
        return Warned()
    sides = table["X Right"] - table["X Left"] + extra, table["Y Bottom"] - table["Y Top"] + extra
    box = (sides[0] * sides[1]).to_numpy()
    wrong = (table["Area(pixels)"] > box).to_numpy()
    return mismatches(table, wrong, file, "Area(pixels)", lambda row: f"at most {box[row]} px")


def _number(text: str | None, what: str, file: str) -> float | None:
    """The number that a preamble's value starts with (a unit may follow)."""
    if text is None or not text:
        return None
    number = re.match(r"\d+(\.\d+)?([eE][-+]?\d+)?(?![\d,.])", text)
    if number is None:
        raise InputError(
            f"{file}: {what} {text!r} is not a number with a decimal point; mend it or give it in the sheet"
        )
    return float(number[0])
