"""Beads: their size against the certificate's, and how many of them were found."""

import numpy as np
import pandas as pd
from scipy import stats

from stages.common.base.seeds import random_of
from stages.compare.counts import concentration
from stages.compare.lattice import lattice_step, quantiles
from stages.compare.measured import Measured
from stages.compare.ranges import near_nominal

COLUMNS = [
    *("run", "platform", "sample", "diameter", "nominal_um", "count", "uncounted", "share_outside", "lattice_um"),
    *("mean_um", "sd_um", "median_um", "robust_sd_um", "cv", "cv_low", "cv_high"),
    *("bias_um", "bias", "bias_low", "bias_high"),
    *("imaged_ml", "dilution", "per_ml", "per_ml_low", "per_ml_high", "certified_per_ml"),
    *("recovery", "recovery_low", "recovery_high", "reason"),
]
AVERAGED = [
    *("nominal_um", "lattice_um", "median_um", "robust_sd_um", "cv", "bias_um", "bias", "share_outside", "recovery")
]
FEWEST = 20  # particles for a median and a spread
RESAMPLES = 1000
QUARTILES = [0.25, 0.5, 0.75]
QUARTILE_RANGE = 2 * stats.norm.ppf(0.75)  # of a normal law, in standard deviations


def measure_run(row, sizes: np.ndarray, column: str, smallest_um: float, seed: int) -> dict:
    """One bead run: size, bias, concentration, and the share of the certified concentration that was found.

    Doublets (sqrt(2) times a bead's area-based diameter) and debris pull mean and standard deviation, so bias is the
    median's and CV that of the quartiles' range over 1.349, which is a normal law's sigma. Their 95 % intervals are
    those of resampled particles (percentiles): of this run, not of runs.
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
    size_range = near_nominal(row.nominal_diameter_um, smallest_um)
    if size_range is None:
        return result | {"reason": f"the size filter of {smallest_um:g} µm cuts the beads"}
    beads = sizes[(sizes >= size_range.low_um) & (sizes < size_range.high_um)]
    result |= {"count": len(beads), "uncounted": row.uncounted}
    if len(beads) < FEWEST:
        return result | {"reason": f"fewer than {FEWEST} near the nominal diameter"}
    result |= {"share_outside": 1 - len(beads) / len(sizes), "mean_um": beads.mean(), "sd_um": beads.std(ddof=1)}
    result |= size_of(beads, row.nominal_diameter_um, random_of(seed, "compare", "beads", row.run))
    result |= concentration(len(beads), row.imaged_ml, row.dilution, row.uncounted)
    for name in ("", "_low", "_high"):
        if row.certified_per_ml > 0 and result[f"per_ml{name}"] is not None:
            result[f"recovery{name}"] = result[f"per_ml{name}"] / row.certified_per_ml
    return result


def size_of(beads: np.ndarray, nominal_um: float, random: np.random.Generator) -> dict:
    """Median, robust spread, CV and bias of diameters near the nominal one, with intervals."""
    step = lattice_step(beads)
    resampled = beads[random.integers(len(beads), size=(RESAMPLES, len(beads)))]
    (low, median, high), drawn = quantiles(beads, QUARTILES, step), quantiles(resampled, QUARTILES, step)
    spread = (high - low) / QUARTILE_RANGE
    cv_drawn = (drawn[:, 2] - drawn[:, 0]) / QUARTILE_RANGE / drawn[:, 1]
    cv_low, cv_high = np.quantile(cv_drawn, [0.025, 0.975])
    bias_low, bias_high = np.quantile(drawn[:, 1], [0.025, 0.975]) / nominal_um - 1
    return {
        "lattice_um": step or None,
        "median_um": median,
        "robust_sd_um": spread,
        "cv": spread / median,
        "cv_low": cv_low,
        "cv_high": cv_high,
        "bias_um": median - nominal_um,
        "bias": median / nominal_um - 1,
        "bias_low": bias_low,
        "bias_high": bias_high,
    }


def measure_beads(measured: Measured, seed: int) -> pd.DataFrame:
    """One row for each bead run with a nominal diameter; no row without such runs."""
    runs = measured.runs
    own = runs[(runs["role"] == "beads") & runs["nominal_diameter_um"].notna()]
    rows = [
        measure_run(
            row,
            measured.sizes[row.run],
            measured.columns[row.platform],
            measured.smallest_um(row.platform),
            seed,
        )
        for row in own.itertuples()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def summarize(beads: pd.DataFrame) -> dict:
    """sample -> platform: means over the runs, which count alike; bias and CV with 95 % intervals over runs.

    The variance between runs is pooled over the platform's bead samples, of the bias and of the CV's logarithm;
    Student's quantile has the pooled degrees of freedom. No interval where no sample has two runs.
    """
    result: dict = {}
    sized = beads[beads["median_um"].notna()]
    for platform, pool in sized.groupby("platform"):
        bias_variance, freedom = _pooled_variance(pool, pool["bias"])
        cv_variance, _ = _pooled_variance(pool, np.log(pool["cv"].where(pool["cv"] > 0)))
        for sample, own in pool.groupby("sample"):
            entry: dict = {"runs": len(own), "count": int(own["count"].sum())}
            for name in AVERAGED:
                mean = own[name].astype(float).mean()
                entry[name] = None if np.isnan(mean) else float(mean)
            if freedom:
                quantile = stats.t.ppf(0.975, freedom)
                half = quantile * np.sqrt(bias_variance / len(own))
                factor = np.exp(quantile * np.sqrt(cv_variance / len(own)))
                entry |= {"bias_low": entry["bias"] - half, "bias_high": entry["bias"] + half}
                entry |= {"cv_low": entry["cv"] / factor, "cv_high": entry["cv"] * factor}
            result.setdefault(sample, {})[platform] = entry
    return {sample: result[sample] for sample in sorted(result)}


def _pooled_variance(pool: pd.DataFrame, values: pd.Series) -> tuple[float, int]:
    """Variance of `values` within the samples of `pool`, and its degrees of freedom."""
    values = values.astype(float)
    groups = values.groupby(pool["sample"])
    freedom = int((groups.count() - 1).clip(lower=0).sum())
    within = float(((values - groups.transform("mean")) ** 2).sum())
    return (within / freedom if freedom else 0.0), freedom
