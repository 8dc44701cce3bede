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
from stages.reading.exports.rows.concentration import bounds


def metrics(outcomes: list[Outcome], unknown_labels: int) -> dict:
    """Counts of rows, classes and warnings; imaged volume and concentration of each run.

    particles_per_ml: accepted particles over the imaged volume, times the dilution; where rows were refused, which may
    be particles, it lies between bounds. no_concentration: why there is neither.
    """
    read = [outcome for outcome in outcomes if outcome.error is None]
    facts = [outcome.written.facts for outcome in read]
    classes: Counter = Counter()
    for outcome in read:
        classes.update(outcome.written.classes)
    return {
        "accepted": sum(told["accepted"] for told in facts),
        "rejected": sum(told["rejected"] for told in facts),
        "without_image": sum(told["without_image"] for told in facts),
        "rows_read": sum(told["rows_read"] for told in facts),
        "runs": len(read),
        "runs_skipped": len(outcomes) - len(read),
        "skipped": [outcome.row.run for outcome in outcomes if outcome.error is not None],
        "without_concentration": sum(told["no_concentration"] is not None for told in facts),
        "warnings": sum(sum(outcome.written.warnings.values()) for outcome in read),
        "data": origin_of(pd.DataFrame(facts)),
        "classes": dict(sorted(classes.items())),
        "unknown_labels": unknown_labels + sum(outcome.written.unknown_labels for outcome in outcomes),
        "by_run": {outcome.row.run: _of_run(outcome.written) for outcome in read},
    }


def told(outcome: Outcome) -> str:
    """A line for the terminal: what became of the run's rows."""
    run, facts = outcome.row.run, outcome.written.facts
    if outcome.error is not None:
        return f"{run}: skipped: {outcome.error}"
    counts = f"{facts['accepted']} accepted, {facts['rejected']} refused, {facts['without_image']} without picture"
    edited = facts["no_concentration"] if facts["imaged_ml"] else None
    return f"{run}: {counts}" + (f"; no concentration: {edited}" if edited else "")


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
    told = {name: facts[name] for name in ("accepted", "rejected", "rows_read", "without_image", "imaged_ml")}
    between = bounds(facts["accepted"], facts["rejected"], facts)
    exact = between[0] if between and between[0] == between[1] else None
    return told | {
        "particles_per_ml": exact,
        "particles_per_ml_bounds": list(between) if between and exact is None else None,
        "no_concentration": facts["no_concentration"],
        "warnings": written.warnings,
    }
