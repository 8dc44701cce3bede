"""Images of protein aggregates: an irregular thickness map as one phase screen, propagated to the plane in focus.

A thin, weakly refracting body delays the wave by k0 (n - n_medium) t(x, y) and does little else (Goodman,
Introduction to Fourier Optics, 5.1); the map t is the projection of a clump of soft grains.
"""

import numpy as np
from scipy.fft import fft2, fftfreq, ifft2, irfft2, next_fast_len, rfft2
from scipy.ndimage import gaussian_filter

from stages.simulate.optics import MEDIUM, Optics

OVERSAMPLING = 2
SKIRT_UM = 14.0  # room for the rings of a clump that is out of focus
GRAIN_SHARE = 0.5  # a grain's standard deviation over the distance between two grains
THICKENS = 0.75  # thickness grows more slowly than extent: large clumps are flat and loose, and stay translucent


def relative_intensity(optics: Optics, diameter_um: float, z_um: float, seed: int) -> np.ndarray:
    """Intensity relative to the background, (n, n) camera pixels, the clump in the middle, float32.

    The screen is drawn on a finer grid than the camera's. The pupil then takes only frequencies that the camera's
    grid holds, so from there on the coarse grid is enough.
    """
    random = np.random.default_rng(seed)
    camera = next_fast_len(int(np.ceil((diameter_um + 2 * SKIRT_UM) / optics.pixel_um)), real=True)
    camera += camera % 2
    index = random.uniform(1.345, 1.38)
    thickness = thickness_um(random, diameter_um, camera * OVERSAMPLING, optics.pixel_um / OVERSAMPLING)
    phase = (optics.vacuum_wavenumber * (index - MEDIUM) * thickness).astype(np.float32)
    passed = np.r_[: camera // 2, -camera // 2 : 0]
    spectrum = fft2(np.exp(1j * phase))[np.ix_(passed, passed)] / OVERSAMPLING**2
    wavenumbers = 2 * np.pi * fftfreq(camera, optics.pixel_um)
    transverse = np.hypot(wavenumbers[:, None], wavenumbers[None])
    pupil = optics.propagator(transverse, z_um) * (transverse <= optics.vacuum_wavenumber * optics.aperture)
    intensity = np.abs(ifft2(spectrum * pupil.astype(np.complex64))) ** 2
    half = camera // 2 + 1  # a real image's spectrum is given by one half of it
    blur = optics.blur(transverse[:, :half], np.float64(z_um)).astype(np.float32)
    return irfft2(rfft2(intensity) * blur, s=(camera, camera))


def thickness_um(random: np.random.Generator, diameter_um: float, edge: int, step: float) -> np.ndarray:
    """Thickness of a clump on an (edge, edge) grid of `step` um, its largest extent `diameter_um`."""
    grains = int(np.clip(10 * diameter_um**1.2, 16, 600))
    positions = _grown(random, grains)[:, :2]
    positions -= (positions.max(axis=0) + positions.min(axis=0)) / 2
    scale = diameter_um / 2 / (np.hypot(*positions.T).max() + 2 * GRAIN_SHARE)
    cells = np.rint(positions * scale / step).astype(int) + edge // 2
    held = np.bincount(cells[:, 0] * edge + cells[:, 1], minlength=edge * edge).reshape(edge, edge)
    projected = gaussian_filter(held.astype(np.float32), GRAIN_SHARE * scale / step, mode="constant")
    typical = np.median(projected[projected > 0.05 * projected.max()])
    return random.uniform(0.25, 0.8) * diameter_um**THICKENS * (1 - np.exp(-projected / typical))


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
