"""The table of formats: one module each, with recognises(path), survey(row, root) and read(row, root)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from stages.common.base.errors import InputError
from stages.reading.exports.archive import unpacked
from stages.reading.exports.crops import reader as crops
from stages.reading.exports.files.paths import below
from stages.reading.exports.files.table_files import SUFFIXES
from stages.reading.exports.flowcam import reader as flowcam
from stages.reading.exports.generic import reader as generic
from stages.reading.exports.mfi import reader as mfi
from stages.reading.exports.rows.export import Export, Piece, Survey
from stages.reading.exports.sheet.row import SheetRow, contradictions
from stages.reading.exports.unrecognised import table_told
from stages.reading.exports.visualspreadsheet import reader as visualspreadsheet

# In the order in which a folder is asked: a FlowCam's run folder holds a VisualSpreadsheet table as well.
READERS = {
    "flowcam": flowcam,
    "mfi": mfi,
    "visualspreadsheet": visualspreadsheet,
    "crops": crops,
    "generic": generic,
}


@contextmanager
def opened(row: SheetRow, root: Path) -> Iterator[tuple[SheetRow, Path]]:
    """The row with its format, and the exports folder to read it from: `root`, or what a zip holds while it is read."""
    with unpacked(row, root) as (inside, within):
        yield with_format(inside, within), within


def with_format(row: SheetRow, root: Path) -> SheetRow:
    """The row with its format; one that the sheet leaves empty is recognised from the files at the row's path."""
    if row.format:
        return row
    path = below(root, root / row.path)
    if not path.exists():
        raise InputError(f"column path: {row.path!r} is not there")
    with _told(row):
        name = next((name for name, reader in READERS.items() if reader.recognises(path)), None)
    if name is None:
        raise InputError(
            f"column format: empty, and no format is recognised in {row.path!r} ({_held(path)}); "
            f"write one of {', '.join(READERS)}"
        )
    row = row.model_copy(update={"format": name})
    for column, what in contradictions(row, list(READERS), labelled=True):
        raise InputError(f"column {column}: {what}")
    return row


def _held(path: Path) -> str:
    """What is at `path`, where no format is recognised."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    texts = [file for file in files if file.suffix.casefold() in SUFFIXES and file.is_file()]
    if told := next((told for file in texts if (told := table_told(file))), None):
        return told
    return ", ".join(file.name for file in files[:5]) or "an empty folder"


def read(row: SheetRow, root: Path) -> Export:
    """Read the run of a row whose format is known. Raises InputError when the run as a whole can't be read, here or
    between two pieces."""
    with _told(row):
        export = READERS[row.format].read(row, root)
    return replace(export, pieces=_pieces(row, export))


def _pieces(row: SheetRow, export: Export) -> Iterator[Piece]:
    with _told(row):
        yield from export.pieces


def survey(row: SheetRow, root: Path) -> Survey:
    """What `read` would find, without its images."""
    with _told(row):
        return READERS[row.format].survey(row, root)


@contextmanager
def _told(row: SheetRow) -> Iterator[None]:
    """A file or folder that the system refuses to open is the user's to mend."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{Path(error.filename or row.path).name}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:  # that it is text was known before
        raise InputError(f"{row.path}: a table changed while it was read; wait until the export is finished") from None
