"""One simulated run: frames rendered one after the other, what was found in them, and the truth beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.common.params.simulate import Platform, Sample
from stages.common.seeds import generator
from stages.simulate.bodies import frame_ml, particles_in_frame
from stages.simulate.camera import Patch, patches
from stages.simulate.segment import Region, regions
from stages.simulate.sizes import fringe_corrected_um
from stages.simulate.spheres import SphereTable


@dataclass(frozen=True)
class Run:
    """A run to simulate: its name, where it is measured, what, and how long."""

    name: str
    platform_name: str
    platform: Platform
    sample_name: str
    sample: Sample
    frames: int

    @property
    def imaged_ml(self) -> float:
        """Volume that all frames show, mL."""
        return frame_ml(self.platform) * self.frames


@dataclass(frozen=True)
class Frame:
    """A frame's number (from 1), its rendered patches and the regions that pass the size filter."""

    number: int
    patches: list[Patch]
    regions: list[Region]


def frames_of(run: Run, table: SphereTable | None, seed: int) -> Iterator[tuple[Frame, pd.DataFrame]]:
    """Each frame and its true particles, which carry `found`: the index of the region they lie in, or -1."""
    for number in range(1, run.frames + 1):
        random = generator(seed, "simulate", run.name, number)
        bodies = particles_in_frame(random, run.platform, run.sample)
        rendered = patches(random, run.platform, run.sample, table, bodies)
        found = [
            region for patch in rendered for region in regions(patch, run.platform) if passes(region, run.platform)
        ]
        yield Frame(number, rendered, found), bodies.assign(frame=number, found=_region_of(bodies, found))


def passes(region: Region, platform: Platform) -> bool:
    """The instrument's size filter on ESD; a FlowCam also discards what touches the border, an MFI marks it."""
    esd = fringe_corrected_um(float(region.feret.mean()), platform.fringe_px, platform.pixel_um)
    whole = platform.format == "mfi" or not region.edge
    return whole and platform.min_size_um <= esd <= platform.max_size_um


def _region_of(bodies: pd.DataFrame, found: list[Region]) -> np.ndarray:
    """Index of the region whose crop holds each particle's centre; the smallest, where several do."""
    index = np.full(len(bodies), -1)
    for i in sorted(range(len(found)), key=lambda i: -found[i].crop.size):
        height, width = found[i].crop.shape
        inside_y = bodies["y_px"].between(found[i].top, found[i].top + height)
        inside_x = bodies["x_px"].between(found[i].left, found[i].left + width)
        index[(inside_y & inside_x).to_numpy()] = i
    return index
