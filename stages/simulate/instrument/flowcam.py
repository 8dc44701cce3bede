"""Write a run as a FlowCam does: list (format 017, monochrome), context, collages, masks, background, summary."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from stages.common.base.seeds import seed_of
from stages.simulate.instrument.measured import Frame, Run
from stages.simulate.instrument.segment import DIRECTIONS, Region
from stages.simulate.instrument.sizes import fringe_corrected_um

FRAMES_PER_S = 27.0
GAP_PX = 2
# Name and type of each column, in the order of a monochrome VisualSpreadsheet 4 list. What a simulator has no use
# for (sphere counts, circle fit, symmetry, moments) is written as 0, as the software does when it is switched off.
FIELDS = """
    id|int32 image_x|int32 image_y|int32 image_w|int32 image_h|int32 src_x|int32 src_y|int32 src_image|int32
    cal_image|int32 ppc|int32 camera|int32 cal_const|double fringe_size|double sphere_count|int32
    raw_sphere_volume|double raw_sphere_complement|double raw_sphere_unknown|double raw_area|double
    raw_feret_max|double raw_feret_min|double raw_feret_mean|double raw_perimeter|double raw_convex_perimeter|double
    raw_legendre_major|double raw_legendre_minor|double abd_area|double abd_diameter|double length|double
    width|double esd_diameter|double fd_diameter|double perimeter|double convex_perimeter|double intensity|double
    sigma_intensity|double sum_intensity|double compactness|double elongation|double roughness|double
    edge_gradient|double elapsed_time|double circle_fit|double symmetry|double circularity_hu|double
    intensity_calimage|double raw_convex_hull_area|double raw_filled_area|double filled_area|double
    feret_max_angle|double feret_min_angle|double timestamp|timestamp collage_file|string image_id|guid
    """
COLUMNS = dict(field.split("|") for field in FIELDS.split())


def write(run: Run, frames: Iterator[Frame], folder: Path, seed: int) -> list[list[str]]:
    """Write the run's folder; return for each frame the image_id of each region."""
    collages = _Collages(run, folder)
    rows: list[str] = []
    names: list[list[str]] = []
    for frame in frames:
        names.append([])
        background = folder / f"cal_image_{frame.background_number:06d}.tif"
        if not background.exists():
            Image.fromarray(frame.background).save(background, compression="tiff_lzw")
        for region in frame.regions:
            row = _row(run, frame, region, len(rows) + 1, seed) | collages.place(region)
            rows.append("|".join(_text(row.get(name, 0), kind) for name, kind in COLUMNS.items()))
            names[-1].append(row["image_id"])
    collages.finish()
    header = ["017", f"num-fields|{len(COLUMNS)}", *(f"{name}|{kind}" for name, kind in COLUMNS.items())]
    (folder / f"{run.name}.lst").write_text("\n".join([*header, *rows, ""]), encoding="ascii")
    (folder / f"{run.name}.ctx").write_text(_context(run), encoding="ascii")
    (folder / f"{run.name}_summary.csv").write_text(_summary(run, len(rows)), encoding="ascii")
    return names


def _row(run: Run, frame: Frame, region: Region, number: int, seed: int) -> dict:
    platform = run.platform
    feret_max, feret_min, feret_mean = region.feret.max(), region.feret.min(), region.feret.mean()

    def um(px: float) -> float:
        return fringe_corrected_um(float(px), platform.fringe_px, platform.pixel_um)

    levels = region.inside.astype(float)
    convex_px = np.pi * feret_mean  # Cauchy: a convex body's perimeter is pi times its mean width
    seconds = frame.number / FRAMES_PER_S
    return {
        "id": number,
        "src_x": region.left,
        "src_y": region.top,
        "src_image": frame.number,
        "cal_image": frame.background_number,
        "ppc": region.parts,
        "cal_const": platform.pixel_um,
        "fringe_size": platform.fringe_px,
        "raw_area": region.area,
        "raw_feret_max": feret_max,
        "raw_feret_min": feret_min,
        "raw_feret_mean": feret_mean,
        "raw_perimeter": region.perimeter,
        "raw_convex_perimeter": convex_px,
        "raw_legendre_major": region.axes[0],
        "raw_legendre_minor": region.axes[1],
        "abd_area": np.pi / 4 * um(region.abd_px) ** 2,
        "abd_diameter": um(region.abd_px),
        "length": um(feret_max),
        "width": um(feret_min),
        "esd_diameter": um(feret_mean),
        "fd_diameter": um(region.abd_px),
        "perimeter": region.perimeter * platform.pixel_um,
        "convex_perimeter": convex_px * platform.pixel_um,
        "intensity": levels.mean(),
        "sigma_intensity": levels.std(),
        "sum_intensity": levels.sum(),
        "compactness": region.perimeter**2 / (4 * np.pi * region.area),
        "elongation": region.axes[0] / max(region.axes[1], 1e-9),
        "roughness": region.perimeter / convex_px,
        "elapsed_time": seconds,
        "raw_filled_area": region.area,
        "filled_area": np.pi / 4 * um(region.abd_px) ** 2,
        "feret_max_angle": np.rad2deg(DIRECTIONS[region.feret.argmax()]),
        "feret_min_angle": np.rad2deg(DIRECTIONS[region.feret.argmin()]),
        "timestamp": f"2026-01-15 10:{int(seconds) // 60:02d}:{seconds % 60:06.3f}",
        "image_id": str(uuid.UUID(int=seed_of(seed, "guid", run.name, number))).upper(),
    }


