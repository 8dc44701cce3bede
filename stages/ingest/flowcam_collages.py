"""Cut the particles of a FlowCam list out of its collages, and compare each with its mask."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
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
DECODERS = 2


@dataclass
class Cuts:
    """Accepted rows of the table (positions, in its order), their images and edge flags."""

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
    images: list[np.ndarray | None] = [None] * len(table)
    edge = np.zeros(len(table), dtype=bool)
    rejects: list[Reject] = []
    mismatches = 0
    lines, area = table["source_line"].tolist(), table["raw_area"].round().tolist() if "raw_area" in table else None
    boxes = table[["image_x", "image_y", "image_w", "image_h"]].to_numpy()
    near = _near_the_side(table, region)
    for name, rows, page in _ahead(_by_collage(table), sources, list_path):
        try:
            collage, mask = page.result()
        except InputError as error:
            rejects += [Reject(list_path.name, lines[row], "collage_file", str(error)) for row in rows]
            continue
        height, width = collage.shape[:2]
        for row, (x, y, w, h) in zip(rows, boxes[rows].tolist(), strict=True):
            bottom, right = y + h, x + w
            if bottom > height or right > width:
                reason = f"the crop ends at x {right}, y {bottom}, outside of {name} ({width} x {height} px)"
                rejects.append(Reject(list_path.name, lines[row], "image_x", reason))
                continue
            images[row] = collage[y:bottom, x:right].copy()
            particle = None if mask is None else mask[y:bottom, x:right]
            if particle is not None and area is not None:
                mismatches += np.count_nonzero(particle) != area[row]
            if near[row]:
                edge[row] = _touches(table.iloc[row], region, particle, border_px)
    accepted = np.array([row for row, image in enumerate(images) if image is not None], dtype=np.int64)
    return Cuts(accepted, [images[row] for row in accepted], edge[accepted], rejects, int(mismatches))


def _ahead(
    groups: Iterator[tuple[str, list[int]]], sources: Sources, list_path: Path
) -> Iterator[tuple[str, list[int], Future]]:
    """Each collage's name, rows and pixels (with the mask). The next ones are decoded while one is cut (Pillow lets
    other threads run meanwhile), and no more are held than are worked on."""
    waiting: deque[tuple[str, list[int], Future]] = deque()
    with ThreadPoolExecutor(DECODERS) as decoders:
        for name, rows in groups:
            waiting.append((name, rows, decoders.submit(_page, sources, list_path, name)))
            if len(waiting) > DECODERS:
                yield waiting.popleft()
        yield from waiting


def _page(sources: Sources, list_path: Path, name: str) -> tuple[np.ndarray, np.ndarray | None]:
    """A collage, and its mask where there is one."""
    collage = _load(sources, _collage_path(sources, list_path, name))
    return collage, _mask(sources, list_path, name, collage.shape[:2])


def _by_collage(table: pd.DataFrame) -> Iterator[tuple[str, list[int]]]:
    """Each collage's name and its rows, in the order in which the list names them."""
    codes, names = pd.factorize(table["collage_file"])
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(names) + 1))
    for number, name in enumerate(names):
        yield name, order[starts[number] : starts[number + 1]].tolist()


def _near_the_side(table: pd.DataFrame, region: Region | None) -> np.ndarray:
    """Rows whose crop reaches a side of the region; only these can be edge particles."""
    if region is None or not {"src_x", "src_y"} <= set(table):
        return np.zeros(len(table), dtype=bool)
    left, right, top, bottom = region
    across = (table["src_x"] > left) & (table["src_x"] + table["image_w"] - 1 < right)
    return ~(across & (table["src_y"] > top) & (table["src_y"] + table["image_h"] - 1 < bottom)).to_numpy()


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


def _touches(row: pd.Series, region: Region, particle: np.ndarray | None, border_px: float) -> bool:
    """Whether a particle reaches the border of the acceptable region: by its mask, else by its crop less the kept
    border (so a particle within that border of the region's side counts as well)."""
    left, right, top, bottom = region
    x0, y0 = row["src_x"], row["src_y"]
    x1, y1 = x0 + row["image_w"] - 1, y0 + row["image_h"] - 1
    if particle is None:
        return x0 <= left or y0 <= top or x1 - border_px >= right or y1 - border_px >= bottom
    columns, lines = np.flatnonzero(particle.any(axis=0)), np.flatnonzero(particle.any(axis=1))
    if not len(columns):
        return False
    return bool(
        x0 + columns[0] <= left or x0 + columns[-1] >= right or y0 + lines[0] <= top or y0 + lines[-1] >= bottom
    )
