"""How steeply a sample's counts fall with size: what turns a difference of sizes into one of counts."""

import numpy as np

from stages.common.base.parameters import Block

FACTOR = 2.0  # the slope is that between a size and so many times it


class Slope(Block):
    """-d log N(> d) / d log d, and its variance by counting."""

    value: float
    variance: float


def slope_of(count: float, beyond: float) -> Slope:
    """From the counts beyond a size and beyond FACTOR times it. The smaller is a binomial share of the larger; half a
    particle more on either keeps it finite."""
    near, far = count + 0.5, beyond + 0.5
    variance = (1 / far - 1 / near) / np.log(FACTOR) ** 2
    return Slope(value=float(np.log(near / far) / np.log(FACTOR)), variance=float(variance))


class Slopes(Block):
    """The trained samples' slopes: their mean, and their variance beyond counting."""

    mean: float
    variance: float

    def centred(self, slope: Slope) -> float:
        """A sample's slope less the mean, drawn towards it as far as counting makes it uncertain."""
        if not self.variance:
            return 0.0
        return (slope.value - self.mean) * self.variance / (self.variance + slope.variance)


def slopes_of(slopes: list[Slope]) -> Slopes:
    """By moments; needs two samples."""
    values, counting = np.array([own.value for own in slopes]), np.array([own.variance for own in slopes])
    return Slopes(mean=float(values.mean()), variance=float(max(0.0, values.var(ddof=1) - counting.mean())))
