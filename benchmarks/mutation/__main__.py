"""Do the tests notice when the code is wrong? `python -m benchmarks.mutation [MUTANTS] [PLACE ...]`.

Mutation testing: an operator, a number or a decorator is changed at a place of stages/ (300 of them; pictures and the
simulator apart), and the tests of its folder are run, those of common and of the folders that use it most for
stages/common. A mutant that no test notices is a survivor: a test is missing, or the change changes nothing. Those
judged to be of the second kind stand in equivalent.csv with the reason. Needs requirements-extras.txt.

Verdicts are kept in .scratch, so that the same command goes on after an interruption and repeats little after a
change. With places (`stages/split`, a file) only the sample's mutants there are tested, and no result is written.
One mutant a core is tested at a time: `taskset -c 0 python -m benchmarks.mutation` takes one.
"""

import os
import queue
import signal
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd

from benchmarks.mutation.judging import Workspace, end_processes_in
from benchmarks.mutation.mutants import Mutant, sampled, users_of
from benchmarks.result import write_result
from stages.common.base.progress import progress

MUTANTS = 300
EQUIVALENT = Path(__file__).with_name("equivalent.csv")


def verdicts_on(mutants: list[Mutant]) -> list[dict]:
    """The verdict on each mutant, as many at a time as there are cores."""
    free: queue.Queue[Workspace] = queue.Queue()

    def verdict_on(mutant: Mutant) -> dict:
        workspace = free.get()
        try:
            return workspace.judged(mutant)
        finally:
            free.put(workspace)

    with tempfile.TemporaryDirectory() as folder:
        workspaces = [Workspace(Path(folder).resolve() / str(core)) for core in sorted(os.sched_getaffinity(0))]
        for subject in sorted(subjects_of(mutants)):
            workspaces[0].time_tests(subject)
        for workspace in workspaces:
            free.put(workspace)
        with ThreadPoolExecutor(len(workspaces)) as pool:
            try:
                return list(progress(pool.map(verdict_on, mutants), "mutants", total=len(mutants)))
            except (KeyboardInterrupt, SystemExit):
                for workspace in workspaces:
                    end_processes_in(workspace.root, signal.SIGTERM)
                raise


def subjects_of(mutants: list[Mutant]) -> set[str]:
    """The folders of tests that judge `mutants`."""
    own = {mutant.file.split("/")[1] for mutant in mutants}
    return own.union(*(users_of(mutant.file) for mutant in mutants if mutant.file.startswith("stages/common/")))


def equivalents() -> set[tuple[str, str, str]]:
    """File, line and mutated line of the changes that change nothing."""
    table = pd.read_csv(EQUIVALENT, keep_default_na=False)
    return set(zip(table["file"], table["line"], table["mutated"], strict=True))


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended; the same command goes on"))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MUTANTS
    places = tuple(sys.argv[2:])
    mutants = [mutant for mutant in sampled(count) if not places or mutant.file.startswith(places)]
    same = equivalents()
    killed: Counter[str] = Counter()
    folders: Counter[str] = Counter()
    survivors, equivalent = [], 0
    for mutant, verdict in zip(mutants, verdicts_on(mutants), strict=True):
        subject = mutant.file.split("/")[1]
        if verdict["killed_by"]:
            killed[subject] += 1
        elif (mutant.file, mutant.line, mutant.mutated) in same:
            equivalent += 1
            continue
        else:
            survivors.append(mutant)
        folders[subject] += 1
    for mutant in survivors:
        print(f"{mutant.file}:{mutant.number} {mutant.operator}\n  - {mutant.line}\n  + {mutant.mutated}")
    for subject in sorted(folders):
        print(f"{subject:10} {killed[subject]:3} of {folders[subject]:3} noticed")
    share = killed.total() / folders.total()
    print(f"{len(mutants)} mutants, {equivalent} of them equivalent; of the others {share:.1%} noticed")
    if not places:
        write_result(
            "mutation",
            {"killed_share": round(share, 4), "mutants": len(mutants), "equivalent": equivalent},
            ("cosmic-ray", "pytest"),
            killed_by_folder={subject: [killed[subject], folders[subject]] for subject in sorted(folders)},
            survivors=[
                {"file": each.file, "line": each.number, "operator": each.operator, "mutated": each.mutated}
                for each in survivors
            ],
        )


if __name__ == "__main__":
    main()
