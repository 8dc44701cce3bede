"""The sample sheet: one row for each run."""

import csv
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveFloat, ValidationError
from pydantic_core import ErrorDetails

from stages.common.base.errors import InputError
from stages.common.base.parameters import Name
from stages.common.particles import Role, Split
from stages.ingest.sheet.column_map import IMAGE, read_column_map

EMPTY_IS_NONE = BeforeValidator(lambda text: text if text else None)
Number = Annotated[PositiveFloat | None, EMPTY_IS_NONE]


class SheetRow(BaseModel):
    """One run. `line` is its line in the sheet; `note` is for people."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, str_strip_whitespace=True)

    line: int
    run: Name
    platform: Name
    sample: Annotated[str, Field(min_length=1)]
    format: str = ""
    path: Annotated[str, Field(min_length=1)]
    role: Role
    label: Annotated[Name | None, EMPTY_IS_NONE] = Field(default=None, alias="class")
    nominal_diameter_um: Number = None
    certified_per_ml: Number = None
    dilution: Annotated[float | None, Field(ge=1), EMPTY_IS_NONE] = None
    pixel_um: Number = None
    volume_ml: Number = None
    bits: Annotated[int | None, Field(ge=8, le=16), EMPTY_IS_NONE] = None
    edited: Annotated[bool, BeforeValidator(lambda text: text or False)] = False
    split: Annotated[Split | None, EMPTY_IS_NONE] = None
    parent: Annotated[str | None, EMPTY_IS_NONE] = None
    note: str = ""
    columns: Annotated[dict[str, str], BeforeValidator(read_column_map)] = Field(default_factory=dict)


COLUMNS = [field.alias or name for name, field in SheetRow.model_fields.items() if name != "line"]
REQUIRED = [field.alias or name for name, field in SheetRow.model_fields.items() if field.is_required()][1:]
SHEET = "sample sheet"  # where a fact comes from
RESERVED = "runs"  # runs.parquet holds the table of all runs

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


def contradictions(row: SheetRow, formats: list[str], labelled: bool) -> list[tuple[str, str]]:
    """Cells that are right alone, but not together. An empty format is recognised later."""
    found = []
    if row.run.casefold() == RESERVED:
        found.append(("run", f"{row.run!r} is the name of the table of all runs; choose another"))
    if row.format and row.format not in formats:
        found.append(("format", f"{row.format!r}: write one of {', '.join(formats)}"))
    if row.role == "class" and row.label is None and not labelled and not _names_classes(row):
        found.append(("class", "empty; role class needs a class here, or labels of its particles (ingest.labels)"))
    if row.role != "class" and row.label is not None:
        found.append(("class", f"{row.label!r} goes with role class only; this run's role is {row.role}"))
    if row.role == "beads" and row.nominal_diameter_um is None:
        found.append(("nominal_diameter_um", "empty; role beads needs the diameter on the certificate"))
    if row.role != "class" and row.split is not None:
        found.append(("split", f"{row.split!r} goes with role class only; this run's role is {row.role}"))
    if row.format in ("crops", "generic") and row.pixel_um is None:
        found.append(("pixel_um", "empty; images of particles don't tell their pixel size"))
    if row.format == "generic" and IMAGE not in row.columns:
        found.append(
            ("columns", "write image=<column of the CSV with the images' names>; more with semicolons between")
        )
    if row.format != "generic" and row.columns:
        found.append(("columns", "goes with format generic only; leave the cell empty"))
    return found


def sheet_facts(row: SheetRow) -> dict:
    """Facts of a run whose export tells nothing of itself."""
    return {
        "simulated": False,
        "dilution": row.dilution or 1.0,
        "imaged_ml": row.volume_ml,
        "volume_from": SHEET if row.volume_ml else None,
        "pixel_um": row.pixel_um,
    }


def _names_classes(row: SheetRow) -> bool:
    """Whether the export itself may tell the class of each particle."""
    return row.format == "crops" or "class" in row.columns


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
