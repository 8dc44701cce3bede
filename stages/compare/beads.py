"""Beads: their size against the certificate's, and how many of them were found."""

import numpy as np
import pandas as pd
from scipy import stats

from stages.compare.counts import concentration

COLUMNS = [
    *(
        "run",
        "platform",
        "sample",
        "diameter",
        "nominal_um",
        "count",
        "uncounted",
        "share_outside",
        "mean_um",
        "sd_um",
        "median_um",
    ),
    *(
        "robust_sd_um",
        "cv",
        "bias_um",
        "bias",
        "imaged_ml",
        "dilution",
        "per_ml",
        "per_ml_low",
        "per_ml_high",
        "certified_per_ml",
    ),
    *("recovery", "recovery_low", "recovery_high"),
]
FEWEST = 20  # particles for a median and a spread


def near_nominal(sizes: np.ndarray, nominal_um: float) -> np.ndarray:
    """The diameters from half to twice the nominal one: blurred beads and doublets too, without fine debris."""
    return sizes[(sizes >= nominal_um / 2) & (sizes <= nominal_um * 2)]


def measure_run(row, sizes: np.ndarray, column: str) -> dict:
    """One bead run: size, bias, concentration, and the share of the certified concentration that was found.

    Doublets (sqrt(2) times a bead's area-based diameter) and debris pull mean and standard deviation, so bias and CV
    are those of the median and of 1.4826 times the median absolute deviation, which is a normal one's sigma.
    """
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
    beads = near_nominal(sizes, row.nominal_diameter_um)
    result |= {"count": len(beads), "uncounted": row.uncounted}
    if len(beads) < FEWEST:
        return result
    median, robust_sd = float(np.median(beads)), float(stats.median_abs_deviation(beads, scale="normal"))
    bias = median - row.nominal_diameter_um
    result |= {
        "share_outside": 1 - len(beads) / len(sizes),
        "mean_um": float(beads.mean()),
        "sd_um": float(beads.std(ddof=1)),
        "median_um": median,
        "robust_sd_um": robust_sd,
        "cv": robust_sd / median,
        "bias_um": bias,
        "bias": bias / row.nominal_diameter_um,
        **concentration(len(beads), row.imaged_ml, row.dilution, row.uncounted),
    }
    for name in ("", "_low", "_high"):
        if row.certified_per_ml > 0 and result[f"per_ml{name}"] is not None:
            result[f"recovery{name}"] = result[f"per_ml{name}"] / row.certified_per_ml
    return result


def measure_beads(runs: pd.DataFrame, sizes: dict[str, np.ndarray], columns: dict[str, str]) -> pd.DataFrame:
    """One row for each bead run with a nominal diameter; no row without such runs."""
    own = runs[(runs["role"] == "beads") & runs["nominal_diameter_um"].notna()]
    rows = [measure_run(row, sizes[row.run], columns[row.platform]) for row in own.itertuples()]
    return pd.DataFrame(rows, columns=COLUMNS)


def summarize(beads: pd.DataFrame) -> dict:
    """sample -> platform: means over the runs, which count alike."""
    result: dict = {}
    for (sample, platform), own in beads[beads["median_um"].notna()].groupby(["sample", "platform"]):
        entry = {"runs": len(own), "count": int(own["count"].sum())}
        for name in ("nominal_um", "median_um", "robust_sd_um", "cv", "bias_um", "bias", "share_outside", "recovery"):
            mean = own[name].astype(float).mean()
            entry[name] = None if np.isnan(mean) else float(mean)
        result.setdefault(sample, {})[platform] = entry
    return result
