"""What floats in the cell: how many particles a frame holds, where, how large, and of what.

A new kind is a function here and a line in KINDS.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd

from stages.common.params.simulate import Platform, Sample

# Refractive indices at visible wavelengths: PDMS, air, polystyrene.
SPHERES = {"silicone_oil": 1.40, "air_bubble": 1.00, "bead": 1.59}
MARGIN_UM = 15.0  # particles centred this far outside a frame still reach into it
ML_PER_UM3 = 1e-12

Diameters = Callable[[np.random.Generator, int, Sample], np.ndarray]


def _lognormal(median: float, spread: float, low: float, high: float) -> Diameters:
    def draw(random: np.random.Generator, count: int, sample: Sample) -> np.ndarray:
        return np.clip(random.lognormal(np.log(median), np.log(spread), count), low, high)

    return draw


def _power_law(low: float, high: float, exponent: float) -> Diameters:
    """N(>d) falls as d**-exponent between `low` and `high`."""

    def draw(random: np.random.Generator, count: int, sample: Sample) -> np.ndarray:
        bottom, top = low**-exponent, high**-exponent
        return (bottom - random.random(count) * (bottom - top)) ** (-1 / exponent)

    return draw


def _certified(random: np.random.Generator, count: int, sample: Sample) -> np.ndarray:
    return sample.diameter_um * (1 + sample.cv * random.standard_normal(count))


KINDS: dict[str, Diameters] = {
    "protein": _power_law(4.0, 80.0, 2.5),
    "silicone_oil": _lognormal(4.0, 1.6, 1.0, 25.0),
    "air_bubble": _lognormal(5.0, 1.5, 1.5, 28.0),
    "bead": _certified,
}
DOUBLETS = {"silicone_oil": 0.08}  # share of droplets with a second one attached


def frame_ml(platform: Platform, margin_um: float = 0.0) -> float:
    """Volume that one frame shows, mL; with `margin_um` of liquid around it."""
    height, width = (length * platform.pixel_um + 2 * margin_um for length in platform.frame_px)
    return height * width * platform.depth_um * ML_PER_UM3


def particles_in_frame(random: np.random.Generator, platform: Platform, sample: Sample) -> pd.DataFrame:
    """The particles of one frame: centre in px, z_um to the plane in focus, diameter, and a doublet's partner."""
    count = random.poisson(sample.per_ml * frame_ml(platform, MARGIN_UM))
    margin = MARGIN_UM / platform.pixel_um
    height, width = platform.frame_px
    depth = platform.depth_um
    diameter = KINDS[sample.kind](random, count, sample)
    attached = random.random(count) < DOUBLETS.get(sample.kind, 0.0)
    return pd.DataFrame(
        {
            "y_px": random.uniform(-margin, height + margin, count),
            "x_px": random.uniform(-margin, width + margin, count),
            "z_um": random.uniform(-depth / 2, depth / 2, count) + platform.focus_um,
            "diameter_um": diameter,
            "partner_um": np.where(attached, diameter * random.uniform(0.5, 1.0, count), 0.0),
            "angle": random.uniform(0, 2 * np.pi, count),
            "seed": random.integers(0, 2**62, count),
        }
    )
