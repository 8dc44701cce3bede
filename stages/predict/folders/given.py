"""What a run's export may not tell, and what the sample sheet would: here it stands in the command's options."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import ValidationError

from stages.common.base.errors import InputError
from stages.reading.exports.sheet.row import SheetRow

NEAREST = re.compile(r"\bcolumn (\w+)")


@dataclass(frozen=True)
class Given:
    """Columns of the sample sheet, as text; empty: not given. A format that isn't given is recognised."""

    format: str = ""
    pixel_um: str = ""
    volume_ml: str = ""
    dilution: str = ""
    bits: str = ""
    edited: str = ""
    columns: str = ""
    sample: str = ""


def row_of(path: str, run: str, given: Given) -> SheetRow:
    """The row that a sample sheet would have for the run at `path`. Raises InputError for a cell that is none."""
    told = {"line": 0, "run": run, "platform": "unknown", "path": path, "role": "unlabelled"}
    try:
        return SheetRow(**told, **asdict(given) | {"sample": given.sample or run})
    except ValidationError as error:
        first = error.errors()[0]
        raise InputError(f"column {first['loc'][0]}: {first['input']!r}: {first['msg']}") from None


@contextmanager
def in_words_of_the_command(path: Path) -> Iterator[None]:
    """Errors name `path`, and options in the place of a sample sheet's columns."""
    try:
        yield
    except InputError as error:
        told = NEAREST.sub(lambda found: f"--{found[1].replace('_', '-')}", str(error))
        more = " (options of this command take the place of a sheet's columns)" if "sheet" in told else ""
        raise InputError(f"{path}: {told}{more}") from None
