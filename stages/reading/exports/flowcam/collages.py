"""Cut the particles of a FlowCam list out of its collages, and compare each with its mask."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.reading.exports.files.ahead import ahead
from stages.reading.exports.files.packed import Packed
from stages.reading.exports.files.paths import sibling
from stages.reading.exports.files.sources import Sources
from stages.reading.exports.rows.columns import Rows
from stages.reading.exports.rows.export import Warned
from stages.reading.exports.rows.mismatches import lost, mismatches

Region = tuple[float, float, float, float]
PLACE = ["image_x", "image_y", "image_w", "image_h"]
Page = tuple[np.ndarray, np.ndarray | None]  # a collage, and which of its pixels the mask marks


@dataclass
class Cut:
    """The images and edge flags of a table's rows. without_image: the rows whose image is lost, and why."""

    images: Packed
    edge: np.ndarray
    without_image: Warned
    mask_mismatch: Warned


@dataclass
class _Crops:
    """What was cut of a piece so far, by position. near: rows that may reach the border of the acceptable region. lost:
    column and reason of the rows that have no image."""

    piece: Rows
    near: np.ndarray
    content: list[bytes | None]
    channels: np.ndarray
    edge: np.ndarray
    mask_area: np.ndarray  # -1 where there is no mask
    lost: dict[int, tuple[str, str]]

    @property
    def table(self) -> pd.DataFrame:
        return self.piece.table


def cut(
    pieces: Iterable[Rows], sources: Sources, list_path: Path, region: Region | None, border_px: float
) -> Iterator[tuple[Rows, Cut]]:
    """Each piece of a table, and of its rows the rectangles [image_y : image_y + image_h, image_x : image_x + image_w]
    of the collages that they name. A row whose rectangle can't be cut is a particle all the same.

    region: acceptable region of the frame (left, right, top, bottom); a particle that reaches it is marked as edge.
    border_px: pixels that the software keeps around a particle.
    """
    pages = ahead(_by_collage(pieces, region), lambda name: _page(sources, list_path, name), _bytes_of)
    for (crops, name, rows), page in pages:
        if page is None:
            yield crops.piece, _finished(crops, list_path.name)
            continue
        mask = None
        try:
            collage, mask = page.result()
        except InputError as error:
            crops.lost |= {row: ("collage_file", str(error)) for row in rows.tolist()}
        else:
            _cut_page(crops, _inside(crops, rows, collage, name), collage, mask)
        if region:
            for row in rows[crops.near[rows]]:
                own = mask if crops.channels[row] else None
                crops.edge[row] = _touches(crops.table.iloc[row], region, own, border_px)


def _by_collage(
    pieces: Iterable[Rows], region: Region | None
) -> Iterator[tuple[str | None, tuple[_Crops, str, np.ndarray]]]:
    """Each collage's name, with the crops that it belongs to and its rows, in the order in which a piece names them; at
    the end of each piece no name."""
    for piece in pieces:
        n = len(piece.table)
        near, none = _near_the_side(piece.table, region), np.zeros(n, dtype=np.int32)
        crops = _Crops(piece, near, [None] * n, none, np.zeros(n, dtype=bool), np.full(n, -1), {})
        codes, names = pd.factorize(piece.table["collage_file"])
        order = np.argsort(codes, kind="stable")
        starts = np.searchsorted(codes[order], np.arange(len(names) + 1))
        for number, name in enumerate(names):
            yield name, (crops, name, order[starts[number] : starts[number + 1]])
        yield None, (crops, "", order[:0])


def _inside(crops: _Crops, rows: np.ndarray, collage: np.ndarray, name: str) -> np.ndarray:
    """The `rows` whose crops lie inside of the collage `name`; the others have no image."""
    height, width = collage.shape[:2]
    x, y, w, h = (crops.table[name].to_numpy()[rows] for name in PLACE)
    right, bottom = x + w, y + h
    inside = (right <= width) & (bottom <= height)
    for i in np.flatnonzero(~inside):
        reason = f"the crop ends at x {right[i]}, y {bottom[i]}, outside of {name} ({width} x {height} px)"
        crops.lost[int(rows[i])] = ("image_x", reason)
    return rows[inside]


def _cut_page(crops: _Crops, rows: np.ndarray, collage: np.ndarray, mask: np.ndarray | None) -> None:
    """Cut the `rows` out of one collage, and count the pixels of their masks."""
    if not len(rows):
        return
    crops.channels[rows] = 1 if collage.ndim == 2 else 3
    x, y, w, h = (crops.table[name].to_numpy()[rows] for name in PLACE)
    corners = [values.tolist() for values in (x, y, x + w, y + h)]
    for row, left, top, right, bottom in zip(rows.tolist(), *corners, strict=True):
        crops.content[row] = collage[top:bottom, left:right].tobytes()
    if mask is not None:
        count = np.count_nonzero
        crops.mask_area[rows] = [count(mask[y0:y1, x0:x1]) for x0, y0, x1, y1 in zip(*corners, strict=True)]


def _finished(crops: _Crops, file: str) -> Cut:
    table = crops.table
    size = np.where(crops.channels[:, None] > 0, table[["image_h", "image_w"]], 0).astype(np.int32)
    images = Packed(b"".join(filter(None, crops.content)), size[:, 0], size[:, 1], crops.channels)
    mismatch = Warned()
    if "raw_area" in table:
        area = crops.mask_area
        wrong = (area >= 0) & (area != table["raw_area"].round())
        mismatch = mismatches(table, wrong, file, "raw_area", lambda row: f"{area[row]} px in the mask")
    return Cut(images, crops.edge, lost(table, crops.lost, file), mismatch)


def _page(sources: Sources, list_path: Path, name: str) -> Page:
    """A collage, and its mask where there is one."""
    collage = sources.image(_collage_path(sources, list_path, name))
    return collage, _mask(sources, list_path, name, collage.shape[:2])


def _bytes_of(page: Page) -> int:
    return page[0].nbytes + (page[1].nbytes if page[1] is not None else 0)


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


def _mask(sources: Sources, list_path: Path, name: str, shape: tuple[int, int]) -> np.ndarray | None:
    """The collage's mask as the software saves it beside it; None when it is absent or doesn't fit."""
    path = sibling(list_path.parent, f"{Path(name).stem}_bin{Path(name).suffix}")
    if path is None:
        return None
    try:
        mask = sources.image(path)
    except InputError:
        return None
    return mask > 0 if mask.shape == shape else None


def _touches(row: pd.Series, region: Region, mask: np.ndarray | None, border_px: float) -> bool:
    """Whether a particle reaches the border of the acceptable region: by its mask, else by its crop less the kept
    border (so a particle within that border of the region's side counts as well)."""
    left, right, top, bottom = region
    x0, y0 = row["src_x"], row["src_y"]
    x1, y1 = x0 + row["image_w"] - 1, y0 + row["image_h"] - 1
    if mask is None:
        return x0 <= left or y0 <= top or x1 - border_px >= right or y1 - border_px >= bottom
    x, y = row["image_x"], row["image_y"]
    particle = mask[y : y + row["image_h"], x : x + row["image_w"]]
    columns, lines = np.flatnonzero(particle.any(axis=0)), np.flatnonzero(particle.any(axis=1))
    if not len(columns):
        return False
    return bool(
        x0 + columns[0] <= left or x0 + columns[-1] >= right or y0 + lines[0] <= top or y0 + lines[-1] >= bottom
    )
