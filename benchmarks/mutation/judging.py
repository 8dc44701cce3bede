"""Whether the tests notice a mutant: each is tested in a copy of the project, and the verdict is kept."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from benchmarks.mutation.mutants import ROOT, Mutant, module_of, users_of
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
        folders = [path for path in (self.root / "tests").iterdir() if path.is_dir()]
        self.tests = {path.name: self._digests(path) for path in folders}

    def _digests(self, folder: Path) -> dict[str, str]:
        """For each test file below `folder` a digest of it and of what it may share with others."""
        helpers = (path for path in sorted(folder.rglob("*.py")) if not path.name.startswith("test_"))
        shared = of_bytes(*(of_file(path).encode() for path in helpers)).encode()
        return {
            path.relative_to(self.root).as_posix(): of_bytes(of_file(path).encode(), shared)
            for path in sorted(folder.rglob("test_*.py"))
        }

    def seconds_of(self, folder: str) -> Path:
        """Where the seconds of each test of `folder` stand."""
        return KEPT / f"seconds-{folder}-{of_bytes(repr(self.tests[folder]).encode())}.json"

    def total_of(self, folder: str) -> float:
        return sum(read_json(self.seconds_of(folder)).values())

    def folders_for(self, mutant: Mutant) -> list[str]:
        """The folders of tests that `mutant` has to pass, in turn."""
        subject = mutant.file.split("/")[1]
        if subject != "common":
            return [subject]
        return [subject, *sorted(users_of(mutant.file)[:USERS], key=self.total_of)]

    def time_tests(self, folder: str) -> None:
        """Take the seconds of each test of `folder`, all of which have to pass while nothing is changed."""
        KEPT.mkdir(parents=True, exist_ok=True)
        if self.seconds_of(folder).exists():
            return
        status, output = self.run(folder, list(self.tests[folder]), limit=None)
        if status != 0:
            self.seconds_of(folder).unlink(missing_ok=True)
            sys.exit(f"{output}\ntests/{folder} must pass before a mutant can be judged by it")
        print(f"tests/{folder} pass in {self.total_of(folder):.0f} s", file=sys.stderr, flush=True)

    def judged(self, mutant: Mutant) -> dict:
        """The verdict on `mutant`, kept from an earlier run as far as the tests are the same: a killed one stays so
        while its killer does, and a survivor meets those tests alone that it hasn't met."""
        path = KEPT / f"{of_bytes(mutant.file.encode(), mutant.source.encode())}.json"
        verdict = read_json(path) if path.exists() else {"killed_by": [], "met": {}}
        folders = self.folders_for(mutant)
        tests = {file: digest for folder in folders for file, digest in self.tests[folder].items()}
        if verdict["killed_by"] and all(tests.get(file) == verdict["met"][file] for file in verdict["killed_by"]):
            return verdict
        known = {} if verdict["killed_by"] else verdict["met"]
        met = {file: digest for file, digest in known.items() if tests.get(file) == digest}
        killed_by: list[str] = []
        with self._holding(mutant):
            for folder, files in self._turns(mutant, folders):
                todo = [file for file in files if file not in met]
                if not todo or killed_by:
                    continue
                status, output = self.run(folder, todo, max(LEAST, PATIENCE * self.total_of(folder)))
                if status == -signal.SIGTERM:
                    raise KeyboardInterrupt
                met |= {file: tests[file] for file in todo}
                if status != 0:
                    killed_by = OUTCOME.findall(output)[:1] or todo
        verdict = {"mutant": f"{mutant.file}:{mutant.number}", "killed_by": killed_by, "met": met}
        write_json(path, verdict)
        return verdict

    def _turns(self, mutant: Mutant, folders: list[str]) -> Iterator[tuple[str, list[str]]]:
        """The test files of each of `folders`, those first that import the mutated module: they notice most."""
        package, _, name = module_of(mutant.file).rpartition(".")
        imports = re.compile(rf"from {package}\.{name} import|from {package} import .*\b{name}\b")
        for folder in folders:
            importing = [file for file in self.tests[folder] if imports.search((self.root / file).read_text())]
            yield folder, importing
            yield folder, [file for file in self.tests[folder] if file not in importing]

    @contextmanager
    def _holding(self, mutant: Mutant) -> Iterator[None]:
        """Put `mutant` in its file's place for a while."""
        target = self.root / mutant.file
        original = target.read_text(encoding="utf-8")
        target.write_text(mutant.source, encoding="utf-8")
        try:
            yield
        finally:
            target.write_text(original, encoding="utf-8")

    def run(self, folder: str, test_files: list[str], limit: float | None) -> tuple[int | None, str]:
        """Exit status (None: out of time) and output of the tests, stopped at the first that fails; whatever they
        started is ended."""
        shutil.rmtree(self.root / "temporary", ignore_errors=True)
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "--hypothesis-seed=0"]
        command += ["-p", "benchmarks.mutation.order", "-p", "no:cacheprovider", "-m", "not graph"]
        command += [f"--basetemp={self.root / 'temporary'}", *test_files]
        threads = dict.fromkeys(
            ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
        )
        settings = {"MUTATION_SECONDS": str(self.seconds_of(folder)), "PYTHONDONTWRITEBYTECODE": "1"}
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


def end_processes_in(folder: Path, how: signal.Signals = signal.SIGKILL) -> None:
    """End what tests left running: it works below `folder`, wherever it stands in the tree of processes."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if Path(process.cwd()).is_relative_to(folder):
                process.send_signal(how)
