"""Where an unfinished run keeps what it needs to go on: "to resume, run the same command again".

The folder is no output of any stage. It is named by the digest of a key of settings, inputs and code, so a stale
checkpoint is never picked up, and it is deleted once the stage has written its results. The key lies in it, so that a
run can say why it doesn't go on with another one's. (Ingest alone keeps its runs there, to read only those that
changed.)
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stages.common.base.files import write_text
from stages.common.unfinished.key import Key

KEY = "key.json"
NAMED = 5  # differences that are told


def scratch_folder() -> Path:
    """PIPELINE_SCRATCH names another place than `.scratch`, for runs in a temporary copy of the workspace."""
    return Path(os.environ.get("PIPELINE_SCRATCH", ".scratch"))


def folder_of(key: Key) -> Path:
    """Where the run of `key` keeps its state; it may not be there yet."""
    return scratch_folder() / key.digest


@contextmanager
def scratch(key: Key, taker: str = "", takers: Iterable[str] = ()) -> Iterator[Path]:
    """Yield the folder of the run of `key`; remove it on success, keep it on an error or Ctrl-C.

    Where several `takers` want the result of the same run, each calls for itself, `taker`, and the last one removes it.
    """
    folder = folder_of(key)
    if not (folder / KEY).exists():
        for place, other in unfinished().items():
            if (other.stage, other.name) == (key.stage, key.name):
                print(_why_not(key, place, other), flush=True)
        write_text(folder / KEY, key.text)
    yield folder
    if taker:
        (folder / f"taken-{taker}").touch()
    if all((folder / f"taken-{other}").exists() for other in takers):
        shutil.rmtree(folder)


def unfinished() -> dict[Path, Key]:
    """The runs that were cut off, by their folders."""
    found = {}
    for record in sorted(scratch_folder().glob(f"*/{KEY}")):
        with suppress(ValueError, KeyError, TypeError):
            found[record.parent] = Key.read(record.read_text(encoding="utf-8"))
    return found


def _why_not(key: Key, place: Path, other: Key) -> str:
    names = key.differing(other)
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return (
        f"{key.name}: the unfinished run in {place} is not gone on with: other {', '.join(names[:NAMED])}{more}. "
        "This one begins anew (`make scratch` lists unfinished runs)"
    )
