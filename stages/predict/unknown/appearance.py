"""What a particle looks like in numbers that known particles' can be held against."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

COLUMNS = ["circularity", "aspect_ratio", "intensity_mean", "intensity_sd"]
DIAMETERS = ["abd_um", "ecd_um", "esd_um"]  # the first that the instrument reports is taken
RING_PX = 2
SMALLEST_UM = 0.1  # a fringe taken off can leave nothing of a diameter


@dataclass(frozen=True)
class Appearance:
    """N particles: the network's features (N, F), the mean grey level of each ring about the image's middle (N, R), and
    the logarithm of the diameter in um and the instrument's COLUMNS (N, 1 + len(COLUMNS)), NaN where not reported."""

    features: np.ndarray
    profile: np.ndarray
    columns: np.ndarray

    def __len__(self) -> int:
        return len(self.features)

    def __getitem__(self, rows: np.ndarray) -> "Appearance":
        return Appearance(self.features[rows], self.profile[rows], self.columns[rows])


def appearance(features: np.ndarray, images: np.ndarray, particles: pd.DataFrame) -> Appearance:
    """Of the particles with `features` (N, F) and normalized `images`, uint8 (N, edge, edge), by their table."""
    return Appearance(features, radial_profile(images), columns_of(particles))


def radial_profile(images: np.ndarray) -> np.ndarray:
    """Mean grey level of rings RING_PX wide about the middle, corners left out: float32 (N, edge / 2 / RING_PX)."""
    edge = images.shape[1]
    across = np.arange(edge) - (edge - 1) / 2
    ring = (np.hypot(across[:, None], across) / RING_PX).astype(int).ravel()
    rings = edge // 2 // RING_PX
    members = (ring[:, None] == np.arange(rings)).astype(np.float32)
    # Sums of whole numbers below 2^24 are exact in float32, whatever their order: other images beside change no byte.
    sums = images.reshape(len(images), edge * edge).astype(np.float32) @ members
    return sums / members.sum(axis=0)


def columns_of(particles: pd.DataFrame) -> np.ndarray:
    """Logarithm of the diameter and COLUMNS, float64 (N, 1 + len(COLUMNS)); NaN where the instrument reports none."""
    diameter = pd.Series(np.nan, index=particles.index)
    for name in DIAMETERS:
        diameter = diameter.fillna(particles[name].astype(float))
    measured = [particles[name].to_numpy(float) for name in COLUMNS]
    return np.column_stack([np.log(np.maximum(diameter.to_numpy(), SMALLEST_UM)), *measured])
