"""The house rules: who may import whom, and that dvc.yaml names the code and the parameters that a stage uses.

That it names every file too is proven in tests/pipeline, which runs each stage with nothing else there.
"""

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
STAGES = ROOT / "stages"
FOLDERS = sorted(path.name for path in STAGES.iterdir() if path.is_dir() and not path.name.startswith((".", "__")))


def imported_by(path: Path) -> set[str]:
    """The stage folders that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; name the module whole"
            names.add(node.module)
    return {name.split(".")[1] for name in names if name.startswith("stages.")}


def definitions() -> dict[str, dict]:
    """The stages of dvc.yaml by name; a foreach's or matrix's body without its items."""
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return {name: stage.get("do", stage) for name, stage in stages.items()}


def named(stage: dict, *keys: str) -> set[str]:
    """Paths under `keys`, with whatever an interpolation stands for taken as `*`."""
    paths = {next(iter(entry)) if isinstance(entry, dict) else entry for key in keys for entry in stage.get(key, [])}
    return {re.sub(r"\$\{[^}]*\}", "*", path) for path in paths}


def module_of(stage: dict) -> str:
    return re.match(r"python -m (stages\.[\w.]+)", stage["cmd"])[1]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_stage_imports_itself_and_common(folder):
    for path in (STAGES / folder).rglob("*.py"):
        assert imported_by(path) <= {folder, "common"}, path


@pytest.mark.parametrize("name", definitions())
def test_deps_name_the_code_that_runs(name):
    stage = definitions()[name]
    folder = module_of(stage).split(".")[1]
    assert {f"stages/{folder}", "stages/common"} <= named(stage, "deps")


def test_every_stage_says_what_it_does():
    for name, stage in definitions().items():
        assert stage.get("desc", "").endswith("."), name


def test_no_stage_reads_the_truth():
    for name, stage in definitions().items():
        assert not any("truth" in path for path in named(stage, "deps")), name


def test_heavy_stages_can_be_restored_from_the_run_cache():
    """A stage with an output outside the cache is never restored from the run cache."""
    for name in ("train_ddpm", "generate", "train_real", "train_mixed"):
        stage = definitions()[name]
        assert not stage.get("metrics") and not stage.get("plots")
        assert all(isinstance(out, str) for out in stage["outs"]), name


@pytest.mark.parametrize("name", definitions())
def test_params_name_the_blocks_that_the_script_reads(name):
    stage = definitions()[name]
    listed = {entry.split(".")[0] for entry in named(stage, "params")}
    assert blocks_read(script_of(stage)) <= listed


def script_of(stage: dict) -> Path:
    """The file that a stage's command runs."""
    path = ROOT / module_of(stage).replace(".", "/")
    return path / "__main__.py" if path.is_dir() else path.with_suffix(".py")


def blocks_read(path: Path) -> set[str]:
    """Attributes taken of `params` or of `load()` in a script."""
    return {
        {"datasets": "assemble"}.get(node.attr, node.attr)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and (
            (isinstance(node.value, ast.Name) and node.value.id == "params")
            or (isinstance(node.value, ast.Call) and getattr(node.value.func, "id", None) == "load")
        )
    }
