"""Whether the tests notice a mutant: each is tested in a copy of the project, and the verdict is kept."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil

from benchmarks.mutation.mutants import ROOT, Mutant, users_of
from stages.common.base.files import read_json, write_json
from stages.common.unfinished.fingerprint import of_bytes, of_file
from stages.common.unfinished.scratch import scratch_folder
from tests.pipeline.project import copy_project

KEPT = (ROOT / scratch_folder() / "mutation").resolve()
USERS = 3  # folders whose tests a mutant of common has to pass besides those of common
PATIENCE, LEAST = 20, 600  # a hanging run: so many times as long as unchanged, but so many seconds at least
OUTCOME = re.compile(r"^(?:FAILED|ERROR) (tests/[\w/]+\.py)", re.MULTILINE)


class Workspace:
    """A copy of the project in which one mutant at a time is tested."""

    def __init__(self, folder: Path):
        self.root = folder / "project"
        self.root.mkdir(parents=True)
        copy_project(self.root, scale=None)
        if (ROOT.parent / "shared").exists():
            (folder / "shared").symlink_to(ROOT.parent / "shared")

    def run(self, folder: str, test_files: list[str], limit: float | None) -> tuple[int | None, str]:
        """Exit status (None: out of time) and output of the tests, stopped at the first that fails; whatever they
        started is ended."""
        shutil.rmtree(self.root / "temporary", ignore_errors=True)
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "--hypothesis-seed=0"]
        command += ["-p", "benchmarks.mutation.order", "-p", "no:cacheprovider", "-m", "not graph"]
        command += [f"--basetemp={self.root / 'temporary'}", *test_files]
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
        settings = {"MUTATION_SECONDS": str(seconds_of(folder)), "PYTHONDONTWRITEBYTECODE": "1"}
        with subprocess.Popen(
            command,
            cwd=self.root,
            env=os.environ | threads | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        ) as process:
            try:
                output, _ = process.communicate(timeout=limit)
                return process.returncode, output
            except subprocess.TimeoutExpired:
                return None, ""
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                end_processes_in(self.root)

    def judged(self, mutant: Mutant) -> dict:
        """The verdict on `mutant`, kept from an earlier run as far as the tests are the same: a killed one stays so
        while its killer does, and a survivor meets those tests alone that it hasn't met."""
        path = KEPT / f"{of_bytes(mutant.file.encode(), mutant.source.encode())}.json"
        verdict = read_json(path) if path.exists() else {"killed_by": [], "passed": {}}
        digests = {file: digest for folder in folders_for(mutant) for file, digest in test_digests(folder).items()}
        if verdict["killed_by"] and all(digests.get(file) == verdict["passed"][file] for file in verdict["killed_by"]):
            return verdict
        passed = {file: digest for file, digest in verdict["passed"].items() if digests.get(file) == digest}
        passed = {} if verdict["killed_by"] else passed
        killed_by: list[str] = []
        target = self.root / mutant.file
        original = target.read_text(encoding="utf-8")
        target.write_text(mutant.source, encoding="utf-8")
        try:
            for folder in folders_for(mutant):
                todo = [file for file in test_digests(folder) if file not in passed]
                if not todo:
                    continue
                status, output = self.run(folder, todo, max(LEAST, PATIENCE * total_of(folder)))
                passed |= {file: digests[file] for file in todo}
                if status != 0:
                    killed_by = OUTCOME.findall(output)[:1] or todo
                    break
        finally:
            target.write_text(original, encoding="utf-8")
        verdict = {"mutant": f"{mutant.file}:{mutant.number}", "killed_by": killed_by, "passed": passed}
        write_json(path, verdict)
        return verdict


def end_processes_in(folder: Path) -> None:
    """End what tests left running: it works below `folder`, wherever it stands in the tree of processes."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(folder):
                process.kill()


def folders_for(mutant: Mutant) -> list[str]:
    """The folders of tests that a mutant has to pass, in turn."""
    subject = mutant.file.split("/")[1]
    if subject != "common":
        return [subject]
    return [subject, *sorted(users_of(mutant.file)[:USERS], key=total_of)]


def test_digests(folder: str) -> dict[str, str]:
    """For each test file of `folder` a digest of it and of what it may share with others."""
    tests = ROOT / "tests" / folder
    shared = "".join(of_file(path) for path in sorted(tests.rglob("*.py")) if not path.name.startswith("test_"))
    return {
        path.relative_to(ROOT).as_posix(): of_bytes(of_file(path).encode(), shared.encode())
        for path in sorted(tests.rglob("test_*.py"))
    }


def seconds_of(folder: str) -> Path:
    """Where the seconds of each test of `folder` stand, by the digest of its tests."""
    return KEPT / f"seconds-{folder}-{of_bytes(repr(test_digests(folder)).encode())}.json"


def total_of(folder: str) -> float:
    return sum(read_json(seconds_of(folder)).values())


def time_tests(workspace: Workspace, folder: str) -> None:
    """Take the seconds of each test of `folder`, all of which have to pass while nothing is changed."""
    KEPT.mkdir(parents=True, exist_ok=True)
    if seconds_of(folder).exists():
        return
    start = time.monotonic()
    status, output = workspace.run(folder, list(test_digests(folder)), limit=None)
    if status != 0:
        seconds_of(folder).unlink(missing_ok=True)
        sys.exit(f"{output}\ntests/{folder} must pass before a mutant can be judged by it")
    print(f"tests/{folder} pass in {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
