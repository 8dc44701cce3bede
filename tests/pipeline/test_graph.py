"""What `dvc repro` runs at a tiny scale: all, then nothing, then only what depends on the parameter that changed."""

from pathlib import Path

import pytest
from dvc.repo import Repo
from ruamel.yaml import YAML

from tests.pipeline.project import call, loaded_files, repro, within

pytestmark = pytest.mark.graph


def change(folder: Path, *keys: str, by: int | float) -> None:
    """Add `by` to the parameter under `keys`."""
    yaml = YAML()
    content = yaml.load(folder / "params.yaml")
    block = content
    for key in keys[:-1]:
        block = block[key]
    block[keys[-1]] += by
    yaml.dump(content, folder / "params.yaml")


@pytest.fixture(scope="module")
def reproduced(tiny_project) -> Path:
    """The tiny project after a first `dvc repro`, committed."""
    ran = repro(tiny_project)
    assert {"simulate", "ingest", "compare", "report"} <= set(ran)
    assert (tiny_project / "report/index.html").is_file()
    call(["git", "add", "--all"], tiny_project)
    call(["git", "commit", "--quiet", "--message", "First run"], tiny_project)
    return tiny_project


def test_deps_are_exactly_the_rooms_that_a_stage_loads(reproduced):
    """Workers' files too: none is loaded that `deps:` doesn't hold, and every room of `deps:` is used."""
    with Repo(str(reproduced)) as repo:
        deps = {stage.name: [dep.def_path for dep in stage.deps] for stage in repo.index.stages}
    for stage, loaded in loaded_files(reproduced).items():
        rooms = {path for path in deps.pop(stage) if path.startswith("stages/")}
        assert {file for file in loaded if not any(within(file, room) for room in rooms)} == set(), stage
        assert {room for room in rooms if not any(within(file, room) for file in loaded)} == set(), stage
    assert deps == {}


def test_a_second_run_does_nothing(reproduced):
    assert "up to date" in call(["dvc", "repro"], reproduced)
    assert repro(reproduced) == []


def test_an_evaluation_parameter_trains_nothing(reproduced):
    change(reproduced, "evaluate", "prevalence", by=0.001)
    ran = repro(reproduced)
    assert any(name.startswith("evaluate_real@") for name in ran)
    assert all(name.startswith(("evaluate_", "table", "compare", "headline", "report")) for name in ran), ran


def test_metrics_diff_shows_what_changed(reproduced):
    printed = call(["dvc", "metrics", "diff", "--md"], reproduced)
    assert "metrics/headline.json" in printed and "rare_precision_of_worst_class.value" in printed
    assert len(printed.splitlines()) <= 25


def test_the_generators_leave_the_real_sets_alone(reproduced):
    change(reproduced, "diffusion", "generator", "epochs", by=1)
    ran = repro(reproduced)
    for label in ("silicone_oil", "air_bubble"):
        assert {f"{stage}@{label}" for stage in ("train_ddpm", "generate", "quality")} <= set(ran)
    assert any(name.startswith("train_mixed@") for name in ran)
    assert not [name for name in ran if name.startswith(("assemble_real", "train_real", "evaluate_real"))]
    assert not {"simulate", "ingest", "normalize", "split"} & set(ran)


def test_one_network_for_both_classes_takes_the_place_of_two(reproduced):
    yaml = YAML()
    content = yaml.load(reproduced / "params.yaml")
    learnt = ["silicone_oil", "air_bubble"]
    content["diffusion"]["generator"]["shared"] = learnt
    yaml.dump(content, reproduced / "params.yaml")
    ran = repro(reproduced)
    weights = [(reproduced / f"models/ddpm/{label}/weights.safetensors").read_bytes() for label in learnt]
    assert weights[0] == weights[1]
    assert {f"{stage}@{label}" for stage in ("generate", "quality") for label in learnt} <= set(ran)
    assert not [name for name in ran if name.startswith(("train_real", "evaluate_real"))]


def test_the_size_of_one_training_set_trains_that_set_alone(reproduced):
    change(reproduced, "assemble", "real", "real-0", "majority", by=1)
    ran = repro(reproduced)
    assert "assemble_real@real-0" in ran
    assert {name for name in ran if name.startswith("train_")} == {"train_real@real-0-light"}
    assert not [name for name in ran if name.startswith(("assemble_mixed", "generate", "quality"))]


def test_an_experiment_runs_and_is_listed(reproduced):
    call(["git", "add", "--all"], reproduced)
    call(["git", "commit", "--quiet", "--message", "Changed"], reproduced)
    call(["dvc", "exp", "run", "--name", "rarer", "--set-param", "evaluate.prevalence=0.01"], reproduced)
    assert "rarer" in call(["dvc", "exp", "show", "--csv", "--only-changed"], reproduced)
