"""Write a run as an MFI-like instrument does: a particle table with a preamble, and the camera's frames."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from stages.common.base.seeds import random_of
from stages.simulate.instrument.measured import Frame, Run
from stages.simulate.instrument.segment import Region
from stages.simulate.instrument.sizes import fringe_corrected_um

FRAMES_PER_S = 22.0
SIZE_STEP_UM = 0.25  # the table's diameters come in these steps
EIGHT_BIT_TO_TEN = 1023 / 255
JPEG_QUALITY = 90
COLUMNS = (
    "#,Frame #,Particle #,Time Stamp(s),ECD(um),Area(pixels),Perimeter,Circularity,Intensity Mean,Intensity STD,"
    "Intensity Min,Intensity Max,Max Feret Diameter(um),Aspect Ratio,X Left,X Right,Y Top,Y Bottom,Edge Particle"
)


def write(run: Run, frames: Iterator[Frame], folder: Path, seed: int) -> list[list[str]]:
    """Write the run's folder; return for each frame the number (column #) of each region.

    Only frames with a particle are kept, as the instrument's export does.
    """
    noise = _noise(run, seed)
    rows: list[str] = []
    names: list[list[str]] = []
    for frame in frames:
        names.append([])
        for i, region in enumerate(frame.regions, start=1):
            names[-1].append(str(len(rows) + 1))
            rows.append(_row(run, frame.number, i, region, len(rows) + 1))
        if frame.regions:
            picture = _picture(run, frame, noise, seed)
            name = f"{run.name}_Image_{frame.number:05d}.jpg"
            Image.fromarray(picture).save(folder / name, quality=JPEG_QUALITY)
    lines = [*_preamble(run, len(rows)), COLUMNS, *rows, ""]
    (folder / f"{run.name}.csv").write_text("\n".join(lines), encoding="ascii")
    return names


def _row(run: Run, frame: int, number: int, region: Region, row: int) -> str:
    platform = run.platform
    ecd = fringe_corrected_um(region.abd_px, platform.fringe_px, platform.pixel_um)
    feret = fringe_corrected_um(float(region.feret.max()), platform.fringe_px, platform.pixel_um)
    levels = region.inside * EIGHT_BIT_TO_TEN
    height, width = region.crop.shape
    values = [
        row,
        frame,
        number,
        f"{frame / FRAMES_PER_S:.3f}",
        f"{max(SIZE_STEP_UM, round(ecd / SIZE_STEP_UM) * SIZE_STEP_UM):.2f}",
        region.area,
        f"{region.perimeter:.2f}",
        f"{min(1.0, 2 * np.sqrt(np.pi * region.area) / region.perimeter):.3f}",
        f"{levels.mean():.2f}",
        f"{levels.std():.2f}",
        round(levels.min()),
        round(levels.max()),
        f"{feret:.2f}",
        f"{region.axes[1] / region.axes[0]:.3f}",
        region.left,
        region.left + width,
        region.top,
        region.top + height,
        "Yes" if region.edge else "No",
    ]
    return ",".join(map(str, values))


def _noise(run: Run, seed: int) -> np.ndarray:
    """One frame of camera noise; each frame takes it from another corner on."""
    random = random_of(seed, "simulate", run.name, "noise")
    return run.platform.noise * random.standard_normal(run.platform.frame_px, np.float32)


def _picture(run: Run, frame: Frame, noise: np.ndarray, seed: int) -> np.ndarray:
    random = random_of(seed, "simulate", run.name, "shift", frame.number)
    shifted = np.roll(noise, tuple(random.integers(0, noise.shape)), axis=(0, 1))
    picture = np.clip(np.rint(frame.empty + shifted), 0, 255).astype(np.uint8)
    for patch in frame.patches:
        height, width = patch.levels.shape
        picture[patch.top : patch.top + height, patch.left : patch.left + width] = patch.levels
    return picture


def _preamble(run: Run, count: int) -> list[str]:
    platform = run.platform
    height, width = platform.frame_px
    facts = {
        "Software Version": "simulated 1.0",
        "Sample": run.sample_name,
        "Start Time": "2026-01-15 11:00:00",
        "Frames": run.frames,
        "Frame Width(pixels)": width,
        "Frame Height(pixels)": height,
        "Pixel Size(um)": f"{platform.pixel_um:g}",
        "Cell Depth(um)": f"{platform.depth_um:g}",
        "Analyzed Volume(mL)": f"{run.imaged_ml:.8f}",
        "Dilution Factor": f"{run.sample.dilution:g}",
        "Dark Threshold": f"{platform.threshold_dark:g}",
        "Light Threshold": f"{platform.threshold_light:g}",
        "Minimum Size(um)": f"{platform.min_size_um:g}",
        "Maximum Size(um)": f"{platform.max_size_um:g}",
        "Particles": count,
    }
    return ["Particle Data", *(f"{name},{value}" for name, value in facts.items()), ""]
