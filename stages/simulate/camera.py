"""What the camera sees: the particles of a frame, grey levels, noise.

Only the parts of a frame that particles reach are rendered: the rest holds noise below the thresholds.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.common.params.simulate import Platform, Sample
from stages.simulate import protein
from stages.simulate.bodies import SPHERES
from stages.simulate.optics import Optics
from stages.simulate.spheres import SKIRT_UM, SphereTable


@dataclass(frozen=True)
class Patch:
    """A rendered rectangle of a frame: its top left corner in px and its grey levels, uint8 (h, w)."""

    top: int
    left: int
    levels: np.ndarray


def optics_of(platform: Platform) -> Optics:
    return Optics(platform.wavelength_um, platform.aperture, platform.condenser, platform.pixel_um)


def patches(
    random: np.random.Generator, platform: Platform, sample: Sample, table: SphereTable | None, bodies: pd.DataFrame
) -> list[Patch]:
    """Render the particles of one frame; those whose windows overlap share a patch."""
    windows = [_window(platform, sample, table, body) for body in bodies.itertuples()]
    rendered = []
    for group in _overlapping([corners for corners, _ in windows if corners is not None]):
        top, left, bottom, right = group
        relative = np.ones((bottom - top, right - left), np.float32)
        for corners, image in windows:
            if corners is not None and _meet(corners, group):
                y, x = corners[0] - top, corners[1] - left
                relative[y : y + image.shape[0], x : x + image.shape[1]] *= image
        noisy = platform.background * relative + platform.noise * random.standard_normal(relative.shape, np.float32)
        rendered.append(Patch(top, left, np.clip(np.rint(noisy), 0, 255).astype(np.uint8)))
    return rendered


def _window(platform: Platform, sample: Sample, table: SphereTable | None, body) -> tuple:
    """A particle's image relative to the background, cut to the frame: (top, left, bottom, right) in px, and pixels.
    The corners are None when nothing of it lies in the frame."""
    if sample.kind in SPHERES:
        top, left, image = _spheres(platform, table, body)
    else:
        image = protein.relative_intensity(optics_of(platform), body.diameter_um, body.z_um, body.seed)
        top, left = round(body.y_px) - image.shape[0] // 2, round(body.x_px) - image.shape[1] // 2
    height, width = platform.frame_px
    inside = slice(max(-top, 0), height - top), slice(max(-left, 0), width - left)
    image = image[inside] if top < height and left < width else image[:0]
    if not image.size:
        return None, image
    top, left = max(top, 0), max(left, 0)
    return (top, left, top + image.shape[0], left + image.shape[1]), image


def _spheres(platform: Platform, table: SphereTable, body) -> tuple[int, int, np.ndarray]:
    """A sphere, or two that touch, each between its own light and dark."""
    reach = (body.diameter_um / 2 + body.partner_um + SKIRT_UM) / platform.pixel_um
    top, left = int(np.floor(body.y_px - reach)), int(np.floor(body.x_px - reach))
    edge = int(np.ceil(2 * reach)) + 1
    y, x = np.mgrid[:edge, :edge].astype(np.float32)
    y, x = (y + (top - body.y_px)) * platform.pixel_um, (x + (left - body.x_px)) * platform.pixel_um
    image = table.render(body.diameter_um / 2, body.z_um, np.hypot(y, x))
    if body.partner_um > 0:
        distance = (body.diameter_um + body.partner_um) / 2
        y, x = y - distance * np.sin(body.angle), x - distance * np.cos(body.angle)
        image = image * table.render(body.partner_um / 2, body.z_um, np.hypot(y, x))
    return top, left, image


def _meet(a: tuple, b: tuple) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _overlapping(corners: list[tuple]) -> list[tuple]:
    """Bounding boxes of the windows that overlap, directly or through others."""
    groups: list[tuple] = []
    for window in corners:
        merged = window
        while met := [group for group in groups if _meet(group, merged)]:
            groups = [group for group in groups if group not in met]
            every = [merged, *met]
            merged = (
                min(g[0] for g in every),
                min(g[1] for g in every),
                max(g[2] for g in every),
                max(g[3] for g in every),
            )
        groups.append(merged)
    return sorted(groups)
