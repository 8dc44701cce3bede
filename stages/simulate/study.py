"""The runs of the simulated study, their sample sheet, and the tables of sphere images that they share."""

import numpy as np
import pandas as pd

from stages.common.params.simulate import Platform, Simulate
from stages.simulate.bodies import SPHERES
from stages.simulate.camera import optics_of
from stages.simulate.measured import Run
from stages.simulate.spheres import SphereTable, sphere_table

RADII_UM = np.geomspace(0.4, 15.0, 120)  # 3 % apart: in between, images err by about one grey level


def runs_of(settings: Simulate) -> list[Run]:
    """Every run, by platform, sample and number; the name tells all three."""
    return [
        Run(f"{platform_name}-{name}-{number}", platform_name, platform, name, sample, sample.frames[platform_name])
        for platform_name, platform in settings.platforms.items()
        for name, sample in settings.samples.items()
        for number in range(1, sample.runs.get(platform_name, 0) + 1)
    ]


def sphere_table_of(platform: Platform, kind: str) -> SphereTable:
    """Images of spheres of `kind` on `platform`, over every depth of its cell."""
    reach = platform.depth_um / 2
    defocus = np.arange(np.floor(platform.focus_um - reach), np.ceil(platform.focus_um + reach) + 1)
    return sphere_table(optics_of(platform), SPHERES[kind], RADII_UM, defocus)


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
                "nominal_diameter_um": run.sample.diameter_um if run.sample.role == "beads" else None,
                "certified_per_ml": run.sample.per_ml if run.sample.role == "beads" else None,
                "dilution": 1,
                "pixel_um": run.platform.pixel_um if run.platform.format == "mfi" else None,
                "volume_ml": run.imaged_ml if run.platform.format == "mfi" else None,
            }
            for run in runs
        ]
    )
