"""Where a run's answer goes: a folder with the run's name, which stays that run's."""

import re
from itertools import count
from pathlib import Path

from stages.common.base.files import read_json

RECORD = "answer.json"
RESERVED = "runs"  # no run may be called so in a sample sheet


def place_of(path: Path, out: Path) -> Path:
    """The folder in `out` for the run at `path`: named like it, and numbered where another run has the name."""
    names = (plain_name(path) + (f"-{number}" if number > 1 else "") for number in count(1))
    return next(out / name for name in names if belongs(out / name, path))


def plain_name(path: Path) -> str:
    """The last part of `path` in letters, digits, point, hyphen and underscore.

    >>> plain_name(Path("day 1/Sample 7 (2)"))
    'Sample-7-2'
    """
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", path.absolute().name).strip("-.")
    return name if name and name.casefold() != RESERVED else f"run-{name}".strip("-")


def belongs(folder: Path, path: Path) -> bool:
    """Whether `folder` holds an answer for the run at `path`, or nothing yet."""
    record = record_of(folder)
    return not folder.exists() if record is None else record["path"] == str(path.resolve())


def record_of(folder: Path) -> dict | None:
    """What an answer's folder says of itself; None when it is none."""
    try:
        return read_json(folder / RECORD)
    except (OSError, ValueError):
        return None
