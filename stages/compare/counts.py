"""Cumulative counts and concentrations, of each run and of each sample on each platform."""

import math

import numpy as np
import pandas as pd
from statsmodels.stats.rates import confint_poisson

COLUMNS = [
    *("run", "platform", "sample", "role", "diameter", "threshold_um", "count", "uncounted", "imaged_ml", "dilution"),
    *("per_ml", "per_ml_low", "per_ml_high"),
]


def poisson_interval(count: int, volume_ml: float, level: float = 0.95) -> tuple[float, float]:
    """Exact central interval of a concentration, 1/mL, from `count` particles in `volume_ml` (Garwood 1936)."""
    low, high = confint_poisson(count, volume_ml, method="exact-c", alpha=1 - level)
    return (0.0 if count == 0 else float(low)), float(high)


def concentration(count: int, imaged_ml: float | None, dilution: float, uncounted: int = 0) -> dict[str, float | None]:
    """1/mL of the undiluted sample with its 95 % interval; all None when the imaged volume is not known.

    uncounted: rows that may be particles as well. With any there is no one concentration, only an interval, from that
    of `count` to that of all of them.
    """
    if imaged_ml is None or not imaged_ml > 0:
        return {"per_ml": None, "per_ml_low": None, "per_ml_high": None}
    volume = imaged_ml / dilution
    low, high = poisson_interval(count, volume)[0], poisson_interval(count + uncounted, volume)[1]
    return {"per_ml": None if uncounted else count / volume, "per_ml_low": low, "per_ml_high": high}


def count_runs(
    runs: pd.DataFrame, sizes: dict[str, np.ndarray], columns: dict[str, str], thresholds: list[int]
) -> pd.DataFrame:
    """One row for each run and threshold: particles at least that large, and their concentration."""
    rows = []
    for row in runs.itertuples():
        for threshold in thresholds:
            count = int(np.count_nonzero(sizes[row.run] >= threshold))
            rows.append(
                {
                    "run": row.run,
                    "platform": row.platform,
                    "sample": row.sample,
                    "role": row.role,
                    "diameter": columns[row.platform],
                    "threshold_um": threshold,
                    "count": count,
                    "uncounted": row.uncounted,
                    "imaged_ml": row.imaged_ml,
                    "dilution": row.dilution,
                    **concentration(count, row.imaged_ml, row.dilution, row.uncounted),
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def replicate_spread(counts: np.ndarray, volumes: np.ndarray) -> dict[str, float | None]:
    """Relative standard deviation of the replicates' concentrations, and their dispersion: Pearson's chi-square
    over its degrees of freedom, 1 for Poisson counts. None with fewer than two runs or no particle."""
    if len(counts) < 2 or counts.sum() == 0:
        return {"rsd": None, "dispersion": None}
    each = counts / volumes
    expected = counts.sum() * volumes / volumes.sum()
    chi_square = float(((counts - expected) ** 2 / expected).sum())
    return {"rsd": float(each.std(ddof=1) / each.mean()), "dispersion": chi_square / (len(counts) - 1)}


def count_samples(counts: pd.DataFrame) -> dict:
    """sample -> platform -> threshold: the replicates' counts and concentrations together.

    Where a run's imaged volume is not known the sample has counts alone; where rows could not be counted, an interval
    and no value.
    """
    result: dict = {}
    for (sample, platform), own in counts.groupby(["sample", "platform"]):
        known = own["imaged_ml"].notna().all()
        by_run = own.drop_duplicates("run")
        volume = float((by_run["imaged_ml"] / by_run["dilution"]).sum()) if known else None
        at = {}
        for threshold, rows in own.groupby("threshold_um"):
            count, uncounted = int(rows["count"].sum()), int(rows["uncounted"].sum())
            entry = {"count": count} | ({"uncounted": uncounted} if uncounted else {})
            if known:
                entry |= concentration(count, volume, 1.0, uncounted)
            if known and not uncounted:
                entry |= replicate_spread(rows["count"].to_numpy(), (rows["imaged_ml"] / rows["dilution"]).to_numpy())
            at[f"at_least_{threshold}_um"] = entry
        result.setdefault(sample, {})[platform] = {
            "runs": len(by_run),
            "diameter": own["diameter"].iloc[0],
            "sample_ml": volume,
            **({"power": power(volume)} if known else {}),
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
