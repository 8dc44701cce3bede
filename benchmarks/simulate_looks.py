"""Do simulated particles look like published ones? Centre, ring and halo of a thousand of each class."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import ndimage

from stages.common.params.simulate import Simulate
from stages.simulate.instrument.measured import frames_of
from stages.simulate.instrument.particle import Scene
from stages.simulate.instrument.segment import Region
from stages.simulate.study import runs_of

# Grey levels on published FlowCam tiles (Ozbulak et al., arXiv 2508.06021; measured by us): the median, and the
# quartiles where they were noted. Shares are of all particles of the class.
PUBLISHED: dict[tuple[str, str], tuple[float, float | None, float | None]] = {
    ("protein", "background"): (175, 172, 180),
    ("protein", "noise"): (3.2, 2.5, 4.0),
    ("air_bubble", "centre"): (-115, -127, -101),
    ("air_bubble", "halo"): (19, 11, 29),
    ("air_bubble", "dark_share"): (0.98, None, None),
    ("air_bubble", "cut_or_large_share"): (0.33, None, None),
    ("silicone_oil", "bright_share"): (0.63, None, None),
    ("silicone_oil", "bright_centre"): (63, None, None),
    ("silicone_oil", "bright_ring"): (-39, None, None),
    ("silicone_oil", "dark_centre"): (-51, None, None),
    ("silicone_oil", "dark_ring"): (-86, None, None),
    ("silicone_oil", "dark_halo"): (23, None, None),
}


def exported(
    settings: Simulate, tables: dict, name: str, wanted: int, seed: int
) -> Iterator[tuple[Region, str, float]]:
    """Regions that platform A exports of the sample `name`, with the kind of the particle in each ("" for none or
    several) and the background."""
    first = next(run for run in runs_of(settings) if run.platform_name == "A" and run.sample_name == name)
    scene = Scene(first.platform, settings.kinds, {kind: table for (of, kind), table in tables.items() if of == "A"})
    found, part = 0, 0
    while found < wanted:
        run, part = replace(first, name=f"{first.name}-{part}", frames=100), part + 1
        for frame, bodies in frames_of(run, scene, seed):
            for i, region in enumerate(frame.regions):
                kinds = bodies["kind"][bodies["found"] == i]
                yield region, kinds.iloc[0] if len(kinds) == 1 else "", float(frame.background[region.top, region.left])
                found += 1


def look(region: Region, background: float) -> dict[str, float]:
    """Departures from the background, grey levels. Of the mean over circles around the middle: centre, within 0.15 of
    the found radius; ring, the darkest; halo, the brightest outside of the ring. And level and noise of the border."""
    levels = region.crop - background
    y, x = ndimage.center_of_mass(region.mask)
    rows, columns = np.indices(levels.shape)
    distance = np.hypot(rows - y, columns - x)
    circles = np.rint(distance).astype(int)
    profile = np.bincount(circles.ravel(), levels.ravel()) / np.maximum(np.bincount(circles.ravel()), 1)
    profile = profile[: max(3, int(min(y, x, levels.shape[0] - 1 - y, levels.shape[1] - 1 - x)) + 1)]
    ring = 1 + int(np.argmin(profile[1:]))
    border = np.concatenate([region.crop[:2].ravel(), region.crop[-2:].ravel()]).astype(float)
    return {
        "centre": levels[distance <= max(1.0, 0.15 * region.abd_px / 2)].mean(),
        "ring": profile[ring],
        "halo": profile[ring:].max(),
        "background": np.median(border),
        "noise": 1.4826 * np.median(np.abs(border - np.median(border))),
    }


def statistics(settings: Simulate, tables: dict, wanted: int, seed: int) -> dict[tuple[str, str], float]:
    """The statistics of PUBLISHED on `wanted` exported particles of each class."""
    values: dict[tuple[str, str], float] = {}
    for name in ("protein", "air_bubble", "silicone_oil"):
        seen = list(exported(settings, tables, name, wanted, seed))
        whole = [look(r, level) for r, kind, level in seen if not r.edge and kind and kind != "large_bubble"]
        table = pd.DataFrame(whole)
        dark = table["centre"] < 0
        values |= {(name, column): table[column].median() for column in table}
        values |= {(name, "dark_share"): dark.mean(), (name, "bright_share"): (~dark).mean()}
        for tone, rows in (("dark", dark), ("bright", ~dark)):
            values |= {(name, f"{tone}_{column}"): table.loc[rows, column].median() for column in table}
        large = [r.edge or kind == "large_bubble" for r, kind, _ in seen]
        values[name, "cut_or_large_share"] = float(np.mean(large))
    return {key: float(values[key]) for key in PUBLISHED}
