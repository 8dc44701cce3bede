"""Labels of single particles: a CSV of run, particle and class, or a folder <class>/<run>_<particle>.<ext>.

`particle` is the instrument's own name for it (a GUID, a number), compared without regard to case. A CSV may be one
that the page's second look saved: its column `asked_as` tells, and there a particle called "unsure" keeps its label.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from stages.common.base.errors import InputError
from stages.reading.exports.files.images import SUFFIXES
from stages.reading.exports.files.paths import below, plain_name, same_name
from stages.reading.exports.unrecognised import LABELS as COLUMNS

REVIEWED = "asked_as"  # a column that only a second look's file has
UNSURE = "unsure"


class Labels:
    """Classes by run and particle. `unknown`: labels whose run is not in the sheet, or not named."""

    def __init__(self, runs: list[str]) -> None:
        self.by_run: dict[str, dict[str, str]] = {run: {} for run in runs}
        self.unknown = 0

    def add(self, run: str, particle: str, label: str, where: str) -> None:
        """Raises InputError when the particle has another class already."""
        if run not in self.by_run:
            self.unknown += 1
            return
        first = self.by_run[run].setdefault(same_name(particle), label)
        if first != label:
            raise InputError(
                f"{where}: particle {particle} of run {run} is {label!r} here and {first!r} elsewhere; keep one"
            )

    def over(self, earlier: "Labels") -> "Labels":
        """Both together; where they differ, these and not the `earlier` ones."""
        both = Labels(list(self.by_run))
        both.by_run = {run: earlier.by_run[run] | own for run, own in self.by_run.items()}
        both.unknown = self.unknown + earlier.unknown
        return both


def read_labels(path: Path, root: Path, runs: list[str]) -> Labels:
    """Labels of the runs from the file or folder `path`, which must lie below the exports folder `root`."""
    if not below(root, path).exists():
        raise InputError(f"{path}: the labels are not there; set ingest.labels to a path below ingest.exports, or null")
    labels = Labels(runs)
    for item in _from_folder(path, runs) if path.is_dir() else _from_csv(path):
        labels.add(*item)
    return labels


def read_relabelled(path: Path, runs: list[str]) -> Labels:
    """What a person said of single particles, from a CSV anywhere: the user's own file, no part of an export."""
    if not path.is_file():
        raise InputError(f"{path}: not there; ingest.relabelled names a CSV, of the line {','.join(COLUMNS)} at least")
    labels = Labels(runs)
    for item in _from_csv(path):
        labels.add(*item)
    return labels


class Joined:
    """The labels of one run, as they find their particles. `unknown`: labels that named none of them so far."""

    def __init__(self, labels: dict[str, str]) -> None:
        self._labels = labels
        self._unknown = set(labels)

    @property
    def unknown(self) -> int:
        return len(self._unknown)

    def classes(self, names: list[str], aliases: list[str]) -> list[str | None]:
        """The class of each particle (None: not labelled), by its name or alias."""
        if not self._labels:
            return [None] * len(names)
        self._unknown.difference_update(same_name(name) for name in [*names, *aliases])
        found = [self._labels.get(same_name(name)) for name in names]
        for i, alias in enumerate(aliases):
            found[i] = found[i] or self._labels.get(same_name(alias))
        return found


def _from_csv(path: Path) -> Iterator[tuple[str, str, str, str]]:
    try:
        reader = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8; save the labels as CSV UTF-8") from None
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
    if missing:
        raise InputError(f"{path}, line 1: no column {', '.join(missing)}; expected {', '.join(COLUMNS)}")
    for row in reader:
        cells = [(row[name] or "").strip() for name in COLUMNS]
        for name, cell in zip(COLUMNS, cells, strict=True):
            if not cell:
                raise InputError(f"{path}, line {reader.line_num}, column {name}: empty; fill it in or delete the line")
        run, particle, label = cells
        if label == UNSURE and REVIEWED in (reader.fieldnames or []):
            continue
        where = f"{path}, line {reader.line_num}"
        yield run, particle, _class_of(label, f"{where}, column class"), where


def _from_folder(path: Path, runs: list[str]) -> Iterator[tuple[str, str, str, str]]:
    by_length = sorted(runs, key=len, reverse=True)  # a run's name may begin like another's
    for folder in sorted(item for item in path.iterdir() if item.is_dir()):
        for image in sorted(folder.iterdir()):
            if image.suffix.casefold() in SUFFIXES:
                run = next((name for name in by_length if image.stem.startswith(f"{name}_")), "")
                yield run, image.stem[len(run) + 1 :], _class_of(folder.name, str(image)), str(image)


def _class_of(label: str, where: str) -> str:
    if not (name := plain_name(label)):
        raise InputError(f"{where}: the class {label!r} has no letter of A to Z; rename it")
    return name
