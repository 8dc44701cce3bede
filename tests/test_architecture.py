"""The house rules: who may import whom, and that dvc.yaml names the code and the parameters that a stage uses.

That it names every file too is proven in tests/pipeline, which runs each stage with nothing else there.
"""

import ast
import re
from pathlib import Path

import pytest
import yaml

from tests.pipeline.project import within

ROOT = Path(__file__).parents[1]
STAGES = ROOT / "stages"
FOLDERS = sorted(path.name for path in STAGES.iterdir() if path.is_dir() and not path.name.startswith((".", "__")))
# A subject that others share, and those that may import it: who reads an export, and who brings its images to one size.
SHARED = {"reading": {"ingest", "normalize", "predict", "study"}}


def imported_by(path: Path) -> set[str]:
    """The stage folders that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; name the module whole"
            names.add(node.module or "")
    return {name.split(".")[1] for name in names if name.startswith("stages.")}


def definitions() -> dict[str, dict]:
    """The stages of dvc.yaml by name; a foreach's or matrix's body without its items."""
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    return {name: stage.get("do", stage) for name, stage in stages.items()}


def named(stage: dict, *keys: str) -> set[str]:
    """Paths under `keys`, with whatever an interpolation stands for taken as `*`."""
    paths = {next(iter(entry)) if isinstance(entry, dict) else entry for key in keys for entry in stage.get(key, [])}
    return {re.sub(r"\$\{[^}]*\}", "*", path) for path in paths}


def imports_of(script: Path) -> set[str]:
    """The project's files that running `script` imports, itself included."""
    found: set[Path] = set()
    waiting = {script}
    while waiting:
        path = waiting.pop()
        found.add(path)
        packages = (folder / "__init__.py" for folder in path.parents if folder.is_relative_to(STAGES))
        waiting |= {init for init in packages if init.is_file()} - found
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
                waiting |= {file for name in names if (file := file_of(name))} - found
    return {path.relative_to(ROOT).as_posix() for path in found}


def file_of(module: str) -> Path | None:
    """The file of one of the project's modules."""
    path = ROOT / module.replace(".", "/")
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if module.startswith("stages.") and file.is_file():
            return file
    return None


def module_of(stage: dict) -> str:
    return stage["cmd"].removeprefix("python -m ").split()[0]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_stage_imports_itself_common_and_what_it_shares(folder):
    shared = {name for name, users in SHARED.items() if folder in users}
    for path in (STAGES / folder).rglob("*.py"):
        assert imported_by(path) <= {folder, "common"} | shared, path


@pytest.mark.parametrize("name", definitions())
def test_deps_are_the_rooms_that_the_program_imports(name):
    """Every file that it imports, at the top or inside of a function, lies in a room of `deps:`; each room is used.

    tests/pipeline holds this against the files that a run really loads, workers included.
    """
    stage = definitions()[name]
    rooms = {path for path in named(stage, "deps") if path.startswith("stages/")}
    loaded = imports_of(script_of(stage))
    assert sorted(file for file in loaded if not any(within(file, room) for room in rooms)) == []
    assert sorted(room for room in rooms if not any(within(file, room) for file in loaded)) == []


@pytest.mark.parametrize("name", definitions())
def test_no_room_of_a_subject_holds_files_that_its_stage_never_imports(name):
    """An edit to such a file would run the stage again for nothing. What else runs in a room, a command for people, may
    lie beside what it runs."""
    stage = definitions()[name]
    rooms = [ROOT / path for path in named(stage, "deps") if path.startswith("stages/") and "/common" not in path]
    files = {file for room in rooms for file in (room.rglob("*.py") if room.is_dir() else [room])}
    commands = {file for room in rooms for file in room.glob("*/__main__.py")} - {script_of(stage)}
    loaded = set().union(*map(imports_of, {script_of(stage), *commands}))
    idle = {file.relative_to(ROOT).as_posix() for file in files} - loaded
    assert idle == set()


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
    assert listed == blocks_read(script_of(stage))


def script_of(stage: dict) -> Path:
    """The file that a stage's command runs."""
    path = ROOT / module_of(stage).replace(".", "/")
    return path / "__main__.py" if path.is_dir() else path.with_suffix(".py")


def blocks_read(script: Path) -> set[str]:
    """The fields of the class Parameters among the files that a script imports; none where it reads no parameters."""
    for file in sorted(imports_of(script)):
        for node in ast.parse((ROOT / file).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and node.name == "Parameters":
                return {ast.unparse(field.target) for field in node.body if isinstance(field, ast.AnnAssign)}
    return set()
