"""Answer the runs of a folder as the instrument finishes them."""

import sys
from pathlib import Path

from stages.common.base.errors import InputError
from stages.predict.folders.answer import answer_run
from stages.predict.folders.given import Given
from stages.predict.folders.names import place_of, record_of
from stages.predict.folders.watch import finished
from stages.predict.model.model import Model


def answer_finished(folder: Path, out: Path, given: Given, model: Model, quiet_s: float) -> None:
    """Answer each run in `folder` once, until the process is stopped. One that can't be read is told, and tried again
    when it has changed. Raises InputError when the folder isn't there, or `out` lies in it."""
    if not folder.is_dir():
        raise InputError(f"{folder}: not there; name the folder that the instrument writes its runs to")
    if out.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{out}: lies in {folder}, so that answers would be taken for runs; choose another --out")
    for ready in finished(folder, quiet_s):
        for path, state in ready:
            if not answered(path, state, out, model):
                try:
                    answer_run(path, out, given, model)
                except InputError as error:
                    print(f"not answered: {error}", file=sys.stderr, flush=True)


def answered(path: Path, state: str, out: Path, model: Model) -> bool:
    """Whether the run at `path`, in that state, has its answer by this model."""
    record = record_of(place_of(path, out))
    return record is not None and (record["state"], record["model"]) == (state, model.digest)
