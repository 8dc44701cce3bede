"""A copy of the project in a repository of its own, and commands run in it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RESULTS = ("metrics/", "plots/", "dvc.lock")
RECORDING = Path(__file__).with_name("recording")
LOADED = ".scratch/loaded"


def call(command: list[str], folder: Path, **environment: str) -> str:
    """Run `command` in `folder` with this interpreter first on the path; return what it printed, fail on an error."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PATH": path, "PIPELINE_SCRATCH": str(folder / ".scratch")} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def copy_project(folder: Path, scale: str | None) -> None:
    """The project's own files without results, with a scale (None: the default) over params.yaml, committed."""
    listed = call(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(RESULTS):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    if scale:
        call([sys.executable, "-m", "stages.common.scale", f"params/{scale}.yaml"], folder)
    for command in (
        ["git", "init", "--quiet"],
        ["git", "config", "user.name", "Test"],
        ["git", "config", "user.email", "test@example.org"],
        ["git", "add", "--all"],
        ["git", "commit", "--quiet", "--message", f"Scale {scale or 'default'}"],
    ):
        call(command, folder)


def repro(folder: Path) -> list[str]:
    """Run `dvc repro` and name the stages that ran; the files that each of them loads are noted."""
    recorded = {"PYTHONPATH": str(RECORDING), "LOADED_FILES": str(folder / LOADED)}
    (folder / LOADED).mkdir(parents=True, exist_ok=True)
    return re.findall(r"^Running stage '(.+)':", call(["dvc", "repro"], folder, **recorded), flags=re.MULTILINE)


def loaded_files(folder: Path) -> dict[str, set[str]]:
    """The project's files that each stage loaded when it ran, its workers included."""
    notes = sorted((folder / LOADED).iterdir())
    return {note.name: set(note.read_text(encoding="utf-8").splitlines()) for note in notes}


def within(file: str, room: str) -> bool:
    """Whether `file` is `room` or lies in it."""
    return file == room or file.startswith(f"{room}/")
