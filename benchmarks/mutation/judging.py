"""Whether the tests notice a mutant: each is tested in a copy of the project, and the verdict is kept."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import fmean
from threading import Lock

import psutil

from benchmarks.mutation.mutants import KEPT, ROOT, Mutant, users_of
from stages.common.base.files import read_json, write_json
from stages.common.unfinished.fingerprint import of_bytes, of_file
from tests.pipeline.project import copy_project

USERS = 3  # folders whose tests a mutant of common has to pass besides those of common
PATIENCE, LEAST = 10, 120  # a hanging run: so many times as long as unchanged, but so many seconds at least
UNCHANGED = 3600  # seconds for the tests of a folder while nothing is changed
OUTCOME = re.compile(r"^(?:FAILED|ERROR) (tests/\S+\.py(?:::.*?)?)(?: - .*)?$", re.MULTILINE)
collecting = Lock()  # the facts of a folder are collected once


class Workspace:
    """A copy of the project in which one mutant at a time is tested."""

    def __init__(self, folder: Path):
        self.root = folder / "project"
        self.root.mkdir(parents=True)
        copy_project(self.root, scale=None)
        if (ROOT.parent / "shared").exists():
            (folder / "shared").symlink_to(ROOT.parent / "shared")
        folders = [path for path in (self.root / "tests").iterdir() if path.is_dir()]
        self.digests = {path.name: self._digests(path) for path in folders}
        self.nest = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.mutation.nest"],
            cwd=self.root,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def close(self, how: signal.Signals = signal.SIGKILL) -> None:
        end_processes_in(self.root.parent, how)

    def _digests(self, folder: Path) -> dict[str, str]:
        """For each test file below `folder` a digest of it and of what it may share with others."""
        helpers = (path for path in sorted(folder.rglob("*.py")) if not path.name.startswith("test_"))
        shared = of_bytes(*(of_file(path).encode() for path in helpers)).encode()
        return {
            path.relative_to(self.root).as_posix(): of_bytes(of_file(path).encode(), shared)
            for path in sorted(folder.rglob("test_*.py"))
        }

    def folders_for(self, mutant: Mutant) -> list[str]:
        """The folders of tests that `mutant` has to pass, in turn."""
        subject = mutant.file.split("/")[1]
        return [subject, *users_of(mutant.file)[:USERS]] if subject == "common" else [subject]

    def facts(self, folder: str) -> dict[str, dict]:
        """For each test file of `folder` what its tests do while nothing is changed (see order.py)."""
        with collecting:
            kept = {file: KEPT / f"facts-{digest}.json" for file, digest in self.digests[folder].items()}
            missing = [file for file, path in kept.items() if not path.exists()]
            if missing:
                found = self.root.parent / "facts.json"
                status = self._run({"MUTATION_FACTS": str(found)}, missing, UNCHANGED)
                if status not in (0, 1):
                    sys.exit(f"{self._output()}\ntests/{folder} don't run to their end while nothing is changed")
                facts = read_json(found)
                for file in missing:
                    write_json(kept[file], facts.get(file, {"seconds": {}, "failing": [], "lines": {}}))
            return {file: read_json(path) for file, path in kept.items()}

    def failing(self) -> list[str]:
        """The tests that fail while nothing is changed, as far as they have run."""
        kept = (KEPT / f"facts-{digest}.json" for digests in self.digests.values() for digest in digests.values())
        return sorted(test for path in kept if path.exists() for test in read_json(path)["failing"])

    def chosen(self, mutant: Mutant, folder: str) -> tuple[list[str], list[str]]:
        """The tests of `folder` that execute the mutated line, and those of its other tests that may do so in another
        process or when the module is imported, those first that execute anything of its file; the fastest first.

        The latter are asked where no test executes the line in its own process. No test is asked that fails while
        nothing is changed.
        """
        facts = self.facts(folder)
        seconds = seconds_of(facts)
        source = of_file(ROOT / mutant.file)
        lines = [fact["lines"].get(source, {}) for fact in facts.values()]
        executing = {test for found in lines for test in found.get(str(mutant.number), ())}
        touching = {test for found in lines for tests in found.values() for test in tests}
        first = in_turn(executing & set(seconds), seconds)
        near = in_turn(touching & set(seconds) - executing, seconds)
        rest = [*near, *in_turn(set(seconds) - executing - touching, seconds)]
        return first, rest

    def kept(self, mutant: Mutant) -> dict | None:
        """The verdict on `mutant` from an earlier run: a killed one stays so while its killer does."""
        path = self._verdict(mutant)
        if not path.exists():
            return None
        verdict = read_json(path)
        return verdict if verdict["killed_by"] is None or self._same(verdict["met"], verdict["killed_by"]) else None

    def judged(self, mutant: Mutant) -> dict:
        """The verdict on `mutant`; a survivor of an earlier run meets those tests alone that it hasn't met."""
        verdict = self.kept(mutant) or {"killed_by": None, "met": {}}
        if verdict["killed_by"]:
            return verdict
        met = {test: digest for test, digest in verdict["met"].items() if self._same(verdict["met"], test)}
        folders = self.folders_for(mutant)
        killer, executed = None, False
        for only_executing in (True, False):
            for folder in folders:
                if killer or (executed and not only_executing):
                    break
                first, rest = self.chosen(mutant, folder)
                executed |= bool(first)
                todo = [test for test in (first if only_executing else rest) if test not in met]
                if todo:
                    killer = self._killer(mutant, folder, todo)
                    met |= {test: self._digest(test) for test in todo}
        verdict = {"mutant": f"{mutant.file}:{mutant.number}", "killed_by": killer, "met": met}
        write_json(self._verdict(mutant), verdict)
        return verdict

    def _killer(self, mutant: Mutant, folder: str, tests: list[str]) -> str | None:
        """The first of `tests` that notices `mutant`."""
        seconds = seconds_of(self.facts(folder))
        choice = self.root.parent / "choice.json"
        choice.write_text(json.dumps([[test, seconds[test]] for test in tests]), encoding="utf-8")
        limit = max(LEAST, PATIENCE * sum(seconds[test] for test in tests))
        files = sorted({file_of(test) for test in tests})
        with self._holding(mutant):
            status = self._run({"MUTATION_CHOICE": str(choice)}, files, limit)
        if status == 0:
            return None
        named = OUTCOME.search(self._output())
        return named[1] if named else tests[0]

    def _verdict(self, mutant: Mutant) -> Path:
        return KEPT / f"verdict-{of_bytes(mutant.file.encode(), mutant.source.encode())}.json"

    def _digest(self, test: str) -> str | None:
        """Of the file of `test`."""
        return self.digests.get(test.split("/")[1], {}).get(file_of(test))

    def _same(self, met: dict[str, str], test: str) -> bool:
        """Whether `test` is as it was when a mutant met it."""
        files = {file_of(name): digest for name, digest in met.items()}
        return files.get(file_of(test)) == self._digest(test)

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

    def _run(self, settings: dict[str, str], files: Iterable[str], limit: float) -> int | None:
        """Exit status (None: out of time) of the tests; whatever they started is ended."""
        temporary = self.root.parent / "temporary"  # a folder in no repository, as that of a user's tests
        shutil.rmtree(temporary, ignore_errors=True)
        arguments = ["-q", "--tb=no", "--hypothesis-seed=0", "-p", "benchmarks.mutation.order"]
        arguments += ["-p", "no:cacheprovider", "-m", "not graph", f"--basetemp={temporary}", *files]
        if "MUTATION_CHOICE" in settings:
            arguments.insert(0, "-x")
        output = str(self.root.parent / "output")
        run = {"arguments": arguments, "environment": settings, "output": output, "seconds": limit}
        assert self.nest.stdin and self.nest.stdout
        self.nest.stdin.write(json.dumps(run) + "\n")
        self.nest.stdin.flush()
        answer = self.nest.stdout.readline()
        if not answer or (status := json.loads(answer)) == -signal.SIGKILL:
            raise KeyboardInterrupt  # ended from outside: that is no verdict
        end_processes_in(self.root.parent, but=self.nest.pid)
        return status

    def _output(self) -> str:
        return (self.root.parent / "output").read_text(encoding="utf-8", errors="replace")


def environment() -> dict[str, str]:
    """That of the tests: one thread, and no compiled file, which a mutant of the same second and size would share."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    return os.environ | threads | {"PYTHONDONTWRITEBYTECODE": "1"}


def seconds_of(facts: dict[str, dict]) -> dict[str, float]:
    """The seconds of each test that passes while nothing is changed."""
    return {
        test: seconds
        for fact in facts.values()
        for test, seconds in fact["seconds"].items()
        if test not in fact["failing"]
    }


def in_turn(tests: set[str], seconds: dict[str, float]) -> list[str]:
    """The fastest first, by files, so that what a file sets up is set up once."""
    files: dict[str, list[float]] = defaultdict(list)
    for test in tests:
        files[file_of(test)].append(seconds[test])
    return sorted(tests, key=lambda test: (fmean(files[file_of(test)]), file_of(test), seconds[test], test))


def file_of(test: str) -> str:
    return test.split("::")[0]


def end_processes_in(folder: Path, how: signal.Signals = signal.SIGKILL, but: int | None = None) -> None:
    """End what tests left running: it works below `folder`, wherever it stands in the tree of processes."""
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != but and Path(process.cwd()).is_relative_to(folder):
                process.send_signal(how)
