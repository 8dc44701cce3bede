"""The comment of a pull request, made of two commits of a repository."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from stages.review.change.comment import comment, flat
from stages.review.stale import stale

ROOT = Path(__file__).parents[2]


def git(folder, *arguments):
    done = subprocess.run(
        ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def commit(folder, params, headline, picture):
    (folder / "metrics").mkdir(exist_ok=True)
    (folder / "plots").mkdir(exist_ok=True)
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    (folder / "metrics/headline.json").write_text(json.dumps(headline))
    (folder / "plots/table.png").write_bytes(picture)
    (folder / "dvc.yaml").write_text("stages: {}\nplots: [plots/table.png]\n")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "One")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def commits(tmp_path):
    git(tmp_path, "init", "--quiet")
    old = {"recall": {"value": 0.90, "noise": 0.03}, "ratio": {"value": 2.0, "noise": 0.1}}
    old["gone"] = {"value": 1.0, "noise": 0.1}
    new = {"recall": {"value": 0.93, "noise": 0.04}, "ratio": {"value": 3.0, "noise": 0.1}}
    first = commit(tmp_path, {"seed": 1, "a": {"b": 2}}, old, b"one")
    second = commit(tmp_path, {"seed": 1, "a": {"b": 3, "c": "x|y`z"}}, new, b"two")
    return tmp_path, first, second


def say(folder, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "stages.review.change", *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_change_is_told_from_noise(commits):
    folder, first, second = commits
    said = say(folder, first, second).stdout
    assert "| `recall` | 0.9 | 0.93 | +0.03 | 0.05 | inside |" in said
    assert "| `ratio` | 2 | 3 | +1 | 0.141 | **outside** |" in said
    assert "| `gone` | 1 |  |  |  | gone |" in said
    assert "3 of 3 numbers changed, 1 of them by more than noise." in said


def test_parameters_that_changed_are_told_and_no_others(commits):
    folder, first, second = commits
    said = say(folder, first, second).stdout
    assert "| `a.b` | `2` | `3` |" in said
    assert "`seed`" not in said
    assert "| `a.c` | – | `x/y'z` |" in said


def test_pictures_stand_beside_each_other_where_the_repository_has_an_address(commits):
    folder, first, second = commits
    said = say(folder, first, second, PIPELINE_REPOSITORY="https://forge.example/o/r").stdout
    for name in (first, second):
        assert f'src="https://forge.example/o/r/blob/{name}/plots/table.png?raw=true"' in said
    assert "- `plots/table.png`" in say(folder, first, second).stdout


def test_the_same_commit_changes_nothing(commits):
    folder, _, second = commits
    said = say(folder, second, second).stdout
    assert "None changed." in said
    assert "None of the 2 numbers changed." in said
    assert "Pictures" not in said


def test_a_long_value_is_cut_to_60_characters_and_a_short_one_is_not():
    said = comment(
        parameters=({}, {"short": "s" * 60, "long": "l" * 61}),
        headline=({}, {}),
        pictures=[],
        commits=("a" * 40, "b" * 40),
        repository=None,
    )
    assert f"`{'s' * 60}`" in said
    assert f"`{'l' * 57}...`" in said


def test_a_folder_without_a_repository_is_an_error_with_a_mend(tmp_path):
    done = say(tmp_path, "HEAD", "HEAD", GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert done.returncode == 1
    assert "this folder isn't in a Git repository; run it in a clone" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_commit_that_is_not_there_is_an_error_with_a_mend(commits):
    done = say(commits[0], "nowhere", commits[2])
    assert done.returncode == 1
    assert "nowhere: no such commit" in done.stderr


def test_a_change_of_everything_fits_in_a_comment():
    """GitHub takes 65,536 characters."""
    params = flat(yaml.safe_load((ROOT / "params.yaml").read_text()))
    figures = {f"number_{i}": {"value": float(i), "noise": 0.1} for i in range(12)}
    said = comment(
        parameters=({}, params),
        headline=(figures, {name: {"value": 9e9, "noise": 0.1} for name in figures}),
        pictures=[f"plots/compare/{i}.png" for i in range(10)],
        commits=("a" * 40, "b" * 40),
        repository="https://forge.example/owner/repository",
    )
    assert len(said) < 65536 / 2


def test_absent_files_are_not_stale_and_changed_ones_are():
    """The forms in which `dvc status --json` answers."""
    fresh = {"ingest": [{"changed deps": {"data/x": "deleted"}}, {"changed outs": {"data/y": "not in cache"}}]}
    assert stale(fresh) == {}
    changed = {"changed deps": {"stages/split": "modified", "data/x": "deleted"}}
    params = {"changed deps": {"params.yaml": {"split.fractions": "modified"}}}
    assert stale({"split": [changed, params, "changed command"]}) == {
        "split": ["deps: stages/split modified", "params.yaml: split.fractions modified", "changed command"]
    }


def test_where_dvc_gives_no_status_its_reason_is_told(tmp_path):
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    done = subprocess.run(
        [sys.executable, "-m", "stages.review.stale"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "dvc status failed: ERROR: you are not inside of a DVC repository" in done.stderr
    assert "Traceback" not in done.stderr
