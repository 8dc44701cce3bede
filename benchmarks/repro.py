"""How long the whole pipeline takes, stage by stage: `python -m benchmarks.repro [SCALE]`.

Copies the project to a temporary folder, writes the scale over params.yaml (none: the default), runs `dvc repro`
there and compares with the 10 minutes that an idle two-core machine is meant to need. Beside each stage stands how long
its processes took to import what they compute with, and what DVC adds: the time between a stage's processes.
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
TARGET_MINUTES = 10.0
RUNNING = re.compile(r"Running stage '([\w-]+)")
# Runs a stage's program as `python -m` does and notes when it began, had imported all and ended.
NOTING = """#!{python}
import os, runpy, sys, time
begun = time.time()
module = sys.argv[2]
sys.argv = sys.argv[2:]
sys.path.insert(0, os.getcwd())
from stages.common.base import errors
run = errors.run
def noted(main):
    imported = time.time()
    try:
        run(main)
    finally:
        with open({notes!r}, "a") as file:
            print(module.removeprefix("stages."), begun, imported, time.time(), file=file)
errors.run = noted
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""


def timed_stages(folder: Path, tools: Path) -> tuple[dict[str, float], dict[str, float], float]:
    """Seconds of each stage (a foreach's or matrix's items added up), of importing in them and of DVC's own, and of the
    whole `dvc repro`."""
    notes = tools / "notes"
    program = tools / "python"
    program.write_text(NOTING.format(python=sys.executable, notes=str(notes)), encoding="utf-8")
    program.chmod(0o755)
    path = os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ["PATH"]])
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
    return seconds, overhead(notes, end - start), end - start


def overhead(notes: Path, total: float) -> dict[str, float]:
    """What `total` seconds hold beside computing: imports at the start of the stages' processes, and all outside of
    these."""
    rows = [line.split()[1:] for line in notes.read_text(encoding="utf-8").splitlines()]
    times = [tuple(map(float, row)) for row in rows]
    inside = sum(ended - begun for begun, _, ended in times)
    return {"importing": sum(imported - begun for begun, imported, _ in times), "dvc": total - inside}


def main() -> None:
    scale = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as tools:
        copy_project(Path(folder), scale)
        seconds, beside, total = timed_stages(Path(folder), Path(tools))
    minutes = total / 60
    for stage, spent in seconds.items():
        print(f"{stage:16} {spent:7.1f} s {100 * spent / total:5.1f} %")
    for name, spent in beside.items():
        print(f"of that {name:10} {spent:5.1f} s {100 * spent / total:5.1f} %")
    print(f"{'all':16} {total:7.1f} s, {minutes / TARGET_MINUTES:.2f} of the {TARGET_MINUTES:g} minutes meant")
    write_result(
        "repro",
        {"minutes": round(minutes, 2), "share_of_target": round(minutes / TARGET_MINUTES, 3)},
        ("dvc", "torch", "numpy"),
        seconds_by_stage={stage: round(spent, 1) for stage, spent in seconds.items()},
        seconds_beside_computing={name: round(spent, 1) for name, spent in beside.items()},
        scale=scale or "default",
    )


if __name__ == "__main__":
    main()
