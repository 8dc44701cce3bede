"""Dilution linearity: does half as much sample give half as many particles, on each platform and from each size?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from stages.compare.rate import Blank

FEWEST_LEVELS = 3


@dataclass(frozen=True)
class Fit:
    """y = intercept + slope x with standard errors; p of what a line leaves out, None where nothing is left to tell."""

    intercept: float
    slope: float
    intercept_se: float
    slope_se: float
    slope_interval: tuple[float, float]
    residual_sd: float
    curvature_p: float | None
    lack_of_fit_p: float | None
    points: int


def families(runs: pd.DataFrame) -> dict[str, list[str]]:
    """Parent sample -> itself and all that was diluted from it, by the sheet's column `parent`."""
    parents = dict(runs.loc[runs["parent"].notna(), ["sample", "parent"]].itertuples(index=False))
    result: dict[str, list[str]] = {}
    for sample in sorted(parents):
        root, seen = sample, {sample}
        while root in parents and parents[root] not in seen:
            root = parents[root]
            seen.add(root)
        result.setdefault(root, [root]).append(sample)
    return result


def fit_line(x: np.ndarray, y: np.ndarray, variance: np.ndarray) -> Fit:
    """Least squares weighted by 1/variance, its scale from the residuals; 95 % interval with n - 2.

    `curvature_p`: of a quadratic term added (CLSI EP06). `lack_of_fit_p`: F-test of the line against a free mean at
    each x, where x repeats (Draper and Smith 1998). Raises ValueError below three points or two different x.
    """
    x, y, weight = np.asarray(x, float), np.asarray(y, float), 1 / np.asarray(variance, float)
    levels, level = np.unique(x, return_inverse=True)
    if len(x) < 3 or len(levels) < 2:
        raise ValueError("a line needs three points and two levels or more")
    design = np.column_stack([np.ones_like(x), x])
    beta, misfit = _least_squares(design, y, weight)
    freedom = len(x) - 2
    scale = misfit / freedom
    errors = np.sqrt(np.diag(np.linalg.inv(design.T * weight @ design)) * scale)
    half = stats.t.ppf(0.975, freedom) * errors[1]
    curvature = lack = None
    if len(levels) > 2:
        curved = _least_squares(np.column_stack([design, x**2]), y, weight)[1]
        curvature = _improvement_p(misfit, curved, 1, len(x) - 3)
        free = _least_squares((level[:, None] == np.arange(len(levels))).astype(float), y, weight)[1]
        lack = _improvement_p(misfit, free, len(levels) - 2, len(x) - len(levels))
    return Fit(
        intercept=float(beta[0]),
        slope=float(beta[1]),
        intercept_se=float(errors[0]),
        slope_se=float(errors[1]),
        slope_interval=(float(beta[1] - half), float(beta[1] + half)),
        residual_sd=float(np.sqrt(scale)),
        curvature_p=curvature,
        lack_of_fit_p=lack,
        points=len(x),
    )


def _least_squares(design: np.ndarray, y: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, float]:
    """Coefficients, and the weighted sum of squared residuals."""
    root = np.sqrt(weight)
    beta = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]
    return beta, float((weight * (y - design @ beta) ** 2).sum())


def _improvement_p(line: float, richer: float, more: int, freedom: int) -> float | None:
    if freedom < 1 or not richer > 0:
        return None
    return float(stats.f.sf((line - richer) / more / (richer / freedom), more, freedom))


def linearity(rows: pd.DataFrame, run_variance: float, blank: Blank | None) -> dict:
    """Logarithm of the concentration in the diluted suspension against that of the share of sample in it: 1 when
    proportional. `rows`: one for each run of a family, of one platform and range, with count, imaged_ml and dilution.

    Each run's variance is (n + s2 n^2 + imaged^2 var(blank)) / net^2. Runs with nothing above the blank have no
    logarithm and are counted as left out.
    """
    blank = blank or Blank(0.0, 0.0)
    count, imaged = rows["count"].to_numpy(float), rows["imaged_ml"].to_numpy(float)
    net = count - blank.per_ml * imaged
    seen = net > 0
    entry = {"runs": int(seen.sum()), "left_out": int((~seen).sum())}
    share = -np.log(rows["dilution"].to_numpy(float))[seen]
    if len(np.unique(share)) < FEWEST_LEVELS:
        return entry | {"reason": f"fewer than {FEWEST_LEVELS} dilutions with particles"}
    net, count, imaged = net[seen], count[seen], imaged[seen]
    variance = (count + run_variance * count**2 + imaged**2 * blank.variance) / net**2
    fit = fit_line(share, np.log(net / imaged), variance)
    low, high = fit.slope_interval
    return entry | {
        "slope": fit.slope,
        "slope_low": low,
        "slope_high": high,
        "lack_of_fit_p": fit.lack_of_fit_p,
        "curvature_p": fit.curvature_p,
    }
