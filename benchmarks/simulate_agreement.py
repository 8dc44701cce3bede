"""How near the renderers come to the slow reference: one particle, several planes in focus, image against image."""

from types import SimpleNamespace

import numpy as np

from benchmarks import wave_propagation as reference
from stages.common.params.simulate import Irregular, Simulate, Sphere
from stages.simulate.instrument.particle import Scene, body_of, image, window
from stages.simulate.optics.spheres import sphere_table
from stages.simulate.shapes.body import FINER, Body, across

DEFOCUS_UM = np.arange(-40.0, 41.0, 10.0)
# Rings of the reference's source, by diameter: small particles show its gaps, and so do large ones without symmetry.
RINGS = {2: 8, 5: 6, 10: 5, 20: 4, 40: 4}
RINGS_OF_SPHERES = {2: 6, 5: 4, 10: 2, 20: 2, 40: 2}
ROOM_UM = 10.0  # around the particle, in which images are compared
SEED = 3


def agreement(settings: Simulate, platform: str, kind: str, diameter_um: float) -> list[dict]:
    """For each plane of DEFOCUS_UM: correlation of the two images, and the strongest departure from the background
    in grey levels, of the reference."""
    scene = Scene(settings.platforms[platform], settings.kinds, {})
    sphere = settings.kinds[kind]
    if isinstance(sphere, Sphere):
        radii = diameter_um / 2 * np.array([0.98, 1, 1.02])
        planes = np.unique(np.concatenate([DEFOCUS_UM - 1, DEFOCUS_UM]))
        table = sphere_table(scene.optics, sphere.index, radii, np.append(planes, 41.0))
        scene = Scene(scene.platform, scene.kinds, {kind: table})
    particle = _particle(scene, kind, diameter_um)
    slow = _reference(scene, particle)
    middle = slow.shape[1] // 2
    reach = int(np.ceil((diameter_um / 2 + ROOM_UM) / scene.platform.pixel_um))
    near = slice(middle - reach, middle + reach + 1)
    found = []
    for z, exact in zip(DEFOCUS_UM, slow, strict=True):
        particle.z_um = z
        fast = _around(scene, particle, reach)
        correlation = np.corrcoef(fast.ravel(), exact[near, near].ravel())[0, 1]
        departure = scene.platform.background * np.abs(exact[near, near] - 1).max()
        found.append({"kind": kind, "diameter_um": diameter_um, "z_um": z, "r": correlation, "departure": departure})
    return found


def _particle(scene: Scene, kind: str, diameter_um: float) -> SimpleNamespace:
    """A row of the suspension, in the middle of a pixel."""
    place = {"kind": kind, "y_px": 400.0, "x_px": 400.0, "z_um": 0.0, "diameter_um": diameter_um}
    return SimpleNamespace(**place, partner_um=0.0, flattening=0.0, angle=0.0, seed=SEED)


def _around(scene: Scene, particle: SimpleNamespace, reach: int) -> np.ndarray:
    """The renderer's image, `reach` pixels around the particle; 1 where it has none."""
    top, left, edge = window(scene, particle)
    canvas = np.ones((800, 800), np.float32)
    canvas[top : top + edge, left : left + edge] = image(scene, particle)
    return canvas[400 - reach : 400 + reach + 1, 400 - reach : 400 + reach + 1]


def _reference(scene: Scene, particle: SimpleNamespace) -> np.ndarray:
    kind = scene.kinds[particle.kind]
    if isinstance(kind, Sphere):
        body, by_size = _sphere(scene, kind.index, particle), RINGS_OF_SPHERES
    else:
        assert isinstance(kind, Irregular)
        body, by_size = body_of(kind, scene, particle), RINGS
    widest = particle.diameter_um / 2 + ROOM_UM + 40 * np.tan(scene.optics.steepest_angle)
    rings = by_size[min(by_size, key=lambda size: abs(size - particle.diameter_um))]
    edge = 2 * int(np.ceil(widest / scene.platform.pixel_um)) + 1
    return reference.relative_intensity(scene.optics, body, DEFOCUS_UM, edge, rings)


def _sphere(scene: Scene, index: float, particle: SimpleNamespace) -> Body:
    step = scene.platform.pixel_um / FINER
    edge = FINER * int(np.ceil(particle.diameter_um / scene.platform.pixel_um) + 4)
    distance = np.hypot(*across(edge, step))
    thickness = 2 * np.sqrt(np.maximum((particle.diameter_um / 2) ** 2 - distance**2, 0))
    return Body(thickness, np.zeros_like(thickness), index)
