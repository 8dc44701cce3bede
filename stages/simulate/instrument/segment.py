"""What the instrument's software finds in a frame: thresholds, closing, neighbours, and measures in pixels."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from stages.common.params.simulate import Platform
from stages.simulate.instrument.camera import Patch

SPECK_PX = 4  # regions no larger than this are noise
DIRECTIONS = np.deg2rad(np.arange(0, 180, 5))
EIGHT = np.ones((3, 3), bool)


@dataclass(frozen=True)
class Region:
    """A particle as the instrument found it: its crop with the border, place in the frame, and measures in px."""

    top: int
    left: int
    crop: np.ndarray  # uint8 (h, w)
    mask: np.ndarray  # bool (h, w)
    parts: int  # regions joined as neighbours
    area: int
    perimeter: float
    feret: np.ndarray  # px, over DIRECTIONS
    axes: tuple[float, float]  # major and minor of the ellipse with the same second moments
    edge: bool  # touches the frame's border

    @property
    def abd_px(self) -> float:
        return 2 * float(np.sqrt(self.area / np.pi))

    @property
    def inside(self) -> np.ndarray:
        """Grey levels of the mask."""
        return self.crop[self.mask]


def regions(patch: Patch, background: np.ndarray, platform: Platform) -> list[Region]:
    """Every region of `patch` that departs from the frame's `background` (uint8) by more than the thresholds."""
    height, width = patch.levels.shape
    behind = background[patch.top : patch.top + height, patch.left : patch.left + width]
    difference = patch.levels.astype(np.int16) - behind
    departs = (difference < -platform.threshold_dark) | (difference > platform.threshold_light)
    # Padded with its own border, so that closing takes nothing away where a particle is cut by the frame.
    closed = ndimage.binary_closing(np.pad(departs, 2, mode="edge"), EIGHT)[2:-2, 2:-2]
    closed = _filled(closed, _sides(patch, background.shape))
    labels, count = ndimage.label(closed, EIGHT)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    kept = closed & (sizes > SPECK_PX)[labels]
    joined = _joined(kept, platform.neighbour_um / platform.pixel_um)
    found = []
    for number, box in enumerate(ndimage.find_objects(joined), start=1):
        if box is not None:
            found.append(_region(patch, platform, kept & (joined == number), box))
    return [region for region in found if region is not None]


def _sides(patch: Patch, frame: tuple[int, int]) -> list[bool]:
    """Whether the patch ends where the frame does: top, right, bottom, left."""
    height, width = patch.levels.shape
    return [patch.top == 0, patch.left + width == frame[1], patch.top + height == frame[0], patch.left == 0]


def _filled(mask: np.ndarray, sides: list[bool]) -> np.ndarray:
    """`mask` without its holes; what the largest particle encloses with a side of the frame, or with a corner, is a
    hole too."""
    walled = np.pad(mask, 1)
    labels, count = ndimage.label(mask, EIGHT)
    largest = labels == 1 + np.argmax(np.bincount(labels.ravel())[1:]) if count else mask
    # Clockwise along the frame's border, each side ends where the next begins.
    walls = [walled[0, :], walled[:, -1], walled[-1, ::-1], walled[::-1, 0]]
    touching = [largest[0, :], largest[:, -1], largest[-1, ::-1], largest[::-1, 0]]
    at = [np.flatnonzero(pixels) if side else np.empty(0, int) for pixels, side in zip(touching, sides, strict=True)]
    runs = [1 + np.count_nonzero(np.diff(each) > 1) if each.size else 0 for each in at]
    for i, wall in enumerate(walls):
        if runs[i]:
            wall[at[i][0] + 1 : at[i][-1] + 2] = True
        following = (i + 1) % 4
        if runs[i] == runs[following] == 1:
            wall[at[i][0] + 1 :] = True
            walls[following][: at[following][-1] + 2] = True
    return ndimage.binary_fill_holes(walled)[1:-1, 1:-1]


def _joined(mask: np.ndarray, neighbour_px: float) -> np.ndarray:
    """Labels in which regions closer than `neighbour_px` are one."""
    if not mask.any():
        return mask.astype(int)
    near = ndimage.distance_transform_edt(~mask) <= neighbour_px / 2
    return ndimage.label(near, EIGHT)[0] * mask


def _region(patch: Patch, platform: Platform, mask: np.ndarray, box: tuple[slice, slice]) -> Region | None:
    rows, columns = np.nonzero(mask[box])
    if not rows.size:
        return None
    y, x = rows + box[0].start, columns + box[1].start
    height, width = platform.frame_px
    border = platform.border_px
    bounds = [y.min() - border, x.min() - border, y.max() + 1 + border, x.max() + 1 + border]
    top, left = max(bounds[0], 0), max(bounds[1], 0)
    bottom, right = min(bounds[2], patch.levels.shape[0]), min(bounds[3], patch.levels.shape[1])
    in_frame = (y.min() + patch.top, x.min() + patch.left, y.max() + patch.top, x.max() + patch.left)
    crop = mask[top:bottom, left:right]
    return Region(
        top=top + patch.top,
        left=left + patch.left,
        crop=patch.levels[top:bottom, left:right],
        mask=crop,
        parts=ndimage.label(crop, EIGHT)[1],
        area=int(y.size),
        perimeter=crofton_perimeter(np.pad(crop, 1)),
        feret=feret_diameters(y, x),
        axes=ellipse_axes(y, x),
        edge=in_frame[0] == 0 or in_frame[1] == 0 or in_frame[2] == height - 1 or in_frame[3] == width - 1,
    )


def feret_diameters(y: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Widths in px over DIRECTIONS of the pixels (y, x), each a unit square."""
    cosine, sine = np.cos(DIRECTIONS)[:, None], np.sin(DIRECTIONS)[:, None]
    along = cosine * x + sine * y
    return np.ptp(along, axis=1) + (np.abs(cosine) + np.abs(sine))[:, 0]


def crofton_perimeter(mask: np.ndarray) -> float:
    """Perimeter in px from the number of crossings in two directions (Cauchy-Crofton)."""
    crossings = sum(int((np.diff(mask.astype(np.int8), axis=axis) != 0).sum()) for axis in (0, 1))
    return np.pi / 4 * crossings


def ellipse_axes(y: np.ndarray, x: np.ndarray) -> tuple[float, float]:
    """Major and minor axis in px of the ellipse with the same second moments; 1/12 is a pixel's own."""
    moments = np.cov(np.stack([y, x]), bias=True) + np.eye(2) / 12
    minor, major = np.sqrt(np.maximum(np.linalg.eigvalsh(moments), 0))
    return 4 * float(major), 4 * float(minor)
