"""What would be read, told in seconds and without writing: `python -m stages.ingest --check [SHEET]`."""

from pathlib import Path

import pandas as pd

from stages.common.base.errors import InputError
from stages.ingest.sheet.labels import Labels
from stages.reading.exports.readers import opened, survey
from stages.reading.exports.rows.export import Survey
from stages.reading.exports.sheet.row import SheetRow

SHOWN = 5  # missing files named for each run


def check(rows: list[SheetRow], root: Path, labels: Labels, refused_share_max: float) -> str:
    """A table with a line for each run, below it what each run's table holds and lacks, and how many can be read.

    Raises InputError, after the same text, when a run can't be read.
    """
    lines, bad = [], []
    notes: dict[str, list[SheetRow]] = {}
    for row in rows:
        try:
            with opened(row, root) as (row, within):
                found = survey(row, within)
            _refuse(found, refused_share_max)
        except InputError as error:
            notes.setdefault(f"can't be read: {error}", []).append(row)
            bad.append(row.line)
            continue
        lines.append(_line(row, found, len(labels.by_run[row.run])))
        for note in _notes(found):
            notes.setdefault(note, []).append(row)
    table = pd.DataFrame(lines).to_string(index=False) if lines else "no run can be read"
    text = "\n".join([table, *(f"{_runs(of)}: {note}" for note, of in notes.items()), _ending(len(rows), bad)])
    if bad:
        raise InputError(f"{len(bad)} of {len(rows)} runs can't be read\n{text}")
    return text


def _line(row: SheetRow, found: Survey, labels: int) -> dict:
    return {
        "run": row.run,
        "format": row.format,
        "role": row.role,
        "class": row.label or "-",
        "software": found.software or "-",
        "rows": found.rows.read,
        "refused": found.rows.refused,
        "labels": labels,
        "um/px": _number(found.pixel_um),
        "imaged mL": _number(found.imaged_ml),
        "files": found.files,
        "missing": len(found.missing),
    }


def _notes(found: Survey) -> list[str]:
    notes = list(found.notes)
    if found.missing:
        more = f" and {len(found.missing) - SHOWN} more" if len(found.missing) > SHOWN else ""
        notes.append(f"missing: {', '.join(found.missing[:SHOWN])}{more}")
    if found.no_concentration:
        notes.append(f"no concentration: {found.no_concentration}")
    return notes


def _refuse(found: Survey, refused_share_max: float) -> None:
    rows = found.rows
    if rows.refused > refused_share_max * rows.read:
        raise InputError(
            f"{rows.refused} of {rows.read} rows are refused, more than ingest.refused_share_max "
            f"({refused_share_max:g}) allows; the first is {rows.first}"
        )


def _runs(rows: list[SheetRow]) -> str:
    """Whom a note concerns: said once, however many runs there are."""
    if len(rows) == 1:
        return f"line {rows[0].line}, run {rows[0].run}"
    lines = [row.line for row in rows]
    starts = [line for line in lines if line - 1 not in lines]
    ends = [line for line in lines if line + 1 not in lines]
    parts = [f"{start}" if start == end else f"{start} to {end}" for start, end in zip(starts, ends, strict=True)]
    return f"lines {', '.join(parts)}"


def _ending(runs: int, bad: list[int]) -> str:
    can = f"{runs - len(bad)} run{'s' * (runs - len(bad) != 1)} can be read"
    return f"{can}, {len(bad)} can't (line{'s' * (len(bad) != 1)} {', '.join(map(str, bad))})" if bad else can


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
