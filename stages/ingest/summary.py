"""The stage's numbers: totals first, then each run."""

import pandas as pd

from stages.common.origin import origin_of
from stages.common.particles import REJECTS
from stages.ingest.runs import Outcome


def metrics(outcomes: list[Outcome], unknown_labels: int) -> dict:
    """Counts of rows, classes and warnings; imaged volume and concentration of each run.

    particles_per_ml: accepted particles over the imaged volume, times the dilution.
    """
    read = [outcome for outcome in outcomes if outcome.error is None]
    classes = pd.Series(dtype=int)
    for outcome in read:
        classes = classes.add(pd.Series(outcome.classes, dtype=int), fill_value=0)
    return {
        "accepted": sum(outcome.facts["accepted"] for outcome in read),
        "rejected": sum(outcome.facts["rejected"] for outcome in read),
        "rows_read": sum(outcome.facts["rows_read"] for outcome in read),
        "runs": len(read),
        "runs_skipped": len(outcomes) - len(read),
        "warnings": sum(sum(outcome.warnings.values()) for outcome in read),
        "data": origin_of(pd.DataFrame([outcome.facts for outcome in read])),
        "classes": {name: int(count) for name, count in classes.items()},
        "unknown_labels": unknown_labels + sum(outcome.unknown_labels for outcome in outcomes),
        "by_run": {outcome.row.run: _of_run(outcome) for outcome in read},
    }


def rejects_table(outcomes: list[Outcome]) -> pd.DataFrame:
    """Every refused row, and every run that was skipped (without file and line)."""
    rows = [
        {"run": outcome.row.run, "file": r.file, "line": r.line, "column": r.column, "reason": r.reason}
        for outcome in outcomes
        for r in sorted(outcome.rejects, key=lambda reject: (reject.file, reject.line or 0))
    ]
    rows += [{"run": outcome.row.run, "reason": outcome.error} for outcome in outcomes if outcome.error is not None]
    return pd.DataFrame(rows, columns=REJECTS).astype({"line": "Int64"})


def _of_run(outcome: Outcome) -> dict:
    facts = outcome.facts
    imaged_ml = facts["imaged_ml"]
    return {
        "accepted": facts["accepted"],
        "rejected": facts["rejected"],
        "rows_read": facts["rows_read"],
        "imaged_ml": imaged_ml,
        "particles_per_ml": facts["accepted"] / imaged_ml * facts["dilution"] if imaged_ml else None,
        "warnings": outcome.warnings,
    }
