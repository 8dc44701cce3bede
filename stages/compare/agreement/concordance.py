"""Lin's concordance: how near pairs of readings lie to the line of identity, precision and bias in one number."""

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Concordance:
    """rho_c, its 95 % interval, Pearson's correlation (precision) and C_b = rho_c / r (accuracy)."""

    value: float
    interval: tuple[float, float]
    pearson: float
    accuracy: float
    subjects: int


def concordance(x: np.ndarray, y: np.ndarray) -> Concordance:
    """Lin (1989, with the correction of 2000): 2 s_xy / (s_x^2 + s_y^2 + (mean x - mean y)^2), variances over n; the
    interval is that of Fisher's z with n - 2. It depends on how wide the samples spread, so it stands second to limits
    of agreement. Raises ValueError below three pairs or without any spread.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    pairs = len(x)
    if pairs < 3 or x.std() == 0 or y.std() == 0:
        raise ValueError("Lin's concordance needs three pairs or more that differ")
    pearson = float(np.corrcoef(x, y)[0, 1])
    covariance = float(((x - x.mean()) * (y - y.mean())).mean())
    gap = float(x.mean() - y.mean())
    value = 2 * covariance / (x.var() + y.var() + gap**2)
    if abs(value) >= 1 or pearson == 0:
        return Concordance(float(value), (float(value), float(value)), pearson, 1.0, pairs)
    shift = gap**2 / (x.std() * y.std())
    error = np.sqrt(
        (
            (1 - pearson**2) * value**2 * (1 - value**2) / pearson**2
            + 2 * value**3 * (1 - value) * shift / pearson
            - value**4 * shift**2 / (2 * pearson**2)
        )
        / (pairs - 2)
    )
    half = stats.norm.ppf(0.975) * error / (1 - value**2)
    low, high = np.tanh(np.arctanh(value) + np.array([-half, half]))
    return Concordance(float(value), (float(low), float(high)), pearson, float(value / pearson), pairs)
