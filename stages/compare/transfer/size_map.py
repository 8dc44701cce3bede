"""g: the diameter on the first platform of what the second platform gives a diameter, by beads that both measured."""

import numpy as np
from pydantic import model_validator
from scipy.interpolate import PchipInterpolator

from stages.common.base.parameters import Block, PositiveFloat

FEWEST = 3  # bead sizes: two would make any map a straight line


class SizeMap(Block):
    """Median diameters (um) of the same beads on either platform, ascending on both.

    Raises ValueError where they are too few or their order differs.
    """

    nominal_um: list[PositiveFloat]
    first_um: list[PositiveFloat]
    second_um: list[PositiveFloat]

    @model_validator(mode="after")
    def _monotone(self):
        if len(self.second_um) < FEWEST:
            raise ValueError(
                f"{len(self.second_um)} bead sizes were measured on both platforms, and a map of sizes needs {FEWEST}"
            )
        if min(np.diff(self.first_um)) <= 0 or min(np.diff(self.second_um)) <= 0:
            raise ValueError("larger beads are not larger on both platforms, so there is no monotone map of sizes")
        return self

    def first_of(self, second_um: float) -> float:
        """g(d): a cubic in log-log, monotone between the beads (Fritsch and Carlson 1980). Raises ValueError outside
        of them."""
        low, high = self.second_um[0], self.second_um[-1]
        if not low <= second_um <= high:
            raise ValueError(f"{second_um:g} µm lies outside of the beads ({low:.3g} to {high:.3g} µm)")
        curve = PchipInterpolator(np.log(self.second_um), np.log(self.first_um))
        return float(np.exp(curve(np.log(second_um))))
