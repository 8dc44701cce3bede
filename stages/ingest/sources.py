"""The files of one export: each is checked to lie below the exports folder, read, and remembered by digest."""

import codecs
from pathlib import Path

from stages.common import fingerprint
from stages.common.errors import InputError
from stages.ingest.paths import below, sibling

UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
START = 64  # bytes in which a text has no NUL unless it is UTF-16 or damaged


class Sources:
    """Reads files of the export in `folder`, which lies below the exports folder `root`."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root.resolve()
        self.folder = below(root, folder)
        self._digests: dict[str, str] = {}
        self._states: dict[Path, tuple[int, int]] = {}

    def name(self, path: Path) -> str:
        """`path` as it is told to the user: relative to the export's folder, or to the exports folder beside it."""
        start = self.folder if path.is_relative_to(self.folder) else self.root
        return path.relative_to(start).as_posix()

    def named(self, folder: Path, name: str) -> Path | None:
        """The file that a row calls `name`, in `folder` or below it; None when it isn't there.

        Raises InputError when the name leads out of the exports folder.
        """
        relative = name.replace("\\", "/")
        path = below(self.root, folder / relative)
        if path.is_file():
            return path
        return sibling(folder, name) if "/" not in relative else None

    def holds(self, folder: Path, name: str) -> bool:
        """Whether `named` finds a file."""
        try:
            return self.named(folder, name) is not None
        except InputError:
            return False

    def read(self, path: Path) -> bytes:
        below(self.root, path)
        try:
            self._states.setdefault(path, _state(path))
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"{self.name(path)}: can't be read: {error.strerror}") from None
        self._digests[self.name(path)] = fingerprint.of_bytes(content)
        return content

    def read_text(self, path: Path) -> str:
        return as_text(self.read(path), self.name(path))

    def digest(self) -> str:
        """One digest of names and contents of all files that were read. Raises InputError when one of them has
        changed since."""
        for path, before in self._states.items():
            if not path.exists() or _state(path) != before:
                raise InputError(f"{self.name(path)} changed while it was read; wait until the export is finished")
        return fingerprint.of_bytes(*(part.encode() for item in sorted(self._digests.items()) for part in item))


def as_text(content: bytes, name: str) -> str:
    """UTF-8, UTF-16 with its mark, or Latin-1 as VisualSpreadsheet writes it; every line end becomes a newline."""
    try:
        text = content.decode("utf-16" if content.startswith(UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        if content.startswith(UTF_16):
            raise InputError(f"{name}: starts as UTF-16 and isn't; copy it again, or save it as UTF-8") from None
        text = content.decode("latin-1")
    if "\0" in text[:START]:
        raise InputError(
            f"{name}, line 1: NUL bytes; the file is damaged, or UTF-16 without its mark: save it as UTF-8"
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _state(path: Path) -> tuple[int, int]:
    """Size and time of the last change, ns."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns
