"""Progress: a bar on a terminal, plain lines elsewhere (a log file, CI)."""

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")
SECONDS_BETWEEN_LINES = 15.0


def progress(items: Iterable[Item], name: str, total: int | None = None, done: int = 0) -> Iterator[Item]:
    """Iterate over `items`, showing how far it got. `done` items of `total` were done by an earlier run."""
    if total is None and isinstance(items, Sized):
        total = done + len(items)
    if sys.stderr.isatty():
        yield from tqdm(items, desc=name, total=total, initial=done, dynamic_ncols=True)
        return
    start = last = time.monotonic()
    of_total = f" of {total}" if total is not None else ""
    for item in items:
        yield item
        done += 1
        now = time.monotonic()
        if now - last >= SECONDS_BETWEEN_LINES:
            print(f"{name}: {done}{of_total}, {now - start:.0f} s", file=sys.stderr, flush=True)
            last = now
    print(f"{name}: {done}{of_total} done, {time.monotonic() - start:.1f} s", file=sys.stderr, flush=True)
