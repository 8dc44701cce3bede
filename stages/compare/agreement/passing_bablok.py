"""Passing and Bablok's regression: a line between two methods from the median of all slopes between pairs."""

import numpy as np
from scipy import stats

from stages.compare.agreement.line import Line


def passing_bablok(x: np.ndarray, y: np.ndarray, level: float = 0.95) -> Line:
    """Robust against outliers and free of any law of the errors (Passing and Bablok 1983).

    Slopes between all pairs of points are ranked; those of exactly -1 and those of coincident points are left out, and
    the median is shifted by the number below -1, so that the methods may change places. Raises ValueError where so few
    points have no interval at `level` (below 5 at 95 %).
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    slopes = _slopes(x, y)
    shift = int((slopes < -1).sum())
    points, pairs = len(x), len(slopes)
    spread = stats.norm.ppf(0.5 + level / 2) * np.sqrt(points * (points - 1) * (2 * points + 5) / 18)
    lower = round((pairs - spread) / 2)
    if lower < 1:
        raise ValueError(f"{points} points are too few for an interval of Passing and Bablok's line")
    upper = pairs - lower + 1
    middle = _ranked(slopes, shift + (pairs + 1) / 2)
    low, high = _ranked(slopes, lower + shift), _ranked(slopes, upper + shift)
    return Line(
        slope=middle,
        slope_interval=(low, high),
        intercept=float(np.median(y - middle * x)),
        intercept_interval=(float(np.median(y - high * x)), float(np.median(y - low * x))),
        subjects=points,
    )


def _slopes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Between all pairs, ascending; infinite, with the sign of the step in y, where x is the same."""
    one, other = np.triu_indices(len(x), 1)
    across, up = x[other] - x[one], y[other] - y[one]
    apart = (across != 0) | (up != 0)
    with np.errstate(divide="ignore"):
        slopes = up[apart] / np.abs(across[apart]) * np.where(across[apart] < 0, -1, 1)
    return np.sort(slopes[slopes != -1])


def _ranked(slopes: np.ndarray, rank: float) -> float:
    """The slope of that rank (from 1), the mean of two neighbours for half a rank; the largest beyond the last."""
    below = min(int(np.floor(rank)), len(slopes)) - 1
    above = min(int(np.ceil(rank)), len(slopes)) - 1
    return float((slopes[below] + slopes[above]) / 2)
