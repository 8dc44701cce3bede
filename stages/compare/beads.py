"""Beads: their size against the certificate's, and how many of them were found."""

import numpy as np
import pandas as pd
from scipy import stats

from stages.compare.counts import concentration

COLUMNS = [
    *("run", "platform", "sample", "diameter", "nominal_um", "count", "share_outside", "mode_um", "mean_um", "sd_um"),
    *("cv", "bias_um", "bias", "imaged_ml", "dilution", "per_ml", "per_ml_low", "per_ml_high", "certified_per_ml"),
    *("recovery", "recovery_low", "recovery_high"),
]
FEWEST = 20  # beads for a mode
# Two touching beads seen as one have sqrt(2) times a bead's area-based diameter; they lie outside.
PEAK = (0.8, 1.25)


def peak_of(sizes: np.ndarray, nominal_um: float) -> tuple[float, np.ndarray] | None:
    """The beads' mode (um, of a kernel density of log diameter between half and twice the nominal diameter) and the
    diameters from 0.8 to 1.25 times the mode: single beads, without debris and doublets. None with too few."""
    near = sizes[(sizes >= nominal_um / 2) & (sizes <= nominal_um * 2)]
    if len(near) < FEWEST or near.min() == near.max():
        return None
    logs = np.log(near)
    grid = np.linspace(logs.min(), logs.max(), 512)
    mode = float(np.exp(grid[stats.gaussian_kde(logs)(grid).argmax()]))
    return mode, sizes[(sizes >= PEAK[0] * mode) & (sizes <= PEAK[1] * mode)]


def measure_run(row, sizes: np.ndarray, column: str) -> dict:
    """One bead run: size and bias of the peak, its concentration, and the share of the certified one found."""
    result = {
        "run": row.run,
        "platform": row.platform,
        "sample": row.sample,
        "diameter": column,
        "nominal_um": row.nominal_diameter_um,
        "imaged_ml": row.imaged_ml,
        "dilution": row.dilution,
        "certified_per_ml": row.certified_per_ml,
    }
    found = peak_of(sizes, row.nominal_diameter_um)
    if found is None:
        return result | {"count": 0}
    mode, peak = found
    mean, sd = float(peak.mean()), float(peak.std(ddof=1))
    bias = mean - row.nominal_diameter_um
    result |= {
        "count": len(peak),
        "share_outside": 1 - len(peak) / len(sizes),
        "mode_um": mode,
        "mean_um": mean,
        "sd_um": sd,
        "cv": sd / mean,
        "bias_um": bias,
        "bias": bias / row.nominal_diameter_um,
        **concentration(len(peak), row.imaged_ml, row.dilution),
    }
    if row.certified_per_ml > 0 and result["per_ml"] is not None:
        for name, value in [("", "per_ml"), ("_low", "per_ml_low"), ("_high", "per_ml_high")]:
            result[f"recovery{name}"] = result[value] / row.certified_per_ml
    return result


def measure_beads(runs: pd.DataFrame, sizes: dict[str, np.ndarray], columns: dict[str, str]) -> pd.DataFrame:
    """One row for each bead run with a nominal diameter; no row without such runs."""
    own = runs[(runs["role"] == "beads") & runs["nominal_diameter_um"].notna()]
    rows = [measure_run(row, sizes[row.run], columns[row.platform]) for row in own.itertuples()]
    return pd.DataFrame(rows, columns=COLUMNS)


def summarize(beads: pd.DataFrame) -> dict:
    """sample -> platform: means over the runs, which count alike."""
    result: dict = {}
    for (sample, platform), own in beads[beads["count"] > 0].groupby(["sample", "platform"]):
        entry = {"runs": len(own), "count": int(own["count"].sum())}
        for name in ("nominal_um", "mean_um", "sd_um", "cv", "bias_um", "bias", "share_outside", "recovery"):
            mean = own[name].astype(float).mean()
            entry[name] = None if np.isnan(mean) else float(mean)
        result.setdefault(sample, {})[platform] = entry
    return result
