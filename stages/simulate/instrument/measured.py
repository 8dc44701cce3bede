"""One simulated run: frames rendered one after the other, what was found in them, and the truth beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.common.base.seeds import random_of
from stages.common.params.simulate import Platform, Sample
from stages.simulate.instrument.camera import Patch, patches
from stages.simulate.instrument.illumination import conditions, empty_frame
from stages.simulate.instrument.particle import Scene
from stages.simulate.instrument.segment import Region, regions
from stages.simulate.instrument.sizes import fringe_corrected_um
from stages.simulate.suspension import frame_ml, particles_in_run


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
    """A frame's number (from 1), its grey levels without particles (float32), the number (from 1) of the background
    image that it is compared with and that image (uint8), its rendered patches, and the regions that pass the size
    filter."""

    number: int
    empty: np.ndarray
    background_number: int
    background: np.ndarray
    patches: list[Patch]
    regions: list[Region]


def frames_of(run: Run, scene: Scene, seed: int) -> Iterator[tuple[Frame, pd.DataFrame]]:
    """Each frame and its true particles, which carry `found`: the index of the region they lie in, or -1."""
    platform = run.platform
    own = conditions(random_of(seed, "simulate", run.name, "conditions"), platform)
    shares = np.arange(run.frames) / run.frames
    random = random_of(seed, "simulate", run.name, "particles")
    particles = particles_in_run(random, platform, scene.kinds, run.sample, own.focus(shares))
    ends = np.searchsorted(particles["frame"], np.arange(1, run.frames + 2))
    light = empty_frame(platform)
    for i, share in enumerate(shares):
        empty = light * np.float32(own.light(share))
        if i % platform.background_frames == 0:  # the software takes a new background now and then
            background = np.rint(empty).astype(np.uint8)
        bodies = particles.iloc[ends[i] : ends[i + 1]].reset_index(drop=True)
        rendered = patches(random_of(seed, "simulate", run.name, i + 1), scene, empty, bodies)
        found = [
            region for patch in rendered for region in regions(patch, background, platform) if passes(region, platform)
        ]
        frame = Frame(i + 1, empty, i // platform.background_frames + 1, background, rendered, found)
        yield frame, bodies.assign(found=_region_of(bodies, found))


def passes(region: Region, platform: Platform) -> bool:
    """The instrument's size filter on ESD. What touches the border stays, as it does in real lists."""
    esd = fringe_corrected_um(float(region.feret.mean()), platform.fringe_px, platform.pixel_um)
    return platform.min_size_um <= esd <= platform.max_size_um


def _region_of(bodies: pd.DataFrame, found: list[Region]) -> np.ndarray:
    """Index of the region whose crop holds each particle's centre; the smallest, where several do."""
    index = np.full(len(bodies), -1)
    y, x = bodies["y_px"].to_numpy(), bodies["x_px"].to_numpy()
    for i in sorted(range(len(found)), key=lambda i: -found[i].crop.size):
        height, width = found[i].crop.shape
        below, beyond = y - found[i].top, x - found[i].left
        index[(below >= 0) & (below <= height) & (beyond >= 0) & (beyond <= width)] = i
    return index
