"""Rubber: smooth lumps of any outline, which absorb."""

import numpy as np

from stages.simulate.shapes.body import across

WAVES = 5
RAGGEDNESS = 0.22  # of the outline's first wave, over its radius
FLATNESS = (0.4, 0.9)


def heights(
    random: np.random.Generator, diameter_um: float, edge: int, step_um: float
) -> tuple[np.ndarray, np.ndarray]:
    """Thickness and middle of a lump, um, float32 (edge, edge): an ellipsoid over an outline of WAVES harmonics."""
    order = np.arange(2, 2 + WAVES)[:, None, None]
    sizes = RAGGEDNESS * random.standard_normal(WAVES)[:, None, None] / (order - 1)
    phases = random.uniform(0, 2 * np.pi, WAVES)[:, None, None]
    around = 1 + sizes * np.cos(order * np.linspace(0, 2 * np.pi, 181) + phases)
    largest = np.prod(around, axis=0).max()
    y, x = across(edge, step_um / (diameter_um / 2))
    outline = np.prod(1 + sizes * np.cos(order * np.arctan2(y, x) + phases), axis=0) / largest
    share = np.hypot(y, x) / np.maximum(outline, 0.05)
    thickness = random.uniform(*FLATNESS) * diameter_um * np.sqrt(np.maximum(1 - share**2, 0))
    return thickness.astype(np.float32), np.zeros((edge, edge), np.float32)
