"""Where an unfinished run keeps what it needs to go on: "to resume, run the same command again".

The folder is no output of any stage. It is keyed by a fingerprint of parameters, inputs and code, so a stale
checkpoint is never picked up, and it is deleted once the stage has written its results. (Ingest alone keeps its runs
there, to read only those that changed.)
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def scratch_folder() -> Path:
    """PIPELINE_SCRATCH names another place than `.scratch`, for runs in a temporary copy of the workspace."""
    return Path(os.environ.get("PIPELINE_SCRATCH", ".scratch"))


def folder_of(fingerprint: str) -> Path:
    """Where the run `fingerprint` keeps its state; it may not be there yet."""
    return scratch_folder() / fingerprint


@contextmanager
def scratch(fingerprint: str) -> Iterator[Path]:
    """Yield the folder of the run `fingerprint`; remove it on success, keep it on an error or Ctrl-C."""
    folder = folder_of(fingerprint)
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    shutil.rmtree(folder)
