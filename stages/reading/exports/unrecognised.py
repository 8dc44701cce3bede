"""What a table that no format knows looks like, so that its owner sees what is amiss."""

from difflib import get_close_matches
from pathlib import Path

from stages.common.base.errors import InputError
from stages.reading.exports.files.table_files import HEAD
from stages.reading.exports.files.text import as_text
from stages.reading.exports.mfi.table import COLUMNS as MFI
from stages.reading.exports.rows.columns import plain, split_fields
from stages.reading.exports.visualspreadsheet.table import LIST_NAMES

LABELS = ("run", "particle", "class")  # the columns of labels of particles, which are no run
DELIMITERS = (",", ";", "\t", "|")
KNOWN = {plain(name): name for name in [*(column.name for column in MFI), *LIST_NAMES]}
SHOWN = 8  # columns of its header
ALIKE = 3  # lines in a row with as many fields make a table


def table_told(path: Path) -> str | None:
    """The header of the table in a text file, and the known columns whose names are nearest; None when it holds none,
    or labels."""
    try:
        with path.open("rb") as file:
            lines = [line for line in as_text(file.read(HEAD), path.name).split("\n") if line.strip()]
    except InputError:
        return None
    cells = _header(lines)
    if cells is None or {cell.casefold() for cell in cells} == set(LABELS):
        return None
    near = {cell: get_close_matches(plain(cell), KNOWN, 1, 0.7) for cell in cells}
    alike = [f"{cell!r} is like {KNOWN[found[0]]}" for cell, found in near.items() if found]
    shown = ", ".join(cells[:SHOWN]) + (f" and {len(cells) - SHOWN} more" if len(cells) > SHOWN else "")
    nearest = f"; of them {', '.join(alike[:SHOWN])}" if alike else ""
    return f"{path.name} is a table that no format knows, with the columns {shown}{nearest}"


def _header(lines: list[str]) -> list[str] | None:
    """The cells of the first line that begins a table."""
    for start in range(len(lines) - ALIKE + 1):
        for delimiter in DELIMITERS:
            fields = [split_fields(line, delimiter) for line in lines[start : start + ALIKE]]
            if len(fields[0]) > 1 and len({len(cells) for cells in fields}) == 1:
                return [cell.strip() for cell in fields[0] if cell.strip()]
    return None
