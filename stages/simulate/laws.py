"""How diameters of a kind are distributed."""

import numpy as np
from scipy.stats import norm

from stages.common.params.simulate import Certified, Kind, Lognormal, Power, Sample

CERTIFIED_SPAN = 5  # standard deviations on each side


def diameters_um(random: np.random.Generator, kind: Kind, sample: Sample, count: int) -> np.ndarray:
    """`count` diameters of a kind in a sample, um."""
    match kind.size:
        case Lognormal(median=median, spread=spread, low=low, high=high):
            bounds = norm.cdf(np.log([low / median, high / median]) / np.log(spread))
            return median * spread ** norm.ppf(random.uniform(*bounds, count))
        case Power(exponent=exponent, low=low, high=high):
            return random.uniform(high**-exponent, low**-exponent, count) ** (-1 / exponent)
        case Certified():
            deviations = np.clip(random.standard_normal(count), -CERTIFIED_SPAN, CERTIFIED_SPAN)
            return sample.diameter_um * (1 + sample.cv * deviations)


def bounds_um(kind: Kind, sample: Sample) -> tuple[float, float]:
    """The smallest and the largest diameter that a kind has in a sample, um."""
    if isinstance(kind.size, Certified):
        span = CERTIFIED_SPAN * sample.cv
        return sample.diameter_um * (1 - span), sample.diameter_um * (1 + span)
    return kind.size.low, kind.size.high
