"""Forms of particles that aren't spheres, as height fields: a new form is one file and a line in SHAPES.

A form draws (random, diameter_um, edge, step_um) -> thickness and height of the middle, um, both (edge, edge); its
largest extent is `diameter_um`, around `body.middle` of the grid.
"""

from collections.abc import Callable

import numpy as np

from stages.simulate.shapes import blob, clump, fibre, shard

Shape = Callable[[np.random.Generator, float, int, float], tuple[np.ndarray, np.ndarray]]
SHAPES: dict[str, Shape] = {
    "clump": clump.heights,
    "shard": shard.heights,
    "fibre": fibre.heights,
    "blob": blob.heights,
}
