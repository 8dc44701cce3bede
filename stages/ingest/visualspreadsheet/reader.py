"""Reader of VisualSpreadsheet's exports: a particle table (CSV) and the particles' images.

The images are cut from the run's collages where the table tells the place (Image File, Image X ...); else they are the
images that the software exports one by one, named <run>_<number>.png by Particle ID. The path of the sheet is a folder
with one particle table, or the table itself; images lie beside or below it.
"""

from dataclasses import replace
from pathlib import Path

from stages.common.base.errors import InputError
from stages.ingest.files.paths import sibling
from stages.ingest.files.sources import Sources
from stages.ingest.files.tables import only_table, tables
from stages.ingest.flowcam.collages import PLACE
from stages.ingest.flowcam.context import context_beside
from stages.ingest.flowcam.particles import pixel_size, run_facts
from stages.ingest.flowcam.reader import Listed, cuts, export_of
from stages.ingest.rows.columns import counted
from stages.ingest.rows.export import Export, Piece, Survey, Warned, surveyed
from stages.ingest.sheet.sheet import SheetRow
from stages.ingest.visualspreadsheet.single_images import join, numbered
from stages.ingest.visualspreadsheet.table import LIST_NAMES, header_line, read_table

MOSAIC = "collage_"  # collage_<number>.png has captions, its parts' places are untold
CSV_NAMES = {ours: theirs for theirs, ours in LIST_NAMES.items()}


def recognises(path: Path) -> bool:
    return len(tables(path, header_line)) > 0


def read(row: SheetRow, root: Path) -> Export:
    """Read the run of the sheet's `row`. Raises InputError when the run as a whole can't be read."""
    listed, summaries = _listed(row, root)
    found = cuts(listed) if _cuttable(listed) else join(listed.table, listed.sources, listed.path)
    summary = sibling(listed.path.parent, f"{listed.path.stem}_summary.csv")
    told = (listed.sources.read_text(summary), summary.name) if summary else (summaries, listed.path.name)
    export = export_of(listed, row, found, told, ("calibration_mismatch",))
    return replace(export, pieces=map(_under_csv_names, export.pieces))


def survey(row: SheetRow, root: Path) -> Survey:
    """What `read` would find, without its images."""
    listed, _ = _listed(row, root)
    sources, path = listed.sources, listed.path
    if _cuttable(listed):
        rows, refused, names = counted(listed.table, "collage_file")
        missing = [name for name in names if not sources.holds(path.parent, name)]
        return surveyed(listed.facts, rows, refused, len(names), missing)
    rows, refused, numbers = counted(listed.table, "id")
    files = numbered(sources.folder)
    missing = [f"<run>_{number:06d}" for number in numbers if number not in files]
    return surveyed(listed.facts, rows, refused, len(numbers), missing)


def _listed(row: SheetRow, root: Path) -> tuple[Listed, str]:
    """The table under a list's names, with its context; and the text of the summaries around it."""
    path = only_table(row, root, header_line, "a particle table of VisualSpreadsheet")
    sources = Sources(root, path.parent)
    context = context_beside(sources, path)
    table, summaries = read_table(sources.text(path), path.name)
    if not (table.has("id") or table.has("image_id")):
        raise InputError(f"{path.name}: no column Particle ID or Original Reference ID; export one of them")
    pixel_um = pixel_size(row, replace(context, file=f"{path.name} and {context.file}"), table)
    listed = Listed(path, sources, context, table, run_facts(row, context, pixel_um))
    if not table.has("id") and not _cuttable(listed):
        raise InputError(
            f"{path.name}: neither the collages and their columns (Image File, Image X, Image Y, Image Width, Image "
            f"Height) nor Particle ID, by which exported images are named; export one of both"
        )
    return listed, summaries


def _cuttable(listed: Listed) -> bool:
    """Whether the table tells places in collages, and at least one of them is there."""
    if not listed.table.has("collage_file", *PLACE):
        return False
    return any(
        sibling(listed.path.parent, name)
        for rows in listed.table.rows()
        for name in rows.table["collage_file"].unique()
        if not name.casefold().startswith(MOSAIC)
    )


def _under_csv_names(piece: Piece) -> Piece:
    """The piece's rejects and mismatches with the columns as the table calls them."""
    warned = {
        check: Warned(found.count, [replace(item, column=_csv_name(item.column)) for item in found.shown])
        for check, found in piece.warned.items()
    }
    return replace(
        piece, rejects=[replace(item, column=_csv_name(item.column)) for item in piece.rejects], warned=warned
    )


def _csv_name(column: str) -> str:
    return CSV_NAMES.get(column, column)
