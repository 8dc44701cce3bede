"""Protein aggregates: soft grains that grew on each other, from fibrous to granular to compact."""

import numpy as np
from scipy.ndimage import gaussian_filter

from stages.simulate.shapes.body import middle

GRAIN_SHARE = 0.5  # a grain's standard deviation over the distance between two grains
THICKENS = 0.75  # thickness grows more slowly than extent: large clumps are flat and loose, and stay translucent
THICKNESS = (0.25, 0.8)  # um, of a clump of 1 um
FLATNESS = 0.35  # height of the grains' middle over their distance across: clumps lie flat in the flow


def heights(
    random: np.random.Generator, diameter_um: float, edge: int, step_um: float
) -> tuple[np.ndarray, np.ndarray]:
    """Thickness and middle of a clump, um, float32 (edge, edge)."""
    grains = int(np.clip(10 * diameter_um**1.2, 16, 600))
    positions = _grown(random, grains)
    positions[:, :2] -= (positions[:, :2].max(axis=0) + positions[:, :2].min(axis=0)) / 2
    scale = diameter_um / 2 / (np.hypot(*positions[:, :2].T).max() + 2 * GRAIN_SHARE)
    cells = np.rint(positions[:, :2] * scale / step_um).astype(int) + middle(edge)
    cells = cells[:, 0] * edge + cells[:, 1]
    height = FLATNESS * scale * (positions[:, 2] - positions[:, 2].mean())
    held = _spread(np.bincount(cells, minlength=edge * edge), scale / step_um, edge)
    lifted = _spread(np.bincount(cells, height, minlength=edge * edge), scale / step_um, edge)
    typical = np.median(held[held > 0.05 * held.max()])
    thickness = random.uniform(*THICKNESS) * diameter_um**THICKENS * (1 - np.exp(-held / typical))
    return thickness, lifted / np.maximum(held, 1e-6 * held.max())


def _spread(grains: np.ndarray, distance_px: float, edge: int) -> np.ndarray:
    return gaussian_filter(grains.astype(np.float32).reshape(edge, edge), GRAIN_SHARE * distance_px, mode="constant")


def _grown(random: np.random.Generator, grains: int) -> np.ndarray:
    """Grain centres (grains, 3), a unit apart: each grows on an earlier one. The further back it may choose, the more
    compact the clump; only the last ones make a fibre."""
    memory = grains ** random.uniform(0.1, 0.8)
    back = np.minimum(random.geometric(1 / memory, grains), np.arange(grains))
    steps = random.standard_normal((grains, 3))
    if memory < grains**0.35:
        steps = steps.cumsum(axis=0) / np.sqrt(np.arange(1, grains + 1))[:, None] + 0.5 * steps
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    positions = np.zeros((grains, 3))
    for i in range(1, grains):
        positions[i] = positions[i - back[i]] + steps[i]
    return positions
