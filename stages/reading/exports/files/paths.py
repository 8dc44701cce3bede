"""Paths that a sheet or an export names: none may lead out of the exports folder."""

import re
import unicodedata
from pathlib import Path

from stages.common.base.errors import InputError


def below(root: Path, path: Path) -> Path:
    """`path` with links and `..` resolved. Raises InputError when it leads out of the folder `root`, or can't be a
    path at all."""
    try:
        resolved = path.resolve()
        if not resolved.exists():
            resolved = _under_other_forms(root.resolve(), resolved)
    except (OSError, ValueError, RuntimeError):
        raise InputError(f"{path.name[:80]!r} can't be a file's name") from None
    if not resolved.is_relative_to(root.resolve()):
        raise InputError(
            f"{path.name!r} leads out of the exports folder; keep all files below it, or point ingest.exports higher"
        )
    return resolved


def same_name(name: str) -> str:
    """A name without regard to case, and to how its accents are encoded: a Mac composes them otherwise."""
    return unicodedata.normalize("NFC", name).casefold()


def plain_name(name: str) -> str:
    """`name` as a file and a stage can bear it: "Silicone oil" is Silicone-oil. Empty where no sign of it is plain."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", unicodedata.normalize("NFC", name)).strip("-.")


def _under_other_forms(root: Path, path: Path) -> Path:
    """`path` under the names that its folders and file have below `root`, where those are the same but for the encoding
    of accents; else as it is."""
    if not path.is_relative_to(root):
        return path
    found = root
    for part in path.relative_to(root).parts:
        same = [found / part]
        if not same[0].exists() and found.is_dir():
            composed = unicodedata.normalize("NFC", part)
            same = [item for item in found.iterdir() if unicodedata.normalize("NFC", item.name) == composed]
        if len(same) != 1:
            return path
        found = same[0]
    return found.resolve()


def sibling(folder: Path, name: str) -> Path | None:
    """The file `name` in `folder`, whatever its case: Windows wrote the export, Linux may read it."""
    try:
        if (folder / name).is_file():
            return folder / name
    except (OSError, ValueError):  # no file can have such a name
        return None
    found = [path for path in folder.iterdir() if path.is_file() and same_name(path.name) == same_name(name)]
    return found[0] if len(found) == 1 else None


def only_file(folder: Path, suffix: str) -> Path | None:
    """The one file in `folder` that ends on `suffix` (any case); None when there is none or more than one."""
    found = [path for path in folder.iterdir() if path.is_file() and path.suffix.casefold() == suffix]
    return found[0] if len(found) == 1 else None
