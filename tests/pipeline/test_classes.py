"""Classes of another study: what `dvc` makes of their names, which stand once."""

import pytest
from dvc.repo import Repo
from ruamel.yaml import YAML

from stages.common.params.whole import read_all
from tests.pipeline.project import call, copy_project


def stages(folder) -> dict[str, tuple[set[str], set[str]]]:
    """By stage the models that it reads and the parameters that it names, as dvc.yaml resolves them."""
    with Repo(str(folder)) as repo:
        found = {}
        for stage in repo.index.stages:
            paths = {dep.def_path for dep in stage.deps if dep.def_path.startswith("models/ddpm")}
            names = {name for dep in stage.deps if dep.def_path == "params.yaml" for name in dep.params}
            found[stage.name] = paths, names
        return found


@pytest.mark.parametrize(
    ("majority", "minority"),
    [("Junk", ["Protist"]), ("agg", ["oil", "air.bubble", "glass_flake", "fibre-2"])],
    ids=["two classes", "four and the majority"],
)
def test_a_study_of_other_classes_changes_their_names_alone(tmp_path, majority, minority):
    copy_project(tmp_path, None)
    overlay = tmp_path / "params/mine.yaml"
    YAML().dump({"classes": {"majority": majority, "minority": minority}}, overlay)
    call(["python", "-m", "stages.common.scale", "params/mine.yaml"], tmp_path)
    params = read_all(tmp_path / "params.yaml")
    assert params.assemble.real["real-0"].real(params.classes) == dict.fromkeys([majority, *minority], 120)
    found = stages(tmp_path)
    for stage in ("train_ddpm", "generate", "quality"):
        assert {name for name in found if name.startswith(f"{stage}@")} == {f"{stage}@{name}" for name in minority}
    listed = call(["dvc", "stage", "list", "--name-only"], tmp_path)
    for name in ("protein", "silicone_oil", "air_bubble"):
        assert name not in listed


@pytest.mark.parametrize("scale", [None, "one-generator"])
def test_a_class_is_generated_by_the_network_that_learnt_it(tmp_path, scale):
    copy_project(tmp_path, scale)
    found = stages(tmp_path)
    for label in ("silicone_oil", "air_bubble"):
        assert "diffusion.generator" in found[f"train_ddpm@{label}"][1]
        assert found[f"generate@{label}"][0] == found[f"quality@{label}"][0] == {f"models/ddpm/{label}"}
