"""The stage's numbers: totals first, then each run."""

import csv
import shutil
from collections import Counter
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stages.common.base.origin import origin_of
from stages.common.particles import REJECTS, RUNS, WARNINGS
from stages.ingest.runs import Outcome
from stages.ingest.written.write import REJECTED, WARNED, Written


def metrics(outcomes: list[Outcome], unknown_labels: int) -> dict:
    """Counts of rows, classes and warnings; imaged volume and concentration of each run.

    particles_per_ml: accepted particles over the imaged volume, times the dilution.
    """
    read = [outcome for outcome in outcomes if outcome.error is None]
    facts = [outcome.written.facts for outcome in read]
    classes: Counter = Counter()
    for outcome in read:
        classes.update(outcome.written.classes)
    return {
        "accepted": sum(told["accepted"] for told in facts),
        "rejected": sum(told["rejected"] for told in facts),
        "rows_read": sum(told["rows_read"] for told in facts),
        "runs": len(read),
        "runs_skipped": len(outcomes) - len(read),
        "warnings": sum(sum(outcome.written.warnings.values()) for outcome in read),
        "data": origin_of(pd.DataFrame(facts)),
        "classes": dict(sorted(classes.items())),
        "unknown_labels": unknown_labels + sum(outcome.written.unknown_labels for outcome in outcomes),
        "by_run": {outcome.row.run: _of_run(outcome.written) for outcome in read},
    }


def write_rejects(path: Path, outcomes: list[Outcome]) -> None:
    """Every refused row, and every run that was skipped (without file and line)."""
    skipped = [(outcome.row.run, "", "", "", outcome.error) for outcome in outcomes if outcome.error is not None]
    _joined(path, REJECTS, outcomes, REJECTED, skipped)


def write_warnings(path: Path, outcomes: list[Outcome]) -> None:
    """What the exports say twice and not alike."""
    _joined(path, WARNINGS, outcomes, WARNED, [])


def write_runs(path: Path, runs: list[dict]) -> None:
    pq.write_table(pa.Table.from_pylist(runs, schema=RUNS), path, compression="zstd")


def _joined(path: Path, header: list[str], outcomes: list[Outcome], name: str, more: list[tuple]) -> None:
    """A CSV of the lines in each run's file `name`, and `more` of them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(header)
        for outcome in outcomes:
            if outcome.error is None:
                with (outcome.folder / name).open(encoding="utf-8", newline="") as part:
                    shutil.copyfileobj(part, file)
        lines.writerows(more)


def _of_run(written: Written) -> dict:
    facts = written.facts
    imaged_ml = facts["imaged_ml"]
    return {
        "accepted": facts["accepted"],
        "rejected": facts["rejected"],
        "rows_read": facts["rows_read"],
        "imaged_ml": imaged_ml,
        "particles_per_ml": facts["accepted"] / imaged_ml * facts["dilution"] if imaged_ml else None,
        "warnings": written.warnings,
    }
