"""Do the tests notice when the code is wrong? `python -m benchmarks.mutation [MUTANTS] [PLACE ...]`.

Mutation testing: an operator, a number or a decorator is changed at a place of stages/ (300 of them; pictures and the
simulator apart), and the tests of its folder judge it, those of common and of the folders that use it most for
stages/common. A mutant that no test notices is a survivor: a test is missing, or the change changes nothing. Those
judged to be of the second kind stand in equivalent.csv with the reason. Needs requirements-extras.txt.

What keeps it cheap: each folder's tests run once while nothing is changed, and coverage notes which test executes
which line. A mutant meets the tests that execute its line in their own process, the fastest first, up to the first
that fails. Where there is none (a line that runs when its module is imported, or only in processes that tests start)
it meets all others of the folder. So a survivor may be noticed by a test that reaches its line through a process
alone: the share is a lower bound. A test that fails while nothing is changed (on a busy machine those of timing may)
judges nothing; the result names it. A test hangs when it takes ten times the processor's time that it takes
unchanged, and 20 s at least. The libraries are loaded once and pytest runs in forks (nest.py).

Verdicts are kept in .scratch, so that the same command goes on after an interruption and repeats little after a
change. Folders whose tests are quick are judged first; an interrupted run writes the figures of the mutants that it
judged to the end and how many they are: no random sample, so that its share is called another name. With places
(`stages/split`, a file) only the sample's mutants there are tested, and no result is written. One mutant a core is
tested at a time: `taskset -c 0 python -m benchmarks.mutation` takes one.
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

from benchmarks.mutation.judging import Workspace
from benchmarks.mutation.mutants import Mutant, sampled
from benchmarks.result import write_result
from stages.common.base.progress import progress

MUTANTS = 300
EQUIVALENT = Path(__file__).with_name("equivalent.csv")
QUICK = ["assemble", "split", "review", "normalize", "study", "common", "reading", "ingest", "report", "pretrain"]


def judge(mutants: list[Mutant], workspaces: list[Workspace]) -> None:
    """Judge `mutants`, as many at a time as there are workspaces, until all are or the user ends it."""
    free: queue.Queue[Workspace] = queue.Queue()
    for workspace in workspaces:
        free.put(workspace)

    def judge_one(mutant: Mutant) -> None:
        workspace = free.get()
        try:
            verdict = workspace.judged(mutant)
            if not verdict["killed_by"]:
                print(f"survives: {described(mutant)}", file=sys.stderr, flush=True)
        finally:
            free.put(workspace)

    with ThreadPoolExecutor(len(workspaces)) as pool:
        try:
            list(progress(pool.map(judge_one, mutants), "mutants", total=len(mutants)))
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            for workspace in workspaces:
                workspace.close()


def turn(mutant: Mutant) -> int:
    """Which mutants are judged first."""
    folder = mutant.file.split("/")[1]
    return QUICK.index(folder) if folder in QUICK else len(QUICK)


def described(mutant: Mutant) -> str:
    return f"{mutant.file}:{mutant.number} {mutant.operator}\n  - {mutant.line}\n  + {mutant.mutated}"


def equivalents() -> set[tuple[str, str, str]]:
    """File, line and mutated line of the changes that change nothing."""
    table = pd.read_csv(EQUIVALENT, keep_default_na=False)
    return set(zip(table["file"], table["line"], table["mutated"], strict=True))


def main() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MUTANTS
    places = tuple(sys.argv[2:])
    mutants = [mutant for mutant in sampled(count) if not places or mutant.file.startswith(places)]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        workspaces = [Workspace(Path(folder).resolve() / str(core)) for core in sorted(os.sched_getaffinity(0))]
        judge(sorted(mutants, key=turn), workspaces)
        verdicts = [workspaces[0].kept(mutant) for mutant in mutants]
        failing = workspaces[0].failing()
        for workspace in workspaces:
            workspace.close()
    tell(mutants, verdicts, failing, written=not places)


def tell(mutants: list[Mutant], verdicts: list[dict | None], failing: list[str], written: bool) -> None:
    """Print what the tests noticed of the mutants that have a verdict, and write the result."""
    same = equivalents()
    killed: Counter[str] = Counter()
    folders: Counter[str] = Counter()
    survivors, equivalent = [], 0
    for mutant, verdict in zip(mutants, verdicts, strict=True):
        if verdict is None:
            continue
        subject = mutant.file.split("/")[1]
        if verdict["killed_by"]:
            killed[subject] += 1
        elif (mutant.file, mutant.line, mutant.mutated) in same:
            equivalent += 1
            continue
        else:
            survivors.append(mutant)
        folders[subject] += 1
    sampled_of = Counter(mutant.file.split("/")[1] for mutant in mutants)
    judged = folders.total() + equivalent
    for mutant in survivors:
        print(described(mutant))
    for subject in sorted(folders):
        print(f"{subject:10} {killed[subject]:3} of {folders[subject]:3} noticed")
    share = killed.total() / max(folders.total(), 1)
    print(f"{judged} of {len(mutants)} mutants judged, {equivalent} equivalent; of the others {share:.1%} noticed")
    if written:
        name = "killed_share" if judged == len(mutants) else "killed_share_of_judged"
        write_result(
            "mutation",
            {name: round(share, 4), "judged": judged, "mutants": len(mutants), "equivalent": equivalent},
            ("cosmic-ray", "coverage", "pytest"),
            killed_by_folder={subject: [killed[subject], folders[subject]] for subject in sorted(folders)},
            sampled_by_folder=dict(sorted(sampled_of.items())),
            failing_unchanged=failing,
            survivors=[
                {"file": each.file, "line": each.number, "operator": each.operator, "mutated": each.mutated}
                for each in survivors
            ],
        )


if __name__ == "__main__":
    main()
