"""The runs of each sample on each platform together: one concentration for each range of sizes."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.common.run_variance import moments, run_variance_of, stacked
from stages.compare.blanks import detection_limit
from stages.compare.rate import Blank, Rate, interval_of, rate_of

FEWEST_FOR_RSD = 10  # counts a run in the mean: a Poisson count of 10 has an RSD of 32 % by itself


@dataclass(frozen=True)
class Counted:
    """One sample in one range on one platform: `rows` of its runs, its concentration, that with all rows that could not
    be counted taken for particles (`most`), and the blank.

    `freedom` are the degrees of freedom of the variance between runs: 0 where no sample has two runs.
    """

    rows: pd.DataFrame
    rate: Rate
    most: Rate
    blank: Blank | None
    freedom: int

    @property
    def uncounted(self) -> int:
        return int(self.rows["uncounted"].sum())

    @property
    def imaged_ml(self) -> float:
        return float(self.rows["imaged_ml"].sum())


def counted_samples(
    counts: pd.DataFrame, blanks: dict[tuple[str, float, float], Blank], volume_rsd: float
) -> dict[tuple[str, str, str], Counted]:
    """(sample, platform, range) -> Counted, where the imaged volume of each run is known.

    The variance between runs is pooled over the platform's samples of the same role: bubbles, beads and protein are
    not handled alike. `blanks` as blanks_of gives them.
    """
    result = {}
    for (platform, role, at), pool in counts.groupby(["platform", "role", "at"]):
        samples = {sample: rows for sample, rows in pool.groupby("sample") if rows["imaged_ml"].notna().all()}
        if not samples:
            continue
        volumes = {sample: (rows["imaged_ml"] / rows["dilution"]).to_numpy() for sample, rows in samples.items()}
        found = stacked([moments(rows["count"].to_numpy(), volumes[sample]) for sample, rows in samples.items()])
        for place, (sample, rows) in enumerate(samples.items()):
            spread = run_variance_of(found, place)
            first = rows.iloc[0]
            blank = None if role == "blank" else blanks.get((platform, first["from_um"], first["to_um"]))
            rate, most = (
                rate_of(
                    count,
                    volume_ml=float(volumes[sample].sum()),
                    runs=len(rows),
                    spread=spread,
                    imaged_ml=float(rows["imaged_ml"].sum()),
                    blank=blank,
                    volume_rsd=volume_rsd,
                )
                for count in (rows["count"].sum(), (rows["count"] + rows["uncounted"]).sum())
            )
            result[sample, platform, at] = Counted(rows, rate, most, blank, int(spread.freedom))
    return result


def summary_of(own: Counted) -> dict:
    """Count, concentration with its 95 % interval, the blank's share and what can be told from it, and the runs'
    spread; None for what is not known. Where rows could not be counted there is an interval and no value."""
    rate = own.rate
    low, high = (interval_of(rate)[0], interval_of(own.most)[1]) if own.freedom else (math.nan, math.nan)
    entry = {
        "count": int(rate.count),
        "per_ml": None if own.uncounted else float(rate.per_ml),
        "per_ml_low": low,
        "per_ml_high": high,
        "run_cv": float(np.sqrt(max(0.0, float(rate.spread.value)))) if own.freedom else None,
        "degrees_of_freedom": own.freedom,
        **replicate_spread(own.rows["count"].to_numpy(), (own.rows["imaged_ml"] / own.rows["dilution"]).to_numpy()),
    }
    if own.uncounted:
        entry |= {"uncounted": own.uncounted, "rsd": None, "dispersion": None}
    if own.blank:
        entry["blank_per_ml"] = own.blank.per_ml
        entry["detection_limit_per_ml"] = detection_limit(rate, own.blank, own.imaged_ml)
    return {name: _known(value) for name, value in entry.items()}


def _known(value):
    return None if isinstance(value, float) and not math.isfinite(value) else value


def replicate_spread(counts: np.ndarray, volumes: np.ndarray) -> dict[str, float | None]:
    """Relative standard deviation of the replicates' concentrations, and their dispersion: Pearson's chi-square
    over its degrees of freedom, 1 for Poisson counts. None with fewer than two runs or counts too small to tell."""
    if len(counts) < 2 or counts.mean() < FEWEST_FOR_RSD:
        return {"rsd": None, "dispersion": None}
    each = counts / volumes
    expected = counts.sum() * volumes / volumes.sum()
    chi_square = float(((counts - expected) ** 2 / expected).sum())
    return {"rsd": float(each.std(ddof=1) / each.mean()), "dispersion": chi_square / (len(counts) - 1)}


def count_samples(counts: pd.DataFrame, counted: dict[tuple[str, str, str], Counted]) -> dict:
    """sample -> platform -> range: the replicates' counts and concentrations together.

    Where a run's imaged volume is not known the sample has counts alone.
    """
    result: dict = {}
    for (sample, platform), own in counts.groupby(["sample", "platform"]):
        by_run = own.drop_duplicates("run")
        known = bool(by_run["imaged_ml"].notna().all())
        volume = float((by_run["imaged_ml"] / by_run["dilution"]).sum()) if known else None
        at = {
            key: summary_of(counted[sample, platform, key]) if known else {"count": int(rows["count"].sum())}
            for key, rows in own.groupby("at", sort=False)
        }
        result.setdefault(sample, {})[platform] = {
            "runs": len(by_run),
            "diameter": own["diameter"].iloc[0],
            "sample_ml": volume,
            **({"power": power(volume)} if volume is not None else {}),
            **at,
        }
    return result


# Light-obscuration limits of the pharmacopoeias, 1/mL: for orientation, not as a pass or fail of flow imaging.
# From 10 and from 25 um; containers up to 100 mL have limits for each container, here one of 10 mL (6,000 and 600).
ORIENTATION_PER_ML = {"10 mL container": (600.0, 60.0), "container over 100 mL": (25.0, 3.0)}


def power(volume_ml: float) -> dict:
    """What counting in `volume_ml` of sample can tell: the count to expect at each limit (its coefficient of
    variation is one over its root), and the concentration that is excluded (95 %) when nothing is seen."""
    expected = {
        container: {"at_least_10_um": ten * volume_ml, "at_least_25_um": twenty_five * volume_ml}
        for container, (ten, twenty_five) in ORIENTATION_PER_ML.items()
    }
    return {"none_seen_excludes_above_per_ml": -math.log(0.05) / volume_ml, "expected_count": expected}
