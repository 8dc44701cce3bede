"""What was measured: the runs and, of each, the diameters to compare by."""

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from stages.common.base.errors import InputError
from stages.common.base.origin import origin_of
from stages.common.particles import size_column

# What each is the diameter of: a circle of the particle's area, or the mean of its Feret diameters.
DIAMETERS = {"abd_um": "area", "ecd_um": "area", "esd_um": "Feret"}


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
    return {run: pd.read_parquet(Path(folder) / f"{run}.parquet", columns=list(DIAMETERS)) for run in runs["run"]}


def columns_by_platform(runs: pd.DataFrame, diameters: dict[str, pd.DataFrame]) -> dict[str, str]:
    """The one diameter that a platform's runs are compared by. A platform without diameters (folders of crops) is
    absent. Raises InputError when its runs have diameters, but none in common.

    Area-based diameters (ABD, ECD) and Feret ones (ESD) of one particle differ, so all platforms take the same kind
    where each reports it, area-based first; else each takes its own, which `Measured.alike` tells.
    """
    shared = {}
    for platform, own in runs.groupby("platform"):
        sized = [diameters[run] for run in own["run"] if diameters[run].notna().any(axis=None)]
        if not sized:
            continue
        shared[platform] = {name for name in DIAMETERS if all(table[name].notna().any() for table in sized)}
        if not shared[platform]:
            raise InputError(
                f"platform {platform}: its runs have no diameter in common, so their counts can't be compared; name "
                "each kind of export a platform of its own in the sample sheet"
            )
    for kind in DIAMETERS.values():
        own = {platform: [name for name in names if DIAMETERS[name] == kind] for platform, names in shared.items()}
        if all(own.values()):
            shared = {platform: set(names) for platform, names in own.items()}
            break
    return {platform: size_column(dict.fromkeys(names, True)) for platform, names in shared.items()}


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
    def pairs(self) -> list[tuple[str, str]]:
        """Every two platforms, by name: the second is compared with the first."""
        return list(combinations(sorted(self.columns), 2))

    def alike(self, *platforms: str) -> bool:
        """Whether the platforms' diameters are of one kind."""
        return len({DIAMETERS[self.columns[platform]] for platform in platforms}) == 1

    def on_both(self, role: str, pair: tuple[str, str]) -> list[str]:
        """Samples of `role` that were measured on both platforms of `pair`."""
        own = self.runs[self.runs["role"] == role]
        first, second = (set(own.loc[own["platform"] == platform, "sample"]) for platform in pair)
        return sorted(first & second)

    def smallest_um(self, platform: str) -> float:
        """The size below which the platform's own filter leaves particles out; 0 where no export states one."""
        own = self.runs.loc[self.runs["platform"] == platform, "min_size_um"]
        return float(own.max()) if own.notna().any() else 0.0

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
