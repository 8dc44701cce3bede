"""Reader of folders of cropped particles: <class>/<image>, or images alone with the sheet's class.

Nothing but the pixels is known of such particles; the pixel size comes from the sheet.
"""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pandas as pd

from stages.common.base.errors import InputError
from stages.reading.exports.crops.doubts import doubt_of
from stages.reading.exports.files.images import SUFFIXES
from stages.reading.exports.files.packed import packed
from stages.reading.exports.files.paths import below, plain_name
from stages.reading.exports.files.sources import Sources
from stages.reading.exports.rows.export import IMAGES_AT_ONCE, Counted, Export, Piece, Reject, Survey, surveyed
from stages.reading.exports.sheet.row import SheetRow, sheet_facts


def recognises(path: Path) -> bool:
    """Whether `path` holds images and nothing that they could be part of: they may be collages or camera frames.

    Raises InputError, with the mend, when it holds images and something else besides, or images that may be no crops.
    """
    if not path.is_dir():
        return False
    images = [image for folder in [path, *filter(Path.is_dir, sorted(path.iterdir()))] for image in _images(folder)]
    if images and (doubt := doubt_of(path, images)):
        raise InputError(
            f"column format: empty, and the images may be no crops of particles ({doubt}); write the format of the "
            f"table or list, or write crops if each image shows one particle"
        )
    return bool(images)


def read(row: SheetRow, root: Path) -> Export:
    """Read the run of the sheet's `row`. Raises InputError when the run as a whole can't be read."""
    folder = _folder(row, root)
    sources = Sources(root, folder, row.bits)
    listed = _labelled_images(row, folder)
    parts = (listed[start : start + IMAGES_AT_ONCE] for start in range(0, len(listed), IMAGES_AT_ONCE))
    pieces = (_piece(part, folder, row, sources) for part in parts)
    return Export(sheet_facts(row), sources, pieces)


def _piece(listed: list[tuple[Path, str | None]], folder: Path, row: SheetRow, sources: Sources) -> Piece:
    images, rejects, names, labels = [], [], [], []
    for path, label in listed:
        name = path.relative_to(folder).as_posix()
        if not _is_text(name):
            shown = name.encode("utf-8", "backslashreplace").decode()
            rejects.append(Reject(shown, None, "", "the file's name is not UTF-8; rename it"))
            continue
        try:
            images.append(sources.image(path))
        except InputError as error:
            rejects.append(Reject(name, None, "", str(error).removeprefix(f"{name}: ")))
            continue
        names.append(name)
        labels.append(label)
    particles = pd.DataFrame({"source_id": names, "source_file": names, "class": pd.Series(labels, dtype=object)})
    return Piece(particles.assign(edge=False, pixel_um=row.pixel_um), packed(images), rejects, len(listed))


def survey(row: SheetRow, root: Path) -> Survey:
    """What `read` would find, without decoding it."""
    listed = _labelled_images(row, _folder(row, root))
    classes = Counter(label for _, label in listed)
    notes = [f"class {label}: {count} images" for label, count in classes.items()]
    found = surveyed(sheet_facts(row), Counted(len(listed)), len(listed), [], notes, row.edited)
    return replace(found, classes={label: count for label, count in classes.items() if label})


def _folder(row: SheetRow, root: Path) -> Path:
    folder = below(root, root / row.path)
    if not folder.is_dir():
        raise InputError(f"column path: the folder {row.path!r} is not there")
    return folder


def _labelled_images(row: SheetRow, folder: Path) -> list[tuple[Path, str | None]]:
    """Every image with its class, in the order of names."""
    alone = _images(folder)
    by_class = {path.name: _images(path) for path in sorted(folder.iterdir()) if path.is_dir()}
    by_class = {name: paths for name, paths in by_class.items() if paths}
    if alone and by_class:
        raise InputError(
            f"column path: {row.path!r} holds images beside class folders ({', '.join(by_class)}); sort them into one"
        )
    if by_class and row.label is not None:
        raise InputError(f"column class: {row.label!r}, but {row.path!r} has class folders; leave the cell empty")
    if not alone and not by_class:
        raise InputError(f"column path: {row.path!r} holds no image ({', '.join(SUFFIXES)})")
    named = [(path, _class_of(name, row)) for name in by_class for path in by_class[name]]
    return [(path, row.label) for path in alone] + named


def _class_of(folder: str, row: SheetRow) -> str:
    if not (name := plain_name(folder)):
        raise InputError(f"column path: the class folder {folder!r} of {row.path!r} has no letter of A to Z; rename it")
    return name


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _images(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and path.suffix.casefold() in SUFFIXES)
