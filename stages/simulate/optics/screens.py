"""Images of particles that aren't spheres: a few screens that delay (and absorb) the wave, free space in between.

A thin, weakly refracting body delays the wave by k0 (n - n_medium) t(x, y) and does little else (Goodman,
Introduction to Fourier Optics, 5.1); a body that is thick against the depth of field is cut into slabs (split-step, or
multislice, propagation). The source is a few plane waves, each of which stands for a disc of its neighbours: those show
the same image, displaced by |z| tan(angle), and so blur it.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.fft import fft2, fftfreq, ifft2, irfft2, rfft2
from scipy.special import j1

from stages.simulate.optics.microscope import MEDIUM, Optics
from stages.simulate.shapes.body import FINER, Body, on_camera_grid

STRONG = 0.08  # refractive index apart from the medium, from where on light is turned within a camera pixel and a slab
IN_FOCUS_UM = 2.0  # so near the plane in focus a weak body shows by its steps alone, which a camera pixel smooths
SLAB_SHARE = 0.25  # of the distance to the plane in focus: near it a delay shows by its place along the axis alone
THINNEST_UM = 0.5
THICKEST_UM = {False: 4.0, True: 2.0}  # of weak and of strong bodies
FINE, FINE_UM = 0.3, 1.0  # a disc of the source may blur by so much of a particle's extent, and by so much at all


def relative_intensity(optics: Optics, body: Body, z_um: float, edge: int) -> np.ndarray:
    """Intensity relative to the background, float32 (edge, edge) camera pixels, the body in the middle one.

    `body` lies on a grid of `pixel_um / FINER`, in a box around it. The pupil takes only frequencies that the camera's
    grid holds, so light that is turned little is taken through the body's mean over each camera pixel.
    """
    strong = abs(body.index - MEDIUM) > STRONG
    finer = FINER if strong or abs(z_um) < IN_FOCUS_UM else 1
    seen = body if finer > 1 else on_camera_grid(body)
    grid = _grid(optics, edge, finer)
    slab = np.clip(SLAB_SHARE * abs(z_um), THINNEST_UM, THICKEST_UM[strong])
    delays, spacing, bottom = _slabs(optics, seen, slab, finer, edge)
    displaced = abs(z_um) * np.tan(np.arcsin(optics.condenser / MEDIUM))
    blur_um = min(FINE * _extent_um(seen, optics.pixel_um / finer), FINE_UM)
    rings = 1 if displaced * _disc_radius(1) <= blur_um else 2
    spectrum = _tilted(fft2(delays[0]), optics, rings, optics.pixel_um / finer)
    if len(delays) > 1:
        between = np.exp(1j * grid.axial * spacing).astype(np.complex64)
    for delay in delays[1:]:
        spectrum = fft2(ifft2(spectrum * between) * delay)
    onwards = np.zeros(spectrum.shape[1:], np.complex64)
    onwards[grid.pupil] = np.exp(1j * grid.axial[grid.pupil] * (z_um - bottom))
    wave = ifft2(spectrum * onwards)
    intensity = (wave.real**2 + wave.imag**2).mean(axis=0)
    blur = _disc(grid.half * np.float32(displaced * _disc_radius(rings))) * grid.pixel
    return irfft2(rfft2(intensity) * blur, s=intensity.shape)[finer // 2 :: finer, finer // 2 :: finer]


@dataclass(frozen=True)
class _Grid:
    """What all images of one edge share: kz - k and the pupil (edge, edge); transverse wavenumber and the pixel's
    transfer on the half of them (edge, edge // 2 + 1) that gives a real image."""

    axial: np.ndarray
    pupil: np.ndarray
    half: np.ndarray
    pixel: np.ndarray


@lru_cache(maxsize=64)
def _grid(optics: Optics, camera_edge: int, finer: int) -> _Grid:
    edge = camera_edge * finer
    wavenumbers = 2 * np.pi * fftfreq(edge, optics.pixel_um / finer)
    transverse = np.hypot(wavenumbers[:, None], wavenumbers[None]).astype(np.float32)
    half = transverse[:, : edge // 2 + 1]
    pixel = optics.pixel_transfer(half).astype(np.float32)
    return _Grid(optics.axial(transverse), transverse <= optics.cutoff, half, pixel)


def _extent_um(body: Body, step_um: float) -> float:
    """The body's diameter as seen: of a disc of its area."""
    return 2 * float(np.sqrt((body.thickness_um > 0).sum() / np.pi)) * step_um


def _slabs(
    optics: Optics, body: Body, slab_um: float, finer: int, camera_edge: int
) -> tuple[list[np.ndarray], float, float]:
    """The factor exp(i delay) of each slab, complex64, on a grid of `camera_edge` pixels divided in `finer`; the
    distance between two; the last one's place on the axis."""
    edge, box_edge = camera_edge * finer, body.thickness_um.shape[0]
    inside = body.thickness_um > 0
    low, high = body.middle_um - body.thickness_um / 2, body.middle_um + body.thickness_um / 2
    top, bottom = float(low[inside].min()), float(high[inside].max())
    count = max(1, round((bottom - top) / slab_um))
    step = (bottom - top) / count
    per_um = 1j * optics.vacuum_wavenumber * (body.index - MEDIUM)
    before = finer * (camera_edge // 2 - box_edge // finer // 2)
    box = slice(before, before + box_edge)
    delays = np.ones((count, edge, edge), np.complex64)
    for start, delay in zip(top + step * np.arange(count), delays, strict=True):
        filled = np.minimum(high, start + step) - np.maximum(low, start)
        delay[box, box] = np.exp(per_um * np.maximum(filled, 0))
    return list(delays), step, bottom - step / 2


def _disc_radius(rings: int) -> float:
    """Radius over the source's of the disc that each of 1 + 3 rings (rings + 1) points stands for."""
    return (1 + 3 * rings * (rings + 1)) ** -0.5


def _tilted(spectrum: np.ndarray, optics: Optics, rings: int, step_um: float) -> np.ndarray:
    """The spectrum behind the first screen for each plane wave of the source, (points, edge, edge).

    One wave comes along the axis, and rings of 6, 12, ... around it, on radii that give them, with their discs, the
    source's second moment; each goes whole times into the grid, so that tilting it only shifts the spectrum.
    """
    edge = spectrum.shape[0]
    points = 1 + 3 * rings * (rings + 1)
    ring = np.repeat(np.arange(1, rings + 1), 6 * np.arange(1, rings + 1))
    squared = (1 + 3 * ring**2) / points  # of a ring's mean square radius, all points having the same area
    squared *= (points / 2 - 0.5) / squared.sum()
    angles = np.concatenate([2 * np.pi * np.arange(6 * n) / (6 * n) for n in range(1, rings + 1)])
    step = 2 * np.pi / (edge * step_um)
    radius = np.sqrt(squared) * optics.vacuum_wavenumber * optics.condenser / step
    around = np.rint(np.stack([radius * np.sin(angles), radius * np.cos(angles)], axis=1)).astype(int)
    return np.stack([spectrum, *(np.roll(spectrum, tuple(cycles), axis=(0, 1)) for cycles in around)])


def _disc(x: np.ndarray) -> np.ndarray:
    """Fourier transform 2 J1(x)/x of a disc of area one; x = wavenumber times the disc's radius."""
    safe = np.where(x == 0, 1, x)
    return np.where(x == 0, 1, 2 * j1(safe) / safe)
