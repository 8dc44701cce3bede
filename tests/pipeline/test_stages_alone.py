"""The smoke run, and the proof that dvc.yaml lists every file that a stage imports or reads.

Each stage of the graph runs in an empty folder that holds its `deps:`, params.yaml and dvc.yaml, and nothing else. What
it writes must be what `outs:`, `metrics:` and `plots:` say, besides what it keeps for itself in the scratch folder.
"""

import shlex
import shutil
from pathlib import Path

import networkx
from dvc.repo import Repo

from tests.pipeline.project import call

CONFIGURATION = ("params.yaml", "dvc.yaml")
GIVEN = ("stages", "samples", "pretrained")  # what no stage writes


def test_each_stage_runs_with_its_deps_alone(tiny_project, tmp_path):
    store = tmp_path / "store"
    for name in GIVEN:
        shutil.copytree(tiny_project / name, store / name, ignore=shutil.ignore_patterns("__pycache__"))
    with Repo(str(tiny_project)) as repo:
        stages = list(networkx.dfs_postorder_nodes(repo.index.graph))
    for stage in stages:
        sandbox = tmp_path / stage.name
        shutil.rmtree(sandbox, ignore_errors=True)
        for dep in files_of(stage.deps):
            bring(store / dep, sandbox / dep)
        for name in CONFIGURATION:
            bring(tiny_project / name, sandbox / name)
        call(shlex.split(stage.cmd), sandbox)
        for out in files_of(stage.outs):
            assert (sandbox / out).exists(), f"{stage.addressing} did not write {out}"
            bring(sandbox / out, store / out)
        allowed = (*CONFIGURATION, *files_of(stage.deps), *files_of(stage.outs))
        assert not [name for name in written(sandbox) if not name.startswith(allowed)], stage.addressing
        shutil.rmtree(sandbox)
    page = (store / "report/index.html").read_text(encoding="utf-8")
    assert "simulated" in page.lower()


def files_of(edges) -> list[str]:
    """Paths of dependencies or outputs; parameters are no files of their own."""
    return [edge.def_path for edge in edges if edge.def_path != "params.yaml"]


def bring(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


def written(sandbox: Path) -> list[str]:
    names = (path.relative_to(sandbox).as_posix() for path in sandbox.rglob("*") if path.is_file())
    return [name for name in names if "__pycache__" not in name and not name.startswith(".scratch/")]
