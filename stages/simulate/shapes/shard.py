"""Glass: shards with flat faces, convex as broken pieces are."""

import numpy as np

from stages.simulate.shapes.body import across

SIDES, FACES = 8, 6  # around the shard, and on its top and bottom
FLATNESS = (0.2, 0.5)  # thickness over extent: delaminated and broken glass comes in flakes
DEPTHS = (0.55, 0.92)  # of a side or face from the middle, over half the extent
STEEPEST = 0.35  # z part of a side's normal: none stands upright


def heights(
    random: np.random.Generator, diameter_um: float, edge: int, step_um: float
) -> tuple[np.ndarray, np.ndarray]:
    """Thickness and middle of a shard, um, float32 (edge, edge): the half-spaces n . p <= d of its faces, met."""
    around = 2 * np.pi * (np.arange(SIDES) + random.uniform(-0.4, 0.4, SIDES)) / SIDES
    sides = np.stack([np.cos(around), np.sin(around), STEEPEST * random.choice([-1, 1], SIDES)], axis=1)
    tilts = random.normal(0, 0.4, (FACES, 2))
    faces = np.column_stack([tilts, np.resize([1.0, -1.0], FACES)])
    normals = np.vstack([sides, faces])
    depths = random.uniform(*DEPTHS, len(normals))
    y, x = across(edge, step_um / (diameter_um / 2))
    height = (depths[:, None, None] - normals[:, :1, None] * y - normals[:, 1:2, None] * x) / normals[:, 2:, None]
    upper = np.where(normals[:, 2:, None] > 0, height, np.inf).min(axis=0)
    lower = np.where(normals[:, 2:, None] < 0, height, -np.inf).max(axis=0)
    upper = np.where(np.hypot(y, x) <= 1, upper, lower)
    scale = random.uniform(*FLATNESS) * diameter_um / 2
    return (scale * np.maximum(upper - lower, 0)).astype(np.float32), (scale * (upper + lower) / 2).astype(np.float32)
