"""Write a file whole or not at all: to a temporary name beside it, then replaced."""

import glob
import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from stages.common.base.exchange import FORMER, exchange


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path; on success it replaces `path`, on any error (Ctrl-C too) it is removed.

    The temporary file lies in the same folder, so that the replacement is one rename on one file system.
    """
    path = _ready(path)
    handle, name = tempfile.mkstemp(prefix=_prefix(path), suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: str | Path) -> Iterator[Path]:
    """Yield a temporary folder; on success it replaces the folder `path` whole, on any error it is removed."""
    path = _ready(path)
    temporary = Path(tempfile.mkdtemp(prefix=_prefix(path), dir=path.parent))
    try:
        yield temporary
        temporary.chmod(0o755)
        if path.exists():
            exchange(temporary, path)
        else:
            os.replace(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _ready(path: str | Path) -> Path:
    """`path`, its folder made; what a killed process left beside it is put back where it was taken from, or removed."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{glob.escape(path.name)}.*"):
        process = re.fullmatch(rf"\.{re.escape(path.name)}\.(\d+)\.\w+(\.\w+)?", left.name)
        if process and not _runs(int(process[1])):
            if left.suffix == FORMER and not path.exists():
                left.rename(path)
            elif left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink(missing_ok=True)
    return path


def _prefix(path: Path) -> str:
    return f".{path.name}.{os.getpid()}."


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def write_json(path: str | Path, value: dict) -> None:
    """Write `value` as indented JSON. NaN is refused: `dvc metrics diff` would show it as changed each time."""
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(_rounded(value), indent=2, allow_nan=False) + "\n", encoding="utf-8")


def read_json(path: str | Path) -> dict:
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write_csv(path: str | Path, table: pd.DataFrame) -> None:
    """Write `table` without its index, floats to six significant digits."""
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")


def write_parquet(path: str | Path, table: pd.DataFrame) -> None:
    with replacing(path) as temporary:
        table.to_parquet(temporary, index=False, compression="zstd")


def write_text(path: str | Path, text: str) -> None:
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _rounded(value):
    """Six significant digits: enough for any claim made here, and stable to read in a diff."""
    if isinstance(value, dict):
        return {str(key): _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and math.isfinite(value):
        return float(f"{value:.6g}")
    return value
