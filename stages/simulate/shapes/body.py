"""A particle as a height field: what a ray along the light's axis meets, once in and once out."""

from dataclasses import dataclass

import numpy as np

FINER = 3  # grid points of a body across a camera pixel; odd, so that a pixel has one in its middle


@dataclass(frozen=True)
class Body:
    """Thickness and height of the middle, um, both (edge, edge) on a square grid; its refractive index, whose
    imaginary part absorbs. Around `middle` of the grid; its edge is a multiple of FINER and holds all of it."""

    thickness_um: np.ndarray
    middle_um: np.ndarray
    index: complex


def middle(edge: int) -> int:
    """The grid point that lies in the middle of the camera's middle pixel."""
    return FINER * (edge // FINER // 2) + FINER // 2


def across(edge: int, step_um: float) -> tuple[np.ndarray, np.ndarray]:
    """y and x of every grid point, um from the middle, both (edge, edge)."""
    place = (np.arange(edge) - middle(edge)) * step_um
    return np.meshgrid(place, place, indexing="ij")


def on_camera_grid(body: Body) -> Body:
    """The body's mean over blocks of FINER x FINER grid points; its edge must be a multiple of FINER."""
    thickness = _block_means(body.thickness_um)
    middle = _block_means(body.thickness_um * body.middle_um) / np.maximum(thickness, 1e-9)
    return Body(thickness, middle, body.index)


def _block_means(field: np.ndarray) -> np.ndarray:
    edge = field.shape[0] // FINER
    return field.reshape(edge, FINER, edge, FINER).mean(axis=(1, 3))
