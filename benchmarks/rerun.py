"""What an edit of the code makes run again: `python -m benchmarks.rerun`.

Runs a copy of the project at the tiny scale once, noting the files that each stage loads. Then adds a comment to each
source file in turn and counts the stages that DVC takes for changed by it (`dvc status`). The named alternative is a
dependency on the whole folder of a subject and on all of `stages/common`.

mean_invalidated                            over the files outside of stages/common
worst_training_invalidated_by_non_training  the most trainings that an edit makes run again though they don't load it
orphaned_checkpoints                        files whose edit changes the key of an unfinished training that loads none
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from dvc.repo import Repo

from benchmarks.result import write_result
from stages.common.base.progress import progress
from tests.pipeline.project import copy_project, loaded_files, repro

TRAININGS = ("train_ddpm", "train_real", "train_mixed")
KEYS = "from stages.common.unfinished.fingerprint import of_code, rooms_of; print(*map(of_code, map(rooms_of, {})))"


def invalidated(folder: Path) -> set[str]:
    """The stages of the project in `folder` that DVC would run for a change of a dependency."""
    with Repo(str(folder)) as repo:
        return {
            name.rpartition(":")[2]
            for name, changes in repo.status().items()
            if any(isinstance(change, dict) and "changed deps" in change for change in changes)
        }


def keys_of_trainings(folder: Path) -> dict[str, str]:
    """What unfinished trainings of each kind are kept under, as far as the code decides it."""
    command = [sys.executable, "-c", KEYS.format(TRAININGS)]
    said = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
    return dict(zip(TRAININGS, said.split(), strict=True))


def whole_subjects(file: str, stages: dict[str, set[str]]) -> int:
    """Stages that would run again if each depended on the folders of `stages/` that it loads from."""
    subject = "/".join(file.split("/")[:2])
    return sum(any(loaded.startswith(f"{subject}/") for loaded in own) for own in stages.values())


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_project(folder, "tiny")
        repro(folder)
        loaded = loaded_files(folder)
        keys = keys_of_trainings(folder)
        table = {}
        worst = orphaned = 0
        for path in progress(sorted((folder / "stages").rglob("*.py")), "files"):
            file, code = path.relative_to(folder).as_posix(), path.read_bytes()
            path.write_bytes(code + b"\n# A comment.\n")
            again = invalidated(folder)
            trainings = {stage for stage in again if stage.startswith(TRAININGS) and file not in loaded[stage]}
            changed = {kind for kind, key in keys_of_trainings(folder).items() if key != keys[kind]}
            path.write_bytes(code)
            users = {
                kind for kind in TRAININGS for stage, own in loaded.items() if stage.startswith(kind) and file in own
            }
            worst, orphaned = max(worst, len(trainings)), orphaned + bool(changed - users)
            table[file] = {"invalidated": len(again), "whole_subjects": whole_subjects(file, loaded)}
    for file, row in table.items():
        print(f"{file:60} {row['invalidated']:4} {row['whole_subjects']:4}")
    outside = [row for file, row in table.items() if not file.startswith("stages/common/")]
    figures = {
        "mean_invalidated": round(statistics.fmean(row["invalidated"] for row in outside), 2),
        "worst_training_invalidated_by_non_training": worst,
        "orphaned_checkpoints": orphaned,
        "mean_with_whole_subjects": round(statistics.fmean(row["whole_subjects"] for row in outside), 2),
    }
    print(figures)
    write_result("rerun", figures, ("dvc",), stages=len(loaded), files=table)


if __name__ == "__main__":
    main()
