"""An MFI's camera frames, and the particles cut out of them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.reading.exports.files.ahead import ahead
from stages.reading.exports.files.images import SUFFIXES
from stages.reading.exports.files.sources import Sources
from stages.reading.exports.mfi.boxes import BORDERS, FRAMES, Boxes, by_frames, half_open
from stages.reading.exports.rows.columns import Rows, Table

FRAME = re.compile(r"image_(\d+)$", re.IGNORECASE)


@dataclass
class Cuts:
    """A piece of the table, the crops of its rows by position, and column and reason of the rows that have none."""

    piece: Rows
    images: dict[int, np.ndarray] = field(default_factory=dict)
    lost: dict[int, tuple[str, str]] = field(default_factory=dict)

    @cached_property
    def boxes(self) -> list[list[int]]:
        """Left, right, top and bottom of each row."""
        return self.piece.table[BORDERS].to_numpy().tolist()


def frames_in(sources: Sources) -> dict[int, list[Path]]:
    """Files named ...Image_<number> below the table's folder, by number."""
    frames: dict[int, list[Path]] = {}
    for path in sorted(sources.folder.rglob("*")):
        number = FRAME.search(path.stem)
        if number and path.suffix.casefold() in SUFFIXES:
            frames.setdefault(int(number[1]), []).append(path)
    return frames


def boxes_of(table: Table, found: dict[int, list[Path]], sources: Sources) -> Boxes:
    """Whether the boxes are inclusive, by the first rows' areas and frames."""
    first = next((rows.table for rows in table.rows() if len(rows.table)), None)
    return half_open("no row") if first is None else by_frames(first, _some(first, found, sources))


def cut(pieces: Iterable[Rows], found: dict[int, list[Path]], sources: Sources, boxes: Boxes) -> Iterator[Cuts]:
    """Each piece with its rows' boxes cut out of their frames. A row that can't be cut is a particle all the same."""

    def load(number: int) -> np.ndarray:
        return _frame(found.get(number, []), number, sources)

    for (cuts, rows), frame in ahead(_by_frame(pieces), load, lambda frame: frame.nbytes):
        if frame is None:
            yield cuts
            continue
        try:
            _cut(cuts, rows, frame.result(), boxes.extra)
        except InputError as error:
            cuts.lost |= {row: ("Frame #", str(error)) for row in rows}


def _some(
    table: pd.DataFrame, found: dict[int, list[Path]], sources: Sources
) -> Iterator[tuple[np.ndarray, pd.DataFrame]]:
    """Some frames, evenly over the table, with their rows."""
    numbers = table["Frame #"].unique()
    for place in np.unique(np.linspace(0, len(numbers) - 1, FRAMES).astype(int)):
        try:
            frame = _frame(found.get(numbers[place], []), numbers[place], sources)
        except InputError:
            continue
        yield frame, table[table["Frame #"] == numbers[place]]


def _by_frame(pieces: Iterable[Rows]) -> Iterator[tuple[int | None, tuple[Cuts, list[int]]]]:
    """Each frame's number, with the cuts that it belongs to and its rows' positions; at the end of each piece no
    number."""
    for piece in pieces:
        cuts = Cuts(piece)
        rows: dict[int, list[int]] = {}
        for position, number in enumerate(piece.table["Frame #"].tolist()):
            rows.setdefault(number, []).append(position)
        yield from ((number, (cuts, positions)) for number, positions in rows.items())
        yield None, (cuts, [])


def _cut(cuts: Cuts, rows: list[int], frame: np.ndarray, extra: int) -> None:
    height, width = frame.shape[:2]
    for row in rows:
        left, right, top, bottom = cuts.boxes[row]
        if left < right + extra <= width and top < bottom + extra <= height:
            cuts.images[row] = frame[top : bottom + extra, left : right + extra].copy()
        else:
            reason = f"x {left} to {right}, y {top} to {bottom} is no rectangle in the frame ({width} x {height} px)"
            cuts.lost[row] = "X Left", reason


def _frame(paths: list[Path], number: int, sources: Sources) -> np.ndarray:
    if len(paths) != 1:
        found = ", ".join(sources.name(path) for path in paths) or "none is there"
        raise InputError(f"one frame named ...Image_{number:05d} is expected; found: {found}")
    return sources.image(paths[0])
