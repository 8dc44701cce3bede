"""What the camera sees: the particles of a frame, grey levels, noise.

Only the parts of a frame that particles reach are rendered: the rest holds noise below the thresholds.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from stages.simulate.instrument.particle import Scene, image, window

Corners = tuple[int, int, int, int]  # top, left, bottom, right, px


@dataclass(frozen=True)
class Patch:
    """A rendered rectangle of a frame: its top left corner in px and its grey levels, uint8 (h, w)."""

    top: int
    left: int
    levels: np.ndarray


def patches(random: np.random.Generator, scene: Scene, empty: np.ndarray, bodies: pd.DataFrame) -> list[Patch]:
    """Render the particles of one frame over the `empty` one; those whose windows overlap share a patch."""
    images = [seen for body in bodies.itertuples() if (seen := _in_frame(scene, body)) is not None]
    rendered = []
    for group in _overlapping([corners for corners, _ in images]):
        top, left, bottom, right = group
        light = empty[top:bottom, left:right].copy()
        for corners, picture in images:
            if _meet(corners, group):
                light[corners[0] - top : corners[2] - top, corners[1] - left : corners[3] - left] *= picture
        light += scene.platform.noise * random.standard_normal(light.shape, np.float32)
        rendered.append(Patch(top, left, np.clip(np.rint(light), 0, 255).astype(np.uint8)))
    return rendered


def _in_frame(scene: Scene, body) -> tuple[Corners, np.ndarray] | None:
    """A particle's image cut to the frame, and where that lies; None when nothing of it lies in the frame."""
    top, left, edge = window(scene, body)
    height, width = scene.platform.frame_px
    corners = max(top, 0), max(left, 0), min(top + edge, height), min(left + edge, width)
    if corners[0] >= corners[2] or corners[1] >= corners[3]:
        return None
    return corners, image(scene, body)[corners[0] - top : corners[2] - top, corners[1] - left : corners[3] - left]


def _meet(a: Corners, b: Corners) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _overlapping(windows: list[Corners]) -> list[Corners]:
    """Bounding boxes of the windows that overlap, directly or through others."""
    groups: list[Corners] = []
    for merged in windows:
        while met := [group for group in groups if _meet(group, merged)]:
            groups = [group for group in groups if group not in met]
            tops, lefts, bottoms, rights = zip(merged, *met, strict=True)
            merged = min(tops), min(lefts), max(bottoms), max(rights)
        groups.append(merged)
    return sorted(groups)
