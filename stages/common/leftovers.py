"""Runs that were cut off and never gone on with: `python -m stages.common.leftovers [--clear]`.

Lists them with age and size, and zips that were being read; `--clear` removes them all, so don't say it while a run is
under way. What ingest keeps to read unchanged exports only once is left alone.
"""

import shutil
import sys
import time
from pathlib import Path

from stages.common.base.errors import InputError, run
from stages.common.unfinished.fingerprint import of_code, rooms_of
from stages.common.unfinished.key import Key
from stages.common.unfinished.scratch import scratch_folder, unfinished

UNPACKED = "unpacked-*"  # folders of zips, while they are read


def main() -> None:
    if sys.argv[1:] not in ([], ["--clear"]):
        raise InputError("expected no word or --clear: python -m stages.common.leftovers [--clear]")
    lines = {folder: described(folder, key) for folder, key in unfinished().items()}
    for folder in sorted(scratch_folder().glob(UNPACKED)):
        lines[folder] = _line("a zip", "unpacked to be read", folder)
    for folder, line in lines.items():
        print(line)
        if sys.argv[1:]:
            shutil.rmtree(folder)
    if not lines:
        print(f"no unfinished runs in {scratch_folder()}")
    elif sys.argv[1:]:
        print(f"{len(lines)} removed")


def described(folder: Path, key: Key) -> str:
    """A line: stage, name, age, size, and whether the code alone keeps the run from being gone on with."""
    return _line(key.stage, key.name, folder) + ("" if _current(key) else "  of other code: can't be gone on with")


def _line(stage: str, name: str, folder: Path) -> str:
    files = [path.stat() for path in [folder, *folder.rglob("*")]]
    hours = (time.time() - max(file.st_mtime for file in files)) / 3600
    mebibytes = sum(file.st_size for file in files) / 2**20
    return f"{stage:12} {name:28} {hours:7.1f} h old {mebibytes:8.1f} MiB  {folder}"


def _current(key: Key) -> bool:
    try:
        return key.decisive.get("code") == of_code(rooms_of(key.stage))
    except KeyError:
        return False


if __name__ == "__main__":
    run(main)
