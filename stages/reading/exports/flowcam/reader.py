"""Reader of FlowCam run folders: the list (.lst) or library (.flb), its context (.ctx), collages and masks.

The path of the sheet is a run folder with one list, or the list itself where a folder holds more than one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.reading.exports.files.paths import below
from stages.reading.exports.files.sources import Sources
from stages.reading.exports.flowcam import checks
from stages.reading.exports.flowcam.collages import Cut, cut
from stages.reading.exports.flowcam.context import Context, context_beside
from stages.reading.exports.flowcam.list import read_list
from stages.reading.exports.flowcam.particles import contract_columns, pixel_size, run_facts
from stages.reading.exports.flowcam.summaries import Summary, compared, local_start, summaries_beside, told_count
from stages.reading.exports.rows.columns import Rows, Table, counted
from stages.reading.exports.rows.export import Closing, Export, Piece, Survey, surveyed
from stages.reading.exports.rows.mismatches import WITHOUT_IMAGE
from stages.reading.exports.rows.times import local
from stages.reading.exports.sheet.row import SheetRow

SUFFIXES = (".lst", ".flb")  # a run's list, and a library of particles in the same syntax


def recognises(path: Path) -> bool:
    return bool(lists(path)) if path.is_dir() else path.suffix.casefold() in SUFFIXES


def read(row: SheetRow, root: Path) -> Export:
    """Read the run of the sheet's `row`. Raises InputError when the run as a whole can't be read."""
    listed = _listed(row, root)
    return export_of(listed, row, cuts(listed), ("size_mismatch", "mask_mismatch", "calibration_mismatch"))


def survey(row: SheetRow, root: Path) -> Survey:
    """What `read` would find, without its images."""
    listed = _listed(row, root)
    rows, names = counted(listed.table, "collage_file")
    missing = [name for name in names if not listed.sources.holds(listed.path.parent, name)]
    return surveyed(listed.facts, rows, len(names), missing, listed.table.columns_told(), row.edited)


@dataclass(frozen=True)
class Listed:
    """A list, its context and the run's own summaries, before its images."""

    path: Path
    sources: Sources
    context: Context
    table: Table
    facts: dict
    summaries: list[Summary]


def cuts(listed: Listed) -> Iterator[tuple[Rows, Cut]]:
    """The pieces of a list, or of a table under a list's names, with their crops."""
    border = listed.context.number("ImagePixelBorder") or 0
    return cut(listed.table.pieces(), listed.sources, listed.path, listed.context.region(), border)


def export_of(listed: Listed, row: SheetRow, found: Iterator[tuple[Rows, Cut]], checked: tuple[str, ...]) -> Export:
    """The run whose pieces and images were `found`. checked: the checks of rows that the format allows."""
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
            particles = contract_columns(rows.table, row, listed.facts["pixel_um"])
            yield Piece(
                particles.assign(edge=crops.edge, source_file=file),
                crops.images,
                rows.rejects,
                rows.read,
                {check: warned[check] for check in checked} | {WITHOUT_IMAGE: crops.without_image},
            )

    def close(rows_read: int) -> Closing:
        facts = {}
        if listed.facts["fringe_px"] is None and any(map(len, fringes)):
            facts["fringe_px"] = float(np.median(np.concatenate(fringes)))
        return Closing(facts, {"summary_mismatch": compared(listed.summaries, rows_read, listed.facts)})

    return Export(listed.facts, listed.sources, pieces(), close)


def _listed(row: SheetRow, root: Path) -> Listed:
    path = _list_path(row, root)
    sources = Sources(root, path.parent, row.bits)
    context = context_beside(sources, path)
    table = read_list(sources.text(path), path.name)
    summaries = summaries_beside(sources, path.parent, {path.stem, context.stem})
    facts = run_facts(row, context, pixel_size(row, context, table)) | told_facts(context, path, summaries)
    return Listed(path, sources, context, table, facts, summaries)


def told_facts(context: Context, path: Path, summaries: list[Summary]) -> dict:
    """What the run's summaries tell; and whether the list (or table) at `path` may be a part of the context's run."""
    facts = {"told_count": told_count(summaries), "started_local": local(local_start(summaries), context.started_utc())}
    if context.stem not in ("", path.stem) and facts["told_count"] is None:
        facts["no_concentration"] = (
            f"{path.name} is named otherwise than {context.file}, whose volume it would take, and no summary tells "
            f"whether it holds the whole run; edited: true in the sample sheet takes it as it is"
        )
    return facts


def _list_path(row: SheetRow, root: Path) -> Path:
    path = below(root, root / row.path)
    if path.is_file():
        return path
    if not path.is_dir():
        raise InputError(f"column path: {row.path!r} is not there")
    found = lists(path)
    if len(found) != 1:
        shown = ", ".join(item.name for item in found) or f"no {' or '.join(SUFFIXES)} file"
        raise InputError(f"column path: {row.path!r} holds {len(found)} lists ({shown}); name the list itself")
    return found[0]


def lists(folder: Path) -> list[Path]:
    """The lists and libraries in a folder."""
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix.casefold() in SUFFIXES)
