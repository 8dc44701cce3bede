"""VisualSpreadsheet's particle tables (CSV): columns as the user chose them, with units in the headers or without.

Summaries may stand before and after the table, apart from it by a blank line.
"""

import re

from stages.common.base.errors import InputError
from stages.reading.exports.files.text import Text
from stages.reading.exports.rows.column import Column
from stages.reading.exports.rows.columns import Table, plain, split_fields, without_empty_ends

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
    Column(listed, "text")
    if name in TEXTS
    else Column(listed, "integer" if name in WHOLE else "number", LEAST.get(name, 0))
    for name, listed in LIST_NAMES.items()
]
CSV_NAMES = {ours: theirs for theirs, ours in LIST_NAMES.items()}
# As laboratories that write German name them.
GERMAN = {
    "Partikel-ID": "Particle ID",
    "Bilddatei": "Image File",
    "Durchmesser (ABD)": "Diameter (ABD)",
    "Durchmesser (ESD)": "Diameter (ESD)",
    "L\u00e4nge": "Length",
    "Breite": "Width",
    "Umfang": "Perimeter",
    "Fl\u00e4che (ABD)": "Area (ABD)",
    "Rundheit": "Circularity",
    "Seitenverh\u00e4ltnis": "Aspect Ratio",
    "Intensit\u00e4t": "Intensity",
    "Kalibrierfaktor": "Calibration Factor",
}
KNOWN = {plain(name): name for name in LIST_NAMES} | {plain(german): name for german, name in GERMAN.items()}
SIZES = {"Diameter (ABD)", "Diameter (ESD)"}
UNITS = {
    **dict.fromkeys(["Diameter (ABD)", "Diameter (ESD)", "Length", "Width", "Perimeter"], ("um", "microns")),
    "Area (ABD)": ("um2", "um^2", "sq um", "square microns"),
    "Elapsed Time": ("s", "sec", "seconds"),
}
OTHER_UNITS = ("px", "pixel", "pixels", "um/px", "um/pixel")  # any other bracket is part of a name: Circularity (Hu)
UNIT = re.compile(r"^(.+?)\s*[(\[]([^()\[\]]*)[)\]]$")
DELIMITERS = (",", ";", "\t")
SUMMARY_LINES = 1000
SUMMARY_STARTS = ("summary stats", "list file", "count", "start time", "particle segmentation", "end of data")


def header_line(lines: list[str]) -> tuple[int, str] | None:
    """Index of the row that names at least two known columns, a particle's name or size among them; its delimiter."""
    for index, line in enumerate(lines):
        for delimiter in DELIMITERS:
            found = {_name_and_unit(cell)[0] for cell in split_fields(line, delimiter)} & set(LIST_NAMES)
            if len(found) > 1 and found & ({"Particle ID", "Original Reference ID", "Name"} | SIZES):
                return index, delimiter
    return None


def read_table(text: Text, file: str) -> tuple[Table, str]:
    """The table's rows, of which the known columns are wanted, under their names in a FlowCam list; and the summaries.

    Raises InputError when there is no particle table, or a size stands in another unit than um.
    """
    lines = text.head()
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
    names = without_empty_ends(names)
    listed = [LIST_NAMES.get(name, "") for name in names]
    end, summaries = _end(text, at + 1, delimiter)
    table = Table(text, listed, COLUMNS, at + 1, delimiter, file, True, end, headers=names, called=CSV_NAMES)
    return table, "\n".join(lines[:at] + summaries)


def _name_and_unit(cell: str) -> tuple[str, str | None]:
    """The known name of a header cell and its unit; an unknown cell comes back as it is."""
    if plain(cell) in KNOWN:
        return KNOWN[plain(cell)], None
    parts = UNIT.match(plain(cell))
    if parts and parts[1] in KNOWN and (KNOWN[parts[1]] in UNITS or parts[2] in OTHER_UNITS):
        return KNOWN[parts[1]], parts[2].strip()
    return cell.strip(), None


def _end(text: Text, first: int, delimiter: str) -> tuple[int | None, list[str]]:
    """Index of the first line after the table: of a summary that begins after a blank line (None: there is none); and
    the summary's lines."""
    end, blank = None, False
    summary: list[str] = []
    for block in text.blocks():
        for index, line in enumerate(block.lines(), start=block.first):
            if end is None and blank and index > first and _starts_summary(line, delimiter):
                end = index
            if end is not None and len(summary) < SUMMARY_LINES:
                summary.append(line)
            blank = not line.strip(f" {delimiter}")
    return end, summary


def _starts_summary(line: str, delimiter: str) -> bool:
    return bool(line.strip()) and plain(split_fields(line, delimiter)[0]) in SUMMARY_STARTS
