"""One thread for each computation, and several computations beside each other.

Threads that share one matrix product wait for each other at its end: one other busy program makes them a hundred times
slower. Their number changes how sums are rounded, too. So BLAS, OpenMP and torch get one thread, and work is cut into
pieces that don't depend on how many cores there are.
"""

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from threadpoolctl import threadpool_limits

Item = TypeVar("Item")
Result = TypeVar("Result")
VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def one_thread() -> None:
    """Let libraries compute in the thread that calls them: those that are loaded, those that will be, and those of
    processes that this one starts."""
    os.environ.update(dict.fromkeys(VARIABLES, "1"))
    threadpool_limits(1)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def threads(count: int) -> ThreadPoolExecutor:
    """`count` threads for calls into libraries that let other threads run meanwhile, as NumPy, torch and ONNX Runtime
    do; each call computes in its own thread alone."""
    return ThreadPoolExecutor(count, initializer=one_thread)


def in_order(work: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Iterator[Result]:
    """`work` of each of `items`, in their order, by `workers` threads; few results are waiting at any time."""
    waiting: deque = deque()
    with threads(workers) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)
