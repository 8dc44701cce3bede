"""Read every run of the sample sheet into one schema: `python -m stages.ingest`."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from joblib import Parallel, cpu_count, delayed

from stages.common.base.errors import InputError, run
from stages.common.base.files import replacing_folder, write_json
from stages.common.base.parameters import Block, read_parameters
from stages.common.base.progress import progress
from stages.common.params.ingest import Ingest
from stages.ingest.check import check
from stages.ingest.kept import code_digest, drop_others, hand_over, kept_runs, key_of
from stages.ingest.runs import Outcome, ingest_run, too_many_refused
from stages.ingest.sheet.labels import Labels, read_labels, read_relabelled
from stages.ingest.sheet.sheet import read_sheet
from stages.ingest.summary import metrics, told, write_rejects, write_runs, write_warnings
from stages.ingest.written.write import CONTACT_SHEET, PARTICLE_FILE
from stages.reading.exports.readers import READERS
from stages.reading.exports.sheet.row import SheetRow

OUT = Path("data/ingested")
METRICS = Path("metrics/ingest.json")
PICTURES = Path("plots/ingest")


class Parameters(Block):
    """What this script reads of params.yaml."""

    ingest: Ingest


def main() -> None:
    settings = read_parameters(Parameters).ingest
    rows, root, labels = _given(settings)
    try:
        outcomes = [too_many_refused(one, settings.refused_share_max) for one in _ingest(rows, root, labels)]
        _tell(outcomes)
        _refuse_bad_runs(settings, outcomes)
        with replacing_folder(PICTURES) as pictures, replacing_folder(OUT) as folder:
            read = [outcome for outcome in outcomes if outcome.error is None]
            for outcome in read:
                hand_over(outcome.folder / PARTICLE_FILE, folder / f"{outcome.row.run}.parquet")
                hand_over(outcome.folder / CONTACT_SHEET, pictures / f"{outcome.row.run}.png")
            write_runs(folder / "runs.parquet", [outcome.written.facts for outcome in read])
            write_rejects(folder / "rejects.csv", outcomes)
            write_warnings(folder / "warnings.csv", outcomes)
        write_json(METRICS, metrics(outcomes, labels.unknown))
        drop_others(kept_runs(), {outcome.folder.name for outcome in outcomes})
    except OSError as error:
        raise InputError(f"{OUT}: can't be written: {error}; make room on {_disk(error)} and run again") from None


def _disk(error: OSError) -> str:
    """The disk that has no room: of the file that couldn't be written, else of the place with the least left."""
    places = [Path(error.filename)] if error.filename else [kept_runs(), OUT.parent, METRICS.parent, PICTURES.parent]
    there = [next(folder for folder in [place, *place.absolute().parents] if folder.exists()) for place in places]
    free, place = min((shutil.disk_usage(place).free, str(place)) for place in there)
    return f"the disk of {place} ({free / 2**20:.0f} MiB are free)"


def command(arguments: list[str]) -> None:
    """`main`, or with `--check [SHEET]` only what it would read."""
    parser = argparse.ArgumentParser(prog="python -m stages.ingest", description=__doc__)
    parser.add_argument(
        "--check",
        nargs="?",
        const="",
        metavar="SHEET",
        help="tell what would be read, without writing (default: params)",
    )
    sheet = parser.parse_args(arguments).check
    if sheet is None:
        main()
        return
    settings = read_parameters(Parameters).ingest
    rows, root, labels = _given(settings, sheet)
    _show(check(rows, root.resolve(), labels, settings.refused_share_max))


def _show(text: str) -> None:
    """Print a text whose reader may stop early, as `head` does."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _given(settings: Ingest, sheet: str = "") -> tuple[list[SheetRow], Path, Labels]:
    """The runs of the sheet, the folder of their exports, and the labels of their particles."""
    root = Path(settings.exports)
    if not root.is_dir():
        raise InputError(f"ingest.exports: the folder {settings.exports!r} is not there")
    rows = read_sheet(Path(sheet or settings.sheet), list(READERS), labelled=settings.labels is not None)
    return rows, root, _labels(settings, root, [row.run for row in rows])


def _labels(settings: Ingest, root: Path, runs: list[str]) -> Labels:
    labels = read_labels(root / settings.labels, root, runs) if settings.labels else Labels(runs)
    return read_relabelled(Path(settings.relabelled), runs).over(labels) if settings.relabelled else labels


def _ingest(rows: list[SheetRow], root: Path, labels: Labels) -> list[Outcome]:
    """Every run's outcome in the sheet's order; runs are read beside each other, one process each."""
    work = Parallel(n_jobs=min(len(rows), cpu_count()), return_as="generator")
    root, code = root.resolve(), code_digest()  # a process that is used again may stand elsewhere
    jobs = (delayed(ingest_run)(row, labels.by_run[row.run], root, _place(row, labels, root, code)) for row in rows)
    return list(progress(work(jobs), "runs", total=len(rows)))


def _tell(outcomes: list[Outcome]) -> None:
    """On the terminal: what became of each run's rows, and how many runs were read anew."""
    anew = sum(outcome.read for outcome in outcomes)
    print("\n".join(map(told, outcomes)), file=sys.stderr)
    print(f"runs: {anew} read, {len(outcomes) - anew} unchanged", file=sys.stderr)


def _place(row: SheetRow, labels: Labels, root: Path, code: str) -> Path:
    """The folder in which the run is kept."""
    return kept_runs().resolve() / key_of(row, labels.by_run[row.run], root, code)


def _refuse_bad_runs(settings: Ingest, outcomes: list[Outcome]) -> None:
    bad = [
        f"{settings.sheet}, line {outcome.row.line}, run {outcome.row.run}: {outcome.error}"
        for outcome in outcomes
        if outcome.error is not None
    ]
    if len(bad) == len(outcomes) or (bad and settings.on_bad_run == "stop"):
        mend = "mend them, or set ingest.on_bad_run: skip to go on without them"
        raise InputError("\n  ".join([f"{len(bad)} of {len(outcomes)} runs can't be read ({mend}):", *bad]))


if __name__ == "__main__":
    run(lambda: command(sys.argv[1:]))
