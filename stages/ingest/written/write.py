"""Write a run as it is read: particles to Parquet, refused rows and mismatches to CSV, a contact sheet."""

import csv
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stages.common.base.errors import InputError
from stages.common.particles import PARTICLES, RUNS
from stages.ingest.sheet.labels import Joined
from stages.ingest.written import contact
from stages.ingest.written.levels import Levels
from stages.ingest.written.thumbnails import Thumbnails
from stages.reading.exports.rows.concentration import no_concentration
from stages.reading.exports.rows.export import Export, Mismatch, Piece, Reject, Warned
from stages.reading.exports.rows.mismatches import SHOWN
from stages.reading.exports.rows.names import Names
from stages.reading.exports.rows.particles import particle_table, without_duplicates
from stages.reading.exports.sheet.row import SheetRow

PARTICLE_FILE, CONTACT_SHEET = "particles.parquet", "contact.png"
REJECTED, WARNED = "rejects.csv", "warnings.csv"
# Few different values in a row group: a dictionary keeps them small. No two images or names are alike.
REPEATED = ["run", "platform", "sample", "role", "class", "source_file"]
WITHOUT_IMAGES = [field.name for field in PARTICLES if field.name != "image"]


@dataclass
class Written:
    """What was counted while a run was written. warnings: rows by check."""

    facts: dict
    warnings: dict[str, int] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)
    unknown_labels: int = 0


def write_run(folder: Path, row: SheetRow, export: Export, labels: dict[str, str]) -> Written:
    """Write the run's files to `folder`, holding a few of its pieces at once.

    Raises InputError when the run as a whole can't be read, RuntimeError when a row went uncounted.
    """
    names, joined, levels = Names(), Joined(labels), Levels()
    thumbnails = Thumbnails(row.run, contact.ROWS * contact.COLUMNS)
    classes: Counter[str] = Counter()
    warned: dict[str, Warned] = {}
    counts = Counter(rows_read=0, accepted=0, rejected=0, without_image=0)
    with _csv(folder / REJECTED) as rejects, _parquet(folder / PARTICLE_FILE) as write:
        for piece in export.pieces:
            piece = without_duplicates(piece, names)
            own = joined.classes(piece.particles["source_id"].tolist(), piece.aliases)
            table = particle_table(row, export.facts, piece, own)
            write(table)
            classes.update(table["class"].drop_null().to_pylist())
            thumbnails.add(piece.particles, piece.images)
            levels.add(piece.images)
            rejects.writerows(_reject_cells(row.run, piece))
            counts.update(rows_read=piece.rows_read, accepted=len(piece.images), rejected=len(piece.rejects))
            counts.update(without_image=int(np.count_nonzero(~piece.images.there)))
            _add(warned, piece.warned)
        closing = export.close(counts["rows_read"])
        _add(warned, closing.warned)
        _add(warned, levels.warned(export.sources.evident))
        source_digest = export.sources.digest()
    if counts["rows_read"] != counts["accepted"] + counts["rejected"]:
        raise RuntimeError(f"run {row.run}: {dict(counts)}")
    if row.role == "class" and row.label is None and not labels and not classes and counts["accepted"]:
        raise InputError("column class: empty, and neither the export nor labels name classes; name the class")
    facts = _facts(row) | export.facts | closing.facts | dict(counts) | {"source_digest": source_digest}
    facts["no_concentration"] = no_concentration(facts, counts["rows_read"], row.edited)
    with _csv(folder / WARNED) as listed:
        listed.writerows(_warning_cells(row.run, warned))
    contact.write_contact_sheet(folder / CONTACT_SHEET, row.run, thumbnails, facts)
    numbers = {check: found.count for check, found in warned.items()}
    return Written(facts, numbers, dict(sorted(classes.items())), joined.unknown)


@contextmanager
def _parquet(path: Path) -> Iterator:
    """A function that writes a table as a row group, while the next one is made."""
    with (
        pq.ParquetWriter(
            path,
            PARTICLES,
            compression="zstd",
            compression_level=1,  # real crops come out as small as at level 3, in less time
            use_dictionary=REPEATED,
            write_statistics=WITHOUT_IMAGES,
        ) as writer,
        ThreadPoolExecutor(1) as thread,
    ):
        pending: list[Future] = []

        def write(table: pa.Table) -> None:
            if pending:
                pending.pop().result()
            pending.append(thread.submit(writer.write_table, table, row_group_size=max(len(table), 1)))

        yield write
        if pending:
            pending.pop().result()


@contextmanager
def _csv(path: Path) -> Iterator:
    """A writer of lines without a header: the runs' files are joined later."""
    with path.open("w", encoding="utf-8", newline="") as file:
        yield csv.writer(file, lineterminator="\n")


def _reject_cells(run: str, piece: Piece) -> list[tuple]:
    def place(reject: Reject) -> tuple[str, int]:
        return reject.file, reject.line or 0

    return [(run, item.file, item.line, item.column, item.reason) for item in sorted(piece.rejects, key=place)]


def _warning_cells(run: str, warned: dict[str, Warned]) -> Iterator[tuple]:
    """The mismatches of each check, and a last line for those that are not listed."""
    for check, found in warned.items():
        for item in found.shown:
            yield run, check, item.file, item.line, item.column, item.expected, item.found
        if found.count > len(found.shown):
            yield run, check, "", "", "", "", f"{found.count - len(found.shown)} more"


def _add(total: dict[str, Warned], more: dict[str, Warned]) -> None:
    for check, found in more.items():
        known = total.setdefault(check, Warned())
        known.count += found.count
        shown: list[Mismatch] = known.shown + found.shown
        known.shown = shown[:SHOWN]


def _facts(row: SheetRow) -> dict:
    """What the sheet tells of a run; untold facts are None."""
    told = {
        "run": row.run,
        "platform": row.platform,
        "sample": row.sample,
        "format": row.format,
        "role": row.role,
        "class": row.label,
        "parent": row.parent,
        "split": row.split,
        "nominal_diameter_um": row.nominal_diameter_um,
        "certified_per_ml": row.certified_per_ml,
    }
    return dict.fromkeys(RUNS.names) | told
