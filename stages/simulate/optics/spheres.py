"""Images of spheres: radial profiles on a grid of radius and defocus, computed once and rendered by interpolation.

The far field E exp(ikr)/(-ikr) S(gamma) of the exact (Mie) scattered wave has the angular spectrum
-2 pi S/(k^2 cos), gamma being the angle to the incident wave. A plane wave that comes in at the angle s gives, with
S(gamma) = sum over m of S_m(t, s) exp(i m phi), in the plane in focus the harmonics

    U_m(r, z) = i^m (J_m(k r sin s) exp(i k z cos s) - integral of S_m(t, s) J_m(k r sin t) exp(i k z cos t) sin t dt)

over the pupil. A ring of the source shows the mean over its azimuths, which is the sum over m of |U_m|^2: no image has
to be formed.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.special import jv

from stages.simulate.optics import mie
from stages.simulate.optics.microscope import MEDIUM, Optics

RADIAL_STEP_UM = 0.15  # a sixth of the finest ring that NA 0.3 forms
DEFOCUS_STEP_UM = 1.0
SKIRT_UM = 24.0  # beyond the sphere's edge: rings of a particle 50 um out of focus
FADE_UM = 4.0
SOURCE_RINGS = 3
BESSEL_STEP = 0.02
ANGLES = 3000  # nodes of S(gamma): a hundred for each of its oscillations at 40 um


@dataclass(frozen=True)
class SphereTable:
    """Relative intensity (radii, defocus, radial steps), float32, on the nodes `radii_um` and `defocus_um`."""

    radii_um: np.ndarray
    defocus_um: np.ndarray
    intensity: np.ndarray

    def render(self, radius_um: float, z_um: float, distance_um: np.ndarray) -> np.ndarray:
        """Relative intensity at `distance_um` from the centre of a sphere.

        Between two radii the profiles are shifted by the difference before they are mixed: an edge stays one edge.
        """
        lower, share = _between(self.radii_um, radius_um)
        plane, depth = _between(self.defocus_um, z_um)
        steps = RADIAL_STEP_UM * np.arange(self.intensity.shape[2])
        image = np.zeros(distance_um.shape, dtype=np.float32)
        for node, weight in ((lower, 1 - share), (lower + 1, share)):
            profile = (1 - depth) * self.intensity[node, plane] + depth * self.intensity[node, plane + 1]
            moved = np.maximum(distance_um + (self.radii_um[node] - radius_um), 0)
            image += weight * np.interp(moved, steps, profile, right=1.0)
        return image


def _between(nodes: np.ndarray, value: float) -> tuple[int, float]:
    lower = int(np.clip(np.searchsorted(nodes, value) - 1, 0, nodes.size - 2))
    return lower, float(np.clip((value - nodes[lower]) / (nodes[lower + 1] - nodes[lower]), 0, 1))


def sphere_table(optics: Optics, index: float, radii_um: np.ndarray, defocus_um: np.ndarray) -> SphereTable:
    """Profiles of spheres of refractive `index` for every radius and defocus, whole source and pixel in them."""
    radial = np.arange(0, radii_um[-1] + SKIRT_UM, RADIAL_STEP_UM)
    waves = _Waves(optics, radii_um[-1], radial, defocus_um)
    pixel = _pixel_means(optics, radial)
    table = np.empty((radii_um.size, defocus_um.size, radial.size), dtype=np.float32)
    for i, radius in enumerate(radii_um):
        fade = np.clip((radius + SKIRT_UM - radial) / FADE_UM, 0, 1)[:, None]  # no step where the skirt ends
        table[i] = (1 + fade * (pixel @ (waves.intensity(radius, index) - 1))).T
    return SphereTable(radii_um, defocus_um, np.maximum(table, 0))


class _Waves:
    """What every radius shares: the quadrature over the pupil, Bessel functions and propagation of each ring."""

    def __init__(self, optics: Optics, largest_um: float, radial: np.ndarray, defocus_um: np.ndarray):
        self.k, self.radial = optics.wavenumber, radial
        self.angles, self.weights = _pupil_quadrature(optics, largest_um, radial[-1], np.abs(defocus_um).max())
        sines, self.shares = optics.source_rings(SOURCE_RINGS)
        self.weights = (self.weights * np.sin(self.angles)).astype(np.float32)
        self.rings = np.arcsin(sines)
        self.gamma = np.linspace(0, optics.pupil_angle + self.rings[-1], ANGLES)
        self.pi, self.tau = mie.angular_functions(mie.orders_for(self.k * largest_um), self.gamma)
        most = self._harmonics(largest_um, self.rings[-1])
        self.bessel = _bessel(most, self.k * np.outer(radial, np.sin(self.angles)))
        self.incident = [
            [jv(m, self.k * radial * sine).astype(np.float32)[:, None] for m in range(most + 1)] for sine in sines
        ]
        self.propagated = [
            np.exp(1j * self.k * (np.cos(self.angles)[:, None] - np.cos(ring)) * defocus_um).astype(np.complex64)
            for ring in self.rings
        ]

    def _harmonics(self, radius_um: float, ring: float) -> int:
        """Harmonics in azimuth that the scattered wave of a tilted wave has: as many as the path differs by radians
        over the sphere, and Wiscombe's margin."""
        path = self.k * radius_um * np.sin(ring)
        return int(np.ceil(path + 4.05 * path ** (1 / 3) + 4))

    def intensity(self, radius_um: float, index: float) -> np.ndarray:
        """(radial, defocus), relative to the background, before the pixel; 1 beyond the sphere's skirt."""
        amplitude = mie.amplitude(self.k * radius_um, index / MEDIUM, self.pi, self.tau)
        planes = self.propagated[0].shape[1]
        total = np.ones((self.radial.size, planes), np.float32)
        near = np.searchsorted(self.radial, radius_um + SKIRT_UM, side="right")
        for i, (ring, share) in enumerate(zip(self.rings, self.shares, strict=True)):
            harmonics = self._amplitude_harmonics(amplitude, ring, self._harmonics(radius_um, ring))
            for m, scattered in enumerate(harmonics.T):
                spectrum = (-scattered * self.weights)[:, None] * self.propagated[i]
                wave = self.bessel[m][:near] @ np.concatenate([spectrum.real, spectrum.imag], axis=1)
                twice = np.float32(share if m == 0 else 2 * share)  # m and -m
                beside = wave[:, :planes] * self.incident[i][m][:near]
                wave *= wave
                total[:near] += twice * (2 * beside + wave[:, :planes] + wave[:, planes:])
        return total

    def _amplitude_harmonics(self, amplitude: np.ndarray, ring: float, most: int) -> np.ndarray:
        """S_m(t, ring) for m = 0 ... most: (angles, most + 1), complex64."""
        azimuths = 4 * (most + 1)
        phi = 2 * np.pi * np.arange(azimuths) / azimuths
        cosine = np.cos(self.angles)[:, None] * np.cos(ring)
        cosine = cosine + np.sin(self.angles)[:, None] * np.sin(ring) * np.cos(phi)
        gamma = np.arccos(np.clip(cosine, -1, 1))
        around = np.interp(gamma, self.gamma, amplitude.real) + 1j * np.interp(gamma, self.gamma, amplitude.imag)
        return (np.fft.fft(around, axis=1)[:, : most + 1] / azimuths).astype(np.complex64)


