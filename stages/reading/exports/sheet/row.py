"""A run as its row in the sample sheet describes it: what a reader has to be told."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PositiveFloat

from stages.common.base.parameters import Name
from stages.common.particles import Role, Split
from stages.reading.exports.sheet.column_map import IMAGE, read_column_map

SHEET = "sample sheet"  # where a fact comes from
RESERVED = "runs"  # runs.parquet holds the table of all runs

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
