"""Runs that were read before, kept in the scratch folder so that only what changed is read again.

A kept run is taken only if the sheet's row, its labels, the code and the libraries are the same, the folder of its
export holds files of the same names, and every file that was read, or could be taken for a table, has the same content.
A file of the same size and times isn't read again to tell that.
"""

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from stages.common.base.files import write_text
from stages.common.unfinished import fingerprint
from stages.common.unfinished.scratch import scratch_folder
from stages.ingest.written.write import Written
from stages.reading.exports.files import table_files
from stages.reading.exports.files.sources import Sources, state
from stages.reading.exports.sheet.row import SheetRow

LIBRARIES = ("numpy", "pandas", "pillow", "pyarrow")
RECORD = "record.json"


@dataclass
class Record:
    """What a kept run was made from and what came of it.

    folder: of the export. names: of all in it. files: state and digest of each that counts. results: state of each
    file that was written.
    """

    folder: str
    names: list[str]
    files: dict[str, tuple[list[int], str]]
    results: dict[str, list[int]]
    written: dict


def kept_runs() -> Path:
    """The folder with a folder for each run that is kept."""
    return scratch_folder() / "ingest"


def code_digest() -> str:
    """Of the code and libraries that read a run."""
    versions = json.dumps({name: version(name) for name in LIBRARIES})
    return fingerprint.of_bytes(fingerprint.of_code(fingerprint.rooms_of("ingest")).encode(), versions.encode())


def key_of(row: SheetRow, labels: dict[str, str], root: Path, code: str) -> str:
    """The name of a run's folder: all that decides it but its files. Its line and its note in the sheet don't."""
    told = {"row": row.model_dump(exclude={"line", "note"}), "labels": labels, "root": str(root), "code": code}
    return fingerprint.of_bytes(json.dumps(told, sort_keys=True).encode())


def find(folder: Path) -> Written | None:
    """What was kept in `folder`, if its files are as they were; else None."""
    try:
        record = Record(**json.loads((folder / RECORD).read_text(encoding="utf-8")))
        same = all(list(state(folder / name)[:2]) == was for name, was in record.results.items())
        if not same or names_in(Path(record.folder)) != record.names:
            return None
        now = {name: own for name, was in record.files.items() if (own := _again(Path(name), was))}
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if now.keys() != record.files.keys():
        return None
    if now != record.files:
        record.files = now
        write_text(folder / RECORD, json.dumps(asdict(record)))
    return Written(**record.written)


def keep(folder: Path, sources: Sources, names: list[str] | None, written: Written) -> None:
    """Record in `folder`, which holds the run's results, what they were made from. names: of all in the export's folder
    before it was read.

    Nothing is recorded, so that the run is read anew, when the folder has changed meanwhile, or when it isn't all that
    counts: a row named a file elsewhere, or a folder is a link.
    """
    if sources.outside or names is None or names_in(sources.folder) != names:
        return
    read = sources.read_files()
    files = {str(path): (list(was), digest) for path, (was, digest) in read.items()}
    for path in (sources.folder / name for name in names):
        if path.suffix.casefold() in table_files.SUFFIXES and str(path) not in files and path.is_file():
            files[str(path)] = list(state(path)), _digest(path)
    _record(folder, sources.folder, names, files, written)


def keep_packed(folder: Path, archive: Path, was: tuple[int, int, int], written: Written) -> None:
    """The same for an export that one file holds; it `was` in this state before it was read."""
    if state(archive)[:2] == was[:2]:
        _record(folder, archive, [], {str(archive): (list(was), _digest(archive))}, written)


def _record(folder: Path, export: Path, names: list[str], files: dict, written: Written) -> None:
    results = {path.name: list(state(path)[:2]) for path in sorted(folder.iterdir())}
    record = Record(str(export), names, files, results, asdict(written))
    write_text(folder / RECORD, json.dumps(asdict(record)))


def names_in(folder: Path) -> list[str] | None:
    """The names of all below `folder`; None when a folder there is a link."""
    found: list[str] = []
    for place, folders, files in os.walk(folder):
        if any((Path(place) / name).is_symlink() for name in folders):
            return None
        start = Path(place).relative_to(folder)
        found += [str(start / name) for name in folders + files]
    return sorted(found)


def drop_others(root: Path, used: set[str]) -> None:
    """Remove what was kept of runs that are no longer read."""
    for folder in root.iterdir():
        if folder.name not in used:
            shutil.rmtree(folder, ignore_errors=True)


def hand_over(source: Path, target: Path) -> None:
    """`source` at `target` too: one file under two names where the file system allows it, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _again(path: Path, was: tuple[list[int], str]) -> tuple[list[int], str] | None:
    """State and digest of a file whose content is as it was; None for any other."""
    before, digest = was
    now = list(state(path))
    if now == before:
        return was
    return (now, digest) if now[0] == before[0] and _digest(path) == digest else None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
