"""The slow and exact-as-can-be way to a particle's image, which the fast renderers are tested against.

Each point of the source is a plane wave of its own. It is taken through the particle in thin slices by the wave
propagation method (Brenner and Singer, Appl. Opt. 32, 4984, 1993): within a slice the wave goes on in the medium and
in the particle's material, both without paraxial approximation, and each place takes the one that fills it; where the
surface runs through a slice, the medium's, delayed along the part that is filled. What is reflected is lost. From the
last slice on the wave is refocused, cut by the pupil, squared, and summed over the source.
"""

import numpy as np
from scipy.fft import fft2, fftfreq, ifft2

from stages.simulate.optics.microscope import MEDIUM, Optics
from stages.simulate.shapes.body import FINER, Body, middle

SLICE_UM = 0.5
SLICE_RADIANS = 0.75  # phase that the particle adds in one slice, at most


def relative_intensity(optics: Optics, body: Body, z_um: np.ndarray, edge: int, rings: int = 6) -> np.ndarray:
    """Intensity relative to the background, (defocus, edge, edge) camera pixels, the body in the middle one.

    `body` lies on a grid of `pixel_um / FINER`, in a box around it; `edge` leaves room for its rings.
    """
    body = _with_room(body, FINER * edge)
    edge = FINER * edge
    step = optics.pixel_um / FINER
    wavenumbers = 2 * np.pi * fftfreq(edge, step)
    squared = wavenumbers[:, None] ** 2 + wavenumbers[None] ** 2
    slices = _Slices(optics, body, squared)
    pupil = squared <= optics.cutoff**2
    axial = np.sqrt(np.maximum(optics.wavenumber**2 - squared, 0))
    refocus = [(pupil * np.exp(1j * axial * (z - slices.bottom))).astype(np.complex64) for z in z_um]
    total = np.zeros((len(z_um), edge, edge))
    for ky, kx, weight in source_points(optics, edge * step, rings):
        place = np.arange(edge) * step
        wave = np.exp(1j * (ky * place[:, None] + kx * place[None])).astype(np.complex64)
        spectrum = fft2(slices.through(wave))
        for plane, propagate in zip(total, refocus, strict=True):
            plane += weight * np.abs(ifft2(spectrum * propagate)) ** 2
    half = wavenumbers * optics.pixel_um / (2 * np.pi)
    square_pixel = np.sinc(half)[:, None] * np.sinc(half)[None]
    return ifft2(fft2(total) * square_pixel).real[:, FINER // 2 :: FINER, FINER // 2 :: FINER]


def _with_room(body: Body, edge: int) -> Body:
    before = middle(edge) - middle(body.thickness_um.shape[0])
    around = before, edge - before - body.thickness_um.shape[0]
    return Body(np.pad(body.thickness_um, around), np.pad(body.middle_um, around), body.index)


def source_points(optics: Optics, width_um: float, rings: int) -> list[tuple[float, float, float]]:
    """Transverse wavenumbers (ky, kx) and weights of plane waves over the condenser's disc; each fits the grid's
    `width_um` a whole number of times."""
    step = 2 * np.pi / width_um
    points = []
    for ring, (sine, weight) in enumerate(zip(*optics.source_rings(rings), strict=True), start=1):
        radius = sine * optics.wavenumber
        for angle in 2 * np.pi * np.arange(6 * ring) / (6 * ring):
            ky, kx = (round(radius * part / step) * step for part in (np.sin(angle), np.cos(angle)))
            points.append((ky, kx, weight / (6 * ring)))
    return points


class _Slices:
    """A body cut across the light's path: what fills each slice, and how a wave goes through it."""

    def __init__(self, optics: Optics, body: Body, squared: np.ndarray):
        inside = body.thickness_um > 0
        self.low = np.where(inside, body.middle_um - body.thickness_um / 2, 0)
        self.high = np.where(inside, body.middle_um + body.thickness_um / 2, 0)
        self.top, self.bottom = float(self.low.min()), float(self.high.max())
        per_um = optics.vacuum_wavenumber * max(abs(body.index - MEDIUM), 1e-6)
        self.delay = 1j * optics.vacuum_wavenumber * (body.index - MEDIUM)
        self.count = max(1, int(np.ceil((self.bottom - self.top) / min(SLICE_UM, SLICE_RADIANS / per_um))))
        self.step = (self.bottom - self.top) / self.count
        self.medium = self._propagator(optics, squared, MEDIUM)
        self.material = self._propagator(optics, squared, body.index)

    def _propagator(self, optics: Optics, squared: np.ndarray, index: complex) -> np.ndarray:
        axial = np.sqrt((index * optics.vacuum_wavenumber) ** 2 - squared + 0j)
        return np.exp(1j * np.where(axial.imag < 0, -axial, axial) * self.step).astype(np.complex64)

    def through(self, wave: np.ndarray) -> np.ndarray:
        for i in range(self.count):
            start = self.top + i * self.step
            filled = np.minimum(self.high, start + self.step) - np.maximum(self.low, start)
            filled = np.clip(filled, 0, self.step).astype(np.float32)
            spectrum = fft2(wave)
            delayed = ifft2(spectrum * self.medium) * np.exp(self.delay * filled).astype(np.complex64)
            wave = np.where(filled >= 0.999 * self.step, ifft2(spectrum * self.material), delayed)
        return wave
