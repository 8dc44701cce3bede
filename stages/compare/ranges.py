"""Ranges of sizes in which particles are counted."""

from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np

UNCUT = 0.8  # of the nominal diameter: a size filter up to there leaves a bead's peak whole


@dataclass(frozen=True)
class SizeRange:
    """Diameters from `low_um` up to, not with, `high_um`."""

    low_um: float
    high_um: float = inf

    @property
    def key(self) -> str:
        """at_least_5_um, or 5_to_10_um."""
        if self.high_um == inf:
            return f"at_least_{self.low_um:g}_um"
        return f"{self.low_um:g}_to_{self.high_um:g}_um"

    def count(self, sizes: np.ndarray) -> int:
        """How many of `sizes` (um, ascending) lie in it."""
        low, high = np.searchsorted(sizes, [self.low_um, self.high_um])
        return int(high - low)


def cumulative(thresholds_um: list[int]) -> list[SizeRange]:
    """From each threshold on."""
    return [SizeRange(threshold) for threshold in sorted(thresholds_um)]


def bins(thresholds_um: list[int]) -> list[SizeRange]:
    """Between neighbouring thresholds; the last one, open to above, is cumulative already. No particle is in two."""
    return [SizeRange(low, high) for low, high in pairwise(sorted(thresholds_um))]


def near_nominal(nominal_um: float, smallest_um: float = 0.0) -> SizeRange | None:
    """Half to twice a bead's nominal diameter: blurred beads and doublets too, without fine debris.

    Never below `smallest_um`, where a size filter cuts; None where it would cut the beads themselves.
    """
    if smallest_um > UNCUT * nominal_um:
        return None
    return SizeRange(max(nominal_um / 2, smallest_um), nominal_um * 2)
