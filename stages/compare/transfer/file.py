"""The file of transfers: small JSON that a person can read, and all that a prediction needs."""

import json
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from stages.common.base.errors import InputError
from stages.common.base.files import write_json
from stages.common.base.parameters import Block
from stages.compare.transfer.model import Transfer


class TransferFile(Block):
    """`origin`: whether the samples were measured or simulated."""

    version: Literal[1] = 1
    origin: str
    transfers: list[Transfer]


def write_transfers(path: str | Path, transfers: list[Transfer], origin: str) -> None:
    write_json(path, TransferFile(origin=origin, transfers=transfers).model_dump())


def read_transfers(path: str | Path) -> TransferFile:
    """Raises InputError with the place in the file and what is wrong there."""
    try:
        return TransferFile.model_validate(json.loads(Path(path).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise InputError(f"{path}: not found; the compare stage writes metrics/transfer.json") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable as JSON: {error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise InputError(f"{path}: no file of transfers: {place}: {first['msg']}") from None
