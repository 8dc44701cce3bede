"""VisualSpreadsheet's particle tables (CSV): columns as the user chose them, with units in the headers or without.

Summaries may stand before and after the table, apart from it by a blank line.
"""

import re

import pandas as pd

from stages.common.errors import InputError
from stages.ingest.columns import Column, plain, read_rows, split_fields
from stages.ingest.export import Reject

# Columns that are used: their name in VisualSpreadsheet, and in a FlowCam list.
LIST_NAMES = {
    "Particle ID": "id",
    "Original Reference ID": "image_id",
    "Name": "name",
    "Image File": "collage_file",
    "Image X": "image_x",
    "Image Y": "image_y",
    "Image Width": "image_w",
    "Image Height": "image_h",
    "Capture X": "src_x",
    "Capture Y": "src_y",
    "Source Image": "src_image",
    "Calibration Factor": "cal_const",
    "Diameter (ABD)": "abd_diameter",
    "Diameter (ESD)": "esd_diameter",
    "Length": "length",
    "Width": "width",
    "Perimeter": "perimeter",
    "Area (ABD)": "abd_area",
    "Circularity": "circularity",
    "Aspect Ratio": "aspect_ratio",
    "Intensity": "intensity",
    "Sigma Intensity": "sigma_intensity",
    "Elapsed Time": "elapsed_time",
}
WHOLE = ["Particle ID", "Image X", "Image Y", "Image Width", "Image Height", "Capture X", "Capture Y", "Source Image"]
TEXTS = ["Original Reference ID", "Name", "Image File"]
LEAST = {"Image Width": 1, "Image Height": 1, "Elapsed Time": None}
COLUMNS = [
    Column(name, "text")
    if name in TEXTS
    else Column(name, "integer" if name in WHOLE else "number", LEAST.get(name, 0))
    for name in LIST_NAMES
]
KNOWN = {plain(name): name for name in LIST_NAMES}
UNITS = {
    **dict.fromkeys(["Diameter (ABD)", "Diameter (ESD)", "Length", "Width", "Perimeter"], ("um", "microns")),
    "Area (ABD)": ("um2", "um^2", "sq um", "square microns"),
    "Elapsed Time": ("s", "sec", "seconds"),
}
OTHER_UNITS = ("px", "pixel", "pixels", "um/px", "um/pixel")  # any other bracket is part of a name: Circularity (Hu)
UNIT = re.compile(r"^(.+?)\s*[(\[]([^()\[\]]*)[)\]]$")
DELIMITERS = (",", ";", "\t")
SUMMARY_STARTS = ("summary stats", "list file", "count", "start time", "particle segmentation", "end of data")


def header_line(lines: list[str]) -> tuple[int, str] | None:
    """Index of the row that names at least two known columns, a particle's name among them, and its delimiter."""
    for index, line in enumerate(lines):
        for delimiter in DELIMITERS:
            found = {_name_and_unit(cell)[0] for cell in split_fields(line, delimiter)} & set(LIST_NAMES)
            if len(found) > 1 and found & {"Particle ID", "Original Reference ID", "Name"}:
                return index, delimiter
    return None


def read_table(text: str, file: str) -> tuple[pd.DataFrame, list[Reject], int, str]:
    """The known columns under their names in a FlowCam list, rejected rows, number of rows read, and the summaries.

    Raises InputError when there is no particle table, or a size stands in another unit than um.
    """
    lines = text.split("\n")
    found = header_line(lines)
    if found is None:
        raise InputError(
            f"{file}: no row names the columns of a particle table (Particle ID, Diameter (ABD) ...); "
            f"export the particle properties with their column names"
        )
    at, delimiter = found
    names = []
    for cell in split_fields(lines[at], delimiter):
        name, unit = _name_and_unit(cell)
        if unit is not None and name in UNITS and unit not in UNITS[name]:
            raise InputError(
                f"{file}, line {at + 1}, column {name}: the unit is {unit!r}; export it in {UNITS[name][0]}"
            )
        names.append(name)
    if twice := sorted({name for name in names if name in LIST_NAMES and names.count(name) > 1}):
        raise InputError(f"{file}, line {at + 1}: the header names {', '.join(twice)} more than once")
    end = _end(lines, at + 1, delimiter)
    table, rejects, rows_read = read_rows(lines[:end], at + 1, names, COLUMNS, delimiter, file, quoted=True)
    return table.rename(columns=LIST_NAMES), rejects, rows_read, "\n".join(lines[:at] + lines[end:])


def _name_and_unit(cell: str) -> tuple[str, str | None]:
    """The known name of a header cell and its unit; an unknown cell comes back as it is."""
    if plain(cell) in KNOWN:
        return KNOWN[plain(cell)], None
    parts = UNIT.match(plain(cell))
    if parts and parts[1] in KNOWN and (KNOWN[parts[1]] in UNITS or parts[2] in OTHER_UNITS):
        return KNOWN[parts[1]], parts[2].strip()
    return cell.strip(), None


def _end(lines: list[str], first: int, delimiter: str) -> int:
    """Index of the first line after the table: of a summary that begins after a blank line."""
    for index in range(first + 1, len(lines)):
        start = plain(split_fields(lines[index], delimiter)[0]) if lines[index].strip() else ""
        if start in SUMMARY_STARTS and not lines[index - 1].strip(f" {delimiter}"):
            return index
    return len(lines)
