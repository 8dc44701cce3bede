"""Images that VisualSpreadsheet exports one by one, joined to the rows of its table by the number in their names."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from stages.common.base.errors import InputError
from stages.reading.exports.files.images import SUFFIXES
from stages.reading.exports.files.packed import packed
from stages.reading.exports.files.sources import Sources
from stages.reading.exports.flowcam.collages import Cut
from stages.reading.exports.rows.columns import Rows, Table
from stages.reading.exports.rows.export import IMAGES_AT_ONCE, Warned
from stages.reading.exports.rows.mismatches import lost

NUMBERED = re.compile(r"(.+)_(\d{1,9})$")


def join(table: Table, sources: Sources, path: Path) -> Iterator[tuple[Rows, Cut]]:
    """The pieces of a table, and of their rows the images: named <anything>_<Particle ID>, or <Name>_<Particle ID>
    where the table has names. A row without its image is a particle all the same.

    Raises InputError when an image is numbered 0 and no particle is: the numbers then don't mean Particle ID.
    """
    files = numbered(sources.folder) if table.has("id") else {}
    if 0 in files and (least := min((rows.table["id"].min() for rows in table.rows() if len(rows.table)), default=0)):
        raise InputError(
            f"{sources.name(files[0][0])}: an image is numbered 0 where {path.name} numbers its particles from "
            f"{least}; rename the images by Particle ID, or export Image File and the collages"
        )
    for rows in table.pieces(IMAGES_AT_ONCE):
        images: list[np.ndarray | None] = [None] * len(rows.table)
        reasons = {}
        for row in rows.table.itertuples():
            try:
                images[row.Index] = _image(row, files, sources)
            except InputError as error:
                reasons[row.Index] = "id", str(error)
        none = np.zeros(len(images), dtype=bool)
        yield rows, Cut(packed(images), none, lost(rows.table, reasons, path.name), Warned())


def numbered(folder: Path) -> dict[int, list[Path]]:
    """Images below `folder` by the number that their names end on, mosaics left out."""
    files: dict[int, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        name = NUMBERED.match(path.stem)
        mosaic = name and name[1].casefold() == "collage"
        if name and not mosaic and path.suffix.casefold() in SUFFIXES and path.is_file():
            files.setdefault(int(name[2]), []).append(path)
    return files


def _image(row, files: dict[int, list[Path]], sources: Sources) -> np.ndarray:
    if not files:
        raise InputError("no picture was exported with the table")
    found = files.get(row.id, [])
    name = getattr(row, "name", None)
    if name is not None:
        found = [path for path in found if _is_called(path, name)]
    if len(found) != 1:
        shown = ", ".join(sources.name(path) for path in found[:3]) or "none is there"
        raise InputError(f"one image named {name or '<run>'}_{row.id:06d} is expected; found: {shown}")
    image = sources.image(found[0])
    expected = (getattr(row, "image_h", image.shape[0]), getattr(row, "image_w", image.shape[1]))
    if image.shape[:2] != expected:
        raise InputError(
            f"{sources.name(found[0])} is {image.shape[1]} x {image.shape[0]} px where the table says "
            f"{expected[1]} x {expected[0]}; it is another particle's image"
        )
    return image


def _is_called(path: Path, name: str) -> bool:
    stem, name = path.stem.casefold(), name.casefold()
    return name in (stem, stem.rpartition("_")[0], path.name.casefold())
