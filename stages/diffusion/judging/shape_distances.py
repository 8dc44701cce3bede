"""Are synthetic particles as large, as bright and as round as real ones?"""

import numpy as np

from stages.diffusion.judging.compared import Compared
from stages.diffusion.judging.shape import MEASURES, shapes
from stages.diffusion.judging.spread import apart


def shape_distances(compared: Compared) -> dict:
    """Each measure of synthetic against held-out images; `floor`: of training against held-out ones."""
    random = compared.random("shape")
    sets = {"synthetic": compared.synthetic, "held_out": compared.held_out, "training": compared.training}
    measured = {name: shapes(images) for name, images in sets.items()}
    seen = {name: len(images) - measured[name][1] for name, images in sets.items()}
    found = {"images": seen, "without_particle": {name: empty for name, (_, empty) in measured.items()}}
    if min(seen.values()) < 2:
        return found | {"reason": "fewer than two images of a set show a particle"}
    runs = compared.held_out_runs[[shapes(image[None])[1] == 0 for image in compared.held_out]]
    values = {name: own for name, (own, _) in measured.items()}
    return found | {
        name: {
            "median": {key: float(np.median(own[name])) for key, own in values.items()},
            **apart(values["synthetic"][name], values["held_out"][name], runs, random),
            "floor": apart(values["training"][name], values["held_out"][name], runs, random),
        }
        for name in MEASURES
    }
