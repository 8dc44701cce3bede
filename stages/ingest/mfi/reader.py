"""Reader of MFI runs: a particle table and the camera's frames, from which the particles are cut, or the crops that the
instrument exported.

The path of the sheet is a folder with one particle table, or the table itself; the images lie beside or below it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.ingest.files.ahead import ahead
from stages.ingest.files.images import SUFFIXES, decode
from stages.ingest.files.packed import packed
from stages.ingest.files.sources import Sources
from stages.ingest.files.tables import only_table, tables
from stages.ingest.mfi.crops import crop_of, crops, names
from stages.ingest.mfi.table import header_line, read_table
from stages.ingest.rows.columns import Rows, Table, counted
from stages.ingest.rows.export import Export, Piece, Reject, Survey, Warned, surveyed
from stages.ingest.rows.mismatches import mismatches
from stages.ingest.sheet.sheet import SheetRow

TEN_BIT_TO_EIGHT = 255 / 1023  # the table's intensities are 10-bit, the exported frames 8-bit
FRAME = re.compile(r"image_(\d+)$", re.IGNORECASE)
EDGE = {"yes": True, "true": True, "1": True, "y": True, "no": False, "false": False, "0": False, "n": False}
PREAMBLE = {
    "pixel_um": ("pixel size(um)", "pixel size (um)", "pixel size"),
    "imaged_ml": ("analyzed volume(ml)", "analyzed volume (ml)", "imaged volume(ml)", "imaged volume (ml)"),
    "dilution": ("dilution factor", "dilution"),
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
    return len(tables(path, header_line)) > 0


def read(row: SheetRow, root: Path) -> Export:
    """Read the run of the sheet's `row`. Raises InputError when the run as a whole can't be read."""
    path, sources, table, facts = _listed(row, root)
    return Export(facts, sources, _pieces(table, sources, path, facts["pixel_um"]))


def survey(row: SheetRow, root: Path) -> Survey:
    """What `read` would find, without its images."""
    _, sources, table, facts = _listed(row, root)
    rows, refused, numbers = counted(table, "Frame #")
    frames = _frames(sources)
    if not frames and (single := crops(sources.folder)):
        all_rows = (row for found in table.rows() for _, row in found.table.iterrows())
        absent = [names(row)[0] for row in all_rows if not any(name in single for name in names(row))]
        return surveyed(facts, rows, refused, rows - refused, absent)
    missing = [f"...Image_{number:05d}" for number in numbers if len(frames.get(number, [])) != 1]
    return surveyed(facts, rows, refused, len(numbers), missing)


def _listed(row: SheetRow, root: Path) -> tuple[Path, Sources, Table, dict]:
    """The table's path, its folder's files, its rows, and the run's facts."""
    path = only_table(row, root, header_line, "a table with a column ECD(um)")
    sources = Sources(root, path.parent)
    table, above, preamble = read_table(sources.text(path), path.name)
    told = {fact: next((preamble[key] for key in keys if key in preamble), None) for fact, keys in PREAMBLE.items()}
    pixel_um = row.pixel_um or _number(told["pixel_um"], "pixel size", path.name)
    if not pixel_um:
        raise InputError(f"{path.name}: the table doesn't tell the pixel size; give pixel_um in the sheet")
    facts = {
        "simulated": "simulat" in "\n".join(above).casefold(),
        "dilution": row.dilution or _number(told["dilution"], "dilution", path.name) or 1.0,
        "imaged_ml": row.volume_ml or _number(told["imaged_ml"], "analyzed volume", path.name),
        "pixel_um": pixel_um,
        "software": told["software"],
        "started_local": told["started_local"],
    }
    return path, sources, table, facts


@dataclass
class _Cuts:
    """A piece of the table, and the crops of its rows by position."""

    piece: Rows
    images: dict[int, np.ndarray]
    rejects: list[Reject]

    @cached_property
    def boxes(self) -> list[list[int]]:
        """Line, left, right, top and bottom of each row."""
        return self.piece.table[["source_line", "X Left", "X Right", "Y Top", "Y Bottom"]].to_numpy().tolist()


def _pieces(table: Table, sources: Sources, path: Path, pixel_um: float) -> Iterator[Piece]:
    found = _frames(sources)
    if not found and (single := crops(sources.folder)):
        yield from (_piece(_joined(rows, single, sources, path.name), path.name, pixel_um) for rows in table.pieces())
        return

    def load(number: int) -> np.ndarray:
        return _frame(found.get(number, []), number, sources)

    frames = ahead(_by_frame(table, path.name), load, lambda frame: frame.nbytes)
    for (cuts, rows), frame in frames:
        if frame is None:
            yield _piece(cuts, path.name, pixel_um)
            continue
        try:
            _cut(cuts, rows, frame.result(), path.name)
        except InputError as error:
            cuts.rejects += [Reject(path.name, cuts.boxes[row][0], "Frame #", str(error)) for row in rows]


