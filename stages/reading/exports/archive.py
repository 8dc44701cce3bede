"""An export in a zip is read as the folder that was packed: unpacked, within bounds, for as long as it is read."""

import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile, ZipInfo

from stages.common.base.errors import InputError
from stages.common.unfinished.scratch import scratch_folder
from stages.reading.exports.files.paths import below, same_name
from stages.reading.exports.sheet.row import SheetRow

ZIP = ".zip"
# A run of a day is far below these; what is made to fill a disk is far above. The ratio is asked of all files together.
MOST_FILES = 200_000
MOST_BYTES = 64 << 30
MOST_RATIO, ALWAYS = 200, 64 << 20
MAC = "__MACOSX"  # a Mac packs its own notes beside the files


@contextmanager
def unpacked(row: SheetRow, root: Path) -> Iterator[tuple[SheetRow, Path]]:
    """The row, and the folder below which its path lies: `root`, or, where the path is a zip, one with what it holds.

    Raises InputError for a zip that `folder_of` refuses.
    """
    path = below(root, root / row.path)
    if not is_zip(path):
        yield row, root
        return
    with folder_of(path) as folder:
        yield row.model_copy(update={"path": folder.name}), folder.parent


def is_zip(path: Path) -> bool:
    return path.suffix.casefold() == ZIP and path.is_file()


@contextmanager
def folder_of(path: Path) -> Iterator[Path]:
    """The folder that was packed as the zip `path`, for a while. An archive in an archive stays packed.

    Raises InputError for a zip that is damaged, encrypted or too large when unpacked, and for one that holds links,
    names that lead out of it or two of the same name.
    """
    scratch_folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="unpacked-", dir=scratch_folder()) as temporary:
        folder = Path(temporary).resolve() / path.stem
        try:
            _unpack(path, folder)
        except (BadZipFile, NotImplementedError, EOFError) as error:
            raise InputError(f"{path.name}: not a whole zip ({error}); pack it again") from None
        except OSError as error:
            raise InputError(f"{path.name}: can't be unpacked in {scratch_folder()}: {error.strerror}") from None
        yield _only_folder(folder)


def _unpack(path: Path, folder: Path) -> None:
    with ZipFile(path) as archive:
        members = [member for member in archive.infolist() if PurePosixPath(member.filename).parts[:1] != (MAC,)]
        for member in members:
            if told := _unfit(member):
                raise InputError(f"{path.name}: {member.filename[:80]!r} {told}; pack the run's folder anew")
        _within_bounds(path, members)
        folder.mkdir()
        for member in members:
            # No more is written than the entry says that it holds.
            archive.extract(member, folder)


def _unfit(member: ZipInfo) -> str | None:
    """Why an entry can't be unpacked."""
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ":" in name or ".." in PurePosixPath(name).parts:
        return "leads out of the archive"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link"
    return "is encrypted" if member.flag_bits & 1 else None


def _within_bounds(path: Path, members: list[ZipInfo]) -> None:
    names = [same_name(member.filename) for member in members]
    size = sum(member.file_size for member in members)
    packed = path.stat().st_size
    free = shutil.disk_usage(scratch_folder()).free
    if len(members) > MOST_FILES:
        raise InputError(
            f"{path.name}: holds {len(members)} files, more than {MOST_FILES}; unpack it, and name its folder"
        )
    if size > MOST_BYTES or size > max(ALWAYS, MOST_RATIO * packed):
        raise InputError(
            f"{path.name}: {packed} bytes that would become {size}, more than an export's do; if it is one, unpack it, "
            "and name its folder"
        )
    if size > free:
        raise InputError(f"{path.name}: needs {size} bytes unpacked, the disk of {scratch_folder()} has {free} left")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"{path.name}: holds {twice[:80]!r} twice; pack the run's folder anew")


def _only_folder(folder: Path) -> Path:
    """The folder that was packed as a whole, else `folder`."""
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder
