"""Simulated instruments drawn by lot, and what is measured on them, as a block `simulate` of params.yaml."""

import numpy as np
from scipy.stats import qmc

from stages.common.base.seeds import random_of
from stages.common.params.pretrain import DrawnSphere, Pretrain

ML_PER_UM3 = 1e-12


def simulated(settings: Pretrain) -> dict:
    """The instruments, kinds and suspensions of `settings`: a run of each suspension on each instrument."""
    measured = list(instruments(settings).items())[: settings.measured]
    platforms = {name: platform(own, settings.same) for name, own in measured}
    random = random_of(settings.seed, "pretrain", "indices")
    kinds = {name: kind.model_dump() for name, kind in settings.kinds.items()}
    samples = {}
    for instrument, properties in platforms.items():
        own = {f"{name}_{instrument}": sphere_of(sphere, random) for name, sphere in settings.spheres.items()}
        kinds |= own
        for label, suspension in settings.suspensions.items():
            per_ml = {
                f"{kind}_{instrument}" if kind in settings.spheres else kind: count / frame_ml(properties)
                for kind, count in suspension.a_frame.items()
            }
            samples[f"{label}_{instrument}"] = {
                "role": "class",
                "class": label,
                "per_ml": per_ml,
                "frames": {instrument: suspension.frames},
                "runs": {instrument: 1},
            }
    return {"platforms": platforms, "kinds": kinds, "samples": samples}


def instruments(settings: Pretrain) -> dict[str, dict[str, float]]:
    """What is each instrument's own, by name: a Latin hypercube (McKay, Beckman & Conover 1979), so that a few of them
    lie evenly over every range."""
    ranges = settings.drawn.model_dump()
    low, high = np.transpose(list(ranges.values()))
    cube = qmc.LatinHypercube(len(ranges), rng=random_of(settings.seed, "pretrain", "instruments"))
    points = low + cube.random(settings.instruments) * (high - low)
    names = [f"I{number:02}" for number in range(1, settings.instruments + 1)]
    return {name: dict(zip(ranges, point.tolist(), strict=True)) for name, point in zip(names, points, strict=True)}


def platform(own: dict[str, float], same: dict) -> dict:
    """The instrument with its `own` properties and those that are the `same` for all."""
    straight = ("pixel_um", "wavelength_um", "aperture", "focus_um", "focus_sd_um", "depth_um", "background")
    return (
        same
        | {name: own[name] for name in (*straight, "vignetting", "noise", "neighbour_um")}
        | {
            "condenser": own["condenser_share"] * own["aperture"],
            "focus_drift_um": own["focus_sd_um"],
            "threshold_dark": own["dark_over_noise"] * own["noise"],
            "threshold_light": own["light_over_noise"] * own["noise"],
            "fringe_px": own["fringe_um"] / own["pixel_um"],
        }
    )


def sphere_of(sphere: DrawnSphere, random: np.random.Generator) -> dict:
    """A kind of spheres with a refractive index of its own."""
    low, high = sphere.index
    return sphere.model_dump() | {"shape": "sphere", "index": float(random.uniform(low, high))}


def frame_ml(platform: dict) -> float:
    """Volume that one frame shows, mL."""
    height, width = (length * platform["pixel_um"] for length in platform["frame_px"])
    return height * width * platform["depth_um"] * ML_PER_UM3
