"""Answer a question by the pipeline itself: `python -m experiments synthetic-share`, after `make repro`.

A folder here is a question. Its experiment.yaml names the targets of `dvc repro` and the variants, each laid over
params.yaml as a scale is. Every variant is run in a copy of the committed project below .scratch, which shares DVC's
cache, so that only what differs is computed; what it measures goes to results.csv, and its picture to figure.png.
"""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import yaml

from experiments.figures import drawn
from experiments.measures import MEASURES
from stages.common.base.arguments import arguments
from stages.common.base.errors import InputError, run
from stages.common.base.files import write_csv
from stages.common.figures import save
from stages.common.scale import write_scale

ROOT = Path(__file__).parents[1]
QUESTIONS = Path(__file__).parent
SCRATCH = ROOT / ".scratch/experiments"


def copy_of_project(folder: Path) -> None:
    """The committed project in `folder`, with the results that it had there."""
    if not folder.exists():
        _call(["git", "clone", "--quiet", str(ROOT), str(folder)], ROOT)
        _call(["dvc", "cache", "dir", "--local", str(ROOT / ".dvc/cache")], folder)
    _call(["git", "fetch", "--quiet"], folder)
    _call(["git", "reset", "--quiet", "--hard", "origin/HEAD"], folder)
    _call(["dvc", "checkout", "--quiet", "--force", "--allow-missing"], folder)


def _call(command: list[str], folder: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    subprocess.run(command, cwd=folder, check=True, env=os.environ | {"PATH": path})


def run_variant(question: str, name: str, overlay: dict, targets: list[str]) -> Path:
    """The folder in which the variant has been run."""
    folder = SCRATCH / question / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    copy_of_project(folder)
    scale = folder / ".scratch/variant.yaml"
    scale.parent.mkdir(exist_ok=True)
    scale.write_text(yaml.safe_dump(overlay), encoding="utf-8")
    write_scale(scale, folder / "params.yaml")
    _call(["dvc", "repro", "--quiet", *targets], folder)
    return folder


def main() -> None:
    (question,) = arguments("experiments", "question")
    known = sorted(path.parent.name for path in QUESTIONS.glob("*/experiment.yaml"))
    if question not in known:
        raise InputError(f"{question!r} is none of the questions: {', '.join(known)}")
    asked = yaml.safe_load((QUESTIONS / question / "experiment.yaml").read_text(encoding="utf-8"))
    tables = []
    for name, overlay in asked["variants"].items():
        print(f"{question}: {name}", flush=True)
        folder = run_variant(question, str(name), overlay, asked["targets"])
        tables.append(MEASURES[asked["measure"]](folder).assign(variant=str(name)))
    results = pd.concat(tables, ignore_index=True)
    write_csv(QUESTIONS / question / "results.csv", results[["variant", "name", "measure", "value", "low", "high"]])
    save(drawn(results, asked), QUESTIONS / question / "figure.png")


if __name__ == "__main__":
    run(main)
