"""The particle table of a folder: the one text file whose header a format knows."""

from collections.abc import Callable
from pathlib import Path

from stages.common.base.errors import InputError
from stages.reading.exports.files.paths import below
from stages.reading.exports.files.text import as_text
from stages.reading.exports.sheet.row import SheetRow

SUFFIXES = (".csv", ".txt", ".tsv")
HEAD = 1 << 18  # bytes that are searched for a header

HeaderLine = Callable[[list[str]], tuple[int, str] | None]


def table_files(path: Path, header_line: HeaderLine) -> list[Path]:
    """`path` itself or the files in it that hold a header which `header_line` knows."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return [file for file in files if file.suffix.casefold() in SUFFIXES and _has_header(file, header_line)]


def only_table(row: SheetRow, root: Path, header_line: HeaderLine, what: str) -> Path:
    """The table that the sheet's `row` names, or the only one in the folder that it names."""
    path = below(root, root / row.path)
    if path.is_file():
        return path
    if not path.is_dir():
        raise InputError(f"column path: {row.path!r} is not there")
    found = table_files(path, header_line)
    if len(found) != 1:
        names = ", ".join(item.name for item in found) or f"none is {what}"
        raise InputError(
            f"column path: {row.path!r} holds {len(found)} particle tables ({names}); name the table itself"
        )
    return found[0]


def _has_header(file: Path, header_line: HeaderLine) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        head = opened.read(HEAD)
    try:
        return header_line(as_text(head, file.name).split("\n")) is not None
    except InputError:
        return False
