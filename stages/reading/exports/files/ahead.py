"""Work that other threads do ahead of the one that needs it, and no more of it than a few pieces."""

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Task = TypeVar("Task")
Loaded = TypeVar("Loaded")

THREADS = 2
AHEAD = 4
KEPT_BYTES = 1 << 26


def ahead(
    tasks: Iterable[tuple[Key | None, Task]], load: Callable[[Key], Loaded], size: Callable[[Loaded], int]
) -> Iterator[tuple[Task, Future[Loaded] | None]]:
    """Each task with what `load` makes of its key, if it has one. Pillow, which decodes most of it, lets other threads
    run meanwhile.

    What was loaded is kept for later tasks with the same key, the last used, up to KEPT_BYTES as `size` tells them.
    """
    waiting: deque[tuple[Key | None, Task, Future[Loaded] | None]] = deque()
    loaded: OrderedDict[Key, Future[Loaded]] = OrderedDict()
    with ThreadPoolExecutor(THREADS) as threads:
        try:
            for key, task in tasks:
                if key is not None:
                    if key not in loaded:
                        loaded[key] = threads.submit(load, key)
                    loaded.move_to_end(key)
                waiting.append((key, task, None if key is None else loaded[key]))
                if len(waiting) > AHEAD:
                    yield waiting.popleft()[1:]
                    _forget(loaded, {item[0] for item in waiting}, size)
            while waiting:
                yield waiting.popleft()[1:]
        finally:
            threads.shutdown(cancel_futures=True)


def _forget(loaded: OrderedDict[Key, Future[Loaded]], needed: set[Key | None], size: Callable[[Loaded], int]) -> None:
    """Let go of what was used longest ago, until the rest is small enough."""
    sizes = {key: size(future.result()) for key, future in loaded.items() if _succeeded(future)}
    total = sum(sizes.values())
    for key in list(loaded):
        failed = loaded[key].done() and key not in sizes
        if key not in needed and (failed or total > KEPT_BYTES):
            total -= sizes.get(key, 0)
            del loaded[key]


def _succeeded(future: Future) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None
