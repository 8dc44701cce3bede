"""What was measured: the runs and, of each, the diameters to compare by."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.errors import InputError
from stages.common.origin import origin_of
from stages.common.particles import size_column

DIAMETERS = ["abd_um", "ecd_um", "esd_um"]


def read_runs(path: str | Path) -> pd.DataFrame:
    """One row a run, in the order of platform, sample and name. Raises InputError when there is none."""
    runs = pd.read_parquet(path)
    if runs.empty:
        raise InputError(f"{path}: no run was ingested; the sample sheet needs at least one row")
    return runs.sort_values(["platform", "sample", "run"], ignore_index=True)


def read_diameters(runs: pd.DataFrame, folder: str | Path) -> dict[str, pd.DataFrame]:
    """For each run its diameters in um, as the instrument reports them."""
    return {run: pd.read_parquet(Path(folder) / f"{run}.parquet", columns=DIAMETERS) for run in runs["run"]}


def columns_by_platform(runs: pd.DataFrame, diameters: dict[str, pd.DataFrame]) -> dict[str, str]:
    """The one diameter that every run of a platform is compared by."""
    columns = {}
    for platform, own in runs.groupby("platform"):
        tables = [diameters[run] for run in own["run"]]
        columns[platform] = size_column({name: any(t[name].notna().any() for t in tables) for name in DIAMETERS})
    return columns


def sizes_of(runs: pd.DataFrame, diameters: dict[str, pd.DataFrame], columns: dict[str, str]) -> dict[str, np.ndarray]:
    """For each run its particles' diameters in um, ascending; particles without one are left out."""
    sizes = {}
    for row in runs.itertuples():
        values = diameters[row.run][columns[row.platform]].to_numpy(float)
        sizes[row.run] = np.sort(values[np.isfinite(values)])
    return sizes


@dataclass(frozen=True)
class Measured:
    """Runs, the diameter that each platform is compared by, and each run's diameters in um, ascending."""

    runs: pd.DataFrame
    columns: dict[str, str]
    sizes: dict[str, np.ndarray]

    @property
    def origin(self) -> str:
        return origin_of(self.runs)

    @property
    def platforms(self) -> list[str]:
        return sorted(self.columns)

    @property
    def pair(self) -> tuple[str, str] | None:
        """The two platforms that are compared (the first two by name); None when there is one."""
        return tuple(self.platforms[:2]) if len(self.platforms) > 1 else None

    def on_both(self, role: str) -> list[str]:
        """Samples of `role` that were measured on both platforms."""
        own = self.runs[self.runs["role"] == role]
        first, second = (set(own.loc[own["platform"] == platform, "sample"]) for platform in self.pair)
        return sorted(first & second)

    def sizes_in(self, sample: str, platform: str, smallest: float) -> list[np.ndarray]:
        """The diameters from `smallest` um in each run of `sample` on `platform`."""
        own = self.runs[(self.runs["sample"] == sample) & (self.runs["platform"] == platform)]
        return [self.sizes[run][self.sizes[run] >= smallest] for run in own["run"]]


def read_measured(path: str | Path, folder: str | Path) -> Measured:
    """Read runs.parquet and the runs' tables in `folder`."""
    runs = read_runs(path)
    diameters = read_diameters(runs, folder)
    columns = columns_by_platform(runs, diameters)
    return Measured(runs, columns, sizes_of(runs, diameters, columns))
