"""A copy of the project in a repository of its own, and commands run in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
RESULTS = ("metrics/", "plots/", "dvc.lock")


def call(command: list[str], folder: Path) -> str:
    """Run `command` in `folder` with this interpreter first on the path; return what it printed, fail on an error."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"PATH": path, "PIPELINE_SCRATCH": str(folder / ".scratch")},
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
