"""Reader of MFI runs: a particle table and the camera's frames, from which the particles are cut.

The path of the sheet is a folder with one particle table, or the table itself; the frames lie beside or below it.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.errors import InputError
from stages.ingest.export import Export, Reject, Survey, surveyed
from stages.ingest.images import SUFFIXES, decode
from stages.ingest.mfi_table import header_line, read_table
from stages.ingest.sheet import SheetRow
from stages.ingest.sources import Sources
from stages.ingest.tables import only_table, tables

TEN_BIT_TO_EIGHT = 255 / 1023  # the table's intensities are 10-bit, the exported frames 8-bit
FRAME = re.compile(r"image_(\d+)$", re.IGNORECASE)
EDGE = {"yes": True, "true": True, "1": True, "y": True, "no": False, "false": False, "0": False, "n": False}
PREAMBLE = {
    "pixel_um": ("pixel size(um)", "pixel size (um)", "pixel size"),
    "imaged_ml": ("analyzed volume(ml)", "analyzed volume (ml)", "imaged volume(ml)", "imaged volume (ml)"),
    "dilution": ("dilution factor", "dilution"),
    "software": ("software version", "software", "version"),
    "started": ("start time", "run start time", "date"),
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
    path, sources, table, rejects, rows_read, facts = _listed(row, root)
    edge, unclear = _edge(table, path.name)
    images, uncut = _cut(table.drop(index=[i for i, _ in unclear]), sources, path)
    accepted = table.loc[sorted(images)]
    return Export(
        particles=_particles(accepted, facts["pixel_um"]).assign(
            edge=edge.loc[accepted.index].to_numpy(bool), source_file=path.name
        ),
        images=[images[i] for i in accepted.index],
        rejects=rejects + [reject for _, reject in unclear] + uncut,
        rows_read=rows_read,
        facts=facts | {"source_digest": sources.digest()},
        aliases=[f"{f}_{p}" for f, p in zip(accepted["Frame #"], accepted["Particle #"], strict=True)],
        warnings={"area_mismatch": _larger_than_box(accepted)},
    )


def survey(row: SheetRow, root: Path) -> Survey:
    """What `read` would find, without its images."""
    _, sources, table, rejects, rows_read, facts = _listed(row, root)
    numbers, frames = list(table["Frame #"].unique()), _frames(sources)
    missing = [f"...Image_{number:05d}" for number in numbers if len(frames.get(number, [])) != 1]
    return surveyed(facts, rows_read, len(rejects), len(numbers), missing)


def _listed(row: SheetRow, root: Path) -> tuple[Path, Sources, pd.DataFrame, list[Reject], int, dict]:
    """The table's path, its folder's files, its rows, its rejects, the number of rows read, and the run's facts."""
    path = only_table(row, root, header_line, "a table with a column ECD(um)")
    sources = Sources(root, path.parent)
    text = sources.read_text(path)
    table, rejects, rows_read, preamble = read_table(text, path.name)
    told = {fact: next((preamble[key] for key in keys if key in preamble), None) for fact, keys in PREAMBLE.items()}
    pixel_um = row.pixel_um or _number(told["pixel_um"], "pixel size", path.name)
    if not pixel_um:
        raise InputError(f"{path.name}: the table doesn't tell the pixel size; give pixel_um in the sheet")
    lines = text.split("\n")
    facts = {
        "simulated": "simulat" in "\n".join(lines[: header_line(lines)[0]]).casefold(),
        "dilution": row.dilution or _number(told["dilution"], "dilution", path.name) or 1.0,
        "imaged_ml": row.volume_ml or _number(told["imaged_ml"], "analyzed volume", path.name),
        "pixel_um": pixel_um,
        "software": told["software"],
        "started": told["started"],
    }
    return path, sources, table, rejects, rows_read, facts


def _frames(sources: Sources) -> dict[int, list[Path]]:
    """Files named ...Image_<number> below the table's folder, by number."""
    frames: dict[int, list[Path]] = {}
    for path in sorted(sources.folder.rglob("*")):
        number = FRAME.search(path.stem)
        if number and path.suffix.casefold() in SUFFIXES:
            frames.setdefault(int(number[1]), []).append(path)
    return frames


def _cut(table: pd.DataFrame, sources: Sources, table_path: Path) -> tuple[dict[int, np.ndarray], list[Reject]]:
    """Each row's rectangle [Y Top : Y Bottom, X Left : X Right] of its frame, by the row's index."""
    frames = _frames(sources)
    images: dict[int, np.ndarray] = {}
    rejects: list[Reject] = []
    box = ["source_line", "X Left", "X Right", "Y Top", "Y Bottom"]
    for number, rows in table.groupby("Frame #", sort=False):
        try:
            frame = _frame(frames.get(number, []), number, sources)
        except InputError as error:
            rejects += [Reject(table_path.name, line, "Frame #", str(error)) for line in rows["source_line"]]
            continue
        height, width = frame.shape[:2]
        for index, line, left, right, top, bottom in rows[box].itertuples(name=None):
            if left < right <= width and top < bottom <= height:
                images[index] = frame[top:bottom, left:right].copy()
            else:
                reason = (
                    f"x {left} to {right}, y {top} to {bottom} is no rectangle in the frame ({width} x {height} px)"
                )
                rejects.append(Reject(table_path.name, line, "X Left", reason))
    return images, rejects


def _frame(paths: list[Path], number: int, sources: Sources) -> np.ndarray:
    if len(paths) != 1:
        found = ", ".join(sources.name(path) for path in paths) or "none is there"
        raise InputError(f"one frame named ...Image_{number:05d} is expected; found: {found}")
    try:
        return decode(sources.read(paths[0]))
    except InputError as error:
        raise InputError(f"{sources.name(paths[0])}: {error}") from None


def _edge(table: pd.DataFrame, file: str) -> tuple[pd.Series, list[tuple[int, Reject]]]:
    """The edge flag of each row, and the rows (index and reject) whose flag is neither yes nor no."""
    if "Edge Particle" not in table:
        return pd.Series(False, index=table.index), []
    flags = table["Edge Particle"].str.casefold().map(EDGE)
    unclear = table[flags.isna()]
    reason = f"is none of {', '.join(EDGE)}"
    cells = zip(unclear.index, unclear["source_line"], unclear["Edge Particle"], strict=True)
    return flags, [(i, Reject(file, line, "Edge Particle", f"{cell!r} {reason}")) for i, line, cell in cells]


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


def _larger_than_box(table: pd.DataFrame) -> int:
    """Rows whose area is larger than the rectangle it lies in."""
    if "Area(pixels)" not in table:
        return 0
    box = (table["X Right"] - table["X Left"]) * (table["Y Bottom"] - table["Y Top"])
    return int((table["Area(pixels)"] > box).sum())


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
