"""The runs of the simulated study, their sample sheet, and the tables of sphere images that they share."""

import numpy as np
import pandas as pd

from stages.common.params.simulate import Platform, Simulate, Sphere
from stages.simulate.instrument.measured import Run
from stages.simulate.instrument.particle import RIM_KIND, Scene
from stages.simulate.laws import bounds_um, kind_in
from stages.simulate.optics.spheres import DEFOCUS_STEP_UM, SphereTable, sphere_table

STEP = 1.03  # from one radius of a table to the next: in between, images err by about one grey level


def runs_of(settings: Simulate) -> list[Run]:
    """Every run, by platform, sample and number; the name tells all three."""
    return [
        Run(f"{platform_name}-{name}-{number}", platform_name, platform, name, sample, sample.frames[platform_name])
        for platform_name, platform in settings.platforms.items()
        for name, sample in settings.samples.items()
        for number in range(1, sample.runs.get(platform_name, 0) + 1)
    ]


def tables_needed(settings: Simulate, runs: list[Run]) -> list[tuple[str, str]]:
    """Platform and kind of every table of sphere images that the runs use, the costly ones first."""
    measured = {(run.platform_name, kind) for run in runs for kind in run.sample.per_ml}
    rims = {(name, RIM_KIND) for name, kind in measured if settings.kinds[kind].shape == "large_bubble"}
    needed = {(name, kind) for name, kind in measured | rims if isinstance(settings.kinds[kind], Sphere)}
    return sorted(needed, key=lambda each: (-radii_um(settings, each[1]).size, each))


def table_of(settings: Simulate, platform_name: str, kind: str) -> SphereTable:
    """Images of spheres of `kind` on a platform, over every depth of its cell."""
    platform = settings.platforms[platform_name]
    sphere = settings.kinds[kind]
    assert isinstance(sphere, Sphere)
    optics = Scene(platform, settings.kinds, {}).optics
    return sphere_table(optics, sphere.index, radii_um(settings, kind), defocus_um(platform))


def radii_um(settings: Simulate, kind: str) -> np.ndarray:
    """Nodes STEP apart over every radius that a kind has in any sample; its partners in doublets are smaller."""
    samples = [sample for sample in settings.samples.values() if kind in sample.per_ml or kind == RIM_KIND]
    diameters = {bounds_um(kind_in(sample, kind, settings.kinds), sample) for sample in samples}
    smallest = 0.5 if getattr(settings.kinds[kind], "doublets", 0) else 1.0
    spans = [np.log([low * smallest / 2, high / 2]) / np.log(STEP) for low, high in sorted(diameters)]
    steps = np.unique(np.concatenate([np.arange(np.floor(low), np.ceil(high) + 1) for low, high in spans]))
    return STEP**steps


def defocus_um(platform: Platform) -> np.ndarray:
    """Every depth of the cell, as far as focus and its drift may move it (three standard deviations at most)."""
    reach = platform.depth_um / 2 + 3 * (platform.focus_sd_um + platform.focus_drift_um)
    low, high = platform.focus_um - reach, platform.focus_um + reach
    return np.arange(np.floor(low), np.ceil(high) + DEFOCUS_STEP_UM, DEFOCUS_STEP_UM)


def sample_sheet(runs: list[Run]) -> pd.DataFrame:
    """One row a run, as a user of the pipeline writes it."""
    return pd.DataFrame(
        [
            {
                "run": run.name,
                "platform": run.platform_name,
                "sample": run.sample_name,
                "format": run.platform.format,
                "path": run.name,
                "role": run.sample.role,
                "class": run.sample.label,
                "parent": run.sample.parent,
                "nominal_diameter_um": run.sample.diameter_um,
                "certified_per_ml": sum(run.sample.per_ml.values()) if run.sample.role == "beads" else None,
                "dilution": f"{run.sample.dilution:g}",
                "pixel_um": run.platform.pixel_um if run.platform.format == "mfi" else None,
                "volume_ml": run.imaged_ml if run.platform.format == "mfi" else None,
            }
            for run in runs
        ]
    )
