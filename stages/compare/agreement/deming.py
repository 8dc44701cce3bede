"""Deming's regression: a line between two methods that both err, with a jackknife's interval."""

import numpy as np
from scipy import optimize, stats

from stages.compare.agreement.line import Line

DIRECTIONS = 181  # tried before the best is refined
NEAR = 1e-5  # radian around a minimum, which is known to the root of rounding alone: there its slope is 0


def deming(
    x: np.ndarray, y: np.ndarray, x_variance: float | np.ndarray = 1.0, y_variance: float | np.ndarray = 1.0
) -> Line:
    """The line that minimizes sum (y - a - b x)^2 / (var(y) + b^2 var(x)) (Deming 1943; with a variance of each point
    Ripley and Thompson 1987).

    Its 95 % intervals are Linnet's (1990): the jackknife's standard error from pseudo-values, Student's with n - 2.
    Raises ValueError below three points.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    if len(x) < 3:
        raise ValueError("Deming's regression needs three points or more")
    variances = np.broadcast_to(x_variance, x.shape), np.broadcast_to(y_variance, y.shape)
    whole = _fit(x, y, *variances)
    points = len(x)
    without = np.array(
        [_fit(*(np.delete(values, left_out) for values in (x, y, *variances))) for left_out in range(points)]
    )
    pseudo = points * whole - (points - 1) * without
    half = stats.t.ppf(0.975, points - 2) * pseudo.std(axis=0, ddof=1) / np.sqrt(points)
    low, high = whole - half, whole + half
    return Line(
        slope=float(whole[1]),
        slope_interval=(float(low[1]), float(high[1])),
        intercept=float(whole[0]),
        intercept_interval=(float(low[0]), float(high[0])),
        subjects=points,
    )


def _fit(x: np.ndarray, y: np.ndarray, x_variance: np.ndarray, y_variance: np.ndarray) -> np.ndarray:
    """(intercept, slope), over the direction of the line, so that a steep one is found too."""

    def intercept_of(slope: float) -> tuple[float, np.ndarray]:
        weight = 1 / (y_variance + slope**2 * x_variance)
        return (weight * (y - slope * x)).sum() / weight.sum(), weight

    def misfit(angle: float) -> float:
        slope = np.tan(angle)
        intercept, weight = intercept_of(slope)
        return float((weight * (y - intercept - slope * x) ** 2).sum())

    def rise(angle: float) -> float:
        """Minus half of the misfit's derivative by the slope; the intercept is the best for each slope."""
        slope = np.tan(angle)
        intercept, weight = intercept_of(slope)
        off = weight * (y - intercept - slope * x)
        return float((off * (x + slope * x_variance * off)).sum())

    angles = np.linspace(-np.pi / 2, np.pi / 2, DIRECTIONS + 1)[:-1] + np.pi / 2 / DIRECTIONS
    step = angles[1] - angles[0]
    start = angles[np.argmin([misfit(angle) for angle in angles])]
    found = optimize.minimize_scalar(
        misfit, bounds=(start - step, start + step), method="bounded", options={"xatol": 1e-12}
    )
    ends = found.x - NEAR, found.x + NEAR
    flat = np.prod(np.sign([rise(angle) for angle in ends])) < 0
    slope = float(np.tan(optimize.brentq(rise, *ends, xtol=1e-15) if flat else found.x))
    return np.array([intercept_of(slope)[0], slope])
