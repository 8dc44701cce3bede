"""What `make` tells a person: before anything is installed, and when the page is there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]


@pytest.fixture
def project(tmp_path):
    """A copy of what make reads, without an environment."""
    for name in ("Makefile", "dvc.yaml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "params", tmp_path / "params")
    return tmp_path


@pytest.fixture
def installed(project):
    """The same with an environment whose `python` says how it was called."""
    write_program(project / ".venv/bin/python", 'echo "python $*"')
    write_program(
        project / ".venv/bin/dvc", 'echo "Running stage: $*"; echo "Use \\`dvc push\\` to send your updates."'
    )
    (project / ".venv/installed").touch()
    return project


def write_program(path: Path, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def make(folder: Path, *words: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *words], cwd=folder, env=environment, capture_output=True, text=True)


def refused(folder: Path, *words: str) -> str:
    """What make says when it does nothing."""
    done = make(folder, *words)
    assert done.returncode
    assert done.stdout == ""
    assert not (folder / ".venv").exists()
    return done.stderr.splitlines()[0]


def test_a_misspelt_scale_lists_the_scales(project):
    known = " ".join(sorted(path.stem for path in (ROOT / "params").glob("*.yaml")))
    assert refused(project, "scale", "SCALE=papper") == f"error: there is no scale papper; there are: {known}"


@pytest.mark.parametrize("words", [(), ("STAGE=splitt",), ("STAGE=splitt@protein",)])
def test_an_unknown_stage_lists_the_stages(project, words):
    known = " ".join(yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"])
    sentence = f"error: name a stage: make stage STAGE=split; there are: {known}"
    assert refused(project, "stage", *words) == sentence


def test_no_python_ends_in_a_sentence(project):
    assert refused(project, "repro", "PYTHON=no-such-python").startswith("error: no-such-python isn't Python 3.11 or")


def test_an_older_python_ends_in_a_sentence(project):
    older = f"exec {sys.executable} -c 'import sys; sys.version_info = (3, 10, 14); exec(sys.argv[2])' \"$@\""
    write_program(project / "python3.10", older)
    assert refused(project, "setup", "PYTHON=./python3.10").startswith("error: ./python3.10 isn't Python 3.11 or later")


def test_repro_ends_with_the_page_and_without_advice_to_push(installed):
    lines = make(installed, "repro").stdout.splitlines()
    assert "python -m stages.common.params" in lines
    assert "Running stage: repro report" in lines
    assert lines[-1] == f"The page: {installed}/report/index.html"
    assert not any(line.startswith("Use") for line in lines)


def test_a_pipeline_that_fails_fails_make(installed):
    write_program(installed / ".venv/bin/dvc", "echo failed; exit 3")
    done = make(installed, "repro")
    assert done.returncode
    assert "The page" not in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("stage", "STAGE=split"), "Running stage: repro split"),
        (("stage", "STAGE=train_ddpm@air_bubble"), "Running stage: repro train_ddpm@air_bubble"),
        (("page",), "Running stage: repro --single-item report"),
        (("check",), "python -m stages.ingest --check"),
        (("check", "SHEET=mine.csv"), "python -m stages.ingest --check mine.csv"),
        (("scale", "SCALE=tiny"), "python -m stages.common.scale params/tiny.yaml"),
    ],
)
def test_a_part_runs_alone(installed, words, said):
    done = make(installed, *words)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout.splitlines()


def test_help_lists_the_ways_to_run_a_part(project):
    listed = {line.split("\t")[0] for line in make(project, "help").stdout.splitlines()}
    assert {"repro", "test", "check", "page", "stage", "scale"} <= listed
