"""Reader of VisualSpreadsheet's exports: a particle table (CSV) and, where they were exported, the particles' images.

The images are cut from the run's collages where the table tells the place (Image File, Image X ...); else they are the
images that the software exports one by one, named <run>_<number>.png by Particle ID. A table without any image is a run
that is counted and sized alone. The path of the sheet is a folder with one particle table, or the table itself; images
lie beside or below it.
"""

from dataclasses import replace
from pathlib import Path

from stages.reading.exports.files.paths import sibling
from stages.reading.exports.files.sources import Sources
from stages.reading.exports.files.table_files import only_table, table_files
from stages.reading.exports.flowcam.collages import PLACE
from stages.reading.exports.flowcam.context import context_beside
from stages.reading.exports.flowcam.particles import pixel_size, run_facts
from stages.reading.exports.flowcam.reader import Listed, cuts, export_of, told_facts
from stages.reading.exports.flowcam.summaries import Summary, summaries_beside
from stages.reading.exports.rows.columns import Table, counted
from stages.reading.exports.rows.export import Export, Piece, Survey, Warned, surveyed
from stages.reading.exports.sheet.row import SheetRow
from stages.reading.exports.visualspreadsheet.single_images import join, numbered
from stages.reading.exports.visualspreadsheet.table import CSV_NAMES, header_line, read_table

MOSAIC = "collage_"  # collage_<number>.png has captions, its parts' places are untold


def recognises(path: Path) -> bool:
    return len(table_files(path, header_line)) > 0


def read(row: SheetRow, root: Path) -> Export:
    """Read the run of the sheet's `row`. Raises InputError when the run as a whole can't be read."""
    listed = _listed(row, root)
    cuttable = _cuttable(listed.table, listed.path)
    found = cuts(listed) if cuttable else join(listed.table, listed.sources, listed.path)
    export = export_of(listed, row, found, ("calibration_mismatch",))
    return replace(export, pieces=map(_under_csv_names, export.pieces))


def survey(row: SheetRow, root: Path) -> Survey:
    """What `read` would find, without its images."""
    listed = _listed(row, root)
    table, sources = listed.table, listed.sources
    if _cuttable(table, listed.path):
        rows, names = counted(table, "collage_file")
        missing = [name for name in names if not sources.holds(listed.path.parent, name)]
    else:
        files = numbered(sources.folder)
        rows, names = counted(table, "id" if table.has("id") else "source_line")
        names = names if files and table.has("id") else []
        missing = [f"<run>_{number:06d}" for number in names if number not in files]
    notes = table.columns_told() if names else [*table.columns_told(), "no picture: it is counted and sized alone"]
    return surveyed(listed.facts, rows, len(names), missing, notes, row.edited)


def _listed(row: SheetRow, root: Path) -> Listed:
    """The table under a list's names, with its context and summaries."""
    path = only_table(row, root, header_line, "a particle table of VisualSpreadsheet")
    sources = Sources(root, path.parent, row.bits)
    context = context_beside(sources, path)
    table, around = read_table(sources.text(path), path.name)
    summaries = summaries_beside(sources, path.parent, {path.stem, context.stem})
    summaries = summaries or [Summary(around, path.name)]
    pictures = bool(numbered(sources.folder)) or _cuttable(table, path)
    named = replace(context, file=f"{path.name} and {context.file}")
    facts = run_facts(row, context, pixel_size(row, named, table, pictures))
    return Listed(path, sources, context, table, facts | told_facts(context, path, summaries), summaries)


def _cuttable(table: Table, path: Path) -> bool:
    """Whether the table at `path` tells places in collages, and at least one of them is there."""
    if not table.has("collage_file", *PLACE):
        return False
    return any(
        sibling(path.parent, name)
        for rows in table.rows()
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
