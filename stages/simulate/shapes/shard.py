"""Glass: shards with flat faces, convex as broken pieces are."""

import numpy as np

from stages.simulate.shapes.body import across

FACES = 12
FLATNESS = (0.2, 0.5)  # thickness over extent: delaminated and broken glass comes in flakes
DEPTHS = (0.55, 1.0)  # of the faces from the middle


def heights(
    random: np.random.Generator, diameter_um: float, edge: int, step_um: float
) -> tuple[np.ndarray, np.ndarray]:
    """Thickness and middle of a shard, um, float32 (edge, edge): the half-spaces n . p <= d of its faces, met."""
    normals = random.standard_normal((FACES, 3))
    normals[:, 2] += np.copysign(0.3, normals[:, 2])  # no face stands upright
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    normals = np.vstack([normals, [[0, 0, 1], [0, 0, -1]]])
    depths = np.append(random.uniform(*DEPTHS, FACES), [1.0, 1.0])
    y, x = across(edge, step_um / (diameter_um / 2))
    height = (depths[:, None, None] - normals[:, :1, None] * y - normals[:, 1:2, None] * x) / normals[:, 2:, None]
    upper = np.where(normals[:, 2:, None] > 0, height, np.inf).min(axis=0)
    lower = np.where(normals[:, 2:, None] < 0, height, -np.inf).max(axis=0)
    upper = np.where(np.hypot(y, x) <= 1, upper, lower)
    scale = random.uniform(*FLATNESS) * diameter_um / 2
    return (scale * np.maximum(upper - lower, 0)).astype(np.float32), (scale * (upper + lower) / 2).astype(np.float32)
