"""Some particles of a run as they come to be answered: rows, and the normalized images of those that have one."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

MOST = 8192  # particles of a part: so many images are held at once, however large the run
DIAMETERS = ("abd_um", "ecd_um", "esd_um")
MEASURED = (*DIAMETERS, "circularity", "aspect_ratio", "intensity_mean", "intensity_sd")
COLUMNS = ("particle_id", "run", "source_file", "source_line", "source_id", *MEASURED)  # of the contract's


@dataclass(frozen=True)
class Part:
    """rows: a particle each, at least the COLUMNS of stages.common.particles. seen (N,): which have an image. images:
    uint8 (seen, edge, edge), theirs in that order."""

    rows: pa.Table
    seen: np.ndarray
    images: np.ndarray


@dataclass(frozen=True)
class Facts:
    """What is known of a run as a whole. imaged_ml: None where counts can't be brought to a volume, which
    no_concentration explains. rejected: rows that couldn't be read, and may be particles. without_image: particles that
    are counted but can't be called anything. known: the network's known particles are this run's, which so can't be
    held against them."""

    run: str
    platform: str
    sample: str
    role: str
    simulated: bool
    imaged_ml: float | None
    dilution: float
    rejected: int
    without_image: int
    no_concentration: str | None
    known: bool
