"""Runs made up for a test."""

import numpy as np
import pandas as pd

from stages.compare.measured import Measured

RUN = {
    "role": "parallel",
    "dilution": 1.0,
    "imaged_ml": 0.5,
    "min_size_um": np.nan,
    "nominal_diameter_um": np.nan,
    "uncounted": 0,
}


def measured(*runs: dict, columns: dict | None = None) -> Measured:
    """One dict a run: run, platform, sample, sizes, and what differs from RUN."""
    table = pd.DataFrame([RUN | {name: value for name, value in run.items() if name != "sizes"} for run in runs])
    for name in ("imaged_ml", "min_size_um", "nominal_diameter_um"):
        table[name] = table[name].astype(float)
    sizes = {run["run"]: np.sort(np.asarray(run["sizes"], float)) for run in runs}
    columns = columns or dict.fromkeys(table["platform"], "abd_um")
    return Measured(runs=table, columns=columns, sizes=sizes, unsized=[], origin="simulated")


def replicates(platform: str, sample: str, counts: list[int], size_um: float = 3.0, **columns) -> list[dict]:
    """A run of each of `counts` particles, all of one size."""
    return [
        {"run": f"{sample}-{platform}{number}", "platform": platform, "sample": sample}
        | {"sizes": np.full(count, size_um)}
        | columns
        for number, count in enumerate(counts)
    ]
