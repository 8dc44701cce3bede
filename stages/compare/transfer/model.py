"""A fitted transfer from one platform to another, as it is kept: bead map, and for each size what the samples gave."""

import numpy as np
from pydantic import Field

from stages.common.base.parameters import Block, PositiveFloat
from stages.compare.transfer.effects import Effects, effects_of
from stages.compare.transfer.size_map import SizeMap
from stages.compare.transfer.slope import Slope, Slopes, slopes_of

FEWEST_COUNTS = 5  # of each trained sample on either platform, and of a new one
FEWEST_SAMPLES = 3


class Trained(Block):
    """One sample on both platforms: its counts from corresponding sizes, the logarithm of the ratio of concentrations
    (second over first) with its variance by counting and runs, and its slope on the first platform."""

    sample: str
    first_count: int
    second_count: int
    log_ratio: float
    variance: PositiveFloat
    slope: Slope


class Threshold(Block):
    """The transfer of counts from one size on.

    `first_um` is g(second_um); the run variances are s2 of either platform; `imaged_per_ml` are the lowest and the
    highest concentration that was trained, as imaged on the first platform.
    """

    second_um: PositiveFloat
    first_um: PositiveFloat
    first_run_variance: float
    second_run_variance: float
    imaged_per_ml: list[PositiveFloat] = Field(min_length=2, max_length=2)
    samples: list[Trained] = Field(min_length=FEWEST_SAMPLES)

    @property
    def slopes(self) -> Slopes:
        return slopes_of([own.slope for own in self.samples])

    @property
    def effects(self) -> Effects:
        """Posterior of the ratio and of the samples' scatter."""
        slopes = self.slopes
        y, variance, slope = zip(
            *((own.log_ratio, own.variance, slopes.centred(own.slope)) for own in self.samples), strict=True
        )
        return effects_of(np.array(y), np.array(variance), np.array(slope))

    def run_variance(self, first_runs: int, second_runs: int) -> float:
        """Of the logarithm of a ratio from so many runs."""
        return variance_by_runs(self.first_run_variance, first_runs, self.second_run_variance, second_runs)


def variance_by_runs(first: float, first_runs: int, second: float, second_runs: int) -> float:
    """Of the logarithm of a ratio, from s2 of either platform: one may be below 0 by chance, their sum may not."""
    return max(0.0, first / first_runs + second / second_runs)


class Refused(Block):
    """A size without transfer, and why."""

    second_um: PositiveFloat
    reason: str


class Transfer(Block):
    """From the counts of platform `first` to those of platform `second`, each by its diameter; `second_ml` is what a
    run on the second images, by the median of the trained runs."""

    first: str
    second: str
    first_diameter: str
    second_diameter: str
    second_ml: PositiveFloat
    size_map: SizeMap
    thresholds: list[Threshold]
    refused: list[Refused]
