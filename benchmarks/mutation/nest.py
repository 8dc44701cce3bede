"""Runs pytest in forks of a process that has loaded the libraries, but nothing of the project.

A run is a line of JSON on standard input: the arguments, what to add to the environment, the file that takes the
output, and the seconds that it may take. The answer is its exit status, or null where it was out of time.
"""

import contextlib
import importlib
import json
import os
import signal
import sys
import time

import pytest

LIBRARIES = [
    "jinja2",
    "matplotlib.pyplot",
    "numba",
    "onnxruntime",
    "pandas",
    "PIL.Image",
    "pyarrow.parquet",
    "pydantic",
    "ruamel.yaml",
    "safetensors.torch",
    "scipy.ndimage",
    "scipy.optimize",
    "scipy.stats",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.model_selection",
    "statsmodels.api",
    "torch",
    "torchvision",
]


def main() -> None:
    for library in LIBRARIES:
        importlib.import_module(library)
    for line in sys.stdin:
        print(json.dumps(status_of(json.loads(line))), flush=True)


def status_of(run: dict) -> int | None:
    """The exit status of pytest in a process group of its own, which is ended with it."""
    child = os.fork()
    if child == 0:
        os.setsid()
        os.environ.update(run["environment"])
        output = os.open(run["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(output, stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        status = 1
        try:
            status = int(pytest.main(run["arguments"]))
            sys.stdout.flush()
        finally:
            os._exit(status)
    end = time.monotonic() + run["seconds"]
    try:
        while time.monotonic() < end:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(child, 0)


if __name__ == "__main__":
    main()