def _by_frame(table: Table, file: str) -> Iterator[tuple[int | None, tuple[_Cuts, list[int]]]]:
    """Each frame's number, with the cuts that it belongs to and its rows' positions; at the end of each piece no
    number."""
    for piece in table.pieces():
        unclear = _unclear(piece.table, file)
        cuts = _Cuts(piece, {}, piece.rejects + list(unclear.values()))
        rows: dict[int, list[int]] = {}
        for position, number in enumerate(piece.table["Frame #"].tolist()):
            if position not in unclear:
                rows.setdefault(number, []).append(position)
        yield from ((number, (cuts, positions)) for number, positions in rows.items())
        yield None, (cuts, [])


def _frames(sources: Sources) -> dict[int, list[Path]]:
    """Files named ...Image_<number> below the table's folder, by number."""
    frames: dict[int, list[Path]] = {}
    for path in sorted(sources.folder.rglob("*")):
        number = FRAME.search(path.stem)
        if number and path.suffix.casefold() in SUFFIXES:
            frames.setdefault(int(number[1]), []).append(path)
    return frames


def _joined(piece: Rows, found: dict[str, list[Path]], sources: Sources, file: str) -> _Cuts:
    """The crop of each row that was exported by itself."""
    unclear = _unclear(piece.table, file)
    cuts = _Cuts(piece, {}, piece.rejects + list(unclear.values()))
    for index, row in piece.table.drop(index=list(unclear)).iterrows():
        try:
            cuts.images[index] = crop_of(row, found, sources)
        except InputError as error:
            cuts.rejects.append(Reject(file, row["source_line"], "Particle #", str(error)))
    return cuts


def _cut(cuts: _Cuts, rows: list[int], frame: np.ndarray, file: str) -> None:
    """Each row's rectangle [Y Top : Y Bottom, X Left : X Right] of its frame."""
    height, width = frame.shape[:2]
    for row in rows:
        line, left, right, top, bottom = cuts.boxes[row]
        if left < right <= width and top < bottom <= height:
            cuts.images[row] = frame[top:bottom, left:right].copy()
        else:
            reason = f"x {left} to {right}, y {top} to {bottom} is no rectangle in the frame ({width} x {height} px)"
            cuts.rejects.append(Reject(file, line, "X Left", reason))


def _frame(paths: list[Path], number: int, sources: Sources) -> np.ndarray:
    if len(paths) != 1:
        found = ", ".join(sources.name(path) for path in paths) or "none is there"
        raise InputError(f"one frame named ...Image_{number:05d} is expected; found: {found}")
    try:
        return decode(sources.read(paths[0]))
    except InputError as error:
        raise InputError(f"{sources.name(paths[0])}: {error}") from None


def _unclear(table: pd.DataFrame, file: str) -> dict[int, Reject]:
    """The rows whose edge flag is neither yes nor no, by position."""
    if "Edge Particle" not in table:
        return {}
    unclear = table[_flags(table).isna()]
    reason = f"is none of {', '.join(EDGE)}"
    cells = zip(unclear.index, unclear["source_line"], unclear["Edge Particle"], strict=True)
    return {i: Reject(file, line, "Edge Particle", f"{cell!r} {reason}") for i, line, cell in cells}


def _flags(table: pd.DataFrame) -> pd.Series:
    return table["Edge Particle"].str.casefold().map(EDGE)


def _piece(cuts: _Cuts, file: str, pixel_um: float) -> Piece:
    rows = sorted(cuts.images)
    table = cuts.piece.table.loc[rows]
    edge = _flags(table).to_numpy(bool) if "Edge Particle" in table else False
    return Piece(
        _particles(table, pixel_um).assign(edge=edge, source_file=file),
        packed([cuts.images[row] for row in rows]),
        cuts.rejects,
        cuts.piece.read,
        {"area_mismatch": _larger_than_box(table, file)},
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


def _larger_than_box(table: pd.DataFrame, file: str) -> Warned:
    """Rows whose area is larger than the rectangle it lies in."""
    if "Area(pixels)" not in table:
        return Warned()
    box = ((table["X Right"] - table["X Left"]) * (table["Y Bottom"] - table["Y Top"])).to_numpy()
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
