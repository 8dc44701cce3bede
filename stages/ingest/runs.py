"""Read one run from sheet to Parquet file: the piece of work that runs beside others."""

from dataclasses import dataclass
from pathlib import Path

from stages.common.errors import InputError
from stages.ingest.contact import write_contact_sheet
from stages.ingest.export import Export, Reject
from stages.ingest.labels import join
from stages.ingest.readers import read, with_format
from stages.ingest.sheet import SheetRow
from stages.ingest.table import run_facts, without_duplicates, write_particles


@dataclass(frozen=True)
class Outcome:
    """What is left of a run once its particles are written: its facts, or why it can't be read."""

    row: SheetRow
    facts: dict | None
    rejects: list[Reject]
    warnings: dict[str, int]
    classes: dict[str, int]
    unknown_labels: int
    error: str | None = None


def ingest_run(row: SheetRow, labels: dict[str, str], root: Path, folder: Path, pictures: Path) -> Outcome:
    """Write `<run>.parquet` in `folder` and `<run>.png` in `pictures`.

    A run that can't be read at all comes back as an Outcome with an error.
    """
    try:
        row = with_format(row, root)
        export = without_duplicates(read(row, root))
        _check_class(row, export, labels)
    except InputError as error:
        return Outcome(row, None, [], {}, {}, len(labels), str(error))
    facts = run_facts(row, export)
    classes, unknown = join(labels, list(export.particles["source_id"]), export.aliases)
    counts = write_particles(folder / f"{row.run}.parquet", row, export, classes)
    write_contact_sheet(pictures / f"{row.run}.png", row.run, export)
    return Outcome(row, facts, export.rejects, export.warnings, dict(sorted(counts.items())), unknown)


def _check_class(row: SheetRow, export: Export, labels: dict[str, str]) -> None:
    """A run of role class must get its classes from somewhere: the sheet, the export or labels of its particles."""
    told = export.particles["class"].notna().any() if "class" in export.particles else False
    if row.role == "class" and row.label is None and not labels and not told and len(export.particles):
        raise InputError("column class: empty, and neither the export nor labels name classes; name the class")
