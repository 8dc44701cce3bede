"""Bubbles larger than the tables of spheres: their rim from the largest sphere of the table, their inside by rays.

A bubble wider than the cell is deep lies flat between its walls: a film of air with a rim that is round over half the
depth. A ray that meets a round surface at the height h over its radius is turned by 2 (t - i), sin i = h,
sin t = n h; the objective takes what is left of the condenser's cone within its pupil. That the turned light fans
out is not counted.
"""

import numpy as np

from stages.simulate.optics.microscope import MEDIUM, Optics
from stages.simulate.optics.spheres import SphereTable

RIM = 0.8  # of the table's largest radius: from there outwards nothing passes, for rays are totally reflected


def relative_intensity(
    optics: Optics, table: SphereTable, radius_um: float, depth_um: float, z_um: float, distance_um: np.ndarray
) -> np.ndarray:
    """Relative intensity at `distance_um` from the centre of a bubble of `radius_um` in a cell of `depth_um`."""
    largest = table.radii_um[-1]
    rim = min(radius_um, depth_um / 2)
    height = np.maximum(distance_um - (radius_um - rim), 0) / rim
    heights = np.linspace(0, 1, 200)
    inside = np.interp(height, heights, passed(optics, heights)).astype(np.float32)
    outside = table.render(largest, z_um, np.maximum(distance_um - radius_um + largest, 0))
    return np.where(distance_um > radius_um - (1 - RIM) * largest, outside, inside)


def passed(optics: Optics, height: np.ndarray) -> np.ndarray:
    """Share of the light that passes a bubble's surfaces at `height` over the radius and reaches the camera."""
    sine = np.minimum(MEDIUM * height, 1)  # total reflection from there on
    i, t = np.arcsin(np.minimum(height, 1)), np.arcsin(sine)
    turned = MEDIUM * np.sin(np.minimum(2 * (t - i), np.pi / 2))
    return _overlap(optics.condenser, optics.aperture, turned) * _transmitted(np.cos(i), np.cos(t)) ** 2


def _transmitted(cos_i: np.ndarray, cos_t: np.ndarray) -> np.ndarray:
    """Fresnel's transmittance into the air, unpolarised."""
    across = (MEDIUM * cos_i - cos_t) / (MEDIUM * cos_i + cos_t)
    along = (MEDIUM * cos_t - cos_i) / (MEDIUM * cos_t + cos_i)
    return 1 - (across**2 + along**2) / 2


def _overlap(small: float, large: float, distance: np.ndarray) -> np.ndarray:
    """Share of a disc of radius `small` that lies in one of radius `large` at `distance` (two circular segments)."""
    d = np.clip(distance, abs(large - small) + 1e-9, large + small)
    a = np.arccos(np.clip((d**2 + small**2 - large**2) / (2 * d * small), -1, 1))
    b = np.arccos(np.clip((d**2 + large**2 - small**2) / (2 * d * large), -1, 1))
    area = small**2 * (a - np.sin(2 * a) / 2) + large**2 * (b - np.sin(2 * b) / 2)
    return np.where(distance <= large - small, 1.0, area / (np.pi * small**2))
