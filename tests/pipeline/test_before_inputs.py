"""A stage that is run before its inputs exist says so in a sentence, and leaves nothing behind."""

import shlex
import shutil
import subprocess
import sys

import pytest
import yaml

from tests.pipeline.project import ROOT

COMMANDS = {
    "ingest": "",
    "normalize": "",
    "split": "",
    "diffusion.training": "silicone_oil",
    "diffusion.generating": "silicone_oil",
    "diffusion.judging": "silicone_oil",
    "assemble": "real-0",
    "classify.training": "real-0 light",
    "classify.evaluating": "real-0 light",
    "classify.table": "",
    "predict.packing": "",
    "predict.predicting": "",
    "compare.calling": "",
    "compare": "",
    "review.headline": "",
    "report": "",
}


def said_by(folder, program: str, *words: str) -> str:
    """What the program says in an empty folder with the project's parameters; it must be one sentence."""
    shutil.copy(ROOT / "params.yaml", folder)
    command = [sys.executable, "-m", f"stages.{program}", *words]
    done = subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("error: ") and len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


def test_every_program_of_the_graph_is_tried():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"].values()
    programs = {shlex.split(stage.get("do", stage)["cmd"])[2].removeprefix("stages.") for stage in stages}
    assert programs == {*COMMANDS, "simulate"}


@pytest.mark.parametrize("program", COMMANDS)
def test_it_ends_in_a_sentence(tmp_path, program):
    said = said_by(tmp_path, program, *COMMANDS[program].split())
    assert "not there" in said
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["params.yaml"]


@pytest.mark.parametrize("program", [name for name, words in COMMANDS.items() if words])
def test_a_missing_word_is_told(tmp_path, program):
    assert f"python -m stages.{program} <" in said_by(tmp_path, program)
