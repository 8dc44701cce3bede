"""The files of one export: each is checked to lie below the exports folder, read once, and remembered by digest."""

from pathlib import Path

from stages.common import fingerprint
from stages.common.errors import InputError
from stages.ingest.paths import below


class Sources:
    """Reads files of the export in `folder`, which lies below the exports folder `root`."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root.resolve()
        self.folder = below(root, folder)
        self._digests: dict[str, str] = {}

    def name(self, path: Path) -> str:
        """`path` as it is told to the user: relative to the export's folder, or to the exports folder beside it."""
        start = self.folder if path.is_relative_to(self.folder) else self.root
        return path.relative_to(start).as_posix()

    def read(self, path: Path) -> bytes:
        below(self.root, path)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"{self.name(path)}: can't be read: {error.strerror}") from None
        self._digests[self.name(path)] = fingerprint.of_bytes(content)
        return content

    def read_text(self, path: Path) -> str:
        """UTF-8, or Latin-1 as VisualSpreadsheet writes it. Any kind of line end becomes a newline."""
        content = self.read(path)
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def digest(self) -> str:
        """One digest of names and contents of all files that were read."""
        return fingerprint.of_bytes(*(part.encode() for item in sorted(self._digests.items()) for part in item))
