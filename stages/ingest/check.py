"""What would be read, told in seconds and without writing: `python -m stages.ingest --check [SHEET]`."""

from pathlib import Path

import pandas as pd

from stages.common.base.errors import InputError
from stages.ingest.readers import survey, with_format
from stages.ingest.sheet.labels import Labels
from stages.ingest.sheet.sheet import SheetRow

SHOWN = 5  # missing files named for each run


def check(rows: list[SheetRow], root: Path, labels: Labels) -> str:
    """A table with a line for each run, and below it what is missing or can't be read.

    Raises InputError, after the same text, when a run can't be read.
    """
    lines, notes, bad = [], [], 0
    for row in rows:
        try:
            row = with_format(row, root)
            found = survey(row, root)
        except InputError as error:
            notes.append(f"line {row.line}, run {row.run}: can't be read: {error}")
            bad += 1
            continue
        lines.append(
            {
                "run": row.run,
                "format": row.format,
                "software": found.software or "-",
                "rows": found.rows,
                "refused": found.refused,
                "labels": len(labels.by_run[row.run]),
                "um/px": _number(found.pixel_um),
                "imaged mL": _number(found.imaged_ml),
                "files": found.files,
                "missing": len(found.missing),
            }
        )
        if found.missing:
            more = f" and {len(found.missing) - SHOWN} more" if len(found.missing) > SHOWN else ""
            notes.append(f"line {row.line}, run {row.run}: missing: {', '.join(found.missing[:SHOWN])}{more}")
        if found.imaged_ml is None:
            notes.append(f"line {row.line}, run {row.run}: no imaged volume, so no concentration; give volume_ml")
    table = pd.DataFrame(lines).to_string(index=False) if lines else "no run can be read"
    text = "\n".join([table, *notes])
    if bad:
        raise InputError(f"{bad} of {len(rows)} runs can't be read\n{text}")
    return text


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
