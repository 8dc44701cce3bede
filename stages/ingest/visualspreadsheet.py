"""Reader of VisualSpreadsheet's exports: a particle table (CSV) and the particles' images.

The images are cut from the run's collages where the table tells the place (Image File, Image X ...); else they are the
images that the software exports one by one, named <run>_<number>.png by Particle ID. The path of the sheet is a folder
with one particle table, or the table itself; images lie beside or below it.
"""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from stages.common.errors import InputError
from stages.ingest import flowcam_checks as checks
from stages.ingest.export import Export, Reject, Survey, surveyed
from stages.ingest.flowcam import Listed
from stages.ingest.flowcam_collages import cut
from stages.ingest.flowcam_context import context_beside
from stages.ingest.flowcam_particles import contract_columns, pixel_size, run_facts
from stages.ingest.paths import sibling
from stages.ingest.sheet import SheetRow
from stages.ingest.single_images import join, numbered
from stages.ingest.sources import Sources
from stages.ingest.tables import only_table, tables
from stages.ingest.visualspreadsheet_table import LIST_NAMES, header_line, read_table

PLACE = ["collage_file", "image_x", "image_y", "image_w", "image_h"]
CSV_NAMES = {ours: theirs for theirs, ours in LIST_NAMES.items()}


def recognises(path: Path) -> bool:
    return len(tables(path, header_line)) > 0


def read(row: SheetRow, root: Path) -> Export:
    """Read the run of the sheet's `row`. Raises InputError when the run as a whole can't be read."""
    listed, summaries = _listed(row, root)
    table, sources, path, context, facts = listed.table, listed.sources, listed.path, listed.context, listed.facts
    if _cuttable(table, path):
        cuts = cut(table, sources, path, context.region(), context.number("ImagePixelBorder") or 0)
    else:
        cuts = join(table, sources, path)
    summary = sibling(path.parent, f"{path.stem}_summary.csv")
    told = sources.read_text(summary) if summary else summaries
    warnings = {
        "calibration_mismatch": checks.calibration(table, facts["pixel_um"]),
        "summary_mismatch": checks.summary(told, listed.rows_read, facts["imaged_ml"], facts["dilution"]),
    }
    particles = contract_columns(table.loc[cuts.rows], row, facts["pixel_um"])
    particles = particles.assign(edge=cuts.edge, source_file=path.name)
    facts = facts | {"source_digest": sources.digest()}
    rejects = listed.rejects + [_under_csv_name(reject) for reject in cuts.rejects]
    return Export(particles, cuts.images, rejects, listed.rows_read, facts, warnings=warnings)


def survey(row: SheetRow, root: Path) -> Survey:
    """What `read` would find, without its images."""
    listed, _ = _listed(row, root)
    table, sources, path = listed.table, listed.sources, listed.path
    if _cuttable(table, path):
        names = list(table["collage_file"].unique())
        missing = [name for name in names if not sources.holds(path.parent, name)]
        return surveyed(listed.facts, listed.rows_read, len(listed.rejects), len(names), missing)
    files = numbered(sources.folder)
    missing = [f"<run>_{number:06d}" for number in table["id"] if number not in files]
    return surveyed(listed.facts, listed.rows_read, len(listed.rejects), len(table), missing)


def _listed(row: SheetRow, root: Path) -> tuple[Listed, str]:
    """The table under a list's names, with its context; and the text of the summaries around it."""
    path = only_table(row, root, header_line, "a particle table of VisualSpreadsheet")
    sources = Sources(root, path.parent)
    context = context_beside(sources, path)
    table, rejects, rows_read, summaries = read_table(sources.read_text(path), path.name)
    if not {"id", "image_id"} & set(table):
        raise InputError(f"{path.name}: no column Particle ID or Original Reference ID; export one of them")
    if not _cuttable(table, path) and "id" not in table:
        raise InputError(
            f"{path.name}: neither the collages and their columns (Image File, Image X, Image Y, Image Width, Image "
            f"Height) nor Particle ID, by which exported images are named; export one of both"
        )
    pixel_um = pixel_size(row, replace(context, file=f"{path.name} and {context.file}"), table)
    facts = run_facts(row, context, table, pixel_um)
    return Listed(path, sources, context, table, rejects, rows_read, facts), summaries


def _cuttable(table: pd.DataFrame, path: Path) -> bool:
    """Whether the table tells places in collages, and at least one of them is there."""
    return set(PLACE) <= set(table) and any(sibling(path.parent, name) for name in _collages(table))


def _collages(table: pd.DataFrame) -> list[str]:
    """Names that can be a collage's. collage_<number>.png is a mosaic with captions, its parts' places untold."""
    return [name for name in table["collage_file"].unique() if not name.casefold().startswith("collage_")]


def _under_csv_name(reject: Reject) -> Reject:
    return replace(reject, column=CSV_NAMES.get(reject.column, reject.column))
