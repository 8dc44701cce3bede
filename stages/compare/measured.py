"""What was measured: the runs and, of each, the diameters to compare by."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.common.base.origin import origin_of
from stages.common.particles import size_column

DIAMETERS = ["abd_um", "ecd_um", "esd_um"]


def read_runs(path: str | Path) -> pd.DataFrame:
    """One row a run, in the order of platform, sample and name; `imaged_ml` is null where counts can't be brought to a
    volume, whatever the reason. Raises InputError when there is none."""
    runs = pd.read_parquet(path)
    if runs.empty:
        raise InputError(f"{path}: no run was ingested; the sample sheet needs at least one row")
    runs["imaged_ml"] = runs["imaged_ml"].where(runs["no_concentration"].isna())
    return runs.sort_values(["platform", "sample", "run"], ignore_index=True)


def read_diameters(runs: pd.DataFrame, folder: str | Path) -> dict[str, pd.DataFrame]:
    """For each run its diameters in um, as the instrument reports them."""
    return {run: pd.read_parquet(Path(folder) / f"{run}.parquet", columns=DIAMETERS) for run in runs["run"]}


def columns_by_platform(runs: pd.DataFrame, diameters: dict[str, pd.DataFrame]) -> dict[str, str]:
    """The one diameter that a platform's runs are compared by. A platform without diameters (folders of crops) is
    absent. Raises InputError when its runs have diameters, but none in common."""
    columns = {}
    for platform, own in runs.groupby("platform"):
        sized = [diameters[run] for run in own["run"] if diameters[run].notna().any(axis=None)]
        if not sized:
            continue
        shared = {name: all(table[name].notna().any() for table in sized) for name in DIAMETERS}
        try:
            columns[platform] = size_column(shared)
        except InputError:
            raise InputError(
                f"platform {platform}: its runs have no diameter in common, so their counts can't be compared; name "
                "each kind of export a platform of its own in the sample sheet"
            ) from None
    return columns


def sizes_of(runs: pd.DataFrame, diameters: dict[str, pd.DataFrame], columns: dict[str, str]) -> dict[str, np.ndarray]:
    """For each run its particles' diameters in um, ascending; particles without one are left out, and so are runs
    with particles of which none has one: their counts would be zeros that nobody counted."""
    sizes = {}
    for row in runs.itertuples():
        unsized = len(diameters[row.run]) and diameters[row.run].isna().all(axis=None)
        if row.platform not in columns or unsized:
            continue
        values = diameters[row.run][columns[row.platform]].to_numpy(float)
        sizes[row.run] = np.sort(values[np.isfinite(values)])
    return sizes


@dataclass(frozen=True)
class Measured:
    """Runs with diameters, the diameter that each platform is compared by, and each run's diameters in um, ascending.

    The runs' column `uncounted`: rows that were refused, and particles without that diameter. They may be of any size,
    so that a count lies between what was counted and that many more. `unsized` names the runs without diameters,
    `origin` tells whether all runs were measured or simulated.
    """

    runs: pd.DataFrame
    columns: dict[str, str]
    sizes: dict[str, np.ndarray]
    unsized: list[str]
    origin: str

    @property
    def pair(self) -> tuple[str, str] | None:
        """The two platforms that are compared (the first two by name); None when there are fewer."""
        platforms = sorted(self.columns)
        return (platforms[0], platforms[1]) if len(platforms) > 1 else None

    def on_both(self, role: str) -> list[str]:
        """Samples of `role` that were measured on both platforms."""
        own = self.runs[self.runs["role"] == role]
        first, second = (set(own.loc[own["platform"] == platform, "sample"]) for platform in self.pair)
        return sorted(first & second)

    def sizes_in(self, sample: str, platform: str, smallest: float) -> list[np.ndarray]:
        """The diameters from `smallest` um in each run of `sample` on `platform`."""
        own = self.runs[(self.runs["sample"] == sample) & (self.runs["platform"] == platform)]
        return [self.sizes[run][self.sizes[run] >= smallest] for run in own["run"]]


def read_measured(folder: str | Path) -> Measured:
    """Read runs.parquet and the runs' tables in `folder`. Every row there is a particle, with a picture or without."""
    runs = read_runs(Path(folder) / "runs.parquet")
    diameters = read_diameters(runs, folder)
    columns = columns_by_platform(runs, diameters)
    sizes = sizes_of(runs, diameters, columns)
    sized = runs["run"].isin(list(sizes))
    unsized = {run: len(diameters[run]) - len(own) for run, own in sizes.items()}
    runs["uncounted"] = runs["rejected"] + runs["run"].map(unsized).fillna(0).astype(int)
    return Measured(
        runs[sized].reset_index(drop=True), columns, sizes, sorted(runs.loc[~sized, "run"]), origin_of(runs)
    )