def _text(value, kind: str) -> str:
    return f"{value:.4f}" if kind == "double" else str(value)


class _Collages:
    """Crops packed row by row into pages the size of a frame, with masks on pages of their own."""

    x: int  # where the next crop goes
    y: int
    row_height: int

    def __init__(self, run: Run, folder: Path):
        self.run, self.folder = run, folder
        self.height, self.width = run.platform.frame_px
        self.page = 0
        self._turn()

    def place(self, region: Region) -> dict:
        """Put a crop on the page; return where it lies."""
        height, width = region.crop.shape
        if self.x + width > self.width:
            self.x, self.y, self.row_height = 0, self.y + self.row_height + GAP_PX, 0
        if self.y + height > self.height:
            self.finish()
            self._turn()
        box = slice(self.y, self.y + height), slice(self.x, self.x + width)
        self.levels[box] = region.crop
        self.mask[box] = region.mask * 255
        placed = {"image_x": self.x, "image_y": self.y, "image_w": width, "image_h": height, "collage_file": self.name}
        self.x += width + GAP_PX
        self.row_height = max(self.row_height, height)
        return placed

    def finish(self) -> None:
        """Write the page unless it is empty."""
        if self.x == self.y == 0:
            return
        colour = Image.fromarray(np.repeat(self.levels[:, :, None], 3, axis=2))
        colour.save(self.folder / self.name, compression="tiff_lzw")
        mask_name = self.name.replace(".tif", "_bin.tif")
        Image.fromarray(self.mask).save(self.folder / mask_name, compression="tiff_lzw")

    def _turn(self) -> None:
        self.page += 1
        self.name = f"{self.run.name}_{self.page:06d}.tif"
        self.levels = np.zeros((self.height, self.width), np.uint8)
        self.mask = np.zeros((self.height, self.width), np.uint8)
        self.x = self.y = self.row_height = 0


def _context(run: Run) -> str:
    platform = run.platform
    height, width = platform.frame_px
    sections: dict[str, dict[str, object]] = {
        "Software": {"SoftwareName": "Simulator", "SoftwareVersion": "simulated 1.0", "CameraMagnification": 10},
        "General": {"RunStartTime": "2026-01-15 10:00:00", "RunEndTime": "2026-01-15 10:01:00"},
        "Camera": {"ImageWidth": width, "ImageHeight": height},
        "Fluid": {
            "FlowCellDepth": f"{platform.depth_um:g}",
            "FlowCellWidth": 700,
            "FluidVolumeImaged_ml": "0.0000",
            "UseDilutionCalculation": 1,
            "SampleDilution": f"{run.sample.dilution:g}",
            "CalibrationConstant": f"{platform.pixel_um:.4f}",
            "FringeSize": f"{platform.fringe_px:.4f}",
        },
        "CaptureRegion": {
            "AcceptableLeft": 0,
            "AcceptableRight": width - 1,
            "AcceptableTop": 0,
            "AcceptableBottom": height - 1,
            "ImagePixelBorder": platform.border_px,
        },
        "CaptureParameters": {
            "DistanceToNeighbor": f"{platform.neighbour_um:.4f}",
            "ThresholdDark": f"{platform.threshold_dark:.4f}",
            "ThresholdLight": f"{platform.threshold_light:.4f}",
            "CloseHoles": 1,
            "MinESD": f"{platform.min_size_um:.4f}",
            "MaxESD": f"{platform.max_size_um:.4f}",
        },
        "CaptureStats": {"RawImageTotal": run.frames, "VolumeCF": "1.0000"},
    }
    lines = []
    for section, entries in sections.items():
        lines += [f"[{section}]", *(f"{key}={value}" for key, value in entries.items())]
    return "\n".join([*lines, ""])


def _summary(run: Run, count: int) -> str:
    lines = [
        f"List File,{run.name}.lst",
        "",
        f"Count,{count}",
        f"Particles / ml,{count / run.imaged_ml:.0f}",
        "",
        f"Sample Volume Imaged ml,{run.imaged_ml:.6f}",
        "",
    ]
    return "\n".join(lines)
