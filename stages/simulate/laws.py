"""How diameters of a kind are distributed."""

import numpy as np
from scipy.stats import norm

from stages.common.params.simulate import Certified, Kind, Lognormal, Power, Sample

CERTIFIED_SPAN = 5  # standard deviations on each side


def kind_in(sample: Sample, name: str, kinds: dict[str, Kind]) -> Kind:
    """The kind `name`, with the sample's own law of sizes where it has one."""
    own = sample.sizes.get(name)
    return kinds[name].model_copy(update={"size": own}) if own else kinds[name]


def diameters_um(random: np.random.Generator, kind: Kind, sample: Sample, count: int) -> np.ndarray:
    """`count` diameters of a kind in a sample, um."""
    match kind.size:
        case Lognormal(median=median, spread=spread, low=low, high=high):
            least, most = norm.cdf(np.log([low / median, high / median]) / np.log(spread))
            return median * spread ** norm.ppf(random.uniform(least, most, count))
        case Power(exponent=exponent, low=low, high=high):
            return random.uniform(high**-exponent, low**-exponent, count) ** (-1 / exponent)
        case Certified():
            deviations = np.clip(random.standard_normal(count), -CERTIFIED_SPAN, CERTIFIED_SPAN)
            diameter, cv = _certificate(sample)
            return diameter * (1 + cv * deviations)


def bounds_um(kind: Kind, sample: Sample) -> tuple[float, float]:
    """The smallest and the largest diameter that a kind has in a sample, um."""
    if isinstance(kind.size, Certified):
        diameter, cv = _certificate(sample)
        return diameter * (1 - CERTIFIED_SPAN * cv), diameter * (1 + CERTIFIED_SPAN * cv)
    return kind.size.low, kind.size.high


def _certificate(sample: Sample) -> tuple[float, float]:
    """Nominal diameter, um, and coefficient of variation: every sample of beads has both."""
    assert sample.diameter_um is not None and sample.cv is not None
    return sample.diameter_um, sample.cv
