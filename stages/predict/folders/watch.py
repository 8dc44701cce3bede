"""Which runs in a folder are finished: those of which no file has changed for a while."""

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

EVERY_S = 1.0  # between two looks


def state_of(path: Path) -> str:
    """A digest of names, sizes and times of all files at or below `path`."""
    found = (
        [path]
        if path.is_file()
        else sorted(Path(folder) / name for folder, _, names in os.walk(path) for name in names)
    )
    digest = hashlib.blake2b(digest_size=16)
    for file in found:
        try:
            state = file.stat()
        except FileNotFoundError:  # a temporary file of the instrument's
            continue
        digest.update(
            f"{file.relative_to(path)}\0{state.st_size}\0{state.st_mtime_ns}\0".encode("utf-8", "surrogateescape")
        )
    return digest.hexdigest()


def finished(folder: Path, quiet_s: float, every_s: float = EVERY_S) -> Iterator[list[tuple[Path, str]]]:
    """Again and again the runs in `folder`, each a folder or a file with its state, that have been as they are for
    `quiet_s` seconds by this machine's clock, and that weren't handed on in that state before."""
    since: dict[Path, tuple[str, float]] = {}
    told: dict[Path, str] = {}
    while True:
        now = time.monotonic()
        ready = []
        for path in sorted(path for path in folder.iterdir() if not path.name.startswith(".")):
            state = state_of(path)
            if since.get(path, ("", now))[0] != state:
                since[path] = state, now
            if now - since[path][1] >= quiet_s and told.get(path) != state:
                told[path] = state
                ready.append((path, state))
        yield ready
        time.sleep(every_s)
