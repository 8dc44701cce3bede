"""Cut the particles of a FlowCam list out of its collages, and compare each with its mask."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.errors import InputError
from stages.ingest.export import Reject
from stages.ingest.images import decode
from stages.ingest.paths import sibling
from stages.ingest.sources import Sources

Region = tuple[float, float, float, float]


@dataclass
class Cuts:
    """Accepted rows of the list (index labels, in the list's order), their images and edge flags."""

    rows: np.ndarray
    images: list[np.ndarray]
    edge: np.ndarray
    rejects: list[Reject]
    mask_mismatches: int


def cut(table: pd.DataFrame, sources: Sources, list_path: Path, region: Region | None, border_px: float) -> Cuts:
    """Each row's rectangle [image_y : image_y + image_h, image_x : image_x + image_w] of the collage it names.

    region: acceptable region of the frame (left, right, top, bottom); a particle that reaches it is marked as edge.
    border_px: pixels that the software keeps around a particle.
    """
    images: dict[int, np.ndarray] = {}
    edge: dict[int, bool] = {}
    rejects: list[Reject] = []
    mismatches = 0
    for name, rows in table.groupby("collage_file", sort=False):
        try:
            collage = _load(sources, _collage_path(sources, list_path, name))
        except InputError as error:
            rejects += [Reject(list_path.name, line, "collage_file", str(error)) for line in rows["source_line"]]
            continue
        mask = _mask(sources, list_path, name, collage.shape[:2])
        height, width = collage.shape[:2]
        for row in rows.itertuples():
            bottom, right = row.image_y + row.image_h, row.image_x + row.image_w
            if bottom > height or right > width:
                reason = f"the crop ends at x {right}, y {bottom}, outside of {name} ({width} x {height} px)"
                rejects.append(Reject(list_path.name, row.source_line, "image_x", reason))
                continue
            place = np.s_[row.image_y : bottom, row.image_x : right]
            images[row.Index] = collage[place].copy()
            particle = None if mask is None else mask[place]
            if particle is not None and hasattr(row, "raw_area"):
                mismatches += int(np.count_nonzero(particle) != round(row.raw_area))
            edge[row.Index] = _touches(row, region, particle, border_px)
    accepted = np.array(sorted(images), dtype=np.int64)
    return Cuts(
        accepted, [images[i] for i in accepted], np.array([edge[i] for i in accepted], dtype=bool), rejects, mismatches
    )


def _collage_path(sources: Sources, list_path: Path, name: str) -> Path:
    found = sources.named(list_path.parent, name)
    if found is None:
        raise InputError(f"the collage {name!r} is not in the run's folder; copy it there")
    return found


def _load(sources: Sources, path: Path) -> np.ndarray:
    try:
        return decode(sources.read(path))
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None


def _mask(sources: Sources, list_path: Path, name: str, shape: tuple[int, int]) -> np.ndarray | None:
    """The collage's mask as the software saves it beside it; None when it is absent or doesn't fit."""
    path = sibling(list_path.parent, f"{Path(name).stem}_bin{Path(name).suffix}")
    if path is None:
        return None
    try:
        mask = _load(sources, path)
    except InputError:
        return None
    return mask > 0 if mask.shape == shape else None


def _touches(row, region: Region | None, particle: np.ndarray | None, border_px: float) -> bool:
    """Whether a particle reaches the border of the acceptable region: by its mask, else by its crop less the kept
    border (so a particle within that border of the region's side counts as well)."""
    if region is None or not hasattr(row, "src_x") or not hasattr(row, "src_y"):
        return False
    left, right, top, bottom = region
    x0, y0 = row.src_x, row.src_y
    x1, y1 = x0 + row.image_w - 1, y0 + row.image_h - 1
    if x0 > left and x1 < right and y0 > top and y1 < bottom:
        return False
    if particle is None:
        return x0 <= left or y0 <= top or x1 - border_px >= right or y1 - border_px >= bottom
    columns, lines = np.flatnonzero(particle.any(axis=0)), np.flatnonzero(particle.any(axis=1))
    if not len(columns):
        return False
    return bool(
        x0 + columns[0] <= left or x0 + columns[-1] >= right or y0 + lines[0] <= top or y0 + lines[-1] >= bottom
    )
