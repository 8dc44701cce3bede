"""Reader of FlowCam run folders: the list (.lst) or library (.flb), its context (.ctx), collages and masks.

The path of the sheet is a run folder with one list, or the list itself where a folder holds more than one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.ingest.files.paths import below, sibling
from stages.ingest.files.sources import Sources
from stages.ingest.flowcam import checks
from stages.ingest.flowcam.collages import Cut, cut
from stages.ingest.flowcam.context import Context, context_beside
from stages.ingest.flowcam.list import read_list
from stages.ingest.flowcam.particles import contract_columns, pixel_size, run_facts
from stages.ingest.rows.columns import Rows, Table, counted
from stages.ingest.rows.export import Closing, Export, Piece, Survey, surveyed
from stages.ingest.sheet.sheet import SheetRow

SUFFIXES = (".lst", ".flb")  # a run's list, and a library of particles in the same syntax


def recognises(path: Path) -> bool:
    return bool(_lists(path)) if path.is_dir() else path.suffix.casefold() in SUFFIXES


def read(row: SheetRow, root: Path) -> Export:
    """Read the run of the sheet's `row`. Raises InputError when the run as a whole can't be read."""
    listed = _listed(row, root)
    summary = sibling(listed.path.parent, f"{listed.path.stem}_summary.csv")
    told = (listed.sources.read_text(summary), summary.name) if summary else ("", "")
    return export_of(listed, row, cuts(listed), told, ("size_mismatch", "mask_mismatch", "calibration_mismatch"))


def survey(row: SheetRow, root: Path) -> Survey:
    """What `read` would find, without its images."""
    listed = _listed(row, root)
    rows, refused, names = counted(listed.table, "collage_file")
    missing = [name for name in names if not listed.sources.holds(listed.path.parent, name)]
    return surveyed(listed.facts, rows, refused, len(names), missing)


@dataclass(frozen=True)
class Listed:
    """A list and its context, before its images."""

    path: Path
    sources: Sources
    context: Context
    table: Table
    facts: dict


def cuts(listed: Listed) -> Iterator[tuple[Rows, Cut]]:
    """The pieces of a list, or of a table under a list's names, with their crops."""
    border = listed.context.number("ImagePixelBorder") or 0
    return cut(listed.table.pieces(), listed.sources, listed.path, listed.context.region(), border)


def export_of(
    listed: Listed,
    row: SheetRow,
    found: Iterator[tuple[Rows, Cut]],
    summary: tuple[str, str],
    checked: tuple[str, ...],
) -> Export:
    """The run whose pieces and images were `found`. summary: text and file of the run's own; checked: the checks of
    rows that the format allows."""
    fringes: list[np.ndarray] = []

    def pieces() -> Iterator[Piece]:
        file = listed.path.name
        for rows, crops in found:
            fringes.append(rows.table.get("fringe_size", pd.Series(dtype=float)).to_numpy(copy=True))
            warned = {
                "size_mismatch": checks.sizes(rows.table, file),
                "mask_mismatch": crops.mask_mismatch,
                "calibration_mismatch": checks.calibration(rows.table, listed.facts["pixel_um"], file),
            }
            particles = contract_columns(rows.table.iloc[crops.rows], row, listed.facts["pixel_um"])
            yield Piece(
                particles.assign(edge=crops.edge, source_file=file),
                crops.images,
                rows.rejects + crops.rejects,
                rows.read,
                {check: warned[check] for check in checked},
            )

    def close(rows_read: int) -> Closing:
        facts = {"started_local": checks.local_start(summary[0])}
        if listed.facts["fringe_px"] is None and any(map(len, fringes)):
            facts["fringe_px"] = float(np.median(np.concatenate(fringes)))
        return Closing(facts, {"summary_mismatch": checks.summary(*summary, rows_read, listed.facts)})

    return Export(listed.facts, listed.sources, pieces(), close)


def _listed(row: SheetRow, root: Path) -> Listed:
    path = _list_path(row, root)
    sources = Sources(root, path.parent)
    context = context_beside(sources, path)
    table = read_list(sources.text(path), path.name)
    return Listed(path, sources, context, table, run_facts(row, context, pixel_size(row, context, table)))


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
