"""Which generator a class depends on, as dvc.yaml resolves it."""

from dvc.repo import Repo

from tests.pipeline.project import copy_project


def models(folder) -> dict[str, set[str]]:
    """The models that each stage reads, and the parameters that it names, by the stage's name."""
    with Repo(str(folder)) as repo:
        found = {}
        for stage in repo.index.stages:
            paths = {dep.def_path for dep in stage.deps if dep.def_path.startswith("models/ddpm")}
            names = {name for dep in stage.deps if dep.def_path == "params.yaml" for name in dep.params}
            found[stage.name] = paths | {name for name in names if name.startswith("diffusion.generators")}
        return found


def test_one_network_for_each_class(tmp_path):
    copy_project(tmp_path, None)
    found = models(tmp_path)
    for label in ("silicone_oil", "air_bubble"):
        assert found[f"train_ddpm@{label}"] == {f"diffusion.generators.{label}"}
        assert found[f"generate@{label}"] == found[f"quality@{label}"] == {f"models/ddpm/{label}"}


def test_one_network_for_both_classes(tmp_path):
    copy_project(tmp_path, "one-generator")
    found = models(tmp_path)
    assert [name for name in found if name.startswith("train_ddpm")] == ["train_ddpm@minority"]
    assert found["train_ddpm@minority"] == {"diffusion.generators.minority"}
    for label in ("silicone_oil", "air_bubble"):
        assert found[f"generate@{label}"] == found[f"quality@{label}"] == {"models/ddpm/minority"}
