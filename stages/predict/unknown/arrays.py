"""What is known as arrays by name, as a safetensors file holds them, and back."""

import numpy as np

from stages.predict.unknown.departure import Yardstick
from stages.predict.unknown.known import Known, Reference
from stages.predict.unknown.likened import Likened
from stages.predict.unknown.space import Space

SPACE = ["features_mean", "features_axes", "profile_mean", "profile_scale", "columns_mean", "columns_scale"]


def to_arrays(known: Known) -> dict[str, np.ndarray]:
    """Every number of `known`, each array in C's order, as safetensors takes it."""
    reference, likened = known.reference, known.reference.likened
    arrays = {name: getattr(reference.space, name) for name in SPACE} | {
        "coordinates": reference.coordinates,
        "called": likened.called.astype(np.int64),
        "distance": likened.distance,
        "unlikeness": likened.unlikeness,
        "quantities": likened.quantities,
        "truth": reference.truth.astype(np.int64),
        "run": reference.run.astype(np.int64),
        "thresholds": known.thresholds,
        "run_spread": known.runs.spread,
        "run_limit": np.array([known.runs.limit]),
        "drift_spread": known.drifts.spread,
        "drift_limit": np.array([known.drifts.limit]),
    }
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}


def from_arrays(arrays: dict[str, np.ndarray]) -> Known:
    """What `to_arrays` gave."""
    space = Space(*(arrays[name] for name in SPACE))
    likened = Likened(*(arrays[name] for name in ("called", "distance", "unlikeness", "quantities")))
    reference = Reference(space, arrays["coordinates"], likened, arrays["truth"], arrays["run"])
    tests = [Yardstick(arrays[f"{name}_spread"], float(arrays[f"{name}_limit"][0])) for name in ("run", "drift")]
    return Known(reference, arrays["thresholds"], *tests)
