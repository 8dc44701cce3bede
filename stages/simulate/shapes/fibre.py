"""Cellulose fibres: long rods, bent gently, tilted a little against the cell's walls."""

import numpy as np
from scipy.spatial import cKDTree

from stages.simulate.shapes.body import across

SLENDERNESS = (6.0, 15.0)  # length over width
WIDEST_UM = 16.0
BEND = 1.2  # rad, standard deviation of the turn from one end to the other
TILT = 0.15  # rise over length, at most
POINTS = 400


def heights(
    random: np.random.Generator, diameter_um: float, edge: int, step_um: float
) -> tuple[np.ndarray, np.ndarray]:
    """Thickness and middle of a fibre, um, float32 (edge, edge): the chords of a round rod along a bent line."""
    radius = min(diameter_um / random.uniform(*SLENDERNESS), WIDEST_UM) / 2
    along = np.linspace(-0.5, 0.5, POINTS)
    bends = random.normal(0, BEND, 2)
    angle = random.uniform(0, 2 * np.pi) + bends[0] * along + bends[1] * along**2 * 2
    line = np.stack([np.cumsum(np.sin(angle)), np.cumsum(np.cos(angle))], axis=1)
    line -= (line.max(axis=0) + line.min(axis=0)) / 2
    line *= (diameter_um / 2 - radius) / np.hypot(*line.T).max()
    grid = np.stack(across(edge, step_um), axis=-1).reshape(-1, 2)
    distance, nearest = cKDTree(line).query(grid, distance_upper_bound=radius)
    thickness = 2 * np.sqrt(np.maximum(radius**2 - np.minimum(distance, radius) ** 2, 0))
    rise = random.uniform(-TILT, TILT) * diameter_um * along
    middle = rise[np.minimum(nearest, POINTS - 1)]
    return thickness.reshape(edge, edge).astype(np.float32), middle.reshape(edge, edge).astype(np.float32)
