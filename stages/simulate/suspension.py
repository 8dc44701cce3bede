"""What floats in the cell: how many particles of each kind each frame holds, where, how large, and how they lie."""

import numpy as np
import pandas as pd

from stages.common.params.simulate import Kind, Platform, Sample
from stages.simulate.laws import bounds_um, diameters_um, kind_in

MARGIN_UM = 10.0  # beyond its own half diameter, from so far outside a frame a particle still reaches into it
ML_PER_UM3 = 1e-12
SMALLER = (0.5, 1.0)  # diameter of an attached droplet over that of the first


def frame_ml(platform: Platform, margin_um: float = 0.0) -> float:
    """Volume that one frame shows, mL; with `margin_um` of liquid around it."""
    height, width = (length * platform.pixel_um + 2 * margin_um for length in platform.frame_px)
    return height * width * platform.depth_um * ML_PER_UM3


def particles_in_run(
    random: np.random.Generator, platform: Platform, kinds: dict[str, Kind], sample: Sample, focus_um: np.ndarray
) -> pd.DataFrame:
    """The particles of a run's frames, a row each, sorted by frame (from 1).

    focus_um: (frames,), the plane in focus over the cell's middle. Columns: frame; kind; centre in px; z_um to the
    plane in focus; diameter_um; partner_um of a doublet's second droplet (else 0); flattening; angle in rad; and a
    seed for what else there is to draw.
    """
    tables = [
        _of_kind(random, platform, name, kind_in(sample, name, kinds), sample, focus_um) for name in sample.per_ml
    ]
    return pd.concat(tables, ignore_index=True).sort_values("frame", kind="stable", ignore_index=True)


def _of_kind(
    random: np.random.Generator, platform: Platform, name: str, kind: Kind, sample: Sample, focus_um: np.ndarray
) -> pd.DataFrame:
    margin_um = MARGIN_UM + bounds_um(kind, sample)[1] / 2
    expected = sample.per_ml[name] / sample.dilution * frame_ml(platform, margin_um)
    frame = np.repeat(np.arange(focus_um.size), random.poisson(expected, focus_um.size))
    count = frame.size
    margin = margin_um / platform.pixel_um
    height, width = platform.frame_px
    diameter = diameters_um(random, kind, sample, count)
    # A bubble as large as the cell is deep has no choice: it fills it.
    room = np.maximum(platform.depth_um - (diameter if kind.shape == "large_bubble" else 0), 0)
    attached = random.random(count) < getattr(kind, "doublets", 0)
    return pd.DataFrame(
        {
            "frame": frame + 1,
            "kind": name,
            "y_px": random.uniform(-margin, height + margin, count),
            "x_px": random.uniform(-margin, width + margin, count),
            "z_um": room * random.uniform(-0.5, 0.5, count) + focus_um[frame],
            "diameter_um": diameter,
            "partner_um": np.where(attached, diameter * random.uniform(*SMALLER, count), 0.0),
            "flattening": random.uniform(0, 1, count) * getattr(kind, "flattening", 0),
            "angle": random.uniform(0, 2 * np.pi, count),
            "seed": random.integers(0, 2**62, count),
        }
    )
