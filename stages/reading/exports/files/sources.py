"""The files of one export: each is checked to lie below the exports folder, read, and remembered by digest."""

import hashlib
from pathlib import Path
from threading import Lock

import numpy as np

from stages.common.base.errors import InputError
from stages.common.unfinished import fingerprint
from stages.reading.exports.files.depth import evident_bits
from stages.reading.exports.files.images import decode
from stages.reading.exports.files.paths import below, sibling
from stages.reading.exports.files.text import Encoding, Text, as_text

CHUNK = 1 << 20


class Sources:
    """Reads files of the export in `folder`, which lies below the exports folder `root`.

    bits: of the levels of deep images, as the sheet states them; None: as they are evident.
    """

    def __init__(self, root: Path, folder: Path, bits: int | None = None) -> None:
        self.root = root.resolve()
        self.folder = below(root, folder)
        self.outside = False  # whether a row named a file that lies elsewhere
        self.evident: tuple[int, int] | None = None  # bits that were evident, and the highest level that told it
        self._bits, self._lock = bits, Lock()
        self._digests: dict[Path, str] = {}
        self._states: dict[Path, tuple[int, int, int]] = {}

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
        self.outside |= not path.is_relative_to(self.folder)
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
            self._states.setdefault(path, state(path))
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"{self.name(path)}: can't be read: {error.strerror}") from None
        self._digests[path] = hashlib.sha256(content).hexdigest()
        return content

    def image(self, path: Path) -> np.ndarray:
        """The pixels of an image file. Raises InputError, which names the file, when it can't be read."""
        content = self.read(path)
        try:
            return decode(content, self._depth)
        except InputError as error:
            raise InputError(f"{self.name(path)}: {error}") from None

    def _depth(self) -> int:
        with self._lock:
            if self._bits is None:
                self.evident = evident_bits(self.folder)
                self._bits = self.evident[0]
            return self._bits

    def read_text(self, path: Path) -> str:
        return as_text(self.read(path), self.name(path))

    def text(self, path: Path) -> Text:
        """A table, which may be large: it is read once for its encoding and digest, and again for its lines."""
        below(self.root, path)
        encoding, digest = Encoding(self.name(path)), hashlib.sha256()
        try:
            self._states.setdefault(path, state(path))
            with path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    digest.update(chunk)
                    encoding.add(chunk)
        except OSError as error:
            raise InputError(f"{self.name(path)}: can't be read: {error.strerror}") from None
        self._digests[path] = digest.hexdigest()
        return Text(path, encoding.told())

    def digest(self) -> str:
        """One digest of names and contents of all files that were read. Raises InputError when one of them has
        changed since."""
        for path, before in self._states.items():
            if not path.exists() or state(path)[:2] != before[:2]:
                raise InputError(f"{self.name(path)} changed while it was read; wait until the export is finished")
        named = sorted((self.name(path), digest) for path, digest in self._digests.items())
        return fingerprint.of_bytes(*(part.encode() for item in named for part in item))

    def read_files(self) -> dict[Path, tuple[tuple[int, int, int], str]]:
        """State before it was read, and digest, of each file that was read."""
        return {path: (self._states[path], digest) for path, digest in self._digests.items()}


def state(path: Path) -> tuple[int, int, int]:
    """Size, time of the last change of the content and of anything, ns."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns
