"""Read one run from sheet to Parquet file, unless it is as it was: the piece of work that runs beside others."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path

from stages.common.base.errors import InputError
from stages.common.base.files import replacing_folder
from stages.ingest import kept
from stages.ingest.written.write import REJECTED, Written, write_run
from stages.reading.exports.files.sources import state
from stages.reading.exports.readers import opened, read
from stages.reading.exports.rows.export import Reject
from stages.reading.exports.sheet.row import SheetRow


@dataclass(frozen=True)
class Outcome:
    """What came of a run: counts, and the folder with its files; or why it can't be read. read: whether it was now."""

    row: SheetRow
    folder: Path
    written: Written
    read: bool
    error: str | None = None


def ingest_run(row: SheetRow, labels: dict[str, str], root: Path, folder: Path) -> Outcome:
    """Leave the run's files in `folder`, whole or not at all.

    A run that can't be read at all comes back as an Outcome with an error.
    """
    if written := kept.find(folder):
        return Outcome(row, folder, written, read=False)
    try:
        path = root / row.path
        before = state(path) if path.is_file() else None
        with opened(row, root) as (row, within), replacing_folder(folder) as temporary:
            export = read(row, within)
            names = kept.names_in(export.sources.folder)
            written = write_run(temporary, row, export, labels)
            if within == root:
                kept.keep(temporary, export.sources, names, written)
            elif before:
                kept.keep_packed(temporary, path, before, written)
    except InputError as error:
        return Outcome(row, folder, Written({}, unknown_labels=len(labels)), read=True, error=str(error))
    return Outcome(row, folder, written, read=True)


def too_many_refused(outcome: Outcome, most: float) -> Outcome:
    """The outcome, as a bad run when a larger share of its rows than `most` was refused: too much is unknown of it."""
    facts = outcome.written.facts
    if outcome.error is not None or facts["rejected"] <= most * facts["rows_read"]:
        return outcome
    with (outcome.folder / REJECTED).open(encoding="utf-8", newline="") as rejects:
        _, file, line, column, reason = next(csv.reader(rejects))
    return replace(
        outcome,
        error=f"{facts['rejected']} of {facts['rows_read']} rows are refused, more than ingest.refused_share_max "
        f"({most:g}) allows; the first is {Reject(file, int(line) if line else None, column, reason)}",
    )
