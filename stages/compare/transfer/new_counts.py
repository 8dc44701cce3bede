"""Counts of new samples: of an ingested run, or from a table of cumulative counts."""

from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.compare.measured import Measured
from stages.compare.transfer.model import Threshold
from stages.compare.transfer.predicting import Seen
from stages.compare.transfer.slope import FACTOR

NEEDED = ("platform", "sample", "run", "from_um", "count", "imaged_ml")


def seen_in_run(measured: Measured, run: str, threshold: Threshold) -> Seen:
    """Counted from the run's own diameters. Raises ValueError where a count or the volume is not known."""
    row = measured.runs[measured.runs["run"] == run].iloc[0]
    if row["uncounted"]:
        raise ValueError(f"{row['uncounted']} rows of the run were refused or have no size, and may be particles")
    if not row["imaged_ml"] > 0:
        raise ValueError(f"the run has no concentration: {row['no_concentration']}")
    sizes = measured.sizes[run]
    count, beyond = len(sizes) - np.searchsorted(sizes, [threshold.first_um, FACTOR * threshold.first_um])
    return Seen(int(count), int(beyond), 1, row["imaged_ml"], row["imaged_ml"] / row["dilution"])


def read_counts(path: str | Path) -> pd.DataFrame:
    """A CSV with a row for each run and size: platform, sample, run, from_um (counted from there on), count, imaged_ml
    and, where not 1, dilution; as metrics/counts.csv has them. Raises InputError."""
    try:
        table = pd.read_csv(path, dtype={"platform": str, "sample": str, "run": str})
    except FileNotFoundError:
        raise InputError(f"{path}: not found") from None
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable as a table: {error}") from None
    missing = [name for name in NEEDED if name not in table]
    if missing:
        raise InputError(f"{path}: column {', '.join(missing)} is missing; it needs {', '.join(NEEDED)}")
    if "dilution" not in table:
        table["dilution"] = 1.0
    if "uncounted" not in table:
        table["uncounted"] = 0
    for name, least in (("from_um", 0), ("count", 0), ("imaged_ml", 0), ("dilution", 1), ("uncounted", 0)):
        values = pd.to_numeric(table[name], errors="coerce")
        wrong = table.index[~(values >= least) & table[name].notna() | (values.isna() & (name != "imaged_ml"))]
        if len(wrong):
            raise InputError(f"{path}: line {wrong[0] + 2}: {name} is {table[name][wrong[0]]!r}; at least {least}")
        table[name] = values
    twice = table.index[table.duplicated(["run", "from_um"])]
    if len(twice):
        raise InputError(f"{path}: line {twice[0] + 2}: run {table['run'][twice[0]]} has this size twice")
    return table


def seen_in_table(rows: pd.DataFrame, threshold: Threshold) -> Seen:
    """From the rows of one sample's runs; between two sizes of the table by a power law. Raises ValueError where the
    table doesn't reach, or a count or the volume is not known."""
    if rows["uncounted"].any():
        raise ValueError("rows of a run were refused or have no size, and may be particles")
    if not (rows["imaged_ml"] > 0).all():
        raise ValueError("the imaged volume of a run is not known")
    counted = rows.groupby("from_um")["count"].agg(["sum", "size"])
    runs = rows.drop_duplicates("run")
    counted = counted[counted["size"] == len(runs)]["sum"]
    needed = [threshold.first_um, FACTOR * threshold.first_um]
    if not len(counted) or needed[0] < counted.index[0] or needed[1] > counted.index[-1]:
        raise ValueError(f"the table must have counts of all runs from {needed[0]:.4g} to {needed[1]:.4g} µm")
    # Half a particle more has a logarithm where there is none.
    logarithm = np.interp(np.log(needed), np.log(counted.index), np.log(counted + 0.5))
    count, beyond = np.exp(logarithm) - 0.5
    volumes = runs["imaged_ml"], runs["imaged_ml"] / runs["dilution"]
    return Seen(float(count), float(beyond), len(runs), *(float(volume.sum()) for volume in volumes))
