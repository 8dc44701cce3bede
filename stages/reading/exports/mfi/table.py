"""MFI particle tables: a preamble, a header row that holds ECD(um) in any spelling, and a row for each particle."""

import re

from stages.common.base.errors import InputError
from stages.reading.exports.files.text import Text
from stages.reading.exports.rows.column import Column
from stages.reading.exports.rows.columns import Table, plain, without_empty_ends

COLUMNS = [
    Column("#", "text"),
    Column("Frame #", "integer", 0),
    Column("Particle #", "integer", 0),
    Column("Time Stamp(s)", "number"),
    Column("ECD(um)", "number", 0),
    Column("Area(pixels)", "number", 0),
    Column("Circularity", "number", 0),
    Column("Intensity Mean", "number", 0),
    Column("Intensity STD", "number", 0),
    Column("Max Feret Diameter(um)", "number", 0),
    Column("Aspect Ratio", "number", 0),
    Column("X Left", "integer", 0),
    Column("X Right", "integer", 1),
    Column("Y Top", "integer", 0),
    Column("Y Bottom", "integer", 1),
    Column("Edge Particle", "text"),
]
REQUIRED = ["Frame #", "Particle #", "ECD(um)", "X Left", "X Right", "Y Top", "Y Bottom"]
MARK = "ECD(um)"
OTHER_NAMES = {
    "Frame #": ("frame", "frame number", "frame no", "frame id"),
    "Particle #": ("particle", "particle number", "particle no"),
    "Time Stamp(s)": ("time stamp", "time(s)"),
    "ECD(um)": ("ecd(microns)", "ecd(micrometer)", "ecd(micrometers)"),
    "Area(pixels)": ("area(px)", "area(pixel)", "area in pixels"),
    "Intensity Mean": ("mean intensity",),
    "Intensity STD": ("intensity sd", "intensity std dev", "std intensity"),
    "Max Feret Diameter(um)": ("max feret(um)", "feret max(um)", "max feret diameter(microns)"),
    "Edge Particle": ("edge",),
}


def _letters(name: str) -> str:
    """A name's letters and digits alone: `ECD(um)`, `ecd_um` and `ECD (\u00b5m)` are one."""
    return re.sub(r"[^a-z0-9]", "", plain(name)) or name.strip()


KNOWN = {_letters(column.name): column.name for column in COLUMNS} | {
    _letters(other): name for name, others in OTHER_NAMES.items() for other in others
}


def header_line(lines: list[str]) -> tuple[int, str] | None:
    """Index of the header row and the delimiter of its fields; None when there is no such row."""
    for index, line in enumerate(lines):
        for delimiter in (",", ";", "\t"):
            if MARK in [_known(cell) for cell in line.split(delimiter)]:
                return index, delimiter
    return None


def read_table(text: Text, file: str) -> tuple[Table, list[str], dict[str, str]]:
    """The table's rows, of which the columns of COLUMNS are wanted that it has; the lines before it; and what they say.

    That maps what stands before the first `:`, `=` or delimiter of a line, in lower case, to the rest.
    """
    lines = text.head()
    found = header_line(lines)
    if found is None:
        raise InputError(f"{file}: no row holds ECD(um); export the particle table of the run")
    at, delimiter = found
    headers = without_empty_ends([cell.strip().strip('"') for cell in lines[at].split(delimiter)])
    names = [_known(cell) for cell in headers]
    if missing := [name for name in REQUIRED if name not in names]:
        raise InputError(f"{file}, line {at + 1}: no column {', '.join(missing)}; export the table with all columns")
    if twice := sorted({name for name in names if name in KNOWN.values() and names.count(name) > 1}):
        raise InputError(f"{file}, line {at + 1}: the header names {', '.join(twice)} more than once")
    table = Table(text, names, COLUMNS, at + 1, delimiter, file, headers=headers)
    return table, lines[:at], _preamble(lines[:at], delimiter)


def _known(cell: str) -> str:
    """The known name of a header's cell; an unknown cell as it is."""
    return KNOWN.get(_letters(cell), cell.strip())


def _preamble(lines: list[str], delimiter: str) -> dict[str, str]:
    said: dict[str, str] = {}
    for line in lines:
        parts = re.split(rf"[:={re.escape(delimiter)}]", line, maxsplit=1)
        if len(parts) == 2:
            said.setdefault(plain(parts[0]), parts[1].strip(f' "{delimiter}'))
    return said
