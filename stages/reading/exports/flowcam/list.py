"""FlowCam particle lists (.lst), format 017: any number and order of columns, names from the header; and older ones."""

from stages.common.base.errors import InputError
from stages.reading.exports.files.text import Text
from stages.reading.exports.flowcam.older_list import is_older, read_older_list
from stages.reading.exports.rows.column import Column
from stages.reading.exports.rows.columns import Table

FORMAT = "017"

COLUMNS = [
    Column("id", "integer", 0),
    Column("image_id", "text"),
    Column("image_x", "integer", 0),
    Column("image_y", "integer", 0),
    Column("image_w", "integer", 1),
    Column("image_h", "integer", 1),
    Column("src_x", "integer", 0),
    Column("src_y", "integer", 0),
    Column("src_image", "integer", 0),
    Column("cal_const", "number", 0),
    Column("fringe_size", "number", 0),
    Column("raw_area", "number", 0),
    Column("raw_filled_area", "number", 0),
    Column("raw_perimeter", "number", 0),
    Column("raw_feret_max", "number", 0),
    Column("raw_feret_min", "number", 0),
    Column("raw_feret_mean", "number", 0),
    Column("raw_legendre_major", "number", 0),
    Column("raw_legendre_minor", "number", 0),
    Column("aspect_ratio", "number", 0),
    Column("abd_area", "number", 0),
    Column("abd_diameter", "number", 0),
    Column("esd_diameter", "number", 0),
    Column("length", "number", 0),
    Column("width", "number", 0),
    Column("perimeter", "number", 0),
    Column("intensity", "number", 0),
    Column("sigma_intensity", "number", 0),
    Column("elapsed_time", "number"),
    Column("collage_file", "text"),
]
REQUIRED = ["image_x", "image_y", "image_w", "image_h", "collage_file"]


def read_list(text: Text, file: str) -> Table:
    """The list's rows, of which the columns of COLUMNS are wanted that it has.

    Raises InputError for another format, a header that is cut off, or one that lacks a required column.
    """
    lines = text.head()
    if lines[0].strip() != FORMAT and is_older(lines):
        return read_older_list(text, lines, COLUMNS, file)
    names, first = _header(lines, file)
    missing = [name for name in REQUIRED if name not in names]
    if "id" not in names and "image_id" not in names:
        missing.append("id")
    if missing:
        raise InputError(f"{file}: the list has no column {', '.join(missing)}; export it with all columns")
    return Table(text, names, COLUMNS, first, "|", file)


def _header(lines: list[str], file: str) -> tuple[list[str], int]:
    """The column names, and the index of the first data line."""
    version = lines[0].strip()
    if version != FORMAT:
        raise InputError(f"{file}, line 1: {version[:40]!r} is not a known list format; expected {FORMAT}")
    key, _, count = (lines[1] if len(lines) > 1 else "").strip().partition("|")
    if key != "num-fields" or not (count.isascii() and count.isdigit()):
        raise InputError(f"{file}, line 2: expected num-fields|<number>, found {lines[1:2]}")
    fields = lines[2 : 2 + int(count)]
    for number, field in enumerate(fields, start=3):
        if field.count("|") != 1:
            raise InputError(
                f"{file}, line {number}: expected name|type of one of {count} columns, found {field[:40]!r}; "
                f"the header is cut off or damaged, copy the file again"
            )
    if len(fields) < int(count):
        raise InputError(f"{file}: the header announces {count} columns and ends after {len(fields)}; copy it again")
    names = [field.split("|")[0].strip() for field in fields]
    if twice := {name for name in names if names.count(name) > 1}:
        raise InputError(f"{file}: the header names {', '.join(sorted(twice))} more than once")
    return names, 2 + int(count)
