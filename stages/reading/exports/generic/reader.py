"""Reader of any table with one image file a row: the sheet's column `columns` says which column holds what.

The path of the sheet is the CSV, or a folder with one. Names of images start from the CSV's folder. The pixel
size comes from the sheet.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.reading.exports.files.packed import packed
from stages.reading.exports.files.sources import Sources
from stages.reading.exports.files.table_files import only_table
from stages.reading.exports.files.text import Text
from stages.reading.exports.rows.columns import Rows, Table, counted, plain, split_fields, without_empty_ends
from stages.reading.exports.rows.export import IMAGES_AT_ONCE, Export, Piece, Survey, surveyed
from stages.reading.exports.rows.mismatches import WITHOUT_IMAGE, lost
from stages.reading.exports.sheet.column_map import IMAGE, wanted
from stages.reading.exports.sheet.row import SheetRow, sheet_facts

DELIMITERS = (",", ";", "\t")


def recognises(path: Path) -> bool:
    """Never: without the column map of the sheet any table would do."""
    return False


def read(row: SheetRow, root: Path) -> Export:
    """Read the run of the sheet's `row`. Raises InputError when the run as a whole can't be read."""
    path, sources, table = _listed(row, root)
    pieces = (_piece(rows, row, path, sources) for rows in table.pieces(IMAGES_AT_ONCE))
    return Export(sheet_facts(row), sources, pieces)


def survey(row: SheetRow, root: Path) -> Survey:
    """What `read` would find, without its images."""
    path, sources, table = _listed(row, root)
    rows, names = counted(table, row.columns[IMAGE])
    missing = [name for name in names if not sources.holds(path.parent, name)]
    return surveyed(sheet_facts(row), rows, len(names), missing, table.columns_told(), row.edited)


def _piece(rows: Rows, row: SheetRow, path: Path, sources: Sources) -> Piece:
    """Some rows of the table with their images; a row without one is a particle all the same."""
    table = pd.DataFrame({ours: rows.table[theirs] for ours, theirs in row.columns.items()})
    table["source_line"] = rows.table["source_line"]
    images: list[np.ndarray | None] = [None] * len(table)
    reasons = {}
    for index, name in table[IMAGE].items():
        try:
            images[index] = _image(sources, path.parent, name)
        except InputError as error:
            reasons[index] = row.columns[IMAGE], str(error)
    table["source_id"] = table.get("source_id", table[IMAGE])
    particles = table.drop(columns=IMAGE).assign(edge=False, pixel_um=row.pixel_um, source_file=path.name)
    warned = {WITHOUT_IMAGE: lost(table, reasons, path.name)}
    return Piece(particles, packed(images), rows.rejects, rows.read, warned)


def _listed(row: SheetRow, root: Path) -> tuple[Path, Sources, Table]:
    """The table's path, its folder's files, and its rows."""
    path = only_table(row, root, lambda lines: _header(lines, row.columns), "one with the columns of the map")
    sources = Sources(root, path.parent, row.bits)
    return path, sources, _table(sources.text(path), path.name, row.columns)


def _header(lines: list[str], columns: dict[str, str]) -> tuple[int, str] | None:
    """Index of the row that names every column of the map, and its delimiter."""
    named = {plain(theirs) for theirs in columns.values()}
    for index, line in enumerate(lines):
        for delimiter in DELIMITERS:
            if named <= {plain(cell) for cell in split_fields(line, delimiter)}:
                return index, delimiter
    return None


def _table(text: Text, file: str, columns: dict[str, str]) -> Table:
    lines = text.head()
    found = _header(lines, columns)
    if found is None:
        raise InputError(f"{file}: no row names all of {', '.join(columns.values())}; mend columns in the sheet")
    at, delimiter = found
    of_plain = {plain(theirs): theirs for theirs in columns.values()}
    cells = without_empty_ends(split_fields(lines[at], delimiter))
    names = [of_plain.get(plain(cell), cell.strip()) for cell in cells]
    if twice := sorted({name for name in names if name in of_plain.values() and names.count(name) > 1}):
        raise InputError(f"{file}, line {at + 1}: the header names {', '.join(twice)} more than once")
    return Table(text, names, wanted(columns), at + 1, delimiter, file, quoted=True)


def _image(sources: Sources, folder: Path, name: str) -> np.ndarray:
    path = sources.named(folder, name)
    if path is None:
        raise InputError(f"the image {name!r} is not there; copy it beside the table, or mend the cell")
    return sources.image(path)
