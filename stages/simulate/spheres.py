"""Images of spheres: radial profiles on a grid of radius and defocus, computed once and rendered by interpolation.

The field in the plane in focus is the wave on the axis plus what the pupil takes of the exact (Mie) scattered
wave. The far field E exp(ikr)/(-ikr) S(angle) has the angular spectrum -2 pi S/(k^2 cos), so relative to the
unscattered wave

    u(r, z) = 1 - integral over the pupil of S(t) exp(i k z (cos t - 1)) J0(k r sin t) sin t dt.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import j0

from stages.simulate import mie
from stages.simulate.optics import MEDIUM, Optics

RADIAL_STEP_UM = 0.15  # a sixth of the finest ring that NA 0.3 forms
DEFOCUS_STEP_UM = 1.0
SKIRT_UM = 24.0  # beyond the sphere's edge: rings of a particle 50 um out of focus


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
    """Profiles of spheres of refractive `index` for every radius and defocus."""
    radial = np.arange(0, radii_um[-1] + SKIRT_UM, RADIAL_STEP_UM)
    k = optics.wavenumber
    angles, weights = _pupil_quadrature(optics, radii_um[-1], radial[-1], np.abs(defocus_um).max())
    pi, tau = mie.angular_functions(mie.orders_for(k * radii_um[-1]), angles)
    bessel = j0(np.outer(radial, k * np.sin(angles))).astype(np.float32)
    defocus = optics.propagator(k * np.sin(angles)[:, None], defocus_um[None])
    smooth = _Smoothing(optics, radial, defocus_um)
    fade = np.clip((radial[-1] - radial) / 4, 0, 1)[:, None]  # no step where the table ends
    table = np.empty((radii_um.size, defocus_um.size, radial.size), dtype=np.float32)
    for i, radius in enumerate(radii_um):
        scattered = mie.amplitude(k * radius, index / MEDIUM, pi, tau) * weights * np.sin(angles)
        spectrum = (scattered[:, None] * defocus).astype(np.complex64)
        real, imaginary = 1 - bessel @ spectrum.real, -(bessel @ spectrum.imag)
        table[i] = (1 + fade * smooth(real**2 + imaginary**2 - 1)).T
    return SphereTable(radii_um, defocus_um, np.maximum(table, 0))


def _pupil_quadrature(optics: Optics, radius: float, radial: float, defocus: float) -> tuple[np.ndarray, np.ndarray]:
    """Gauss-Legendre nodes over the pupil's angles, enough for the fastest oscillation of the integrand."""
    top = optics.pupil_angle
    cycles = optics.wavenumber * ((radius + radial) * np.sin(top) + defocus * (1 - np.cos(top))) / (2 * np.pi)
    nodes, weights = np.polynomial.legendre.leggauss(int(4 * cycles) + 32)
    return top / 2 * (nodes + 1), top / 2 * weights


class _Smoothing:
    """Applies Optics.blur to radial profiles (radial, defocus) through a Hankel transform there and back."""

    def __init__(self, optics: Optics, radial: np.ndarray, defocus_um: np.ndarray):
        step = np.pi / radial[-1]
        band = 2 * optics.vacuum_wavenumber * optics.aperture  # an intensity's spectrum ends here
        frequency = np.arange(step / 2, band, step)
        bessel = j0(np.outer(frequency, radial))
        self.forward = (bessel * radial * (radial[1] - radial[0])).astype(np.float32)
        self.backward = (bessel * (frequency * step)[:, None]).T.astype(np.float32)
        self.transfer = optics.blur(frequency[:, None], defocus_um[None]).astype(np.float32)

    def __call__(self, profiles: np.ndarray) -> np.ndarray:
        return self.backward @ (self.transfer * (self.forward @ profiles))
