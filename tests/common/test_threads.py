"""Work in one-thread workers: in order, not too far ahead, errors told."""

import os
import subprocess
import sys
import time

import pytest

from stages.common.base.threads import cores, in_order


def test_results_come_in_order_whoever_is_first():
    def slower_at_first(number):
        time.sleep(0.02 if number % 3 == 0 else 0)
        return number**2

    assert list(in_order(slower_at_first, range(20), 3)) == [number**2 for number in range(20)]
    assert list(in_order(slower_at_first, [], 3)) == []


def test_nothing_runs_far_ahead_of_the_one_who_asks():
    begun = []
    results = in_order(begun.append, iter(range(100)), 2)
    next(results)
    time.sleep(0.1)
    assert len(begun) <= 5
    results.close()
    assert len(begun) <= 5


def test_an_error_reaches_the_one_who_asks():
    with pytest.raises(ZeroDivisionError):
        list(in_order(lambda number: 1 // number, [1, 0, 2], 2))


def test_cores_are_those_that_the_process_may_use():
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert cores() == 1
    finally:
        os.sched_setaffinity(0, allowed)
    assert cores() == len(allowed)


def test_libraries_compute_on_one_thread_whatever_the_environment_says():
    code = """
import numpy, torch, threadpoolctl
from stages.common.base.errors import run
from stages.common.base.threads import threads
def main():
    counts = [torch.get_num_threads(), threads(1).submit(torch.get_num_threads).result()]
    print(set(counts) | {pool["num_threads"] for pool in threadpoolctl.threadpool_info()})
run(main)
"""
    environment = os.environ | {"OMP_NUM_THREADS": "4", "OPENBLAS_NUM_THREADS": "4"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "{1}\n"
