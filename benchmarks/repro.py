"""How long the whole pipeline takes, stage by stage: `python -m benchmarks.repro [SCALE]`.

Copies the project to a temporary folder, writes the scale over params.yaml (none: the default), runs `dvc repro`
there and compares with the 12 minutes that a fresh two-core machine is meant to need.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.result import write_result
from tests.pipeline.project import copy_project

ROOT = Path(__file__).parents[1]
TARGET_MINUTES = 12.0
RUNNING = re.compile(r"Running stage '([\w-]+)")


def timed_stages(folder: Path) -> tuple[dict[str, float], float]:
    """Seconds of each stage (a foreach's or matrix's items added up) and of the whole `dvc repro`."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    seconds: dict[str, float] = {}
    start = last = time.monotonic()
    stage = "start of dvc"
    with subprocess.Popen(
        ["dvc", "repro"], cwd=folder, env=os.environ | {"PATH": path}, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout or ():
            if found := RUNNING.search(line):
                now = time.monotonic()
                seconds[stage] = seconds.get(stage, 0.0) + now - last
                stage, last = found[1], now
    if process.returncode:
        sys.exit(f"dvc repro failed in {folder}")
    end = time.monotonic()
    seconds[stage] = seconds.get(stage, 0.0) + end - last
    return seconds, end - start


def main() -> None:
    scale = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as folder:
        copy_project(Path(folder), scale)
        seconds, total = timed_stages(Path(folder))
    minutes = total / 60
    for stage, spent in seconds.items():
        print(f"{stage:16} {spent:7.1f} s {100 * spent / total:5.1f} %")
    print(f"{'all':16} {total:7.1f} s, {minutes / TARGET_MINUTES:.2f} of the {TARGET_MINUTES:g} minutes meant")
    write_result(
        "repro",
        {"minutes": round(minutes, 2), "share_of_target": round(minutes / TARGET_MINUTES, 3)},
        ("dvc", "torch", "numpy"),
        seconds_by_stage={stage: round(spent, 1) for stage, spent in seconds.items()},
        scale=scale or "default",
    )


if __name__ == "__main__":
    main()
