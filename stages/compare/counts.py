"""Counts and concentrations of each run, in ranges of sizes."""

import pandas as pd
from statsmodels.stats.rates import confint_poisson

from stages.compare.measured import Measured
from stages.compare.ranges import SizeRange

COLUMNS = [
    *("run", "platform", "sample", "role", "diameter", "at", "from_um", "to_um", "count", "uncounted"),
    *("imaged_ml", "dilution", "per_ml", "per_ml_low", "per_ml_high"),
]


def poisson_interval(count: int, volume_ml: float, level: float = 0.95) -> tuple[float, float]:
    """Exact central interval of a concentration, 1/mL, from `count` particles in `volume_ml` (Garwood 1936)."""
    low, high = confint_poisson(count, volume_ml, method="exact-c", alpha=1 - level)
    return (0.0 if count == 0 else float(low)), float(high)


def concentration(count: int, imaged_ml: float | None, dilution: float, uncounted: int = 0) -> dict[str, float | None]:
    """1/mL of the undiluted sample in one run with its 95 % interval; all None when the imaged volume is not known.

    uncounted: rows that may be particles as well. With any there is no one concentration, only an interval, from that
    of `count` to that of all of them.
    """
    if imaged_ml is None or not imaged_ml > 0:
        return {"per_ml": None, "per_ml_low": None, "per_ml_high": None}
    volume = imaged_ml / dilution
    low, high = poisson_interval(count, volume)[0], poisson_interval(count + uncounted, volume)[1]
    return {"per_ml": None if uncounted else count / volume, "per_ml_low": low, "per_ml_high": high}


def count_runs(measured: Measured, ranges: list[SizeRange], runs: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row for each run (of `runs`, or all) and range; none where the platform's size filter cuts the range."""
    rows = []
    for row in (measured.runs if runs is None else runs).itertuples():
        smallest = measured.smallest_um(row.platform)
        for size_range in ranges:
            if size_range.low_um < smallest:
                continue
            count = size_range.count(measured.sizes[row.run])
            rows.append(
                {
                    "run": row.run,
                    "platform": row.platform,
                    "sample": row.sample,
                    "role": row.role,
                    "diameter": measured.columns[row.platform],
                    "at": size_range.key,
                    "from_um": size_range.low_um,
                    "to_um": size_range.high_um,
                    "count": count,
                    "uncounted": row.uncounted,
                    "imaged_ml": row.imaged_ml,
                    "dilution": row.dilution,
                    **concentration(count, row.imaged_ml, row.dilution, row.uncounted),
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS)
