"""Reader of FlowCam run folders: the list (.lst) or library (.flb), its context (.ctx), collages and masks.

The path of the sheet is a run folder with one list, or the list itself where a folder holds more than one.
"""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from stages.common.errors import InputError
from stages.ingest import flowcam_checks as checks
from stages.ingest.export import Export, Reject, Survey, surveyed
from stages.ingest.flowcam_collages import cut
from stages.ingest.flowcam_context import Context, context_beside
from stages.ingest.flowcam_list import read_list
from stages.ingest.flowcam_particles import contract_columns, pixel_size, run_facts
from stages.ingest.paths import below, sibling
from stages.ingest.sheet import SheetRow
from stages.ingest.sources import Sources

SUFFIXES = (".lst", ".flb")  # a run's list, and a library of particles in the same syntax


def recognises(path: Path) -> bool:
    return bool(_lists(path)) if path.is_dir() else path.suffix.casefold() in SUFFIXES


def read(row: SheetRow, root: Path) -> Export:
    """Read the run of the sheet's `row`. Raises InputError when the run as a whole can't be read."""
    listed = _listed(row, root)
    table, sources, path, context, facts = listed.table, listed.sources, listed.path, listed.context, listed.facts
    cuts = cut(table, sources, path, context.region(), context.number("ImagePixelBorder") or 0)
    summary = sibling(path.parent, f"{path.stem}_summary.csv")
    told = sources.read_text(summary) if summary else ""
    warnings = {
        "size_mismatch": checks.sizes(table),
        "mask_mismatch": cuts.mask_mismatches,
        "calibration_mismatch": checks.calibration(table, facts["pixel_um"]),
        "summary_mismatch": checks.summary(told, listed.rows_read, facts["imaged_ml"], facts["dilution"]),
    }
    particles = contract_columns(table.loc[cuts.rows], row, facts["pixel_um"])
    particles = particles.assign(edge=cuts.edge, source_file=path.name)
    facts = facts | {"source_digest": sources.digest()}
    return Export(particles, cuts.images, listed.rejects + cuts.rejects, listed.rows_read, facts, warnings=warnings)


def survey(row: SheetRow, root: Path) -> Survey:
    """What `read` would find, without its images."""
    listed = _listed(row, root)
    names = list(listed.table["collage_file"].unique())
    missing = [name for name in names if not listed.sources.holds(listed.path.parent, name)]
    return surveyed(listed.facts, listed.rows_read, len(listed.rejects), len(names), missing)


@dataclass(frozen=True)
class Listed:
    """A list and its context, before its images."""

    path: Path
    sources: Sources
    context: Context
    table: pd.DataFrame
    rejects: list[Reject]
    rows_read: int
    facts: dict


def _listed(row: SheetRow, root: Path) -> Listed:
    path = _list_path(row, root)
    sources = Sources(root, path.parent)
    context = context_beside(sources, path)
    table, rejects, rows_read = read_list(sources.read_text(path), path.name)
    facts = run_facts(row, context, table, pixel_size(row, context, table))
    return Listed(path, sources, context, table, rejects, rows_read, facts)


def _list_path(row: SheetRow, root: Path) -> Path:
    path = below(root, root / row.path)
    if path.is_file():
        return path
    if not path.is_dir():
        raise InputError(f"column path: {row.path!r} is not there")
    found = _lists(path)
    if len(found) != 1:
        shown = ", ".join(item.name for item in found) or f"no {' or '.join(SUFFIXES)} file"
        raise InputError(f"column path: {row.path!r} holds {len(found)} lists ({shown}); name the list itself")
    return found[0]


def _lists(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix.casefold() in SUFFIXES)