def _bessel(most: int, argument: np.ndarray) -> list[np.ndarray]:
    """J_m(argument) for m = 0 ... most, float32, from fine tables (linear in between: 5e-5 off at most)."""
    nodes = np.arange(0, argument.max() + BESSEL_STEP, BESSEL_STEP)
    return [np.interp(argument, nodes, jv(m, nodes)).astype(np.float32) for m in range(most + 1)]


def _pupil_quadrature(optics: Optics, radius: float, radial: float, defocus: float) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes over the pupil's angles, enough for the fastest oscillation of the integrand."""
    top = optics.pupil_angle
    cycles = optics.wavenumber * ((radius + radial) * np.sin(top) + defocus * (1 - np.cos(top))) / (2 * np.pi)
    nodes, weights = np.polynomial.legendre.leggauss(int(4 * cycles) + 32)
    return top / 2 * (nodes + 1), top / 2 * weights


def _pixel_means(optics: Optics, radial: np.ndarray) -> csr_array:
    """(radial, radial): a radial profile's mean over a pixel, taken as a disc of its area."""
    nodes, weights = np.polynomial.legendre.leggauss(5)
    away = optics.pixel_um / np.sqrt(np.pi) * np.sqrt((nodes + 1) / 2)
    around = np.cos(np.pi * (np.arange(12) + 0.5) / 12)
    distance = np.sqrt(
        radial[:, None, None] ** 2 + away[:, None] ** 2 + 2 * radial[:, None, None] * np.outer(away, around)
    )
    place = np.clip(distance / (radial[1] - radial[0]), 0, radial.size - 1)
    lower = np.minimum(place.astype(int), radial.size - 2)
    share = np.broadcast_to((weights / 2 / around.size)[:, None], lower.shape)
    rows = np.broadcast_to(np.arange(radial.size)[:, None, None], lower.shape)
    values = [share * (lower + 1 - place), share * (place - lower)]
    at = np.ravel([rows, rows]), np.ravel([lower, lower + 1])
    return csr_array((np.ravel(values), at), shape=(radial.size, radial.size)).astype(np.float32)
