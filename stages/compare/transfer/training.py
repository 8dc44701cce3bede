"""Fit transfers to the samples that two platforms measured in parallel."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pydantic import ValidationError

from stages.common.run_variance import moments, pooled, stacked
from stages.compare.dilution import families
from stages.compare.measured import Measured
from stages.compare.transfer.model import (
    FEWEST_COUNTS,
    FEWEST_SAMPLES,
    Refused,
    Threshold,
    Trained,
    Transfer,
    variance_by_runs,
)
from stages.compare.transfer.predicting import Seen
from stages.compare.transfer.size_map import SizeMap
from stages.compare.transfer.slope import FACTOR, slope_of


@dataclass(frozen=True)
class Runs:
    """A sample's runs on one platform: counts from each of some sizes on (runs, sizes), volume imaged and volume of
    undiluted sample in it, mL (runs,), and the sample sheet's name of what was in the cell (a dilution has its own)."""

    counts: np.ndarray
    imaged_ml: np.ndarray
    volume_ml: np.ndarray
    suspension: np.ndarray


@dataclass(frozen=True)
class Pair:
    """One sample on both platforms: `first` counted from g(d) and FACTOR g(d), `second` from d on."""

    sample: str
    first: Runs
    second: Runs

    @property
    def seen(self) -> Seen:
        count, beyond = self.first.counts.sum(axis=0)
        return Seen(count, beyond, len(self.first.counts), self.first.imaged_ml.sum(), self.first.volume_ml.sum())

    @property
    def second_count(self) -> int:
        return int(self.second.counts[:, 0].sum())


def map_of(beads: pd.DataFrame, first: str, second: str) -> SizeMap:
    """From one row a bead run with its median diameter: the runs of a platform count alike. Raises ValueError."""
    medians = beads[beads["median_um"].notna()].pivot_table(
        index="nominal_um", columns="platform", values="median_um", aggfunc="mean"
    )
    both = medians.reindex(columns=[first, second]).dropna()
    nominal, one, other = ([float(value) for value in column] for column in (both.index, both[first], both[second]))
    try:
        return SizeMap(nominal_um=nominal, first_um=one, second_um=other)
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def pairs_of(measured: Measured, first: str, second: str, first_um: float, second_um: float) -> list[Pair]:
    """The parallel samples of which every run on both platforms has a concentration. Dilutions of one sample are one
    sample, for what sets it apart they share."""
    own = measured.runs[(measured.runs["role"] == "parallel") & measured.runs["platform"].isin([first, second])]
    if "parent" in own:
        roots = {member: parent for parent, members in families(own).items() for member in members}
        own = own.assign(root=own["sample"].map(lambda sample: roots.get(sample, sample)))
    else:
        own = own.assign(root=own["sample"])
    pairs = []
    for root, runs in own.groupby("root"):
        known = runs["imaged_ml"].notna().all() and not runs["uncounted"].any()
        sides = [runs[runs["platform"] == platform] for platform in (first, second)]
        if known and all(map(len, sides)):
            sizes = ([first_um, FACTOR * first_um], [second_um])
            pairs.append(Pair(str(root), *(_runs(measured, *side) for side in zip(sides, sizes, strict=True))))
    return pairs


def _runs(measured: Measured, runs: pd.DataFrame, sizes_um: list[float]) -> Runs:
    counts = [len(measured.sizes[run]) - np.searchsorted(measured.sizes[run], sizes_um) for run in runs["run"]]
    imaged = runs["imaged_ml"].to_numpy(float)
    return Runs(np.array(counts), imaged, imaged / runs["dilution"].to_numpy(float), runs["sample"].to_numpy(str))


def threshold_of(pairs: list[Pair], first_um: float, second_um: float) -> Threshold:
    """The fit from one size on. Raises ValueError where samples are too few or have too few particles."""
    if len(pairs) < FEWEST_SAMPLES:
        raise ValueError(f"{len(pairs)} independent samples were measured on both platforms; it needs {FEWEST_SAMPLES}")
    for pair in pairs:
        if min(pair.seen.count, pair.second_count) < FEWEST_COUNTS:
            raise ValueError(f"fewer than {FEWEST_COUNTS} particles of sample {pair.sample} on a platform")
    spreads = [
        float(pooled(stacked([moments(own.counts[:, 0], own.volume_ml) for own in side])).value)
        for side in zip(*((pair.first, pair.second) for pair in pairs), strict=True)
    ]
    imaged = [
        pair.first.counts[own, 0].sum() / pair.first.imaged_ml[own].sum()
        for pair in pairs
        for own in (pair.first.suspension == name for name in np.unique(pair.first.suspension))
    ]
    return Threshold(
        second_um=float(second_um),
        first_um=float(first_um),
        first_run_variance=spreads[0],
        second_run_variance=spreads[1],
        imaged_per_ml=[float(min(value for value in imaged if value)), float(max(imaged))],
        samples=[_trained(pair, spreads) for pair in pairs],
    )


def _trained(pair: Pair, spreads: list[float]) -> Trained:
    seen, second, count = pair.seen, pair.second, pair.second_count
    runs = variance_by_runs(spreads[0], seen.runs, spreads[1], len(second.counts))
    return Trained(
        sample=pair.sample,
        first_count=int(seen.count),
        second_count=count,
        log_ratio=float(np.log(count / second.volume_ml.sum()) - np.log(seen.count / seen.volume_ml)),
        variance=float(1 / seen.count + 1 / count + runs),
        slope=slope_of(seen.count, seen.beyond),
    )


def corresponding_um(measured: Measured, size_map: SizeMap, first: str, second: str, second_um: float) -> float:
    """g(d). Raises ValueError where it is not known or a size filter cuts on either platform."""
    first_um = size_map.first_of(second_um)
    for platform, size in ((second, second_um), (first, first_um)):
        smallest = measured.smallest_um(platform)
        if size < smallest:
            raise ValueError(f"{size:.3g} µm on {platform} lies below its size filter of {smallest:g} µm")
    return first_um


def fit(measured: Measured, beads: pd.DataFrame, first: str, second: str, thresholds_um: list[int]) -> Transfer:
    """The transfer from `first` to `second`. Raises ValueError where there is no map of sizes, or nothing to fit."""
    if not measured.on_both("parallel", (first, second)):
        raise ValueError("no sample of role parallel was measured on both")
    size_map = map_of(beads, first, second)
    thresholds, refused = [], []
    for second_um in sorted(thresholds_um):
        try:
            first_um = corresponding_um(measured, size_map, first, second, second_um)
            pairs = pairs_of(measured, first, second, first_um, second_um)
            thresholds.append(threshold_of(pairs, first_um, second_um))
        except ValueError as error:
            refused.append(Refused(second_um=second_um, reason=str(error)))
    runs = measured.runs[(measured.runs["role"] == "parallel") & (measured.runs["platform"] == second)]
    second_ml = runs["imaged_ml"].median()
    if not second_ml > 0:
        raise ValueError(f"no run on {second} tells its imaged volume")
    return Transfer(
        first=first,
        second=second,
        first_diameter=measured.columns[first],
        second_diameter=measured.columns[second],
        second_ml=float(second_ml),
        size_map=size_map,
        thresholds=thresholds,
        refused=refused,
    )
