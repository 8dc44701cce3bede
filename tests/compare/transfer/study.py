"""Two platforms that measure the same samples: B finds YIELD of what A finds and reports SCALE times its size."""

import numpy as np
import pandas as pd

from stages.compare.measured import Measured
from tests.compare.made import measured

YIELD, SCALE = 0.8, 0.9
SLOPES = {"s1": 1.6, "s2": 2.0, "s3": 2.4, "s4": 2.8, "s5": 3.2}
BEADS = pd.DataFrame(
    [
        {"platform": platform, "nominal_um": size, "median_um": size * scale}
        for platform, scale in (("A", 1.0), ("B", SCALE))
        for size in (2.0, 5.0, 10.0, 20.0)
    ]
)


def sizes(random: np.random.Generator, expected: float, slope: float, scale: float = 1.0) -> np.ndarray:
    """A Poisson count of diameters from 1 um on whose number falls as d**-slope."""
    return scale * random.random(random.poisson(expected)) ** (-1 / slope)


def study(samples: dict[str, float] = SLOPES, expected: float = 60_000, runs: int = 2, **columns) -> Measured:
    """Each sample in `runs` runs on either platform."""
    random = np.random.default_rng(5)
    return measured(
        *(
            {"run": f"{sample}-{platform}{number}", "platform": platform, "sample": sample}
            | {"sizes": sizes(random, expected * found, slope, scale)}
            | columns
            for sample, slope in samples.items()
            for platform, found, scale in (("A", 1.0, 1.0), ("B", YIELD, SCALE))
            for number in range(runs)
        )
    )
