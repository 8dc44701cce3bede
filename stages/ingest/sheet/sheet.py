"""The sample sheet: one row for each run."""

import csv
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from stages.common.base.errors import InputError
from stages.reading.exports.sheet.row import SheetRow, contradictions

COLUMNS = [field.alias or name for name, field in SheetRow.model_fields.items() if name != "line"]
REQUIRED = [field.alias or name for name, field in SheetRow.model_fields.items() if field.is_required()][1:]

MENDS = {
    "string_pattern_mismatch": "use letters, digits, point, hyphen and underscore only; it becomes a file's name",
    "float_parsing": "write a number with a decimal point",
    "greater_than": "write a number above 0",
    "greater_than_equal": "write a number of at least {ge}",
    "less_than_equal": "write a number of at most {le}",
    "finite_number": "write a finite number",
    "int_parsing": "write a whole number from 8 to 16",
    "bool_parsing": "write true, or leave it empty",
    "string_too_short": "fill it in",
}


def read_sheet(path: Path, formats: list[str], labelled: bool) -> list[SheetRow]:
    """The runs of the sheet at `path`.

    formats: names of the readers. labelled: whether labels of single particles are given besides.
    Raises InputError with one line for each wrong cell.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: the sample sheet is not there; set ingest.sheet to a CSV file") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8; save the sheet as CSV UTF-8") from None
    reader = csv.reader(text.splitlines())
    header = [cell.strip() for cell in next(reader, [])]
    _check_header(path, header)
    rows, errors = [], []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        where = f"line {reader.line_num}"
        if len(cells) != len(header):
            errors.append(f"{where}: {len(cells)} cells where the header has {len(header)}")
            continue
        try:
            cleaned = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
            row = SheetRow(line=reader.line_num, **cleaned)
        except ValidationError as error:
            errors += [f"{where}, column {item['loc'][0]}: {_mend(item)}" for item in error.errors()]
            continue
        errors += [f"{where}, column {column}: {what}" for column, what in contradictions(row, formats, labelled)]
        rows.append(row)
    errors += _duplicates(rows) + _unknown_parents(rows)
    if not rows and not errors:
        errors.append("no run in it; write one line for each run")
    if errors:
        raise InputError("\n  ".join([f"{path} is not valid:", *errors]))
    return rows


def _check_header(path: Path, header: list[str]) -> None:
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise InputError(f"{path}, line 1: save the sheet with commas between the columns")
    errors = [f"unknown column {name!r}" for name in header if name not in COLUMNS]
    errors += [f"column {name} is missing" for name in REQUIRED if name not in header]
    errors += [f"column {name} is there twice" for name in COLUMNS if header.count(name) > 1]
    if errors:
        known = f"columns are: {', '.join(COLUMNS)}"
        raise InputError("\n  ".join([f"{path}, line 1:", *errors, known]))


def _mend(error: ErrorDetails) -> str:
    given = error["input"]
    if given is None or given == "":
        return "empty; fill it in"
    if error["type"] == "literal_error":
        return f"{given!r}: write one of {error['ctx']['expected'].replace(chr(39), '').replace(' or ', ', ')}"
    mend = MENDS.get(error["type"], "").format(**error.get("ctx", {}))
    return f"{given!r}: {mend or error['msg'].removeprefix('Value error, ')}"


def _duplicates(rows: list[SheetRow]) -> list[str]:
    first: dict[str, int] = {}
    return [
        f"line {row.line}, column run: {row.run!r} is on line {line} already; each run needs its own name"
        for row in rows
        if (line := first.setdefault(row.run.casefold(), row.line)) != row.line
    ]


def _unknown_parents(rows: list[SheetRow]) -> list[str]:
    samples = {row.sample for row in rows}
    return [
        f"line {row.line}, column parent: {row.parent!r} is no other sample of the sheet; write its name, or none"
        for row in rows
        if row.parent is not None and row.parent not in samples - {row.sample}
    ]
